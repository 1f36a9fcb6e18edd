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

typedef struct Touches {
    int *step;               /* ascending, each step once */
    bool *writes;
    int count, capacity;
} Touches;

typedef struct Index {
    Plan *plan;
    Touches *of;             /* of each buffer */
    int *edges;              /* before each step: edges of loops and of what happens where states start */
    int step;
} Index;

static void note_touch(void *context, int *buffer, bool write)
{
    Index *index = context;
    Touches *t = &index->of[*buffer];
    if (t->count && t->step[t->count - 1] == index->step) {
        t->writes[t->count - 1] |= write;
        return;
    }
    if (t->count == t->capacity) {
        int *step = t->step;
        bool *writes = t->writes;
        t->capacity = t->capacity ? t->capacity * 2 : 4;
        t->step = arena_array(index->plan->arena, (size_t)t->capacity, sizeof *t->step);
        t->writes = arena_array(index->plan->arena, (size_t)t->capacity, sizeof *t->writes);
        for (int i = 0; i < t->count; i++) {
            t->step[i] = step[i];
            t->writes[i] = writes[i];
        }
    }
    t->step[t->count] = index->step;
    t->writes[t->count++] = write;
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
    }
    return index;
}

/* ---- whether a copy can go ---- */

/* Whether a kernel reads the state only unit by unit, each unit before its new value is written. */
static bool reads_before_writing(const Kernel *kernel, int state, int next)
{
    bool written = false;
    for (size_t i = 0; i < kernel->count; i++) {
        const Do *d = &kernel->code[i];
        bool loads = d->kind == DO_LOAD && d->view.buffer == state;
        bool reads = d->kind == DO_LOAD || d->kind == DO_SPLAT || d->kind == DO_PANEL;
        if (d->kind == DO_STORE && d->view.buffer == next)
            written = true;
        if (loads && (written || d->period || d->view.offset || d->view.index || d->view.terms))
            return false;
        if ((d->kind == DO_SPLAT && d->view.buffer == state) || (reads && d->view.index && d->view.index->buffer == state))
            return false;
        if (d->kind == DO_PANEL && (d->in.buffer == state || (d->in.index && d->in.index->buffer == state)))
            return false;
    }
    return true;
}

/* Whether the copy at `at`, from `from` to the state `to`, can go: `from` is written whole by one
 * kernel of the same body, before everything that reads it, and nothing touches the state in between. */
static bool can_update(const Index *index, int at, int from, int to)
{
    const Plan *plan = index->plan;
    const Buffer *source = &plan->buffer[from], *state = &plan->buffer[to];
    const Touches *uses = &index->of[from], *others = &index->of[to];
    if (source->kind != BUFFER_WORK || source->steps != 1 || state->steps != 1 || source->dims || source->carried >= 0 || source->count != state->count)
        return false;
    int writer = uses->count ? uses->step[0] : at;
    if (writer >= at || !uses->writes[0] || uses->step[uses->count - 1] != at || index->edges[writer] != index->edges[at])
        return false;
    for (int i = 1; i < uses->count; i++)
        if (uses->writes[i])
            return false;
    for (int i = 0; i < others->count; i++)
        if ((others->step[i] > writer && others->step[i] < at) || (others->step[i] == writer && others->writes[i]))
            return false;
    return plan->step[writer].kind == STEP_KERNEL && reads_before_writing(plan->step[writer].kernel, to, from);
}

typedef struct Rename {
    int from, to;
} Rename;

static void rename_use(void *context, int *buffer, bool write)
{
    const Rename *names = context;
    (void)write;
    if (*buffer == names->from)
        *buffer = names->to;
}

static void merge(Index *index, int at, int from, int to)
{
    Rename names = {from, to};
    for (int i = 0; i < index->of[from].count; i++) {
        index->step = index->of[from].step[i];
        plan_uses(&index->plan->step[index->step], rename_use, &names);
    }
    index->plan->step[at].dead = true;
    index->plan->buffer[from].unused = true;
}

void plan_inplace(Plan *plan)
{
    Index index = find_touches(plan);
    for (size_t i = 0; i < plan->step_count; i++) {
        const Step *step = &plan->step[i];
        if (step->kind != STEP_COPY || step->when != WHEN_ALWAYS || step->size[0] != 1)
            continue;
        int from = step->in[0].buffer, to = step->out.buffer;
        bool whole = !step->in[0].index && !step->in[0].terms && !step->out.index && !step->out.terms && !step->in[0].offset && !step->out.offset;
        if (whole && plan->buffer[to].carried >= 0 && can_update(&index, (int)i, from, to))
            merge(&index, (int)i, from, to);
    }
    size_t count = 0;
    for (size_t i = 0; i < plan->step_count; i++)
        if (!plan->step[i].dead)
            plan->step[count++] = plan->step[i];
    plan->step_count = count;
}
