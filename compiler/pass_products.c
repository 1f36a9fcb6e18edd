/* pass_products.c: x @ W with a constant W becomes transpose(W) @ x. Papers and frameworks write
 * either; after this pass there is one form, and the transposition happens when compiling. */
#include "pass.h"

static NodeId turn(Copy *copy, const Node *node, NodeId id)
{
    (void)id;
    if (node->op != OP_MATMUL)
        return NODE_NONE;
    const Node *left = &copy->from->node[node->input[0]], *right = &copy->from->node[node->input[1]];
    if (left->fixed || left->type.shape.rank != 1 || !right->fixed || right->type.shape.rank != 2)
        return NODE_NONE;
    NodeId matrix = copy->map[node->input[1]];
    Node transpose = node_draft(OP_TRANSPOSE, node->place, 1, &matrix);
    NodeId in[2] = {graph_put(copy->to, &transpose), copy->map[node->input[0]]};
    Node product = node_draft(OP_MATMUL, node->place, 2, in);
    return graph_put(copy->to, &product);
}

Graph *pass_products(Arena *arena, const Graph *graph)
{
    return pass_copy(arena, graph, turn);
}
