/* test_interp_clocks.c: clocks that end early, tick, go backward or stand for one another, step numbers,
 * and draws, run by the reference interpreter, against numbers worked out by hand. */
#include "interp_expect.h"

#include "../../runtime/random.h"

#define X_OVER_T "clock t <= 9\n%0 = input : [] over t name=\"x\"\ninput x %0\n"

/* After expect: what clock k came to. */
static void expect_length(int k, int64_t want)
{
    ck_assert_int_eq(length[k], want);
}

/* ---- delays ---- */

START_TEST(longer_delays)
{
    expect(X_OVER_T "%1 = const : [] value=10\n%2 = state %1 : [] over t clock=t delay=2 next=%3\n%3 = + %0 %2 : [] over t\noutput y %3\n",
           STEPS(5), INPUTS(DATA(1, 2, 3, 4, 5)), 5, DATA(11, 12, 14, 16, 19));
    expect(X_OVER_T "%1 = const : [] value=10\n%2 = state %1 : [] over t clock=t delay=7 next=%0\noutput y %2\n", STEPS(2),
           INPUTS(DATA(1, 2)), 2, DATA(10, 10));
}
END_TEST

/* h = x + 2 h[t+1], from 1 after the end. */
START_TEST(backward)
{
    const char *text = X_OVER_T "%1 = const : [] value=1\n%2 = state %1 : [] over t clock=t backward=1 next=%4\n"
                                "%3 = + %2 %2 : [] over t\n%4 = + %3 %0 : [] over t\noutput y %4\n";
    expect(text, STEPS(3), INPUTS(DATA(1, 2, 3)), 3, DATA(25, 12, 5));
    expect(text, STEPS(1), INPUTS(DATA(1)), 1, DATA(3));
    expect(X_OVER_T "%1 = const : [] value=7\n%2 = state %1 : [] over t clock=t backward=1 delay=2 next=%0\noutput y %2\n", STEPS(4),
           INPUTS(DATA(1, 2, 3, 4)), 4, DATA(3, 4, 7, 7));
}
END_TEST

/* ---- steps as numbers ---- */

START_TEST(step_numbers)
{
    expect("clock t <= 9\n%0 = step : [] over t clock=t tokens=9\n%1 = number %0 : [] over t\noutput y %1\n", STEPS(4), INPUTS(NULL), 4,
           DATA(0, 1, 2, 3));
    expect("clock s = 2\nclock t <= 9\n%0 = step : [] over s clock=s tokens=2\n%1 = step : [] over t clock=t tokens=9\n"
           "%2 = <= %0 %1 : [] over s over t\noutput y %2\n",
           STEPS(2, 3), INPUTS(NULL), 6, DATA(1, 1, 1, 0, 1, 1));
}
END_TEST

/* Rows as steps and back; of a clock that may end early the first rows. */
START_TEST(unstacked)
{
    const char *head = "clock r = 2\nclock t <= 3\n%0 = input : [3, 2] name=\"x\"\ninput x %0\n";
    const double *x = DATA(1, 2, 3, 4, 5, 6);
    expect(arena_printf(arena, "%s%%1 = unstack %%0 : [2] over t clock=t length=3\noutput y %%1\n", head), STEPS(2, 2), INPUTS(x), 4,
           DATA(1, 2, 3, 4));
    expect("clock r = 2\nclock t <= 3\n%0 = input : [2, 3] name=\"x\"\n%1 = unstack %0 : [3] over r clock=r length=2\n"
           "%2 = unstack %1 : [] over r over t clock=t length=3\ninput x %0\noutput y %2 over t over r\n",
           STEPS(2, 3), INPUTS(x), 6, DATA(1, 4, 2, 5, 3, 6));
}
END_TEST

/* ---- two clocks of one length ---- */

/* At each step the sum of x so far: x over t_2, of which the steps up to t count. */
START_TEST(reclocked)
{
    expect("clock t <= 9\nclock t_2 like t\n%0 = input : [] over t name=\"x\"\ninput x %0\n"
           "%1 = reclock %0 : [] over t_2 clock=t_2 from=t\n"
           "%2 = step : [] over t clock=t tokens=9\n%3 = step : [] over t_2 clock=t_2 tokens=9\n"
           "%4 = <= %3 %2 : [] over t over t_2\n%5 = * %4 %1 : [] over t over t_2\n%6 = sum %5 : [] over t clock=t_2\noutput y %6\n",
           STEPS(3, -1), INPUTS(DATA(5, 7, 100)), 3, DATA(5, 12, 112));
    expect_length(1, 3);
}
END_TEST

