/* check_state.c: delays. E[t-k] becomes a STATE node at once, with the type that is known so far;
 * what it will be (its next edge) and what it starts with are found when all the rest is evaluated. */
#include "scope.h"

#include <string.h>

Variable *check_origin(Checker *c, Variable *variable)
{
    for (;;) {
        Variable *inner = NULL;
        if (variable->kind == VAR_ARGUMENT)
            inner = variable->argument;
        else if (variable->kind == VAR_EQUATION && variable->equation->callee)
            inner = check_result(c, variable->equation->callee, variable->position);
        if (!inner)
            return variable;
        variable = inner;
    }
}

/* The variable of the caller that the result `variable` is assigned to, or NULL. */
static Variable *assigned_to(Checker *c, const Variable *variable)
{
    const Scope *scope = variable->scope;
    if (!scope->assigned)
        return NULL;
    const Name *name = scope->assigned->line->names;
    for (const Result *result = scope->item->results; result && name; result = result->next, name = name->next)
        if (strcmp(result->name->text, variable->name) == 0)
            return strcmp(name->text, "_") == 0 ? NULL : scope_find(c, scope->caller, name->text);
    return NULL;
}

/* The start value for one step before the first: the outermost caller's comes before the cell's own. */
static Start *find_start(Checker *c, Variable *variable, int delay, Variable **holder)
{
    Start *found = NULL;
    for (Variable *v = check_origin(c, variable); v; v = assigned_to(c, v))
        for (Start *start = v->starts; start; start = start->next)
            if (start->line->delay == delay) {
                start->used = true;
                found = start;
                *holder = v;
            }
    return found;
}

/* ---- the type that is assumed for a delayed value ---- */

static Type assumed_type(Checker *c, Variable *variable, const char *key)
{
    Type type = {.shape = SHAPE_UNKNOWN};
    Type *known = map_get(c->known, key);
    if (known)
        type = *known;
    if (!variable)
        return type;
    if (variable->progress == STATE_DONE && variable->value.kind == VALUE_NODE) {
        Type now = c->graph->node[variable->value.node].type;
        now.shape = shape_merge(now.shape, type.shape);
        now.clocks |= type.clocks;
        return now;
    }
    Where w = {.scope = variable->scope};
    if (variable->type && variable->kind != VAR_ARGUMENT) {
        type.shape = shape_merge(check_type_shape(c, w, variable->type), type.shape);
        if (variable->type->token && !type.tokens) {
            int64_t range = check_dim(c, w, variable->type->dims->value, 1, "the range of a token");
            type.tokens = range < 0 ? 1 : range;
        }
    }
    type.clocks |= scope_clocks(variable->scope, variable->over);
    return type;
}

/* What this round found, for the next one. */
static void learn(Checker *c, const Pending *p, Type actual, Type assumed)
{
    Type *known = map_get(c->known, p->key);
    if (!known) {
        known = arena_alloc(c->arena, sizeof *known);
        known->shape = SHAPE_UNKNOWN;
        map_set(c->known, p->key, known);
    }
    bool agrees = shape_agrees(actual.shape, assumed.shape);
    Shape shape = agrees ? shape_merge(known->shape, actual.shape) : known->shape;
    Clocks clocks = known->clocks | actual.clocks;
    if (!shape_equal(shape, known->shape) || clocks != known->clocks || known->tokens != actual.tokens)
        c->changed = true;
    *known = (Type){shape, actual.tokens, clocks};
}

/* ---- making a state ---- */

/* What tells a delayed value from others: its variable's path; of an expression its place and the layers that
 * it is computed for. */
static const char *state_key(Checker *c, const Where *w, const Variable *variable, const Expr *expr)
{
    if (variable)
        return scope_path(c, variable->scope, variable->name);
    const char *key = arena_printf(c->arena, "%s:%u", scope_path(c, w->scope, ""), expr->place.begin);
    for (const Local *local = w->locals; local; local = local->next)
        if (local->variable->kind == VAR_STATIC)
            key = arena_printf(c->arena, "%s,%.17g", key, local->variable->value.number);
    return key;
}

static NodeId make_state(Checker *c, Where w, Variable *variable, const Expr *expr, int clock, int delay)
{
    const char *base = state_key(c, &w, variable, expr);
    const char *key = arena_printf(c->arena, "%s@%d-%d", base, clock, delay);
    void *old = map_get(c->states, key);
    if (old)
        return (NodeId)((intptr_t)old - 1);
    NodeId before = delay > 1 ? make_state(c, w, variable, expr, clock, delay - 1) : NODE_NONE;
    Node draft = node_draft(OP_STATE, expr->place, 0, NULL);
    draft.type = assumed_type(c, variable, base);
    draft.type.clocks |= (Clocks)1 << clock;
    draft.at.shape = draft.type.shape;
    draft.at.clock = clock;
    NodeId state = check_add(c, &draft).node;
    map_set(c->states, key, (void *)((intptr_t)state + 1));
    c->pending = arena_grow(c->arena, c->pending, c->pending_count, &c->pending_capacity, sizeof *c->pending);
    Pending *p = &c->pending[c->pending_count++];
    *p = (Pending){.state = state, .before = before, .variable = variable, .expr = expr, .delay = delay, .clock = clock,
                   .key = base, .next = NODE_NONE, .start = NODE_NONE, .place = expr->place};
    p->where = arena_alloc(c->arena, sizeof w);
    *p->where = w;
    return state;
}

