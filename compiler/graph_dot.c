/* graph_dot.c: writes boxes, frames and edges in Graphviz' language.
 * In: a picture's boxes and frames. Out: text for `dot`. Fills are pale, and nothing is told by colour alone:
 * kinds of boxes have shapes, so it can be printed in grey. */
#include "graph_dot_build.h"

#include <string.h>

enum { FORMULA_WIDTH = 60, WEIGHTS_WIDTH = 72 };     /* characters in a row */

static const struct {
    const char *attributes;
} style[] = {
    [BOX_INPUT] = {"shape=cds style=filled fillcolor=\"#cfe3f3\" color=\"#2b6a99\" margin=\"0.16,0.06\""},
    [BOX_OUTPUT] = {"shape=cds style=filled fillcolor=\"#fbdfb8\" color=\"#a8650a\" margin=\"0.16,0.06\""},
    [BOX_STATE] = {"shape=box peripheries=2 style=filled fillcolor=\"#fdf6c9\" color=\"#7a6a00\" margin=\"0.1,0.05\""},
    [BOX_EQUATION] = {"shape=box style=\"filled,rounded\" fillcolor=white color=\"#444444\" margin=\"0.06,0.04\""},
    [BOX_LOOP] = {"shape=box style=\"filled,rounded\" fillcolor=\"#e6f4ec\" color=\"#22704f\" penwidth=1.6 margin=\"0.06,0.04\""},
};

/* ---- text ---- */

/* What a label in HTML cannot hold as it stands. */
static void write_escaped(Out *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        uint32_t code;
        int bytes = source_character(text + i, length - i, &code);
        if (code < ' ' || code == 127 || code == SOURCE_NOT_UTF8)
            out_text(out, "?");
        else if (strchr("&<>\"", (int)(code < 127 ? code : 'x')))
            out_printf(out, "&#%u;", (unsigned)code);
        else
            out_bytes(out, text + i, (size_t)bytes);
        i += (size_t)bytes;
    }
}

static void write_text(Out *out, const char *text)
{
    write_escaped(out, text, strlen(text));
}

/* Where to break a formula: a blank before an operator or behind a comma, as few parentheses deep as can
 * be, not in a product if that can be, and then as far right as can be. */
static size_t break_of(const char *text, size_t width)
{
    size_t best = 0;
    int depth = 0, least = 1 << 20;
    for (size_t i = 0; i <= width && text[i]; i++) {
        depth += (text[i] == '(' || text[i] == '[') - (text[i] == ')' || text[i] == ']');
        bool comma = i > 0 && text[i - 1] == ',';
        bool before = text[i] == ' ' && text[i + 1] && (comma || strchr("+-*/@%<>=", text[i + 1]));
        int cost = 2 * depth + (strchr("*/@%", text[i + (text[i] != 0)]) != NULL);
        if (before && i > width / 4 && cost <= least) {
            least = cost;
            best = i;
        }
    }
    return best;
}

static void write_formula(Out *out, const char *name, const char *formula)
{
    size_t width = FORMULA_WIDTH, end;
    if (name) {
        out_text(out, "<B>");
        write_text(out, name);
        out_text(out, "</B> = ");
        width -= strlen(name) < width / 2 ? strlen(name) : width / 2;
    }
    while (strlen(formula) > width && (end = break_of(formula, width)) > 0) {
        write_escaped(out, formula, end);
        out_text(out, "<BR ALIGN=\"LEFT\"/>&#160;&#160;&#160;&#160;");
        formula += end + 1;
        width = FORMULA_WIDTH;
    }
    write_text(out, formula);
    out_text(out, "<BR ALIGN=\"LEFT\"/>");
}

static const char *type_text(const Picture *p, NodeId id)
{
    const Type *type = &p->graph->node[id].type;
    if (!type->tokens)
        return shape_text(p->arena, type->shape);
    const char *token = arena_printf(p->arena, "token[%lld]", (long long)type->tokens);
    return type->shape.rank ? arena_printf(p->arena, "%s %s", shape_text(p->arena, type->shape), token) : token;
}

/* ---- boxes ---- */

static void write_weight(Out *out, const Picture *p, NodeId id)
{
    out_text(out, "<TD BGCOLOR=\"#e4e4e4\"><FONT POINT-SIZE=\"8\">");
    write_text(out, picture_name(p, -1, id));
    out_printf(out, " %s</FONT></TD>", type_text(p, id));
}

