/* check_order.c: the checked graph in its final form. While it was built, a state's start and next
 * were not known; here its nodes are put into an order in which every input, and every start value,
 * stands before what uses it. States of one value with one start become one; what no output needs
 * is left behind. */
#include "scope.h"

typedef struct Order {
    Checker *c;
    const Graph *from;
    Graph *to;
    Pending **pending;     /* of each state */
    NodeId *same;          /* the state that stands for a state */
    NodeId *map;           /* old node to new node */
    char *colour;          /* 0 not seen, 1 being visited, 2 done */
    NodeId *stack;
    size_t depth;
    NodeId *todo;          /* nodes that a next edge leads to */
    size_t todo_count;
} Order;

/* When a clock ticks that the node works along is known before it. */
static NodeId when(const Order *o, const Node *node)
{
    return node->at.clock < 0 ? NODE_NONE : o->from->clock[node->at.clock].when;
}

/* The inputs of a node for the order: those of a state are its start value. */
static NodeId order_input(const Order *o, NodeId id, int i)
{
    const Node *node = &o->from->node[id];
    int count = node->op == OP_STATE ? o->pending[id] != NULL : node->count;
    if (i < count)
        return node->op == OP_STATE ? o->pending[id]->start : node->input[i];
    return i == count ? when(o, node) : NODE_NONE;
}

static NodeId represent(const Order *o, NodeId id)
{
    return o->same[id];
}

static void add_state(Order *o, NodeId id)
{
    const Pending *p = o->pending[id];
    Node draft = o->from->node[id];
    NodeId start = o->map[represent(o, p->start)];
    draft.input = &start;
    draft.count = 1;
    draft.next = NODE_NONE;
    o->map[id] = graph_put(o->to, &draft);
    o->todo[o->todo_count++] = represent(o, p->next);
}

static void add_node(Order *o, NodeId id)
{
    const Node *node = &o->from->node[id];
    if (node->op == OP_STATE) {
        add_state(o, id);
        return;
    }
    for (int i = 0; i < node->count; i++)
        o->map[node->input[i]] = o->map[represent(o, node->input[i])];
    o->map[id] = graph_copy(o->to, node, o->map);
}

/* The clock whose ticking depends on itself, by the cycle that the stack ends with; -1: none does. */
static int clock_of_cycle(const Order *o, NodeId back)
{
    NodeId to = back;
    for (size_t i = o->depth; i-- > 0; to = o->stack[i]) {
        const Node *node = &o->from->node[o->stack[i]];
        NodeId ticks = when(o, node);
        if (ticks != NODE_NONE && represent(o, ticks) == to)
            return node->at.clock;
        if (o->stack[i] == back)
            break;
    }
    return -1;
}

static void report_cycle(const Order *o, NodeId id, NodeId back)
{
    Checker *c = o->c;
    int clock = clock_of_cycle(o, back);
    if (clock >= 0) {
        diag_error(c->diag, o->from->node[o->from->clock[clock].when].place, "whether %s ticks depends on a value on %s itself at the same step",
                   o->from->clock[clock].name, o->from->clock[clock].name);
        diag_hint(c->diag, "a delay breaks the cycle: `hold(y over t)[t-1]`");
        return;
    }
    const Pending *p = o->pending[id] ? o->pending[id] : o->pending[back];
    Place place = p && p->start_place.source ? p->start_place : o->from->node[back].place;
    diag_error(c->diag, place, "a start value depends on what it starts");
    diag_hint(c->diag, "it stands for the time before the first step: it may use weights, inputs without a clock, other clocks");
}

/* Depth first, without recursion: models may be deep. */
static bool visit(Order *o, NodeId root)
{
    root = represent(o, root);
    if (o->colour[root] == 2)
        return true;
    o->stack[o->depth++] = root;
    while (o->depth) {
        NodeId id = o->stack[o->depth - 1];
        o->colour[id] = 1;
        NodeId open = NODE_NONE, in;
        for (int i = 0; open == NODE_NONE && (in = order_input(o, id, i)) != NODE_NONE; i++) {
            in = represent(o, in);
            if (o->colour[in] == 1) {
                report_cycle(o, id, in);
                return false;
            }
            if (o->colour[in] == 0)
                open = in;
        }
        if (open != NODE_NONE) {
            o->stack[o->depth++] = open;
            continue;
        }
        add_node(o, id);
        o->colour[id] = 2;
        o->depth--;
    }
    return true;
}

/* Delays of one variable that were met under several names have one next and one start. */
static void merge_states(Order *o)
{
    Map *seen = map_new(o->c->arena);
    for (NodeId id = 0; id < (NodeId)o->from->count; id++)
        o->same[id] = id;
    for (size_t i = 0; i < o->c->pending_count; i++) {
        Pending *p = &o->c->pending[i];
        o->pending[p->state] = p;
        NodeId next = o->same[p->next];
        const char *key = arena_printf(o->c->arena, "%d %d %d %d %lld", next, p->start, p->delay.clock, p->delay.backward,
                                       (long long)o->from->node[p->state].at.delay);
        NodeId *first = map_get(seen, key);
        if (!first) {
            first = arena_alloc(o->c->arena, sizeof *first);
            *first = p->state;
            map_set(seen, key, first);
        }
        o->same[p->state] = *first;
    }
    for (size_t i = 0; i < o->c->pending_count; i++) {
        const Pending *p = &o->c->pending[i];
        if (p->stand_in != NODE_NONE)
            o->same[p->stand_in] = o->same[p->start];
    }
}

