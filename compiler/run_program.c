/* run_program.c: a plan as a program: emits it and a main program around it, builds both with the C compiler of
 * the system, and runs them. Numbers go through files in the build folder. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool fail(const Tools *t, const char *what, const char *why)
{
    diag_error(t->diag, (Place){0}, "%s: %s", what, why);
    return false;
}

static bool exists(const char *path)
{
    return access(path, R_OK) == 0;
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

static int shell(const Tools *t, const char *command)
{
    fflush(stdout);
    int status = system(command);
    if (status == -1)
        fail(t, command, strerror(errno));
    return status == -1 ? 127 : WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* ---- tools ---- */

/* The runtime lies beside the compiler: in the source tree (build/rnnc, runtime/) or where both were
 * installed (bin/rnnc, include/rnnc, lib). */
static bool find_runtime(Tools *t)
{
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *given = t->o->runtime;
    self[length > 0 ? length : 0] = 0;
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = 0;
    Arena *a = t->arena;
    const char *includes[] = {given, arena_printf(a, "%s/../runtime", self), arena_printf(a, "%s/../include/rnnc", self), "runtime"};
    const char *libraries[] = {arena_printf(a, "%s/librnnrt.a", self), arena_printf(a, "%s/../lib/librnnrt.a", self)};
    for (size_t i = 0; i < 4 && !t->include; i++)
        if (includes[i] && exists(arena_printf(a, "%s/rt.h", includes[i])))
            t->include = includes[i];
    /* Another target needs another library: where none is given, the sources are compiled along. */
    t->library = t->o->lib;
    for (size_t i = 0; i < 2 && !t->library && !t->o->exec && !given; i++)
        if (exists(libraries[i]))
            t->library = libraries[i];
    if (!t->include)
        return fail(t, "rt.h", "the runtime is not found beside rnnc; --runtime=DIR says where it is");
    t->link = t->library ? quote(a, t->library)
                         : arena_printf(a, "%s %s", quote(a, arena_printf(a, "%s/dispatch.c", t->include)),
                                        quote(a, arena_printf(a, "%s/%s", t->include, t->o->strict ? "kernels_strict.c" : "kernels.c")));
    return true;
}

bool tools_open(Tools *t, Arena *arena, Diag *diag, const Options *o)
{
    const char *env = getenv("CC");
    *t = (Tools){.arena = arena, .diag = diag, .o = o, .folder = o->build};
    t->cc = o->cc ? o->cc : arena_printf(arena, "%s -O2", env && *env ? env : "cc");
    if (!find_runtime(t))
        return false;
    char *temporary = arena_printf(arena, "/tmp/rnnc-XXXXXX");
    if (!t->folder && !(t->folder = mkdtemp(temporary)))
        return fail(t, temporary, strerror(errno));
    return true;
}

void tools_close(const Tools *t)
{
    if (t->folder && !t->o->build)
        shell(t, arena_printf(t->arena, "rm -rf %s", t->folder));
}

/* ---- building ---- */

static bool write_sources(const Program *p)
{
    Arena *arena = p->tools->arena;
    OutFiles *files = out_files_new(arena);
    Out *header = out_new(arena), *source = out_new(arena), *driver = out_new(arena), *blob = out_new(arena);
    emit_header(header, p->plan, p->e);
    emit_source(source, p->plan, p->e);
    emit_driver(driver, p->plan, p->e);
    out_files_add(files, arena_printf(arena, "%s.h", p->e->name), header->text, header->length);
    out_files_add(files, arena_printf(arena, "%s.c", p->e->name), source->text, source->length);
    out_files_add(files, arena_printf(arena, "%s_main.c", p->e->name), driver->text, driver->length);
    if (p->e->blob) {
        emit_blob(blob, p->plan);
        out_files_add(files, arena_printf(arena, "%s.bin", p->e->name), blob->text, blob->length);
    }
    const char *error = NULL;
    return out_files_commit(files, p->tools->folder, &error) || fail(p->tools, p->tools->folder, error);
}

