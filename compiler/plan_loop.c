/* plan_loop.c: the bodies of loops over clocks: the start of their states, their units, the loops inside
 * of them, and what happens at the end of a step: what outlives the loop is taken, and the states take
 * their next values. */
#include "plan_build.h"

/* ---- buffers of states ---- */

static BufferKind kind_of(const Planner *p, int start)
{
    const Loop *loop = &p->nest->loop[start];
    return p->plan->steps && loop->clock == p->plan->clock && loop->parent == 0 ? BUFFER_STATE : BUFFER_WORK;
}

/* The place in a ring of `delay` values, which all such rings of a loop share. Where the loop of ticks
 * stands in one of another clock there is a place for each step of that. */
static int ring(Planner *p, int home, int start, int64_t delay)
{
    int clock[PLAN_DIMS];
    const char *key = arena_printf(p->arena, "ring %d %lld", home, (long long)delay);
    void *old = map_get(p->packs, key);
    if (old)
        return (int)((intptr_t)old - 1);
    int buffer = plan_buffer(p, kind_of(p, start), plan_name(p, arena_printf(p->arena, "turn_%lld", (long long)delay), ""), shape_scalar(), 1);
    plan_dims(p, buffer, clock, plan_clocks_between(p, home, start, clock), 1);
    p->plan->buffer[buffer].integer = true;
    p->plan->buffer[buffer].carried = start;
    map_set(p->packs, key, (void *)((intptr_t)buffer + 1));
    return buffer;
}

static void make_state(Planner *p, size_t i)
{
    const Node *node = &p->graph->node[i], *next = &p->graph->node[node->op == OP_STATE ? node->next : (NodeId)i];
    const char *label = next->label ? next->label : next->name ? next->name : arena_printf(p->arena, "v%zu", i);
    bool state = node->op == OP_STATE;
    int home = plan_home(p, (NodeId)i), start = plan_start(p, (NodeId)i), clock[PLAN_DIMS];
    const char *clock_name = p->graph->clock[node->at.clock].name;
    int buffer = plan_buffer(p, kind_of(p, start), plan_name(p, arena_printf(p->arena, "%s_%s", label, state ? "before" : "held"), ""),
                             node->type.shape, shape_count(node->type.shape));
    plan_dims(p, buffer, clock, plan_clocks_between(p, p->nest->of[i], start, clock), node->at.delay > 1 ? node->at.delay : 1);
    Buffer *b = &p->plan->buffer[buffer];
    b->integer = node->type.tokens > 0;
    b->what = state ? arena_printf(p->arena, "%s[%s%c%lld] %s", label, clock_name, node->at.backward ? '+' : '-', (long long)node->at.delay, b->what)
                    : arena_printf(p->arena, "%s, held from tick to tick of %s, %s", label, clock_name, b->what);
    b->carried = start;
    p->view[i] = plan_step_of(p, buffer);
    if (node->at.delay > 1) {
        p->turn[i] = ring(p, home, start, node->at.delay);
        b = &p->plan->buffer[buffer];
        p->view[i].index = arena_alloc(p->arena, sizeof *p->view[i].index);
        *p->view[i].index = plan_step_of(p, p->turn[i]);
        p->view[i].stride = b->count * b->steps / node->at.delay;
    }
}

void plan_states(Planner *p)
{
    for (size_t i = 0; i < p->graph->count; i++) {
        p->turn[i] = -1;
        if (plan_is_held(p, (NodeId)i))
            make_state(p, i);
    }
}

/* ---- loops over the clocks that a buffer has room for ---- */

static void open_loop(Planner *p, int clock, int loop, bool backward)
{
    Step *step = plan_step(p, STEP_LOOP, p->graph->clock[clock].place);
    step->clock = clock;
    step->loop = loop;
    step->backward = backward;
}

static void close_loop(Planner *p, int clock, int loop)
{
    Step *step = plan_step(p, STEP_END, p->graph->clock[clock].place);
    step->clock = clock;
    step->loop = loop;
}

/* The innermost `count` of them. */
static void open_dims(Planner *p, int buffer, int count)
{
    for (int i = p->plan->buffer[buffer].dims - count; i < p->plan->buffer[buffer].dims; i++)
        open_loop(p, p->plan->buffer[buffer].dim[i].clock, -1, false);
}

static void close_dims(Planner *p, int buffer, int count)
{
    for (int i = p->plan->buffer[buffer].dims; count-- > 0;)
        close_loop(p, p->plan->buffer[buffer].dim[--i].clock, -1);
}

/* ---- the start ---- */

static void fill(Planner *p, int buffer, double value, Place place)
{
    Step *step = plan_step(p, STEP_FILL, place);
    step->out = plan_at(buffer);
    step->value = value;
    step->size[0] = p->plan->buffer[buffer].count * p->plan->buffer[buffer].steps;
    step->size_count = 1;
}