/* ---- rates ---- */

/* u ticks where x > 0. s sums x at the ticks, from 10. */
#define SUMS                                                                             \
    "clock t <= 9\nclock u when %3 of t\n%0 = input : [] over t name=\"x\"\ninput x %0\n" \
    "%1 = const : [] value=0\n%2 = const : [] value=10\n%3 = > %0 %1 : [] over t\n"       \
    "%4 = pick %0 : [] over u clock=u\n%5 = state %2 : [] over u clock=u next=%6\n%6 = + %4 %5 : [] over u\n"

START_TEST(ticks)
{
    const char *at_ticks = SUMS "output y %6\n", *held = SUMS "%7 = const : [] value=-1\n%8 = hold %6 %7 : [] over t clock=u\noutput y %8\n";
    const double *x = DATA(1, -2, 3, -4, 5), *late = DATA(-1, -2, 3, 4, 0);
    expect(at_ticks, STEPS(5, -1), INPUTS(x), 3, DATA(11, 14, 19));
    expect_length(1, 3);
    expect(held, STEPS(5, -1), INPUTS(x), 5, DATA(11, 11, 14, 14, 19));
    expect(at_ticks, STEPS(5, -1), INPUTS(late), 2, DATA(13, 17));
    expect(held, STEPS(5, -1), INPUTS(late), 5, DATA(-1, -1, 13, 17, 17));
    expect(at_ticks, STEPS(2, -1), INPUTS(late), 0, NULL);
    expect_length(1, 0);
}
END_TEST

/* The tick before the last one. */
START_TEST(delay_of_ticks)
{
    expect(SUMS "%7 = state %1 : [] over u clock=u delay=2 next=%4\noutput y %7\n", STEPS(7, -1),
           INPUTS(DATA(-1, 1, -2, 3, -4, 5, 6)), 4, DATA(0, 0, 1, 3));
}
END_TEST

/* v ticks at the ticks of u at which the sum is even; w is the latest such sum, held on u and then on t. */
START_TEST(ticks_of_ticks)
{
    const char *head = "clock t <= 9\nclock u when %3 of t\nclock v when %9 of u\n%0 = input : [] over t name=\"x\"\ninput x %0\n"
                       "%1 = const : [] value=0\n%2 = const : [] value=10\n%3 = > %0 %1 : [] over t\n%4 = pick %0 : [] over u clock=u\n"
                       "%5 = state %2 : [] over u clock=u next=%6\n%6 = + %4 %5 : [] over u\n%7 = const : [] value=2\n"
                       "%8 = % %6 %7 : [] over u\n%9 = == %8 %1 : [] over u\n%10 = pick %6 : [] over v clock=v\n"
                       "%11 = hold %10 %1 : [] over u clock=v\n%12 = hold %11 %1 : [] over t clock=u\n";
    const double *x = DATA(-1, 1, 3, 0, 5, 1, -7, 1);     /* sums at 1 2 4 5 7: 11 14 19 20 21 */
    expect(arena_printf(arena, "%soutput y %%10\n", head), STEPS(8, -1, -1), INPUTS(x), 2, DATA(14, 20));
    expect_length(1, 5);
    expect_length(2, 2);
    expect(arena_printf(arena, "%soutput y %%11\n", head), STEPS(8, -1, -1), INPUTS(x), 5, DATA(0, 14, 14, 20, 20));
    expect(arena_printf(arena, "%soutput y %%12\n", head), STEPS(8, -1, -1), INPUTS(x), 8, DATA(0, 0, 14, 14, 14, 20, 20, 20));
}
END_TEST

