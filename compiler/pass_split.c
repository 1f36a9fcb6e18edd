/* pass_split.c: a value that is only used in parts is computed part by part: the gates of a stacked product
 * become products with rows of the matrix. With the stacked form gone, a cell in a framework's layout
 * is the same as one that names each gate. A part is a range of a value's elements in memory, so it
 * is followed through reshapes, concatenations and slices of slices, too. */
#include "pass.h"

#include <stdlib.h>

typedef struct Range {
    int64_t begin, end;
} Range;

typedef struct Ranges {
    Range *range;
    size_t count, capacity;
} Ranges;

typedef struct Split {
    Arena *arena;
    const Graph *from;
    Graph *to;
    NodeId *map;
    const bool *needed;
    bool *parts;             /* of each old node: it is not copied, what is made of it reaches through it */
    Ranges *of;              /* of each old node: what is used of it */
    Map *made;               /* parts that there are */
    Place place;
} Split;

/* ---- what is used in parts ---- */

/* Whether a slice or a concatenation along its axis keeps elements side by side. */
static bool contiguous(const Graph *graph, const Node *node)
{
    return shape_product(graph->node[node->input[0]].type.shape, 0, node->at.axis) == 1;
}

static bool is_slice(const Graph *graph, const Node *node)
{
    return node->op == OP_SLICE && contiguous(graph, node);
}

static bool is_view(const Graph *graph, const Node *node)
{
    return node->op == OP_RESHAPE || is_slice(graph, node) || (node->op == OP_CONCAT && contiguous(graph, node));
}

static bool has_parts(const Graph *graph, const Node *node)
{
    if (node->fixed || node->type.tokens || node->type.shape.rank == 0)
        return false;
    return pass_fusible(graph, node) || is_view(graph, node);
}

/* Elements before the first one of a slice. */
static int64_t offset_of(const Graph *graph, const Node *slice)
{
    const Shape in = graph->node[slice->input[0]].type.shape;
    return slice->at.begin * shape_product(in, slice->at.axis + 1, in.rank);
}

static void use_range(Split *s, NodeId id, int64_t begin, int64_t end)
{
    Ranges *r = &s->of[id];
    if (!s->parts[id])
        return;
    r->range = arena_grow(s->arena, r->range, r->count, &r->capacity, sizeof *r->range);
    r->range[r->count++] = (Range){begin, end};
}

static int by_begin(const void *a, const void *b)
{
    const Range *x = a, *y = b;
    return x->begin != y->begin ? (x->begin > y->begin) - (x->begin < y->begin) : (x->end > y->end) - (x->end < y->end);
}

/* Leaves each range once. Whether it is good to compute them one by one: none twice, and no great number of
 * small ones, each of which would fill a panel. */
static bool worth_it(Ranges *r)
{
    enum { MOST = 8, PANEL = 16 };
    size_t count = 0;
    bool apart = true, small = false;
    if (r->count)
        qsort(r->range, r->count, sizeof *r->range, by_begin);
    for (size_t i = 0; i < r->count; i++) {
        if (count && by_begin(&r->range[count - 1], &r->range[i]) == 0)
            continue;
        apart = apart && (!count || r->range[i].begin >= r->range[count - 1].end);
        small = small || r->range[i].end - r->range[i].begin < PANEL;
        r->range[count++] = r->range[i];
    }
    r->count = count;
    return apart && !(small && count > MOST);
}

/* What a node uses of its inputs. Later nodes were asked before. */
static void look_at(Split *s, NodeId id)
{
    const Graph *graph = s->from;
    const Node *node = &graph->node[id];
    const Ranges *r = &s->of[id];
    int64_t before = 0;
    if (s->parts[id] && !worth_it(&s->of[id]) && !is_view(graph, node))
        s->parts[id] = false;
    for (int k = 0; k < node->count; k++) {
        NodeId in = node->input[k];
        int64_t count = shape_count(graph->node[in].type.shape);
        bool same = shape_equal(graph->node[in].type.shape, node->type.shape);
        bool passes = is_slice(graph, node) || (s->parts[id] && (is_view(graph, node) || (same && op_info[node->op].class == CLASS_MAP)));
        if (!passes)
            s->parts[in] = false;
        int64_t offset = is_slice(graph, node) ? offset_of(graph, node) : -before;
        if (!s->parts[id])
            use_range(s, in, offset, offset + shape_count(node->type.shape));
        for (size_t i = 0; s->parts[id] && i < r->count; i++) {
            int64_t begin = r->range[i].begin + offset, end = r->range[i].end + offset;
            if (begin < count && end > 0)
                use_range(s, in, begin > 0 ? begin : 0, end < count ? end : count);
        }
        before += node->op == OP_CONCAT ? count : 0;
    }
}

static void find_parts(Split *s)
{
    const Graph *graph = s->from;
    for (size_t i = 0; i < graph->count; i++)
        s->parts[i] = s->needed[i] && has_parts(graph, &graph->node[i]);
    for (size_t i = 0; i < graph->output_count; i++)
        s->parts[graph->output[i].node] = false;
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].next != NODE_NONE)
            s->parts[graph->node[i].next] = false;
    for (int k = 0; k < graph->clock_count; k++) {
        if (graph->clock[k].when != NODE_NONE)
            s->parts[graph->clock[k].when] = false;
        if (graph->clock[k].until != NODE_NONE)
            s->parts[graph->clock[k].until] = false;
    }
    for (size_t i = graph->count; i-- > 0;)
        if (s->needed[i])
            look_at(s, (NodeId)i);
}

