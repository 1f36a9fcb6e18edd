/* test_interp.c: small graphs run by the reference interpreter, against numbers worked out by hand:
 * recurrences of several steps from starts that are not zero, two clocks, and all that works over a
 * clock. Matrices come in as inputs, so that they can be asymmetric. */
#include "interp_expect.h"

#define X_OVER_T "clock t <= 9\n%0 = input : [] over t name=\"x\"\ninput x %0\n"

/* ---- recurrence ---- */

/* h = W h[t-1] + x, h[-1] = start: 1 2 / 0 3 is not symmetric, so a transposed product shows. */
START_TEST(linear)
{
    expect("clock t <= 9\n"
           "%0 = input : [2] over t name=\"x\"\n"
           "%1 = input : [2, 2] name=\"W\"\n"
           "%2 = input : [2] name=\"start\"\n"
           "%3 = state %2 : [2] over t clock=t next=%5\n"
           "%4 = @ %1 %3 : [2] over t\n"
           "%5 = + %4 %0 : [2] over t\n"
           "input x %0\ninput W %1\ninput start %2\n"
           "output h %5\n",
           STEPS(3), INPUTS(DATA(1, 0, 0, 1, 2, -1), DATA(1, 2, 0, 3), DATA(1, -1)), 6,
           DATA(0, -3, -6, -8, -20, -25));
}
END_TEST

/* The state itself is the value of one step before; a chain of two goes two steps back. */
START_TEST(delays)
{
    const char *text = X_OVER_T "%1 = const : [] value=7\n"
                                "%2 = const : [] value=8\n"
                                "%3 = state %1 : [] over t clock=t next=%0\n"
                                "%4 = state %2 : [] over t clock=t next=%3\n"
                                "output y %4\n";
    expect(text, STEPS(4), INPUTS(DATA(1, 2, 3, 4)), 4, DATA(8, 7, 1, 2));
    expect(text, STEPS(1), INPUTS(DATA(1)), 1, DATA(8));
}
END_TEST

/* Two states that need each other: Fibonacci. */
START_TEST(mutual)
{
    expect("clock t = 6\n"
           "%0 = const : [] value=0\n"
           "%1 = const : [] value=1\n"
           "%2 = state %0 : [] over t clock=t next=%3\n"
           "%3 = state %1 : [] over t clock=t next=%4\n"
           "%4 = + %2 %3 : [] over t\n"
           "output y %4\n",
           STEPS(6), INPUTS(NULL), 6, DATA(1, 2, 3, 5, 8, 13));
}
END_TEST

/* A token that is fed back: w = argmax(E[w[t-1]]), a walk through the rows of E. */
START_TEST(tokens)
{
    expect("clock t\n"
           "%0 = input : [3, 3] name=\"E\"\n"
           "%1 = const : [] tokens=3 value=2\n"
           "%2 = state %1 : [] over t clock=t tokens=3 next=%4\n"
           "%3 = row %0 %2 : [3] over t\n"
           "%4 = argmax %3 : [] over t axis=0 tokens=3\n"
           "%5 = number %4 : [] over t\n"
           "input E %0\noutput w %5\n",
           STEPS(5), INPUTS(DATA(0, 1, 5, 4, 0, 0, 1, 3, 2)), 5, DATA(1, 0, 2, 1, 0));
    expect("clock t\n"
           "%0 = input : [3] over t name=\"x\"\n"
           "%1 = input : [3, 2] name=\"E\"\n"
           "%2 = argmax %0 : [] over t axis=0 tokens=3\n"
           "%3 = row %1 %2 : [2] over t\n"
           "input x %0\ninput E %1\noutput y %3\n",
           STEPS(3), INPUTS(DATA(0, 1, 5, 0, 4, 0, 7, 3, 2), DATA(1, 2, 3, 4, 5, 6)), 6, DATA(5, 6, 3, 4, 1, 2));
}
END_TEST

/* ---- two clocks ---- */

/* A state along t that runs on s too: clocks are outermost first in the order of the graph, so the
 * input is x[s][t]. A sum along each row. */
