/* graph_causal.c: whether loops over clocks can compute a graph.
 * In: a graph whose nodes and next edges are sound. Out: a node that no order of steps can reach, or
 * NODE_NONE. A cycle goes through a delay, but that does not suffice: x = x[t-1] + sum(x over t) needs
 * all steps of t before the first. So every strongly connected part needs a clock that one of its
 * states steps along and that nothing in it looks at as a whole: the loop around it. One step inside
 * of that loop is the part without the delays of that clock, which is looked at in the same way. A
 * loop goes one way: states of both directions along its clock do not go together. A clock that ticks is
 * a part of its parent's loop. What decides when a clock ticks or ends comes before what depends on it. */
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
    if (node->op == OP_PICK || node->op == OP_HOLD)
        return false;
    return node->at.clock >= 0 && (class == CLASS_REDUCE || class == CLASS_NORMAL || class == CLASS_CLOCK);
}

static bool delays(const Causal *c, NodeId id)
{
    return c->graph->node[id].op == OP_STATE && !c->cut[id];
}

/* Of the clocks `along` those that may be loops where all steps of the clocks `whole` are needed at once. */
static Clocks loops_around(const Graph *graph, Clocks along, Clocks whole)
{
    for (int k = 0; k < graph->clock_count; k++)
        if (along >> k & 1 && graph_loops(graph, (Clocks)1 << k) & whole)
            along &= ~((Clocks)1 << k);
    return along;
}

/* Whether the node cannot be computed before it is known when `clock` ticks, or ends. */
static bool depends_on(const Graph *graph, const Node *node, int clock)
{
    Clocks one = (Clocks)1 << clock, at = node->at.clock < 0 ? 0 : (Clocks)1 << node->at.clock;
    if (graph->clock[clock].kind == CLOCK_TICKS)
        return (node->type.clocks | at) & one;
    if (graph->clock[clock].until == NODE_NONE)
        return false;
    int whole = node->op == OP_RECLOCK ? node->at.from : node->at.clock;
    bool end = waits(node) || (node->op == OP_STATE && node->at.backward);
    return end && graph_length_clock(graph, whole) == clock;
}

static int edge_count(const Causal *c, NodeId id)
{
    return c->graph->node[id].count + 1 + c->graph->clock_count;
}

/* The node's `edge`-th edge, NODE_NONE where that one leads nowhere: its inputs, its next value, and
 * the conditions of the clocks. */
static NodeId follow(const Causal *c, NodeId id, int edge)
{
    const Node *node = &c->graph->node[id];
    if (edge < node->count)
        return node->input[edge];
    if (edge == node->count)
        return delays(c, id) ? node->next : NODE_NONE;
    int clock = edge - node->count - 1;
    const Clock *is = &c->graph->clock[clock];
    return depends_on(c->graph, node, clock) ? (is->kind == CLOCK_TICKS ? is->when : is->until) : NODE_NONE;
}

static bool follows_itself(const Causal *c, NodeId id)
{
    for (int edge = 0; edge < edge_count(c, id); edge++)
        if (follow(c, id, edge) == id)
            return true;
    return false;
}

/* The part is what stands on the stack from `begin` on. */
static void cut_part(Causal *c, size_t begin)
{
    NodeId first = c->stack[begin];
    if (c->depth - begin == 1 && !follows_itself(c, first))
        return;
    Clocks forward = 0, backward = 0, whole = 0;
    for (size_t i = begin; i < c->depth; i++) {
        const Node *node = &c->graph->node[c->stack[i]];
        if (delays(c, c->stack[i]))
            *(node->at.backward ? &backward : &forward) |= (Clocks)1 << node->at.clock;
        if (waits(node))
            whole |= (Clocks)1 << (node->op == OP_RECLOCK ? node->at.from : node->at.clock);
    }
    Clocks loops = loops_around(c->graph, forward ^ backward, whole); /* more than one: in any order */
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

/* Tarjan's algorithm with a stack of its own. Cuts made on the way concern parts that are complete,
 * whose nodes are not entered again. */
static void find_parts(Causal *c, NodeId root)
{
    size_t frames = 0;
    enter(c, frames++, root);
    while (frames) {
        Frame *top = &c->frame[frames - 1];
        bool last = top->edge == edge_count(c, top->id);
        NodeId to = last ? NODE_NONE : follow(c, top->id, top->edge);
        top->edge++;
        if (last) {
            NodeId id = top->id;
            leave(c, id);
            if (--frames && c->low[id] < c->low[c->frame[frames - 1].id])
                c->low[c->frame[frames - 1].id] = c->low[id];
        } else if (to == NODE_NONE) {
            continue;
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
