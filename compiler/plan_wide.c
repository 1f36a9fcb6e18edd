/* plan_wide.c: several panels of units at once, in kernels with few sums. A product reads a weight and an
 * element of its vector for each multiplication; with one or two sums for a unit, reading the vector costs
 * as much as reading the weights, and a sum waits for its last addition. With the units of several panels
 * side by side an element serves all of them, and the epilogues of the panels overlap.
 *
 * In: packed weights [panel][k][gate][16]. Out: [panels together][k][panel][gate][16], every instruction
 * once for each of these panels. */
#include "plan.h"

#include <string.h>

enum { MOST_SUMS = 8, BEST_SUMS = 4 };   /* of v_panel1 to v_panel8; enough to share what is read of the vector */

typedef struct Widener {
    Plan *plan;
    Map *packed;             /* what was packed anew: its buffer + 1, by old buffer and width */
    Kernel *kernel;
    int *reg;                /* of each register and panel: the register for that panel */
    int wide;
    Do *code;
    size_t count, capacity;
    int registers;
} Widener;

/* How many panels: as many as divide them all and give so many sums. (With three sums for a unit two panels at once are
 * slower than one: what they start from and the chains of their sums do not fit into the registers.) */
static int width_of(const Kernel *kernel)
{
    int64_t panels = (kernel->units + PLAN_PANEL - 1) / PLAN_PANEL;
    int sums = 0, best = 1;
    bool products = false;
    for (size_t i = 0; i < kernel->count; i++) {
        sums += kernel->code[i].kind == DO_START;
        products = products || kernel->code[i].kind == DO_PANEL;
    }
    for (int wide = 2; products && sums * 2 <= BEST_SUMS && wide * sums <= MOST_SUMS; wide++)
        if (panels % wide == 0 && best * sums != BEST_SUMS)
            best = wide;
    return best;
}

/* ---- weights ---- */

static double *repack(const Widener *w, const Buffer *from, int64_t units, int gates)
{
    int64_t panels = (units + PLAN_PANEL - 1) / PLAN_PANEL, inner = from->count / (panels * gates * PLAN_PANEL);
    double *data = arena_array(w->plan->arena, (size_t)from->count, sizeof *data);
    for (int64_t panel = 0; panel < panels; panel++)
        for (int64_t k = 0; k < inner; k++)
            memcpy(data + ((panel / w->wide * inner + k) * w->wide + panel % w->wide) * gates * PLAN_PANEL,
                   from->data + (panel * inner + k) * gates * PLAN_PANEL, (size_t)(gates * PLAN_PANEL) * sizeof *data);
    return data;
}

/* The same constants, packed for so many panels at once. */
static int packed_wide(Widener *w, int buffer, int gates)
{
    Plan *plan = w->plan;
    const char *key = arena_printf(plan->arena, "%d %d", buffer, w->wide);
    void *old = map_get(w->packed, key);
    if (old)
        return (int)((intptr_t)old - 1);
    plan->buffer = arena_grow(plan->arena, plan->buffer, plan->buffer_count, &plan->buffer_capacity, sizeof *plan->buffer);
    Buffer b = plan->buffer[buffer];
    b.data = repack(w, &b, w->kernel->units, gates);
    b.name = plan_more_name(plan, b.name);
    b.what = arena_printf(plan->arena, "%s, %d panels together", b.what, w->wide);
    plan->buffer[plan->buffer_count] = b;
    map_set(w->packed, key, (void *)((intptr_t)plan->buffer_count + 1));
    return (int)plan->buffer_count++;
}

/* ---- instructions ---- */

static int reg_of(const Widener *w, int reg, int panel)
{
    return reg < 0 ? reg : w->reg[reg * w->wide + panel];
}

static Do *add(Widener *w, const Do *like)
{
    w->code = arena_grow(w->plan->arena, w->code, w->count, &w->capacity, sizeof *w->code);
    w->code[w->count] = *like;
    return &w->code[w->count++];
}

/* The accumulators of all panels in one product. */
static void widen_panel(Widener *w, const Do *from)
{
    Do *d = add(w, from);
    d->count = from->count * w->wide;
    d->view.buffer = packed_wide(w, from->view.buffer, from->count);
    d->accumulator = arena_array(w->plan->arena, (size_t)d->count, sizeof *d->accumulator);
    for (int panel = 0; panel < w->wide; panel++)
        for (int i = 0; i < from->count; i++)
            d->accumulator[panel * from->count + i] = reg_of(w, from->accumulator[i], panel);
}

static void widen(Widener *w, const Do *from)
{
    bool same = from->kind == DO_SPLAT || from->kind == DO_NUMBER; /* for all units */
    if (from->kind == DO_PANEL) {
        widen_panel(w, from);
        return;
    }
    for (int panel = 0; panel < w->wide; panel++) {
        if (same && panel > 0) {
            w->reg[from->result * w->wide + panel] = reg_of(w, from->result, 0);
            continue;
        }
        Do *d = add(w, from);
        d->panel = panel;
        d->label = panel == 0 ? from->label : NULL;
        for (int k = 0; k < 3; k++)
            d->arg[k] = reg_of(w, from->arg[k], panel);
        if (d->result >= 0)
            d->result = w->reg[from->result * w->wide + panel] = w->registers++;
        if (d->kind == DO_LOAD && d->gates) {
            int buffer = packed_wide(w, from->view.buffer, from->gates);
            d = &w->code[w->count - 1];
            d->view.buffer = buffer;
            d->gate = panel * from->gates + from->gate;
            d->gates = from->gates * w->wide;
        }
    }
}

static void widen_kernel(Plan *plan, Map *packed, Kernel *kernel)
{
    Widener w = {.plan = plan, .packed = packed, .kernel = kernel, .wide = kernel->rows > 1 ? 1 : width_of(kernel)};
    if (w.wide == 1)
        return;
    w.reg = arena_array(plan->arena, (size_t)(kernel->registers * w.wide) + 1, sizeof *w.reg);
    for (size_t i = 0; i < kernel->count; i++)
        widen(&w, &kernel->code[i]);
    kernel->code = w.code;
    kernel->count = w.count;
    kernel->capacity = w.capacity;
    kernel->registers = w.registers;
    kernel->wide = w.wide;
}

/* ---- what is not read any more ---- */

static void note_used(void *context, int *buffer, bool write)
{
    (void)write;
    ((bool *)context)[*buffer] = true;
}

static void drop_unused(Plan *plan)
{
    bool *used = arena_array(plan->arena, plan->buffer_count + 1, sizeof *used);
    for (size_t i = 0; i < plan->step_count; i++)
        plan_uses(&plan->step[i], note_used, used);
    for (size_t i = 0; i < plan->buffer_count; i++)
        if (plan->buffer[i].packed && !used[i])
            plan->buffer[i].unused = true;
}

void plan_wide(Plan *plan)
{
    Map *packed = map_new(plan->arena);
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->step[i].kind == STEP_KERNEL)
            widen_kernel(plan, packed, plan->step[i].kernel);
    if (packed->count)
        drop_unused(plan);
}
