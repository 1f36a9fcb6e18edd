/* test_graph_verify.c: a sound graph broken in one place at a time, to see graph_verify find it, and
 * cycles that loops can and cannot compute. */
#include "../../compiler/graph.h"

#include <check.h>
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

static const char sound[] = "graph sound\n"
                            "clock t <= 5\n"
                            "clock s = 3\n"
                            "%0 = input : [4] over t name=\"x\"\n"
                            "%1 = tensor : [4, 4] name=\"W\"\n"
                            "%2 = const : [4] value=0\n"
                            "%3 = state %2 : [4] over t clock=t next=%5\n"
                            "%4 = @ %1 %3 : [4] over t\n"
                            "%5 = + %4 %0 : [4] over t\n"
                            "%6 = sum %5 : [4] clock=t\n"
                            "%7 = argmax %5 : [] over t axis=0 tokens=4\n"
                            "%8 = row %1 %7 : [4] over t\n"
                            "%9 = repeat %8 : [4] over t over s clock=s\n"
                            "%10 = stack %9 : [3, 4] over t clock=s length=3\n"
                            "input x %0\n"
                            "output y %6\n"
                            "output z %10\n";

static void break_op(Graph *g) { g->node[5].op = (Op)999; }
static void break_arity(Graph *g) { g->node[5].count = 1; }
static void break_order(Graph *g) { g->node[4].input[1] = 5; }
static void break_input(Graph *g) { g->node[4].input[0] = -1; }
static void break_self(Graph *g) { g->node[6].input[0] = 6; }
static void break_clock(Graph *g) { g->node[6].at.clock = 2; }
static void break_no_clock(Graph *g) { g->node[3].at.clock = -1; }
static void break_rank(Graph *g) { g->node[0].type.shape.rank = -1; }
static void break_dim(Graph *g) { g->node[0].type.shape.dim[0] = -1; }
static void break_empty(Graph *g) { g->node[0].type.shape.dim[0] = 0; }
static void break_clocks(Graph *g) { g->node[0].type.clocks |= 4; }
static void break_more_clocks(Graph *g) { g->node[4].type.clocks |= 2; }
static void break_shape(Graph *g) { g->node[5].type.shape = shape_scalar(); }
static void break_product(Graph *g) { g->node[2].at.shape.dim[0] = g->node[2].type.shape.dim[0] = 3; }
static void break_tokens(Graph *g) { g->node[5].type.tokens = 4; }
static void break_fixed(Graph *g) { g->node[4].fixed = true; }
static void break_axis(Graph *g) { g->node[7].at.axis = 1; }
static void break_two_ways(Graph *g) { g->node[6].at.axis = 0; }
static void break_group(Graph *g) { g->node[6].group = 0; }
static void break_group_number(Graph *g) { g->node[5].group = -2; }
static void break_next(Graph *g) { g->node[3].next = NODE_NONE; }
static void break_next_shape(Graph *g) { g->node[3].next = 1; }
static void break_next_tokens(Graph *g)
{
    g->node[2].type.tokens = g->node[3].type.tokens = 9;
}
static void break_next_clocks(Graph *g) { g->node[3].next = 9; }
static void break_next_of_other(Graph *g) { g->node[5].next = 5; }
static void break_state_clock(Graph *g) { g->node[3].at.clock = 1; }
static void break_start(Graph *g) { g->node[3].input[0] = 0; }
static void break_rows(Graph *g)
{
    g->node[1].at.shape.dim[0] = g->node[1].type.shape.dim[0] = 3;
    g->node[4].input[0] = 2;
    g->node[4].type.shape = shape_scalar();
}
static void break_name(Graph *g) { g->node[1].name = NULL; }
static void break_length(Graph *g) { g->node[10].at.length = 2; }
static void break_limit(Graph *g) { g->clock[0].limit = 0; }
static void break_endless(Graph *g) { g->clock[0].kind = CLOCK_ENDLESS; }
static void break_output(Graph *g) { g->output[1].node = 11; }
static void break_port(Graph *g) { g->input[0].node = 5; }
static void break_lost_input(Graph *g) { g->input[0].node = NODE_NONE; }
static void break_port_name(Graph *g) { g->output[1].name = "y"; }
static void break_tensor(Graph *g)
{
    static const Tensor tensor = {.name = "W", .dtype = DTYPE_F32, .rank = 2, .dim = {4, 5}, .count = 20};
    g->node[1].tensor = &tensor;
}

