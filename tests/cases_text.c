/* cases_text.c: suites whose results are texts.
 *
 * golden: tests/golden/X.rnn; X.graph and X.plan are what --emit=graph and --emit=plan print, and
 * X.c.golden, where that file exists, what --emit=c does; so X.dot and X.fused.dot the pictures
 * (--emit=dot, dot-fused). The C of every case must compile without a warning, and Graphviz must draw its
 * pictures. The first line `# random weights` stands for --random-weights.
 *
 * errors: tests/errors/X.rnn; X.err is what `rnnc X.rnn --emit=graph` says, run in that folder. A first
 * line `# options: ...` adds options. Messages without an error in them go with exit status 0, those about
 * the command line with 2. */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool updating(void)
{
    const char *golden = getenv("GOLDEN");
    return golden && strcmp(golden, "update") == 0;
}

/* Where two texts begin to differ: the line's number, and the line in each. */
static const char *first_difference(Arena *arena, const char *got, const char *want)
{
    int line = 1;
    size_t start = 0, i = 0;
    for (; got[i] && got[i] == want[i]; i++)
        if (got[i] == '\n') {
            line++;
            start = i + 1;
        }
    int a = (int)strcspn(got + start, "\n"), b = (int)strcspn(want + start, "\n");
    return arena_printf(arena, "line %d\n  got    |%.*s|\n  wanted |%.*s|", line, a, got + start, b, want + start);
}

static void compare_text(Arena *arena, Out *report, const char *path, const char *got)
{
    if (updating()) {
        FILE *file = fopen(path, "wb");
        if (!file || fputs(got, file) < 0 || fclose(file) != 0)
            out_printf(report, "%s: cannot be written\n", path);
        return;
    }
    const char *want = file_text(arena, path);
    if (!want)
        out_printf(report, "%s: there is no such file; `make golden` writes it\n", path);
    else if (strcmp(got, want) != 0)
        out_printf(report, "%s: differs in %s\n", path, first_difference(arena, got, want));
}

static void add_options(Command *command, const char *model)
{
    const char *options = first_line(command->arena, model, "options:");
    if (options)
        command_split(command, options);
    if (first_line(command->arena, model, "random weights"))
        command_add(command, "--random-weights");
}

/* ---- golden ---- */

static void compare_emit(Arena *arena, Out *report, const char *model, const char *kind, const char *golden)
{
    Command command = command_new(arena, cases_rnnc);
    command_add(&command, "%s", model);
    command_add(&command, "--emit=%s", kind);
    add_options(&command, model);
    Result result = command_run(&command);
    if (result.status != 0 || *result.err)
        out_printf(report, "%s\n  exit status %d: %s\n", command_text(&command), result.status, result.err);
    else
        compare_text(arena, report, golden, result.out);
}

static const char *const compilers[] = {
    "gcc -std=c99 -O1 -Wall -Wextra -Wpedantic -Wconversion -Werror",
    "clang -std=c99 -O1 -Wall -Wextra -Wpedantic -Wconversion -Werror",
    "g++ -x c++ -std=c++11 -O1 -Wall -Wextra -Werror",
};
enum { COMPILERS = sizeof compilers / sizeof *compilers };

static void compile_clean(Arena *arena, Out *report, const char *model)
{
    const char *folder = arena_printf(arena, "%s/golden/%s", cases_build, file_stem(arena, model));
    folder_make(folder);
    folder_clear(folder);
    Command emit = command_new(arena, cases_rnnc);
    command_add(&emit, "%s", model);
    command_add(&emit, "-o");
    command_add(&emit, "%s", folder);
    add_options(&emit, model);
    Result result = command_run(&emit);
    if (result.status != 0)
        out_printf(report, "%s\n  exit status %d: %s\n", command_text(&emit), result.status, result.err);
    int count;
    const char **sources = files_glob(arena, arena_printf(arena, "%s/*.c", folder), &count);
    if (count == 0)
        out_printf(report, "%s: no C file in %s\n", model, folder);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < COMPILERS; k++) {
            Command compile = {.arena = arena};
            command_split(&compile, compilers[k]);
            command_add(&compile, "-Iruntime");
            command_add(&compile, "-c");
            command_add(&compile, "-o/dev/null");
            command_add(&compile, "%s", sources[i]);
            result = command_run(&compile);
            if (result.status != 0 || *result.err)
                out_printf(report, "%s\n%s\n", command_text(&compile), result.err);
        }
}

