/* plan_region.c: what the steps in a loop's body touch, and where the body can be divided.
 *
 * A loop can be distributed: two loops over all steps in place of one, with the first part of the body
 * and with the rest, as long as no value goes from step to step in a buffer that both touch (Kennedy and
 * Allen, "Optimizing Compilers for Modern Architectures", 5.2). What only lives within a step needs a
 * place for each step then. */
#include "plan_region.h"

typedef struct Totals {
    int *count;
} Totals;

static void count_touch(void *context, int *buffer, bool write)
{
    const Totals *t = context;
    (void)write;
    t->count[*buffer]++;
}

Touches *touches_new(Plan *plan, size_t more)
{
    Touches *t = arena_alloc(plan->arena, sizeof *t);
    size_t count = plan->buffer_count + more + 1;
    t->total = arena_array(plan->arena, count, sizeof *t->total);
    t->touch = arena_array(plan->arena, count, sizeof *t->touch);
    t->list = arena_array(plan->arena, count, sizeof *t->list);
    t->listed = 0;
    for (size_t i = 0; i < plan->step_count; i++)
        plan_uses(&plan->step[i], count_touch, &(Totals){t->total});
    return t;
}

const Touch *region_touch(const Region *region, int buffer)
{
    return &region->touches->touch[buffer];
}

const Term *view_along(const View *view, int clock)
{
    const Term *along = NULL;
    for (int i = 0; i < view->terms; i++) {
        if (view->term[i].clock != clock)
            continue;
        if (along || view->term[i].kind != TERM_STEP)
            return NULL;
        along = &view->term[i];
    }
    return along;
}

/* ---- items ---- */

static int block_end(const Plan *plan, int at)
{
    StepKind kind = plan->step[at].kind, end = kind == STEP_FRESH ? STEP_FRESH_END : STEP_END;
    if (kind != STEP_FRESH && kind != STEP_LOOP)
        return at;
    for (int depth = 0;; at++) {
        depth += (plan->step[at].kind == kind) - (plan->step[at].kind == end);
        if (depth == 0)
            return at;
    }
}

typedef struct Toucher {
    Region *region;
    int item;
} Toucher;

static void touch_view(void *context, View *view, bool write)
{
    const Toucher *toucher = context;
    Touches *touches = toucher->region->touches;
    Touch *t = &touches->touch[view->buffer];
    bool along = view_along(view, toucher->region->clock) != NULL;
    if (!t->count++)
        touches->list[touches->listed++] = view->buffer;
    if (t->count == 1)
        *t = (Touch){.first = toucher->item, .last_write = -1, .count = 1, .along = true};
    t->last = toucher->item;
    t->along = t->along && along;
    t->reads = t->reads || !write;
    if (write && t->last_write != toucher->item) {
        t->last_write = toucher->item;
        t->writers++;
    }
}

bool region_private(const Region *region, int buffer)
{
    const Buffer *b = &region->plan->buffer[buffer];
    const Touch *t = region_touch(region, buffer);
    return b->kind == BUFFER_WORK && b->carried < 0 && !t->along && t->count == region->touches->total[buffer];
}

bool region_carries(const Region *region, int buffer)
{
    const Touch *t = region_touch(region, buffer);
    bool kept = region->plan->buffer[buffer].carried >= 0 || t->reads || t->writers > 1;
    return t->writers > 0 && !t->along && kept && !region_private(region, buffer);
}

/* Where the body can be divided: not between two items that touch a buffer which carries a value. */
static void find_cuts(Region *region)
{
    int *joined = arena_array(region->plan->arena, (size_t)region->items + 2, sizeof *joined), depth = 0;
    for (int i = 0; i < region->touches->listed; i++)
        if (region_carries(region, region->touches->list[i])) {
            joined[region_touch(region, region->touches->list[i])->first + 1]++;
            joined[region_touch(region, region->touches->list[i])->last + 1]--;
        }
    for (int i = 0; i < region->items; i++) {
        depth += joined[i];
        region->cut[i] = i == 0 || depth == 0 ? i : region->cut[i - 1];
    }
}

