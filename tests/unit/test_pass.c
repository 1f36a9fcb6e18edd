/* test_pass.c: each pass on the text of a small graph: what it makes of it, and the like of it
 * that it must leave alone. What all of them make of a model is in test_plan.c and tests/golden. */
#include "pass_gives.h"

/* ---- running ---- */

START_TEST(running_sum)
{
    gives("running",
          "clock t <= 9\n%0 = input : [3] over t name=\"x\"\n%1 = sum %0 : [3] clock=t\ninput x %0\noutput y %1\n",
          "clock t <= 9\n%0 = input : [3] over t name=\"x\"\n%1 = const : [3] value=0\n"
          "%2 = state %1 : [3] over t clock=t next=%3\n%3 = + %2 %0 : [3] over t\n%4 = last %3 : [3] clock=t\n"
          "input x %0\noutput y %4\n");
}
END_TEST

START_TEST(running_mean_of_exact)
{
    /* A clock of exactly four steps has four. */
    gives("running",
          "clock t = 4\n%0 = input : [] over t name=\"x\"\n%1 = mean %0 : [] clock=t\ninput x %0\noutput y %1\n",
          "clock t = 4\n%0 = input : [] over t name=\"x\"\n%1 = const : [] value=0\n"
          "%2 = state %1 : [] over t clock=t next=%3\n%3 = + %2 %0 : [] over t\n%4 = last %3 : [] clock=t\n"
          "%5 = const : [] value=4\n%6 = / %4 %5 : []\ninput x %0\noutput y %6\n");
}
END_TEST

START_TEST(running_mean_counts)
{
    /* At most four: they are counted. */
    gives("running",
          "clock t <= 4\n%0 = input : [] over t name=\"x\"\n%1 = mean %0 : [] clock=t\ninput x %0\noutput y %1\n",
          "clock t <= 4\n%0 = input : [] over t name=\"x\"\n%1 = const : [] value=0\n"
          "%2 = state %1 : [] over t clock=t next=%3\n%3 = + %2 %0 : [] over t\n%4 = last %3 : [] clock=t\n"
          "%5 = const : [] value=1\n%6 = repeat %5 : [] over t clock=t\n%7 = state %1 : [] over t clock=t next=%8\n"
          "%8 = + %7 %6 : [] over t\n%9 = last %8 : [] clock=t\n%10 = / %4 %9 : []\ninput x %0\noutput y %10\n");
}
END_TEST

START_TEST(running_extremes)
{
    gives("running",
          "clock t <= 9\n%0 = input : [3] over t name=\"x\"\n%1 = max %0 : [3] clock=t\n%2 = min %0 : [3] clock=t\n"
          "input x %0\noutput y %1\noutput z %2\n",
          "clock t <= 9\n%0 = input : [3] over t name=\"x\"\n%1 = const : [3] value=-inf\n"
          "%2 = state %1 : [3] over t clock=t next=%3\n%3 = max %2 %0 : [3] over t\n%4 = last %3 : [3] clock=t\n"
          "%5 = const : [3] value=inf\n%6 = state %5 : [3] over t clock=t next=%7\n%7 = min %6 %0 : [3] over t\n"
          "%8 = last %7 : [3] clock=t\ninput x %0\noutput y %4\noutput z %8\n");
}
END_TEST

START_TEST(running_not)
{
    /* What needs all steps at once, what works along an axis, and what is a step already. */
    keeps("running",
          "clock t <= 9\n%0 = input : [3] over t name=\"x\"\n%1 = var %0 : [3] clock=t\n"
          "%2 = argmax %0 : [3] clock=t tokens=9\n%3 = sum %0 : [] over t axis=0\n%4 = last %0 : [3] clock=t\n"
          "input x %0\noutput a %1\noutput b %2\noutput c %3\noutput d %4\n");
}
END_TEST

/* ---- products ---- */

START_TEST(products_turn)
{
    gives("products",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [3, 2] name=\"W\"\n%2 = @ %0 %1 : [2] over t\n"
          "input x %0\noutput y %2\n",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [3, 2] name=\"W\"\n%2 = transpose %1 : [2, 3]\n"
          "%3 = @ %2 %0 : [2] over t\ninput x %0\noutput y %3\n");
}
END_TEST

