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
static void along_axis(Planner *p, const Node *node, NodeId id, int loop)
{
    const Shape in = p->graph->node[node->input[0]].type.shape;
    View from = plan_view(p, node->input[0], loop), out = plan_define(p, id);
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

static void strided(Planner *p, View out, View in, const int64_t size[4], Place place)
{
    Step *step = plan_step(p, STEP_COPY, place);
    step->out = out;
    step->in[0] = in;
    step->in_count = 1;
    memcpy(step->size, size, 4 * sizeof *size);
    step->size_count = 4;
}

static void concat(Planner *p, const Node *node, NodeId id, int loop)
{
    const Shape shape = node->type.shape;
    int64_t rows = shape_product(shape, 0, node->at.axis), inner = shape_product(shape, node->at.axis + 1, shape.rank);
    View out = plan_define(p, id);
    for (int i = 0; i < node->count; i++) {
        int64_t n = p->graph->node[node->input[i]].type.shape.dim[node->at.axis] * inner;
        int64_t size[4] = {rows, n, shape.dim[node->at.axis] * inner, n};
        strided(p, out, plan_view(p, node->input[i], loop), size, node->place);
        out.offset += n;
    }
}

static void slice(Planner *p, const Node *node, NodeId id, int loop)
{
    const Shape in = p->graph->node[node->input[0]].type.shape;
    int64_t inner = shape_product(in, node->at.axis + 1, in.rank), n = (node->at.end - node->at.begin) * inner;
    View from = plan_view(p, node->input[0], loop);
    from.offset += node->at.begin * inner;
    int64_t size[4] = {shape_product(in, 0, node->at.axis), n, n, in.dim[node->at.axis] * inner};
    View out = plan_define(p, id);
    strided(p, out, from, size, node->place);
}

/* A row that is no view: of another axis than the first, or of what is a row itself. */
static void row(Planner *p, const Node *node, NodeId id, int loop)
{
    const Shape in = p->graph->node[node->input[0]].type.shape;
    int64_t outer = shape_product(in, 0, node->at.axis), inner = shape_product(in, node->at.axis + 1, in.rank);
    View from = plan_view(p, node->input[0], loop), token = plan_view(p, node->input[1], loop);
    if (from.index) { /* it would need two */
        int64_t count = shape_count(in);
        int whole = plan_buffer(p, BUFFER_WORK, plan_name(p, "table", ""), in, count);
        plan_copy(p, plan_at(whole), from, count, WHEN_ALWAYS, node->place);
        from = plan_at(whole);
    }
    from.index = arena_alloc(p->arena, sizeof *from.index);
    *from.index = token;
    from.stride = inner;
    int64_t size[4] = {outer, inner, inner, in.dim[node->at.axis] * inner};
    strided(p, plan_define(p, id), from, size, node->place);
}

/* All axes in the opposite order: one after the other the first axis goes behind the rest of those
 * that are still in order, and before those that are turned already. */
static void transpose(Planner *p, const Node *node, NodeId id, int loop)
{
    const Shape in = p->graph->node[node->input[0]].type.shape;
    View from = plan_view(p, node->input[0], loop), out = plan_define(p, id);
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

/* ---- one element after the other, or one in all ---- */

static void cast(Planner *p, const Node *node, NodeId id, int loop)
{
    View from = plan_view(p, node->input[0], loop), out = plan_define(p, id);
    Step *step = plan_step(p, STEP_CAST, node->place);
    step->out = out;
    step->in[0] = from;
    step->in_count = 1;
    step->size[0] = shape_count(node->type.shape);
    step->size_count = 1;
}

static void count(Planner *p, const Node *node, NodeId id)
{
    View out = plan_define(p, id);
    Step *step = plan_step(p, STEP_COUNT, node->place);
    step->out = out;
    step->clock = node->at.clock;
}

/* The position of a step among all steps of the clocks that a value runs on is a view's offset into a
 * buffer that is not there; the clock without an end counts first. */
static void draw(Planner *p, const Node *node, NodeId id)
{
    View out = plan_define(p, id), position = {.buffer = out.buffer};
    int64_t stride = shape_count(node->type.shape);
    for (int endless = 0; endless < 2; endless++)
        for (int k = p->graph->clock_count; k-- > 0;) {
            const Clock *clock = &p->graph->clock[k];
            if (!(node->type.clocks >> k & 1) || (clock->kind == CLOCK_ENDLESS) != endless || position.terms == PLAN_DIMS)
                continue;
            bool counts = p->plan->steps && k == p->plan->clock;
            position.term[position.terms++] = (Term){counts ? TERM_NUMBER : TERM_STEP, k, stride, 0};
            stride *= endless ? 1 : clock->limit;
        }
    Step *step = plan_step(p, STEP_DRAW, node->place);
    step->out = out;
    step->in[0] = position;
    step->size[0] = shape_count(node->type.shape);
    step->size[1] = node->at.site;
    step->size_count = 2;
}

static void sample(Planner *p, const Node *node, NodeId id, int loop)
{
    View from = plan_view(p, node->input[0], loop), number = plan_view(p, node->input[1], loop), out = plan_define(p, id);
    Step *step = plan_step(p, STEP_CALL, node->place);
    step->call = "sample_i32";
    step->out = out;
    step->in[0] = from;
    step->in[1] = number;
    step->in_count = 2;
    step->size[0] = p->graph->node[node->input[0]].type.shape.dim[0];
    step->size_count = 1;
    step->label = node->label;
}

void plan_call(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    int loop = p->nest->of[id];
    switch (node->op) {
    case OP_MATMUL: plan_product(p, node, id, loop); break;
    case OP_SCORES: case OP_WEIGHTED: plan_attention(p, node, id, loop); break;
    case OP_CONCAT: concat(p, node, id, loop); break;
    case OP_SLICE: slice(p, node, id, loop); break;
    case OP_ROW: row(p, node, id, loop); break;
    case OP_TRANSPOSE: transpose(p, node, id, loop); break;
    case OP_NUMBER: case OP_TOKEN: cast(p, node, id, loop); break;
    case OP_STEP: count(p, node, id); break;
    case OP_UNIFORM: draw(p, node, id); break;
    case OP_CONV: case OP_MAX_POOL: case OP_AVG_POOL: plan_spatial(p, node, id, loop); break;
    case OP_SAMPLE: sample(p, node, id, loop); break;
    default: along_axis(p, node, id, loop); break;
    }
}

/* ---- along clocks ---- */

/* All steps of what a node gathers, or the last one. */
static View gathered(Planner *p, NodeId id, bool last)
{
    const Node *node = &p->graph->node[id];
    if (p->feed[id] == -2)
        return plan_whole(p, node->input[0], p->nest->of[id], node->at.clock, last);
    View view = plan_step_of(p, p->feed[id]);
    int kept = 0;
    for (int i = 0; i < view.terms; i++) {
        bool along = view.term[i].clock == node->at.clock;
        if (along && !last)
            continue;
        view.term[kept] = view.term[i];
        view.term[kept++].kind = along ? TERM_LAST : view.term[i].kind;
    }
    view.terms = kept;
    return view;
}

void plan_gather(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    int64_t count = shape_count(p->graph->node[node->input[0]].type.shape);
    if (node->op == OP_FIRST || node->op == OP_LAST) {
        if (p->feed[id] == -1)
            return; /* the loop has taken it */
        View in = gathered(p, id, node->op == OP_LAST);
        plan_copy(p, plan_define(p, id), in, count, WHEN_ALWAYS, node->place);
        return;
    }
    View from = gathered(p, id, false);
    if (node->op == OP_STACK) {
        if (p->sequence[id] < 0 && p->port[id] < 0)
            p->view[id] = from;
        else
            plan_copy(p, plan_define(p, id), from, count * node->at.length, WHEN_ALWAYS, node->place);
        return;
    }
    View out = plan_define(p, id);
    if (op_info[node->op].class == CLASS_NORMAL) /* the whole sequence, not a step of it */
        out.terms--;
    Step *step = plan_step(p, STEP_CALL, node->place);
    step->call = arena_printf(p->arena, "%s_f32", op_info[node->op].word);
    step->out = out;
    step->in[0] = from;
    step->in_count = 1;
    step->size[0] = 1;
    step->size[1] = p->graph->clock[node->at.clock].limit;
    step->size[2] = count;
    step->size_count = 3;
    step->clock = node->at.clock;
    step->length_at = 1;
    step->label = node->label;
}
