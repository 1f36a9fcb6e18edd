/* pass_sums.c: a sum with products gets one form: a constant, which is added when compiling, then
 * products, one for each vector, then the rest. Signs and constant factors of products become part of
 * their matrices. However the author wrote the sum, the kernel starts its accumulators at the
 * constant and adds one product after the other. */
#include "pass.h"

enum { MAX_TERMS = 32, MAX_DEPTH = 64 };

typedef struct Term {
    NodeId node;             /* old */
    NodeId scale;            /* new: a constant that it is multiplied with; NODE_NONE: nothing */
    bool minus;
} Term;

typedef struct Terms {
    const Copy *copy;
    Term term[MAX_TERMS];
    int count;
    Type type;               /* of the sum */
    Place place;
    bool products, signs;    /* there are products; differences or factors were opened */
    bool factors;            /* factors were */
} Terms;

static bool is_product(const Graph *graph, const Node *node)
{
    return node->op == OP_MATMUL && pass_fusible(graph, node);
}

/* Whether a value is a part of the sum that may be changed: nothing else uses it, and it is computed
 * as often. */
static bool inside(const Terms *terms, NodeId id)
{
    const Node *node = &terms->copy->from->node[id];
    return !node->fixed && terms->copy->uses[id] == 1 && shape_equal(node->type.shape, terms->type.shape)
           && node->type.clocks == terms->type.clocks;
}

/* The operand that a constant multiplies or divides; -1: there is none. */
static int scaled_operand(const Graph *graph, const Node *node)
{
    if ((node->op != OP_MUL && node->op != OP_DIV) || node->fixed)
        return -1;
    if (graph->node[node->input[1]].fixed)
        return 0;
    return node->op == OP_MUL && graph->node[node->input[0]].fixed ? 1 : -1;
}

/* Whether a value is made of constants and products only, so that a factor disappears in them. */
static bool pure(const Terms *terms, NodeId id, int depth)
{
    const Graph *graph = terms->copy->from;
    const Node *node = &graph->node[id];
    if (node->fixed || depth == MAX_DEPTH)
        return node->fixed;
    if (!inside(terms, id))
        return false;
    int scaled = scaled_operand(graph, node);
    if (scaled >= 0)
        return pure(terms, node->input[scaled], depth + 1);
    if (node->op == OP_NEG)
        return pure(terms, node->input[0], depth + 1);
    if (node->op == OP_ADD || node->op == OP_SUB)
        return pure(terms, node->input[0], depth + 1) && pure(terms, node->input[1], depth + 1);
    return is_product(graph, node);
}

static NodeId put(const Terms *terms, Op op, NodeId a, NodeId b)
{
    NodeId in[2] = {a, b};
    Node node = node_draft(op, terms->place, op_info[op].arity, in);
    return graph_put(terms->copy->to, &node);
}

/* A constant factor more: of what is multiplied with `scale` already. */
static NodeId scale_by(const Terms *terms, const Node *node, int scaled, NodeId scale)
{
    NodeId factor = terms->copy->map[node->input[1 - scaled]];
    if (node->op == OP_DIV)
        factor = put(terms, OP_DIV, graph_const(terms->copy->to, 1, shape_scalar(), terms->place), factor);
    return scale == NODE_NONE ? factor : put(terms, OP_MUL, scale, factor);
}

static bool collect(Terms *terms, Term at, int depth)
{
    const Graph *graph = terms->copy->from;
    const Node *node = &graph->node[at.node];
    int scaled = scaled_operand(graph, node);
    if (depth == MAX_DEPTH)
        return false;
    if (depth == 0 || inside(terms, at.node)) {
        Term a = at, b = at;
        a.node = node->count > 0 ? node->input[0] : NODE_NONE;
        b.node = node->count > 1 ? node->input[1] : NODE_NONE;
        if (node->op == OP_ADD)
            return collect(terms, a, depth + 1) && collect(terms, b, depth + 1);
        bool signs = terms->signs;
        terms->signs = true;
        if (node->op == OP_SUB) {
            b.minus = !b.minus;
            return collect(terms, a, depth + 1) && collect(terms, b, depth + 1);
        }
        if (node->op == OP_NEG) {
            a.minus = !a.minus;
            return collect(terms, a, depth + 1);
        }
        if (scaled >= 0 && pure(terms, node->input[scaled], depth)) {
            terms->factors = true;
            a.node = node->input[scaled];
            a.scale = scale_by(terms, node, scaled, at.scale);
            return collect(terms, a, depth + 1);
        }
        terms->signs = signs;
    }
    if (terms->count == MAX_TERMS || depth == 0)
        return false;
    terms->products = terms->products || (is_product(graph, node) && inside(terms, at.node));
    terms->term[terms->count++] = at;
    return true;
}

enum { CONSTANTS, PRODUCTS, REST, RANKS };

/* Whether two terms are products of one vector. */
static bool same_vector(const Terms *terms, const Term *a, const Term *b)
{
    const Graph *graph = terms->copy->from;
    if (a->node == NODE_NONE || b->node == NODE_NONE)
        return false;
    const Node *p = &graph->node[a->node], *q = &graph->node[b->node];
    return is_product(graph, p) && is_product(graph, q) && p->input[1] == q->input[1];
}

/* A product that something else needs as well counts as one if the sum has another one of its vector, whose matrix
 * can take it. */
static int rank_of(const Terms *terms, const Term *term)
{
    if (terms->copy->from->node[term->node].fixed)
        return CONSTANTS;
    for (int i = 0; i < terms->count; i++)
        if (same_vector(terms, term, &terms->term[i]) && inside(terms, terms->term[i].node))
            return PRODUCTS;
    return REST;
}

