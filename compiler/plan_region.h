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

typedef struct Touches {     /* arrays over buffers, made once for all loops */
    int *total;              /* touches of each buffer in the whole plan */
    Touch *touch;            /* in the region in hand */
    int *list;               /* the buffers that it touches */
    int listed;
} Touches;

typedef struct Region {
    Plan *plan;
    Touches *touches;
    int begin, end;          /* the steps LOOP and END */
    int clock;
    Item *item;
    int items;
    int *cut;                /* for each item: the last place up to it where the body may be divided, before that item */
} Region;

/* For the plan's buffers, and so many more. */
Touches *touches_new(Plan *plan, size_t more);

/* The body of the loop that begins at a step; until the next region is found. */
Region *region_find(Plan *plan, Touches *touches, int begin);

/* How the region touches a buffer. */
const Touch *region_touch(const Region *region, int buffer);

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
