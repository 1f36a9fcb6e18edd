/* graph_verify.c: holds a graph against all that graph.h promises.
 * In: any graph whose arrays are as long as they say. Out: NULL, or a sentence that names the first
 * clock, node (graph_verify_node.c) or port that is wrong. Nothing is used as an index before it was
 * looked at, so that graph_read can pass what it was given. */
#include "graph.h"
#include "nest.h"

#include <string.h>

static const char *say(Arena *arena, const Graph *graph, NodeId id, const char *what)
{
    return arena_printf(arena, "node %%%d (%s): %s", (int)id, op_info[graph->node[id].op].word, what);
}

static const char *verify_next(Arena *arena, const Graph *graph, NodeId id)
{
    const Node *node = &graph->node[id];
    if (node->op != OP_STATE)
        return node->next == NODE_NONE ? NULL : say(arena, graph, id, "it has a next value, but is no state");
    if (node->next < 0 || (size_t)node->next >= graph->count)
        return say(arena, graph, id, arena_printf(arena, "there is no %%%d to be its next value", (int)node->next));
    const Type *next = &graph->node[node->next].type;
    if (!shape_equal(next->shape, node->type.shape))
        return say(arena, graph, id, arena_printf(arena, "it is %s, but its next value is %s", shape_text(arena, node->type.shape),
                                    shape_text(arena, next->shape)));
    if (next->tokens != node->type.tokens)
        return say(arena, graph, id, arena_printf(arena, "its tokens are %lld, but those of its next value %lld",
                                    (long long)node->type.tokens, (long long)next->tokens));
    return next->clocks & ~node->type.clocks ? say(arena, graph, id, "its next value runs on a clock that it does not run on") : NULL;
}

/* The other clocks that a clock names, and its limit. */
static const char *verify_clock(Arena *arena, const Graph *graph, int i)
{
    const Clock *clock = &graph->clock[i];
    bool ticks = clock->kind == CLOCK_TICKS;
    if (ticks ? clock->parent < 0 || clock->parent >= i : clock->parent != -1)
        return arena_printf(arena, "clock %s ticks at the steps of a clock that does not stand above it", clock->name);
    if (clock->like < -1 || clock->like >= i)
        return arena_printf(arena, "clock %s is as long as a clock that does not stand above it", clock->name);
    const Clock *of = ticks ? &graph->clock[clock->parent] : clock->like >= 0 ? &graph->clock[clock->like] : NULL;
    if (of && clock->limit != of->limit)
        return arena_printf(arena, "clock %s has another limit than %s", clock->name, of->name);
    if (clock->like >= 0 && (clock->kind != of->kind || ticks || clock->until != NODE_NONE))
        return arena_printf(arena, "clock %s cannot be like %s", clock->name, of->name);
    bool endless = clock->kind == CLOCK_ENDLESS || (ticks && of->limit == 0);
    bool fits = endless ? clock->limit == 0 : clock->limit >= 1 && clock->limit <= SHAPE_MAX_COUNT;
    return fits ? NULL : arena_printf(arena, "clock %s cannot have %lld steps", clock->name, (long long)clock->limit);
}

static const char *verify_clocks(Arena *arena, const Graph *graph)
{
    const char *error = NULL;
    if (graph->clock_count < 0 || graph->clock_count > CLOCKS_MAX)
        return arena_printf(arena, "%d clocks", graph->clock_count);
    for (int i = 0; i < graph->clock_count && !error; i++) {
        const Clock *clock = &graph->clock[i];
        if (!clock->name || !*clock->name)
            return arena_printf(arena, "clock %d has no name", i);
        for (int k = 0; k < i; k++)
            if (strcmp(graph->clock[k].name, clock->name) == 0)
                return arena_printf(arena, "two clocks are called %s", clock->name);
        if ((int)clock->kind < CLOCK_ENDLESS || clock->kind > CLOCK_TICKS)
            return arena_printf(arena, "clock %s is of no kind", clock->name);
        error = verify_clock(arena, graph, i);
    }
    return error;
}

/* What ends a clock or makes it tick: one number at each step of `on`. */
static const char *verify_condition(Arena *arena, const Graph *graph, const Clock *clock, NodeId id, int on)
{
    if (id < 0 || (size_t)id >= graph->count)
        return arena_printf(arena, "clock %s waits for %%%d, which does not exist", clock->name, (int)id);
    const Node *node = &graph->node[id];
    const Type *type = &node->type;
    bool of_itself = node->at.clock >= 0 && &graph->clock[node->at.clock] == clock && (node->op == OP_HOLD || node->at.backward);
    if (of_itself)
        return say(arena, graph, id, "it waits for all steps of a clock that wait for it");
    if (type->shape.rank || type->tokens || type->clocks & ~((Clocks)1 << on))
        return arena_printf(arena, "clock %s waits for %%%d, which is not one number at each step of %s", clock->name, (int)id,
                            graph->clock[on].name);
    return NULL;
}

