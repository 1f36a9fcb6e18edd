/* test_runtime_axis.c: the kernels that work along one axis (softmax, sums, extremes), of every
 * instruction set up to rt_isa(), against plain C in double precision: sizes around the vectors'
 * widths, rows and columns, several slices, in place, special values. */
#include "runtime_kernels.h"

static const size_t sizes[] = {1, 2, 3, 15, 16, 17, 64, 100};
static const size_t inners[] = {1, 2, 3, 4, 5, 8, 15, 16, 17, 33};

/* What is expected of a kernel along an axis, for one slice; *bound is how far off it may be. */
typedef void AxisFn(float *y, const float *x, size_t outer, size_t n, size_t inner);
typedef double SliceFn(const double *x, size_t n, size_t at, double *bound);

enum { SLICE_MAX = 128 };

static void check_axis(const char *name, int isa, AxisFn *kernel, SliceFn *expected, const float *x,
                       size_t outer, size_t n, size_t inner, int keeps_axis, int in_place)
{
    const size_t y_n = keeps_axis ? n : 1, y_size = outer * y_n * inner;
    float *y = (float *)guarded(y_size);
    size_t o, i, k;

    if (in_place)
        memcpy(y, x, y_size * sizeof *y);
    kernel(y, in_place ? y : x, outer, n, inner);
    for (o = 0; o < outer; o++)
        for (i = 0; i < inner; i++) {
            double slice[SLICE_MAX], bound, truth;
            for (k = 0; k < n; k++)
                slice[k] = x[(o * n + k) * inner + i];
            for (k = 0; k < y_n; k++) {
                float got = y[(o * y_n + k) * inner + i];
                truth = expected(slice, n, k, &bound);
                expect(close_to(got, truth, bound),
                       "%s %s [%zu,%zu,%zu] at %zu,%zu,%zu: %.9g, not %.9g", name, rt_isa_name(isa),
                       outer, n, inner, o, k, i, (double)got, truth);
            }
        }
    release_guarded(y, y_size);
}

/* All shapes, with special values sprinkled in if wanted. */
static void check_axis_shapes(const char *name, int isa, AxisFn *kernel, SliceFn *expected,
                              int keeps_axis)
{
    static const float special[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f, -100.0f, 3e38f};
    const size_t outer = 2;
    size_t a, b, i;
    int with_special;

    for (a = 0; a < COUNT(sizes); a++)
        for (b = 0; b < COUNT(inners); b++)
            for (with_special = 0; with_special < 2; with_special++) {
                const size_t n = sizes[a], inner = inners[b], size = outer * n * inner;
                float *x = random_floats(size, 20.0f);
                for (i = 0; with_special && i < size; i += 1 + n / 2 + i % 7)
                    x[i] = special[(i + a) % COUNT(special)];
                check_axis(name, isa, kernel, expected, x, outer, n, inner, keeps_axis, 0);
                if (keeps_axis)
                    check_axis(name, isa, kernel, expected, x, outer, n, inner, 1, 1);
                free(x);
            }
}

static double slice_peak(const double *x, size_t n)
{
    double peak = -INFINITY;
    size_t k;
    for (k = 0; k < n; k++)
        if (x[k] > peak)
            peak = x[k];
    return peak;
}

static double slice_exp_sum(const double *x, size_t n)
{
    double sum = 0.0, peak = slice_peak(x, n);
    size_t k;
    for (k = 0; k < n; k++)
        sum += exp(x[k] - peak);
    return sum;
}

/* x - peak is rounded, which makes up most of the error where it is large. */
static double expected_softmax(const double *x, size_t n, size_t at, double *bound)
{
    double d = x[at] - slice_peak(x, n), y = exp(d) / slice_exp_sum(x, n);
    *bound = y * (1e-6 + fabs(d) * 1.2e-7) + 1e-44;
    return y;
}

static double expected_log_softmax(const double *x, size_t n, size_t at, double *bound)
{
    double d = x[at] - slice_peak(x, n), y = d - log(slice_exp_sum(x, n));
    *bound = 1e-6 + fabs(d) * 1.2e-7;
    return y;
}

static double expected_sum(const double *x, size_t n, size_t at, double *bound)
{
    double sum = 0.0, total = 0.0;
    size_t k;
    (void)at;
    for (k = 0; k < n; k++) {
        sum += x[k];
        total += fabs(x[k]);
    }
    *bound = total * 6e-8 * (double)(n + 1);
    if (fabs(sum) > 3.4028235e38)
        sum = copysign(INFINITY, sum);
    return sum;
}

