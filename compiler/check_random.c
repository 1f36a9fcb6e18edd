/* check_random.c: drawing: numbers of a bell curve, and tokens with given probabilities. What is drawn
 * follows from the model's seed, the place of the drawing and the step. */
#include "scope.h"

#include <math.h>
#include <string.h>

static NodeId uniform(Checker *c, Shape shape, Clocks clocks, Place place)
{
    Node draft = node_draft(OP_UNIFORM, place, 0, NULL);
    draft.at.shape = shape;
    draft.at.site = c->sites++;
    draft.type.clocks = clocks;
    return check_add(c, &draft).node;
}

static Value sample(Checker *c, Where w, const Expr *expr)
{
    static const Signature signature = {.name = {"p"}, .needed = 1};
    const Arg *arg[SIGNATURE_MAX];
    if (!check_signature(c, expr, &signature, arg))
        return value_none();
    NodeId p = check_number_arg(c, w, arg[0]);
    if (p == NODE_NONE)
        return value_none();
    Type type = c->graph->node[p].type;
    if (type.shape.rank < 0)
        return check_unknown_of(c, &p, 1, expr->place);
    if (type.shape.rank != 1) {
        diag_error(c->diag, arg[0]->value->place, "`sample` takes a vector of probabilities, and this is %s",
                   shape_text(c->arena, type.shape));
        return value_none();
    }
    NodeId in[2] = {p, uniform(c, shape_scalar(), type.clocks, expr->place)};
    Node draft = node_draft(OP_SAMPLE, expr->place, 2, in);
    return check_add(c, &draft);
}

static Value normal(Checker *c, Where w, const Expr *expr)
{
    static const Signature signature = {.name = {"n"}, .needed = 1, .over = true};
    const Arg *arg[SIGNATURE_MAX];
    if (!check_signature(c, expr, &signature, arg))
        return value_none();
    Clocks clocks = 0;
    for (const Name *over = arg[0]->over; over; over = over->next) {
        int clock = check_find_clock(c, w.scope, over->text, over->place, "draws over t");
        if (clock < 0)
            return clock == -3 ? value_none() : value_unknown_on(c, 0, expr->place);
        clocks |= (Clocks)1 << clock;
    }
    int64_t n = check_dim(c, w, arg[0]->value, 1, "the count of numbers");
    if (n == -2)
        return value_none();
    Shape shape = shape_vector(1, &n);
    NodeId u = uniform(c, shape, clocks, expr->place), v = uniform(c, shape, clocks, expr->place);
    if (u == NODE_NONE || v == NODE_NONE)
        return value_none();
    /* Box and Muller 1958: sqrt(-2 log(1 - u)) cos(2 pi v), where 1 - u is never 0. */
    Place place = expr->place;
    Value one_less = check_operator(c, "-", (Value[]){value_number(1), value_node(u)}, 2, place);
    Value logarithm = check_operator(c, "log", &one_less, 1, place);
    Value square = check_operator(c, "*", (Value[]){value_number(-2), logarithm}, 2, place);
    Value radius = check_operator(c, "sqrt", &square, 1, place);
    Value angle = check_operator(c, "*", (Value[]){value_number(2 * acos(-1.0)), value_node(v)}, 2, place);
    Value cosine = check_operator(c, "cos", &angle, 1, place);
    return check_operator(c, "*", (Value[]){radius, cosine}, 2, place);
}

Value check_random(Checker *c, Where w, const Expr *expr)
{
    if (strcmp(expr->text, "sample") == 0)
        return sample(c, w, expr);
    if (strcmp(expr->text, "normal") == 0)
        return normal(c, w, expr);
    return (Value){.kind = VALUE_UNKNOWN, .node = NODE_NONE};
}
