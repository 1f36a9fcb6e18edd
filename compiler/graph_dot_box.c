/* graph_dot_box.c: the boxes of a picture, and the frames around them.
 * In: marks. Out: boxes in the order of their first nodes, with what they read; frames, outer ones first. */
#include "graph_dot_build.h"

static int add_box(Picture *p, BoxKind kind, NodeId line)
{
    p->box = arena_grow(p->arena, p->box, p->box_count, &p->box_capacity, sizeof *p->box);
    Box *box = &p->box[p->box_count];
    *box = (Box){.kind = kind, .call = -1, .frame = -1};
    picture_add(p, &box->line, &box->count, line);
    return (int)p->box_count++;
}

static BoxKind kind_of(const Node *node)
{
    if (node->op == OP_INPUT || node->op == OP_STATE)
        return node->op == OP_INPUT ? BOX_INPUT : BOX_STATE;
    return node->group >= 0 ? BOX_LOOP : BOX_EQUATION;
}

static void add_lines(Picture *p)
{
    const Graph *graph = p->graph;
    int groups = 0;
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].group >= groups)
            groups = graph->node[i].group + 1;
    int *of_group = arena_array(p->arena, (size_t)groups + 1, sizeof *of_group); /* plus one */
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        Mark *mark = &p->mark[i];
        mark->box = -1;
        if (!mark->seen || !mark->named || picture_is_weight(p, (NodeId)i))
            continue;
        int *box = node->group >= 0 ? &of_group[node->group] : NULL;
        if (box && *box) {
            mark->box = *box - 1;
            picture_add(p, &p->box[mark->box].line, &p->box[mark->box].count, (NodeId)i);
        } else {
            mark->box = add_box(p, kind_of(node), (NodeId)i);
        }
        if (box)
            *box = mark->box + 1;
    }
    for (size_t i = 0; i < graph->count; i++)
        if (p->mark[i].seen && p->mark[i].whole != NODE_NONE)
            p->mark[i].box = p->mark[p->mark[i].whole].box;
}

/* ---- frames ---- */

static int find_frame(Picture *p, Frame wanted)
{
    for (size_t i = 0; i < p->frame_count; i++)
        if (p->frame[i].clock == wanted.clock && p->frame[i].call == wanted.call && p->frame[i].parent == wanted.parent)
            return (int)i;
    p->frame = arena_grow(p->arena, p->frame, p->frame_count, &p->frame_capacity, sizeof *p->frame);
    p->frame[p->frame_count] = wanted;
    return (int)p->frame_count++;
}

/* Whether something on several clocks waits for all steps of this one: its loop is the inner one then. */
static bool ends_within(const Graph *graph, int clock)
{
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        OpClass class = op_info[node->op].class;
        bool waits = class == CLASS_REDUCE || class == CLASS_CLOCK || class == CLASS_NORMAL;
        if (waits && node->at.clock == clock && graph->node[node->input[0]].type.clocks != (Clocks)1 << clock)
            return true;
    }
    return false;
}

/* Whether a clock of the set ticks at its steps. */
static bool has_ticks(const Graph *graph, Clocks clocks, int clock)
{
    for (int i = 0; i < graph->clock_count; i++)
        if (clocks >> i & 1 && graph->clock[i].parent == clock)
            return true;
    return false;
}

static int innermost(const Graph *graph, Clocks clocks)
{
    int found = -1;
    for (int i = 0; i < graph->clock_count; i++) {
        bool can = clocks >> i & 1 && !has_ticks(graph, clocks, i);
        if (can && (found < 0 || (!ends_within(graph, found) && ends_within(graph, i))))
            found = i;
    }
    return found;
}

static int frame_of_clocks(Picture *p, Clocks clocks)
{
    if (!clocks)
        return -1;
    clocks = graph_loops(p->graph, clocks);
    int clock = innermost(p->graph, clocks);
    int parent = frame_of_clocks(p, clocks & ~((Clocks)1 << clock));
    return find_frame(p, (Frame){clock, -1, clocks, parent});
}

static int frame_of_call(Picture *p, Clocks clocks, int call)
{
    while (call >= 0 && !p->call[call].drawn)
        call = p->call[call].parent;
    if (call < 0)
        return frame_of_clocks(p, clocks);
    int parent = frame_of_call(p, clocks, p->call[call].parent);
    return find_frame(p, (Frame){-1, call, clocks, parent});
}

void picture_boxes(Picture *p)
{
    const Graph *graph = p->graph;
    add_lines(p);
    for (size_t i = 0; i < graph->output_count; i++) {
        int box = add_box(p, BOX_OUTPUT, graph->output[i].node);
        p->box[box].port = (int)i;
        p->box[box].operand = p->box[box].line;
        p->box[box].operands = 1;
    }
    for (size_t i = 0; i < p->box_count; i++)
        for (int k = 0; k < p->box[i].count && p->box[i].kind != BOX_OUTPUT; k++)
            picture_read(p, &p->box[i], p->box[i].line[k]);
    picture_calls(p);
    for (size_t i = 0; i < p->box_count; i++)
        p->box[i].frame = frame_of_call(p, graph->node[p->box[i].line[0]].type.clocks, p->box[i].call);
}
