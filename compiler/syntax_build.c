/* syntax_build.c: the nodes of the tree.
 * In: what the grammar's rules have found. Out: nodes of ast.h in the arena.
 * No expression is deeper than EXPR_DEPTH: a deeper one is an error, and its node is made shallow
 * again so that the error is reported once. */
#include "syntax.h"

#include <string.h>

/* `next` is the first member of every struct that is listed; memcpy, as they are different types. */
List list_of(void *node)
{
    return (List){node, node};
}

List list_add(List list, void *node)
{
    memcpy(list.last, &node, sizeof node);
    list.last = node;
    return list;
}

Name *build_name(Parser *parser, const Token *token)
{
    Name *name = arena_alloc(parser->arena, sizeof *name);
    name->text = token->text;
    name->place = token->place;
    return name;
}

static Expr *expr_new(Parser *parser, ExprKind kind, Place place, Place word)
{
    Expr *expr = arena_alloc(parser->arena, sizeof *expr);
    expr->kind = kind;
    expr->place = place;
    expr->word = word;
    expr->depth = 1;
    return expr;
}

/* Says that `expr` stands above `part`, which may be NULL. */
static void deepen(Parser *parser, Expr *expr, const Expr *part)
{
    if (!part || part->depth < expr->depth)
        return;
    expr->depth = part->depth + 1;
    if (expr->depth <= EXPR_DEPTH)
        return;
    expr->depth = 1;
    if (!parser->spoiled) {
        syntax_spoil(parser, expr->word, "the expression is nested too deeply: more than %d levels", EXPR_DEPTH);
        diag_hint(parser->diag, "give a part of it a name of its own");
    }
}

Expr *build_atom(Parser *parser, ExprKind kind, const Token *token)
{
    Expr *expr = expr_new(parser, kind, token->place, token->place);
    expr->text = token->text;
    expr->number = token->number;
    expr->integer = token->integer;
    if (kind == EXPR_NAME && strchr(token->text, '*'))
        syntax_spoil(parser, token->place, "`%s`: a `*` stands for names only in the paths of a weights block",
                     token->text);
    return expr;
}

Expr *build_operator(Parser *parser, Place place, Place word, const char *text, Expr *left, Expr *right)
{
    Expr *expr = expr_new(parser, EXPR_OPERATOR, place, word);
    expr->text = text;
    expr->left = left;
    expr->right = right;
    deepen(parser, expr, left);
    deepen(parser, expr, right);
    return expr;
}

Expr *build_call(Parser *parser, Place place, const Name *name, Arg *args)
{
    Expr *expr = expr_new(parser, EXPR_CALL, place, name->place);
    expr->text = name->text;
    expr->args = args;
    for (const Arg *arg = args; arg; arg = arg->next)
        deepen(parser, expr, arg->value);
    if (strchr(name->text, '*'))
        syntax_spoil(parser, name->place, "`%s` cannot be called", name->text);
    return expr;
}

Expr *build_backward(Parser *parser, Place place, Place word, Expr *call)
{
    Expr *expr = expr_new(parser, EXPR_BACKWARD, place, word);
    expr->left = call;
    deepen(parser, expr, call);
    return expr;
}

Expr *build_repeat(Parser *parser, Place place, Place word, Expr *count, Name *counter, Expr *call)
{
    Expr *expr = expr_new(parser, EXPR_REPEAT, place, word);
    expr->left = count;
    expr->counter = counter;
    expr->right = call;
    deepen(parser, expr, count);
    deepen(parser, expr, call);
    return expr;
}

Expr *build_list(Parser *parser, Place place, Arg *args)
{
    Expr *expr = expr_new(parser, EXPR_LIST, place, place);
    expr->args = args;
    for (const Arg *arg = args; arg; arg = arg->next)
        deepen(parser, expr, arg->value);
    return expr;
}

Expr *build_index(Parser *parser, Place place, Place brackets, Expr *left, Index *index)
{
    Expr *expr = expr_new(parser, EXPR_INDEX, place, brackets);
    expr->left = left;
    expr->index = index;
    deepen(parser, expr, left);
    for (const Index *i = index; i; i = i->next) {
        deepen(parser, expr, i->low);
        deepen(parser, expr, i->high);
    }
    return expr;
}

