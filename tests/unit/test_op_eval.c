/* test_op_eval.c: every operator on small tensors whose results were worked out by hand, and the
 * deterministic numbers that stand for missing weights. */
#include "../../compiler/constant.h"
#include "../../compiler/op_eval.h"

#include <check.h>
#include <math.h>
#include <string.h>

static Arena *arena;

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

#define SHAPE(...) shape_vector((int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__})
#define DATA(...) (const double[]){__VA_ARGS__}
#define SCALAR shape_scalar()

/* One row: an operator, its inputs and what comes out; unused inputs are NULL. */
typedef struct Case {
    Op op;
    Attributes at;
    Shape a, b;
    const double *x, *y;
    Shape out;
    const double *want;
} Case;

static void run(const Case *c)
{
    const double *in[] = {c->x, c->y};
    Shape shapes[] = {c->a, c->b}, out_shape;
    const char *error = NULL;
    double out[64];
    int count = c->y ? 2 : 1;
    ck_assert_msg(op_shape(arena, c->op, &c->at, shapes, count, &out_shape, &error), "%s: %s", op_info[c->op].name, error);
    ck_assert_msg(shape_equal(out_shape, c->out), "%s: shape %s", op_info[c->op].name, shape_text(arena, out_shape));
    op_eval(c->op, &c->at, shapes, in, count, out_shape, out);
    for (int64_t i = 0; i < shape_count(out_shape); i++)
        ck_assert_msg(fabs(out[i] - c->want[i]) < 1e-12 || out[i] == c->want[i], "%s: element %d is %g, not %g",
                      op_info[c->op].name, (int)i, out[i], c->want[i]);
}

#define NO_AXIS {.axis = -1, .clock = -1}
#define AXIS(k) {.axis = k, .clock = -1}
#define TOKENS(k) {.axis = -1, .clock = -1, .end = k}
#define WINDOW(length, step, zeros) {.axis = -1, .clock = -1, .window = length, .stride = step, .pad = zeros}
#define RUN(...) run(&(Case){__VA_ARGS__})

/* Each elementwise operator at points that tell it from its neighbours. */
START_TEST(elementwise)
{
    static const struct {
        Op op;
        double a, b, c, want;
    } row[] = {
        {OP_ADD, 2, 3, 0, 5},        {OP_SUB, 2, 3, 0, -1},      {OP_MUL, 2, 3, 0, 6},       {OP_DIV, 3, 2, 0, 1.5},
        {OP_MOD, -7, 3, 0, 2},       {OP_MOD, 7, -3, 0, -2},     {OP_POW, 2, 3, 0, 8},       {OP_NEG, 2, 0, 0, -2},
        {OP_LT, 2, 2, 0, 0},         {OP_LE, 2, 2, 0, 1},        {OP_GT, 3, 2, 0, 1},        {OP_GE, 1, 2, 0, 0},
        {OP_EQ, 2, 2, 0, 1},         {OP_NE, 2, 2, 0, 0},        {OP_AND, 2, 0, 0, 0},       {OP_AND, 2, -1, 0, 1},
        {OP_OR, 0, 0, 0, 0},         {OP_OR, 0, 5, 0, 1},        {OP_NOT, 0, 0, 0, 1},       {OP_NOT, 3, 0, 0, 0},
        {OP_MINIMUM, -1, 2, 0, -1},  {OP_MAXIMUM, -1, 2, 0, 2},  {OP_WHERE, 1, 5, 7, 5},     {OP_WHERE, 0, 5, 7, 7},
        {OP_ABS, -2, 0, 0, 2},       {OP_SQRT, 9, 0, 0, 3},      {OP_EXP, 0, 0, 0, 1},       {OP_EXPM1, 0, 0, 0, 0},
        {OP_LOG, 1, 0, 0, 0},        {OP_LOG1P, 0, 0, 0, 0},     {OP_TANH, 0, 0, 0, 0},      {OP_SIGMOID, 0, 0, 0, 0.5},
        {OP_ERF, 0, 0, 0, 0},        {OP_SIN, 0, 0, 0, 0},       {OP_COS, 0, 0, 0, 1},       {OP_FLOOR, -1.5, 0, 0, -2},
        {OP_ROUND, 2.5, 0, 0, 3},    {OP_ROUND, -2.5, 0, 0, -3}, {OP_EXP, 1, 0, 0, 2.718281828459045},
        {OP_EXPM1, 1, 0, 0, 1.718281828459045},                  {OP_LOG, 10, 0, 0, 2.302585092994046},
        {OP_LOG1P, 9, 0, 0, 2.302585092994046},                  {OP_TANH, 1, 0, 0, 0.7615941559557649},
        {OP_SIGMOID, 1, 0, 0, 0.7310585786300049},               {OP_ERF, 1, 0, 0, 0.8427007929497149},
        {OP_SIN, 1, 0, 0, 0.8414709848078965},                   {OP_COS, 1, 0, 0, 0.5403023058681398},
        {OP_SIGMOID, -800, 0, 0, 0},                             {OP_SIGMOID, 800, 0, 0, 1},
        {OP_SIGMOID_TANH, -1, 2, 0, 0.2689414213699951 * 0.9640275800758169}, {OP_SIGMOID_TANH, -800, 2, 0, 0},
    };
    bool seen[OP_COUNT] = {false};
    Attributes at = NO_AXIS;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const double *in[] = {&row[i].a, &row[i].b, &row[i].c};
        Shape shapes[] = {SCALAR, SCALAR, SCALAR};
        double out = NAN;
        op_eval(row[i].op, &at, shapes, in, op_info[row[i].op].arity, SCALAR, &out);
        ck_assert_msg(fabs(out - row[i].want) < 1e-14, "%s: %.17g", op_info[row[i].op].name, out);
        seen[row[i].op] = true;
    }
    for (int op = 0; op < OP_COUNT; op++)
        ck_assert_msg(seen[op] || op_info[op].class != CLASS_MAP, "%s has no row here", op_info[op].name);
}
END_TEST

