/* cases_numeric.c: the numeric suite. A case is tests/numeric/X.rnn with its vectors in the folder X:
 * in_NAME.npy is the input NAME, out_NAME.npy what an independent program computed for the output NAME.
 * The first line of X.rnn has the tolerance and why: `# tolerance 2e-6: ...`.
 *
 * Each case runs on every instruction set of this machine, by run and, where the model can, by step and
 * in other ways (the same bits); in the reference interpreter; with each pass left out; with all that is hoisted from some
 * size on; with --math=fast; and on emulated ARM.
 * CASES_CC in the environment is another compiler for the first of these, "cc -fsanitize=address". */
#include "cases.h"
#include "cases_variant.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PASSES = 64 };

typedef struct Case {
    Arena *arena;
    const char *name, *model, *folder;
    double tolerance;
    Variant base;                  /* its inputs and outputs */
    Array want[VARIANT_PORTS];
    Out *report;
    double worst;                  /* the largest error so far */
} Case;

static const char *passes[MAX_PASSES];
static int pass_count;

/* How a model can be called besides by one run: step after step, run in pieces, run once before. */
static const char *const ways[] = {"step", "parts", "again"};
enum { WAYS = sizeof ways / sizeof *ways };

/* The passes that can be left out, and what is missing here. */
static void prepare(Arena *arena)
{
    Command command = command_new(arena, cases_rnnc);
    command_add(&command, "--list-passes");
    const char *line = command_run(&command).out;
    for (; *line && pass_count < MAX_PASSES; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *text = arena_copy(arena, line, strcspn(line, "\n"));
        if (!strstr(text, "required") && *text && *text != ' ')
            passes[pass_count++] = arena_copy(arena, text, strcspn(text, " \t"));
    }
    if (pass_count == 0)
        printf("numeric: skipped: `rnnc --list-passes` lists none to leave out\n");
    variant_prepare(arena, true);
}

static Case case_open(const char *model)
{
    Arena *arena = arena_new();
    Case c = {.arena = arena, .model = model, .name = file_stem(arena, model), .report = out_new(arena)};
    c.folder = arena_printf(arena, "tests/numeric/%s", c.name);
    const char *line = first_line(arena, model, "tolerance"), *error = NULL;
    c.tolerance = line ? strtod(line, NULL) : 0;
    ck_assert_msg(c.tolerance > 0, "%s: its first line must be `# tolerance NUMBER: why`", model);
    c.base = (Variant){.arena = arena, .model = model, .isa = variant_best()};
    c.base.work = arena_printf(arena, "%s/numeric/%s", cases_build, c.name);
    int count;
    const char **in = files_glob(arena, arena_printf(arena, "%s/in_*.npy", c.folder), &count);
    for (int i = 0; i < count; i++)
        variant_input(&c.base, file_stem(arena, in[i]) + strlen("in_"), in[i]);
    const char **out = files_glob(arena, arena_printf(arena, "%s/out_*.npy", c.folder), &count);
    ck_assert_msg(count > 0, "%s: there is no %s/out_*.npy; tests/numeric/generate.py writes them", model, c.folder);
    for (int i = 0; i < count; i++) {
        variant_output(&c.base, file_stem(arena, out[i]) + strlen("out_"));
        ck_assert_msg(array_read(arena, out[i], &c.want[i], &error), "%s", error);
    }
    return c;
}

static void compare(Case *c, const Variant *v, const char *label)
{
    const char *where = arena_printf(c->arena, "%s, %s, %s", c->name, v->isa ? v->isa : "double precision", label);
    double worst;
    for (int i = 0; i < v->outputs; i++) {
        array_compare(c->arena, c->report, where, variant_path(v, i), &c->want[i], c->tolerance, false, &worst);
        c->worst = worst > c->worst ? worst : c->worst;
    }
}

static void run_and_compare(Case *c, const Variant *v, const char *label)
{
    if (variant_run(v, c->report) == 0)
        compare(c, v, label);
}

static void finish(const Case *c)
{
    if (c->base.isa)
        printf("numeric: %s %.2g of %.2g\n", c->name, c->worst, c->tolerance);
    fflush(stdout);
    cases_report(c->model, c->report);
}

/* However the functions are called, the same bits come out as by one run: the same kernels do the same
 * work. A model that cannot be called so says it with exit status 3. */
static void compare_by(Case *c, const Variant *run, const char *by)
{
    Variant v = *run;
    v.by = by;
    v.tag = arena_printf(c->arena, "%s_", by);
    if (variant_run(&v, c->report) != 0)
        return;
    compare(c, &v, arena_printf(c->arena, "by %s", by));
    for (int i = 0; i < v.outputs; i++)
        if (!file_equal(c->arena, variant_path(run, i), variant_path(&v, i)))
            out_printf(c->report, "%s, %s, by %s: %s has other bits than by run\n", c->name, v.isa, by, v.output[i]);
}

