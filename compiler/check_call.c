/* check_call.c: calls: what the name stands for, and operators. Cells are in check_cell.c, operators
 * with a syntax or arguments of their own in check_builtin.c. */
#include "scope.h"

#include <string.h>

bool check_find_fn(Checker *c, Scope *scope, const char *name, Fn *fn)
{
    Variable *variable = map_get(scope->vars, name);
    if (variable && variable->kind == VAR_STATIC && variable->value.kind == VALUE_FN) {
        *fn = variable->value.fn;
        return true;
    }
    *fn = (Fn){.name = name, .shared = map_get(scope->cells, name)};
    if (fn->shared) {
        fn->cell = check_shared_cell(c, fn->shared);
        return true;
    }
    fn->cell = scope_of_library(c, scope) ? NULL : map_get(c->cells, name);
    if (!fn->cell)
        fn->cell = map_get(c->library_cells, name);
    return fn->cell || op_is_word(name);
}

bool check_is_cell(Checker *c, Where w, const Expr *expr)
{
    Fn fn;
    if (expr->kind == EXPR_REPEAT || expr->kind == EXPR_BACKWARD)
        return true;
    return expr->kind == EXPR_CALL && check_find_fn(c, w.scope, expr->text, &fn) && (fn.cell || fn.shared);
}

void check_unknown_function(Checker *c, const Scope *scope, const Expr *expr)
{
    diag_error(c->diag, expr->word, "there is no cell or function `%s`", expr->text);
    if (!diag_advises(c->diag))
        return;
    const Map *maps[] = {scope->cells, c->cells, c->library_cells};
    size_t count = 0, k = 0;
    for (const char *const *word = check_builtins; *word; word++)
        count++;
    for (int i = 0; i < 3; i++)
        count += maps[i]->count;
    const char **names = arena_array(c->arena, count + OP_COUNT, sizeof *names);
    for (int i = 0; i < 3; i++)
        for (size_t j = 0; j < maps[i]->count; j++)
            names[k++] = maps[i]->entries[j].key;
    for (const char *const *word = check_builtins; *word; word++)
        names[k++] = *word;
    for (int op = 0; op < OP_COUNT; op++)
        if (op_is_word(op_info[op].word))
            names[k++] = op_info[op].word;
    check_hint_function(c, scope, expr->text, names, k);
}

/* An operator whose arguments are only values. */
static Value plain_operator(Checker *c, Where w, const Expr *expr, const char *name)
{
    Value in[4];
    int count = 0;
    for (const Arg *arg = expr->args; arg; arg = arg->next) {
        if (arg->name) {
            diag_error(c->diag, arg->name->place, "`%s` has no argument of the name %s", name, arg->name->text);
            return value_none();
        }
        if (arg->over) {
            diag_error(c->diag, arg->over->place, "`%s` works element by element, not over a clock", name);
            return value_none();
        }
        if (count < 4)
            in[count] = check_expr(c, w, arg->value);
        count++;
    }
    if (count > 3 || op_find(name, count) == OP_COUNT) {
        int wanted = 1;
        while (wanted < 3 && op_find(name, wanted) == OP_COUNT)
            wanted++;
        diag_error(c->diag, expr->place, "`%s` takes %d argument%s, and has %d here", name, wanted, wanted == 1 ? "" : "s", count);
        return value_none();
    }
    return check_operator(c, name, in, count, expr->place);
}

static int positional_args(const Expr *expr)
{
    int count = 0;
    for (const Arg *arg = expr->args; arg; arg = arg->next)
        count += !arg->name;
    return count;
}

Value check_call(Checker *c, Where w, const Expr *expr)
{
    static const char *const later[] = {"cross_entropy", "beam"};
    Fn fn;
    if (check_is_cell(c, w, expr)) {
        Scope *callee = check_callee(c, w, expr);
        return callee ? check_result_value(c, callee, 0) : value_none();
    }
    if (!check_find_fn(c, w.scope, expr->text, &fn)) {
        Value value = check_builtin(c, w, expr, expr->text);
        if (value.kind != VALUE_UNKNOWN)
            return value;
        for (size_t i = 0; i < sizeof later / sizeof *later; i++)
            if (strcmp(expr->text, later[i]) == 0) {
                diag_error(c->diag, expr->word, "`%s` is not supported yet", expr->text);
                if (strcmp(expr->text, "beam") == 0)
                    diag_hint(c->diag, "`argmax` takes the likeliest token at each step, `sample` draws one");
                else if (strcmp(expr->text, "cross_entropy") == 0)
                    diag_hint(c->diag, "it belongs to training; -log_softmax(x)[k] is its formula");
                return value_none();
            }
        check_unknown_function(c, w.scope, expr);
        return value_none();
    }
    w.whole = NULL;
    Op op = op_find(fn.name, positional_args(expr));
    if (op == OP_COUNT || op_info[op].class != CLASS_MAP) {
        Value value = check_builtin(c, w, expr, fn.name);
        if (value.kind != VALUE_UNKNOWN)
            return value;
    }
    return plain_operator(c, w, expr, fn.name);
}
