/* plan_text.c: a plan as text: buffers with their places and lives, then the steps. */
#include "plan.h"

static void print_view(Out *out, const Plan *plan, View view)
{
    out_text(out, plan->buffer[view.buffer].name);
    for (int i = 0; i < view.terms; i++) {
        static const char *const before[] = {"", "last of ", "number of ", "", "chunk's first "}, *const after[] = {"", "", "", " in chunk", ""};
        TermKind kind = view.term[i].kind;
        out_printf(out, "[%s%s%s]", before[kind], plan->graph->clock[view.term[i].clock].name, after[kind]);
    }
    if (view.index) {
        out_text(out, "[row ");
        print_view(out, plan, *view.index);
        out_text(out, "]");
    }
    if (view.offset)
        out_printf(out, " + %lld", (long long)view.offset);
}

static void print_do(Out *out, const Plan *plan, const Do *d)
{
    out_text(out, "        ");
    if (d->result >= 0)
        out_printf(out, "r%d = ", d->result);
    switch (d->kind) {
    case DO_LOAD:
        out_text(out, "load ");
        print_view(out, plan, d->view);
        if (d->gates)
            out_printf(out, "[gate %d of %d]", d->gate, d->gates);
        if (d->panel)
            out_printf(out, "[panel %d]", d->panel);
        if (d->period)
            out_printf(out, " every %lld", (long long)d->period);
        break;
    case DO_SPLAT: out_text(out, "splat "); print_view(out, plan, d->view); break;
    case DO_NUMBER: out_printf(out, "%.9g", d->value); break;
    case DO_START: out_text(out, d->arg[0] < 0 ? "start 0" : arena_printf(out->arena, "start r%d", d->arg[0])); break;
    case DO_PANEL:
        for (int i = 0; i < d->count; i++)
            out_printf(out, "%sr%d", i ? ", " : "", d->accumulator[i]);
        out_text(out, " += ");
        print_view(out, plan, d->view);
        out_printf(out, " @ %lld of ", (long long)d->inner);
        print_view(out, plan, d->in);
        break;
    case DO_OP:
        out_text(out, op_info[d->op].word);
        for (int i = 0; i < 3 && d->arg[i] >= 0; i++)
            out_printf(out, " r%d", d->arg[i]);
        break;
    case DO_FMA: out_printf(out, "r%d * r%d + r%d", d->arg[0], d->arg[1], d->arg[2]); break;
    case DO_STORE:
        print_view(out, plan, d->view);
        if (d->panel)
            out_printf(out, "[panel %d]", d->panel);
        out_printf(out, " = r%d", d->arg[0]);
        break;
    }
    if (d->label)
        out_printf(out, "    # %s", d->label);
    out_text(out, "\n");
}

static void print_kernel(Out *out, const Plan *plan, const Kernel *kernel)
{
    out_printf(out, "    for %lld units", (long long)kernel->units);
    if (kernel->rows > 1)
        out_printf(out, " of %lld rows", (long long)kernel->rows);
    if (kernel->wide > 1)
        out_printf(out, ", %d panels at once", kernel->wide);
    if (kernel->zigzag >= 0)
        out_printf(out, ", to and fro by %s", plan->graph->clock[kernel->zigzag].name);
    out_text(out, "\n");
    for (size_t i = 0; i < kernel->count; i++)
        print_do(out, plan, &kernel->code[i]);
}

static void print_step(Out *out, const Plan *plan, const Step *step)
{
    static const char *const when[] = {"", " at the first step", " at the last step"};
    const char *clock = step->clock >= 0 ? plan->graph->clock[step->clock].name : "";
    switch (step->kind) {
    case STEP_LOOP:
        out_printf(out, "loop %s%s%s", clock, step->part ? " of chunk" : "", step->backward ? " backward" : "");
        if (step->chunk)
            out_printf(out, " by %lld", (long long)step->chunk);
        if (step->in_count) {
            out_text(out, " if ");
            print_view(out, plan, step->in[0]);
        }
        out_text(out, "\n");
        return;
    case STEP_END: out_printf(out, "end %s\n", clock); return;
    case STEP_FRESH: out_printf(out, "start %s\n", clock); return;
    case STEP_FRESH_END: out_text(out, "started\n"); return;
    case STEP_KERNEL: print_kernel(out, plan, step->kernel); return;
    case STEP_CALL: out_printf(out, "    call %s", step->call); break;
    case STEP_PANELS: out_text(out, "    panels"); break;
    case STEP_SWAP: out_text(out, "    swap"); break;
    case STEP_COPY: out_text(out, "    copy"); break;
    case STEP_FILL: out_printf(out, "    fill %.9g", step->value); break;
    case STEP_CAST: out_text(out, plan->buffer[step->out.buffer].integer ? "    token" : "    number"); break;
    case STEP_COUNT: out_printf(out, "    number of %s", clock); break;
    case STEP_DRAW: out_text(out, "    draw"); break;
    case STEP_TURN: out_text(out, "    turn"); break;
    case STEP_TICK: case STEP_UNTIL:
        out_printf(out, "    %s %s if ", step->kind == STEP_TICK ? "tick" : "end", clock);
        print_view(out, plan, step->in[0]);
        out_text(out, "\n");
        return;
    }
    out_text(out, " ");
    print_view(out, plan, step->out);
    for (int i = 0; i < step->in_count; i++) {
        out_text(out, i ? ", " : step->kind == STEP_SWAP ? " with " : " from ");
        print_view(out, plan, step->in[i]);
    }
    for (int i = 0; i < step->size_count; i++) {
        out_text(out, i ? " " : " : ");
        if (i == step->length_at)
            out_printf(out, "length of %s", clock);
        else
            out_printf(out, "%lld", (long long)step->size[i]);
    }
    out_printf(out, "%s\n", when[step->when]);
}

static void print_buffer(Out *out, const Buffer *buffer)
{
    static const char *const kind[] = {"input", "output", "const", "state", "work"};
    out_printf(out, "%-6s %-16s %s", kind[buffer->kind], buffer->name, buffer->what);
    if (buffer->steps > 1)
        out_printf(out, " x %lld", (long long)buffer->steps);
    if (buffer->integer)
        out_text(out, " tokens");
    if (buffer->kind >= BUFFER_CONST)
        out_printf(out, " at %zu", buffer->offset);
    if (buffer->kind == BUFFER_WORK)
        out_printf(out, " steps %d-%d", buffer->first, buffer->last);
    out_text(out, "\n");
}

static void print_once(Out *out, const Plan *plan)
{
    out_text(out, "step:\n");
    for (size_t i = 0; i < plan->buffer_count; i++)
        if (!plan->buffer[i].unused && plan->buffer[i].kind == BUFFER_WORK)
            print_buffer(out, &plan->buffer[i]);
    for (size_t i = 0; i < plan->step_count; i++)
        print_step(out, plan, &plan->step[i]);
}

void plan_print(Out *out, const Plan *plan)
{
    out_printf(out, "plan %s\n", plan->graph->name);
    out_printf(out, "const %zu floats, state %zu floats %zu tokens, work %zu floats %zu tokens, %s\n", plan->const_floats,
               plan->state_floats, plan->state_tokens, plan->work_floats, plan->work_tokens,
               plan->steps ? "step and run" : "run");
    for (size_t i = 0; i < plan->buffer_count; i++)
        if (!plan->buffer[i].unused)
            print_buffer(out, &plan->buffer[i]);
    for (size_t i = 0; i < plan->step_count; i++)
        print_step(out, plan, &plan->step[i]);
    if (plan->once)
        print_once(out, plan->once);
}
