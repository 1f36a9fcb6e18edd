/* plan_fma.c: a product that is only added to something becomes a multiplication and addition in one. Where
 * an instruction set has that it rounds once, which is faster and more accurate; that it is said here, and
 * not left to the C compiler, keeps the bits of run() and step() alike, which are different C. */
#include "plan.h"

/* How often each register is read. */
static int *uses_of(Arena *arena, const Kernel *kernel)
{
    int *uses = arena_array(arena, (size_t)kernel->registers + 1, sizeof *uses);
    for (size_t i = 0; i < kernel->count; i++) {
        const Do *d = &kernel->code[i];
        for (int k = 0; k < 3; k++)
            if (d->arg[k] >= 0)
                uses[d->arg[k]]++;
        for (int k = 0; d->kind == DO_PANEL && k < d->count; k++)
            uses[d->accumulator[k]]++;
    }
    return uses;
}

/* Of two products the second one is taken. */
static void fuse_in(Arena *arena, Kernel *kernel)
{
    const int *uses = uses_of(arena, kernel);
    int *maker = arena_array(arena, (size_t)kernel->registers + 1, sizeof *maker); /* of a register, + 1 */
    bool *gone = arena_array(arena, kernel->count + 1, sizeof *gone);
    for (size_t i = 0; i < kernel->count; i++) {
        Do *d = &kernel->code[i];
        for (int k = 1; k >= 0 && d->kind == DO_OP && d->op == OP_ADD; k--) {
            int from = d->arg[k], at = maker[from] - 1;
            if (at < 0 || uses[from] != 1 || kernel->code[at].kind != DO_OP || kernel->code[at].op != OP_MUL)
                continue;
            const Do *product = &kernel->code[at];
            d->kind = DO_FMA;
            d->arg[2] = d->arg[1 - k];
            d->arg[0] = product->arg[0];
            d->arg[1] = product->arg[1];
            gone[at] = true;
        }
        if (d->result >= 0)
            maker[d->result] = (int)i + 1;
    }
    size_t count = 0;
    for (size_t i = 0; i < kernel->count; i++)
        if (!gone[i])
            kernel->code[count++] = kernel->code[i];
    kernel->count = count;
}

void plan_fma(Plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->step[i].kind == STEP_KERNEL)
            fuse_in(plan->arena, plan->step[i].kernel);
}
