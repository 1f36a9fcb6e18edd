/* syntax_error.c: says what is wrong with a token that cannot stand where it stands.
 * In: the state of the token stream and the kinds of token that could. Out: one message per
 * statement, with a note where a bracket was opened and a hint for the usual mistakes.
 * The mistakes that one character shows are told by the scanner (grammar/lexer.l). */
#include "syntax.h"
#include "parser.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    int kind;
    const char *word;
} words[] = {
    {T_USE, "use"}, {T_CELL, "cell"}, {T_MODEL, "model"}, {T_INPUT, "input"}, {T_OUTPUT, "output"},
    {T_TARGET, "target"}, {T_WEIGHT, "weight"}, {T_WEIGHTS, "weights"}, {T_CLOCK, "clock"},
    {T_TRAIN, "train"}, {T_OVER, "over"}, {T_UNTIL, "until"}, {T_WHEN, "when"}, {T_REPEAT, "repeat"},
    {T_AS, "as"}, {T_BACKWARD, "backward"}, {T_TOKEN, "token"}, {T_DIM, "dim"}, {T_NUMBER, "number"},
    {T_FN, "fn"}, {T_AND, "and"}, {T_OR, "or"}, {T_NOT, "not"}, {T_ARROW, "->"}, {T_POW, "**"},
    {T_EQ, "=="}, {T_NE, "!="}, {T_LE, "<="}, {T_GE, ">="},
};

static const char *spelling(int kind)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].kind == kind)
            return words[i].word;
    return NULL;
}

const char *syntax_word(int kind)
{
    return kind >= T_USE && kind <= T_NOT ? spelling(kind) : NULL;
}

void syntax_spoil(Parser *parser, Place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    diag_error(parser->diag, place, "%s", arena_vprintf(parser->arena, format, args));
    va_end(args);
    parser->spoiled = parser->failed = true;
}

typedef struct Expected {
    const int *kinds;
    size_t count;
} Expected;

static bool expects(Expected expected, int kind)
{
    for (size_t i = 0; i < expected.count; i++)
        if (expected.kinds[i] == kind)
            return true;
    return false;
}

static const char *quoted(Parser *parser, int kind)
{
    const char *word = spelling(kind);
    return word ? arena_printf(parser->arena, "`%s`", word) : arena_printf(parser->arena, "`%c`", kind);
}

static const char *found(Parser *parser, const Token *token)
{
    enum { SHOWN = 40 };
    int length = (int)(token->place.end - token->place.begin);
    const char *text = parser->source->text + token->place.begin;
    switch (token->kind) {
    case 0:
        return "the end of the file";
    case T_NL:
        return "the end of the line";
    case T_STRING:
        return "a string";
    default:
        return arena_printf(parser->arena, length > SHOWN ? "`%.*s...`" : "`%.*s`", length > SHOWN ? SHOWN : length, text);
    }
}

static bool is_one_of(const char *characters, int kind)
{
    return kind > 0 && kind < 128 && strchr(characters, kind);
}

static bool is_comparison(int kind)
{
    return kind == T_EQ || kind == T_NE || kind == T_LE || kind == T_GE || kind == '<' || kind == '>';
}

static bool is_operator(int kind)
{
    return is_comparison(kind) || kind == T_OR || kind == T_AND || kind == T_POW ||
           is_one_of("+-*/%@[(", kind);
}

static bool starts_expression(int kind)
{
    return kind == T_NAME || kind == T_PATH || kind == T_NUM || kind == T_STRING || kind == '(' || kind == '[' ||
           kind == '-' || kind == T_NOT || kind == T_BACKWARD || kind == T_REPEAT;
}

