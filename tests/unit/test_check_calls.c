/* test_check_calls.c: what calls become in the graph: of layers, shared cells, operators with named
 * arguments, and those that leave no trace. The numbers are tested by the numeric cases. */
#include "../../compiler/check.h"
#include "../../compiler/std.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static Arena *arena;
static Diag *diag;

static void setup(void)
{
    arena = arena_new();
    diag = diag_new(arena);
}

static void teardown(void)
{
    arena_free(arena);
}

static Graph *compile(const char *text)
{
    CheckOptions options = {.random_weights = true};
    const Ast *ast = parse(arena, diag, source_from_text(arena, "test.rnn", text));
    Graph *graph = ast ? check(arena, diag, std_library(arena, diag), ast, &options) : NULL;
    ck_assert_msg(graph != NULL, "%s", text);
    ck_assert_int_eq(diag_errors(diag), 0);
    const char *wrong = graph_verify(arena, graph);
    ck_assert_msg(!wrong, "%s", wrong);
    return graph;
}

/* The graph without labels, places and the names of tensors. */
static const char *skeleton(const Graph *graph)
{
    Out *out = out_new(arena);
    for (size_t i = 0; i < graph->count; i++) {
        graph->node[i].label = NULL;
        graph->node[i].place = (Place){0};
        if (graph->node[i].op == OP_TENSOR)
            graph->node[i].name = "w";
    }
    graph_print(out, graph);
    return out->text;
}

/* A model around the lines, with weights that all of these tests use. */
static Graph *model(const char *lines)
{
    return compile(arena_printf(arena, "cell layer(x: [c], skip: [c], d: dim) -> y: [c], s: [c] {\n"
                                       "    weight W: [c, c]\n    y = tanh(W @ x[t-d])\n    s = skip + y\n}\n"
                                       "model m {\n    input x: [4] over t\n    input line: [9, 4] over t\n%s\n}\n", lines));
}

static void assert_same(const char *one, const char *other)
{
    const char *a = skeleton(model(one)), *b = skeleton(model(other));
    ck_assert_msg(strcmp(a, b) == 0, "%s\ngives\n%s\nand\n%s\ngives\n%s", one, a, other, b);
}

static int count_op(const Graph *graph, Op op)
{
    int count = 0;
    for (size_t i = 0; i < graph->count; i++)
        count += graph->node[i].op == op;
    return count;
}

static bool has_tensor(const Graph *graph, const char *name)
{
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].op == OP_TENSOR && strcmp(graph->node[i].name, name) == 0)
            return true;
    return false;
}

START_TEST(dropout_leaves_no_trace)
{
    assert_same("output y: [7] over t\ny = dropout(gru(dropout(x, 0.5), n=7), rate=0.1)", "output y: [7] over t\ny = gru(x, n=7)");
}
END_TEST

START_TEST(repeat_is_one_call_after_the_other)
{
    assert_same("output y: [7] over t\ny = repeat 3 gru(x, n=7)",
                "output y: [7] over t\na = gru(x, n=7)\nb = gru(a, n=7)\ny = gru(b, n=7)");
    assert_same("output y: [4] over t\noutput z: [4] over t\ny, z = repeat 2 as l layer(x, ones([4]), d = 2**l)",
                "output y: [4] over t\noutput z: [4] over t\na, b = layer(x, ones([4]), 1)\ny, z = layer(a, b, 2)");
    assert_same("output y: [7] over t\ny = repeat 1 gru(x, n=7)", "output y: [7] over t\ny = gru(x, n=7)");
}
END_TEST

/* Leading arguments by name, one that the first layer takes from its default, and one result of two. */
START_TEST(repeat_replaces_leading_arguments)
{
    assert_same("output y: [4] over t\noutput z: [4] over t\ny, z = repeat 2 layer(d=1, skip=ones([4]), x=x)",
                "output y: [4] over t\noutput z: [4] over t\na, b = layer(x, ones([4]), 1)\ny, z = layer(a, b, 1)");
    assert_same("output y: [4] over t\ny = repeat 2 layer(x, ones([4]), d=1)",
                "output y: [4] over t\na = layer(x, ones([4]), 1)\ny = layer(a, ones([4]), 1)");
    assert_same("output c: [4] over t\n_, c = repeat 2 lstm(x, n=4)",
                "output c: [4] over t\na = lstm(x, n=4)\n_, c = lstm(a, n=4)");
}
END_TEST

