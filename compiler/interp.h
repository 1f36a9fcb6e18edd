/* interp.h: the reference interpreter: what a graph means, step by step in double precision, for
 * comparison with what passes make of it and with the C that is emitted. It knows no plan, no kernel
 * and no loop: every value is computed from the definition of its operator, when it is needed. */
#ifndef RNNC_INTERP_H
#define RNNC_INTERP_H

#include "arena.h"
#include "constant.h"
#include "graph.h"

#include <stdint.h>

/* How many numbers a node has over all steps of its clocks; -1 where they are more than 2^31. */
int64_t interp_count(const Graph *graph, const int64_t *steps, NodeId id);

/* Runs a verified graph from its start. steps[k] is the length of clock k, input[i] holds the numbers
 * of input port i (not looked at where the port has no node), output[i] becomes those of output port
 * i, in the arena. Such an array has the node's clocks outermost first, in the order of the graph's
 * clocks, then its shape. NULL, or a sentence: a length that its clock does not allow, a token or a
 * row out of range, a value that depends on itself. */
const char *interp_run(Arena *arena, const Graph *graph, Constants *constants, const int64_t *steps,
                       const double *const *input, const double **output);

#endif
