/* test_run_data.c: `rnnc run --interpret` from .npy files to .npy files, for graphs in their text form:
 * arrays of several clocks, where lengths come from, and what is said where they do not fit. */
#define _POSIX_C_SOURCE 200809L
#include "../../compiler/run.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Arena *arena;
static Options options;
static char folder[32];

static void setup(void)
{
    arena = arena_new();
    options = (Options){.draw_seed = 1, .by = "run", .inputs = arena_array(arena, 4, sizeof(NamedFile)),
                        .outputs = arena_array(arena, 4, sizeof(NamedFile)), .steps = arena_array(arena, 4, sizeof(NamedNumber))};
    strcpy(folder, "/tmp/rnnc-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    for (size_t i = 0; i < options.input_count; i++)
        unlink(options.inputs[i].file);
    for (size_t i = 0; i < options.output_count; i++)
        unlink(options.outputs[i].file);
    ck_assert_int_eq(rmdir(folder), 0);
    arena_free(arena);
}

#define DIMS(...) (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]){__VA_ARGS__}
#define DATA(...) (const float[]){__VA_ARGS__}

static void give(const char *name, int rank, const int64_t *dim, const float *data)
{
    const char *error = NULL, *path = arena_printf(arena, "%s/%s.npy", folder, name);
    ck_assert(npy_write(path, DTYPE_F32, rank, dim, data, &error));
    options.inputs[options.input_count++] = (NamedFile){name, path};
}

static void steps(const char *name, int64_t number)
{
    options.steps[options.step_count++] = (NamedNumber){name, number};
}

/* NULL, or the messages. */
static const char *run(const char *text)
{
    const char *error = NULL;
    Graph *graph = graph_read(arena, text, &error);
    ck_assert_msg(graph != NULL, "%s", error);
    options.outputs[options.output_count++] = (NamedFile){"y", arena_printf(arena, "%s/y.npy", folder)};
    Diag *diag = diag_new(arena);
    if (run_interpreted(arena, diag, &options, graph))
        return NULL;
    static char said[1000];
    FILE *file = tmpfile();
    diag_print(diag, file, false);
    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = 0;
    fclose(file);
    return said;
}

static void expect(const char *text, int rank, const int64_t *dim, const float *want)
{
    const char *error = run(text);
    ck_assert_msg(!error, "%s", error);
    TensorFile *file = tensor_file_open(arena, options.outputs[0].file, &error);
    ck_assert_msg(file != NULL, "%s", error);
    const Tensor *tensor = tensor_file_at(file, 0);
    ck_assert_int_eq(tensor->rank, rank);
    double *data = arena_array(arena, tensor->count + 1, sizeof *data);
    tensor_read_f64(tensor, data);
    for (int i = 0; i < rank; i++)
        ck_assert_int_eq(tensor->dim[i], dim[i]);
    for (size_t i = 0; i < tensor->count; i++)
        ck_assert_msg(data[i] == (double)want[i], "element %zu is %g, not %g", i, data[i], (double)want[i]);
    tensor_file_close(file);
}

static void expect_error(const char *text, const char *want)
{
    const char *error = run(text);
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(strcmp(error, arena_printf(arena, "rnnc: error: %s\n", want)) == 0, "%s", error);
}

#define TWO "clock a = 2\nclock b <= 5\n%0 = input : [2] over a over b name=\"x\"\n%1 = neg %0 : [2] over a over b\n"
#define TWELVE DATA(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)

START_TEST(several_clocks)
{
    give("x", DIMS(2, 3, 2), TWELVE);
    expect(TWO "input x %0\noutput y %1 over b over a\n", DIMS(3, 2, 2), DATA(-1, -2, -7, -8, -3, -4, -9, -10, -5, -6, -11, -12));
}
END_TEST

START_TEST(declared_order)
{
    give("x", DIMS(3, 2, 2), TWELVE);
    expect(TWO "input x %0 over b over a\noutput y %1 over b over a\n", DIMS(3, 2, 2),
           DATA(-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12));
}
END_TEST

START_TEST(wrong_order)
{
    give("x", DIMS(2, 3, 2), TWELVE);
    expect_error(TWO "input x %0 over b over a\noutput y %1\n",
                 arena_printf(arena, "%s/x.npy: 3 steps of a, and it has exactly 2", folder));
}
END_TEST

START_TEST(wrong_rank)
{
    give("x", DIMS(6, 2), TWELVE);
    expect_error(TWO "input x %0 over b over a\noutput y %1\n",
                 arena_printf(arena, "%s/x.npy is [6, 2], and the input x is [steps of b, 2, 2]", folder));
}
END_TEST

#define PAIR "clock t <= 5\n%0 = input : [] over t name=\"x\"\n%1 = input : [] over t name=\"z\"\n%2 = + %0 %1 : [] over t\n" \
             "input x %0\ninput z %1\noutput y %2\n"

START_TEST(lengths_differ)
{
    give("x", DIMS(3), DATA(1, 2, 3));
    give("z", DIMS(4), DATA(1, 2, 3, 4));
    expect_error(PAIR, arena_printf(arena, "%s/z.npy: 4 steps of t, and another input has 3", folder));
}
END_TEST

START_TEST(too_long)
{
    give("x", DIMS(6), DATA(1, 2, 3, 4, 5, 6));
    give("z", DIMS(3), DATA(1, 2, 3));
    expect_error(PAIR, arena_printf(arena, "%s/x.npy: 6 steps of t, and it has 1 to 5", folder));
}
END_TEST

#define COUNTER(clock)                                                                                                 \
    "clock t" clock "\n%0 = const : [] value=0\n%1 = const : [] value=1\n%2 = state %0 : [] over t clock=t next=%3\n" \
    "%3 = + %2 %1 : [] over t\n%4 = const : [] value=3\n%5 = >= %3 %4 : [] over t\n"

START_TEST(as_long_as_can_be)
{
    expect(COUNTER(" <= 5") "output y %3\n", DIMS(5), DATA(1, 2, 3, 4, 5));
}
END_TEST

START_TEST(steps_given)
{
    steps("t", 4);
    expect(COUNTER("") "output y %3\n", DIMS(4), DATA(1, 2, 3, 4));
}
END_TEST

START_TEST(steps_missing)
{
    expect_error(COUNTER("") "output y %3\n", "no input tells how many steps of t to run: --steps t=NUMBER");
}
END_TEST

START_TEST(steps_too_many)
{
    steps("t", 6);
    expect_error(COUNTER(" <= 5") "output y %3\n", "--steps t: 6 steps of t, and it has 1 to 5");
}
END_TEST

START_TEST(steps_of_no_clock)
{
    steps("u", 6);
    expect_error(COUNTER(" <= 5") "output y %3\n", "--steps: the model has no clock u");
}
END_TEST

START_TEST(steps_found)
{
    steps("t", 2);
    expect_error(COUNTER(" <= 5 until %5") "output y %3\n", "--steps: the model finds the length of t");
}
END_TEST

START_TEST(until)
{
    expect(COUNTER(" <= 5 until %5\nclock t_2 like t") "%6 = reclock %3 : [] over t_2 clock=t_2 from=t\noutput y %6\n", DIMS(3),
           DATA(1, 2, 3));
}
END_TEST

START_TEST(ticks)
{
    steps("t", 5);
    expect(COUNTER(" <= 9\nclock u when %5 of t") "%6 = pick %3 : [] over u clock=u\noutput y %6\n", DIMS(3), DATA(3, 4, 5));
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("run_data");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, several_clocks);
    tcase_add_test(all, declared_order);
    tcase_add_test(all, wrong_order);
    tcase_add_test(all, wrong_rank);
    tcase_add_test(all, lengths_differ);
    tcase_add_test(all, too_long);
    tcase_add_test(all, as_long_as_can_be);
    tcase_add_test(all, steps_given);
    tcase_add_test(all, steps_missing);
    tcase_add_test(all, steps_too_many);
    tcase_add_test(all, steps_of_no_clock);
    tcase_add_test(all, steps_found);
    tcase_add_test(all, until);
    tcase_add_test(all, ticks);
    Suite *suite = suite_create("run_data");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