START_TEST(products_not)
{
    /* A matrix on the left, one that is no constant, a product of matrices, an inner product. */
    keeps("products",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = input : [3, 2] name=\"M\"\n"
          "%2 = input : [4, 3] over t name=\"m\"\n%3 = tensor : [2, 3] name=\"W\"\n%4 = tensor : [3, 2] name=\"V\"\n"
          "%5 = tensor : [3] name=\"v\"\n%6 = @ %3 %0 : [2] over t\n%7 = @ %0 %1 : [2] over t\n"
          "%8 = @ %2 %4 : [4, 2] over t\n%9 = @ %0 %5 : [] over t\ninput x %0\ninput M %1\ninput m %2\noutput a %6\n"
          "output b %7\noutput c %8\noutput d %9\n");
}
END_TEST

/* ---- concat ---- */

START_TEST(concat_two)
{
    gives("concat",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = input : [2] name=\"p\"\n%2 = tensor : [4, 5] name=\"W\"\n"
          "%3 = concat %0 %1 : [5] over t axis=0\n%4 = @ %2 %3 : [4] over t\ninput x %0\ninput p %1\noutput y %4\n",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = input : [2] name=\"p\"\n%2 = tensor : [4, 5] name=\"W\"\n"
          "%3 = slice %2 : [4, 3] axis=1 begin=0 end=3\n%4 = @ %3 %0 : [4] over t\n"
          "%5 = slice %2 : [4, 2] axis=1 begin=3 end=5\n%6 = @ %5 %1 : [4]\n%7 = + %4 %6 : [4] over t\ninput x %0\n"
          "input p %1\noutput y %7\n");
}
END_TEST

START_TEST(concat_not)
{
    /* A matrix that is no constant, and a product of matrices. */
    keeps("concat",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = input : [2, 6] name=\"M\"\n"
          "%2 = tensor : [4, 2] name=\"W\"\n%3 = concat %0 %0 : [6] over t axis=0\n%4 = @ %1 %3 : [2] over t\n"
          "%5 = concat %1 %1 : [2, 12] axis=1\n%6 = @ %2 %5 : [4, 12]\ninput x %0\ninput M %1\noutput y %4\n"
          "output z %6\n");
}
END_TEST

/* ---- split ---- */

START_TEST(split_gates)
{
    gives("split",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n%2 = tensor : [4] name=\"b\"\n"
          "%3 = @ %1 %0 : [4] over t\n%4 = + %3 %2 : [4] over t\n%5 = slice %4 : [2] over t axis=0 begin=0 end=2\n"
          "%6 = slice %4 : [2] over t axis=0 begin=2 end=4\n%7 = sigmoid %5 : [2] over t\n%8 = tanh %6 : [2] over t\n"
          "%9 = * %7 %8 : [2] over t\ninput x %0\noutput y %9\n",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n%2 = tensor : [4] name=\"b\"\n"
          "%3 = slice %1 : [2, 3] axis=0 begin=0 end=2\n%4 = @ %3 %0 : [2] over t\n"
          "%5 = slice %2 : [2] axis=0 begin=0 end=2\n%6 = + %4 %5 : [2] over t\n"
          "%7 = slice %1 : [2, 3] axis=0 begin=2 end=4\n%8 = @ %7 %0 : [2] over t\n"
          "%9 = slice %2 : [2] axis=0 begin=2 end=4\n%10 = + %8 %9 : [2] over t\n%11 = sigmoid %6 : [2] over t\n"
          "%12 = tanh %10 : [2] over t\n%13 = * %11 %12 : [2] over t\ninput x %0\noutput y %13\n");
}
END_TEST

START_TEST(split_not_whole_and_parts)
{
    /* Used whole and in parts. */
    keeps("split",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n%2 = @ %1 %0 : [4] over t\n"
          "%3 = slice %2 : [2] over t axis=0 begin=0 end=2\n%4 = tanh %2 : [4] over t\ninput x %0\noutput y %3\n"
          "output z %4\n");
}
END_TEST

