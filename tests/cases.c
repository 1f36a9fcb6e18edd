/* cases.c: the program that runs the cases of a suite, each in a process of its own:
 *
 *     build/tests/cases SUITE            golden, errors, numeric or real; in as many slices as processors
 *     build/tests/cases SUITE K/N        slice K of N, counted from 1, alone
 *
 * CASE=TEXT in the environment: only cases whose name has TEXT in it. GOLDEN=update: golden and error
 * texts are written in place of being compared. RNNC: the program under test. */
#include "cases.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const CaseSuite *const suites[] = {&suite_golden, &suite_errors, &suite_numeric, &suite_real};
enum { SUITES = sizeof suites / sizeof *suites };

const char *const *cases_path;
const char *cases_rnnc, *cases_build;
static int slice, slices;

const char *cases_at(int i)
{
    return cases_path[slice + i * slices];
}

void cases_need(bool is_there, const char *format, ...)
{
    va_list args;
    if (is_there)
        return;
    va_start(args, format);
    fputs("cases: ", stderr);
    vfprintf(stderr, format, args);
    fputs("\n", stderr);
    va_end(args);
    exit(1);
}

void cases_report(const char *model, const Out *report)
{
    ck_assert_msg(report->length == 0, "%s\n%.4000s%s", model, report->text, report->length > 4000 ? " ..." : "");
}

static int find_cases(Arena *arena, const CaseSuite *suite)
{
    int all = 0, count = 0;
    const char **found = files_glob(arena, suite->pattern, &all), *wanted = getenv("CASE");
    for (int i = 0; i < all; i++)
        if (!wanted || strstr(file_stem(arena, found[i]), wanted))
            found[count++] = found[i];
    cases_path = found;
    return count;
}

typedef struct Sum {
    int checks, failures;
} Sum;

static Sum run_slice(const CaseSuite *suite, int count)
{
    int mine = (count - slice + slices - 1) / slices;
    Suite *s = suite_create(arena_printf(arena_new(), "%s %d/%d", suite->name, slice + 1, slices));
    TCase *tcase = tcase_create(suite->name);
    tcase_set_timeout(tcase, 0);
    suite->add(tcase, mine);
    suite_add_tcase(s, tcase);
    SRunner *runner = srunner_create(s);
    if (mine > 0)
        srunner_run_all(runner, CK_ENV);
    Sum sum = {srunner_ntests_run(runner), srunner_ntests_failed(runner)};
    srunner_free(runner);
    return sum;
}

/* A process for each slice; what they print comes out as they go. A slice that dies is a failure. */
static Sum run_slices(const CaseSuite *suite, int count)
{
    Sum all = {0, 0}, one;
    int status = 0, ends[2];
    cases_need(pipe(ends) == 0, "no pipe");
    fflush(NULL);
    for (slice = 0; slice < slices; slice++)
        if (fork() == 0) {
            one = run_slice(suite, count);
            bool sent = write(ends[1], &one, sizeof one) == (ssize_t)sizeof one;
            exit(!sent);
        }
    close(ends[1]);
    while (read(ends[0], &one, sizeof one) == (ssize_t)sizeof one) {
        all.checks += one.checks;
        all.failures += one.failures;
    }
    while (wait(&status) > 0)
        all.failures += status != 0;
    return all;
}

static const CaseSuite *find_suite(const char *name)
{
    for (int i = 0; i < SUITES; i++)
        if (strcmp(suites[i]->name, name) == 0)
            return suites[i];
    return NULL;
}

static const char *absolute(Arena *arena, const char *path)
{
    char folder[PATH_MAX];
    if (*path == '/' || !getcwd(folder, sizeof folder))
        return path;
    return arena_printf(arena, "%s/%s", folder, path);
}

/* Built with the address sanitizer (make asan), this program leaves its memory to the end of its
 * processes; rnnc, which it runs, is held to leak nothing. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

int main(int argc, char **argv)
{
    const CaseSuite *suite = argc > 1 ? find_suite(argv[1]) : NULL;
    if (!suite || argc > 3) {
        fprintf(stderr, "usage: cases golden|errors|numeric|real [SLICE/SLICES]\n");
        return 2;
    }
    Arena *arena = arena_new();
    const char *build = getenv("BUILD"), *rnnc = getenv("RNNC");
    build = build ? build : "build";
    cases_build = absolute(arena, arena_printf(arena, "%s/tests", build));
    cases_rnnc = absolute(arena, rnnc ? rnnc : arena_printf(arena, "%s/rnnc", build));
    folder_make(cases_build);
    int count = find_cases(arena, suite);
    if (count == 0) {
        printf("%s: no case is named %s\n", suite->name, suite->pattern);
        return 1;
    }
    if (suite->prepare)
        suite->prepare(arena);
    bool alone = argc == 3 && sscanf(argv[2], "%d/%d", &slice, &slices) == 2 && slice >= 1 && slice <= slices;
    if (argc == 3 && !alone) {
        fprintf(stderr, "cases: not a slice: %s\n", argv[2]);
        return 2;
    }
    if (alone) {
        slice--;
        return run_slice(suite, count).failures != 0;
    }
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    slices = processors < 1 || getenv("GOLDEN") ? 1 : processors > count ? count : (int)processors;
    Sum sum = run_slices(suite, count);
    int good = sum.checks > sum.failures ? sum.checks - sum.failures : 0;
    printf("%s: %d cases, all slices:\n", suite->name, count);
    printf("%d%%: Checks: %d, Failures: %d, Errors: 0\n", sum.checks ? good * 100 / sum.checks : 0, sum.checks, sum.failures);
    return sum.failures != 0;
}