/* u ticks by what it held one step before: while the sum of x at its ticks is below 4. */
START_TEST(ticks_by_ticks)
{
    expect("clock t <= 9\nclock u when %4 of t\n%0 = input : [] over t name=\"x\"\n%1 = const : [] value=0\n%2 = const : [] value=4\n"
           "%3 = state %1 : [] over t clock=t next=%8\n%4 = < %3 %2 : [] over t\n%5 = pick %0 : [] over u clock=u\n"
           "%6 = state %1 : [] over u clock=u next=%7\n%7 = + %5 %6 : [] over u\n%8 = hold %7 %1 : [] over t clock=u\n"
           "input x %0\noutput y %8\n",
           STEPS(5, -1), INPUTS(DATA(1, 2, 3, 4, 5)), 5, DATA(1, 3, 6, 6, 6));
    expect_length(1, 3);
}
END_TEST

/* A value on another clock, too: each step of s has its own sum. */
START_TEST(ticks_beside_a_clock)
{
    expect("clock s = 2\nclock t <= 9\nclock u when %3 of t\n%0 = input : [] over t name=\"x\"\n%1 = input : [] over s name=\"z\"\n"
           "input x %0\ninput z %1\n%2 = const : [] value=0\n%3 = > %0 %2 : [] over t\n%4 = * %0 %1 : [] over s over t\n"
           "%5 = pick %4 : [] over s over u clock=u\n%6 = state %2 : [] over s over u clock=u next=%7\n%7 = + %5 %6 : [] over s over u\n"
           "output y %7\n",
           STEPS(2, 4, -1), INPUTS(DATA(1, -1, 2, 3), DATA(1, 10)), 6, DATA(1, 3, 6, 10, 30, 60));
}
END_TEST

/* ---- until ---- */

/* n counts 1 2 3 ... until it is k. */
START_TEST(until)
{
    const char *head = "clock t <= 6 until %5\nclock t_2 like t\nclock s = 2\n%0 = input : [] name=\"k\"\ninput k %0\n"
                       "%1 = const : [] value=0\n%2 = const : [] value=1\n%3 = state %1 : [] over t clock=t next=%4\n"
                       "%4 = + %3 %2 : [] over t\n%5 = == %4 %0 : [] over t\n";
    const int64_t *free = STEPS(-1, -1, 2);
    expect(arena_printf(arena, "%soutput y %%4\n", head), free, INPUTS(DATA(3)), 3, DATA(1, 2, 3));
    expect_length(0, 3);
    expect_length(1, 3);
    expect(arena_printf(arena, "%soutput y %%4\n", head), free, INPUTS(DATA(1)), 1, DATA(1));
    expect(arena_printf(arena, "%soutput y %%4\n", head), free, INPUTS(DATA(99)), 6, DATA(1, 2, 3, 4, 5, 6));
    expect_length(0, 6);
    expect(arena_printf(arena, "%s%%6 = mean %%4 : [] clock=t\noutput y %%6\n", head), free, INPUTS(DATA(4)), 1, DATA(2.5));
    expect(arena_printf(arena, "%s%%6 = last %%4 : [] clock=t\noutput y %%6\n", head), free, INPUTS(DATA(4)), 1, DATA(4));
    expect(arena_printf(arena, "%s%%6 = state %%2 : [] over t clock=t backward=1 next=%%7\n%%7 = + %%6 %%4 : [] over t\noutput y %%7\n", head),
           free, INPUTS(DATA(3)), 3, DATA(7, 6, 4));
    expect(arena_printf(arena, "%s%%6 = reclock %%4 : [] over t_2 clock=t_2 from=t\n%%7 = sum %%6 : [] clock=t_2\n"
                               "%%8 = - %%7 %%4 : [] over t\noutput y %%8\n", head),
           free, INPUTS(DATA(3)), 3, DATA(5, 4, 3));
    expect(arena_printf(arena, "%s%%6 = repeat %%4 : [] over t over s clock=s\noutput y %%6 over s over t\n", head), free,
           INPUTS(DATA(2)), 4, DATA(1, 2, 1, 2));
}
END_TEST

/* ---- the order of a port's clocks ---- */

