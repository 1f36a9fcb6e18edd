/* test_graph.c: what graph_add makes of a draft (folding, sharing), and graphs copied through a map. */
#include "graph_draft.h"

/* ---- folding and sharing ---- */

START_TEST(sharing)
{
    NodeId x = leaf(OP_INPUT, "x", SHAPE(4), 1), y = leaf(OP_INPUT, "y", SHAPE(4), 1);
    ck_assert_int_eq(leaf(OP_INPUT, "x", SHAPE(4), 1), x);
    ck_assert_int_ne(x, y);
    ck_assert_int_ne(leaf(OP_TENSOR, "x", SHAPE(4), 0), leaf(OP_TENSOR, "y", SHAPE(4), 0));
    NodeId sum = binary(OP_ADD, x, y);
    ck_assert_int_eq(binary(OP_ADD, x, y), sum);
    ck_assert_int_ne(binary(OP_SUB, x, y), sum);
    ck_assert_int_ne(binary(OP_SUB, x, y), binary(OP_SUB, y, x));
    ck_assert_int_ne(over(OP_SUM, x, 0), over(OP_MEAN, x, 0));
    ck_assert_int_ne(over(OP_REPEAT, x, 0), over(OP_REPEAT, x, 1));
    ck_assert_int_ne(constant(0, SHAPE(4)), constant(0, SHAPE(2, 2)));
    ck_assert_int_ne(constant(0, SCALAR), constant(-0.0, SCALAR));
    ck_assert_int_eq(constant(1, SCALAR), constant(1, SCALAR));
    Node slice = node_draft(OP_SLICE, nowhere, 1, &x);
    slice.at.axis = 0;
    slice.at.end = 2;
    NodeId first = graph_put(graph, &slice);
    slice.at.begin = 1;
    slice.at.end = 3;
    ck_assert_int_ne(graph_put(graph, &slice), first);
}
END_TEST

/* The table of nodes grows many times, and finds all that it had. */
START_TEST(sharing_of_many)
{
    for (int i = 0; i < 5000; i++)
        ck_assert_int_eq(constant(i, SCALAR), i);
    for (int i = 0; i < 5000; i++)
        ck_assert_int_eq(constant(i, SCALAR), i);
}
END_TEST

START_TEST(states_are_not_shared)
{
    NodeId zero = constant(0, SHAPE(4));
    Node draft = node_draft(OP_STATE, nowhere, 1, &zero);
    draft.type.clocks = 1;
    draft.at.clock = 0;
    ck_assert_int_ne(graph_put(graph, &draft), graph_put(graph, &draft));
}
END_TEST

START_TEST(labels)
{
    NodeId x = leaf(OP_INPUT, "x", SHAPE(4), 1);
    Node draft = node_draft(OP_TANH, nowhere, 1, &x);
    NodeId y = graph_put(graph, &draft);
    draft.label = "h";
    ck_assert_int_eq(graph_put(graph, &draft), y);
    ck_assert_str_eq(at(y)->label, "h");
    draft.label = "late";
    ck_assert_int_eq(graph_put(graph, &draft), y);
    ck_assert_str_eq(at(y)->label, "h");
}
END_TEST

START_TEST(appended_as_they_stand)
{
    NodeId one = constant(1, SCALAR);
    Node draft = node_draft(OP_NEG, nowhere, 1, &one);
    NodeId a = graph_append(graph, &draft), b = graph_append(graph, &draft);
    ck_assert(a == 1 && b == 2 && at(a)->op == OP_NEG);
    ck_assert_ptr_ne(at(a)->input, at(b)->input);
}
END_TEST

START_TEST(constants_fold)
{
    NodeId two = constant(2, SHAPE(3)), three = constant(3, SHAPE(2, 3));
    NodeId sum = binary(OP_ADD, two, three);
    ck_assert(graph_is(graph, sum, 5) && shape_equal(at(sum)->type.shape, SHAPE(2, 3)));
    ck_assert(graph_is(graph, unary(OP_NEG, two), -2));
    ck_assert(graph_is(graph, apply(OP_WHERE, 3, constant(0, SHAPE(3)), two, constant(7, SHAPE(3))), 7));
    NodeId turned = unary(OP_TRANSPOSE, three);
    ck_assert(graph_is(graph, turned, 3) && shape_equal(at(turned)->type.shape, SHAPE(3, 2)));
    ck_assert(graph_is(graph, unary(OP_NUMBER, constant(4, SCALAR)), 4));
}
END_TEST

START_TEST(neutral_elements)
{
    NodeId x = leaf(OP_INPUT, "x", SHAPE(3), 1), zero = constant(0, SHAPE(3)), one = constant(1, SCALAR);
    ck_assert_int_eq(binary(OP_ADD, x, zero), x);
    ck_assert_int_eq(binary(OP_ADD, zero, x), x);
    ck_assert_int_eq(binary(OP_SUB, x, zero), x);
    ck_assert_int_eq(binary(OP_MUL, x, one), x);
    ck_assert_int_eq(binary(OP_MUL, one, x), x);
    ck_assert_int_eq(binary(OP_DIV, x, one), x);
    ck_assert_int_eq(at(binary(OP_SUB, zero, x))->op, OP_SUB);
    ck_assert_int_eq(at(binary(OP_DIV, one, x))->op, OP_DIV);
    ck_assert_int_eq(at(binary(OP_ADD, x, one))->op, OP_ADD);
    /* x + zeros([2, 3]) has another shape than x */
    ck_assert_int_eq(at(binary(OP_ADD, x, constant(0, SHAPE(2, 3))))->op, OP_ADD);
}
END_TEST

