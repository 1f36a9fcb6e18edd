/* check_expr.c: expressions and variables to values. */
#include "scope.h"

#include <math.h>
#include <string.h>

Value check_add(Checker *c, const Node *draft)
{
    const char *error = NULL;
    NodeId id = graph_add(c->graph, draft, &error);
    if (id == NODE_NONE)
        diag_error(c->diag, draft->place, "%s", error);
    else if (check_mixes(c, c->graph->node[id].type.clocks, draft->place))
        return value_none();
    return value_node(id);
}

/* An operator on values that are all static gives a static number; otherwise a node. */
Value check_operator(Checker *c, const char *word, const Value *in, int count, Place place)
{
    Op op = op_find(word, count);
    bool numbers = op_info[op].class == CLASS_MAP, unknown = false;
    for (int i = 0; i < count; i++) {
        if (in[i].kind == VALUE_NONE)
            return value_none();
        numbers = numbers && (in[i].kind == VALUE_NUMBER || in[i].kind == VALUE_UNKNOWN);
        unknown = unknown || in[i].kind == VALUE_UNKNOWN;
    }
    if (numbers && unknown)
        return (Value){.kind = VALUE_UNKNOWN, .node = NODE_NONE};
    if (numbers)
        return value_number(op_value(op, in[0].number, count > 1 ? in[1].number : 0, count > 2 ? in[2].number : 0));
    NodeId *input = arena_array(c->arena, (size_t)count, sizeof *input);
    for (int i = 0; i < count; i++) {
        input[i] = value_as_node(c, in[i], place);
        if (input[i] == NODE_NONE)
            return value_none();
        input[i] = value_as_number(c, input[i], place);
    }
    Node draft = node_draft(op, place, count, input);
    return check_add(c, &draft);
}

static Value check_name(Checker *c, Where w, const Expr *expr)
{
    const char *name = expr->text;
    Variable *variable = where_find(c, &w, name);
    if (variable)
        return check_variable(c, variable);
    if (strcmp(name, "pi") == 0)
        return value_number(3.14159265358979323846);
    if (strcmp(name, "inf") == 0)
        return value_number(INFINITY);
    if (check_is_clock(c, &w, expr))
        return check_step(c, w, expr);
    scope_unknown_name(c, w.scope, name, expr->place);
    return value_none();
}

static Value check_list(Checker *c, Where w, const Expr *expr)
{
    Value list = {.kind = VALUE_LIST, .node = NODE_NONE};
    for (const Arg *arg = expr->args; arg; arg = arg->next)
        list.count++;
    list.items = arena_array(c->arena, (size_t)list.count + 1, sizeof *list.items);
    int i = 0;
    for (const Arg *arg = expr->args; arg; arg = arg->next)
        list.items[i++] = check_expr(c, w, arg->value);
    return list;
}

static Value check_kind(Checker *c, Where w, const Expr *expr);

bool check_is_full(const Checker *c)
{
    return c->graph->count > CHECK_MAX_NODES;
}

/* Counts how deep it is: equations that depend on each other are followed by recursion. */
Value check_expr(Checker *c, Where w, const Expr *expr)
{
    enum { DEEPEST = 200000 };   /* some 1.2 KB of stack each, three times that under the sanitizers */
    if (check_is_full(c)) {
        diag_error(c->diag, c->full, "the model has more than %d operations, those in cells counted for each call", CHECK_MAX_NODES);
        diag_hint(c->diag, "a value of many elements is one operation: x: [64] in place of 64 numbers");
        return value_none();
    }
    if (c->depth >= DEEPEST) {
        diag_error(c->diag, expr->place, "the equations depend on each other more than %d deep", DEEPEST);
        return value_none();
    }
    c->depth++;
    Value value = check_kind(c, w, expr);
    c->depth--;
    if (check_is_full(c) && !c->full.source)
        c->full = expr->place;
    return value;
}

static Value check_kind(Checker *c, Where w, const Expr *expr)
{
    Where inner = w;
    Value value;
    if (expr->kind != EXPR_CALL && expr->kind != EXPR_REPEAT && expr->kind != EXPR_BACKWARD)
        inner.whole = NULL;
    if (check_step_form(c, w, expr, &value))
        return value;
    switch (expr->kind) {
    case EXPR_NUMBER: return value_number(expr->number);
    case EXPR_NAME: return check_name(c, inner, expr);
    case EXPR_STRING: return check_tensor(c, inner, expr);
    case EXPR_LIST: return check_list(c, inner, expr);
    case EXPR_INDEX: return check_index(c, inner, expr);
    case EXPR_CALL: case EXPR_BACKWARD: case EXPR_REPEAT: return check_call(c, inner, expr);
    case EXPR_OPERATOR: {
        Value in[2] = {check_expr(c, inner, expr->left), value_none()};
        if (expr->right)
            in[1] = check_expr(c, inner, expr->right);
        int errors = diag_errors(c->diag);
        size_t nodes = c->graph->count;
        value = check_operator(c, expr->text, in, expr->right ? 2 : 1, expr->place);
        if (diag_errors(c->diag) > errors && c->graph->count == nodes) /* not made: the shapes are wrong */
            check_hint_shapes(c, expr, in);
        return value;
    }
    }
    return value_none();
}

