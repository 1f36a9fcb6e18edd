/* check_clock.c: clocks: those of the model's lines, in the order of its axes in memory, those that tick
 * at steps of others, and what they may be used for. Clocks keep their numbers from round to round. */
#include "scope.h"

#include <string.h>

int clock_first(Clocks clocks)
{
    for (int k = 0; k < CLOCKS_MAX; k++)
        if (clocks >> k & 1)
            return k;
    return -1;
}

bool check_soft(Checker *c)
{
    c->soft += !c->strict;
    return !c->strict;
}

/* ---- the table of clocks ---- */

static bool name_taken(const Checker *c, const char *name)
{
    for (size_t k = 0; k < c->clock_count; k++)
        if (strcmp(c->clock[k].name, name) == 0)
            return true;
    return false;
}

int check_clock_make(Checker *c, const char *key, const char *name, Place place)
{
    void *old = map_get(c->clock_keys, key);
    if (old)
        return (int)((intptr_t)old - 1);
    if (c->clock_count == CLOCKS_MAX) {
        diag_error(c->diag, place, "more than %d clocks", CLOCKS_MAX);
        return -1;
    }
    const char *unique = name;
    for (int i = 2; name_taken(c, unique); i++)
        unique = arena_printf(c->arena, "%s_%d", name, i);
    c->clock = arena_grow(c->arena, c->clock, c->clock_count, &c->clock_capacity, sizeof *c->clock);
    int number = (int)c->clock_count++;
    c->clock[number] = graph_clock(unique, CLOCK_ENDLESS, 0, place);
    c->graph->clock = c->clock;
    c->graph->clock_count = (int)c->clock_count;
    map_set(c->clock_keys, key, (void *)((intptr_t)number + 1));
    return number;
}

int check_root(const Checker *c, int clock)
{
    while (c->clock[clock].parent >= 0)
        clock = c->clock[clock].parent;
    return clock;
}

/* ---- the model's clocks: their order ---- */

typedef struct Declared {
    const char *name[CLOCKS_MAX];
    bool placed[CLOCKS_MAX];
    int count;
} Declared;

static int find_declared(const Declared *d, const char *name)
{
    for (int i = 0; i < d->count; i++)
        if (strcmp(d->name[i], name) == 0)
            return i;
    return -1;
}

static void note_declared(Checker *c, Declared *d, const Name *name)
{
    if (find_declared(d, name->text) >= 0)
        return;
    if (d->count == CLOCKS_MAX)
        diag_error(c->diag, name->place, "more than %d clocks", CLOCKS_MAX);
    else
        d->name[d->count++] = name->text;
}

/* Whether a clock that stands outside of clock `i` in some line, or that it ticks at, waits yet. */
static bool waits(const Checker *c, const Declared *d, int i)
{
    for (const Line *line = c->model->lines; line; line = line->next) {
        const char *before = NULL;
        for (const Over *over = line->over; over; before = over->clock->text, over = over->next)
            if (before && strcmp(over->clock->text, d->name[i]) == 0 && !d->placed[find_declared(d, before)])
                return true;
        if (line->kind == LINE_CLOCK_WHEN && strcmp(line->names->text, d->name[i]) == 0 && line->value->kind == EXPR_NAME) {
            int parent = find_declared(d, line->value->text);
            if (parent >= 0 && parent != i && !d->placed[parent])
                return true;
        }
    }
    return false;
}

/* Outermost first; lines that contradict each other keep their own order in memory (Port.clock). */
static void number_declared(Checker *c)
{
    Declared d = {.count = 0};
    for (const Line *line = c->model->lines; line; line = line->next) {
        for (const Over *over = line->over; over; over = over->next)
            note_declared(c, &d, over->clock);
        if (line->kind == LINE_CLOCK_WHEN)
            note_declared(c, &d, line->names);
    }
    for (int done = 0; done < d.count; done++) {
        int next = 0;
        while (next < d.count && (d.placed[next] || waits(c, &d, next)))
            next++;
        for (int i = 0; next == d.count; i++)   /* the lines contradict each other: the first that waits */
            next = d.placed[i] ? next : i;
        d.placed[next] = true;
        int number = check_clock_make(c, arena_printf(c->arena, "@%s", d.name[next]), d.name[next], c->model->place);
        c->clock[number] = graph_clock(c->clock[number].name, CLOCK_ENDLESS, 0, (Place){0});
        map_set(c->top->clocks, d.name[next], (void *)((intptr_t)number + 1));
    }
    c->declared = d.count;
}