/* The matrix of a product with the term's sign and factor: a factor for each row turns with the matrix. */
static NodeId matrix_of(const Terms *terms, const Term *term)
{
    const Copy *copy = terms->copy;
    NodeId matrix = copy->map[copy->from->node[term->node].input[0]];
    if (term->minus)
        matrix = put(terms, OP_NEG, matrix, NODE_NONE);
    if (term->scale == NODE_NONE)
        return matrix;
    if (copy->to->node[term->scale].type.shape.rank == 0)
        return put(terms, OP_MUL, matrix, term->scale);
    return put(terms, OP_TRANSPOSE, put(terms, OP_MUL, put(terms, OP_TRANSPOSE, matrix, NODE_NONE), term->scale), NODE_NONE);
}

/* The product of a term and of all later ones of the same vector, which are taken out of the list. */
static NodeId product_of(Terms *terms, int first)
{
    const Copy *copy = terms->copy;
    const Node *node = &copy->from->node[terms->term[first].node];
    NodeId matrix = matrix_of(terms, &terms->term[first]);
    for (int i = first + 1; i < terms->count; i++) {
        if (!same_vector(terms, &terms->term[first], &terms->term[i]))
            continue;
        matrix = put(terms, OP_ADD, matrix, matrix_of(terms, &terms->term[i]));
        terms->term[i].node = NODE_NONE;
    }
    Node product = node_draft(OP_MATMUL, node->place, 2, (NodeId[]){matrix, copy->map[node->input[1]]});
    product.label = node->label;
    return graph_put(copy->to, &product);
}

/* Products that other sums have, too, are added up on their own and in the order of their numbers: however each
 * of those sums was written, this part is then one node. NODE_NONE: there are no two. */
static NodeId shared_products(Terms *terms)
{
    const Copy *copy = terms->copy;
    int shared[MAX_TERMS], count = 0;
    for (int i = 0; i < terms->count; i++) {
        const Term *term = &terms->term[i];
        if (!is_product(copy->from, &copy->from->node[term->node]) || term->minus || rank_of(terms, term) == PRODUCTS)
            continue;
        int at = count++;
        for (; at > 0 && copy->map[terms->term[shared[at - 1]].node] > copy->map[term->node]; at--)
            shared[at] = shared[at - 1];
        shared[at] = i;
    }
    if (count < 2)
        return NODE_NONE;
    NodeId sum = copy->map[terms->term[shared[0]].node];
    for (int i = 1; i < count; i++)
        sum = put(terms, OP_ADD, sum, copy->map[terms->term[shared[i]].node]);
    for (int i = 0; i < count; i++)
        terms->term[shared[i]].node = NODE_NONE;
    return sum;
}

static NodeId add_up(Terms *terms)
{
    const Copy *copy = terms->copy;
    NodeId shared = shared_products(terms), sum = NODE_NONE;
    for (int rank = 0; rank < RANKS; rank++)
        for (int i = 0; i < terms->count; i++) {
            Term *term = &terms->term[i];
            if (term->node == NODE_NONE || rank_of(terms, term) != rank)
                continue;
            bool minus = term->minus && rank != PRODUCTS;
            NodeId value = rank == PRODUCTS ? product_of(terms, i) : copy->map[term->node];
            if (rank == CONSTANTS && term->scale != NODE_NONE)
                value = put(terms, OP_MUL, term->scale, value);
            term->node = NODE_NONE; /* done */
            if (sum == NODE_NONE)
                sum = minus ? put(terms, OP_NEG, value, NODE_NONE) : value;
            else
                sum = put(terms, minus ? OP_SUB : OP_ADD, sum, value);
        }
    return shared == NODE_NONE ? sum : sum == NODE_NONE ? shared : put(terms, OP_ADD, sum, shared);
}

/* Of each node: its value is rounded to a whole number further on. A sum of whole numbers is exact, and what it is
 * multiplied with then must not move it across a half. */
static const bool *find_rounded(Arena *arena, const Graph *graph)
{
    bool *rounded = arena_array(arena, graph->count + 1, sizeof *rounded);
    for (size_t i = graph->count; i-- > 0;) {
        const Node *node = &graph->node[i];
        bool rounds = node->op == OP_ROUND || node->op == OP_FLOOR || node->op == OP_TOKEN;
        bool passes = node->op == OP_MINIMUM || node->op == OP_MAXIMUM || node->op == OP_ABS || node->op == OP_NEG
                      || node->op == OP_ADD || node->op == OP_SUB;
        for (int k = 0; k < node->count; k++)
            rounded[node->input[k]] = rounded[node->input[k]] || rounds || (passes && rounded[i]);
    }
    return rounded;
}

static NodeId order(Copy *copy, const Node *node, NodeId id)
{
    const bool *rounded = copy->context;
    bool sum = node->op == OP_ADD || node->op == OP_SUB || node->op == OP_NEG || scaled_operand(copy->from, node) >= 0;
    if (!sum || node->fixed || node->type.shape.rank != 1)
        return NODE_NONE;
    Terms terms = {.copy = copy, .type = node->type, .place = node->place};
    if (!collect(&terms, (Term){id, NODE_NONE, false}, 0) || (terms.signs && !terms.products) || (terms.factors && rounded[id]))
        return NODE_NONE;
    return add_up(&terms);
}

Graph *pass_sums(Arena *arena, const Graph *graph)
{
    return pass_copy_with(arena, graph, order, find_rounded(arena, graph));
}