START_TEST(tails)
{
    RUN(OP_SUB, NO_AXIS, SHAPE(2, 3), SHAPE(3), DATA(1, 2, 3, 4, 5, 6), DATA(1, 1, 2), SHAPE(2, 3), DATA(0, 1, 1, 3, 4, 4));
    RUN(OP_SUB, NO_AXIS, SHAPE(3), SHAPE(2, 3), DATA(1, 1, 2), DATA(1, 2, 3, 4, 5, 6), SHAPE(2, 3), DATA(0, -1, -1, -3, -4, -4));
    RUN(OP_DIV, NO_AXIS, SCALAR, SHAPE(2), DATA(6), DATA(2, 3), SHAPE(2), DATA(3, 2));
    RUN(OP_ADD, NO_AXIS, SHAPE(2, 1, 2), SHAPE(1, 2), DATA(1, 2, 3, 4), DATA(10, 20), SHAPE(2, 1, 2), DATA(11, 22, 13, 24));
    const double condition[] = {1, 0}, yes[] = {1, 2, 3, 4}, no = 9, *in[] = {condition, yes, &no};
    Shape shapes[] = {SHAPE(2), SHAPE(2, 2), SCALAR};
    double out[4];
    op_eval(OP_WHERE, &(Attributes)NO_AXIS, shapes, in, 3, SHAPE(2, 2), out);
    ck_assert(out[0] == 1 && out[1] == 9 && out[2] == 3 && out[3] == 9);
}
END_TEST

START_TEST(products)
{
    const double *m23 = DATA(1, 2, 3, 4, 5, 6), *m32 = DATA(1, 0, 2, 1, 0, 3);
    RUN(OP_MATMUL, NO_AXIS, SHAPE(3), SHAPE(3), DATA(1, 2, 3), DATA(4, 5, 6), SCALAR, DATA(32));
    RUN(OP_MATMUL, NO_AXIS, SHAPE(2, 3), SHAPE(3), m23, DATA(1, 0, -1), SHAPE(2), DATA(-2, -2));
    RUN(OP_MATMUL, NO_AXIS, SHAPE(2), SHAPE(2, 3), DATA(1, -1), m23, SHAPE(3), DATA(-3, -3, -3));
    RUN(OP_MATMUL, NO_AXIS, SHAPE(2, 3), SHAPE(3, 2), m23, m32, SHAPE(2, 2), DATA(5, 11, 14, 23));
    RUN(OP_MATMUL, NO_AXIS, SHAPE(3, 2), SHAPE(2, 3), m32, m23, SHAPE(3, 3), DATA(1, 2, 3, 6, 9, 12, 12, 15, 18));
}
END_TEST

