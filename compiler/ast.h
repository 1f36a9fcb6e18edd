/* ast.h: a model file as it was written. The parser makes it, `check` reads it; it knows names and
 * places, no shapes. Lists are linked by `next`, in the order of the text. Everything lives in the
 * arena of the compilation. */
#ifndef RNNC_AST_H
#define RNNC_AST_H

#include "arena.h"
#include "diag.h"
#include "out.h"
#include "source.h"

#include <stdbool.h>

typedef struct Expr Expr;
typedef struct Line Line;

typedef struct Name {
    struct Name *next;
    const char *text;        /* may be dotted: "torch.lstm" */
    Place place;
} Name;

typedef struct Arg {
    struct Arg *next;
    Name *name;              /* NULL: by position */
    Expr *value;
    Name *over;              /* clocks after `over`, may be NULL */
} Arg;

typedef struct Index {
    struct Index *next;
    Place place;
    bool slice;              /* low:high, either may be NULL; otherwise `low` is the index */
    Expr *low, *high;
} Index;

typedef enum {
    EXPR_NUMBER,             /* number, integer */
    EXPR_NAME,               /* text, may be dotted */
    EXPR_STRING,             /* text without its quotes */
    EXPR_OPERATOR,           /* text is the operator's word ("+", "@", "and", "not", "neg"); left, right */
    EXPR_CALL,               /* text is what is called; args */
    EXPR_BACKWARD,           /* left is the call */
    EXPR_REPEAT,             /* left the count, counter its name or NULL, right the call */
    EXPR_LIST,               /* args */
    EXPR_INDEX               /* left is what is indexed; index */
} ExprKind;

enum { EXPR_DEPTH = 1000 };

struct Expr {
    ExprKind kind;
    Place place;             /* the whole expression */
    Place word;              /* the operator, the name that is called, `backward` or `repeat`, the
                                brackets of an index; otherwise as `place` */
    const char *text;
    double number;
    bool integer;            /* written without point and exponent */
    bool parenthesised;      /* stood in ( ), which `place` then holds; the printer sets its own */
    int depth;               /* levels of the tree from here down; never above EXPR_DEPTH, so that
                                every stage may walk it by recursion */
    Expr *left, *right;      /* right is NULL for "neg" and "not" */
    Name *counter;
    Arg *args;
    Index *index;
};

typedef struct ExprList {
    struct ExprList *next;
    Expr *value;
} ExprList;

typedef struct TypeExpr {
    Place place;
    bool token;              /* token[dims->value]; otherwise the shape [dims] */
    ExprList *dims;
} TypeExpr;

typedef enum { BOUND_NONE, BOUND_AT_MOST, BOUND_EXACT } BoundKind;

typedef struct Over {        /* "over NAME <= limit until COND", or the bound of a clock line */
    struct Over *next;
    Name *clock;
    BoundKind bound;
    Expr *limit;             /* NULL with BOUND_NONE */
    Expr *until;             /* may be NULL */
} Over;

typedef enum { PARAM_VALUE, PARAM_DIM, PARAM_NUMBER, PARAM_FN } ParamKind;

typedef struct Param {
    struct Param *next;
    Name *name;
    ParamKind kind;
    TypeExpr *type;          /* PARAM_VALUE; NULL: any shape */
    Name *over;              /* the parameter takes a whole sequence */
    Expr *value;             /* the default, or NULL */
} Param;

typedef struct Result {
    struct Result *next;
    Name *name;
    TypeExpr *type;          /* may be NULL */
} Result;

typedef struct Mapping {     /* a line of a weights block */
    struct Mapping *next;
    Name *paths;             /* may hold '*' */
    Expr *value;
    Place place;
} Mapping;

typedef enum {
    LINE_INPUT, LINE_OUTPUT, LINE_TARGET,   /* names : type over */
    LINE_WEIGHT,                            /* names : type = value (or NULL) */
    LINE_CLOCK,                             /* over: one element, clock and bound */
    LINE_CLOCK_WHEN,                        /* names = value when `when` */
    LINE_CELL,                              /* cell names = value (a call) */
    LINE_EQUATION,                          /* names = value */
    LINE_START,                             /* names[-delay] = value */
    LINE_CALL,                              /* value alone; only inside train */
    LINE_WEIGHTS,                           /* file, maps */
    LINE_TRAIN                              /* lines */
} LineKind;

struct Line {
    Line *next;
    LineKind kind;
    Place place;
    Name *names;
    TypeExpr *type;
    Over *over;
    Expr *value, *when;
    int delay;               /* LINE_START: h[-1] has 1 */
    Name *file;              /* LINE_WEIGHTS: the string */
    Mapping *maps;
    Line *lines;
};

typedef enum { ITEM_USE, ITEM_CONSTANT, ITEM_CELL, ITEM_MODEL } ItemKind;

typedef struct Item {
    struct Item *next;
    ItemKind kind;
    Place place;
    Name *name;              /* of a `use`, the file */
    Expr *value;             /* ITEM_CONSTANT */
    Param *params;
    Result *results;         /* ITEM_CELL */
    Line *lines;
    const char *comment;     /* the comment that ends on the line before the item, without '#', or NULL */
} Item;

typedef struct Ast {
    Item *items;
} Ast;

/* Parses a source. Reports every syntax error that it can find, going on at the next line; the
 * result is NULL if there was one. */
Ast *parse(Arena *arena, Diag *diag, const Source *source);

/* use.c: a tree that also has the cells and constants of the files that `use` names, and of those that they use.
 * NULL after messages. A file is looked for beside the one that names it. */
const Ast *use_files(Arena *arena, Diag *diag, const Ast *ast);
const char *use_beside(Arena *arena, const char *path, const char *file);

/* Writes the tree in the language itself, in one canonical form: parsing it again and printing that
 * gives the same text. */
void ast_print(Out *out, const Ast *ast);
void ast_print_expr(Out *out, const Expr *expr);

#endif
