/* check_state.c: delays. E[t-k] becomes a STATE node at once, with the type that is known so far;
 * what it will be (its next edge) and what it starts with are found when all the rest is evaluated
 * (check_delay.c). */
#include "scope.h"


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

/* ---- making a state ---- */

/* What tells a delayed value from others: its variable's path; of an expression its place and the layers that
 * it is computed for. */
static const char *state_key(Checker *c, const Where *w, const Variable *variable, const Expr *expr)
{
    if (variable && variable->kind != VAR_STATIC)
        return scope_path(c, variable->scope, variable->name);
    const char *key = arena_printf(c->arena, "%s:%u", scope_path(c, w->scope, ""), expr->place.begin);
    for (const Local *local = w->locals; local; local = local->next)
        if (local->variable->kind == VAR_STATIC)
            key = arena_printf(c->arena, "%s,%.17g", key, local->variable->value.number);
    return key;
}

static Pending *add_pending(Checker *c, Pending pending)
{
    c->pending = arena_grow(c->arena, c->pending, c->pending_count, &c->pending_capacity, sizeof *c->pending);
    Pending *p = &c->pending[c->pending_count++];
    *p = pending;
    p->next = p->start = p->stand_in = NODE_NONE;
    return p;
}

static Where *keep_where(Checker *c, Where w)
{
    Where *kept = arena_alloc(c->arena, sizeof w);
    *kept = w;
    return kept;
}

/* Where the scope starts anew the state reads as its start value, for which a leaf stands until it is known. */
static NodeId reset_state(Checker *c, Pending *p, NodeId reset, const char *key)
{
    if (reset == NODE_NONE)
        return p->state;
    Place place = p->place;
    Node draft = node_draft(OP_INPUT, place, 0, NULL);
    draft.type = c->graph->node[p->state].type;
    draft.name = arena_printf(c->arena, "start of %s", key);
    draft.at.shape = draft.type.shape;
    draft.type.clocks &= ~clock_bit(p->delay.clock);
    int64_t tokens = draft.type.tokens;
    NodeId start = p->stand_in = check_add(c, &draft).node;
    Value value = check_operator(c, "where", (Value[]){value_node(reset), value_node(start), value_node(p->state)}, 3, place);
    if (!tokens || value.kind != VALUE_NODE)
        return value.node;
    Node token = node_draft(OP_TOKEN, place, 1, &value.node);
    token.at.end = tokens;
    return check_add(c, &token).node;
}

/* A long delay is one state if all of its start values are equal; whether they are is seen later (resolve). */
NodeId check_make_state(Checker *c, Where w, Variable *variable, const Expr *expr, Delay d)
{
    enum { LONG = 5 };
    const char *base = state_key(c, &w, variable, expr);
    const char *key = arena_printf(c->arena, "%s@%d%s%s-%d r%d", base, d.clock, d.backward ? "b" : "", d.ahead ? "a" : "", d.steps, d.reset);
    void *old = map_get(c->states, key);
    if (old)
        return (NodeId)((intptr_t)old - 1);
    bool ring = d.steps >= LONG && d.reset == NODE_NONE;
    Delay nearer = d;
    nearer.steps--;
    NodeId before = d.steps > 1 && !ring ? check_make_state(c, w, variable, expr, nearer) : NODE_NONE;
    Node draft = node_draft(OP_STATE, expr->place, 0, NULL);
    draft.type = assumed_type(c, variable, base);
    draft.type.clocks |= clock_bit(d.clock);
    draft.at.shape = draft.type.shape;
    draft.at.clock = d.clock;
    draft.at.backward = d.backward;
    draft.at.delay = ring ? d.steps : 1;
    NodeId state = check_add(c, &draft).node;
    if (state == NODE_NONE)
        return NODE_NONE;
    Pending *p = add_pending(c, (Pending){.state = state, .value = NODE_NONE, .before = before, .variable = variable, .expr = expr,
                                          .delay = d, .key = base, .place = expr->place, .where = keep_where(c, w)});
    NodeId value = reset_state(c, p, d.reset, key);
    map_set(c->states, key, (void *)((intptr_t)value + 1));
    return value;
}

