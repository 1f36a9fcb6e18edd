/* emit_functions.c: the emitted functions that a user calls: checks first, then the steps. Whatever is
 * refused is refused before anything has changed. */
#include "emit.h"

typedef struct Api {
    Out *out;
    const Plan *plan;
    const EmitOptions *o;
    const char *upper;
} Api;

static void emit_init(const Api *a)
{
    const char *name = a->o->name;
    out_printf(a->out, "int %s_init(%s *net, %s_work *work%s)\n{\n    if (!net || !work%s)\n        return %s_NULL;\n", name, name, name,
               a->o->blob ? ", const void *blob, size_t size" : "", a->o->blob ? " || !blob" : "", a->upper);
    if (a->o->blob)
        out_printf(a->out, "    if (size != sizeof blob_head + %zu * sizeof(float) || (uintptr_t)blob %% sizeof(float)\n"
                           "        || memcmp(blob, blob_head, sizeof blob_head) != 0)\n        return %s_BLOB;\n",
                   a->plan->const_floats, a->upper);
    out_text(a->out, "    memset(net, 0, sizeof *net);\n    memset(work, 0, sizeof *work);\n    net->work = work;\n");
    if (a->o->blob)
        out_text(a->out, "    net->weights = (const float *)blob + sizeof blob_head / sizeof(float);\n");
    out_printf(a->out, "    net->isa = rt_isa();\n"
                       "    for (int isa = 0; !calls[net->isa]; isa++) /* the library has a set that this file was compiled without */\n"
                       "        net->isa = isa;\n"
                       "    net->fresh = 1;\n    return %s_OK;\n}\n\n", a->upper);
}

static bool bounded_step(const Plan *plan)
{
    return plan->steps && plan->graph->clock[plan->clock].kind != CLOCK_ENDLESS;
}

/* The clock of the step function ends by itself. */
static bool ends_early(const Plan *plan)
{
    return plan->steps && plan->graph->clock[plan->clock].until != NODE_NONE;
}

static void emit_reset(const Api *a)
{
    out_printf(a->out, "void %s_reset(%s *net)\n{\n    if (!net)\n        return;\n    net->fresh = 1;\n", a->o->name, a->o->name);
    if (a->plan->counts)
        out_text(a->out, "    net->step = 0;\n");
    if (ends_early(a->plan))
        out_text(a->out, "    net->ended = 0;\n");
    out_text(a->out, "}\n\n");
    if (a->plan->draws)
        out_printf(a->out, "void %s_seed(%s *net, uint32_t seed)\n{\n    if (net)\n        net->seed = seed;\n}\n\n", a->o->name, a->o->name);
}

static void emit_null_check(const Api *a, bool step)
{
    out_text(a->out, "    if (!net || !net->work");
    for (int k = 0; k < a->plan->graph->clock_count; k++)
        if (emit_gives_length(a->plan, k) && !(step && k == a->plan->clock))
            out_printf(a->out, " || !%s_len", a->plan->graph->clock[k].name);
    const int *ports[] = {a->plan->input, a->plan->output};
    size_t counts[] = {a->plan->graph->input_count, a->plan->graph->output_count};
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < counts[k]; i++)
            out_printf(a->out, " || !%s", a->plan->buffer[ports[k][i]].name);
    out_printf(a->out, ")\n        return %s_NULL;\n", a->upper);
}

/* Bytes of the array for one step of `clock`; 0 if it does not run on it. Lengths without a bound that have been
 * checked before come in C, in *others. */
static int64_t bytes_of_step(const Plan *plan, const Buffer *buffer, int clock, bool step, const char **others)
{
    int64_t bytes = buffer->count * (int64_t)sizeof(float);
    bool runs = false;
    *others = "";
    for (int i = 0; i < buffer->dims; i++) {
        int root = graph_length_clock(plan->graph, graph_tick_root(plan->graph, buffer->dim[i].clock));
        const Clock *c = &plan->graph->clock[root];
        runs = runs || root == clock;
        if (root == clock || (step && root == plan->clock))
            continue;
        if (c->kind != CLOCK_ENDLESS)
            bytes *= c->limit;
        else if (root < clock)
            *others = arena_printf(plan->arena, "%s / (%s_len ? %s_len : 1)", *others, c->name, c->name);
    }
    return runs ? bytes : 0;
}

