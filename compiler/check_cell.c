/* check_cell.c: a call of a cell: a scope of its own, parameters bound to arguments, dimensions taken
 * from their shapes, and the clock that the call steps along. */
#include "scope.h"

#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 200 };   /* of cells calling cells: a cell that calls itself has no end */

/* ---- arguments ---- */

static const Param *find_param(const Item *cell, const char *name)
{
    for (const Param *param = cell->params; param; param = param->next)
        if (strcmp(param->name->text, name) == 0)
            return param;
    return NULL;
}

/* The argument of a parameter: by name, or by position among those that are not named. */
const Arg *check_find_arg(const Expr *call, const Item *cell, const Param *wanted)
{
    for (const Arg *arg = call->args; arg; arg = arg->next)
        if (arg->name && strcmp(arg->name->text, wanted->name->text) == 0)
            return arg;
    const Param *param = cell->params;
    for (const Arg *arg = call->args; arg; arg = arg->next) {
        if (arg->name)
            continue;
        if (!param)
            return NULL;
        if (param == wanted)
            return arg;
        param = param->next;
    }
    return NULL;
}

static bool is_reset(const Item *cell, const Arg *arg)
{
    return arg->name && strcmp(arg->name->text, "reset") == 0 && !find_param(cell, "reset");
}

static bool check_args(Checker *c, const Expr *call, Fn fn)
{
    int given = 0, wanted = 0;
    for (const Param *param = fn.cell->params; param; param = param->next)
        wanted++;
    for (const Arg *arg = call->args; arg; arg = arg->next) {
        given += !is_reset(fn.cell, arg);
        if (arg->name && !is_reset(fn.cell, arg) && !find_param(fn.cell, arg->name->text)) {
            diag_error(c->diag, arg->name->place, "`%s` has no parameter %s", fn.name, arg->name->text);
            diag_note(c->diag, fn.cell->name->place, "`%s` is defined here", fn.name);
            check_hint_param(c, fn.cell, arg->name->text);
            return false;
        }
    }
    for (const Param *param = fn.cell->params; param; param = param->next) {
        const Arg *first = NULL;
        int position = 0;
        for (const Param *p = fn.cell->params; p != param; p = p->next)
            position++;
        for (const Arg *arg = call->args; arg; arg = arg->next) {
            bool this_one = arg->name ? strcmp(arg->name->text, param->name->text) == 0 : position-- == 0;
            if (this_one && first) {
                diag_error(c->diag, arg->name ? arg->name->place : arg->value->place, "the argument %s of `%s` is given twice",
                           param->name->text, fn.name);
                diag_note(c->diag, first->value->place, "it is also given here");
                return false;
            }
            first = this_one ? arg : first;
        }
    }
    if (given > wanted) {
        diag_error(c->diag, call->place, "`%s` has %d parameter%s, and %d arguments here", fn.name, wanted, wanted == 1 ? "" : "s", given);
        diag_note(c->diag, fn.cell->name->place, "`%s` is defined here", fn.name);
        return false;
    }
    for (const Param *param = fn.cell->params; param; param = param->next)
        if (!check_find_arg(call, fn.cell, param) && !param->value) {
            diag_error(c->diag, call->place, "`%s` needs an argument for %s", fn.name, param->name->text);
            diag_note(c->diag, param->name->place, "the parameter is declared here");
            return false;
        }
    return true;
}

Value check_fn_argument(Checker *c, Where w, const Expr *expr)
{
    Value value = {.kind = VALUE_FN, .node = NODE_NONE};
    const Variable *local = expr->kind == EXPR_NAME ? where_find(c, &w, expr->text) : NULL;
    if (local && local->value.kind == VALUE_FN)
        return local->value;
    if (expr->kind == EXPR_NAME && check_find_fn(c, w.scope, expr->text, &value.fn))
        return value;
    diag_error(c->diag, expr->place, "the name of a function or a cell is needed here");
    return value_none();
}

