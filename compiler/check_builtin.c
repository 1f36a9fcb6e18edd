/* check_builtin.c: operators that work along an axis or a clock, that change shapes, or that make
 * constants: those whose arguments are more than values. */
#include "scope.h"

#include <string.h>

enum { MAX_ARGS = 64 };

/* The arguments of a call, taken apart. */
typedef struct Call {
    Where w;
    const Expr *expr;
    const char *name;
    const Arg *arg[MAX_ARGS];
    int count;               /* by position */
    const Expr *axis;        /* axis=k, or NULL */
    const Name *over;        /* of the first argument, or NULL */
} Call;

/* Whether `axis=` and `over` may be there is the operator's to say. */
static bool take_apart(Checker *c, Call *call, int least, int most, bool along_axis, bool along_clock)
{
    for (const Arg *arg = call->expr->args; arg; arg = arg->next) {
        if (arg->over && (!along_clock || arg->over->next)) {
            diag_error(c->diag, arg->over->place, "`%s` does not work over a clock", call->name);
            return false;
        }
        if (along_axis && arg->name && strcmp(arg->name->text, "axis") == 0 && !call->axis) {
            call->axis = arg->value;
        } else if (arg->name) {
            diag_error(c->diag, arg->name->place, "`%s` has no argument of the name %s", call->name, arg->name->text);
            return false;
        } else if (call->count < MAX_ARGS) {
            call->arg[call->count++] = arg;
        } else {
            diag_error(c->diag, arg->value->place, "`%s` takes at most %d arguments", call->name, MAX_ARGS);
            return false;
        }
    }
    if (call->count < least || call->count > most) {
        diag_error(c->diag, call->expr->place, "`%s` takes %d argument%s%s, and has %d here", call->name, least,
                   least == 1 ? "" : "s", most > least ? " or more" : "", call->count);
        return false;
    }
    call->over = call->arg[0]->over;
    if (call->over && call->axis) {
        diag_error(c->diag, call->axis->place, "`%s` works along an axis or over a clock, not both", call->name);
        return false;
    }
    return true;
}

/* As a number: what works along axes makes no tokens of tokens. */
static NodeId number_argument(Checker *c, const Call *call, int i)
{
    const Expr *expr = call->arg[i]->value;
    NodeId node = value_as_node(c, check_expr(c, call->w, expr), expr->place);
    return node == NODE_NONE ? node : value_as_number(c, node, expr->place);
}

static NodeId argument(Checker *c, const Call *call, int i)
{
    Value value = check_expr(c, call->w, call->arg[i]->value);
    return value_as_node(c, value, call->arg[i]->value->place);
}

/* The axis to work on: the last one where none is named; counted from the end where negative. */
static int find_axis(Checker *c, const Call *call, Shape shape)
{
    if (!call->axis || shape.rank < 0)
        return shape.rank - 1;
    int64_t axis = check_dim(c, call->w, call->axis, -SHAPE_MAX_RANK, "an axis");
    return axis < 0 && axis >= -shape.rank ? (int)axis + shape.rank : (int)axis;
}

/* The clock that the call leaves: named by `over`, or the only one that the argument runs on. */
static int find_clock(Checker *c, const Call *call, NodeId in)
{
    Clocks clocks = c->graph->node[in].type.clocks;
    if (call->over) {
        int clock = check_find_clock(c, call->w.scope, call->over->text, call->over->place, "works over t");
        if (clock >= 0 && !(clocks >> clock & 1)) {
            diag_error(c->diag, call->arg[0]->value->place, "this does not run on the clock %s", call->over->text);
            return check_soft(c) ? -1 : -3;
        }
        return clock;
    }
    Clocks ending = clocks; /* the ones that could be left */
    for (int k = 0; k < c->graph->clock_count; k++)
        if (c->clock[check_root(c, k)].kind == CLOCK_ENDLESS)
            ending &= ~clock_bit(k);
    Clocks candidates = ending ? ending : clocks;
    if (candidates && !(candidates & (candidates - 1)))
        return clock_first(candidates);
    diag_error(c->diag, call->arg[0]->value->place,
               clocks ? "this runs on several clocks (%s): say which one `%s` leaves" : "this runs on %s clock: `%s` has none to leave",
               clocks ? check_clock_names(c, clocks) : "no", call->name);
    if (clocks)
        diag_hint(c->diag, "`%s(x over CLOCK)`", call->name);
    return check_soft(c) ? -1 : -3;
}

