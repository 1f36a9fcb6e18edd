/* ast_text.c: writes a tree in the language itself.
 * In: an Ast. Out: text with one statement a line, four blanks a level and no parentheses that the
 * operators' priorities make needless; parsing it gives the same tree, printing that the same text.
 * Comments within blocks are not in the tree and so are lost. */
#include "ast.h"

#include <stdlib.h>
#include <string.h>

/* The rows of the priorities in grammar/parser.y, loosest first. */
enum { LOOSEST, OR, AND, NOT, COMPARISON, SUM, PRODUCT, NEGATION, POWER, TIGHTEST };

static const struct {
    const char *word;
    int priority;
} operators[] = {
    {"or", OR}, {"and", AND}, {"not", NOT}, {"==", COMPARISON}, {"!=", COMPARISON}, {"<=", COMPARISON},
    {">=", COMPARISON}, {"<", COMPARISON}, {">", COMPARISON}, {"+", SUM}, {"-", SUM}, {"*", PRODUCT},
    {"/", PRODUCT}, {"%", PRODUCT}, {"@", PRODUCT}, {"neg", NEGATION}, {"**", POWER},
};

static int priority(const Expr *expr)
{
    if (expr->kind != EXPR_OPERATOR)
        return TIGHTEST;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strcmp(operators[i].word, expr->text) == 0)
            return operators[i].priority;
    return TIGHTEST;
}

static void print_expr(Out *out, const Expr *expr, int least);

static void print_names(Out *out, const char *before, const Name *names, const char *between)
{
    for (; names; names = names->next, before = between)
        out_printf(out, "%s%s", before, names->text);
}

static void print_args(Out *out, char open, const Arg *args, char close)
{
    out_bytes(out, &open, 1);
    for (const Arg *arg = args; arg; arg = arg->next) {
        if (arg != args)
            out_text(out, ", ");
        if (arg->name)
            out_printf(out, "%s=", arg->name->text);
        print_expr(out, arg->value, LOOSEST);
        print_names(out, " over ", arg->over, " over ");
    }
    out_bytes(out, &close, 1);
}

/* The fewest digits that read back to the same number. */
static void print_number(Out *out, const Expr *expr)
{
    char text[40];
    if (expr->integer) {
        out_printf(out, "%.0f", expr->number);
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, expr->number);
        if (strtod(text, NULL) == expr->number)
            break;
    }
    out_text(out, text);
    if (!strpbrk(text, ".e"))
        out_text(out, ".0");
}

static void print_operator(Out *out, const Expr *expr, int own)
{
    if (own == NEGATION || own == NOT) {
        out_text(out, own == NOT ? "not " : "-");
        print_expr(out, expr->left, own);
        return;
    }
    /* Sums and products group to the left, powers to the right, comparisons not at all. A sign needs
     * no parentheses behind `**`. */
    bool right = own == POWER, neither = own == COMPARISON;
    bool sign = right && priority(expr->right) == NEGATION;
    print_expr(out, expr->left, right || neither ? own + 1 : own);
    out_printf(out, " %s ", expr->text);
    print_expr(out, expr->right, sign ? NEGATION : right ? own : own + 1);
}

/* A dimension or an index: `t-1` and `4*n` are written without blanks, as everybody does. */
static void print_dim(Out *out, const Expr *expr)
{
    int own = priority(expr);
    if ((own == SUM || own == PRODUCT) && priority(expr->left) == TIGHTEST && priority(expr->right) == TIGHTEST) {
        print_expr(out, expr->left, TIGHTEST);
        out_text(out, expr->text);
        print_expr(out, expr->right, TIGHTEST);
    } else {
        print_expr(out, expr, LOOSEST);
    }
}

static void print_index(Out *out, const Expr *expr)
{
    print_expr(out, expr->left, TIGHTEST);
    const char *before = "[";
    for (const Index *index = expr->index; index; index = index->next, before = ", ") {
        out_text(out, before);
        if (index->low)
            print_dim(out, index->low);
        if (index->slice)
            out_text(out, ":");
        if (index->high)
            print_dim(out, index->high);
    }
    out_text(out, "]");
}

static void print_repeat(Out *out, const Expr *expr)
{
    const Expr *count = expr->left;
    bool atom = count->kind == EXPR_NUMBER || (count->kind == EXPR_NAME && !strchr(count->text, '.'));
    out_text(out, atom ? "repeat " : "repeat (");
    print_expr(out, count, LOOSEST);
    out_text(out, atom ? " " : ") ");
    if (expr->counter)
        out_printf(out, "as %s ", expr->counter->text);
    print_expr(out, expr->right, TIGHTEST);
}

/* With parentheses if the expression's priority is below `least`. */
static void print_expr(Out *out, const Expr *expr, int least)
{
    int own = priority(expr);
    if (own < least)
        out_text(out, "(");
    switch (expr->kind) {
    case EXPR_NUMBER:
        print_number(out, expr);
        break;
    case EXPR_NAME:
        out_text(out, expr->text);
        break;
    case EXPR_STRING:
        out_printf(out, "\"%s\"", expr->text);
        break;
    case EXPR_OPERATOR:
        print_operator(out, expr, own);
        break;
    case EXPR_CALL:
        out_text(out, expr->text);
        print_args(out, '(', expr->args, ')');
        break;
    case EXPR_BACKWARD:
        out_text(out, "backward ");
        print_expr(out, expr->left, TIGHTEST);
        break;
    case EXPR_REPEAT:
        print_repeat(out, expr);
        break;
    case EXPR_LIST:
        print_args(out, '[', expr->args, ']');
        break;
    case EXPR_INDEX:
        print_index(out, expr);
        break;
    }
    if (own < least)
        out_text(out, ")");
}