/* What could stand here, in words: "a name, `,` or `)`". NULL where that is too much to read. */
static const char *needed(Parser *parser, Expected expected)
{
    enum { MOST = 4 };
    const char *parts[MOST + 1];
    size_t count = 0;
    bool expression = expects(expected, T_NUM) && expects(expected, T_NAME) && expects(expected, '[');
    bool operator = expects(expected, '+') && expects(expected, '*');
    if (expression)
        parts[count++] = "an expression";
    else if (expects(expected, T_NAME))
        parts[count++] = "a name";
    if (operator)
        parts[count++] = "an operator";
    for (size_t i = 0; i < expected.count && count <= MOST; i++) {
        int kind = expected.kinds[i];
        if ((expression && starts_expression(kind)) || (operator && is_operator(kind)) || kind == T_NAME ||
            kind == T_PATH || kind == T_NL || ((kind == '}' || !kind) && expects(expected, T_NL)))
            continue;
        parts[count++] = kind == T_NUM      ? "a number"
                         : kind == T_STRING ? "a string"
                         : kind == 0        ? "the end of the file"
                                            : quoted(parser, kind);
    }
    if (expects(expected, T_NL) && count <= MOST)
        parts[count++] = "the end of the line";
    if (count == 0 || count > MOST)
        return NULL;
    const char *text = parts[0];
    for (size_t i = 1; i < count; i++)
        text = arena_printf(parser->arena, i + 1 < count ? "%s, %s" : "%s or %s", text, parts[i]);
    return text;
}

/* Words of other languages that a statement may begin with. */
static const struct {
    const char *word, *hint;
} foreign[] = {
    {"if", "a choice is written `where(condition, a, b)`"},
    {"else", "a choice is written `where(condition, a, b)`"},
    {"for", "what is done step by step runs over a clock; layers are written `repeat 4 ...`"},
    {"while", "what is done step by step runs over a clock, which `until` may end"},
    {"def", "a cell is written `cell name(...) -> y: [n] {`"},
    {"return", "a cell names what it returns behind `->`"},
    {"import", "a file of cells is read by `use \"cells.rnn\"`"},
    {"class", "a cell is written `cell name(...) -> y: [n] {`"},
    {"function", "a cell is written `cell name(...) -> y: [n] {`"},
    {"bias", "a bias is a weight: `weight b: [n]`"},
    {"param", "what is trained is a weight: `weight W: [n, m]`"},
    {"parameter", "what is trained is a weight: `weight W: [n, m]`"},
    {"state", "a state is not declared: `h[t-1]` in the equation of h makes it one, `h[-1] = ...` says where it starts"},
    {"hidden", "a state is not declared: `h[t-1]` in the equation of h makes it one, `h[-1] = ...` says where it starts"},
    {"let", "an equation is written `y = ...`"},
    {"const", "an equation is written `y = ...`"},
};

/* The first word of a statement that no statement begins with: one of another language, or one misspelt. */
static const char *hint_first(Parser *parser)
{
    static const char *const first[] = {"use", "cell", "model", "input", "output", "target", "weight", "weights", "clock", "train"};
    const char *word = parser->before.text, *near;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (strcmp(foreign[i].word, word) == 0)
            return foreign[i].hint;
    near = parser->current.kind == T_NAME || parser->current.kind == T_STRING ? diag_nearest(word, first, sizeof first / sizeof *first) : NULL;
    return near ? arena_printf(parser->arena, "did you mean `%s`?", near) : NULL;
}

