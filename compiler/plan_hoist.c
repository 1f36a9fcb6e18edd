/* plan_hoist.c: products with vectors that are known before the recurrence, for many steps at once.
 *
 * In: a loop over a clock whose kernels add W x[t] and U h[t-1]. Out: a loop over chunks of steps; in it
 * W x for all steps of the chunk (rt_panels_f32, which reads each weight once for several steps), then the
 * loop over the chunk's steps, where the accumulators start from there. A stack of layers is divided into
 * a loop for each layer (region_find says where), so that the next layer's W x is known for a chunk, too.
 * The order of all sums stays as it is: results are the same to the bit. */
#include "plan_region.h"
#include "target.h"

#include <string.h>

typedef struct Hoist {       /* a product that is taken out */
    int item;
    Kernel *kernel;
    Do panel;
    View start;              /* what it starts from: packed constants ... */
    bool zero;               /* ... or 0 */
    int buffer;              /* where the products go */
    Place place;
} Hoist;

typedef struct Hoister {
    Region *region;
    const PlanOptions *options;
    Hoist *hoist;
    size_t count, capacity;
    bool *divide;            /* before each item: the body is divided here */
    int *part;               /* of each item: which loop it goes to */
    int64_t *stride;         /* of each buffer that gets a place for each step of the chunk: how far apart; or 0 */
    int64_t memory;          /* floats for one step of the chunk */
    int64_t chunk;
} Hoister;

/* ---- which products ---- */

static const Do *maker(const Kernel *kernel, int reg)
{
    for (size_t i = 0; i < kernel->count; i++)
        if (kernel->code[i].result == reg)
            return &kernel->code[i];
    return NULL;
}

/* Whether all sums of a product start from 0, or all from constants packed like it. */
static bool starts_alike(const Plan *plan, const Kernel *kernel, const Do *panel, Hoist *hoist)
{
    for (int i = 0; i < panel->count; i++) {
        const Do *start = maker(kernel, panel->accumulator[i]);
        if (start->kind != DO_START || (i > 0 && hoist->zero != (start->arg[0] < 0)))
            return false;
        hoist->zero = start->arg[0] < 0;
        if (hoist->zero)
            continue;
        const Do *from = maker(kernel, start->arg[0]);
        bool constant = from->kind == DO_LOAD && plan->buffer[from->view.buffer].kind == BUFFER_CONST && !from->view.index && !from->view.terms;
        bool alone = panel->count == kernel->wide && from->panel == i && !from->gates && !from->period && !from->view.offset; /* in whole panels */
        if (!constant || !(alone || (from->gate == i && from->gates == panel->count)) || (i > 0 && from->view.buffer != hoist->start.buffer))
            return false;
        hoist->start = from->view;
    }
    return true;
}

/* No product before it adds to the same sums: only the first one's sums are what they will be without it. */
static bool is_first(const Kernel *kernel, size_t at)
{
    const Do *panel = &kernel->code[at];
    for (size_t i = 0; i < at; i++)
        for (int k = 0; kernel->code[i].kind == DO_PANEL && k < kernel->code[i].count; k++)
            for (int q = 0; q < panel->count; q++)
                if (kernel->code[i].accumulator[k] == panel->accumulator[q])
                    return false;
    return true;
}

static bool is_worth_it(const PlanOptions *options, const Kernel *kernel, const Do *panel)
{
    if (options->chunk)
        return true;
    return panel->inner >= target_host.hoist_inner && panel->inner * panel->count * kernel->units / kernel->wide * 4 >= target_host.hoist_weights;
}

/* Whether the vector of a product can be known for a whole chunk; the body must be divided at *divide then (-1: need not). */
static bool is_known(const Region *region, int item, const Do *panel, int *divide)
{
    const Touch *t = region_touch(region, panel->in.buffer);
    bool own = region_private(region, panel->in.buffer);
    *divide = -1;
    if (panel->in.index || region_carries(region, panel->in.buffer) || (!own && !view_along(&panel->in, region->clock)))
        return false;
    if (t->writers == 0)
        return true;
    *divide = region->cut[item];
    return *divide > t->last_write;
}

