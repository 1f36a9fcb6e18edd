/* check_over.c: the clocks of a call: the one that the cell steps along, those of the parameters that
 * take a whole sequence, those that it makes for itself; and how its results leave them. */
#include "scope.h"

#include <string.h>

int check_find_clock(Checker *c, Scope *scope, const char *name, Place place, const char *use)
{
    int clock = scope_clock(scope, name);
    if (clock >= 0 || clock == -3)
        return clock;
    if (!scope->caller || strcmp(name, "t") != 0) {
        diag_error(c->diag, place, "there is no clock %s here", name);
        check_hint_clock(c, scope, name);
        return -3;
    }
    const char *cell = scope->item->name->text;
    if (clock == -1)
        diag_error(c->diag, scope->call, "`%s` %s, but no argument of this call runs on a clock", cell, use);
    else
        diag_error(c->diag, scope->call, "`%s` %s, and the arguments of this call run on several clocks (%s)", cell, use,
                   check_clock_names(c, scope->clocks_of_arguments));
    diag_note(c->diag, place, strcmp(use, "has a state") == 0 ? "the state is read here" : "it is used here");
    diag_hint(c->diag, "say which clock the call steps along: an argument `x over CLOCK`");
    scope->noted = diag_errors(c->diag);
    return check_soft(c) ? clock : -3;
}

/* ---- arguments ---- */

static Clocks variable_clocks(const Checker *c, const Variable *variable)
{
    return variable && variable->value.kind == VALUE_NODE ? c->graph->node[variable->value.node].type.clocks : 0;
}

static Variable *param_variable(const Scope *callee, const Param *param)
{
    return param->kind == PARAM_VALUE ? map_get(callee->vars, param->name->text) : NULL;
}

static bool in_group(const Param *param, const char *sequence)
{
    return param->kind == PARAM_VALUE && param->over && strcmp(param->over->text, sequence) == 0;
}

/* What the arguments run on, but for those of parameters over `sequence` (NULL: but for none). */
static Clocks clocks_beside(const Checker *c, const Scope *callee, const char *sequence)
{
    Clocks clocks = clock_bit(callee->step_clock);
    for (const Param *param = callee->item->params; param; param = param->next)
        if (!sequence || !in_group(param, sequence))
            clocks |= variable_clocks(c, param_variable(callee, param));
    return clocks;
}

/* The clocks that the scope has names for, or its callers: start values that these give may run on them. */
static Clocks clocks_named(const Scope *scope)
{
    Clocks clocks = 0;
    for (; scope; scope = scope->caller)
        for (size_t i = 0; i < scope->clocks->count; i++)
            clocks |= clock_bit((int)((intptr_t)scope->clocks->entries[i].value - 1));
    return clocks;
}

/* ---- the clock that the call steps along ---- */

/* The clock after `over` of an argument; -1: there is none; -3 after a message. */
static int clock_after_over(Checker *c, Where w, const Arg *arg)
{
    if (!arg || !arg->over)
        return -1;
    if (arg->over->next) {
        diag_error(c->diag, arg->over->next->place, "a call works along one clock");
        return -3;
    }
    int clock = check_find_clock(c, w.scope, arg->over->text, arg->over->place, "works over t");
    return clock < 0 ? -3 : clock;
}

static bool find_direction(Checker *c, Where w, Scope *callee, const Expr *call)
{
    bool same = w.scope->caller && callee->step_clock >= 0 && callee->step_clock == w.scope->step_clock;
    callee->backward = w.backward != (same && w.scope->backward);
    if (callee->step_clock < 0 || !callee->backward)
        return true;
    return check_bounded(c, callee->step_clock, call->place, "`backward`");
}

