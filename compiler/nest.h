/* nest.h: the loops over clocks that compute a graph, and the loop in which each node is computed.
 *
 * Loops are made from the outside to the inside, as in Allen and Kennedy's distribution of loops
 * (Optimizing Compilers for Modern Architectures, 2002, section 2.5): the strongly connected parts of
 * the graph are recurrences, each of which needs one loop around all of it; everything else joins
 * the loops of what it depends on where it can. One body has phases: first what needs no loop inside of
 * it, then the loops of phase 0, then what needs their results, then the loops of phase 1, and so on. */
#ifndef RNNC_NEST_H
#define RNNC_NEST_H

#include "graph.h"

typedef struct Loop {
    int parent;              /* the loop in whose body it stands; -1: it is the whole call */
    int depth;               /* 0 for the call */
    int clock;               /* that it steps along; -1 for the call */
    bool backward;           /* from the last step to the first */
    int phase;               /* in the parent's body */
} Loop;

typedef struct Nest {
    const Graph *graph;
    Loop *loop;              /* a parent stands before the loops in its body; 0 is the call */
    int loop_count, loop_capacity;
    int *of;                 /* of each node, each output, and the feed of each node: the loop in which it is computed,
                                written, fed; -1: it is not, being an input, known when compiling, or a view */
    int *phase;              /* of each of them, in that loop's body */
    NodeId knot;             /* a node that no loops can compute, such as that of x = x[t-1] + sum(x over t); NODE_NONE */
} Nest;

/* The loops of a graph whose nodes and next edges are sound. */
const Nest *nest_find(Arena *arena, const Graph *graph);

/* Whether a node gathers the steps of a clock: it stands outside of that clock's loop, and has a feed
 * inside, which takes the steps of its first input. */
bool nest_gathers(const Node *node);

/* Whether such a node needs its feed: not where what it gathers is made for all steps at once. */
bool nest_is_fed(const Graph *graph, const Node *node);

/* Whether the values of a node at all steps of a clock lie at equal distances wherever they are made, given or kept. */
bool nest_is_rows(const Graph *graph, NodeId id, int clock);

/* Where the feed of a node, and an output, are in `of` and `phase`. */
int32_t nest_feed(const Graph *graph, NodeId id);
int32_t nest_port(const Graph *graph, size_t output);

/* Whether a node's value lies inside of its input's, so that nothing has to be done for it. */
bool nest_is_view(const Graph *graph, const Node *node);

/* Calls `use` for every node whose value `id` looks at when its input `in` is read, views seen through.
 * `whole` are the clocks all of whose steps are looked at on the way. */
typedef void NestUse(void *context, NodeId root, Clocks whole);
void nest_roots(const Graph *graph, NodeId in, Clocks whole, NestUse *use, void *context);

/* The innermost loop around both. */
int nest_common(const Nest *nest, int a, int b);

/* The loop around (or the same as) `loop` that steps along `clock`; -1: none does. */
int nest_around(const Nest *nest, int loop, int clock);

#endif
