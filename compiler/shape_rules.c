/* shape_rules.c: the shape of an operator's result: one rule for each class of operators, and for those
 * of their own.
 * In: the inputs' shapes, parts of which may be unknown. Out: what they tell of the result, or a
 * sentence that names the shapes. */
#include "shape.h"

static bool dim_agrees(int64_t a, int64_t b)
{
    return a < 0 || b < 0 || a == b;
}

/* Elementwise: the shape that all the others are tails of. */
static bool map_shape(Arena *arena, Op op, const Shape *in, int count, Shape *out, const char **error)
{
    *out = in[0];
    for (int i = 1; i < count; i++) {
        /* Beside an unknown shape a vector tells most likely what it is; a single number tells nothing. */
        if (out->rank < 0 || in[i].rank < 0) {
            Shape known = out->rank < 0 ? in[i] : *out;
            *out = known.rank > 0 ? known : SHAPE_UNKNOWN;
            continue;
        }
        const Shape *large = out->rank >= in[i].rank ? out : &in[i];
        const Shape *small = large == out ? &in[i] : out;
        if (!shape_has_tail(*large, *small)) {
            *error = arena_printf(arena, "`%s` of %s and %s: the shapes must be equal, or one the tail of the other",
                                  op_info[op].word, shape_text(arena, *out), shape_text(arena, in[i]));
            return false;
        }
        Shape result = *large;
        for (int k = 1; k <= small->rank; k++)
            if (result.dim[result.rank - k] < 0)
                result.dim[result.rank - k] = small->dim[small->rank - k];
        *out = result;
    }
    return true;
}

static bool product_shape(Arena *arena, const Shape *in, Shape *out, const char **error)
{
    Shape a = in[0], b = in[1];
    for (int i = 0; i < 2; i++)
        if (in[i].rank == 0 || in[i].rank > 2) {
            *error = arena_printf(arena, "cannot multiply %s by %s: `@` takes vectors and matrices%s", shape_text(arena, a),
                                  shape_text(arena, b), in[i].rank == 0 ? " (a number is multiplied with `*`)" : "");
            return false;
        }
    if (a.rank < 0 && b.rank < 0) {
        *out = SHAPE_UNKNOWN;
        return true;
    }
    /* An unknown operand is taken for a vector: what comes out wrong is found in the next round. */
    int64_t inner_a = a.rank > 0 ? a.dim[a.rank - 1] : -1, inner_b = b.rank > 0 ? b.dim[0] : -1;
    if (!dim_agrees(inner_a, inner_b)) {
        *error = arena_printf(arena, "cannot multiply %s by %s: the inner dimensions are %lld and %lld", shape_text(arena, a),
                              shape_text(arena, b), (long long)inner_a, (long long)inner_b);
        return false;
    }
    *out = shape_scalar();
    if (a.rank == 2)
        out->dim[out->rank++] = a.dim[0];
    if (b.rank == 2)
        out->dim[out->rank++] = b.dim[1];
    return true;
}

static bool check_axis(Arena *arena, Op op, int axis, Shape in, const char **error)
{
    if (axis >= 0 && axis < in.rank)
        return true;
    *error = in.rank == 0 ? arena_printf(arena, "`%s` of a single number: there is no axis to work along", op_info[op].word)
                          : arena_printf(arena, "`%s` along axis %d of %s: the axes are 0 to %d", op_info[op].word, axis,
                                         shape_text(arena, in), in.rank - 1);
    return false;
}

static bool concat_shape(Arena *arena, const Attributes *at, const Shape *in, int count, Shape *out, const char **error)
{
    *out = in[0];
    for (int i = 0; i < count; i++) {
        if (in[i].rank < 0 || out->rank < 0) {
            *out = SHAPE_UNKNOWN;
            return true;
        }
        if (!check_axis(arena, OP_CONCAT, at->axis, in[i], error))
            return false;
        if (i == 0)
            continue;
        int64_t sum = out->dim[at->axis] < 0 || in[i].dim[at->axis] < 0 ? -1 : out->dim[at->axis] + in[i].dim[at->axis];
        out->dim[at->axis] = in[i].dim[at->axis];
        if (!shape_agrees(*out, in[i])) {
            *error = arena_printf(arena, "`concat` along axis %d of %s and %s: the other axes must be equal", at->axis,
                                  shape_text(arena, in[0]), shape_text(arena, in[i]));
            return false;
        }
        *out = shape_merge(*out, in[i]);
        out->dim[at->axis] = sum;
    }
    return true;
}

