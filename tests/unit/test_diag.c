/* test_diag.c: messages as they are printed, to the character. */
#include "../../compiler/diag.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static Arena *arena;
static Diag *diag;
static char *printed;

static void setup(void)
{
    arena = arena_new();
    diag = diag_new(arena);
    printed = NULL;
}

static void teardown(void)
{
    free(printed);
    arena_free(arena);
}

static const char *print(bool colour)
{
    size_t size;
    free(printed);
    FILE *stream = open_memstream(&printed, &size);
    diag_print(diag, stream, colour);
    fclose(stream);
    return printed;
}

/* The first place of `word` in the text. */
static Place at(const Source *source, const char *word)
{
    const char *found = strstr(source->text, word);
    ck_assert_ptr_nonnull(found);
    uint32_t begin = (uint32_t)(found - source->text);
    return (Place){source, begin, begin + (uint32_t)strlen(word)};
}

START_TEST(an_error_with_note_and_hint)
{
    Source *source = source_from_text(arena, "tagger.rnn", "weight U_g: [m, n]\n    g = tanh(x @ U_g)\n");
    diag_error(diag, at(source, "x @ U_g"), "cannot multiply [%d] by [%d, %d]", 64, 50, 64);
    diag_note(diag, at(source, "U_g"), "U_g is declared here");
    diag_hint(diag, "transpose %s", "it");
    ck_assert_str_eq(print(false),
                     "tagger.rnn:2:14: error: cannot multiply [64] by [50, 64]\n"
                     "    2 |     g = tanh(x @ U_g)\n"
                     "      |              ^~~~~~~\n"
                     "tagger.rnn:1:8: note: U_g is declared here\n"
                     "    1 | weight U_g: [m, n]\n"
                     "      |        ^~~\n"
                     "  hint: transpose it\n");
    ck_assert_int_eq(diag_errors(diag), 1);
}
END_TEST

START_TEST(no_place)
{
    diag_error(diag, (Place){0}, "cannot open %s", "x");
    diag_hint(diag, "is it there?");
    diag_error(diag, (Place){0}, "cannot open y");
    diag_error(diag, (Place){0}, "cannot open y");
    diag_warning(diag, (Place){0}, "unused");
    ck_assert_str_eq(print(false), "rnnc: error: cannot open x\n  hint: is it there?\n"
                                   "rnnc: error: cannot open y\nrnnc: warning: unused\n");
    ck_assert_int_eq(diag_errors(diag), 2);
}
END_TEST

START_TEST(carets_under_characters)
{
    Source *source = source_from_text(arena, "m", "\tx =\ty\t+ 2\n# \xcf\x83\xe2\x88\x92 z\r\n\x1b[31m w \xff v\n");
    diag_error(diag, at(source, "+ 2"), "a");
    diag_error(diag, at(source, "z"), "b");
    diag_error(diag, at(source, "\xcf\x83\xe2\x88\x92"), "c");
    diag_error(diag, at(source, "v"), "d");
    ck_assert_str_eq(print(false), "m:1:8: error: a\n"
                                   "    1 | \tx =\ty\t+ 2\n"
                                   "      | \t   \t \t^~~\n"
                                   "m:2:6: error: b\n"
                                   "    2 | # \xcf\x83\xe2\x88\x92 z\n"
                                   "      |      ^\n"
                                   "m:2:3: error: c\n"
                                   "    2 | # \xcf\x83\xe2\x88\x92 z\n"
                                   "      |   ^~\n"
                                   "m:3:11: error: d\n"
                                   "    3 | \xef\xbf\xbd[31m w \xef\xbf\xbd v\n"
                                   "      |           ^\n");
}
END_TEST

START_TEST(places_at_ends_and_over_lines)
{
    Source *source = source_from_text(arena, "m", "f(a,   \n  b)\n\nlast");
    diag_error(diag, at(source, "f(a,   \n  b)"), "several lines");
    diag_error(diag, (Place){source, 7, 7}, "end of a line");
    diag_error(diag, (Place){source, 13, 13}, "empty line");
    diag_error(diag, (Place){source, 18, 18}, "end of the file");
    ck_assert_str_eq(print(false), "m:1:1: error: several lines\n"
                                   "    1 | f(a,   \n"
                                   "      | ^~~~\n"
                                   "m:1:8: error: end of a line\n"
                                   "    1 | f(a,   \n"
                                   "      |        ^\n"
                                   "m:3:1: error: empty line\n"
                                   "    3 | \n"
                                   "      | ^\n"
                                   "m:4:5: error: end of the file\n"
                                   "    4 | last\n"
                                   "      |     ^\n");
}
END_TEST

/* A line of 300 characters with a caret at 0, in the middle and at the end. */
START_TEST(long_lines_are_cut)
{
    char text[301], expected[1000];
    for (int i = 0; i < 300; i++)
        text[i] = (char)('0' + i % 10);
    text[300] = 0;
    Source *source = source_from_text(arena, "m", text);
    diag_error(diag, (Place){source, 0, 2}, "first");
    snprintf(expected, sizeof expected, "m:1:1: error: first\n    1 | %.120s…\n      | ^~\n", text);
    ck_assert_str_eq(print(false), expected);

    diag_rewind(diag, 0);
    diag_error(diag, (Place){source, 150, 300}, "middle");
    snprintf(expected, sizeof expected, "m:1:151: error: middle\n    1 | …%.120s…\n      | %41s^%.79s\n", text + 110, "",
             "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~");
    ck_assert_str_eq(print(false), expected);

    diag_rewind(diag, 0);
    diag_error(diag, (Place){source, 300, 300}, "end");
    snprintf(expected, sizeof expected, "m:1:301: error: end\n    1 | …%.120s\n      | %121s^\n", text + 180, "");
    ck_assert_str_eq(print(false), expected);
}
END_TEST