/* No array is larger than half of the memory: a length that says so is a mistake, and products of it would overflow. */
static void emit_endless_check(const Api *a, int clock, bool step)
{
    const Plan *plan = a->plan;
    const char *name = plan->graph->clock[clock].name;
    const char *wrong = "", *others;
    int64_t most = 0;
    for (size_t i = 0; i < plan->graph->input_count + plan->graph->output_count; i++) {
        bool in = i < plan->graph->input_count;
        const Buffer *buffer = &plan->buffer[in ? plan->input[i] : plan->output[i - plan->graph->input_count]];
        int64_t bytes = bytes_of_step(plan, buffer, clock, step, &others);
        if (*others && bytes)
            wrong = arena_printf(plan->arena, "%s%s_len > SIZE_MAX / 2 / %lld%s || ", wrong, name, (long long)bytes, others);
        most = bytes > most ? bytes : most;
    }
    out_printf(a->out, "    if (%s%s_len > SIZE_MAX / 2 / %lld)\n        return %s_LENGTH;\n", wrong, name, (long long)(most ? most : 1), a->upper);
}

static void emit_length_checks(const Api *a, bool step)
{
    for (int i = 0; i < a->plan->graph->clock_count; i++) {
        const Clock *clock = &a->plan->graph->clock[i];
        if (!emit_has_length(a->plan, i) || (step && i == a->plan->clock))
            continue;
        if (clock->kind == CLOCK_AT_MOST)
            out_printf(a->out, "    if (%s_len < 1 || %s_len > %lld)\n        return %s_LENGTH;\n", clock->name, clock->name,
                       (long long)clock->limit, a->upper);
        else
            emit_endless_check(a, i, step);
    }
}

/* How many elements an array of the caller has, in C. */
static const char *elements(const Plan *plan, const Buffer *buffer, bool whole)
{
    int64_t count = buffer->count;
    const char *lengths = "";
    for (int i = 0; i < buffer->dims; i++) {
        const Clock *clock = &plan->graph->clock[buffer->dim[i].clock];
        if (!whole && buffer->dim[i].clock == plan->clock)
            continue;
        if (clock->kind == CLOCK_EXACT)
            count *= clock->limit;
        else
            lengths = arena_printf(plan->arena, "%s%s_len * ", lengths, clock->name);
    }
    return arena_printf(plan->arena, "%s%lld", lengths, (long long)count);
}

static void emit_token_checks(const Api *a, bool whole)
{
    const Graph *graph = a->plan->graph;
    for (size_t i = 0; i < graph->input_count; i++) {
        const Buffer *buffer = &a->plan->buffer[a->plan->input[i]];
        const Node *node = &graph->node[graph->input[i].node];
        if (buffer->integer)
            out_printf(a->out, "    for (size_t i = 0; i < %s; i++)\n        if (%s[i] < 0 || %s[i] >= %lld)\n            return %s_TOKEN;\n",
                       elements(a->plan, buffer, whole || !a->plan->steps), buffer->name, buffer->name, (long long)node->type.tokens, a->upper);
    }
}

/* The most steps of the clock that step has, in one call of run. */
static const char *run_length(const Plan *plan)
{
    const Clock *c = &plan->graph->clock[plan->clock];
    return c->kind == CLOCK_EXACT || c->until != NODE_NONE ? arena_printf(plan->arena, "%lld", (long long)c->limit)
                                                            : arena_printf(plan->arena, "%s_len", c->name);
}

