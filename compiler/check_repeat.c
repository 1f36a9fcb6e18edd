/* check_repeat.c: repeat N as l CALL. Each layer is a call of its own, with the results of the layer
 * below as its leading arguments, under the path of the call and its number. */
#include "scope.h"

#include <string.h>

enum { MAX_LAYERS = 4096 };

/* How many results go on from layer to layer: as many as are taken, and as the cell's first parameters are values. */
static int passed_on(Fn leaf, int taken)
{
    int count = 0;
    const Result *result = leaf.cell->results;
    for (const Param *param = check_next_param(leaf, NULL); param && param->kind == PARAM_VALUE && result && count < taken;
         param = check_next_param(leaf, param), result = result->next)
        count++;
    return count;
}

static const char *local_name(Checker *c, int i)
{
    return arena_printf(c->arena, "#%d", i); /* as no name of a file */
}

/* The argument for the parameter with number i of those that are not fixed, by name or position; or NULL. */
static Arg *find(Arg *args, const Param *param, int i)
{
    for (Arg *arg = args; arg; arg = arg->next)
        if (arg->name && strcmp(arg->name->text, param->name->text) == 0)
            return arg;
    for (Arg *arg = args; arg; arg = arg->next)
        if (!arg->name && i-- == 0)
            return arg;
    return NULL;
}

/* The arguments of all layers but the first: the leading ones are names for what is below. */
static Arg *layer_args(Checker *c, const Expr *call, Fn leaf, int count)
{
    Arg *first = NULL, **end = &first;
    for (const Arg *arg = call->args; arg; arg = arg->next) {
        *end = arena_alloc(c->arena, sizeof **end);
        **end = *arg;
        end = &(*end)->next;
    }
    const Param *param = NULL;
    for (int i = 0; i < count; i++) {
        param = check_next_param(leaf, param);
        Arg *arg = find(first, param, i);
        Expr *name = arena_alloc(c->arena, sizeof *name);
        *name = (Expr){.kind = EXPR_NAME, .place = arg ? arg->value->place : call->place, .text = local_name(c, i), .depth = 1};
        if (!arg) {
            arg = *end = arena_alloc(c->arena, sizeof **end);
            end = &arg->next;
            arg->name = param->name;
        }
        arg->value = name;
    }
    return first;
}

static const Local *add_local(Checker *c, const Local *next, const char *name, Variable *variable)
{
    Local *local = arena_alloc(c->arena, sizeof *local);
    *local = (Local){next, name, variable};
    return local;
}

/* The counter's name and the results of the layer below. */
static const Local *layer_locals(Checker *c, Where w, const Expr *expr, int layer, Scope *below, int count)
{
    const Local *locals = w.locals;
    if (expr->counter) {
        Variable *number = arena_alloc(c->arena, sizeof *number);
        *number = (Variable){.kind = VAR_STATIC, .scope = w.scope, .name = expr->counter->text, .place = expr->counter->place,
                             .progress = STATE_DONE, .value = value_number(layer)};
        locals = add_local(c, locals, number->name, number);
    }
    for (int i = 0; below && i < count; i++) {
        Variable *input = arena_alloc(c->arena, sizeof *input), *result = check_result(c, below, i);
        if (!result) /* no equation defines it: reported where it is declared */
            break;
        *input = (Variable){.kind = VAR_ARGUMENT, .scope = w.scope, .name = result->name, .place = result->place, .argument = result,
                            .progress = STATE_DONE, .value = check_result_value(c, below, i)};
        locals = add_local(c, locals, local_name(c, i), input);
    }
    return locals;
}

/* How many layers; -1: not known yet, -2 after a message. */
static int layer_count(Checker *c, Where w, const Expr *expr)
{
    w.whole = NULL;
    w.site = NULL;
    w.backward = false;
    Value value = check_expr(c, w, expr);
    if (value.kind == VALUE_UNKNOWN)
        return -1;
    if (value.kind == VALUE_NUMBER && value_is_integer(value) && value.number >= 1 && value.number <= MAX_LAYERS)
        return (int)value.number;
    if (value.kind == VALUE_NUMBER)
        diag_error(c->diag, expr->place, "%.10g layers: `repeat` makes a whole number of them from 1 to %d", value.number, MAX_LAYERS);
    else if (value.kind != VALUE_NONE)
        diag_error(c->diag, expr->place, "the number of layers must be known when compiling");
    return -2;
}

Scope *check_repeat(Checker *c, Where w, const Expr *expr, Fn leaf)
{
    int layers = layer_count(c, w, expr->left);
    const Expr *call = check_leaf(expr);
    Site all = w.site ? *w.site : check_site(c, w, expr, leaf);
    int count = passed_on(leaf, all.taken);
    if (layers == -2)
        return NULL;
    if (count == 0) {
        diag_error(c->diag, call->word, "`%s` cannot be repeated: its first parameter takes no value, which would be the result of the layer below",
                   leaf.name);
        diag_note(c->diag, leaf.cell->name->place, "`%s` is defined here", leaf.cell->name->text);
        return NULL;
    }
    const Expr *again = check_with_args(c, expr->right, layer_args(c, call, leaf, count), call->place);
    Scope *below = NULL;
    int errors = diag_errors(c->diag);
    for (int layer = 0; layer < layers || layer == 0; layer++) { /* one where the number is not known yet */
        const char *number = arena_printf(c->arena, "%d", layer);
        Site *site = arena_alloc(c->arena, sizeof *site);
        *site = all;
        site->path = path_join(c, all.path, number);
        site->weights = path_join(c, all.weights, number);
        site->layer = layer + 1;
        Where at = w;
        at.locals = layer_locals(c, w, expr, layer, below, count);
        at.site = site;
        at.whole = layer + 1 >= layers ? w.whole : NULL;
        const Scope *before = below;
        below = check_callee_of(c, at, layer ? again : expr->right, leaf);
        if (!below) {
            if (layer && diag_errors(c->diag) != errors && before->noted != diag_errors(c->diag) && c->calls <= CHECK_MAX_CALLS)
                diag_note(c->diag, expr->word, "in layer %d of this repeat, which takes the results of layer %d", layer, layer - 1);
            return NULL;
        }
    }
    return below;
}