static const struct {
    void (*how)(Graph *);
    const char *error;
} broken[] = {
    {break_op, "node %5 (?): no operator has that number"},
    {break_arity, "node %5 (+): 1 inputs, not 2"},
    {break_order, "node %4 (@): the input %5 does not stand above it"},
    {break_input, "node %4 (@): the input %-1 does not stand above it"},
    {break_self, "node %6 (sum): the input %6 does not stand above it"},
    {break_clock, "node %6 (sum): there is no clock 2"},
    {break_no_clock, "node %3 (state): it has no clock"},
    {break_rank, "node %0 (input): its shape is not known"},
    {break_dim, "node %0 (input): its shape is not known"},
    {break_empty, "node %0 (input): the shape [0] is empty"},
    {break_clocks, "node %0 (input): it runs on a clock that does not exist"},
    {break_more_clocks, "node %4 (@): it does not run on the clocks that its inputs make"},
    {break_shape, "node %5 (+): it is [], but its inputs make [4]"},
    {break_product, "node %3 (state): it is [4], but its inputs make [3]"},
    {break_tokens, "node %5 (+): its tokens are 4, but its inputs make 0"},
    {break_fixed, "node %4 (@): it is fixed and says it is not, or the other way round"},
    {break_axis, "node %7 (argmax): `argmax` along axis 1 of [4]: the axes are 0 to 0"},
    {break_two_ways, "node %6 (sum): it has an axis, but works along none"},
    {break_group, "node %6 (sum): it cannot be in a group"},
    {break_group_number, "node %5 (+): there is no group -2"},
    {break_next, "node %3 (state): there is no %-1 to be its next value"},
    {break_next_shape, "node %3 (state): it is [4], but its next value is [4, 4]"},
    {break_next_tokens, "node %3 (state): its tokens are 9, but those of its next value 0"},
    {break_next_clocks, "node %3 (state): its next value runs on a clock that it does not run on"},
    {break_next_of_other, "node %5 (+): it has a next value, but is no state"},
    {break_state_clock, "node %3 (state): it steps along a clock that it does not run on"},
    {break_start, "node %3 (state): its start value runs on the clock that it steps along"},
    {break_rows, "node %8 (row): a token of 4 names a row of 3"},
    {break_name, "node %1 (tensor): it has no name"},
    {break_length, "node %10 (stack): it stacks 2 steps of s, which has another length"},
    {break_limit, "clock t cannot have 0 steps"},
    {break_endless, "clock t cannot have 5 steps"},
    {break_output, "output z is %11, which does not exist"},
    {break_port, "input x is %5, which is no input node"},
    {break_lost_input, "node %0 (input): it belongs to no input of the model"},
    {break_port_name, "two outputs are called y"},
    {break_tensor, "node %1 (tensor): its tensor has another shape"},
};

START_TEST(verify_finds)
{
    const char *error = NULL;
    Graph *graph = graph_read(arena, sound, &error);
    ck_assert_msg(graph != NULL, "%s", error);
    ck_assert_ptr_null(graph_verify(arena, graph));
    broken[_i].how(graph);
    error = graph_verify(arena, graph);
    ck_assert_ptr_nonnull(error);
    ck_assert_str_eq(error, broken[_i].error);
}
END_TEST

/* ---- cycles ---- */

#define HEAD                                   \
    "clock t <= 5\nclock s = 3\n"              \
    "%0 = input : [] over t name=\"x\"\n"      \
    "%1 = const : [] value=0\n"                \
    "input x %0\n"

/* `knot`: the node that graph_verify names, or -1 where loops can compute the graph. */
static const struct {
    int knot;
    const char *text;
} cycles[] = {
    /* a state that is its own next */
    {-1, HEAD "%2 = state %1 : [] over t clock=t next=%2\noutput y %2\n"},
    /* h = h[t-1] + x and its sum, outside of the cycle */
    {-1, HEAD "%2 = state %1 : [] over t clock=t next=%3\n%3 = + %2 %0 : [] over t\n%4 = sum %3 : [] clock=t\noutput y %4\n"},
    /* h = h[t-1] + sum(h over t) */
    {2, HEAD "%2 = state %1 : [] over t clock=t next=%4\n%3 = sum %2 : [] clock=t\n%4 = + %2 %3 : [] over t\noutput y %4\n"},
    /* h = softmax(h[t-1] over t) */
    {2, HEAD "%2 = state %1 : [] over t clock=t next=%3\n%3 = softmax %2 : [] over t clock=t\noutput y %3\n"},
    /* a loop over s inside of each step of t, its last value the next start */
    {-1, HEAD "%2 = state %1 : [] over t clock=t next=%5\n%3 = state %2 : [] over t over s clock=s next=%4\n"
              "%4 = + %3 %0 : [] over t over s\n%5 = last %4 : [] over t clock=s\noutput y %5\n"},
    /* the same, and inside of the loop over s a sum over s */
    {3, HEAD "%2 = state %1 : [] over t clock=t next=%5\n%3 = state %2 : [] over t over s clock=s next=%7\n"
             "%4 = + %3 %0 : [] over t over s\n%5 = last %4 : [] over t clock=s\n%6 = sum %4 : [] over t clock=s\n"
             "%7 = + %4 %6 : [] over t over s\noutput y %5\n"},
    /* a over t and b over s that wait for each other's ends */
    {2, HEAD "%2 = state %1 : [] over t clock=t next=%6\n%3 = state %1 : [] over s clock=s next=%7\n"
             "%4 = last %2 : [] clock=t\n%5 = last %3 : [] clock=s\n%6 = + %2 %5 : [] over t\n%7 = + %3 %4 : [] over s\n"
             "output y %6\noutput z %7\n"},
    /* a state on both clocks, delayed along both: h = h[t-1] + h[s-1] */
    {-1, HEAD "%2 = state %1 : [] over t over s clock=t next=%4\n%3 = state %1 : [] over t over s clock=s next=%4\n"
              "%4 = + %2 %3 : [] over t over s\noutput y %4\n"},
};

START_TEST(cycle)
{
    const char *error = NULL;
    Graph *graph = graph_read(arena, cycles[_i].text, &error);
    if (cycles[_i].knot < 0) {
        ck_assert_msg(graph != NULL, "%s", error);
        return;
    }
    ck_assert_ptr_null(graph);
    const char *node = arena_printf(arena, "node %%%d (state): it waits for all steps of a clock that wait for it", cycles[_i].knot);
    ck_assert_msg(strstr(error, node) != NULL, "%s", error);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("graph_verify");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_loop_test(all, verify_finds, 0, (int)(sizeof broken / sizeof *broken));
    tcase_add_loop_test(all, cycle, 0, (int)(sizeof cycles / sizeof *cycles));
    Suite *suite = suite_create("graph_verify");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
