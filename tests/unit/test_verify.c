/* test_verify.c: what `rnnc verify` takes for a difference, and which it takes for the first. */
#define _POSIX_C_SOURCE 200809L
#include "../../compiler/interp.h"
#include "../../compiler/verify.h"

#include <check.h>
#include <math.h>
#include <string.h>

static Arena *arena;

static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

static const int64_t in_order[] = {1, 2, 3, 4, 5, 6, 7, 8};

/* Of one clock with that many steps of one number each. */
static Watched sequence(int64_t steps)
{
    return (Watched){.rank = 1, .clocks = 1, .clock = {0}, .dim = {steps}, .size = 1, .turn = in_order, .allowed = 1e-5};
}

static Gap one(double want, double got)
{
    Gap gap = {0};
    Watched w = sequence(1);
    gap_take(&gap, &w, &want, &got, (int64_t[]){1}, "isa");
    return gap;
}

START_TEST(errors_of_numbers)
{
    Gap gap = one(1, 1 + 0x1p-23);
    ck_assert(gap.absolute == 0x1p-23 && gap.relative == 0x1p-23 && gap.ulps == 1 && !gap.parts);
    ck_assert(one(2, 2 - 0x1p-23).ulps == 0.5);
    ck_assert(one(-4, -4.000001).ulps > 2 && one(-4, -4.000001).ulps < 2.2);
    ck_assert(one(0x1p-140, 0x1p-140 + 0x1p-149).ulps == 1);
    ck_assert(one(0, 1e-9).relative == 0 && one(0, 1e-9).ulps == 0 && one(0, 1e-9).absolute == 1e-9);
    ck_assert(one(0.5, 0.50002).parts && !one(0.5, 0.500005).parts);
}
END_TEST

START_TEST(no_numbers)
{
    ck_assert(one(NAN, NAN).absolute == 0 && one(INFINITY, INFINITY).absolute == 0);
    ck_assert(one(NAN, 1).parts && one(1, NAN).parts && one(INFINITY, 1).parts && one(-INFINITY, INFINITY).parts && one(1, INFINITY).parts);
    ck_assert(!one(1e300, INFINITY).parts); /* no float can be as large */
    ck_assert(one(1e300, -INFINITY).parts);
}
END_TEST

START_TEST(scale)
{
    ck_assert(gap_scale((double[]){0.1, -0.5}, 2) == 1);
    ck_assert(gap_scale((double[]){2, -50, INFINITY, NAN}, 4) == 50);
    Watched w = sequence(2);
    Gap gap = {0};
    w.allowed = 0.0005;
    gap_take(&gap, &w, (double[]){50, 0}, (double[]){50, 0.0004}, (int64_t[]){2}, "isa");
    ck_assert(!gap.parts && gap.at == 1);
    gap_take(&gap, &w, (double[]){50, 0}, (double[]){50, 0.0006}, (int64_t[]){2}, "other");
    ck_assert(gap.parts && gap.first == 1);
    ck_assert_str_eq(gap.first_isa, "other");
}
END_TEST

/* The first one is the one that was computed first, not the one with the lowest number or the largest error. */
START_TEST(first)
{
    static const int64_t backward[] = {40, 30, 20, 10};
    Watched w = sequence(4);
    Gap gap = {0};
    w.turn = backward;
    gap_take(&gap, &w, (double[]){1, 2, 3, 4}, (double[]){1, 9, 3.1, 4}, (int64_t[]){4}, "isa");
    ck_assert(gap.at == 1 && gap.absolute == 7 && gap.want == 2 && gap.got == 9);
    ck_assert(gap.first == 2 && gap.turn == 20 && gap.first_want == 3 && gap.first_got == 3.1);
}
END_TEST