Value check_delay(Checker *c, Where w, const Expr *expr, int clock, int delay)
{
    const Expr *base = expr->left;
    Variable *variable = base->kind == EXPR_NAME ? where_find(c, &w, base->text) : NULL;
    if (base->kind == EXPR_NAME && !variable) {
        scope_unknown_name(c, w.scope, base->text, base->place);
        return value_none();
    }
    return value_node(make_state(c, w, variable, variable ? expr : base, clock, delay));
}

/* ---- next and start ---- */

/* A start value that is one number: in every element; of a token, one of its values. */
static NodeId start_const(Checker *c, double value, Type type, Place place)
{
    if (type.tokens && (value < 0 || value >= (double)type.tokens || value != (double)(int64_t)value)) {
        diag_error(c->diag, place, "the start value %g is none of the token's: these are 0 to %lld", value, (long long)type.tokens - 1);
        return NODE_NONE;
    }
    Node draft = node_draft(OP_CONST, place, 0, NULL);
    draft.value = value;
    draft.at.shape = type.shape;
    draft.type.tokens = type.tokens;
    return check_add(c, &draft).node;
}

static NodeId start_node(Checker *c, Pending *p, Type type)
{
    Variable *holder = NULL;
    Start *start = p->variable ? find_start(c, p->variable, p->delay, &holder) : NULL;
    if (!start)
        return start_const(c, 0, type, p->place);
    const Expr *expr = start->line->value;
    p->start_place = expr->place;
    if (!start->evaluated) {
        Where w = {.scope = holder->scope, .owner = holder->name};
        start->evaluated = true;
        start->value = arena_alloc(c->arena, sizeof *start->value);
        *start->value = check_expr(c, w, expr);
    }
    if (start->value->kind == VALUE_NUMBER)
        return start_const(c, start->value->number, type, expr->place);
    return value_as_node(c, *start->value, expr->place);
}

static void check_start(Checker *c, const Pending *p, Type type)
{
    const Type *start = &c->graph->node[p->start].type;
    Place place = p->start_place.source ? p->start_place : p->place;
    const char *name = p->variable ? p->variable->name : "the value";
    if (!shape_agrees(start->shape, type.shape)) {
        diag_error(c->diag, place, "the start value is %s, and %s is %s", shape_text(c->arena, start->shape), name,
                   shape_text(c->arena, type.shape));
    } else if (start->tokens != type.tokens && shape_known(type.shape)) {
        diag_error(c->diag, place, "the start value is %s, and %s is %s", start->tokens ? "a token" : "a number", name,
                   type.tokens ? "a token" : "a number");
    } else if (start->clocks >> p->clock & 1) {
        diag_error(c->diag, place, "the start value of %s runs on the clock %s itself", name, c->graph->clock[p->clock].name);
        diag_hint(c->diag, "it stands for the time before the first step: `first(...)` or `last(...)` leave a clock");
    }
}

static NodeId delayed_node(Checker *c, const Pending *p)
{
    if (p->variable)
        return value_as_node(c, check_variable(c, p->variable), p->place);
    return value_as_node(c, check_expr(c, *p->where, p->expr), p->place);
}

/* Finds one state's next and start, and compares the assumed type with the true one. */
static void resolve(Checker *c, size_t i)
{
    Pending p = c->pending[i];
    NodeId value = p.before == NODE_NONE ? delayed_node(c, &p) : p.before;
    if (value == NODE_NONE)
        return;
    Type assumed = c->graph->node[p.state].type, actual = c->graph->node[value].type;
    NodeId start = start_node(c, &p, shape_known(actual.shape) ? actual : assumed);
    if (start == NODE_NONE)
        return;
    p.next = value;
    p.start = start;
    c->pending[i] = p;
    if (actual.shape.rank < 0)
        actual.shape = c->graph->node[start].type.shape; /* where nothing settles it, a start value does */
    if (p.before == NODE_NONE) {
        Type total = actual;
        total.clocks |= c->graph->node[start].type.clocks & ~((Clocks)1 << p.clock);
        learn(c, &p, total, assumed);
    }
    if (!shape_agrees(actual.shape, assumed.shape))
        diag_error(c->diag, p.place, "this is %s at first and %s one step on", shape_text(c->arena, assumed.shape),
                   shape_text(c->arena, actual.shape));
    else if (actual.shape.rank >= 0 && !shape_known(actual.shape) && !c->changed) {
        diag_error(c->diag, p.place, "the shape cannot be told from the equations");
        diag_hint(c->diag, "declare it, or give a start value of that shape");
    }
    check_start(c, &p, actual);
}

void check_pending(Checker *c)
{
    for (size_t i = 0; i < c->pending_count; i++)
        resolve(c, i);
    /* A value that only numbers and itself make, such as a counter, is taken for a number. */
    for (size_t i = 0; i < c->pending_count && !c->changed; i++) {
        const Pending *p = &c->pending[i];
        if (p->next == NODE_NONE || p->before != NODE_NONE || c->graph->node[p->next].type.shape.rank >= 0)
            continue;
        Type *known = map_get(c->known, p->key);
        if (known && known->shape.rank < 0) {
            if (!c->guessed.source) {
                c->guessed = p->place;
                c->errors_before_guess = diag_errors(c->diag);
            }
            known->shape = shape_scalar();
            c->changed = true;
        }
    }
}
