/* plan_loop.c: one loop over a clock: its states' start, its units, and what happens beside them. At
 * the end of the body the states take their next values. What a later loop or a reduction needs of all
 * steps is copied into a sequence. */
#include "plan_build.h"

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
void plan_outputs(Planner *p, int phase, int clock)
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
                p->moving[i] = buffer;
            } else if (round == 1 && !of_state) {
                plan_copy(p, p->view[i], plan_view(p, node->next, phase), count, WHEN_ALWAYS, node->place);
            } else if (round == 2 && of_state) {
                plan_copy(p, p->view[i], plan_at(p->moving[i]), count, WHEN_ALWAYS, node->place);
            }
        }
}

void plan_loop(Planner *p, int phase, int clock)
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
    plan_units(p, phase, clock);
    emit_keeps(p, phase, clock);
    plan_outputs(p, phase, clock);
    advance_states(p, phase, clock);
    plan_step(p, STEP_END, place)->clock = clock;
}