/* Whether `dot` of Graphviz is there. */
static bool drawing;

static void draw_clean(Arena *arena, Out *report, const char *model, const char *kind)
{
    Command command = command_new(arena, cases_rnnc);
    command_add(&command, "%s", model);
    command_add(&command, "--emit=%s", kind);
    add_options(&command, model);
    Result result = command_run(&command);
    if (result.status != 0 || *result.err || !strstr(result.out, "<svg") || !strstr(result.out, "</svg>"))
        out_printf(report, "%s\n  exit status %d, and no picture: %s\n", command_text(&command), result.status, result.err);
}

START_TEST(golden)
{
    Arena *arena = arena_new();
    Out *report = out_new(arena);
    const char *model = cases_at(_i), *base = arena_printf(arena, "tests/golden/%s", file_stem(arena, model));
    const char *c_golden = arena_printf(arena, "%s.c.golden", base);
    compare_emit(arena, report, model, "graph", arena_printf(arena, "%s.graph", base));
    compare_emit(arena, report, model, "plan", arena_printf(arena, "%s.plan", base));
    if (file_text(arena, c_golden))
        compare_emit(arena, report, model, "c", c_golden);
    const char *kinds[][2] = {{"dot", "dot"}, {"dot-fused", "fused.dot"}};
    for (int i = 0; i < 2; i++) {
        const char *dot_golden = arena_printf(arena, "%s.%s", base, kinds[i][1]);
        if (file_text(arena, dot_golden))
            compare_emit(arena, report, model, kinds[i][0], dot_golden);
    }
    if (drawing) {
        draw_clean(arena, report, model, "svg");
        draw_clean(arena, report, model, "svg-fused");
    }
    compile_clean(arena, report, model);
    cases_report(model, report);
}
END_TEST

static void prepare_golden(Arena *arena)
{
    Command command = {.arena = arena};
    command_split(&command, "dot -V");
    drawing = command_run(&command).status == 0;
    if (!drawing)
        printf("skipped: pictures (there is no dot of Graphviz)\n");
    fflush(stdout);
}

static void add_golden(TCase *tcase, int count)
{
    tcase_add_loop_test(tcase, golden, 0, count);
}

const CaseSuite suite_golden = {"golden", "tests/golden/*.rnn", prepare_golden, add_golden};

/* ---- errors ---- */

START_TEST(errors)
{
    Arena *arena = arena_new();
    Out *report = out_new(arena);
    const char *model = cases_at(_i), *stem = file_stem(arena, model);
    const char *written = arena_printf(arena, "%s/errors/%s", cases_build, stem);
    folder_make(written);
    folder_clear(written);
    Command command = command_new(arena, cases_rnnc);
    command.folder = "tests/errors";
    command_add(&command, "%s.rnn", stem);
    Command emit = command;
    command_add(&command, "--emit=graph");
    add_options(&command, model);
    Result result = command_run(&command);
    compare_text(arena, report, arena_printf(arena, "tests/errors/%s.err", stem), result.err);
    bool failing = strstr(result.err, "error: ") != NULL;
    int wanted = !failing ? 0 : strstr(result.err, "\nhint: rnnc --help lists the options") ? 2 : 1;
    if (result.status != wanted)
        out_printf(report, "%s\n  exit status %d, wanted %d\n", command_text(&command), result.status, wanted);
    if (failing && *result.out)
        out_printf(report, "%s\n  prints a graph after errors\n", command_text(&command));
    /* The same with files to write: the same messages, and not one file. */
    command_add(&emit, "-o");
    command_add(&emit, "%s", written);
    add_options(&emit, model);
    Result again = command_run(&emit);
    int count;
    const char **files = files_glob(arena, arena_printf(arena, "%s/*", written), &count);
    if (failing && (again.status != wanted || count))
        out_printf(report, "%s\n  exit status %d, wanted %d; wrote %s\n", command_text(&emit), again.status, wanted, count ? files[0] : "nothing");
    cases_report(model, report);
}
END_TEST

static void add_errors(TCase *tcase, int count)
{
    tcase_add_loop_test(tcase, errors, 0, count);
}

const CaseSuite suite_errors = {"errors", "tests/errors/*.rnn", NULL, add_errors};
