/* plan_view.c: buffers and views: where values lie, without moving them where that can be helped.
 * Slices of whole rows, reshapes and rows by token are places inside of another buffer. */
#include "plan_build.h"

#include <assert.h>
#include <string.h>

int plan_clock(Clocks clocks)
{
    int clock = -1;
    for (int i = 0; i < CLOCKS_MAX; i++)
        if (clocks >> i & 1)
            clock = i;
    return clock;
}

int plan_buffer(Planner *p, BufferKind kind, const char *name, Shape shape, int64_t count)
{
    Plan *plan = p->plan;
    plan->buffer = arena_grow(p->arena, plan->buffer, plan->buffer_count, &plan->buffer_capacity, sizeof *plan->buffer);
    Buffer *buffer = &plan->buffer[plan->buffer_count];
    *buffer = (Buffer){.kind = kind, .name = name, .count = count, .clock = -1, .steps = 1, .first = -1, .last = -1};
    buffer->what = shape_text(p->arena, shape);
    return (int)plan->buffer_count++;
}

View plan_at(int buffer)
{
    return (View){.buffer = buffer, .index = -1};
}

/* ---- constants ---- */

/* What to call a constant: its variable, or the first tensor that it is made of. */
static const char *const_label(const Graph *graph, NodeId id)
{
    const Node *node = &graph->node[id];
    while (!node->label && node->op != OP_TENSOR && node->count)
        node = &graph->node[node->input[0]];
    return node->label ? node->label : node->name ? node->name : "constant";
}

static int const_buffer(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    const char *key = arena_printf(p->arena, "%d", id);
    void *old = map_get(p->packs, key);
    if (old)
        return (int)((intptr_t)old - 1);
    const char *label = const_label(p->graph, id);
    int64_t count = shape_count(node->type.shape);
    int buffer = plan_buffer(p, BUFFER_CONST, plan_name(p, label, "k_"), node->type.shape, count);
    p->plan->buffer[buffer].integer = node->type.tokens > 0;
    p->plan->buffer[buffer].data = constant_value(p->constants, id);
    p->plan->buffer[buffer].what = arena_printf(p->arena, "%s %s", label, p->plan->buffer[buffer].what);
    map_set(p->packs, key, (void *)((intptr_t)buffer + 1));
    return buffer;
}

/* Matrices [units, inner], side by side in panels: [panel][k][matrix][unit of the panel]. */
static double *pack(Planner *p, const NodeId *matrix, int count, int64_t units, int64_t inner)
{
    int64_t panels = (units + PLAN_PANEL - 1) / PLAN_PANEL;
    double *data = arena_array(p->arena, (size_t)(panels * inner * count * PLAN_PANEL), sizeof *data);
    for (int g = 0; g < count; g++) {
        const double *from = constant_value(p->constants, matrix[g]);
        for (int64_t u = 0; u < units; u++)
            for (int64_t k = 0; k < inner; k++)
                data[((u / PLAN_PANEL * inner + k) * count + g) * PLAN_PANEL + u % PLAN_PANEL] = from[u * inner + k];
    }
    return data;
}

int plan_pack(Planner *p, const NodeId *matrix, int count)
{
    const Shape shape = p->graph->node[matrix[0]].type.shape;
    const char *key = "pack", *what = "", *label = NULL;
    for (int g = 0; g < count; g++) {
        const char *name = const_label(p->graph, matrix[g]);
        label = label ? label : name;
        key = arena_printf(p->arena, "%s %d", key, matrix[g]);
        if (g == 0 || strcmp(name, const_label(p->graph, matrix[g - 1])) != 0)
            what = arena_printf(p->arena, "%s%s%s", what, g ? ", " : "", name);
    }
    void *old = map_get(p->packs, key);
    if (old)
        return (int)((intptr_t)old - 1);
    int64_t panels = (shape.dim[0] + PLAN_PANEL - 1) / PLAN_PANEL;
    int buffer = plan_buffer(p, BUFFER_CONST, plan_name(p, label, "k_"), shape, panels * shape.dim[1] * count * PLAN_PANEL);
    Buffer *b = &p->plan->buffer[buffer];
    b->packed = true;
    b->data = pack(p, matrix, count, shape.dim[0], shape.dim[1]);
    b->what = arena_printf(p->arena, "%s: %d x %s in panels of %d units", what, count, b->what, PLAN_PANEL);
    map_set(p->packs, key, (void *)((intptr_t)buffer + 1));
    return buffer;
}

/* ---- views ---- */

/* Whether a slice is one piece: all axes before it have one element. */
static bool one_piece(const Node *node, Shape in)
{
    return shape_product(in, 0, node->at.axis) == 1;
}

bool plan_is_view(const Graph *graph, const Node *node)
{
    if (node->fixed)
        return false;
    switch (node->op) {
    case OP_RESHAPE: case OP_REPEAT: return true;
    case OP_SLICE: return one_piece(node, graph->node[node->input[0]].type.shape);
    case OP_ROW: { /* a row of a row would need two indices */
        const Node *table = &graph->node[node->input[0]];
        while (plan_is_view(graph, table) && table->op != OP_ROW)
            table = &graph->node[table->input[0]];
        return table->op != OP_ROW;
    }
    default: return false;
    }
}

NodeId plan_root(const Graph *graph, NodeId id)
{
    while (plan_is_view(graph, &graph->node[id]))
        id = graph->node[id].input[0];
    return id;
}

static View inside(Planner *p, const Node *node, int phase)
{
    View view = plan_view(p, node->input[0], phase);
    Shape in = p->graph->node[node->input[0]].type.shape;
    if (node->op == OP_SLICE)
        view.offset += node->at.begin * shape_product(in, node->at.axis + 1, in.rank);
    if (node->op == OP_ROW) {
        View token = plan_view(p, node->input[1], phase);
        view.index = token.buffer;
        view.index_time = token.time;
        view.index_offset = token.offset;
        view.stride = shape_product(in, 1, in.rank);
    }
    return view;
}

View plan_view(Planner *p, NodeId id, int phase)
{
    const Node *node = &p->graph->node[id];
    if (node->fixed)
        return plan_at(const_buffer(p, id));
    if (plan_is_view(p->graph, node))
        return inside(p, node, phase);
    if (p->sequence[id] >= 0 && p->phase[id] != phase) {
        View view = plan_at(p->sequence[id]);
        view.time = AT_STEP;
        return view;
    }
    assert(!node->type.clocks || node->op == OP_INPUT || p->phase[id] == phase); /* make_sequences has seen to it */
    return p->view[id];
}

View plan_define(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    View view;
    if (p->port[id] >= 0) {
        view = plan_at(p->plan->output[p->port[id]]);
        view.time = p->plan->buffer[view.buffer].clock >= 0 ? AT_STEP : AT_START;
    } else {
        const char *label = node->label ? node->label : arena_printf(p->arena, "v%d", id);
        int buffer = plan_buffer(p, BUFFER_WORK, plan_name(p, label, ""), node->type.shape, shape_count(node->type.shape));
        p->plan->buffer[buffer].integer = node->type.tokens > 0;
        view = plan_at(buffer);
    }
    p->view[id] = view;
    return view;
}
