/* scope.h: what the checker knows while it evaluates: values, variables, and a scope for the model
 * and for each call of a cell. Internal to check*.c and scope.c. */
#ifndef RNNC_SCOPE_H
#define RNNC_SCOPE_H

#include "check.h"

typedef struct Scope Scope;
typedef struct Variable Variable;
typedef struct Shared Shared;

typedef struct Fn {               /* something that can be called */
    const char *name;
    const Item *cell;             /* NULL: an operator */
    Shared *shared;               /* NULL: not one that `cell NAME = CALL` made */
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
    const Name *output;           /* where it is declared as an output, or NULL */
    Equation *equation;
    int position;                 /* in the equation's names */
    Progress progress;
    Value value;
    Start *starts;
    Variable *argument;           /* VAR_ARGUMENT: the variable that it is, where the caller wrote one's name */
};

typedef struct Rename {           /* a clock of a call that stands for one of the caller's, or a clock of its own */
    struct Rename *next;
    int inside, outside;          /* outside -1: none, it is the call's own */
} Rename;

struct Scope {
    Scope *caller;                /* NULL: the model */
    const Item *item;             /* the model or cell */
    const char *path;             /* "" for the model, else "h" or "label.dense" */
    const char *weights;          /* path of its weights: the same, but for calls of a shared cell */
    const Shared *shared;         /* that it, or a call that it is in, is a call of */
    int layer;                    /* of a repeat, from 1 */
    Place call;                   /* the call's place in the caller */
    const Expr *twin;             /* another call of the same cell in the same equation: weights would clash */
    int noted;                    /* errors that were told to be in this call */
    int depth;                    /* of cells calling cells; 0 for the model */
    Equation *assigned;           /* the caller's equation whose whole right side the call is, or NULL */
    Map *vars;                    /* name to Variable */
    Map *cells;                   /* name to Shared */
    Map *clocks;                  /* name to clock number + 1, as a pointer */
    Clocks clocks_of_arguments;   /* of a call, those of parameters that take a sequence left out */
    Clocks clocks_in;             /* of a call: all that come in with arguments */
    int step_clock;               /* that the cell steps along; -1: none; -2: several; -3: an argument is wrong */
    bool backward;                /* it steps from the last step to the first */
    NodeId reset;                 /* a number that is not 0 where its states start anew; or NODE_NONE */
    Rename *renames;              /* of a call: the clocks that its results do not leave it on */
};

typedef struct Delay {            /* E[t-steps], or E[t+steps] */
    int clock, steps;
    bool backward;                /* what is read has the higher step number */
    bool ahead;                   /* a later value: start values are not for it */
    NodeId reset;                 /* of the scope that reads, or NODE_NONE */
} Delay;

typedef struct Pending {          /* a state whose next and start are to be found */
    NodeId state;
    NodeId value;                 /* what it is the past of, where that is known at once; else NODE_NONE */
    NodeId stand_in;              /* the node that stands for its start until that is found, or NODE_NONE */
    int window;                   /* it holds so many values, and starts with their start values; 0: one */
    bool made;                    /* a counter or a sum: start and next are told, no types are learnt */
    NodeId before;                /* of a longer delay: the state one step nearer, else NODE_NONE */
    Variable *variable;           /* delayed; or NULL: `expr` is */
    struct Where *where;
    const Expr *expr;
    Delay delay;
    const char *key;              /* in `known` */
    NodeId next, start;           /* once found */
    Place start_place;            /* of the start line's expression */
    Place place;
} Pending;

typedef struct Local {            /* a name that only the arguments of one call know */
    const struct Local *next;
    const char *name;
    Variable *variable;
} Local;

typedef struct Site {             /* of a call that is not made alone: a layer, a call of a shared cell */
    const char *path, *weights;
    const Expr *twin;
    const Shared *shared;
    int layer, taken;             /* results that are taken of it */
} Site;

