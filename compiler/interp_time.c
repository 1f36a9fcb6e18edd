/* interp_time.c: clocks, their lengths and ticks, and how each operator moves between their steps.
 * Conditions that end a clock or make it tick are looked at step by step, from the first one on. */
#include "interp_time.h"

void time_begin(Time *time, Arena *arena, const Graph *graph, const int64_t *steps)
{
    *time = (Time){.arena = arena, .graph = graph};
    time->value = arena_array(arena, graph->count + 1, sizeof *time->value);
    time->progress = arena_array(arena, graph->count + 1, sizeof *time->progress);
    for (int k = 0; k < graph->clock_count; k++) {
        const Clock *clock = &graph->clock[k];
        Timeline *line = &time->clock[k];
        int64_t given = clock->until == NODE_NONE ? steps[k] : clock->limit;
        line->length = clock->until == NODE_NONE ? given : -1;
        line->room = given;
        if (clock->like >= 0)
            *line = time->clock[clock->like];
        if (clock->kind == CLOCK_TICKS) {
            line->length = 0;
            line->room = time->clock[clock->parent].room;
        }
    }
}

/* ---- positions ---- */

Steps time_steps(const Time *time, NodeId id, int64_t position)
{
    Steps steps = {{0}};
    for (int k = time->graph->clock_count - 1; k >= 0; k--)
        if (time->graph->node[id].type.clocks >> k & 1) {
            steps.at[k] = position % time->clock[k].room;
            position /= time->clock[k].room;
        }
    return steps;
}

int64_t time_position(const Time *time, NodeId id, const Steps *steps)
{
    int64_t position = 0;
    for (int k = 0; k < time->graph->clock_count; k++)
        if (time->graph->node[id].type.clocks >> k & 1)
            position = position * time->clock[k].room + steps->at[k];
    return position;
}

const double *time_value(const Time *time, Need need)
{
    return time->value[need.id] + need.position * shape_count(time->graph->node[need.id].type.shape);
}

bool time_done(const Time *time, Need need)
{
    return time->progress[need.id] && time->progress[need.id][need.position] == VALUE_DONE;
}

/* ---- lengths and ticks ---- */

int64_t time_length(const Time *time, int clock)
{
    return time->clock[graph_length_clock(time->graph, clock)].length;
}

/* The condition at one step of `on`: false if its value is not there yet. */
static bool condition(const Time *time, NodeId id, int on, int64_t step, bool *holds, Need *missing)
{
    Steps steps = {{0}};
    steps.at[on] = step;
    *missing = (Need){id, time_position(time, id, &steps)};
    if (!time_done(time, *missing))
        return false;
    *holds = *time_value(time, *missing) != 0;
    return true;
}

bool time_end(Time *time, int clock, Need *missing)
{
    int root = graph_length_clock(time->graph, clock);
    Timeline *line = &time->clock[root];
    while (line->length < 0) {
        bool ends;
        if (!condition(time, time->graph->clock[root].until, root, line->known, &ends, missing))
            return false;
        line->known++;
        if (ends || line->known == line->room)
            line->length = line->known;
    }
    return true;
}

bool time_ticks(Time *time, int clock, int64_t step, Need *missing)
{
    const Clock *is = &time->graph->clock[clock];
    const Timeline *parent = &time->clock[is->parent];
    Timeline *line = &time->clock[clock];
    if (!line->latest) {
        line->latest = arena_array(time->arena, (size_t)line->room, sizeof *line->latest);
        line->tick = arena_array(time->arena, (size_t)line->room, sizeof *line->tick);
    }
    for (; line->known <= step; line->known++) {
        bool ticks = true;
        if (time->graph->clock[is->parent].kind == CLOCK_TICKS) {
            if (!time_ticks(time, is->parent, line->known, missing))
                return false;
            ticks = parent->latest[line->known] == line->known;
        }
        if (ticks && !condition(time, is->when, is->parent, line->known, &ticks, missing))
            return false;
        line->latest[line->known] = ticks ? line->known : line->known ? line->latest[line->known - 1] : -1;
        if (ticks)
            line->tick[line->length++] = line->known;
    }
    return true;
}