START_TEST(reductions)
{
    const double *m = DATA(1, 5, 3, 4, 2, 9);
    RUN(OP_SUM, AXIS(1), SHAPE(2, 3), SCALAR, m, NULL, SHAPE(2), DATA(9, 15));
    RUN(OP_SUM, AXIS(0), SHAPE(2, 3), SCALAR, m, NULL, SHAPE(3), DATA(5, 7, 12));
    RUN(OP_MEAN, AXIS(1), SHAPE(2, 3), SCALAR, m, NULL, SHAPE(2), DATA(3, 5));
    RUN(OP_VAR, AXIS(1), SHAPE(2, 3), SCALAR, m, NULL, SHAPE(2), DATA(8.0 / 3, 26.0 / 3));
    RUN(OP_MIN, AXIS(0), SHAPE(2, 3), SCALAR, m, NULL, SHAPE(3), DATA(1, 2, 3));
    RUN(OP_MAX, AXIS(0), SHAPE(2, 3), SCALAR, m, NULL, SHAPE(3), DATA(4, 5, 9));
    RUN(OP_ARGMAX, AXIS(1), SHAPE(2, 3), SCALAR, m, NULL, SHAPE(2), DATA(1, 2));
    RUN(OP_ARGMAX, AXIS(0), SHAPE(4), SCALAR, DATA(1, 7, 7, 0), NULL, SCALAR, DATA(1));
    RUN(OP_VAR, AXIS(0), SHAPE(2), SCALAR, DATA(1e8 + 1, 1e8 - 1), NULL, SCALAR, DATA(1));
    RUN(OP_SUM, AXIS(1), SHAPE(2, 2, 2), SCALAR, DATA(1, 2, 3, 4, 5, 6, 7, 8), NULL, SHAPE(2, 2), DATA(4, 6, 12, 14));
    RUN(OP_MAX, AXIS(0), SHAPE(3), SCALAR, DATA(-INFINITY, -2, -3), NULL, SCALAR, DATA(-2));
}
END_TEST

START_TEST(softmaxes)
{
    double l = log(4);
    RUN(OP_SOFTMAX, AXIS(0), SHAPE(2), SCALAR, DATA(0, log(3)), NULL, SHAPE(2), DATA(0.25, 0.75));
    RUN(OP_SOFTMAX, AXIS(0), SHAPE(2), SCALAR, DATA(1000, 1000 + log(3)), NULL, SHAPE(2), DATA(0.25, 0.75));
    RUN(OP_SOFTMAX, AXIS(0), SHAPE(3), SCALAR, DATA(2, -INFINITY, 2), NULL, SHAPE(3), DATA(0.5, 0, 0.5));
    RUN(OP_SOFTMAX, AXIS(0), SHAPE(2, 2), SCALAR, DATA(0, log(3), log(3), 0), NULL, SHAPE(2, 2), DATA(0.25, 0.75, 0.75, 0.25));
    RUN(OP_LOG_SOFTMAX, AXIS(1), SHAPE(1, 2), SCALAR, DATA(0, log(3)), NULL, SHAPE(1, 2), DATA(-l, log(3) - l));
    RUN(OP_LOG_SOFTMAX, AXIS(0), SHAPE(2), SCALAR, DATA(-1000, 1000), NULL, SHAPE(2), DATA(-2000, 0));
}
END_TEST

