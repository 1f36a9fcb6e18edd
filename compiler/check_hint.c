/* check_hint.c: advice behind an error: the name that was meant, and where the shapes of a mismatch come from. */
#include "scope.h"

#include <ctype.h>
#include <string.h>

static bool same_letters(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b))
        a++, b++;
    return !*a && !*b;
}

bool check_hint_near(Checker *c, const char *name, const char *const *names, size_t count)
{
    const char *near = NULL;
    for (size_t i = 0; i < count && !near; i++)
        if (same_letters(name, names[i]))
            near = names[i];
    if (!near)
        near = diag_nearest(name, names, count);
    if (near)
        diag_hint(c->diag, "did you mean `%s`?", near);
    return near != NULL;
}

/* What functions of other languages are called here; names in small letters. */
static const struct {
    const char *name, *hint;
} foreign[] = {
    {"linear", "a dense layer is `dense(x, n=8)`"},
    {"matmul", "a product with a matrix is written `W @ x`"},
    {"mm", "a product with a matrix is written `W @ x`"},
    {"dot", "a product with a matrix is written `W @ x`, that of two vectors `a @ b`"},
    {"einsum", "a product with a matrix is written `W @ x`"},
    {"mul", "`a * b` multiplies element by element"},
    {"add", "a sum is written `a + b`"},
    {"cat", "values are joined by `concat(a, b)`"},
    {"concatenate", "values are joined by `concat(a, b)`"},
    {"hstack", "values are joined by `concat(a, b)`"},
    {"chunk", "a value is divided by `split(x, 2)`"},
    {"view", "`reshape(x, [2, 4])` gives a value another shape"},
    {"bidirectional", "the other direction is `backward lstm(x, n=8)`, and `concat` joins the two"},
    {"bilstm", "the other direction is `backward lstm(x, n=8)`, and `concat` joins the two"},
    {"bigru", "the other direction is `backward gru(x, n=8)`, and `concat` joins the two"},
    {"embedding", "a row of a matrix by a token is `embed(w, n=8)`, or `E[w]`"},
    {"print", "`rnnc run` shows outputs: declare the value by `output`"},
};