static bool find_step_clock(Checker *c, Where w, Scope *callee, const Expr *call)
{
    Clocks clocks = 0;
    bool wrong = false;
    int told = -1;
    for (const Param *param = callee->item->params; param; param = param->next) {
        const Variable *variable = param_variable(callee, param);
        const Arg *arg = check_find_arg(call, callee->item, param);
        if (param->kind != PARAM_VALUE && arg && arg->over) {
            diag_error(c->diag, arg->over->place, "`over` goes with a value, and %s is none", param->name->text);
            return false;
        }
        if (param->kind != PARAM_VALUE || param->over)
            continue;
        int clock = clock_after_over(c, w, arg);
        if (clock >= 0 && told >= 0 && clock != told) {
            diag_error(c->diag, arg->over->place, "the call cannot step along both %s and %s", c->clock[told].name, c->clock[clock].name);
            return false;
        }
        told = clock >= 0 || told == -1 ? clock : told;
        wrong = wrong || clock == -3 || (variable && variable->value.kind == VALUE_NONE);
        clocks |= variable_clocks(c, variable);
    }
    callee->clocks_of_arguments = clocks;
    callee->step_clock = clocks == 0 ? (wrong ? -3 : -1) : clocks & (clocks - 1) ? -2 : clock_first(clocks);
    if (callee->step_clock == -2 && w.scope->caller && clocks & clock_bit(w.scope->step_clock))
        callee->step_clock = w.scope->step_clock; /* a cell's own t goes before a batch that its caller has */
    if (told != -1)
        callee->step_clock = told;
    return find_direction(c, w, callee, call);
}

/* ---- parameters that take a whole sequence ---- */

/* The clock of the caller that an argument of such a parameter is a sequence over; -1 after a message. */
static int sequence_clock(Checker *c, Where w, const Param *param, const Arg *arg, Clocks clocks, Place place)
{
    const char *name = param->name->text;
    int clock = clock_after_over(c, w, arg);
    if (clock == -3)
        return -1;
    if (clock >= 0 ? !(clocks >> clock & 1) : !clocks) {
        diag_error(c->diag, place, "%s must be a sequence, and does not run on %s", name, clock >= 0 ? arg->over->text : "a clock");
        diag_note(c->diag, param->over->place, "the parameter takes a whole sequence");
        if (!check_soft(c))
            return -1;
    } else if (clock < 0 && clocks & (clocks - 1)) {
        diag_error(c->diag, place, "%s runs on several clocks (%s): say which one it is a sequence over", name, check_clock_names(c, clocks));
        diag_note(c->diag, param->over->place, "the parameter takes a whole sequence");
        diag_hint(c->diag, "`%s=... over CLOCK`", name);
        return -1;
    }
    return clock >= 0 ? clock : clock_first(clocks);
}

/* Another clock of as many steps, which no argument runs on. */
static int clone(Checker *c, int clock, const char *name, Clocks avoid, Place place)
{
    int like = c->clock[clock].like >= 0 ? c->clock[clock].like : clock, number;
    for (int i = 1;; i++) {
        number = check_clock_make(c, arena_printf(c->arena, "like %d %d", like, i), name, place);
        if (number < 0 || !(avoid >> number & 1))
            break;
    }
    if (number < 0)
        return -1;
    const char *unique = c->clock[number].name;
    c->clock[number] = graph_clock(unique, c->clock[clock].kind, c->clock[clock].limit, place);
    c->clock[number].like = like;
    return number;
}

static void add_rename(Checker *c, Scope *scope, int inside, int outside)
{
    Rename *rename = arena_alloc(c->arena, sizeof *rename);
    *rename = (Rename){.next = scope->renames, .inside = inside, .outside = outside};
    scope->renames = rename;
}

static Value reclock(Checker *c, NodeId node, int from, int to, Place place)
{
    Node draft = node_draft(OP_RECLOCK, place, 1, &node);
    draft.at.clock = to;
    draft.at.from = from;
    return check_add(c, &draft);
}

/* The one clock of the caller that all arguments of parameters over `sequence` are sequences over. */
static int group_clock(Checker *c, Where w, Scope *callee, const Expr *call, const char *sequence)
{
    int outer = -1;
    const char *first = NULL;
    for (const Param *param = callee->item->params; param; param = param->next) {
        if (!in_group(param, sequence))
            continue;
        const Arg *arg = check_find_arg(call, callee->item, param);
        Place place = arg ? arg->value->place : call->place;
        int clock = sequence_clock(c, w, param, arg, variable_clocks(c, param_variable(callee, param)), place);
        if (clock < 0)
            return -1;
        if (outer >= 0 && clock != outer) {
            diag_error(c->diag, place, "%s and %s are sequences over the same clock in `%s`, and run on %s and %s here", first,
                       param->name->text, callee->item->name->text, c->clock[outer].name, c->clock[clock].name);
            return -1;
        }
        outer = clock;
        first = param->name->text;
    }
    return outer;
}

