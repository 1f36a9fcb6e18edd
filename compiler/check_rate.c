/* check_rate.c: between clocks: pick and hold, reductions over the ticks of a clock, windows, and rows
 * of an axis as steps of a clock. */
#include "scope.h"

#include <math.h>
#include <string.h>

/* The clock after `over` of an argument, -1 where there is none; -3 after a message. */
static int over_clock(Checker *c, Where w, const Arg *arg, const char *name)
{
    if (!arg->over)
        return -1;
    if (arg->over->next) {
        diag_error(c->diag, arg->over->next->place, "`%s` works over one clock", name);
        return -3;
    }
    int clock = check_find_clock(c, w.scope, arg->over->text, arg->over->place, "works over t");
    return clock < 0 ? -3 : clock;
}

static NodeId arg_node(Checker *c, Where w, const Arg *arg)
{
    return value_as_node(c, check_expr(c, w, arg->value), arg->value->place);
}

/* ---- pick and hold ---- */

static Value pick(Checker *c, Where w, const Expr *expr)
{
    static const Signature signature = {.name = {"x"}, .needed = 1, .over = true};
    const Arg *arg[SIGNATURE_MAX];
    if (!check_signature(c, expr, &signature, arg))
        return value_none();
    int u = over_clock(c, w, arg[0], "pick");
    if (u == -1 || (u >= 0 && c->clock[u].kind != CLOCK_TICKS)) {
        diag_error(c->diag, u < 0 ? expr->place : arg[0]->over->place, "`pick` takes the values at which a clock ticks%s",
                   u < 0 ? "" : arena_printf(c->arena, ", and %s is none that ticks", c->clock[u].name));
        diag_hint(c->diag, "`clock u = t when ...`, and `pick(x over u)`");
    }
    NodeId x = arg_node(c, w, arg[0]);
    if (x == NODE_NONE || u < 0 || c->clock[u].kind != CLOCK_TICKS)
        return value_none();
    int t = c->clock[u].parent;
    Type type = c->graph->node[x].type;
    if (!(type.clocks >> t & 1)) {
        diag_error(c->diag, arg[0]->value->place, "this does not run on %s, at whose steps %s ticks", c->clock[t].name, c->clock[u].name);
        diag_hint(c->diag, type.clocks >> u & 1 ? "it runs on %s already" : "beside values on %s it can stand as it is", c->clock[u].name);
        return check_soft(c) ? value_node(x) : value_none();
    }
    Node draft = node_draft(OP_PICK, expr->place, 1, &x);
    draft.at.clock = u;
    return check_add(c, &draft);
}

/* The value before the first tick: y[-1], where y is a variable, else 0. */
static NodeId held_start(Checker *c, Where w, const Expr *y, NodeId node, int u, Place place)
{
    Variable *variable = y && y->kind == EXPR_NAME ? where_find(c, &w, y->text) : NULL;
    return check_start_value(c, variable, c->graph->node[node].type, clock_bit(u) | clock_bit(c->clock[u].parent), place);
}

static Value hold_node(Checker *c, NodeId y, NodeId start, int u, Place place)
{
    if (y == NODE_NONE || start == NODE_NONE)
        return value_none();
    Node draft = node_draft(OP_HOLD, place, 2, (NodeId[]){y, start});
    draft.at.clock = u;
    return check_add(c, &draft);
}

/* The clock of y that ticks at steps of `t`, or at steps of any clock where t is -1; -1: none, -2: several. */
static int ticking(const Checker *c, Clocks clocks, int t)
{
    int found = -1;
    for (int k = 0; k < (int)c->clock_count; k++)
        if (clocks >> k & 1 && c->clock[k].kind == CLOCK_TICKS && (t < 0 || c->clock[k].parent == t))
            found = found == -1 ? k : -2;
    return found;
}

static Value hold(Checker *c, Where w, const Expr *expr)
{
    static const Signature signature = {.name = {"y"}, .needed = 1, .over = true};
    const Arg *arg[SIGNATURE_MAX];
    if (!check_signature(c, expr, &signature, arg))
        return value_none();
    int t = over_clock(c, w, arg[0], "hold");
    NodeId y = arg_node(c, w, arg[0]);
    if (y == NODE_NONE || t == -3)
        return value_none();
    Type type = c->graph->node[y].type;
    int u = ticking(c, type.clocks, t);
    if (u < 0) {
        diag_error(c->diag, arg[0]->value->place, "this runs on %s clock that ticks%s", u == -2 ? "more than one" : "no",
                   t < 0 ? "" : arena_printf(c->arena, " at steps of %s", c->clock[t].name));
        diag_hint(c->diag, "`hold(y over t)` is, at every step of t, y at the latest tick of its clock");
        return check_soft(c) ? value_node(y) : value_none();
    }
    if (type.shape.rank < 0)
        return value_unknown_on(c, (type.clocks & ~clock_bit(u)) | clock_bit(c->clock[u].parent), expr->place);
    return hold_node(c, y, held_start(c, w, arg[0]->value, y, u, expr->place), u, expr->place);
}

