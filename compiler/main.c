/* main.c: the stages, one after the other, from a model file to files of C. */
#include "emit.h"
#include "graph_dot.h"
#include "interp.h"
#include "options.h"
#include "run.h"
#include "std.h"
#include "verify.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The name of the emitted files and functions: a C identifier. */
static const char *emitted_name(Arena *arena, const Options *o, const Graph *graph)
{
    char *name = arena_printf(arena, "%s", o->name ? o->name : graph->name);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    return plan_reserved(name) ? arena_printf(arena, "net_%s", name) : name;
}

static const char *without_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool write_files(Arena *arena, Diag *diag, const Options *o, const Plan *plan, const EmitOptions *e)
{
    OutFiles *files = out_files_new(arena);
    Out *header = out_new(arena), *source = out_new(arena), *blob = out_new(arena);
    emit_header(header, plan, e);
    emit_source(source, plan, e);
    out_files_add(files, arena_printf(arena, "%s.h", e->name), header->text, header->length);
    out_files_add(files, arena_printf(arena, "%s.c", e->name), source->text, source->length);
    if (e->blob) {
        emit_blob(blob, plan);
        out_files_add(files, arena_printf(arena, "%s.bin", e->name), blob->text, blob->length);
    }
    const char *error = NULL;
    bool good = out_files_commit(files, o->folder, &error);
    times_lap(e->times, "write");
    if (!good)
        diag_error(diag, (Place){0}, "%s", error);
    return good;
}

static bool show(const char *text)
{
    fputs(text, stdout);
    return true;
}

static EmitOptions emit_options(Arena *arena, const Options *o, const Graph *graph)
{
    return (EmitOptions){.name = emitted_name(arena, o, graph), .source = without_folder(o->model), .blob = o->blob,
                         .fast_math = o->fast_math, .strict = o->strict, .times = o->plan.times};
}

static bool use_plan(Arena *arena, Diag *diag, Options *o, const Plan *plan)
{
    EmitOptions e = emit_options(arena, o, plan->graph);
    Out *out = out_new(arena);
    if (o->run)
        return run_model(arena, diag, o, plan, &e);
    if (!o->emit)
        return write_files(arena, diag, o, plan, &e);
    if (strcmp(o->emit, "plan") == 0)
        plan_print(out, plan);
    else if (strcmp(o->emit, "c") == 0)
        emit_source(out, plan, &e);
    else
        emit_header(out, plan, &e);
    return show(out->text);
}

/* The graph as the checker left it; with -fused, after the passes. */
static bool draw(Arena *arena, Diag *diag, Options *o, const Graph *graph)
{
    Out *out = out_new(arena);
    const char *error = NULL;
    graph_dot(out, strstr(o->emit, "-fused") ? pass_run(arena, graph, &o->pass) : graph);
    if (strncmp(o->emit, "dot", 3) == 0)
        return show(out->text);
    if (graph_svg(arena, out->text, &error))
        return true;
    diag_error(diag, (Place){0}, "%s", error);
    return false;
}

static bool is_picture(const Options *o)
{
    return o->emit && (strncmp(o->emit, "dot", 3) == 0 || strncmp(o->emit, "svg", 3) == 0);
}

static bool use_graph(Arena *arena, Diag *diag, Options *o, const Graph *graph, ModelText text)
{
    Out *out = out_new(arena);
    EmitOptions e = emit_options(arena, o, graph);
    if (o->verify)
        return verify_model(arena, diag, o, graph, text, &e);
    if (o->interpret)
        return run_interpreted(arena, diag, o, graph);
    if (is_picture(o))
        return draw(arena, diag, o, graph);
    graph = pass_run(arena, graph, &o->pass);
    if (o->emit && strcmp(o->emit, "graph") == 0) {
        graph_print(out, graph);
        return show(out->text);
    }
    Constants *constants = constants_new(arena, graph, o->seed);
    const Plan *planned = plan(arena, diag, graph, constants, &o->plan);
    return planned && use_plan(arena, diag, o, planned);
}

static bool compile(Arena *arena, Diag *diag, Options *o)
{
    const char *error = NULL;
    Source *source = source_read(arena, o->model, &error);
    if (!source) {
        diag_error(diag, (Place){0}, "%s", error);
        return false;
    }
    times_lap(o->plan.times, "read");
    Ast *library = std_library(arena, diag);
    times_lap(o->plan.times, "library");
    Ast *ast = parse(arena, diag, source);
    times_lap(o->plan.times, "parse");
    if (!ast)
        return false;
    if (o->emit && strcmp(o->emit, "ast") == 0) {
        Out *out = out_new(arena);
        ast_print(out, ast);
        return show(out->text);
    }
    o->check.weights_optional = o->emit && (strcmp(o->emit, "graph") == 0 || strcmp(o->emit, "plan") == 0 || is_picture(o));
    Graph *graph = check(arena, diag, library, ast, &o->check);
    times_lap(o->plan.times, "check");
    return graph && use_graph(arena, diag, o, graph, (ModelText){library, ast});
}

/* The checker follows a model's equations by recursion, as deep as they depend on each other: so it
 * has a stack of its own, of which only what is used becomes memory. */
typedef struct Job {
    Arena *arena;
    Diag *diag;
    Options *options;
    bool good;
} Job;

static void *run_job(void *argument)
{
    Job *job = argument;
    job->good = compile(job->arena, job->diag, job->options);
    return NULL;
}

static bool compile_deep(Arena *arena, Diag *diag, Options *options)
{
    Job job = {arena, diag, options, false};
    pthread_attr_t attributes;
    pthread_t thread;
    bool made = pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, CHECK_STACK) == 0
                && pthread_create(&thread, &attributes, run_job, &job) == 0;
    if (made)
        pthread_join(thread, NULL);
    else
        diag_error(diag, (Place){0}, "no thread with a stack of %zu MiB can be started", CHECK_STACK >> 20);
    return job.good;
}

int main(int count, char **words)
{
    Arena *arena = arena_new();
    Diag *diag = diag_new(arena);
    Options options;
    if (!options_parse(arena, count, words, &options)) {
        arena_free(arena);
        return 2;
    }
    Times times = {.stream = stdout, .arena = arena, .last = clock()};
    options.pass.stream = stdout;
    options.pass.times = options.plan.times = options.times ? &times : NULL;
    bool good = options.done || compile_deep(arena, diag, &options);
    bool colour = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
    diag_print(diag, stderr, colour);
    int status = good && !diag_errors(diag) ? 0 : options.status ? options.status : 1;
    arena_free(arena);
    return status;
}
