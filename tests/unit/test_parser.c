/* test_parser.c: texts to trees and back, priorities, places to the byte, and how many messages a
 * wrong text gets. The wording of messages is in tests/errors/syntax_*. */
#include "../../compiler/ast.h"

#include <check.h>
#include <glob.h>
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

static char *messages(void)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    diag_print(diag, stream, false);
    fclose(stream);
    char *copy = arena_copy(arena, text, size);
    free(text);
    return copy;
}

static Ast *read(const char *text)
{
    diag = diag_new(arena);
    Ast *ast = parse(arena, diag, source_from_text(arena, "m", text));
    ck_assert_msg(ast != NULL, "%s\n%s", text, messages());
    ck_assert_int_eq(diag_errors(diag), 0);
    return ast;
}

static const char *print(const Ast *ast)
{
    Out *out = out_new(arena);
    ast_print(out, ast);
    return out->text;
}

/* How many errors a text has, in a Diag of its own. */
static int errors_in(const char *text)
{
    diag = diag_new(arena);
    Ast *ast = parse(arena, diag, source_from_text(arena, "m", text));
    ck_assert((ast == NULL) == (diag_errors(diag) > 0));
    return diag_errors(diag);
}

static int count(const char *text, const char *part)
{
    int found = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        found++;
    return found;
}

static const Expr *value(const char *text)
{
    return read(arena_printf(arena, "a = %s\n", text))->items->value;
}

START_TEST(sketches_parse_and_print)
{
    glob_t files;
    static const char *const patterns[] = {"/work/shared/design/sketch/*.rnn", "../shared/design/sketch/*.rnn",
                                           "grammar/std/*.rnn"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        if (glob(patterns[i], 0, NULL, &files) != 0)
            continue;
        for (size_t k = 0; k < files.gl_pathc; k++) {
            const char *error = "";
            Source *source = source_read(arena, files.gl_pathv[k], &error);
            ck_assert_msg(source != NULL, "%s", error);
            Ast *ast = parse(arena, diag, source);
            ck_assert_msg(ast != NULL, "%s", messages());
            const char *text = print(ast);
            ck_assert_str_eq(print(read(text)), text);
        }
        globfree(&files);
    }
}
END_TEST

/* Texts in the printer's own form: they print as they are. */
static const char *const canonical[] = {
    "",
    "use \"cells.rnn\"\nuse \"\"\nn = 4\nm = 4 * n\n",
    "# One.\n#\n#   Two.\ncell f(x, y: [m], z: [] over s, w: token[V], n: dim, e: number = 1e-05, g: fn = tanh) -> y {\n}\n",
    "cell a.b(q: [2*k, k+1] over s over r = 1, d = 2) -> y: [n], z, w: token[9] {\n    y = q\n}\n",
    "model m {\n    input x, y: [4, 5] over t <= 2 * n over b = 3\n    output z: token[3] over t until z == 2\n"
    "    clock k\n    clock j <= 10 until x > 0\n    clock u = t when t % 4 == 3\n    weight W, V: [4]\n"
    "    weight b: [] = -1.5\n    cell enc = lstm(n=64)\n    a, b = enc(x)\n    a[-1] = b\n    a[-12] = 0\n"
    "    weights \"w.npz\"\n    weights \"v.npz\" {\n        a.W, z.0.h.W_i = \"k\"[0:64]\n        f.* = \"rnn.*_l0\"\n"
    "        f.b_* = transpose(\"q\") / 256\n    }\n    train {\n        target want: [] over t\n        adam(rate=0.001)\n    }\n}\n",
    "model m(n: dim = 48) {\n    y = x[t-1] + x[t + 2 * k] + E[w, :, 1:, :2, 1:2][0]\n"
    "    z = repeat 4 as l f(x, zeros([32]), d=2 ** l)\n    z = repeat (2 * n) backward repeat n f()\n"
    "    z = backward f(x over t, n=a over s over r)[0]\n    z = [1, [2], []]\n}\n",
};

START_TEST(canonical_texts_stay)
{
    ck_assert_str_eq(print(read(canonical[_i])), canonical[_i]);
}
END_TEST