Expr *build_parenthesised(Expr *value, Place place)
{
    value->parenthesised = true;
    value->place = place;
    return value;
}

Arg *build_arg(Parser *parser, const Token *name, Expr *value, Name *over)
{
    Arg *arg = arena_alloc(parser->arena, sizeof *arg);
    arg->name = name ? build_name(parser, name) : NULL;
    arg->value = value;
    arg->over = over;
    return arg;
}

Index *build_slice(Parser *parser, Place place, bool slice, Expr *low, Expr *high)
{
    Index *index = arena_alloc(parser->arena, sizeof *index);
    index->place = place;
    index->slice = slice;
    index->low = low;
    index->high = high;
    return index;
}

TypeExpr *build_type(Parser *parser, Place place, bool token, ExprList *dims)
{
    TypeExpr *type = arena_alloc(parser->arena, sizeof *type);
    type->place = place;
    type->token = token;
    type->dims = dims;
    return type;
}

ExprList *build_dim(Parser *parser, Expr *value)
{
    ExprList *dim = arena_alloc(parser->arena, sizeof *dim);
    dim->value = value;
    return dim;
}

Param *build_param(Parser *parser, const Token *name, ParamKind kind, Expr *value)
{
    Param *param = arena_alloc(parser->arena, sizeof *param);
    param->name = build_name(parser, name);
    param->kind = kind;
    param->value = value;
    return param;
}

Result *build_result(Parser *parser, const Token *name, TypeExpr *type)
{
    Result *result = arena_alloc(parser->arena, sizeof *result);
    result->name = build_name(parser, name);
    result->type = type;
    return result;
}

Mapping *build_mapping(Parser *parser, Place place, Name *paths, Expr *value)
{
    Mapping *mapping = arena_alloc(parser->arena, sizeof *mapping);
    mapping->place = place;
    mapping->paths = paths;
    mapping->value = value;
    return mapping;
}

Over *build_over(Parser *parser, const Token *clock, const Over *bound)
{
    Over *over = arena_alloc(parser->arena, sizeof *over);
    *over = *bound;
    over->clock = build_name(parser, clock);
    return over;
}

Line *build_line(Parser *parser, LineKind kind, Place place)
{
    Line *line = arena_alloc(parser->arena, sizeof *line);
    line->kind = kind;
    line->place = place;
    return line;
}

/* The comment lines that end on the line above `offset`, each without blanks around it and its '#'. */
static const char *comment_above(Parser *parser, uint32_t offset)
{
    const Source *source = parser->source;
    const char *text = source->text;
    int length;
    uint32_t below = (uint32_t)(source_line(source, offset, &length) - text), begin = below;
    while (begin > 0) {
        const char *line = source_line(source, begin - 1, &length);
        int blanks = (int)strspn(line, " \t");
        if (blanks >= length || line[blanks] != '#')
            break;
        begin = (uint32_t)(line - text);
    }
    if (begin == below)
        return NULL;
    char *comment = arena_alloc(parser->arena, below - begin + 1);
    size_t used = 0;
    for (uint32_t at = begin; at < below; at = (uint32_t)(strchr(text + at, '\n') - text) + 1) {
        const char *line = source_line(source, at, &length);
        size_t skip = strspn(line, " \t") + 1, end = (size_t)length;
        skip += skip < end && line[skip] == ' ';
        while (end > skip && (line[end - 1] == ' ' || line[end - 1] == '\t'))
            end--;
        if (used)
            comment[used++] = '\n';
        memcpy(comment + used, line + skip, end - skip);
        used += end - skip;
    }
    return comment;
}

Item *build_item(Parser *parser, ItemKind kind, Place place, Name *name)
{
    Item *item = arena_alloc(parser->arena, sizeof *item);
    item->kind = kind;
    item->place = place;
    item->name = name;
    if (kind == ITEM_CELL || kind == ITEM_MODEL)
        item->comment = comment_above(parser, place.begin);
    return item;
}

int build_delay(Parser *parser, const Token *number)
{
    enum { MOST_STEPS = 1000000 };
    if (number->integer && number->number >= 1 && number->number <= MOST_STEPS)
        return (int)number->number;
    syntax_spoil(parser, number->place, "a start value stands 1 to %d whole steps before the first one", MOST_STEPS);
    diag_hint(parser->diag, "`h[-1] = ...` is the value one step before the first");
    return 1;
}