typedef struct Where {            /* where an expression stands */
    Scope *scope;
    const Local *locals;          /* come before the names of the scope */
    const Site *site;             /* of a call; NULL: what its equation says */
    const char *owner;            /* the first name of its equation; NULL: none */
    Equation *whole;              /* the equation, while its expression is all of its right side */
    const struct Mapping *mapping;/* inside a weights block: strings are tensors of `file` */
    struct WeightFile *file;
    const char *star;             /* what '*' stands for there */
    bool *absent;                 /* set, without a message, where a tensor is missing that may be */
    bool backward;                /* the call that the expression is steps the other way round */
} Where;

typedef struct Condition {        /* of a clock: when it ticks, or until when it goes on */
    struct Condition *next;
    Scope *scope;
    const char *name;
    const Expr *expr;
    int clock;                    /* that it is of */
    int on;                       /* that it runs on */
    bool until;
} Condition;

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
    int soft;                     /* errors of this round that more knowledge of clocks may do away with */
    bool strict;                  /* the last round: all is known, so that such errors are true */
    Clock *clock;                 /* of all rounds: a clock keeps its number */
    size_t clock_count, clock_capacity;
    int declared;                 /* so many of them are the model's own */
    Map *clock_keys;              /* what a clock is known by from round to round, to its number + 1 */
    Map *lengths;                 /* "path@r" of clocks that `unstack` makes, to how long they were seen to be */
    int round;
    bool forget;                  /* what was learnt in this round was learnt with wrong lengths */
    Condition *conditions;        /* of this round, yet to be evaluated */
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
    int calls;                    /* of cells, so far in this round */
    int64_t sites;                /* places that draw numbers, so far */
    Place full;                   /* the expression with which the graph became too large */
    int missing;                  /* weights without a value, where there is no file */
    const char *missing_list;
    Place missing_place;
    Map *weight_paths;            /* path of every weight asked for, to its Variable */
} Checker;

/* ---- scope.c ---- */
Scope *scope_new(Checker *c, Scope *caller, const Item *item, const char *path, Place call);
bool scope_of_library(Checker *c, const Scope *scope);      /* a library cell's: the file's names are none to it */
Variable *scope_find(Checker *c, Scope *scope, const char *name);
Variable *where_find(Checker *c, const Where *w, const char *name);
int scope_clock(const Scope *scope, const char *name);     /* -1: no clock of that name */
Clocks scope_clocks(const Scope *scope, const Over *over);  /* the set of those declared; without what is none */
void scope_set_static(Checker *c, Scope *scope, const char *name, double value, Place place);
Variable *scope_add(Checker *c, Scope *scope, VarKind kind, const Name *name);
bool scope_unknown_name(Checker *c, Scope *scope, const char *name, Place place);   /* true: with a hint */
const char *scope_path(Checker *c, const Scope *scope, const char *name);   /* "h.W_i", of states */
const char *path_join(Checker *c, const char *path, const char *name);

/* ---- values ---- */
Value value_none(void);
Value value_number(double number);
Value value_node(NodeId node);
Value value_unknown_node(Checker *c, NodeId like, Place place); /* of a shape not known yet, on the clocks of `like` */
Value value_unknown_on(Checker *c, Clocks clocks, Place place);
NodeId value_as_number(Checker *c, NodeId node, Place place);   /* a token as a number */
bool value_is_integer(Value value);

/* The value as a node, a number becoming a constant; NODE_NONE after a message. */
NodeId value_as_node(Checker *c, Value value, Place place);

/* ---- check_expr.c ---- */
bool check_is_full(const Checker *c);                      /* the graph is too large: nothing more is evaluated */
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
Value check_delay(Checker *c, Where w, const Expr *expr, Delay delay);
NodeId check_make_state(Checker *c, Where w, Variable *variable, const Expr *expr, Delay delay);
/* The last `count` values of `x`, which `expr` gives; counters and sums: a state with this start and next. */
Value check_window(Checker *c, Where w, const Expr *expr, NodeId x, Delay delay, int count);
NodeId check_state(Checker *c, const char *key, int clock, NodeId start, Clocks clocks, Place place);
void check_state_next(Checker *c, NodeId state, NodeId next);