static void start_state(Planner *p, const Node *state, NodeId id, int loop)
{
    NodeId from = state->input[state->op == OP_HOLD];
    const Node *start = &p->graph->node[from];
    int buffer = p->view[id].buffer;
    if (start->op == OP_CONST) {
        fill(p, buffer, start->value, start->place);
        return;
    }
    View out = p->view[id];
    out.index = NULL;
    open_dims(p, buffer, p->plan->buffer[buffer].dims);
    plan_copy(p, out, plan_view(p, from, p->nest->loop[loop].parent), shape_count(state->type.shape), WHEN_ALWAYS, start->place);
    Step *step = &p->plan->step[p->plan->step_count - 1];
    if (state->at.delay > 1) { /* the same in all places of the ring */
        step->size[0] = state->at.delay;
        step->size[2] = p->view[id].stride;
        step->size[3] = 0;
    }
    close_dims(p, buffer, p->plan->buffer[buffer].dims);
}

/* Whether a ring is met for the first time: many states may share one. */
static bool first_time(const Planner *p, Map *done, int ring)
{
    const char *name = p->plan->buffer[ring].name;
    if (map_get(done, name))
        return false;
    map_set(done, name, done);
    return true;
}

static void start_states(Planner *p, int loop)
{
    int clock = p->nest->loop[loop].clock;
    plan_step(p, STEP_FRESH, p->graph->clock[clock].place)->clock = clock;
    const Lists *started = &p->bodies.started;
    for (int i = started->begin[loop]; i < started->begin[loop + 1]; i++)
        start_state(p, &p->graph->node[started->item[i]], started->item[i], loop);
    Map *done = map_new(p->arena);
    for (int i = started->begin[loop]; i < started->begin[loop + 1]; i++) {
        int turn = p->turn[started->item[i]];
        if (turn >= 0 && first_time(p, done, turn))
            fill(p, turn, 0, p->graph->clock[clock].place);
    }
    plan_step(p, STEP_FRESH_END, p->graph->clock[clock].place)->clock = clock;
}

/* ---- the end of a step ---- */

/* What gathers the steps of a clock takes the one of this step. */
static void emit_feed(Planner *p, NodeId id, int loop)
{
    const Node *node = &p->graph->node[id];
    if (p->feed[id] == -2)
        return;
    View in = plan_view(p, node->input[0], loop), out;
    When when = WHEN_ALWAYS;
    if (p->feed[id] >= 0) {
        out = plan_step_of(p, p->feed[id]);
    } else if (node->op == OP_HOLD) {
        out = p->view[id];
    } else {
        out = plan_define(p, id);
        when = node->op == OP_FIRST ? WHEN_FIRST : WHEN_LAST;
    }
    plan_copy(p, out, in, shape_count(p->graph->node[node->input[0]].type.shape), when, node->place);
    p->plan->step[p->plan->step_count - 1].clock = when == WHEN_ALWAYS ? -1 : node->at.clock;
}

static void emit_keeps(Planner *p, int loop)
{
    const Lists *fed = &p->bodies.fed, *held = &p->bodies.held;
    for (int i = fed->begin[loop], k = held->begin[loop]; i < fed->begin[loop + 1] || k < held->begin[loop + 1];) {
        bool feeds = i < fed->begin[loop + 1] && (k == held->begin[loop + 1] || fed->item[i] <= held->item[k]);
        NodeId id = feeds ? fed->item[i++] : held->item[k++];
        if (feeds)
            emit_feed(p, id, loop);
        else if (p->sequence[id] >= 0)
            plan_copy(p, plan_step_of(p, p->sequence[id]), p->view[id], shape_count(p->graph->node[id].type.shape), WHEN_ALWAYS,
                      p->graph->node[id].place);
    }
}

static void emit_until(Planner *p, int loop)
{
    int clock = p->nest->loop[loop].clock;
    NodeId until = p->graph->clock[clock].until;
    if (until == NODE_NONE)
        return;
    int own = p->nest->of[plan_root(p->graph, until)];
    if (own >= 0 && own != loop) /* only in the first loop over the clock, where it is computed */
        return;
    Step *step = plan_step(p, STEP_UNTIL, p->graph->node[until].place);
    step->clock = clock;
    step->in[0] = plan_view(p, until, loop);
    p->plan->step[p->plan->step_count - 1].in_count = 1;
}

/* Counts the ticks of clocks that outputs run on, where there is a loop over them. */
static void emit_ticks(Planner *p, int loop)
{
    for (int k = 0; k < p->graph->clock_count; k++) {
        bool counts = false, ticks = false;
        if (p->graph->clock[k].parent != p->nest->loop[loop].clock)
            continue;
        for (size_t i = 0; i < p->graph->output_count; i++)
            counts = counts || p->graph->node[p->graph->output[i].node].type.clocks >> k & 1;
        for (int i = loop + 1; i < p->nest->loop_count; i++)
            ticks = ticks || (p->nest->loop[i].clock == k && nest_common(p->nest, i, loop) == loop);
        if (!counts || !ticks)
            continue;
        Step *step = plan_step(p, STEP_TICK, p->graph->clock[k].place);
        step->clock = k;
        step->in[0] = plan_view(p, p->graph->clock[k].when, loop);
        step->in_count = 1;
    }
}