/* As many in a row as fit, and rows of equal lengths. */
static void write_weights(Out *out, const Picture *p, const Box *box)
{
    size_t longest = 1;
    if (!box->weights)
        return;
    for (int i = 0; i < box->weights; i++) {
        size_t length = strlen(picture_name(p, -1, box->weight[i])) + strlen(type_text(p, box->weight[i])) + 3;
        longest = length > longest ? length : longest;
    }
    int fit = longest < WEIGHTS_WIDTH ? (int)(WEIGHTS_WIDTH / longest) : 1;
    int rows = (box->weights + fit - 1) / fit, columns = (box->weights + rows - 1) / rows;
    out_text(out, "\n  <TR><TD ALIGN=\"LEFT\"><TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"3\" CELLPADDING=\"2\">");
    for (int i = 0; i < box->weights; i++) {
        out_text(out, i % columns == 0 ? "\n  <TR>" : "");
        write_weight(out, p, box->weight[i]);
        out_text(out, i % columns == columns - 1 || i == box->weights - 1 ? "</TR>" : "");
    }
    out_text(out, "</TABLE></TD></TR>");
}

/* The variables that "i, f = split(...)" defines; NULL: it is not split. */
static const char *part_names(const Picture *p, const Box *box, NodeId whole)
{
    const char *names = NULL;
    int64_t after = -1;
    for (;;) { /* in the order of their places */
        NodeId next = NODE_NONE;
        for (size_t i = 0; i < p->graph->count; i++) {
            const Node *node = &p->graph->node[i];
            if (p->mark[i].seen && p->mark[i].whole == whole && node->at.begin > after
                && (next == NODE_NONE || node->at.begin < p->graph->node[next].at.begin))
                next = (NodeId)i;
        }
        if (next == NODE_NONE)
            return names;
        after = p->graph->node[next].at.begin;
        const char *name = picture_name(p, box->call, next);
        names = names ? arena_printf(p->arena, "%s, %s", names, name) : name;
    }
}

static void write_equation(Out *out, const Picture *p, const Box *box, NodeId id)
{
    const char *parts = part_names(p, box, id), *formula = picture_formula(p, box, id), *name = picture_name(p, box->call, id);
    bool split = parts && strchr(parts, ',');
    bool two = parts && p->graph->node[id].label; /* z = ..., and i, f = split(z) */
    if (two || !parts)
        write_formula(out, name, formula);
    if (parts)
        write_formula(out, parts, split ? arena_printf(p->arena, "split(%s)", two ? name : formula) : formula);
}