START_TEST(moves)
{
    const double *m = DATA(1, 2, 3, 4, 5, 6);
    Attributes columns = {.axis = 1, .clock = -1, .begin = 1, .end = 3}, rows = {.axis = 0, .clock = -1, .begin = 1, .end = 2};
    RUN(OP_SLICE, columns, SHAPE(2, 3), SCALAR, m, NULL, SHAPE(2, 2), DATA(2, 3, 5, 6));
    RUN(OP_SLICE, rows, SHAPE(2, 3), SCALAR, m, NULL, SHAPE(1, 3), DATA(4, 5, 6));
    RUN(OP_CONCAT, AXIS(0), SHAPE(1, 3), SHAPE(2, 3), DATA(7, 8, 9), m, SHAPE(3, 3), DATA(7, 8, 9, 1, 2, 3, 4, 5, 6));
    RUN(OP_CONCAT, AXIS(1), SHAPE(2, 1), SHAPE(2, 3), DATA(7, 8), m, SHAPE(2, 4), DATA(7, 1, 2, 3, 8, 4, 5, 6));
    RUN(OP_FLIP, AXIS(0), SHAPE(2, 3), SCALAR, m, NULL, SHAPE(2, 3), DATA(4, 5, 6, 1, 2, 3));
    RUN(OP_FLIP, AXIS(1), SHAPE(2, 3), SCALAR, m, NULL, SHAPE(2, 3), DATA(3, 2, 1, 6, 5, 4));
    RUN(OP_TRANSPOSE, NO_AXIS, SHAPE(2, 3), SCALAR, m, NULL, SHAPE(3, 2), DATA(1, 4, 2, 5, 3, 6));
    RUN(OP_TRANSPOSE, NO_AXIS, SHAPE(1, 2, 3), SCALAR, m, NULL, SHAPE(3, 2, 1), DATA(1, 4, 2, 5, 3, 6));
    RUN(OP_TRANSPOSE, NO_AXIS, SHAPE(2, 2, 2), SCALAR, DATA(0, 1, 2, 3, 4, 5, 6, 7), NULL, SHAPE(2, 2, 2),
        DATA(0, 4, 2, 6, 1, 5, 3, 7));
    RUN(OP_ROW, AXIS(0), SHAPE(2, 3), SCALAR, m, DATA(1), SHAPE(3), DATA(4, 5, 6));
    RUN(OP_ROW, AXIS(0), SHAPE(3), SCALAR, DATA(7, 8, 9), DATA(2), SCALAR, DATA(9));
    RUN(OP_ROW, AXIS(1), SHAPE(2, 3), SCALAR, m, DATA(2), SHAPE(2), DATA(3, 6));
    RUN(OP_ROW, AXIS(1), SHAPE(2, 2, 2), SCALAR, DATA(0, 1, 2, 3, 4, 5, 6, 7), DATA(1), SHAPE(2, 2), DATA(2, 3, 6, 7));
    RUN(OP_TOKEN, TOKENS(6), SHAPE(2), SCALAR, DATA(5, 2), NULL, SHAPE(2), DATA(5, 2));
    RUN(OP_NUMBER, NO_AXIS, SCALAR, SCALAR, DATA(5), NULL, SCALAR, DATA(5));
    RUN(OP_REPEAT, NO_AXIS, SHAPE(2), SCALAR, DATA(5, 6), NULL, SHAPE(2), DATA(5, 6));
    Attributes reshape = {.axis = -1, .clock = -1, .shape = SHAPE(3, 2)};
    RUN(OP_RESHAPE, reshape, SHAPE(2, 3), SCALAR, m, NULL, SHAPE(3, 2), m);
}
END_TEST

