/* verify_watch.c: named variables become outputs.
 * In: a graph as the checker left it. Out: one with the same nodes and more ports, so that every pass treats them as
 * the outputs that they are. */
#include "verify.h"

#include <string.h>

/* What is known when compiling is not computed by the C; what is an output has a port. */
static bool is_variable(const Graph *graph, NodeId id)
{
    const Node *node = &graph->node[id];
    int clocks = 0;
    for (int k = 0; k < graph->clock_count; k++)
        clocks += (int)(node->type.clocks >> k & 1);
    bool watched = node->label && !node->fixed && node->op != OP_INPUT && clocks <= PLAN_DIMS;
    for (size_t i = 0; watched && i < graph->output_count; i++)
        watched = graph->output[i].node != id;
    return watched;
}

/* A stream's clock comes first, whatever its number: the array grows with it. */
static const int *clock_order(Arena *arena, const Graph *graph, const Node *node)
{
    int *order = arena_array(arena, CLOCKS_MAX, sizeof *order), count = 0;
    for (int k = 0; k < graph->clock_count; k++)
        if (node->type.clocks >> k & 1 && graph->clock[graph_tick_root(graph, k)].kind == CLOCK_ENDLESS)
            order[count++] = k;
    bool endless = count > 0;
    for (int k = 0; k < graph->clock_count; k++)
        if (node->type.clocks >> k & 1 && graph->clock[graph_tick_root(graph, k)].kind != CLOCK_ENDLESS)
            order[count++] = k;
    return endless ? order : NULL;
}

/* Two calls of one line give two variables the same name. */
static const char *own_name(Arena *arena, Map *names, const char *label)
{
    const char *name = label;
    for (int i = 2; map_get(names, name); i++)
        name = arena_printf(arena, "%s (%d)", label, i);
    map_set(names, name, names);
    return name;
}

const Graph *verify_watch(Arena *arena, const Graph *graph)
{
    Graph *all = arena_alloc(arena, sizeof *all);
    bool *needed = graph_reachable(arena, graph);
    Map *names = map_new(arena);
    *all = *graph;
    all->output = arena_array(arena, graph->output_count + graph->count + 1, sizeof *all->output);
    for (size_t i = 0; i < graph->output_count; i++) {
        all->output[i] = graph->output[i];
        map_set(names, graph->output[i].name, names);
    }
    for (size_t i = 0; i < graph->count; i++)
        if (needed[i] && is_variable(graph, (NodeId)i)) {
            const Node *node = &graph->node[i];
            all->output[all->output_count++] =
                (Port){.name = own_name(arena, names, node->label), .node = (NodeId)i, .clock = clock_order(arena, graph, node)};
        }
    return all;
}
