/* graph_dot_box.c: the boxes of a picture.
 * In: marks. Out: boxes in the order of their first nodes, with what they read and the frame they are in. */
#include "graph_dot_build.h"

static int add_box(Picture *p, BoxKind kind, NodeId line)
{
    p->box = arena_grow(p->arena, p->box, p->box_count, &p->box_capacity, sizeof *p->box);
    Box *box = &p->box[p->box_count];
    *box = (Box){.kind = kind, .call = -1, .frame = -1};
    picture_add(p, &box->line, &box->count, line);
    return (int)p->box_count++;
}

static BoxKind kind_of(const Node *node)
{
    if (node->op == OP_INPUT || node->op == OP_STATE)
        return node->op == OP_INPUT ? BOX_INPUT : BOX_STATE;
    return node->group >= 0 ? BOX_LOOP : BOX_EQUATION;
}

static void add_lines(Picture *p)
{
    const Graph *graph = p->graph;
    int groups = 0;
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].group >= groups)
            groups = graph->node[i].group + 1;
    int *of_group = arena_array(p->arena, (size_t)groups + 1, sizeof *of_group); /* plus one */
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        Mark *mark = &p->mark[i];
        mark->box = -1;
        if (!mark->seen || !mark->named || picture_is_weight(p, (NodeId)i))
            continue;
        int *box = node->group >= 0 ? &of_group[node->group] : NULL;
        if (box && *box) {
            mark->box = *box - 1;
            picture_add(p, &p->box[mark->box].line, &p->box[mark->box].count, (NodeId)i);
        } else {
            mark->box = add_box(p, kind_of(node), (NodeId)i);
        }
        if (box)
            *box = mark->box + 1;
    }
    for (size_t i = 0; i < graph->count; i++)
        if (p->mark[i].seen && p->mark[i].whole != NODE_NONE)
            p->mark[i].box = p->mark[p->mark[i].whole].box;
}

void picture_boxes(Picture *p)
{
    const Graph *graph = p->graph;
    add_lines(p);
    for (size_t i = 0; i < graph->output_count; i++) {
        int box = add_box(p, BOX_OUTPUT, graph->output[i].node);
        p->box[box].port = (int)i;
        p->box[box].operand = p->box[box].line;
        p->box[box].operands = 1;
    }
    for (size_t i = 0; i < p->box_count; i++)
        for (int k = 0; k < p->box[i].count && p->box[i].kind != BOX_OUTPUT; k++)
            picture_read(p, &p->box[i], p->box[i].line[k]);
    picture_calls(p);
    picture_frames(p);
}
