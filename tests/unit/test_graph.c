/* test_graph.c: what graph_add makes of a draft (types, folding, sharing), graphs copied through a
 * map, and the shape rules of shape.c with their messages. */
#include "../../compiler/graph.h"

#include <check.h>

static Arena *arena;
static Graph *graph;
static const Place nowhere = {NULL, 0, 0};

static void setup(void)
{
    static Clock clocks[] = {{"t", CLOCK_AT_MOST, 5, {NULL, 0, 0}}, {"s", CLOCK_EXACT, 3, {NULL, 0, 0}}};
    arena = arena_new();
    graph = graph_new(arena, NULL);
    graph->clock = clocks;
    graph->clock_count = 2;
}

static void teardown(void)
{
    arena_free(arena);
}

#define SHAPE(...) shape_vector((int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__})
#define SCALAR shape_scalar()

/* After its argument was added: adding moves the array of nodes. */
static const Node *at(NodeId id)
{
    return &graph->node[id];
}

static NodeId leaf(Op op, const char *name, Shape shape, Clocks clocks)
{
    Node node = node_draft(op, nowhere, 0, NULL);
    node.name = name;
    node.at.shape = shape;
    node.type.clocks = clocks;
    return graph_put(graph, &node);
}

static NodeId constant(double value, Shape shape)
{
    return graph_const(graph, value, shape, nowhere);
}

static NodeId apply(Op op, int count, NodeId a, NodeId b, NodeId c)
{
    Node node = node_draft(op, nowhere, count, (NodeId[]){a, b, c});
    return graph_put(graph, &node);
}

static NodeId unary(Op op, NodeId a)
{
    return apply(op, 1, a, 0, 0);
}

static NodeId binary(Op op, NodeId a, NodeId b)
{
    return apply(op, 2, a, b, 0);
}

static NodeId over(Op op, NodeId a, int clock)
{
    Node node = node_draft(op, nowhere, 1, &a);
    node.at.clock = clock;
    return graph_put(graph, &node);
}

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

/* ---- types ---- */

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

/* ---- shapes ---- */

#define UNKNOWN SHAPE_UNKNOWN
#define NONE {0, {0}}
#define DIMS(rank, ...) {rank, {__VA_ARGS__}}