static Value along_clock(Checker *c, const Call *call, Op op, NodeId in)
{
    int clock = find_clock(c, call, in);
    if (clock < 0)
        return clock == -3 ? value_none() : value_node(in);
    const Clock *info = &c->graph->clock[clock];
    if (info->kind == CLOCK_TICKS)
        return check_over_ticks(c, op, in, clock, call->expr->place);
    if (!check_bounded(c, clock, call->expr->place, arena_printf(c->arena, "`%s`", call->name)))
        return value_none();
    if (op == OP_STACK && info->kind != CLOCK_EXACT) {
        diag_error(c->diag, call->expr->place, "`stack` needs a clock of exactly N steps, and %s has at most %lld", info->name,
                   (long long)info->limit);
        diag_note(c->diag, info->place, "`over %s = N` here", info->name);
        return value_none();
    }
    Node draft = node_draft(op, call->expr->place, 1, &in);
    draft.at.clock = clock;
    draft.at.length = info->limit;
    if (op == OP_ARGMAX)
        draft.type.tokens = info->limit;
    return check_add(c, &draft);
}

static Value reduce(Checker *c, Call *call, Op op)
{
    if (!take_apart(c, call, 1, 1, op_info[op].class != CLASS_CLOCK, true))
        return value_none();
    NodeId in = argument(c, call, 0);
    if (in == NODE_NONE)
        return value_none();
    bool clock_only = op_info[op].class == CLASS_CLOCK;
    if (!clock_only)
        in = value_as_number(c, in, call->expr->place);
    Shape shape = c->graph->node[in].type.shape;
    if (call->over || clock_only)
        return along_clock(c, call, op, in);
    Node draft = node_draft(op, call->expr->place, 1, &in);
    draft.at.axis = find_axis(c, call, shape);
    Value value = check_add(c, &draft);
    if (value.kind == VALUE_NONE && shape.rank == 0 && c->graph->node[in].type.clocks)
        diag_hint(c->diag, "`%s(x over CLOCK)` works along a clock", call->name);
    return value;
}

static Value concat(Checker *c, Call *call)
{
    NodeId in[MAX_ARGS];
    if (!take_apart(c, call, 1, MAX_ARGS, true, false))
        return value_none();
    bool known = true;
    for (int i = 0; i < call->count; i++) {
        in[i] = number_argument(c, call, i);
        if (in[i] == NODE_NONE)
            return value_none();
        known = known && c->graph->node[in[i]].type.shape.rank >= 0;
    }
    if (!known) {
        NodeId widest = in[0];
        for (int i = 1; i < call->count; i++)
            if (c->graph->node[in[i]].type.clocks & ~c->graph->node[widest].type.clocks)
                widest = in[i];
        return value_unknown_node(c, widest, call->expr->place);
    }
    Node draft = node_draft(OP_CONCAT, call->expr->place, call->count, in);
    draft.at.axis = find_axis(c, call, c->graph->node[in[0]].type.shape);
    return check_add(c, &draft);
}

static Value split(Checker *c, Call *call)
{
    if (!take_apart(c, call, 2, 2, true, false))
        return value_none();
    NodeId in = number_argument(c, call, 0);
    int64_t parts = check_dim(c, call->w, call->arg[1]->value, 1, "the number of parts");
    if (in == NODE_NONE || parts == -2)
        return value_none();
    Shape shape = c->graph->node[in].type.shape;
    int axis = find_axis(c, call, shape);
    if (parts > 4096 || (shape.rank >= 0 && (axis < 0 || axis >= shape.rank || (shape.dim[axis] >= 0 && shape.dim[axis] % parts)))) {
        diag_error(c->diag, call->expr->place, "cannot split %s into %lld equal parts", shape_text(c->arena, shape), (long long)parts);
        return value_none();
    }
    Value tuple = {.kind = VALUE_TUPLE, .node = NODE_NONE, .count = parts < 1 ? 1 : (int)parts};
    tuple.items = arena_array(c->arena, (size_t)tuple.count, sizeof *tuple.items);
    for (int i = 0; i < tuple.count; i++) {
        if (parts < 1 || shape.rank < 0 || shape.dim[axis] < 0) {
            tuple.items[i] = value_unknown_node(c, in, call->expr->place);
            continue;
        }
        Node draft = node_draft(OP_SLICE, call->expr->place, 1, &in);
        draft.at.axis = axis;
        draft.at.begin = shape.dim[axis] / parts * i;
        draft.at.end = shape.dim[axis] / parts * (i + 1);
        tuple.items[i] = check_add(c, &draft);
    }
    return tuple;
}