START_TEST(state_on_two_clocks)
{
    const char *text = "clock s = 2\nclock t <= 5\n"
                       "%0 = input : [] over s over t name=\"x\"\n"
                       "%1 = input : [] over s name=\"start\"\n"
                       "%2 = state %1 : [] over s over t clock=t next=%3\n"
                       "%3 = + %2 %0 : [] over s over t\n"
                       "input x %0\ninput start %1\noutput y %3\n";
    expect(text, STEPS(2, 3), INPUTS(DATA(1, 2, 3, 10, 20, 30), DATA(100, 200)), 6, DATA(101, 103, 106, 210, 230, 260));
    const char *down = "clock s = 2\nclock t <= 5\n"
                       "%0 = input : [] over s over t name=\"x\"\n"
                       "%1 = input : [] over t name=\"start\"\n"
                       "%2 = state %1 : [] over s over t clock=s next=%3\n"
                       "%3 = + %2 %0 : [] over s over t\n"
                       "input x %0\ninput start %1\noutput y %3\n";
    expect(down, STEPS(2, 3), INPUTS(DATA(1, 2, 3, 10, 20, 30), DATA(100, 200, 300)), 6, DATA(101, 202, 303, 111, 222, 333));
}
END_TEST

/* Named axes: x over s with y over t is a value over both. */
START_TEST(outer_product)
{
    expect("clock s <= 4\nclock t <= 5\n"
           "%0 = input : [] over t name=\"x\"\n"
           "%1 = input : [] over s name=\"y\"\n"
           "%2 = - %0 %1 : [] over s over t\n"
           "input x %0\ninput y %1\noutput z %2\n",
           STEPS(2, 3), INPUTS(DATA(1, 2, 3), DATA(10, 20)), 6, DATA(-9, -8, -7, -19, -18, -17));
}
END_TEST

/* A short recurrence along s inside each step of t, whose last value is the next step's start. */
START_TEST(nested)
{
    expect("clock t <= 5\nclock s = 2\n"
           "%0 = input : [] over t name=\"x\"\n"
           "%1 = const : [] value=1\n"
           "%2 = const : [] value=2\n"
           "%3 = state %1 : [] over t clock=t next=%7\n"
           "%4 = state %3 : [] over t over s clock=s next=%6\n"
           "%5 = * %4 %2 : [] over t over s\n"
           "%6 = + %5 %0 : [] over t over s\n"
           "%7 = last %6 : [] over t clock=s\n"
           "input x %0\noutput y %7\n",
           STEPS(3, 2), INPUTS(DATA(1, 2, 3)), 3, DATA(7, 34, 145));
}
END_TEST

/* ---- over a clock ---- */

static const struct {
    const char *op, *type;
    double want[2];
} reductions[] = {
    {"sum", "[2]", {9, 14}},  {"mean", "[2]", {3, 14.0 / 3}}, {"var", "[2]", {8.0 / 3, 38.0 / 9}},
    {"min", "[2]", {1, 2}},   {"max", "[2]", {5, 7}},         {"argmax", "[2]", {1, 2}},
    {"first", "[2]", {1, 5}}, {"last", "[2]", {3, 7}},
};

/* x is 1 5 / 5 2 / 3 7, and t may be longer: means are of the steps that there are. */
START_TEST(over_a_clock)
{
    const char *text = arena_printf(arena,
                                    "clock t <= 9\n%%0 = input : [2] over t name=\"x\"\n%%1 = %s %%0 : %s clock=t%s\n"
                                    "input x %%0\noutput y %%1\n",
                                    reductions[_i].op, reductions[_i].type, reductions[_i].op[0] == 'a' ? " tokens=9" : "");
    expect(text, STEPS(3), INPUTS(DATA(1, 5, 5, 2, 3, 7)), 2, reductions[_i].want);
}
END_TEST

/* What does not run on the clock is the same at each of its steps. */
START_TEST(over_a_clock_not_run_on)
{
    expect("clock t <= 9\n%0 = const : [] value=2\n%1 = sum %0 : [] clock=t\noutput y %1\n", STEPS(4), INPUTS(NULL), 1, DATA(8));
    expect("clock t <= 9\n%0 = const : [] value=2\n%1 = softmax %0 : [] clock=t\noutput y %1\n", STEPS(4), INPUTS(NULL), 1,
           DATA(0.25));
    expect("clock t <= 9\n%0 = const : [] value=2\n%1 = repeat %0 : [] over t clock=t\noutput y %1\n", STEPS(3), INPUTS(NULL), 3,
           DATA(2, 2, 2));
}
END_TEST

