/* plan_buffer.c: buffers: with room for the steps of clocks, and constants with their data. */
#include "plan_build.h"

#include <string.h>

int plan_buffer(Planner *p, BufferKind kind, const char *name, Shape shape, int64_t count)
{
    Plan *plan = p->plan;
    plan->buffer = arena_grow(p->arena, plan->buffer, plan->buffer_count, &plan->buffer_capacity, sizeof *plan->buffer);
    Buffer *buffer = &plan->buffer[plan->buffer_count];
    *buffer = (Buffer){.kind = kind, .name = name, .count = count, .steps = 1, .first = -1, .last = -1, .carried = -1};
    buffer->what = shape_text(p->arena, shape);
    return (int)plan->buffer_count++;
}

void plan_dims(Planner *p, int buffer, const int *clock, int count, int64_t slots)
{
    Buffer *b = &p->plan->buffer[buffer];
    int64_t stride = b->count;
    b->dims = count;
    for (int i = count; i-- > 0;) {
        const Clock *c = &p->graph->clock[clock[i]];
        b->dim[i] = (Dim){.clock = clock[i], .stride = stride};
        if (stride > SHAPE_MAX_COUNT / c->limit) {
            diag_error(p->diag, c->place, "%s %s for all steps of %s takes more than 2^31 numbers", b->name, b->what, c->name);
            return;
        }
        stride *= c->limit;
    }
    if (stride > SHAPE_MAX_COUNT / slots)
        diag_error(p->diag, (Place){0}, "%s %s for %lld steps takes more than 2^31 numbers", b->name, b->what, (long long)slots);
    b->steps = stride / b->count * slots;
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

int plan_const(Planner *p, NodeId id)
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

/* Elements of a row: of a matrix [units, inner], of a vector [units] or of one number for all units. */
static int64_t inner_of(const Planner *p, NodeId matrix)
{
    const Shape shape = p->graph->node[matrix].type.shape;
    return shape.rank == 2 ? shape.dim[1] : 1;
}

/* Matrices with `units` rows, side by side in panels: [panel][k][matrix][unit of the panel]. */
static double *pack(Planner *p, const NodeId *matrix, int count, int64_t units, int64_t inner)
{
    int64_t panels = (units + PLAN_PANEL - 1) / PLAN_PANEL;
    double *data = arena_array(p->arena, (size_t)(panels * inner * count * PLAN_PANEL), sizeof *data);
    for (int g = 0; g < count; g++) {
        const double *from = matrix[g] == NODE_NONE ? NULL : constant_value(p->constants, matrix[g]);
        int64_t size = from ? shape_count(p->graph->node[matrix[g]].type.shape) : 1;
        for (int64_t u = 0; from && u < units; u++)
            for (int64_t k = 0; k < inner; k++)
                data[((u / PLAN_PANEL * inner + k) * count + g) * PLAN_PANEL + u % PLAN_PANEL] = from[(u * inner + k) % size];
    }
    return data;
}

int plan_pack(Planner *p, const NodeId *matrix, int count, int64_t units)
{
    const char *key = arena_printf(p->arena, "pack %lld", (long long)units), *what = "", *label = NULL, *before = "";
    int64_t inner = 1;
    int rank = 1;
    for (int g = 0; g < count; g++) {
        key = arena_printf(p->arena, "%s %d", key, matrix[g]);
        if (matrix[g] == NODE_NONE)
            continue;
        const char *name = const_label(p->graph, matrix[g]);
        if (!label || strcmp(name, before) != 0)
            what = arena_printf(p->arena, "%s%s%s", what, label ? ", " : "", name);
        label = label ? label : name;
        before = name;
        inner = inner_of(p, matrix[g]);
        rank = p->graph->node[matrix[g]].type.shape.rank > rank ? p->graph->node[matrix[g]].type.shape.rank : rank;
    }
    void *old = map_get(p->packs, key);
    if (old)
        return (int)((intptr_t)old - 1);
    int64_t panels = (units + PLAN_PANEL - 1) / PLAN_PANEL;
    Shape shape = {.rank = rank, .dim = {units, inner}};
    int buffer = plan_buffer(p, BUFFER_CONST, plan_name(p, label, "k_"), shape, panels * inner * count * PLAN_PANEL);
    Buffer *b = &p->plan->buffer[buffer];
    b->packed = true;
    b->data = pack(p, matrix, count, units, inner);
    b->what = arena_printf(p->arena, "%s: %d x %s in panels of %d units", what, count, b->what, PLAN_PANEL);
    map_set(p->packs, key, (void *)((intptr_t)buffer + 1));
    return buffer;
}

int plan_pack_columns(Planner *p, NodeId matrix, int64_t rows, int64_t cols)
{
    const char *key = arena_printf(p->arena, "columns %d", matrix), *label = const_label(p->graph, matrix);
    void *old = map_get(p->packs, key);
    if (old)
        return (int)((intptr_t)old - 1);
    int64_t panels = (cols + PLAN_PANEL - 1) / PLAN_PANEL;
    int buffer = plan_buffer(p, BUFFER_CONST, plan_name(p, label, "k_"), p->graph->node[matrix].type.shape, panels * rows * PLAN_PANEL);
    double *data = arena_array(p->arena, (size_t)(panels * rows * PLAN_PANEL), sizeof *data);
    const double *from = constant_value(p->constants, matrix);
    for (int64_t c = 0; c < cols; c++)
        for (int64_t k = 0; k < rows; k++)
            data[(c / PLAN_PANEL * rows + k) * PLAN_PANEL + c % PLAN_PANEL] = from[k * cols + c];
    Buffer *b = &p->plan->buffer[buffer];
    b->packed = true;
    b->data = data;
    b->what = arena_printf(p->arena, "%s %s in panels of %d columns", label, b->what, PLAN_PANEL);
    map_set(p->packs, key, (void *)((intptr_t)buffer + 1));
    return buffer;
}