void ast_print_expr(Out *out, const Expr *expr)
{
    print_expr(out, expr, LOOSEST);
}

static void print_type(Out *out, const TypeExpr *type)
{
    if (!type)
        return;
    out_text(out, type->token ? ": token[" : ": [");
    for (const ExprList *dim = type->dims; dim; dim = dim->next) {
        if (dim != type->dims)
            out_text(out, ", ");
        print_dim(out, dim->value);
    }
    out_text(out, "]");
}

/* `clock x`: the bound of a clock line; otherwise " over x" for each. */
static void print_over(Out *out, const char *before, const Over *over)
{
    for (; over; over = over->next) {
        out_printf(out, "%s%s", before, over->clock->text);
        if (over->bound != BOUND_NONE) {
            out_text(out, over->bound == BOUND_AT_MOST ? " <= " : " = ");
            print_expr(out, over->limit, LOOSEST);
        }
        if (over->until) {
            out_text(out, " until ");
            print_expr(out, over->until, LOOSEST);
        }
    }
}

static void print_value(Out *out, const Expr *value)
{
    if (!value)
        return;
    out_text(out, " = ");
    print_expr(out, value, LOOSEST);
}

static void print_lines(Out *out, const Line *lines, int level);

static void print_weights(Out *out, const Line *line, int level)
{
    out_printf(out, "weights \"%s\"", line->file->text);
    if (!line->maps)
        return;
    out_text(out, " {\n");
    for (const Mapping *map = line->maps; map; map = map->next) {
        out_printf(out, "%*s", 4 * (level + 1), "");
        print_names(out, "", map->paths, ", ");
        print_value(out, map->value);
        out_text(out, "\n");
    }
    out_printf(out, "%*s}", 4 * level, "");
}

static void print_line(Out *out, const Line *line, int level)
{
    static const char *const words[] = {
        [LINE_INPUT] = "input ", [LINE_OUTPUT] = "output ", [LINE_TARGET] = "target ",
        [LINE_WEIGHT] = "weight ", [LINE_CLOCK_WHEN] = "clock ", [LINE_CELL] = "cell ",
        [LINE_EQUATION] = "", [LINE_START] = "",
    };
    switch (line->kind) {
    case LINE_CLOCK:
        print_over(out, "clock ", line->over);
        break;
    case LINE_CALL:
        print_expr(out, line->value, LOOSEST);
        break;
    case LINE_WEIGHTS:
        print_weights(out, line, level);
        break;
    case LINE_TRAIN:
        out_text(out, "train {\n");
        print_lines(out, line->lines, level + 1);
        out_printf(out, "%*s}", 4 * level, "");
        break;
    default:
        print_names(out, words[line->kind], line->names, ", ");
        if (line->kind == LINE_START)
            out_printf(out, "[-%d]", line->delay);
        print_type(out, line->type);
        print_over(out, " over ", line->over);
        print_value(out, line->value);
        if (line->when) {
            out_text(out, " when ");
            print_expr(out, line->when, LOOSEST);
        }
    }
}

static void print_lines(Out *out, const Line *lines, int level)
{
    for (; lines; lines = lines->next) {
        out_printf(out, "%*s", 4 * level, "");
        print_line(out, lines, level);
        out_text(out, "\n");
    }
}

static void print_params(Out *out, const Param *params)
{
    static const char *const kinds[] = {
        [PARAM_VALUE] = "", [PARAM_DIM] = ": dim", [PARAM_NUMBER] = ": number", [PARAM_FN] = ": fn",
    };
    out_text(out, "(");
    for (const Param *param = params; param; param = param->next) {
        out_printf(out, "%s%s%s", param == params ? "" : ", ", param->name->text, kinds[param->kind]);
        print_type(out, param->type);
        print_names(out, " over ", param->over, " over ");
        print_value(out, param->value);
    }
    out_text(out, ")");
}

static void print_block_item(Out *out, const Item *item)
{
    for (const char *comment = item->comment; comment;) {
        size_t length = strcspn(comment, "\n");
        out_printf(out, length ? "# %.*s\n" : "#\n", (int)length, comment);
        comment = comment[length] ? comment + length + 1 : NULL;
    }
    out_printf(out, "%s %s", item->kind == ITEM_CELL ? "cell" : "model", item->name->text);
    if (item->kind == ITEM_CELL || item->params)
        print_params(out, item->params);
    for (const Result *result = item->results; result; result = result->next) {
        out_printf(out, "%s%s", result == item->results ? " -> " : ", ", result->name->text);
        print_type(out, result->type);
    }
    out_text(out, " {\n");
    print_lines(out, item->lines, 1);
    out_text(out, "}\n");
}

void ast_print(Out *out, const Ast *ast)
{
    const Item *before = NULL;
    for (const Item *item = ast->items; item; before = item, item = item->next) {
        bool block = item->kind == ITEM_CELL || item->kind == ITEM_MODEL;
        if (before && (block || before->kind == ITEM_CELL || before->kind == ITEM_MODEL))
            out_text(out, "\n");
        if (item->kind == ITEM_USE)
            out_printf(out, "use \"%s\"\n", item->name->text);
        else if (item->kind == ITEM_CONSTANT) {
            out_text(out, item->name->text);
            print_value(out, item->value);
            out_text(out, "\n");
        } else
            print_block_item(out, item);
    }
}
