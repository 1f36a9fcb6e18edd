/* op_eval.c: operators on tensors in double precision, one function for each kind.
 * In: dense row-major inputs whose shapes fit. Out: all elements of the result. What works along an
 * axis sees a tensor as `outer` blocks of `length` rows of `inner` elements. */
#include "op_eval.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct Axis {
    int64_t outer, length, inner;
} Axis;

static Axis axis_of(Shape shape, int axis)
{
    assert(axis >= 0 && axis < shape.rank);
    return (Axis){shape_product(shape, 0, axis), shape.dim[axis], shape_product(shape, axis + 1, shape.rank)};
}

static void copy(double *to, const double *from, int64_t count)
{
    memcpy(to, from, (size_t)count * sizeof *to);
}

/* A tail starts again as often as it fits, so an index is taken modulo its size. */
static void eval_map(Op op, const Shape *in_shape, const double *const *in, int count, int64_t out_count, double *out)
{
    int64_t size[3] = {1, 1, 1};
    assert(count <= 3);
    for (int k = 0; k < count; k++)
        size[k] = shape_count(in_shape[k]);
    for (int64_t i = 0; i < out_count; i++) {
        double v[3] = {0, 0, 0};
        for (int k = 0; k < count; k++)
            v[k] = in[k][i % size[k]];
        out[i] = op_value(op, v[0], v[1], v[2]);
    }
}

/* A vector on the left is a matrix of one row, on the right one of one column. */
static void eval_matmul(const Shape *in_shape, const double *const *in, double *out)
{
    int64_t inner = in_shape[1].dim[0];
    int64_t rows = in_shape[0].rank == 2 ? in_shape[0].dim[0] : 1;
    int64_t columns = in_shape[1].rank == 2 ? in_shape[1].dim[1] : 1;
    for (int64_t r = 0; r < rows; r++) {
        double *row = out + r * columns;
        for (int64_t c = 0; c < columns; c++)
            row[c] = 0;
        for (int64_t i = 0; i < inner; i++) /* outside of c: the second matrix is read in its order */
            for (int64_t c = 0; c < columns; c++)
                row[c] += in[0][r * inner + i] * in[1][i * columns + c];
    }
}

static double sum_of(const double *x, int64_t length, int64_t stride)
{
    double sum = 0;
    for (int64_t i = 0; i < length; i++)
        sum += x[i * stride];
    return sum;
}

static double variance_of(const double *x, int64_t length, int64_t stride)
{
    double mean = sum_of(x, length, stride) / (double)length, sum = 0;
    for (int64_t i = 0; i < length; i++)
        sum += (x[i * stride] - mean) * (x[i * stride] - mean);
    return sum / (double)length;
}

/* The index of the smallest or the largest element, the first of equals. */
static int64_t extreme_of(bool largest, const double *x, int64_t length, int64_t stride)
{
    int64_t best = 0;
    for (int64_t i = 1; i < length; i++)
        if (largest ? x[i * stride] > x[best * stride] : x[i * stride] < x[best * stride])
            best = i;
    return best;
}

static double reduce(Op op, const double *x, int64_t length, int64_t stride)
{
    switch (op) {
    case OP_SUM: return sum_of(x, length, stride);
    case OP_MEAN: return sum_of(x, length, stride) / (double)length;
    case OP_VAR: return variance_of(x, length, stride);
    case OP_MIN: return x[extreme_of(false, x, length, stride) * stride];
    case OP_MAX: return x[extreme_of(true, x, length, stride) * stride];
    case OP_ARGMAX: return (double)extreme_of(true, x, length, stride);
    default: assert(false && "a reduction"); return 0;
    }
}

static void eval_reduce(Op op, Axis axis, const double *in, double *out)
{
    for (int64_t o = 0; o < axis.outer; o++)
        for (int64_t i = 0; i < axis.inner; i++)
            out[o * axis.inner + i] = reduce(op, in + o * axis.length * axis.inner + i, axis.length, axis.inner);
}

/* The largest element is taken off first, so that no exponential overflows. */
static void softmax(bool logarithm, const double *x, double *y, int64_t length, int64_t stride)
{
    double largest = x[extreme_of(true, x, length, stride) * stride], sum = 0;
    for (int64_t i = 0; i < length; i++)
        sum += exp(x[i * stride] - largest);
    for (int64_t i = 0; i < length; i++) {
        double shifted = x[i * stride] - largest;
        y[i * stride] = logarithm ? shifted - log(sum) : exp(shifted) / sum;
    }
}

