/* test_graph_text.c: texts of graphs there and back, and texts that are refused with their whole
 * message. */
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

static const char *print(const Graph *graph)
{
    Out *out = out_new(arena);
    graph_print(out, graph);
    return out->text;
}

static Graph *read(const char *text)
{
    const char *error = NULL;
    Graph *graph = graph_read(arena, text, &error);
    ck_assert_msg(graph != NULL, "%s", error);
    return graph;
}

#define ROWS(table) (int)(sizeof table / sizeof *table)

/* ---- there and back ---- */

static const char every_operator[] =
    "graph every\n"
    "clock t\n"
    "clock s <= 200\n"
    "clock r = 3\n"
    "clock u when %62 of t\n"
    "clock s_2 like s\n"
    "clock d <= 9 until %71\n"
    "%0 = input : [4] over t name=\"x\"\n"
    "%1 = input : [4] over s over r name=\"y\"\n"
    "%2 = tensor : [5, 4] name=\"a \\\"b\\\" \\\\ \\x09\\x7f \xc3\xa9\"\n"
    "%3 = const : [4] value=0.1\n"
    "%4 = const : [] tokens=5 value=3\n"
    "%5 = state %3 : [4] over t clock=t next=%6\n"
    "%6 = + %5 %0 : [4] over t group=0 label=\"h.i\"\n"
    "%7 = - %6 %3 : [4] over t group=0\n"
    "%8 = * %6 %7 : [4] over t group=83\n"
    "%9 = / %8 %3 : [4] over t\n"
    "%10 = % %9 %3 : [4] over t\n"
    "%11 = ** %10 %3 : [4] over t\n"
    "%12 = neg %11 : [4] over t\n"
    "%13 = < %12 %0 : [4] over t\n"
    "%14 = <= %12 %0 : [4] over t\n"
    "%15 = > %12 %0 : [4] over t\n"
    "%16 = >= %12 %0 : [4] over t\n"
    "%17 = == %12 %0 : [4] over t\n"
    "%18 = != %12 %0 : [4] over t\n"
    "%19 = and %13 %14 : [4] over t\n"
    "%20 = or %15 %16 : [4] over t\n"
    "%21 = not %20 : [4] over t\n"
    "%22 = min %21 %0 : [4] over t\n"
    "%23 = max %22 %0 : [4] over t\n"
    "%24 = where %21 %22 %3 : [4] over t\n"
    "%25 = abs %24 : [4] over t\n"
    "%26 = sqrt %25 : [4] over t\n"
    "%27 = exp %26 : [4] over t\n"
    "%28 = expm1 %27 : [4] over t\n"
    "%29 = log %28 : [4] over t\n"
    "%30 = log1p %29 : [4] over t\n"
    "%31 = tanh %30 : [4] over t\n"
    "%32 = sigmoid %31 : [4] over t\n"
    "%33 = erf %32 : [4] over t\n"
    "%34 = sin %33 : [4] over t\n"
    "%35 = cos %34 : [4] over t\n"
    "%36 = floor %35 : [4] over t\n"
    "%37 = round %36 : [4] over t\n"
    "%38 = @ %2 %37 : [5] over t group=1\n"
    "%39 = sum %38 : [] over t axis=0\n"
    "%40 = mean %1 : [4] over r clock=s\n"
    "%41 = var %1 : [4] over s clock=r\n"
    "%42 = min %2 : [4] axis=0\n"
    "%43 = max %2 : [5] axis=1\n"
    "%44 = argmax %38 : [] over t axis=0 tokens=5\n"
    "%45 = argmax %1 : [4] over r clock=s tokens=200\n"
    "%46 = first %1 : [4] over r clock=s\n"
    "%47 = last %45 : [4] clock=r tokens=200\n"
    "%48 = stack %1 : [3, 4] over s clock=r length=3\n"
    "%49 = softmax %1 : [4] over s over r axis=0\n"
    "%50 = log_softmax %49 : [4] over s over r clock=s\n"
    "%51 = concat %38 %0 %3 : [13] over t axis=0\n"
    "%52 = slice %51 : [10] over t axis=0 begin=3 end=13\n"
    "%53 = reshape %52 : [5, 2] over t\n"
    "%54 = transpose %53 : [2, 5] over t\n"
    "%55 = flip %54 : [2, 5] over t axis=1\n"
    "%56 = row %2 %44 : [4] over t\n"
    "%57 = repeat %56 : [4] over t over s clock=s\n"
    "%58 = number %44 : [] over t\n"
    "%59 = uniform : [2] over t site=4294967295\n"
    "%60 = step : [] over s clock=s tokens=200\n"
    "%61 = const : [] value=0.5\n"
    "%62 = > %58 %61 : [] over t\n"
    "%63 = pick %0 : [4] over u clock=u\n"
    "%64 = state %3 : [4] over u clock=u next=%65\n"
    "%65 = + %64 %63 : [4] over u\n"
    "%66 = hold %65 %3 : [4] over t clock=u\n"
    "%67 = reclock %1 : [4] over r over s_2 clock=s_2 from=s\n"
    "%68 = unstack %2 : [4] over r clock=r length=3\n"
    "%69 = const : [] value=0\n"
    "%70 = state %69 : [] over d clock=d delay=5 next=%71\n"
    "%71 = > %70 %61 : [] over d\n"
    "%72 = state %3 : [4] over s over r clock=r backward=1 next=%1\n"
    "%73 = token %58 : [] over t tokens=5\n"
    "%74 = tensor : [3, 2, 7] name=\"K\"\n"
    "%75 = conv %53 %74 : [3, 7] over t stride=2 pad=1\n"
    "%76 = max_pool %53 : [4, 2] over t window=2 stride=1 pad=0\n"
    "%77 = avg_pool %53 : [2, 2] over t window=3 stride=2 pad=0\n"
    "%78 = softmax %38 : [5] over t axis=0\n"
    "%79 = uniform : [] over t site=0\n"
    "%80 = sample %78 %79 : [] over t tokens=5\n"
    "%81 = row %2 %80 : [4] over t\n"
    "%82 = argmax %0 : [] over t axis=0 tokens=4\n"
    "%83 = row %2 %82 : [5] over t axis=1\n"
    "%84 = scores %1 %3 : [] over s over r clock=s\n"
    "%85 = softmax %84 : [] over s over r clock=s\n"
    "%86 = weighted %1 %85 : [4] over r clock=s\n"
    "%87 = sigmoid_tanh %31 %32 : [4] over t\n"
    "input x %0\n"
    "input y %1 over r over s\n"
    "input unused none\n"
    "output a %57\n"
    "output b %48\n"
    "output c %72 over r over s\n";

