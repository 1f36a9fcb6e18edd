/* test_graph_dot.c: pictures of graphs that are given as text: formulas, what is named, boxes, frames. What
 * needs the places of a model file (names of cells, relu(x)) is in tests/golden/picture.rnn. */
#include "../../compiler/graph_dot.h"

#include <check.h>
#include <stdlib.h>
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

static const char *draw(const char *text)
{
    const char *error = NULL;
    const Graph *graph = graph_read(arena, text, &error);
    ck_assert_msg(graph != NULL, "%s", error);
    Out *out = out_new(arena);
    graph_dot(out, graph);
    return out->text;
}

static int times(const char *text, const char *part)
{
    int count = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

static void has(const char *picture, const char *part)
{
    ck_assert_msg(strstr(picture, part) != NULL, "no |%s| in\n%s", part, picture);
}

static void lacks(const char *picture, const char *part)
{
    ck_assert_msg(strstr(picture, part) == NULL, "|%s| in\n%s", part, picture);
}

/* The number of the box that has that text, "b3". */
static const char *box(const char *picture, const char *part)
{
    const char *at = strstr(picture, part);
    ck_assert_msg(at != NULL, "no |%s| in\n%s", part, picture);
    const char *begin = at;
    while (strncmp(begin, "\nb", 2) != 0)
        begin--;
    return arena_copy(arena, begin + 1, strcspn(begin + 1, " "));
}

static void has_edge(const char *picture, const char *from, const char *to, const char *rest)
{
    has(picture, arena_printf(arena, "%s -> %s%s", box(picture, from), box(picture, to), rest));
}

#define X4 "%0 = input : [4] name=\"x\"\n%1 = input : [4] name=\"y\"\n"
#define PORTS "input x %0\ninput y %1\n"

/* ---- formulas ---- */

START_TEST(priorities)
{
    const char *p = draw(X4 "%2 = + %0 %1 : [4]\n%3 = * %2 %0 : [4]\n%4 = - %0 %3 : [4]\n%5 = ** %4 %1 : [4]\n%6 = neg %5 : [4]\n"
                            "%7 = < %6 %0 : [4] label=\"z\"\n" PORTS "output z %7\n");
    has(p, "<B>z</B> = -(x - (x + y) * x) ** y &#60; x<BR");
}
END_TEST

START_TEST(right_operands)
{
    const char *p = draw(X4 "%2 = - %0 %1 : [4]\n%3 = - %0 %2 : [4]\n%4 = - %3 %1 : [4]\n%5 = neg %1 : [4]\n%6 = ** %0 %5 : [4]\n"
                            "%7 = / %4 %6 : [4] label=\"z\"\n" PORTS "output z %7\n");
    has(p, "<B>z</B> = (x - (x - y) - y) / x ** (-y)<BR");
}
END_TEST

START_TEST(calls)
{
    const char *p = draw("clock t <= 5\n%0 = input : [2, 4] over t name=\"x\"\n%1 = softmax %0 : [2, 4] over t axis=0\n"
                         "%2 = sum %1 : [2] over t axis=1\n%3 = mean %2 : [2] clock=t\n%4 = last %2 : [2] clock=t\n"
                         "%5 = concat %3 %4 : [4] axis=0 label=\"z\"\ninput x %0\noutput z %5\n");
    has(p, "<B>z</B> = concat(mean(%2 over t), last(%2))<BR");
    has(p, "<B>%2</B> = sum(softmax(x, axis=0))<BR");
}
END_TEST

/* Spread over elements a constant is a number; otherwise it has a shape. */
START_TEST(constants)
{
    const char *p = draw(X4 "%2 = const : [4] value=-0.5\n%3 = ** %2 %0 : [4]\n%4 = const : [4] value=1\n%5 = @ %3 %4 : []\n"
                            "%6 = const : [2] value=0.5\n%7 = concat %6 %1 : [6] axis=0\n%8 = * %7 %5 : [6] label=\"z\"\n" PORTS "output z %8\n");
    has(p, "<B>z</B> = concat((0.5 * ones([2])), y) * ((-0.5) ** x @ ones([4]))<BR");
}
END_TEST

START_TEST(spatial)
{
    const char *p = draw("%0 = input : [8, 2] name=\"x\"\n%1 = tensor : [3, 2, 5] name=\"K\"\n%2 = conv %0 %1 : [4, 5] stride=2 pad=1 label=\"a\"\n"
                         "%3 = max_pool %2 : [2, 5] window=2 stride=2 pad=0 label=\"b\"\n%4 = avg_pool %2 : [3, 5] window=2 stride=1 pad=0 label=\"c\"\n"
                         "input x %0\noutput b %3\noutput c %4\n");
    has(p, "<B>a</B> = conv1d(x, K, stride=2, pad=1)<BR");
    has(p, "<B>b</B> = max_pool(a, 2)<BR");
    has(p, "<B>c</B> = avg_pool(a, 2, stride=1)<BR");
}
END_TEST

START_TEST(draws)
{
    const char *p = draw("clock t\n%0 = input : [5] over t name=\"x\"\n%1 = uniform : [] over t site=0\n%2 = sample %0 %1 : [] over t tokens=5 label=\"w\"\n"
                         "%3 = tensor : [4, 5] name=\"E\"\n%4 = row %3 %2 : [4] over t axis=1\n%5 = uniform : [4] over t site=1\n"
                         "%6 = * %4 %5 : [4] over t label=\"y\"\ninput x %0\noutput y %6\n");
    has(p, "<B>w</B> = sample(x)<BR");
    has(p, "<B>y</B> = E[:, w] * uniform([4])<BR");
}
END_TEST

START_TEST(views)
{
    /* Rows 2 to 5 of a matrix, of these the columns 1 to 3, transposed, of this the first row, as a vector. */
    const char *p = draw("%0 = input : [6, 4] name=\"x\"\n%1 = slice %0 : [4, 4] axis=0 begin=2 end=6\n%2 = slice %1 : [4, 3] axis=1 begin=1 end=4\n"
                         "%3 = transpose %2 : [3, 4]\n%4 = slice %3 : [3, 2] axis=1 begin=1 end=3\n%5 = slice %4 : [1, 2] axis=0 begin=0 end=1\n"
                         "%6 = reshape %5 : [2]\n%7 = exp %6 : [2] label=\"row\"\n%8 = exp %4 : [3, 2] label=\"flat\"\ninput x %0\n"
                         "output row %7\noutput flat %8\n");
    has(p, "<B>row</B> = exp(x[3:5, 1])<BR");
    has(p, "<B>flat</B> = exp(x[3:5, 1:]\xe1\xb5\x80)<BR");
}
END_TEST

START_TEST(wrapped)
{
    Out *text = out_new(arena);
    out_text(text, X4 "%2 = sigmoid %0 : [4]\n");
    for (int i = 3; i < 15; i++)
        out_printf(text, "%%%d = + %%%d %%1 : [4]\n", i, i - 1);
    out_text(text, "%15 = tanh %14 : [4] label=\"long\"\n" PORTS "output z %15\n");
    const char *p = draw(text->text);
    has(p, "<B>long</B> = tanh(sigmoid(x) + y + y");
    has(p, "<BR ALIGN=\"LEFT\"/>&#160;&#160;&#160;&#160;+ y");
}
END_TEST

/* A formula has some lines at most: what is longer is cut. */
START_TEST(cut)
{
    Out *text = out_new(arena);
    out_text(text, X4);
    for (int i = 2; i < 200; i++)
        out_printf(text, "%%%d = %s %%%d %%1 : [4]\n", i, i % 2 ? "*" : "+", i - 1);
    out_text(text, "%200 = exp %199 : [4] label=\"z\"\n" PORTS "output z %200\n");
    const char *p = draw(text->text);
    ck_assert_int_ge(times(p, "</B> = "), 5);
    ck_assert_int_le(times(p, "</B> = "), 20);
}
END_TEST

/* ---- what is named ---- */

START_TEST(repeated)
{
    /* What is short may stand twice, what is long has a box. */
    const char *p = draw(X4 "%2 = neg %1 : [4]\n%3 = sigmoid %0 : [4]\n%4 = * %3 %2 : [4] label=\"a\"\n%5 = tanh %3 : [4]\n"
                            "%6 = + %5 %2 : [4] label=\"b\"\n" PORTS "output a %4\noutput b %6\n");
    has(p, "<B>%3</B> = sigmoid(x)<BR");
    has(p, "<B>a</B> = %3 * -y<BR");
    has(p, "<B>b</B> = tanh(%3) + -y<BR");
}
END_TEST

START_TEST(parts)
{
    const char *p = draw(X4 "%2 = + %0 %1 : [4]\n%3 = slice %2 : [2] axis=0 begin=2 end=4 label=\"h.f\"\n"
                            "%4 = slice %2 : [2] axis=0 begin=0 end=2 label=\"h.i\"\n%5 = * %3 %4 : [2] label=\"h\"\n" PORTS "output h %5\n");
    has(p, "<B>h.i, h.f</B> = split(x + y)<BR");
    has(p, "<B>h</B> = h.f * h.i<BR");
    has_edge(p, "split(", "h.f * h.i", " [label=<&#160;h.f [2]>]");
    has_edge(p, "split(", "h.f * h.i", " [label=<&#160;h.i [2]>]");
}
END_TEST

START_TEST(parts_of_a_variable)
{
    const char *p = draw(X4 "%2 = + %0 %1 : [4] label=\"z\"\n%3 = slice %2 : [2] axis=0 begin=2 end=4 label=\"f\"\n"
                            "%4 = slice %2 : [2] axis=0 begin=0 end=2 label=\"i\"\n%5 = * %3 %4 : [2] label=\"h\"\n" PORTS "output h %5\n");
    has(p, "<B>z</B> = x + y<BR");
    ck_assert_str_eq(box(p, "<B>z</B> = x + y<BR"), box(p, "<B>i, f</B> = split(z)<BR"));
}
END_TEST

START_TEST(call_frames)
{
    const char *p = draw(X4 "%2 = sigmoid %0 : [4] label=\"h.i\"\n%3 = tanh %1 : [4] label=\"h.f\"\n%4 = exp %2 : [4]\n"
                            "%5 = * %4 %3 : [4] label=\"h\"\n" PORTS "output h %5\n");
    has(p, "style=\"rounded,dashed\" color=\"#888888\" fontcolor=\"#555555\" label=<<B>h</B>>");
    has(p, "<B>i</B> = sigmoid(x)<BR");
    has(p, "<B>h</B> = exp(h.i) * h.f<BR");
}
END_TEST

/* ---- weights ---- */

START_TEST(weights)
{
    const char *p = draw("%0 = input : [4] name=\"x\"\n%1 = tensor : [3, 4] name=\"h.W\"\n%2 = @ %1 %0 : [3]\n%3 = tensor : [3] name=\"h.b\"\n"
                         "%4 = + %2 %3 : [3] label=\"h\"\ninput x %0\noutput h %4\n");
    has(p, "<B>h</B> = W @ x + b<BR");
    has(p, ">h.W [3, 4]</FONT>");
    has(p, ">h.b [3]</FONT>");
}
END_TEST

START_TEST(weights_of_one_name)
{
    const char *p = draw("%0 = input : [4] name=\"x\"\n%1 = tensor : [4] name=\"a.W\"\n%2 = tensor : [4] name=\"b.W\"\n%3 = * %1 %0 : [4]\n"
                         "%4 = + %3 %2 : [4] label=\"h\"\ninput x %0\noutput h %4\n");
    has(p, "<B>h</B> = a.W * x + b.W<BR");
}
END_TEST

/* Names in a weight file are not ours. */
START_TEST(strange_names)
{
    const char *p = draw("%0 = input : [4] name=\"x\"\n%1 = tensor : [4] name=\"<a&\\\"b\\\">\\x09\xff\xc3\xa9\"\n%2 = + %0 %1 : [4] label=\"h\"\n"
                         "input x %0\noutput h %2\n");
    has(p, "<B>h</B> = x + &#60;a&#38;&#34;b&#34;&#62;??\xc3\xa9<BR");
    lacks(p, "<a&");
}
END_TEST

/* ---- states ---- */

START_TEST(states)
{
    const char *p = draw("clock t\n%0 = input : [4] over t name=\"x\"\n%1 = const : [4] value=0\n%2 = const : [4] value=2\n"
                         "%3 = state %1 : [4] over t clock=t next=%5\n%4 = state %2 : [4] over t clock=t next=%3\n"
                         "%5 = - %0 %4 : [4] over t label=\"h\"\ninput x %0\noutput h %5\n");
    has(p, "<B>h[t-1]</B> [4]");
    has(p, "<B>h[t-2]</B> [4]");
    has(p, "<B>h</B> = x - h[t-2]<BR");
    ck_assert_int_eq(times(p, "peripheries=2"), 2);
    ck_assert_int_eq(times(p, "start: "), 1);
    has(p, "start: 2<BR");
    has_edge(p, "<B>h</B> = x", "<B>h[t-1]</B>", " [style=dashed constraint=false");
    has_edge(p, "<B>h[t-1]</B>", "<B>h[t-2]</B>", " [style=dashed constraint=false");
    has_edge(p, "<B>h[t-2]</B>", "<B>h</B> = x", "\n");
}
END_TEST

/* Of states that nothing reads but older ones there is no box. */
START_TEST(delays)
{
    const char *p = draw("clock t <= 9\n%0 = input : [4] over t name=\"x\"\n%1 = const : [4] value=0\n%2 = state %1 : [4] over t clock=t next=%0\n"
                         "%3 = state %1 : [4] over t clock=t delay=3 next=%2\n%4 = state %1 : [4] over t clock=t backward=1 next=%0\n"
                         "%5 = + %3 %4 : [4] over t label=\"h\"\ninput x %0\noutput h %5\n");
    has(p, "<B>h</B> = x[t-4] + x[t+1]<BR");
    ck_assert_int_eq(times(p, "peripheries=2"), 2);
    has_edge(p, "<B>x</B> [4]", "<B>x[t-4]</B>", " [style=dashed");
    has_edge(p, "<B>x</B> [4]", "<B>x[t+1]</B>", " [style=dashed");
}
END_TEST

START_TEST(start_values)
{
    const char *p = draw("clock s <= 3\nclock t\n%0 = input : [4] over s name=\"x\"\n%1 = last %0 : [4] clock=s\n%2 = tanh %1 : [4]\n"
                         "%3 = state %2 : [4] over t clock=t next=%4 label=\"was\"\n%4 = exp %3 : [4] over t label=\"h\"\ninput x %0\noutput h %4\n");
    has(p, "<B>was</B> = h[t-1] [4]");
    has(p, "start: tanh(last(x))<BR");
    has(p, "<B>h</B> = exp(was)<BR");
    has_edge(p, "<B>x</B> [4]", "<B>was</B>", "\n");
}
END_TEST

/* ---- clocks ---- */

START_TEST(nested_clocks)
{
    /* s ends within a step of t, so it is the inner one. */
    const char *p = draw("clock s <= 3\nclock t = 5\n%0 = input : [4] over s name=\"x\"\n%1 = input : [4] over t name=\"y\"\n"
                         "%2 = * %0 %1 : [4] over s over t label=\"e\"\n%3 = sum %2 : [4] over t clock=s label=\"c\"\ninput x %0\ninput y %1\noutput c %3\n");
    const char *outer = strstr(p, "label=<over <B>t</B> = 5>"), *inner = outer ? strstr(outer, "label=<over <B>s</B> &#8804; 3>") : NULL;
    ck_assert_msg(inner != NULL, "%s", p);
    ck_assert_int_eq(times(p, "over <B>t</B>"), 1);
    ck_assert_int_eq(times(p, "over <B>s</B>"), 2);
    const char *value = strstr(inner, "<B>e</B> = x * y<BR"), *end = strstr(inner, "\n}");
    ck_assert_msg(value && end && value < end, "%s", p);
}
END_TEST

/* u ticks in t: its frame is in that of t, and says when. */
START_TEST(ticks)
{
    const char *p = draw("clock t\nclock u when %3 of t\n%0 = input : [] over t name=\"x\"\n%1 = const : [] value=0.5\n%2 = exp %0 : [] over t label=\"e\"\n"
                         "%3 = > %2 %1 : [] over t\n%4 = pick %0 : [] over u clock=u\n%5 = tanh %4 : [] over u label=\"a\"\n"
                         "%6 = hold %5 %1 : [] over t clock=u label=\"y\"\ninput x %0\noutput y %6\n");
    const char *outer = strstr(p, "label=<over <B>t</B>>"), *inner = outer ? strstr(outer, "label=<over <B>u</B> when e &#62; 0.5>") : NULL;
    ck_assert_msg(inner != NULL, "%s", p);
    has(inner, "<B>a</B> = tanh(pick(x over u))<BR");
    has(p, "<B>y</B> = hold(a over t, start=0.5)<BR");
    has_edge(p, "<B>x</B> []", "<B>a</B> = ", "\n");
}
END_TEST

START_TEST(until)
{
    const char *p = draw("clock t <= 9 until %4\n%0 = const : [] value=0\n%1 = const : [] value=0.5\n%2 = state %0 : [] over t clock=t next=%3\n"
                         "%3 = sigmoid %2 : [] over t label=\"y\"\n%4 = > %3 %1 : [] over t\noutput y %3\n");
    has(p, "label=<over <B>t</B> &#8804; 9 until y &#62; 0.5>");
}
END_TEST

/* Self-attention: s is another clock for the sequence over t. */
START_TEST(reclocked)
{
    const char *p = draw("clock t <= 9\nclock s like t\n%0 = input : [4] over t name=\"x\"\n%1 = reclock %0 : [4] over s clock=s from=t\n"
                         "%2 = @ %0 %1 : [] over t over s\n%3 = step : [] over t clock=t tokens=9\n%4 = step : [] over s clock=s tokens=9\n"
                         "%5 = number %3 : [] over t\n%6 = number %4 : [] over s\n%7 = <= %6 %5 : [] over t over s\n"
                         "%8 = * %2 %7 : [] over t over s label=\"e\"\n%9 = sum %8 : [] over t clock=s label=\"y\"\ninput x %0\noutput y %9\n");
    has(p, "label=<over <B>s</B>, as long as t>");
    has(p, "<B>e</B> = x @ x[s] * (s &#60;= t)<BR");
    has(p, "<B>y</B> = sum(e over s)<BR");
}
END_TEST

/* A decoder stands below its encoder. */
START_TEST(stacked)
{
    const char *p = draw("clock s <= 3\nclock t = 5\n%0 = input : [4] over s name=\"x\"\n%1 = exp %0 : [4] over s label=\"e\"\n%2 = last %1 : [4] clock=s\n"
                         "%3 = state %2 : [4] over t clock=t next=%4\n%4 = tanh %3 : [4] over t label=\"d\"\ninput x %0\noutput d %4\n");
    has(p, arena_printf(arena, "%s -> p", box(p, "<B>e</B> = ")));
    has(p, arena_printf(arena, "-> %s [style=invis]", box(p, "<B>d[t-1]</B>")));
    lacks(p, arena_printf(arena, "-> %s [style=invis]", box(p, "<B>d</B> = ")));
}
END_TEST

/* ---- loops ---- */

START_TEST(loops)
{
    const char *p = draw(X4 "%2 = tanh %0 : [4] group=1 label=\"a\"\n%3 = * %2 %1 : [4] group=1 label=\"b\"\n%4 = softmax %3 : [4] axis=0\n"
                            "%5 = + %4 %2 : [4] group=0\n%6 = exp %5 : [4] group=0 label=\"c\"\n" PORTS "output c %6\n");
    ck_assert_int_eq(times(p, "one loop, 4 units"), 2);
    ck_assert_str_eq(box(p, "<B>a</B> = tanh(x)<BR"), box(p, "<B>b</B> = a * y<BR"));
    has(p, "<B>%4</B> = softmax(b)<BR");
    has(p, "<B>c</B> = exp(%4 + a)<BR");
    has_edge(p, "<B>a</B> = ", "<B>%4</B> = ", " [label=<&#160;b [4]>]");
    has_edge(p, "<B>a</B> = ", "<B>c</B> = ", " [label=<&#160;a [4]>]");
}
END_TEST

/* ---- drawing ---- */

START_TEST(no_graphviz)
{
    const char *error = NULL;
    ck_assert_int_eq(setenv("PATH", "/nonexistent", 1), 0);
    ck_assert(!graph_svg(arena, "digraph {}", &error));
    ck_assert_str_eq(error, "there is no program `dot`, which draws graphs: it is in the Debian package graphviz");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graph_dot");
    TCase *tcase = tcase_create("graph_dot");
    tcase_add_checked_fixture(tcase, setup, teardown);
    const TTest *const tests[] = {priorities, right_operands, calls, constants, spatial, draws, views, wrapped, cut, repeated, parts, parts_of_a_variable, call_frames, weights,
                                  weights_of_one_name, strange_names, states, delays, start_values, nested_clocks, ticks, until, reclocked, stacked, loops, no_graphviz};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
