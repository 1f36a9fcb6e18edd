/* pass.h: the passes: each reads a graph and writes a better one that means the same.
 *
 * A pass is a function and a row in the table of pass.c; it copies nodes through a map (graph_copy,
 * graph_put), which folds and shares again on the way, and leaves out what no output needs. After
 * each one the runner verifies the graph, and prints it where that was asked for. */
#ifndef RNNC_PASS_H
#define RNNC_PASS_H

#include "graph.h"
#include "times.h"

#include <stdio.h>

typedef struct Pass {
    const char *name;
    Graph *(*run)(Arena *arena, const Graph *graph);
    const char *purpose;     /* one line, for --list-passes */
} Pass;

extern const Pass passes[];  /* in the order in which they run; the last has no name */

typedef struct PassOptions {
    const char **without;    /* passes to leave out */
    size_t without_count;
    const char *dump;        /* print the graph after this pass ("all": after each that changed it); or NULL */
    Times *times;            /* print how long each took; or NULL */
    FILE *stream;            /* where `dump` goes */
} PassOptions;

/* Whether there is a pass of that name. */
const Pass *pass_find(const char *name);

/* Runs them all. A graph that does not verify after a pass is a mistake of ours: it is printed, and
 * the program ends. */
Graph *pass_run(Arena *arena, const Graph *graph, const PassOptions *options);

/* The state of one copy from graph to graph. */
typedef struct Copy {
    Arena *arena;
    const Graph *from;
    Graph *to;
    NodeId *map;             /* old node to new; NODE_NONE: not copied */
    const bool *needed;
    const int *uses;
} Copy;

/* Copies what is needed of `from`; for each node `change` is asked first, and gives the new node or
 * NODE_NONE for a plain copy. What the changes leave without use is gone from the result. */
Graph *pass_copy(Arena *arena, const Graph *from, NodeId (*change)(Copy *copy, const Node *node, NodeId id));

/* A plain copy of what is needed. */
Graph *pass_clean(Arena *arena, const Graph *from);

Graph *pass_running(Arena *arena, const Graph *graph);    /* pass_running.c */
Graph *pass_products(Arena *arena, const Graph *graph);   /* pass_products.c */
Graph *pass_concat(Arena *arena, const Graph *graph);     /* pass_concat.c */
Graph *pass_split(Arena *arena, const Graph *graph);      /* pass_split.c */
Graph *pass_sums(Arena *arena, const Graph *graph);       /* pass_sums.c */
Graph *pass_fuse(Arena *arena, const Graph *graph);       /* pass_fuse.c */
Graph *pass_pack(Arena *arena, const Graph *graph);       /* pass_pack.c */

/* Whether a node can be part of a loop over units: elementwise, or the product of a constant matrix
 * and a vector. */
bool pass_fusible(const Graph *graph, const Node *node);

#endif
