/* pass_fuse.c: groups of nodes that become one loop over units: products, and the elementwise
 * operators around them as their epilogue, in registers.
 *
 * Every node gets a level: how many loops must have run before it can. An elementwise operator has
 * the level of its operands of the same shape; whatever needs a whole vector (the vector of a
 * product, a softmax) is one level above it. Nodes of one level, shape and set of clocks that are
 * connected make a group; as an edge that needs a whole vector always leads to a higher level, no
 * group can wait for itself. What is larger than any cell is cut, in the order of the nodes: a loop of
 * thousands of statements has its values in memory anyway, and takes C compilers long. */
#include "nest.h"
#include "pass.h"

enum { MAX_GROUP = 512 };    /* nodes */

typedef struct Fuse {
    const Graph *graph;
    int *level;
    bool *heavy;       /* a product of its level is above it */
    int *uses;
    NodeId *parent;    /* union-find */
    const Nest *nest;
} Fuse;

/* Whether two nodes are computed in one body, with no loop over a clock between them. */
static bool same_place(const Fuse *f, NodeId a, NodeId b)
{
    return f->nest->of[a] == f->nest->of[b] && f->nest->phase[a] == f->nest->phase[b] && f->nest->of[a] >= 0;
}

/* Whether `node` can take the value of its input `in` from a register of the same loop. */
static bool in_register(const Fuse *f, const Node *node, NodeId in)
{
    const Node *input = &f->graph->node[in];
    if (op_info[node->op].class != CLASS_MAP || node->fixed || !pass_fusible(f->graph, input))
        return false;
    return same_place(f, (NodeId)(node - f->graph->node), in) && shape_equal(node->type.shape, input->type.shape);
}

typedef struct Above {
    Fuse *fuse;
    NodeId node, in;
} Above;

/* A value made in another body is there; one of this body may be in a register, or must be complete. */
static void raise_level(void *context, NodeId root, Clocks whole)
{
    const Above *a = context;
    Fuse *f = a->fuse;
    (void)whole;
    if (!same_place(f, a->node, root))
        return;
    bool same = root == a->in && in_register(f, &f->graph->node[a->node], root);
    bool loop = pass_fusible(f->graph, &f->graph->node[root]), fusible = pass_fusible(f->graph, &f->graph->node[a->node]);
    int level = f->level[root] + (!same && (loop || fusible));
    if (level > f->level[a->node])
        f->level[a->node] = level;
}

/* As early as possible. */
static void find_levels(Fuse *f)
{
    for (size_t i = 0; i < f->graph->count; i++) {
        const Node *node = &f->graph->node[i];
        bool fusible = pass_fusible(f->graph, node);
        f->heavy[i] = fusible && node->op == OP_MATMUL;
        f->level[i] = fusible;
        for (int k = 0; k < node->count && f->nest->of[i] >= 0 && node->op != OP_STATE; k++) {
            Above above = {f, (NodeId)i, node->input[k]};
            nest_roots(f->graph, node->input[k], 0, raise_level, &above);
        }
        for (int k = 0; k < node->count; k++)
            if (in_register(f, node, node->input[k]) && f->level[node->input[k]] == f->level[i] && f->heavy[node->input[k]])
                f->heavy[i] = true;
    }
}

/* Whether a node may wait for what uses it: products and their sums may (they then need no array of
 * their own), and elementwise operators unless that takes a result away from the products that it
 * completes. */
static bool may_wait(const Fuse *f, const Node *node, NodeId id)
{
    if (node->op == OP_MATMUL || node->op == OP_ADD || !f->heavy[id])
        return true;
    for (int k = 0; k < node->count; k++) {
        NodeId in = node->input[k];
        if (f->level[in] == f->level[id] && f->heavy[in] && f->uses[in] < 2)
            return false;
    }
    return true;
}

/* Moves nodes to the level of their first use where all uses are elementwise and later. */
static void sink(Fuse *f, Arena *arena)
{
    size_t count = f->graph->count;
    int *first = arena_array(arena, count + 1, sizeof *first); /* lowest level of the uses, plus one */
    bool *bound = arena_array(arena, count + 1, sizeof *bound);
    for (size_t i = 0; i < f->graph->output_count; i++)
        bound[f->graph->output[i].node] = true;
    for (size_t i = 0; i < count; i++)
        if (f->graph->node[i].next != NODE_NONE)
            bound[f->graph->node[i].next] = true;
    for (size_t i = count; i-- > 0;) {
        const Node *node = &f->graph->node[i];
        if (pass_fusible(f->graph, node) && !bound[i] && first[i] > f->level[i] + 1 && may_wait(f, node, (NodeId)i))
            f->level[i] = first[i] - 1;
        for (int k = 0; k < node->count; k++) {
            NodeId in = node->input[k];
            if (!in_register(f, node, in))
                bound[in] = true;
            else if (!first[in] || f->level[i] + 1 < first[in])
                first[in] = f->level[i] + 1;
        }
    }
}

static NodeId find(Fuse *f, NodeId id)
{
    while (f->parent[id] != id)
        id = f->parent[id] = f->parent[f->parent[id]];
    return id;
}

static void number_groups(Fuse *f, Arena *arena, Graph *to)
{
    int groups = 0, *number = arena_array(arena, to->count + 1, sizeof *number), *size = arena_array(arena, to->count + 1, sizeof *size);
    for (size_t i = 0; i < to->count; i++)
        if (pass_fusible(to, &to->node[i])) {
            NodeId root = find(f, (NodeId)i);
            if (size[root]++ % MAX_GROUP == 0)
                number[root] = groups++;
            to->node[i].group = number[root];
        }
}

Graph *pass_fuse(Arena *arena, const Graph *graph)
{
    Graph *to = pass_clean(arena, graph);
    size_t count = to->count;
    Fuse f = {.graph = to, .uses = graph_uses(arena, to), .nest = nest_find(arena, to)};
    f.level = arena_array(arena, count + 1, sizeof *f.level);
    f.heavy = arena_array(arena, count + 1, sizeof *f.heavy);
    f.parent = arena_array(arena, count + 1, sizeof *f.parent);
    find_levels(&f);
    sink(&f, arena);
    for (size_t i = 0; i < count; i++)
        f.parent[i] = (NodeId)i;
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < to->node[i].count; k++) {
            NodeId in = to->node[i].input[k];
            if (in_register(&f, &to->node[i], in) && f.level[i] == f.level[in])
                f.parent[find(&f, (NodeId)i)] = find(&f, in);
        }
    number_groups(&f, arena, to);
    return to;
}
