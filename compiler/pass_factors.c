/* pass_factors.c: what constants do to the vector of products becomes part of their matrices. M @ (s * v)
 * is (M * s) @ v, and M @ (W @ x + b) is (M @ W) @ x + M @ b: this saves a vector of its own, and a loop
 * over units. Only if all that uses the vector is such a product, and a product of matrices only where
 * that is not more to multiply at every step: two small matrices of low rank stay two. */
#include "pass.h"

enum { MAX_DEPTH = 64 };

typedef struct Vectors {
    const Graph *graph;
    const int *uses;
    bool *multiplied;        /* of each node: all that uses it are products with constant matrices */
    int64_t *rows;           /* of all these matrices together */
    bool *absorbed;          /* nothing is left of it */
} Vectors;

static bool is_product(const Graph *graph, const Node *node)
{
    return node->op == OP_MATMUL && pass_fusible(graph, node);
}

/* The operand that a constant multiplies or divides, or that is negated; -1: there is none. */
static int scaled_operand(const Graph *graph, const Node *node)
{
    if (node->fixed || node->type.shape.rank != 1)
        return -1;
    if (node->op == OP_NEG || (node->op == OP_DIV && graph->node[node->input[1]].fixed))
        return 0;
    if (node->op != OP_MUL)
        return -1;
    return graph->node[node->input[1]].fixed ? 0 : graph->node[node->input[0]].fixed ? 1 : -1;
}

/* How many numbers the matrices of a sum of products have for each row; -1: it is no such sum, or something else
 * uses a part of it. */
static int64_t columns_of(const Vectors *v, NodeId id, bool root, int depth)
{
    const Node *node = &v->graph->node[id];
    if (node->fixed)
        return 0;
    if ((!root && v->uses[id] != 1) || node->type.shape.rank != 1 || depth == MAX_DEPTH)
        return -1;
    if (is_product(v->graph, node))
        return v->graph->node[node->input[0]].type.shape.dim[1];
    int scaled = scaled_operand(v->graph, node);
    if (scaled >= 0)
        return columns_of(v, node->input[scaled], false, depth + 1);
    if (node->op != OP_ADD && node->op != OP_SUB)
        return -1;
    int64_t a = columns_of(v, node->input[0], false, depth + 1), b = columns_of(v, node->input[1], false, depth + 1);
    return a < 0 || b < 0 ? -1 : a + b;
}

/* Whether a vector that is a sum of products goes into the matrices of all products with it. */
static bool distributes(const Vectors *v, NodeId vector)
{
    if (!v->multiplied[vector])
        return false;
    int64_t columns = columns_of(v, vector, true, 0), rows = v->rows[vector], inner = v->graph->node[vector].type.shape.dim[0];
    return columns > 0 && rows * columns <= rows * inner + inner * columns;
}

/* So that a chain of products is not followed anew from each of them. */
static void find_absorbed(Arena *arena, Vectors *v)
{
    v->absorbed = arena_array(arena, v->graph->count + 1, sizeof *v->absorbed);
    for (size_t i = v->graph->count; i-- > 0;) {
        const Node *node = &v->graph->node[i];
        v->absorbed[i] = v->absorbed[i] || distributes(v, (NodeId)i);
        for (int k = 0; k < node->count && v->absorbed[i] && node->op != OP_MATMUL; k++)
            v->absorbed[node->input[k]] = !v->graph->node[node->input[k]].fixed;
    }
}

static Vectors find_vectors(Arena *arena, const Graph *graph)
{
    Vectors v = {.graph = graph, .uses = graph_uses(arena, graph)};
    int *products = arena_array(arena, graph->count + 1, sizeof *products);
    v.multiplied = arena_array(arena, graph->count + 1, sizeof *v.multiplied);
    v.rows = arena_array(arena, graph->count + 1, sizeof *v.rows);
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        if (!is_product(graph, node))
            continue;
        products[node->input[1]]++;
        v.rows[node->input[1]] += node->type.shape.dim[0];
    }
    for (size_t i = 0; i < graph->count; i++)
        v.multiplied[i] = products[i] > 0 && products[i] == v.uses[i];
    find_absorbed(arena, &v);
    return v;
}

/* ---- the new nodes ---- */

typedef struct Product {
    Copy *copy;
    Place place;
} Product;

static NodeId put(const Product *p, Op op, NodeId a, NodeId b)
{
    NodeId in[2] = {a, b};
    Node node = node_draft(op, p->place, op_info[op].arity, in);
    return graph_put(p->copy->to, &node);
}

/* The matrix with the factor of that node. */
static NodeId scaled_matrix(const Product *p, NodeId matrix, const Node *node, int scaled)
{
    if (node->op == OP_NEG)
        return put(p, OP_NEG, matrix, NODE_NONE);
    return put(p, node->op, matrix, p->copy->map[node->input[1 - scaled]]);
}

static NodeId product(const Product *p, NodeId matrix, NodeId vector);

/* matrix @ (the sum of products): a sum of products. */
static NodeId distribute(const Product *p, NodeId matrix, NodeId id)
{
    const Node *node = &p->copy->from->node[id];
    if (node->fixed) {
        NodeId vector = p->copy->map[id];
        if (node->type.shape.rank == 0) { /* a number for all elements */
            Shape shape = shape_vector(1, &p->copy->to->node[matrix].type.shape.dim[1]);
            vector = put(p, OP_ADD, graph_const(p->copy->to, 0, shape, p->place), vector);
        }
        return put(p, OP_MATMUL, matrix, vector);
    }
    if (node->op == OP_MATMUL)
        return product(p, put(p, OP_MATMUL, matrix, p->copy->map[node->input[0]]), node->input[1]);
    int scaled = scaled_operand(p->copy->from, node);
    if (scaled >= 0)
        return distribute(p, scaled_matrix(p, matrix, node, scaled), node->input[scaled]);
    return put(p, node->op, distribute(p, matrix, node->input[0]), distribute(p, matrix, node->input[1]));
}

/* matrix @ vector, with what the vector is made of in the matrix as far as that is good. */
static NodeId product(const Product *p, NodeId matrix, NodeId vector)
{
    const Vectors *v = p->copy->context;
    if (distributes(v, vector))
        return distribute(p, matrix, vector);
    for (bool only = v->multiplied[vector]; only;) {
        const Node *made = &v->graph->node[vector];
        int scaled = scaled_operand(v->graph, made);
        if (scaled < 0 || !shape_equal(v->graph->node[made->input[scaled]].type.shape, made->type.shape))
            break;
        matrix = scaled_matrix(p, matrix, made, scaled);
        vector = made->input[scaled];
        only = v->uses[vector] == 1;
    }
    return put(p, OP_MATMUL, matrix, p->copy->map[vector]);
}

static NodeId absorb(Copy *copy, const Node *node, NodeId id)
{
    const Vectors *v = copy->context;
    Product p = {copy, node->place};
    return is_product(copy->from, node) && !v->absorbed[id] ? product(&p, copy->map[node->input[0]], node->input[1]) : NODE_NONE;
}

Graph *pass_factors(Arena *arena, const Graph *graph)
{
    Vectors vectors = find_vectors(arena, graph);
    return pass_copy_with(arena, graph, absorb, &vectors);
}