/* A list of dimensions, as `reshape(x, [4, 6])` and `zeros([32])` have it. */
static bool shape_argument(Checker *c, const Call *call, int i, Shape *shape)
{
    const Expr *list = call->arg[i]->value;
    *shape = shape_scalar();
    if (list->kind != EXPR_LIST) {
        diag_error(c->diag, list->place, "a shape is needed here, in brackets: [4, 6]");
        return false;
    }
    for (const Arg *arg = list->args; arg; arg = arg->next) {
        int64_t size = check_dim(c, call->w, arg->value, 1, "a dimension");
        if (size != -2 && shape->rank == SHAPE_MAX_RANK)
            diag_error(c->diag, list->place, "a value has at most %d axes", SHAPE_MAX_RANK);
        if (size == -2 || shape->rank == SHAPE_MAX_RANK)
            return false;
        shape->dim[shape->rank++] = size;
    }
    return true;
}

static Value reshape(Checker *c, Call *call)
{
    Shape shape;
    if (!take_apart(c, call, 2, 2, false, false) || !shape_argument(c, call, 1, &shape))
        return value_none();
    NodeId in = number_argument(c, call, 0);
    if (in == NODE_NONE)
        return value_none();
    Node draft = node_draft(OP_RESHAPE, call->expr->place, 1, &in);
    draft.at.shape = shape;
    return check_add(c, &draft);
}

static Value fill(Checker *c, Call *call, double value)
{
    Shape shape;
    if (!take_apart(c, call, 1, 1, false, false) || !shape_argument(c, call, 0, &shape))
        return value_none();
    Node draft = node_draft(OP_CONST, call->expr->place, 0, NULL);
    draft.value = value;
    draft.at.shape = shape;
    return check_add(c, &draft);
}

static Value rearrange(Checker *c, Call *call, Op op)
{
    if (!take_apart(c, call, 1, 1, op == OP_FLIP, false))
        return value_none();
    NodeId in = number_argument(c, call, 0);
    if (in == NODE_NONE)
        return value_none();
    Node draft = node_draft(op, call->expr->place, 1, &in);
    if (op == OP_FLIP)
        draft.at.axis = find_axis(c, call, c->graph->node[in].type.shape);
    return check_add(c, &draft);
}

/* Operators that op_find does not know: they have another word, or are made of several. */
const char *const check_builtins[] = {"split", "reshape", "zeros", "ones", "conv1d", "conv2d", "max_pool", "avg_pool", "outer",
                                      "sample", "normal", "window", "pick", "hold", "unstack", NULL};

bool check_is_builtin(const char *name)
{
    for (const char *const *word = check_builtins; *word; word++)
        if (strcmp(name, *word) == 0)
            return true;
    return false;
}

/* VALUE_UNKNOWN where `name` is none of those of this file. */
Value check_builtin(Checker *c, Where w, const Expr *expr, const char *name)
{
    w.whole = NULL;
    Call call = {.w = w, .expr = expr, .name = name};
    Op op = op_find(name, 1);
    if (op != OP_COUNT && (op_info[op].class == CLASS_REDUCE || op_info[op].class == CLASS_CLOCK || op_info[op].class == CLASS_NORMAL))
        return reduce(c, &call, op);
    if (strcmp(name, "concat") == 0)
        return concat(c, &call);
    if (strcmp(name, "split") == 0)
        return split(c, &call);
    if (strcmp(name, "reshape") == 0)
        return reshape(c, &call);
    if (strcmp(name, "transpose") == 0)
        return rearrange(c, &call, OP_TRANSPOSE);
    if (strcmp(name, "flip") == 0)
        return rearrange(c, &call, OP_FLIP);
    if (strcmp(name, "zeros") == 0 || strcmp(name, "ones") == 0)
        return fill(c, &call, name[0] == 'o');
    Value value = check_rate(c, w, expr);
    if (value.kind == VALUE_UNKNOWN)
        value = check_spatial(c, w, expr);
    if (value.kind == VALUE_UNKNOWN)
        value = check_random(c, w, expr);
    return value;
}
