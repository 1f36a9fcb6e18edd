/* run.c: `rnnc run`: emits the model and a main program around it, builds both with the C compiler of
 * the system, and runs them. Numbers go through files in the build folder. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Run {
    Arena *arena;
    Diag *diag;
    Options *o;
    const Plan *plan;
    const EmitOptions *e;
    const char *folder;
    const char *include, *library;   /* folder of rt.h; librnnrt.a, or NULL: the runtime's sources */
    RunData data;
} Run;

static bool fail(Run *r, const char *what, const char *why)
{
    diag_error(r->diag, (Place){0}, "%s: %s", what, why);
    return false;
}

static bool exists(const char *path)
{
    return access(path, R_OK) == 0;
}

/* The runtime lies beside the compiler: in the source tree (build/rnnc, runtime/) or where both were
 * installed (bin/rnnc, include/rnnc, lib). */
static bool find_runtime(Run *r)
{
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *given = r->o->runtime;
    self[length > 0 ? length : 0] = 0;
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = 0;
    Arena *a = r->arena;
    const char *includes[] = {given, arena_printf(a, "%s/../runtime", self), arena_printf(a, "%s/../include/rnnc", self), "runtime"};
    const char *libraries[] = {arena_printf(a, "%s/librnnrt.a", self), arena_printf(a, "%s/../lib/librnnrt.a", self)};
    for (size_t i = 0; i < 4 && !r->include; i++)
        if (includes[i] && exists(arena_printf(a, "%s/rt.h", includes[i])))
            r->include = includes[i];
    /* Another target needs another library: where none is given, the sources are compiled along. */
    r->library = r->o->lib;
    for (size_t i = 0; i < 2 && !r->library && !r->o->exec && !given; i++)
        if (exists(libraries[i]))
            r->library = libraries[i];
    if (!r->include)
        return fail(r, "rt.h", "the runtime is not found beside rnnc; --runtime=DIR says where it is");
    return true;
}

/* ---- building ---- */

static bool write_sources(Run *r)
{
    OutFiles *files = out_files_new(r->arena);
    Out *header = out_new(r->arena), *source = out_new(r->arena), *driver = out_new(r->arena), *blob = out_new(r->arena);
    emit_header(header, r->plan, r->e);
    emit_source(source, r->plan, r->e);
    emit_driver(driver, r->plan, r->e);
    out_files_add(files, arena_printf(r->arena, "%s.h", r->e->name), header->text, header->length);
    out_files_add(files, arena_printf(r->arena, "%s.c", r->e->name), source->text, source->length);
    out_files_add(files, arena_printf(r->arena, "%s_main.c", r->e->name), driver->text, driver->length);
    if (r->e->blob) {
        emit_blob(blob, r->plan);
        out_files_add(files, arena_printf(r->arena, "%s.bin", r->e->name), blob->text, blob->length);
    }
    const char *error = NULL;
    return out_files_commit(files, r->folder, &error) || fail(r, r->folder, error);
}

/* Quoted for the shell. */
static const char *quote(Arena *arena, const char *text)
{
    Out *out = out_new(arena);
    out_text(out, "'");
    for (; *text; text++)
        out_printf(out, *text == '\'' ? "'\\%c'" : "%c", *text);
    out_text(out, "'");
    return out->text;
}