/* By the equations 2 steps of clock 0 and 3 of clock 1, in C 1 and 4: what both have is compared. */
START_TEST(other_lengths)
{
    Watched w = {.rank = 3, .clocks = 2, .clock = {0, 1}, .dim = {2, 3, 1}, .size = 1, .turn = in_order, .allowed = 1e-5};
    Gap gap = {0};
    gap_take(&gap, &w, (double[]){1, 2, 3, 4, 5, 6}, (double[]){1, 2, 3, 99}, (int64_t[]){1, 4}, "isa");
    ck_assert(gap.compared && gap.absolute == 0);
    w.clock[0] = 1;
    w.clock[1] = 0; /* 4 steps of the outer one, 1 of the inner one */
    gap = (Gap){0};
    gap_take(&gap, &w, (double[]){1, 2, 3, 4, 5, 6}, (double[]){1, 5, 99, 99}, (int64_t[]){1, 4}, "isa");
    ck_assert(gap.absolute == 1 && gap.at == 3);
}
END_TEST

static const Graph *read(const char *text)
{
    const char *error = NULL;
    const Graph *graph = graph_read(arena, text, &error);
    ck_assert_msg(graph != NULL, "%s", error);
    return graph;
}

START_TEST(places)
{
    Clock clock[] = {graph_clock("t", CLOCK_ENDLESS, 0, (Place){0}), graph_clock("s", CLOCK_EXACT, 4, (Place){0})};
    Graph graph = {.clock = clock, .clock_count = 2};
    Watched w = {.rank = 4, .clocks = 2, .clock = {1, 0}, .dim = {4, 3, 2, 5}, .size = 10};
    ck_assert_str_eq(gap_where(arena, &graph, &w, 0), "s=0, t=0 [0, 0]");
    ck_assert_str_eq(gap_where(arena, &graph, &w, 119), "s=3, t=2 [1, 4]");
    w = (Watched){.rank = 1, .dim = {7}, .size = 7};
    ck_assert_str_eq(gap_where(arena, &graph, &w, 6), "[6]");
    w = (Watched){.rank = 1, .clocks = 1, .clock = {0}, .dim = {7}, .size = 1};
    ck_assert_str_eq(gap_where(arena, &graph, &w, 6), "t=6");
}
END_TEST

static const char counting[] = "graph g\nclock t <= 5\n%0 = input : [] over t name=\"x\" label=\"x\"\n%1 = const : [] value=0\n"
                               "%2 = state %1 : [] over t clock=t next=%3\n%3 = + %2 %0 : [] over t label=\"sum\"\n"
                               "%4 = tanh %3 : [] over t label=\"a\"\n%5 = exp %4 : [] over t label=\"a\"\n"
                               "%6 = exp %1 : [] label=\"known\"\n%7 = + %5 %6 : [] over t label=\"y\"\n%8 = last %7 : [] clock=t label=\"z\"\n"
                               "input x %0\noutput y %7\noutput z %8\n";

START_TEST(variables)
{
    const Graph *graph = read(counting), *all = verify_watch(arena, graph);
    static const char *const names[] = {"y", "z", "sum", "a", "a (2)"};
    ck_assert_uint_eq(all->output_count, 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_str_eq(all->output[i].name, names[i]);
    ck_assert_ptr_null(graph_verify(arena, all));
    ck_assert_uint_eq(graph->output_count, 2);
}
END_TEST

/* What a value depends on has its turn before it, and step comes after step. */
START_TEST(turns)
{
    const Graph *all = verify_watch(arena, read(counting));
    const double x[] = {1, 2, 3}, *input[] = {x}, *output[5];
    const int64_t *turn[5];
    int64_t length[1];
    ck_assert_ptr_null(interp_run(arena, all, constants_new(arena, all, 1), 1, false, (int64_t[]){3}, input, length, output, turn));
    ck_assert(output[2][0] == 1 && output[2][1] == 3 && output[2][2] == 6);
    for (int t = 0; t < 3; t++) {
        ck_assert(turn[2][t] < turn[3][t] && turn[3][t] < turn[4][t] && turn[4][t] < turn[0][t]);
        ck_assert(t == 2 || turn[0][t] < turn[2][t + 1]);
    }
    ck_assert(turn[0][2] < turn[1][0]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("verify");
    TCase *tcase = tcase_create("verify");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, errors_of_numbers);
    tcase_add_test(tcase, no_numbers);
    tcase_add_test(tcase, scale);
    tcase_add_test(tcase, first);
    tcase_add_test(tcase, other_lengths);
    tcase_add_test(tcase, places);
    tcase_add_test(tcase, variables);
    tcase_add_test(tcase, turns);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