/* Static parameters and values alike: the argument in the caller's scope, the default in the cell's. */
static void bind(Checker *c, Where w, Scope *callee, const Expr *call, const Param *param)
{
    const Arg *arg = check_find_arg(call, callee->item, param);
    const Expr *expr = arg ? arg->value : param->value;
    Variable *variable = scope_add(c, callee, param->kind == PARAM_VALUE ? VAR_ARGUMENT : VAR_STATIC, param->name);
    variable->type = param->type;
    Where inner = w;
    inner.whole = NULL;
    inner.backward = false;
    if (!arg)
        inner = (Where){.scope = callee, .owner = param->name->text};
    switch (param->kind) {
    case PARAM_FN: variable->value = check_fn_argument(c, inner, expr); break;
    case PARAM_DIM: {
        int64_t size = check_dim(c, inner, expr, 0, param->name->text);
        variable->value = size >= 0 ? value_number((double)size)
                                    : (Value){.kind = size == -1 ? VALUE_UNKNOWN : VALUE_NONE, .node = NODE_NONE};
        break;
    }
    case PARAM_NUMBER:
        variable->value = check_expr(c, inner, expr);
        if (variable->value.kind == VALUE_NODE) {
            diag_error(c->diag, expr->place, "%s must be a number that is known when compiling", param->name->text);
            variable->value = value_none();
        }
        break;
    case PARAM_VALUE:
        variable->argument = arg && expr->kind == EXPR_NAME ? where_find(c, &inner, expr->text) : NULL;
        variable->value = check_expr(c, inner, expr);
        if (param->type && variable->value.kind != VALUE_NONE)
            variable->value = value_node(value_as_node(c, variable->value, expr->place));
        break;
    }
    variable->progress = STATE_DONE;
}

/* ---- shapes of parameters ---- */

/* A bare name that nothing else defines is bound by the argument; anything else is only checked. */
static bool match_dim(Checker *c, Scope *callee, const Expr *pattern, int64_t size)
{
    if (pattern->kind == EXPR_NAME && !scope_find(c, callee, pattern->text)) {
        scope_set_static(c, callee, pattern->text, size < 0 ? NAN : (double)size, pattern->place);
        return true;
    }
    int64_t want = check_dim(c, (Where){.scope = callee}, pattern, 1, "a dimension");
    return want < 0 || size < 0 || want == size;
}

static const char *type_text(Checker *c, const TypeExpr *type)
{
    Out *out = out_new(c->arena);
    for (const ExprList *dim = type->dims; dim; dim = dim->next) {
        ast_print_expr(out, dim->value);
        out_text(out, dim->next ? ", " : "");
    }
    return arena_printf(c->arena, type->token ? "token[%s]" : "[%s]", out->text);
}

static void mismatch(Checker *c, const Expr *call, const Param *param, Shape shape, const char *cell)
{
    const Expr *place = call;
    for (const Arg *arg = call->args; arg; arg = arg->next)
        if ((arg->name && strcmp(arg->name->text, param->name->text) == 0))
            place = arg->value;
    diag_error(c->diag, place->place, "the argument %s of `%s` is %s, and %s is needed", param->name->text, cell,
               shape_text(c->arena, shape), type_text(c, param->type));
    diag_note(c->diag, param->name->place, "the parameter is declared here");
}

static void match_shape(Checker *c, Scope *callee, const Expr *call, const Param *param)
{
    Variable *variable = map_get(callee->vars, param->name->text);
    if (!param->type || !variable)
        return;
    if (variable->value.kind != VALUE_NODE) { /* reported already: the names in its shape are not to blame */
        for (const ExprList *dim = param->type->dims; dim; dim = dim->next)
            if (dim->value->kind == EXPR_NAME && !scope_find(c, callee, dim->value->text))
                scope_set_static(c, callee, dim->value->text, NAN, dim->value->place);
        return;
    }
    const Arg *arg = check_find_arg(call, callee->item, param);
    Type type = c->graph->node[variable->value.node].type;
    if (param->type->token) {
        if (type.shape.rank >= 0 && !type.tokens) {
            diag_error(c->diag, arg ? arg->value->place : call->place, "the argument %s of `%s` must be a token, and is a number",
                       param->name->text, callee->item->name->text);
            diag_note(c->diag, param->name->place, "the parameter is declared here");
        } else if (!match_dim(c, callee, param->type->dims->value, type.tokens ? type.tokens : -1)) {
            diag_error(c->diag, arg ? arg->value->place : call->place, "the argument %s is a token of %lld values, and %s is needed",
                       param->name->text, (long long)type.tokens, type_text(c, param->type));
        }
        return;
    }
    int rank = 0;
    for (const ExprList *dim = param->type->dims; dim; dim = dim->next)
        rank++;
    bool fits = type.shape.rank < 0 || type.shape.rank == rank, same = true;
    int i = 0;
    for (const ExprList *dim = param->type->dims; dim && fits; dim = dim->next, i++)
        same = match_dim(c, callee, dim->value, type.shape.rank < 0 ? -1 : type.shape.dim[i]) && same;
    if (!fits || !same) {
        Expr at = *call;
        if (arg)
            at.place = arg->value->place;
        at.args = NULL;
        mismatch(c, &at, param, type.shape, callee->item->name->text);
        variable->value = value_none();
    }
}

