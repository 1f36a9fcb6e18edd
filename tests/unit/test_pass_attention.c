/* test_pass_attention.c: what the pass `attention` makes of small graphs, and the like of them that it must
 * leave alone. (Numbers: tests/numeric/attention*.) */
#include "../../compiler/pass.h"

#include <check.h>
#include <stdlib.h>

static void gives(const char *before, const char *after)
{
    Arena *arena = arena_new();
    const char *error = NULL, *wrong;
    const Graph *graph = graph_read(arena, before, &error);
    ck_assert_msg(graph != NULL, "%s", error);
    graph = pass_attention(arena, graph);
    wrong = graph_verify(arena, graph);
    ck_assert_msg(!wrong, "%s", wrong);
    Out *out = out_new(arena);
    graph_print(out, graph);
    ck_assert_str_eq(out->text, after);
    arena_free(arena);
}

static void gives_itself(const char *graph)
{
    gives(graph, graph);
}

/* A query per step of t: keys and values are read as rows. The scale stays; what else reads the product does, too. */
START_TEST(attention_of_rows)
{
    gives("clock t\nclock s <= 9\n%0 = input : [2] over t name=\"q\"\n%1 = input : [2] over s name=\"K\"\n%2 = const : [] value=0.5\n"
          "%3 = @ %0 %1 : [] over t over s\n%4 = * %3 %2 : [] over t over s\n%5 = softmax %4 : [] over t over s clock=s\n"
          "%6 = * %5 %1 : [2] over t over s\n%7 = sum %6 : [2] over t clock=s\ninput q %0\ninput K %1\noutput c %7\n",
          "clock t\nclock s <= 9\n%0 = input : [2] over t name=\"q\"\n%1 = input : [2] over s name=\"K\"\n%2 = const : [] value=0.5\n"
          "%3 = scores %1 %0 : [] over t over s clock=s\n%4 = * %3 %2 : [] over t over s\n%5 = softmax %4 : [] over t over s clock=s\n"
          "%6 = weighted %1 %5 : [2] over t clock=s\ninput q %0\ninput K %1\noutput c %6\n");
}
END_TEST

/* Keys that are made step by step for one query need not be kept; a product that no softmax reads, and an input whose
 * steps lie at a distance that nobody knows, stay. */
START_TEST(attention_not)
{
    gives_itself("clock s <= 9\n%0 = input : [2] over s name=\"K\"\n%1 = input : [2] name=\"q\"\n%2 = tanh %0 : [2] over s\n"
                 "%3 = @ %2 %1 : [] over s\n%4 = softmax %3 : [] over s clock=s\ninput K %0\ninput q %1\noutput a %4\n");
    gives_itself("clock s <= 9\n%0 = input : [2] over s name=\"K\"\n%1 = input : [2] name=\"q\"\n"
                 "%2 = @ %0 %1 : [] over s\n%3 = tanh %2 : [] over s\ninput K %0\ninput q %1\noutput a %3\n");
    gives_itself("clock s <= 9\nclock b <= 3\n%0 = input : [2] over s over b name=\"K\"\n%1 = input : [2] name=\"q\"\n"
                 "%2 = @ %0 %1 : [] over s over b\n%3 = softmax %2 : [] over s over b clock=s\ninput K %0\ninput q %1\n"
                 "output a %3\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_attention");
    TCase *tcase = tcase_create("pass_attention");
    tcase_add_test(tcase, attention_of_rows);
    tcase_add_test(tcase, attention_not);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