static bool newer(const char *a, const char *b)
{
    struct stat x, y;
    if (stat(a, &x) || stat(b, &y))
        return false;
    return x.st_mtim.tv_sec > y.st_mtim.tv_sec || (x.st_mtim.tv_sec == y.st_mtim.tv_sec && x.st_mtim.tv_nsec > y.st_mtim.tv_nsec);
}

static bool up_to_date(const Program *p)
{
    const Tools *t = p->tools;
    const char *parts[] = {".h", ".c", "_main.c"};
    for (int i = 0; i < 3; i++)
        if (!newer(p->path, arena_printf(t->arena, "%s/%s%s", t->folder, p->e->name, parts[i])))
            return false;
    return !t->library || newer(p->path, t->library);
}

bool tools_compile(const Tools *t, const char *what)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "building with %s ...\r", t->cc);
    const char *command = arena_printf(t->arena, "%s -I%s %s", t->cc, quote(t->arena, t->include), what);
    int status = shell(t, command);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\033[K");
    return status == 0 || fail(t, "the C compiler failed", command);
}

bool tools_runtime(Tools *t)
{
    static const char *const parts[] = {"dispatch", "kernels"};
    const char *objects = "";
    for (size_t i = 0; i < 2 && !t->library; i++) {
        const char *source = quote(t->arena, arena_printf(t->arena, "%s/%s.c", t->include, parts[i]));
        const char *object = quote(t->arena, arena_printf(t->arena, "%s/rt_%s.o", t->folder, parts[i]));
        if (!tools_compile(t, arena_printf(t->arena, "-c %s -o %s", source, object)))
            return false;
        objects = arena_printf(t->arena, "%s %s", objects, object);
    }
    t->link = t->library ? t->link : objects;
    return true;
}

FILE *tools_ask(const Tools *t, const char *source)
{
    Arena *a = t->arena;
    const char *path = arena_printf(a, "%s/rt_ask", t->folder), *error = NULL;
    OutFiles *files = out_files_new(a);
    out_files_add(files, "rt_ask.c", source, strlen(source));
    if (!out_files_commit(files, t->folder, &error)) {
        fail(t, t->folder, error);
        return NULL;
    }
    const char *answer = arena_printf(a, "%s.txt", path), *program = quote(a, path);
    const char *command = arena_printf(a, "%s%s%s >%s", t->o->exec ? t->o->exec : "", t->o->exec ? " " : "", program, quote(a, answer));
    if (!tools_compile(t, arena_printf(a, "%s %s -lm -o %s", quote(a, arena_printf(a, "%s.c", path)), t->link, program)))
        return NULL;
    FILE *file = shell(t, command) == 0 ? fopen(answer, "r") : NULL;
    if (!file)
        fail(t, "the program failed", command);
    return file;
}

bool program_build(Program *p, const Tools *tools, const Plan *plan, const EmitOptions *e)
{
    Arena *a = tools->arena;
    *p = (Program){.tools = tools, .plan = plan, .e = e, .path = arena_printf(a, "%s/%s", tools->folder, e->name)};
    if (!write_sources(p))
        return false;
    if (up_to_date(p))
        return true;
    return tools_compile(tools, arena_printf(a, "%s %s %s -lm -o %s", quote(a, arena_printf(a, "%s_main.c", p->path)),
                                             quote(a, arena_printf(a, "%s.c", p->path)), tools->link, quote(a, p->path)));
}

/* ---- running ---- */

static bool write_raw(const Tools *t, const char *path, const double *value, size_t count, bool tokens)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return fail(t, path, strerror(errno));
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        float number = tokens ? 0 : (float)value[i];
        int32_t token = tokens ? (int32_t)value[i] : 0;
        good = fwrite(tokens ? (const void *)&token : &number, 4, 1, file) == 1;
    }
    good = fclose(file) == 0 && good;
    return good || fail(t, path, "cannot be written");
}