/* ---- bounds ---- */

static void add_condition(Checker *c, Condition condition)
{
    Condition **end = &c->conditions;
    while (*end)
        end = &(*end)->next;
    *end = arena_alloc(c->arena, sizeof condition);
    **end = condition;
}

static void declare_until(Checker *c, const Over *over, int number)
{
    if (over->bound != BOUND_AT_MOST) {
        diag_error(c->diag, over->until->place, "`until` ends a clock early: it needs the number of steps that it has at most");
        diag_hint(c->diag, "`over %s <= N until ...`", over->clock->text);
        return;
    }
    add_condition(c, (Condition){.scope = c->top, .name = over->clock->text, .expr = over->until, .clock = number, .on = number,
                                 .until = true});
}

static void declare_bound(Checker *c, const Over *over)
{
    const char *name = over->clock->text;
    int number = scope_clock(c->top, name);
    if (number < 0)
        return;
    Clock *clock = &c->clock[number];
    if (!clock->place.source)
        clock->place = over->clock->place;
    if (over->until)
        declare_until(c, over, number);
    if (over->bound == BOUND_NONE)
        return;
    if (clock->kind == CLOCK_TICKS) {
        diag_error(c->diag, over->clock->place, "%s ticks at steps of %s, and has no bound of its own", name,
                   c->clock[clock->parent].name);
        return;
    }
    if (clock->kind != CLOCK_ENDLESS) {
        diag_error(c->diag, over->clock->place, "the bound of the clock %s stands twice", name);
        diag_note(c->diag, clock->place, "it also stands here");
        return;
    }
    int64_t limit = check_dim(c, (Where){.scope = c->top}, over->limit, 1, "the bound of a clock");
    clock = &c->clock[number];
    clock->kind = over->bound == BOUND_EXACT ? CLOCK_EXACT : CLOCK_AT_MOST;
    clock->limit = limit < 1 ? 1 : limit;
    clock->place = over->clock->place;
}

/* ---- clocks that tick ---- */

/* What ticks goes forward, and nothing starts it anew in between: its ticks are known only as they come. */
static void check_may_tick(Checker *c, const Scope *scope, const Expr *of, int parent)
{
    for (const Scope *s = scope; s->caller; s = s->caller) {
        if (s->step_clock != parent || (!s->backward && s->reset == NODE_NONE))
            continue;
        diag_error(c->diag, of->place, s->backward ? "a clock that ticks at steps of a call that goes backward"
                                                   : "a clock that ticks at steps of a call with `reset`");
        diag_note(c->diag, s->call, "this is the call");
        diag_hint(c->diag, s->backward ? "ticks are known only as they come, from the first step on"
                                       : "reset the calls along the ticks themselves: gru(pick(x over u), n=8, reset=...)");
        return;
    }
}

static void declare_ticks(Checker *c, Scope *scope, const Line *line, int number)
{
    const Expr *of = line->value;
    Clock *clock = &c->clock[number];
    if (clock->parent >= 0) {
        diag_error(c->diag, line->names->place, "the clock %s is declared twice", line->names->text);
        diag_note(c->diag, clock->place, "it is also declared here");
        return;
    }
    clock->kind = CLOCK_ENDLESS;
    clock->place = line->names->place;
    if (of->kind != EXPR_NAME || !check_is_clock(c, &(Where){.scope = scope}, of)) {
        diag_error(c->diag, of->place, "a clock is needed here, the one at whose steps %s ticks", line->names->text);
        diag_hint(c->diag, "`clock %s = t when ...`", line->names->text);
        return;
    }
    int parent = check_find_clock(c, scope, of->text, of->place, "has a clock that ticks");
    if (parent < 0)
        return;
    clock = &c->clock[number];
    if (parent >= number) {
        diag_error(c->diag, of->place, "the clock %s cannot tick at its own steps", line->names->text);
        return;
    }
    check_may_tick(c, scope, of, parent);
    clock->kind = CLOCK_TICKS;
    clock->parent = parent;
    clock->limit = c->clock[parent].limit;
    add_condition(c, (Condition){.scope = scope, .name = line->names->text, .expr = line->when, .clock = number, .on = parent});
}

