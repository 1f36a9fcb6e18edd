/* plan.c: from the graph to steps in order.
 *
 * What is computed at once is a unit: a group of the graph as one loop over units, or one node. The
 * nest of loops (nest.h) says in which body and phase each stands; plan_loop.c writes the bodies down. */
#include "pass.h"
#include "plan_build.h"

#include <stdlib.h>
#include <string.h>

Step *plan_step(Planner *p, StepKind kind, Place place)
{
    Plan *plan = p->plan;
    plan->step = arena_grow(p->arena, plan->step, plan->step_count, &plan->step_capacity, sizeof *plan->step);
    Step *step = &plan->step[plan->step_count++];
    *step = (Step){.kind = kind, .clock = -1, .loop = -1, .length_at = -1, .place = place};
    return step;
}

/* ---- units ---- */

static void add_to_unit(Planner *p, int unit, NodeId id)
{
    Unit *u = &p->unit[unit];
    NodeId *grown = u->node;
    if ((u->count & (u->count - 1)) == 0) { /* room for a power of two */
        grown = arena_array(p->arena, (size_t)(u->count ? u->count * 2 : 1), sizeof *grown);
        if (u->count)
            memcpy(grown, u->node, (size_t)u->count * sizeof *grown);
    }
    u->node = grown;
    u->node[u->count++] = id;
    p->unit_of[id] = unit;
}


static void make_units(Planner *p)
{
    const Graph *graph = p->graph;
    int *of_group = arena_array(p->arena, graph->count + 1, sizeof *of_group);
    p->unit = arena_array(p->arena, graph->count + 1, sizeof *p->unit);
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        p->unit_of[i] = -1;
        if (p->nest->of[i] < 0 || node->op == OP_STATE || node->op == OP_HOLD)
            continue;
        bool kernel = pass_fusible(graph, node);
        int unit = kernel && node->group >= 0 && of_group[node->group] ? of_group[node->group] - 1 : p->unit_count++;
        if (kernel && node->group >= 0)
            of_group[node->group] = unit + 1;
        p->unit[unit].kernel = kernel;
        add_to_unit(p, unit, (NodeId)i);
    }
}

typedef struct Storing {
    Planner *p;
    int unit;                /* of the reader, -1 */
    NodeId direct;           /* what it names as its input */
} Storing;

static void note_stored(void *context, NodeId root, Clocks whole)
{
    const Storing *s = context;
    (void)whole;
    bool inside = s->unit >= 0 && s->unit == s->p->unit_of[root] && s->direct == root;
    if (!inside)
        s->p->stored[root] = true;
}

static void store_roots(Planner *p, NodeId id, int unit)
{
    Storing s = {p, unit, id};
    if (id != NODE_NONE)
        nest_roots(p->graph, id, 0, note_stored, &s);
}

/* Which values must be stored: those that anything but their own loop over units reads. */
static void find_stored(Planner *p)
{
    const Graph *graph = p->graph;
    for (size_t i = 0; i < graph->count; i++) {
        for (int k = 0; k < graph->node[i].count; k++)
            store_roots(p, graph->node[i].input[k], p->unit_of[i]);
        store_roots(p, graph->node[i].next, -1);
    }
    for (size_t i = 0; i < graph->output_count; i++)
        store_roots(p, graph->output[i].node, -1);
    for (int k = 0; k < graph->clock_count; k++) {
        store_roots(p, graph->clock[k].when, -1);
        store_roots(p, graph->clock[k].until, -1);
    }
}

/* ---- inputs, outputs, states ---- */

/* The clocks of a port in the order of its axes, and how far a step of each moves: the caller's arrays are dense,
 * with room for all steps that a clock can have whose length the model finds. */