static double *read_raw(const Tools *t, const char *path, size_t count, bool tokens)
{
    FILE *file = fopen(path, "rb");
    double *value = arena_array(t->arena, count + 1, sizeof *value);
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
        fail(t, path, "what the program wrote cannot be read");
    return good ? value : NULL;
}

/* A file of its own for each port: names of ports need be none of files. */
static const char *raw_name(const Program *p, const char *kind, size_t index)
{
    return arena_printf(p->tools->arena, "%s_%s%zu.raw", p->path, kind, index);
}

static const char *lengths_name(const Program *p)
{
    return arena_printf(p->tools->arena, "%s_lengths.raw", p->path);
}

/* argv of what emit_driver makes: how to run; a length for each clock; a file for each input, then for each
 * output; where the model finds lengths a file for them, an int32_t for each clock; where it draws the
 * seed; with a blob its file and size. */
static const char *program_arguments(const Program *p, const RunData *data, const char *by)
{
    const Graph *graph = p->plan->graph;
    Arena *a = p->tools->arena;
    Out *out = out_new(a);
    out_text(out, by);
    for (int clock = 0; clock < graph->clock_count; clock++)
        out_printf(out, " %lld", (long long)data->length[clock]);
    for (size_t i = 0; i < graph->input_count; i++)
        out_printf(out, " %s", quote(a, raw_name(p, "in", i)));
    for (size_t i = 0; i < graph->output_count; i++)
        out_printf(out, " %s", quote(a, raw_name(p, "out", i)));
    if (run_finds_lengths(graph))
        out_printf(out, " %s", quote(a, lengths_name(p)));
    if (run_draws(graph))
        out_printf(out, " %lu", (unsigned long)p->tools->o->draw_seed);
    if (p->e->blob)
        out_printf(out, " %s %zu", quote(a, arena_printf(a, "%s.bin", p->path)), 64 + p->plan->const_floats * 4);
    return out->text;
}

static bool is_token(const Graph *graph, const Port *port)
{
    return graph->node[port->node].type.tokens > 0;
}

static bool write_inputs(const Program *p, const RunData *data)
{
    const Graph *graph = p->plan->graph;
    for (size_t i = 0; i < graph->input_count; i++) {
        const Port *port = &graph->input[i];
        if (!write_raw(p->tools, raw_name(p, "in", i), data->input[i], run_count(data, port->node), is_token(graph, port)))
            return false;
    }
    return true;
}

/* Lengths that the model found: outputs are as long. */
static bool read_outputs(const Program *p, RunData *data, const double **output)
{
    const Graph *graph = p->plan->graph;
    const double *length = NULL;
    if (run_finds_lengths(graph) && !(length = read_raw(p->tools, lengths_name(p), (size_t)graph->clock_count, true)))
        return false;
    for (int clock = 0; length && clock < graph->clock_count; clock++)
        data->length[clock] = (int64_t)length[clock];
    for (size_t i = 0; i < graph->output_count; i++) {
        const Port *port = &graph->output[i];
        output[i] = read_raw(p->tools, raw_name(p, "out", i), run_count(data, port->node), is_token(graph, port));
        if (!output[i])
            return false;
    }
    return true;
}

const double **program_run(const Program *p, RunData *data, const char *by, const char *isa)
{
    const Tools *t = p->tools;
    const double **output = arena_array(t->arena, p->plan->graph->output_count + 1, sizeof *output);
    const char *command = arena_printf(t->arena, "%s%s%s%s%s%s %s", isa ? "RT_ISA=" : "", isa ? isa : "", isa ? " " : "", t->o->exec ? t->o->exec : "",
                                       t->o->exec ? " " : "", quote(t->arena, p->path), program_arguments(p, data, by));
    if (!write_inputs(p, data))
        return NULL;
    if (shell(t, command) != 0) {
        fail(t, "the program failed", command);
        return NULL;
    }
    return read_outputs(p, data, output) ? output : NULL;
}
