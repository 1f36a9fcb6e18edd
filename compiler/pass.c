/* pass.c: the table of passes and what runs them. */
#include "pass.h"

#include <stdlib.h>
#include <string.h>

const Pass passes[] = {
    {"running", pass_running, "sums, means, maxima and minima over a clock are kept up step by step"},
    {"products", pass_products, "x @ W with a constant W becomes transpose(W) @ x, the form that kernels know"},
    {"concat", pass_concat, "a product with concatenated vectors becomes a sum of products with each"},
    {"split", pass_split, "parts of a product or an elementwise value are computed as parts"},
    {"sums", pass_sums, "sums are ordered: constants (added when compiling), products, the rest"},
    {"fuse", pass_fuse, "elementwise operators become the epilogue of the products they follow"},
    {"pack", pass_pack, "loops whose products share a vector become one"},
    {NULL, NULL, NULL},
};

const Pass *pass_find(const char *name)
{
    for (const Pass *pass = passes; pass->name; pass++)
        if (strcmp(pass->name, name) == 0)
            return pass;
    return NULL;
}

static bool left_out(const PassOptions *options, const Pass *pass)
{
    for (size_t i = 0; i < options->without_count; i++)
        if (strcmp(options->without[i], pass->name) == 0)
            return true;
    return false;
}

static const char *text_of(Arena *arena, const Graph *graph)
{
    Out *out = out_new(arena);
    graph_print(out, graph);
    return out->text;
}

static void verify(Arena *arena, const Graph *graph, const char *after)
{
    const char *wrong = graph_verify(arena, graph);
    if (!wrong)
        return;
    fprintf(stderr, "rnnc: mistake in rnnc: the graph after %s is wrong: %s\n%s", after, wrong, text_of(arena, graph));
    exit(70); /* EX_SOFTWARE */
}

Graph *pass_run(Arena *arena, const Graph *graph, const PassOptions *options)
{
    verify(arena, graph, "checking");
    times_lap(options->times, "verify");
    Arena *last = NULL; /* of the graph that the pass before made: of each only the nodes die, names are the first one's */
    for (const Pass *pass = passes; pass->name; pass++) {
        if (left_out(options, pass))
            continue;
        Arena *own = arena_new();
        const Graph *before = graph;
        graph = pass->run(own, graph);
        verify(own, graph, pass->name);
        times_lap(options->times, pass->name);
        bool all = options->dump && strcmp(options->dump, "all") == 0;
        if (all ? strcmp(text_of(own, before), text_of(own, graph)) != 0 : options->dump && strcmp(options->dump, pass->name) == 0)
            fprintf(options->stream, "# after %s: %s\n%s", pass->name, pass->purpose, text_of(own, graph));
        arena_free(last);
        last = own;
    }
    Graph *result = (Graph *)(uintptr_t)graph;
    if (last) {
        arena_adopt(arena, last);
        result->arena = arena;
    }
    return result;
}

static NodeId keep(Copy *copy, const Node *node, NodeId id)
{
    (void)copy;
    (void)node;
    (void)id;
    return NODE_NONE;
}

Graph *pass_clean(Arena *arena, const Graph *from)
{
    return pass_copy(arena, from, keep);
}

Graph *pass_copy(Arena *arena, const Graph *from, NodeId (*change)(Copy *copy, const Node *node, NodeId id))
{
    Copy copy = {.arena = arena, .from = from, .to = graph_new(arena, from)};
    graph_reserve(copy.to, from->count);
    copy.needed = graph_reachable(arena, from);
    copy.uses = graph_uses(arena, from);
    copy.map = arena_array(arena, from->count + 1, sizeof *copy.map);
    for (size_t i = 0; i < from->count; i++) {
        const Node *node = &from->node[i];
        copy.map[i] = NODE_NONE;
        if (!copy.needed[i])
            continue;
        copy.map[i] = change(&copy, node, (NodeId)i);
        if (copy.map[i] == NODE_NONE)
            copy.map[i] = graph_copy(copy.to, node, copy.map);
        else if (node->label && !copy.to->node[copy.map[i]].label)
            copy.to->node[copy.map[i]].label = node->label;
    }
    graph_connect(copy.to, from, copy.map);
    return change == keep ? copy.to : pass_clean(arena, copy.to);
}

bool pass_fusible(const Graph *graph, const Node *node)
{
    if (node->fixed)
        return false;
    if (op_info[node->op].class == CLASS_MAP)
        return true;
    if (node->op != OP_MATMUL)
        return false;
    const Node *matrix = &graph->node[node->input[0]], *vector = &graph->node[node->input[1]];
    return matrix->fixed && matrix->type.shape.rank == 2 && vector->type.shape.rank == 1;
}
