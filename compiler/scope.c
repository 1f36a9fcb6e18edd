/* scope.c: scopes: which names there are in a model or in one call of a cell. */
#include "scope.h"

#include <math.h>
#include <string.h>

Value value_none(void)
{
    return (Value){.kind = VALUE_NONE, .node = NODE_NONE};
}

Value value_number(double number)
{
    return (Value){.kind = VALUE_NUMBER, .number = number, .node = NODE_NONE};
}

Value value_node(NodeId node)
{
    return (Value){.kind = node == NODE_NONE ? VALUE_NONE : VALUE_NODE, .node = node};
}

Value value_unknown_on(Checker *c, Clocks clocks, Place place)
{
    Node draft = node_draft(OP_INPUT, place, 0, NULL); /* the one leaf that may run on clocks */
    draft.name = "?";
    draft.at.shape = SHAPE_UNKNOWN;
    draft.type.clocks = clocks;
    return check_add(c, &draft);
}

Value value_unknown_node(Checker *c, NodeId like, Place place)
{
    return value_unknown_on(c, c->graph->node[like].type.clocks, place);
}

NodeId value_as_number(Checker *c, NodeId node, Place place)
{
    const Node *n = &c->graph->node[node];
    if (!n->type.tokens)
        return node;
    if (n->op == OP_TOKEN)
        return n->input[0];
    Node number = node_draft(OP_NUMBER, place, 1, &node);
    return graph_put(c->graph, &number);
}

bool value_is_integer(Value value)
{
    return value.kind == VALUE_NUMBER && value.number == floor(value.number) && fabs(value.number) <= 9007199254740992.0;
}

NodeId value_as_node(Checker *c, Value value, Place place)
{
    static const char *const what[] = {"nothing", "a number", "a number", "a value", "a function", "a list", "several values"};
    switch (value.kind) {
    case VALUE_NODE: return value.node;
    case VALUE_NUMBER: return graph_const(c->graph, value.number, shape_scalar(), place);
    case VALUE_UNKNOWN: return graph_const(c->graph, 0, shape_scalar(), place);
    case VALUE_NONE: return NODE_NONE;
    default:
        diag_error(c->diag, place, "a value is needed here, and this is %s", what[value.kind]);
        if (value.kind == VALUE_LIST)
            diag_hint(c->diag, "a list is a shape, as in `zeros([4])`; values are joined by `concat(a, b)`");
        return NODE_NONE;
    }
}

const char *path_join(Checker *c, const char *path, const char *name)
{
    return *path ? arena_printf(c->arena, "%s.%s", path, name) : name;
}

const char *scope_path(Checker *c, const Scope *scope, const char *name)
{
    return path_join(c, scope->path, name);
}

/* A name stands for one thing only, but for an output, which is declared and defined. */
Variable *scope_add(Checker *c, Scope *scope, VarKind kind, const Name *name)
{
    Variable *old = map_get(scope->vars, name->text);
    if (old) {
        diag_error(c->diag, name->place, "%s is defined twice", name->text);
        diag_note(c->diag, old->place, "it is also defined here");
        if (kind == VAR_EQUATION && old->kind == VAR_EQUATION)
            diag_hint(c->diag, "an equation is no assignment: it holds at every step, and what comes of %s needs a name of its own", name->text);
        return old;
    }
    Variable *variable = arena_alloc(c->arena, sizeof *variable);
    variable->kind = kind;
    variable->scope = scope;
    variable->name = name->text;
    variable->place = name->place;
    map_set(scope->vars, name->text, variable);
    return variable;
}

void scope_set_static(Checker *c, Scope *scope, const char *name, double value, Place place)
{
    Name as_name = {.text = name, .place = place};
    Variable *variable = scope_add(c, scope, VAR_STATIC, &as_name);
    variable->value = isnan(value) ? (Value){.kind = VALUE_UNKNOWN, .node = NODE_NONE} : value_number(value);
    variable->progress = STATE_DONE;
}

static void add_equation(Checker *c, Scope *scope, const Line *line)
{
    Equation *equation = arena_alloc(c->arena, sizeof *equation);
    equation->line = line;
    for (const Name *name = line->names; name && !equation->owner; name = name->next)
        if (strcmp(name->text, "_") != 0)
            equation->owner = name->text;
    int position = 0;
    for (const Name *name = line->names; name; name = name->next, position++) {
        if (strcmp(name->text, "_") == 0)
            continue;
        Variable *variable = scope_add(c, scope, VAR_EQUATION, name);
        if (variable->line) /* the first one is kept */
            continue;
        variable->equation = equation;
        variable->position = position;
        variable->line = line;
    }
}

static void add_declared(Checker *c, Scope *scope, const Line *line, VarKind kind)
{
    for (const Name *name = line->names; name; name = name->next) {
        Variable *variable = scope_add(c, scope, kind, name);
        variable->line = line;
        variable->type = line->type;
        variable->over = line->over;
    }
}

static void add_line(Checker *c, Scope *scope, const Line *line)
{
    bool model = !scope->caller;
    switch (line->kind) {
    case LINE_EQUATION: add_equation(c, scope, line); break;
    case LINE_WEIGHT: add_declared(c, scope, line, VAR_WEIGHT); break;
    case LINE_INPUT:
        if (!model)
            diag_error(c->diag, line->place, "an input belongs to a model; a cell has parameters");
        add_declared(c, scope, line, VAR_INPUT);
        break;
    case LINE_OUTPUT:
        if (!model)
            diag_error(c->diag, line->place, "an output belongs to a model; a cell has results, after `->`");
        break;
    case LINE_CELL: shared_add(c, scope, line); break;
    case LINE_TRAIN:
        diag_warning(c->diag, line->place, "training is not supported yet: this block is left out, and not looked at");
        diag_hint(c->diag, "the model is compiled to run; `weights \"FILE\" { ... }` binds what a framework has trained");
        break;
    case LINE_TARGET: diag_error(c->diag, line->place, "a target belongs into a train block"); break;
    case LINE_CALL: diag_error(c->diag, line->place, "a call alone belongs into a train block: its result needs a name"); break;
    default: break;
    }
}

