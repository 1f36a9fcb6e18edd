/* op.h: the table of operators as an enumeration, and what follows from a row. */
#ifndef RNNC_OP_H
#define RNNC_OP_H

#include <stdbool.h>

typedef enum {
#define OP(NAME, word, arity, class, value, help) OP_##NAME,
#include "ops.def"
#undef OP
    OP_COUNT
} Op;

typedef enum {
    CLASS_LEAF,     /* inputs, constants, states */
    CLASS_MAP,      /* element by element: may be fused into loops over units */
    CLASS_PRODUCT,  /* a matrix product; with a constant matrix and a vector, the head of a fused loop */
    CLASS_REDUCE,   /* removes an axis or a clock */
    CLASS_CLOCK,    /* moves between clocks */
    CLASS_NORMAL,   /* keeps the shape, but needs a whole axis */
    CLASS_SPATIAL,  /* of its own: convolutions, pooling, drawing */
    CLASS_SHAPE     /* moves elements */
} OpClass;

typedef struct OpInfo {
    const char *name;    /* "SIGMOID" */
    const char *word;    /* "sigmoid" */
    const char *help;
    int arity;           /* -1: one or more */
    OpClass class;
} OpInfo;

extern const OpInfo op_info[OP_COUNT];

/* The operator that the language calls `word` with that many inputs, or OP_COUNT. Leaves and
 * operators that have a syntax of their own (slices, rows) are not found. */
Op op_find(const char *word, int inputs);

/* Whether any operator goes by that word, whatever its arity. */
bool op_is_word(const char *word);

/* The value of an elementwise operator in double precision. */
double op_value(Op op, double a, double b, double c);

#endif
