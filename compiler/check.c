/* check.c: the rounds of checking one model, and what a model has that a cell has not: clocks,
 * inputs, outputs, parameters from the command line. */
#include "check.h"
#include "nest.h"
#include "scope.h"

#include <math.h>
#include <string.h>

enum { MAX_ROUNDS = 64 };

/* ---- cells and models of the file ---- */

static void collect_item(Checker *c, Map *cells, const Item *item)
{
    const Item *other = map_get(cells, item->name->text);
    if (other) {
        diag_error(c->diag, item->name->place, "`%s` is defined twice", item->name->text);
        diag_note(c->diag, other->name->place, "it is also defined here");
        return;
    }
    map_set(cells, item->name->text, (void *)(uintptr_t)item);
}

static void collect(Checker *c, Map *cells, const Ast *ast)
{
    for (const Item *item = ast->items; item; item = item->next)
        if (item->kind == ITEM_CELL)
            collect_item(c, cells, item);
}

static const Item *find_model(Checker *c, const Ast *ast)
{
    const Item *found = NULL, *last = NULL;
    const char *names = "", *wanted = c->options->model;
    int count = 0;
    for (const Item *item = ast->items; item; item = item->next) {
        if (item->kind != ITEM_MODEL)
            continue;
        count++;
        last = item;
        names = arena_printf(c->arena, "%s%s%s", names, *names ? ", " : "", item->name->text);
        if (wanted && strcmp(item->name->text, wanted) == 0)
            found = item;
    }
    Place nowhere = {0};
    if (!found && wanted) {
        diag_error(c->diag, nowhere, count ? "there is no model %s in the file; it has %s" : "there is no model %s in the file%s", wanted,
                   names);
        const char *near = last && count == 1 ? last->name->text : NULL;
        for (const Item *item = ast->items; item && !near; item = item->next)
            if (item->kind == ITEM_MODEL)
                near = diag_nearest(wanted, &item->name->text, 1);
        if (near)
            diag_hint(c->diag, "--model=%s?", near);
    }
    else if (!found && count > 1)
        diag_error(c->diag, nowhere, "the file has %d models (%s): say which one with --model=NAME", count, names);
    else if (!found && count == 0)
        diag_error(c->diag, nowhere, "there is no model in the file");
    else if (!found)
        found = last;
    return found;
}

static Scope *global_scope(Checker *c, const Ast *ast)
{
    Scope *scope = scope_new(c, NULL, NULL, "", (Place){0});
    c->globals = scope;
    for (const Item *item = ast->items; item; item = item->next) {
        if (item->kind != ITEM_CONSTANT)
            continue;
        Variable *variable = scope_add(c, scope, VAR_EQUATION, item->name);
        Line *line = arena_alloc(c->arena, sizeof *line);
        line->kind = LINE_EQUATION;
        line->place = item->place;
        line->names = item->name;
        line->value = item->value;
        variable->line = line;
        variable->equation = arena_alloc(c->arena, sizeof *variable->equation);
        variable->equation->line = line;
        variable->equation->owner = item->name->text;
    }
    return scope;
}

/* ---- the model ---- */

static void set_parameters(Checker *c)
{
    for (const Param *param = c->model->params; param; param = param->next) {
        if (param->kind != PARAM_DIM && param->kind != PARAM_NUMBER) {
            diag_error(c->diag, param->name->place, "a parameter of a model is a `dim` or a `number`");
            diag_hint(c->diag, "what changes from call to call is an input: `input %s: [4]`", param->name->text);
            Variable *variable = scope_add(c, c->top, VAR_STATIC, param->name);
            variable->progress = STATE_DONE;
            continue;
        }
        double value = NAN;
        bool given = false;
        for (size_t i = 0; i < c->options->define_count; i++)
            if (strcmp(c->options->defines[i].name, param->name->text) == 0) {
                value = c->options->defines[i].value;
                given = c->options->defines[i].used = true;
            }
        if (!given && !param->value) {
            diag_error(c->diag, param->name->place, "the parameter %s has no value", param->name->text);
            diag_hint(c->diag, "give it one: -D %s=NUMBER", param->name->text);
        } else if (!given) {
            Value number = check_expr(c, (Where){.scope = c->top}, param->value);
            if (number.kind == VALUE_NUMBER)
                value = number.number;
            else if (number.kind != VALUE_NONE)
                diag_error(c->diag, param->value->place, "a number is needed here");
        }
        bool whole = param->kind != PARAM_DIM || isnan(value) || (value >= 1 && value == floor(value));
        if (!whole)
            diag_error(c->diag, param->name->place, "%s is %g: a dimension is a whole number from 1", param->name->text, value);
        scope_set_static(c, c->top, param->name->text, whole ? value : NAN, param->name->place);
    }
    for (size_t i = 0; i < c->options->define_count; i++)
        if (!c->options->defines[i].used) {
            diag_error(c->diag, (Place){0}, "-D %s: the model %s has no such parameter", c->options->defines[i].name,
                       c->model->name->text);
            check_hint_param(c, c->model, c->options->defines[i].name);
        }
}