int64_t check_dim(Checker *c, Where w, const Expr *expr, int64_t least, const char *what)
{
    w.whole = NULL;
    Value value = check_expr(c, w, expr);
    if (value.kind == VALUE_NONE)
        return -2;
    if (value.kind == VALUE_UNKNOWN)
        return -1;
    if (value.kind != VALUE_NUMBER) {
        diag_error(c->diag, expr->place, "%s must be known when compiling", what);
        return -2;
    }
    if (!value_is_integer(value) || value.number < (double)least || value.number > (double)SHAPE_MAX_COUNT) {
        diag_error(c->diag, expr->place, "%s is %.10g: a whole number from %lld to 2^31 is needed", what, value.number,
                   (long long)least);
        return -2;
    }
    return (int64_t)value.number;
}

Shape check_type_shape(Checker *c, Where w, const TypeExpr *type)
{
    if (!type)
        return SHAPE_UNKNOWN;
    if (type->token)
        return shape_scalar();
    Shape shape = shape_scalar();
    for (const ExprList *dim = type->dims; dim; dim = dim->next) {
        if (shape.rank == SHAPE_MAX_RANK) {
            diag_error(c->diag, type->place, "a value has at most %d axes", SHAPE_MAX_RANK);
            break;
        }
        int64_t size = check_dim(c, w, dim->value, 1, "a dimension");
        shape.dim[shape.rank++] = size < 0 ? -1 : size;
    }
    return shape;
}

/* ---- variables ---- */

static void report_cycle(Checker *c, const Variable *variable)
{
    const char *chain = variable->name;
    size_t i = c->busy_count;
    while (i > 0 && c->busy[i - 1] != variable)
        chain = arena_printf(c->arena, "%s -> %s", c->busy[--i]->name, chain);
    diag_error(c->diag, variable->place, "cycle without a delay: %s -> %s", variable->name, chain);
    diag_hint(c->diag, "`%s[t-1]` is the value one step ago", variable->name);
}

static Value input_node(Checker *c, Variable *variable)
{
    Where w = {.scope = variable->scope};
    Node draft = node_draft(OP_INPUT, variable->place, 0, NULL);
    draft.name = draft.label = variable->name;
    draft.at.shape = check_type_shape(c, w, variable->type);
    if (variable->type->token) {
        int64_t range = check_dim(c, w, variable->type->dims->value, 1, "the range of a token");
        draft.type.tokens = range < 0 ? 1 : range;
    }
    draft.type.clocks = scope_clocks(variable->scope, variable->over);
    return check_add(c, &draft);
}

static Value equation_value(Checker *c, Variable *variable)
{
    Equation *equation = variable->equation;
    const Expr *right = equation->line->value;
    Where w = {.scope = variable->scope, .owner = equation->owner, .whole = equation};
    if (equation->progress == STATE_FRESH) {
        equation->progress = STATE_BUSY;
        if (check_is_cell(c, w, right))
            equation->callee = check_callee(c, w, right);
        else
            equation->value = check_expr(c, w, right);
        equation->progress = STATE_DONE;
    }
    if (equation->callee) {
        if (check_result(c, equation->callee, variable->position))
            return check_result_value(c, equation->callee, variable->position);
        diag_error(c->diag, variable->place, "`%s` has no result for %s", equation->callee->item->name->text, variable->name);
        return value_none();
    }
    Value value = equation->value;
    if (value.kind == VALUE_NONE)
        return value;
    int names = 0;
    for (const Name *name = equation->line->names; name; name = name->next)
        names++;
    if (value.kind == VALUE_TUPLE && value.count == names)
        return value.items[variable->position];
    if (names == 1 && value.kind != VALUE_TUPLE)
        return value;
    diag_error(c->diag, right->place, "%s for %s",
               value.kind == VALUE_TUPLE ? arena_printf(c->arena, "%d values", value.count) : "one value",
               names == 1 ? "one name" : arena_printf(c->arena, "%d names", names));
    return equation->value = value_none(); /* so that it is told, and its names are counted, once */
}

