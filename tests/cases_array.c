/* cases_array.c: arrays in .npy files, and what is wrong with one. */
#include "cases.h"

#include <math.h>

bool array_read(Arena *arena, const char *path, Array *array, const char **error)
{
    TensorFile *file = tensor_file_open(arena, path, error);
    if (!file) {
        *error = arena_printf(arena, "%s: %s", path, *error);
        return false;
    }
    const Tensor *tensor = tensor_file_at(file, 0);
    *array = (Array){.dtype = tensor->dtype, .rank = tensor->rank, .count = tensor->count};
    for (int i = 0; i < tensor->rank; i++)
        array->dim[i] = tensor->dim[i];
    array->value = arena_array(arena, tensor->count + 1, sizeof *array->value);
    tensor_read_f64(tensor, array->value);
    tensor_file_close(file);
    return true;
}

void array_write(Arena *arena, const char *path, int rank, const int64_t *dim, const double *value, bool integer)
{
    size_t count = 1;
    for (int i = 0; i < rank; i++)
        count *= (size_t)dim[i];
    float *f = arena_array(arena, count + 1, sizeof *f);
    int32_t *n = arena_array(arena, count + 1, sizeof *n);
    for (size_t i = 0; i < count; i++) {
        f[i] = integer ? 0 : (float)value[i];
        n[i] = integer ? (int32_t)value[i] : 0;
    }
    const char *error = NULL;
    bool written = npy_write(path, integer ? DTYPE_I32 : DTYPE_F32, rank, dim, integer ? (void *)n : (void *)f, &error);
    ck_assert_msg(written, "%s: %s", path, error);
}

static const char *shape_of(Arena *arena, const Array *array)
{
    const char *text = "[";
    for (int i = 0; i < array->rank; i++)
        text = arena_printf(arena, "%s%s%lld", text, i ? ", " : "", (long long)array->dim[i]);
    return arena_printf(arena, "%s]", text);
}

static const char *index_of(Arena *arena, const Array *array, size_t at)
{
    const char *text = "]";
    for (int i = array->rank - 1; i >= 0; i--) {
        size_t size = (size_t)array->dim[i];
        text = arena_printf(arena, "%s%zu%s", i ? ", " : "", at % size, text);
        at /= size;
    }
    return arena_printf(arena, "[%s", text);
}

static bool is_integer(DType dtype)
{
    return dtype >= DTYPE_I8;
}

static double error_of(double got, double wanted, bool absolute)
{
    if (got == wanted || (isnan(got) && isnan(wanted)))
        return 0;
    double error = fabs(got - wanted) / (absolute ? 1 : fmax(1, fabs(wanted)));
    return isfinite(error) ? error : INFINITY;
}

void array_compare(Arena *arena, Out *report, const char *where, const char *path, const Array *want, double tolerance,
                   bool absolute, double *worst)
{
    const char *name = file_stem(arena, path), *error = NULL;
    Array got;
    *worst = INFINITY;
    if (!array_read(arena, path, &got, &error)) {
        out_printf(report, "%s: %s\n", where, error);
        return;
    }
    bool same = got.rank == want->rank;
    for (int i = 0; same && i < got.rank; i++)
        same = got.dim[i] == want->dim[i];
    if (!same) {
        out_printf(report, "%s: %s has the shape %s, wanted %s\n", where, name, shape_of(arena, &got), shape_of(arena, want));
        return;
    }
    if (is_integer(got.dtype) != is_integer(want->dtype)) {
        out_printf(report, "%s: %s has elements %s, wanted %s\n", where, name, dtype_name(got.dtype), dtype_name(want->dtype));
        return;
    }
    size_t at = 0, wrong = 0;
    *worst = 0;
    if (is_integer(want->dtype))
        tolerance = 0;
    for (size_t i = 0; i < got.count; i++) {
        double e = error_of(got.value[i], want->value[i], absolute);
        wrong += e > tolerance;
        if (e > *worst) {
            *worst = e;
            at = i;
        }
    }
    if (wrong)
        out_printf(report, "%s: %s%s: got %.9g, wanted %.9g, off by %.3g where %.3g is allowed; %zu of %zu elements are wrong\n", where,
                   name, index_of(arena, want, at), got.value[at], want->value[at], *worst, tolerance, wrong, got.count);
}
