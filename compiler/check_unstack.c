/* check_unstack.c: the clocks that `unstack(x over r)` makes. A scope may use r before the equation of the
 * unstack is evaluated, so these clocks are made when the scope is, as long as the last round found them. */
#include "scope.h"

#include <string.h>

typedef struct Length {
    int64_t rows;
    int round;                    /* in which it was seen */
} Length;

static const char *length_key(Checker *c, const Scope *scope, const char *name)
{
    return scope_path(c, scope, arena_printf(c->arena, "@%s", name));
}

/* Two lengths in one round are a mistake, reported elsewhere; another one than in the round before is news. */
bool check_learn_length(Checker *c, const Scope *scope, const char *name, int64_t rows)
{
    const char *key = length_key(c, scope, name);
    Length *length = map_get(c->lengths, key);
    if (length && (length->rows == rows || length->round == c->round)) {
        length->round = c->round;
        return false;
    }
    if (!length)
        map_set(c->lengths, key, length = arena_alloc(c->arena, sizeof *length));
    *length = (Length){rows, c->round};
    c->changed = c->forget = true;
    return true;
}

static void declare(Checker *c, Scope *scope, const Name *name)
{
    if (scope_clock(scope, name->text) != -1 || (scope->caller && strcmp(name->text, "t") == 0))
        return;
    const Length *length = map_get(c->lengths, length_key(c, scope, name->text));
    check_local_clock(c, scope, name->text, length ? length->rows : -1, name->place);
}

static void find_unstack(Checker *c, Scope *scope, const Expr *expr)
{
    if (!expr)
        return;
    find_unstack(c, scope, expr->left);
    find_unstack(c, scope, expr->right);
    for (const Arg *arg = expr->args; arg; arg = arg->next) {
        find_unstack(c, scope, arg->value);
        if (expr->kind == EXPR_CALL && strcmp(expr->text, "unstack") == 0 && arg->over)
            declare(c, scope, arg->over);
    }
    for (const Index *index = expr->index; index; index = index->next) {
        find_unstack(c, scope, index->low);
        find_unstack(c, scope, index->high);
    }
}

void check_unstack_clocks(Checker *c, Scope *scope)
{
    for (const Line *line = scope->item->lines; line; line = line->next)
        if (line->kind == LINE_EQUATION || line->kind == LINE_START || line->kind == LINE_CLOCK_WHEN) {
            find_unstack(c, scope, line->value);
            find_unstack(c, scope, line->when);
        }
}

void check_unstack_bounds(Checker *c)
{
    for (int k = 0; k < c->declared; k++) {
        const Length *length = map_get(c->lengths, length_key(c, c->top, c->clock[k].name));
        if (length && c->clock[k].kind == CLOCK_ENDLESS) {
            c->clock[k].kind = CLOCK_EXACT;
            c->clock[k].limit = length->rows;
        }
    }
}