START_TEST(every_operator_returns)
{
    Graph *graph = read(every_operator);
    ck_assert_str_eq(print(graph), every_operator);
    bool seen[OP_COUNT] = {false};
    for (size_t i = 0; i < graph->count; i++)
        seen[graph->node[i].op] = true;
    for (int op = 0; op < OP_COUNT; op++)
        ck_assert_msg(seen[op], "%s is not in the text", op_info[op].name);
    ck_assert_str_eq(graph->node[2].name, "a \"b\" \\ \t\x7f \xc3\xa9");
    ck_assert_int_eq(graph->node[42].op, OP_MIN);
    ck_assert_int_eq(graph->node[22].op, OP_MINIMUM);
    ck_assert(graph->node[42].fixed && !graph->node[41].fixed && graph->node[2].fixed);
    ck_assert(graph->clock[1].kind == CLOCK_AT_MOST && graph->clock[1].limit == 200 && graph->clock[2].kind == CLOCK_EXACT);
    const Clock *u = &graph->clock[3], *like = &graph->clock[4], *d = &graph->clock[5];
    ck_assert(u->kind == CLOCK_TICKS && u->parent == 0 && u->when == 62 && u->limit == 0 && u->like == -1);
    ck_assert(like->kind == CLOCK_AT_MOST && like->like == 1 && like->limit == 200 && like->until == NODE_NONE);
    ck_assert(d->kind == CLOCK_AT_MOST && d->until == 71 && d->parent == -1 && d->when == NODE_NONE);
    ck_assert(graph->node[70].at.delay == 5 && graph->node[5].at.delay == 1 && graph->node[72].at.backward && !graph->node[70].at.backward);
    ck_assert(graph->input[1].clock[0] == 2 && graph->input[1].clock[1] == 1 && !graph->input[0].clock);
}
END_TEST

