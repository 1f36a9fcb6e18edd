/* graph.c: adding nodes, and sharing of equal ones; copies from graph to graph. */
#include "graph.h"

#include <assert.h>
#include <string.h>

Graph *graph_new(Arena *arena, const Graph *like)
{
    Graph *graph = arena_alloc(arena, sizeof *graph);
    graph->arena = arena;
    if (like) {
        graph->name = like->name;
        graph->comment = like->comment;
        graph->clock = arena_array(arena, (size_t)like->clock_count + 1, sizeof *graph->clock);
        if (like->clock_count)
            memcpy(graph->clock, like->clock, (size_t)like->clock_count * sizeof *graph->clock);
        graph->clock_count = like->clock_count;
    }
    return graph;
}

Clock graph_clock(const char *name, ClockKind kind, int64_t limit, Place place)
{
    return (Clock){.name = name, .kind = kind, .limit = limit, .parent = -1, .when = NODE_NONE, .until = NODE_NONE, .like = -1, .place = place};
}

Node node_draft(Op op, Place place, int count, const NodeId *input)
{
    Node node = {.op = op, .count = count, .next = NODE_NONE, .group = -1, .place = place};
    node.input = (NodeId *)(uintptr_t)input; /* graph_add copies; it never writes through a draft */
    node.at.axis = op == OP_ROW ? 0 : -1;
    node.at.clock = -1;
    node.at.from = -1;
    node.at.delay = op == OP_STATE;
    return node;
}

bool graph_is(const Graph *graph, NodeId id, double value)
{
    return graph->node[id].op == OP_CONST && graph->node[id].value == value;
}

/* ---- equal nodes ---- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static uint64_t mix_shape(uint64_t hash, Shape shape)
{
    hash = mix(hash, (uint64_t)shape.rank);
    for (int i = 0; i < shape.rank; i++)
        hash = mix(hash, (uint64_t)shape.dim[i]);
    return hash;
}

static uint64_t node_hash(const Node *node)
{
    uint64_t hash = mix((uint64_t)node->op, node->type.clocks), bits = 0;
    memcpy(&bits, &node->value, sizeof bits);
    hash = mix(mix_shape(hash, node->type.shape), bits);
    hash = mix(mix(hash, (uint64_t)node->at.axis), (uint64_t)node->at.clock);
    hash = mix(mix(hash, (uint64_t)node->at.begin), (uint64_t)node->at.end);
    hash = mix(mix(hash, (uint64_t)node->at.stride), (uint64_t)node->at.site);
    for (int i = 0; i < node->count; i++)
        hash = mix(hash, (uint64_t)node->input[i]);
    for (const char *c = node->name; c && *c; c++)
        hash = mix(hash, (uint64_t)*c);
    return hash;
}

static bool attributes_same(const Attributes *a, const Attributes *b)
{
    return a->axis == b->axis && a->clock == b->clock && a->from == b->from && a->begin == b->begin && a->end == b->end
           && a->site == b->site && a->window == b->window && a->stride == b->stride && a->pad == b->pad;
}

static bool node_same(const Node *a, const Node *b)
{
    if (a->op != b->op || a->count != b->count || a->tensor != b->tensor || a->type.tokens != b->type.tokens
        || a->type.clocks != b->type.clocks || !shape_equal(a->type.shape, b->type.shape))
        return false;
    if (memcmp(&a->value, &b->value, sizeof a->value) != 0 || !attributes_same(&a->at, &b->at))
        return false;
    if ((a->name || b->name) && (!a->name || !b->name || strcmp(a->name, b->name) != 0))
        return false;
    return a->count == 0 || memcmp(a->input, b->input, (size_t)a->count * sizeof *a->input) == 0;
}

static NodeId *find_slot(const Graph *graph, const Node *node)
{
    size_t mask = graph->slot_count - 1;
    for (size_t i = (size_t)node_hash(node) & mask;; i = (i + 1) & mask) {
        NodeId *slot = &graph->slot[i];
        if (!*slot || node_same(&graph->node[*slot - 1], node))
            return slot;
    }
}

static void widen(Graph *graph)
{
    graph->slot_count = graph->slot_count ? graph->slot_count * 2 : 64;
    graph->slot = arena_array(graph->arena, graph->slot_count, sizeof *graph->slot);
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].op != OP_STATE)
            *find_slot(graph, &graph->node[i]) = (NodeId)i + 1;
}

/* The node that equals the draft, or NODE_NONE. Two states are equal only if all that follows is: not
 * decided here. */
static NodeId find_equal(Graph *graph, const Node *draft)
{
    if (draft->op == OP_STATE || graph->count == 0)
        return NODE_NONE;
    NodeId id = *find_slot(graph, draft) - 1;
    if (id != NODE_NONE && !graph->node[id].label)
        graph->node[id].label = draft->label;
    return id;
}

void graph_reserve(Graph *graph, size_t count)
{
    graph->capacity = count + 1;
    graph->node = arena_array(graph->arena, graph->capacity, sizeof *graph->node);
    for (graph->slot_count = 64; graph->slot_count <= 2 * graph->capacity;)
        graph->slot_count *= 2;
    graph->slot = arena_array(graph->arena, graph->slot_count, sizeof *graph->slot);
}

NodeId graph_append(Graph *graph, const Node *draft)
{
    if (graph->count * 2 >= graph->slot_count)
        widen(graph);
    graph->node = arena_grow(graph->arena, graph->node, graph->count, &graph->capacity, sizeof *graph->node);
    Node *node = &graph->node[graph->count];
    *node = *draft;
    node->input = NULL;
    if (draft->count) {
        node->input = arena_array(graph->arena, (size_t)draft->count, sizeof *node->input);
        memcpy(node->input, draft->input, (size_t)draft->count * sizeof *node->input);
    }
    NodeId id = (NodeId)graph->count++;
    if (node->op != OP_STATE)
        *find_slot(graph, node) = id + 1;
    return id;
}

