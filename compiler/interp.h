/* interp.h: the reference interpreter: what a graph means, step by step in double precision, for
 * comparison with what passes make of it and with the C that is emitted. It knows no plan, no kernel
 * and no loop: every value is computed from the definition of its operator, when it is needed. */
#ifndef RNNC_INTERP_H
#define RNNC_INTERP_H

#include "arena.h"
#include "constant.h"
#include "graph.h"

#include <stdint.h>

/* How many numbers a node has over all steps of its clocks, length[k] of clock k; -1 where they are more
 * than 2^31. */
int64_t interp_count(const Graph *graph, const int64_t *length, NodeId id);

/* Runs a verified graph from its start.
 *     steps[k]    the length of clock k; not looked at where the model finds it: of a clock with an `until`,
 *                 of one that ticks, of one that is like another
 *     input[i]    the numbers of input port i (not looked at where the port has no node)
 *     seed        of what UNIFORM draws
 *     single      every value becomes a float when it is computed: what rounding alone does
 *     length[k]   becomes the length of clock k as it was: the step at which `until` held, and one; the
 *                 number of ticks, which may be 0
 *     output[i]   becomes the numbers of output port i, interp_count of them by `length`, in the arena
 *     turn[i]     unless turn is NULL: as how many-th of all values, from 1, each step's of output port i was
 *                 computed; what a value depends on was computed before it, and steps one after the other
 * The arrays of ports have the port's clocks outermost first (graph_port_clocks), then the node's shape; a
 * clock that ticks has its ticks side by side. NULL, or a sentence: a length that its clock does not allow,
 * a token or a row out of range, a value that depends on itself. */
const char *interp_run(Arena *arena, const Graph *graph, Constants *constants, uint32_t seed, bool single, const int64_t *steps,
                       const double *const *input, int64_t *length, const double **output, const int64_t **turn);

#endif