START_TEST(repeat_names_its_weights)
{
    Graph *graph = model("output y: [4] over t\noutput z: [4] over t\n"
                         "y = repeat 2 gru(x, n=4)\nz = tanh(repeat 2 repeat 2 gru(x, n=4))");
    ck_assert(has_tensor(graph, "y.0.W_z"));
    ck_assert(has_tensor(graph, "y.1.U_h"));
    ck_assert(has_tensor(graph, "z.gru.1.0.W_z"));
}
END_TEST

START_TEST(shared_weights_are_one_set)
{
    Graph *graph = model("output y: [4] over t\noutput z: [4] over t\ncell enc = gru(n=4)\n"
                         "y = enc(x)\nz = repeat 3 enc(x / 2) + enc(y)");
    ck_assert_int_eq(count_op(graph, OP_TENSOR), 9);
    ck_assert_int_eq(count_op(graph, OP_STATE), 5);
    ck_assert(has_tensor(graph, "enc.W_z"));
}
END_TEST

START_TEST(shared_cell_of_layers)
{
    Graph *graph = model("output y: [4] over t\ncell enc = repeat 2 gru(n=4)\ny = enc(x) + enc(x / 2)");
    ck_assert_int_eq(count_op(graph, OP_TENSOR), 18);
    ck_assert_int_eq(count_op(graph, OP_STATE), 4);
    ck_assert(has_tensor(graph, "enc.1.W_z"));
}
END_TEST

/* Positions are those of the parameters that are not fixed; what nothing calls leaves no trace. */
START_TEST(shared_cell_takes_the_other_arguments)
{
    assert_same("output y: [4] over t\ncell tail = layer(skip=x)\ncell other = gru(n=9)\ny = tail(x, 3)",
                "output y: [4] over t\ny = layer(x, x, 3)");
    assert_same("output y: [4] over t\ncell tail = layer(x)\n_, y = tail(d=3, skip=x)", "output y: [4] over t\n_, y = layer(x, x, 3)");
    assert_same("output y: [4] over t\ncell f = rnn(n_y=4, g1=relu, n_a=5)\ny = f(x)", "output y: [4] over t\ny = rnn(x, 5, 4, relu)");
}
END_TEST

/* Start values and delays of the caller are those of the last layer; a reset is of all. */
START_TEST(states_of_layers)
{
    assert_same("output y: [4] over t\noutput z: [4] over t\ncell e = repeat 2 gru(n=4)\ny = e(x)\ny[-1] = 0.5\nz = y[t-1]",
                "output y: [4] over t\noutput z: [4] over t\na = gru(x, n=4)\ny = gru(a, n=4)\ny[-1] = 0.5\nz = y[t-1]");
    assert_same("output y: [4] over t\noutput z: [4] over t\ny, z = repeat 2 lstm(x, n=4, reset=x[0] > 1)\nz[-1] = 2",
                "output y: [4] over t\noutput z: [4] over t\na = lstm(x, n=4, reset=x[0] > 1)\n"
                "y, z = lstm(a, n=4, reset=x[0] > 1)\nz[-1] = 2");
}
END_TEST

static const char *bounded(const char *lines)
{
    return skeleton(compile(arena_printf(arena, "model m {\n input x: [4] over t <= 9\n output y: [4] over t\n%s\n}\n", lines)));
}

/* `backward` goes with `repeat` and with shared cells in any order; twice is forward. */
START_TEST(backward_layers)
{
    const char *two = bounded("a = backward gru(x, n=4)\ny = backward gru(a, n=4)");
    ck_assert_str_eq(bounded("y = backward repeat 2 gru(x, n=4)"), two);
    ck_assert_str_eq(bounded("y = repeat 2 backward gru(x, n=4)"), two);
    ck_assert_str_eq(bounded("cell b = backward repeat 2 gru(n=4)\ny = b(x)"), two);
    const char *one = bounded("y = gru(x, n=4)");
    ck_assert_str_eq(bounded("cell b = backward gru(n=4)\ny = backward b(x)"), one);
    ck_assert(strcmp(bounded("y = backward gru(x, n=4)"), one) != 0);
}
END_TEST