/* Advice about words: a word of the language where a name is wanted, or one of another language. */
static const char *hint_word(Parser *parser, Expected expected)
{
    int kind = parser->current.kind;
    const char *word = syntax_word(kind), *before = syntax_word(parser->before.kind);
    bool name = expects(expected, T_NAME), expression = expects(expected, T_NUM);
    if (kind >= T_INPUT && kind <= T_TRAIN && expects(expected, T_CELL))
        return arena_printf(parser->arena, "a line with `%s` stands inside the block of a cell or model", word);
    if ((kind == T_MODEL || kind == T_USE) && parser->blocks.count)
        return arena_printf(parser->arena, "`%s` stands outside of every block", word);
    if (kind == T_OVER && parser->before.kind == ',')
        return "`over` follows its argument without a comma: `sum(x over t)`";
    if (kind == T_DIM && expression && is_one_of(",(", parser->before.kind))
        return "the axis that an operator works along is its argument `axis`: `sum(x, axis=0)`";
    if (word && name && kind != T_AND && kind != T_OR)
        return arena_printf(parser->arena, "`%s` is a word of the language and cannot be a name", word);
    if (before && name && !expression && is_one_of("=,[", kind))
        return arena_printf(parser->arena, "`%s` is a word of the language and cannot be a name", before);
    if (parser->before.kind == T_NAME && parser->before.place.begin == parser->statement.place.begin)
        return hint_first(parser);
    if (kind == T_NAME && expects(expected, '*') && (strcmp(parser->current.text, "if") == 0 || strcmp(parser->current.text, "else") == 0))
        return "a choice is written `where(condition, a, b)`";
    return NULL;
}

/* Advice for what else people write out of habit. */
static const char *hint_symbol(int kind, int before, Expected expected)
{
    bool operator = expects(expected, '*');
    if (kind == T_EQ && expects(expected, '='))
        return "an equation is written with one `=`";
    if (kind == '=' && expects(expected, ':'))
        return expects(expected, '{') ? "the equations of a cell stand in braces: `-> y { y = tanh(x) }`"
                                      : "what is declared has a shape: `weight b: [8]`, or `weight b: [8] = 0` with its value";
    if (kind == '=' && before == ')' && expected.count <= 2)
        return "the left side of an equation is a name; `h[-1] = ...` is its value before the first step";
    if (kind == '=' && expects(expected, T_EQ))
        return "a comparison is written `==`";
    if (kind == '<' && expects(expected, T_LE) && !operator)
        return "`over t <= 40` means 1 to 40 steps, `over t = 40` exactly 40";
    if ((is_comparison(kind) || kind == '=') && is_comparison(before))
        return "the comparisons are `==`, `!=`, `<`, `<=`, `>` and `>=`";
    if (is_comparison(kind) && operator)
        return "comparisons do not chain: write `a < b and b < c`";
    if (kind == '(' && before == T_NAME && expects(expected, T_AS))
        return "`repeat` says how many times: `repeat 4 f(x)`";
    if (kind == '(' && before == T_BACKWARD)
        return "`backward` stands before a call, without parentheses: `backward f(x)`";
    if (kind == T_NL && expects(expected, '{'))
        return "the `{` stands at the end of this line";
    if (is_one_of(")]", kind) && before == ',')
        return "no comma stands behind the last one";
    if (kind == ':' && expects(expected, '=') && expects(expected, '('))
        return "an equation is written `y = ...`; what has a type begins with `input`, `output` or `weight`";
    if (kind == ':' && expects(expected, '{'))
        return "a block stands in braces: `{`, its lines, and `}` below them";
    if (kind == ',' && expects(expected, T_OVER))
        return "`over` follows without a comma, once for each clock: `x: [4] over s over t`";
    if (kind != '[' && expects(expected, T_TOKEN) && expects(expected, '['))
        return expects(expected, T_DIM) ? "a parameter is of a shape, `[n]` or `[]` for a number, or `token[n]`, `dim`, `number`, `fn`"
                                        : "a shape stands in brackets: `[4]` for a vector, `[]` for a single number";
    if (kind == ':' && expects(expected, ',') && !expects(expected, '('))
        return "a line of a weights block is written `y.W = \"NAME\"`";
    if ((kind == T_NAME || kind == T_NUM || kind == '(') && (before == T_NUM || before == T_NAME || before == ')') && operator)
        return "a product is written with `*` or `@`";
    if (expected.count == 1 && expects(expected, T_STRING))
        return "the name of a file stands in quotes: \"...\"";
    if (expects(expected, T_ARROW))
        return "a cell names what it returns: `cell name(...) -> y: [n] {`";
    return NULL;
}

