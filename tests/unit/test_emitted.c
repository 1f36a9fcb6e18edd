/* test_emitted.c: what a C program may rely on that uses an emitted model. A few models are emitted and
 * compiled with emitted_program.c under the sanitizers, once; each of that program's cases is a test.
 * Then what can be told without running: the same bytes every time, headers that stand alone, no
 * memory that is written behind the caller's back, and -ffast-math. */
#include "../../compiler/check.h"
#include "../../compiler/emit.h"
#include "../../compiler/pass.h"
#include "../../compiler/std.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *text;
    bool blob;
} models[] = {
    {"tagger", "model tagger {\n input word: token[5] over t <= 6\n input p: [3]\n output h: [4] over t\n output best: token[4] over t\n"
               " weight first: [4]\n h = gru(concat(embed(word, 3), p), n=4)\n h[-1] = first\n best = argmax(h)\n}", false},
    {"flow", "model flow {\n input x: [3] over t\n output y: [2] over t\n a = torch.lstm(x, n=5)\n y = dense(a, 2) + 0.5 * y[t-2]\n}", false},
    {"mood", "model mood {\n input x: [3] over s <= 7\n output h: [4] over s\n output label: [2]\n h = torch.rnn(x, n=4)\n"
             " label = softmax(dense(concat(mean(h over s), max(h over s), var(h over s)), 2))\n}", false},
    {"sums", "model sums {\n input x: [3] over t <= 5\n output y: [2] over t\n y = tanh(dense(x, 2) + 0.5 * y[t-1])\n}", true},
};
enum { MODELS = sizeof models / sizeof *models, MAX_CASES = 40 };

static const char compiler[] = "cc -std=c99 -Wall -Wextra -Wpedantic -Wconversion -Werror -D_XOPEN_SOURCE=700";
static const char sanitizers[] = "-fsanitize=address,undefined -fno-sanitize-recover=all";

static Arena *kept;               /* for all tests */
static char folder[] = "/tmp/rnnc-emitted-XXXXXX";
static const char *library;       /* librnnrt.a, beside the folder that this program is in */
static const char *names[MAX_CASES];
static int name_count;
static bool built;

/* ---- emitting ---- */

typedef struct Texts {
    Out *part[3];                 /* .h, .c, .bin */
} Texts;

static const char *const endings[] = {".h", ".c", ".bin"};

static Texts emit(Arena *arena, int i)
{
    Diag *diag = diag_new(arena);
    Ast *std = std_library(arena, diag), *ast = parse(arena, diag, source_from_text(arena, "test.rnn", models[i].text));
    CheckOptions random = {.random_weights = true};
    PassOptions all = {.stream = stderr};
    PlanOptions best = {.chunk = 0};
    Graph *graph = ast ? check(arena, diag, std, ast, &random) : NULL;
    const Plan *made = NULL;
    if (graph) {
        graph = pass_run(arena, graph, &all);
        made = plan(arena, diag, graph, constants_new(arena, graph, 1), &best);
    }
    diag_print(diag, stderr, false);
    if (!made)
        exit(EXIT_FAILURE);
    EmitOptions options = {.name = models[i].name, .source = "test.rnn", .blob = models[i].blob};
    Texts texts = {{out_new(arena), out_new(arena), out_new(arena)}};
    emit_header(texts.part[0], made, &options);
    emit_source(texts.part[1], made, &options);
    if (models[i].blob)
        emit_blob(texts.part[2], made);
    return texts;
}

/* What a shell command prints; its exit status in *status. */
static const char *shell(const char *command, int *status)
{
    Out *out = out_new(kept);
    char block[4096];
    size_t length;
    FILE *pipe = popen(arena_printf(kept, "cd %s && { %s; } 2>&1", folder, command), "r");
    while (pipe && (length = fread(block, 1, sizeof block, pipe)) > 0)
        out_bytes(out, block, length);
    *status = pipe ? pclose(pipe) : -1;
    return out->text;
}

static const char *absolute(const char *path)
{
    char at[4096];
    return *path != '/' && getcwd(at, sizeof at) ? arena_printf(kept, "%s/%s", at, path) : path;
}

/* Compiles all models and the program of this folder; what the compiler says in *log. */
static bool build(const char *program, const char *options, const char **log)
{
    const char *sources = "";
    int status;
    for (int i = 0; i < MODELS; i++)
        sources = arena_printf(kept, "%s %s.c", sources, models[i].name);
    *log = shell(arena_printf(kept, "%s %s %s -I. -I%s -o %s %s %s %s -lm", compiler, sanitizers, options, absolute("runtime"), program,
                              absolute("tests/unit/emitted_program.c"), sources, library), &status);
    return status == 0;
}

