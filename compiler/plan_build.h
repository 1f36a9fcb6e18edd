/* plan_build.h: what the parts of planning share: where each node's value lies, and the making of
 * buffers, views and steps. Internal to plan*.c. */
#ifndef RNNC_PLAN_BUILD_H
#define RNNC_PLAN_BUILD_H

#include "nest.h"
#include "plan.h"

/* What is computed at once: a group of nodes in one loop over units, or one node. */
typedef struct Unit {
    NodeId *node;
    int count;
    bool kernel;
    bool done;
} Unit;

typedef struct Lists {       /* of numbers: list k is item[begin[k]] to item[begin[k + 1] - 1] */
    int *begin, *item;
} Lists;

typedef struct Bodies {      /* phase f of loop l is body base[l] + f */
    int *base;               /* of each loop, and one more */
    Lists units, outputs, loops;   /* of each body: what stands there */
    Lists started, moved;    /* of each loop: states that start before it, that take their next value at the end of its steps */
    Lists held, fed;         /* and that it computes; nodes that it feeds */
} Bodies;

typedef struct Planner {
    Arena *arena;
    Diag *diag;
    const Graph *graph;
    Constants *constants;
    Plan *plan;
    const Nest *nest;
    Unit *unit;
    int unit_count;
    int *unit_of;            /* node to unit, -1 */
    View *view;              /* node to where its value lies, once it is known */
    int *keep;               /* node to the loop whose steps its value outlives loops in; -1: none */
    int *sequence;           /* node to the buffer that keeps it for all steps of these loops, or -1 */
    int *feed;               /* node that gathers to the buffer with all steps, -1: none, or -2: its input is that */
    int *moving;             /* state to the buffer that takes the value of another state first */
    int *turn;               /* state with a longer delay to the buffer with its place in the ring */
    bool *stored;            /* the node is used outside of its unit */
    int *port;               /* node to the output port that it is written to directly, or -1 */
    int *uses, *part;        /* graph_uses, graph_parts */
    int *reg;                /* of plan_kernel.c: arrays over nodes that are made once */
    NodeId *sum;
    Bodies bodies;
    Map *packs;              /* packed constants, by what they hold */
} Planner;

/* ---- plan_buffer.c ---- */
int plan_buffer(Planner *p, BufferKind kind, const char *name, Shape shape, int64_t count);
int plan_const(Planner *p, NodeId id);                     /* a fixed node's value */
int plan_pack(Planner *p, const NodeId *matrix, int count, int64_t units); /* matrices or vectors side by side, as a constant */
void plan_dims(Planner *p, int buffer, const int *clock, int count, int64_t slots); /* room for all steps of these clocks */

/* ---- plan_view.c ---- */
View plan_at(int buffer);
View plan_step_of(const Planner *p, int buffer);           /* this step's value: a term for each dimension */
View plan_view(Planner *p, NodeId id, int loop);           /* where a step in that loop finds a value */
View plan_whole(Planner *p, NodeId id, int loop, int clock, bool last); /* at all steps, from the first, or at the last */
View plan_define(Planner *p, NodeId id);                   /* a place for a value that a unit is about to make */
NodeId plan_root(const Graph *graph, NodeId id);           /* the node whose buffer a view lies in */

/* ---- plan_keep.c ---- */
void plan_keeps(Planner *p);                               /* what is read in another loop, and feeds */
int plan_home(const Planner *p, NodeId id);                /* the loop that carries a state or what is held from step to step */
int plan_start(const Planner *p, NodeId id);               /* the loop before which that starts: not one of ticks */
int plan_clocks_between(const Planner *p, int loop, int above, int *clock);

/* ---- plan_bodies.c ---- */
void plan_bodies(Planner *p);
bool plan_is_held(const Planner *p, NodeId id);            /* a state, or what is held: carried from step to step */

/* ---- plan_names.c ---- */
void plan_name_clocks(Planner *p);
const char *plan_name(Planner *p, const char *label, const char *prefix);

/* ---- plan.c ---- */
Step *plan_step(Planner *p, StepKind kind, Place place);
void plan_units(Planner *p, int body);                     /* the steps of all units there */

/* ---- plan_loop.c ---- */
void plan_body(Planner *p, int loop);
void plan_feed(Planner *p, int loop);
void plan_states(Planner *p);

/* ---- plan_kernel.c, plan_call.c ---- */
void plan_kernel(Planner *p, const Unit *unit);
void plan_call(Planner *p, NodeId id);
void plan_gather(Planner *p, NodeId id);                   /* a node that gathers: outside of its clock's loop */
void plan_copy(Planner *p, View out, View in, int64_t count, When when, Place place);

#endif
