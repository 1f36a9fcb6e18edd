/* interp.c: evaluates a graph on demand, remembering every value of every node at every step.
 * In: a verified graph, lengths of its clocks, inputs. Out: the outputs at all steps.
 * A value is named by a node and a position (interp_time.h). What a value needs is computed before it
 * from a list of work, not by recursion, so a long sequence cannot overflow the C stack; the list is
 * also what shows a value that needs itself. */
#include "interp_value.h"

#include <math.h>
#include <string.h>

int64_t interp_count(const Graph *graph, const int64_t *length, NodeId id)
{
    const Type *type = &graph->node[id].type;
    int64_t count = 1, size = shape_count(type->shape);
    for (int k = 0; k < graph->clock_count; k++)
        if (type->clocks >> k & 1 && (count *= length[k]) > SHAPE_MAX_COUNT / size)
            return -1;
    return count * size;
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
        size_t positions = (size_t)(count / shape_count(in->graph->node[of.id].type.shape));
        *progress = arena_array(in->arena, positions, sizeof **progress);
        in->turn[of.id] = arena_array(in->arena, positions, sizeof **in->turn);
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
        if (!interp_value(in, task->of, &steps))
            return false;
        in->time.progress[task->of.id][task->of.position] = VALUE_DONE;
        in->turn[task->of.id][task->of.position] = ++in->turns;
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

/* Where a port's value is, at the index of each of its clocks; a clock that ticks is indexed by its ticks. */
static Need port_need(const Interp *in, const Port *port, const int64_t *index)
{
    int clock[CLOCKS_MAX], count = graph_port_clocks(in->graph, port, clock);
    Steps steps = {{0}};
    for (int i = 0; i < count; i++) {
        bool ticks = in->graph->clock[clock[i]].kind == CLOCK_TICKS;
        steps.at[clock[i]] = ticks ? in->time.clock[clock[i]].tick[index[i]] : index[i];
    }
    return (Need){port->node, time_position(&in->time, port->node, &steps)};
}

/* To the next combination of indices; false after the last one that has this index[0] (`whole`: after the last). */
static bool next_index(const Interp *in, const Port *port, const int64_t *length, int64_t *index, bool whole)
{
    int clock[CLOCKS_MAX], count = graph_port_clocks(in->graph, port, clock);
    for (int i = count - 1; i >= !whole; i--) {
        if (++index[i] < length[clock[i]])
            return true;
        index[i] = 0;
    }
    return false;
}

/* Whether there is a value at all: a clock may never tick. */
static bool port_has_values(const Interp *in, const Port *port, const int64_t *length)
{
    return interp_count(in->graph, length, port->node) != 0;
}

/* The values at one step of the port's outermost clock. */
static bool evaluate_row(Interp *in, const Port *port, const int64_t *length, int64_t row)
{
    int64_t index[CLOCKS_MAX] = {row};
    do {
        if (!evaluate(in, port_need(in, port, index)))
            return false;
    } while (next_index(in, port, length, index, false));
    return true;
}

/* All outputs, step by step, and then those that have no clock: in this order values get their turns. */
static bool evaluate_outputs(Interp *in, const int64_t *length)
{
    const Graph *graph = in->graph;
    int64_t *row = arena_array(in->arena, graph->output_count + 1, sizeof *row), most = 0;
    for (int k = 0; k < graph->clock_count; k++)
        most = in->time.clock[k].room > most ? in->time.clock[k].room : most;
    for (int64_t step = 0; step <= most; step++)
        for (size_t i = 0; i < graph->output_count; i++) {
            const Port *port = &graph->output[i];
            int clock[CLOCKS_MAX], count = graph_port_clocks(graph, port, clock);
            if (!port_has_values(in, port, length) || (count ? row[i] >= length[clock[0]] : step < most))
                continue;
            if (count && (graph->clock[clock[0]].kind == CLOCK_TICKS ? in->time.clock[clock[0]].tick[row[i]] : row[i]) > step)
                continue;
            if (!evaluate_row(in, port, length, row[i]++))
                return false;
        }
    return true;
}

/* The port's values at all steps, in the order of its clocks, and when they were computed. */
static bool copy_output(Interp *in, const Port *port, const int64_t *length, const double **output, const int64_t **turn)
{
    int64_t index[CLOCKS_MAX] = {0}, all = interp_count(in->graph, length, port->node), done = 0;
    int64_t size = shape_count(in->graph->node[port->node].type.shape);
    if (all < 0) {
        in->error = arena_printf(in->arena, "node %%%d: more than 2^31 numbers over all steps", (int)port->node);
        return false;
    }
    double *out = arena_array(in->arena, (size_t)all + 1, sizeof *out);
    int64_t *when = arena_array(in->arena, (size_t)(all / size) + 1, sizeof *when);
    bool more = all > 0;
    for (; more; done++, more = next_index(in, port, length, index, true)) {
        Need need = port_need(in, port, index);
        memcpy(out + done * size, time_value(&in->time, need), (size_t)size * sizeof *out);
        when[done] = in->turn[need.id][need.position];
    }
    *output = out;
    if (turn)
        *turn = when;
    return true;
}

static Interp *interp_new(Arena *arena, const Graph *graph, Constants *constants, uint32_t seed, bool single)
{
    Interp *in = arena_alloc(arena, sizeof *in);
    *in = (Interp){.arena = arena, .graph = graph, .constants = constants, .seed = seed, .single = single};
    size_t most = 1;
    for (size_t i = 0; i < graph->count; i++)
        if ((size_t)graph->node[i].count > most)
            most = (size_t)graph->node[i].count;
    in->source = arena_array(arena, graph->count + 1, sizeof *in->source);
    in->port = arena_array(arena, graph->count + 1, sizeof *in->port);
    in->turn = arena_array(arena, graph->count + 1, sizeof *in->turn);
    in->shape = arena_array(arena, most, sizeof *in->shape);
    in->operand = arena_array(arena, most, sizeof *in->operand);
    return in;
}

const char *interp_run(Arena *arena, const Graph *graph, Constants *constants, uint32_t seed, bool single, const int64_t *steps,
                       const double *const *input, int64_t *length, const double **output, const int64_t **turn)
{
    Interp *in = interp_new(arena, graph, constants, seed, single);
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
    if (!evaluate_outputs(in, length))
        return in->error;
    for (size_t i = 0; i < graph->output_count; i++)
        if (!copy_output(in, &graph->output[i], length, &output[i], turn ? &turn[i] : NULL))
            return in->error;
    return NULL;
}