START_TEST(split_not_output)
{
    /* A part, and the whole as an output. */
    keeps("split",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [4, 3] name=\"W\"\n%2 = @ %1 %0 : [4] over t\n"
          "%3 = slice %2 : [2] over t axis=0 begin=0 end=2\ninput x %0\noutput y %3\noutput z %2\n");
}
END_TEST

START_TEST(split_not_state)
{
    /* A part, and the whole as a next state. */
    keeps("split",
          "clock t\n%0 = input : [4] over t name=\"x\"\n%1 = const : [4] value=0\n"
          "%2 = state %1 : [4] over t clock=t next=%3\n%3 = + %2 %0 : [4] over t\n"
          "%4 = slice %3 : [2] over t axis=0 begin=0 end=2\ninput x %0\noutput y %4\n");
}
END_TEST

/* ---- sums ---- */

START_TEST(sums_order)
{
    /* Constants are added when compiling; then products, then the rest. */
    gives("sums",
          "clock t\n%0 = input : [2] over t name=\"x\"\n%1 = tensor : [2, 2] name=\"W\"\n%2 = tensor : [2] name=\"b\"\n"
          "%3 = tensor : [2] name=\"c\"\n%4 = @ %1 %0 : [2] over t\n%5 = + %0 %4 : [2] over t\n"
          "%6 = + %5 %2 : [2] over t\n%7 = + %3 %6 : [2] over t\ninput x %0\noutput y %7\n",
          "clock t\n%0 = input : [2] over t name=\"x\"\n%1 = tensor : [2, 2] name=\"W\"\n%2 = tensor : [2] name=\"b\"\n"
          "%3 = tensor : [2] name=\"c\"\n%4 = @ %1 %0 : [2] over t\n%5 = + %3 %2 : [2]\n%6 = + %5 %4 : [2] over t\n"
          "%7 = + %6 %0 : [2] over t\ninput x %0\noutput y %7\n");
}
END_TEST

START_TEST(sums_not_shared)
{
    /* A sum that something else uses is not opened: each keeps its own constant. */
    gives("sums",
          "clock t\n%0 = input : [2] over t name=\"x\"\n%1 = tensor : [2] name=\"b\"\n%2 = tensor : [2] name=\"c\"\n"
          "%3 = + %0 %1 : [2] over t\n%4 = + %3 %2 : [2] over t\n%5 = tanh %3 : [2] over t\ninput x %0\noutput y %4\n"
          "output z %5\n",
          "clock t\n%0 = input : [2] over t name=\"x\"\n%1 = tensor : [2] name=\"b\"\n%2 = tensor : [2] name=\"c\"\n"
          "%3 = + %1 %0 : [2] over t\n%4 = + %2 %3 : [2] over t\n%5 = tanh %3 : [2] over t\ninput x %0\noutput y %4\n"
          "output z %5\n");
}
END_TEST

START_TEST(sums_not_matrices)
{
    /* Only vectors are what products start from. */
    keeps("sums",
          "clock t\n%0 = input : [2, 2] over t name=\"x\"\n%1 = tensor : [2, 2] name=\"b\"\n"
          "%2 = tensor : [2, 2] name=\"c\"\n%3 = + %0 %1 : [2, 2] over t\n%4 = + %3 %2 : [2, 2] over t\ninput x %0\n"
          "output y %4\n");
}
END_TEST

/* ---- fuse ---- */

START_TEST(fuse_epilogue)
{
    gives("fuse",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [2, 3] name=\"W\"\n%2 = tensor : [2] name=\"b\"\n"
          "%3 = @ %1 %0 : [2] over t\n%4 = + %2 %3 : [2] over t\n%5 = tanh %4 : [2] over t\ninput x %0\noutput y %5\n",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [2, 3] name=\"W\"\n%2 = tensor : [2] name=\"b\"\n"
          "%3 = @ %1 %0 : [2] over t group=0\n%4 = + %2 %3 : [2] over t group=0\n%5 = tanh %4 : [2] over t group=0\n"
          "input x %0\noutput y %5\n");
}
END_TEST