static const char *verify_conditions(Arena *arena, const Graph *graph)
{
    const char *error = NULL;
    for (int i = 0; i < graph->clock_count && !error; i++) {
        const Clock *clock = &graph->clock[i];
        if (clock->kind == CLOCK_TICKS)
            error = verify_condition(arena, graph, clock, clock->when, clock->parent);
        else if (clock->when != NODE_NONE || (clock->until != NODE_NONE && clock->kind != CLOCK_AT_MOST))
            return arena_printf(arena, "clock %s has a condition that its kind has not", clock->name);
        if (!error && clock->kind == CLOCK_AT_MOST && clock->until != NODE_NONE)
            error = verify_condition(arena, graph, clock, clock->until, i);
    }
    return error;
}

/* An order of a port's clocks is of all clocks of its node. */
static const char *verify_order(Arena *arena, const Graph *graph, const Port *port)
{
    int clock[CLOCKS_MAX], count = graph_port_clocks(graph, port, clock);
    Clocks left = port->node == NODE_NONE ? 0 : graph->node[port->node].type.clocks;
    for (int i = 0; i < count; i++) {
        if (clock[i] < 0 || clock[i] >= graph->clock_count || !(left >> clock[i] & 1))
            return arena_printf(arena, "%s has other clocks than %%%d", port->name, (int)port->node);
        left &= ~((Clocks)1 << clock[i]);
    }
    return NULL;
}

static const char *verify_names(Arena *arena, const Port *ports, size_t count, const char *kind)
{
    Map *names = map_new(arena);
    for (size_t i = 0; i < count; i++) {
        if (!ports[i].name || !*ports[i].name)
            return arena_printf(arena, "%s %zu has no name", kind, i);
        if (map_get(names, ports[i].name))
            return arena_printf(arena, "two %ss are called %s", kind, ports[i].name);
        map_set(names, ports[i].name, names);
    }
    return NULL;
}

/* Every input node belongs to one input, whose node may have been found useless and dropped. */
static const char *verify_inputs(Arena *arena, const Graph *graph)
{
    bool *fed = arena_array(arena, graph->count + 1, sizeof *fed);
    for (size_t i = 0; i < graph->input_count; i++) {
        const Port *port = &graph->input[i];
        if (port->node == NODE_NONE)
            continue;
        bool is_input = port->node >= 0 && (size_t)port->node < graph->count && graph->node[port->node].op == OP_INPUT;
        if (!is_input || fed[port->node])
            return arena_printf(arena, "input %s is %%%d, which is %s", port->name, (int)port->node,
                                is_input ? "another input already" : "no input node");
        fed[port->node] = true;
    }
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].op == OP_INPUT && !fed[i])
            return arena_printf(arena, "node %%%zu (input): it belongs to no input of the model", i);
    return NULL;
}

static const char *verify_outputs(Arena *arena, const Graph *graph)
{
    for (size_t i = 0; i < graph->output_count; i++)
        if (graph->output[i].node < 0 || (size_t)graph->output[i].node >= graph->count)
            return arena_printf(arena, "output %s is %%%d, which does not exist", graph->output[i].name,
                                (int)graph->output[i].node);
    return NULL;
}

/* Groups are counted by arrays that are as long as the graph's. */
static const char *verify_groups(Arena *arena, const Graph *graph)
{
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].group >= 0 && (size_t)graph->node[i].group >= graph->count)
            return say(arena, graph, (NodeId)i, arena_printf(arena, "the group %d of %zu nodes", graph->node[i].group, graph->count));
    return NULL;
}

static const char *verify_causal(Arena *arena, const Graph *graph)
{
    NodeId knot = nest_find(arena, graph)->knot;
    if (knot == NODE_NONE)
        return NULL;
    return say(arena, graph, knot, "it waits for all steps of a clock that wait for it");
}

static const char *verify_orders(Arena *arena, const Graph *graph)
{
    const char *error = NULL;
    for (size_t i = 0; i < graph->input_count && !error; i++)
        error = verify_order(arena, graph, &graph->input[i]);
    for (size_t i = 0; i < graph->output_count && !error; i++)
        error = verify_order(arena, graph, &graph->output[i]);
    return error;
}

const char *graph_verify(Arena *arena, const Graph *graph)
{
    static const char *(*const checks[])(Arena *, const Graph *) = {verify_groups, verify_conditions, verify_inputs, verify_outputs,
                                                                    verify_orders, verify_causal};
    const char *error = verify_clocks(arena, graph);
    for (size_t i = 0; i < graph->count && !error; i++)
        error = graph_verify_node(arena, graph, (NodeId)i);
    for (size_t i = 0; i < graph->count && !error; i++)
        error = verify_next(arena, graph, (NodeId)i);
    if (!error)
        error = verify_names(arena, graph->input, graph->input_count, "input");
    if (!error)
        error = verify_names(arena, graph->output, graph->output_count, "output");
    for (size_t i = 0; i < sizeof checks / sizeof *checks && !error; i++)
        error = checks[i](arena, graph);
    return error;
}
