/* pass_running.c: a sum, mean, maximum or minimum over a clock is kept up step by step, in a state of
 * the value's own shape, and read when the clock has ended: the steps need not be stored. The variance
 * and argmax stay as they are; they need all steps at once. */
#include "pass.h"

#include <math.h>

/* A state that starts at `start` and becomes op(itself, value) at every step; gives what it becomes. */
static NodeId accumulate(Graph *to, Op op, NodeId value, double start, int clock, Place place)
{
    Type type = to->node[value].type;
    NodeId first = graph_const(to, start, type.shape, place);
    Node draft = node_draft(OP_STATE, place, 1, &first);
    draft.type.clocks = type.clocks | (Clocks)1 << clock;
    draft.at.clock = clock;
    NodeId in[2] = {graph_put(to, &draft), value};
    Node next = node_draft(op, place, 2, in);
    NodeId id = graph_put(to, &next);
    to->node[in[0]].next = id;
    return id;
}

static NodeId at_last(Graph *to, NodeId value, int clock, Place place)
{
    Node draft = node_draft(OP_LAST, place, 1, &value);
    draft.at.clock = clock;
    return graph_put(to, &draft);
}

/* How many steps there were. */
static NodeId length(Graph *to, int clock, Place place)
{
    const Clock *c = &to->clock[clock];
    if (c->kind == CLOCK_EXACT)
        return graph_const(to, (double)c->limit, shape_scalar(), place);
    NodeId one = graph_const(to, 1, shape_scalar(), place);
    Node each = node_draft(OP_REPEAT, place, 1, &one);
    each.at.clock = clock;
    return at_last(to, accumulate(to, OP_ADD, graph_put(to, &each), 0, clock, place), clock, place);
}

static NodeId run(Copy *copy, const Node *node, NodeId id)
{
    (void)id;
    bool running = node->op == OP_SUM || node->op == OP_MEAN || node->op == OP_MAX || node->op == OP_MIN;
    if (!running || node->at.clock < 0)
        return NODE_NONE;
    NodeId value = copy->map[node->input[0]];
    int clock = node->at.clock;
    Op op = node->op == OP_MAX ? OP_MAXIMUM : node->op == OP_MIN ? OP_MINIMUM : OP_ADD;
    double start = node->op == OP_MAX ? -INFINITY : node->op == OP_MIN ? INFINITY : 0;
    NodeId total = at_last(copy->to, accumulate(copy->to, op, value, start, clock, node->place), clock, node->place);
    if (node->op != OP_MEAN)
        return total;
    NodeId in[2] = {total, length(copy->to, clock, node->place)};
    Node quotient = node_draft(OP_DIV, node->place, 2, in);
    return graph_put(copy->to, &quotient);
}

Graph *pass_running(Arena *arena, const Graph *graph)
{
    return pass_copy(arena, graph, run);
}
