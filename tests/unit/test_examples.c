/* test_examples.c: what the documents show compiles. Every ```rnn block of the reference and of the
 * README is a complete file: it goes through all stages up to the plan without a message, and printing
 * its tree and parsing that again gives the same text. */
#include "../../compiler/check.h"
#include "../../compiler/pass.h"
#include "../../compiler/plan.h"
#include "../../compiler/std.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_EXAMPLES = 200 };

static const struct {
    const char *path;
    int least;               /* so many blocks at least: a mistaken fence must not hide them */
} documents[] = {
    {"grammar/LANGUAGE.md", 6},
    {"README.md", 0},
};
enum { DOCUMENTS = sizeof documents / sizeof *documents };

typedef struct Example {
    const char *path, *text;
    int line;                /* of the document, where the text begins */
} Example;

static Arena *kept;          /* holds the examples, for all tests */
static Example examples[MAX_EXAMPLES];
static int example_count;

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

/* The length of a line with its newline. */
static size_t line_length(const char *text)
{
    size_t length = strcspn(text, "\n");
    return length + (text[length] == '\n');
}

static bool is_fence(const char *line, const char *fence)
{
    size_t length = strlen(fence);
    return strncmp(line, fence, length) == 0 && (line[length] == '\n' || line[length] == 0);
}

/* The blocks of one document, if there is one. A block without an end is not counted: it is less than
 * what is expected. No assertions: this runs before the tests. */
static void collect(const char *path)
{
    const char *error, *begin = NULL;
    Source *source = source_read(kept, path, &error);
    int number = 1, first = 0;
    for (const char *at = source ? source->text : ""; *at; at += line_length(at), number++) {
        if (!begin && is_fence(at, "```rnn")) {
            begin = at + line_length(at);
            first = number + 1;
        } else if (begin && is_fence(at, "```")) {
            if (example_count < MAX_EXAMPLES)
                examples[example_count++] = (Example){path, arena_copy(kept, begin, (size_t)(at - begin)), first};
            begin = NULL;
        }
    }
}

START_TEST(documents_have_examples)
{
    for (int i = 0; i < DOCUMENTS; i++) {
        int found = 0;
        for (int k = 0; k < example_count; k++)
            found += strcmp(examples[k].path, documents[i].path) == 0;
        ck_assert_msg(found >= documents[i].least, "%s: %d blocks of rnn, expected at least %d", documents[i].path, found,
                      documents[i].least);
    }
}
END_TEST

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

static Ast *parse_text(const char *name, const char *text)
{
    Ast *ast = parse(arena, diag, source_from_text(arena, name, text));
    char *said = messages();
    ck_assert_msg(ast && !*said, "%s\n%s", name, said);
    return ast;
}

/* Line numbers in messages count from the block's first line. */
static const char *block_name(const Example *example)
{
    return arena_printf(arena, "%s, block at line %d", example->path, example->line);
}

/* Everything up to the plan; `wanted` is the model, NULL for the only one. */
static void compile(const Ast *ast, const char *name, const char *wanted)
{
    CheckOptions options = {.random_weights = true, .model = wanted};
    PassOptions passes_of = {0};
    PlanOptions plan_options = {0};
    Graph *graph = check(arena, diag, std_library(arena, diag), ast, &options);
    ck_assert_msg(graph != NULL, "%s\n%s", name, messages());
    graph = pass_run(arena, graph, &passes_of);
    const Plan *planned = plan(arena, diag, graph, constants_new(arena, graph, 1), &plan_options);
    char *said = messages();
    ck_assert_msg(planned && !*said, "%s\n%s", name, said);
    ck_assert_uint_gt(planned->step_count, 0);
}

START_TEST(example_compiles)
{
    const char *name = block_name(&examples[_i]);
    const Ast *ast = parse_text(name, examples[_i].text);
    int models = 0;
    for (const Item *item = ast->items; item; item = item->next)
        if (item->kind == ITEM_MODEL) {
            compile(ast, name, item->name->text);
            models++;
        }
    ck_assert_msg(models > 0, "%s: it has no model", name);
}
END_TEST

static const char *print(const Ast *ast)
{
    Out *out = out_new(arena);
    ast_print(out, ast);
    return out->text;
}

START_TEST(example_prints_and_parses)
{
    const char *name = block_name(&examples[_i]), *text = print(parse_text(name, examples[_i].text));
    ck_assert_str_eq(print(parse_text(name, text)), text);
}
END_TEST

int main(void)
{
    kept = arena_new();
    for (int i = 0; i < DOCUMENTS; i++)
        collect(documents[i].path);
    Suite *suite = suite_create("examples");
    TCase *tcase = tcase_create("documents");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, documents_have_examples);
    tcase_add_loop_test(tcase, example_compiles, 0, example_count);
    tcase_add_loop_test(tcase, example_prints_and_parses, 0, example_count);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    arena_free(kept);
    return failed ? 1 : 0;
}
