/* plan_swap.c: states that change places with their next values. In place of a copy at the end of a step
 * two pointers are exchanged: the buffer that the old value was in takes the next one.
 *
 * Where the next value is made in a buffer that nothing else needs, that one is taken; where it goes to an
 * output or has to be kept, the kernel that makes it stores it once more. */
#include "plan_region.h"

#include <string.h>

typedef struct Swapper {
    Region *region;
    int loop;                /* of the nest */
    int item;                /* the copy */
    int state, next;         /* buffers */
    Step *writer;            /* the kernel that makes the next value, where it is one */
    View store;              /* what it stores it to */
} Swapper;

static bool is_whole(const View *view)
{
    return !view->index && !view->terms && !view->offset;
}

/* A copy of a whole value to a state that has one place. */
static bool is_advance(const Swapper *s)
{
    const Plan *plan = s->region->plan;
    const Step *step = &plan->step[s->region->item[s->item].first];
    if (step->kind != STEP_COPY || step->when != WHEN_ALWAYS || step->size[0] != 1 || !is_whole(&step->out))
        return false;
    const Buffer *state = &plan->buffer[step->out.buffer];
    return state->carried >= 0 && state->carried == s->loop && !state->dims && state->steps == 1 && !state->swapped
           && step->size[1] == state->count;
}

static bool same_place(const View *a, const View *b)
{
    return a->buffer == b->buffer && !a->index && !b->index && a->offset == b->offset && a->terms == b->terms
           && memcmp(a->term, b->term, (size_t)a->terms * sizeof *a->term) == 0;
}

/* The kernel that stores just the value that is copied. */
static void find_writer(Swapper *s)
{
    const Region *region = s->region;
    int at = region_touch(region, s->next)->last_write;
    Step *writer = at >= 0 ? &region->plan->step[region->item[at].first] : NULL;
    s->store = region->plan->step[region->item[s->item].first].in[0];
    s->writer = NULL;
    if (!writer || writer->kind != STEP_KERNEL || region_touch(region, s->next)->writers != 1
        || writer->kernel->units * writer->kernel->rows != region->plan->buffer[s->state].count)
        return;
    for (size_t i = 0; i < writer->kernel->count; i++)
        if (writer->kernel->code[i].kind == DO_STORE && same_place(&writer->kernel->code[i].view, &s->store))
            s->writer = writer;
}

/* Nothing looks at the state, or at the buffer that takes its place, between the copy and the end of the step. */
static bool is_over(const Swapper *s, int buffer)
{
    return region_touch(s->region, buffer)->last <= s->item;
}

static int make_twin(Swapper *s)
{
    Plan *plan = s->region->plan;
    plan->buffer = arena_grow(plan->arena, plan->buffer, plan->buffer_count, &plan->buffer_capacity, sizeof *plan->buffer);
    const Buffer *state = &plan->buffer[s->state];
    plan->buffer[plan->buffer_count] = (Buffer){.kind = BUFFER_WORK, .name = plan_more_name(plan, arena_printf(plan->arena, "%s_next", state->name)),
                                                .what = state->what, .count = state->count, .steps = 1, .first = -1, .last = -1};
    Kernel *kernel = s->writer->kernel;
    for (size_t i = 0, count = kernel->count; i < count; i++) { /* a store for each of the panels at once */
        Do store = kernel->code[i];
        if (store.kind != DO_STORE || !same_place(&store.view, &s->store))
            continue;
        store.view = (View){.buffer = (int)plan->buffer_count};
        kernel->code = arena_grow(plan->arena, kernel->code, kernel->count, &kernel->capacity, sizeof *kernel->code);
        kernel->code[kernel->count++] = store;
    }
    return (int)plan->buffer_count++;
}

static void swap_copy(Swapper *s)
{
    Plan *plan = s->region->plan;
    Step *step = &plan->step[s->region->item[s->item].first];
    if (!is_advance(s))
        return;
    s->state = step->out.buffer;
    s->next = step->in[0].buffer;
    const Buffer *next = &plan->buffer[s->next];
    bool own = region_private(s->region, s->next) && !next->dims && next->steps == 1 && is_whole(&step->in[0]) && next->count == plan->buffer[s->state].count;
    if (!is_over(s, s->state) || next->integer)
        return;
    find_writer(s);
    if (!own || !is_over(s, s->next)) {
        if (!s->writer)
            return;
        s->next = make_twin(s);
    }
    plan->buffer[s->next].carried = plan->buffer[s->state].carried;
    plan->buffer[s->next].swapped = plan->buffer[s->state].swapped = true;
    Step swap = {.kind = STEP_SWAP, .clock = -1, .loop = -1, .length_at = -1, .place = step->place, .in_count = 1};
    swap.out.buffer = s->state;
    swap.in[0].buffer = s->next;
    *step = swap;
}

static bool may_swap(const Plan *plan, int begin)
{
    for (int i = begin + 1; plan->step[i].kind != STEP_END; i++)
        if (plan->step[i].kind == STEP_COPY && plan->buffer[plan->step[i].out.buffer].carried >= 0)
            return true;
    return false;
}

void plan_swap(Plan *plan)
{
    int loop = -1;           /* the one of the nest that a part belongs to */
    size_t copies = 0;       /* each may get a buffer */
    for (size_t i = 0; i < plan->step_count; i++)
        copies += plan->step[i].kind == STEP_COPY;
    Touches *touches = copies ? touches_new(plan, copies) : NULL;
    for (size_t i = 0; i < plan->step_count; i++) {
        if (plan->step[i].kind != STEP_LOOP || !copies)
            continue;
        loop = plan->step[i].part ? loop : plan->step[i].loop;
        if (plan->step[i].chunk || !may_swap(plan, (int)i))
            continue;
        Swapper s = {.region = region_find(plan, touches, (int)i)};
        s.loop = loop;
        for (s.item = 0; s.item < s.region->items; s.item++)
            swap_copy(&s);
    }
}