static double expected_mean(const double *x, size_t n, size_t at, double *bound)
{
    double sum = expected_sum(x, n, at, bound) / (double)n;
    *bound /= (double)n;
    return sum;
}

static double expected_var(const double *x, size_t n, size_t at, double *bound)
{
    double mean = expected_mean(x, n, at, bound), sum = 0.0, off = *bound;
    size_t k;
    for (k = 0; k < n; k++)
        sum += (x[k] - mean) * (x[k] - mean);
    sum /= (double)n;
    *bound = sum * 6e-8 * (double)(n + 4) + off * off;
    return sum > 3.4028235e38 ? INFINITY : sum;
}

static double expected_max(const double *x, size_t n, size_t at, double *bound)
{
    size_t k;
    (void)at;
    *bound = 0.0;
    for (k = 0; k < n; k++)
        if (isnan(x[k]))
            return x[k];
    return slice_peak(x, n);
}

static double expected_min(const double *x, size_t n, size_t at, double *bound)
{
    double negative[SLICE_MAX];
    size_t k;
    for (k = 0; k < n; k++)
        negative[k] = -x[k];
    return -expected_max(negative, n, at, bound);
}

#define AXIS_TEST(kernel, keeps_axis)                                                              \
    START_TEST(test_##kernel)                                                                      \
    {                                                                                              \
        int isa;                                                                                   \
        FOR_EACH_SET(isa)                                                                          \
        check_axis_shapes(#kernel, isa, kernels[isa].kernel##_f32, expected_##kernel, keeps_axis); \
    }                                                                                              \
    END_TEST
AXIS_TEST(softmax, 1)
AXIS_TEST(log_softmax, 1)
AXIS_TEST(sum, 0)
AXIS_TEST(mean, 0)
AXIS_TEST(var, 0)
AXIS_TEST(max, 0)
AXIS_TEST(min, 0)

START_TEST(test_softmax_of_large_values)
{
    float x[3] = {1000.0f, 1000.0f, -1000.0f}, y[3];
    int isa;
    FOR_EACH_SET(isa)
    {
        kernels[isa].softmax_f32(y, x, 1, 3, 1);
        expect(y[0] == 0.5f && y[1] == 0.5f && y[2] == 0.0f, "%s", rt_isa_name(isa));
        kernels[isa].log_softmax_f32(y, x, 1, 3, 1);
        expect(fabsf(y[0] + 0.6931472f) < 1e-6f && fabsf(y[2] + 2000.693f) < 1e-3f, "%s",
               rt_isa_name(isa));
    }
}
END_TEST

/* Small integers, so that there are ties, and now and then NaN. */
START_TEST(test_argmax)
{
    size_t a, b, o, i, k;
    int isa, with_nan;

    FOR_EACH_SET(isa)
    for (a = 0; a < COUNT(sizes); a++)
        for (b = 0; b < COUNT(inners); b++)
            for (with_nan = 0; with_nan < 2; with_nan++) {
                const size_t n = sizes[a], inner = inners[b], outer = 3;
                float *x = random_floats(outer * n * inner, 8.0f);
                int32_t *y = (int32_t *)guarded(outer * inner);
                for (i = 0; i < outer * n * inner; i++)
                    x[i] = with_nan && random_float(1.0f) > 0.9f ? NAN : floorf(x[i]);
                kernels[isa].argmax_f32(y, x, outer, n, inner);
                for (o = 0; o < outer; o++)
                    for (i = 0; i < inner; i++) {
                        const float *slice = x + o * n * inner + i;
                        size_t best = 0;
                        for (k = 1; k < n && !isnan(slice[best * inner]); k++)
                            if (isnan(slice[k * inner]) || slice[k * inner] > slice[best * inner])
                                best = k;
                        expect(y[o * inner + i] == (int32_t)best, "%s [%zu,%zu,%zu]: %d, not %zu",
                               rt_isa_name(isa), outer, n, inner, (int)y[o * inner + i], best);
                    }
                release_guarded(y, outer * inner);
                free(x);
            }
}
END_TEST

SUITE_MAIN("runtime_axis",
           tcase_add_test(tc, test_softmax);
           tcase_add_test(tc, test_log_softmax);
           tcase_add_test(tc, test_sum);
           tcase_add_test(tc, test_mean);
           tcase_add_test(tc, test_var);
           tcase_add_test(tc, test_max);
           tcase_add_test(tc, test_min);
           tcase_add_test(tc, test_softmax_of_large_values);
           tcase_add_test(tc, test_argmax);)