static const struct {
    Op op;
    Attributes at;
    int count;
    Shape a, b;
    const char *want;        /* the shape, or the message */
} rules[] = {
    {OP_ADD, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(2, 2, 3), DIMS(1, 3), "[2, 3]"},
    {OP_ADD, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(1, 3), DIMS(2, 2, 3), "[2, 3]"},
    {OP_ADD, {-1, -1, 0, 0, NONE, 0}, 2, NONE, NONE, "[]"},
    {OP_ADD, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(2, 3, 1), DIMS(2, 3, 4),
     "`+` of [3, 1] and [3, 4]: the shapes must be equal, or one the tail of the other"},
    {OP_ADD, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(2, 3, 4), DIMS(1, 3),
     "`+` of [3, 4] and [3]: the shapes must be equal, or one the tail of the other"},
    {OP_ADD, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(2, -1, 4), DIMS(2, 3, -1), "[3, 4]"},
    {OP_MATMUL, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(1, 3), DIMS(1, 3), "[]"},
    {OP_MATMUL, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(2, 2, 3), DIMS(1, 3), "[2]"},
    {OP_MATMUL, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(1, 2), DIMS(2, 2, 3), "[3]"},
    {OP_MATMUL, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(2, 4, 2), DIMS(2, 2, 3), "[4, 3]"},
    {OP_MATMUL, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(1, 64), DIMS(2, 50, 64),
     "cannot multiply [64] by [50, 64]: the inner dimensions are 64 and 50"},
    {OP_MATMUL, {-1, -1, 0, 0, NONE, 0}, 2, NONE, DIMS(1, 3),
     "cannot multiply [] by [3]: `@` takes vectors and matrices (a number is multiplied with `*`)"},
    {OP_MATMUL, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(3, 2, 2, 3), DIMS(1, 3),
     "cannot multiply [2, 2, 3] by [3]: `@` takes vectors and matrices"},
    {OP_SUM, {1, -1, 0, 0, NONE, 0}, 1, DIMS(3, 2, 3, 4), NONE, "[2, 4]"},
    {OP_SUM, {-1, 0, 0, 0, NONE, 0}, 1, DIMS(3, 2, 3, 4), NONE, "[2, 3, 4]"},
    {OP_SUM, {2, -1, 0, 0, NONE, 0}, 1, DIMS(2, 2, 3), NONE, "`sum` along axis 2 of [2, 3]: the axes are 0 to 1"},
    {OP_SUM, {0, -1, 0, 0, NONE, 0}, 1, NONE, NONE, "`sum` of a single number: there is no axis to work along"},
    {OP_SOFTMAX, {0, -1, 0, 0, NONE, 0}, 1, DIMS(2, 2, 3), NONE, "[2, 3]"},
    {OP_LAST, {-1, 0, 0, 0, NONE, 0}, 1, DIMS(2, 2, 3), NONE, "[2, 3]"},
    {OP_STACK, {-1, 0, 0, 0, NONE, 7}, 1, DIMS(2, 2, 3), NONE, "[7, 2, 3]"},
    {OP_STACK, {-1, 0, 0, 0, NONE, 7}, 1, DIMS(8, 1, 1, 1, 1, 1, 1, 1, 1), NONE,
     "`stack` of [1, 1, 1, 1, 1, 1, 1, 1]: a value has at most 8 axes"},
    {OP_CONCAT, {1, -1, 0, 0, NONE, 0}, 2, DIMS(2, 2, 3), DIMS(2, 2, 4), "[2, 7]"},
    {OP_CONCAT, {0, -1, 0, 0, NONE, 0}, 2, DIMS(2, 2, 3), DIMS(2, 2, 4),
     "`concat` along axis 0 of [2, 3] and [2, 4]: the other axes must be equal"},
    {OP_CONCAT, {0, -1, 0, 0, NONE, 0}, 2, DIMS(1, 2), NONE, "`concat` of a single number: there is no axis to work along"},
    {OP_SLICE, {1, -1, 1, 3, NONE, 0}, 1, DIMS(2, 2, 3), NONE, "[2, 2]"},
    {OP_SLICE, {0, -1, 1, 3, NONE, 0}, 1, DIMS(2, 2, 3), NONE, "elements 1 to 2 of [2, 3]: axis 0 has the elements 0 to 1"},
    {OP_RESHAPE, {-1, -1, 0, 0, DIMS(2, 3, 2), 0}, 1, DIMS(2, 2, 3), NONE, "[3, 2]"},
    {OP_RESHAPE, {-1, -1, 0, 0, DIMS(1, 5), 0}, 1, DIMS(2, 2, 3), NONE, "cannot reshape [2, 3] into [5]: 6 elements into 5"},
    {OP_TRANSPOSE, {-1, -1, 0, 0, NONE, 0}, 1, DIMS(3, 2, 3, 4), NONE, "[4, 3, 2]"},
    {OP_FLIP, {1, -1, 0, 0, NONE, 0}, 1, DIMS(1, 3), NONE, "`flip` along axis 1 of [3]: the axes are 0 to 0"},
    {OP_ROW, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(2, 5, 3), NONE, "[3]"},
    {OP_ROW, {-1, -1, 0, 0, NONE, 0}, 2, DIMS(2, 5, 3), DIMS(1, 4), "a row is taken by one token, not by [4] of them"},
    {OP_ROW, {-1, -1, 0, 0, NONE, 0}, 2, NONE, NONE, "`row` of a single number: there is no axis to work along"},
    {OP_TANH, {-1, -1, 0, 0, NONE, 0}, 1, DIMS(2, -1, 3), NONE, "[?, 3]"},
    {OP_SUM, {0, -1, 0, 0, NONE, 0}, 1, DIMS(-1, 0), NONE, "[?]"},
};

START_TEST(shape_rule)
{
    Shape in[] = {rules[_i].a, rules[_i].b}, out = UNKNOWN;
    const char *error = NULL;
    bool fits = op_shape(arena, rules[_i].op, &rules[_i].at, in, rules[_i].count, &out, &error);
    ck_assert_str_eq(fits ? shape_text(arena, out) : error, rules[_i].want);
}
END_TEST

START_TEST(shapes)
{
    Shape known = SHAPE(2, 3), partly = SHAPE(-1, 3), other = SHAPE(2, 4);
    ck_assert(shape_known(known) && !shape_known(partly) && !shape_known(UNKNOWN) && shape_known(SCALAR));
    ck_assert(shape_agrees(known, partly) && shape_agrees(known, UNKNOWN) && !shape_agrees(known, other));
    ck_assert(!shape_agrees(known, SHAPE(3)) && shape_has_tail(known, SHAPE(3)) && shape_has_tail(known, SCALAR));
    ck_assert(!shape_has_tail(SHAPE(3), known) && !shape_has_tail(known, SHAPE(2)));
    ck_assert(shape_equal(shape_merge(partly, known), known) && shape_equal(shape_merge(UNKNOWN, known), known));
    ck_assert(shape_count(known) == 6 && shape_count(SCALAR) == 1 && shape_product(known, 1, 2) == 3);
    ck_assert(shape_count(SHAPE(INT64_MAX, INT64_MAX)) == INT64_MAX);
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
    tcase_add_test(all, tokens_do_not_fold);
    tcase_add_test(all, zeros);
    tcase_add_test(all, moves_fold);
    tcase_add_test(all, clocks_and_tokens);
    tcase_add_test(all, fixed);
    tcase_add_test(all, too_large);
    tcase_add_test(all, copying);
    tcase_add_loop_test(all, shape_rule, 0, (int)(sizeof rules / sizeof *rules));
    tcase_add_test(all, shapes);
    Suite *suite = suite_create("graph");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
