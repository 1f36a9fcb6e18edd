/* interp.c: evaluates a graph on demand, remembering every value of every node at every step.
 * In: a verified graph, lengths of its clocks, inputs. Out: the outputs at all steps.
 * A value is named by a node and a position, which counts the steps of the node's clocks, the last
 * clock fastest. What a value needs is computed before it from a list of work, not by recursion, so a
 * long sequence cannot overflow the C stack; the list is also what shows a value that needs itself. */
#include "interp.h"

#include "op_eval.h"

#include <math.h>
#include <string.h>

typedef enum { NOT_YET, UNDER_WAY, DONE } Progress;

typedef struct Steps {       /* one step of each clock */
    int64_t at[CLOCKS_MAX];
} Steps;

typedef struct Task {
    NodeId id;
    int64_t position;
    int64_t found;           /* so many of the values that it needs are there */
} Task;

typedef struct Interp {
    Arena *arena;
    const Graph *graph;
    Constants *constants;
    const int64_t *length;   /* of each clock */
    double **value;          /* of each node: all positions; NULL until one is needed */
    unsigned char **progress;
    const double **source;   /* of each INPUT node: the caller's array */
    Task *task;
    size_t task_count, task_room;
    Shape *shape;            /* of one operator's inputs */
    const double **operand;
    double *scratch;         /* for values of all steps side by side */
    size_t scratch_room;
    const char *error;
} Interp;

/* ---- positions ---- */

static int64_t position_count(const Graph *graph, const int64_t *length, Clocks clocks)
{
    int64_t count = 1;
    for (int k = 0; k < graph->clock_count; k++)
        if (clocks >> k & 1 && (count *= length[k]) > SHAPE_MAX_COUNT)
            return -1;
    return count;
}

int64_t interp_count(const Graph *graph, const int64_t *steps, NodeId id)
{
    const Type *type = &graph->node[id].type;
    int64_t positions = position_count(graph, steps, type->clocks), size = shape_count(type->shape);
    return positions < 0 || positions > SHAPE_MAX_COUNT / size ? -1 : positions * size;
}

static Steps steps_of(const Interp *in, NodeId id, int64_t position)
{
    Steps steps = {{0}};
    for (int k = in->graph->clock_count - 1; k >= 0; k--)
        if (in->graph->node[id].type.clocks >> k & 1) {
            steps.at[k] = position % in->length[k];
            position /= in->length[k];
        }
    return steps;
}

static int64_t position_of(const Interp *in, NodeId id, const Steps *steps)
{
    int64_t position = 0;
    for (int k = 0; k < in->graph->clock_count; k++)
        if (in->graph->node[id].type.clocks >> k & 1)
            position = position * in->length[k] + steps->at[k];
    return position;
}

static double *value_at(const Interp *in, NodeId id, int64_t position)
{
    return in->value[id] + position * shape_count(in->graph->node[id].type.shape);
}

/* ---- what a value needs ---- */

/* Whether the operator looks at all steps of its clock. */
static bool gathers(const Node *node)
{
    OpClass class = op_info[node->op].class;
    return node->at.clock >= 0 && (class == CLASS_REDUCE || class == CLASS_NORMAL || node->op == OP_STACK);
}

static int64_t need_count(const Interp *in, const Node *node)
{
    return gathers(node) ? in->length[node->at.clock] : node->count;
}