static const char *const texts[] = {
    "",
    "graph empty\n",
    "clock t = 2147483648\n%0 = const : [2147483648] value=0\noutput y %0\n",
    "%0 = const : [] value=-0\n%1 = const : [] value=inf\n%2 = const : [1, 1] value=-inf\n%3 = const : [] value=nan\n",
    "%0 = const : [] value=0.10000000000000001\n%1 = const : [] value=5e-324\n%2 = const : [] value=1e+100\n",
    "%0 = const : [] value=1\n%1 = const : [] value=1\n%2 = + %0 %1 : []\n%3 = neg %2 : []\n%4 = neg %2 : []\n",
    "%0 = const : [] value=1 label=\"\"\n%1 = tanh %0 : [] group=1 label=\"a.b\"\n",
};

/* As they are but for the shortest form of numbers; nothing folds, equal nodes stay two. */
START_TEST(texts_return)
{
    const char *once = print(read(texts[_i])), *twice = print(read(once));
    ck_assert_str_eq(once, twice);
    if (_i != 4)
        ck_assert_str_eq(once, texts[_i]);
    else
        ck_assert_ptr_nonnull(strstr(once, "value=0.1\n"));
}
END_TEST

/* A reader must not care for comments, empty lines, carriage returns or spaces. */
START_TEST(free_form)
{
    const char *text = "# a graph\r\n\r\n  graph  g # its name\n\tclock t <=  4\n"
                       "%0=tensor :[ 2,3 ]  label=\"l\"  name=\"W # no comment\"   # file.rnn:3\n output y %0";
    ck_assert_str_eq(print(read(text)), "graph g\nclock t <= 4\n%0 = tensor : [2, 3] name=\"W # no comment\" label=\"l\"\n"
                                        "output y %0\n");
}
END_TEST

START_TEST(places)
{
    Source *source = source_from_text(arena, "denoise.rnn", "one\ntwo\nthree\n");
    Graph *graph = graph_new(arena, NULL);
    NodeId one = graph_const(graph, 1, shape_scalar(), (Place){source, 4, 7});
    Node node = node_draft(OP_TANH, (Place){source, 8, 9}, 1, &one);
    node.name = "a name that is long enough to push the comment out of its column";
    graph_append(graph, &node);
    ck_assert_str_eq(print(graph), "%0 = const : [] value=1                                 # denoise.rnn:2\n"
                                   "%1 = tanh %0 : [] name=\"a name that is long enough to push the comment out of its column\""
                                   "  # denoise.rnn:3\n");
}
END_TEST

/* ---- texts that are refused ---- */

