/* target_tensors.c: weight files and the arrays of `rnnc run`, of any bytes. */
#define _GNU_SOURCE             /* memfd_create */
#include "fuzz.h"

#include "../../compiler/plan.h"
#include "../../compiler/run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A reader may not ask for more than it has reason to. */
enum { ELEMENTS_LIMIT = 1 << 22 };

/* Every format: the content says which one it is. */
void fuzz_tensors(const uint8_t *bytes, size_t size)
{
    Arena *arena = arena_new();
    const char *error = NULL;
    TensorFile *file = tensor_file_parse(arena, "folder/fuzz.npy", bytes, size, &error);
    FUZZ_CHECK(file || (error && *error && !strchr(error, '\n')), error);
    size_t index;
    for (size_t i = 0; file && i < tensor_file_count(file); i++) {
        const Tensor *tensor = tensor_file_at(file, i);
        FUZZ_CHECK(tensor_file_find(file, tensor->name) == tensor, tensor->name);
        double *out = tensor->count <= ELEMENTS_LIMIT ? malloc((tensor->count + 1) * sizeof *out) : NULL;
        if (out)
            tensor_read_f64(tensor, out);
        free(out);
        constant_finite(tensor, &index);
    }
    tensor_file_close(file);
    arena_free(arena);
}

/* A file in memory that has a path. */
static int memory_file(const uint8_t *bytes, size_t size, char *path, size_t room)
{
    int descriptor = memfd_create("fuzz", 0);
    if (descriptor < 0 || write(descriptor, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, room, "/proc/self/fd/%d", descriptor);
    return descriptor;
}

/* A model that has weights of several shapes, bound by name and by lines, one with a default. */
static const char model[] =
    "model m {\n"
    "    input  x: [3] over t <= 4\n"
    "    output y: [2] over t\n"
    "    weight U: [2, 2]\n"
    "    weight b: [2] = 0\n"
    "    weight s: [] = 1\n"
    "    y = s * tanh(dense(x, 2) + U @ y[t-1] + b)\n"
    "    weights \"none\" {\n"
    "        y.dense.W, U = split(\"all\", [3, 2], axis=1)\n"
    "        y.* = \"dense.*\"\n"
    "        b = \"b\"[0] * 0.5 + \"scale\"\n"
    "    }\n"
    "}\n";

static const Graph *graph_of(Arena *arena, Diag *diag, const char *text, const char *weights)
{
    const CheckOptions options = {.weights = weights, .random_weights = !weights};
    const Ast *ast = parse(arena, diag, source_from_text(arena, "fuzz.rnn", text));
    const Graph *graph = ast ? check(arena, diag, fuzz_library(), ast, &options) : NULL;
    FUZZ_CHECK(ast && !graph == !!diag_errors(diag), "");
    return graph;
}

/* From the file to the values of constants. */
void fuzz_weights(const uint8_t *bytes, size_t size)
{
    char path[64];
    int descriptor = memory_file(bytes, size, path, sizeof path);
    Arena *arena = arena_new();
    const Graph *graph = graph_of(arena, diag_new(arena), model, path);
    Constants *constants = graph ? constants_new(arena, graph, 1) : NULL;
    for (size_t i = 0; graph && i < graph->count; i++)
        if (graph->node[i].fixed)
            constant_value(constants, (NodeId)i);
    arena_free(arena);
    close(descriptor);
}

static const char *const readers[] = {
    "model m {\n    input  x: [3] over t\n    output y: [3] over t\n    y = x\n}\n",
    "model m {\n    input  x: token[5] over t <= 4\n    output y: token[5] over t\n    y = x\n}\n",
    "model m {\n    input  x: [2, 3] over t <= 4 over b = 2\n    output y: [2, 3] over t over b\n    y = x\n}\n",
    "model m {\n    input  x: []\n    output y: []\n    y = x\n}\n",
};
enum { READERS = sizeof readers / sizeof *readers };

/* The array of an input of `rnnc run`, for models that take a sequence, tokens, a batch and one number. */
void fuzz_input(const uint8_t *bytes, size_t size)
{
    char path[64];
    static Arena *arenas;
    static const Graph *graphs[READERS];
    if (!arenas) {
        arenas = arena_new();
        for (int i = 0; i < READERS; i++) {
            Diag *diag = diag_new(arenas);
            graphs[i] = graph_of(arenas, diag, readers[i], NULL);
            FUZZ_CHECK(graphs[i], readers[i]);
        }
    }
    int descriptor = memory_file(bytes, size, path, sizeof path);
    for (int i = 0; i < READERS; i++) {
        Arena *arena = arena_new();
        Diag *diag = diag_new(arena);
        NamedFile input = {"x", path};
        const Options options = {.inputs = &input, .input_count = 1};
        RunData data = {0};
        FUZZ_CHECK(run_read(arena, diag, &options, graphs[i], &data) == !diag_errors(diag), "");
        arena_free(arena);
    }
    close(descriptor);
}
