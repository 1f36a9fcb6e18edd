/* graph_causal.c: whether loops over clocks can compute a graph.
 * In: a graph whose nodes and next edges are sound. Out: a node that no order of steps can reach, or
 * NODE_NONE. A cycle goes through a delay, but that does not suffice: x = x[t-1] + sum(x over t) needs
 * all steps of t before the first. So every strongly connected part needs a clock that one of its
 * states steps along and that nothing in it looks at as a whole: the loop around it. One step inside
 * of that loop is the part without the delays of that clock, which is looked at in the same way. */
#include "graph.h"

typedef struct Frame {
    NodeId id;
    int edge;                /* the next one to follow */
} Frame;

typedef struct Causal {
    const Graph *graph;
    bool *cut;               /* of a state: its next edge belongs to a loop further out */
    int32_t *order, *low;    /* Tarjan: when it was met, from 1, and the earliest one it reaches */
    bool *open;
    NodeId *stack;
    size_t depth;
    Frame *frame;
    int32_t met;
    bool changed;
    NodeId culprit;
} Causal;

/* A reduction, softmax and the like over a clock wait for all of its steps. */
static bool waits(const Node *node)
{
    OpClass class = op_info[node->op].class;
    return node->at.clock >= 0 && (class == CLASS_REDUCE || class == CLASS_NORMAL || class == CLASS_CLOCK);
}

static bool delays(const Causal *c, NodeId id)
{
    return c->graph->node[id].op == OP_STATE && !c->cut[id];
}

/* The part is what stands on the stack from `begin` on. */
static void cut_part(Causal *c, size_t begin)
{
    NodeId first = c->stack[begin];
    if (c->depth - begin == 1 && !(delays(c, first) && c->graph->node[first].next == first))
        return;
    Clocks along = 0, whole = 0;
    for (size_t i = begin; i < c->depth; i++) {
        const Node *node = &c->graph->node[c->stack[i]];
        if (delays(c, c->stack[i]))
            along |= (Clocks)1 << node->at.clock;
        if (waits(node))
            whole |= (Clocks)1 << node->at.clock;
    }
    Clocks loops = along & ~whole; /* more than one: in any order */
    if (!loops)
        c->culprit = first;
    for (size_t i = begin; i < c->depth; i++)
        if (delays(c, c->stack[i]) && loops >> c->graph->node[c->stack[i]].at.clock & 1)
            c->cut[c->stack[i]] = c->changed = true;
}

static void enter(Causal *c, size_t frames, NodeId id)
{
    c->frame[frames] = (Frame){id, 0};
    c->order[id] = c->low[id] = ++c->met;
    c->open[id] = true;
    c->stack[c->depth++] = id;
}

static void leave(Causal *c, NodeId id)
{
    if (c->low[id] != c->order[id])
        return;
    size_t begin = c->depth;
    while (c->stack[begin - 1] != id)
        begin--;
    cut_part(c, begin - 1);
    for (size_t i = begin - 1; i < c->depth; i++)
        c->open[c->stack[i]] = false;
    c->depth = begin - 1;
}

/* The node's `edge`-th edge: an input, then the next value; NODE_NONE after the last. */
static NodeId follow(const Causal *c, NodeId id, int edge)
{
    const Node *node = &c->graph->node[id];
    if (edge < node->count)
        return node->input[edge];
    return edge == node->count && delays(c, id) ? node->next : NODE_NONE;
}

/* Tarjan's algorithm with a stack of its own. Cuts made on the way concern parts that are complete,
 * whose nodes are not entered again. */
static void find_parts(Causal *c, NodeId root)
{
    size_t frames = 0;
    enter(c, frames++, root);
    while (frames) {
        Frame *top = &c->frame[frames - 1];
        NodeId to = follow(c, top->id, top->edge);
        top->edge++;
        if (to == NODE_NONE) {
            NodeId id = top->id;
            leave(c, id);
            if (--frames && c->low[id] < c->low[c->frame[frames - 1].id])
                c->low[c->frame[frames - 1].id] = c->low[id];
        } else if (!c->order[to]) {
            enter(c, frames++, to);
        } else if (c->open[to] && c->order[to] < c->low[top->id]) {
            c->low[top->id] = c->order[to];
        }
    }
}

NodeId graph_knot(Arena *arena, const Graph *graph)
{
    size_t count = graph->count + 1;
    Causal c = {.graph = graph, .changed = true, .culprit = NODE_NONE};
    c.cut = arena_array(arena, count, sizeof *c.cut);
    c.low = arena_array(arena, count, sizeof *c.low);
    c.open = arena_array(arena, count, sizeof *c.open);
    c.stack = arena_array(arena, count, sizeof *c.stack);
    c.frame = arena_array(arena, count, sizeof *c.frame);
    while (c.changed && c.culprit == NODE_NONE) { /* once for each level of nested loops */
        c.order = arena_array(arena, count, sizeof *c.order);
        c.met = 0;
        c.changed = false;
        for (size_t i = 0; i < graph->count; i++)
            if (!c.order[i])
                find_parts(&c, (NodeId)i);
    }
    return c.culprit;
}
