/* check_step.c: the step number of a clock. That of a bounded clock is a token; on a clock that has no end,
 * or that ticks, it is counted, in the forms whose numbers stay small: `t % k`, `min(t, k)`, comparisons. */
#include "scope.h"

#include <math.h>
#include <string.h>

enum { MAX_COUNT = 1 << 24 };   /* whole numbers that a float can hold */

bool check_is_clock(Checker *c, const Where *w, const Expr *expr)
{
    if (expr->kind != EXPR_NAME || where_find(c, w, expr->text))
        return false;
    return scope_clock(w->scope, expr->text) != -1 || (w->scope->caller && strcmp(expr->text, "t") == 0);
}

static bool counted(const Checker *c, int clock)
{
    return c->clock[clock].kind == CLOCK_ENDLESS || c->clock[clock].kind == CLOCK_TICKS;
}

static NodeId step_node(Checker *c, int clock, Place place)
{
    Node draft = node_draft(OP_STEP, place, 0, NULL);
    draft.at.clock = clock;
    return check_add(c, &draft).node;
}

static Value number_of(Checker *c, NodeId node, Place place)
{
    return value_node(node == NODE_NONE ? NODE_NONE : value_as_number(c, node, place));
}

/* A number that a state keeps: it starts with `start`, and is OP of itself plus one and `k`. */
static NodeId counter(Checker *c, int clock, const char *op, double start, double k, Place place)
{
    const char *key = arena_printf(c->arena, "%s %.0f", op, k);
    NodeId first = graph_const(c->graph, start, shape_scalar(), place);
    NodeId state = check_state(c, key, clock, first, clock_bit(clock), place);
    Value next = check_operator(c, "+", (Value[]){value_node(state), value_number(1)}, 2, place);
    next = check_operator(c, op, (Value[]){next, value_number(k)}, 2, place);
    check_state_next(c, state, next.node);
    return next.node;
}

/* A whole number from 0 to `count` - 1 as a token. */
static Value as_token(Checker *c, NodeId number, int64_t count, Place place)
{
    if (number == NODE_NONE)
        return value_none();
    Node draft = node_draft(OP_TOKEN, place, 1, &number);
    draft.at.begin = 0;
    draft.at.end = count;
    return check_add(c, &draft);
}

/* `t % k` or `min(t, k)`. */
static Value small_number(Checker *c, int clock, const char *op, double k, Place place)
{
    bool modulo = strcmp(op, "%") == 0, whole = k == floor(k) && k >= (modulo ? 1 : 0);
    double limit = (double)c->clock[clock].limit;
    if (counted(c, clock)) {
        if (!whole || k > MAX_COUNT) {
            diag_error(c->diag, place, "beside a step number that grows without end, %.10g must be a whole number from %d to %d", k, modulo,
                       MAX_COUNT);
            return value_none();
        }
        return as_token(c, counter(c, clock, op, modulo ? k - 1 : -1, k, place), (int64_t)k + !modulo, place);
    }
    Value step = number_of(c, step_node(c, clock, place), place);
    Value value = check_operator(c, op, (Value[]){step, value_number(k)}, 2, place);
    double count = modulo ? k : k + 1;
    return whole ? as_token(c, value.node, (int64_t)(count < limit ? count : limit), place) : value;
}

Value check_step(Checker *c, Where w, const Expr *name)
{
    int clock = check_find_clock(c, w.scope, name->text, name->place, "uses the step number");
    if (clock < 0)
        return clock == -3 ? value_none() : value_number(0);
    if (!counted(c, clock))
        return value_node(step_node(c, clock, name->place));
    const char *t = name->text;
    if (c->clock[clock].limit > 0 && c->clock[clock].limit <= MAX_COUNT) /* ticks of a clock that ends */
        return small_number(c, clock, "min", (double)(c->clock[clock].limit - 1), name->place);
    diag_error(c->diag, name->place, "the step number of %s grows without end", t);
    diag_hint(c->diag, "it may stand in `%s %% k`, in `min(%s, k)` and in comparisons with numbers", t, t);
    return value_none();
}

/* A comparison of the number of a counted clock with n: min(t, m) with m above n compares as t does. */
static Value comparison(Checker *c, int clock, const char *op, bool left, double n, Place place)
{
    double m = n < 0 ? 0 : floor(n) + 1;
    if (isnan(n) || m > MAX_COUNT) {
        diag_error(c->diag, place, "a step number that grows without end is compared with %.10g: with at most %d", n, MAX_COUNT - 1);
        return value_none();
    }
    Value step = number_of(c, counter(c, clock, "min", -1, m, place), place), number = value_number(n);
    return check_operator(c, op, left ? (Value[]){step, number} : (Value[]){number, step}, 2, place);
}