/* The `index`-th value that node `id` needs at `steps`: here the meaning of time is defined. */
static NodeId need(const Interp *in, NodeId id, Steps steps, int64_t index, int64_t *position)
{
    const Node *node = &in->graph->node[id];
    int clock = node->at.clock;
    NodeId from = gathers(node) ? node->input[0] : node->input[index];
    if (gathers(node))
        steps.at[clock] = index;
    else if (node->op == OP_FIRST)
        steps.at[clock] = 0;
    else if (node->op == OP_LAST)
        steps.at[clock] = in->length[clock] - 1;
    else if (node->op == OP_STATE && steps.at[clock] > 0) {
        steps.at[clock]--;
        from = node->next;
    }
    *position = position_of(in, from, &steps);
    return from;
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

/* Over a clock is along the first axis of the values of all its steps. */
static void compute_gathered(Interp *in, NodeId id, const Steps *steps, double *out)
{
    const Node *node = &in->graph->node[id];
    int64_t size = shape_count(in->graph->node[node->input[0]].type.shape), length = in->length[node->at.clock];
    double *all = scratch(in, 2 * length * size), *result = all + length * size;
    for (int64_t i = 0; i < length; i++) {
        int64_t position;
        NodeId from = need(in, id, *steps, i, &position);
        copy(all + i * size, value_at(in, from, position), size);
    }
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

static bool row_exists(Interp *in, NodeId id, double row)
{
    const Node *node = &in->graph->node[id];
    int64_t rows = in->graph->node[node->input[0]].type.shape.dim[0];
    if (row >= 0 && row < (double)rows && row == floor(row))
        return true;
    in->error = arena_printf(in->arena, "node %%%d (row): there is no row %g, only 0 to %lld", (int)id, row, (long long)rows - 1);
    return false;
}

static bool compute_operator(Interp *in, NodeId id, const Steps *steps, double *out)
{
    const Node *node = &in->graph->node[id];
    for (int i = 0; i < node->count; i++) {
        int64_t position;
        NodeId from = need(in, id, *steps, i, &position);
        in->shape[i] = in->graph->node[from].type.shape;
        in->operand[i] = value_at(in, from, position);
    }
    if (node->op == OP_ROW && !row_exists(in, id, in->operand[1][0]))
        return false;
    if (node->op == OP_STATE || op_info[node->op].class == CLASS_CLOCK)
        copy(out, in->operand[0], shape_count(node->type.shape));
    else
        op_eval(node->op, &node->at, in->shape, in->operand, node->count, node->type.shape, out);
    return true;
}

/* Everything that it needs is there. */
static bool compute(Interp *in, NodeId id, int64_t position)
{
    const Node *node = &in->graph->node[id];
    double *out = value_at(in, id, position);
    int64_t size = shape_count(node->type.shape);
    Steps steps = steps_of(in, id, position);
    if (node->op == OP_INPUT)
        copy(out, in->source[id] + position * size, size);
    else if (node->op == OP_CONST || node->op == OP_TENSOR)
        copy(out, constant_value(in->constants, id), size);
    else if (gathers(node))
        compute_gathered(in, id, &steps, out);
    else
        return compute_operator(in, id, &steps, out);
    return true;
}

/* ---- the list of work ---- */

static bool start(Interp *in, NodeId id, int64_t position)
{
    if (!in->value[id]) {
        int64_t count = interp_count(in->graph, in->length, id);
        if (count < 0) {
            in->error = arena_printf(in->arena, "node %%%d: more than 2^31 numbers over all steps", (int)id);
            return false;
        }
        in->value[id] = arena_array(in->arena, (size_t)count, sizeof *in->value[id]);
        in->progress[id] = arena_array(in->arena, (size_t)count, sizeof *in->progress[id]);
    }
    if (in->progress[id][position] == UNDER_WAY) {
        in->error = arena_printf(in->arena, "node %%%d (%s): its value at one step depends on itself", (int)id,
                                 op_info[in->graph->node[id].op].word);
        return false;
    }
    in->progress[id][position] = UNDER_WAY;
    in->task = arena_grow(in->arena, in->task, in->task_count, &in->task_room, sizeof *in->task);
    in->task[in->task_count++] = (Task){id, position, 0};
    return true;
}

static bool is_done(const Interp *in, NodeId id, int64_t position)
{
    return in->progress[id] && in->progress[id][position] == DONE;
}

static bool evaluate(Interp *in, NodeId id, int64_t position)
{
    if (is_done(in, id, position))
        return true;
    if (!start(in, id, position))
        return false;
    while (in->task_count) {
        Task *task = &in->task[in->task_count - 1];
        Steps steps = steps_of(in, task->id, task->position);
        int64_t count = need_count(in, &in->graph->node[task->id]), where = 0;
        NodeId from = NODE_NONE;
        for (; task->found < count; task->found++) {
            from = need(in, task->id, steps, task->found, &where);
            if (!is_done(in, from, where))
                break;
        }
        if (task->found < count) {
            if (!start(in, from, where))
                return false;
            continue;
        }
        if (!compute(in, task->id, task->position))
            return false;
        in->progress[task->id][task->position] = DONE;
        in->task_count--;
    }
    return true;
}

/* ---- a run ---- */

static bool check_lengths(Interp *in)
{
    for (int k = 0; k < in->graph->clock_count; k++) {
        const Clock *clock = &in->graph->clock[k];
        int64_t length = in->length[k];
        bool over = clock->kind == CLOCK_AT_MOST && length > clock->limit;
        if (length < 1 || length > SHAPE_MAX_COUNT || over || (clock->kind == CLOCK_EXACT && length != clock->limit)) {
            in->error = arena_printf(in->arena, "clock %s cannot have %lld steps", clock->name, (long long)length);
            return false;
        }
    }
    return true;
}

static bool check_input(Interp *in, const Port *port, const double *data)
{
    int64_t tokens = in->graph->node[port->node].type.tokens;
    int64_t count = interp_count(in->graph, in->length, port->node);
    in->source[port->node] = data;
    for (int64_t i = 0; i < count && tokens; i++)
        if (!(data[i] >= 0 && data[i] < (double)tokens && data[i] == floor(data[i]))) {
            in->error = arena_printf(in->arena, "input %s: %g at %lld is no token of %lld", port->name, data[i], (long long)i,
                                     (long long)tokens);
            return false;
        }
    return true;
}

static Interp *interp_new(Arena *arena, const Graph *graph, Constants *constants, const int64_t *length)
{
    Interp *in = arena_alloc(arena, sizeof *in);
    *in = (Interp){.arena = arena, .graph = graph, .constants = constants, .length = length};
    size_t most = 1;
    for (size_t i = 0; i < graph->count; i++)
        if ((size_t)graph->node[i].count > most)
            most = (size_t)graph->node[i].count;
    in->value = arena_array(arena, graph->count, sizeof *in->value);
    in->progress = arena_array(arena, graph->count, sizeof *in->progress);
    in->source = arena_array(arena, graph->count, sizeof *in->source);
    in->shape = arena_array(arena, most, sizeof *in->shape);
    in->operand = arena_array(arena, most, sizeof *in->operand);
    return in;
}

const char *interp_run(Arena *arena, const Graph *graph, Constants *constants, const int64_t *steps,
                       const double *const *input, const double **output)
{
    Interp *in = interp_new(arena, graph, constants, steps);
    if (!check_lengths(in))
        return in->error;
    for (size_t i = 0; i < graph->input_count; i++)
        if (graph->input[i].node != NODE_NONE && !check_input(in, &graph->input[i], input[i]))
            return in->error;
    for (size_t i = 0; i < graph->output_count; i++) {
        NodeId id = graph->output[i].node;
        int64_t positions = position_count(graph, steps, graph->node[id].type.clocks);
        for (int64_t position = 0; position == 0 || position < positions; position++)
            if (!evaluate(in, id, position))
                return in->error;
        output[i] = in->value[id];
    }
    return NULL;
}
