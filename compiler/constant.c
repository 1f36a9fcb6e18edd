/* constant.c: computes fixed nodes when they are asked for, and keeps what it has.
 * In: a graph and a seed. Out: arrays of doubles, one a node. A node's inputs are computed before it
 * from a list of work rather than by recursion: an expression may be as deep as a file is long. */
#include "constant.h"

#include "op_eval.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

struct Constants {
    Arena *arena;
    const Graph *graph;
    uint64_t seed;
    double **value;          /* of each node; NULL until it is asked for */
    size_t room;             /* nodes that `value` has a place for */
};

Constants *constants_new(Arena *arena, const Graph *graph, uint64_t seed)
{
    Constants *constants = arena_alloc(arena, sizeof *constants);
    constants->arena = arena;
    constants->graph = graph;
    constants->seed = seed;
    return constants;
}

/* The generator splitmix64: every state gives good numbers, so a name's hash can be one. */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint64_t random_start(uint64_t seed, const char *name)
{
    uint64_t state = seed ^ 0xcbf29ce484222325u; /* FNV-1a */
    for (const char *c = name; c && *c; c++)
        state = (state ^ (unsigned char)*c) * 0x100000001b3u;
    return random_next(&state);
}

static void random_fill(const Node *node, uint64_t seed, double *out, int64_t count)
{
    Shape shape = node->type.shape;
    uint64_t state = random_start(seed, node->name);
    double bound = shape.rank <= 1 ? 0.5 : 1 / sqrt((double)shape.dim[shape.rank - 1]);
    for (int64_t i = 0; i < count; i++) {
        uint64_t bits = random_next(&state);
        double unit = (double)(bits >> 11) * 0x1p-53;
        if (node->type.tokens > 0)
            out[i] = (double)(bits % (uint64_t)node->type.tokens);
        else
            out[i] = (double)(float)((2 * unit - 1) * bound);
    }
}

static void compute_operator(Constants *constants, const Node *node, double *out)
{
    Shape *shapes = arena_array(constants->arena, (size_t)node->count, sizeof *shapes);
    const double **in = arena_array(constants->arena, (size_t)node->count, sizeof *in);
    for (int i = 0; i < node->count; i++) {
        shapes[i] = constants->graph->node[node->input[i]].type.shape;
        in[i] = constants->value[node->input[i]];
    }
    op_eval(node->op, &node->at, shapes, in, node->count, node->type.shape, out);
}

/* Where the node's elements lie among its input's, one after the other; NULL where they do not. */
static double *inside_input(const Constants *constants, const Node *node)
{
    if (node->op != OP_RESHAPE && node->op != OP_SLICE)
        return NULL;
    const Shape in = constants->graph->node[node->input[0]].type.shape;
    double *from = constants->value[node->input[0]];
    if (node->op == OP_RESHAPE)
        return from;
    return shape_product(in, 0, node->at.axis) == 1 ? from + node->at.begin * shape_product(in, node->at.axis + 1, in.rank) : NULL;
}

static double *compute(Constants *constants, const Node *node)
{
    assert(node->fixed && shape_known(node->type.shape));
    double *there = inside_input(constants, node);
    if (there)
        return there;
    int64_t count = shape_count(node->type.shape);
    double *out = arena_array(constants->arena, (size_t)count, sizeof *out);
    if (node->op == OP_CONST) {
        for (int64_t i = 0; i < count; i++)
            out[i] = node->value;
    } else if (node->op == OP_TENSOR && node->tensor) {
        assert(node->tensor->count == (size_t)count);
        tensor_read_f64(node->tensor, out);
    } else if (node->op == OP_TENSOR) {
        random_fill(node, constants->seed, out, count);
    } else {
        compute_operator(constants, node, out);
    }
    return out;
}

static void make_room(Constants *constants)
{
    if (constants->room >= constants->graph->count)
        return;
    size_t room = constants->graph->count + constants->room;
    double **value = arena_array(constants->arena, room, sizeof *value);
    if (constants->room)
        memcpy(value, constants->value, constants->room * sizeof *value);
    constants->value = value;
    constants->room = room;
}

const double *constant_value(Constants *constants, NodeId id)
{
    assert(id >= 0 && (size_t)id < constants->graph->count);
    make_room(constants);
    size_t todo = 0, capacity = 0;
    NodeId *work = NULL;
    for (NodeId at = id; !constants->value[id];) {
        const Node *node = &constants->graph->node[at];
        NodeId missing = NODE_NONE;
        for (int i = 0; i < node->count && missing == NODE_NONE; i++)
            if (!constants->value[node->input[i]])
                missing = node->input[i];
        if (missing != NODE_NONE) {
            work = arena_grow(constants->arena, work, todo, &capacity, sizeof *work);
            work[todo++] = at;
            at = missing;
        } else {
            constants->value[at] = compute(constants, node);
            at = todo ? work[--todo] : id;
        }
    }
    return constants->value[id];
}

bool constant_finite(const Tensor *tensor, size_t *index)
{
    double part[256];
    const size_t room = sizeof part / sizeof *part;
    for (size_t begin = 0; begin < tensor->count; begin += room) {
        Tensor view = *tensor;
        view.count = tensor->count - begin < room ? tensor->count - begin : room;
        view.bytes = tensor->bytes + begin * dtype_size(tensor->dtype);
        tensor_read_f64(&view, part);
        for (size_t i = 0; i < view.count; i++)
            if (!(fabs(part[i]) <= (double)FLT_MAX)) {
                *index = begin + i;
                return false;
            }
    }
    return true;
}