/* A parent that ticks itself has the lower number; what ticks has its parent's bound. */
void check_declare_clocks(Checker *c)
{
    number_declared(c);
    for (int k = 0; k < c->declared; k++)
        for (const Line *line = c->model->lines; line; line = line->next)
            if (line->kind == LINE_CLOCK_WHEN && scope_clock(c->top, line->names->text) == k)
                declare_ticks(c, c->top, line, k);
    for (const Line *line = c->model->lines; line; line = line->next)
        for (const Over *over = line->over; over; over = over->next) {
            for (const Over *before = line->over; before != over; before = before->next)
                if (strcmp(before->clock->text, over->clock->text) == 0)
                    diag_error(c->diag, over->clock->place, "the clock %s stands twice in one line", over->clock->text);
            declare_bound(c, over);
        }
    check_unstack_bounds(c);
    for (int k = 0; k < c->declared; k++)
        if (c->clock[k].kind == CLOCK_TICKS)
            c->clock[k].limit = c->clock[c->clock[k].parent].limit;
    check_unstack_clocks(c, c->top);
}

/* A cell's lines are read when its step clock is known. */
void check_cell_clocks(Checker *c, Scope *callee)
{
    for (const Line *line = callee->item->lines; line; line = line->next) {
        if (line->kind != LINE_CLOCK && line->kind != LINE_CLOCK_WHEN)
            continue;
        const Name *name = line->kind == LINE_CLOCK ? line->over->clock : line->names;
        if (strcmp(name->text, "t") == 0 || map_get(callee->clocks, name->text)) {
            diag_error(c->diag, name->place, "the cell has a clock %s already", name->text);
            continue;
        }
        int number = -1;
        if (line->kind == LINE_CLOCK_WHEN) {
            number = check_clock_make(c, scope_path(c, callee, arena_printf(c->arena, "@%s", name->text)), name->text, name->place);
            if (number >= 0) {
                c->clock[number] = graph_clock(c->clock[number].name, CLOCK_ENDLESS, 0, name->place);
                declare_ticks(c, callee, line, number);
            }
        } else if (line->over->bound != BOUND_EXACT || line->over->until) {
            diag_error(c->diag, name->place, "a clock of a cell has a number of steps: `clock %s = N`", name->text);
            number = check_local_clock(c, callee, name->text, 1, name->place);
        } else {
            int64_t limit = check_dim(c, (Where){.scope = callee}, line->over->limit, 1, "the bound of a clock");
            number = limit == -2 ? -1 : check_local_clock(c, callee, name->text, limit, name->place);
        }
        if (number >= 0)
            map_set(callee->clocks, name->text, (void *)((intptr_t)number + 1));
    }
    check_unstack_clocks(c, callee);
}

/* ---- conditions ---- */

static bool runs_only_on(Checker *c, const Condition *condition, NodeId node)
{
    Clocks other = c->graph->node[node].type.clocks & ~clock_bit(condition->on);
    if (!other)
        return true;
    diag_error(c->diag, condition->expr->place, "the condition of the clock %s also runs on %s: it may run on %s only", condition->name,
               check_clock_names(c, other), c->clock[condition->on].name);
    return false;
}

static NodeId condition_node(Checker *c, const Condition *condition)
{
    Place place = condition->expr->place;
    Value value = check_expr(c, (Where){.scope = condition->scope, .owner = condition->name}, condition->expr);
    NodeId node = value_as_node(c, value, place);
    if (node == NODE_NONE)
        return NODE_NONE;
    if (value.kind == VALUE_NUMBER && !condition->until && value.number == 0) {
        diag_error(c->diag, place, "the clock %s never ticks: this is always 0", condition->name);
        return NODE_NONE;
    }
    node = value_as_number(c, node, place);
    Shape shape = c->graph->node[node].type.shape;
    if (shape.rank > 0) {
        diag_error(c->diag, place, "a condition is one number, and this is %s", shape_text(c->arena, shape));
        diag_hint(c->diag, "an element of it: `x[0] > 0.5`");
        return NODE_NONE;
    }
    if (!runs_only_on(c, condition, node))
        return NODE_NONE;
    if (c->graph->node[node].type.clocks)
        return node;
    Node draft = node_draft(OP_REPEAT, place, 1, &node);
    draft.at.clock = condition->on;
    return check_add(c, &draft).node;
}