void check_hint_function(Checker *c, const Scope *scope, const char *name, const char *const *names, size_t count)
{
    const char *dot = strrchr(name, '.'), *last = dot ? dot + 1 : name;
    if (map_get(scope->vars, name)) {
        diag_hint(c->diag, "%s is a variable: `%s` is its value at this step, `%s[t-1]` that of one step ago", name, name, name);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (same_letters(last, names[i])) {
            diag_hint(c->diag, "did you mean `%s`?", names[i]);
            return;
        }
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (same_letters(last, foreign[i].name)) {
            diag_hint(c->diag, "%s", foreign[i].hint);
            return;
        }
    check_hint_near(c, name, names, count);
}

void check_hint_param(Checker *c, const Item *cell, const char *name)
{
    size_t count = 0;
    for (const Param *param = cell->params; param; param = param->next)
        count++;
    const char **names = arena_array(c->arena, count + 1, sizeof *names), *text = "";
    count = 0;
    for (const Param *param = cell->params; param; param = param->next) {
        names[count++] = param->name->text;
        text = arena_printf(c->arena, "%s%s%s", text, *text ? ", " : "", param->name->text);
    }
    if (!check_hint_near(c, name, names, count) && count)
        diag_hint(c->diag, count == 1 ? "its parameter is %s" : "its parameters are %s", text);
}

void check_hint_clock(Checker *c, const Scope *scope, const char *name)
{
    const char **names = arena_array(c->arena, scope->clocks->count + 1, sizeof *names), *text = "";
    size_t count = 0;
    for (size_t i = 0; i < scope->clocks->count && i < 8; i++) {
        names[count++] = scope->clocks->entries[i].key;
        text = arena_printf(c->arena, "%s%s%s", text, *text ? ", " : "", names[count - 1]);
    }
    if (count && !check_hint_near(c, name, names, count))
        diag_hint(c->diag, count == 1 ? "the clock here is %s" : "the clocks here are %s", text);
    else if (!count && !scope->caller)
        diag_hint(c->diag, "an input or output declares it: `over %s`", name);
}

/* Whether the name is that of a weight and a variable without a blank between them. */
static bool two_names(Checker *c, Scope *scope, const char *name)
{
    for (size_t i = 1; name[i]; i++) {
        const char *first = arena_printf(c->arena, "%.*s", (int)i, name), *second = name + i;
        const Variable *weight = scope_find(c, scope, first);
        if (weight && weight->kind == VAR_WEIGHT && scope_find(c, scope, second)) {
            diag_hint(c->diag, "a product is written with `*` or `@`: `%s @ %s`", first, second);
            return true;
        }
    }
    return false;
}

bool check_hint_name(Checker *c, Scope *scope, const char *name)
{
    const char *dot = strrchr(name, '.');
    if (strncmp(name, "self.", 5) == 0)
        diag_hint(c->diag, "names stand alone: `%s`", name + 5);
    else if (dot && strcmp(dot, ".T") == 0)
        diag_hint(c->diag, "`transpose(%.*s)` exchanges the axes", (int)(dot - name), name);
    else if (dot && (strcmp(dot, ".shape") == 0 || strcmp(dot, ".size") == 0))
        diag_hint(c->diag, "a size is a name in a shape, and known as a number: `cell f(x: [n])` knows n");
    else if (strcmp(name, "True") == 0 || strcmp(name, "False") == 0)
        diag_hint(c->diag, "a condition is a number: 1 where it is true, 0 where not");
    else if (strlen(name) > 8 || !two_names(c, scope, name))
        return false;
    return true;
}

/* ---- shapes ---- */

static bool is_leaf(const Node *node)
{
    return (node->op == OP_INPUT || node->op == OP_TENSOR) && node->name && strcmp(node->name, "?") != 0;
}

/* A matrix that was multiplied element by element is most likely not what was meant. */
static bool multiplied_matrix(const Graph *graph, const Node *node)
{
    const Node *a = node->op == OP_MUL ? &graph->node[node->input[0]] : NULL;
    return a && a->type.shape.rank == 2 && graph->node[node->input[1]].type.shape.rank == 1;
}

static void hint_product(Checker *c, Shape a, Shape b)
{
    if (a.rank == 1 && b.rank == 2 && a.dim[0] == b.dim[1])
        diag_hint(c->diag, "it fits the other way round, the matrix first: `W @ x`");
    else if (a.rank == 2 && b.rank == 1 && a.dim[0] == b.dim[0])
        diag_hint(c->diag, "it fits the other way round, `x @ W`, or with transpose(W)");
    else if (a.rank == 2 && b.rank == 2 && a.dim[1] == b.dim[1])
        diag_hint(c->diag, "it fits with the second one transposed: `A @ transpose(B)`");
}

static void hint_elements(Checker *c, const Node *const *node, int count)
{
    for (int i = 0; i < count; i++)
        if (multiplied_matrix(c->graph, node[i])) {
            diag_hint(c->diag, "`*` multiplies element by element; the product of a matrix and a vector is `W @ x`");
            return;
        }
    for (int i = 0; i < count; i++)
        if (node[i]->type.shape.rank == 1 && node[i]->type.shape.dim[0] == 1) {
            diag_hint(c->diag, "[1] is no single number, and is not stretched: its element, `x[0]`, is one");
            return;
        }
}

static bool inside(Place a, Place b)
{
    return a.source == b.source && a.begin >= b.begin && a.end <= b.end;
}

/* A name's shape comes from its line, that of another operand from what stands there. */
static void note_shape(Checker *c, const Expr *expr, const Expr *operand, const Node *node)
{
    const char *shape = shape_text(c->arena, node->type.shape);
    if (is_leaf(node) && operand->kind == EXPR_NAME && !inside(node->place, expr->place))
        diag_note(c->diag, node->place, "%s is %s, declared here", operand->text, shape);
    else
        diag_note(c->diag, operand->place, "%s is %s", operand->kind == EXPR_NAME ? operand->text : "this", shape);
}

void check_hint_shapes(Checker *c, const Expr *expr, const Value *in)
{
    const Node *node[2];
    if (!diag_advises(c->diag) || !expr->right || in[0].kind != VALUE_NODE || in[1].kind != VALUE_NODE)
        return;
    for (int i = 0; i < 2; i++) {
        node[i] = &c->graph->node[in[i].node];
        note_shape(c, expr, i ? expr->right : expr->left, node[i]);
    }
    if (strcmp(expr->text, "@") == 0)
        hint_product(c, node[0]->type.shape, node[1]->type.shape);
    else
        hint_elements(c, node, 2);
}