static void eval_softmax(bool logarithm, Axis axis, const double *in, double *out)
{
    for (int64_t o = 0; o < axis.outer; o++)
        for (int64_t i = 0; i < axis.inner; i++) {
            int64_t start = o * axis.length * axis.inner + i;
            softmax(logarithm, in + start, out + start, axis.length, axis.inner);
        }
}

static void eval_concat(int axis, const Shape *in_shape, const double *const *in, int count, Shape out_shape, double *out)
{
    Axis whole = axis_of(out_shape, axis);
    int64_t begin = 0;
    for (int k = 0; k < count; k++) {
        int64_t rows = in_shape[k].dim[axis];
        for (int64_t o = 0; o < whole.outer; o++)
            copy(out + (o * whole.length + begin) * whole.inner, in[k] + o * rows * whole.inner, rows * whole.inner);
        begin += rows;
    }
}

static void eval_slice(const Attributes *at, Axis axis, const double *in, double *out)
{
    int64_t rows = at->end - at->begin;
    for (int64_t o = 0; o < axis.outer; o++)
        copy(out + o * rows * axis.inner, in + (o * axis.length + at->begin) * axis.inner, rows * axis.inner);
}

static void eval_row(Axis axis, const double *in, double row, double *out)
{
    assert(row >= 0 && row < (double)axis.length);
    for (int64_t o = 0; o < axis.outer; o++)
        copy(out + o * axis.inner, in + (o * axis.length + (int64_t)row) * axis.inner, axis.inner);
}

static void eval_flip(Axis axis, const double *in, double *out)
{
    for (int64_t o = 0; o < axis.outer; o++)
        for (int64_t i = 0; i < axis.length; i++)
            copy(out + (o * axis.length + i) * axis.inner, in + ((o + 1) * axis.length - 1 - i) * axis.inner, axis.inner);
}

/* Element (i, j, ..., k) of the input is (k, ..., j, i) of the result; `index` counts through the
 * input in its order. */
static void eval_transpose(Shape shape, const double *in, double *out)
{
    int64_t index[SHAPE_MAX_RANK] = {0}, count = shape_count(shape);
    for (int64_t n = 0; n < count; n++) {
        int64_t place = 0;
        for (int k = shape.rank - 1; k >= 0; k--)
            place = place * shape.dim[k] + index[k];
        out[place] = in[n];
        for (int k = shape.rank - 1; k >= 0 && ++index[k] == shape.dim[k]; k--)
            index[k] = 0;
    }
}

static void eval_shape(Op op, const Attributes *at, const Shape *in_shape, const double *const *in, int count,
                       Shape out_shape, double *out)
{
    int64_t size = shape_count(out_shape);
    switch (op) {
    case OP_CONCAT: eval_concat(at->axis, in_shape, in, count, out_shape, out); break;
    case OP_SLICE: eval_slice(at, axis_of(in_shape[0], at->axis), in[0], out); break;
    case OP_FLIP: eval_flip(axis_of(in_shape[0], at->axis), in[0], out); break;
    case OP_TRANSPOSE: eval_transpose(in_shape[0], in[0], out); break;
    case OP_ROW: eval_row(axis_of(in_shape[0], at->axis), in[0], in[1][0], out); break;
    default: copy(out, in[0], size); break;
    }
}

void op_eval(Op op, const Attributes *at, const Shape *in_shape, const double *const *in, int count, Shape out_shape,
             double *out)
{
    assert(at->clock < 0 || op == OP_REPEAT);
    switch (op_info[op].class) {
    case CLASS_MAP: eval_map(op, in_shape, in, count, shape_count(out_shape), out); break;
    case CLASS_PRODUCT: eval_matmul(in_shape, in, out); break;
    case CLASS_REDUCE: eval_reduce(op, axis_of(in_shape[0], at->axis), in[0], out); break;
    case CLASS_NORMAL: eval_softmax(op == OP_LOG_SOFTMAX, axis_of(in_shape[0], at->axis), in[0], out); break;
    case CLASS_SHAPE: eval_shape(op, at, in_shape, in, count, out_shape, out); break;
    case CLASS_SPATIAL: op_eval_spatial(op, at, in_shape, in, out_shape, out); break;
    case CLASS_LEAF: case CLASS_CLOCK: assert(false && "a value that op_eval can compute"); break;
    }
}