START_TEST(fuse_not_whole_vector)
{
    /* A product and a softmax need the whole vector. */
    gives("fuse",
          "clock t\n%0 = input : [2] over t name=\"x\"\n%1 = tensor : [2, 2] name=\"W\"\n%2 = @ %1 %0 : [2] over t\n"
          "%3 = tanh %2 : [2] over t\n%4 = @ %1 %3 : [2] over t\n%5 = softmax %4 : [2] over t axis=0\n"
          "%6 = neg %5 : [2] over t\ninput x %0\noutput y %6\n",
          "clock t\n%0 = input : [2] over t name=\"x\"\n%1 = tensor : [2, 2] name=\"W\"\n"
          "%2 = @ %1 %0 : [2] over t group=0\n%3 = tanh %2 : [2] over t group=0\n%4 = @ %1 %3 : [2] over t group=1\n"
          "%5 = softmax %4 : [2] over t axis=0\n%6 = neg %5 : [2] over t group=2\ninput x %0\noutput y %6\n");
}
END_TEST

START_TEST(fuse_not_clocks)
{
    /* What runs on no clock is no part of a loop over one. */
    gives("fuse",
          "clock t\n%0 = input : [2] over t name=\"x\"\n%1 = input : [2] name=\"p\"\n%2 = tanh %1 : [2]\n"
          "%3 = + %2 %0 : [2] over t\ninput x %0\ninput p %1\noutput y %3\n",
          "clock t\n%0 = input : [2] over t name=\"x\"\n%1 = input : [2] name=\"p\"\n%2 = tanh %1 : [2] group=0\n"
          "%3 = + %2 %0 : [2] over t group=1\ninput x %0\ninput p %1\noutput y %3\n");
}
END_TEST

START_TEST(fuse_not_phases)
{
    /* One needs the last value of the other. */
    gives("fuse",
          "clock t <= 9\n%0 = input : [2] over t name=\"x\"\n%1 = tanh %0 : [2] over t\n%2 = last %1 : [2] clock=t\n"
          "%3 = * %1 %2 : [2] over t\ninput x %0\noutput y %3\n",
          "clock t <= 9\n%0 = input : [2] over t name=\"x\"\n%1 = tanh %0 : [2] over t group=0\n"
          "%2 = last %1 : [2] clock=t\n%3 = * %1 %2 : [2] over t group=1\ninput x %0\noutput y %3\n");
}
END_TEST

START_TEST(fuse_not_tails)
{
    /* A tail is of another length. */
    gives("fuse",
          "clock t\n%0 = input : [2] over t name=\"x\"\n%1 = input : [3, 2] over t name=\"m\"\n"
          "%2 = tanh %0 : [2] over t\n%3 = + %1 %2 : [3, 2] over t\ninput x %0\ninput m %1\noutput y %3\n",
          "clock t\n%0 = input : [2] over t name=\"x\"\n%1 = input : [3, 2] over t name=\"m\"\n"
          "%2 = tanh %0 : [2] over t group=0\n%3 = + %1 %2 : [3, 2] over t group=1\ninput x %0\ninput m %1\n"
          "output y %3\n");
}
END_TEST

/* ---- pack ---- */

START_TEST(pack_shared_vector)
{
    gives("pack",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [2, 3] name=\"W\"\n"
          "%2 = tensor : [2, 3] name=\"V\"\n%3 = @ %1 %0 : [2] over t group=0\n%4 = tanh %3 : [2] over t group=0\n"
          "%5 = @ %2 %0 : [2] over t group=1\ninput x %0\noutput y %4\noutput z %5\n",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [2, 3] name=\"W\"\n"
          "%2 = tensor : [2, 3] name=\"V\"\n%3 = @ %1 %0 : [2] over t group=0\n%4 = tanh %3 : [2] over t group=0\n"
          "%5 = @ %2 %0 : [2] over t group=0\ninput x %0\noutput y %4\noutput z %5\n");
}
END_TEST

