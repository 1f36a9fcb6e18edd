/* pass_logistic.c: 1 / (1 + exp(-x)), the logistic function written out, becomes sigmoid(x), so that it is
 * as fast as that and its sign is not looked at as one of a sum. */
#include "pass.h"

/* The operand of an operator that nothing else uses; NODE_NONE: it is another operator. */
static NodeId only_operand(const Copy *copy, NodeId id, Op op)
{
    const Node *node = &copy->from->node[id];
    return node->op == op && copy->uses[id] == 1 ? node->input[0] : NODE_NONE;
}

static NodeId recognise(Copy *copy, const Node *node, NodeId id)
{
    (void)id;
    if (node->op != OP_DIV || node->fixed || !graph_is(copy->from, node->input[0], 1))
        return NODE_NONE;
    const Node *sum = &copy->from->node[node->input[1]];
    for (int k = 0; k < 2 && sum->op == OP_ADD && copy->uses[node->input[1]] == 1; k++) {
        NodeId power = only_operand(copy, sum->input[k], OP_EXP);
        NodeId x = power == NODE_NONE ? power : only_operand(copy, power, OP_NEG);
        if (x == NODE_NONE || !graph_is(copy->from, sum->input[1 - k], 1) || !shape_equal(copy->from->node[x].type.shape, node->type.shape))
            continue;
        Node sigmoid = node_draft(OP_SIGMOID, node->place, 1, &copy->map[x]);
        sigmoid.label = node->label;
        return graph_put(copy->to, &sigmoid);
    }
    return NODE_NONE;
}

Graph *pass_logistic(Arena *arena, const Graph *graph)
{
    return pass_copy(arena, graph, recognise);
}
