/* emit_body.c: the steps of a plan as one C function, which is compiled once for each instruction set. */
#include "emit_body.h"

#include <string.h>

void emit_line(const Body *b, const char *text)
{
    out_printf(b->out, "%*s%s\n", b->depth * 4, "", text);
}

static void emit_runtime(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    const char *text = arena_printf(arena, "RT_FN(rt_%s)(%s", step->call, emit_address(b, &step->out));
    for (int i = 0; i < step->in_count; i++)
        text = arena_printf(arena, "%s, %s", text, emit_address(b, &step->in[i]));
    for (int i = 0; i < step->size_count; i++)
        text = i == step->length_at ? arena_printf(arena, "%s, %s", text, emit_length(b->plan, step->clock))
                                    : arena_printf(arena, "%s, %lld", text, (long long)step->size[i]);
    emit_line(b, arena_printf(arena, "%s);", text));
}

/* Products for all steps of a chunk. */
static void emit_panels(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    const char *clock = b->plan->graph->clock[step->clock].name;
    emit_line(b, arena_printf(arena, "RT_FN(rt_panels_f32)(%s, %s, %s, %s, %s, %s_to - %s_from, %lld, %lld, %lld);", emit_address(b, &step->out),
                              emit_address(b, &step->in[0]), step->in_count > 2 ? emit_address(b, &step->in[2]) : "NULL",
                              emit_address(b, &step->in[1]), emit_stride(b, &step->along), clock, clock,
                              (long long)step->size[0], (long long)step->size[1], (long long)step->size[2]));
}

static void emit_swap(Body *b, const Step *step)
{
    const char *state = b->plan->buffer[step->out.buffer].name, *next = b->plan->buffer[step->in[0].buffer].name;
    emit_line(b, arena_printf(b->plan->arena, "swap = %s, %s = %s, %s = swap;", state, state, next, next));
}

static void emit_copy(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    const Buffer *out = &b->plan->buffer[step->out.buffer];
    if (step->when == WHEN_ALWAYS && step->size[0] == 1 && !out->integer) {
        emit_move(b, &step->out, &step->in[0], step->size[1]);
        return;
    }
    const char *when = "";
    if (step->when == WHEN_FIRST)
        when = arena_printf(arena, "if (%s == 0) ", b->plan->graph->clock[step->clock].name);
    if (step->when == WHEN_LAST)
        when = arena_printf(arena, "if (%s + 1 == %s) ", b->plan->graph->clock[step->clock].name, emit_length(b->plan, step->clock));
    emit_line(b, arena_printf(arena, "%sRT_FN(rt_copy_%s)(%s, %lld, %s, %lld, %lld, %lld);", when, out->integer ? "i32" : "f32",
                         emit_address(b, &step->out), (long long)step->size[2], emit_address(b, &step->in[0]), (long long)step->size[3],
                         (long long)step->size[0], (long long)step->size[1]));
}

/* Element j of a view. */
static const char *element(const Body *b, const View *view)
{
    const char *at = emit_address(b, view);
    return arena_printf(b->plan->arena, strchr(at, '+') ? "(%s)[j]" : "%s[j]", at);
}

static void emit_fill(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    bool integer = b->plan->buffer[step->out.buffer].integer;
    const char *value = integer ? arena_printf(arena, "%.0f", step->value) : emit_number(arena, step->value);
    emit_line(b, arena_printf(arena, "for (size_t j = 0; j < %lld; j++)", (long long)step->size[0]));
    emit_line(b, arena_printf(arena, "    %s = %s;", element(b, &step->out), value));
}

static void emit_cast(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    const char *type = b->plan->buffer[step->out.buffer].integer ? "int32_t" : "float";
    emit_line(b, arena_printf(arena, "for (size_t j = 0; j < %lld; j++)", (long long)step->size[0]));
    emit_line(b, arena_printf(arena, "    %s = (%s)%s;", element(b, &step->out), type, element(b, &step->in[0])));
}

/* The one element of a view. */
static const char *only(const Body *b, const View *view)
{
    const char *at = emit_address(b, view);
    return arena_printf(b->plan->arena, strchr(at, '+') ? "(%s)[0]" : "%s[0]", at);
}

