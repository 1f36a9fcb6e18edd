/* check.h: from the tree to the graph: names, shapes, clocks, states and weights.
 *
 * A model is evaluated from its outputs, each call of a cell in a scope of its own. What a delay
 * reads need not have been seen yet, so its type is assumed, and the model evaluated again until
 * every assumption is true; messages of earlier rounds are taken back. */
#ifndef RNNC_CHECK_H
#define RNNC_CHECK_H

#include "ast.h"
#include "graph.h"

typedef struct CheckDefine {      /* -D name=number */
    const char *name;
    double value;
    bool used;
} CheckDefine;

typedef struct CheckOptions {
    const char *model;            /* which model of the file; NULL: the only one */
    const char *weights;          /* takes the place of the model's one file; NULL: none */
    bool random_weights;          /* no files: every weight is a tensor without data */
    bool weights_optional;        /* missing files and tensors become tensors without data (dumps) */
    CheckDefine *defines;
    size_t define_count;
} CheckOptions;

/* How much stack `check` needs at most: it refuses models whose equations depend on each other deeper. */
#define CHECK_STACK ((size_t)1 << 30)

/* The graph of one model, with dead parts removed; or NULL after errors in diag. `library` is the
 * standard library's tree. */
Graph *check(Arena *arena, Diag *diag, const Ast *library, const Ast *ast, const CheckOptions *options);

#endif