/* The clocks of a line in its order, outermost first in memory, where that is not the order of their numbers. */
static const int *port_order(Checker *c, const Over *over, NodeId node)
{
    int order[CLOCKS_MAX], count = 0, last = -1;
    bool ascending = true;
    for (; over; over = over->next) {
        int clock = scope_clock(c->top, over->clock->text);
        if (clock < 0 || count == CLOCKS_MAX || !(c->graph->node[node].type.clocks >> clock & 1))
            continue;
        ascending = ascending && clock > last;
        order[count++] = last = clock;
    }
    if (ascending)
        return NULL;
    int *kept = arena_array(c->arena, (size_t)count, sizeof *kept);
    memcpy(kept, order, (size_t)count * sizeof *kept);
    return kept;
}

static void add_port(Checker *c, Port **ports, size_t *count, const Over *over, const Name *name, NodeId node)
{
    if ((*count & (*count - 1)) == 0) { /* room for a power of two */
        Port *grown = arena_array(c->arena, *count ? *count * 2 : 1, sizeof *grown);
        if (*count)
            memcpy(grown, *ports, *count * sizeof *grown);
        *ports = grown;
    }
    (*ports)[(*count)++] = (Port){.name = name->text, .node = node, .place = name->place, .clock = port_order(c, over, node)};
}

const char *check_clock_names(Checker *c, Clocks clocks)
{
    const char *text = "";
    for (int i = 0; i < c->graph->clock_count; i++)
        if (clocks >> i & 1)
            text = arena_printf(c->arena, "%s%s%s", text, *text ? " and " : "", c->graph->clock[i].name);
    return text;
}

static void add_output(Checker *c, const Line *line, const Name *name)
{
    Variable *variable = map_get(c->top->vars, name->text);
    if (!variable)
        return;
    NodeId node = value_as_node(c, check_variable(c, variable), name->place);
    if (node == NODE_NONE)
        return;
    Clocks declared = scope_clocks(c->top, line->over), runs = c->graph->node[node].type.clocks;
    if (runs & ~declared) {
        const Clock *first = &c->clock[clock_first(runs & ~declared)];
        diag_error(c->diag, name->place, "the output %s also runs on the clock%s %s", name->text,
                   (runs & ~declared) & ((runs & ~declared) - 1) ? "s" : "", check_clock_names(c, runs & ~declared));
        if (first->kind == CLOCK_TICKS && declared & clock_bit(first->parent))
            diag_hint(c->diag, "`hold(... over %s)` is the latest value at every step of %s", c->clock[first->parent].name,
                      c->clock[first->parent].name);
        else if (first->kind == CLOCK_ENDLESS)
            diag_hint(c->diag, "declare it over the clock, or give %s a bound, and leave it: last(...), sum(... over %s), ...", first->name,
                      first->name);
        else
            diag_hint(c->diag, "declare it over the clock, or leave the clock: last(...), sum(... over %s)%s, ...", first->name,
                      first->kind == CLOCK_EXACT ? arena_printf(c->arena, ", stack(... over %s)", first->name) : "");
    }
    add_port(c, &c->graph->output, &c->graph->output_count, line->over, name, node);
}

/* A scope evaluates what is asked of it; here what no output needs is asked for as well, so that its
 * mistakes are found. */
static void add_rest(Checker *c)
{
    for (size_t i = 0; i < c->top->vars->count; i++)
        check_variable(c, c->top->vars->entries[i].value);
    check_shared_lines(c, c->top);
}

static void unused_starts(Checker *c)
{
    for (size_t i = 0; i < c->top->vars->count; i++) {
        const Variable *variable = c->top->vars->entries[i].value;
        for (const Start *start = variable->starts; start; start = start->next)
            if (!start->used) {
                diag_error(c->diag, start->line->place, "nothing reads the start value of %s", variable->name);
                diag_hint(c->diag, "it is read by a delay, `%s[t-%d]`, here or in the cell whose whole result %s is", variable->name,
                          start->line->delay, variable->name);
            }
    }
}

