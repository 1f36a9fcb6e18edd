/* plan_inplace.c: states that are updated where they lie. A state's next value gets a buffer of its
 * own at first, and is copied at the end of the loop's body. Where nothing reads the old value after
 * the new one is written, the new value can be written into the state at once, and the copy goes. */
#include "plan.h"

static void use_view(View *view, bool write, PlanView *use, void *context)
{
    use(context, view, write);
    if (view->index)
        use_view(view->index, false, use, context);
}

void plan_views(Step *step, PlanView *use, void *context)
{
    for (int i = 0; i < step->in_count; i++)
        use_view(&step->in[i], step->kind == STEP_SWAP, use, context);
    for (size_t i = 0; step->kernel && i < step->kernel->count; i++) {
        Do *d = &step->kernel->code[i];
        if (d->kind == DO_LOAD || d->kind == DO_SPLAT || d->kind == DO_PANEL)
            use_view(&d->view, false, use, context);
        if (d->kind == DO_PANEL)
            use_view(&d->in, false, use, context);
        if (d->kind == DO_STORE)
            use_view(&d->view, true, use, context);
    }
    switch (step->kind) {
    case STEP_CALL: case STEP_PANELS: case STEP_SWAP: case STEP_COPY: case STEP_FILL: case STEP_CAST: case STEP_COUNT: case STEP_DRAW:
    case STEP_TURN:
        use_view(&step->out, true, use, context);
        break;
    default: break;
    }
}

typedef struct Buffers {
    PlanUse *use;
    void *context;
} Buffers;

static void use_buffer(void *context, View *view, bool write)
{
    const Buffers *b = context;
    b->use(b->context, &view->buffer, write);
}

void plan_uses(Step *step, PlanUse *use, void *context)
{
    Buffers b = {use, context};
    plan_views(step, use_buffer, &b);
}

/* ---- which steps touch a buffer ---- */

typedef struct Touch {
    int step;
    bool writes;
    bool apart;              /* a kernel reads it otherwise than unit by unit */
    int loaded, stored;      /* in a kernel: the last instruction that loads a unit, the first that stores one; or -1 */
} Touch;

typedef struct Touches {
    Touch *at;               /* steps in ascending order, each once */
    size_t count, capacity;
} Touches;

typedef struct Index {
    Plan *plan;
    Touches *of;             /* of each buffer */
    int *edges;              /* before each step: edges of loops and of what happens where states start */
    int step;
} Index;

static Touch *last_touch(const Index *index, int buffer)
{
    const Touches *t = &index->of[buffer];
    return &t->at[t->count - 1];
}

static void note_touch(void *context, int *buffer, bool write)
{
    Index *index = context;
    Touches *t = &index->of[*buffer];
    if (t->count && t->at[t->count - 1].step == index->step) {
        t->at[t->count - 1].writes |= write;
        return;
    }
    t->at = arena_grow(index->plan->arena, t->at, t->count, &t->capacity, sizeof *t->at);
    t->at[t->count++] = (Touch){.step = index->step, .writes = write, .loaded = -1, .stored = -1};
}

/* How a kernel touches its buffers: after it was noted that it does. */
static void note_kernel(const Index *index, const Kernel *kernel)
{
    for (int i = 0; i < (int)kernel->count; i++) {
        const Do *d = &kernel->code[i];
        if (d->kind != DO_LOAD && d->kind != DO_SPLAT && d->kind != DO_PANEL && d->kind != DO_STORE)
            continue;
        Touch *touch = last_touch(index, d->view.buffer);
        if (d->kind == DO_STORE && touch->stored < 0)
            touch->stored = i;
        if (d->kind == DO_LOAD)
            touch->loaded = i;
        if (d->kind == DO_SPLAT || (d->kind == DO_LOAD && (d->period || d->view.offset || d->view.index || d->view.terms)))
            touch->apart = true;
        if (d->kind != DO_STORE && d->view.index)
            last_touch(index, d->view.index->buffer)->apart = true;
        if (d->kind == DO_PANEL)
            last_touch(index, d->in.buffer)->apart = true;
        if (d->kind == DO_PANEL && d->in.index)
            last_touch(index, d->in.index->buffer)->apart = true;
    }
}

