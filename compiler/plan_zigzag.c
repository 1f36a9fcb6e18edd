/* plan_zigzag.c: weights read backwards in every second step. A step reads all weights once; where they do
 * not all fit into the nearest cache, those read last are still there, so the next step begins with them.
 * The units of a kernel do not depend on each other, so the order changes no result. */
#include "plan.h"
#include "target.h"

static int64_t weights_of(const Plan *plan, const Kernel *kernel)
{
    int64_t count = 0;
    for (size_t i = 0; i < kernel->count; i++)
        if (kernel->code[i].kind == DO_PANEL)
            count += plan->buffer[kernel->code[i].view.buffer].count;
    return count * 4;
}

/* The innermost loop from `begin`: true, and its end, if there is no loop inside of it. */
static bool is_innermost(const Plan *plan, size_t begin, size_t *end)
{
    for (*end = begin + 1; plan->step[*end].kind != STEP_END; ++*end)
        if (plan->step[*end].kind == STEP_LOOP)
            return false;
    return true;
}

void plan_zigzag(Plan *plan, const PlanOptions *options)
{
    for (size_t begin = 0, end; begin < plan->step_count; begin++) {
        int64_t weights = 0;
        const Step *loop = &plan->step[begin];
        if (loop->kind != STEP_LOOP || loop->in_count || !is_innermost(plan, begin, &end))
            continue;
        for (size_t i = begin; i < end; i++)
            if (plan->step[i].kind == STEP_KERNEL)
                weights += weights_of(plan, plan->step[i].kernel);
        bool pays = options->zigzag || (weights > target_host.l1 && weights <= target_host.zigzag);
        for (size_t i = begin; i < end && pays; i++)
            if (plan->step[i].kind == STEP_KERNEL && weights_of(plan, plan->step[i].kernel) && plan->step[i].kernel->rows == 1)
                plan->step[i].kernel->zigzag = loop->clock, plan->turns |= plan->steps && loop->clock == plan->clock;
    }
}