static bool bind_group(Checker *c, Where w, Scope *callee, const Expr *call, const Param *first)
{
    const char *sequence = first->over->text;
    int outer = group_clock(c, w, callee, call, sequence);
    if (outer < 0)
        return false;
    const char *what = arena_printf(c->arena, "`%s`, which takes a whole sequence,", callee->item->name->text);
    if (c->clock[outer].kind == CLOCK_ENDLESS && !check_bounded(c, outer, call->place, what))
        return false;
    int inner = outer;
    if (clocks_beside(c, callee, sequence) >> outer & 1) {
        Clocks avoid = clocks_beside(c, callee, NULL) | clocks_named(callee);
        inner = check_bounded(c, outer, call->place, what) ? clone(c, outer, sequence, avoid, first->over->place) : -1;
        if (inner < 0)
            return false;
        add_rename(c, callee, inner, outer);
    }
    map_set(callee->clocks, sequence, (void *)((intptr_t)inner + 1));
    for (const Param *param = first; param && inner != outer; param = param->next) {
        Variable *variable = in_group(param, sequence) ? param_variable(callee, param) : NULL;
        if (variable && variable_clocks(c, variable) >> outer & 1)
            variable->value = reclock(c, variable->value.node, outer, inner, call->place);
    }
    return true;
}

bool check_bind_clocks(Checker *c, Where w, Scope *callee, const Expr *call)
{
    if (!find_step_clock(c, w, callee, call))
        return false;
    for (const Param *param = callee->item->params; param; param = param->next) {
        if (param->kind != PARAM_VALUE || !param->over)
            continue;
        if (strcmp(param->over->text, "t") == 0 || param->over->next) {
            diag_error(c->diag, param->over->place, param->over->next ? "a parameter is a sequence over one clock"
                                                                      : "t is the clock that a call steps along: no parameter is over it");
            return false;
        }
        if (!map_get(callee->clocks, param->over->text) && !bind_group(c, w, callee, call, param))
            return false;
    }
    callee->clocks_in |= clocks_beside(c, callee, NULL);
    check_cell_clocks(c, callee);
    return true;
}

/* ---- clocks of a call's own ---- */

/* Calls may share them where no value of the one comes to the other. */
int check_local_clock(Checker *c, Scope *scope, const char *name, int64_t length, Place place)
{
    Clocks avoid = scope->clocks_in | clocks_named(scope);
    int number = -1;
    for (int i = 1;; i++) {
        number = check_clock_make(c, arena_printf(c->arena, "%s = %lld %d", name, (long long)length, i), name, place);
        if (number < 0 || !(avoid >> number & 1))
            break;
    }
    if (number < 0)
        return -1;
    c->clock[number].kind = CLOCK_EXACT;
    c->clock[number].limit = length < 1 ? 1 : length;
    map_set(scope->clocks, name, (void *)((intptr_t)number + 1));
    if (scope->caller)
        add_rename(c, scope, number, -1);
    return number;
}

/* ---- results ---- */

/* A clock that stands for one of the caller's becomes that again; one of the call's own a clock that nothing else has. */
Value check_leave(Checker *c, Scope *callee, const char *name, Value value)
{
    for (const Rename *r = callee->renames; r && value.kind == VALUE_NODE; r = r->next) {
        Clocks clocks = c->graph->node[value.node].type.clocks;
        if (!(clocks >> r->inside & 1))
            continue;
        int outside = r->outside;
        if (outside >= 0 && clocks >> outside & 1) {
            const char *s = c->clock[outside].name;
            diag_error(c->diag, callee->call, "the result %s of `%s` runs on %s twice: once as a sequence, once as a step", name,
                       callee->item->name->text, s);
            diag_hint(c->diag, "in the cell, leave one of the two: sum(... over CLOCK), last(...)");
            return value_none();
        }
        if (outside < 0) {
            const Clock like = c->clock[r->inside];
            outside = check_clock_make(c, arena_printf(c->arena, "%s of %s", like.name, callee->path), like.name, callee->call);
            if (outside < 0)
                return value_none();
            c->clock[outside] = graph_clock(c->clock[outside].name, like.kind, like.limit, callee->call);
            c->clock[outside].like = r->inside;
        }
        value = reclock(c, value.node, r->inside, outside, callee->call);
    }
    return value;
}
