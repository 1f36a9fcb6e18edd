/* test_shape.c: shapes known and unknown, and the rules of shape_rules.c with their messages. */
#include "../../compiler/shape.h"

#include <check.h>

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
#define SCALAR shape_scalar()
#define UNKNOWN SHAPE_UNKNOWN
#define NONE {0, {0}}
#define NO_AXIS {.axis = -1, .clock = -1}
#define WINDOW(length, step, zeros) {.axis = -1, .clock = -1, .window = length, .stride = step, .pad = zeros}
#define DIMS(rank, ...) {rank, {__VA_ARGS__}}

static const struct {
    Op op;
    Attributes at;
    int count;
    Shape a, b;
    const char *want;        /* the shape, or the message */
} rules[] = {
    {OP_ADD, NO_AXIS, 2, DIMS(2, 2, 3), DIMS(1, 3), "[2, 3]"},
    {OP_ADD, NO_AXIS, 2, DIMS(1, 3), DIMS(2, 2, 3), "[2, 3]"},
    {OP_ADD, NO_AXIS, 2, NONE, NONE, "[]"},
    {OP_ADD, NO_AXIS, 2, DIMS(2, 3, 1), DIMS(2, 3, 4),
     "`+` of [3, 1] and [3, 4]: the shapes must be equal, or one the tail of the other"},
    {OP_ADD, NO_AXIS, 2, DIMS(2, 3, 4), DIMS(1, 3),
     "`+` of [3, 4] and [3]: the shapes must be equal, or one the tail of the other"},
    {OP_ADD, NO_AXIS, 2, DIMS(2, -1, 4), DIMS(2, 3, -1), "[3, 4]"},
    {OP_MATMUL, NO_AXIS, 2, DIMS(1, 3), DIMS(1, 3), "[]"},
    {OP_MATMUL, NO_AXIS, 2, DIMS(2, 2, 3), DIMS(1, 3), "[2]"},
    {OP_MATMUL, NO_AXIS, 2, DIMS(1, 2), DIMS(2, 2, 3), "[3]"},
    {OP_MATMUL, NO_AXIS, 2, DIMS(2, 4, 2), DIMS(2, 2, 3), "[4, 3]"},
    {OP_MATMUL, NO_AXIS, 2, DIMS(1, 64), DIMS(2, 50, 64),
     "cannot multiply [64] by [50, 64]: the inner dimensions are 64 and 50"},
    {OP_MATMUL, NO_AXIS, 2, NONE, DIMS(1, 3),
     "cannot multiply [] by [3]: `@` takes vectors and matrices (a number is multiplied with `*`)"},
    {OP_MATMUL, NO_AXIS, 2, DIMS(3, 2, 2, 3), DIMS(1, 3),
     "cannot multiply [2, 2, 3] by [3]: `@` takes vectors and matrices"},
    {OP_SUM, {.axis = 1, .clock = -1}, 1, DIMS(3, 2, 3, 4), NONE, "[2, 4]"},
    {OP_SUM, {.axis = -1, .clock = 0}, 1, DIMS(3, 2, 3, 4), NONE, "[2, 3, 4]"},
    {OP_SUM, {.axis = 2, .clock = -1}, 1, DIMS(2, 2, 3), NONE, "`sum` along axis 2 of [2, 3]: the axes are 0 to 1"},
    {OP_SUM, {.axis = 0, .clock = -1}, 1, NONE, NONE, "`sum` of a single number: there is no axis to work along"},
    {OP_SOFTMAX, {.axis = 0, .clock = -1}, 1, DIMS(2, 2, 3), NONE, "[2, 3]"},
    {OP_LAST, {.axis = -1, .clock = 0}, 1, DIMS(2, 2, 3), NONE, "[2, 3]"},
    {OP_STACK, {.axis = -1, .clock = 0, .length = 7}, 1, DIMS(2, 2, 3), NONE, "[7, 2, 3]"},
    {OP_STACK, {.axis = -1, .clock = 0, .length = 7}, 1, DIMS(8, 1, 1, 1, 1, 1, 1, 1, 1), NONE,
     "`stack` of [1, 1, 1, 1, 1, 1, 1, 1]: a value has at most 8 axes"},
    {OP_CONCAT, {.axis = 1, .clock = -1}, 2, DIMS(2, 2, 3), DIMS(2, 2, 4), "[2, 7]"},
    {OP_CONCAT, {.axis = 0, .clock = -1}, 2, DIMS(2, 2, 3), DIMS(2, 2, 4),
     "`concat` along axis 0 of [2, 3] and [2, 4]: the other axes must be equal"},
    {OP_CONCAT, {.axis = 0, .clock = -1}, 2, DIMS(1, 2), NONE, "`concat` of a single number: there is no axis to work along"},
    {OP_SLICE, {.axis = 1, .clock = -1, .begin = 1, .end = 3}, 1, DIMS(2, 2, 3), NONE, "[2, 2]"},
    {OP_SLICE, {.axis = 0, .clock = -1, .begin = 1, .end = 3}, 1, DIMS(2, 2, 3), NONE, "elements 1 to 2 of [2, 3]: axis 0 has the elements 0 to 1"},
    {OP_RESHAPE, {.axis = -1, .clock = -1, .shape = DIMS(2, 3, 2)}, 1, DIMS(2, 2, 3), NONE, "[3, 2]"},
    {OP_RESHAPE, {.axis = -1, .clock = -1, .shape = DIMS(1, 5)}, 1, DIMS(2, 2, 3), NONE, "cannot reshape [2, 3] into [5]: 6 elements into 5"},
    {OP_TRANSPOSE, NO_AXIS, 1, DIMS(3, 2, 3, 4), NONE, "[4, 3, 2]"},
    {OP_FLIP, {.axis = 1, .clock = -1}, 1, DIMS(1, 3), NONE, "`flip` along axis 1 of [3]: the axes are 0 to 0"},
    {OP_ROW, {.axis = 0, .clock = -1}, 2, DIMS(2, 5, 3), NONE, "[3]"},
    {OP_ROW, {.axis = 0, .clock = -1}, 2, DIMS(2, 5, 3), DIMS(1, 4), "a row is taken by one token, not by [4] of them"},
    {OP_ROW, {.axis = 0, .clock = -1}, 2, NONE, NONE, "`row` of a single number: there is no axis to work along"},
    {OP_ROW, {.axis = 1, .clock = -1}, 2, DIMS(3, 5, 3, 4), NONE, "[5, 4]"},
    {OP_ROW, {.axis = 2, .clock = -1}, 2, DIMS(2, 5, 3), NONE, "`row` along axis 2 of [5, 3]: the axes are 0 to 1"},
    {OP_UNSTACK, {.axis = -1, .clock = 0, .length = 5}, 1, DIMS(2, 5, 3), NONE, "[3]"},
    {OP_UNSTACK, {.axis = -1, .clock = 0, .length = 5}, 1, DIMS(1, 6), NONE, "[]"},
    {OP_UNSTACK, {.axis = -1, .clock = 0, .length = 5}, 1, DIMS(2, 4, 3), NONE, "5 steps of the rows of [4, 3]: there are 4 rows"},
    {OP_UNSTACK, {.axis = -1, .clock = 0, .length = 5}, 1, NONE, NONE,
     "`unstack` of a single number: there is no axis to work along"},
    {OP_TOKEN, {.axis = -1, .clock = -1, .end = 9}, 1, DIMS(1, 2), NONE, "[2]"},
    {OP_HOLD, {.axis = -1, .clock = 0}, 2, DIMS(1, 2), DIMS(1, 2), "[2]"},
    {OP_HOLD, {.axis = -1, .clock = 0}, 2, DIMS(1, 2), NONE, "`hold` of [2], and [] before the first tick"},
    {OP_PICK, {.axis = -1, .clock = 0}, 1, DIMS(2, 2, 3), NONE, "[2, 3]"},
    {OP_RECLOCK, {.axis = -1, .clock = 0, .from = 1}, 1, DIMS(2, 2, 3), NONE, "[2, 3]"},
    {OP_CONV, WINDOW(0, 1, 0), 2, DIMS(2, 9, 3), DIMS(3, 4, 3, 8), "[6, 8]"},
    {OP_CONV, WINDOW(0, 2, 1), 2, DIMS(2, 9, 3), DIMS(3, 4, 3, 8), "[4, 8]"},
    {OP_CONV, WINDOW(0, 1, 1), 2, DIMS(3, 5, 6, 2), DIMS(4, 3, 2, 2, 7), "[5, 7, 7]"},
    {OP_CONV, WINDOW(0, 1, 0), 2, DIMS(2, -1, 3), DIMS(3, 4, -1, 8), "[?, 8]"},
    {OP_CONV, WINDOW(0, 1, 0), 2, DIMS(2, 9, 3), DIMS(3, 4, 2, 8),
     "convolution of [9, 3] with [4, 2, 8]: there are 3 channels, and the kernel is for 2"},
    {OP_CONV, WINDOW(0, 1, 0), 2, DIMS(2, 9, 3), DIMS(2, 4, 3),
     "convolution of [9, 3] with [4, 3]: [l, c] goes with a kernel [k, c, o], and [h, w, c] with [kh, kw, c, o]"},
    {OP_CONV, WINDOW(0, 1, 0), 2, DIMS(1, 9), DIMS(2, 4, 3),
     "convolution of [9] with [4, 3]: [l, c] goes with a kernel [k, c, o], and [h, w, c] with [kh, kw, c, o]"},
    {OP_CONV, WINDOW(0, 1, 0), 2, DIMS(2, 3, 3), DIMS(3, 4, 3, 8),
     "convolution of [3, 3] with [4, 3, 8]: a window of 4 does not fit into an axis of 3"},
    {OP_CONV, WINDOW(0, 1, 1), 2, DIMS(2, 3, 3), DIMS(3, 6, 3, 8),
     "convolution of [3, 3] with [6, 3, 8]: a window of 6 does not fit into an axis of 3 padded to 5"},
    {OP_CONV, WINDOW(0, 0, 0), 2, DIMS(2, 3, 3), DIMS(3, 2, 3, 8),
     "convolution of [3, 3] with [2, 3, 8] with window 2, stride 0, padding 0: window and stride are at least 1, padding at least 0"},
    {OP_MAX_POOL, WINDOW(2, 2, 0), 1, DIMS(2, 9, 3), NONE, "[4, 3]"},
    {OP_AVG_POOL, WINDOW(3, 1, 0), 1, DIMS(3, 5, 3, 4), NONE, "[3, 1, 4]"},
    {OP_MAX_POOL, WINDOW(2, 2, 0), 1, DIMS(1, 9), NONE, "`max_pool` of [9]: it takes [l, c] or [h, w, c]"},
    {OP_AVG_POOL, WINDOW(4, 1, 0), 1, DIMS(3, 5, 3, 4), NONE,
     "`avg_pool` of [5, 3, 4]: a window of 4 does not fit into an axis of 3"},
    {OP_SCORES, {.axis = -1, .clock = 0}, 2, DIMS(1, 5), DIMS(1, 5), "[]"},
    {OP_SCORES, {.axis = -1, .clock = 0}, 2, DIMS(1, 5), DIMS(1, 4), "`scores` of [5] and [4]"},
    {OP_WEIGHTED, {.axis = -1, .clock = 0}, 2, DIMS(2, 5, 2), NONE, "[5, 2]"},
    {OP_WEIGHTED, {.axis = -1, .clock = 0}, 2, DIMS(1, 5), DIMS(1, 5), "`weighted` of [5] and [5]"},
    {OP_SAMPLE, NO_AXIS, 2, DIMS(1, 5), NONE, "[]"},
    {OP_SAMPLE, NO_AXIS, 2, DIMS(2, 5, 2), NONE, "a token is drawn with probabilities [n] by one number, not with [5, 2] by []"},
    {OP_SAMPLE, NO_AXIS, 2, DIMS(1, 5), DIMS(1, 1), "a token is drawn with probabilities [n] by one number, not with [5] by [1]"},
    {OP_TANH, NO_AXIS, 1, DIMS(2, -1, 3), NONE, "[?, 3]"},
    {OP_SUM, {.axis = 0, .clock = -1}, 1, DIMS(-1, 0), NONE, "[?]"},
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
    TCase *all = tcase_create("shape");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_loop_test(all, shape_rule, 0, (int)(sizeof rules / sizeof *rules));
    tcase_add_test(all, shapes);
    Suite *suite = suite_create("shape");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