static void emit_count(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    const char *at = b->plan->graph->clock[step->clock].name;
    if (b->plan->steps && step->clock == b->plan->clock)
        at = arena_printf(arena, "(net->step + %s)", at);
    emit_line(b, arena_printf(arena, "%s = (int32_t)%s;", only(b, &step->out), at));
}

static void emit_draw(Body *b, const Step *step)
{
    emit_line(b, arena_printf(b->plan->arena, "RT_FN(rt_uniform_f32)(%s, net->seed, %lldu, (uint32_t)(%s), %lld);", emit_address(b, &step->out),
                              (long long)step->size[1], emit_position(b, &step->in[0]), (long long)step->size[0]));
}

static void emit_turn(Body *b, const Step *step)
{
    const char *at = only(b, &step->out);
    emit_line(b, arena_printf(b->plan->arena, "%s = %s + 1 == %lld ? 0 : %s + 1;", at, at, (long long)step->size[0], at));
}

static void emit_until(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    const char *clock = b->plan->graph->clock[step->clock].name;
    bool ended = b->plan->steps && step->clock == b->plan->clock;
    emit_line(b, arena_printf(arena, "if (%s != 0) {", only(b, &step->in[0])));
    emit_line(b, arena_printf(arena, "    %s_len = %s + 1;", clock, clock));
    if (ended)
        emit_line(b, "    net->ended = 1;");
    emit_line(b, "}");
}

static void open_block(Body *b, const char *head)
{
    emit_line(b, arena_printf(b->plan->arena, "%s{", head));
    b->depth++;
}

static void close_block(Body *b)
{
    b->depth--;
    emit_line(b, "}");
}

/* Whether the ticks of a clock are counted in the loop that `step` opens. */
static bool counts(const Body *b, const Step *step, int clock)
{
    int depth = 0;
    for (const Step *s = step; s < b->plan->step + b->plan->step_count; s++) {
        depth += (s->kind == STEP_LOOP) - (s->kind == STEP_END);
        if (depth == 0)
            return false;
        if (s->kind == STEP_TICK && s->clock == clock)
            return true;
    }
    return false;
}

/* The loop over chunks, and the one over the steps of the one in hand. */
static void open_chunk(Body *b, const Step *step, const char *clock, const char *length)
{
    Arena *arena = b->plan->arena;
    long long chunk = step->chunk;
    if (step->part && step->backward)
        open_block(b, arena_printf(arena, "for (size_t %s = %s_to; %s-- > %s_from;) ", clock, clock, clock, clock));
    else if (step->part)
        open_block(b, arena_printf(arena, "for (size_t %s = %s_from; %s < %s_to; %s++) ", clock, clock, clock, clock, clock));
    else if (step->backward) {
        open_block(b, arena_printf(arena, "for (size_t %s_to = %s, %s_from; %s_to > 0; %s_to = %s_from) ", clock, length, clock, clock, clock, clock));
        emit_line(b, arena_printf(arena, "%s_from = %s_to > %lld ? %s_to - %lld : 0;", clock, clock, chunk, clock, chunk));
    } else {
        open_block(b, arena_printf(arena, "for (size_t %s_from = 0, %s_to; %s_from < %s; %s_from = %s_to) ", clock, clock, clock, length, clock, clock));
        emit_line(b, arena_printf(arena, "%s_to = %s - %s_from > %lld ? %s_from + %lld : %s;", clock, length, clock, chunk, clock, chunk, length));
    }
}

/* Counts of ticks begin anew in every loop that they are made in. */
static void open_loop(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    const Graph *graph = b->plan->graph;
    const char *clock = graph->clock[step->clock].name, *length = emit_length(b->plan, step->clock);
    if (graph->clock[step->clock].kind == CLOCK_TICKS) {
        open_block(b, arena_printf(arena, "if (%s != 0) ", only(b, &step->in[0])));
        return;
    }
    for (int k = 0; k < graph->clock_count; k++)
        if (graph->clock[k].parent == step->clock && counts(b, step, k))
            emit_line(b, arena_printf(arena, "%s = 0;", graph->clock[k].name));
    if (step->chunk || step->part) {
        open_chunk(b, step, clock, length);
        return;
    }
    if (step->backward)
        open_block(b, arena_printf(arena, "for (size_t %s = %s; %s-- > 0;) ", clock, length, clock));
    else
        open_block(b, arena_printf(arena, "for (size_t %s = 0; %s < %s; %s++) ", clock, clock, length, clock));
}