/* ---- the new nodes ---- */

static NodeId reshape(Split *s, NodeId id, Shape shape)
{
    Node node = node_draft(OP_RESHAPE, s->place, 1, &id);
    node.at.shape = shape;
    return graph_put(s->to, &node);
}

/* Elements of a new node, as a vector. */
static NodeId elements(Split *s, NodeId id, int64_t begin, int64_t end)
{
    int64_t count = shape_count(s->to->node[id].type.shape);
    NodeId flat = reshape(s, id, shape_vector(1, &count));
    Node slice = node_draft(OP_SLICE, s->place, 1, &flat);
    slice.at.axis = 0;
    slice.at.begin = begin;
    slice.at.end = end;
    return graph_put(s->to, &slice);
}

static NodeId part_of(Split *s, NodeId id, int64_t begin, int64_t end);

/* The same of what an elementwise operator takes: a number, a tail that comes again, or as many. */
static NodeId part_of_operand(Split *s, const Node *node, NodeId in, int64_t begin, int64_t end)
{
    const Node *operand = &s->from->node[in];
    int64_t count = shape_count(operand->type.shape);
    if (operand->type.shape.rank == 0)
        return s->map[in];
    if (shape_equal(operand->type.shape, node->type.shape))
        return part_of(s, in, begin, end);
    if (begin / count == (end - 1) / count)
        return elements(s, s->map[in], begin % count, (end - 1) % count + 1);
    NodeId both[2] = {graph_const(s->to, 0, node->type.shape, s->place), s->map[in]};
    Node whole = node_draft(OP_ADD, s->place, 2, both);
    return elements(s, graph_put(s->to, &whole), begin, end);
}

static NodeId part_of_concat(Split *s, const Node *node, int64_t begin, int64_t end)
{
    NodeId *piece = arena_array(s->arena, (size_t)node->count, sizeof *piece);
    int count = 0;
    for (int k = 0; k < node->count; k++) {
        int64_t length = shape_count(s->from->node[node->input[k]].type.shape);
        if (begin < length && end > 0)
            piece[count++] = part_of(s, node->input[k], begin > 0 ? begin : 0, end < length ? end : length);
        begin -= length;
        end -= length;
    }
    Node concat = node_draft(OP_CONCAT, s->place, count, piece);
    concat.at.axis = 0;
    return graph_put(s->to, &concat);
}

static NodeId make_part(Split *s, NodeId id, int64_t begin, int64_t end)
{
    const Node *node = &s->from->node[id];
    if (!s->parts[id])
        return elements(s, s->map[id], begin, end);
    if (node->op == OP_RESHAPE)
        return part_of(s, node->input[0], begin, end);
    if (node->op == OP_CONCAT)
        return part_of_concat(s, node, begin, end);
    if (node->op == OP_SLICE) {
        int64_t offset = offset_of(s->from, node);
        return part_of(s, node->input[0], begin + offset, end + offset);
    }
    NodeId in[4];
    for (int k = 0; k < node->count; k++)
        in[k] = node->op == OP_MATMUL ? s->map[node->input[k]] : part_of_operand(s, node, node->input[k], begin, end);
    if (node->op == OP_MATMUL) {
        Node rows = node_draft(OP_SLICE, node->place, 1, in);
        rows.at.axis = 0;
        rows.at.begin = begin;
        rows.at.end = end;
        in[0] = graph_put(s->to, &rows);
    }
    Node draft = node_draft(node->op, node->place, node->count, in);
    return graph_put(s->to, &draft);
}

/* Elements begin to end of an old node, as a new vector. */
static NodeId part_of(Split *s, NodeId id, int64_t begin, int64_t end)
{
    const char *key = arena_printf(s->arena, "%d %lld %lld", id, (long long)begin, (long long)end);
    void *old = map_get(s->made, key);
    if (old)
        return (NodeId)((intptr_t)old - 1);
    NodeId part = make_part(s, id, begin, end);
    map_set(s->made, key, (void *)((intptr_t)part + 1));
    return part;
}

Graph *pass_split(Arena *arena, const Graph *graph)
{
    Split s = {.arena = arena, .from = graph, .to = graph_new(arena, graph), .needed = graph_reachable(arena, graph), .made = map_new(arena)};
    s.map = arena_array(arena, graph->count + 1, sizeof *s.map);
    s.parts = arena_array(arena, graph->count + 1, sizeof *s.parts);
    s.of = arena_array(arena, graph->count + 1, sizeof *s.of);
    find_parts(&s);
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        s.map[i] = NODE_NONE;
        if (!s.needed[i] || s.parts[i])
            continue;
        s.place = node->place;
        if (is_slice(graph, node) && s.parts[node->input[0]]) {
            int64_t offset = offset_of(graph, node);
            s.map[i] = reshape(&s, part_of(&s, node->input[0], offset, offset + shape_count(node->type.shape)), node->type.shape);
            if (node->label && !s.to->node[s.map[i]].label)
                s.to->node[s.map[i]].label = node->label;
        } else {
            s.map[i] = graph_copy(s.to, node, s.map);
        }
    }
    graph_connect(s.to, graph, s.map);
    return pass_clean(arena, s.to);
}
