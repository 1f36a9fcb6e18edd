/* interp.c: evaluates a graph on demand, remembering every value of every node at every step.
 * In: a verified graph, lengths of its clocks, inputs. Out: the outputs at all steps.
 * A value is named by a node and a position (interp_time.h). What a value needs is computed before it
 * from a list of work, not by recursion, so a long sequence cannot overflow the C stack; the list is
 * also what shows a value that needs itself. */
#include "interp.h"

#include "../runtime/random.h"
#include "interp_time.h"
#include "op_eval.h"

#include <math.h>
#include <string.h>

typedef struct Task {
    Need of;
    int64_t found;           /* so many of the values that it needs are there */
} Task;

typedef struct Interp {
    Arena *arena;
    const Graph *graph;
    Constants *constants;
    uint32_t seed;
    Time time;
    const Port **port;       /* of each INPUT node */
    const double **source;   /* of each INPUT node: the caller's array */
    Task *task;
    size_t task_count, task_room;
    Shape *shape;            /* of one operator's inputs */
    const double **operand;
    double *scratch;         /* for values of all steps side by side */
    size_t scratch_room;
    const char *error;
} Interp;

int64_t interp_count(const Graph *graph, const int64_t *length, NodeId id)
{
    const Type *type = &graph->node[id].type;
    int64_t count = 1, size = shape_count(type->shape);
    for (int k = 0; k < graph->clock_count; k++)
        if (type->clocks >> k & 1 && (count *= length[k]) > SHAPE_MAX_COUNT / size)
            return -1;
    return count * size;
}

/* ---- values ---- */

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

/* Everything that it needs is there. */
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

/* ---- the list of work ---- */

static bool start(Interp *in, Need of)
{
    unsigned char **progress = &in->time.progress[of.id];
    if (!*progress) {
        int64_t room[CLOCKS_MAX] = {0};
        for (int k = 0; k < in->graph->clock_count; k++)
            room[k] = in->time.clock[k].room;
        int64_t count = interp_count(in->graph, room, of.id);
        if (count < 0) {
            in->error = arena_printf(in->arena, "node %%%d: more than 2^31 numbers over all steps", (int)of.id);
            return false;
        }
        in->time.value[of.id] = arena_array(in->arena, (size_t)count, sizeof(double));
        *progress = arena_array(in->arena, (size_t)count, sizeof **progress);
    }
    if ((*progress)[of.position] == VALUE_UNDER_WAY) {
        in->error = arena_printf(in->arena, "node %%%d (%s): its value at one step depends on itself", (int)of.id,
                                 op_info[in->graph->node[of.id].op].word);
        return false;
    }
    (*progress)[of.position] = VALUE_UNDER_WAY;
    in->task = arena_grow(in->arena, in->task, in->task_count, &in->task_room, sizeof *in->task);
    in->task[in->task_count++] = (Task){of, 0};
    return true;
}

/* Whether all is there that the task needs; if not, *missing is what is not. */
static bool is_ready(Interp *in, Task *task, const Steps *steps, Need *missing)
{
    if (!time_known(&in->time, task->of.id, steps, missing))
        return false;
    int64_t count = time_need_count(&in->time, &in->graph->node[task->of.id]);
    for (; task->found < count; task->found++) {
        *missing = time_need(&in->time, task->of.id, *steps, task->found);
        if (!time_done(&in->time, *missing))
            return false;
    }
    return true;
}

static bool evaluate(Interp *in, Need of)
{
    if (time_done(&in->time, of))
        return true;
    if (!start(in, of))
        return false;
    while (in->task_count) {
        Task *task = &in->task[in->task_count - 1];
        Steps steps = time_steps(&in->time, task->of.id, task->of.position);
        Need missing;
        if (!is_ready(in, task, &steps, &missing)) {
            if (!start(in, missing))
                return false;
            continue;
        }
        if (!compute(in, task->of, &steps))
            return false;
        in->time.progress[task->of.id][task->of.position] = VALUE_DONE;
        in->task_count--;
    }
    return true;
}

/* ---- a run ---- */

/* Of the clocks whose lengths the caller gives. */
static bool check_lengths(Interp *in, const int64_t *steps)
{
    for (int k = 0; k < in->graph->clock_count; k++) {
        const Clock *clock = &in->graph->clock[k];
        int64_t length = steps[k];
        bool over = clock->kind == CLOCK_AT_MOST && length > clock->limit;
        if (clock->kind == CLOCK_TICKS || clock->until != NODE_NONE || clock->like >= 0)
            continue;
        if (length < 1 || length > SHAPE_MAX_COUNT || over || (clock->kind == CLOCK_EXACT && length != clock->limit)) {
            in->error = arena_printf(in->arena, "clock %s cannot have %lld steps", clock->name, (long long)length);
            return false;
        }
    }
    return true;
}

