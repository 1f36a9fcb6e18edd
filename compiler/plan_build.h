/* plan_build.h: what the parts of planning share: where each node's value lies, and the making of
 * buffers, views and steps. Internal to plan*.c. */
#ifndef RNNC_PLAN_BUILD_H
#define RNNC_PLAN_BUILD_H

#include "plan.h"

/* What is computed at once: a group of nodes in one loop over units, or one node. */
typedef struct Unit {
    NodeId *node;
    int count;
    bool kernel;
    char progress;           /* 0 not emitted, 1 being emitted, 2 emitted */
} Unit;

typedef struct Planner {
    Arena *arena;
    Diag *diag;
    const Graph *graph;
    Constants *constants;
    Plan *plan;
    const int *phase;
    Unit *unit;
    int unit_count;
    int *unit_of;            /* node to unit, -1 */
    View *view;              /* node to where its value lies, once it is known */
    int *sequence;           /* node to the buffer that keeps it for all steps, or -1 */
    int *moving;             /* state to the buffer that takes the value of another state first */
    bool *stored;            /* the node is used outside of its unit */
    int *port;               /* node to the output port that it is written to directly, or -1 */
    int *uses;               /* graph_uses */
    int *reg;                /* of plan_kernel.c: arrays over nodes that are made once */
    bool *late;
    NodeId *sum;
    Map *names;              /* C identifiers in use */
    Map *packs;              /* packed constants, by what they hold */
} Planner;

/* ---- plan_view.c ---- */
int plan_buffer(Planner *p, BufferKind kind, const char *name, Shape shape, int64_t count);
View plan_at(int buffer);
View plan_view(Planner *p, NodeId id, int phase);          /* where a step of that phase finds a value */
View plan_define(Planner *p, NodeId id);                   /* a place for a value that a unit is about to make */
bool plan_is_view(const Graph *graph, const Node *node);   /* its value lies inside of its input's */
NodeId plan_root(const Graph *graph, NodeId id);           /* the node whose buffer a view lies in */
int plan_clock(Clocks clocks);                             /* the one clock, or -1 */
int plan_pack(Planner *p, const NodeId *matrix, int count);/* products side by side, as a constant */

/* ---- plan_names.c ---- */
void plan_name_clocks(Planner *p);
const char *plan_name(Planner *p, const char *label, const char *prefix);

/* ---- plan.c ---- */
Step *plan_step(Planner *p, StepKind kind, Place place);
void plan_units(Planner *p, int phase, int clock);         /* the steps of all units there */

/* ---- plan_loop.c ---- */
void plan_loop(Planner *p, int phase, int clock);
void plan_outputs(Planner *p, int phase, int clock);       /* those whose value was not written to them at once */

/* ---- plan_kernel.c, plan_call.c ---- */
void plan_kernel(Planner *p, const Unit *unit);
void plan_call(Planner *p, NodeId id);
void plan_copy(Planner *p, View out, View in, int64_t count, When when, Place place);

#endif
