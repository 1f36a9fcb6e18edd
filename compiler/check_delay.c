/* check_delay.c: what states read and start with: found when all that is not delayed is evaluated. */
#include "scope.h"

#include <string.h>

/* ---- start values ---- */

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

/* Whether there is a start value for one of the last `most` steps before the first. */
static bool has_starts(Checker *c, Variable *variable, int most)
{
    for (Variable *v = variable ? check_origin(c, variable) : NULL; v; v = assigned_to(c, v))
        for (const Start *start = v->starts; start; start = start->next)
            if (start->line->delay <= most)
                return true;
    return false;
}


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

/* The start value of `variable` (NULL: there is none but 0) for `steps` before the first; *place is where it stands. */
static NodeId start_value(Checker *c, Variable *variable, int steps, Type type, Place *place)
{
    Variable *holder = NULL;
    Start *start = variable ? find_start(c, variable, steps, &holder) : NULL;
    if (!start)
        return start_const(c, 0, type, *place);
    const Expr *expr = start->line->value;
    *place = expr->place;
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

static bool start_fits(Checker *c, NodeId node, Type type, const char *name, Clocks without, Place place)
{
    if (node == NODE_NONE)
        return false;
    const Type *start = &c->graph->node[node].type;
    if (!shape_agrees(start->shape, type.shape)) {
        diag_error(c->diag, place, "the start value is %s, and %s is %s", shape_text(c->arena, start->shape), name,
                   shape_text(c->arena, type.shape));
    } else if (start->tokens != type.tokens && shape_known(type.shape)) {
        diag_error(c->diag, place, "the start value is %s, and %s is %s", start->tokens ? "a token" : "a number", name,
                   type.tokens ? "a token" : "a number");
    } else if (start->clocks & without) {
        diag_error(c->diag, place, "the start value of %s runs on the clock %s itself", name,
                   c->graph->clock[clock_first(start->clocks & without)].name);
        diag_hint(c->diag, "it stands for the time before the first step: `first(...)` or `last(...)` leave a clock");
    } else {
        return true;
    }
    return false;
}

static const char *delayed_name(const Pending *p)
{
    return p->variable ? p->variable->name : "the value";
}

NodeId check_start_value(Checker *c, Variable *variable, Type type, Clocks without, Place place)
{
    NodeId start = start_value(c, variable, 1, type, &place);
    return start_fits(c, start, type, variable ? variable->name : "the value", without, place) ? start : NODE_NONE;
}

/* A window starts with the start values of the steps that it holds, oldest first. */
static NodeId window_start(Checker *c, Pending *p, Type type)
{
    NodeId rows[2] = {NODE_NONE, NODE_NONE};
    Type one = type;
    one.shape.rank--;
    for (int i = 0; i < one.shape.rank; i++)
        one.shape.dim[i] = type.shape.dim[i + 1];
    if (!has_starts(c, p->variable, p->window))
        return start_const(c, 0, type, p->place);
    for (int steps = p->window; steps > 0; steps--) {
        Place place = p->place;
        NodeId start = start_value(c, p->variable, steps, one, &place);
        Type wanted = one;
        wanted.tokens = start == NODE_NONE ? 0 : c->graph->node[start].type.tokens;
        if (!start_fits(c, start, wanted, delayed_name(p), clock_bit(p->delay.clock), place))
            return NODE_NONE;
        start = value_as_number(c, start, place);
        Node row = node_draft(OP_RESHAPE, place, 1, &start);
        row.at.shape = type.shape;
        row.at.shape.dim[0] = 1;
        rows[1] = check_add(c, &row).node;
        Node all = node_draft(OP_CONCAT, place, 2, rows);
        all.at.axis = 0;
        rows[0] = rows[0] == NODE_NONE ? rows[1] : check_add(c, &all).node;
    }
    return rows[0];
}

static NodeId start_node(Checker *c, Pending *p, Type type)
{
    if (p->window)
        return window_start(c, p, type);
    Place place = p->place;
    NodeId start = start_value(c, p->delay.ahead ? NULL : p->variable, p->delay.steps, type, &place);
    if (start != NODE_NONE && (place.begin != p->place.begin || place.source != p->place.source))
        p->start_place = place;
    return start;
}

/* ---- what was found ---- */

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
    bool better = known->shape.rank == 1 && actual.shape.rank > 1; /* what was unknown had been taken for a vector */
    Shape shape = agrees ? shape_merge(known->shape, actual.shape) : better ? actual.shape : known->shape;
    Clocks clocks = known->clocks | actual.clocks;
    if (!shape_equal(shape, known->shape) || clocks != known->clocks || known->tokens != actual.tokens)
        c->changed = true;
    *known = (Type){shape, actual.tokens, clocks};
}

static NodeId delayed_node(Checker *c, const Pending *p)
{
    if (p->before != NODE_NONE)
        return p->before;
    if (p->variable)
        return value_as_node(c, check_variable(c, p->variable), p->place);
    return value_as_node(c, check_expr(c, *p->where, p->expr), p->place);
}

/* Now it is known whether a long delay has start values: it is then a chain of states like a short one. */
static void unroll(Checker *c, Pending *p)
{
    Node *state = &c->graph->node[p->state];
    if (state->at.delay == 1 || p->delay.ahead || !has_starts(c, p->variable, p->delay.steps))
        return;
    state->at.delay = 1;
    Delay nearer = p->delay;
    nearer.steps--;
    p->before = check_make_state(c, *p->where, p->variable, p->expr, nearer);
}

static void check_shapes(Checker *c, const Pending *p, Type actual, Type assumed)
{
    if (!shape_agrees(actual.shape, assumed.shape)) {
        diag_error(c->diag, p->place, "this is %s at first and %s one step on", shape_text(c->arena, assumed.shape),
                   shape_text(c->arena, actual.shape));
    } else if (actual.shape.rank >= 0 && !shape_known(actual.shape) && !c->changed) {
        diag_error(c->diag, p->place, "the shape cannot be told from the equations");
        diag_hint(c->diag, "declare it, or give a start value of that shape");
    }
}

/* Finds one state's next and start, and compares the assumed type with the true one. */
static void resolve(Checker *c, size_t i)
{
    Pending p = c->pending[i];
    if (p.made)
        return;
    NodeId value = p.window ? p.value : delayed_node(c, &p);
    if (value == NODE_NONE)
        return;
    unroll(c, &p);
    value = p.before == NODE_NONE ? value : p.before;
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
        total.clocks |= c->graph->node[start].type.clocks & ~clock_bit(p.delay.clock);
        learn(c, &p, total, assumed);
    }
    check_shapes(c, &p, actual, assumed);
    start_fits(c, start, actual, delayed_name(&p), clock_bit(p.delay.clock), p.start_place.source ? p.start_place : p.place);
}

void check_pending(Checker *c)
{
    for (size_t i = 0; i < c->pending_count; i++) {
        resolve(c, i);
        check_conditions(c);
    }
    /* A value that only numbers and itself make, such as a counter, is taken for a number. */
    for (size_t i = 0; i < c->pending_count && !c->changed; i++) {
        const Pending *p = &c->pending[i];
        if (p->made || p->next == NODE_NONE || p->before != NODE_NONE || c->graph->node[p->next].type.shape.rank >= 0)
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