static void choose_in(Hoister *h, int item)
{
    const Region *region = h->region;
    const Step *step = &region->plan->step[region->item[item].first];
    if (step->kind != STEP_KERNEL || step->kernel->rows > 1)
        return;
    for (size_t i = 0; i < step->kernel->count; i++) {
        const Do *d = &step->kernel->code[i];
        Hoist hoist = {.item = item, .kernel = step->kernel, .panel = *d, .place = step->place};
        int divide;
        if (d->kind != DO_PANEL || !is_worth_it(h->options, step->kernel, d) || !is_first(step->kernel, i)
            || !starts_alike(region->plan, step->kernel, d, &hoist) || !is_known(region, item, d, &divide))
            continue;
        if (divide >= 0)
            h->divide[divide] = true;
        h->hoist = arena_grow(region->plan->arena, h->hoist, h->count, &h->capacity, sizeof *h->hoist);
        h->hoist[h->count++] = hoist;
    }
}

/* ---- memory ---- */

static int64_t padded(int64_t count)
{
    return (count + PLAN_PANEL - 1) / PLAN_PANEL * PLAN_PANEL;
}

/* The sums of one step that a product makes. */
static int64_t size_of(const Hoist *hoist)
{
    return padded(hoist->kernel->units) * hoist->panel.count / hoist->kernel->wide;
}

/* What goes from one part of the body to another needs a place for each step of the chunk. */
static void find_strides(Hoister *h)
{
    const Region *region = h->region;
    for (int i = 0, part = 0; i < region->items; i++)
        h->part[i] = part += i > 0 && h->divide[i];
    for (int i = 0; i < region->touches->listed; i++) {
        int b = region->touches->list[i];
        const Touch *t = region_touch(region, b);
        const Buffer *buffer = &region->plan->buffer[b];
        if (!region_private(region, b) || h->part[t->first] == h->part[t->last])
            continue;
        h->stride[b] = buffer->integer ? buffer->count * buffer->steps : padded(buffer->count * buffer->steps);
        h->memory += h->stride[b];
    }
    for (size_t i = 0; i < h->count; i++)
        h->memory += size_of(&h->hoist[i]);
}

static bool find_chunk(Hoister *h)
{
    const Clock *clock = &h->region->plan->graph->clock[h->region->clock];
    int64_t memory = h->options->chunk_memory ? h->options->chunk_memory : target_host.chunk_memory;
    h->chunk = h->options->chunk ? h->options->chunk : target_host.chunk;
    if (clock->limit && clock->limit < h->chunk)
        h->chunk = clock->limit;
    if (h->chunk > memory / 4 / h->memory)
        h->chunk = memory / 4 / h->memory;
    return h->chunk > 1;
}

/* ---- rewriting ---- */

static int make_buffer(Hoister *h, const Hoist *hoist)
{
    Plan *plan = h->region->plan;
    plan->buffer = arena_grow(plan->arena, plan->buffer, plan->buffer_count, &plan->buffer_capacity, sizeof *plan->buffer);
    plan->buffer[plan->buffer_count] = (Buffer){
        .kind = BUFFER_WORK, .name = plan_more_name(plan, "known"), .count = size_of(hoist), .steps = h->chunk, .first = -1, .last = -1, .carried = -1,
        .what = arena_printf(plan->arena, "%d products of %s in panels", hoist->panel.count, plan->buffer[hoist->panel.view.buffer].name)};
    return (int)plan->buffer_count++;
}

static Term in_chunk(const Hoister *h, int64_t stride)
{
    return (Term){TERM_CHUNK, h->region->clock, stride, 0};
}

