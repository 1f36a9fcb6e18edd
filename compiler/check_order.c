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

/* The inputs of a node for the order: those of a state are its start value. */
static NodeId order_input(const Order *o, NodeId id, int i)
{
    const Node *node = &o->from->node[id];
    if (node->op == OP_STATE)
        return i == 0 && o->pending[id] ? o->pending[id]->start : NODE_NONE;
    return i < node->count ? node->input[i] : NODE_NONE;
}

static NodeId represent(const Order *o, NodeId id)
{
    return o->from->node[id].op == OP_STATE ? o->same[id] : id;
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
                const Pending *p = o->pending[id] ? o->pending[id] : o->pending[in];
                Place place = p && p->start_place.source ? p->start_place : o->from->node[in].place;
                diag_error(o->c->diag, place, "a start value depends on what it starts");
                diag_hint(o->c->diag, "it stands for the time before the first step: it may use weights, inputs without a clock, other clocks");
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
    for (size_t i = 0; i < o->c->pending_count; i++) {
        Pending *p = &o->c->pending[i];
        o->pending[p->state] = p;
        NodeId next = o->from->node[p->next].op == OP_STATE && o->same[p->next] ? o->same[p->next] : p->next;
        const char *key = arena_printf(o->c->arena, "%d %d %d", next, p->start, p->clock);
        NodeId *first = map_get(seen, key);
        if (!first) {
            first = arena_alloc(o->c->arena, sizeof *first);
            *first = p->state;
            map_set(seen, key, first);
        }
        o->same[p->state] = *first;
    }
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
    merge_states(&o);
    for (size_t i = 0; i < c->graph->input_count; i++) /* inputs first: they are part of the interface, used or not */
        if (!visit(&o, c->graph->input[i].node))
            return NULL;
    for (size_t i = 0; i < c->graph->output_count; i++)
        if (!visit(&o, c->graph->output[i].node))
            return NULL;
    for (size_t i = 0; i < o.todo_count; i++)
        if (!visit(&o, o.todo[i]))
            return NULL;
    connect(&o);
    return o.to;
}
