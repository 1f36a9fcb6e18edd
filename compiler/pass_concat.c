/* pass_concat.c: W @ concat(a, b) becomes W[:, :k] @ a + W[:, k:] @ b. A cell that multiplies input
 * and state with one matrix is then the same as one with two, and the vectors need not be copied
 * side by side. */
#include "pass.h"

static NodeId columns(Graph *to, NodeId matrix, int64_t begin, int64_t end, Place place)
{
    Node slice = node_draft(OP_SLICE, place, 1, &matrix);
    slice.at.axis = 1;
    slice.at.begin = begin;
    slice.at.end = end;
    return graph_put(to, &slice);
}

static NodeId divide(Copy *copy, const Node *node, NodeId id)
{
    (void)id;
    if (!pass_fusible(copy->from, node) || node->op != OP_MATMUL)
        return NODE_NONE;
    const Node *concat = &copy->from->node[node->input[1]];
    if (concat->op != OP_CONCAT)
        return NODE_NONE;
    NodeId sum = NODE_NONE, matrix = copy->map[node->input[0]];
    int64_t begin = 0;
    for (int i = 0; i < concat->count; i++) {
        int64_t end = begin + copy->from->node[concat->input[i]].type.shape.dim[0];
        NodeId in[2] = {columns(copy->to, matrix, begin, end, node->place), copy->map[concat->input[i]]};
        Node product = node_draft(OP_MATMUL, node->place, 2, in);
        NodeId term = graph_put(copy->to, &product);
        if (sum != NODE_NONE) {
            NodeId both[2] = {sum, term};
            Node add = node_draft(OP_ADD, node->place, 2, both);
            term = graph_put(copy->to, &add);
        }
        sum = term;
        begin = end;
    }
    return sum;
}

Graph *pass_concat(Arena *arena, const Graph *graph)
{
    return pass_copy(arena, graph, divide);
}
