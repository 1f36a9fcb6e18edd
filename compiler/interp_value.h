/* interp_value.h: what interp.c and interp_value.c share: a run of the interpreter. */
#ifndef RNNC_INTERP_VALUE_H
#define RNNC_INTERP_VALUE_H

#include "interp.h"
#include "interp_time.h"

typedef struct Task {
    Need of;
    int64_t found;           /* so many of the values that it needs are there */
} Task;

typedef struct Interp {
    Arena *arena;
    const Graph *graph;
    Constants *constants;
    uint32_t seed;
    bool single;             /* round every value to a float */
    Time time;
    const Port **port;       /* of each INPUT node */
    const double **source;   /* of each INPUT node: the caller's array */
    Task *task;
    size_t task_count, task_room;
    int64_t **turn;          /* of each node, at each position: as how many-th of all values it was computed */
    int64_t turns;
    Shape *shape;            /* of one operator's inputs */
    const double **operand;
    double *scratch;         /* for values of all steps side by side */
    size_t scratch_room;
    const char *error;
} Interp;

/* Computes a value into its place; everything that it needs is there. False, and the error is set, for a token
 * or a row out of range. */
bool interp_value(Interp *in, Need of, const Steps *steps);

#endif