/* The call of this instance's instruction set; a step is a sequence of one. */
static void emit_dispatch(const Api *a, bool step)
{
    Out *names = out_new(a->plan->arena);
    const Plan *plan = a->plan;
    bool once = step && plan->once;
    out_printf(a->out, "    %s[net->isa](net", once ? "onces" : "calls");
    for (int clock = 0; clock < plan->graph->clock_count; clock++) {
        bool stepped = plan->steps && clock == plan->clock;
        if (stepped && !once)
            out_printf(names, ", %s", step ? "1" : run_length(plan));
        if (stepped ? emit_gives_length(plan, clock) : emit_has_length(plan, clock) || emit_gives_length(plan, clock))
            out_printf(names, ", %s%s", stepped && step ? "&" : "", stepped && step ? "steps" : arena_printf(plan->arena, "%s_len", plan->graph->clock[clock].name));
    }
    for (size_t i = 0; i < plan->graph->input_count; i++)
        out_printf(names, ", %s", plan->buffer[plan->input[i]].name);
    for (size_t i = 0; i < plan->graph->output_count; i++)
        out_printf(names, ", %s", plan->buffer[plan->output[i]].name);
    out_printf(a->out, "%s);\n", names->text);
}

static void emit_step_function(const Api *a)
{
    const Clock *clock = &a->plan->graph->clock[a->plan->clock];
    out_printf(a->out, "int %s_step(%s *net", a->o->name, a->o->name);
    emit_parameters(a->out, a->plan, false);
    out_text(a->out, ")\n{\n");
    if (ends_early(a->plan))
        out_text(a->out, "    size_t steps;\n");
    emit_null_check(a, true);
    if (bounded_step(a->plan))
        out_printf(a->out, "    if (%snet->step >= %lld)\n        return %s_LENGTH;\n", ends_early(a->plan) ? "net->ended || " : "",
                   (long long)clock->limit, a->upper);
    emit_length_checks(a, true);
    emit_token_checks(a, false);
    emit_dispatch(a, true);
    if (a->plan->counts)
        out_text(a->out, "    net->step++;\n");
    out_printf(a->out, "    return %s_OK;\n}\n\n", a->upper);
}

static void emit_run_function(const Api *a)
{
    bool bounded = bounded_step(a->plan);
    out_printf(a->out, "int %s_run(%s *net", a->o->name, a->o->name);
    emit_parameters(a->out, a->plan, true);
    out_text(a->out, ")\n{\n");
    emit_null_check(a, false);
    emit_length_checks(a, false);
    emit_token_checks(a, true);
    if (bounded)
        out_text(a->out, ends_early(a->plan) ? "    net->fresh = 1;\n    net->ended = 0;\n    net->step = 0;\n" : "    net->fresh = 1;\n    net->step = 0;\n");
    emit_dispatch(a, false);
    if (a->plan->counts)
        out_printf(a->out, "    net->step %s %s%s;\n", bounded ? "=" : "+=", ends_early(a->plan) ? "*" : "",
                   ends_early(a->plan) ? arena_printf(a->plan->arena, "%s_len", a->plan->graph->clock[a->plan->clock].name) : run_length(a->plan));
    out_printf(a->out, "    return %s_OK;\n}\n\n", a->upper);
}

static void emit_status(const Api *a)
{
    out_printf(a->out, "const char *%s_status(int status)\n{\n    switch (status) {\n"
                       "    case %s_OK: return \"ok\";\n"
                       "    case %s_NULL: return \"a pointer is null, or the instance was not initialised\";\n"
                       "    case %s_LENGTH: return \"a length is out of its range, or the sequence has ended\";\n"
                       "    case %s_TOKEN: return \"a token is out of its range\";\n",
               a->o->name, a->upper, a->upper, a->upper, a->upper);
    if (a->o->blob)
        out_printf(a->out, "    case %s_BLOB: return \"the blob is not the one that was made with this code\";\n", a->upper);
    out_text(a->out, "    default: return \"unknown status\";\n    }\n}\n");
}

void emit_functions(Out *out, const Plan *plan, const EmitOptions *options)
{
    Api a = {out, plan, options, emit_upper(plan->arena, options->name)};
    emit_init(&a);
    emit_reset(&a);
    if (plan->steps)
        emit_step_function(&a);
    emit_run_function(&a);
    emit_status(&a);
}