START_TEST(instruction_sets)
{
    Case c = case_open(cases_at(_i));
    for (int i = 0; i < variant_isa_count; i++) {
        Variant v = c.base;
        v.isa = variant_isa[i];
        v.cc = getenv("CASES_CC");
        v.tag = "run_";
        if (variant_run(&v, c.report) != 0)
            break;
        compare(&c, &v, "all passes");
        for (int k = 0; k < WAYS; k++)
            compare_by(&c, &v, ways[k]);
    }
    finish(&c);
}
END_TEST

START_TEST(interpreter)
{
    Case c = case_open(cases_at(_i));
    Variant v = c.base;
    v.isa = NULL;
    v.interpret = true;
    v.tag = "interpreter_";
    run_and_compare(&c, &v, "interpreter");
    finish(&c);
}
END_TEST

/* One set with narrow vectors and the best one: code for all of them takes the C compiler four times as long. */
static const char *few_sets(Case *c, const char *cc, const char **isa)
{
    isa[0] = variant_isa_count > 1 ? variant_isa[1] : variant_isa[0];
    isa[1] = variant_best();
    const char *only = "";
    for (int i = 0; i < 2; i++) {
        char *name = arena_printf(c->arena, "%s", isa[i]);
        for (char *p = name; *p; p++)
            *p = (char)toupper((unsigned char)*p);
        only = arena_printf(c->arena, "%s -DRT_ONLY_%s", only, name);
    }
    return arena_printf(c->arena, "%s%s", getenv("CASES_CC") ? getenv("CASES_CC") : cc, only);
}

/* A pass that changes nothing of the C needs no build of its own. */
START_TEST(passes_left_out)
{
    Case c = case_open(cases_at(_i));
    const char *seen[MAX_PASSES + 1], *isa[2], *cc = few_sets(&c, "cc -O0", isa);
    int count = 0;
    seen[count++] = variant_c(&c.base, c.report);
    for (int i = 0; i < pass_count && c.report->length == 0; i++) {
        Variant v = c.base;
        v.without = passes[i];
        const char *text = variant_c(&v, c.report);
        bool known = false;
        for (int k = 0; k < count && !known; k++)
            known = strcmp(text, seen[k]) == 0;
        if (known)
            continue;
        seen[count++] = text;
        v.work = arena_printf(c.arena, "%s/without_%s", c.base.work, passes[i]);
        v.cc = cc;
        for (int k = 0; k < 2; k++) {
            v.isa = isa[k];
            run_and_compare(&c, &v, arena_printf(c.arena, "without %s", passes[i]));
        }
    }
    finish(&c);
}
END_TEST

/* What is only done from some size on, at any size. */
START_TEST(everything_hoisted)
{
    Case c = case_open(cases_at(_i));
    Variant v = c.base;
    v.options = "--chunk=3 --zigzag";
    v.work = arena_printf(c.arena, "%s/hoisted", c.base.work);
    const char *plain = variant_c(&c.base, c.report), *hoisted = variant_c(&v, c.report);
    for (int i = 0; i < variant_isa_count && strcmp(plain, hoisted) != 0; i++) {
        v.isa = variant_isa[i];
        v.cc = getenv("CASES_CC");
        v.tag = "run_";
        if (variant_run(&v, c.report) != 0)
            break;
        compare(&c, &v, v.options);
        for (int k = 0; k < WAYS; k++)
            compare_by(&c, &v, ways[k]);
    }
    finish(&c);
}
END_TEST

/* Sigmoid and tanh to 4e-6 each: some ten times that over the steps and layers of these networks. */
START_TEST(fast_math)
{
    Case c = case_open(cases_at(_i));
    Variant v = c.base;
    bool recurrent = strstr(c.name, "lstm") || strstr(c.name, "gru");
    v.options = "--math=fast";
    v.work = arena_printf(c.arena, "%s/fast", c.base.work);
    c.tolerance = 4e-5;
    const char *isa[2];
    v.cc = few_sets(&c, "cc -O0", isa);
    for (int i = 0; i < 2 && recurrent; i++) {
        v.isa = isa[i];
        run_and_compare(&c, &v, v.options);
    }
    finish(&c);
}
END_TEST

START_TEST(emulated_arm)
{
    Case c = case_open(cases_at(_i));
    Variant v = variant_arm(&c.base);
    run_and_compare(&c, &v, "all passes");
    finish(&c);
}
END_TEST

static void add(TCase *tcase, int count)
{
    tcase_add_loop_test(tcase, interpreter, 0, count);
    tcase_add_loop_test(tcase, instruction_sets, 0, count);
    tcase_add_loop_test(tcase, passes_left_out, 0, count);
    tcase_add_loop_test(tcase, everything_hoisted, 0, count);
    tcase_add_loop_test(tcase, fast_math, 0, count);
    if (variant_has_arm)
        tcase_add_loop_test(tcase, emulated_arm, 0, count);
}

const CaseSuite suite_numeric = {"numeric", "tests/numeric/*.rnn", prepare, add};