/* ---- check_delay.c ---- */
void check_pending(Checker *c);                            /* finds what delays read */
NodeId check_start_value(Checker *c, Variable *variable, Type type, Clocks without, Place place);  /* v[-1], else 0 */
Variable *check_origin(Checker *c, Variable *variable);    /* the variable whose equation makes the value */

/* ---- check_hint.c: advice behind the error that was just told ---- */
bool check_hint_near(Checker *c, const char *name, const char *const *names, size_t count);   /* false: none is near */
void check_hint_function(Checker *c, const Scope *scope, const char *name, const char *const *names, size_t count);
void check_hint_param(Checker *c, const Item *cell, const char *name);
void check_hint_clock(Checker *c, const Scope *scope, const char *name);
bool check_hint_name(Checker *c, Scope *scope, const char *name);
/* Where the shapes of two operands come from, and what would fit. */
void check_hint_shapes(Checker *c, const Expr *expr, const Value *in);

/* ---- check_order.c ---- */
Graph *check_order(Checker *c);                            /* the graph, ordered, states connected */

/* ---- check_call.c ---- */
Value check_call(Checker *c, Where w, const Expr *expr);
bool check_is_cell(Checker *c, Where w, const Expr *expr); /* a call of a cell, `repeat` or `backward`; no operator */
bool check_find_fn(Checker *c, Scope *scope, const char *name, Fn *fn);
void check_unknown_function(Checker *c, const Scope *scope, const Expr *call);
Value check_builtin(Checker *c, Where w, const Expr *expr, const char *name);   /* check_builtin.c */
extern const char *const check_builtins[];                /* operators that op_find does not know; NULL at the end */
bool check_is_builtin(const char *name);

/* ---- check_args.c: operators with named arguments ---- */
enum { SIGNATURE_MAX = 4 };
typedef struct Signature {
    const char *name[SIGNATURE_MAX];
    int needed;                                            /* the first so many must be given */
    bool over;                                             /* the first may have clocks after `over` */
} Signature;

/* The arguments by position or name, into `args` of SIGNATURE_MAX: NULL where not given. False after a message. */
bool check_signature(Checker *c, const Expr *call, const Signature *signature, const Arg **args);
NodeId check_number_arg(Checker *c, Where w, const Arg *arg);   /* its value, a token as a number */
Value check_unknown_of(Checker *c, const NodeId *in, int count, Place place); /* of a shape not known yet, on their clocks */

/* ---- check_spatial.c, check_random.c: VALUE_UNKNOWN where the call is of none of theirs ---- */
Value check_spatial(Checker *c, Where w, const Expr *expr);
Value check_random(Checker *c, Where w, const Expr *expr);

/* ---- check_callee.c: calls of cells, alone, repeated, backward, of shared cells ---- */

/* The scope of the call; of several layers that of the last. NULL after a message. */
Scope *check_callee(Checker *c, Where w, const Expr *expr);
Scope *check_callee_of(Checker *c, Where w, const Expr *expr, Fn leaf);  /* whose call the innermost is */
Site check_site(Checker *c, Where w, const Expr *expr, Fn fn);           /* of a call that stands alone */
const Expr *check_leaf(const Expr *expr);                                /* the innermost call */
Expr *check_with_args(Checker *c, const Expr *expr, Arg *args, Place call);   /* a copy with other arguments */
Scope *check_repeat(Checker *c, Where w, const Expr *expr, Fn leaf);     /* check_repeat.c */

/* ---- check_shared.c: cell NAME = CALL ---- */
struct Shared {
    const char *name;
    const Line *line;
    Scope *home;                  /* where the line stands */
    Progress progress;
    bool wrong;
    Fn leaf;                      /* the cell that is called */
    Arg *args;                    /* that are fixed, all by name, as names of `locals` */
    const Local *locals;
};
void shared_add(Checker *c, Scope *scope, const Line *line);
void check_shared_lines(Checker *c, Scope *scope);                       /* also those that nothing calls */
const Item *check_shared_cell(Checker *c, Shared *shared);               /* that it calls; NULL after a message */
const Param *check_next_param(Fn fn, const Param *param);                /* that is not fixed; NULL: the first, the end */
Scope *check_shared(Checker *c, Where w, const Expr *expr, Fn fn);
/* Whether two weights of one path are those of two calls of a shared cell, with one shape. */
bool check_may_share(Checker *c, const Variable *variable, const Variable *other, const char *path);

