/* test_graph_type.c: clocks, tokens and fixedness of what graph_add makes, and how nodes fold that move
 * between clocks or between tokens and numbers. */
#include "graph_draft.h"

/* What does not run on a clock is the same at each of its steps. */
START_TEST(clocks_fold)
{
    NodeId x = leaf(OP_INPUT, "x", SHAPE(4), 1), w = leaf(OP_TENSOR, "W", SHAPE(5, 4), 0), all = constant(2, SHAPE(5, 4));
    NodeId picked = over(OP_PICK, w, 2), row = unstack(all, 0), away = reclock(x, 0, 3);
    ck_assert(at(picked)->op == OP_REPEAT && at(picked)->at.clock == 2 && at(picked)->type.clocks == 4);
    ck_assert_int_eq(at(over(OP_PICK, x, 2))->op, OP_PICK);
    ck_assert(at(row)->op == OP_REPEAT && at(row)->type.clocks == 1 && shape_equal(at(row)->type.shape, SHAPE(4)));
    ck_assert(graph_is(graph, at(row)->input[0], 2));
    ck_assert_int_eq(at(unstack(w, 0))->op, OP_UNSTACK);
    ck_assert(at(away)->op == OP_RECLOCK && at(away)->type.clocks == 8);
    ck_assert_int_eq(reclock(away, 3, 0), x);
    ck_assert_int_ne(reclock(away, 3, 1), x); /* it is on s then, and x on t */
    NodeId still = reclock(w, 0, 3);
    ck_assert(at(still)->op == OP_REPEAT && at(still)->type.clocks == 8);
}
END_TEST

START_TEST(tokens_fold)
{
    NodeId x = leaf(OP_INPUT, "x", SCALAR, 1), w = token(x, 9);
    ck_assert(at(w)->op == OP_TOKEN && at(w)->type.tokens == 9 && at(w)->type.clocks == 1);
    ck_assert_int_ne(w, token(x, 8));
    ck_assert_int_eq(unary(OP_NUMBER, w), x);
    Node draft = node_draft(OP_INPUT, nowhere, 0, NULL);
    draft.name = "v";
    draft.type.tokens = 9;
    NodeId v = graph_put(graph, &draft), number = unary(OP_NUMBER, v);
    ck_assert_int_eq(token(number, 9), v);
    ck_assert_int_eq(at(token(number, 10))->op, OP_TOKEN);
    NodeId three = token(constant(3, SCALAR), 9);
    ck_assert(at(three)->op == OP_CONST && at(three)->value == 3 && at(three)->type.tokens == 9);
    ck_assert_int_eq(at(token(constant(9, SCALAR), 9))->op, OP_TOKEN);
    ck_assert_int_eq(at(token(constant(0.5, SCALAR), 9))->op, OP_TOKEN);
}
END_TEST

/* Draws of two sites are two. */
START_TEST(sites)
{
    Node draft = node_draft(OP_UNIFORM, nowhere, 0, NULL);
    draft.at.shape = SHAPE(3);
    draft.type.clocks = 1;
    NodeId u = graph_put(graph, &draft);
    ck_assert_int_eq(graph_put(graph, &draft), u);
    draft.at.site = 1;
    ck_assert_int_ne(graph_put(graph, &draft), u);
    ck_assert(!at(u)->fixed && shape_equal(at(u)->type.shape, SHAPE(3)));
}
END_TEST

START_TEST(clocks_and_tokens)
{
    NodeId x = leaf(OP_INPUT, "x", SHAPE(4), 1), y = leaf(OP_INPUT, "y", SHAPE(4), 2), both = binary(OP_ADD, x, y);
    ck_assert_uint_eq(at(both)->type.clocks, 3);
    ck_assert_uint_eq(at(over(OP_SUM, both, 0))->type.clocks, 2);
    ck_assert_uint_eq(at(over(OP_LAST, both, 1))->type.clocks, 1);
    ck_assert_uint_eq(at(over(OP_SOFTMAX, both, 1))->type.clocks, 3);
    ck_assert_uint_eq(at(over(OP_REPEAT, x, 1))->type.clocks, 3);
    Node draft = node_draft(OP_ARGMAX, nowhere, 1, &both);
    draft.at.axis = 0;
    NodeId token = graph_put(graph, &draft);
    ck_assert_int_eq(at(token)->type.tokens, 4);
    ck_assert_int_eq(at(over(OP_LAST, token, 0))->type.tokens, 4);
    ck_assert_int_eq(at(over(OP_ARGMAX, both, 0))->type.tokens, 5);
    ck_assert_int_eq(at(unary(OP_NUMBER, token))->type.tokens, 0);
}
END_TEST

