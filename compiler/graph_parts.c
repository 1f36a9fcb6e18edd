/* graph_parts.c: the recurrences of a graph: its strongly connected parts along inputs and next edges, by
 * Tarjan's algorithm with a stack of its own, as a graph may be deeper than the machine's stack. */
#include "graph.h"

typedef struct Frame {
    NodeId node;
    int edge;                /* the next to follow: an input, then the next edge */
} Frame;

typedef struct Finder {
    const Graph *graph;
    int *part, *met, *low;   /* of each node; met: when it was come upon, from 1 */
    NodeId *stack;           /* met, and without a part yet */
    size_t depth;
    Frame *frame;
    size_t frames;
    int met_count, part_count;
} Finder;

static void enter(Finder *f, NodeId id)
{
    f->frame[f->frames++] = (Frame){id, 0};
    f->stack[f->depth++] = id;
    f->met[id] = f->low[id] = ++f->met_count;
}

/* Follows an edge out of the node on top. */
static void follow(Finder *f, NodeId from, NodeId to)
{
    if (to == NODE_NONE)
        return;
    if (!f->met[to])
        enter(f, to);
    else if (f->part[to] < 0 && f->met[to] < f->low[from])
        f->low[from] = f->met[to];
}

/* All edges of the node on top were followed. */
static void leave(Finder *f)
{
    NodeId id = f->frame[--f->frames].node, member = NODE_NONE;
    if (f->frames && f->low[id] < f->low[f->frame[f->frames - 1].node])
        f->low[f->frame[f->frames - 1].node] = f->low[id];
    if (f->low[id] != f->met[id])
        return;
    while (member != id) {
        member = f->stack[--f->depth];
        f->part[member] = f->part_count;
    }
    f->part_count++;
}

int *graph_parts(Arena *arena, const Graph *graph)
{
    size_t room = graph->count + 1;
    Finder f = {.graph = graph, .part = arena_array(arena, room, sizeof *f.part), .met = arena_array(arena, room, sizeof *f.met),
                .low = arena_array(arena, room, sizeof *f.low), .stack = arena_array(arena, room, sizeof *f.stack),
                .frame = arena_array(arena, room, sizeof *f.frame)};
    for (size_t i = 0; i < graph->count; i++)
        f.part[i] = -1;
    for (size_t i = 0; i < graph->count; i++) {
        if (!f.met[i])
            enter(&f, (NodeId)i);
        while (f.frames) {
            Frame *top = &f.frame[f.frames - 1];
            const Node *node = &graph->node[top->node];
            int edge = top->edge++;
            if (edge > node->count)
                leave(&f);
            else
                follow(&f, top->node, edge < node->count ? node->input[edge] : node->next);
        }
    }
    return f.part;
}