void check_conditions(Checker *c)
{
    while (c->conditions) {
        const Condition *condition = c->conditions;
        c->conditions = condition->next;
        NodeId node = condition_node(c, condition);
        if (condition->until)
            c->clock[condition->clock].until = node;
        else
            c->clock[condition->clock].when = node;
    }
}

/* ---- what runs on them ---- */

static void check_input_clocks(Checker *c, const Line *line, int endless)
{
    Clocks on = scope_clocks(c->top, line->over);
    for (const Over *over = line->over; over; over = over->next) {
        int k = scope_clock(c->top, over->clock->text);
        const Clock *clock = k < 0 ? NULL : &c->clock[k];
        bool until = false;
        for (const Condition *condition = c->conditions; condition; condition = condition->next)
            until = until || (condition->until && condition->clock == k);
        if (clock && clock->kind == CLOCK_TICKS) {
            diag_error(c->diag, over->clock->place, "an input cannot run on %s, which ticks at steps of %s", clock->name,
                       c->clock[clock->parent].name);
            diag_hint(c->diag, "let it run on %s, and `pick(%s over %s)`", c->clock[clock->parent].name, line->names->text, clock->name);
        } else if (until) {
            diag_error(c->diag, over->clock->place, "an input cannot run on %s: `until` says when %s ends, and the caller cannot know",
                       clock->name, clock->name);
        } else if (clock && clock->kind != CLOCK_ENDLESS && endless >= 0 && !(on >> endless & 1)) {
            diag_error(c->diag, over->clock->place, "the input %s is a sequence over %s beside the clock %s, which has no end: which step is it for?",
                       line->names->text, clock->name, c->clock[endless].name);
            diag_note(c->diag, c->clock[endless].place, "give %s a bound here, or declare the input over both", c->clock[endless].name);
        }
    }
}

void check_inputs(Checker *c)
{
    int endless = -1;
    for (int k = 0; k < c->declared && endless < 0; k++)
        endless = c->clock[k].kind == CLOCK_ENDLESS ? k : -1;
    for (const Line *line = c->model->lines; line; line = line->next)
        if (line->kind == LINE_INPUT)
            check_input_clocks(c, line, endless);
}

bool check_mixes(Checker *c, Clocks clocks, Place place)
{
    for (int k = 0; k < c->graph->clock_count; k++) {
        if (!(clocks >> k & 1) || c->clock[k].kind != CLOCK_TICKS)
            continue;
        for (int m = 0; m < c->graph->clock_count; m++) {
            if (m == k || !(clocks >> m & 1) || check_root(c, m) != check_root(c, k))
                continue;
            const char *u = c->clock[k].name, *t = c->clock[m].name;
            bool parent = c->clock[m].kind != CLOCK_TICKS || c->clock[k].parent == m;
            diag_error(c->diag, place, "this combines values on the clocks %s and %s, and %s ticks at some steps of %s only", t, u, u,
                       parent ? t : c->clock[check_root(c, k)].name);
            diag_hint(c->diag, parent ? "`hold(y over %s)` is the latest y at every step of %s, `pick(x over %s)` is x at the ticks"
                                      : "`hold(y over %s)` is the latest y at every step of %s",
                      c->clock[c->clock[k].parent].name, c->clock[c->clock[k].parent].name, u);
            return true;
        }
    }
    return false;
}

bool check_bounded(Checker *c, int clock, Place place, const char *what)
{
    const Clock *info = &c->clock[clock];
    if (info->kind == CLOCK_TICKS) {
        diag_error(c->diag, place, "%s needs all steps of a clock, and %s ticks at steps of %s", what, info->name, c->clock[info->parent].name);
        return false;
    }
    if (info->kind != CLOCK_ENDLESS)
        return true;
    diag_error(c->diag, place, "%s needs all steps of %s, which has no end", what, info->name);
    diag_note(c->diag, info->place, "give it a bound here: `over %s <= N`", info->name);
    return false;
}
