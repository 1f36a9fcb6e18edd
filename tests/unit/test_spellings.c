/* test_spellings.c: a cell is as fast however its author writes it. Each file of tests/spellings says in its
 * first line what it is:
 *
 *     # reference: ...           what others are held against
 *     # as NAME: ...             the plan is as good as NAME's: as many kernels, products, loads, stores,
 *                                operations, copies and floats
 *     # shape of NAME: ...       the same for kernels and products, with other arithmetic
 *     # renames NAME: ...        the C is the same but for names
 *
 * And no pass is there for nothing: with any of those that bring spellings together left out, some plan is
 * worse. */
#include "../../compiler/check.h"
#include "../../compiler/emit.h"
#include "../../compiler/pass.h"
#include "../../compiler/std.h"

#include <check.h>
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/spellings"
enum { MAX_FILES = 200 };

typedef enum { REFERENCE, AS, SHAPE_OF, RENAMES, KINDS } Kind;

typedef struct Spelling {
    const char *name, *reference;
    Kind kind;
} Spelling;

static Arena *kept;          /* holds the list, for all tests */
static Spelling spelling[MAX_FILES];
static int spellings;

static Arena *arena;

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

static Plan *plan_of(const char *name, const char *without)
{
    Diag *diag = diag_new(arena);
    const char *error = NULL;
    const Source *source = source_read(arena, arena_printf(arena, FOLDER "/%s.rnn", name), &error);
    ck_assert_msg(source != NULL, "%s: %s", name, error);
    Ast *std = std_library(arena, diag), *ast = parse(arena, diag, source);
    CheckOptions random = {.random_weights = true};
    PassOptions passes = {.stream = stderr, .without = &without, .without_count = without ? 1 : 0};
    PlanOptions options = {0};
    Graph *graph = ast ? check(arena, diag, std, ast, &random) : NULL;
    Plan *made = NULL;
    if (graph) {
        graph = pass_run(arena, graph, &passes);
        made = plan(arena, diag, graph, constants_new(arena, graph, 1), &options);
    }
    if (!made)
        diag_print(diag, stderr, false);
    ck_assert_msg(made != NULL, "%s", name);
    return made;
}

/* ---- what a plan costs ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "40 units, 4 x 12, 4 x 40" and, in full, ", 5 loads, 2 stores, 5 operations". */
static const char *kernel_cost(const Kernel *kernel, bool full)
{
    const char *text = arena_printf(arena, "%lld units", (long long)(kernel->units * kernel->rows));
    int loads = 0, stores = 0, operations = 0;
    for (size_t i = 0; i < kernel->count; i++) {
        const Do *d = &kernel->code[i];
        loads += d->kind == DO_LOAD || d->kind == DO_SPLAT;
        stores += d->kind == DO_STORE;
        operations += d->kind == DO_OP || d->kind == DO_FMA;
        if (d->kind == DO_PANEL)
            text = arena_printf(arena, "%s, %d x %lld", text, d->count, (long long)d->inner);
    }
    return full ? arena_printf(arena, "%s, %d loads, %d stores, %d operations", text, loads, stores, operations) : text;
}

/* A line for each kernel, in the order of the alphabet, and one for the rest. */
static const char *cost_of(const Plan *p, bool full)
{
    const char **line = arena_array(arena, p->step_count + 1, sizeof *line), *text = "";
    size_t lines = 0, others = 0;
    for (size_t i = 0; i < p->step_count; i++) {
        if (p->step[i].kind == STEP_KERNEL)
            line[lines++] = kernel_cost(p->step[i].kernel, full);
        else
            others++;
    }
    qsort(line, lines, sizeof *line, by_text);
    for (size_t i = 0; i < lines; i++)
        text = arena_printf(arena, "%s%s\n", text, line[i]);
    if (full)
        text = arena_printf(arena, "%s%zu other steps, state %zu, constants %zu\n", text, others, p->state_floats, p->const_floats);
    return arena_printf(arena, "%swork %zu\n", text, p->work_floats);
}

static bool as_good(const Spelling *s, const char *without, const char **cost, const char **wanted)
{
    *cost = cost_of(plan_of(s->name, without), s->kind != SHAPE_OF);
    *wanted = cost_of(plan_of(s->reference, without), s->kind != SHAPE_OF);
    return strcmp(*cost, *wanted) == 0;
}

START_TEST(costs_the_same)
{
    const Spelling *s = &spelling[_i];
    const char *cost, *wanted;
    if (s->kind != REFERENCE)
        ck_assert_msg(as_good(s, NULL, &cost, &wanted), "%s\n%snot as %s\n%s", s->name, cost, s->reference, wanted);
}
END_TEST

static const char *const bringing_together[] = {"logistic", "products", "factors", "concat", "split", "sums"};

