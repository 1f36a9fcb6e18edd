/* shape.h: shapes and types, and the rule of every operator for them.
 * While a model is being checked, a shape or a dimension may be unknown for a while (a delayed value
 * whose equation has not been seen yet): rules then give what they can tell. */
#ifndef RNNC_SHAPE_H
#define RNNC_SHAPE_H

#include "arena.h"
#include "op.h"

#include <stdbool.h>
#include <stdint.h>

enum { SHAPE_MAX_RANK = 8 };

/* No axis may be longer, nor a tensor have more elements: indices fit an int32_t on any target. */
#define SHAPE_MAX_COUNT ((int64_t)1 << 31)

typedef struct Shape {
    int rank;                         /* -1: unknown */
    int64_t dim[SHAPE_MAX_RANK];      /* at least 1; -1: unknown */
} Shape;

/* A set of clocks: bit k is clock k of the graph. */
typedef uint64_t Clocks;
enum { CLOCKS_MAX = 64 };

typedef struct Type {
    Shape shape;
    int64_t tokens;                   /* a token of 0 .. tokens - 1; 0: a number */
    Clocks clocks;
} Type;

extern const Shape SHAPE_UNKNOWN;
Shape shape_vector(int rank, const int64_t *dim);
Shape shape_scalar(void);
bool shape_known(Shape shape);                  /* rank and every dimension */
bool shape_equal(Shape a, Shape b);
bool shape_agrees(Shape a, Shape b);            /* equal as far as both are known */
Shape shape_merge(Shape a, Shape b);            /* of two that agree: all that is known */
int64_t shape_count(Shape shape);               /* elements; the shape must be known */
int64_t shape_product(Shape shape, int begin, int end);   /* of the axes begin .. end - 1 */
const char *shape_text(Arena *arena, Shape shape);        /* "[64, 256]", "?" where unknown */

/* Whether b is the tail of a (or equal to it), as far as known. */
bool shape_has_tail(Shape a, Shape b);

/* The attributes of a node that its shape depends on. */
typedef struct Attributes {
    int axis;                /* of a reduction, concat, slice, flip, row; -1 with `clock` */
    int clock;               /* of a state, step, reduction over a clock, first, last, stack, repeat, unstack; the
                                clock that ticks of pick and hold; the new clock of reclock; -1: none */
    int from;                /* reclock: the clock that is left */
    bool backward;           /* state: the step before is the one with the next higher number */
    int64_t delay;           /* state: steps back, 1 or more */
    int64_t begin, end;      /* slice; token: 0 and how many values */
    int64_t site;            /* uniform: a number of its own, so that no two draw the same */
    int64_t window;          /* pooling: elements along each axis */
    int64_t stride, pad;     /* conv, pooling: the same along each axis; zeros are added at both ends */
    Shape shape;             /* reshape, and leaves that are told their shape */
    int64_t length;          /* steps of the clock that stack leaves, or unstack makes */
} Attributes;

/* The shape of an operator's result. False, and a sentence in *error that says what does not fit,
 * where the inputs do not go together. */
bool op_shape(Arena *arena, Op op, const Attributes *at, const Shape *in, int count, Shape *out,
              const char **error);

#endif
