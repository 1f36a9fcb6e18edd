/* verify.c: `rnnc verify`: the equations in the interpreter, the C as it ships, the C with all variables.
 * In: a graph as the checker left it, inputs or none. Out: a table, and an error for what is beyond the tolerance. */
#include "verify.h"

#include "interp.h"

#include <stdio.h>
#include <string.h>

/* ---- the equations ---- */

static void describe(Verify *v, size_t index)
{
    Watched *w = &v->watched[index];
    const Graph *graph = v->graph;
    *w = (Watched){.port = &graph->output[index], .output = index < v->outputs};
    w->name = w->port->name;
    w->node = &graph->node[w->port->node];
    w->clocks = graph_port_clocks(graph, w->port, w->clock);
    for (int i = 0; i < w->clocks; i++)
        w->dim[w->rank++] = v->length[w->clock[i]];
    for (int i = 0; i < w->node->type.shape.rank; i++)
        w->dim[w->rank++] = w->node->type.shape.dim[i];
    w->size = (size_t)shape_count(w->node->type.shape);
}

/* Of tokens each is its own: the largest says nothing. */
static double scale(const Watched *w)
{
    return w->node->type.tokens ? 1 : gap_scale(w->want, watched_count(w));
}

/* By what rounding does. Where it makes a choice fall the other way, what follows has nothing to do with rounding:
 * therefore the limit. */
static void allow(Verify *v)
{
    Arena *a = v->arena;
    const double **rounded = arena_array(a, v->count + 1, sizeof *rounded);
    int64_t *length = arena_array(a, (size_t)v->graph->clock_count + 1, sizeof *length);
    const char *error = interp_run(a, v->graph, constants_new(a, v->graph, v->o->seed), v->o->draw_seed, true, v->data.length,
                                   (const double *const *)v->data.input, length, rounded, NULL);
    for (size_t i = 0; i < v->count; i++) {
        Watched *w = &v->watched[i];
        Gap gap = {0};
        if (!error && !w->node->type.tokens)
            gap_take(&gap, w, w->want, rounded[i], length, NULL);
        double off = VERIFY_TIMES * gap.absolute, least = VERIFY_TOLERANCE * scale(w), most = VERIFY_MOST * scale(w);
        w->allowed = off < least ? least : off > most ? most : off;
    }
}

static bool interpret(Verify *v)
{
    Arena *a = v->arena;
    size_t count = v->graph->output_count;
    const double **want = arena_array(a, count + 1, sizeof *want);
    const int64_t **turn = arena_array(a, count + 1, sizeof *turn);
    v->length = arena_array(a, (size_t)v->graph->clock_count + 1, sizeof *v->length);
    const char *error = interp_run(a, v->graph, constants_new(a, v->graph, v->o->seed), v->o->draw_seed, false, v->data.length,
                                   (const double *const *)v->data.input, v->length, want, turn);
    if (error) {
        diag_error(v->diag, (Place){0}, "%s", error);
        return false;
    }
    v->watched = arena_array(a, count + 1, sizeof *v->watched);
    v->count = count;
    for (size_t i = 0; i < count; i++) {
        Watched *w = &v->watched[i];
        describe(v, i);
        w->want = want[i];
        w->turn = turn[i];
        w->allowed = v->o->tolerance * scale(w);
    }
    if (!(v->o->tolerance > 0))
        allow(v);
    return true;
}

/* ---- what the framework said ---- */

static Watched *find(Verify *v, const char *name)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->watched[i].name, name) == 0)
            return &v->watched[i];
    return NULL;
}

static bool unknown_name(Verify *v, const char *name)
{
    const char **names = arena_array(v->arena, v->count + 1, sizeof *names);
    for (size_t i = 0; i < v->count; i++)
        names[i] = v->watched[i].name;
    const char *nearest = diag_nearest(name, names, v->count);
    diag_error(v->diag, (Place){0}, "--against: the model computes no %s", name);
    if (nearest)
        diag_hint(v->diag, "did you mean %s?", nearest);
    return false;
}