START_TEST(softmax_over_a_clock)
{
    double l = log(3);
    expect(X_OVER_T "%1 = softmax %0 : [] over t clock=t\noutput y %1\n", STEPS(3), INPUTS(DATA(0, l, 0)), 3, DATA(0.2, 0.6, 0.2));
    expect(X_OVER_T "%1 = log_softmax %0 : [] over t clock=t\noutput y %1\n", STEPS(2), INPUTS(DATA(0, l)), 2,
           DATA(log(0.25), log(0.75)));
    expect("clock t <= 9\n%0 = input : [2] over t name=\"x\"\n%1 = softmax %0 : [2] over t clock=t\ninput x %0\noutput y %1\n",
           STEPS(2), INPUTS(DATA(0, 0, l, 0)), 4, DATA(0.25, 0.5, 0.75, 0.5));
    expect("clock t <= 9\n%0 = input : [2] over t name=\"x\"\n%1 = softmax %0 : [2] over t axis=0\ninput x %0\noutput y %1\n",
           STEPS(2), INPUTS(DATA(0, 0, l, 0)), 4, DATA(0.5, 0.5, 0.75, 0.25));
}
END_TEST

/* Of two clocks one is left: each step of the other has its own sum, its own stack. */
START_TEST(one_of_two_clocks)
{
    const char *head = "clock s = 2\nclock t <= 5\n%0 = input : [] over s over t name=\"x\"\ninput x %0\n";
    const double *x = DATA(1, 2, 3, 10, 20, 30);
    expect(arena_printf(arena, "%s%%1 = sum %%0 : [] over s clock=t\noutput y %%1\n", head), STEPS(2, 3), INPUTS(x), 2, DATA(6, 60));
    expect(arena_printf(arena, "%s%%1 = sum %%0 : [] over t clock=s\noutput y %%1\n", head), STEPS(2, 3), INPUTS(x), 3,
           DATA(11, 22, 33));
    expect(arena_printf(arena, "%s%%1 = last %%0 : [] over t clock=s\noutput y %%1\n", head), STEPS(2, 3), INPUTS(x), 3,
           DATA(10, 20, 30));
    expect(arena_printf(arena, "%s%%1 = stack %%0 : [2] over t clock=s length=2\noutput y %%1\n", head), STEPS(2, 3), INPUTS(x), 6,
           DATA(1, 10, 2, 20, 3, 30));
}
END_TEST

/* Attention: softmax(q . K over s) weighs V over s, for each q over t. */
START_TEST(attention)
{
    expect("clock s <= 4\nclock t <= 5\n"
           "%0 = input : [2] over t name=\"q\"\n"
           "%1 = input : [2] over s name=\"K\"\n"
           "%2 = input : [] over s name=\"V\"\n"
           "%3 = @ %0 %1 : [] over s over t\n"
           "%4 = softmax %3 : [] over s over t clock=s\n"
           "%5 = * %4 %2 : [] over s over t\n"
           "%6 = sum %5 : [] over t clock=s\n"
           "input q %0\ninput K %1\ninput V %2\noutput c %6\n",
           STEPS(2, 3), INPUTS(DATA(0, 0, log(3), 0, 0, log(3)), DATA(1, 0, 0, 1), DATA(4, 8)), 3, DATA(6, 5, 7));
    expect("clock s <= 4\nclock t <= 5\n"
           "%0 = input : [2] over t name=\"q\"\n"
           "%1 = input : [2] over s name=\"K\"\n"
           "%2 = input : [] over s name=\"V\"\n"
           "%3 = scores %1 %0 : [] over s over t clock=s\n"
           "%4 = softmax %3 : [] over s over t clock=s\n"
           "%5 = weighted %2 %4 : [] over t clock=s\n"
           "input q %0\ninput K %1\ninput V %2\noutput c %5\noutput a %4\n",
           STEPS(2, 3), INPUTS(DATA(0, 0, log(3), 0, 0, log(3)), DATA(1, 0, 0, 1), DATA(4, 8)), 3, DATA(6, 5, 7));
}
END_TEST

/* ---- what else ---- */

