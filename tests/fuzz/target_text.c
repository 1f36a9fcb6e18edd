/* target_text.c: the stages of the compiler on any text: as a model file, and as the text form of a graph.
 * Beside that nothing crashes, each printer is held to its promise: what it writes reads back as the same. */
#include "fuzz.h"

#include "../../compiler/check.h"
#include "../../compiler/emit.h"
#include "../../compiler/graph_dot.h"
#include "../../compiler/pass.h"
#include "../../compiler/std.h"

#include <stdlib.h>
#include <string.h>

/* Weights are numbers in memory: a model of more is refused by nothing, and is left to tests of limits. */
enum { FIXED_LIMIT = 1 << 20 };

/* The text as a source; NULL where source_read would refuse it. */
static const Source *source_of(Arena *arena, const uint8_t *bytes, size_t size)
{
    return memchr(bytes, 0, size) ? NULL : source_from_text(arena, "fuzz.rnn", arena_copy(arena, (const char *)bytes, size));
}

const Ast *fuzz_library(void)
{
    static const Ast *all;
    static Arena *arena;             /* never freed, and so no leak */
    if (!all) {
        arena = arena_new();
        Diag *diag = diag_new(arena);
        all = std_library(arena, diag);
        FUZZ_CHECK(diag_errors(diag) == 0, "");
    }
    return all;
}

/* Messages are printed, too: their places are worked out only then. */
static void print_messages(const Diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        abort();
    diag_print(diag, stream, size % 2);
    fclose(stream);
    free(text);
}

static const char *ast_text(Arena *arena, const Ast *ast)
{
    Out *out = out_new(arena);
    ast_print(out, ast);
    return out->text;
}

static const char *graph_text(Arena *arena, const Graph *graph)
{
    Out *out = out_new(arena);
    graph_print(out, graph);
    return out->text;
}

/* The tree of a text, or NULL with at least one message. */
static const Ast *parse_text(Arena *arena, Diag *diag, const uint8_t *bytes, size_t size)
{
    const Source *source = source_of(arena, bytes, size);
    const Ast *ast = source ? parse(arena, diag, source) : NULL;
    FUZZ_CHECK(!source || !ast == !!diag_errors(diag), "");
    return ast;
}

void fuzz_parse(const uint8_t *bytes, size_t size)
{
    Arena *arena = arena_new();
    Diag *diag = diag_new(arena);
    const Ast *ast = parse_text(arena, diag, bytes, size);
    if (ast) {
        const char *text = ast_text(arena, ast);
        const Ast *again = parse(arena, diag, source_from_text(arena, "printed.rnn", text));
        FUZZ_CHECK(again, text);
        FUZZ_CHECK(strcmp(text, ast_text(arena, again)) == 0, text);
    }
    print_messages(diag);
    arena_free(arena);
}

/* Places are comments, which are not read: the second text is compared with the third. */
static void graph_round(Arena *arena, const Graph *graph)
{
    const char *text = graph_text(arena, graph), *error = text;
    const Graph *again = graph_read(arena, text, &error), *last = NULL;
    FUZZ_CHECK(again, arena_printf(arena, "%s\n%s", error, text));
    text = graph_text(arena, again);
    last = graph_read(arena, text, &error);
    FUZZ_CHECK(last && strcmp(text, graph_text(arena, last)) == 0, text);
}

static const Graph *check_text(Arena *arena, Diag *diag, const uint8_t *bytes, size_t size, const CheckOptions *options)
{
    const Ast *ast = parse_text(arena, diag, bytes, size);
    const Graph *graph = ast ? check(arena, diag, fuzz_library(), ast, options) : NULL;
    FUZZ_CHECK(!ast || !graph == !!diag_errors(diag), "");
    if (graph) {
        const char *wrong = graph_verify(arena, graph);
        FUZZ_CHECK(!wrong, wrong);
    }
    print_messages(diag);
    return graph;
}

/* As --emit=graph, ast and dot do it. */
void fuzz_check(const uint8_t *bytes, size_t size)
{
    Arena *arena = arena_new();
    const CheckOptions options = {.weights_optional = true};
    const Graph *graph = check_text(arena, diag_new(arena), bytes, size, &options);
    if (graph) {
        graph_round(arena, graph);
        graph_dot(out_new(arena), graph);
    }
    arena_free(arena);
}

static int64_t fixed_elements(const Graph *graph)
{
    int64_t sum = 0;
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].fixed)
            sum += shape_count(graph->node[i].type.shape);
    return sum;
}

static void emit_all(Arena *arena, const Plan *planned)
{
    const EmitOptions arrays = {.name = "fuzz", .source = "fuzz.rnn"}, blob = {.name = "fuzz", .source = "fuzz.rnn", .blob = true};
    emit_header(out_new(arena), planned, &arrays);
    emit_source(out_new(arena), planned, &arrays);
    emit_source(out_new(arena), planned, &blob);
    emit_blob(out_new(arena), planned);
    emit_driver(out_new(arena), planned, &arrays);
    plan_print(out_new(arena), planned);
}

/* Everything, up to the C. */
void fuzz_compile(const uint8_t *bytes, size_t size)
{
    Arena *arena = arena_new();
    Diag *diag = diag_new(arena);
    const CheckOptions options = {.random_weights = true};
    const PassOptions pass = {.stream = stdout};
    const PlanOptions planning = {0};
    const Graph *graph = check_text(arena, diag, bytes, size, &options);
    if (graph)
        graph = pass_run(arena, graph, &pass);
    if (graph)
        graph_round(arena, graph);
    if (graph && fixed_elements(graph) <= FIXED_LIMIT) {
        const Plan *planned = plan(arena, diag, graph, constants_new(arena, graph, 1), &planning);
        FUZZ_CHECK(!planned == !!diag_errors(diag), "");
        if (planned)
            emit_all(arena, planned);
        print_messages(diag);
    }
    arena_free(arena);
}

void fuzz_graph(const uint8_t *bytes, size_t size)
{
    Arena *arena = arena_new();
    const char *error = NULL;
    const Graph *graph = graph_read(arena, arena_copy(arena, (const char *)bytes, size), &error);
    FUZZ_CHECK(graph || (error && *error), "");
    if (graph) {
        const char *wrong = graph_verify(arena, graph);
        FUZZ_CHECK(!wrong, wrong);
        graph_round(arena, graph);
        graph_dot(out_new(arena), graph);
    }
    arena_free(arena);
}