static void write_equations(Out *out, const Picture *p, const Box *box)
{
    out_text(out, "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">");
    if (box->kind == BOX_LOOP) {
        Shape shape = p->graph->node[box->line[0]].type.shape;
        int64_t units = shape_count(shape);
        out_printf(out, "\n  <TR><TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\" COLOR=\"#22704f\">one loop, %lld unit%s</FONT></TD></TR>",
                   (long long)units, units == 1 ? "" : "s");
    }
    for (int i = 0; i < box->count; i++) {
        out_text(out, "\n  <TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\">");
        write_equation(out, p, box, box->line[i]);
        out_text(out, "</TD></TR>");
    }
    write_weights(out, p, box);
    out_text(out, "</TABLE>");
}

/* What a state is, and where it is not zero what it starts from. */
static void write_state(Out *out, const Picture *p, const Box *box)
{
    NodeId id = box->line[0], input = p->graph->node[id].input[0];
    const Node *state = &p->graph->node[id], *start = &p->graph->node[input];
    out_text(out, "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">\n  <TR><TD><B>");
    write_text(out, picture_name(p, box->call, id));
    out_text(out, "</B> ");
    if (state->label) {
        out_text(out, "= ");
        write_text(out, picture_state(p, box->call, id));
        out_text(out, " ");
    }
    out_printf(out, "%s</TD></TR>", type_text(p, id));
    if (start->op != OP_CONST || start->value != 0) {
        out_text(out, "\n  <TR><TD BALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\">start: ");
        write_formula(out, NULL, picture_start(p, box, input));
        out_text(out, "</FONT></TD></TR>");
    }
    write_weights(out, p, box);
    out_text(out, "</TABLE>");
}

static void write_box(Out *out, const Picture *p, int index)
{
    const Box *box = &p->box[index];
    out_printf(out, "b%d [%s label=<", index, style[box->kind].attributes);
    if (box->kind == BOX_INPUT || box->kind == BOX_OUTPUT) {
        out_text(out, "<B>");
        write_text(out, box->kind == BOX_INPUT ? p->graph->node[box->line[0]].name : p->graph->output[box->port].name);
        out_printf(out, "</B> %s", type_text(p, box->line[0]));
    } else if (box->kind == BOX_STATE) {
        write_state(out, p, box);
    } else {
        write_equations(out, p, box);
    }
    out_text(out, ">]\n");
}

/* ---- frames ---- */

static void write_call_label(Out *out, const Picture *p, const Call *call)
{
    Place place;
    const char *cell = call->place.source ? picture_cell(p, call->place, &place) : NULL;
    out_text(out, "graph [style=\"rounded,dashed\" color=\"#888888\" fontcolor=\"#555555\" label=<<B>");
    write_text(out, call->path);
    out_text(out, "</B>");
    if (cell) {
        out_text(out, ": ");
        write_text(out, cell);
    }
    out_text(out, ">]\n");
}

static void write_clock_label(Out *out, const Picture *p, const Clock *clock)
{
    const Box model = {.call = -1};
    out_text(out, "graph [style=\"filled\" fillcolor=\"#f4f6f8\" color=\"#8899aa\" fontcolor=\"#33475b\" label=<over <B>");
    write_text(out, clock->name);
    out_text(out, "</B>");
    if (clock->like >= 0) {
        out_text(out, ", as long as ");
        write_text(out, p->graph->clock[clock->like].name);
    } else if (clock->kind == CLOCK_AT_MOST || clock->kind == CLOCK_EXACT) {
        out_printf(out, " %s %lld", clock->kind == CLOCK_EXACT ? "=" : "&#8804;", (long long)clock->limit);
    }
    NodeId condition = clock->kind == CLOCK_TICKS ? clock->when : clock->until;
    if (condition != NODE_NONE) {
        out_text(out, clock->kind == CLOCK_TICKS ? " when " : " until ");
        write_text(out, picture_start(p, &model, condition));
    }
    out_text(out, ">]\n");
}

static void write_frame(Out *out, const Picture *p, int frame)
{
    if (frame >= 0) {
        out_printf(out, "subgraph cluster_%d {\n", frame);
        if (p->frame[frame].call >= 0)
            write_call_label(out, p, &p->call[p->frame[frame].call]);
        else
            write_clock_label(out, p, &p->graph->clock[p->frame[frame].clock]);
    }
    for (size_t i = 0; i < p->box_count; i++)
        if (p->box[i].frame == frame)
            write_box(out, p, (int)i);
    for (size_t i = 0; i < p->frame_count; i++)
        if (p->frame[i].parent == frame)
            write_frame(out, p, (int)i);
    if (frame >= 0)
        out_text(out, "}\n");
}

/* ---- edges ---- */

/* Whether the box has several values that others read, so that an edge must say which one it is. */
static bool has_several(const Picture *p, int box)
{
    NodeId first = NODE_NONE;
    for (size_t i = 0; i < p->box_count; i++)
        for (int k = 0; k < p->box[i].operands; k++) {
            NodeId id = p->box[i].operand[k];
            if (p->mark[id].box != box || (int)i == box || id == first)
                continue;
            if (first != NODE_NONE)
                return true;
            first = id;
        }
    return false;
}

static void write_edges(Out *out, const Picture *p, int index)
{
    const Box *box = &p->box[index];
    for (int i = 0; i < box->operands; i++) {
        NodeId id = box->operand[i];
        int from = p->mark[id].box;
        if (from == index)
            continue;
        out_printf(out, "b%d -> b%d", from, index);
        if (p->box[from].kind == BOX_EQUATION || p->box[from].kind == BOX_LOOP) {
            out_text(out, " [label=<&#160;");
            if (has_several(p, from)) {
                write_text(out, picture_name(p, box->call, id));
                out_text(out, " ");
            }
            out_printf(out, "%s>]", type_text(p, id));
        }
        out_text(out, "\n");
    }
    if (box->kind != BOX_STATE)
        return;
    NodeId next = p->graph->node[box->line[0]].next;
    while (!p->mark[next].seen)
        next = p->graph->node[next].next;
    out_printf(out, "b%d -> b%d [style=dashed constraint=false color=\"#7a6a00\"]\n", p->mark[next].box, index);
}

void graph_dot(Out *out, const Graph *graph)
{
    Picture p = {.arena = out->arena, .graph = graph};
    p.mark = arena_array(p.arena, graph->count + 1, sizeof *p.mark);
    p.labels = map_new(p.arena);
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].label)
            map_set(p.labels, graph->node[i].label, &graph->node[i]);
    picture_mark(&p);
    picture_boxes(&p);
    out_text(out, "digraph \"");
    for (const char *c = graph->name ? graph->name : ""; *c; c++)
        out_bytes(out, *c == '"' || *c == '\\' ? "_" : c, 1);
    out_text(out, "\" {\n"
                  "graph [rankdir=TB newrank=true fontname=\"Helvetica,Arial,sans-serif\" fontsize=11 labeljust=l nodesep=0.25 ranksep=0.4 pad=0.15]\n"
                  "node [fontname=\"Helvetica,Arial,sans-serif\" fontsize=10.5 height=0.3]\n"
                  "edge [fontname=\"Helvetica,Arial,sans-serif\" fontsize=8 fontcolor=\"#555555\" color=\"#444444\" arrowsize=0.6]\n");
    if (graph->name) {
        out_text(out, "graph [labelloc=t label=<<B>");
        write_text(out, graph->name);
        out_text(out, "</B>>]\n");
    }
    write_frame(out, &p, -1);
    for (size_t i = 0; i < p.box_count; i++)
        write_edges(out, &p, (int)i);
    picture_stack(out, &p);
    out_text(out, "}\n");
}
