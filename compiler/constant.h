/* constant.h: the values of what a graph computes from constants and weights alone (node->fixed), in
 * double precision. */
#ifndef RNNC_CONSTANT_H
#define RNNC_CONSTANT_H

#include "arena.h"
#include "graph.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Constants Constants;

/* Values of that graph, which may still grow, in the arena. A TENSOR node without data gets numbers
 * that follow from `seed` and its name alone: uniform in +-1 / sqrt(last dimension), +-0.5 for rank 1
 * and below, tokens uniform in their range, all exact in single precision. */
Constants *constants_new(Arena *arena, const Graph *graph, uint64_t seed);

/* All elements of a fixed node, dense and row-major; computed once, and good as long as the arena. */
const double *constant_value(Constants *constants, NodeId id);

/* Whether all elements of a tensor are finite, as 32-bit floats too; otherwise *index is the first one that
 * is not. */
bool constant_finite(const Tensor *tensor, size_t *index);

#endif