static int shell(Run *r, const char *command)
{
    fflush(stdout);
    int status = system(command);
    if (status == -1)
        fail(r, command, strerror(errno));
    return status == -1 ? 127 : WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static bool newer(const char *a, const char *b)
{
    struct stat x, y;
    if (stat(a, &x) || stat(b, &y))
        return false;
    return x.st_mtim.tv_sec > y.st_mtim.tv_sec || (x.st_mtim.tv_sec == y.st_mtim.tv_sec && x.st_mtim.tv_nsec > y.st_mtim.tv_nsec);
}

static bool up_to_date(Run *r, const char *program)
{
    const char *parts[] = {".h", ".c", "_main.c"};
    for (int i = 0; i < 3; i++)
        if (!newer(program, arena_printf(r->arena, "%s/%s%s", r->folder, r->e->name, parts[i])))
            return false;
    return !r->library || newer(program, r->library);
}

static bool build(Run *r, const char *program)
{
    Arena *a = r->arena;
    const char *env = getenv("CC"), *cc = r->o->cc ? r->o->cc : arena_printf(a, "%s -O2", env && *env ? env : "cc");
    if (up_to_date(r, program))
        return true;
    const char *sources = arena_printf(a, "%s %s", quote(a, arena_printf(a, "%s/%s_main.c", r->folder, r->e->name)),
                                       quote(a, arena_printf(a, "%s/%s.c", r->folder, r->e->name)));
    const char *runtime = r->library ? quote(a, r->library)
                                     : arena_printf(a, "%s %s", quote(a, arena_printf(a, "%s/dispatch.c", r->include)),
                                                    quote(a, arena_printf(a, "%s/kernels.c", r->include)));
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "building with %s ...\r", cc);
    const char *command = arena_printf(a, "%s -I%s %s %s -lm -o %s", cc, quote(a, r->include), sources, runtime, quote(a, program));
    int status = shell(r, command);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\033[K");
    return status == 0 || fail(r, "the C compiler failed", command);
}

/* ---- running ---- */

static bool write_raw(Run *r, const char *path, const double *value, size_t count, bool tokens)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return fail(r, path, strerror(errno));
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        float number = tokens ? 0 : (float)value[i];
        int32_t token = tokens ? (int32_t)value[i] : 0;
        good = fwrite(tokens ? (const void *)&token : &number, 4, 1, file) == 1;
    }
    good = fclose(file) == 0 && good;
    return good || fail(r, path, "cannot be written");
}

static double *read_raw(Run *r, const char *path, size_t count, bool tokens)
{
    FILE *file = fopen(path, "rb");
    double *value = arena_array(r->arena, count + 1, sizeof *value);
    bool good = file != NULL;
    for (size_t i = 0; i < count && good; i++) {
        float number = 0;
        int32_t token = 0;
        good = fread(tokens ? (void *)&token : &number, 4, 1, file) == 1;
        value[i] = tokens ? token : (double)number;
    }
    if (file)
        fclose(file);
    if (!good)
        fail(r, path, "what the program wrote cannot be read");
    return good ? value : NULL;
}

static const char *raw_name(const Run *r, const char *kind, const char *port)
{
    return arena_printf(r->arena, "%s/%s_%s.raw", r->folder, kind, port);
}

static const char *lengths_name(const Run *r)
{
    return arena_printf(r->arena, "%s/lengths.raw", r->folder);
}

/* argv of what emit_driver makes: how to run; a length for each clock; a file for each input, then for each
 * output; where the model finds lengths a file for them, an int32_t for each clock; where it draws the
 * seed; with a blob its file and size. */
static const char *program_arguments(Run *r)
{
    const Graph *graph = r->plan->graph;
    const char *text = r->o->by;
    for (int clock = 0; clock < graph->clock_count; clock++)
        text = arena_printf(r->arena, "%s %lld", text, (long long)r->data.length[clock]);
    for (size_t i = 0; i < graph->input_count; i++)
        text = arena_printf(r->arena, "%s %s", text, quote(r->arena, raw_name(r, "in", graph->input[i].name)));
    for (size_t i = 0; i < graph->output_count; i++)
        text = arena_printf(r->arena, "%s %s", text, quote(r->arena, raw_name(r, "out", graph->output[i].name)));
    if (run_finds_lengths(graph))
        text = arena_printf(r->arena, "%s %s", text, quote(r->arena, lengths_name(r)));
    if (run_draws(graph))
        text = arena_printf(r->arena, "%s %lu", text, (unsigned long)r->o->draw_seed);
    if (r->e->blob)
        text = arena_printf(r->arena, "%s %s %zu", text, quote(r->arena, arena_printf(r->arena, "%s/%s.bin", r->folder, r->e->name)),
                            64 + r->plan->const_floats * 4);
    return text;
}