static bool slice_shape(Arena *arena, const Attributes *at, Shape in, Shape *out, const char **error)
{
    int64_t length = in.dim[at->axis];
    if (length >= 0 && (at->begin < 0 || at->end > length || at->begin >= at->end)) {
        if (at->begin >= at->end)
            *error = arena_printf(arena, "the slice %lld:%lld has no elements", (long long)at->begin, (long long)at->end);
        else
            *error = arena_printf(arena, "elements %lld to %lld of %s: axis %d has the elements 0 to %lld", (long long)at->begin,
                              (long long)at->end - 1, shape_text(arena, in), at->axis, (long long)length - 1);
        return false;
    }
    *out = in;
    out->dim[at->axis] = at->end - at->begin;
    return true;
}

static bool reshape_shape(Arena *arena, const Attributes *at, Shape in, Shape *out, const char **error)
{
    *out = at->shape;
    if (shape_known(in) && shape_known(at->shape) && shape_count(in) != shape_count(at->shape)) {
        *error = arena_printf(arena, "cannot reshape %s into %s: %lld elements into %lld", shape_text(arena, in),
                              shape_text(arena, at->shape), (long long)shape_count(in), (long long)shape_count(at->shape));
        return false;
    }
    return true;
}

static Shape without_axis(Shape in, int axis)
{
    for (int i = axis; i + 1 < in.rank; i++)
        in.dim[i] = in.dim[i + 1];
    in.rank--;
    return in;
}

static bool stack_shape(Arena *arena, const Attributes *at, Shape in, Shape *out, const char **error)
{
    if (in.rank >= SHAPE_MAX_RANK) {
        *error = arena_printf(arena, "`stack` of %s: a value has at most %d axes", shape_text(arena, in), SHAPE_MAX_RANK);
        return false;
    }
    *out = in;
    for (int i = in.rank; i > 0; i--)
        out->dim[i] = in.dim[i - 1];
    out->dim[0] = at->length;
    out->rank++;
    return true;
}

/* A clock that may end early takes as many rows as it has steps. */
static bool unstack_shape(Arena *arena, const Attributes *at, Shape in, Shape *out, const char **error)
{
    if (!check_axis(arena, OP_UNSTACK, 0, in, error))
        return false;
    if (in.dim[0] >= 0 && in.dim[0] < at->length) {
        *error = arena_printf(arena, "%lld steps of the rows of %s: there are %lld rows", (long long)at->length, shape_text(arena, in),
                              (long long)in.dim[0]);
        return false;
    }
    *out = without_axis(in, 0);
    return true;
}

static bool shape_class(Arena *arena, Op op, const Attributes *at, const Shape *in, int count, Shape *out, const char **error)
{
    if (op == OP_CONCAT)
        return concat_shape(arena, at, in, count, out, error);
    if (op == OP_RESHAPE)
        return reshape_shape(arena, at, in[0], out, error);
    *out = in[0];
    if (in[0].rank < 0)
        return true;
    switch (op) {
    case OP_SLICE: return check_axis(arena, op, at->axis, in[0], error) && slice_shape(arena, at, in[0], out, error);
    case OP_FLIP: return check_axis(arena, op, at->axis, in[0], error);
    case OP_TRANSPOSE:
        for (int i = 0; i < in[0].rank; i++)
            out->dim[i] = in[0].dim[in[0].rank - 1 - i];
        return true;
    case OP_ROW:
        if (!check_axis(arena, op, at->axis, in[0], error))
            return false;
        if (in[1].rank > 0) {
            *error = arena_printf(arena, "a row is taken by one token, not by %s of them", shape_text(arena, in[1]));
            return false;
        }
        *out = without_axis(in[0], at->axis);
        return true;
    case OP_UNSTACK: return unstack_shape(arena, at, in[0], out, error);
    default: return true;
    }
}

/* ---- windows ---- */

static bool check_window(Arena *arena, const char *what, int64_t length, int64_t window, const Attributes *at, const char **error)
{
    int64_t room = length + 2 * at->pad;
    if (at->stride >= 1 && at->pad >= 0 && window >= 1 && (length < 0 || room >= window))
        return true;
    if (at->stride < 1 || at->pad < 0 || window < 1)
        *error = arena_printf(arena, "%s with window %lld, stride %lld, padding %lld: window and stride are at least 1, padding at least 0",
                              what, (long long)window, (long long)at->stride, (long long)at->pad);
    else
        *error = arena_printf(arena, "%s: a window of %lld does not fit into an axis of %lld%s", what, (long long)window, (long long)length,
                              at->pad ? arena_printf(arena, " padded to %lld", (long long)room) : "");
    return false;
}

/* How often a window fits. */
static int64_t window_count(int64_t length, int64_t window, const Attributes *at)
{
    return length < 0 || window < 0 ? -1 : (length + 2 * at->pad - window) / at->stride + 1;
}

