/* plan.c: from the graph to steps in order.
 *
 * What is computed at once is a unit: a group of the graph as one loop over units, or one node. Units
 * are taken by phase (how many loops over clocks must have ended), in a phase first those without a
 * clock, then for each clock one loop (plan_loop.c). */
#include "pass.h"
#include "plan_build.h"

#include <stdlib.h>
#include <string.h>

Step *plan_step(Planner *p, StepKind kind, Place place)
{
    Plan *plan = p->plan;
    plan->step = arena_grow(p->arena, plan->step, plan->step_count, &plan->step_capacity, sizeof *plan->step);
    Step *step = &plan->step[plan->step_count++];
    *step = (Step){.kind = kind, .clock = -1, .length_at = -1, .place = place};
    return step;
}

/* ---- what can be planned ---- */

/* One message for the model: at the port that brings the second clock, or the first such value. */
static void check_supported(Planner *p)
{
    const Graph *graph = p->graph;
    Place place = {0};
    bool several = false;
    for (size_t i = graph->count; i-- > 0;)
        if (graph->node[i].type.clocks & (graph->node[i].type.clocks - 1)) {
            several = true;
            place = graph->node[i].place;
        }
    for (size_t i = 0; i < graph->input_count + graph->output_count; i++) {
        const Port *port = i < graph->input_count ? &graph->input[i] : &graph->output[i - graph->input_count];
        Clocks clocks = graph->node[port->node].type.clocks;
        if (clocks & (clocks - 1)) {
            place = port->place;
            break;
        }
    }
    if (several)
        diag_error(p->diag, place, "a value on several clocks at once is not supported yet");
}

/* ---- units ---- */

static bool leaves_clock(const Node *node)
{
    OpClass class = op_info[node->op].class;
    return (class == CLASS_CLOCK || class == CLASS_REDUCE) && node->at.clock >= 0;
}

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
        if (node->fixed || op_info[node->op].class == CLASS_LEAF || plan_is_view(graph, node))
            continue;
        bool kernel = pass_fusible(graph, node);
        int unit = kernel && node->group >= 0 && of_group[node->group] ? of_group[node->group] - 1 : p->unit_count++;
        if (kernel && node->group >= 0)
            of_group[node->group] = unit + 1;
        p->unit[unit].kernel = kernel;
        add_to_unit(p, unit, (NodeId)i);
    }
}

/* Which values must be stored: those that anything but their own loop over units reads. */
static void find_stored(Planner *p)
{
    const Graph *graph = p->graph;
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        for (int k = 0; k < node->count; k++) {
            NodeId root = plan_root(graph, node->input[k]);
            bool inside = p->unit_of[i] >= 0 && p->unit_of[i] == p->unit_of[root] && node->input[k] == root;
            if (!inside)
                p->stored[root] = true;
        }
        if (node->next != NODE_NONE)
            p->stored[plan_root(graph, node->next)] = true;
    }
    for (size_t i = 0; i < graph->output_count; i++)
        p->stored[plan_root(graph, graph->output[i].node)] = true;
}

/* ---- inputs, outputs, states ---- */

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
        plan->buffer[buffer].clock = plan_clock(type->clocks);
        *(in ? &plan->input[i] : &plan->output[i - graph->input_count]) = buffer;
        if (in) {
            p->view[port->node] = plan_at(buffer);
            p->view[port->node].time = type->clocks ? AT_STEP : AT_START;
        }
    }
    /* A value that one output is can be written there at once, by the unit that makes it. */
    for (size_t i = graph->output_count; i-- > 0;) {
        NodeId id = graph->output[i].node;
        if (p->unit_of[id] >= 0 && graph->node[id].op != OP_STACK)
            p->port[id] = (int)i;
    }
}

