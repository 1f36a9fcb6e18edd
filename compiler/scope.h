/* scope.h: what the checker knows while it evaluates: values, variables, and a scope for the model
 * and for each call of a cell. Internal to check*.c and scope.c. */
#ifndef RNNC_SCOPE_H
#define RNNC_SCOPE_H

#include "check.h"

typedef struct Scope Scope;
typedef struct Variable Variable;

typedef struct Fn {               /* something that can be called */
    const char *name;
    const Item *cell;             /* NULL: an operator */
} Fn;

typedef enum {
    VALUE_NONE,                   /* wrong, and reported */
    VALUE_UNKNOWN,                /* a number that the next round will know */
    VALUE_NUMBER,                 /* static */
    VALUE_NODE,
    VALUE_FN,
    VALUE_LIST,                   /* [a, b] */
    VALUE_TUPLE                   /* what split gives */
} ValueKind;

typedef struct Value {
    ValueKind kind;
    double number;
    NodeId node;
    Fn fn;
    int count;
    struct Value *items;
} Value;

typedef enum { VAR_INPUT, VAR_WEIGHT, VAR_EQUATION, VAR_ARGUMENT, VAR_STATIC } VarKind;
typedef enum { STATE_FRESH, STATE_BUSY, STATE_DONE } Progress;

typedef struct Start {            /* h[-delay] = value */
    struct Start *next;
    const Line *line;
    bool used, evaluated;
    struct Value *value;
} Start;

typedef struct Equation {         /* one right side; several names where it gives a tuple */
    const Line *line;
    const char *owner;            /* its first name, for paths */
    Progress progress;
    Scope *callee;                /* where the right side is a call of a cell */
    Value value;                  /* otherwise */
} Equation;

struct Variable {
    VarKind kind;
    Scope *scope;
    const char *name;
    Place place;
    const Line *line;             /* declaration of an input, an output, a weight */
    const TypeExpr *type;         /* declared; NULL: not */
    const Over *over;             /* declared clocks of an input or an output */
    Equation *equation;
    int position;                 /* in the equation's names */
    Progress progress;
    Value value;
    Start *starts;
    const Expr *argument;         /* VAR_ARGUMENT: what the caller wrote; NULL: a default */
};

struct Scope {
    Scope *caller;                /* NULL: the model */
    const Item *item;             /* the model or cell */
    const char *path;             /* "" for the model, else "h" or "label.dense" */
    Place call;                   /* the call's place in the caller */
    const Expr *twin;             /* another call of the same cell in the same equation: weights would clash */
    int noted;                    /* errors that were told to be in this call */
    int depth;                    /* of cells calling cells; 0 for the model */
    Equation *assigned;           /* the caller's equation whose whole right side the call is, or NULL */
    Map *vars;                    /* name to Variable */
    Map *clocks;                  /* name to clock number + 1, as a pointer */
    Clocks clocks_of_arguments;   /* of a call */
    int step_clock;               /* that the cell steps along; -1: none; -2: several; -3: an argument is wrong */
};

typedef struct Pending {          /* a state whose next and start are to be found */
    NodeId state;
    NodeId before;                /* of a longer delay: the state one step nearer, else NODE_NONE */
    Variable *variable;           /* delayed; or NULL: `expr` is */
    struct Where *where;
    const Expr *expr;
    int delay, clock;
    const char *key;              /* in `known` */
    NodeId next, start;           /* once found */
    Place start_place;            /* of the start line's expression */
    Place place;
} Pending;

typedef struct Where {            /* where an expression stands */
    Scope *scope;
    const char *owner;            /* the first name of its equation; NULL: none */
    Equation *whole;              /* the equation, while its expression is all of its right side */
    const struct Mapping *mapping;/* inside a weights block: strings are tensors of `file` */
    struct WeightFile *file;
    const char *star;             /* what '*' stands for there */
    bool *absent;                 /* set, without a message, where a tensor is missing that may be */
} Where;

typedef struct WeightFile {
    const Line *line;             /* NULL: from --weights alone */
    const char *path;
    TensorFile *file;
    bool *used;                   /* a flag a tensor */
} WeightFile;

