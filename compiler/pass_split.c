/* pass_split.c: a part of a value that is only used in parts is computed as that part: the gates of a
 * stacked product become products with rows of the matrix. With the stacked form gone, a cell in a
 * framework's layout is the same as one that names each gate. */
#include "pass.h"

/* Per node of the old graph: whether everything that uses it takes a part of it along its last axis.
 * Such a node is not copied; the slices reach through it. */
static bool *only_parts(Arena *arena, const Graph *graph)
{
    bool *parts = arena_array(arena, graph->count + 1, sizeof *parts);
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        parts[i] = pass_fusible(graph, node) && node->type.shape.rank == 1;
    }
    for (size_t i = 0; i < graph->output_count; i++)
        parts[graph->output[i].node] = false;
    for (size_t i = graph->count; i-- > 0;) {
        const Node *node = &graph->node[i];
        bool passes_on = op_info[node->op].class == CLASS_MAP && parts[i];
        for (int k = 0; k < node->count; k++)
            if (node->op != OP_SLICE && !(passes_on && shape_equal(graph->node[node->input[k]].type.shape, node->type.shape)))
                parts[node->input[k]] = false;
        if (node->next != NODE_NONE)
            parts[node->next] = false;
    }
    return parts;
}

/* A node that still has a use that is no part may have been ruled out after its inputs were looked
 * at; so again, until nothing changes. */
static const bool *find_parts(Arena *arena, const Graph *graph)
{
    bool *parts = only_parts(arena, graph);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = graph->count; i-- > 0;) {
            const Node *node = &graph->node[i];
            for (int k = 0; k < node->count; k++) {
                bool keeps = node->op == OP_SLICE || (op_info[node->op].class == CLASS_MAP && parts[i]);
                if (parts[node->input[k]] && !keeps) {
                    parts[node->input[k]] = false;
                    changed = true;
                }
            }
        }
    }
    return parts;
}

typedef struct Part {
    Graph *to;
    const Graph *from;
    const NodeId *map;
    const bool *parts;
    int64_t begin, end;
    Place place;
} Part;

static NodeId rows(const Part *part, NodeId id)
{
    Node slice = node_draft(OP_SLICE, part->place, 1, &id);
    slice.at.axis = 0;
    slice.at.begin = part->begin;
    slice.at.end = part->end;
    return graph_put(part->to, &slice);
}

/* Elements begin to end of an old node, as a new node. */
static NodeId part_of(const Part *part, NodeId id)
{
    const Node *node = &part->from->node[id];
    if (!part->parts[id])
        return rows(part, part->map[id]);
    NodeId in[4];
    if (node->op == OP_MATMUL) {
        in[0] = rows(part, part->map[node->input[0]]);
        in[1] = part->map[node->input[1]];
    } else {
        for (int k = 0; k < node->count; k++) {
            bool whole = part->from->node[node->input[k]].type.shape.rank == 0;
            in[k] = whole ? part->map[node->input[k]] : part_of(part, node->input[k]);
        }
    }
    Node draft = node_draft(node->op, node->place, node->count, in);
    return graph_put(part->to, &draft);
}

Graph *pass_split(Arena *arena, const Graph *graph)
{
    const bool *parts = find_parts(arena, graph), *needed = graph_reachable(arena, graph);
    Graph *to = graph_new(arena, graph);
    NodeId *map = arena_array(arena, graph->count + 1, sizeof *map);
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        map[i] = NODE_NONE;
        if (!needed[i] || parts[i])
            continue;
        if (node->op == OP_SLICE && parts[node->input[0]]) {
            Part part = {to, graph, map, parts, node->at.begin, node->at.end, node->place};
            map[i] = part_of(&part, node->input[0]);
            if (node->label && !to->node[map[i]].label)
                to->node[map[i]].label = node->label;
        } else {
            map[i] = graph_copy(to, node, map);
        }
    }
    graph_connect(to, graph, map);
    return pass_clean(arena, to);
}