static void port_dims(Planner *p, int buffer, const Port *port)
{
    Buffer *b = &p->plan->buffer[buffer];
    int clock[CLOCKS_MAX];
    b->dims = graph_port_clocks(p->graph, port, clock);
    if (b->dims > PLAN_DIMS) {
        diag_error(p->diag, port->place, "%s runs on more than %d clocks", b->name, PLAN_DIMS);
        b->dims = 0;
    }
    for (int i = 0; i < b->dims; i++)
        b->dim[i].clock = clock[i];
    int64_t stride = b->count;
    Clocks times = 0;
    for (int i = b->dims; i-- > 0;) {
        int most = graph_tick_root(p->graph, b->dim[i].clock);
        const Clock *c = &p->graph->clock[most];
        b->dim[i].stride = stride;
        b->dim[i].times = times;
        if (c->kind == CLOCK_EXACT || c->until != NODE_NONE)
            stride *= c->limit;
        else
            times |= (Clocks)1 << most;
    }
}

static void make_ports(Planner *p)
{
    const Graph *graph = p->graph;
    Plan *plan = p->plan;
    plan->input = arena_array(p->arena, graph->input_count + 1, sizeof *plan->input);
    plan->output = arena_array(p->arena, graph->output_count + 1, sizeof *plan->output);
    for (size_t i = 0; i < graph->input_count + graph->output_count; i++) {
        bool in = i < graph->input_count;
        const Port *port = in ? &graph->input[i] : &graph->output[i - graph->input_count];
        const Type *type = &graph->node[port->node].type;
        int buffer = plan_buffer(p, in ? BUFFER_INPUT : BUFFER_OUTPUT, plan_name(p, port->name, ""), type->shape, shape_count(type->shape));
        plan->buffer[buffer].integer = type->tokens > 0;
        port_dims(p, buffer, port);
        *(in ? &plan->input[i] : &plan->output[i - graph->input_count]) = buffer;
        if (in)
            p->view[port->node] = plan_at(buffer);
    }
}

/* A value that one output is can be written there at once, by the unit that makes it. */
static void find_direct(Planner *p)
{
    const Graph *graph = p->graph;
    for (size_t i = graph->output_count; i-- > 0;) {
        NodeId id = graph->output[i].node;
        const Node *node = &graph->node[id];
        bool elsewhere = node->op == OP_STACK || op_info[node->op].class == CLASS_NORMAL;
        if (p->unit_of[id] >= 0 && p->keep[id] < 0 && !(elsewhere && node->at.clock >= 0))
            p->port[id] = (int)i;
    }
}

/* ---- the step function ---- */

static Clocks endless_clocks(const Graph *graph)
{
    Clocks clocks = 0;
    for (int k = 0; k < graph->clock_count; k++)
        clocks |= graph->clock[k].kind == CLOCK_ENDLESS ? (Clocks)1 << k : 0;
    return clocks;
}

/* The clock that all outputs run on, itself or by its ticks; -1: there is none. */
static int common_clock(const Graph *graph)
{
    Clocks common = graph->output_count ? ~(Clocks)0 : 0;
    for (size_t i = 0; i < graph->output_count; i++) {
        Clocks on = graph->node[graph->output[i].node].type.clocks;
        common &= on || !endless_clocks(graph) ? graph_loops(graph, on) : common; /* beside a stream: given at every call */
    }
    for (int k = 0; k < graph->clock_count; k++)
        if (common >> k & 1 && graph->clock[k].kind == CLOCK_ENDLESS)
            return k;
    for (int k = 0; k < graph->clock_count; k++)
        if (common >> k & 1 && graph->clock[k].kind != CLOCK_TICKS)
            return k;
    return -1;
}

/* Whether the steps of a clock lie side by side in the caller's array, one after the other. */
static bool is_outermost(const Graph *graph, const Port *port, int clock)
{
    int order[CLOCKS_MAX], count = graph_port_clocks(graph, port, order);
    return count == 0 || graph_tick_root(graph, order[0]) == clock;
}

/* Whether one step can be computed when its inputs are there: the outputs run on one clock, the inputs on it
 * or on none, and one loop over it, from the first step on, is all that there is. Of a bounded sequence the
 * caller's arrays have to be rows of steps, too. */