START_TEST(pack_not_dependent)
{
    /* The second waits for the first. */
    keeps("pack",
          "clock t\n%0 = input : [2] over t name=\"x\"\n%1 = tensor : [2, 2] name=\"W\"\n"
          "%2 = tensor : [2, 2] name=\"V\"\n%3 = @ %1 %0 : [2] over t group=0\n%4 = @ %2 %3 : [2] over t group=1\n"
          "%5 = @ %2 %0 : [2] over t group=1\n%6 = + %4 %5 : [2] over t group=1\ninput x %0\noutput y %6\n");
}
END_TEST

START_TEST(pack_not_shapes)
{
    /* Loops of different length. */
    keeps("pack",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = tensor : [2, 3] name=\"W\"\n"
          "%2 = tensor : [4, 3] name=\"V\"\n%3 = @ %1 %0 : [2] over t group=0\n%4 = @ %2 %0 : [4] over t group=1\n"
          "input x %0\noutput y %3\noutput z %4\n");
}
END_TEST

START_TEST(pack_not_vectors)
{
    /* The same matrix, but no vector in common. */
    keeps("pack",
          "clock t\n%0 = input : [3] over t name=\"x\"\n%1 = input : [3] over t name=\"z\"\n"
          "%2 = tensor : [2, 3] name=\"W\"\n%3 = @ %2 %0 : [2] over t group=0\n%4 = @ %2 %1 : [2] over t group=1\n"
          "input x %0\ninput z %1\noutput a %3\noutput b %4\n");
}
END_TEST

/* Groups of three products each that share a vector: two fit the registers, the third stays alone. */
START_TEST(pack_not_too_many)
{
    Out *text = out_new(arena);
    out_text(text, "clock t\n%0 = input : [3] over t name=\"x\"\n");
    for (int i = 1; i <= 9; i++)
        out_printf(text, "%%%d = tensor : [2, 3] name=\"W%d\"\n", i, i);
    for (int g = 0; g < 3; g++) {
        int id = 10 + 5 * g;
        for (int i = 0; i < 3; i++)
            out_printf(text, "%%%d = @ %%%d %%0 : [2] over t group=%d\n", id + i, 3 * g + i + 1, g);
        out_printf(text, "%%%d = + %%%d %%%d : [2] over t group=%d\n", id + 3, id, id + 1, g);
        out_printf(text, "%%%d = + %%%d %%%d : [2] over t group=%d\n", id + 4, id + 3, id + 2, g);
    }
    out_text(text, "input x %0\noutput a %14\noutput b %19\noutput c %24\n");
    const char *error = NULL;
    const Graph *graph = graph_read(arena, text->text, &error);
    ck_assert_msg(graph != NULL, "%s", error);
    graph = pass_pack(arena, graph);
    ck_assert_int_eq(graph->node[graph->output[0].node].group, graph->node[graph->output[1].node].group);
    ck_assert_int_ne(graph->node[graph->output[0].node].group, graph->node[graph->output[2].node].group);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass");
    TCase *tcase = tcase_create("pass");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, running_sum);
    tcase_add_test(tcase, running_mean_of_exact);
    tcase_add_test(tcase, running_mean_counts);
    tcase_add_test(tcase, running_extremes);
    tcase_add_test(tcase, running_not);
    tcase_add_test(tcase, products_turn);
    tcase_add_test(tcase, products_not);
    tcase_add_test(tcase, concat_two);
    tcase_add_test(tcase, concat_not);
    tcase_add_test(tcase, split_gates);
    tcase_add_test(tcase, split_not_whole_and_parts);
    tcase_add_test(tcase, split_not_output);
    tcase_add_test(tcase, split_not_state);
    tcase_add_test(tcase, sums_order);
    tcase_add_test(tcase, sums_not_shared);
    tcase_add_test(tcase, sums_not_matrices);
    tcase_add_test(tcase, fuse_epilogue);
    tcase_add_test(tcase, fuse_not_whole_vector);
    tcase_add_test(tcase, fuse_not_clocks);
    tcase_add_test(tcase, fuse_not_phases);
    tcase_add_test(tcase, fuse_not_tails);
    tcase_add_test(tcase, pack_shared_vector);
    tcase_add_test(tcase, pack_not_dependent);
    tcase_add_test(tcase, pack_not_shapes);
    tcase_add_test(tcase, pack_not_vectors);
    tcase_add_test(tcase, pack_not_too_many);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
