/* graph_draft.h: a graph of four clocks, and nodes added to it in one line each, for the tests of
 * graph_add: t <= 5, s = 3, u ticks at steps of t, t_2 is like t. */
#ifndef GRAPH_DRAFT_H
#define GRAPH_DRAFT_H

#include "../../compiler/graph.h"

#include <check.h>

static Arena *arena;
static Graph *graph;
static const Place nowhere = {NULL, 0, 0};

static inline void setup(void)
{
    static Clock clocks[4];
    clocks[0] = graph_clock("t", CLOCK_AT_MOST, 5, nowhere);
    clocks[1] = graph_clock("s", CLOCK_EXACT, 3, nowhere);
    clocks[2] = graph_clock("u", CLOCK_TICKS, 5, nowhere);
    clocks[2].parent = 0;
    clocks[3] = graph_clock("t_2", CLOCK_AT_MOST, 5, nowhere);
    clocks[3].like = 0;
    arena = arena_new();
    graph = graph_new(arena, NULL);
    graph->clock = clocks;
    graph->clock_count = 4;
}

static inline void teardown(void)
{
    arena_free(arena);
}

#define SHAPE(...) shape_vector((int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__})
#define SCALAR shape_scalar()

/* After its argument was added: adding moves the array of nodes. */
static inline const Node *at(NodeId id)
{
    return &graph->node[id];
}

static inline NodeId leaf(Op op, const char *name, Shape shape, Clocks clocks)
{
    Node node = node_draft(op, nowhere, 0, NULL);
    node.name = name;
    node.at.shape = shape;
    node.type.clocks = clocks;
    return graph_put(graph, &node);
}

static inline NodeId constant(double value, Shape shape)
{
    return graph_const(graph, value, shape, nowhere);
}

static inline NodeId apply(Op op, int count, NodeId a, NodeId b, NodeId c)
{
    Node node = node_draft(op, nowhere, count, (NodeId[]){a, b, c});
    return graph_put(graph, &node);
}

static inline NodeId unary(Op op, NodeId a)
{
    return apply(op, 1, a, 0, 0);
}

static inline NodeId binary(Op op, NodeId a, NodeId b)
{
    return apply(op, 2, a, b, 0);
}

static inline NodeId over(Op op, NodeId a, int clock)
{
    Node node = node_draft(op, nowhere, 1, &a);
    node.at.clock = clock;
    return graph_put(graph, &node);
}

static inline NodeId reclock(NodeId a, int from, int to)
{
    Node node = node_draft(OP_RECLOCK, nowhere, 1, &a);
    node.at.clock = to;
    node.at.from = from;
    return graph_put(graph, &node);
}

static inline NodeId unstack(NodeId a, int clock)
{
    Node node = node_draft(OP_UNSTACK, nowhere, 1, &a);
    node.at.clock = clock;
    node.at.length = graph->clock[clock].limit;
    return graph_put(graph, &node);
}

static inline NodeId token(NodeId a, int64_t tokens)
{
    Node node = node_draft(OP_TOKEN, nowhere, 1, &a);
    node.at.end = tokens;
    return graph_put(graph, &node);
}

#endif
