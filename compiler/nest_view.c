/* nest_view.c: what lies inside of other values, and questions about a nest of loops. */
#include "nest.h"

bool nest_gathers(const Node *node)
{
    OpClass class = op_info[node->op].class;
    bool along = class == CLASS_REDUCE || class == CLASS_NORMAL || class == CLASS_CLOCK;
    bool rows = node->op == OP_SCORES || node->op == OP_WEIGHTED; /* they find the steps where they lie */
    return node->at.clock >= 0 && along && node->op != OP_PICK && node->op != OP_RECLOCK && !rows;
}

bool nest_is_fed(const Graph *graph, const Node *node)
{
    const Node *in = node->count ? &graph->node[node->input[0]] : NULL;
    if (!nest_gathers(node))
        return false;
    bool whole = op_info[node->op].class == CLASS_REDUCE || op_info[node->op].class == CLASS_NORMAL;
    bool made = op_info[in->op].class == CLASS_NORMAL || in->op == OP_UNSTACK;
    return !(whole && made && in->at.clock == node->at.clock);
}

/* The caller's arrays are dense: the distance is known unless an axis further in can have any length. (An input
 * that has no port yet may still get one that fits.) */
static bool input_is_rows(const Graph *graph, NodeId id, int clock)
{
    for (size_t i = 0; i < graph->input_count; i++) {
        if (graph->input[i].node != id)
            continue;
        int order[CLOCKS_MAX], count = graph_port_clocks(graph, &graph->input[i], order);
        for (int k = count; k-- > 0 && order[k] != clock;)
            if (graph->clock[order[k]].kind != CLOCK_EXACT)
                return false;
    }
    return true;
}

bool nest_is_rows(const Graph *graph, NodeId id, int clock)
{
    const Node *node = &graph->node[id];
    if (node->fixed || !(node->type.clocks >> clock & 1))
        return false;
    if (!nest_is_view(graph, node))
        return node->op == OP_INPUT ? input_is_rows(graph, id, clock) : graph->clock[clock].kind != CLOCK_TICKS;
    switch (node->op) {
    case OP_UNSTACK: return node->at.clock == clock || nest_is_rows(graph, node->input[0], clock);
    case OP_RECLOCK: return nest_is_rows(graph, node->input[0], node->at.clock == clock ? node->at.from : clock);
    case OP_RESHAPE: case OP_SLICE: return nest_is_rows(graph, node->input[0], clock);
    default: return false;
    }
}

int32_t nest_feed(const Graph *graph, NodeId id)
{
    return (int32_t)(graph->count + graph->output_count) + id;
}

int32_t nest_port(const Graph *graph, size_t output)
{
    return (int32_t)(graph->count + output);
}

bool nest_is_view(const Graph *graph, const Node *node)
{
    if (node->fixed)
        return false;
    switch (node->op) {
    case OP_RESHAPE: case OP_REPEAT: case OP_UNSTACK: case OP_PICK: case OP_RECLOCK: return true;
    case OP_SLICE: /* one piece: all axes before have one element */
        return shape_product(graph->node[node->input[0]].type.shape, 0, node->at.axis) == 1;
    case OP_ROW: { /* a row of a row would need two indices */
        const Node *table = &graph->node[node->input[0]];
        while (nest_is_view(graph, table) && table->op != OP_ROW)
            table = &graph->node[table->input[0]];
        return node->at.axis == 0 && !(table->op == OP_ROW && nest_is_view(graph, table));
    }
    default: return false;
    }
}

void nest_roots(const Graph *graph, NodeId in, Clocks whole, NestUse *use, void *context)
{
    for (;;) {
        const Node *node = &graph->node[in];
        if (!nest_is_view(graph, node)) {
            use(context, in, whole);
            return;
        }
        if (node->op == OP_ROW)
            nest_roots(graph, node->input[1], whole, use, context);
        if (node->op == OP_RECLOCK)
            whole |= (Clocks)1 << node->at.from;
        in = node->input[0];
    }
}

int nest_common(const Nest *nest, int a, int b)
{
    while (a != b) {
        if (nest->loop[a].depth >= nest->loop[b].depth)
            a = nest->loop[a].parent;
        else
            b = nest->loop[b].parent;
    }
    return a;
}

int nest_around(const Nest *nest, int loop, int clock)
{
    while (loop >= 0 && nest->loop[loop].clock != clock)
        loop = nest->loop[loop].parent;
    return loop;
}