START_TEST(one_place_one_error)
{
    Source *source = source_from_text(arena, "m", "a b\n");
    diag_error(diag, at(source, "a"), "first");
    diag_error(diag, at(source, "a"), "second");
    diag_note(diag, at(source, "b"), "dropped with its error");
    diag_hint(diag, "this, too");
    diag_warning(diag, at(source, "a"), "a warning is something else");
    diag_warning(diag, at(source, "a"), "a warning is something else");
    diag_error(diag, at(source, "a b"), "so is a longer place");
    ck_assert_int_eq(diag_errors(diag), 2);
    ck_assert_str_eq(print(false), "m:1:1: error: first\n    1 | a b\n      | ^\n"
                                   "m:1:1: warning: a warning is something else\n    1 | a b\n      | ^\n"
                                   "m:1:1: error: so is a longer place\n    1 | a b\n      | ^~~\n");
}
END_TEST

START_TEST(messages_are_taken_back)
{
    Source *source = source_from_text(arena, "m", "a b\n");
    diag_error(diag, at(source, "a"), "stays");
    size_t mark = diag_mark(diag);
    diag_error(diag, at(source, "b"), "goes");
    diag_hint(diag, "goes");
    ck_assert_int_eq(diag_errors(diag), 2);
    diag_rewind(diag, mark);
    ck_assert_int_eq(diag_errors(diag), 1);
    diag_error(diag, at(source, "b"), "comes");
    ck_assert_str_eq(print(false), "m:1:1: error: stays\n    1 | a b\n      | ^\n"
                                   "m:1:3: error: comes\n    1 | a b\n      |   ^\n");
}
END_TEST

START_TEST(twenty_errors_are_enough)
{
    for (int i = 0; i < 21; i++) {
        diag_error(diag, (Place){0}, "number %d", i);
        diag_hint(diag, "of %d", i);
    }
    ck_assert_ptr_nonnull(strstr(print(false), "number 19\n  hint: of 19\nrnnc: 1 more error\n"));
    diag_error(diag, (Place){0}, "one more");
    ck_assert_ptr_nonnull(strstr(print(false), "  hint: of 19\nrnnc: 2 more errors\n"));
    ck_assert_int_eq(diag_errors(diag), 22);
}
END_TEST

/* Found by fuzzing: to look through all messages for each took hours for a large file. */
START_TEST(many_errors_are_soon_told)
{
    enum { MANY = 200000 };
    char *text = arena_alloc(arena, MANY + 1);
    memset(text, 'x', MANY);
    Source *source = source_from_text(arena, "m", text);
    for (uint32_t i = 0; i < MANY; i++) {
        diag_error(diag, (Place){source, i, i + 1}, "e");
        ck_assert_int_eq(diag_advises(diag), i < 20);
        diag_error(diag, (Place){source, i / 2, i / 2 + 1}, "again");
        ck_assert(!diag_advises(diag));
    }
    ck_assert_int_eq(diag_errors(diag), MANY);
    diag_rewind(diag, MANY / 2);
    for (uint32_t i = 0; i < MANY; i++)
        diag_error(diag, (Place){source, i, i + 1}, "e");
    ck_assert_int_eq(diag_errors(diag), MANY);
}
END_TEST

START_TEST(colour_only_if_asked)
{
    Source *source = source_from_text(arena, "m", "a\n");
    diag_error(diag, at(source, "a"), "x");
    ck_assert_ptr_null(strchr(print(false), '\033'));
    ck_assert_str_eq(print(true), "\033[1mm:1:1:\033[0m \033[1;31merror:\033[0m x\n"
                                  "    1 | a\n"
                                  "      | \033[1;31m^\033[0m\n");
}
END_TEST

START_TEST(nearest_names)
{
    static const char *const names[] = {"sigmoid", "tanh", "softmax", "lstm", "x", "W_ih"};
    static const struct {
        const char *name, *nearest;
    } rows[] = {{"sigmod", "sigmoid"}, {"Tanh", "tanh"}, {"softmaxx", "softmax"}, {"ltsm", "lstm"}, {"W_hi", "W_ih"},
                {"sigmoid", "sigmoid"}, {"gru", NULL}, {"y", NULL}, {"", NULL}, {"completely", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *nearest = diag_nearest(rows[i].name, names, sizeof names / sizeof *names);
        ck_assert_pstr_eq(nearest, rows[i].nearest);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("diag");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, an_error_with_note_and_hint);
    tcase_add_test(tests, no_place);
    tcase_add_test(tests, carets_under_characters);
    tcase_add_test(tests, places_at_ends_and_over_lines);
    tcase_add_test(tests, long_lines_are_cut);
    tcase_add_test(tests, one_place_one_error);
    tcase_add_test(tests, messages_are_taken_back);
    tcase_add_test(tests, twenty_errors_are_enough);
    tcase_add_test(tests, many_errors_are_soon_told);
    tcase_add_test(tests, colour_only_if_asked);
    tcase_add_test(tests, nearest_names);
    Suite *suite = suite_create("diag");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