static bool is_comparison(const char *op)
{
    static const char *const words[] = {"<", "<=", ">", ">=", "==", "!="};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(op, words[i]) == 0)
            return true;
    return false;
}

/* The clock that is one of two operands of `%`, `min` or a comparison, where it is one of those forms. */
static bool operands(Checker *c, Where w, const Expr *expr, const Expr **clock, const Expr **other, bool *left)
{
    const Expr *a = expr->left, *b = expr->right;
    if (expr->kind == EXPR_CALL) {
        const Arg *first = expr->args, *second = first ? first->next : NULL;
        Fn fn;
        if (strcmp(expr->text, "min") != 0 || !second || second->next || first->name || second->name || first->over || second->over
            || !check_find_fn(c, w.scope, "min", &fn) || fn.cell)
            return false;
        a = first->value;
        b = second->value;
    } else if (expr->kind != EXPR_OPERATOR || !b || (!is_comparison(expr->text) && strcmp(expr->text, "%") != 0)) {
        return false;
    }
    *left = check_is_clock(c, &w, a);
    *clock = *left ? a : b;
    *other = *left ? b : a;
    return *left || (strcmp(expr->text, "%") != 0 && check_is_clock(c, &w, b));
}

bool check_step_form(Checker *c, Where w, const Expr *expr, Value *value)
{
    const Expr *name, *other;
    bool left;
    if (!operands(c, w, expr, &name, &other, &left))
        return false;
    int clock = check_find_clock(c, w.scope, name->text, name->place, "uses the step number");
    bool compares = is_comparison(expr->text);
    if (clock < 0 || (!counted(c, clock) && compares))
        return false;
    w.whole = NULL;
    Value number = check_is_clock(c, &w, other) ? value_none() : check_expr(c, w, other);
    if (number.kind != VALUE_NUMBER) {
        if (!counted(c, clock))
            return false;
        if (check_is_clock(c, &w, other) || number.kind == VALUE_NODE)
            check_step(c, w, name);
        *value = number.kind == VALUE_UNKNOWN ? number : value_none();
        return true;
    }
    *value = compares ? comparison(c, clock, expr->text, left, number.number, expr->place)
                      : small_number(c, clock, expr->text, number.number, expr->place);
    return true;
}

/* ---- E[t] ---- */

Value check_row_of_step(Checker *c, Where w, const Expr *expr, const Expr *name)
{
    const Expr *base = expr->left;
    NodeId node = value_as_node(c, check_expr(c, w, base), base->place);
    int clock = check_find_clock(c, w.scope, name->text, name->place, "takes a row by its step number");
    if (node == NODE_NONE || clock < 0)
        return value_none();
    Type type = c->graph->node[node].type;
    const Clock *info = &c->clock[clock];
    if (type.clocks >> clock & 1)
        return value_node(node); /* the value at this step */
    const char *what = base->kind == EXPR_NAME ? base->text : "the value";
    if (type.clocks) {
        diag_error(c->diag, expr->place, "%s runs on %s and not on %s: its value at a step of %s is no single one", what,
                   check_clock_names(c, type.clocks), name->text, name->text);
        diag_hint(c->diag, "[%s] takes a row of what runs on no clock; leave %s first: last(...), sum(... over %s)", name->text,
                  c->clock[clock_first(type.clocks)].name, c->clock[clock_first(type.clocks)].name);
        return check_soft(c) ? value_unknown_on(c, type.clocks | clock_bit(clock), expr->place) : value_none();
    }
    if (counted(c, clock)) {
        diag_error(c->diag, expr->place, "%s has a row for each step of %s, and %s %s", what, name->text, name->text,
                   info->kind == CLOCK_TICKS ? "ticks" : "has no end");
        diag_hint(c->diag, "`[%s %% k]` begins again after k rows, `[min(%s, k)]` stays at row k", name->text, name->text);
        return value_none();
    }
    if (type.shape.rank > 0 && type.shape.dim[0] >= 0 && type.shape.dim[0] < info->limit) {
        diag_error(c->diag, expr->place, "%s is %s, and %s has up to %lld steps: there is no row for each", what,
                   shape_text(c->arena, type.shape), name->text, (long long)info->limit);
        diag_note(c->diag, info->place, "the bound of %s is here", name->text);
        return value_none();
    }
    Node draft = node_draft(OP_UNSTACK, expr->place, 1, &node);
    draft.at.clock = clock;
    draft.at.length = info->limit;
    return check_add(c, &draft);
}
