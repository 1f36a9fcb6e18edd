/* check_shared.c: cell NAME = CALL: arguments that are fixed, and one set of weights, for all calls of
 * NAME. Each call is one of the cell behind it, with the fixed arguments added and with a state of its own. */
#include "scope.h"

#include <string.h>

void shared_add(Checker *c, Scope *scope, const Line *line)
{
    const Name *name = line->names;
    const Shared *old = map_get(scope->cells, name->text);
    if (old) {
        diag_error(c->diag, name->place, "%s is defined twice", name->text);
        diag_note(c->diag, old->line->names->place, "it is also defined here");
        return;
    }
    Shared *shared = arena_alloc(c->arena, sizeof *shared);
    *shared = (Shared){.name = name->text, .line = line, .home = scope};
    map_set(scope->cells, name->text, shared);
}

/* The cell that the line calls: not one of the same scope's shared cells, or this might have no end. */
static bool find_leaf(Checker *c, Shared *shared)
{
    const Expr *call = check_leaf(shared->line->value);
    const Shared *other = map_get(shared->home->cells, call->text);
    Map *cells = shared->home->cells;
    shared->home->cells = map_new(c->arena);
    bool found = check_find_fn(c, shared->home, call->text, &shared->leaf);
    shared->home->cells = cells;
    if (found && shared->leaf.cell)
        return true;
    if (other && !found) {
        diag_error(c->diag, call->word, "`%s` is a shared cell already", call->text);
        diag_note(c->diag, other->line->place, "it is made here");
    } else if (found || check_is_builtin(call->text)) {
        diag_error(c->diag, call->word, "`%s` is an operator: only a cell has weights to share", call->text);
    } else {
        check_unknown_function(c, shared->home, call);
    }
    return false;
}

/* The parameter that a fixed argument is for, or NULL. */
static const Param *param_of(const Shared *shared, const Arg *arg, int *position)
{
    const Param *param = shared->leaf.cell->params;
    if (arg->name) {
        while (param && strcmp(param->name->text, arg->name->text) != 0)
            param = param->next;
        return param;
    }
    for (int i = 0; param && i < *position; i++)
        param = param->next;
    ++*position;
    return param;
}

static const Arg *fixed(const Shared *shared, const char *name)
{
    for (const Arg *arg = shared->args; arg; arg = arg->next)
        if (strcmp(arg->name->text, name) == 0)
            return arg;
    return NULL;
}

/* Computes one fixed argument, once for all calls, and names it. */
static void fix(Checker *c, Shared *shared, const Arg *arg, const Name *name, const Param *param)
{
    Where w = {.scope = shared->home, .owner = shared->name};
    Variable *variable = arena_alloc(c->arena, sizeof *variable);
    *variable = (Variable){.kind = VAR_ARGUMENT, .scope = shared->home, .name = name->text, .place = arg->value->place};
    Local *local = arena_alloc(c->arena, sizeof *local);
    *local = (Local){shared->locals, arena_printf(c->arena, "%s#%s", shared->name, name->text), variable};
    Expr *expr = arena_alloc(c->arena, sizeof *expr);
    *expr = (Expr){.kind = EXPR_NAME, .place = arg->value->place, .text = local->name, .depth = 1};
    Arg *new = arena_alloc(c->arena, sizeof *new);
    Name *own = arena_alloc(c->arena, sizeof *own);
    *own = (Name){.text = name->text, .place = arg->name ? name->place : arg->value->place};
    *new = (Arg){.next = shared->args, .name = own, .value = expr, .over = arg->over};
    shared->args = new;
    shared->locals = local;
    variable->value = param && param->kind == PARAM_FN ? check_fn_argument(c, w, arg->value) : check_expr(c, w, arg->value);
    variable->argument = arg->value->kind == EXPR_NAME ? where_find(c, &w, arg->value->text) : NULL;
    variable->progress = STATE_DONE;
}

static void fix_arguments(Checker *c, Shared *shared)
{
    int position = 0;
    for (const Arg *arg = check_leaf(shared->line->value)->args; arg; arg = arg->next) {
        const Param *param = param_of(shared, arg, &position);
        const Name *name = arg->name ? arg->name : param ? param->name : NULL;
        if (!param && !(arg->name && strcmp(arg->name->text, "reset") == 0)) {
            if (arg->name)
                diag_error(c->diag, arg->name->place, "`%s` has no parameter %s", shared->leaf.name, arg->name->text);
            else
                diag_error(c->diag, arg->value->place, "`%s` has no parameter for this argument", shared->leaf.name);
            diag_note(c->diag, shared->leaf.cell->name->place, "`%s` is defined here", shared->leaf.name);
            if (arg->name)
                check_hint_param(c, shared->leaf.cell, arg->name->text);
            continue;
        }
        const Arg *old = fixed(shared, name->text);
        if (old) {
            diag_error(c->diag, arg->name ? arg->name->place : arg->value->place, "the argument %s of `%s` is given twice", name->text,
                       shared->leaf.name);
            diag_note(c->diag, old->value->place, "it is also given here");
            continue;
        }
        fix(c, shared, arg, name, param);
    }
}

