/* plan_region.h: the body of one loop of a plan as items that can be reordered and divided among loops.
 * Internal to plan_hoist.c and plan_region.c. */
#ifndef RNNC_PLAN_REGION_H
#define RNNC_PLAN_REGION_H

#include "plan.h"

typedef struct Item {        /* a step of the body, or a whole loop inside of it */
    int first, last;         /* steps of the plan */
} Item;

typedef struct Touch {       /* of a buffer, by the items */
    int first, last;         /* items that touch it */
    int last_write;          /* -1: none */
    int writers;             /* items that write it */
    int count;               /* how often it is touched; 0: not at all */
    bool reads;
    bool along;              /* only ever at the step in hand of the loop's clock */
} Touch;

typedef struct Region {
    Plan *plan;
    const int *total;        /* touches of each buffer in the whole plan */
    int begin, end;          /* the steps LOOP and END */
    int clock;
    Item *item;
    int items;
    Touch *touch;            /* of each buffer */
    int *cut;                /* for each item: the last place up to it where the body may be divided, before that item */
} Region;

/* How often each buffer is touched. */
int *plan_touches(Plan *plan);

/* The body of the loop that begins at a step. */
Region *region_find(Plan *plan, const int *total, int begin);

/* Whether a buffer lives within one step of the loop: made anew in each, and not looked at from outside. */
bool region_private(const Region *region, int buffer);

/* Whether a value goes from step to step in that buffer. */
bool region_carries(const Region *region, int buffer);

/* States move on as soon as nothing reads the old value any more, instead of at the end of the body: then the
 * layers of a stack do not interleave. The region must be found anew. */
void region_advance_early(Region *region);

/* The term of a view that moves with the steps of a clock, if that is the only one with that clock; or NULL. */
const Term *view_along(const View *view, int clock);

#endif
