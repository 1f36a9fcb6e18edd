/* pass_sums.c: puts the terms of a sum into one order: constants first, which are then added when
 * compiling, then products, then the rest. However the author wrote the sum, the kernel starts its
 * accumulators at the constant and adds one product after the other. */
#include "pass.h"

enum { MAX_TERMS = 32 };

typedef struct Terms {
    const Copy *copy;
    NodeId term[MAX_TERMS];  /* old nodes */
    int count, sums;         /* terms; sums that they stand in */
    Shape shape;
} Terms;

/* A sum inside of a sum that nothing else uses. */
static bool opens(const Terms *terms, const Node *node, NodeId id)
{
    return node->op == OP_ADD && terms->copy->uses[id] == 1 && !node->fixed && shape_equal(node->type.shape, terms->shape);
}

static bool collect(Terms *terms, NodeId id, bool root)
{
    const Node *node = &terms->copy->from->node[id];
    if (root || opens(terms, node, id)) /* a sum more is a term more */
        return ++terms->sums < MAX_TERMS && collect(terms, node->input[0], false) && collect(terms, node->input[1], false);
    if (terms->count == MAX_TERMS)
        return false;
    terms->term[terms->count++] = id;
    return true;
}

static int rank_of(const Graph *graph, const Node *node)
{
    return node->fixed ? 0 : node->op == OP_MATMUL && pass_fusible(graph, node) ? 1 : 2;
}

static NodeId order(Copy *copy, const Node *node, NodeId id)
{
    if (node->op != OP_ADD || node->fixed || node->type.shape.rank != 1)
        return NODE_NONE;
    Terms terms = {.copy = copy, .shape = node->type.shape};
    if (!collect(&terms, id, true))
        return NODE_NONE;
    NodeId sum = NODE_NONE;
    for (int rank = 0; rank < 3; rank++)
        for (int i = 0; i < terms.count; i++) {
            if (rank_of(copy->from, &copy->from->node[terms.term[i]]) != rank)
                continue;
            NodeId term = copy->map[terms.term[i]];
            if (sum != NODE_NONE) {
                NodeId both[2] = {sum, term};
                Node add = node_draft(OP_ADD, node->place, 2, both);
                term = graph_put(copy->to, &add);
            }
            sum = term;
        }
    return sum;
}

Graph *pass_sums(Arena *arena, const Graph *graph)
{
    return pass_copy(arena, graph, order);
}