static void find_step(Planner *p)
{
    const Graph *graph = p->graph;
    int clock = p->plan->clock = common_clock(graph), loops = 0;
    p->plan->clock = -1;
    if (clock < 0)
        return;
    bool endless = graph->clock[clock].kind == CLOCK_ENDLESS;
    for (size_t i = 0; i < graph->input_count; i++) {
        Clocks on = graph->node[graph->input[i].node].type.clocks;
        if ((on && !(on >> clock & 1)) || !(endless || is_outermost(graph, &graph->input[i], clock)))
            return;
    }
    for (size_t i = 0; i < graph->output_count; i++)
        if (!endless && !is_outermost(graph, &graph->output[i], clock))
            return;
    for (int i = 1; i < p->nest->loop_count; i++) {
        const Loop *loop = &p->nest->loop[i];
        if (loop->clock == clock && (loop->backward || loop->parent != 0))
            return;
        loops += loop->clock == clock;
    }
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        bool leaves = (nest_gathers(node) && node->op != OP_HOLD && node->at.clock == clock) || node->at.from == clock;
        if (leaves && (p->nest->of[i] >= 0 || node->op == OP_RECLOCK))
            return;
    }
    p->plan->steps = loops == 1;
    p->plan->clock = p->plan->steps ? clock : -1;
}

/* ---- order ---- */

static void emit_unit(Planner *p, int unit);

static void emit_root(void *context, NodeId root, Clocks whole)
{
    const Storing *s = context;
    const Planner *p = s->p;
    (void)whole;
    NodeId reader = p->unit[s->unit].node[0];
    if (p->unit_of[root] >= 0 && p->nest->of[root] == p->nest->of[reader] && p->nest->phase[root] == p->nest->phase[reader])
        emit_unit(s->p, p->unit_of[root]);
}

static void emit_unit(Planner *p, int unit)
{
    Unit *u = &p->unit[unit];
    if (u->done)
        return;
    u->done = true;
    const Node *first = &p->graph->node[u->node[0]];
    Storing s = {p, unit, NODE_NONE};
    for (int i = 0; i < u->count; i++)
        for (int k = nest_is_fed(p->graph, first); k < p->graph->node[u->node[i]].count; k++) /* a feed is in a loop before */
            nest_roots(p->graph, p->graph->node[u->node[i]].input[k], 0, emit_root, &s);
    if (u->kernel)
        plan_kernel(p, u);
    else if (nest_gathers(first))
        plan_gather(p, u->node[0]);
    else
        plan_call(p, u->node[0]);
}

void plan_units(Planner *p, int body)
{
    const Lists *units = &p->bodies.units;
    for (int i = units->begin[body]; i < units->begin[body + 1]; i++)
        emit_unit(p, units->item[i]);
}

static void make_arrays(Planner *p)
{
    size_t count = p->graph->count + 1;
    p->unit_of = arena_array(p->arena, count, sizeof *p->unit_of);
    p->view = arena_array(p->arena, count, sizeof *p->view);
    p->sequence = arena_array(p->arena, count, sizeof *p->sequence);
    p->keep = arena_array(p->arena, count, sizeof *p->keep);
    p->feed = arena_array(p->arena, count, sizeof *p->feed);
    p->moving = arena_array(p->arena, count, sizeof *p->moving);
    p->turn = arena_array(p->arena, count, sizeof *p->turn);
    p->stored = arena_array(p->arena, count, sizeof *p->stored);
    p->port = arena_array(p->arena, count, sizeof *p->port);
    p->reg = arena_array(p->arena, count, sizeof *p->reg);
    p->sum = arena_array(p->arena, count, sizeof *p->sum);
    p->uses = graph_uses(p->arena, p->graph);
    p->plan->names = map_new(p->arena);
    p->part = graph_parts(p->arena, p->graph);
    p->packs = map_new(p->arena);
    plan_name_clocks(p);
    p->nest = nest_find(p->arena, p->graph);
    for (size_t i = 0; i < p->graph->count; i++)
        p->port[i] = -1;
}

