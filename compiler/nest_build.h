/* nest_build.h: what has to be computed are the items: nodes, and after them the outputs, which are
 * written in a loop too, and for each node that gathers the steps of a clock its feed: what happens in
 * that clock's loop. An edge leads from an item to another one that it needs. Internal to nest*.c. */
#ifndef RNNC_NEST_BUILD_H
#define RNNC_NEST_BUILD_H

#include "nest.h"

typedef struct Edge {
    int32_t from;            /* the item that is needed */
    Clocks whole;            /* clocks all of whose steps are needed */
    Clocks carried;          /* from one step of these clocks to the next: no edge inside of their loops */
} Edge;

typedef struct Part {        /* a strongly connected part, or one item */
    int begin, end;          /* in `order` */
    bool cyclic;
    int clock, backward;     /* of its loop; -1: no loop, either direction */
    int phase, latest;
    bool late;               /* what reads it in the same kind of loop is later */
    bool either;             /* its loop may go either way */
    int wish, wished;        /* the way in which all loops that read it go, and the first one's phase; -1, -2: none, several */
} Part;

typedef struct Frame {
    int32_t item, edge;
} Frame;

typedef struct Finder {
    Arena *arena;
    const Graph *graph;
    Nest *nest;
    int32_t count;           /* items */
    Clocks *clocks;          /* of each item: those whose loops it stands in; ~0: it is no item */
    Edge *edge;
    size_t edge_count, edge_capacity;
    size_t *first;           /* of each item, and one more */
    int rank[CLOCKS_MAX];    /* of each clock: lower is further out */
    Clocks above;            /* clocks of the loops around the region */
    int32_t *region;         /* of each item: the loop whose body is being divided, plus one */
    int *part_of;            /* of each item */
    Part *part;
    int part_count;
    int32_t *order, *low, *met, *stack;
    size_t ordered, depth;
    int32_t met_count;
    Frame *frame;
    int *same_phase;         /* of each loop: the one before it in the same body and phase, or -1 */
    size_t same_capacity;
} Finder;

/* nest_items.c */
void nest_items(Finder *f);  /* clocks, edges, and nest->of: 0 or -1 */
void nest_rank(Finder *f);

#endif
