/* pass_attention.c: attention, whoever wrote it: a softmax over a clock of the products of one vector with
 * those of all steps, and the sum over that clock of values times such weights. Both then look at all
 * steps at once, as at the rows of a matrix, not at one in each turn of a loop. What stands between them
 * (a scale, a mask) stays as it is. */
#include "nest.h"
#include "pass.h"

enum { DEPTH_MAX = 6 };      /* operators between a product and its softmax */

/* Whether all steps of a vector are there anyway: it is given, a row of another value, or kept since a product
 * of more clocks reads it again and again. */
static bool is_kept(const Graph *graph, NodeId id, Clocks product, int clock)
{
    const Node *node = &graph->node[id];
    if (product & ~node->type.clocks)
        return true;
    for (; nest_is_view(graph, node); node = &graph->node[node->input[0]]) {
        if (node->op == OP_UNSTACK && node->at.clock == clock)
            return true;
        if (node->op == OP_RECLOCK && node->at.clock == clock)
            clock = node->at.from;
    }
    return node->op == OP_INPUT;
}

/* The product of `each`, which has a vector for every step, with the vector `one`. Rows that are known when compiling
 * are a constant matrix, for which there is a better form. */
static NodeId score(Graph *to, NodeId each, NodeId one, int clock, Place place)
{
    const Node *rows = &to->node[each];
    bool packed = rows->op == OP_UNSTACK && rows->at.clock == clock && to->node[rows->input[0]].fixed;
    NodeId in[2] = {packed ? rows->input[0] : each, one};
    Node draft = node_draft(packed ? OP_MATMUL : OP_SCORES, place, 2, in);
    draft.at.clock = packed ? -1 : clock;
    Attributes at = rows->at;
    NodeId id = graph_put(to, &draft);
    if (!packed)
        return id;
    Node step = node_draft(OP_UNSTACK, place, 1, &id);
    step.at = at;
    return graph_put(to, &step);
}

/* The new node with the value of an old one, its products as scores. */
static NodeId with_scores(Copy *copy, NodeId id, int clock, int depth)
{
    const Node *node = &copy->from->node[id];
    if (node->type.shape.rank != 0 || !(node->type.clocks >> clock & 1))
        return copy->map[id];
    for (int k = 0; k < 2 && node->op == OP_MATMUL; k++) {
        NodeId each = node->input[k], one = node->input[1 - k];
        if (!(copy->from->node[one].type.clocks >> clock & 1) && nest_is_rows(copy->from, each, clock)
            && is_kept(copy->from, each, node->type.clocks, clock))
            return score(copy->to, copy->map[each], copy->map[one], clock, node->place);
    }
    if (op_info[node->op].class != CLASS_MAP || depth == DEPTH_MAX)
        return copy->map[id];
    NodeId in[3];
    bool changed = false;
    for (int k = 0; k < node->count; k++) {
        in[k] = with_scores(copy, node->input[k], clock, depth + 1);
        changed = changed || in[k] != copy->map[node->input[k]];
    }
    Node draft = node_draft(node->op, node->place, node->count, in);
    return changed ? graph_put(copy->to, &draft) : copy->map[id];
}

static NodeId weighted(Copy *copy, const Node *sum, int clock)
{
    const Node *product = &copy->from->node[sum->input[0]];
    for (int k = 0; product->op == OP_MUL && k < 2; k++) {
        NodeId in[2] = {copy->map[product->input[1 - k]], copy->map[product->input[k]]};
        const Node *weight = &copy->to->node[in[1]];
        if (weight->op != OP_SOFTMAX || weight->at.clock != clock || weight->type.shape.rank != 0
            || !nest_is_rows(copy->from, product->input[1 - k], clock))
            continue;
        Node draft = node_draft(OP_WEIGHTED, sum->place, 2, in);
        draft.at.clock = clock;
        return graph_put(copy->to, &draft);
    }
    return NODE_NONE;
}

static NodeId attend(Copy *copy, const Node *node, NodeId id)
{
    int clock = node->at.clock;
    (void)id;
    if (clock >= 0 && node->op == OP_SUM)
        return weighted(copy, node, clock);
    if (clock < 0 || node->op != OP_SOFTMAX)
        return NODE_NONE;
    NodeId in = with_scores(copy, node->input[0], clock, 0);
    Node draft = node_draft(OP_SOFTMAX, node->place, 1, &in);
    draft.at.clock = clock;
    return graph_put(copy->to, &draft);
}

Graph *pass_attention(Arena *arena, const Graph *graph)
{
    return pass_copy(arena, graph, attend);
}
