/* op_eval.h: the value of one operator on whole tensors, in double precision. Constants are computed
 * with it when compiling, and the reference interpreter is made of it: slow, and meant to be seen to
 * be right. */
#ifndef RNNC_OP_EVAL_H
#define RNNC_OP_EVAL_H

#include "op.h"
#include "shape.h"

/* The operator's value for `count` inputs: in[i] is dense, row-major, of shape in_shape[i]. out has
 * room for the elements of out_shape, which is what op_shape gives, and overlaps no input. Shapes
 * are known and fit. Not for leaves and for what leaves or runs along a clock (class LEAF and CLOCK,
 * at->clock >= 0), except REPEAT, which copies. For ROW in[1][0] is a row that exists, for TOKEN in[0]
 * holds tokens that do. */
void op_eval(Op op, const Attributes *at, const Shape *in_shape, const double *const *in, int count,
             Shape out_shape, double *out);

/* op_eval_spatial.c: the same for class SPATIAL. */
void op_eval_spatial(Op op, const Attributes *at, const Shape *in_shape, const double *const *in, Shape out_shape, double *out);

#endif
