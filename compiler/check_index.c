/* check_index.c: brackets: delays along clocks, and elements, slices and rows along axes. */
#include "scope.h"

#include <string.h>

/* Of a cell's t delays follow the call's direction, and start anew with it. */
static Delay delay_of(const Scope *scope, const Expr *name, int clock, int steps, bool ahead)
{
    bool mine = scope->caller && strcmp(name->text, "t") == 0;
    return (Delay){.clock = clock, .steps = steps, .ahead = ahead, .backward = ahead != (mine && scope->backward),
                   .reset = mine && !ahead ? scope->reset : NODE_NONE};
}

/* A weight is the same at every step: who writes E[s+1] means a row. */
static bool is_step_of(Checker *c, Where w, const Expr *expr, const char *clock)
{
    const Variable *variable = expr->left->kind == EXPR_NAME ? scope_find(c, w.scope, expr->left->text) : NULL;
    if (!variable || variable->kind != VAR_WEIGHT)
        return true;
    diag_error(c->diag, expr->place, "%s is a weight, the same at every step of %s: this is another step, not another row", variable->name, clock);
    diag_hint(c->diag, "`%s[%s]` is a row for each step; `%s[1:][%s]` the row after it", variable->name, clock, variable->name, clock);
    return false;
}

/* E[t-1] and its like. False where the bracket names no clock. */
static bool check_clock_index(Checker *c, Where w, const Expr *expr, Value *value)
{
    const Expr *at = expr->index->low;
    if (expr->index->next || expr->index->slice)
        return false;
    *value = value_none();
    if (check_is_clock(c, &w, at)) {
        *value = check_row_of_step(c, w, expr, at);
        return true;
    }
    bool minus = at->kind == EXPR_OPERATOR && at->right && strcmp(at->text, "-") == 0;
    bool plus = at->kind == EXPR_OPERATOR && at->right && strcmp(at->text, "+") == 0;
    if ((!minus && !plus) || !check_is_clock(c, &w, at->left))
        return false;
    int64_t steps = check_dim(c, w, at->right, 0, "a delay");
    if (steps > 4096) {
        diag_error(c->diag, at->right->place, "a delay of %lld steps: at most 4096 are supported", (long long)steps);
        return true;
    }
    int clock = steps == -2 ? -3 : check_find_clock(c, w.scope, at->left->text, at->left->place, "has a state");
    if (steps == -1 || clock == -1 || clock == -2)
        *value = value_unknown_on(c, clock_bit(clock), expr->place);
    if (steps < 0 || clock < 0)
        return true;
    if (!is_step_of(c, w, expr, at->left->text))
        return true;
    if (plus && steps && !check_bounded(c, clock, expr->place, "a value of a later step"))
        return true;
    *value = steps == 0 ? check_expr(c, w, expr->left) : check_delay(c, w, expr, delay_of(w.scope, at->left, clock, (int)steps, plus));
    return true;
}

static NodeId slice(Checker *c, NodeId node, int axis, int64_t begin, int64_t end, Place place)
{
    Node draft = node_draft(OP_SLICE, place, 1, &node);
    draft.at.axis = axis;
    draft.at.begin = begin;
    draft.at.end = end;
    return check_add(c, &draft).node;
}

static NodeId drop_axis(Checker *c, NodeId node, int axis, Place place)
{
    if (node == NODE_NONE)
        return NODE_NONE;
    Shape shape = c->graph->node[node].type.shape;
    for (int i = axis; i + 1 < shape.rank; i++)
        shape.dim[i] = shape.dim[i + 1];
    shape.rank--;
    Node draft = node_draft(OP_RESHAPE, place, 1, &node);
    draft.at.shape = shape;
    return check_add(c, &draft).node;
}

static NodeId check_slice(Checker *c, Where w, NodeId node, int axis, const Index *index)
{
    int64_t length = c->graph->node[node].type.shape.dim[axis];
    int64_t begin = index->low ? check_dim(c, w, index->low, 0, "the begin of a slice") : 0;
    int64_t end = index->high ? check_dim(c, w, index->high, 1, "the end of a slice") : length;
    if (begin == -2 || end == -2)
        return NODE_NONE;
    if (begin == -1 || end == -1)
        return value_unknown_node(c, node, index->place).node;
    return slice(c, node, axis, begin, end, index->place);
}