/* What has to know how many steps there were: a step's number, random numbers. */
static void find_draws(Planner *p)
{
    const Graph *graph = p->graph;
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        p->plan->draws = p->plan->draws || node->op == OP_UNIFORM;
        bool numbered = (node->op == OP_STEP || node->op == OP_UNSTACK) && node->at.clock == p->plan->clock;
        p->plan->counts = p->plan->counts || (p->plan->steps && (numbered || node->op == OP_UNIFORM));
    }
    bool bounded = p->plan->steps && graph->clock[p->plan->clock].kind != CLOCK_ENDLESS;
    p->plan->counts = p->plan->counts || bounded;
}

const PlanPassInfo plan_passes[PLAN_PASSES] = {
    [PLAN_INPLACE] = {"inplace", "states are written where they lie, where nothing reads the old value any more"},
    [PLAN_FMA] = {"fma", "a product that is only added to something is multiplied and added in one"},
    [PLAN_WIDE] = {"wide", "kernels with few sums compute several panels of units at once"},
    [PLAN_HOIST] = {"hoist", "products with vectors known before a recurrence are made for a chunk of steps at once"},
    [PLAN_SWAP] = {"swap", "states change places with their next values instead of being copied"},
    [PLAN_ZIGZAG] = {"zigzag", "every second step reads the weights backwards, where that finds more of them in the cache"},
    [PLAN_OVERLAP] = {"overlap", "buffers that are never live at the same time share memory"},
};

/* Every value computed in the step that it belongs to. */
static Plan *plan_simple(Arena *arena, Diag *diag, const Graph *graph, Constants *constants, const PlanOptions *options)
{
    Planner p = {.arena = arena, .diag = diag, .graph = graph, .constants = constants};
    p.plan = arena_alloc(arena, sizeof *p.plan);
    p.plan->arena = arena;
    p.plan->graph = graph;
    make_arrays(&p);
    make_units(&p);
    plan_bodies(&p);
    find_stored(&p);
    find_step(&p);
    make_ports(&p);
    plan_keeps(&p);
    find_direct(&p);
    if (diag_errors(diag))
        return NULL;
    plan_states(&p);
    find_draws(&p);
    plan_body(&p, 0);
    if (diag_errors(diag))
        return NULL;
    times_lap(options->times, "plan");
    if (!options->without[PLAN_INPLACE])
        plan_inplace(p.plan);
    times_lap(options->times, "inplace");
    if (!options->without[PLAN_FMA])
        plan_fma(p.plan);
    if (!options->without[PLAN_WIDE])
        plan_wide(p.plan);
    times_lap(options->times, "fma+wide");
    return p.plan;
}

Plan *plan(Arena *arena, Diag *diag, const Graph *graph, Constants *constants, const PlanOptions *options)
{
    Plan *plan = plan_simple(arena, diag, graph, constants, options);
    if (!plan)
        return NULL;
    if (!options->without[PLAN_HOIST] && plan_hoist(plan, options) && plan->steps) {
        PlanOptions quiet = *options;
        quiet.times = NULL;
        plan->once = plan_simple(arena, diag, graph, constants, &quiet);
        plan->once->single = true;
        if (!options->without[PLAN_ZIGZAG])
            plan_zigzag(plan->once, options);
        plan_place(plan->once, !options->without[PLAN_OVERLAP]);
    }
    times_lap(options->times, "hoist");
    if (!options->without[PLAN_SWAP])
        plan_swap(plan);
    if (!options->without[PLAN_ZIGZAG])
        plan_zigzag(plan, options);
    times_lap(options->times, "swap");
    plan_place(plan, !options->without[PLAN_OVERLAP]);
    times_lap(options->times, "place");
    plan->turns |= plan->once && plan->once->turns;
    if (plan->once && plan->once->work_floats > plan->work_floats)
        plan->work_floats = plan->once->work_floats;
    if (plan->once && plan->once->work_tokens > plan->work_tokens)
        plan->work_tokens = plan->once->work_tokens;
    return plan_fits(diag, plan) ? plan : NULL;
}
