/* plan_place.c: a fixed offset for every buffer.
 * In: a plan whose steps are in order. Out: buffer->offset, and the sizes of the blocks.
 * Two buffers of the work space overlap only if no step needs both: largest first, each at the lowest
 * offset that is free while it is live. */
#include "plan.h"

#include <stdlib.h>

enum { ALIGN = 16 };   /* elements: 64 bytes, a cache line and the widest vector */

typedef struct Lives {
    Plan *plan;
    int step;
} Lives;

static void extend(Buffer *buffer, int step)
{
    if (buffer->first < 0 || step < buffer->first)
        buffer->first = step;
    if (step > buffer->last)
        buffer->last = step;
}

static void live(void *context, int *buffer, bool write)
{
    const Lives *lives = context;
    (void)write;
    extend(&lives->plan->buffer[*buffer], lives->step);
}

/* What is touched inside of a loop and outside of it is live during the whole loop, and so is what the
 * loop carries from step to step. */
static void extend_over_loop(Plan *plan, int begin, int end)
{
    for (size_t i = 0; i < plan->buffer_count; i++) {
        Buffer *buffer = &plan->buffer[i];
        bool inside = buffer->first <= end && buffer->last >= begin;
        bool outside = buffer->first < begin || buffer->last > end;
        bool carried = buffer->carried >= 0 && buffer->carried == plan->step[begin].loop;
        if (buffer->first >= 0 && inside && (outside || carried)) {
            extend(buffer, begin);
            extend(buffer, end);
        }
    }
}

static void find_lives(Plan *plan)
{
    Lives lives = {.plan = plan};
    for (size_t i = 0; i < plan->step_count; i++) {
        lives.step = (int)i;
        plan_uses(&plan->step[i], live, &lives);
    }
    int *open = arena_array(plan->arena, plan->step_count + 1, sizeof *open), depth = 0; /* loops, inner ones first */
    for (size_t i = 0; i < plan->step_count; i++) {
        if (plan->step[i].kind == STEP_LOOP)
            open[depth++] = (int)i;
        if (plan->step[i].kind == STEP_END)
            extend_over_loop(plan, open[--depth], (int)i);
    }
}

static size_t size_of(const Buffer *buffer)
{
    size_t size = (size_t)(buffer->count * buffer->steps);
    return buffer->integer ? size : (size + ALIGN - 1) / ALIGN * ALIGN;
}

static int by_size(const void *a, const void *b)
{
    const Buffer *x = *(Buffer *const *)a, *y = *(Buffer *const *)b;
    if (size_of(x) != size_of(y))
        return size_of(x) < size_of(y) ? 1 : -1;
    return x < y ? -1 : x > y;
}

static bool both_live(const Buffer *a, const Buffer *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* The lowest gap among the placed buffers that are live at the same time; these are in the order of
 * their offsets, and stay so. */
static void place(Buffer *buffer, Buffer **placed, size_t count)
{
    size_t at = 0, size = size_of(buffer);
    for (size_t i = 0; i < count && placed[i]->offset < at + size; i++)
        if (both_live(buffer, placed[i]) && placed[i]->offset + size_of(placed[i]) > at)
            at = placed[i]->offset + size_of(placed[i]);
    buffer->offset = at;
    for (; count > 0 && placed[count - 1]->offset > at; count--)
        placed[count] = placed[count - 1];
    placed[count] = buffer;
}

static void place_work(Plan *plan, bool overlap)
{
    Buffer **order = arena_array(plan->arena, plan->buffer_count + 1, sizeof *order);
    Buffer **placed = arena_array(plan->arena, plan->buffer_count + 1, sizeof *placed);
    size_t count = 0;
    for (size_t i = 0; i < plan->buffer_count; i++) {
        Buffer *buffer = &plan->buffer[i];
        if (buffer->kind == BUFFER_WORK && !buffer->integer && !buffer->unused && buffer->first >= 0)
            order[count++] = buffer;
    }
    qsort(order, count, sizeof *order, by_size);
    for (size_t i = 0; i < count; i++) {
        if (overlap)
            place(order[i], placed, i);
        else
            order[i]->offset = plan->work_floats;
        size_t end = order[i]->offset + size_of(order[i]);
        if (end > plan->work_floats)
            plan->work_floats = end;
    }
}

/* States, constants and tokens lie one after the other. */
static void place_rest(Plan *plan)
{
    for (size_t i = 0; i < plan->buffer_count; i++) {
        Buffer *buffer = &plan->buffer[i];
        size_t *end = NULL;
        if (buffer->unused)
            continue;
        if (buffer->kind == BUFFER_STATE)
            end = buffer->integer ? &plan->state_tokens : &plan->state_floats;
        else if (buffer->kind == BUFFER_WORK && buffer->integer)
            end = &plan->work_tokens;
        else if (buffer->kind == BUFFER_CONST)
            end = &plan->const_floats;
        if (!end)
            continue;
        buffer->offset = *end;
        *end += size_of(buffer);
    }
}

void plan_place(Plan *plan, bool overlap)
{
    find_lives(plan);
    place_work(plan, overlap);
    place_rest(plan);
}
