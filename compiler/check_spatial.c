/* check_spatial.c: operators on lines and pictures, and the outer product. */
#include "scope.h"

#include <string.h>

/* stride=, pad= and the like: a static whole number, `without` where it is not given; -1 not known yet, -2 reported. */
static int64_t whole(Checker *c, Where w, const Arg *arg, int64_t least, int64_t without, const char *what)
{
    return arg ? check_dim(c, w, arg->value, least, what) : without;
}

static Value conv(Checker *c, Where w, const Expr *expr, int axes)
{
    static const Signature signature = {.name = {"x", "K", "stride", "pad"}, .needed = 2};
    const Arg *arg[SIGNATURE_MAX];
    if (!check_signature(c, expr, &signature, arg))
        return value_none();
    NodeId in[2] = {check_number_arg(c, w, arg[0]), check_number_arg(c, w, arg[1])};
    int64_t stride = whole(c, w, arg[2], 1, 1, "a stride"), pad = whole(c, w, arg[3], 0, 0, "the padding");
    if (in[0] == NODE_NONE || in[1] == NODE_NONE || stride == -2 || pad == -2)
        return value_none();
    bool known = stride >= 0 && pad >= 0;
    for (int i = 0; i < 2; i++) {
        Shape shape = c->graph->node[in[i]].type.shape;
        int want = axes + 1 + i;
        known = known && shape.rank >= 0;
        if (shape.rank < 0 || shape.rank == want)
            continue;
        diag_error(c->diag, arg[i]->value->place, "`%s` takes x: %s and K: %s, and %s is %s here", expr->text,
                   axes == 1 ? "[l, c]" : "[h, w, c]", axes == 1 ? "[k, c, o]" : "[kh, kw, c, o]", signature.name[i],
                   shape_text(c->arena, shape));
        if (i == 0 && shape.rank == axes)
            diag_hint(c->diag, "the last axis is that of the channels, if only one: reshape(x, [..., 1])");
        else if (shape.rank == 4 - axes + i)
            diag_hint(c->diag, "`conv%dd` takes that", 3 - axes);
        return value_none();
    }
    if (!known)
        return check_unknown_of(c, in, 2, expr->place);
    Node draft = node_draft(OP_CONV, expr->place, 2, in);
    draft.at.stride = stride;
    draft.at.pad = pad;
    return check_add(c, &draft);
}

static Value pool(Checker *c, Where w, const Expr *expr, Op op)
{
    static const Signature signature = {.name = {"x", "k", "stride"}, .needed = 2};
    const Arg *arg[SIGNATURE_MAX];
    if (!check_signature(c, expr, &signature, arg))
        return value_none();
    NodeId in = check_number_arg(c, w, arg[0]);
    int64_t window = whole(c, w, arg[1], 1, 1, "a window"), stride = whole(c, w, arg[2], 1, window, "a stride");
    if (in == NODE_NONE || window == -2 || stride == -2)
        return value_none();
    Shape shape = c->graph->node[in].type.shape;
    if (shape.rank >= 0 && shape.rank != 2 && shape.rank != 3) {
        diag_error(c->diag, arg[0]->value->place, "`%s` takes [l, c] or [h, w, c], and this is %s", expr->text,
                   shape_text(c->arena, shape));
        if (shape.rank == 1)
            diag_hint(c->diag, "the last axis is that of the channels, if only one: reshape(x, [..., 1])");
        return value_none();
    }
    if (shape.rank < 0 || window < 0 || stride < 0)
        return check_unknown_of(c, &in, 1, expr->place);
    Node draft = node_draft(op, expr->place, 1, &in);
    draft.at.window = window;
    draft.at.stride = stride;
    return check_add(c, &draft);
}

/* a b^T, as the product of a column and a row. */
static Value outer(Checker *c, Where w, const Expr *expr)
{
    static const Signature signature = {.name = {"a", "b"}, .needed = 2};
    const Arg *arg[SIGNATURE_MAX];
    if (!check_signature(c, expr, &signature, arg))
        return value_none();
    NodeId in[2] = {check_number_arg(c, w, arg[0]), check_number_arg(c, w, arg[1])};
    if (in[0] == NODE_NONE || in[1] == NODE_NONE)
        return value_none();
    for (int i = 0; i < 2; i++) {
        Shape shape = c->graph->node[in[i]].type.shape;
        if (shape.rank >= 0 && shape.rank != 1) {
            diag_error(c->diag, arg[i]->value->place, "`outer` takes two vectors, and this is %s", shape_text(c->arena, shape));
            return value_none();
        }
        if (shape.rank < 0)
            shape = shape_vector(1, (int64_t[]){-1});
        Node turned = node_draft(OP_RESHAPE, expr->place, 1, &in[i]);
        turned.at.shape = shape_vector(2, (int64_t[]){i == 0 ? shape.dim[0] : 1, i == 0 ? 1 : shape.dim[0]});
        in[i] = check_add(c, &turned).node;
    }
    Node draft = node_draft(OP_MATMUL, expr->place, 2, in);
    return check_add(c, &draft);
}

Value check_spatial(Checker *c, Where w, const Expr *expr)
{
    if (strcmp(expr->text, "conv1d") == 0 || strcmp(expr->text, "conv2d") == 0)
        return conv(c, w, expr, expr->text[4] - '0');
    if (strcmp(expr->text, "max_pool") == 0)
        return pool(c, w, expr, OP_MAX_POOL);
    if (strcmp(expr->text, "avg_pool") == 0)
        return pool(c, w, expr, OP_AVG_POOL);
    if (strcmp(expr->text, "outer") == 0)
        return outer(c, w, expr);
    return (Value){.kind = VALUE_UNKNOWN, .node = NODE_NONE};
}