static void emit_step(Body *b, const Step *step)
{
    bool kept = b->plan->steps && step->clock == b->plan->clock; /* its states outlive the call */
    switch (step->kind) {
    case STEP_LOOP: open_loop(b, step); break;
    case STEP_END: close_block(b); break;
    case STEP_FRESH:
        if (kept)
            open_block(b, "if (net->fresh) ");
        break;
    case STEP_FRESH_END:
        if (kept) {
            emit_line(b, "net->fresh = 0;");
            close_block(b);
        }
        break;
    case STEP_KERNEL: emit_kernel(b, step->kernel); break;
    case STEP_CALL: emit_runtime(b, step); break;
    case STEP_PANELS: emit_panels(b, step); break;
    case STEP_SWAP: emit_swap(b, step); break;
    case STEP_COPY: emit_copy(b, step); break;
    case STEP_FILL: emit_fill(b, step); break;
    case STEP_CAST: emit_cast(b, step); break;
    case STEP_COUNT: emit_count(b, step); break;
    case STEP_DRAW: emit_draw(b, step); break;
    case STEP_TURN: emit_turn(b, step); break;
    case STEP_UNTIL: emit_until(b, step); break;
    case STEP_TICK:
        emit_line(b, arena_printf(b->plan->arena, "%s += %s != 0;", b->plan->graph->clock[step->clock].name, only(b, &step->in[0])));
        break;
    }
}

/* States end where they began, so that they are found there in the next call. */
static void emit_returns(Body *b)
{
    Arena *arena = b->plan->arena;
    for (size_t i = 0; i < b->plan->buffer_count; i++) {
        const Buffer *buffer = &b->plan->buffer[i];
        if (!buffer->swapped || buffer->kind != BUFFER_STATE)
            continue;
        emit_line(b, arena_printf(arena, "for (size_t j = 0; %s != net->state + %zu && j < %lld; j += V_LANES)", buffer->name, buffer->offset,
                                  (long long)buffer->count));
        emit_line(b, arena_printf(arena, "    v_store(net->state + %zu + j, v_load(%s + j));", buffer->offset, buffer->name));
    }
}

static bool swaps(const Plan *plan)
{
    bool any = false;
    for (size_t i = 0; i < plan->buffer_count; i++)
        any = any || plan->buffer[i].swapped;
    return any;
}

/* Names for the places of states and scratch buffers; constants in a blob, too. */
static void emit_pointers(const Body *b)
{
    for (size_t i = 0; i < b->plan->buffer_count; i++) {
        const Buffer *buffer = &b->plan->buffer[i];
        if (buffer->unused || (buffer->kind == BUFFER_WORK && buffer->first < 0))
            continue;
        const char *type = buffer->integer ? "int32_t" : "float", *block = NULL;
        if (buffer->kind == BUFFER_STATE)
            block = buffer->integer ? "net->tokens" : "net->state";
        if (buffer->kind == BUFFER_WORK)
            block = buffer->integer ? "net->work->tokens" : "net->work->block";
        if (buffer->kind == BUFFER_CONST && b->options->blob && !buffer->integer) {
            block = "net->weights";
            type = "const float";
        }
        if (block)
            out_printf(b->out, "    %s *%s%s = %s + %zu; /* %s */\n", type, buffer->swapped ? "" : "const ", buffer->name, block, buffer->offset,
                       emit_safe(b->plan->arena, buffer->what));
    }
}

