/* plan.c: from the graph to steps in order.
 *
 * What is computed at once is a unit: a group of the graph as one loop over units, or one node. Units
 * are taken by phase (how many loops over clocks must have ended), in a phase first those without a
 * clock, then for each clock one loop. At the end of a loop's body the states take their next values.
 * What a later loop or a reduction needs of all steps of a clock is copied into a sequence. */
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

static void check_supported(Planner *p)
{
    for (size_t i = 0; i < p->graph->count; i++) {
        const Node *node = &p->graph->node[i];
        if (node->type.clocks & (node->type.clocks - 1))
            diag_error(p->diag, node->place, "a value on several clocks at once is not supported yet");
        if (node->at.clock >= 0 && op_info[node->op].class == CLASS_REDUCE && p->graph->node[node->input[0]].type.tokens)
            diag_error(p->diag, node->place, "a reduction of tokens is not supported");
    }
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
            p->placed[port->node] = true;
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
        p->placed[i] = true;
    }
}

/* A buffer for all steps of what is read after its loop, or in another one. */
static void make_sequences(Planner *p)
{
    const Graph *graph = p->graph;
    for (size_t i = 0; i < graph->count; i++)
        p->sequence[i] = -1;
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        for (int k = 0; k < node->count && node->op != OP_STATE; k++) {
            NodeId in = leaves_clock(node) ? node->input[k] : plan_root(graph, node->input[k]);
            const Node *input = &graph->node[in];
            bool all = leaves_clock(node) && node->op != OP_FIRST && node->op != OP_LAST;
            bool across = input->type.clocks && !leaves_clock(node) && node->type.clocks == input->type.clocks && p->phase[in] < p->phase[i];
            if (p->sequence[in] >= 0 || !(all || across))
                continue;
            if (input->op == OP_INPUT) {
                p->sequence[in] = p->view[in].buffer;
                continue;
            }
            int clock = plan_clock(input->type.clocks);
            const char *label = input->label ? input->label : arena_printf(p->arena, "v%d", in);
            int buffer = plan_buffer(p, BUFFER_WORK, plan_name(p, arena_printf(p->arena, "all_%s", label), ""), input->type.shape,
                                     shape_count(input->type.shape));
            p->plan->buffer[buffer].clock = clock;
            p->plan->buffer[buffer].steps = graph->clock[clock].limit;
            p->plan->buffer[buffer].integer = input->type.tokens > 0;
            p->sequence[in] = buffer;
        }
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
        p->placed[id] = true;
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

static void emit_units(Planner *p, int phase, int clock)
{
    for (int i = 0; i < p->unit_count; i++) {
        NodeId id = p->unit[i].node[0];
        if (p->phase[id] == phase && plan_clock(p->graph->node[id].type.clocks) == clock)
            emit_unit(p, i);
    }
}

/* ---- what happens in a loop beside its units ---- */

/* Values of this step that something outside of the loop reads. */
static void emit_keeps(Planner *p, int phase, int clock)
{
    const Graph *graph = p->graph;
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        bool here = p->phase[i] == phase && plan_clock(node->type.clocks) == clock;
        if (here && p->sequence[i] >= 0 && node->op != OP_INPUT) {
            View out = plan_at(p->sequence[i]);
            out.time = AT_STEP;
            plan_copy(p, out, plan_view(p, (NodeId)i, phase), shape_count(node->type.shape), WHEN_ALWAYS, node->place);
        }
        if ((node->op != OP_FIRST && node->op != OP_LAST) || node->at.clock != clock || p->phase[node->input[0]] != phase)
            continue;
        View in = plan_view(p, node->input[0], phase), out = plan_define(p, (NodeId)i);
        plan_copy(p, out, in, shape_count(node->type.shape), node->op == OP_FIRST ? WHEN_FIRST : WHEN_LAST, node->place);
        p->plan->step[p->plan->step_count - 1].clock = clock;
    }
}

/* Outputs whose value was not written to them at once. */
static void emit_outputs(Planner *p, int phase, int clock)
{
    for (size_t i = 0; i < p->graph->output_count; i++) {
        NodeId id = p->graph->output[i].node;
        const Node *node = &p->graph->node[id];
        if (p->port[id] == (int)i || p->phase[id] != phase || plan_clock(node->type.clocks) != clock)
            continue;
        View out = plan_at(p->plan->output[i]);
        out.time = node->type.clocks ? AT_STEP : AT_START;
        plan_copy(p, out, plan_view(p, id, phase), shape_count(node->type.shape), WHEN_ALWAYS, p->graph->output[i].place);
    }
}

static bool state_here(const Planner *p, size_t i, int phase, int clock)
{
    const Node *node = &p->graph->node[i];
    return node->op == OP_STATE && node->at.clock == clock && p->phase[i] == phase;
}

