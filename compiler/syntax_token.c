/* syntax_token.c: from raw tokens to those that the grammar reads.
 * In: the scanner's tokens, with every newline. Out: only the newlines that end a statement, each at
 * the end of its last token, and after an error the tokens from the next statement on.
 * What a bracket changes takes effect when the token behind it is asked for: while an error is
 * reported, the state is still that before the token which cannot stand. */
#include "syntax.h"
#include "parser.h"

#include <string.h>

static void push(Parser *parser, Brackets *brackets, const Token *token)
{
    brackets->items = arena_grow(parser->arena, brackets->items, brackets->count, &brackets->capacity,
                                 sizeof *brackets->items);
    brackets->items[brackets->count++] = (Bracket){token->kind, token->place};
}

/* Takes note of a token that is done with. */
static void apply(Parser *parser, const Token *token)
{
    switch (token->kind) {
    case '(':
    case '[':
        push(parser, &parser->brackets, token);
        return;
    case ')':
    case ']':
        if (parser->brackets.count)
            parser->brackets.count--;
        return;
    case '{':
        push(parser, &parser->blocks, token);
        break;
    case '}':
        if (parser->blocks.count)
            parser->blocks.count--;
        break;
    case T_NL:
        break;
    default:
        return;
    }
    parser->brackets.count = 0;
    parser->fresh = true;
    parser->spoiled = false;
    parser->joined.kind = 0;
}

/* Whether a newline behind this token ends a statement. */
static bool can_end(int kind)
{
    switch (kind) {
    case T_NAME: case T_PATH: case T_NUM: case T_STRING: case ')': case ']': case '}':
    case T_DIM: case T_NUMBER: case T_FN:
        return true;
    default:
        return false;
    }
}

static bool in_first_column(const Token *token)
{
    return token->first && token->indentation == 0;
}

/* A token that is not in the text, behind the last one. */
static Token made_up(const Parser *parser, int kind)
{
    Place place = parser->current.place;
    place.begin = place.end;
    return (Token){.kind = kind, .place = place, .line = parser->current.line, .indentation = parser->current.indentation};
}

static Token raw_next(Parser *parser)
{
    enum { ENOUGH_ERRORS = 500 }; /* this is no model file: stop */
    Token token = parser->pending;
    if (token.kind != -1)
        parser->pending.kind = -1;
    else
        token = scanner_next(parser);
    if (diag_errors(parser->diag) >= ENOUGH_ERRORS) {
        parser->spoiled = true;
        token.kind = 0;
    }
    return token.kind ? token : made_up(parser, 0);
}

/* Whether a cell, a model or a `use` starts here although a block is still open: its `}` is missing.
 * An indented one is rather meant to stand in the block. */
static bool starts_item_in_block(const Parser *parser, const Token *token)
{
    if (!parser->blocks.count || !in_first_column(token))
        return false;
    const char *behind = parser->source->text + token->place.end;
    behind += strspn(behind, " \t");
    behind += strspn(behind, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
    behind += strspn(behind, " \t");
    return token->kind == T_MODEL || token->kind == T_USE || (token->kind == T_CELL && *behind == '(');
}

/* Goes on as if the missing braces stood before `token`. */
static void close_blocks(Parser *parser, const Token *token)
{
    Place open = parser->blocks.items[parser->blocks.count - 1].place;
    if (!parser->spoiled) {
        syntax_spoil(parser, made_up(parser, '}').place, "`}` is missing before the next `%s`", syntax_word(token->kind));
        diag_note(parser->diag, open, "this `{` is open");
    }
    parser->spoiled = true;
    parser->unwinding = true;
    parser->pending = *token;
}

static Token next(Parser *parser)
{
    if (parser->newline_due) {
        parser->newline_due = false;
        return made_up(parser, T_NL);
    }
    for (;;) {
        if (parser->unwinding) {
            if (parser->blocks.count)
                return made_up(parser, '}');
            parser->unwinding = false;
            return made_up(parser, T_NL);
        }
        Token token = raw_next(parser);
        if (token.kind == T_NL) {
            if (parser->brackets.count)
                continue;
            if (can_end(parser->current.kind))
                return made_up(parser, T_NL);
            if (!parser->fresh)
                parser->joined = parser->current;
        } else if (starts_item_in_block(parser, &token)) {
            close_blocks(parser, &token);
        } else {
            return token;
        }
    }
}

/* Whether the newline just read ends the statement that went wrong. A statement in open brackets goes
 * on in lines that are indented further; outside of blocks everything up to the first column is
 * skipped, as it is probably the rest of a cell or model whose first line went wrong; everything up to
 * the next cell or model, where a line of a block stands there. */
static bool ends_error(Parser *parser)
{
    Token token;
    do {
        token = raw_next(parser);
    } while (token.kind == T_NL);
    parser->pending = token;
    if (!token.kind)
        return true;
    bool item = token.kind == T_CELL || token.kind == T_MODEL || token.kind == T_USE;
    if (!parser->error_blocks && parser->statement.kind >= T_INPUT && parser->statement.kind <= T_TRAIN)
        return item;
    if (!parser->error_blocks)
        return token.kind != '}' && in_first_column(&token);
    if (!parser->brackets.count || token.kind == '}')
        return true;
    return token.kind != ')' && token.kind != ']' && token.indentation <= parser->statement.indentation;
}

/* The token behind a statement that went wrong: a newline, the `}` of its block, the end of the file,
 * or the `{` of an item. Blocks that the statement opens are skipped whole. */
static Token skip_statement(Parser *parser)
{
    Token statement = parser->statement;
    bool header = parser->header;
    for (;;) {
        Token token = raw_next(parser);
        bool outside = parser->blocks.count <= parser->error_blocks, ends = !token.kind;
        if (starts_item_in_block(parser, &token)) {
            parser->spoiled = parser->spoiled || !outside;
            close_blocks(parser, &token);
            return made_up(parser, T_NL);
        }
        if (outside)
            ends = ends || (token.kind == '}' && parser->error_blocks) || (token.kind == '{' && header) ||
                   (token.kind == T_NL && ends_error(parser));
        if (ends) {
            parser->brackets.count = 0;
            return token;
        }
        if (token.kind == T_NL)
            continue;
        parser->current.place = token.place;
        apply(parser, &token);
        parser->spoiled = true;
        parser->statement = statement;
    }
}

Token tokens_next(Parser *parser)
{
    apply(parser, &parser->current);
    Token token;
    if (parser->skipping) {
        parser->skipping = false;
        parser->spoiled = true;
        token = skip_statement(parser);
    } else {
        token = next(parser);
    }
    if (parser->fresh) {
        parser->statement = token;
        parser->header = !parser->blocks.count && (token.kind == T_CELL || token.kind == T_MODEL);
        parser->fresh = false;
    }
    parser->before = parser->current;
    parser->current = token;
    return token;
}

void tokens_recover(Parser *parser, bool again)
{
    int kind = parser->current.kind;
    parser->error_blocks = parser->blocks.count;
    if (kind == T_NL || !kind || (kind == '}' && parser->blocks.count) || (kind == '{' && parser->header)) {
        parser->brackets.count = 0;
        return; /* the grammar itself goes on from here */
    }
    if (again) {
        parser->pending = parser->current;
        parser->newline_due = true;
        parser->current = parser->before;
        parser->current.kind = T_NL;
    } else {
        parser->skipping = true;
    }
}