Value check_delay(Checker *c, Where w, const Expr *expr, Delay delay)
{
    const Expr *base = expr->left;
    Variable *variable = base->kind == EXPR_NAME ? where_find(c, &w, base->text) : NULL;
    if (base->kind == EXPR_NAME && !variable && !check_is_clock(c, &w, base)) {
        scope_unknown_name(c, w.scope, base->text, base->place);
        return value_none();
    }
    return value_node(check_make_state(c, w, variable, variable ? expr : base, delay));
}

/* One state that holds the window of the step before. */
Value check_window(Checker *c, Where w, const Expr *expr, NodeId x, Delay delay, int count)
{
    Type type = c->graph->node[x].type;
    Shape shape = type.shape;
    if (shape.rank == SHAPE_MAX_RANK) {
        diag_error(c->diag, expr->place, "a window of %s: a value has at most %d axes", shape_text(c->arena, shape), SHAPE_MAX_RANK);
        return value_none();
    }
    for (int i = shape.rank++; i > 0; i--)
        shape.dim[i] = shape.dim[i - 1];
    shape.dim[0] = 1;
    Node row = node_draft(OP_RESHAPE, expr->place, 1, &x);
    row.at.shape = shape;
    NodeId last = check_add(c, &row).node;
    if (count == 1 || last == NODE_NONE)
        return value_node(last);
    const char *key = arena_printf(c->arena, "%s:window %d", state_key(c, &w, NULL, expr), count);
    Node draft = node_draft(OP_STATE, expr->place, 0, NULL);
    Type *known = map_get(c->known, key);
    draft.type.clocks = type.clocks | clock_bit(delay.clock) | (known ? known->clocks : 0);
    shape.dim[0] = count;
    draft.at.shape = shape;
    draft.at.clock = delay.clock;
    draft.at.backward = delay.backward;
    NodeId state = check_add(c, &draft).node;
    if (state == NODE_NONE)
        return value_none();
    Variable *variable = expr->kind == EXPR_NAME ? where_find(c, &w, expr->text) : NULL;
    Pending *p = add_pending(c, (Pending){.state = state, .value = NODE_NONE, .before = NODE_NONE, .window = count, .variable = variable,
                                          .expr = expr, .delay = delay, .key = key, .place = expr->place, .where = keep_where(c, w)});
    size_t mine = (size_t)(p - c->pending);
    NodeId read = reset_state(c, p, delay.reset, key);
    Node older = node_draft(OP_SLICE, expr->place, 1, &read);
    older.at.axis = 0;
    older.at.begin = 1;
    older.at.end = count;
    NodeId pieces[2] = {check_add(c, &older).node, last};
    Node all = node_draft(OP_CONCAT, expr->place, 2, pieces);
    all.at.axis = 0;
    c->pending[mine].value = check_add(c, &all).node;
    return value_node(c->pending[mine].value);
}

NodeId check_state(Checker *c, const char *key, int clock, NodeId start, Clocks clocks, Place place)
{
    key = arena_printf(c->arena, "#%s@%d", key, clock);
    void *old = map_get(c->states, key);
    if (old)
        return (NodeId)((intptr_t)old - 1);
    Node draft = node_draft(OP_STATE, place, 0, NULL);
    draft.type = c->graph->node[start].type;
    draft.type.clocks |= clocks | clock_bit(clock);
    draft.at.shape = draft.type.shape;
    draft.at.clock = clock;
    NodeId state = check_add(c, &draft).node;
    map_set(c->states, key, (void *)((intptr_t)state + 1));
    Pending *p = add_pending(c, (Pending){.state = state, .value = NODE_NONE, .before = NODE_NONE, .made = true,
                                          .delay = {.clock = clock, .steps = 1, .reset = NODE_NONE}, .place = place});
    p->start = start;
    return state;
}

void check_state_next(Checker *c, NodeId state, NodeId next)
{
    for (size_t i = c->pending_count; i-- > 0;)
        if (c->pending[i].state == state) {
            c->pending[i].next = next;
            return;
        }
}