/* The sums start from the products; what they started from is not needed any more. */
static void start_from(Hoister *h, Hoist *hoist)
{
    Kernel *kernel = hoist->kernel;
    View view = {.buffer = hoist->buffer};
    view.term[view.terms++] = in_chunk(h, size_of(hoist));
    bool *used = arena_array(h->region->plan->arena, (size_t)kernel->registers + 1, sizeof *used);
    for (size_t i = 0; i < kernel->count; i++) {
        Do *d = &kernel->code[i];
        for (int k = 0; d->kind == DO_START && k < hoist->panel.count; k++)
            if (d->result == hoist->panel.accumulator[k])
                *d = (Do){.kind = DO_LOAD, .result = d->result, .arg = {-1, -1, -1}, .view = view, .gate = k, .gates = hoist->panel.count,
                          .panel = k * kernel->wide / hoist->panel.count, .label = d->label, .place = d->place};
        for (int k = 0; k < 3; k++)
            if (d->arg[k] >= 0)
                used[d->arg[k]] = true;
        for (int k = 0; d->kind == DO_PANEL && k < d->count; k++)
            used[d->accumulator[k]] = true;
    }
    for (int k = 0; k < hoist->panel.count; k++)
        used[hoist->panel.accumulator[k]] = true;
    size_t count = 0;
    for (size_t i = 0; i < kernel->count; i++) {
        const Do *d = &kernel->code[i];
        bool product = d->kind == DO_PANEL && d->accumulator == hoist->panel.accumulator;
        if (!product && (d->kind != DO_LOAD || used[d->result]))
            kernel->code[count++] = *d;
    }
    kernel->count = count;
}

static void move_view(void *context, View *view, bool write)
{
    const Hoister *h = context;
    (void)write;
    if ((size_t)view->buffer < h->region->plan->buffer_count && h->stride[view->buffer])
        view->term[view->terms++] = in_chunk(h, h->stride[view->buffer]);
}

static void put_panels(const Hoister *h, Step *step, const Hoist *hoist)
{
    View in = hoist->panel.in;
    *step = (Step){.kind = STEP_PANELS, .clock = h->region->clock, .loop = -1, .length_at = -1, .place = hoist->place, .in_count = hoist->zero ? 2 : 3};
    step->along = in_chunk(h, h->stride[in.buffer]);
    for (int i = 0; i < in.terms; i++)
        if (in.term[i].clock == h->region->clock) {
            step->along = in.term[i];
            in.term[i].kind = TERM_FROM;
        }
    step->out = (View){.buffer = hoist->buffer};
    step->in[0] = hoist->panel.view;
    step->in[1] = in;
    step->in[2] = hoist->start;
    step->size[0] = padded(hoist->kernel->units) / PLAN_PANEL / hoist->kernel->wide;
    step->size[1] = hoist->panel.inner;
    step->size[2] = hoist->panel.count;
    step->size_count = 3;
}

/* The steps of the loop, anew. */
static size_t rewrite(Hoister *h, Step *to)
{
    const Region *region = h->region;
    const Step *head = &region->plan->step[region->begin], *tail = &region->plan->step[region->end];
    size_t count = 0, next = 0;
    to[count] = *head;
    to[count++].chunk = h->chunk;
    for (int i = 0; i < region->items;) {
        int part = h->part[i];
        for (; next < h->count && h->part[h->hoist[next].item] == part; next++)
            put_panels(h, &to[count++], &h->hoist[next]);
        to[count] = *head;
        to[count].loop = -1;
        to[count++].part = true;
        for (; i < region->items && h->part[i] == part; i++)
            for (int k = region->item[i].first; k <= region->item[i].last; k++)
                to[count++] = region->plan->step[k];
        to[count] = *tail;
        to[count++].loop = -1;
    }
    to[count++] = *tail;
    return count;
}

