/* interp_value.c: one value of one node at one step, by the definition of its operator, from values that are there. */
#include "interp_value.h"

#include "../runtime/random.h"
#include "op_eval.h"

#include <math.h>
#include <string.h>

static double *scratch(Interp *in, int64_t count)
{
    if (in->scratch_room < (size_t)count) {
        in->scratch = arena_array(in->arena, (size_t)count, sizeof *in->scratch);
        in->scratch_room = (size_t)count;
    }
    return in->scratch;
}

static void copy(double *to, const double *from, int64_t count)
{
    memcpy(to, from, (size_t)count * sizeof *to);
}

/* The score of this step, or the sum of all steps' values times their weights. */
static void compute_attention(Interp *in, NodeId id, const Steps *steps, double *out)
{
    const Node *node = &in->graph->node[id];
    int64_t size = shape_count(in->graph->node[node->input[0]].type.shape), length = time_length(&in->time, node->at.clock);
    int64_t begin = node->op == OP_SCORES ? steps->at[node->at.clock] : 0, end = node->op == OP_SCORES ? begin + 1 : length;
    for (int64_t k = 0; k < shape_count(node->type.shape); k++)
        out[k] = 0;
    for (int64_t i = begin; i < end; i++) {
        const double *x = time_value(&in->time, time_need(&in->time, id, *steps, i));
        const double *with = time_value(&in->time, time_need(&in->time, id, *steps, node->op == OP_SCORES ? length : length + i));
        for (int64_t k = 0; k < size; k++)
            out[node->op == OP_SCORES ? 0 : k] += x[k] * with[node->op == OP_SCORES ? k : 0];
    }
}

/* Over a clock is along the first axis of the values of all its steps. */
static void compute_gathered(Interp *in, NodeId id, const Steps *steps, double *out)
{
    const Node *node = &in->graph->node[id];
    if (node->op == OP_SCORES || node->op == OP_WEIGHTED) {
        compute_attention(in, id, steps, out);
        return;
    }
    int64_t size = shape_count(in->graph->node[node->input[0]].type.shape), length = time_length(&in->time, node->at.clock);
    double *all = scratch(in, 2 * length * size), *result = all + length * size;
    for (int64_t i = 0; i < length; i++)
        copy(all + i * size, time_value(&in->time, time_need(&in->time, id, *steps, i)), size);
    const double *data[] = {all};
    Attributes first_axis = {.axis = 0, .clock = -1};
    Shape shape = shape_vector(2, (int64_t[]){length, size});
    if (node->op == OP_STACK) {
        copy(out, all, length * size);
    } else if (op_info[node->op].class == CLASS_REDUCE) {
        op_eval(node->op, &first_axis, &shape, data, 1, shape_vector(1, &size), out);
    } else {
        op_eval(node->op, &first_axis, &shape, data, 1, shape, result);
        copy(out, result + steps->at[node->at.clock] * size, size);
    }
}

/* Whether the number is one of 0 to count - 1. */
static bool exists(Interp *in, NodeId id, double number, int64_t count)
{
    if (number >= 0 && number < (double)count && number == floor(number))
        return true;
    const char *what = in->graph->node[id].op == OP_ROW ? "row" : "token";
    in->error = arena_printf(in->arena, "node %%%d (%s): there is no %s %g, only 0 to %lld", (int)id, what, what, number,
                             (long long)count - 1);
    return false;
}

static bool operands_exist(Interp *in, NodeId id)
{
    const Node *node = &in->graph->node[id];
    if (node->op == OP_ROW)
        return exists(in, id, in->operand[1][0], in->shape[0].dim[node->at.axis]);
    for (int64_t i = 0; node->op == OP_TOKEN && i < shape_count(node->type.shape); i++)
        if (!exists(in, id, in->operand[0][i], node->type.tokens))
            return false;
    return true;
}

static bool compute_operator(Interp *in, NodeId id, const Steps *steps, double *out)
{
    const Node *node = &in->graph->node[id];
    int64_t size = shape_count(node->type.shape);
    for (int i = 0; i < time_need_count(&in->time, node); i++) {
        Need need = time_need(&in->time, id, *steps, i);
        in->shape[i] = in->graph->node[need.id].type.shape;
        in->operand[i] = time_value(&in->time, need);
    }
    if (!operands_exist(in, id))
        return false;
    if (node->op == OP_STATE || op_info[node->op].class == CLASS_CLOCK)
        copy(out, in->operand[0], size);
    else if (node->op == OP_UNSTACK)
        copy(out, in->operand[0] + steps->at[node->at.clock] * size, size);
    else
        op_eval(node->op, &node->at, in->shape, in->operand, node->count, node->type.shape, out);
    return true;
}

/* The caller's array has the port's clocks outermost first. */
static void compute_input(const Interp *in, NodeId id, const Steps *steps, double *out)
{
    int clock[CLOCKS_MAX], count = graph_port_clocks(in->graph, in->port[id], clock);
    int64_t place = 0, size = shape_count(in->graph->node[id].type.shape);
    for (int i = 0; i < count; i++)
        place = place * in->time.clock[clock[i]].room + steps->at[clock[i]];
    copy(out, in->source[id] + place * size, size);
}

/* The counter of the first element: the steps as one number with the limits of the clocks as radix. The
 * one without a limit comes first; the others' numbers are below it. */
static void compute_uniform(const Interp *in, NodeId id, const Steps *steps, double *out)
{
    const Node *node = &in->graph->node[id];
    uint32_t counter = 0, size = (uint32_t)shape_count(node->type.shape);
    for (int k = 0; k < in->graph->clock_count; k++)
        if (node->type.clocks >> k & 1 && in->graph->clock[k].limit == 0)
            counter = (uint32_t)steps->at[k];
    for (int k = 0; k < in->graph->clock_count; k++)
        if (node->type.clocks >> k & 1 && in->graph->clock[k].limit > 0)
            counter = counter * (uint32_t)in->graph->clock[k].limit + (uint32_t)steps->at[k];
    for (uint32_t i = 0; i < size; i++)
        out[i] = (double)rt_uniform(in->seed, (uint32_t)node->at.site, counter * size + i);
}

static bool compute(Interp *in, Need of, const Steps *steps)
{
    const Node *node = &in->graph->node[of.id];
    int64_t size = shape_count(node->type.shape);
    double *out = in->time.value[of.id] + of.position * size;
    switch (node->op) {
    case OP_INPUT: compute_input(in, of.id, steps, out); return true;
    case OP_CONST: case OP_TENSOR: copy(out, constant_value(in->constants, of.id), size); return true;
    case OP_STEP: *out = (double)steps->at[node->at.clock]; return true;
    case OP_UNIFORM: compute_uniform(in, of.id, steps, out); return true;
    default: break;
    }
    if (!time_gathers(node))
        return compute_operator(in, of.id, steps, out);
    compute_gathered(in, of.id, steps, out);
    return true;
}

bool interp_value(Interp *in, Need of, const Steps *steps)
{
    int64_t size = shape_count(in->graph->node[of.id].type.shape);
    double *out = in->time.value[of.id] + of.position * size;
    bool good = compute(in, of, steps);
    for (int64_t i = 0; i < size && in->single; i++)
        out[i] = (double)(float)out[i];
    return good;
}
