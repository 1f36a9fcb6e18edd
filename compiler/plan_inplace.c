/* plan_inplace.c: states that are updated where they lie. A state's next value gets a buffer of its
 * own at first, and is copied at the end of the loop's body. Where nothing reads the old value after
 * the new one is written, the new value can be written into the state at once, and the copy goes. */
#include "plan.h"

static void use_view(View *view, bool write, PlanUse *use, void *context)
{
    use(context, &view->buffer, write);
    if (view->index >= 0)
        use(context, &view->index, false);
}

void plan_uses(Step *step, PlanUse *use, void *context)
{
    for (int i = 0; i < step->in_count; i++)
        use_view(&step->in[i], false, use, context);
    for (size_t i = 0; step->kernel && i < step->kernel->count; i++) {
        Do *d = &step->kernel->code[i];
        if (d->kind == DO_LOAD || d->kind == DO_SPLAT || d->kind == DO_PANEL)
            use_view(&d->view, false, use, context);
        if (d->kind == DO_PANEL)
            use_view(&d->in, false, use, context);
        if (d->kind == DO_STORE)
            use_view(&d->view, true, use, context);
    }
    bool writes = step->kind == STEP_CALL || step->kind == STEP_COPY || step->kind == STEP_FILL || step->kind == STEP_NUMBER;
    if (writes)
        use_view(&step->out, true, use, context);
}

typedef struct Count {
    int buffer, reads, writes;
} Count;

static void count_use(void *context, int *buffer, bool write)
{
    Count *count = context;
    if (*buffer == count->buffer) {
        count->reads += !write;
        count->writes += write;
    }
}

static Count count_uses(Step *step, int buffer)
{
    Count count = {.buffer = buffer};
    plan_uses(step, count_use, &count);
    return count;
}

/* Whether a kernel reads a buffer only unit by unit, each unit before it is written. */
static bool reads_in_step(const Kernel *kernel, int buffer)
{
    for (size_t i = 0; i < kernel->count; i++) {
        const Do *d = &kernel->code[i];
        if (d->kind == DO_PANEL && d->in.buffer == buffer)
            return false;
        if (d->kind == DO_SPLAT && d->view.buffer == buffer)
            return false;
        if (d->kind == DO_LOAD && d->view.buffer == buffer && (d->period || d->view.offset || d->view.index >= 0))
            return false;
        bool reads = d->kind == DO_LOAD || d->kind == DO_SPLAT || d->kind == DO_PANEL;
        if (reads && d->view.index == buffer)
            return false;
        if (d->kind == DO_PANEL && d->in.index == buffer)
            return false;
    }
    return true;
}

/* The edge of a loop's body, or of what happens where a state starts. */
static bool is_edge(const Step *step)
{
    return step->kind == STEP_LOOP || step->kind == STEP_END || step->kind == STEP_FRESH || step->kind == STEP_FRESH_END;
}

/* Whether the copy at `at`, from `from` to the state `to`, can go: `from` is written whole by one
 * kernel of the same body, and the state is not read between that and the copy. */
static bool can_update(Plan *plan, size_t at, int from, int to)
{
    const Buffer *source = &plan->buffer[from], *state = &plan->buffer[to];
    if (source->kind != BUFFER_WORK || source->steps != 1 || source->clock >= 0 || source->count != state->count)
        return false;
    size_t writer = at;
    while (writer > 0 && !is_edge(&plan->step[writer - 1]) && count_uses(&plan->step[writer - 1], from).writes == 0)
        writer--;
    if (writer == 0 || is_edge(&plan->step[writer - 1]))
        return false;
    writer--;
    const Step *step = &plan->step[writer];
    if (step->kind != STEP_KERNEL || count_uses(&plan->step[writer], to).writes || !reads_in_step(step->kernel, to))
        return false;
    for (size_t i = writer + 1; i < at; i++)
        if (count_uses(&plan->step[i], to).reads || count_uses(&plan->step[i], to).writes || count_uses(&plan->step[i], from).writes)
            return false;
    for (size_t i = 0; i < plan->step_count; i++) /* every use of the new value is after it is made, in this body */
        if ((i < writer || i > at) && (count_uses(&plan->step[i], from).reads || count_uses(&plan->step[i], from).writes))
            return false;
    return true;
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

static void remove_step(Plan *plan, size_t at)
{
    for (size_t i = at; i + 1 < plan->step_count; i++)
        plan->step[i] = plan->step[i + 1];
    plan->step_count--;
}

void plan_inplace(Plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++) {
        Step *step = &plan->step[i];
        if (step->kind != STEP_COPY || step->when != WHEN_ALWAYS || step->size[0] != 1)
            continue;
        int from = step->in[0].buffer, to = step->out.buffer;
        bool whole = step->in[0].index < 0 && step->in[0].offset == 0 && step->out.offset == 0 && step->out.time == AT_START;
        if (!whole || !plan->buffer[to].carried || !can_update(plan, i, from, to))
            continue;
        Rename names = {from, to};
        remove_step(plan, i--);
        for (size_t k = 0; k < plan->step_count; k++)
            plan_uses(&plan->step[k], rename_use, &names);
        plan->buffer[from].unused = true;
    }
}