NodeId graph_add(Graph *graph, const Node *draft, const char **error)
{
    Node node = *draft;
    if (!graph_type_of(graph->arena, graph, &node, error))
        return NODE_NONE;
    NodeId id = graph_fold(graph, &node);
    if (id == NODE_NONE)
        id = find_equal(graph, &node);
    return id != NODE_NONE ? id : graph_append(graph, &node);
}

NodeId graph_put(Graph *graph, const Node *draft)
{
    const char *error = NULL;
    NodeId id = graph_add(graph, draft, &error);
    assert(id != NODE_NONE);
    return id;
}

NodeId graph_const(Graph *graph, double value, Shape shape, Place place)
{
    Node node = node_draft(OP_CONST, place, 0, NULL);
    node.value = value;
    node.at.shape = shape;
    return graph_put(graph, &node);
}

/* ---- from graph to graph ---- */

NodeId graph_copy(Graph *to, const Node *node, const NodeId *map)
{
    Node draft = *node;
    NodeId few[4], *input = few;
    if (node->count > 4)
        input = arena_array(to->arena, (size_t)node->count, sizeof *input);
    for (int i = 0; i < node->count; i++)
        input[i] = map[node->input[i]];
    draft.input = input;
    draft.next = NODE_NONE;
    NodeId id = graph_put(to, &draft);
    if (!to->node[id].label)
        to->node[id].label = node->label;
    return id;
}

static Port *connect_ports(Arena *arena, const Port *from, size_t count, const NodeId *map)
{
    Port *ports = arena_array(arena, count, sizeof *ports);
    for (size_t i = 0; i < count; i++) {
        ports[i] = from[i];
        ports[i].node = from[i].node == NODE_NONE ? NODE_NONE : map[from[i].node];
    }
    return ports;
}

void graph_connect(Graph *to, const Graph *from, const NodeId *map)
{
    for (size_t i = 0; i < from->count; i++)
        if (from->node[i].op == OP_STATE && map[i] != NODE_NONE && from->node[i].next != NODE_NONE)
            to->node[map[i]].next = map[from->node[i].next];
    to->input = connect_ports(to->arena, from->input, from->input_count, map);
    to->input_count = from->input_count;
    to->output = connect_ports(to->arena, from->output, from->output_count, map);
    to->output_count = from->output_count;
    for (int k = 0; k < from->clock_count; k++) {
        const Clock *clock = &from->clock[k];
        to->clock[k].when = clock->when == NODE_NONE ? NODE_NONE : map[clock->when];
        to->clock[k].until = clock->until == NODE_NONE ? NODE_NONE : map[clock->until];
    }
}

Clocks graph_loops(const Graph *graph, Clocks clocks)
{
    for (int k = graph->clock_count; k-- > 0;) /* a parent stands before its ticks */
        if (clocks >> k & 1 && graph->clock[k].parent >= 0)
            clocks |= (Clocks)1 << graph->clock[k].parent;
    return clocks;
}

int graph_port_clocks(const Graph *graph, const Port *port, int clock[CLOCKS_MAX])
{
    Clocks clocks = port->node == NODE_NONE ? 0 : graph->node[port->node].type.clocks;
    int count = 0;
    for (int k = 0; k < graph->clock_count; k++)
        if (clocks >> k & 1)
            clock[count++] = k;
    if (port->clock && count)
        memcpy(clock, port->clock, (size_t)count * sizeof *clock);
    return count;
}

int graph_tick_root(const Graph *graph, int clock)
{
    while (graph->clock[clock].parent >= 0)
        clock = graph->clock[clock].parent;
    return clock;
}

int graph_length_clock(const Graph *graph, int clock)
{
    while (graph->clock[clock].like >= 0) /* which is one above */
        clock = graph->clock[clock].like;
    return clock;
}

typedef struct Reach {
    bool *seen;
    NodeId *work;
    size_t todo;
} Reach;

static void reach(Reach *r, NodeId id)
{
    if (id == NODE_NONE || r->seen[id])
        return;
    r->seen[id] = true;
    r->work[r->todo++] = id;
}

bool *graph_reachable(Arena *arena, const Graph *graph)
{
    Reach r = {.seen = arena_array(arena, graph->count + 1, sizeof *r.seen)};
    r.work = arena_array(arena, graph->count + 1, sizeof *r.work);
    for (size_t i = 0; i < graph->output_count; i++)
        reach(&r, graph->output[i].node);
    for (size_t i = 0; i < graph->input_count; i++)
        reach(&r, graph->input[i].node);
    for (int k = 0; k < graph->clock_count; k++) {
        reach(&r, graph->clock[k].when);
        reach(&r, graph->clock[k].until);
    }
    while (r.todo) {
        const Node *node = &graph->node[r.work[--r.todo]];
        for (int i = 0; i < node->count; i++)
            reach(&r, node->input[i]);
        reach(&r, node->next);
    }
    return r.seen;
}

int *graph_uses(Arena *arena, const Graph *graph)
{
    int *uses = arena_array(arena, graph->count + 1, sizeof *uses);
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        for (int k = 0; k < node->count; k++)
            uses[node->input[k]]++;
        if (node->next != NODE_NONE)
            uses[node->next]++;
    }
    for (size_t i = 0; i < graph->output_count; i++)
        uses[graph->output[i].node]++;
    for (int k = 0; k < graph->clock_count; k++) {
        if (graph->clock[k].when != NODE_NONE)
            uses[graph->clock[k].when]++;
        if (graph->clock[k].until != NODE_NONE)
            uses[graph->clock[k].until]++;
    }
    return uses;
}
