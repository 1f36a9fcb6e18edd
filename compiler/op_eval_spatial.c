/* op_eval_spatial.c: convolution, pooling and drawing in double precision.
 * A sequence [l, c] is an image of one row: its windows are one row high, and only columns are padded. */
#include "op_eval.h"

#include <assert.h>
#include <math.h>

typedef struct Image {
    int64_t rows, columns, channels;
} Image;

static Image image_of(Shape shape)
{
    bool flat = shape.rank == 2;
    return (Image){flat ? 1 : shape.dim[0], shape.dim[shape.rank - 2], shape.dim[shape.rank - 1]};
}

/* One window: where it begins, which may lie outside of the image, and how large it is. */
typedef struct Window {
    int64_t row, column, rows, columns;
} Window;

static Window window_at(const Attributes *at, Shape in, int64_t rows, int64_t columns, int64_t r, int64_t c)
{
    bool flat = in.rank == 2;
    return (Window){flat ? 0 : r * at->stride - at->pad, c * at->stride - at->pad, rows, columns};
}

/* Outside of the image there is zero. */
static double pixel(const double *x, Image image, int64_t row, int64_t column, int64_t channel)
{
    if (row < 0 || row >= image.rows || column < 0 || column >= image.columns)
        return 0;
    return x[(row * image.columns + column) * image.channels + channel];
}

/* kernel: [rows, columns, channels, outputs] */
static double convolve(const double *x, Image image, Window w, const double *kernel, int64_t output, int64_t outputs)
{
    double sum = 0;
    for (int64_t i = 0; i < w.rows; i++)
        for (int64_t k = 0; k < w.columns; k++)
            for (int64_t c = 0; c < image.channels; c++)
                sum += pixel(x, image, w.row + i, w.column + k, c)
                       * kernel[((i * w.columns + k) * image.channels + c) * outputs + output];
    return sum;
}

static void eval_conv(const Attributes *at, const Shape *in_shape, const double *const *in, Shape out_shape, double *out)
{
    Image from = image_of(in_shape[0]), to = image_of(out_shape);
    int64_t rows = in_shape[0].rank == 2 ? 1 : in_shape[1].dim[0], columns = in_shape[1].dim[in_shape[0].rank - 2];
    for (int64_t r = 0; r < to.rows; r++)
        for (int64_t c = 0; c < to.columns; c++)
            for (int64_t o = 0; o < to.channels; o++)
                *out++ = convolve(in[0], from, window_at(at, in_shape[0], rows, columns, r, c), in[1], o, to.channels);
}

static double pool(Op op, const double *x, Image image, Window w, int64_t channel)
{
    double largest = pixel(x, image, w.row, w.column, channel), sum = 0;
    for (int64_t i = 0; i < w.rows; i++)
        for (int64_t k = 0; k < w.columns; k++) {
            double value = pixel(x, image, w.row + i, w.column + k, channel);
            largest = value > largest || isnan(value) ? value : largest;
            sum += value;
        }
    return op == OP_MAX_POOL ? largest : sum / (double)(w.rows * w.columns);
}

static void eval_pool(Op op, const Attributes *at, Shape in_shape, const double *in, Shape out_shape, double *out)
{
    Image from = image_of(in_shape), to = image_of(out_shape);
    int64_t rows = in_shape.rank == 2 ? 1 : at->window;
    for (int64_t r = 0; r < to.rows; r++)
        for (int64_t c = 0; c < to.columns; c++)
            for (int64_t k = 0; k < to.channels; k++)
                *out++ = pool(op, in, from, window_at(at, in_shape, rows, at->window, r, c), k);
}

/* The first token at which the sum so far is above that part of the whole; where rounding leaves none,
 * the last one that may be drawn. */
static double sample(const double *p, int64_t count, double u)
{
    double whole = 0, sum = 0;
    int64_t last = 0;
    for (int64_t k = 0; k < count; k++)
        whole += p[k];
    for (int64_t k = 0; k < count; k++) {
        sum += p[k];
        if (sum > u * whole)
            return (double)k;
        last = p[k] > 0 ? k : last;
    }
    return (double)last;
}

void op_eval_spatial(Op op, const Attributes *at, const Shape *in_shape, const double *const *in, Shape out_shape, double *out)
{
    switch (op) {
    case OP_CONV: eval_conv(at, in_shape, in, out_shape, out); break;
    case OP_MAX_POOL: case OP_AVG_POOL: eval_pool(op, at, in_shape[0], in[0], out_shape, out); break;
    case OP_SAMPLE: *out = sample(in[0], in_shape[0].dim[0], in[1][0]); break;
    default: assert(false && "an operator with windows"); break;
    }
}