static bool read_given(Verify *v, const NamedFile *file)
{
    const char *error = NULL;
    Watched *w = find(v, file->name);
    if (!w)
        return unknown_name(v, file->name);
    TensorFile *tensors = tensor_file_open(v->arena, file->file, &error);
    const Tensor *t = tensors && tensor_file_count(tensors) == 1 ? tensor_file_at(tensors, 0) : NULL;
    bool same = t && t->rank == w->rank;
    for (int i = 0; same && i < w->rank; i++)
        same = t->dim[i] == w->dim[i];
    if (!tensors) {
        diag_error(v->diag, (Place){0}, "%s: %s", file->file, error);
    } else if (!t) {
        diag_error(v->diag, (Place){0}, "%s: one array is needed", file->file);
    } else if (!same) {
        diag_error(v->diag, (Place){0}, "%s is %s, and %s has %s", file->file, shape_text(v->arena, shape_vector(t->rank, t->dim)), w->name,
                   shape_text(v->arena, shape_vector(w->rank, w->dim)));
    } else {
        double *given = arena_array(v->arena, t->count + 1, sizeof *given);
        tensor_read_f64(t, given);
        w->given = given;
        w->given_file = file->file;
    }
    tensor_file_close(tensors);
    return same;
}

static bool read_all_given(Verify *v)
{
    bool good = true;
    for (size_t i = 0; i < v->o->against_count; i++)
        good = read_given(v, &v->o->against[i]) && good;
    return good;
}

/* ---- the C ---- */

static const Plan *make_plan(Verify *v, const Graph *graph, const PassOptions *passes)
{
    graph = pass_run(v->arena, graph, passes);
    return plan(v->arena, v->diag, graph, constants_new(v->arena, graph, v->o->seed), &v->o->plan);
}

/* The arrays are those of the graph before the passes; the ports stay what they are. */
static const double **run(const Verify *v, const Program *p, const char *by, const char *isa, RunData *data)
{
    size_t clocks = (size_t)v->graph->clock_count;
    *data = (RunData){.graph = p->plan->graph, .input = v->data.input};
    data->length = arena_array(v->arena, clocks + 1, sizeof *data->length);
    memcpy(data->length, v->data.length, clocks * sizeof *data->length);
    return program_run(p, data, by, isa);
}

/* Where the model finds lengths, and gives them to its caller, C and equations may not agree on them. */
static void compare_lengths(Verify *v, const Plan *plan, const int64_t *length, const char *isa)
{
    for (int k = 0; k < v->graph->clock_count; k++) {
        const Clock *clock = &v->graph->clock[k];
        if (emit_gives_length(plan, k) && length[k] != v->length[k])
            diag_error(v->diag, clock->place, "%lld steps of %s by the equations, and %lld in C on %s", (long long)v->length[k], clock->name,
                       (long long)length[k], isa);
    }
}

static bool same_bits(const Verify *v, const double *const *a, const double *const *b, const RunData *data)
{
    for (size_t i = 0; i < v->outputs; i++)
        if (memcmp(a[i], b[i], run_count(data, data->graph->output[i].node) * sizeof **a) != 0)
            return false;
    return true;
}

/* One instruction set: the code that ships, by one call and step by step; then that with all variables. */
static bool run_on(Verify *v, const Program *ships, const Program *all, const char *isa)
{
    RunData data, step_data, all_data;
    const char *why;
    const double **got = run(v, ships, "run", isa, &data), **stepped = NULL, **kept = NULL;
    if (!got)
        return false;
    compare_lengths(v, ships->plan, data.length, isa);
    for (size_t i = 0; i < v->outputs; i++) {
        Watched *w = &v->watched[i];
        gap_take(&w->gap, w, w->want, got[i], data.length, isa);
        if (w->given)
            gap_take(&w->given_c, w, w->given, got[i], data.length, isa);
    }
    if (run_by(ships->plan, "step", &why)) {
        if (!(stepped = run(v, ships, "step", isa, &step_data)))
            return false;
        v->step_bits = (!v->stepped || v->step_bits) && same_bits(v, got, stepped, &data);
        v->stepped = true;
    }
    if (!all)
        return true;
    if (!(kept = run(v, all, "run", isa, &all_data)))
        return false;
    v->other_bits = v->other_bits || !same_bits(v, got, kept, &data);
    for (size_t i = 0; i < v->count; i++) {
        Watched *w = &v->watched[i];
        gap_take(w->output ? &w->with_all : &w->gap, w, w->want, kept[i], all_data.length, isa);
        if (w->given && !w->output)
            gap_take(&w->given_c, w, w->given, kept[i], all_data.length, isa);
    }
    return true;
}