/* Expressions, with parentheses that show how they group; and as the printer writes them. */
static const struct {
    const char *text, *grouped, *printed;
} groups[] = {
    {"-a ** 2", "-(a ** 2)", "-a ** 2"},
    {"(-a) ** 2", "(-a) ** 2", "(-a) ** 2"},
    {"2 ** -a", "2 ** (-a)", "2 ** -a"},
    {"2 ** -a ** 3", "2 ** (-(a ** 3))", "2 ** -a ** 3"},
    {"2 ** 3 ** 2", "2 ** (3 ** 2)", "2 ** 3 ** 2"},
    {"(2 ** 3) ** 2", "(2 ** 3) ** 2", "(2 ** 3) ** 2"},
    {"not a == b", "not (a == b)", "not a == b"},
    {"(not a) == b", "(not a) == b", "(not a) == b"},
    {"a == (not b)", "a == (not b)", "a == (not b)"},
    {"not a and b or c", "((not a) and b) or c", "not a and b or c"},
    {"a or b and c", "a or (b and c)", "a or b and c"},
    {"a @ b * c", "(a @ b) * c", "a @ b * c"},
    {"a * b @ c", "(a * b) @ c", "a * b @ c"},
    {"a * (b @ c)", "a * (b @ c)", "a * (b @ c)"},
    {"a - b - c", "(a - b) - c", "a - b - c"},
    {"a - (b - c)", "a - (b - c)", "a - (b - c)"},
    {"a / b % c * d", "((a / b) % c) * d", "a / b % c * d"},
    {"a + b * c", "a + (b * c)", "a + b * c"},
    {"(a + b) * c", "(a + b) * c", "(a + b) * c"},
    {"-a * b", "(-a) * b", "-a * b"},
    {"-(a * b)", "-(a * b)", "-(a * b)"},
    {"a - -b", "a - (-b)", "a - -b"},
    {"--a", "-(-a)", "--a"},
    {"a + 1 < b * 2", "(a + 1) < (b * 2)", "a + 1 < b * 2"},
    {"(a < b) == c", "(a < b) == c", "(a < b) == c"},
    {"(a + b)[0]", "(a + b)[0]", "(a + b)[0]"},
    {"-a[0] ** b[t-1]", "-(a[0] ** b[t-1])", "-a[0] ** b[t-1]"},
    {"f(a)[0][1]", "(f(a)[0])[1]", "f(a)[0][1]"},
    {"((a))", "a", "a"},
    {"a +\n  b *\n\n  # c\n  c", "a + (b * c)", "a + b * c"},
    {"f(\n  a,\n  b\n)", "f(a, b)", "f(a, b)"},
};

START_TEST(priorities)
{
    Out *plain = out_new(arena), *grouped = out_new(arena);
    ast_print_expr(plain, value(groups[_i].text));
    ast_print_expr(grouped, value(groups[_i].grouped));
    ck_assert_str_eq(plain->text, groups[_i].printed);
    ck_assert_str_eq(grouped->text, groups[_i].printed);
}
END_TEST