/* ---- starting anew ---- */

/* reset=COND: a number in the caller; where that call starts anew, this one does if it steps along the same clock. */
static bool bind_reset(Checker *c, Where w, Scope *callee, const Expr *call)
{
    w.whole = NULL;
    w.backward = false;
    for (const Arg *arg = call->args; arg; arg = arg->next) {
        if (!is_reset(callee->item, arg))
            continue;
        Place place = arg->value->place;
        NodeId node = value_as_node(c, check_expr(c, w, arg->value), place);
        if (node == NODE_NONE)
            return false;
        callee->reset = value_as_number(c, node, place);
        Shape shape = c->graph->node[callee->reset].type.shape;
        if (shape.rank > 0) {
            diag_error(c->diag, place, "`reset` takes one number, and this is %s", shape_text(c->arena, shape));
            return false;
        }
        callee->clocks_in |= c->graph->node[callee->reset].type.clocks;
    }
    return true;
}

static void inherit_reset(Checker *c, Where w, Scope *callee, const Expr *call)
{
    if (!w.scope->caller || w.scope->reset == NODE_NONE || callee->step_clock < 0 || callee->step_clock != w.scope->step_clock)
        return;
    NodeId outer = w.scope->reset;
    if (callee->reset != NODE_NONE)
        outer = check_operator(c, "or", (Value[]){value_node(outer), value_node(callee->reset)}, 2, call->place).node;
    callee->reset = outer;
    callee->clocks_in |= outer == NODE_NONE ? 0 : c->graph->node[outer].type.clocks;
}

Scope *check_cell(Checker *c, Where w, const Expr *expr, Fn fn)
{
    if (!check_args(c, expr, fn))
        return NULL;
    if (w.scope->depth >= MAX_DEPTH) {
        diag_error(c->diag, expr->place, "cells call cells more than %d deep here: does `%s` call itself?", MAX_DEPTH, fn.name);
        return NULL;
    }
    if (++c->calls > CHECK_MAX_CALLS) {
        if (c->calls == CHECK_MAX_CALLS + 1)
            diag_error(c->diag, expr->place, "the model has more than %d calls of cells, those in cells counted each time", CHECK_MAX_CALLS);
        return NULL;
    }
    int errors = diag_errors(c->diag) - c->soft;
    Site site = w.site ? *w.site : check_site(c, w, expr, fn);
    w.site = NULL;
    Scope *callee = scope_new(c, w.scope, fn.cell, site.path, expr->place);
    callee->weights = site.weights;
    callee->twin = site.twin;
    callee->shared = site.shared;
    callee->layer = site.layer;
    callee->assigned = w.whole;
    /* Static parameters first: shapes may name them. */
    for (const Param *param = fn.cell->params; param; param = param->next)
        if (param->kind != PARAM_VALUE)
            bind(c, w, callee, expr, param);
    for (const Param *param = fn.cell->params; param; param = param->next)
        if (param->kind == PARAM_VALUE)
            bind(c, w, callee, expr, param);
    for (const Param *param = fn.cell->params; param; param = param->next)
        match_shape(c, callee, expr, param);
    if (diag_errors(c->diag) - c->soft != errors)
        return NULL; /* what follows from a wrong argument is not the user's next mistake */
    if (!bind_reset(c, w, callee, expr) || !check_bind_clocks(c, w, callee, expr))
        return NULL;
    inherit_reset(c, w, callee, expr);
    return callee;
}

Variable *check_result(Checker *c, Scope *callee, int position)
{
    for (const Result *result = callee->item->results; result; result = result->next)
        if (position-- == 0)
            return scope_find(c, callee, result->name->text);
    return NULL;
}

Value check_result_value(Checker *c, Scope *callee, int position)
{
    Variable *result = check_result(c, callee, position);
    return !result ? value_none() : check_leave(c, callee, result->name, check_variable(c, result));
}