Region *region_find(Plan *plan, Touches *touches, int begin)
{
    Region *region = arena_alloc(plan->arena, sizeof *region);
    while (touches->listed)
        touches->touch[touches->list[--touches->listed]].count = 0;
    *region = (Region){.plan = plan, .touches = touches, .begin = begin, .end = block_end(plan, begin), .clock = plan->step[begin].clock};
    size_t most = (size_t)(region->end - begin) + 1;
    region->item = arena_array(plan->arena, most, sizeof *region->item);
    region->cut = arena_array(plan->arena, most, sizeof *region->cut);
    for (int i = begin + 1; i < region->end; i++) {
        Toucher toucher = {region, region->items};
        int first = i, last = block_end(plan, i);
        for (; i <= last; i++)
            plan_views(&plan->step[i], touch_view, &toucher);
        region->item[region->items++] = (Item){first, last};
        i = last;
    }
    find_cuts(region);
    return region;
}

/* ---- states that move on early ---- */

typedef struct Order {
    const Region *region;
    int *first_moved, *next_moved;   /* after an item (-1: before all), at index item + 1: the items to put there */
    Step *step;
    int count;
} Order;

static bool is_advance(const Region *region, const Item *item)
{
    const Step *step = &region->plan->step[item->first];
    return item->first == item->last && step->kind == STEP_COPY && step->when == WHEN_ALWAYS && !step->out.index && !step->in[0].index
           && region->plan->buffer[step->out.buffer].carried >= 0;
}

static void put_after(Order *o, int item)
{
    for (int moved = o->first_moved[item + 1]; moved >= 0; moved = o->next_moved[moved]) {
        o->step[o->count++] = o->region->plan->step[o->region->item[moved].first];
        put_after(o, moved);
    }
}

/* Which item so far is the last one that touches a buffer, and that writes it. */
static void note_last(void *context, int *buffer, bool write)
{
    const Toucher *toucher = context;
    Touch *t = &toucher->region->touches->touch[*buffer];
    t->last = toucher->item;
    if (write)
        t->last_write = toucher->item;
}

/* For each item: -1 where it stays, otherwise the item after which it can stand, + 1. */
static int *find_places(Region *region)
{
    Plan *plan = region->plan;
    int *place = arena_array(plan->arena, (size_t)region->items + 1, sizeof *place);
    for (int i = 0; i < region->touches->listed; i++) {
        Touch *t = &region->touches->touch[region->touches->list[i]];
        t->last = t->last_write = -1;
    }
    for (int i = 0; i < region->items; i++) {
        const Step *step = &plan->step[region->item[i].first];
        place[i] = -1;
        if (is_advance(region, &region->item[i])) {
            int touched = region_touch(region, step->out.buffer)->last, written = region_touch(region, step->in[0].buffer)->last_write;
            place[i] = 1 + (touched > written ? touched : written);
        }
        Toucher toucher = {region, i};
        for (int k = region->item[i].first; k <= region->item[i].last; k++)
            plan_uses(&plan->step[k], note_last, &toucher);
    }
    return place;
}

void region_advance_early(Region *region)
{
    Plan *plan = region->plan;
    size_t count = (size_t)region->items + 2;
    Order o = {region, arena_array(plan->arena, count, sizeof *o.first_moved), arena_array(plan->arena, count, sizeof *o.next_moved),
               arena_array(plan->arena, (size_t)(region->end - region->begin) + 1, sizeof *o.step), 0};
    const int *place = find_places(region);
    for (size_t i = 0; i < count; i++)
        o.first_moved[i] = -1;
    for (int i = region->items; i-- > 0;)
        if (place[i] >= 0) {
            o.next_moved[i] = o.first_moved[place[i]];
            o.first_moved[place[i]] = i;
        }
    put_after(&o, -1);
    for (int i = 0; i < region->items; i++) {
        if (place[i] >= 0)
            continue;
        for (int k = region->item[i].first; k <= region->item[i].last; k++)
            o.step[o.count++] = plan->step[k];
        put_after(&o, i);
    }
    for (int i = 0; i < o.count; i++)
        plan->step[region->begin + 1 + i] = o.step[i];
}
