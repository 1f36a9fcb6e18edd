/* pass_pack.c: groups whose products share a vector become one, so that the vector is read once and
 * their weights lie in one stream. Only groups of equal shape and clocks, neither of which waits for
 * the other, and only while the accumulators of the joint loop stay in registers. */
#include "nest.h"
#include "pass.h"

enum { MAX_PRODUCTS = 8 };   /* of a joint group */

typedef struct Pack {
    const Graph *graph;
    int *parent;       /* groups: union-find */
    int *products;     /* of each group */
    int *depth;        /* of each group: the longest way of groups before it */
} Pack;

static int find(Pack *p, int group)
{
    while (p->parent[group] != group)
        group = p->parent[group] = p->parent[p->parent[group]];
    return group;
}

/* Depths by repeated passes over the nodes: a value's depth is the largest of its inputs, and one
 * more where it comes out of another group. Groups of one depth cannot wait for each other. */
static void find_depths(Pack *p, Arena *arena)
{
    int *depth = arena_array(arena, p->graph->count + 1, sizeof *depth);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < p->graph->count; i++) {
            const Node *node = &p->graph->node[i];
            int deepest = node->group >= 0 ? p->depth[node->group] : 0;
            for (int k = 0; k < node->count && node->op != OP_STATE; k++) {
                const Node *in = &p->graph->node[node->input[k]];
                int from = depth[node->input[k]] + (node->group >= 0 && in->group != node->group);
                deepest = from > deepest ? from : deepest;
            }
            if (node->group >= 0 && deepest > p->depth[node->group]) {
                p->depth[node->group] = deepest;
                changed = true;
            }
            depth[i] = deepest;
        }
    }
}

static void join(Pack *p, const Node *a, const Node *b)
{
    int ga = find(p, a->group), gb = find(p, b->group);
    if (ga == gb || p->depth[ga] != p->depth[gb] || p->products[ga] + p->products[gb] > MAX_PRODUCTS)
        return;
    p->parent[gb] = ga;
    p->products[ga] += p->products[gb];
}

Graph *pass_pack(Arena *arena, const Graph *graph)
{
    Graph *to = pass_clean(arena, graph);
    int groups = 0;
    for (size_t i = 0; i < to->count; i++)
        if (to->node[i].group >= groups)
            groups = to->node[i].group + 1;
    Pack p = {.graph = to};
    p.parent = arena_array(arena, (size_t)groups + 1, sizeof *p.parent);
    p.products = arena_array(arena, (size_t)groups + 1, sizeof *p.products);
    p.depth = arena_array(arena, (size_t)groups + 1, sizeof *p.depth);
    for (int g = 0; g < groups; g++)
        p.parent[g] = g;
    for (size_t i = 0; i < to->count; i++)
        p.products[to->node[i].group < 0 ? groups : to->node[i].group] += to->node[i].op == OP_MATMUL && to->node[i].group >= 0;
    find_depths(&p, arena);
    const Nest *nest = nest_find(arena, to);
    /* The first product of each vector and height meets the others. */
    Map *first = map_new(arena);
    for (size_t i = 0; i < to->count; i++) {
        const Node *node = &to->node[i];
        if (node->group < 0 || node->op != OP_MATMUL)
            continue;
        const char *key = arena_printf(arena, "%d %lld %d %d %d", node->input[1], (long long)node->type.shape.dim[0],
                                       p.depth[node->group], nest->of[i], nest->phase[i]);
        NodeId *other = map_get(first, key);
        if (other) {
            join(&p, &to->node[*other], node);
        } else {
            NodeId *id = arena_alloc(arena, sizeof *id);
            *id = (NodeId)i;
            map_set(first, key, id);
        }
    }
    for (size_t i = 0; i < to->count; i++)
        if (to->node[i].group >= 0)
            to->node[i].group = find(&p, to->node[i].group);
    return to;
}