START_TEST(numbers)
{
    static const struct {
        const char *text;
        double number;
        bool integer;
        const char *printed;
    } rows[] = {
        {"0", 0, true, "0"}, {"007", 7, true, "7"}, {"9007199254740992", 9007199254740992.0, true, "9007199254740992"},
        {"1.5", 1.5, false, "1.5"}, {"1e-5", 1e-5, false, "1e-05"}, {"2.50E+3", 2500, false, "2.5e+03"},
        {"3.0", 3, false, "3.0"}, {"0.1", 0.1, false, "0.1"}, {"0.30000000000000004", 0.30000000000000004, false, "0.30000000000000004"},
        {"1e0", 1, false, "1.0"}, {"1e308", 1e308, false, "1e+308"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Expr *expr = value(rows[i].text);
        ck_assert_int_eq(expr->kind, EXPR_NUMBER);
        ck_assert_double_eq(expr->number, rows[i].number);
        ck_assert_int_eq(expr->integer, rows[i].integer);
        Out *out = out_new(arena);
        ast_print_expr(out, expr);
        ck_assert_str_eq(out->text, rows[i].printed);
        ck_assert_double_eq(value(out->text)->number, rows[i].number);
    }
}
END_TEST

static void check_place(Place place, const char *text)
{
    ck_assert_str_eq(arena_copy(arena, place.source->text + place.begin, place.end - place.begin), text);
}

START_TEST(places_are_exact)
{
    const Ast *ast = read("\xef\xbb\xbf# c\r\nmodel m {   # d\r\n  input  x: [4, n] over t <= 9 # e\r\n"
                          "  h, c = f.g( x[t-1, 2] , -y*(z + 1)) \r\n  h[-1] = 0\r\n}\r\n");
    const Item *item = ast->items;
    ck_assert_str_eq(item->comment, "c");
    ck_assert_uint_eq(item->place.begin, 5);
    check_place(item->name->place, "m");
    const Line *input = item->lines, *line = input->next, *start = line->next;
    check_place(input->place, "input  x: [4, n] over t <= 9");
    check_place(input->type->place, "[4, n]");
    check_place(input->over->clock->place, "t");
    check_place(input->over->limit->place, "9");
    check_place(line->place, "h, c = f.g( x[t-1, 2] , -y*(z + 1))");
    check_place(line->names->next->place, "c");
    check_place(start->place, "h[-1] = 0");
    ck_assert_int_eq(start->delay, 1);
    ck_assert_ptr_null(start->next);

    const Expr *call = line->value, *x = call->args->value, *product = call->args->next->value;
    check_place(call->place, "f.g( x[t-1, 2] , -y*(z + 1))");
    check_place(call->word, "f.g");
    check_place(x->place, "x[t-1, 2]");
    check_place(x->word, "[t-1, 2]");
    check_place(x->index->place, "t-1");
    check_place(x->index->low->word, "-");
    check_place(product->place, "-y*(z + 1)");
    check_place(product->word, "*");
    check_place(product->left->place, "-y");
    check_place(product->right->place, "(z + 1)");
    check_place(product->right->left->place, "z");
    ck_assert(product->right->parenthesised && !product->parenthesised);
}
END_TEST

START_TEST(comments_belong_to_what_follows)
{
    const Item *item = read("# far\n\n  #  near  \n#two\ncell f(x) -> y {\n}\nmodel m {\n}\n# late\n")->items;
    ck_assert_str_eq(item->comment, " near\ntwo");
    ck_assert_ptr_null(item->next->comment);
}
END_TEST

/* Wrong texts: how many errors, and a part of the messages that must stand there just once. */
static const struct {
    const char *text;
    int errors;
    const char *once;
} wrong[] = {
    {"a = = 1\nb = 2\nc = * 3\nd = 4)\n", 3, "no `(`"},
    {"a := 1\n", 1, "hint: an equation is written with `=`"},
    {"model m {\ny == 1\nz = 1\n}\n", 1, "hint: an equation is written with one `=`"},
    {"a = b^2\n", 1, "hint: a power is written `**`"},
    {"cell f(x) -> h {\n h[t] = x\n g[t+1] = x ] y\n}\n", 2, "2:3: error: the left side"},
    {"// hi\na = 1 /* x\n */\n", 2, "hint: a comment starts with `#` and"},
    {"a = 1 /* x", 1, "hint: a comment starts with `#`"},
    {"model m {\n y = f(g(x, z)\n w = 1\n}\n", 1, "note: this `(` is open"},
    {"model m {\n y = f(x,\n  z\n}\n", 1, "3:4: error: `)` is missing"},
    {"model m {\n y = [1\n input x: []\n = 3\n}\n", 2, "note: this `[` is open"},
    {"token = 1\n", 1, "hint: `token` is a word of the language"},
    {"model m {\n y = f(over = 1)\n weight = 3\n}\n", 2, "`weight` is a word of the language"},
    {"use \"abc\n\na = 1\n", 1, "1:5: error: the string"},
    {"a = 1 \xe2\x88\x92 2\n", 1, "`\xe2\x88\x92` (U+2212)"},
    {"use \xe2\x80\x9c" "a\xe2\x80\x9d\n", 1, "(U+201C)"},
    {"a = \xff\n", 1, "the byte 0xff"},
    {"a = b \x01 c\n", 1, "U+0001"},
    {"cell f(x) -> h {\n h[-0] = 1\n h[-1000001] = 1\n h[-1000000] = 1\n}\n", 2, "2:5: error"},
    {"a = 9007199254740993\n", 1, "2^53"},
    {"model m {\n y = x +\n}\nmodel n {\n y = x\n", 2, "5:7: error: `}` is missing"},
    {"model m {\n train {\n y = 1\nmodel n {\n y = + }\n", 2, "3:7: error: `}` is missing"},
    {"}\n}\ncell f(x) -> y {\n y = = 1\n}\n", 2, "4:6: error"},
    {"cell f(x -> y {\n y = = 1\n}\ncell g(x) y {\n}\n", 3, "needed `->`"},
    {"cell f x\n  y = 1\n  z = = 2\n}\ncell g(x) -> y {\n y = = 1\n}\n", 2, "1:8: error"},
    {"model m {\n if x {\n  y = = 1\n }\n z = 1\n}\n", 1, "where(condition, a, b)"},
    {"model m {\n weights \"f\" {\n  a.* \"b\"\n  c = = 1\n }\n y = 1\n}\n", 2, "3:7: error"},
    {"a = b.*\n", 1, "weights block"},
    {"model m {\n y = f(x\n     z,\n     w)\n v = 1\n}\n", 1, "3:6: error"},
    {"a = 1 < b < 2\nb = (1 < 2) < 3\n", 1, "chain"},
};

START_TEST(one_message_a_mistake)
{
    int errors = errors_in(wrong[_i].text);
    const char *text = messages();
    ck_assert_msg(errors == wrong[_i].errors, "%d errors in\n%s\n%s", errors, wrong[_i].text, text);
    ck_assert_msg(count(text, wrong[_i].once) == 1, "%s\n%s", wrong[_i].once, text);
}
END_TEST

/* `before` so many times, a 1, `after` so many times. */
static const char *nest(int times, const char *before, const char *after)
{
    Out *out = out_new(arena);
    out_text(out, "a = ");
    for (int i = 0; i < times; i++)
        out_text(out, before);
    out_text(out, "1");
    for (int i = 0; i < times; i++)
        out_text(out, after);
    out_text(out, "\n");
    return out->text;
}

START_TEST(nesting_has_limits)
{
    static const char *const ways[][2] = {{"(", ")"}, {"f(", ")"}, {"[", "]"}, {"-", ""},      {"not ", ""},
                                          {"", "[0]"}, {"", "+1"},  {"2**", ""}, {"x[", "]"}, {"backward repeat 2 f(", ")"}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const char *text = nest(300, ways[i][0], ways[i][1]);
        const char *printed = print(read(text));
        ck_assert_str_eq(print(read(printed)), printed);
        ck_assert_int_eq(errors_in(nest(1000000, ways[i][0], ways[i][1])), 1);
        ck_assert_ptr_nonnull(strstr(messages(), "nested too deeply"));
    }
    ck_assert_int_eq(errors_in(nest(EXPR_DEPTH - 1, "-", "")), 0);
    ck_assert_int_eq(errors_in(nest(EXPR_DEPTH, "-", "")), 1);
    ck_assert_int_eq(errors_in(arena_printf(arena, "%sb = = 1\n", nest(EXPR_DEPTH, "", "+1"))), 2);
}
END_TEST

START_TEST(rubbish_ends)
{
    char *text = arena_alloc(arena, 1000001);
    memset(text, '$', 1000000);
    ck_assert_int_eq(errors_in(text), 500);
    for (size_t i = 0; i < 1000000; i += 4)
        memcpy(text + i, "= =\n", 4);
    ck_assert_int_eq(errors_in(text), 500);
}
END_TEST

START_TEST(the_same_source_twice_fails_twice)
{
    Source *source = source_from_text(arena, "m", "a = = 1\n");
    ck_assert_ptr_null(parse(arena, diag, source));
    ck_assert_ptr_null(parse(arena, diag, source));
    ck_assert_int_eq(diag_errors(diag), 1);
}
END_TEST

#define ROWS(table) (int)(sizeof table / sizeof *table)

int main(void)
{
    TCase *tests = tcase_create("parser");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, sketches_parse_and_print);
    tcase_add_loop_test(tests, canonical_texts_stay, 0, ROWS(canonical));
    tcase_add_loop_test(tests, priorities, 0, ROWS(groups));
    tcase_add_test(tests, numbers);
    tcase_add_test(tests, places_are_exact);
    tcase_add_test(tests, comments_belong_to_what_follows);
    tcase_add_loop_test(tests, one_message_a_mistake, 0, ROWS(wrong));
    tcase_add_test(tests, nesting_has_limits);
    tcase_add_test(tests, rubbish_ends);
    tcase_add_test(tests, the_same_source_twice_fails_twice);
    Suite *suite = suite_create("parser");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