const Item *check_shared_cell(Checker *c, Shared *shared)
{
    if (shared->progress == STATE_FRESH) {
        shared->progress = STATE_BUSY;
        int errors = diag_errors(c->diag);
        if (find_leaf(c, shared))
            fix_arguments(c, shared);
        shared->wrong = shared->wrong || diag_errors(c->diag) != errors;
        shared->progress = STATE_DONE;
    }
    if (shared->progress == STATE_BUSY && !shared->wrong) {
        diag_error(c->diag, shared->line->place, "the fixed arguments of `%s` depend on a call of `%s`", shared->name, shared->name);
        shared->wrong = true;
    }
    return shared->wrong ? NULL : shared->leaf.cell;
}

void check_shared_lines(Checker *c, Scope *scope)
{
    for (size_t i = 0; i < scope->cells->count; i++)
        check_shared_cell(c, scope->cells->entries[i].value);
}

const Param *check_next_param(Fn fn, const Param *param)
{
    param = param ? param->next : fn.cell->params;
    while (param && fn.shared && fixed(fn.shared, param->name->text))
        param = param->next;
    return param;
}

/* The arguments of the call by name, those by position being for the parameters that are not fixed, and the fixed ones. */
static bool merge(Checker *c, const Expr *call, Fn fn, Arg **merged)
{
    const Param *param = NULL;
    bool end = false;
    for (const Arg *arg = call->args; arg; arg = arg->next) {
        const Arg *old = arg->name ? fixed(fn.shared, arg->name->text) : NULL;
        if (!arg->name && !end)
            param = check_next_param(fn, param);
        end = end || (!arg->name && !param);
        if (old) {
            diag_error(c->diag, arg->name->place, "the argument %s of `%s` is fixed", arg->name->text, fn.name);
            diag_note(c->diag, old->value->place, "it is given here, for all calls");
            return false;
        }
        if (end && !arg->name) {
            diag_error(c->diag, arg->value->place, "`%s` has no parameter for this argument", fn.name);
            diag_note(c->diag, fn.shared->line->place, "`%s` is made here; what is given here is fixed", fn.name);
            return false;
        }
        Arg *copy = arena_alloc(c->arena, sizeof *copy);
        *copy = *arg;
        if (!arg->name) {
            Name *name = arena_alloc(c->arena, sizeof *name);
            *name = (Name){.text = param->name->text, .place = arg->value->place};
            copy->name = name;
        }
        *merged = copy;
        merged = &copy->next;
    }
    *merged = fn.shared->args;
    return true;
}

Scope *check_shared(Checker *c, Where w, const Expr *expr, Fn fn)
{
    Shared *shared = fn.shared;
    Arg *args = NULL;
    if (!merge(c, expr, fn, &args))
        return NULL;
    Site *site = arena_alloc(c->arena, sizeof *site);
    *site = w.site ? *w.site : check_site(c, w, expr, fn);
    site->weights = path_join(c, shared->home->weights, shared->name);
    site->twin = shared->home->twin;
    site->shared = shared;
    w.site = site;
    Local *locals = NULL, **end = &locals;
    for (const Local *local = shared->locals; local; local = local->next) {
        *end = arena_alloc(c->arena, sizeof **end);
        **end = *local;
        end = (Local **)(uintptr_t)&(*end)->next;
    }
    *end = (Local *)(uintptr_t)w.locals;
    w.locals = locals;
    Fn leaf = shared->leaf;
    leaf.name = shared->name; /* in messages */
    return check_callee_of(c, w, check_with_args(c, shared->line->value, args, expr->place), leaf);
}

bool check_may_share(Checker *c, const Variable *variable, const Variable *other, const char *path)
{
    const Scope *scope = variable->scope;
    if (!scope->shared || !other->scope->shared || scope->shared->line != other->scope->shared->line || variable->line != other->line) {
        diag_error(c->diag, scope->call, "the weight %s here has the name of another weight", path);
        diag_note(c->diag, other->scope->call, "the other one is of this call");
        diag_hint(c->diag, "give the variable another name than that of the shared cell");
        return false;
    }
    Shape shape = check_type_shape(c, (Where){.scope = variable->scope}, variable->type);
    Shape before = check_type_shape(c, (Where){.scope = other->scope}, other->type);
    if (shape_agrees(shape, before))
        return true;
    diag_error(c->diag, scope->call, "%s is %s in this call, and %s in another one", path, shape_text(c->arena, shape), shape_text(c->arena, before));
    diag_note(c->diag, other->scope->call, "the other call");
    diag_hint(c->diag, "calls of `%s` share one set of weights", scope->shared->name);
    return false;
}