/* a + -b is a - b, and so on; x ** 2 is x * x, no other power is. */
START_TEST(signs_and_powers)
{
    NodeId a = leaf(OP_INPUT, "a", SHAPE(3), 1), b = leaf(OP_INPUT, "b", SHAPE(3), 1);
    ck_assert_int_eq(binary(OP_ADD, a, unary(OP_NEG, b)), binary(OP_SUB, a, b));
    ck_assert_int_eq(binary(OP_ADD, unary(OP_NEG, a), b), binary(OP_SUB, b, a));
    ck_assert_int_eq(binary(OP_SUB, a, unary(OP_NEG, b)), binary(OP_ADD, a, b));
    ck_assert_int_eq(at(binary(OP_SUB, unary(OP_NEG, a), b))->op, OP_SUB);
    ck_assert_int_eq(unary(OP_NEG, unary(OP_NEG, a)), a);
    ck_assert_int_eq(binary(OP_POW, a, constant(2, SCALAR)), binary(OP_MUL, a, a));
    ck_assert_int_eq(at(binary(OP_POW, a, constant(3, SCALAR)))->op, OP_POW);
    ck_assert_int_eq(at(binary(OP_POW, a, constant(0.5, SCALAR)))->op, OP_POW);
    ck_assert_int_eq(at(binary(OP_POW, constant(2, SCALAR), a))->op, OP_POW);
}
END_TEST

/* A number that is added to a token is a number. */
START_TEST(tokens_do_not_fold)
{
    Node draft = node_draft(OP_INPUT, nowhere, 0, NULL);
    draft.name = "w";
    draft.type.tokens = 9;
    NodeId w = graph_put(graph, &draft), sum = binary(OP_ADD, w, constant(0, SCALAR));
    ck_assert_int_ne(sum, w);
    ck_assert(at(w)->type.tokens == 9 && at(sum)->type.tokens == 0);
}
END_TEST

START_TEST(zeros)
{
    NodeId x = leaf(OP_INPUT, "x", SHAPE(3), 1), w = leaf(OP_TENSOR, "W", SHAPE(2, 3), 0);
    ck_assert(graph_is(graph, binary(OP_MUL, x, constant(0, SCALAR)), 0));
    NodeId product = binary(OP_MATMUL, w, constant(0, SHAPE(3)));
    ck_assert(graph_is(graph, product, 0) && shape_equal(at(product)->type.shape, SHAPE(2)));
    ck_assert_int_eq(at(binary(OP_MATMUL, w, constant(1, SHAPE(3))))->op, OP_MATMUL);
}
END_TEST

START_TEST(moves_fold)
{
    NodeId w = leaf(OP_TENSOR, "W", SHAPE(2, 3), 0), v = leaf(OP_TENSOR, "v", SHAPE(3), 0);
    ck_assert_int_eq(unary(OP_TRANSPOSE, unary(OP_TRANSPOSE, w)), w);
    ck_assert_int_eq(unary(OP_TRANSPOSE, v), v);
    Node draft = node_draft(OP_RESHAPE, nowhere, 1, &w);
    draft.at.shape = SHAPE(2, 3);
    ck_assert_int_eq(graph_put(graph, &draft), w);
    draft.at.shape = SHAPE(3, 2);
    ck_assert_int_ne(graph_put(graph, &draft), w);
    draft = node_draft(OP_SLICE, nowhere, 1, &w);
    draft.at = (Attributes){.axis = 1, .clock = -1, .begin = 0, .end = 3};
    ck_assert_int_eq(graph_put(graph, &draft), w);
    draft = node_draft(OP_CONCAT, nowhere, 1, &w);
    draft.at.axis = 0;
    ck_assert_int_eq(graph_put(graph, &draft), w);
}
END_TEST

/* ---- from graph to graph ---- */

static const char *print(const Graph *printed)
{
    Out *out = out_new(arena);
    graph_print(out, printed);
    return out->text;
}

START_TEST(copying)
{
    const char *error = NULL, *text = "graph g\n"
                                      "clock t\n"
                                      "%0 = input : [2] over t name=\"x\"\n"
                                      "%1 = const : [2] value=1\n"
                                      "%2 = state %1 : [2] over t clock=t next=%4\n"
                                      "%3 = concat %0 %2 %0 %2 %0 : [10] over t axis=0 label=\"c\"\n"
                                      "%4 = slice %3 : [2] over t axis=0 begin=1 end=3\n"
                                      "%5 = tanh %0 : [2] over t\n"
                                      "input x %0\n"
                                      "input y none\n"
                                      "output h %4\n";
    Graph *from = graph_read(arena, text, &error);
    ck_assert_msg(from != NULL, "%s", error);
    Graph *to = graph_new(arena, from);
    NodeId map[6];
    for (size_t i = 0; i < from->count; i++)
        map[i] = graph_copy(to, &from->node[i], map);
    graph_connect(to, from, map);
    ck_assert_str_eq(print(to), text);
    const bool *needed = graph_reachable(arena, from);
    const int *uses = graph_uses(arena, from);
    ck_assert(needed[0] && needed[1] && needed[2] && needed[3] && needed[4] && !needed[5]);
    ck_assert(uses[0] == 4 && uses[1] == 1 && uses[2] == 2 && uses[3] == 1 && uses[4] == 2 && uses[5] == 0);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("graph");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, sharing);
    tcase_add_test(all, sharing_of_many);
    tcase_add_test(all, states_are_not_shared);
    tcase_add_test(all, labels);
    tcase_add_test(all, appended_as_they_stand);
    tcase_add_test(all, constants_fold);
    tcase_add_test(all, neutral_elements);
    tcase_add_test(all, signs_and_powers);
    tcase_add_test(all, tokens_do_not_fold);
    tcase_add_test(all, zeros);
    tcase_add_test(all, moves_fold);
    tcase_add_test(all, copying);
    Suite *suite = suite_create("graph");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