/* ---- check_cell.c ---- */
enum { CHECK_MAX_CALLS = 30000, CHECK_MAX_NODES = 200000 };
Scope *check_cell(Checker *c, Where w, const Expr *expr, Fn fn);
Variable *check_result(Checker *c, Scope *callee, int position);
Value check_fn_argument(Checker *c, Where w, const Expr *expr);
Value check_result_value(Checker *c, Scope *callee, int position);   /* as the caller sees it */
const Arg *check_find_arg(const Expr *call, const Item *cell, const Param *wanted);

/* ---- check_clock.c ---- */
void check_declare_clocks(Checker *c);                     /* the model's */
void check_cell_clocks(Checker *c, Scope *callee);         /* the clock lines of a cell */
void check_conditions(Checker *c);                         /* `when` and `until` */
void check_inputs(Checker *c);                             /* which clocks inputs may run on */
int check_clock_make(Checker *c, const char *key, const char *name, Place place);   /* -1 after a message */
/* The clock of that name; below 0 after a message: `use` says what for, "has a state". */
int check_find_clock(Checker *c, Scope *scope, const char *name, Place place, const char *use);
int check_root(const Checker *c, int clock);               /* the clock whose steps it has, or ticks at */
bool check_mixes(Checker *c, Clocks clocks, Place place);  /* after a message: one ticks at steps of another */
bool check_bounded(Checker *c, int clock, Place place, const char *what);
/* The error just told may go away when more is known of clocks: true where the round goes on with some value for it. */
bool check_soft(Checker *c);
static inline Clocks clock_bit(int clock) { return clock < 0 ? 0 : (Clocks)1 << clock; }
int clock_first(Clocks clocks);                            /* -1: none */

/* ---- check_over.c: clocks of calls ---- */
bool check_bind_clocks(Checker *c, Where w, Scope *callee, const Expr *call);
Value check_leave(Checker *c, Scope *callee, const char *name, Value value);        /* a result, on the caller's clocks */
int check_local_clock(Checker *c, Scope *scope, const char *name, int64_t length, Place place);

/* ---- check_unstack.c: clocks that `unstack` makes ---- */
void check_unstack_clocks(Checker *c, Scope *scope);       /* those of a scope, before it is evaluated */
void check_unstack_bounds(Checker *c);                     /* those that lines of the model declare, without a bound */
bool check_learn_length(Checker *c, const Scope *scope, const char *name, int64_t length); /* true: it is new */

/* ---- check_step.c: step numbers ---- */
Value check_step(Checker *c, Where w, const Expr *name);
bool check_step_form(Checker *c, Where w, const Expr *expr, Value *value);          /* `t % k` and its like */
Value check_row_of_step(Checker *c, Where w, const Expr *expr, const Expr *clock);  /* E[t] */
bool check_is_clock(Checker *c, const Where *w, const Expr *expr);                  /* a clock's name, and no variable's */

/* ---- check_rate.c ---- */
Value check_rate(Checker *c, Where w, const Expr *expr);   /* pick, hold, window, unstack */
Value check_over_ticks(Checker *c, Op op, NodeId in, int clock, Place place);

/* ---- check_weights.c ---- */
NodeId check_weight(Checker *c, Variable *variable);
Value check_tensor(Checker *c, Where w, const Expr *string);
void check_weights_used(Checker *c);
void check_weights_missing(Checker *c);

/* ---- check_layout.c ---- */
NodeId check_layout(Checker *c, const Variable *variable, const char *path, NodeId node, Shape want);
void check_weights_finite(Checker *c, const Graph *graph);

#endif