/* Its node in the new graph, if it is needed there. */
static NodeId order_node(const Order *o, NodeId id)
{
    return id != NODE_NONE && o->colour[represent(o, id)] == 2 ? o->map[represent(o, id)] : NODE_NONE;
}

static void connect(Order *o)
{
    for (size_t i = 0; i < o->c->pending_count; i++) {
        const Pending *p = &o->c->pending[i];
        if (o->colour[p->state] == 2)
            o->to->node[o->map[p->state]].next = o->map[represent(o, p->next)];
    }
    Port **ports[] = {&o->to->input, &o->to->output};
    const Port *from[] = {o->from->input, o->from->output};
    size_t counts[] = {o->from->input_count, o->from->output_count};
    for (int k = 0; k < 2; k++) {
        *ports[k] = arena_array(o->c->arena, counts[k] + 1, sizeof **ports[k]);
        for (size_t i = 0; i < counts[k]; i++) {
            Port port = from[k][i];
            port.node = o->map[represent(o, port.node)];
            (*ports[k])[i] = port;
        }
    }
    o->to->input_count = counts[0];
    o->to->output_count = counts[1];
    for (int k = 0; k < o->to->clock_count; k++) {
        Clock *clock = &o->to->clock[k];
        clock->when = order_node(o, clock->when);
        clock->until = order_node(o, clock->until);
    }
}

/* ---- clocks that calls made for themselves, and nothing needs ---- */

static Clocks clocks_used(const Graph *graph, int declared)
{
    Clocks used = clock_bit(declared) - 1;
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        used |= node->type.clocks | clock_bit(node->at.clock) | clock_bit(node->at.from);
    }
    for (int k = graph->clock_count; k-- > 0;)
        if (used >> k & 1)
            used = used | clock_bit(graph->clock[k].like) | clock_bit(graph->clock[k].parent);
    return used;
}

static int rank_of(Clocks used, int clock)
{
    int rank = 0;
    for (int k = 0; k < clock; k++)
        rank += (used >> k & 1) != 0;
    return clock < 0 ? -1 : rank;
}

static Clocks renamed(Clocks used, Clocks clocks)
{
    Clocks to = 0;
    for (int k = 0; k < CLOCKS_MAX; k++)
        if (clocks >> k & 1)
            to |= clock_bit(rank_of(used, k));
    return to;
}

static void connect_clock(Clock *to, const Clock *from, const NodeId *map)
{
    to->when = from->when == NODE_NONE ? NODE_NONE : map[from->when];
    to->until = from->until == NODE_NONE ? NODE_NONE : map[from->until];
}

static Graph *drop_clocks(Checker *c, const Graph *from)
{
    Clocks used = clocks_used(from, c->declared);
    Graph *to = graph_new(c->arena, from);
    NodeId *map = arena_array(c->arena, from->count + 1, sizeof *map);
    graph_reserve(to, from->count);
    to->clock_count = 0;
    for (int k = 0; k < from->clock_count; k++) {
        Clock clock = from->clock[k];
        clock.like = rank_of(used, clock.like);
        clock.parent = rank_of(used, clock.parent);
        if (used >> k & 1)
            to->clock[to->clock_count++] = clock;
    }
    for (size_t i = 0; i < from->count; i++) {
        Node node = from->node[i];
        node.type.clocks = renamed(used, node.type.clocks);
        node.at.clock = rank_of(used, node.at.clock);
        node.at.from = rank_of(used, node.at.from);
        map[i] = graph_copy(to, &node, map);
    }
    graph_connect(to, from, map);
    for (int k = 0, at = 0; k < from->clock_count; k++)
        if (used >> k & 1) /* graph_connect goes by the numbers of before */
            connect_clock(&to->clock[at++], &from->clock[k], map);
    return to;
}

Graph *check_order(Checker *c)
{
    size_t count = c->graph->count + 1;
    Order o = {.c = c, .from = c->graph, .to = graph_new(c->arena, c->graph)};
    o.pending = arena_array(c->arena, count, sizeof *o.pending);
    o.same = arena_array(c->arena, count, sizeof *o.same);
    o.map = arena_array(c->arena, count, sizeof *o.map);
    o.colour = arena_array(c->arena, count, sizeof *o.colour);
    o.stack = arena_array(c->arena, count, sizeof *o.stack);
    o.todo = arena_array(c->arena, c->pending_count + 1, sizeof *o.todo);
    graph_reserve(o.to, count);
    merge_states(&o);
    for (size_t i = 0; i < c->graph->input_count; i++) /* inputs first: they are part of the interface, used or not */
        if (!visit(&o, c->graph->input[i].node))
            return NULL;
    for (size_t i = 0; i < c->graph->output_count; i++)
        if (!visit(&o, c->graph->output[i].node))
            return NULL;
    for (int k = 0; k < c->declared; k++)
        for (int i = 0; i < 2; i++) {
            NodeId root = i ? o.from->clock[k].until : o.from->clock[k].when;
            if (root != NODE_NONE && !visit(&o, root))
                return NULL;
        }
    for (size_t i = 0; i < o.todo_count; i++)
        if (!visit(&o, o.todo[i]))
            return NULL;
    connect(&o);
    return o.to->clock_count > c->declared ? drop_clocks(c, o.to) : o.to;
}