static void add_start(Checker *c, Scope *scope, const Line *line)
{
    Variable *variable = map_get(scope->vars, line->names->text);
    if (!variable) {
        if (!scope_unknown_name(c, scope, line->names->text, line->names->place))
            diag_hint(c->diag, "this is its value before the first step; what it is at each one, `%s = ...`, is missing", line->names->text);
        return;
    }
    for (Start *s = variable->starts; s; s = s->next)
        if (s->line->delay == line->delay) {
            diag_error(c->diag, line->place, "%s[-%d] is defined twice", variable->name, line->delay);
            diag_note(c->diag, s->line->place, "it is also defined here");
            return;
        }
    Start *start = arena_alloc(c->arena, sizeof *start);
    start->line = line;
    start->next = variable->starts;
    variable->starts = start;
}

/* Outputs and results give a type to a variable that an equation (or an input) defines. */
static void add_types(Checker *c, Scope *scope)
{
    for (const Line *line = scope->item->lines; line; line = line->next) {
        for (const Name *name = line->kind == LINE_OUTPUT ? line->names : NULL; name; name = name->next) {
            Variable *variable = map_get(scope->vars, name->text);
            if (!variable) {
                diag_error(c->diag, name->place, "no equation defines the output %s", name->text);
                continue;
            }
            if (variable->output) {
                diag_error(c->diag, name->place, "the output %s is declared twice", name->text);
                diag_note(c->diag, variable->output->place, "it is also declared here");
            }
            variable->output = name;
            if (!variable->type)
                variable->type = line->type;
            if (!variable->over)
                variable->over = line->over;
        }
    }
    for (const Result *result = scope->item->results; result; result = result->next) {
        Variable *variable = map_get(scope->vars, result->name->text);
        if (!variable) {
            diag_error(c->diag, result->name->place, "no equation defines the result %s", result->name->text);
        } else if (!variable->type) {
            variable->type = result->type;
        }
    }
}

Scope *scope_new(Checker *c, Scope *caller, const Item *item, const char *path, Place call)
{
    Scope *scope = arena_alloc(c->arena, sizeof *scope);
    scope->caller = caller;
    scope->item = item;
    scope->path = scope->weights = path;
    scope->call = call;
    scope->depth = caller ? caller->depth + 1 : 0;
    scope->vars = map_new(c->arena);
    scope->cells = map_new(c->arena);
    scope->clocks = map_new(c->arena);
    scope->step_clock = -1;
    scope->reset = NODE_NONE;
    if (!item)
        return scope;
    for (const Line *line = item->lines; line; line = line->next)
        add_line(c, scope, line);
    for (const Line *line = item->lines; line; line = line->next)
        if (line->kind == LINE_START)
            add_start(c, scope, line);
    add_types(c, scope);
    return scope;
}

bool scope_of_library(Checker *c, const Scope *scope)
{
    return scope->item && map_get(c->library_cells, scope->item->name->text) == scope->item;
}

Variable *scope_find(Checker *c, Scope *scope, const char *name)
{
    Variable *variable = map_get(scope->vars, name);
    return variable || scope_of_library(c, scope) ? variable : map_get(c->globals->vars, name);
}

Variable *where_find(Checker *c, const Where *w, const char *name)
{
    for (const Local *local = w->locals; local; local = local->next)
        if (strcmp(local->name, name) == 0)
            return local->variable;
    return scope_find(c, w->scope, name);
}

int scope_clock(const Scope *scope, const char *name)
{
    if (scope->caller && strcmp(name, "t") == 0)
        return scope->step_clock;
    void *number = map_get(scope->clocks, name);
    return number ? (int)((intptr_t)number - 1) : -1;
}

Clocks scope_clocks(const Scope *scope, const Over *over)
{
    Clocks clocks = 0;
    for (; over; over = over->next) {
        int clock = scope_clock(scope, over->clock->text);
        clocks |= clock >= 0 ? (Clocks)1 << clock : 0;
    }
    return clocks;
}

bool scope_unknown_name(Checker *c, Scope *scope, const char *name, Place place)
{
    diag_error(c->diag, place, "%s is not defined here", name);
    if (!diag_advises(c->diag))
        return true;
    size_t count = scope->vars->count + c->globals->vars->count + scope->clocks->count, k = 0;
    const char **names = arena_array(c->arena, count + 1, sizeof *names);
    const Map *maps[] = {scope->vars, c->globals->vars, scope->clocks};
    for (int m = 0; m < 3; m++)
        for (size_t i = 0; i < maps[m]->count; i++)
            names[k++] = maps[m]->entries[i].key;
    if (check_hint_name(c, scope, name) || check_hint_near(c, name, names, count))
        return true;
    if (map_get(scope->cells, name) || map_get(c->cells, name) || map_get(c->library_cells, name) || op_is_word(name))
        diag_hint(c->diag, "`%s` is a function: call it with ( )", name);
    else if (strcmp(name, "t") == 0 && !scope->caller && !scope->clocks->count)
        diag_hint(c->diag, "the model has no clock: an input that is a sequence is declared `over t`");
    else
        return false;
    return true;
}