/* Results are PyTorch's, of whole numbers; its images have their channels first. */
START_TEST(convolutions)
{
    RUN(OP_CONV, WINDOW(0, 2, 1), SHAPE(5, 2), SHAPE(3, 2, 3), DATA(4, -1, 4, 4, -4, 1, -1, 1, 3, 2),
        DATA(-4, 0, 3, 4, -3, 2, -2, -2, -3, -1, 1, 4, -3, 4, 3, 4, -3, -4), SHAPE(3, 3), DATA(-3, -5, -20, 14, -10, 29, 0, -7, -2));
    const double *x = DATA(1, 0, -3, 1, 0, 3, 2, -4, -4, -2, 0, 1, 4, 4, 3, 1, -3, -3, -3, 1, 1, 3, 0, -1);
    const double *kernel = DATA(-4, -4, -4, -4, -2, -2, 3, -4, 1, -4, -3, 0, -3, -2, -2, 0, 4, -4, 2, -4, 0, -3, 1, -3);
    RUN(OP_CONV, WINDOW(0, 1, 1), SHAPE(3, 4, 2), SHAPE(2, 3, 2, 2), x, kernel, SHAPE(4, 4, 2),
        DATA(5, 2, -10, -3, 9, 0, -6, 8, -27, 31, 18, -22, 54, -56, -34, -24, -18, 46, 27, 6, 16, -47, -46, -40, -9, 30, 25, 22, 18, -6,
             -19, -12));
    RUN(OP_CONV, WINDOW(0, 2, 0), SHAPE(3, 4, 2), SHAPE(2, 3, 2, 2), x, kernel, SHAPE(1, 1, 2), DATA(18, -22));
    RUN(OP_MAX_POOL, WINDOW(2, 1, 0), SHAPE(3, 4, 2), SCALAR, x, NULL, SHAPE(2, 3, 2), DATA(1, 1, 4, 4, 4, 4, 0, 1, 4, 4, 4, 4));
    RUN(OP_AVG_POOL, WINDOW(2, 2, 0), SHAPE(3, 4, 2), SCALAR, x, NULL, SHAPE(1, 2, 2), DATA(-1.5, 0, 2.25, 1));
    const double *line = DATA(4, 4, 3, -4, -4, -3, 3, 4, 3, 0, -4, -4, 0, -1);
    RUN(OP_MAX_POOL, WINDOW(3, 2, 0), SHAPE(7, 2), SCALAR, line, NULL, SHAPE(3, 2), DATA(4, 4, 3, 4, 3, 0));
    Attributes pair = WINDOW(2, 1, 0);
    Shape three = SHAPE(3, 1);
    double out[2];
    op_eval(OP_MAX_POOL, &pair, &three, (const double *const[]){DATA(1, NAN, 2)}, 1, SHAPE(2, 1), out);
    ck_assert(isnan(out[0]) && isnan(out[1]));
    RUN(OP_AVG_POOL, WINDOW(2, 3, 0), SHAPE(7, 2), SCALAR, line, NULL, SHAPE(2, 2), DATA(3.5, 0, 3, 2));
}
END_TEST

/* Probabilities need not add up to 1, and one that is 0 is never drawn. */
START_TEST(drawing)
{
    const double *p = DATA(0, 1, 0, 2, 1, 0), u[] = {0, 0.2499, 0.25, 0.7499, 0.75, 0.999}, want[] = {1, 1, 3, 3, 4, 4};
    for (int i = 0; i < 6; i++)
        RUN(OP_SAMPLE, NO_AXIS, SHAPE(6), SCALAR, p, &u[i], SCALAR, &want[i]);
    RUN(OP_SAMPLE, NO_AXIS, SHAPE(6), SCALAR, p, DATA(1), SCALAR, DATA(4));
    RUN(OP_SAMPLE, NO_AXIS, SHAPE(3), SCALAR, DATA(0, 0, 0), DATA(0.5), SCALAR, DATA(0));
}
END_TEST

/* ---- constants ---- */

static NodeId add(Graph *graph, Node draft)
{
    return graph_put(graph, &draft);
}

static NodeId add_tensor(Graph *graph, const char *name, Shape shape, const Tensor *tensor)
{
    Node node = node_draft(OP_TENSOR, (Place){NULL, 0, 0}, 0, NULL);
    node.name = name;
    node.at.shape = shape;
    node.tensor = tensor;
    return add(graph, node);
}

static NodeId add_op(Graph *graph, Op op, int count, const NodeId *input)
{
    return add(graph, node_draft(op, (Place){NULL, 0, 0}, count, input));
}

