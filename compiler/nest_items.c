/* nest_items.c: what has to be computed, what needs what, and which clocks should be further out. */
#include "nest_build.h"

/* ---- items and edges ---- */

static bool is_item(const Graph *graph, const Node *node)
{
    bool source = node->op == OP_INPUT || node->op == OP_CONST || node->op == OP_TENSOR;
    return !source && !node->fixed && !nest_is_view(graph, node);
}

static void add_edge(Finder *f, int32_t from, Clocks whole, Clocks carried)
{
    f->edge = arena_grow(f->arena, f->edge, f->edge_count, &f->edge_capacity, sizeof *f->edge);
    f->edge[f->edge_count++] = (Edge){from, whole, carried};
}

typedef struct Reading {
    Finder *finder;
    Clocks carried;
} Reading;

static void note_root(void *context, NodeId root, Clocks whole)
{
    const Reading *r = context;
    if (is_item(r->finder->graph, &r->finder->graph->node[root]))
        add_edge(r->finder, root, whole, r->carried);
}

static void add_reading(Finder *f, NodeId in, Clocks whole, Clocks carried)
{
    Reading r = {f, carried};
    nest_roots(f->graph, in, whole, note_root, &r);
}

/* Everything on a clock waits for what says at which steps it ticks, or when it ends. */
static void add_clock_edges(Finder *f, Clocks clocks)
{
    for (int k = 0; k < f->graph->clock_count; k++) {
        if (!(clocks >> k & 1))
            continue;
        if (f->graph->clock[k].when != NODE_NONE)
            add_reading(f, f->graph->clock[k].when, 0, 0);
        if (f->graph->clock[k].until != NODE_NONE)
            add_reading(f, f->graph->clock[k].until, 0, (Clocks)1 << k);
    }
}

static void add_node(Finder *f, NodeId id)
{
    const Node *node = &f->graph->node[id];
    Clocks one = node->at.clock >= 0 ? (Clocks)1 << node->at.clock : 0;
    bool fed = nest_is_fed(f->graph, node), whole = nest_gathers(node) || node->op == OP_SCORES || node->op == OP_WEIGHTED;
    if (fed)
        add_edge(f, nest_feed(f->graph, id), one, 0);
    for (int k = fed; k < node->count; k++)
        add_reading(f, node->input[k], whole && (k == 0 || node->op == OP_WEIGHTED) ? one : 0, 0);
    if (node->next != NODE_NONE)
        add_reading(f, node->next, 0, one);
}

static void make_item(Finder *f, int32_t item)
{
    const Graph *graph = f->graph;
    int32_t nodes = (int32_t)graph->count, feeds = nest_feed(graph, 0);
    NodeId id = item < nodes ? item : item < feeds ? graph->output[item - nodes].node : item - feeds;
    const Node *node = &graph->node[id];
    if (item < nodes ? !is_item(graph, node) : item >= feeds && !(nest_is_fed(graph, node) && is_item(graph, node)))
        return;
    NodeId in = item < feeds ? id : node->input[0];
    Clocks fed = item >= feeds ? (Clocks)1 << node->at.clock : 0;
    f->clocks[item] = graph_loops(graph, graph->node[in].type.clocks | fed);
    if (op_info[node->op].class == CLASS_NORMAL && node->at.clock >= 0 && item < nodes)
        f->clocks[item] &= ~((Clocks)1 << node->at.clock);
    if (item < nodes)
        add_node(f, id);
    else
        add_reading(f, in, 0, 0);
    add_clock_edges(f, f->clocks[item]);
}

void nest_items(Finder *f)
{
    for (int32_t i = 0; i < f->count; i++) {
        f->first[i] = f->edge_count;
        f->clocks[i] = ~(Clocks)0;
        make_item(f, i);
        f->nest->of[i] = ~f->clocks[i] ? 0 : -1;
    }
    f->first[f->count] = f->edge_count;
}

/* ---- the order of clocks ---- */

/* A clock that has no end is outermost; a clock that is left while others stay is further in than these. */
void nest_rank(Finder *f)
{
    const Graph *graph = f->graph;
    Clocks outer[CLOCKS_MAX] = {0}, done = 0; /* of each clock: those that should be around it */
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        OpClass class = op_info[node->op].class;
        bool inner = class == CLASS_REDUCE || class == CLASS_NORMAL || class == CLASS_CLOCK || node->op == OP_STATE || node->op == OP_UNSTACK;
        if (inner && node->at.clock >= 0 && node->op != OP_HOLD)
            outer[node->at.clock] |= node->type.clocks & ~((Clocks)1 << node->at.clock);
    }
    Clocks endless = 0;
    for (int e = 0; e < graph->clock_count; e++)
        endless |= graph->clock[e].kind == CLOCK_ENDLESS ? (Clocks)1 << e : 0;
    for (int k = 0; k < graph->clock_count; k++) {
        outer[k] = endless >> k & 1 ? outer[k] & endless : outer[k] | endless;
        if (graph->clock[k].parent >= 0)
            outer[k] |= (Clocks)1 << graph->clock[k].parent;
    }
    for (int place = 0; place < graph->clock_count; place++) {
        int best = -1;
        for (int k = graph->clock_count; k-- > 0;) {
            Clocks around = outer[k] & ~done;
            bool free = true; /* what contradicts itself is in the order of the text */
            for (int e = 0; e < graph->clock_count; e++)
                free = free && !(around >> e & 1 && !(outer[e] >> k & 1));
            bool parent_first = graph->clock[k].parent < 0 || done >> graph->clock[k].parent & 1;
            if (!(done >> k & 1) && parent_first && (free || best < 0))
                best = free || best < 0 ? k : best;
        }
        if (best < 0)
            return;
        done |= (Clocks)1 << best;
        f->rank[best] = place;
    }
}