static void move_state(Planner *p, NodeId id, View out, View in)
{
    const Node *node = &p->graph->node[id];
    int clock[PLAN_DIMS], count = plan_clocks_between(p, p->nest->of[id], plan_home(p, id), clock);
    open_dims(p, p->view[id].buffer, count);
    plan_copy(p, out, in, shape_count(node->type.shape), WHEN_ALWAYS, node->place);
    close_dims(p, p->view[id].buffer, count);
}

/* A buffer like that of the state. */
static int like_state(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    int clock[PLAN_DIMS], count = p->plan->buffer[p->view[id].buffer].dims;
    for (int i = 0; i < count; i++)
        clock[i] = p->plan->buffer[p->view[id].buffer].dim[i].clock;
    int buffer = plan_buffer(p, BUFFER_WORK, plan_name(p, "moving", ""), node->type.shape, shape_count(node->type.shape));
    p->plan->buffer[buffer].integer = node->type.tokens > 0;
    plan_dims(p, buffer, clock, count, 1);
    return buffer;
}

/* States become what is next. One that takes the value of another state takes it before that one moves on. */
static void advance_states(Planner *p, int loop)
{
    const Graph *graph = p->graph;
    const Lists *moved = &p->bodies.moved;
    for (int round = 0; round < 3; round++)
        for (int k = moved->begin[loop]; k < moved->begin[loop + 1]; k++) {
            NodeId id = moved->item[k];
            const Node *node = &graph->node[id];
            if (node->op != OP_STATE)
                continue;
            bool of_state = graph->node[plan_root(graph, node->next)].op == OP_STATE;
            if (round == 0 && of_state) {
                p->moving[id] = like_state(p, id);
                move_state(p, id, plan_step_of(p, p->moving[id]), plan_view(p, node->next, loop));
            } else if (round == 1 && !of_state) {
                move_state(p, id, p->view[id], plan_view(p, node->next, loop));
            } else if (round == 2 && of_state) {
                move_state(p, id, p->view[id], plan_step_of(p, p->moving[id]));
            }
        }
}

static void turn_rings(Planner *p, int loop)
{
    Map *done = map_new(p->arena);
    const Lists *moved = &p->bodies.moved;
    for (int k = moved->begin[loop]; k < moved->begin[loop + 1]; k++) {
        NodeId id = moved->item[k];
        if (p->turn[id] < 0 || !first_time(p, done, p->turn[id]))
            continue;
        Step *step = plan_step(p, STEP_TURN, p->graph->node[id].place);
        step->out = plan_step_of(p, p->turn[id]);
        step->size[0] = p->graph->node[id].at.delay;
        step->size_count = 1;
    }
}

/* ---- bodies ---- */

/* Outputs whose value was not written to them at once. */
static void emit_outputs(Planner *p, int loop, int body)
{
    const Lists *outputs = &p->bodies.outputs;
    for (int k = outputs->begin[body]; k < outputs->begin[body + 1]; k++) {
        int i = outputs->item[k];
        NodeId id = p->graph->output[i].node;
        if (p->port[id] != i)
            plan_copy(p, plan_step_of(p, p->plan->output[i]), plan_view(p, id, loop), shape_count(p->graph->node[id].type.shape), WHEN_ALWAYS,
                      p->graph->output[i].place);
    }
}

static void emit_loop(Planner *p, int loop)
{
    const Loop *l = &p->nest->loop[loop];
    const Clock *clock = &p->graph->clock[l->clock];
    if (clock->kind != CLOCK_TICKS)
        start_states(p, loop);
    View when = {0};
    if (clock->kind == CLOCK_TICKS)
        when = plan_view(p, clock->when, l->parent);
    open_loop(p, l->clock, loop, l->backward);
    if (clock->kind == CLOCK_TICKS) {
        p->plan->step[p->plan->step_count - 1].in[0] = when;
        p->plan->step[p->plan->step_count - 1].in_count = 1;
    }
    size_t begin = p->plan->step_count;
    plan_body(p, loop);
    if (p->plan->step_count == begin)
        p->plan->step_count--; /* nothing happens in it */
    else
        close_loop(p, l->clock, loop);
}

void plan_body(Planner *p, int loop)
{
    const Lists *loops = &p->bodies.loops;
    for (int body = p->bodies.base[loop]; body < p->bodies.base[loop + 1]; body++) {
        plan_units(p, body);
        emit_outputs(p, loop, body);
        for (int k = loops->begin[body]; k < loops->begin[body + 1]; k++)
            emit_loop(p, loops->item[k]);
    }
    if (loop == 0)
        return;
    emit_until(p, loop);
    emit_ticks(p, loop);
    emit_keeps(p, loop);
    advance_states(p, loop);
    turn_rings(p, loop);
}