/* Weights that no file was read for are those of constant.h. */
START_TEST(weights)
{
    Graph *graph = read("%0 = tensor : [3] name=\"b\"\n%1 = neg %0 : [3]\ninput unused none\noutput y %1\noutput z %0\n");
    const double *output[2], *want = constant_value(constants_new(arena, graph, 1), 0);
    ck_assert_ptr_null(try_run(graph, NULL, INPUTS(NULL), output));
    for (int i = 0; i < 3; i++)
        ck_assert(output[0][i] == -want[i] && output[1][i] == want[i] && want[i] != 0);
}
END_TEST

/* No C stack holds a call for each of these steps. */
START_TEST(long_sequence)
{
    enum { LENGTH = 300000 };
    Graph *graph = read("clock t\n"
                        "%0 = const : [] value=0\n"
                        "%1 = const : [] value=1\n"
                        "%2 = state %0 : [] over t clock=t next=%3\n"
                        "%3 = + %2 %1 : [] over t\n"
                        "output y %3\n");
    graph->clock[0] = graph_clock("t", CLOCK_AT_MOST, LENGTH, (Place){NULL, 0, 0});
    NodeId step = 3;
    Node last = node_draft(OP_LAST, (Place){NULL, 0, 0}, 1, &step);
    last.at.clock = 0;
    graph->output[0].node = graph_put(graph, &last);
    const double *output[1];
    ck_assert_ptr_null(graph_verify(arena, graph));
    ck_assert_ptr_null(try_run(graph, STEPS(LENGTH), INPUTS(NULL), output));
    ck_assert(output[0][0] == LENGTH);
}
END_TEST

START_TEST(errors)
{
    expect_error(X_OVER_T "output y %0\n", STEPS(0), INPUTS(NULL), "clock t cannot have 0 steps");
    expect_error(X_OVER_T "output y %0\n", STEPS(10), INPUTS(NULL), "clock t cannot have 10 steps");
    expect_error("clock t = 3\n", STEPS(2), INPUTS(NULL), "clock t cannot have 2 steps");
    const char *row = "%0 = input : [] name=\"x\"\n%1 = tensor : [3, 2] name=\"E\"\n%2 = row %1 %0 : [2]\ninput x %0\noutput y %2\n";
    expect_error(row, NULL, INPUTS(DATA(3)), "node %2 (row): there is no row 3, only 0 to 2");
    expect_error(row, NULL, INPUTS(DATA(-1)), "node %2 (row): there is no row -1, only 0 to 2");
    expect_error(row, NULL, INPUTS(DATA(NAN)), "node %2 (row): there is no row nan, only 0 to 2");
    expect_error(row, NULL, INPUTS(DATA(0.5)), "node %2 (row): there is no row 0.5, only 0 to 2");
    const char *word = "clock t\n%0 = input : [] over t tokens=3 name=\"x\"\ninput x %0\noutput y %0\n";
    expect_error(word, STEPS(4), INPUTS(DATA(0, 2, 3, 1)), "input x: 3 at 2 is no token of 3");
    expect_error(word, STEPS(1), INPUTS(DATA(0.5)), "input x: 0.5 at 0 is no token of 3");
    expect_error("clock s <= 2000000\nclock t <= 2000000\n%0 = input : [] over s name=\"x\"\n%1 = repeat %0 : [] over s over t clock=t\n"
                 "input x %0\noutput y %1\n",
                 STEPS(2000000, 2000000), INPUTS(NULL), "node %1: more than 2^31 numbers over all steps");
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("interp");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, linear);
    tcase_add_test(all, delays);
    tcase_add_test(all, mutual);
    tcase_add_test(all, tokens);
    tcase_add_test(all, state_on_two_clocks);
    tcase_add_test(all, outer_product);
    tcase_add_test(all, nested);
    tcase_add_loop_test(all, over_a_clock, 0, (int)(sizeof reductions / sizeof *reductions));
    tcase_add_test(all, over_a_clock_not_run_on);
    tcase_add_test(all, softmax_over_a_clock);
    tcase_add_test(all, one_of_two_clocks);
    tcase_add_test(all, attention);
    tcase_add_test(all, weights);
    tcase_add_test(all, long_sequence);
    tcase_add_test(all, errors);
    Suite *suite = suite_create("interp");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