static bool conv_shape(Arena *arena, const Attributes *at, const Shape *in, Shape *out, const char **error)
{
    Shape x = in[0], kernel = in[1];
    *out = SHAPE_UNKNOWN;
    if (x.rank < 0 || kernel.rank < 0)
        return true;
    const char *what = arena_printf(arena, "convolution of %s with %s", shape_text(arena, x), shape_text(arena, kernel));
    if (x.rank < 2 || x.rank > 3 || kernel.rank != x.rank + 1) {
        *error = arena_printf(arena, "%s: [l, c] goes with a kernel [k, c, o], and [h, w, c] with [kh, kw, c, o]", what);
        return false;
    }
    int axes = x.rank - 1;
    if (!dim_agrees(x.dim[axes], kernel.dim[axes])) {
        *error = arena_printf(arena, "%s: there are %lld channels, and the kernel is for %lld", what, (long long)x.dim[axes],
                              (long long)kernel.dim[axes]);
        return false;
    }
    *out = x;
    for (int i = 0; i < axes; i++) {
        if (kernel.dim[i] >= 0 && !check_window(arena, what, x.dim[i], kernel.dim[i], at, error))
            return false;
        out->dim[i] = window_count(x.dim[i], kernel.dim[i], at);
    }
    out->dim[axes] = kernel.dim[axes + 1];
    return true;
}

static bool pool_shape(Arena *arena, Op op, const Attributes *at, Shape in, Shape *out, const char **error)
{
    *out = in;
    if (in.rank < 0)
        return true;
    const char *what = arena_printf(arena, "`%s` of %s", op_info[op].word, shape_text(arena, in));
    if (in.rank < 2 || in.rank > 3) {
        *error = arena_printf(arena, "%s: it takes [l, c] or [h, w, c]", what);
        return false;
    }
    for (int i = 0; i + 1 < in.rank; i++) {
        if (!check_window(arena, what, in.dim[i], at->window, at, error))
            return false;
        out->dim[i] = window_count(in.dim[i], at->window, at);
    }
    return true;
}

static bool sample_shape(Arena *arena, const Shape *in, Shape *out, const char **error)
{
    *out = shape_scalar();
    if ((in[0].rank < 0 || in[0].rank == 1) && in[1].rank <= 0)
        return true;
    *error = arena_printf(arena, "a token is drawn with probabilities [n] by one number, not with %s by %s", shape_text(arena, in[0]),
                          shape_text(arena, in[1]));
    return false;
}

static bool spatial_shape(Arena *arena, Op op, const Attributes *at, const Shape *in, Shape *out, const char **error)
{
    switch (op) {
    case OP_CONV: return conv_shape(arena, at, in, out, error);
    case OP_SAMPLE: return sample_shape(arena, in, out, error);
    default: return pool_shape(arena, op, at, in[0], out, error);
    }
}

static bool hold_shape(Arena *arena, const Shape *in, Shape *out, const char **error)
{
    *out = shape_merge(in[0], in[1]);
    if (shape_agrees(in[0], in[1]))
        return true;
    *error = arena_printf(arena, "`hold` of %s, and %s before the first tick", shape_text(arena, in[0]), shape_text(arena, in[1]));
    return false;
}

/* Scores are vectors times a vector, a weight is one number. */
static bool attention_shape(Arena *arena, Op op, const Shape *in, Shape *out, const char **error)
{
    *out = op == OP_SCORES ? shape_scalar() : in[0];
    if (op == OP_SCORES ? in[0].rank == 1 && shape_equal(in[0], in[1]) : in[1].rank == 0)
        return true;
    *error = arena_printf(arena, "`%s` of %s and %s", op_info[op].word, shape_text(arena, in[0]), shape_text(arena, in[1]));
    return false;
}

bool op_shape(Arena *arena, Op op, const Attributes *at, const Shape *in, int count, Shape *out, const char **error)
{
    switch (op_info[op].class) {
    case CLASS_MAP: return map_shape(arena, op, in, count, out, error);
    case CLASS_PRODUCT: return product_shape(arena, in, out, error);
    case CLASS_SHAPE: return shape_class(arena, op, at, in, count, out, error);
    case CLASS_SPATIAL: return spatial_shape(arena, op, at, in, out, error);
    case CLASS_LEAF: *out = count ? in[0] : at->shape; return true;
    default: break;
    }
    *out = in[0];
    if (op == OP_HOLD)
        return hold_shape(arena, in, out, error);
    if (op == OP_SCORES || op == OP_WEIGHTED)
        return attention_shape(arena, op, in, out, error);
    if (in[0].rank < 0)
        return true;
    if (op == OP_STACK)
        return stack_shape(arena, at, in[0], out, error);
    if (at->clock >= 0)
        return true;
    if (!check_axis(arena, op, at->axis, in[0], error))
        return false;
    if (op_info[op].class == CLASS_REDUCE)
        *out = without_axis(in[0], at->axis);
    return true;
}