/* ---- what a value needs ---- */

bool time_gathers(const Node *node)
{
    OpClass class = op_info[node->op].class;
    return node->at.clock >= 0 && (class == CLASS_REDUCE || class == CLASS_NORMAL || node->op == OP_STACK);
}

bool time_known(Time *time, NodeId id, const Steps *steps, Need *missing)
{
    const Node *node = &time->graph->node[id];
    int clock = node->at.clock;
    if (clock < 0)
        return true;
    const Clock *is = &time->graph->clock[clock];
    if (node->op == OP_HOLD)
        return time_ticks(time, clock, steps->at[is->parent], missing);
    if (node->op == OP_STATE && is->kind == CLOCK_TICKS)
        return time_ticks(time, clock, steps->at[clock] - 1, missing);
    if (time_gathers(node) || node->op == OP_LAST || (node->op == OP_STATE && node->at.backward))
        return time_end(time, clock, missing);
    return true;
}

int64_t time_need_count(const Time *time, const Node *node)
{
    if (time_gathers(node))
        return time_length(time, node->at.clock) * (node->op == OP_WEIGHTED ? 2 : 1) + (node->op == OP_SCORES);
    return node->op == OP_HOLD ? 1 : node->count;
}

/* The step that a state looks back to; -1: there is none. */
static int64_t step_before(const Time *time, const Node *node, int64_t step)
{
    const Timeline *line = &time->clock[node->at.clock];
    if (node->at.backward)
        return step + node->at.delay < time_length(time, node->at.clock) ? step + node->at.delay : -1;
    if (time->graph->clock[node->at.clock].kind != CLOCK_TICKS)
        return step >= node->at.delay ? step - node->at.delay : -1;
    for (int64_t i = 0; i < node->at.delay && step >= 0; i++)
        step = step > 0 ? line->latest[step - 1] : -1;
    return step;
}

static Need need_of_state(const Time *time, const Node *node, Steps *steps)
{
    int64_t before = step_before(time, node, steps->at[node->at.clock]);
    NodeId from = before < 0 ? node->input[0] : node->next;
    steps->at[node->at.clock] = before;
    return (Need){from, time_position(time, from, steps)};
}

/* At a step of its parent, the latest tick. */
static Need need_of_hold(const Time *time, const Node *node, Steps *steps)
{
    int clock = node->at.clock;
    int64_t tick = time->clock[clock].latest[steps->at[time->graph->clock[clock].parent]];
    NodeId from = tick < 0 ? node->input[1] : node->input[0];
    steps->at[clock] = tick;
    return (Need){from, time_position(time, from, steps)};
}

Need time_need(const Time *time, NodeId id, Steps steps, int64_t index)
{
    const Node *node = &time->graph->node[id];
    int clock = node->at.clock;
    if (node->op == OP_STATE)
        return need_of_state(time, node, &steps);
    if (node->op == OP_HOLD)
        return need_of_hold(time, node, &steps);
    int64_t length = time_gathers(node) ? time_length(time, clock) : 0;
    if (time_gathers(node))
        steps.at[clock] = index % length;
    else if (node->op == OP_FIRST)
        steps.at[clock] = 0;
    else if (node->op == OP_LAST)
        steps.at[clock] = time_length(time, clock) - 1;
    else if (node->op == OP_PICK)
        steps.at[time->graph->clock[clock].parent] = steps.at[clock];
    else if (node->op == OP_RECLOCK)
        steps.at[node->at.from] = steps.at[clock];
    NodeId from = time_gathers(node) ? node->input[index >= length] : node->input[index];
    return (Need){from, time_position(time, from, &steps)};
}
