/* plan_place.c: a fixed offset for every buffer.
 * In: a plan whose steps are in order. Out: buffer->offset, and the sizes of the blocks.
 * Two buffers of the work space overlap only if no step needs both: largest first, each at the lowest
 * offset that is free while it is live. */
#include "plan.h"
#include "plan_room.h"

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

/* ---- loops ---- */

typedef struct Around {      /* a loop of the plan: its first and last step */
    int begin, end;
    int outer;               /* the loop around it, or -1 */
    int depth;
    int same;                /* another one that is the same loop of the nest, or -1 */
} Around;

typedef struct Loops {
    Around *loop;
    int *of;                 /* of each step: the innermost loop that it is in; its edges are in it */
    int *nest;               /* of each loop of the nest: the last one here that is it, or -1 */
    int count, nests;
} Loops;

static Loops find_loops(Plan *plan)
{
    Loops l = {.count = 0};
    for (size_t i = 0; i < plan->step_count; i++) {
        l.count += plan->step[i].kind == STEP_LOOP;
        l.nests = plan->step[i].loop >= l.nests ? plan->step[i].loop + 1 : l.nests;
    }
    l.loop = arena_array(plan->arena, (size_t)l.count + 1, sizeof *l.loop);
    l.of = arena_array(plan->arena, plan->step_count + 1, sizeof *l.of);
    l.nest = arena_array(plan->arena, (size_t)l.nests + 1, sizeof *l.nest);
    for (int i = 0; i < l.nests; i++)
        l.nest[i] = -1;
    int open = -1, count = 0;
    for (size_t i = 0; i < plan->step_count; i++) {
        const Step *step = &plan->step[i];
        if (step->kind == STEP_LOOP) {
            l.loop[count] = (Around){(int)i, 0, open, open < 0 ? 1 : l.loop[open].depth + 1, step->loop < 0 ? -1 : l.nest[step->loop]};
            open = count++;
            if (step->loop >= 0)
                l.nest[step->loop] = open;
        }
        l.of[i] = open;
        if (step->kind == STEP_END) {
            l.loop[open].end = (int)i;
            open = l.loop[open].outer;
        }
    }
    return l;
}

/* What is touched inside of a loop and outside of it is live during the whole loop. */
static void extend_over_loops(const Loops *l, Buffer *buffer)
{
    int first = l->of[buffer->first], last = l->of[buffer->last], begin = -1, end = -1;
    while (first != last) {
        if (first >= 0 && (last < 0 || l->loop[first].depth >= l->loop[last].depth)) {
            begin = first;
            first = l->loop[first].outer;
        } else {
            end = last;
            last = l->loop[last].outer;
        }
    }
    if (begin >= 0)
        buffer->first = l->loop[begin].begin;
    if (end >= 0)
        buffer->last = l->loop[end].end;
}

static void find_lives(Plan *plan)
{
    Lives lives = {.plan = plan};
    for (size_t i = 0; i < plan->step_count; i++) {
        lives.step = (int)i;
        plan_uses(&plan->step[i], live, &lives);
    }
    Loops l = find_loops(plan);
    for (size_t i = 0; i < plan->buffer_count; i++) {
        Buffer *buffer = &plan->buffer[i];
        if (buffer->first < 0)
            continue;
        /* What a loop carries from step to step is live during all of it. */
        int first = buffer->first, last = buffer->last;
        for (int k = buffer->carried < 0 || buffer->carried >= l.nests ? -1 : l.nest[buffer->carried]; k >= 0; k = l.loop[k].same)
            if (first <= l.loop[k].end && last >= l.loop[k].begin) {
                extend(buffer, l.loop[k].begin);
                extend(buffer, l.loop[k].end);
            }
        extend_over_loops(&l, buffer);
    }
}

/* ---- offsets ---- */

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

static void place_work(Plan *plan, bool overlap)
{
    Buffer **order = arena_array(plan->arena, plan->buffer_count + 1, sizeof *order);
    size_t count = 0;
    for (size_t i = 0; i < plan->buffer_count; i++) {
        Buffer *buffer = &plan->buffer[i];
        if (buffer->kind == BUFFER_WORK && !buffer->integer && !buffer->unused && buffer->first >= 0)
            order[count++] = buffer;
    }
    qsort(order, count, sizeof *order, by_size);
    Room *room = overlap ? room_new(plan->arena, (int)plan->step_count) : NULL;
    for (size_t i = 0; i < count; i++) {
        size_t size = size_of(order[i]), at = overlap ? room_find(room, order[i]->first, order[i]->last, size) : plan->work_floats;
        order[i]->offset = at;
        if (overlap)
            room_take(room, order[i]->first, order[i]->last, at, at + size);
        if (at + size > plan->work_floats)
            plan->work_floats = at + size;
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

static const Buffer *largest(const Plan *plan, BufferKind kind)
{
    const Buffer *found = NULL;
    for (size_t i = 0; i < plan->buffer_count; i++) {
        const Buffer *buffer = &plan->buffer[i];
        if (buffer->kind == kind && !buffer->unused && (!found || buffer->count * buffer->steps > found->count * found->steps))
            found = buffer;
    }
    return found;
}

bool plan_fits(Diag *diag, const Plan *plan)
{
    const struct { BufferKind kind; size_t size; const char *what; } blocks[] = {
        {BUFFER_STATE, plan->state_floats + plan->state_tokens, "state"},
        {BUFFER_WORK, plan->work_floats + plan->work_tokens, "work space"},
        {BUFFER_CONST, plan->const_floats, "constants"}};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        if (blocks[i].size <= (size_t)SHAPE_MAX_COUNT)
            continue;
        const Buffer *most = largest(plan, blocks[i].kind);
        const Clock *clock = most->dims ? &plan->graph->clock[most->dim[0].clock] : NULL;
        diag_error(diag, clock ? clock->place : (Place){0}, "the model needs %zu numbers of %s: more than 2^31", blocks[i].size, blocks[i].what);
        diag_hint(diag, clock ? "the largest part is %s %s for %lld steps: a lower bound of %s makes it smaller" : "the largest part is %s %s", most->name,
                  most->what, (long long)most->steps, clock ? clock->name : "");
    }
    return !diag_errors(diag);
}

void plan_place(Plan *plan, bool overlap)
{
    find_lives(plan);
    place_work(plan, overlap);
    place_rest(plan);
}