static bool check_input(Interp *in, const Port *port, const int64_t *length, const double *data)
{
    int64_t tokens = in->graph->node[port->node].type.tokens;
    int64_t count = interp_count(in->graph, length, port->node);
    in->source[port->node] = data;
    in->port[port->node] = port;
    for (int64_t i = 0; i < count && tokens; i++)
        if (!(data[i] >= 0 && data[i] < (double)tokens && data[i] == floor(data[i]))) {
            in->error = arena_printf(in->arena, "input %s: %g at %lld is no token of %lld", port->name, data[i], (long long)i,
                                     (long long)tokens);
            return false;
        }
    return true;
}

/* The lengths that conditions make. */
static bool find_lengths(Interp *in, int64_t *length)
{
    for (int k = 0; k < in->graph->clock_count; k++) {
        const Clock *clock = &in->graph->clock[k];
        Need missing;
        while (!time_end(&in->time, k, &missing))
            if (!evaluate(in, missing))
                return false;
        if (clock->kind == CLOCK_TICKS) {
            int root = k;
            while (in->graph->clock[root].kind == CLOCK_TICKS)
                root = in->graph->clock[root].parent;
            while (!time_ticks(&in->time, k, time_length(&in->time, root) - 1, &missing))
                if (!evaluate(in, missing))
                    return false;
        }
        length[k] = time_length(&in->time, k);
    }
    return true;
}

/* The port's values at all steps, in the order of its clocks. */
static const double *run_output(Interp *in, const Port *port, const int64_t *length)
{
    int clock[CLOCKS_MAX], count = graph_port_clocks(in->graph, port, clock);
    int64_t index[CLOCKS_MAX] = {0}, all = interp_count(in->graph, length, port->node);
    int64_t size = shape_count(in->graph->node[port->node].type.shape);
    if (all < 0) {
        in->error = arena_printf(in->arena, "node %%%d: more than 2^31 numbers over all steps", (int)port->node);
        return NULL;
    }
    double *out = arena_array(in->arena, (size_t)all + 1, sizeof *out);
    for (int64_t done = 0; done < all; done += size) {
        Steps steps = {{0}};
        for (int i = 0; i < count; i++) {
            bool ticks = in->graph->clock[clock[i]].kind == CLOCK_TICKS;
            steps.at[clock[i]] = ticks ? in->time.clock[clock[i]].tick[index[i]] : index[i];
        }
        Need need = {port->node, time_position(&in->time, port->node, &steps)};
        if (!evaluate(in, need))
            return NULL;
        copy(out + done, time_value(&in->time, need), size);
        for (int i = count - 1; i >= 0 && ++index[i] == length[clock[i]]; i--)
            index[i] = 0;
    }
    return out;
}

static Interp *interp_new(Arena *arena, const Graph *graph, Constants *constants, uint32_t seed)
{
    Interp *in = arena_alloc(arena, sizeof *in);
    *in = (Interp){.arena = arena, .graph = graph, .constants = constants, .seed = seed};
    size_t most = 1;
    for (size_t i = 0; i < graph->count; i++)
        if ((size_t)graph->node[i].count > most)
            most = (size_t)graph->node[i].count;
    in->source = arena_array(arena, graph->count + 1, sizeof *in->source);
    in->port = arena_array(arena, graph->count + 1, sizeof *in->port);
    in->shape = arena_array(arena, most, sizeof *in->shape);
    in->operand = arena_array(arena, most, sizeof *in->operand);
    return in;
}

const char *interp_run(Arena *arena, const Graph *graph, Constants *constants, uint32_t seed, const int64_t *steps,
                       const double *const *input, int64_t *length, const double **output)
{
    Interp *in = interp_new(arena, graph, constants, seed);
    if (!check_lengths(in, steps))
        return in->error;
    time_begin(&in->time, arena, graph, steps);
    for (int k = 0; k < graph->clock_count; k++)
        length[k] = in->time.clock[k].room;
    for (size_t i = 0; i < graph->input_count; i++)
        if (graph->input[i].node != NODE_NONE && !check_input(in, &graph->input[i], length, input[i]))
            return in->error;
    if (!find_lengths(in, length))
        return in->error;
    for (size_t i = 0; i < graph->output_count; i++)
        if (!(output[i] = run_output(in, &graph->output[i], length)))
            return in->error;
    return NULL;
}
