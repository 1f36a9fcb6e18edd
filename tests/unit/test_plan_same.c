/* test_plan_same.c: cells that say the same in other words, of the library and of frameworks, become the
 * same plan, so that no cell of the library is a special case. */
#include "../../compiler/check.h"
#include "../../compiler/pass.h"
#include "../../compiler/plan.h"
#include "../../compiler/std.h"

#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define X(SHAPE, BOUND) "model m {\n input x: [" SHAPE "] over t " BOUND "\n"

static Arena *arena;

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

static Plan *plan_of(const char *text)
{
    Diag *diag = diag_new(arena);
    Ast *std = std_library(arena, diag), *ast = parse(arena, diag, source_from_text(arena, "test.rnn", text));
    CheckOptions random = {.random_weights = true};
    PassOptions all = {.stream = stderr};
    PlanOptions options = {.chunk = 0};
    Graph *graph = ast ? check(arena, diag, std, ast, &random) : NULL;
    ck_assert_msg(graph != NULL, "%s", text);
    graph = pass_run(arena, graph, &all);
    return plan(arena, diag, graph, constants_new(arena, graph, 1), &options);
}

static const char lstm[] = X("3", "") "output h: [2] over t\n h = lstm(x, n=2)\n}";

/* Other names, another order of the equations, other brackets, no cell. */
static const char own[] = X("3", "") "output q: [2] over t\n weight A, B, C, D: [2, 3]\n weight E, F, G, H: [2, 2]\n"
    " weight p, r, s, u: [2]\n q = w * tanh(z)\n z = v * z[t-1] + k * l\n l = tanh(C @ x + G @ q[t-1] + s)\n"
    " k = sigmoid(A @ x + E @ q[t-1] + p)\n v = sigmoid(B @ x + F @ q[t-1] + r)\n w = sigmoid(D @ x + H @ q[t-1] + u)\n}";
static const char regrouped[] = X("3", "") "output q: [2] over t\n weight A, B, C, D: [2, 3]\n weight E, F, G, H: [2, 2]\n"
    " weight p, r, s, u: [2]\n w = sigmoid(u + (H @ q[t-1] + D @ x))\n v = sigmoid((r + F @ q[t-1]) + B @ x)\n"
    " k = sigmoid(E @ q[t-1] + (A @ x + p))\n l = tanh(G @ q[t-1] + C @ x + s)\n z = l * k + z[t-1] * v\n q = tanh(z) * w\n}";

static const char framework[] = X("3", "") "output h: [2] over t\n h = %s(x, n=2%s)\n}";

/* A line that declares a buffer: its kind, a number or, of a constant, the shape for its name, the shape
 * and, but for a constant, where it lies: constants follow the order of the products. */
static void declare(Out *out, const char *line, int length, Map *names)
{
    int kind = (int)strcspn(line, " "), at = kind + (int)strspn(line + kind, " "), name = (int)strcspn(line + at, " ");
    while (*line == 'c' && strncmp(line + --length, " at ", 4) != 0)
        continue;
    int shape = length;
    while (shape > at && (strncmp(line + shape, " [", 2) != 0 || line[shape - 1] == ','))
        shape--;
    const char *what = arena_copy(arena, line + shape, (size_t)(length - shape));
    char *known = *line == 'c' ? arena_printf(arena, "#%s", what) : arena_printf(arena, "#%zu", names->count);
    map_set(names, arena_copy(arena, line + at, (size_t)name), known);
    out_printf(out, "%.*s%s\n", kind, line, what);
}

/* A step without its comment: buffers as numbers, all registers `r`. */
static void describe(Out *out, const char *line, int length, const Map *names)
{
    int end = 0, word;
    while (end < length && strncmp(line + end, "    #", 5) != 0)
        end++;
    for (int i = 0; i < end; i = word > i ? word : i + 1) {
        for (word = i; word < end && (isalnum((unsigned char)line[word]) || line[word] == '_');)
            word++;
        const char *text = arena_copy(arena, line + i, (size_t)(word > i ? word - i : 1)), *name = map_get(names, text);
        out_text(out, name ? name : *text == 'r' && isdigit((unsigned char)text[1]) ? "r" : text);
    }
    out_text(out, "\n");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The lines of a plan without the names that its author gave, sorted: the order in which sums and
 * products were written may change that of independent lines. */
static const char *nameless(const char *model)
{
    static const char *const kinds[] = {"input ", "output ", "state ", "work ", "const "};
    Out *text = out_new(arena), *all = out_new(arena);
    Map *names = map_new(arena);
    const char *lines[100];
    size_t count = 0;
    plan_print(text, plan_of(model));
    for (const char *line = text->text; *line; line += strcspn(line, "\n") + 1) {
        Out *out = out_new(arena);
        int length = (int)strcspn(line, "\n"), kind = 0;
        while (kind < 5 && strncmp(line, kinds[kind], strlen(kinds[kind])) != 0)
            kind++;
        if (kind < 5 && !isdigit((unsigned char)line[6]))
            declare(out, line, length, names);
        else
            describe(out, line, length, names);
        ck_assert(count < 100);
        lines[count++] = out->text;
    }
    qsort(lines, count, sizeof *lines, by_text);
    for (size_t i = 0; i < count; i++)
        out_text(all, lines[i]);
    return all->text;
}

START_TEST(same_cell)
{
    const char *want = nameless(lstm);
    ck_assert_str_eq(nameless(own), want);
    ck_assert_str_eq(nameless(regrouped), want);
    ck_assert_str_eq(nameless(arena_printf(arena, framework, "torch.lstm", "")), want);
    ck_assert_str_eq(nameless(arena_printf(arena, framework, "keras.lstm", "")), want);
    ck_assert_str_eq(nameless(arena_printf(arena, framework, "onnx.lstm", "")), want);
    ck_assert_str_eq(nameless(arena_printf(arena, framework, "tf.basic_lstm", ", forget_bias=0")), want);
    /* A cell that is another one is seen as such. */
    ck_assert_str_ne(nameless(arena_printf(arena, framework, "gru", "")), want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan_same");
    TCase *tcase = tcase_create("plan_same");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, same_cell);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
