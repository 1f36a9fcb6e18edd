/* graph_dot_stack.c: puts layers below those that they read, a decoder below its encoder.
 * In: boxes and frames. Out: an invisible point for each two frames side by side of which one reads the other,
 * below all of the first and above all of the second. Graphviz would set them corner to corner. */
#include "graph_dot_build.h"

/* The frame that the box is in, of those that stand beside this one and itself; -1: it is in none. */
static int frame_beside(const Picture *p, int frame, const Box *box)
{
    int inner = box->frame;
    while (inner >= 0 && p->frame[inner].parent != p->frame[frame].parent)
        inner = p->frame[inner].parent;
    return inner;
}

static bool within(const Picture *p, int frame, const Box *box)
{
    return frame_beside(p, frame, box) == frame;
}

/* Marks what reads the frame's boxes, and what reads that, up to the next frames. */
static bool *readers(const Picture *p, int frame)
{
    bool *flag = arena_array(p->arena, p->box_count + 1, sizeof *flag);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < p->box_count; i++)
            for (int k = 0; k < p->box[i].operands && !flag[i]; k++) {
                int from = p->mark[p->box[i].operand[k]].box;
                int of = from >= 0 ? frame_beside(p, frame, &p->box[from]) : -1;
                flag[i] = from >= 0 && from != (int)i && (of == frame || (of < 0 && flag[from]));
                changed = changed || flag[i];
            }
    }
    return flag;
}

static bool any_within(const Picture *p, int frame, const bool *flag)
{
    for (size_t i = 0; i < p->box_count; i++)
        if (flag[i] && within(p, frame, &p->box[i]))
            return true;
    return false;
}

static bool reads(const Picture *p, size_t box, size_t other)
{
    for (int i = 0; i < p->box[box].operands; i++)
        if (p->mark[p->box[box].operand[i]].box == (int)other)
            return true;
    return false;
}

/* Edges from the frame's boxes that nothing in it reads, or to those that read nothing in it. */
static void write_rim(Out *out, const Picture *p, int frame, bool last, const char *point)
{
    for (size_t i = 0; i < p->box_count; i++) {
        bool rim = within(p, frame, &p->box[i]);
        for (size_t k = 0; k < p->box_count && rim; k++)
            if (k != i && within(p, frame, &p->box[k]))
                rim = last ? !reads(p, k, i) : !reads(p, i, k);
        if (rim && last)
            out_printf(out, "b%zu -> %s [style=invis]\n", i, point);
        else if (rim)
            out_printf(out, "%s -> b%zu [style=invis]\n", point, i);
    }
}

void picture_stack(Out *out, const Picture *p)
{
    bool **read_by = arena_array(p->arena, p->frame_count + 1, sizeof *read_by);
    for (size_t i = 0; i < p->frame_count; i++)
        read_by[i] = readers(p, (int)i);
    for (size_t a = 0; a < p->frame_count; a++)
        for (size_t b = 0; b < p->frame_count; b++) {
            bool beside = a != b && p->frame[a].parent == p->frame[b].parent;
            if (!beside || !any_within(p, (int)b, read_by[a]) || any_within(p, (int)a, read_by[b]))
                continue;
            const char *point = arena_printf(p->arena, "p%zu_%zu", a, b);
            out_printf(out, "%s [shape=point style=invis width=0 height=0 label=\"\"]\n", point);
            write_rim(out, p, (int)a, true, point);
            write_rim(out, p, (int)b, false, point);
        }
}
