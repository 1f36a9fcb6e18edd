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

static void emit_reset(const Api *a)
{
    out_printf(a->out, "void %s_reset(%s *net)\n{\n    if (!net)\n        return;\n    net->fresh = 1;\n", a->o->name, a->o->name);
    if (bounded_step(a->plan))
        out_text(a->out, "    net->step = 0;\n");
    out_text(a->out, "}\n\n");
}

static void emit_null_check(const Api *a)
{
    out_text(a->out, "    if (!net || !net->work");
    const int *ports[] = {a->plan->input, a->plan->output};
    size_t counts[] = {a->plan->graph->input_count, a->plan->graph->output_count};
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < counts[k]; i++)
            out_printf(a->out, " || !%s", a->plan->buffer[ports[k][i]].name);
    out_printf(a->out, ")\n        return %s_NULL;\n", a->upper);
}

static void emit_length_checks(const Api *a)
{
    for (int i = 0; i < a->plan->graph->clock_count; i++) {
        const Clock *clock = &a->plan->graph->clock[i];
        if (emit_has_length(a->plan, i) && clock->kind == CLOCK_AT_MOST)
            out_printf(a->out, "    if (%s_len < 1 || %s_len > %lld)\n        return %s_LENGTH;\n", clock->name, clock->name,
                       (long long)clock->limit, a->upper);
    }
}

static void emit_token_checks(const Api *a, bool whole)
{
    const Graph *graph = a->plan->graph;
    for (size_t i = 0; i < graph->input_count; i++) {
        const Buffer *buffer = &a->plan->buffer[a->plan->input[i]];
        const Node *node = &graph->node[graph->input[i].node];
        if (!buffer->integer)
            continue;
        const char *count = arena_printf(a->plan->arena, "%lld", (long long)buffer->count);
        if (whole && buffer->clock >= 0) {
            const Clock *clock = &graph->clock[buffer->clock];
            count = clock->kind == CLOCK_EXACT ? arena_printf(a->plan->arena, "%lld", (long long)(clock->limit * buffer->count))
                                               : arena_printf(a->plan->arena, "%s_len * %s", clock->name, count);
        }
        out_printf(a->out, "    for (size_t i = 0; i < %s; i++)\n        if (%s[i] < 0 || %s[i] >= %lld)\n            return %s_TOKEN;\n", count,
                   buffer->name, buffer->name, (long long)node->type.tokens, a->upper);
    }
}

/* The call of this instance's instruction set; a step is a sequence of one. */
static void emit_dispatch(const Api *a, bool step)
{
    out_text(a->out, "    calls[net->isa](net");
    Out *names = out_new(a->plan->arena);
    const Plan *plan = a->plan;
    for (int clock = 0; clock < plan->graph->clock_count; clock++) {
        const Clock *c = &plan->graph->clock[clock];
        if (plan->steps && clock == plan->clock)
            out_text(names, step ? ", 1" : c->kind == CLOCK_EXACT ? arena_printf(plan->arena, ", %lld", (long long)c->limit)
                                                                  : arena_printf(plan->arena, ", %s_len", c->name));
        else if (emit_has_length(plan, clock))
            out_printf(names, ", %s_len", c->name);
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
    emit_null_check(a);
    if (bounded_step(a->plan))
        out_printf(a->out, "    if (net->step >= %lld)\n        return %s_LENGTH;\n", (long long)clock->limit, a->upper);
    emit_token_checks(a, false);
    emit_dispatch(a, true);
    if (bounded_step(a->plan))
        out_text(a->out, "    net->step++;\n");
    out_printf(a->out, "    return %s_OK;\n}\n\n", a->upper);
}

static void emit_run_function(const Api *a)
{
    out_printf(a->out, "int %s_run(%s *net", a->o->name, a->o->name);
    emit_parameters(a->out, a->plan, true);
    out_text(a->out, ")\n{\n");
    emit_null_check(a);
    emit_length_checks(a);
    emit_token_checks(a, true);
    if (bounded_step(a->plan)) {
        const Clock *clock = &a->plan->graph->clock[a->plan->clock];
        out_text(a->out, "    net->fresh = 1;\n");
        out_printf(a->out, "    net->step = %s;\n", clock->kind == CLOCK_EXACT ? arena_printf(a->plan->arena, "%lld", (long long)clock->limit)
                                                                                : arena_printf(a->plan->arena, "%s_len", clock->name));
    }
    emit_dispatch(a, false);
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