static void replace(Plan *plan, int begin, int end, const Step *step, size_t count)
{
    size_t rest = plan->step_count - (size_t)end - 1;
    Step *all = arena_array(plan->arena, (size_t)begin + count + rest + 1, sizeof *all);
    memcpy(all, plan->step, (size_t)begin * sizeof *all);
    memcpy(all + begin, step, count * sizeof *all);
    memcpy(all + begin + count, plan->step + end + 1, rest * sizeof *all);
    plan->step = all;
    plan->step_count = plan->step_capacity = (size_t)begin + count + rest;
}

static bool hoist_chosen(Hoister *h)
{
    Region *region = h->region;
    Plan *plan = region->plan;
    h->part = arena_array(plan->arena, (size_t)region->items + 1, sizeof *h->part);
    h->stride = arena_array(plan->arena, plan->buffer_count + h->count + 1, sizeof *h->stride);
    find_strides(h);
    if (!find_chunk(h))
        return false;
    size_t most = (size_t)(region->end - region->begin) + 1 + h->count + 2 * (size_t)region->items + 2;
    Step *step = arena_array(plan->arena, most, sizeof *step);
    for (size_t i = 0; i < h->count; i++)
        h->hoist[i].buffer = make_buffer(h, &h->hoist[i]);
    size_t count = rewrite(h, step);
    for (size_t i = 0; i < count; i++)
        if (step[i].kind != STEP_PANELS)
            plan_views(&step[i], move_view, h);
    for (size_t i = 0; i < h->count; i++)
        start_from(h, &h->hoist[i]);
    for (size_t b = 0; b < plan->buffer_count; b++)
        if (h->stride[b]) {
            plan->buffer[b].count = h->stride[b];
            plan->buffer[b].steps = h->chunk;
        }
    replace(plan, region->begin, region->end, step, count);
    return true;
}

/* A quick look: is there a product worth the trouble, and nothing that decides step by step how far the loop goes? */
static bool may_hoist(const Plan *plan, int begin, const PlanOptions *options)
{
    bool product = false;
    if (plan->step[begin].in_count) /* of ticks */
        return false;
    for (int i = begin + 1, depth = 0; depth >= 0; i++) {
        const Step *step = &plan->step[i];
        depth += (step->kind == STEP_LOOP) - (step->kind == STEP_END);
        if (step->kind == STEP_UNTIL || step->kind == STEP_TICK)
            return false;
        for (size_t k = 0; depth == 0 && step->kind == STEP_KERNEL && k < step->kernel->count; k++)
            product = product || (step->kernel->code[k].kind == DO_PANEL && is_worth_it(options, step->kernel, &step->kernel->code[k]));
    }
    return product;
}

static bool hoist_loop(Plan *plan, Touches *touches, int begin, const PlanOptions *options)
{
    region_advance_early(region_find(plan, touches, begin));
    Hoister h = {.region = region_find(plan, touches, begin), .options = options};
    h.divide = arena_array(plan->arena, (size_t)h.region->items + 1, sizeof *h.divide);
    for (int i = 0; i < h.region->items; i++)
        choose_in(&h, i);
    return h.count && hoist_chosen(&h);
}

bool plan_hoist(Plan *plan, const PlanOptions *options)
{
    size_t products = 0; /* each may get a buffer */
    bool any = false;
    for (size_t i = 0; i < plan->step_count; i++)
        for (size_t k = 0; plan->step[i].kind == STEP_KERNEL && k < plan->step[i].kernel->count; k++)
            products += plan->step[i].kernel->code[k].kind == DO_PANEL;
    Touches *touches = products ? touches_new(plan, products) : NULL;
    for (size_t i = 0; i < plan->step_count && products && options->chunk_memory >= 0; i++)
        if (plan->step[i].kind == STEP_LOOP && !plan->step[i].part && may_hoist(plan, (int)i, options))
            any |= hoist_loop(plan, touches, (int)i, options);
    return any;
}
