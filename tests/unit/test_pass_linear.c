/* test_pass_linear.c: what passes make of products and what is linear in them: factors, signs, sums, parts;
 * and the like of it that they must leave alone. Then gates. */
#include "pass_gives.h"

#define HEAD "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n"
#define TAIL(N) "input x %0\noutput y %" #N "\n"

/* ---- factors ---- */

START_TEST(factors_of_a_vector)
{
    /* W @ (s * -x) */
    gives("factors", HEAD "%2 = tensor : [3] name=\"s\"\n%3 = neg %0 : [3] over t\n%4 = * %2 %3 : [3] over t\n%5 = @ %1 %4 : [4] over t\n" TAIL(5),
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n%2 = tensor : [3] name=\"s\"\n"
          "%3 = * %1 %2 : [4, 3]\n%4 = neg %3 : [4, 3]\n%5 = @ %4 %0 : [4] over t\ninput x %0\noutput y %5\n");
}
END_TEST

START_TEST(factors_not_elsewhere)
{
    /* Something else needs the vector. */
    keeps("factors", HEAD "%2 = tensor : [3] name=\"s\"\n%3 = * %2 %0 : [3] over t\n%4 = @ %1 %3 : [4] over t\n%5 = tanh %3 : [3] over t\n" TAIL(4)
          "output z %5\n");
}
END_TEST

START_TEST(factors_not_shifts)
{
    /* What is taken off the vector stays: x - b may be small where x and b are large. */
    keeps("factors", HEAD "%2 = tensor : [3] name=\"b\"\n%3 = - %0 %2 : [3] over t\n%4 = @ %1 %3 : [4] over t\n" TAIL(4));
}
END_TEST

START_TEST(factors_matrices)
{
    /* P @ (W @ x + b): 2 x 3 numbers in place of 2 x 4 and 4 x 3. */
    gives("factors", HEAD "%2 = tensor : [2, 4] name=\"P\"\n%3 = tensor : [4] name=\"b\"\n%4 = @ %1 %0 : [4] over t\n"
          "%5 = + %4 %3 : [4] over t\n%6 = @ %2 %5 : [2] over t\n" TAIL(6),
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n%2 = tensor : [2, 4] name=\"P\"\n"
          "%3 = tensor : [4] name=\"b\"\n%4 = @ %2 %3 : [2]\n%5 = @ %2 %1 : [2, 3]\n%6 = @ %5 %0 : [2] over t\n"
          "%7 = + %6 %4 : [2] over t\ninput x %0\noutput y %7\n");
}
END_TEST

START_TEST(factors_not_low_rank)
{
    /* 9 x 9 numbers would take the place of 9 and 9. */
    keeps("factors", "clock t\n%0 = input : [9] over t name=\"x\"\n%1 = tensor : [1, 9] name=\"W\"\n%2 = tensor : [9, 1] name=\"P\"\n"
          "%3 = @ %1 %0 : [1] over t\n%4 = @ %2 %3 : [9] over t\n" TAIL(4));
}
END_TEST

/* ---- sums ---- */

START_TEST(sums_signs)
{
    /* x4 - (W @ x - b) */
    gives("sums", HEAD "%2 = tensor : [4] name=\"b\"\n%3 = input : [4] over t name=\"z\"\n%4 = @ %1 %0 : [4] over t\n%5 = - %4 %2 : [4] over t\n"
          "%6 = - %3 %5 : [4] over t\ninput x %0\ninput z %3\noutput y %6\n",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n%2 = tensor : [4] name=\"b\"\n"
          "%3 = input : [4] over t name=\"z\"\n%4 = neg %1 : [4, 3]\n%5 = @ %4 %0 : [4] over t\n%6 = + %2 %5 : [4] over t\n"
          "%7 = + %6 %3 : [4] over t\ninput x %0\ninput z %3\noutput y %7\n");
}
END_TEST

START_TEST(sums_factors)
{
    /* (W @ x + b) * s / 2 */
    gives("sums", HEAD "%2 = tensor : [4] name=\"b\"\n%3 = tensor : [4] name=\"s\"\n%4 = @ %1 %0 : [4] over t\n%5 = + %4 %2 : [4] over t\n"
          "%6 = * %5 %3 : [4] over t\n%7 = const : [] value=2\n%8 = / %6 %7 : [4] over t\n" TAIL(8),
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n%2 = tensor : [4] name=\"b\"\n"
          "%3 = tensor : [4] name=\"s\"\n%4 = transpose %1 : [3, 4]\n%5 = const : [] value=0.5\n%6 = * %5 %3 : [4]\n"
          "%7 = * %6 %2 : [4]\n%8 = * %4 %6 : [3, 4]\n%9 = transpose %8 : [4, 3]\n%10 = @ %9 %0 : [4] over t\n"
          "%11 = + %7 %10 : [4] over t\ninput x %0\noutput y %11\n");
}
END_TEST

