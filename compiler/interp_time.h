/* interp_time.h: the meaning of time, for interp.c: which values, of which nodes at which steps, a value
 * is made of. A step of a clock is a number from 0; that of a clock that ticks is the number of its
 * parent's step. */
#ifndef RNNC_INTERP_TIME_H
#define RNNC_INTERP_TIME_H

#include "graph.h"

typedef struct Steps {       /* one step of each clock */
    int64_t at[CLOCKS_MAX];
} Steps;

typedef struct Need {        /* one value */
    NodeId id;
    int64_t position;        /* the steps of the node's clocks as one number, the last clock fastest */
} Need;

typedef struct Timeline {    /* of one clock */
    int64_t room;            /* its steps are below this */
    int64_t length;          /* steps; -1: not known yet, since a condition ends it. TICKS: ticks so far */
    int64_t known;           /* steps whose condition was looked at, in order */
    int64_t *latest;         /* TICKS: at each step that is known the latest tick, -1: none yet */
    int64_t *tick;           /* TICKS: the steps of the ticks so far */
} Timeline;

typedef struct Time {
    Arena *arena;
    const Graph *graph;
    Timeline clock[CLOCKS_MAX];
    double **value;          /* of each node: all positions; NULL until one is needed */
    unsigned char **progress;
} Time;

enum { VALUE_NOT_YET, VALUE_UNDER_WAY, VALUE_DONE };   /* in progress[] */

/* `steps`: the lengths that the caller gives. */
void time_begin(Time *time, Arena *arena, const Graph *graph, const int64_t *steps);

Steps time_steps(const Time *time, NodeId id, int64_t position);
int64_t time_position(const Time *time, NodeId id, const Steps *steps);
const double *time_value(const Time *time, Need need);
bool time_done(const Time *time, Need need);

/* How many steps the clock has; it must be known. */
int64_t time_length(const Time *time, int clock);

/* Whether it is known how many steps the clock has, or, of one that ticks, at which of its parent's
 * steps up to `step` it does. If not, *missing is the value that is needed next to know it. */
bool time_end(Time *time, int clock, Need *missing);
bool time_ticks(Time *time, int clock, int64_t step, Need *missing);

/* The same for all that the node at those steps depends on; afterwards time_need can tell. */
bool time_known(Time *time, NodeId id, const Steps *steps, Need *missing);

/* How many values the node needs at a step, and the `index`-th of them: of what gathers, all steps of its
 * first input come first. */
int64_t time_need_count(const Time *time, const Node *node);
Need time_need(const Time *time, NodeId id, Steps steps, int64_t index);

/* Whether the operator looks at all steps of its clock. */
bool time_gathers(const Node *node);

#endif
