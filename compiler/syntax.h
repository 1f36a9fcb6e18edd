/* syntax.h: what the parts of the parser share while one file is read; nobody else includes it.
 *
 *     characters --grammar/lexer.l--> raw tokens --syntax_token.c--> tokens --grammar/parser.y--> Ast
 *
 * The scanner knows characters and complains about strange ones; syntax_token.c knows lines and
 * brackets: where a statement ends, and where the parser goes on after an error; syntax_error.c puts
 * an error into words; syntax_build.c makes the nodes of the tree. */
#ifndef RNNC_SYNTAX_H
#define RNNC_SYNTAX_H

#include "ast.h"

#include <stdarg.h>

typedef struct Token {
    int kind;                /* a character or one of parser.h's T_...; 0 at the end of the file */
    Place place;
    const char *text;        /* names, paths, strings (without quotes) */
    double number;
    bool integer;
    int line;                /* from 1 */
    uint32_t indentation;    /* of its line, in bytes */
    bool first;              /* of its line */
} Token;

typedef struct Bracket {
    int kind;                /* ( [ { */
    Place place;
} Bracket;

typedef struct Brackets {
    Bracket *items;
    size_t count, capacity;
} Brackets;

typedef struct Parser {
    Arena *arena;
    Diag *diag;
    const Source *source;
    Ast *ast;
    void *scanner;
    uint32_t offset;         /* of the next character that the scanner reads */
    uint32_t line_offset;    /* where the search for newlines has come to */
    int line;
    uint32_t indentation;    /* of the line of the last token */

    Token current, before;   /* the last token that the parser was given, and the one before it */
    Token statement;         /* the first token of the statement that is being read */
    Token joined;            /* its last token that stood before a newline and could not end it, or kind 0 */
    bool fresh;              /* the next token starts a statement */
    bool spoiled;            /* there was a message about this statement: no second one */
    bool failed;             /* there was a message, or one that repeats an older one */
    bool header;             /* the statement is the first line of a cell or model */

    Brackets brackets;       /* ( and [ that are open in this statement */
    Brackets blocks;         /* { that are open */

    bool skipping;           /* the next token is the one behind the statement that went wrong */
    size_t error_blocks;     /* how many { were open where it did */
    bool newline_due;        /* a newline comes before everything else */
    bool unwinding;          /* every open { is closed before everything else */
    Token pending;           /* read already, if its kind is not -1 */
} Parser;

/* lexer.l. Words of the language and characters have no text. */
void scanner_open(Parser *parser);
void scanner_close(Parser *parser);
Token scanner_next(Parser *parser);

/* syntax_token.c. After an error, tokens_recover sets the stream up so that it goes on with the next
 * statement; `again`: the current token starts that statement. */
Token tokens_next(Parser *parser);
void tokens_recover(Parser *parser, bool again);

/* syntax_error.c. `expected` are the kinds that could stand in place of parser->current. spoil is
 * a message about the current statement, after which a syntax error in it is not reported. */
void syntax_error(Parser *parser, const int *expected, size_t count);
void syntax_spoil(Parser *parser, Place place, const char *format, ...) RNNC_FORMAT(3, 4);
const char *syntax_word(int kind);       /* "token" for T_TOKEN, NULL where it is no word of the language */

/* syntax_build.c. A List is of any of ast.h's structs, all of which begin with `next`. */
typedef struct List {
    void *first, *last;
} List;

List list_of(void *node);
List list_add(List list, void *node);

Name *build_name(Parser *parser, const Token *token);
Expr *build_atom(Parser *parser, ExprKind kind, const Token *token);
Expr *build_operator(Parser *parser, Place place, Place word, const char *text, Expr *left, Expr *right);
Expr *build_call(Parser *parser, Place place, const Name *name, Arg *args);
Expr *build_backward(Parser *parser, Place place, Place word, Expr *call);
Expr *build_repeat(Parser *parser, Place place, Place word, Expr *count, Name *counter, Expr *call);
Expr *build_list(Parser *parser, Place place, Arg *args);
Expr *build_index(Parser *parser, Place place, Place brackets, Expr *left, Index *index);
Expr *build_parenthesised(Expr *value, Place place);
Arg *build_arg(Parser *parser, const Token *name, Expr *value, Name *over);
Index *build_slice(Parser *parser, Place place, bool slice, Expr *low, Expr *high);
TypeExpr *build_type(Parser *parser, Place place, bool token, ExprList *dims);
ExprList *build_dim(Parser *parser, Expr *value);
Param *build_param(Parser *parser, const Token *name, ParamKind kind, Expr *value);
Result *build_result(Parser *parser, const Token *name, TypeExpr *type);
Mapping *build_mapping(Parser *parser, Place place, Name *paths, Expr *value);
Over *build_over(Parser *parser, const Token *clock, const Over *bound);
Line *build_line(Parser *parser, LineKind kind, Place place);
Item *build_item(Parser *parser, ItemKind kind, Place place, Name *name);
int build_delay(Parser *parser, const Token *number);

#endif