void emit_call_parameters(Out *out, const Plan *plan, bool types)
{
    for (int clock = 0; clock < plan->graph->clock_count; clock++) {
        const char *name = plan->graph->clock[clock].name;
        if ((emit_has_length(plan, clock) || (plan->steps && clock == plan->clock)) && !(plan->single && clock == plan->clock))
            out_printf(out, ", %s%s_len", types ? "size_t " : "", name);
        if (emit_gives_length(plan, clock))
            out_printf(out, ", %s%s_length", types ? "size_t *" : "", name);
    }
    const int *ports[] = {plan->input, plan->output};
    size_t counts[] = {plan->graph->input_count, plan->graph->output_count};
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < counts[k]; i++) {
            const Buffer *buffer = &plan->buffer[ports[k][i]];
            const char *type = !types ? "" : buffer->integer ? (k ? "int32_t *" : "const int32_t *") : k ? "float *" : "const float *";
            out_printf(out, ", %s%s", type, buffer->name);
        }
}

static void mark_used(void *context, int *buffer, bool write)
{
    (void)write;
    ((bool *)context)[*buffer] = true;
}

/* Parameters that nothing reads: an input that no output depends on. */
static void emit_unused(const Body *b)
{
    const Plan *plan = b->plan;
    bool *used = arena_array(plan->arena, plan->buffer_count + 1, sizeof *used);
    bool net = plan->steps || plan->draws || b->options->blob;
    for (size_t i = 0; i < plan->step_count; i++)
        plan_uses(&plan->step[i], mark_used, used);
    for (size_t i = 0; i < plan->buffer_count; i++)
        net = net || (used[i] && (plan->buffer[i].kind == BUFFER_STATE || plan->buffer[i].kind == BUFFER_WORK));
    if (!net)
        out_text(b->out, "    (void)net;\n");
    for (size_t i = 0; i < plan->graph->input_count; i++)
        if (!used[plan->input[i]])
            out_printf(b->out, "    (void)%s;\n", plan->buffer[plan->input[i]].name);
    for (int clock = 0; clock < plan->graph->clock_count; clock++) {
        bool loops = false;
        for (size_t i = 0; i < plan->step_count; i++)
            loops = loops || (plan->step[i].kind == STEP_LOOP && plan->step[i].clock == clock)
                    || (plan->step[i].length_at >= 0 && plan->step[i].clock == clock);
        if (emit_has_length(plan, clock) && !loops)
            out_printf(b->out, "    (void)%s_len;\n", plan->graph->clock[clock].name);
    }
}

/* Lengths that the network finds out: until the end has come, the most. */
static void emit_lengths(const Body *b, bool begin)
{
    const Plan *plan = b->plan;
    for (int k = 0; k < plan->graph->clock_count; k++) {
        const Clock *clock = &plan->graph->clock[k];
        bool ticks = clock->kind == CLOCK_TICKS;
        if (!emit_gives_length(plan, k))
            continue;
        if (!begin)
            out_printf(b->out, "    *%s_length = %s%s;\n", clock->name, clock->name, ticks ? "" : "_len");
        else if (ticks)
            out_printf(b->out, "    size_t %s = 0;\n", clock->name);
        else if (!(plan->steps && k == plan->clock))
            out_printf(b->out, "    size_t %s_len = %lld;\n", clock->name, (long long)clock->limit);
    }
}

static void emit_function(Out *out, const Plan *plan, const EmitOptions *options, const char *what)
{
    Body b = {.out = out, .plan = plan, .options = options, .depth = 1};
    out_printf(out, "static void RT_FN(%s_%s)(%s *net", options->name, what, options->name);
    emit_call_parameters(out, plan, true);
    out_text(out, ")\n{\n");
    if (plan->single)
        out_printf(out, "    const size_t %s_len = 1;\n", plan->graph->clock[plan->clock].name);
    emit_pointers(&b);
    if (swaps(plan))
        out_text(out, "    float *swap;\n");
    emit_unused(&b);
    emit_lengths(&b, true);
    for (size_t i = 0; i < plan->step_count; i++)
        emit_step(&b, &plan->step[i]);
    emit_returns(&b);
    if (plan->turns)
        out_printf(out, "    net->odd = (net->odd + (unsigned)%s_len) %% 2;\n", plan->graph->clock[plan->clock].name);
    emit_lengths(&b, false);
    out_text(out, "}\n");
}

void emit_call(Out *out, const Plan *plan, const EmitOptions *options)
{
    emit_function(out, plan, options, "call");
    if (!plan->once)
        return;
    out_text(out, "\n");
    emit_function(out, plan->once, options, "once");
}
