/* graph_fold.c: simpler nodes with the same value.
 * In: a draft whose type is known. Out: a node of the same type, found or added, that can stand for it;
 * or NODE_NONE. Only a value that is zero whatever it is made of may lose its clocks. */
#include "graph.h"

#include <math.h>

static bool all_const(const Graph *graph, const Node *draft)
{
    for (int i = 0; i < draft->count; i++)
        if (graph->node[draft->input[i]].op != OP_CONST)
            return false;
    return true;
}

/* `id` if it has the draft's whole type, so that it can stand for it. */
static NodeId if_same_type(const Graph *graph, const Node *draft, NodeId id)
{
    const Type *type = &graph->node[id].type;
    bool same = shape_equal(type->shape, draft->type.shape) && shape_known(type->shape) && type->clocks == draft->type.clocks
                && !type->tokens;
    return same ? id : NODE_NONE;
}

/* x ** 2 is x * x to the last bit, and much cheaper. */
static NodeId square(Graph *graph, const Node *draft)
{
    if (!shape_equal(graph->node[draft->input[0]].type.shape, draft->type.shape))
        return NODE_NONE;
    NodeId in[2] = {draft->input[0], draft->input[0]};
    Node product = node_draft(OP_MUL, draft->place, 2, in);
    return graph_put(graph, &product);
}

/* a + -b is a - b, and so on, to the last bit. */
static NodeId fold_sign(Graph *graph, const Node *draft)
{
    const Node *a = &graph->node[draft->input[0]], *b = &graph->node[draft->input[1]];
    NodeId in[2] = {draft->input[0], draft->input[1]};
    Op op = draft->op == OP_ADD ? OP_SUB : OP_ADD;
    if (b->op == OP_NEG && !b->fixed) {
        in[1] = b->input[0];
    } else if (draft->op == OP_ADD && a->op == OP_NEG && !a->fixed) {
        in[0] = draft->input[1];
        in[1] = a->input[0];
    } else {
        return NODE_NONE;
    }
    Node sum = node_draft(op, draft->place, 2, in);
    sum.label = draft->label;
    return graph_put(graph, &sum);
}

static NodeId fold_map(Graph *graph, const Node *draft)
{
    const NodeId *in = draft->input;
    if (all_const(graph, draft) && shape_known(draft->type.shape)) {
        double v[3] = {0, 0, 0};
        for (int i = 0; i < draft->count; i++)
            v[i] = graph->node[in[i]].value;
        return graph_const(graph, op_value(draft->op, v[0], v[1], v[2]), draft->type.shape, draft->place);
    }
    switch (draft->op) {
    case OP_ADD:
        if (graph_is(graph, in[0], 0))
            return if_same_type(graph, draft, in[1]);
        return graph_is(graph, in[1], 0) ? if_same_type(graph, draft, in[0]) : fold_sign(graph, draft);
    case OP_SUB: return graph_is(graph, in[1], 0) ? if_same_type(graph, draft, in[0]) : fold_sign(graph, draft);
    case OP_NEG: return graph->node[in[0]].op == OP_NEG && shape_known(draft->type.shape) ? graph->node[in[0]].input[0] : NODE_NONE;
    case OP_MUL:
        if (graph_is(graph, in[0], 1))
            return if_same_type(graph, draft, in[1]);
        return graph_is(graph, in[1], 1) ? if_same_type(graph, draft, in[0]) : NODE_NONE;
    case OP_DIV: return graph_is(graph, in[1], 1) ? if_same_type(graph, draft, in[0]) : NODE_NONE;
    case OP_POW: return graph_is(graph, in[1], 2) ? square(graph, draft) : NODE_NONE;
    default: return NODE_NONE;
    }
}

/* A weight that is left out is 0, and so is all that it is multiplied with. */
static NodeId fold_zero(Graph *graph, const Node *draft)
{
    if (!shape_known(draft->type.shape))
        return NODE_NONE;
    if ((draft->op == OP_MUL || draft->op == OP_MATMUL)
        && (graph_is(graph, draft->input[0], 0) || graph_is(graph, draft->input[1], 0)))
        return graph_const(graph, 0, draft->type.shape, draft->place);
    return NODE_NONE;
}