static const struct {
    const char *text, *error;
} refused[] = {
    {"grap x", "line 1: `grap` begins no line of a graph"},
    {"graph", "line 1: the graph has no name"},
    {"graph a b", "line 1: `b` is too much"},
    {"graph a\ngraph b", "line 2: `graph` begins no line of a graph"},
    {"clock", "line 1: the clock has no name"},
    {"clock t < 4", "line 1: `<= N` or `= N` should stand here"},
    {"clock t <=", "line 1: a number is missing"},
    {"clock t = -1", "line 1: a number is missing"},
    {"clock t = 2147483649", "line 1: a number above 2147483648"},
    {"clock t = 99999999999999999999", "line 1: a number above 2147483648"},
    {"clock t = 0", "line 1: clock t cannot have 0 steps"},
    {"clock t\nclock t", "line 2: two clocks are called t"},
    {"%0 = const : [] value=1\nclock t", "line 2: clocks stand before the nodes"},
    {"clock t\nclock u when %0 of v", "line 2: there is no clock `v`"},
    {"clock t\nclock u when 7 of t", "line 2: a node is missing, such as %0"},
    {"clock t\nclock u when %0 t", "line 2: `of` and a clock should stand here"},
    {"clock t\nclock u when %0 of t", "line 2: clock u waits for %0, which does not exist"},
    {"clock t <= 4 while %1", "line 1: `until` and a node should stand here"},
    {"clock t <= 4 until", "line 1: a node is missing, such as %0"},
    {"clock t <= 4 until %0", "line 1: clock t waits for %0, which does not exist"},
    {"clock t = 4 until %0\n%0 = const : []", "line 2: clock t has a condition that its kind has not"},
    {"clock t like t", "line 1: there is no clock `t`"},
    {"clock t\nclock u like t 4", "line 2: `4` is too much"},
    {"clock t\nclock s <= 3\n%0 = input : [] over t over s name=\"x\"\ninput x %0 over s", "line 4: the node of x runs on other clocks"},
    {"clock t\nclock s\n%0 = input : [] over t name=\"x\"\ninput x %0 over s", "line 4: x has other clocks than %0"},
    {"clock t\n%0 = input : [] over t name=\"x\"\ninput x %0 over t over t", "line 3: `over t` for the second time"},
    {"%1 = const : []", "line 1: `%0 =` should stand here"},
    {"%0 const : []", "line 1: `%0 =` should stand here"},
    {"%0", "line 1: `%0 =` should stand here"},
    {"%", "line 1: a number is missing"},
    {"%99999999999 = const : []", "line 1: a number above 2147483647"},
    {"%0 = tanh : []", "line 1: there is no operator `tanh` of 0 inputs"},
    {"%0 = nonsense : []", "line 1: there is no operator `nonsense` of 0 inputs"},
    {"%0 = concat : []", "line 1: there is no operator `concat` of 0 inputs"},
    {"%0 = tanh %0 : []", "line 1: %0 does not stand above"},
    {"%0 = tanh %x : []", "line 1: a number is missing"},
    {"%0 = const", "line 1: `:` and the type should stand here"},
    {"%0 = const :", "line 1: the shape is missing, such as [24, 42]"},
    {"%0 = const : [", "line 1: a number is missing"},
    {"%0 = const : [1", "line 1: `,` or `]` should stand here"},
    {"%0 = const : [1,]", "line 1: a number is missing"},
    {"%0 = const : [?]", "line 1: a number is missing"},
    {"%0 = const : [0]", "line 1: a shape of no elements or more than 2^31"},
    {"%0 = const : [2147483648, 2]", "line 1: a shape of no elements or more than 2^31"},
    {"%0 = const : [1, 1, 1, 1, 1, 1, 1, 1, 1]", "line 1: more than 8 axes"},
    {"%0 = const : [] over t", "line 1: there is no clock `t`"},
    {"clock t\n%0 = const : [] over t", "line 2: node %0 (const): it does not run on the clocks that its inputs make"},
    {"%0 = const : [] over ", "line 1: there is no clock ``"},
    {"%0 = const : [] what=1", "line 1: `what` is no attribute"},
    {"%0 = const : [] axis", "line 1: `axis` is no attribute"},
    {"%0 = const : [] =1", "line 1: `` is no attribute"},
    {"%0 = const : [] \r axis", "line 1: `` is no attribute"},
    {"%0 = const : [] value=1 value=2", "line 1: `value` for the second time"},
    {"%0 = const : [] value=1x", "line 1: `1x` is no number"},
    {"%0 = const : [] value=", "line 1: `` is no number"},
    {"%0 = const : [] begin=1", "line 1: `begin` does not belong to this operator"},
    {"%0 = const : [] name=\"x\"", "line 1: `name` does not belong to this operator"},
    {"%0 = const : [] next=%0", "line 1: `next` does not belong to this operator"},
    {"%0 = tensor : [] value=1 name=\"x\"", "line 1: `value` does not belong to this operator"},
    {"%0 = tensor : [] name=x", "line 1: a text in quotes is missing"},
    {"%0 = tensor : [] name=\"x", "line 1: the quotes are not closed"},
    {"%0 = tensor : [] name=\"x\n\"", "line 1: the quotes are not closed"},
    {"%0 = tensor : [] name=\"\\", "line 1: an escape that is none of \\\" \\\\ \\x1f"},
    {"%0 = tensor : [] name=\"\\x0", "line 1: an escape that is none of \\\" \\\\ \\x1f"},
    {"%0 = tensor : [] name=\"\\x00\"", "line 1: an escape that is none of \\\" \\\\ \\x1f"},
    {"%0 = tensor : []", "line 1: node %0 (tensor): it has no name"},
    {"%0 = tensor : [] name=\"\"", "line 1: node %0 (tensor): it has no name"},
    {"%0 = const : [] group=1", "line 1: node %0 (const): it cannot be in a group"},
    {"%0 = const : [] group=4294967296", "line 1: a number above 2147483647"},
    {"%0 = const : []\n%1 = tanh %0 : [] group=2", "line 2: node %1 (tanh): the group 2 of 2 nodes"},
    {"%0 = const : [] axis=3", "line 1: node %0 (const): it has an axis, but works along none"},
    {"%0 = const : [] tokens=3 value=3", "line 1: node %0 (const): 3 is no token of 3"},
    {"%0 = const : [] tokens=3 value=0.5", "line 1: node %0 (const): 0.5 is no token of 3"},
    {"%0 = const : [2]\n\n%1 = sum %0 : []", "line 3: node %1 (sum): `sum` along axis -1 of [2]: the axes are 0 to 0"},
    {"%0 = const : [2]\n%1 = argmax %0 : [] axis=1", "line 2: node %1 (argmax): `argmax` along axis 1 of [2]: the axes are 0 to 0"},
    {"%0 = const : [2]\n%1 = argmax %0 : [] axis=0 tokens=3",
     "line 2: node %1 (argmax): its tokens are 3, but its inputs make 2"},
    {"%0 = const : [2]\n%1 = tanh %0 : [3]", "line 2: node %1 (tanh): it is [3], but its inputs make [2]"},
    {"%0 = const : [2]\n%1 = slice %0 : [2] axis=0",
     "line 2: node %1 (slice): the slice 0:0 has no elements"},
    {"%0 = const : [2]\n%1 = reshape %0 : [3]", "line 2: node %1 (reshape): cannot reshape [2] into [3]: 2 elements into 3"},
    {"%0 = const : [2]\n%1 = last %0 : [2]", "line 2: node %1 (last): it has no clock"},
    {"%0 = const : [2]\n%1 = row %0 %0 : [2]", "line 2: node %1 (row): a row is taken by one token, not by [2] of them"},
    {"clock t\n%0 = const : [2]\n%1 = last %0 : [2] clock=t", "line 3: node %1 (last): it waits for the end of t, which is endless"},
    {"clock t <= 3\n%0 = const : [2]\n%1 = stack %0 : [3, 2] clock=t length=3",
     "line 3: node %1 (stack): it stacks 3 steps of t, which has another length"},
    {"clock t = 3\n%0 = const : [2]\n%1 = stack %0 : [2] clock=t",
     "line 3: node %1 (stack): it stacks 0 steps of t, which has another length"},
    {"clock t = 3\n%0 = const : [2]\n%1 = tanh %0 : [2] clock=t",
     "line 3: node %1 (tanh): it has a clock, but works along none"},
    {"clock t\n%0 = step : [] over t clock=t", "line 2: node %0 (step): it needs the bound of t, which is endless"},
    {"%0 = step : []", "line 1: node %0 (step): it has no clock"},
    {"%0 = uniform : [] site=4294967296", "line 1: a number above 4294967295"},
    {"%0 = const : []\n%1 = reclock %0 : []", "line 2: node %1 (reclock): it has no clock"},
    {"clock t\n%0 = const : []\n%1 = state %0 : [] over t clock=t delay=0", "line 3: node %1 (state): a delay of 0 steps"},
    {"clock t = 3\n%0 = const : []\n%1 = state %0 : [] over t clock=t backward=2", "line 3: a number above 1"},
    {"%0 = const : [2] clock=t", "line 1: there is no clock `t`"},
    {"clock t\n%0 = const : []\n%1 = state %0 : [] over t clock=t next=%2", "line 3: node %1 (state): there is no %2 to be its next value"},
    {"clock t\n%0 = const : []\n%1 = state %0 : [] over t clock=t", "line 3: node %1 (state): there is no %-1 to be its next value"},
    {"input", "line 1: the port has no name"},
    {"input x", "line 1: a node is missing, such as %0"},
    {"input x nothing", "line 1: a node is missing, such as %0"},
    {"input x %0", "line 1: %0 does not stand above"},
    {"output x none", "line 1: output x is %-1, which does not exist"},
    {"input x none\ninput x none", "line 2: two inputs are called x"},
    {"%0 = const : []\noutput x %0\noutput x %0", "line 3: two outputs are called x"},
    {"%0 = const : []\ninput x %0", "line 2: input x is %0, which is no input node"},
    {"%0 = input : [] name=\"x\"", "line 1: node %0 (input): it belongs to no input of the model"},
    {"%0 = input : [] name=\"x\"\ninput x %0\ninput z %0", "line 3: input z is %0, which is another input already"},
    {"%0 = const : [] value=1 %1", "line 1: `%1` is no attribute"},
};