static void hint(Parser *parser, Expected expected)
{
    const Token *token = &parser->current, *joined = &parser->joined;
    const char *advice;
    if (joined->kind && joined->place.begin != parser->before.place.begin && !expects(expected, T_NUM)) {
        advice = arena_printf(parser->arena, "line %d ends with %s, so its statement goes on in the next line",
                              joined->line, found(parser, joined));
    } else {
        advice = hint_word(parser, expected);
        if (!advice)
            advice = hint_symbol(token->kind, parser->before.kind, expected);
    }
    if (advice)
        diag_hint(parser->diag, "%s", advice);
}

/* A closing bracket that nothing opened, or the end of a file with something open. */
static bool about_brackets(Parser *parser)
{
    const Token *token = &parser->current;
    const Brackets *blocks = &parser->blocks;
    bool stray = token->kind == '}' ? !blocks->count
                                    : (token->kind == ')' || token->kind == ']') && !parser->brackets.count;
    if (stray)
        syntax_spoil(parser, token->place, "there is no `%c` that this `%c` closes",
                     token->kind == '}' ? '{' : token->kind == ')' ? '(' : '[', token->kind);
    else if (!token->kind && blocks->count && !parser->brackets.count && parser->before.kind != ',') {
        syntax_spoil(parser, token->place, "`}` is missing at the end of the file");
        diag_note(parser->diag, blocks->items[blocks->count - 1].place, "this `{` is open");
    } else
        return false;
    return true;
}

/* Whether the current token rather starts a statement of its own: the one before broke off. */
static bool breaks_off(const Parser *parser)
{
    const Token *token = &parser->current;
    if (!token->kind)
        return true;
    return token->place.begin != parser->statement.place.begin && token->first && token->kind != ')' &&
           token->kind != ']' && (token->kind == '}' || token->indentation <= parser->statement.indentation);
}

static void report(Parser *parser, Expected expected, bool broken)
{
    if (about_brackets(parser))
        return;
    const Brackets *brackets = &parser->brackets;
    const Bracket *open = brackets->count ? &brackets->items[brackets->count - 1] : NULL;
    int closing = open ? open->kind == '(' ? ')' : ']' : 0, kind = parser->current.kind;
    Token token = parser->current;
    if (broken) { /* what is missing is missing behind the last word, not before the next statement */
        token = parser->before;
        token.kind = parser->current.kind ? T_NL : 0;
        token.place.begin = token.place.end;
    }
    const char *what = needed(parser, expected);
    bool start_value = expected.count == 1 && expects(expected, '-') && open;
    if (start_value) {
        syntax_spoil(parser, place_join(open->place, token.place), "the left side of an equation is a name alone");
        diag_hint(parser->diag, "`h = ...` holds at every step; `h[-1] = ...` is the value before the first one");
        return;
    }
    /* What cannot be inside of brackets at all shows that one was forgotten. */
    bool misplaced = broken || kind == T_NL || kind == T_ARROW || (is_one_of(")]}{", kind) && kind != closing);
    if (open && misplaced && expects(expected, closing))
        syntax_spoil(parser, token.place, "`%c` is missing", closing);
    else if (what)
        syntax_spoil(parser, token.place, "found %s, needed %s", found(parser, &token), what);
    else
        syntax_spoil(parser, token.place, "%s cannot stand here", found(parser, &token));
    if (open && misplaced) {
        diag_note(parser->diag, open->place, "this `%c` is open", open->kind);
        if (kind == '{' && parser->before.kind == T_NAME)
            diag_hint(parser->diag, "an index stands in brackets: `h[t-1]` is the value of h one step ago");
    } else if (!broken) {
        hint(parser, expected);
    }
}

void syntax_error(Parser *parser, const int *kinds, size_t count)
{
    bool broken = breaks_off(parser);
    if (!parser->spoiled)
        report(parser, (Expected){kinds, count}, broken);
    parser->spoiled = true;
    tokens_recover(parser, broken);
}