START_TEST(constants)
{
    static const unsigned char bytes[] = {1, 2, 3, 4, 5, 6};
    Tensor tensor = {.name = "W", .dtype = DTYPE_U8, .rank = 2, .dim = {2, 3}, .count = 6, .bytes = bytes};
    Graph *graph = graph_new(arena, NULL);
    NodeId w = add_tensor(graph, "W", SHAPE(2, 3), &tensor);
    Constants *constants = constants_new(arena, graph, 1);
    ck_assert(constant_value(constants, w)[5] == 6);
    NodeId ten = graph_const(graph, 10, SHAPE(3), (Place){NULL, 0, 0}); /* the graph grows after constants_new */
    NodeId product = add_op(graph, OP_MATMUL, 2, (NodeId[]){w, ten});
    NodeId result = add_op(graph, OP_NEG, 1, &product);
    ck_assert(graph->node[result].fixed);
    const double *value = constant_value(constants, result);
    ck_assert(value[0] == -60 && value[1] == -150);
    ck_assert_ptr_eq(constant_value(constants, result), value);
    ck_assert(constant_value(constants, ten)[2] == 10);
}
END_TEST

/* As deep as this no recursion would get. */
START_TEST(deep_constants)
{
    Graph *graph = graph_new(arena, NULL);
    NodeId id = add_tensor(graph, "x", SCALAR, NULL);
    Constants *constants = constants_new(arena, graph, 1);
    double start = constant_value(constants, id)[0];
    for (int i = 0; i < 300001; i++)
        id = add_op(graph, OP_NEG, 1, &id);
    ck_assert(constant_value(constants, id)[0] == -start);
}
END_TEST

START_TEST(random_weights)
{
    Graph *graph = graph_new(arena, NULL);
    NodeId a = add_tensor(graph, "a", SHAPE(40, 25), NULL), b = add_tensor(graph, "b", SHAPE(1000), NULL);
    Constants *first = constants_new(arena, graph, 7), *again = constants_new(arena, graph, 7);
    Constants *other = constants_new(arena, graph, 8);
    const double *x = constant_value(first, a), *y = constant_value(first, b);
    double low = 0, high = 0, sum = 0, top = 0;
    for (int i = 0; i < 1000; i++) {
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
        sum += x[i];
        top = fmax(top, fabs(y[i]));
        ck_assert(x[i] == (double)(float)x[i]);
    }
    ck_assert(low >= -0.2 && low < -0.19 && high <= 0.2 && high > 0.19 && fabs(sum) < 12);
    ck_assert(top <= 0.5 && top > 0.48);
    ck_assert(memcmp(x, constant_value(again, a), 1000 * sizeof *x) == 0);
    ck_assert(memcmp(x, constant_value(other, a), 1000 * sizeof *x) != 0);
    ck_assert(x[0] / 0.2 != y[0] / 0.5);
}
END_TEST

START_TEST(finite)
{
    unsigned char bytes[600 * 4] = {0};
    Tensor tensor = {.name = "W", .dtype = DTYPE_F32, .rank = 1, .dim = {600}, .count = 600, .bytes = bytes};
    size_t index = 0;
    ck_assert(constant_finite(&tensor, &index));
    bytes[599 * 4 + 3] = 0x7f; /* 0x7f800000: infinity */
    bytes[599 * 4 + 2] = 0x80;
    ck_assert(!constant_finite(&tensor, &index) && index == 599);
    memcpy(bytes + 257 * 4, (unsigned char[]){1, 0, 0xc0, 0xff}, 4); /* a NaN */
    ck_assert(!constant_finite(&tensor, &index) && index == 257);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("op_eval");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, elementwise);
    tcase_add_test(all, tails);
    tcase_add_test(all, products);
    tcase_add_test(all, reductions);
    tcase_add_test(all, softmaxes);
    tcase_add_test(all, moves);
    tcase_add_test(all, convolutions);
    tcase_add_test(all, drawing);
    tcase_add_test(all, constants);
    tcase_add_test(all, deep_constants);
    tcase_add_test(all, random_weights);
    tcase_add_test(all, finite);
    Suite *suite = suite_create("op_eval");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
