/* plan_product.c: calls of the runtime's kernels that multiply: products of matrices that are no loop over units,
 * scores and weighted sums over a clock, convolutions (and pooling, which has the same windows). */
#include "plan_build.h"

#include <string.h>

/* ---- convolutions and pooling ---- */

/* The columns of a kernel in panels: a constant, or packed anew where it is computed. */
static View packed_kernel(Planner *p, const Node *node, int loop)
{
    const Node *kernel = &p->graph->node[node->input[1]];
    const Shape shape = kernel->type.shape;
    int64_t cols = shape.dim[shape.rank - 1], rows = shape_count(shape) / cols;
    if (kernel->fixed)
        return plan_at(plan_pack_columns(p, node->input[1], rows, cols));
    int64_t count = (cols + PLAN_PANEL - 1) / PLAN_PANEL * rows * PLAN_PANEL;
    View from = plan_view(p, node->input[1], loop), to = plan_at(plan_buffer(p, BUFFER_WORK, plan_name(p, "packed", ""), shape, count));
    Step *step = plan_step(p, STEP_CALL, node->place);
    step->call = "pack_f32";
    step->out = to;
    step->in[0] = from;
    step->in_count = 1;
    step->size[0] = rows;
    step->size[1] = cols;
    step->size_count = 2;
    return to;
}

static void convolution(Planner *p, const Node *node, NodeId id, int loop, const int64_t size[9])
{
    View from = plan_view(p, node->input[0], loop), kernel = packed_kernel(p, node, loop), out = plan_define(p, id);
    Step *step = plan_step(p, STEP_CALL, node->place);
    step->call = "conv2d_f32";
    step->out = out;
    step->in[0] = from;
    step->in[1] = kernel;
    step->in_count = 2;
    memcpy(step->size, size, 9 * sizeof *size);
    step->size_count = 9;
    step->label = node->label;
}

/* What has two axes is an image of one row. */
void plan_spatial(Planner *p, const Node *node, NodeId id, int loop)
{
    const Shape in = p->graph->node[node->input[0]].type.shape;
    bool image = in.rank == 3;
    int64_t h = image ? in.dim[0] : 1, w = in.dim[image], c = in.dim[in.rank - 1];
    if (node->op == OP_CONV) {
        const Shape kernel = p->graph->node[node->input[1]].type.shape;
        int64_t kh = image ? kernel.dim[0] : 1, pad = node->at.pad;
        convolution(p, node, id, loop, (int64_t[]){h, w, c, kh, kernel.dim[image], kernel.dim[kernel.rank - 1], node->at.stride, image ? pad : 0, pad});
        return;
    }
    View from = plan_view(p, node->input[0], loop), out = plan_define(p, id);
    Step *step = plan_step(p, STEP_CALL, node->place);
    step->call = arena_printf(p->arena, "%s_f32", op_info[node->op].word);
    step->out = out;
    step->in[0] = from;
    step->in_count = 1;
    int64_t size[] = {h, w, c, image ? node->at.window : 1, node->at.window, node->at.stride};
    memcpy(step->size, size, sizeof size);
    step->size_count = 6;
    step->label = node->label;
}

/* ---- products ---- */

/* A product of two matrices, or of the rows of one and a vector: how many, how long, how far apart. */
static Step *with_rows(Planner *p, const Node *node, const char *call, View out, View left, View right, const int64_t size[3])
{
    Step *step = plan_step(p, STEP_CALL, node->place);
    step->call = call;
    step->out = out;
    step->in[0] = left;
    step->in[1] = right;
    step->in_count = 2;
    memcpy(step->size, size, 3 * sizeof *size);
    step->size_count = 3;
    step->label = node->label;
    return step;
}

void plan_product(Planner *p, const Node *node, NodeId id, int loop)
{
    const Shape a = p->graph->node[node->input[0]].type.shape, b = p->graph->node[node->input[1]].type.shape;
    int64_t m = a.rank == 2 ? a.dim[0] : 1, k = b.dim[0], n = b.rank == 2 ? b.dim[1] : 1;
    if (a.rank == 2 && b.rank == 2 && p->graph->node[node->input[1]].fixed) { /* a sequence, and a kernel for one element of it */
        convolution(p, node, id, loop, (int64_t[]){1, m, k, 1, 1, n, 1, 0, 0});
        return;
    }
    View left = plan_view(p, node->input[0], loop), right = plan_view(p, node->input[1], loop), out = plan_define(p, id);
    if (b.rank == 1)
        with_rows(p, node, "matvec_f32", out, left, right, (int64_t[]){m, k, k});
    else if (a.rank == 1)
        with_rows(p, node, "vecmat_f32", out, right, left, (int64_t[]){k, n, n});
    else
        with_rows(p, node, "matmul_f32", out, left, right, (int64_t[]){m, k, n});
}

/* Scores and weighted sums: the steps are the rows of a matrix, which is multiplied by a vector. */
void plan_attention(Planner *p, const Node *node, NodeId id, int loop)
{
    int clock = node->at.clock;
    bool scores = node->op == OP_SCORES;
    int64_t count = shape_count(p->graph->node[node->input[0]].type.shape);
    int64_t size[3] = {p->graph->clock[clock].limit, count, plan_stride(p, node->input[0], loop, clock)};
    View rows = plan_whole(p, node->input[0], loop, clock, false), vector = plan_whole(p, node->input[1], loop, clock, false);
    View out = plan_define(p, id);
    if (scores) /* the whole sequence, not a step of it */
        out.terms--;
    Step *step = with_rows(p, node, scores ? "matvec_f32" : "vecmat_f32", out, rows, vector, size);
    step->clock = clock;
    step->length_at = 0;
}