START_TEST(sums_not_factors)
{
    /* (W @ x + z) * s: a factor of z would stay. */
    keeps("sums", HEAD "%2 = tensor : [4] name=\"s\"\n%3 = input : [4] over t name=\"z\"\n%4 = @ %1 %0 : [4] over t\n%5 = + %4 %3 : [4] over t\n"
          "%6 = * %5 %2 : [4] over t\ninput x %0\ninput z %3\noutput y %6\n");
}
END_TEST

START_TEST(sums_not_before_rounding)
{
    /* round(max(W @ x * s, b)): of whole numbers the product is exact. */
    keeps("sums", HEAD "%2 = tensor : [4] name=\"s\"\n%3 = tensor : [4] name=\"b\"\n%4 = @ %1 %0 : [4] over t\n%5 = * %4 %2 : [4] over t\n"
          "%6 = max %5 %3 : [4] over t\n%7 = round %6 : [4] over t\n" TAIL(7));
}
END_TEST

START_TEST(sums_one_vector)
{
    /* W @ x + b - V @ x */
    gives("sums", HEAD "%2 = tensor : [4] name=\"b\"\n%3 = tensor : [4, 3] name=\"V\"\n%4 = @ %1 %0 : [4] over t\n%5 = + %4 %2 : [4] over t\n"
          "%6 = @ %3 %0 : [4] over t\n%7 = - %5 %6 : [4] over t\n" TAIL(7),
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n%2 = tensor : [4] name=\"b\"\n"
          "%3 = tensor : [4, 3] name=\"V\"\n%4 = neg %3 : [4, 3]\n%5 = + %1 %4 : [4, 3]\n%6 = @ %5 %0 : [4] over t\n"
          "%7 = + %2 %6 : [4] over t\ninput x %0\noutput y %7\n");
}
END_TEST

START_TEST(sums_shared)
{
    /* b + W @ x + V @ x and V @ x + c + W @ x: the products are added once. */
    gives("sums", HEAD "%2 = tensor : [4] name=\"b\"\n%3 = input : [3] over t name=\"z\"\n%4 = @ %1 %0 : [4] over t\n%5 = @ %1 %3 : [4] over t\n"
          "%6 = + %2 %4 : [4] over t\n%7 = + %6 %5 : [4] over t\n%8 = tensor : [4] name=\"c\"\n%9 = + %5 %8 : [4] over t\n%10 = + %9 %4 : [4] over t\n"
          "input x %0\ninput z %3\noutput y %7\noutput u %10\n",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n%2 = tensor : [4] name=\"b\"\n"
          "%3 = input : [3] over t name=\"z\"\n%4 = @ %1 %0 : [4] over t\n%5 = @ %1 %3 : [4] over t\n"
          "%6 = + %4 %5 : [4] over t\n%7 = + %2 %6 : [4] over t\n%8 = tensor : [4] name=\"c\"\n%9 = + %8 %6 : [4] over t\n"
          "input x %0\ninput z %3\noutput y %7\noutput u %9\n");
}
END_TEST

/* ---- split ---- */

START_TEST(split_rows)
{
    /* Rows of a matrix of two gates, with a number for each and a tail. */
    gives("split", HEAD "%2 = tensor : [2] name=\"b\"\n%3 = @ %1 %0 : [4] over t\n%4 = reshape %3 : [2, 2] over t\n%5 = + %4 %2 : [2, 2] over t\n"
          "%6 = slice %5 : [1, 2] over t axis=0 begin=0 end=1\n%7 = slice %5 : [1, 2] over t axis=0 begin=1 end=2\n"
          "%8 = tanh %6 : [1, 2] over t\n%9 = * %8 %7 : [1, 2] over t\n" TAIL(9),
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n%2 = tensor : [2] name=\"b\"\n"
          "%3 = slice %1 : [2, 3] axis=0 begin=0 end=2\n%4 = @ %3 %0 : [2] over t\n%5 = + %4 %2 : [2] over t\n"
          "%6 = reshape %5 : [1, 2] over t\n%7 = slice %1 : [2, 3] axis=0 begin=2 end=4\n%8 = @ %7 %0 : [2] over t\n"
          "%9 = + %8 %2 : [2] over t\n%10 = reshape %9 : [1, 2] over t\n%11 = tanh %6 : [1, 2] over t\n"
          "%12 = * %11 %10 : [1, 2] over t\ninput x %0\noutput y %12\n");
}
END_TEST

