/* check_callee.c: which cell is called, how, and under which path: a call alone, `repeat N CALL`,
 * `backward CALL`, or a call of a shared cell. */
#include "scope.h"

#include <string.h>

const Expr *check_leaf(const Expr *expr)
{
    while (expr->kind != EXPR_CALL)
        expr = expr->kind == EXPR_REPEAT ? expr->right : expr->left;
    return expr;
}

Expr *check_with_args(Checker *c, const Expr *expr, Arg *args, Place call)
{
    Expr *copy = arena_alloc(c->arena, sizeof *copy);
    *copy = *expr;
    if (expr->kind == EXPR_REPEAT) {
        copy->right = check_with_args(c, expr->right, args, call);
    } else if (expr->kind == EXPR_BACKWARD) {
        copy->left = check_with_args(c, expr->left, args, call);
    } else {
        copy->args = args;
        copy->place = call;
    }
    return copy;
}

static const char *last_word(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* Two calls of a cell in one equation have one path; that is a mistake where the cell has weights
 * (check_weights.c), and otherwise the second gets a path of its own for its states. */
Site check_site(Checker *c, Where w, const Expr *expr, Fn fn)
{
    const char *name = w.owner ? w.owner : "_";
    if (!w.whole)
        name = arena_printf(c->arena, "%s.%s", name, last_word(fn.name));
    const char *base = scope_path(c, w.scope, name);
    Site site = {.path = base, .weights = path_join(c, w.scope->weights, name), .twin = map_get(c->paths, base),
                 .shared = w.scope->shared, .taken = 1};
    for (int i = 2; map_get(c->paths, site.path); i++)
        site.path = arena_printf(c->arena, "%s#%d", base, i);
    map_set(c->paths, site.path, (void *)(uintptr_t)expr);
    site.twin = site.twin ? site.twin : w.scope->twin;
    if (w.whole)
        for (const Name *more = w.whole->line->names->next; more; more = more->next)
            site.taken++;
    return site;
}

Scope *check_callee_of(Checker *c, Where w, const Expr *expr, Fn leaf)
{
    if (expr->kind == EXPR_REPEAT)
        return check_repeat(c, w, expr, leaf);
    if (expr->kind == EXPR_BACKWARD) {
        w.backward = !w.backward;
        return check_callee_of(c, w, expr->left, leaf);
    }
    return leaf.shared ? check_shared(c, w, expr, leaf) : check_cell(c, w, expr, leaf);
}

Scope *check_callee(Checker *c, Where w, const Expr *expr)
{
    const Expr *call = check_leaf(expr);
    Fn leaf;
    bool found = check_find_fn(c, w.scope, call->text, &leaf);
    if (found && leaf.cell)
        return check_callee_of(c, w, expr, leaf);
    if (!found && !check_is_builtin(call->text)) {
        check_unknown_function(c, w.scope, call);
    } else if (!leaf.shared) {
        const char *word = expr->kind == EXPR_REPEAT ? "repeat" : "backward";
        diag_error(c->diag, call->place, "`%s` goes with a call of a cell: `%s` is an operator, and has no %s", word, call->text,
                   expr->kind == EXPR_REPEAT ? "weights" : "steps");
        if (expr->kind == EXPR_REPEAT)
            diag_hint(c->diag, "a cell can call it: cell f(x) -> y { y = %s(x) }", call->text);
    }
    return NULL;
}