static void make_states(Planner *p)
{
    for (size_t i = 0; i < p->graph->count; i++) {
        const Node *node = &p->graph->node[i];
        if (node->op != OP_STATE)
            continue;
        const Node *next = &p->graph->node[node->next];
        const char *label = next->label ? next->label : next->name ? next->name : arena_printf(p->arena, "v%zu", i);
        BufferKind kind = p->plan->steps ? BUFFER_STATE : BUFFER_WORK;
        int buffer = plan_buffer(p, kind, plan_name(p, arena_printf(p->arena, "%s_before", label), ""), node->type.shape,
                                 shape_count(node->type.shape));
        p->plan->buffer[buffer].integer = node->type.tokens > 0;
        p->plan->buffer[buffer].what = arena_printf(p->arena, "%s[%s-1] %s", label, p->graph->clock[node->at.clock].name,
                                                    p->plan->buffer[buffer].what);
        p->plan->buffer[buffer].carried = true;
        p->view[i] = plan_at(buffer);
    }
}

/* A buffer for all steps of a value; an input has one already. */
static void make_sequence(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    if (p->sequence[id] >= 0)
        return;
    if (node->op == OP_INPUT) {
        p->sequence[id] = p->view[id].buffer;
        return;
    }
    int clock = plan_clock(node->type.clocks);
    const char *label = node->label ? node->label : arena_printf(p->arena, "v%d", id);
    int buffer = plan_buffer(p, BUFFER_WORK, plan_name(p, arena_printf(p->arena, "all_%s", label), ""), node->type.shape,
                             shape_count(node->type.shape));
    p->plan->buffer[buffer].clock = clock;
    p->plan->buffer[buffer].steps = p->graph->clock[clock].limit;
    p->plan->buffer[buffer].integer = node->type.tokens > 0;
    p->sequence[id] = buffer;
}

/* What a loop of a later phase reads of this one's values: through views, whose rows tokens choose. */
static void sequence_across(Planner *p, NodeId id, const Node *reader, int phase)
{
    const Graph *graph = p->graph;
    for (;; id = graph->node[id].input[0]) {
        const Node *node = &graph->node[id];
        if (node->op == OP_ROW && plan_is_view(graph, node))
            sequence_across(p, node->input[1], reader, phase);
        if (!plan_is_view(graph, node))
            break;
    }
    const Node *root = &graph->node[id];
    if (root->type.clocks && root->type.clocks == reader->type.clocks && p->phase[id] < phase)
        make_sequence(p, id);
}

/* Buffers for all steps of what is read after its loop, or in another one. */
static void make_sequences(Planner *p)
{
    const Graph *graph = p->graph;
    for (size_t i = 0; i < graph->count; i++)
        p->sequence[i] = -1;
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        if (node->op == OP_STATE)
            sequence_across(p, node->next, node, p->phase[i]);
        else if (!leaves_clock(node))
            for (int k = 0; k < node->count; k++)
                sequence_across(p, node->input[k], node, p->phase[i]);
        else if (node->op != OP_FIRST && node->op != OP_LAST)
            make_sequence(p, node->input[0]);
    }
}

/* Whether every input and output runs on one clock (an input: on that or none), whose steps nothing
 * needs all at once: then one step can be computed when its input is there. */
static void find_step(Planner *p)
{
    const Graph *graph = p->graph;
    Clocks clocks = 0, common = ~(Clocks)0;
    for (size_t i = 0; i < graph->count; i++) {
        clocks |= graph->node[i].type.clocks;
        if (leaves_clock(&graph->node[i]))
            return;
    }
    for (size_t i = 0; i < graph->output_count; i++)
        common &= graph->node[graph->output[i].node].type.clocks;
    p->plan->steps = clocks && !(clocks & (clocks - 1)) && common == clocks;
    p->plan->clock = p->plan->steps ? plan_clock(clocks) : -1;
}

/* ---- order ---- */

static void emit_unit(Planner *p, int unit);