START_TEST(order_of_clocks)
{
    const char *head = "clock a = 2\nclock b <= 5\n%0 = input : [2] over a over b name=\"x\"\n%1 = neg %0 : [2] over a over b\n";
    const double *x = DATA(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);     /* b, a, 2 */
    expect(arena_printf(arena, "%sinput x %%0 over b over a\noutput y %%1\n", head), STEPS(2, 3), INPUTS(x), 12,
           DATA(-1, -2, -5, -6, -9, -10, -3, -4, -7, -8, -11, -12));
    expect(arena_printf(arena, "%sinput x %%0 over b over a\noutput y %%1 over b over a\n", head), STEPS(2, 3), INPUTS(x), 12,
           DATA(-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12));
}
END_TEST

/* ---- draws ---- */

static double drawn(uint32_t site, uint32_t counter)
{
    return (double)rt_uniform(1, site, counter);
}

START_TEST(draws)
{
    expect("%0 = uniform : [2] site=5\noutput y %0\n", NULL, INPUTS(NULL), 2, DATA(drawn(5, 0), drawn(5, 1)));
    expect("clock t\n%0 = uniform : [2] over t site=0\noutput y %0\n", STEPS(3), INPUTS(NULL), 6,
           DATA(drawn(0, 0), drawn(0, 1), drawn(0, 2), drawn(0, 3), drawn(0, 4), drawn(0, 5)));
    /* s <= 4 is the inner clock, whatever its number: at step 1 of s and 2 of t the counter is 2 * 4 + 1 */
    Graph *graph = read("clock s <= 4\nclock t\n%0 = uniform : [3] over s over t site=7\noutput y %0 over t over s\n");
    const double *output[1];
    ck_assert_ptr_null(try_run(graph, STEPS(2, 3), INPUTS(NULL), output));
    for (uint32_t t = 0; t < 3; t++)
        for (uint32_t s = 0; s < 2; s++)
            for (uint32_t e = 0; e < 3; e++)
                ck_assert(output[0][(t * 2 + s) * 3 + e] == drawn(7, (t * 4 + s) * 3 + e));
    const double *one = output[0];
    ck_assert_ptr_null(interp_run(arena, graph, constants_new(arena, graph, 1), 2, false, STEPS(2, 3), INPUTS(NULL), length, output, NULL));
    ck_assert(one[0] != output[0][0] && output[0][0] == (double)rt_uniform(2, 7, 0));
}
END_TEST

START_TEST(sampled)
{
    double u = drawn(3, 0), v = drawn(3, 1);
    expect("clock t = 2\n%0 = input : [3] over t name=\"p\"\n%1 = uniform : [] over t site=3\n%2 = sample %0 %1 : [] over t tokens=3\n"
           "input p %0\noutput y %2\n",
           STEPS(2), INPUTS(DATA(u, 1 - u, 0, v / 2, v / 4, 1)), 2, DATA(1, 2));
}
END_TEST

/* ---- tokens ---- */

START_TEST(tokens_of_numbers)
{
    const char *text = "%0 = input : [] name=\"x\"\n%1 = tensor : [3, 2] name=\"E\"\n%2 = token %0 : [] tokens=3\n%3 = row %1 %2 : [2]\n"
                       "input x %0\noutput y %3\n";
    const double *output[1];
    ck_assert_ptr_null(try_run(read(text), NULL, INPUTS(DATA(2)), output));
    expect_error(text, NULL, INPUTS(DATA(3)), "node %2 (token): there is no token 3, only 0 to 2");
    expect_error(text, NULL, INPUTS(DATA(0.5)), "node %2 (token): there is no token 0.5, only 0 to 2");
    expect_error(text, NULL, INPUTS(DATA(NAN)), "node %2 (token): there is no token nan, only 0 to 2");
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("interp_clocks");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, longer_delays);
    tcase_add_test(all, backward);
    tcase_add_test(all, step_numbers);
    tcase_add_test(all, unstacked);
    tcase_add_test(all, reclocked);
    tcase_add_test(all, ticks);
    tcase_add_test(all, delay_of_ticks);
    tcase_add_test(all, ticks_of_ticks);
    tcase_add_test(all, ticks_by_ticks);
    tcase_add_test(all, ticks_beside_a_clock);
    tcase_add_test(all, until);
    tcase_add_test(all, order_of_clocks);
    tcase_add_test(all, draws);
    tcase_add_test(all, sampled);
    tcase_add_test(all, tokens_of_numbers);
    Suite *suite = suite_create("interp_clocks");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