/* ---- instruction sets ---- */

/* Of the machine that the program runs on, perhaps emulated: the first line is the one that it would take. */
static const char probe[] =
    "#include \"rt.h\"\n#include <stdio.h>\nint main(void)\n{\n    puts(rt_isa_name(rt_isa()));\n"
    "    for (int isa = 0; isa < RT_ISA_COUNT; isa++)\n        if (rt_isa_available(isa))\n            puts(rt_isa_name(isa));\n"
    "    return 0;\n}\n";

static bool choose_isas(Verify *v, Tools *tools)
{
    char line[64];
    const char *wanted = v->o->isa, *names = "";
    FILE *list = tools_ask(tools, probe);
    if (!list)
        return false;
    for (int i = 0; fgets(line, sizeof line, list); i++) {
        const char *name = arena_copy(v->arena, line, strcspn(line, "\r\n"));
        bool take = !wanted ? i == 0 : i > 0 && (strcmp(wanted, "all") == 0 || strcmp(wanted, name) == 0);
        if (take && v->isas < (int)(sizeof v->isa / sizeof *v->isa))
            v->isa[v->isas++] = name;
        names = i ? arena_printf(v->arena, "%s%s%s", names, *names ? ", " : "", name) : names;
    }
    fclose(list);
    if (!v->isas)
        diag_error(v->diag, (Place){0}, "--isa=%s: the machine has %s", wanted ? wanted : "", names);
    return v->isas > 0;
}

/* ---- all of it ---- */

/* A plan with all variables is a help, not what is verified: what it cannot do is no error. */
static const Plan *plan_with_all(Verify *v)
{
    PassOptions quiet = v->o->pass;
    size_t mark = diag_mark(v->diag);
    quiet.dump = NULL;
    quiet.times = NULL;
    const Plan *all = make_plan(v, v->graph, &quiet);
    v->no_variables = !all;
    if (!all)
        diag_rewind(v->diag, mark);
    return all;
}

static bool run_c(Verify *v, const Graph *graph, Tools *tools)
{
    Program ships, with_all;
    const Plan *plan = make_plan(v, graph, &v->o->pass), *all = plan ? plan_with_all(v) : NULL;
    EmitOptions e = *v->e;
    e.name = arena_printf(v->arena, "%s_variables", e.name);
    bool good = plan && tools_open(tools, v->arena, v->diag, v->o) && tools_runtime(tools) && choose_isas(v, tools)
                && program_build(&ships, tools, plan, v->e) && (!all || program_build(&with_all, tools, all, &e));
    for (int i = 0; good && i < v->isas; i++)
        good = run_on(v, &ships, all ? &with_all : NULL, v->isa[i]);
    v->cc = tools->cc;
    tools_close(tools);
    return good;
}

bool verify_model(Arena *arena, Diag *diag, const Options *o, const Graph *graph, ModelText text, const EmitOptions *e)
{
    Verify v = {.arena = arena, .diag = diag, .o = o, .text = text, .graph = verify_watch(arena, graph), .e = e};
    Tools tools = {0};
    v.outputs = graph->output_count;
    if (!run_read(arena, diag, o, graph, &v.data) || !interpret(&v) || !read_all_given(&v) || !run_c(&v, graph, &tools))
        return false;
    for (size_t i = 0; i < v.count; i++) {
        Watched *w = &v.watched[i];
        if (w->given)
            gap_take(&w->given_equations, w, w->given, w->want, v.length, NULL);
    }
    if (o->json)
        verify_print_json(&v);
    else
        verify_print(&v);
    verify_judge(&v);
    return diag_errors(diag) == 0;
}