START_TEST(no_pass_for_nothing)
{
    const char *cost, *wanted;
    bool all = true;
    for (int i = 0; i < spellings; i++)
        if (spelling[i].kind == AS)
            all = as_good(&spelling[i], bringing_together[_i], &cost, &wanted) && all;
    ck_assert_msg(!all, "no spelling needs the pass %s", bringing_together[_i]);
}
END_TEST

/* ---- the same but for names ---- */

/* C without comments and strings, each name by the number of its first appearance. */
static const char *without_names(const char *text)
{
    Map *number = map_new(arena);
    Out *out = out_new(arena);
    for (const char *at = text; *at;) {
        size_t length = 0;
        if (at[0] == '/' && at[1] == '*') {
            at = strstr(at, "*/") + 2;
            continue;
        }
        if (*at == '"') {
            at = strchr(at + 1, '"') + 1;
            continue;
        }
        if (strncmp(at, "#include", 8) == 0) {
            at += strcspn(at, "\n");
            continue;
        }
        if (strncmp(at, "blob_head[64] = {", 17) == 0) /* a number that follows from the constants' names */
            at = strchr(at, '}');
        while (isalnum((unsigned char)at[length]) || at[length] == '_')
            length++;
        if (length == 0 || isdigit((unsigned char)*at)) {
            length = length ? length : 1;
            out_printf(out, "%.*s", (int)length, at);
        } else {
            const char *name = arena_copy(arena, at, length);
            if (!map_get(number, name))
                map_set(number, name, (void *)(uintptr_t)(number->count + 1));
            out_printf(out, "name%d", (int)(uintptr_t)map_get(number, name));
        }
        at += length;
    }
    return out->text;
}

static const char *c_of(const char *name)
{
    Out *out = out_new(arena);
    const Plan *p = plan_of(name, NULL);
    EmitOptions options = {.name = p->graph->name, .source = name, .blob = true}; /* random weights follow from names */
    emit_source(out, p, &options);
    return without_names(out->text);
}

START_TEST(same_but_for_names)
{
    const Spelling *s = &spelling[_i];
    if (s->kind != RENAMES)
        return;
    const char *a = c_of(s->name), *b = c_of(s->reference);
    size_t from = 0;
    while (a[from] && a[from] == b[from])
        from++;
    ck_assert_msg(strlen(a) > 1000 && strcmp(a, b) == 0, "%s\n...%.200s\nnot as %s\n...%.200s", s->name, a + from, s->reference, b + from);
}
END_TEST

/* ---- the list ---- */

static bool is_there(const char *name)
{
    for (int i = 0; i < spellings; i++)
        if (strcmp(spelling[i].name, name) == 0 && spelling[i].kind == REFERENCE)
            return true;
    return false;
}

START_TEST(references_are_there)
{
    const Spelling *s = &spelling[_i];
    ck_assert_msg(s->kind == REFERENCE || is_there(s->reference), "%s: no reference %s", s->name, s->reference);
}
END_TEST

static Spelling read_head(const char *name)
{
    static const char *const start[KINDS] = {"# reference:", "# as ", "# shape of ", "# renames "};
    char line[200] = "";
    FILE *file = fopen(arena_printf(kept, FOLDER "/%s.rnn", name), "r");
    if (!file || !fgets(line, sizeof line, file))
        line[0] = 0;
    if (file)
        fclose(file);
    for (int k = 0; k < KINDS; k++)
        if (strncmp(line, start[k], strlen(start[k])) == 0) {
            const char *reference = line + strlen(start[k]);
            return (Spelling){name, arena_copy(kept, reference, strcspn(reference, ":")), (Kind)k};
        }
    return (Spelling){name, "what its first line says", AS};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const Spelling *)a)->name, ((const Spelling *)b)->name);
}

static void read_list(void)
{
    kept = arena_new();
    DIR *folder = opendir(FOLDER);
    for (struct dirent *entry; folder && (entry = readdir(folder)) && spellings < MAX_FILES;) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot && strcmp(dot, ".rnn") == 0)
            spelling[spellings++] = read_head(arena_copy(kept, entry->d_name, (size_t)(dot - entry->d_name)));
    }
    if (folder)
        closedir(folder);
    qsort(spelling, (size_t)spellings, sizeof *spelling, by_name);
}

START_TEST(there_are_spellings)
{
    ck_assert_int_ge(spellings, 60);
}
END_TEST

int main(void)
{
    read_list();
    Suite *suite = suite_create("spellings");
    TCase *t = tcase_create("spellings");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, there_are_spellings);
    tcase_add_loop_test(t, references_are_there, 0, spellings);
    tcase_add_loop_test(t, costs_the_same, 0, spellings);
    tcase_add_loop_test(t, no_pass_for_nothing, 0, sizeof bringing_together / sizeof *bringing_together);
    tcase_add_loop_test(t, same_but_for_names, 0, spellings);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    arena_free(kept);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