START_TEST(split_concat)
{
    /* A part of one piece, and one that lies across two. */
    gives("split", HEAD "%2 = input : [4] over t name=\"z\"\n%3 = tanh %2 : [4] over t\n%4 = @ %1 %0 : [4] over t\n%5 = concat %3 %4 : [8] over t axis=0\n"
          "%6 = slice %5 : [2] over t axis=0 begin=6 end=8\n%7 = slice %5 : [3] over t axis=0 begin=3 end=6\ninput x %0\ninput z %2\n"
          "output y %6\noutput u %7\n",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n"
          "%2 = input : [4] over t name=\"z\"\n%3 = slice %1 : [2, 3] axis=0 begin=2 end=4\n%4 = @ %3 %0 : [2] over t\n"
          "%5 = slice %2 : [1] over t axis=0 begin=3 end=4\n%6 = tanh %5 : [1] over t\n"
          "%7 = slice %1 : [2, 3] axis=0 begin=0 end=2\n%8 = @ %7 %0 : [2] over t\n%9 = concat %6 %8 : [3] over t axis=0\n"
          "input x %0\ninput z %2\noutput y %4\noutput u %9\n");
}
END_TEST

START_TEST(split_not_overlapping)
{
    /* Two rows would be computed twice. */
    keeps("split", HEAD "%2 = @ %1 %0 : [4] over t\n%3 = slice %2 : [3] over t axis=0 begin=0 end=3\n%4 = slice %2 : [3] over t axis=0 begin=1 end=4\n"
          "%5 = - %4 %3 : [3] over t\n" TAIL(5));
}
END_TEST

/* ---- logistic ---- */

#define LOGISTIC "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = neg %0 : [3] over t\n%2 = exp %1 : [3] over t\n%3 = const : [] value=1\n" \
                 "%4 = + %2 %3 : [3] over t\n%5 = / %3 %4 : [3] over t\n"

START_TEST(logistic_written_out)
{
    gives("logistic", LOGISTIC TAIL(5), "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = sigmoid %0 : [3] over t\n" TAIL(1));
}
END_TEST

START_TEST(logistic_not)
{
    /* Something else needs the power; 2 + exp(-x); 2 / (1 + exp(-x)). */
    keeps("logistic", LOGISTIC TAIL(5) "output z %2\n");
    keeps("logistic", "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = neg %0 : [3] over t\n%2 = exp %1 : [3] over t\n%3 = const : [] value=1\n"
          "%4 = const : [] value=2\n%5 = + %2 %4 : [3] over t\n%6 = / %3 %5 : [3] over t\n" TAIL(6));
    keeps("logistic", "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = neg %0 : [3] over t\n%2 = exp %1 : [3] over t\n%3 = const : [] value=1\n"
          "%4 = + %2 %3 : [3] over t\n%5 = const : [] value=2\n%6 = / %5 %4 : [3] over t\n" TAIL(6));
}
END_TEST

/* ---- gates ---- */

#define GATE "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = sigmoid %0 : [3] over t\n%2 = tanh %0 : [3] over t\n%3 = * %2 %1 : [3] over t\n"

START_TEST(gates_share)
{
    gives("gates", GATE TAIL(3), "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = sigmoid_tanh %0 %0 : [3] over t\n" TAIL(1));
}
END_TEST

START_TEST(gates_not_elsewhere)
{
    keeps("gates", GATE TAIL(3) "output z %2\n");
    keeps("gates", GATE TAIL(3) "output z %1\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_linear");
    TCase *tcase = tcase_create("pass_linear");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, factors_of_a_vector);
    tcase_add_test(tcase, factors_not_elsewhere);
    tcase_add_test(tcase, factors_not_shifts);
    tcase_add_test(tcase, factors_matrices);
    tcase_add_test(tcase, factors_not_low_rank);
    tcase_add_test(tcase, sums_signs);
    tcase_add_test(tcase, sums_factors);
    tcase_add_test(tcase, sums_not_factors);
    tcase_add_test(tcase, sums_not_before_rounding);
    tcase_add_test(tcase, sums_one_vector);
    tcase_add_test(tcase, sums_shared);
    tcase_add_test(tcase, split_rows);
    tcase_add_test(tcase, split_concat);
    tcase_add_test(tcase, split_not_overlapping);
    tcase_add_test(tcase, logistic_written_out);
    tcase_add_test(tcase, logistic_not);
    tcase_add_test(tcase, gates_share);
    tcase_add_test(tcase, gates_not_elsewhere);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