static void emit_needs(Planner *p, NodeId id, int phase, int clock)
{
    const Node *node = &p->graph->node[id];
    for (int k = 0; k < node->count && node->op != OP_STATE; k++) {
        NodeId in = node->input[k];
        int unit = p->unit_of[in];
        if (unit < 0)
            emit_needs(p, in, phase, clock); /* a view: what it looks into */
        else if (p->phase[in] == phase && plan_clock(p->graph->node[in].type.clocks) == clock)
            emit_unit(p, unit);
    }
}

/* A node that leaves a clock has a part in the loop, and is made of it after the loop. */
static void leave_clock(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    if (op_info[node->op].class == CLASS_REDUCE) {
        plan_call(p, id);
    } else if (node->op == OP_STACK) {
        p->view[id] = plan_at(p->sequence[node->input[0]]);
    }
}

static void emit_unit(Planner *p, int unit)
{
    Unit *u = &p->unit[unit];
    if (u->progress)
        return;
    u->progress = 1;
    int phase = p->phase[u->node[0]], clock = plan_clock(p->graph->node[u->node[0]].type.clocks);
    if (!leaves_clock(&p->graph->node[u->node[0]]))
        for (int i = 0; i < u->count; i++)
            emit_needs(p, u->node[i], phase, clock);
    if (u->kernel)
        plan_kernel(p, u);
    else if (leaves_clock(&p->graph->node[u->node[0]]))
        leave_clock(p, u->node[0]);
    else
        plan_call(p, u->node[0]);
    u->progress = 2;
}

void plan_units(Planner *p, int phase, int clock)
{
    for (int i = 0; i < p->unit_count; i++) {
        NodeId id = p->unit[i].node[0];
        if (p->phase[id] == phase && plan_clock(p->graph->node[id].type.clocks) == clock)
            emit_unit(p, i);
    }
}

static void emit_all(Planner *p)
{
    int last = 0;
    for (size_t i = 0; i < p->graph->count; i++)
        last = p->phase[i] > last ? p->phase[i] : last;
    for (int phase = 0; phase <= last; phase++) {
        plan_units(p, phase, -1);
        plan_outputs(p, phase, -1);
        for (int clock = 0; clock < p->graph->clock_count; clock++)
            plan_loop(p, phase, clock);
    }
}

static void make_arrays(Planner *p)
{
    size_t count = p->graph->count + 1;
    p->unit_of = arena_array(p->arena, count, sizeof *p->unit_of);
    p->view = arena_array(p->arena, count, sizeof *p->view);
    p->sequence = arena_array(p->arena, count, sizeof *p->sequence);
    p->moving = arena_array(p->arena, count, sizeof *p->moving);
    p->stored = arena_array(p->arena, count, sizeof *p->stored);
    p->port = arena_array(p->arena, count, sizeof *p->port);
    p->reg = arena_array(p->arena, count, sizeof *p->reg);
    p->late = arena_array(p->arena, count, sizeof *p->late);
    p->sum = arena_array(p->arena, count, sizeof *p->sum);
    p->uses = graph_uses(p->arena, p->graph);
    p->phase = pass_phases(p->arena, p->graph);
    p->names = map_new(p->arena);
    p->packs = map_new(p->arena);
    plan_name_clocks(p);
    for (size_t i = 0; i < p->graph->count; i++)
        p->port[i] = -1;
}

Plan *plan(Arena *arena, Diag *diag, const Graph *graph, Constants *constants, const PlanOptions *options)
{
    Planner p = {.arena = arena, .diag = diag, .graph = graph, .constants = constants};
    p.plan = arena_alloc(arena, sizeof *p.plan);
    p.plan->arena = arena;
    p.plan->graph = graph;
    check_supported(&p);
    if (diag_errors(diag))
        return NULL;
    make_arrays(&p);
    make_units(&p);
    find_stored(&p);
    find_step(&p);
    make_ports(&p);
    make_states(&p);
    make_sequences(&p);
    emit_all(&p);
    if (diag_errors(diag))
        return NULL;
    if (!options->no_inplace)
        plan_inplace(p.plan);
    plan_place(p.plan, !options->no_overlap);
    return p.plan;
}