typedef struct Checker {
    Arena *arena;
    Diag *diag;
    const CheckOptions *options;
    Map *cells, *library_cells;   /* name to Item */
    const Item *model;
    Scope *globals, *top;
    Graph *graph;
    Map *known;                   /* delayed value to Type, from the rounds before */
    bool changed;                 /* something new was learnt in this round */
    Place guessed;                /* the first delay whose shape was guessed to be that of a number */
    int errors_before_guess;
    Pending *pending;
    size_t pending_count, pending_capacity;
    Map *states;                  /* "key@clock-delay" to NodeId + 1 */
    Map *paths;                   /* paths of scopes of this round, to the call's Expr */
    Variable **busy;              /* being evaluated, for the message about a cycle */
    size_t busy_count, busy_capacity;
    int depth;                    /* of expressions inside of expressions, through equations and calls */
    WeightFile *files;
    size_t file_count;
    bool files_opened, files_failed;
    int missing;                  /* weights without a value, where there is no file */
    const char *missing_list;
    Place missing_place;
    Map *weight_paths;            /* path of every weight asked for, to its Variable */
} Checker;

/* ---- scope.c ---- */
Scope *scope_new(Checker *c, Scope *caller, const Item *item, const char *path, Place call);
bool scope_of_library(Checker *c, const Scope *scope);      /* a library cell's: the file's names are none to it */
Variable *scope_find(Checker *c, Scope *scope, const char *name);
int scope_clock(const Scope *scope, const char *name);     /* -1: no clock of that name */
Clocks scope_clocks(const Scope *scope, const Over *over);  /* the set of those declared; without what is none */
void scope_set_static(Checker *c, Scope *scope, const char *name, double value, Place place);
Variable *scope_add(Checker *c, Scope *scope, VarKind kind, const Name *name);
void scope_unknown_name(Checker *c, Scope *scope, const char *name, Place place);
const char *scope_path(Checker *c, const Scope *scope, const char *name);   /* "h.W_i" */

/* ---- values ---- */
Value value_none(void);
Value value_number(double number);
Value value_node(NodeId node);
Value value_unknown_node(Checker *c, NodeId like, Place place); /* of a shape not known yet, on the clocks of `like` */
bool value_is_integer(Value value);

/* The value as a node, a number becoming a constant; NODE_NONE after a message. */
NodeId value_as_node(Checker *c, Value value, Place place);

/* ---- check_expr.c ---- */
Value check_expr(Checker *c, Where w, const Expr *expr);
Value check_operator(Checker *c, const char *word, const Value *in, int count, Place place);
Value check_add(Checker *c, const Node *draft);            /* graph_add with its error reported */
/* A static whole number of at least `least`; -1 where it is not known yet, -2 after a message. */
int64_t check_dim(Checker *c, Where w, const Expr *expr, int64_t least, const char *what);
Shape check_type_shape(Checker *c, Where w, const TypeExpr *type);
Value check_variable(Checker *c, Variable *variable);
const char *check_clock_names(Checker *c, Clocks clocks);   /* "s and t" (check.c) */

/* ---- check_index.c ---- */
Value check_index(Checker *c, Where w, const Expr *expr);

/* ---- check_state.c ---- */
Value check_delay(Checker *c, Where w, const Expr *expr, int clock, int delay);
void check_pending(Checker *c);                            /* finds what delays read */
Variable *check_origin(Checker *c, Variable *variable);    /* the variable whose equation makes the value */

/* ---- check_order.c ---- */
Graph *check_order(Checker *c);                            /* the graph, ordered, states connected */

/* ---- check_call.c ---- */
Value check_call(Checker *c, Where w, const Expr *expr);
bool check_is_cell(Checker *c, Where w, const Expr *expr); /* a call of a cell, not of an operator */
bool check_find_fn(Checker *c, Scope *scope, const char *name, Fn *fn);
Value check_builtin(Checker *c, Where w, const Expr *expr, const char *name);   /* check_builtin.c */

/* ---- check_cell.c ---- */
Scope *check_cell(Checker *c, Where w, const Expr *expr, Fn fn);
Variable *check_result(Checker *c, Scope *callee, int position);

/* ---- check_weights.c ---- */
NodeId check_weight(Checker *c, Variable *variable);
Value check_tensor(Checker *c, Where w, const Expr *string);
void check_weights_used(Checker *c);
void check_weights_missing(Checker *c);
void check_weights_finite(Checker *c, const Graph *graph);

#endif
