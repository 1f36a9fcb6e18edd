/* pass_gates.c: sigmoid(a) * tanh(b), a gate and what it lets through, becomes one operator, which needs
 * one division in place of two. Only where nothing else uses the two factors. */
#include "pass.h"

static bool is_factor(const Copy *copy, NodeId id, Op op, const Node *product)
{
    const Node *node = &copy->from->node[id];
    return node->op == op && !node->fixed && copy->uses[id] == 1 && shape_equal(node->type.shape, product->type.shape)
           && node->type.clocks == product->type.clocks;
}

static NodeId share(Copy *copy, const Node *node, NodeId id)
{
    (void)id;
    for (int k = 0; k < 2 && node->op == OP_MUL; k++) {
        if (!is_factor(copy, node->input[k], OP_SIGMOID, node) || !is_factor(copy, node->input[1 - k], OP_TANH, node))
            continue;
        NodeId in[2];
        in[0] = copy->map[copy->from->node[node->input[k]].input[0]];
        in[1] = copy->map[copy->from->node[node->input[1 - k]].input[0]];
        Node gate = node_draft(OP_SIGMOID_TANH, node->place, 2, in);
        return graph_put(copy->to, &gate);
    }
    return NODE_NONE;
}

Graph *pass_gates(Arena *arena, const Graph *graph)
{
    return pass_copy(arena, graph, share);
}