static NodeId fold_shape(Graph *graph, const Node *draft)
{
    const Node *in = &graph->node[draft->input[0]];
    if (!shape_known(draft->type.shape))
        return NODE_NONE;
    bool moves = draft->op == OP_SLICE || draft->op == OP_RESHAPE || draft->op == OP_TRANSPOSE || draft->op == OP_FLIP;
    if (in->op == OP_CONST && (moves || draft->op == OP_NUMBER))
        return graph_const(graph, in->value, draft->type.shape, draft->place);
    if ((draft->op == OP_RESHAPE || draft->op == OP_SLICE) && shape_equal(in->type.shape, draft->type.shape))
        return draft->input[0];
    if (draft->op == OP_RESHAPE && in->op == OP_RESHAPE) {
        Node whole = *draft;
        whole.input = in->input;
        return graph_put(graph, &whole);
    }
    if (draft->op == OP_TRANSPOSE && in->op == OP_TRANSPOSE)
        return in->input[0];
    if (draft->op == OP_TRANSPOSE && draft->type.shape.rank < 2)
        return draft->input[0];
    if (draft->op == OP_CONCAT && draft->count == 1)
        return draft->input[0];
    return NODE_NONE;
}

/* The input at every step of the clock that the draft brings it to. */
static NodeId repeat(Graph *graph, const Node *draft)
{
    Node node = node_draft(OP_REPEAT, draft->place, 1, draft->input);
    node.at.clock = draft->at.clock;
    node.label = draft->label;
    NodeId row = draft->input[0];
    if (draft->op == OP_UNSTACK) {
        row = graph_const(graph, graph->node[row].value, draft->type.shape, draft->place);
        node.input = &row;
    }
    return graph_put(graph, &node);
}

/* What is the same at all steps needs no clock to tell them apart; to another clock and back is nothing. */
static NodeId fold_clock(Graph *graph, const Node *draft)
{
    const Node *in = &graph->node[draft->input[0]];
    int leaves = draft->op == OP_PICK ? graph->clock[draft->at.clock].parent : draft->at.from;
    if (draft->op == OP_UNSTACK)
        return in->op == OP_CONST && !in->type.tokens && shape_known(draft->type.shape) ? repeat(graph, draft) : NODE_NONE;
    if (draft->op != OP_PICK && draft->op != OP_RECLOCK)
        return NODE_NONE;
    if (!(in->type.clocks >> leaves & 1))
        return repeat(graph, draft);
    bool back = draft->op == OP_RECLOCK && in->op == OP_RECLOCK && in->at.from == draft->at.clock && in->at.clock == leaves;
    return back ? in->input[0] : NODE_NONE;
}

/* Tokens to numbers and back. */
static NodeId fold_token(Graph *graph, const Node *draft)
{
    const Node *in = &graph->node[draft->input[0]];
    if (draft->op == OP_NUMBER && in->op == OP_TOKEN)
        return in->input[0];
    if (draft->op != OP_TOKEN)
        return NODE_NONE;
    if (in->op == OP_NUMBER && graph->node[in->input[0]].type.tokens == draft->type.tokens)
        return in->input[0];
    bool whole = in->op == OP_CONST && in->value >= 0 && in->value < (double)draft->type.tokens && in->value == floor(in->value);
    if (!whole || !shape_known(draft->type.shape))
        return NODE_NONE;
    Node node = node_draft(OP_CONST, draft->place, 0, NULL);
    node.at.shape = draft->type.shape;
    node.value = in->value;
    node.type.tokens = draft->type.tokens;
    return graph_put(graph, &node);
}

NodeId graph_fold(Graph *graph, const Node *draft)
{
    NodeId id = fold_zero(graph, draft);
    if (id == NODE_NONE && draft->count > 0)
        id = fold_clock(graph, draft);
    if (id == NODE_NONE && draft->count > 0)
        id = fold_token(graph, draft);
    if (id == NODE_NONE && op_info[draft->op].class == CLASS_MAP)
        id = fold_map(graph, draft);
    if (id == NODE_NONE && op_info[draft->op].class == CLASS_SHAPE && draft->count > 0)
        id = fold_shape(graph, draft);
    return id;
}