/* The value at every step of the clocks that an output declares and the value does not run on. */
static Value over_declared(Checker *c, const Variable *variable, Value value)
{
    if (variable->kind != VAR_EQUATION)
        return value;
    for (const Over *over = variable->over; over; over = over->next) {
        int clock = scope_clock(variable->scope, over->clock->text);
        NodeId node = value_as_node(c, value, variable->place);
        if (node == NODE_NONE || clock < 0 || c->graph->node[node].type.clocks >> clock & 1)
            continue;
        bool apart = true; /* a value at ticks is refused below, where its output is added */
        for (int k = 0; k < c->graph->clock_count; k++)
            apart = apart && !(c->graph->node[node].type.clocks >> k & 1 && check_root(c, k) == check_root(c, clock));
        if (!apart)
            continue;
        Node draft = node_draft(OP_REPEAT, variable->place, 1, &node);
        draft.at.clock = clock;
        value = check_add(c, &draft);
    }
    return value;
}

static Value check_declared(Checker *c, Variable *variable, Value value)
{
    if (!variable->type || value.kind == VALUE_NONE || variable->kind != VAR_EQUATION)
        return value;
    Where w = {.scope = variable->scope};
    Shape want = check_type_shape(c, w, variable->type);
    NodeId node = value_as_node(c, value, variable->place);
    if (node == NODE_NONE)
        return value_none();
    const Type *type = &c->graph->node[node].type;
    if (!shape_agrees(type->shape, want)) {
        diag_error(c->diag, variable->place, "%s is %s, and declared as %s", variable->name,
                   shape_text(c->arena, type->shape), shape_text(c->arena, want));
        diag_note(c->diag, variable->type->place, "declared here");
        return value_none();
    }
    if (variable->type->token && !type->tokens && shape_known(type->shape)) {
        diag_error(c->diag, variable->place, "%s is a number, and declared as a token", variable->name);
        diag_hint(c->diag, "`argmax` gives a token");
        return value_none();
    }
    bool step = c->graph->node[node].op == OP_STEP || c->graph->node[node].op == OP_TOKEN;
    if (!variable->type->token && step) /* a step number where numbers are declared */
        value = value_node(value_as_number(c, node, variable->place));
    int64_t range = variable->type->token ? check_dim(c, w, variable->type->dims->value, 1, "the range of a token") : -1;
    if (range > 0 && type->tokens > range) {
        diag_error(c->diag, variable->place, "%s is a token of %lld values, and declared as token[%lld]", variable->name,
                   (long long)type->tokens, (long long)range);
        diag_note(c->diag, variable->type->place, "declared here");
        return value_none();
    }
    return over_declared(c, variable, value);
}

static Value evaluate(Checker *c, Variable *variable)
{
    switch (variable->kind) {
    case VAR_INPUT: return input_node(c, variable);
    case VAR_WEIGHT: return value_node(check_weight(c, variable));
    case VAR_EQUATION: return equation_value(c, variable);
    default: return variable->value;
    }
}

static void set_label(Checker *c, const Variable *variable)
{
    Node *node = &c->graph->node[variable->value.node];
    bool call = variable->equation && variable->equation->callee;
    if (variable->kind != VAR_EQUATION || node->op == OP_INPUT || node->op == OP_CONST || (node->label && !call))
        return;
    node->label = scope_path(c, variable->scope, variable->name);
}

/* An error inside of a cell: which call it is in, and what the cell's dimensions are there. */
static void note_call(Checker *c, Scope *scope)
{
    if (!scope->caller || scope->depth > 5 || scope->noted == diag_errors(c->diag))
        return;
    const char *dims = "";
    for (size_t i = 0; i < scope->vars->count; i++) {
        const Variable *v = scope->vars->entries[i].value;
        if (v->kind == VAR_STATIC && v->value.kind == VALUE_NUMBER)
            dims = arena_printf(c->arena, "%s%s%s = %.10g", dims, *dims ? ", " : ", with ", v->name, v->value.number);
    }
    if (scope->layer)
        diag_note(c->diag, scope->call, "in layer %d of this call of `%s`%s", scope->layer - 1, scope->item->name->text, dims);
    else
        diag_note(c->diag, scope->call, "in this call of `%s`%s", scope->item->name->text, dims);
    scope->noted = diag_errors(c->diag);
}

Value check_variable(Checker *c, Variable *variable)
{
    if (variable->progress == STATE_DONE)
        return variable->value;
    if (variable->progress == STATE_BUSY) {
        report_cycle(c, variable);
        return value_none();
    }
    variable->progress = STATE_BUSY;
    c->busy = arena_grow(c->arena, c->busy, c->busy_count, &c->busy_capacity, sizeof *c->busy);
    c->busy[c->busy_count++] = variable;
    int errors = diag_errors(c->diag);
    variable->value = check_declared(c, variable, evaluate(c, variable));
    if (diag_errors(c->diag) != errors)
        note_call(c, variable->scope);
    c->busy_count--;
    variable->progress = STATE_DONE;
    if (variable->value.kind == VALUE_NODE)
        set_label(c, variable);
    return variable->value;
}
