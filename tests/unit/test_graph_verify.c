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
                            "clock u when %15 of t\n"
                            "clock t_2 like t\n"
                            "clock d <= 9 until %16\n"
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
                            "%11 = pick %5 : [4] over u clock=u\n"
                            "%12 = hold %11 %2 : [4] over t clock=u\n"
                            "%13 = reclock %12 : [4] over t_2 clock=t_2 from=t\n"
                            "%14 = const : [] value=0\n"
                            "%15 = max %5 : [] over t axis=0\n"
                            "%16 = state %14 : [] over d clock=d next=%16\n"
                            "%17 = token %16 : [] over d tokens=3\n"
                            "%18 = unstack %1 : [4] over s clock=s length=3\n"
                            "%19 = state %2 : [4] over s clock=s backward=1 next=%18\n"
                            "%20 = uniform : [] over t site=0\n"
                            "%21 = sample %5 %20 : [] over t tokens=4\n"
                            "%22 = max_pool %1 : [2, 4] window=2 stride=2 pad=0\n"
                            "%23 = + %12 %13 : [4] over t over t_2\n"
                            "%24 = scores %0 %2 : [] over t clock=t\n"
                            "%25 = softmax %24 : [] over t clock=t\n"
                            "%26 = weighted %0 %25 : [4] clock=t\n"
                            "input x %0\n"
                            "output y %6\n"
                            "output z %10\n"
                            "output both %23 over t_2 over t\n";