/* Those that the model found: outputs are as long. */
static bool read_lengths(Run *r)
{
    const Graph *graph = r->plan->graph;
    const double *length = run_finds_lengths(graph) ? read_raw(r, lengths_name(r), (size_t)graph->clock_count, true) : NULL;
    for (int clock = 0; length && clock < graph->clock_count; clock++)
        r->data.length[clock] = (int64_t)length[clock];
    return length || !run_finds_lengths(graph);
}

static bool execute(Run *r, const char *program)
{
    const Graph *graph = r->plan->graph;
    for (size_t i = 0; i < graph->input_count; i++)
        if (!write_raw(r, raw_name(r, "in", graph->input[i].name), r->data.input[i], run_count(&r->data, graph->input[i].node),
                       graph->node[graph->input[i].node].type.tokens > 0))
            return false;
    const char *command = arena_printf(r->arena, "%s%s%s %s", r->o->exec ? r->o->exec : "", r->o->exec ? " " : "",
                                       quote(r->arena, program), program_arguments(r));
    if (shell(r, command) != 0)
        return fail(r, "the program failed", command);
    if (!read_lengths(r))
        return false;
    const double **output = arena_array(r->arena, graph->output_count + 1, sizeof *output);
    for (size_t i = 0; i < graph->output_count; i++) {
        output[i] = read_raw(r, raw_name(r, "out", graph->output[i].name), run_count(&r->data, graph->output[i].node),
                             graph->node[graph->output[i].node].type.tokens > 0);
        if (!output[i])
            return false;
    }
    return run_write(r->arena, r->diag, r->o, &r->data, output);
}

/* Whether what a step or a part takes or gives lies in one piece of a port's array. */
static bool steps_are_rows(const Plan *plan, int buffer)
{
    const Buffer *b = &plan->buffer[buffer];
    return b->dims == 0 || graph_tick_root(plan->graph, b->dim[0].clock) == plan->clock;
}

bool run_model(Arena *arena, Diag *diag, Options *o, const Plan *plan, const EmitOptions *e)
{
    Run r = {.arena = arena, .diag = diag, .o = o, .plan = plan, .e = e, .folder = o->build};
    char temporary[] = "/tmp/rnnc-XXXXXX";
    bool stream = plan->steps && plan->graph->clock[plan->clock].kind == CLOCK_ENDLESS;
    if ((strcmp(o->by, "step") == 0 && !plan->steps) || (strcmp(o->by, "parts") == 0 && !stream)) {
        o->status = 3;
        return fail(&r, o->model, strcmp(o->by, "step") == 0 ? "the model has no step function: it needs whole sequences"
                                                                   : "the model is no stream: it needs whole sequences");
    }
    if (strcmp(o->by, "step") == 0 || strcmp(o->by, "parts") == 0)
        for (size_t i = 0; i < plan->graph->input_count + plan->graph->output_count; i++)
            if (!steps_are_rows(plan, i < plan->graph->input_count ? plan->input[i] : plan->output[i - plan->graph->input_count])) {
                o->status = 3;
                return fail(&r, o->model, "the steps of a port do not lie one after the other: its clocks are in another order");
            }
    if (!run_read(arena, diag, o, plan->graph, &r.data) || !find_runtime(&r))
        return false;
    if (!r.folder && !(r.folder = mkdtemp(temporary)))
        return fail(&r, temporary, strerror(errno));
    const char *program = arena_printf(arena, "%s/%s", r.folder, e->name);
    bool good = write_sources(&r) && build(&r, program) && execute(&r, program);
    if (!o->build)
        shell(&r, arena_printf(arena, "rm -rf %s", temporary));
    return good;
}
