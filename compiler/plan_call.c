/* plan_call.c: nodes that are no loop over units: calls of the runtime's kernels, and copies. */
#include "plan_build.h"

#include <string.h>

void plan_copy(Planner *p, View out, View in, int64_t count, When when, Place place)
{
    Step *step = plan_step(p, STEP_COPY, place);
    step->out = out;
    step->in[0] = in;
    step->in_count = 1;
    step->when = when;
    int64_t size[4] = {1, count, count, count};
    memcpy(step->size, size, sizeof size);
    step->size_count = 4;
}

/* A call with the sizes [outer, n, inner] around an axis. */
static void along_axis(Planner *p, const Node *node, NodeId id, int phase)
{
    const Shape in = p->graph->node[node->input[0]].type.shape;
    View from = plan_view(p, node->input[0], phase), out = plan_define(p, id);
    Step *step = plan_step(p, STEP_CALL, node->place);
    step->call = arena_printf(p->arena, "%s_f32", op_info[node->op].word);
    step->out = out;
    step->in[0] = from;
    step->in_count = 1;
    step->size[0] = shape_product(in, 0, node->at.axis);
    step->size[1] = in.dim[node->at.axis];
    step->size[2] = shape_product(in, node->at.axis + 1, in.rank);
    step->size_count = 3;
    step->label = node->label;
}

/* A reduction over a clock works along the first axis of what the loop before it has kept. */
static void along_clock(Planner *p, const Node *node, NodeId id)
{
    NodeId in = node->input[0];
    View from = plan_at(p->sequence[in]);
    View out = plan_define(p, id);
    Step *step = plan_step(p, STEP_CALL, node->place);
    step->call = arena_printf(p->arena, "%s_f32", op_info[node->op].word);
    step->out = out;
    step->in[0] = from;
    step->in_count = 1;
    step->size[0] = 1;
    step->size[1] = p->graph->clock[node->at.clock].limit;
    step->size[2] = shape_count(p->graph->node[in].type.shape);
    step->size_count = 3;
    step->clock = node->at.clock;
    step->length_at = 1;
    step->label = node->label;
}

static void product(Planner *p, const Node *node, NodeId id, int phase)
{
    const Shape a = p->graph->node[node->input[0]].type.shape, b = p->graph->node[node->input[1]].type.shape;
    View left = plan_view(p, node->input[0], phase), right = plan_view(p, node->input[1], phase), out = plan_define(p, id);
    Step *step = plan_step(p, STEP_CALL, node->place);
    bool vector = a.rank == 2 && b.rank == 1;
    step->call = vector ? "matvec_f32" : "matmul_f32";
    step->out = out;
    step->in[0] = left;
    step->in[1] = right;
    step->in_count = 2;
    step->size[0] = a.rank == 2 ? a.dim[0] : 1;
    step->size[1] = b.dim[0];
    step->size[2] = b.rank == 2 ? b.dim[1] : 1;
    step->size_count = vector ? 2 : 3;
    step->label = node->label;
}

static void strided(Planner *p, View out, View in, const int64_t size[4], Place place)
{
    Step *step = plan_step(p, STEP_COPY, place);
    step->out = out;
    step->in[0] = in;
    step->in_count = 1;
    memcpy(step->size, size, sizeof step->size);
    step->size_count = 4;
}

static void concat(Planner *p, const Node *node, NodeId id, int phase)
{
    const Shape shape = node->type.shape;
    int64_t rows = shape_product(shape, 0, node->at.axis), inner = shape_product(shape, node->at.axis + 1, shape.rank);
    View out = plan_define(p, id);
    for (int i = 0; i < node->count; i++) {
        int64_t n = p->graph->node[node->input[i]].type.shape.dim[node->at.axis] * inner;
        int64_t size[4] = {rows, n, shape.dim[node->at.axis] * inner, n};
        strided(p, out, plan_view(p, node->input[i], phase), size, node->place);
        out.offset += n;
    }
}

static void slice(Planner *p, const Node *node, NodeId id, int phase)
{
    const Shape in = p->graph->node[node->input[0]].type.shape;
    int64_t inner = shape_product(in, node->at.axis + 1, in.rank), n = (node->at.end - node->at.begin) * inner;
    View from = plan_view(p, node->input[0], phase);
    from.offset += node->at.begin * inner;
    int64_t size[4] = {shape_product(in, 0, node->at.axis), n, n, in.dim[node->at.axis] * inner};
    View out = plan_define(p, id);
    strided(p, out, from, size, node->place);
}

static void row(Planner *p, const Node *node, NodeId id, int phase)
{
    View from = plan_view(p, node->input[0], phase), token = plan_view(p, node->input[1], phase);
    View out = plan_define(p, id);
    Step *step = plan_step(p, STEP_CALL, node->place);
    step->call = "rows_f32";
    step->out = out;
    step->in[0] = from;
    step->in[1] = token;
    step->in_count = 2;
    step->size[0] = 1;
    step->size[1] = shape_count(node->type.shape);
    step->size_count = 2;
}

/* All axes in the opposite order: one after the other the first axis goes behind the rest of those
 * that are still in order, and before those that are turned already. */
static void transpose(Planner *p, const Node *node, NodeId id, int phase)
{
    const Shape in = p->graph->node[node->input[0]].type.shape;
    View from = plan_view(p, node->input[0], phase), out = plan_define(p, id);
    for (int i = 0; i + 1 < in.rank; i++) {
        View to = out;
        if (i + 2 < in.rank)
            to = plan_at(plan_buffer(p, BUFFER_WORK, plan_name(p, "turning", ""), in, shape_count(in)));
        Step *step = plan_step(p, STEP_CALL, node->place);
        step->call = "transpose_f32";
        step->out = to;
        step->in[0] = from;
        step->in_count = 1;
        step->size[0] = 1;
        step->size[1] = in.dim[i];
        step->size[2] = shape_product(in, i + 1, in.rank);
        step->size[3] = shape_product(in, 0, i);
        step->size_count = 4;
        from = to;
    }
}

static void number(Planner *p, const Node *node, NodeId id, int phase)
{
    View from = plan_view(p, node->input[0], phase), out = plan_define(p, id);
    Step *step = plan_step(p, STEP_NUMBER, node->place);
    step->out = out;
    step->in[0] = from;
    step->in_count = 1;
    step->size[0] = shape_count(node->type.shape);
    step->size_count = 1;
}

void plan_call(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    int phase = p->phase[id];
    switch (node->op) {
    case OP_MATMUL: product(p, node, id, phase); return;
    case OP_CONCAT: concat(p, node, id, phase); return;
    case OP_SLICE: slice(p, node, id, phase); return;
    case OP_ROW: row(p, node, id, phase); return;
    case OP_TRANSPOSE: transpose(p, node, id, phase); return;
    case OP_NUMBER: number(p, node, id, phase); return;
    default: break;
    }
    if (node->at.clock >= 0)
        along_clock(p, node, id);
    else
        along_axis(p, node, id, phase);
}