/* ---- reductions over the ticks of a clock ---- */

typedef struct Ticks {
    Checker *c;
    NodeId in;
    int clock;
    Place place;
} Ticks;

static Value binary(const Ticks *k, const char *word, Value a, Value b)
{
    return check_operator(k->c, word, (Value[]){a, b}, 2, k->place);
}

static NodeId filled(const Ticks *k, double value, Shape shape)
{
    return graph_const(k->c->graph, value, shape, k->place);
}

/* What `word` makes of the values at all ticks so far. */
static Value running(const Ticks *k, const char *word, NodeId in, double start)
{
    Checker *c = k->c;
    Type type = c->graph->node[in].type;
    const char *key = arena_printf(c->arena, "%s of %d", word, in);
    NodeId state = check_state(c, key, k->clock, filled(k, start, type.shape), type.clocks, k->place);
    Value next = binary(k, word, value_node(state), value_node(in));
    check_state_next(c, state, next.node);
    return next;
}

static NodeId count_node(const Ticks *k)
{
    NodeId one = filled(k, 1, shape_scalar());
    Node draft = node_draft(OP_REPEAT, k->place, 1, &one);
    draft.at.clock = k->clock;
    return check_add(k->c, &draft).node;
}

/* A state that is 1 at the first tick only tells it; another one keeps what was there. */
static Value first_value(const Ticks *k)
{
    Checker *c = k->c;
    int64_t tokens = c->graph->node[k->in].type.tokens;
    NodeId in = value_as_number(c, k->in, k->place);
    Type type = c->graph->node[in].type;
    NodeId is_first = check_state(c, "first", k->clock, filled(k, 1, shape_scalar()), clock_bit(k->clock), k->place);
    NodeId zero = filled(k, 0, shape_scalar());
    Node draft = node_draft(OP_REPEAT, k->place, 1, &zero);
    draft.at.clock = k->clock;
    check_state_next(c, is_first, check_add(c, &draft).node);
    NodeId state = check_state(c, arena_printf(c->arena, "first of %d", in), k->clock, filled(k, 0, type.shape), type.clocks, k->place);
    Value value = check_operator(c, "where", (Value[]){value_node(is_first), value_node(in), value_node(state)}, 3, k->place);
    check_state_next(c, state, value.node);
    if (!tokens || value.kind != VALUE_NODE)
        return value;
    Node token = node_draft(OP_TOKEN, k->place, 1, &value.node);
    token.at.end = tokens;
    return check_add(c, &token);
}

static Value so_far(const Ticks *k, Op op)
{
    switch (op) {
    case OP_LAST: return value_node(k->in);
    case OP_FIRST: return first_value(k);
    case OP_SUM: case OP_MEAN: return running(k, "+", k->in, 0);
    case OP_MIN: return running(k, "min", k->in, INFINITY);
    default: return running(k, "max", k->in, -INFINITY);
    }
}

/* What a clock that ticks leaves is what is held at the last step of its parent. */
static Value at_the_end(const Ticks *k, Value value)
{
    Checker *c = k->c;
    if (value.kind != VALUE_NODE)
        return value_none();
    NodeId start = held_start(c, (Where){0}, NULL, value.node, k->clock, k->place);
    value = hold_node(c, value.node, start, k->clock, k->place);
    int parent = c->clock[k->clock].parent;
    if (value.kind != VALUE_NODE || c->clock[parent].kind == CLOCK_TICKS)
        return value.kind == VALUE_NODE ? check_over_ticks(c, OP_LAST, value.node, parent, k->place) : value;
    Node draft = node_draft(OP_LAST, k->place, 1, &value.node);
    draft.at.clock = parent;
    return check_add(c, &draft);
}

Value check_over_ticks(Checker *c, Op op, NodeId in, int clock, Place place)
{
    Ticks k = {c, in, clock, place};
    int root = check_root(c, clock);
    const char *word = op_info[op].word;
    if (c->clock[root].kind == CLOCK_ENDLESS) {
        diag_error(c->diag, place, "`%s` needs all ticks of %s, which ticks at steps of %s, which has no end", word, c->clock[clock].name,
                   c->clock[root].name);
        diag_note(c->diag, c->clock[root].place, "give it a bound here: `over %s <= N`", c->clock[root].name);
        return value_none();
    }
    if (op != OP_LAST && op != OP_FIRST && op != OP_SUM && op != OP_MEAN && op != OP_MIN && op != OP_MAX) {
        diag_error(c->diag, place, "`%s` needs the values of all ticks of %s at once, and how many there are is not known before", word,
                   c->clock[clock].name);
        diag_hint(c->diag, "first, last, sum, mean, min and max are what ticks have");
        return value_none();
    }
    Value value = at_the_end(&k, so_far(&k, op));
    if (op != OP_MEAN || value.kind != VALUE_NODE)
        return value;
    Value count = at_the_end(&k, running(&k, "+", count_node(&k), 0));
    return binary(&k, "/", value, binary(&k, "max", count, value_number(1)));
}