static void break_op(Graph *g) { g->node[5].op = (Op)999; }
static void break_arity(Graph *g) { g->node[5].count = 1; }
static void break_order(Graph *g) { g->node[4].input[1] = 5; }
static void break_input(Graph *g) { g->node[4].input[0] = -1; }
static void break_self(Graph *g) { g->node[6].input[0] = 6; }
static void break_clock(Graph *g) { g->node[6].at.clock = 5; }
static void break_no_clock(Graph *g) { g->node[3].at.clock = -1; }
static void break_rank(Graph *g) { g->node[0].type.shape.rank = -1; }
static void break_dim(Graph *g) { g->node[0].type.shape.dim[0] = -1; }
static void break_empty(Graph *g) { g->node[0].type.shape.dim[0] = 0; }
static void break_clocks(Graph *g) { g->node[0].type.clocks |= 32; }
static void break_more_clocks(Graph *g) { g->node[4].type.clocks |= 2; }
static void break_shape(Graph *g) { g->node[5].type.shape = shape_scalar(); }
static void break_product(Graph *g) { g->node[2].at.shape.dim[0] = g->node[2].type.shape.dim[0] = 3; }
static void break_tokens(Graph *g) { g->node[5].type.tokens = 4; }
static void break_fixed(Graph *g) { g->node[4].fixed = true; }
static void break_axis(Graph *g) { g->node[7].at.axis = 1; }
static void break_two_ways(Graph *g) { g->node[6].at.axis = 0; }
static void break_group(Graph *g) { g->node[6].group = 0; }
static void break_group_count(Graph *g) { g->node[5].group = (int)g->count; }
static void break_group_number(Graph *g) { g->node[5].group = -2; }
static void break_next(Graph *g) { g->node[3].next = NODE_NONE; }
static void break_next_shape(Graph *g) { g->node[3].next = 1; }
static void break_next_tokens(Graph *g)
{
    g->node[2].type.tokens = g->node[3].type.tokens = 9;
    g->node[12] = g->node[5];
    g->node[19] = g->node[18];
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
static void break_output(Graph *g) { g->output[1].node = 27; }
static void break_port(Graph *g) { g->input[0].node = 5; }
static void break_lost_input(Graph *g) { g->input[0].node = NODE_NONE; }
static void break_port_name(Graph *g) { g->output[1].name = "y"; }
static void break_tensor(Graph *g)
{
    static const Tensor tensor = {.name = "W", .dtype = DTYPE_F32, .rank = 2, .dim = {4, 5}, .count = 20};
    g->node[1].tensor = &tensor;
}

static void break_rates(Graph *g)
{
    g->node[9].at.clock = 2; /* of t, and now of u, too */
    g->node[9].type.clocks = 5;
}
static void break_pick(Graph *g) { g->node[11].at.clock = 1; }
static void break_picked(Graph *g) { g->node[11].input[0] = 11 - 1; g->node[10].at.clock = 2; }
static void break_from(Graph *g) { g->node[13].at.from = -1; }
static void break_from_of_other(Graph *g) { g->node[12].at.from = 0; }
static void break_alike(Graph *g) { g->node[13].at.from = 1; }
static void break_reclock_there(Graph *g)
{
    g->node[23] = g->node[13];
    g->node[23].input = &g->node[23].next; /* any place for one number */
    g->node[23].input[0] = 13;
}
static void break_held(Graph *g) { g->node[12].input[0] = 5; }
static void break_before(Graph *g) { g->node[12].input[1] = 11; }
static void break_held_tokens(Graph *g) { g->node[2].type.tokens = g->node[3].type.tokens = 9; }
static void break_delay(Graph *g) { g->node[3].at.delay = 0; }
static void break_backward(Graph *g)
{
    g->clock[1] = graph_clock("s", CLOCK_ENDLESS, 0, (Place){NULL, 0, 0});
    g->node[10] = g->node[18] = g->node[9];
}
static void break_unstack(Graph *g) { g->node[18].at.length = 4; }
static void break_token(Graph *g)
{
    g->node[17].input[0] = 7;
    g->node[17].type.clocks = 1;
}
static void break_site(Graph *g) { g->node[20].at.site = -1; }
static void break_sample(Graph *g) { g->node[21].input[1] = 7; }
static void break_scores(Graph *g) { g->node[24].input[0] = 2; }
static void break_score_clock(Graph *g) { g->node[24].input[1] = 0; }
static void break_weights(Graph *g) { g->node[26].input[1] = 15; }
static void break_pad(Graph *g)
{
    g->node[22].at.pad = 1;
    g->node[22].type.shape.dim[0] = 3;
}
static void break_parent(Graph *g) { g->clock[2].parent = 2; }
static void break_orphan(Graph *g) { g->clock[1].parent = 0; }
static void break_like(Graph *g) { g->clock[3].like = 3; }
static void break_like_limit(Graph *g) { g->clock[3].limit = 4; }
static void break_like_kind(Graph *g) { g->clock[3].like = 1, g->clock[3].limit = 3; }
static void break_tick_limit(Graph *g) { g->clock[2].limit = 6; }
static void break_kind(Graph *g) { g->clock[1].kind = (ClockKind)9; }
static void break_when(Graph *g) { g->clock[2].when = NODE_NONE; }
static void break_when_shape(Graph *g) { g->clock[2].when = 5; }
static void break_when_clock(Graph *g) { g->clock[2].when = 16; }
static void break_until(Graph *g) { g->clock[4].until = 15; }
static void break_until_kind(Graph *g) { g->clock[1].until = 15; }
static void break_order_twice(Graph *g)
{
    static const int twice[] = {0, 0};
    g->output[2].clock = twice;
}
static void break_input_clock(Graph *g)
{
    g->node[0].type.clocks = 16;
    for (int i = 1; i < 24; i++) /* the rest is not looked at */
        g->node[i] = g->node[2];
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
    {break_clock, "node %6 (sum): there is no clock 5"},
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
    {break_group_count, "node %5 (+): the group 27 of 27 nodes"},
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
    {break_output, "output z is %27, which does not exist"},
    {break_port, "input x is %5, which is no input node"},
    {break_lost_input, "node %0 (input): it belongs to no input of the model"},
    {break_port_name, "two outputs are called y"},
    {break_rates, "node %9 (repeat): it runs on u and on t, at whose steps that ticks"},
    {break_pick, "node %11 (pick): s does not tick at steps of another clock"},
    {break_picked, "node %10 (stack): it waits for the end of u, which ticks"},
    {break_from, "node %13 (reclock): there is no clock -1"},
    {break_from_of_other, "node %12 (hold): it leaves a clock for another one, but is no reclock"},
    {break_alike, "node %13 (reclock): s and t_2 are not two clocks of one length"},
    {break_reclock_there, "node %23 (reclock): its input runs on t_2 already"},
    {break_held, "node %12 (hold): what it holds runs on t already"},
    {break_before, "node %12 (hold): its value before the first tick runs on u or t"},
    {break_held_tokens, "node %12 (hold): its tokens are 0, and 9 before the first tick"},
    {break_delay, "node %3 (state): a delay of 0 steps"},
    {break_backward, "node %19 (state): it needs the bound of s, which is endless"},
    {break_unstack, "node %18 (unstack): it stacks 4 steps of s, which has another length"},
    {break_token, "node %17 (token): it makes tokens of a range out of numbers"},
    {break_site, "node %20 (uniform): its site -1 is no number of 32 bits"},
    {break_sample, "node %21 (sample): it draws by numbers, not by tokens"},
    {break_scores, "node %24 (scores): it does not run on the clocks that its inputs make"},
    {break_score_clock, "node %24 (scores): its second input runs on its clock"},
    {break_weights, "node %26 (weighted): its weights are no softmax over its clock"},
    {break_pad, "node %22 (max_pool): a pooling is not padded"},
    {break_parent, "clock u ticks at the steps of a clock that does not stand above it"},
    {break_orphan, "clock s ticks at the steps of a clock that does not stand above it"},
    {break_like, "clock t_2 is as long as a clock that does not stand above it"},
    {break_like_limit, "clock t_2 has another limit than t"},
    {break_like_kind, "clock t_2 cannot be like s"},
    {break_tick_limit, "clock u has another limit than t"},
    {break_kind, "clock s is of no kind"},
    {break_when, "clock u waits for %-1, which does not exist"},
    {break_when_shape, "clock u waits for %5, which is not one number at each step of t"},
    {break_when_clock, "clock u waits for %16, which is not one number at each step of t"},
    {break_until, "clock d waits for %15, which is not one number at each step of d"},
    {break_until_kind, "clock s has a condition that its kind has not"},
    {break_order_twice, "both has other clocks than %23"},
    {break_input_clock, "node %0 (input): it runs on d, whose length the model finds"},
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

#define HEAD_LIKE                              \
    "clock t <= 5\nclock t_2 like t\n"         \
    "%0 = input : [] over t name=\"x\"\n"      \
    "%1 = const : [] value=0\n"                \
    "input x %0\n"
#define TICKS(when)                            \
    "clock t <= 5\nclock u when %" #when " of t\n" \
    "%0 = input : [] over t name=\"x\"\n"      \
    "%1 = const : [] value=0\n"                \
    "input x %0\n"

/* `knot`: no loops can compute the graph. */
static const struct {
    bool knot;
    const char *text;
} cycles[] = {
    /* a state that is its own next */
    {false, HEAD "%2 = state %1 : [] over t clock=t next=%2\noutput y %2\n"},
    /* h = h[t-1] + x and its sum, outside of the cycle */
    {false, HEAD "%2 = state %1 : [] over t clock=t next=%3\n%3 = + %2 %0 : [] over t\n%4 = sum %3 : [] clock=t\noutput y %4\n"},
    /* h = h[t-1] + sum(h over t) */
    {true, HEAD "%2 = state %1 : [] over t clock=t next=%4\n%3 = sum %2 : [] clock=t\n%4 = + %2 %3 : [] over t\noutput y %4\n"},
    /* h = softmax(h[t-1] over t) */
    {true, HEAD "%2 = state %1 : [] over t clock=t next=%3\n%3 = softmax %2 : [] over t clock=t\noutput y %3\n"},
    /* a loop over s inside of each step of t, its last value the next start */
    {false, HEAD "%2 = state %1 : [] over t clock=t next=%5\n%3 = state %2 : [] over t over s clock=s next=%4\n"
              "%4 = + %3 %0 : [] over t over s\n%5 = last %4 : [] over t clock=s\noutput y %5\n"},
    /* the same, and inside of the loop over s a sum over s */
    {true, HEAD "%2 = state %1 : [] over t clock=t next=%5\n%3 = state %2 : [] over t over s clock=s next=%7\n"
             "%4 = + %3 %0 : [] over t over s\n%5 = last %4 : [] over t clock=s\n%6 = sum %4 : [] over t clock=s\n"
             "%7 = + %4 %6 : [] over t over s\noutput y %5\n"},
    /* a over t and b over s that wait for each other's ends */
    {true, HEAD "%2 = state %1 : [] over t clock=t next=%6\n%3 = state %1 : [] over s clock=s next=%7\n"
             "%4 = last %2 : [] clock=t\n%5 = last %3 : [] clock=s\n%6 = + %2 %5 : [] over t\n%7 = + %3 %4 : [] over s\n"
             "output y %6\noutput z %7\n"},
    /* a delay of several steps is a delay, and so is one towards the start */
    {false, HEAD "%2 = state %1 : [] over t clock=t delay=3 next=%3\n%3 = + %2 %0 : [] over t\noutput y %3\n"},
    {false, HEAD "%2 = state %1 : [] over t clock=t backward=1 next=%3\n%3 = + %2 %0 : [] over t\noutput y %3\n"},
    /* h = h[t-1] + h[t+1]: no loop goes both ways */
    {true, HEAD "%2 = state %1 : [] over t clock=t next=%4\n%3 = state %1 : [] over t clock=t backward=1 next=%4\n"
             "%4 = + %2 %3 : [] over t\noutput y %4\n"},
    /* a forward layer below a backward one */
    {false, HEAD "%2 = state %1 : [] over t clock=t next=%3\n%3 = + %2 %0 : [] over t\n"
              "%4 = state %1 : [] over t clock=t backward=1 next=%5\n%5 = + %4 %3 : [] over t\noutput y %5\n"},
    /* the same sequence on another clock is complete only when the first one is: h = h[t-1] + sum(h over t_2) */
    {true, HEAD_LIKE "%2 = state %1 : [] over t clock=t next=%5\n%3 = reclock %2 : [] over t_2 clock=t_2 from=t\n"
                  "%4 = sum %3 : [] clock=t_2\n%5 = + %2 %4 : [] over t\noutput y %5\n"},
    /* and so where what looks at all of it runs on both clocks: h = h[t-1] + sum(h * x over t_2), a causal-looking one */
    {true, HEAD_LIKE "%2 = state %1 : [] over t clock=t next=%6\n%3 = reclock %2 : [] over t_2 clock=t_2 from=t\n"
                     "%4 = * %3 %0 : [] over t over t_2\n%5 = sum %4 : [] over t clock=t_2\n%6 = + %2 %5 : [] over t\n"
                     "output y %6\n"},
    /* a counter that ticks; what it ticks by may look at what was held one step before, not at what is held now */
    {false, TICKS(3) "%2 = pick %0 : [] over u clock=u\n%3 = < %0 %1 : [] over t\n%4 = state %1 : [] over u clock=u next=%5\n"
                  "%5 = + %4 %2 : [] over u\n%6 = hold %5 %1 : [] over t clock=u\noutput y %6\n"},
    {false, TICKS(3) "%2 = state %1 : [] over t clock=t next=%6\n%3 = < %2 %0 : [] over t\n%4 = pick %0 : [] over u clock=u\n"
                  "%5 = neg %4 : [] over u\n%6 = hold %5 %1 : [] over t clock=u\noutput y %6\n"},
    {true, TICKS(4) "%2 = pick %0 : [] over u clock=u\n%3 = hold %2 %1 : [] over t clock=u\n%4 = < %3 %0 : [] over t\noutput y %4\n"},
    {true, TICKS(2) "%2 = hold %1 %1 : [] over t clock=u\noutput y %2\n"},
    /* a state along u cannot wait for all of its parent's steps */
    {true, TICKS(2) "%2 = < %0 %1 : [] over t\n%3 = state %1 : [] over u clock=u next=%6\n%4 = hold %3 %1 : [] over t clock=u\n"
                 "%5 = sum %4 : [] clock=t\n%6 = + %3 %5 : [] over u\noutput y %6\n"},
    /* a clock cannot end by what is known at its end; that may be read after it */
    {true, "clock d <= 9 until %3\n%0 = const : [] value=0\n%1 = state %0 : [] over d clock=d next=%3\n%2 = last %1 : [] clock=d\n"
        "%3 = + %1 %2 : [] over d\noutput y %3\n"},
    {false, "clock d <= 9 until %2\n%0 = const : [] value=0\n%1 = state %0 : [] over d clock=d next=%2\n%2 = not %1 : [] over d\n"
         "%3 = last %1 : [] clock=d\noutput y %3\n"},
    {true, "clock d <= 9 until %1\n%0 = const : [] value=0\n%1 = state %0 : [] over d clock=d backward=1 next=%1\noutput y %1\n"},
    /* a state on both clocks, delayed along both: h = h[t-1] + h[s-1] */
    {false, HEAD "%2 = state %1 : [] over t over s clock=t next=%4\n%3 = state %1 : [] over t over s clock=s next=%4\n"
              "%4 = + %2 %3 : [] over t over s\noutput y %4\n"},
};

START_TEST(cycle)
{
    const char *error = NULL;
    Graph *graph = graph_read(arena, cycles[_i].text, &error);
    if (!cycles[_i].knot) {
        ck_assert_msg(graph != NULL, "%s", error);
        return;
    }
    ck_assert_msg(!graph, "no knot is found in:\n%s", cycles[_i].text);
    ck_assert_msg(strstr(error, "it waits for all steps of a clock that wait for it") != NULL, "%s", error);
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