static void add_outputs(Checker *c)
{
    bool outputs = false;
    for (const Line *line = c->model->lines; line; line = line->next) {
        outputs = outputs || line->kind == LINE_OUTPUT;
        for (const Name *name = line->kind == LINE_OUTPUT ? line->names : NULL; name; name = name->next)
            add_output(c, line, name);
    }
    if (!outputs)
        diag_error(c->diag, c->model->name->place, "the model %s has no output", c->model->name->text);
}

static void check_round(Checker *c, const Ast *ast)
{
    size_t before = c->graph ? c->graph->count : 0;
    c->graph = graph_new(c->arena, NULL);
    if (before) /* as many as in the round before */
        graph_reserve(c->graph, before);
    for (size_t k = 0; k < c->clock_count; k++)
        c->clock[k].when = c->clock[k].until = NODE_NONE;
    c->graph->clock = c->clock;
    c->graph->clock_count = (int)c->clock_count;
    c->graph->name = c->model->name->text;
    c->graph->comment = c->model->comment;
    c->states = map_new(c->arena);
    c->paths = map_new(c->arena);
    c->weight_paths = map_new(c->arena);
    c->pending_count = 0;
    c->busy_count = 0;
    c->changed = false;
    c->forget = false;
    c->soft = 0;
    c->conditions = NULL;
    c->sites = 0;
    c->calls = 0;
    c->missing = 0;
    c->missing_list = "";
    for (size_t i = 0; i < c->options->define_count; i++)
        c->options->defines[i].used = false;
    global_scope(c, ast);
    c->top = scope_new(c, NULL, c->model, "", c->model->place);
    set_parameters(c);
    check_declare_clocks(c);
    check_inputs(c);
    for (const Line *line = c->model->lines; line; line = line->next)
        for (const Name *name = line->kind == LINE_INPUT ? line->names : NULL; name; name = name->next) {
            Variable *variable = map_get(c->top->vars, name->text);
            NodeId node = variable ? value_as_node(c, check_variable(c, variable), name->place) : NODE_NONE;
            if (node != NODE_NONE)
                add_port(c, &c->graph->input, &c->graph->input_count, line->over, name, node);
        }
    add_outputs(c);
    add_rest(c);
    check_conditions(c);
    check_pending(c);
    if (!diag_errors(c->diag)) /* what is wrong may be what would have read one */
        unused_starts(c);
    check_weights_missing(c);
}

/* A recurrence that needs, at one step, what is known only after all steps. */
static void check_knot(Checker *c, const Graph *graph)
{
    NodeId knot = nest_find(c->arena, graph)->knot;
    if (knot == NODE_NONE)
        return;
    diag_error(c->diag, graph->node[knot].place, "this is part of a cycle that goes through all steps of a clock: no step can be the first");
    diag_hint(c->diag, "what `last`, `stack` or a reduction gives is known only when the clock has ended");
}

Graph *check(Arena *arena, Diag *diag, const Ast *library, const Ast *ast, const CheckOptions *options)
{
    Checker c = {.arena = arena, .diag = diag, .options = options};
    c.cells = map_new(arena);
    c.library_cells = map_new(arena);
    c.known = map_new(arena);
    ast = use_files(arena, diag, ast);
    if (!ast)
        return NULL;
    c.clock_keys = map_new(arena);
    c.lengths = map_new(arena);
    collect(&c, c.library_cells, library);
    collect(&c, c.cells, ast);
    c.model = find_model(&c, ast);
    if (!c.model || diag_errors(diag))
        return NULL;
    size_t mark = diag_mark(diag);
    for (int round = 0; round < MAX_ROUNDS; round++) {
        diag_rewind(diag, mark);
        c.round = round;
        check_round(&c, ast);
        if (c.forget) {
            c.known = map_new(arena);
            c.clock_keys = map_new(arena);
            c.clock_count = 0;
        }
        if (c.calls > CHECK_MAX_CALLS || check_is_full(&c))
            break;
        if (!c.changed && !c.strict && c.soft) {
            c.strict = true;
            continue;
        }
        if (!c.changed)
            break;
    }
    if (c.guessed.source && diag_errors(diag) && !c.errors_before_guess) {
        diag_rewind(diag, mark); /* what follows from a guess that was wrong helps nobody */
        diag_error(diag, c.guessed, "the shape of this cannot be told from the equations");
        diag_hint(diag, "declare it, or give a start value of that shape");
    }
    if (diag_errors(diag))
        return NULL;
    check_weights_used(&c);
    Graph *graph = diag_errors(diag) ? NULL : check_order(&c);
    if (graph) {
        check_knot(&c, graph);
        check_weights_finite(&c, graph);
    }
    return diag_errors(diag) ? NULL : graph;
}