/* ---- windows, rows as steps ---- */

static Value window(Checker *c, Where w, const Expr *expr)
{
    static const Signature signature = {.name = {"x", "k"}, .needed = 2, .over = true};
    const Arg *arg[SIGNATURE_MAX];
    if (!check_signature(c, expr, &signature, arg))
        return value_none();
    int clock = over_clock(c, w, arg[0], "window");
    int64_t count = check_dim(c, w, arg[1]->value, 1, "the length of a window");
    NodeId x = check_number_arg(c, w, arg[0]);
    if (x == NODE_NONE || count == -2 || clock == -3)
        return value_none();
    Type type = c->graph->node[x].type;
    int t = scope_clock(w.scope, "t");
    if (clock < 0)
        clock = t >= 0 && type.clocks >> t & 1 ? t : type.clocks & (type.clocks - 1) ? -2 : clock_first(type.clocks);
    if (clock < 0) {
        diag_error(c->diag, arg[0]->value->place, clock == -2 ? "this runs on several clocks (%s): say along which one the window is"
                                                              : "this runs on %s clock: there are no steps before",
                   clock == -2 ? check_clock_names(c, type.clocks) : "no");
        if (clock == -2)
            diag_hint(c->diag, "`window(x over CLOCK, k)`");
        return check_soft(c) ? value_unknown_node(c, x, expr->place) : value_none();
    }
    if (count > 4096) {
        diag_error(c->diag, arg[1]->value->place, "a window of %lld steps: at most 4096 are supported", (long long)count);
        return value_none();
    }
    if (type.shape.rank < 0 || count < 0)
        return value_unknown_on(c, type.clocks | clock_bit(clock), expr->place);
    bool mine = w.scope->caller && clock == w.scope->step_clock;
    Delay delay = {.clock = clock, .steps = 1, .backward = mine && w.scope->backward, .reset = mine ? w.scope->reset : NODE_NONE};
    return check_window(c, w, arg[0]->value, x, delay, (int)count);
}

static Value unstack(Checker *c, Where w, const Expr *expr)
{
    static const Signature signature = {.name = {"x"}, .needed = 1, .over = true};
    const Arg *arg[SIGNATURE_MAX];
    if (!check_signature(c, expr, &signature, arg))
        return value_none();
    const Name *over = arg[0]->over;
    if (!over || over->next) {
        diag_error(c->diag, over ? over->next->place : expr->place, "`unstack` makes one clock of the first axis: say which");
        diag_hint(c->diag, "`unstack(x over r)`: r has as many steps as x has rows");
        return value_none();
    }
    NodeId x = arg_node(c, w, arg[0]);
    if (x == NODE_NONE)
        return value_none();
    Type type = c->graph->node[x].type;
    int64_t rows = type.shape.rank > 0 ? type.shape.dim[0] : -1;
    int clock = scope_clock(w.scope, over->text);
    if (clock < 0)
        clock = check_find_clock(c, w.scope, over->text, over->place, "has `unstack` over t");
    if (clock < 0)
        return value_none();
    if (rows < 0 && type.shape.rank != 0)
        return value_unknown_on(c, type.clocks | clock_bit(clock), expr->place);
    if (rows > 0 && check_learn_length(c, w.scope, over->text, rows))
        return value_unknown_on(c, type.clocks | clock_bit(clock), expr->place);
    const Clock *info = &c->clock[clock];
    if (type.clocks >> clock & 1) {
        diag_error(c->diag, over->place, "this runs on %s already: its rows need another clock", over->text);
        return value_none();
    }
    if (rows > 0 && (info->kind != CLOCK_EXACT || info->limit != rows)) {
        diag_error(c->diag, over->place, "`unstack` of %s gives a clock of %lld steps, and %s is %s", shape_text(c->arena, type.shape),
                   (long long)rows, over->text,
                   info->kind == CLOCK_EXACT ? arena_printf(c->arena, "one of %lld", (long long)info->limit) : "none of a fixed number");
        diag_note(c->diag, info->place, "%s is declared here", over->text);
        return value_none();
    }
    Node draft = node_draft(OP_UNSTACK, expr->place, 1, &x);
    draft.at.clock = clock;
    draft.at.length = rows;
    return check_add(c, &draft);
}

Value check_rate(Checker *c, Where w, const Expr *expr)
{
    w.whole = NULL;
    w.backward = false;
    if (strcmp(expr->text, "pick") == 0)
        return pick(c, w, expr);
    if (strcmp(expr->text, "hold") == 0)
        return hold(c, w, expr);
    if (strcmp(expr->text, "window") == 0)
        return window(c, w, expr);
    if (strcmp(expr->text, "unstack") == 0)
        return unstack(c, w, expr);
    return (Value){.kind = VALUE_UNKNOWN, .node = NODE_NONE};
}