static void prepare(const char *self)
{
    const char *slash = strrchr(self, '/'), *error = NULL, *log = "";
    OutFiles *files = out_files_new(kept);
    library = absolute(arena_printf(kept, "%.*s/../librnnrt.a", (int)(slash ? slash - self : 0), self));
    for (int i = 0; i < MODELS; i++) {
        Texts texts = emit(kept, i);
        for (int k = 0; k < 2 + models[i].blob; k++)
            out_files_add(files, arena_printf(kept, "%s%s", models[i].name, endings[k]), texts.part[k]->text, texts.part[k]->length);
    }
    if (!mkdtemp(folder) || !out_files_commit(files, folder, &error)) {
        fprintf(stderr, "%s: %s\n", folder, error ? error : "cannot be made");
        exit(EXIT_FAILURE);
    }
    built = build("program", "-O0 -g", &log);
    int status = 0;
    char *list = built ? arena_printf(kept, "%s", shell("./program list", &status)) : NULL;
    for (char *name = list ? strtok(list, "\n") : NULL; name && name_count < MAX_CASES; name = strtok(NULL, "\n"))
        names[name_count++] = name;
    if (!built)
        fprintf(stderr, "%s", log);
}

/* ---- the cases of the program ---- */

START_TEST(compiles)
{
    ck_assert(built);
    ck_assert_int_ge(name_count, 13);
}
END_TEST

START_TEST(program)
{
    int status;
    const char *said = shell(arena_printf(kept, "./program %s", names[_i]), &status);
    ck_assert_msg(status == 0, "%s: %s", names[_i], said);
}
END_TEST

/* ---- what can be told without running ---- */

START_TEST(same_bytes)
{
    Arena *one = arena_new(), *other = arena_new();
    Texts a = emit(one, _i), b = emit(other, _i);
    for (int k = 0; k < 3; k++) {
        ck_assert_uint_eq(a.part[k]->length, b.part[k]->length);
        ck_assert_msg(memcmp(a.part[k]->text, b.part[k]->text, a.part[k]->length) == 0, "%s%s", models[_i].name, endings[k]);
    }
    ck_assert_ptr_null(strstr(a.part[1]->text, folder));
    arena_free(one);
    arena_free(other);
}
END_TEST

START_TEST(header_alone)
{
    static const char *const compilers[] = {"cc -std=c99 -x c", "c++ -std=c++11 -x c++"};
    for (int k = 0; k < 2; k++) {
        int status;
        const char *log = shell(arena_printf(kept, "echo '#include \"%s.h\"' | %s -Wall -Wextra -Wpedantic -Werror -I. -fsyntax-only -",
                                             models[_i].name, compilers[k]), &status);
        ck_assert_msg(status == 0, "%s: %s", compilers[k], log);
    }
}
END_TEST

/* Constants and functions only, and of others nothing but the runtime and what moves bytes. */
START_TEST(symbols)
{
    int status, defined = 0;
    const char *log = shell(arena_printf(kept, "%s -O0 -fno-pic -fno-pie -I%s -c -o object.o %s.c && nm -P object.o", compiler,
                                         absolute("runtime"), models[_i].name), &status);
    ck_assert_msg(status == 0, "%s", log);
    for (char *line = strtok(arena_printf(kept, "%s", log), "\n"); line; line = strtok(NULL, "\n")) {
        char name[200], kind;
        ck_assert_int_eq(sscanf(line, "%199s %c", name, &kind), 2);
        bool moves = strcmp(name, "memset") == 0 || strcmp(name, "memcpy") == 0 || strcmp(name, "memcmp") == 0 || strcmp(name, "memmove") == 0;
        if (kind == 'U')
            ck_assert_msg(moves || strncmp(name, "rt_", 3) == 0, "%s.c calls %s", models[_i].name, name);
        else
            ck_assert_msg(strchr("TtRr", kind) != NULL, "%s.c has %s, of the kind %c", models[_i].name, name, kind);
        if (kind == 'T')
            ck_assert_msg(strncmp(name, models[_i].name, strlen(models[_i].name)) == 0, "%s.c has the global name %s", models[_i].name, name);
        defined += kind == 'T';
    }
    ck_assert_int_ge(defined, 4); /* init, reset, run, status; and step */
}
END_TEST

START_TEST(fast_math)
{
    const char *log;
    int status, count = 0;
    ck_assert_msg(build("fast", "-O1 -ffast-math", &log), "%s", log);
    const char *exact = shell("./program numbers", &status), *fast = NULL;
    ck_assert_msg(status == 0, "%s", exact);
    fast = shell("./fast numbers", &status);
    ck_assert_msg(status == 0, "%s", fast);
    for (char *a = (char *)(uintptr_t)exact, *b = (char *)(uintptr_t)fast; *a && *b; count++) {
        double want = strtod(a, &a), got = strtod(b, &b);
        ck_assert_msg(isfinite(want) && fabs(got - want) < 1e-4, "number %d: %g with -ffast-math, %g without", count, got, want);
        a += strspn(a, " \n");
        b += strspn(b, " \n");
    }
    ck_assert_int_ge(count, 48);
}
END_TEST

int main(int count, char **word)
{
    kept = arena_new();
    prepare(count ? word[0] : "");
    Suite *suite = suite_create("emitted");
    TCase *tcase = tcase_create("emitted");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, compiles);
    tcase_add_loop_test(tcase, program, 0, name_count);
    tcase_add_loop_test(tcase, same_bytes, 0, MODELS);
    tcase_add_loop_test(tcase, header_alone, 0, MODELS);
    tcase_add_loop_test(tcase, symbols, 0, MODELS);
    tcase_add_test(tcase, fast_math);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner), status;
    srunner_free(runner);
    shell("rm -f *.c *.h *.bin *.o program fast && rmdir ../${PWD##*/}", &status);
    arena_free(kept);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