/* One weight under two names of use: rows of it and its product. */
START_TEST(one_weight_used_twice)
{
    Graph *graph = compile("model m {\n input w: token[9] over t\n output s: [9] over t\n weight E: [9, 5]\n"
                           " h = gru(E[w], n=5)\n s = E @ h\n}\n");
    ck_assert_int_eq(count_op(graph, OP_TENSOR), 10);
    ck_assert_int_eq(count_op(graph, OP_ROW), 1);
}
END_TEST

START_TEST(arguments_by_position_or_name)
{
    assert_same("output y: [6, 5] over t\nweight K: [3, 4, 5]\ny = conv1d(line, K, 2, 2)",
                "output y: [6, 5] over t\nweight K: [3, 4, 5]\ny = conv1d(pad=2, K=K, stride=2, x=line)");
    assert_same("output y: [4, 4] over t\ny = max_pool(line, 2)", "output y: [4, 4] over t\ny = max_pool(k=2, line, stride=2)");
}
END_TEST

START_TEST(outer_is_a_product)
{
    assert_same("output y: [4, 9] over t\ny = outer(x, line[:, 0])",
                "output y: [4, 9] over t\ny = reshape(x, [4, 1]) @ reshape(line[:, 0], [1, 9])");
}
END_TEST

/* The shape of a convolution's result, found although its input is what it was a step ago. */
START_TEST(shapes_through_delays)
{
    model("output y: [9, 4] over t\nweight K: [3, 4, 4]\ny = line + conv1d(y[t-1], K, pad=1)");
    model("output y: [4, 4] over t\ny = max_pool(h, 2)\nh = 0.5 * h[t-1] + line");
    model("output y: [4, 4] over t\ny = 0.5 * y[t-1] + outer(x, h)\nh = tanh(x + h[t-1])");
    model("output w: token[4] over t\nw = sample(p)\np = softmax(x + p[t-1])");
}
END_TEST

/* Every place that draws has a number of its own, in every layer and every call. */
START_TEST(places_that_draw)
{
    Graph *graph = model("output y: [4] over t\ny = repeat 2 noisy(x) + noisy(x)\n}\n"
                         "cell noisy(x: [n]) -> y: [n] {\n y = x + normal(n over t)");
    ck_assert_int_eq(count_op(graph, OP_UNIFORM), 6);
    for (size_t i = 0; i < graph->count; i++)
        for (size_t k = 0; k < i; k++)
            ck_assert(graph->node[i].op != OP_UNIFORM || graph->node[k].op != OP_UNIFORM
                      || graph->node[i].at.site != graph->node[k].at.site);
}
END_TEST

START_TEST(quantize_rounds_and_clamps)
{
    assert_same("output y: [4] over t\ny = quantize(x, 0.25)", "output y: [4] over t\ny = min(max(round(x / 0.25), -128), 127) * 0.25");
}
END_TEST

START_TEST(train_is_left_out)
{
    const char *with = skeleton(model("output y: [4] over t\ny = dense(x, 4)\ntrain {\n target w: [4] over t\n loss = nonsense(y, w)\n}"));
    const char *without = skeleton(model("output y: [4] over t\ny = dense(x, 4)"));
    ck_assert_str_eq(with, without);
    ck_assert_uint_eq(diag_mark(diag), 2); /* a warning and its hint */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("check_calls");
    TCase *tcase = tcase_create("calls");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, dropout_leaves_no_trace);
    tcase_add_test(tcase, repeat_is_one_call_after_the_other);
    tcase_add_test(tcase, repeat_replaces_leading_arguments);
    tcase_add_test(tcase, repeat_names_its_weights);
    tcase_add_test(tcase, shared_weights_are_one_set);
    tcase_add_test(tcase, shared_cell_of_layers);
    tcase_add_test(tcase, shared_cell_takes_the_other_arguments);
    tcase_add_test(tcase, states_of_layers);
    tcase_add_test(tcase, backward_layers);
    tcase_add_test(tcase, one_weight_used_twice);
    tcase_add_test(tcase, arguments_by_position_or_name);
    tcase_add_test(tcase, outer_is_a_product);
    tcase_add_test(tcase, shapes_through_delays);
    tcase_add_test(tcase, places_that_draw);
    tcase_add_test(tcase, quantize_rounds_and_clamps);
    tcase_add_test(tcase, train_is_left_out);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