static void start_state(Planner *p, const Node *state, NodeId id)
{
    const Node *start = &p->graph->node[state->input[0]];
    int64_t count = shape_count(state->type.shape);
    if (start->op == OP_CONST) {
        Step *step = plan_step(p, STEP_FILL, start->place);
        step->out = p->view[id];
        step->value = start->value;
        step->size[0] = count;
        step->size_count = 1;
    } else {
        plan_copy(p, p->view[id], plan_view(p, state->input[0], p->phase[id]), count, WHEN_ALWAYS, start->place);
    }
}

/* At the end of the body states become what is next. One that takes the value of another state takes
 * it before that one moves on. */
static void advance_states(Planner *p, int phase, int clock)
{
    const Graph *graph = p->graph;
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < graph->count; i++) {
            if (!state_here(p, i, phase, clock))
                continue;
            const Node *node = &graph->node[i];
            bool of_state = graph->node[plan_root(graph, node->next)].op == OP_STATE;
            int64_t count = shape_count(node->type.shape);
            if (round == 0 && of_state) {
                int buffer = plan_buffer(p, BUFFER_WORK, plan_name(p, "moving", ""), node->type.shape, count);
                p->plan->buffer[buffer].integer = node->type.tokens > 0;
                plan_copy(p, plan_at(buffer), plan_view(p, node->next, phase), count, WHEN_ALWAYS, node->place);
                p->sequence[i] = buffer; /* where round 2 finds it */
            } else if (round == 1 && !of_state) {
                plan_copy(p, p->view[i], plan_view(p, node->next, phase), count, WHEN_ALWAYS, node->place);
            } else if (round == 2 && of_state) {
                plan_copy(p, p->view[i], plan_at(p->sequence[i]), count, WHEN_ALWAYS, node->place);
                p->sequence[i] = -1;
            }
        }
}

static void emit_loop(Planner *p, int phase, int clock)
{
    bool any = false;
    Place place = p->graph->clock[clock].place;
    for (size_t i = 0; i < p->graph->count && !any; i++)
        any = p->phase[i] == phase && p->graph->node[i].type.clocks && plan_clock(p->graph->node[i].type.clocks) == clock;
    if (!any)
        return;
    plan_step(p, STEP_FRESH, place)->clock = clock;
    for (size_t i = 0; i < p->graph->count; i++)
        if (state_here(p, i, phase, clock))
            start_state(p, &p->graph->node[i], (NodeId)i);
    plan_step(p, STEP_FRESH_END, place)->clock = clock;
    plan_step(p, STEP_LOOP, place)->clock = clock;
    emit_units(p, phase, clock);
    emit_keeps(p, phase, clock);
    emit_outputs(p, phase, clock);
    advance_states(p, phase, clock);
    plan_step(p, STEP_END, place)->clock = clock;
}

static void emit_all(Planner *p)
{
    int last = 0;
    for (size_t i = 0; i < p->graph->count; i++)
        last = p->phase[i] > last ? p->phase[i] : last;
    for (int phase = 0; phase <= last; phase++) {
        emit_units(p, phase, -1);
        emit_outputs(p, phase, -1);
        for (int clock = 0; clock < p->graph->clock_count; clock++)
            emit_loop(p, phase, clock);
    }
}

/* Words that C, C++ or the emitted code itself has a meaning for. */
static void reserve_names(Planner *p)
{
    static const char *const words[] = {
        "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "class",
        "compl", "const", "constexpr", "const_cast", "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast",
        "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long",
        "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected",
        "public", "register", "reinterpret_cast", "restrict", "return", "short", "signed", "sizeof", "static", "static_assert",
        "static_cast", "struct", "switch", "template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid",
        "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
        "net", "work", "weights", "j", "row", "status", "linux", "unix", "NULL", "INFINITY", "NAN", "memset", "vf", "vm", "vi"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        map_set(p->names, words[i], p);
    map_set(p->names, p->graph->name, p);
    for (int i = 0; i < p->graph->clock_count; i++) {
        map_set(p->names, p->graph->clock[i].name, p);
        map_set(p->names, arena_printf(p->arena, "%s_len", p->graph->clock[i].name), p);
    }
}

static void make_arrays(Planner *p)
{
    size_t count = p->graph->count + 1;
    p->unit_of = arena_array(p->arena, count, sizeof *p->unit_of);
    p->view = arena_array(p->arena, count, sizeof *p->view);
    p->placed = arena_array(p->arena, count, sizeof *p->placed);
    p->sequence = arena_array(p->arena, count, sizeof *p->sequence);
    p->stored = arena_array(p->arena, count, sizeof *p->stored);
    p->port = arena_array(p->arena, count, sizeof *p->port);
    p->reg = arena_array(p->arena, count, sizeof *p->reg);
    p->late = arena_array(p->arena, count, sizeof *p->late);
    p->sum = arena_array(p->arena, count, sizeof *p->sum);
    p->uses = graph_uses(p->arena, p->graph);
    p->phase = pass_phases(p->arena, p->graph);
    p->names = map_new(p->arena);
    p->packs = map_new(p->arena);
    reserve_names(p);
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