START_TEST(text_refused)
{
    const char *error = NULL;
    ck_assert_ptr_null(graph_read(arena, refused[_i].text, &error));
    ck_assert_str_eq(error, refused[_i].error);
}
END_TEST

START_TEST(many_clocks)
{
    Out *out = out_new(arena);
    for (int i = 0; i < 64; i++)
        out_printf(out, "clock c%d\n", i);
    out_text(out, "%0 = input : [] over c0 over c63 name=\"x\"\ninput x %0\n");
    ck_assert_str_eq(print(read(out->text)), out->text);
    const char *error = NULL, *more = arena_printf(arena, "clock a\n%s", out->text);
    ck_assert_ptr_null(graph_read(arena, more, &error));
    ck_assert_str_eq(error, "line 65: more than 64 clocks");
}
END_TEST

static void check_damaged(const char *text)
{
    const char *error = NULL;
    Graph *graph = graph_read(arena, text, &error);
    ck_assert(graph || error);
    if (graph) {
        const char *once = print(graph);
        ck_assert_str_eq(print(read(once)), once);
    }
}

/* Every text that comes of cutting it short, dropping a byte or changing one must be refused, or read
 * and then print as something that reads as the same. */
START_TEST(damaged_text)
{
    static const char bytes[] = "% =:[]\"\\#\n01-x\x80";
    const char *text = "clock t = 3\nclock u when %4 of t\nclock r like t\n%0 = input : [2] over t name=\"x\\x09\"\n%1 = sum %0 : [2] clock=t\n"
                       "%2 = slice %0 : [1] over t axis=0 begin=1 end=2\n%3 = state %1 : [2] over t clock=t next=%0\n"
                       "%4 = max %2 : [] over t axis=0\n%5 = pick %4 : [] over u clock=u\n"
                       "%6 = reclock %0 : [2] over r clock=r from=t\n"
                       "%7 = + %3 %6 : [2] over t over r\ninput x %0\noutput y %7 over r over t\n";
    for (size_t i = 0; text[i]; i++) {
        teardown();
        setup();
        check_damaged(arena_copy(arena, text, i));
        check_damaged(arena_printf(arena, "%.*s%s", (int)i, text, text + i + 1));
        for (const char *byte = bytes; *byte; byte++)
            check_damaged(arena_printf(arena, "%.*s%c%s", (int)i, text, *byte, text + i + 1));
    }
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("graph_text");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, every_operator_returns);
    tcase_add_loop_test(all, texts_return, 0, ROWS(texts));
    tcase_add_test(all, free_form);
    tcase_add_test(all, places);
    tcase_add_loop_test(all, text_refused, 0, ROWS(refused));
    tcase_add_test(all, many_clocks);
    tcase_add_test(all, damaged_text);
    Suite *suite = suite_create("graph_text");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