/* t and s; u ticks at steps of t. */
START_TEST(moves_between_clocks)
{
    NodeId x = leaf(OP_INPUT, "x", SHAPE(5), 3), zero = constant(0, SHAPE(5));
    NodeId picked = over(OP_PICK, x, 2);
    ck_assert_uint_eq(at(picked)->type.clocks, 6);
    Node draft = node_draft(OP_HOLD, nowhere, 2, (NodeId[]){picked, zero});
    draft.at.clock = 2;
    ck_assert_uint_eq(at(graph_put(graph, &draft))->type.clocks, 3);
    ck_assert_uint_eq(at(reclock(x, 0, 3))->type.clocks, 10);
    ck_assert_uint_eq(at(unstack(leaf(OP_INPUT, "y", SHAPE(6, 2), 2), 0))->type.clocks, 3);
    Node step = node_draft(OP_STEP, nowhere, 0, NULL);
    step.at.clock = 1;
    step.at.shape = SCALAR;
    NodeId number = graph_put(graph, &step);
    ck_assert(at(number)->type.clocks == 2 && at(number)->type.tokens == 3 && at(number)->type.shape.rank == 0);
    NodeId drawn = binary(OP_SAMPLE, x, leaf(OP_INPUT, "u", SCALAR, 1));
    ck_assert(at(drawn)->type.clocks == 3 && at(drawn)->type.tokens == 5 && at(drawn)->type.shape.rank == 0);
    ck_assert(!at(unstack(leaf(OP_TENSOR, "E", SHAPE(5, 2), 0), 0))->fixed);
    ck_assert_uint_eq(graph_loops(graph, 4), 5);
    ck_assert(graph_length_clock(graph, 3) == 0 && graph_length_clock(graph, 2) == 2);
}
END_TEST

START_TEST(fixed)
{
    NodeId w = leaf(OP_TENSOR, "W", SHAPE(4), 0), x = leaf(OP_INPUT, "x", SHAPE(4), 0);
    ck_assert(at(w)->fixed && at(unary(OP_TANH, w))->fixed && at(constant(1, SCALAR))->fixed);
    ck_assert(!at(x)->fixed && !at(binary(OP_ADD, w, x))->fixed);
    ck_assert(!at(over(OP_REPEAT, w, 0))->fixed);
    ck_assert(!at(over(OP_SUM, w, 0))->fixed); /* as often w as the clock has steps */
}
END_TEST

START_TEST(too_large)
{
    const char *error = NULL;
    Node draft = node_draft(OP_CONST, nowhere, 0, NULL);
    draft.at.shape = SHAPE(65536, 65536);
    ck_assert_int_eq(graph_add(graph, &draft, &error), NODE_NONE);
    ck_assert_str_eq(error, "a value of shape [65536, 65536]: more than 2^31 elements");
    NodeId x = leaf(OP_INPUT, "x", SHAPE(4), 0);
    draft = node_draft(OP_RESHAPE, nowhere, 1, &x);
    draft.at.shape = SHAPE(INT64_MAX, INT64_MAX);
    ck_assert_int_eq(graph_add(graph, &draft, &error), NODE_NONE);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("graph_type");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, clocks_fold);
    tcase_add_test(all, tokens_fold);
    tcase_add_test(all, sites);
    tcase_add_test(all, clocks_and_tokens);
    tcase_add_test(all, moves_between_clocks);
    tcase_add_test(all, fixed);
    tcase_add_test(all, too_large);
    Suite *suite = suite_create("graph_type");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