static bool is_edge(const Step *step)
{
    return step->kind == STEP_LOOP || step->kind == STEP_END || step->kind == STEP_FRESH || step->kind == STEP_FRESH_END;
}

static Index find_touches(Plan *plan)
{
    Index index = {.plan = plan, .of = arena_array(plan->arena, plan->buffer_count + 1, sizeof *index.of)};
    index.edges = arena_array(plan->arena, plan->step_count + 1, sizeof *index.edges);
    for (size_t i = 0; i < plan->step_count; i++) {
        index.step = (int)i;
        index.edges[i + 1] = index.edges[i] + is_edge(&plan->step[i]);
        plan_uses(&plan->step[i], note_touch, &index);
        if (plan->step[i].kernel)
            note_kernel(&index, plan->step[i].kernel);
    }
    return index;
}

/* ---- whether a copy can go ---- */

/* Whether the copy at `at`, from `from` to the state `to`, can go: `from` is written whole by one
 * kernel of the same body, before everything that reads it, and nothing touches the state in between. */
static bool can_update(const Index *index, int at, int from, int to)
{
    const Plan *plan = index->plan;
    const Buffer *source = &plan->buffer[from], *state = &plan->buffer[to];
    const Touches *uses = &index->of[from], *others = &index->of[to];
    if (source->kind != BUFFER_WORK || source->steps != 1 || state->steps != 1 || source->dims || source->carried >= 0 || source->count != state->count)
        return false;
    const Touch *writer = uses->count ? &uses->at[0] : NULL, *last = uses->count ? &uses->at[uses->count - 1] : NULL;
    if (!writer || writer->step >= at || !writer->writes || last->step != at || index->edges[writer->step] != index->edges[at])
        return false;
    for (size_t i = 1; i < uses->count; i++)
        if (uses->at[i].writes)
            return false;
    const Touch *reader = NULL; /* of the state, by that kernel: unit by unit, each before its new value is written */
    for (size_t i = 0; i < others->count; i++) {
        const Touch *other = &others->at[i];
        if ((other->step > writer->step && other->step < at) || (other->step == writer->step && other->writes))
            return false;
        if (other->step == writer->step)
            reader = other;
    }
    return plan->step[writer->step].kind == STEP_KERNEL && (!reader || (!reader->apart && reader->loaded < writer->stored));
}

/* What was merged into which other buffer, for all steps at once. */
static void rename_use(void *context, int *buffer, bool write)
{
    const int *merged = context;
    (void)write;
    *buffer = merged[*buffer];
}

void plan_inplace(Plan *plan)
{
    Index index = find_touches(plan);
    int *merged = arena_array(plan->arena, plan->buffer_count + 1, sizeof *merged);
    for (size_t i = 0; i < plan->buffer_count; i++)
        merged[i] = (int)i;
    for (size_t i = 0; i < plan->step_count; i++) {
        Step *step = &plan->step[i];
        if (step->kind != STEP_COPY || step->when != WHEN_ALWAYS || step->size[0] != 1)
            continue;
        int from = step->in[0].buffer, to = step->out.buffer;
        bool whole = !step->in[0].index && !step->in[0].terms && !step->out.index && !step->out.terms && !step->in[0].offset && !step->out.offset;
        if (!whole || plan->buffer[to].carried < 0 || plan->buffer[from].unused || !can_update(&index, (int)i, from, to))
            continue;
        merged[from] = to;
        step->dead = plan->buffer[from].unused = true;
    }
    size_t count = 0;
    for (size_t i = 0; i < plan->step_count; i++) {
        plan_uses(&plan->step[i], rename_use, merged);
        if (!plan->step[i].dead)
            plan->step[count++] = plan->step[i];
    }
    plan->step_count = count;
}