static NodeId check_row(Checker *c, NodeId node, int axis, NodeId row, Place place)
{
    Type type = c->graph->node[row].type;
    if (type.shape.rank < 0)
        return value_unknown_node(c, row, place).node;
    if (!type.tokens || type.shape.rank) {
        diag_error(c->diag, place, "an index must be known when compiling, or a token");
        diag_hint(c->diag, "a token is an input `token[V]`, or what `argmax` gives");
        return NODE_NONE;
    }
    int64_t rows = c->graph->node[node].type.shape.dim[axis];
    if (rows >= 0 && type.tokens > rows) {
        diag_error(c->diag, place, "a token of %lld values as an index of an axis of %lld", (long long)type.tokens,
                   (long long)rows);
        return NODE_NONE;
    }
    NodeId in[2] = {node, row};
    Node draft = node_draft(OP_ROW, place, 2, in);
    draft.at.axis = axis;
    return check_add(c, &draft).node;
}

/* One index of one axis; *axis is moved on where the axis stays. */
static NodeId check_axis_index(Checker *c, Where w, NodeId node, int *axis, const Index *index, const Expr *base)
{
    Shape shape = c->graph->node[node].type.shape;
    if (*axis >= shape.rank) {
        diag_error(c->diag, index->place, "too many indices: after those before it %s is %s",
                   base->kind == EXPR_NAME ? base->text : "the value", shape_text(c->arena, shape));
        return NODE_NONE;
    }
    if (index->slice)
        return check_slice(c, w, node, (*axis)++, index);
    Value at = check_expr(c, w, index->low);
    if (at.kind == VALUE_NONE)
        return NODE_NONE;
    if (at.kind == VALUE_NODE)
        return check_row(c, node, *axis, at.node, index->place);
    if (at.kind == VALUE_UNKNOWN)
        return value_unknown_node(c, node, index->place).node;
    if (!value_is_integer(at) || at.number < 0 || (shape.dim[*axis] >= 0 && at.number >= (double)shape.dim[*axis])) {
        diag_error(c->diag, index->place, "index %.10g of %s: axis %d has the elements 0 to %lld", at.number,
                   shape_text(c->arena, shape), *axis, (long long)shape.dim[*axis] - 1);
        return NODE_NONE;
    }
    NodeId one = slice(c, node, *axis, (int64_t)at.number, (int64_t)at.number + 1, index->place);
    return drop_axis(c, one, *axis, index->place);
}

/* A variable with the name of a clock hides it: h[a-1] is then no step. */
static bool hides_clock(Checker *c, Where w, const Expr *expr)
{
    const Expr *at = expr->index->low;
    if (expr->index->next || expr->index->slice || at->kind != EXPR_OPERATOR || !at->right || at->left->kind != EXPR_NAME)
        return false;
    const Variable *variable = scope_find(c, w.scope, at->left->text);
    if (!variable || variable->kind != VAR_EQUATION || variable->value.kind != VALUE_NODE || scope_clock(w.scope, at->left->text) == -1)
        return false;
    diag_error(c->diag, at->left->place, "%s is a variable here, and hides the clock %s", at->left->text, at->left->text);
    diag_note(c->diag, variable->place, "the variable is defined here");
    diag_hint(c->diag, "give one of the two another name");
    return true;
}

/* What is no delay but was meant to be one: its variable would be evaluated, and be a cycle. */
static bool is_no_delay(Checker *c, Where w, const Expr *expr)
{
    const Expr *at = expr->index->low;
    if (expr->index->next || expr->index->slice || at->kind != EXPR_OPERATOR)
        return false;
    if (at->right && at->left->kind == EXPR_NAME && !where_find(c, &w, at->left->text) && !check_is_clock(c, &w, at->left)) {
        scope_unknown_name(c, w.scope, at->left->text, at->left->place);
        return true;
    }
    const Variable *variable = expr->left->kind == EXPR_NAME ? where_find(c, &w, expr->left->text) : NULL;
    if (at->right || at->left->kind != EXPR_NUMBER || !variable || variable->progress != STATE_BUSY)
        return false;
    diag_error(c->diag, at->place, "an index is an element, counted from 0, and never below");
    diag_hint(c->diag, "`%s[t-%g]` reads an earlier step; a line `%s[-1] = ...` gives the value before the first one",
              variable->name, at->left->number, variable->name);
    return true;
}

Value check_index(Checker *c, Where w, const Expr *expr)
{
    if (hides_clock(c, w, expr) || is_no_delay(c, w, expr))
        return value_none();
    Value value;
    if (check_clock_index(c, w, expr, &value))
        return value;
    value = check_expr(c, w, expr->left);
    NodeId node = value_as_node(c, value, expr->left->place);
    int axis = 0;
    for (const Index *index = expr->index; index && node != NODE_NONE; index = index->next) {
        if (c->graph->node[node].type.shape.rank < 0)
            return value_unknown_node(c, node, expr->place);
        node = check_axis_index(c, w, node, &axis, index, expr->left);
    }
    return value_node(node);
}
