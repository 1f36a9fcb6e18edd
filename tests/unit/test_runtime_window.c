/* test_runtime_window.c: convolution, pooling and drawing, of every instruction set up to rt_isa(),
 * against plain C: channels around the sizes of vectors, strides, padding as large as the kernel and
 * larger, sequences (images of one row). */
#include "random.h"
#include "runtime_kernels.h"

typedef struct Case {
    size_t h, w, c, kh, kw, o, stride, pad_h, pad_w;
} Case;

/* Element (row, column) of an image that is zero outside; coordinates count from the padding. */
static double pixel(const Case *n, const float *x, size_t row, size_t col, size_t channel)
{
    if (row < n->pad_h || row >= n->pad_h + n->h || col < n->pad_w || col >= n->pad_w + n->w)
        return 0.0;
    return (double)x[((row - n->pad_h) * n->w + (col - n->pad_w)) * n->c + channel];
}

static void check_conv(const Case *n, int isa)
{
    const size_t rows = (n->h + 2 * n->pad_h - n->kh) / n->stride + 1;
    const size_t cols = (n->w + 2 * n->pad_w - n->kw) / n->stride + 1;
    float *x = random_floats(n->h * n->w * n->c, 1.0f), *k = random_floats(n->kh * n->kw * n->c * n->o, 1.0f);
    const size_t inner = n->kh * n->kw * n->c, packed = (n->o + RT_PANEL - 1) / RT_PANEL * RT_PANEL * inner;
    float *y = (float *)guarded(rows * cols * n->o), *panels = (float *)guarded(packed);
    size_t r, s, o, i, j, c;

    kernels[isa].pack_f32(panels, k, inner, n->o);
    kernels[isa].conv2d_f32(y, x, panels, n->h, n->w, n->c, n->kh, n->kw, n->o, n->stride, n->pad_h, n->pad_w);
    for (r = 0; r < rows; r++)
        for (s = 0; s < cols; s++)
            for (o = 0; o < n->o; o++) {
                double sum = 0.0, total = 0.0;
                for (i = 0; i < n->kh; i++)
                    for (j = 0; j < n->kw; j++)
                        for (c = 0; c < n->c; c++) {
                            double p = pixel(n, x, r * n->stride + i, s * n->stride + j, c);
                            p *= (double)k[((i * n->kw + j) * n->c + c) * n->o + o];
                            sum += p;
                            total += fabs(p);
                        }
                expect(close_to(y[(r * cols + s) * n->o + o], sum, total * 6e-8 * (double)(n->kh * n->kw * n->c + 2)),
                       "%s [%zu,%zu,%zu] * [%zu,%zu,%zu] stride %zu pad %zu,%zu at %zu,%zu,%zu: %.9g, not %.9g",
                       rt_isa_name(isa), n->h, n->w, n->c, n->kh, n->kw, n->o, n->stride, n->pad_h, n->pad_w, r, s, o,
                       (double)y[(r * cols + s) * n->o + o], sum);
            }
    release_guarded(y, rows * cols * n->o);
    release_guarded(panels, packed);
    free(x);
    free(k);
}

START_TEST(test_conv)
{
    static const size_t channels[] = {1, 3, 8}, outputs[] = {1, 3, 4, 8, 16, 17, 32, 37};
    static const Case cases[] = {
        {1, 1, 0, 1, 1, 0, 1, 0, 0},  {1, 9, 0, 1, 3, 0, 1, 0, 0},  {1, 11, 0, 1, 4, 0, 2, 0, 1}, {1, 13, 0, 1, 5, 0, 3, 0, 4},
        {1, 4, 0, 1, 3, 0, 1, 0, 3},  {1, 2, 0, 1, 2, 0, 1, 0, 5},  {5, 7, 0, 3, 3, 0, 1, 1, 1},  {6, 9, 0, 2, 3, 0, 2, 0, 0},
        {4, 5, 0, 4, 5, 0, 1, 0, 0},  {3, 3, 0, 5, 5, 0, 1, 1, 1},  {3, 2, 0, 2, 2, 0, 1, 3, 3},  {8, 6, 0, 1, 1, 0, 3, 0, 0},
        {1, 20, 0, 1, 7, 0, 1, 0, 3},
    };
    size_t i, j, k;
    int isa;

    FOR_EACH_SET(isa)
    for (i = 0; i < COUNT(cases); i++)
        for (j = 0; j < COUNT(channels); j++)
            for (k = 0; k < COUNT(outputs); k++) {
                Case n = cases[i];
                n.c = channels[j];
                n.o = outputs[k];
                check_conv(&n, isa);
            }
}
END_TEST

static void check_pool(const Case *n, int isa)
{
    const size_t rows = (n->h - n->kh) / n->stride + 1, cols = (n->w - n->kw) / n->stride + 1, size = rows * cols * n->c;
    float *x = random_floats(n->h * n->w * n->c, 1.0f), *max = (float *)guarded(size), *avg = (float *)guarded(size);
    size_t r, s, c, i, j;

    kernels[isa].max_pool_f32(max, x, n->h, n->w, n->c, n->kh, n->kw, n->stride);
    kernels[isa].avg_pool_f32(avg, x, n->h, n->w, n->c, n->kh, n->kw, n->stride);
    for (r = 0; r < rows; r++)
        for (s = 0; s < cols; s++)
            for (c = 0; c < n->c; c++) {
                double sum = 0.0, largest = -HUGE_VAL;
                for (i = 0; i < n->kh; i++)
                    for (j = 0; j < n->kw; j++) {
                        double p = pixel(n, x, r * n->stride + i, s * n->stride + j, c);
                        sum += p;
                        largest = p > largest ? p : largest;
                    }
                expect((double)max[(r * cols + s) * n->c + c] == largest, "max %s at %zu,%zu,%zu", rt_isa_name(isa), r, s, c);
                expect(close_to(avg[(r * cols + s) * n->c + c], sum / (double)(n->kh * n->kw), 1e-6), "avg %s at %zu,%zu,%zu",
                       rt_isa_name(isa), r, s, c);
            }
    release_guarded(max, size);
    release_guarded(avg, size);
    free(x);
}

START_TEST(test_pool)
{
    static const size_t channels[] = {1, 3, 4, 7, 8, 16, 17, 33};
    static const Case cases[] = {
        {1, 1, 0, 1, 1, 0, 1, 0, 0}, {1, 9, 0, 1, 3, 0, 2, 0, 0}, {1, 10, 0, 1, 2, 0, 3, 0, 0},
        {5, 7, 0, 2, 2, 0, 2, 0, 0}, {6, 6, 0, 3, 3, 0, 1, 0, 0}, {4, 3, 0, 4, 3, 0, 5, 0, 0},
    };
    size_t i, j;
    int isa;

    FOR_EACH_SET(isa)
    for (i = 0; i < COUNT(cases); i++)
        for (j = 0; j < COUNT(channels); j++) {
            Case n = cases[i];
            n.c = channels[j];
            check_pool(&n, isa);
        }
}
END_TEST

/* The largest of a window with a NaN is NaN, wherever it stands. */
START_TEST(test_pool_nan)
{
    size_t at, k;
    int isa;

    FOR_EACH_SET(isa)
    for (at = 0; at < 3; at++) {
        float x[15], y[5];
        for (k = 0; k < 15; k++)
            x[k] = k / 5 == at && k % 5 != 2 ? NAN : (float)k;
        kernels[isa].max_pool_f32(y, x, 1, 3, 5, 1, 3, 1);
        for (k = 0; k < 5; k++)
            expect(k == 2 ? y[k] == 12.0f : isnan(y[k]), "%s: NaN at %zu, channel %zu", rt_isa_name(isa), at, k);
    }
}
END_TEST

/* Bits are the same in all sets; counters go around. */
START_TEST(test_uniform)
{
    size_t i, n;
    int isa;

    FOR_EACH_SET(isa)
    for (n = 0; n <= 40; n++) {
        const uint32_t first = n % 2 ? 0xfffffff0u : (uint32_t)(n * 1000);
        float *y = (float *)guarded(n);
        kernels[isa].uniform_f32(y, 7, (uint32_t)n, first, n);
        for (i = 0; i < n; i++)
            expect(y[i] == rt_uniform(7, (uint32_t)n, first + (uint32_t)i), "%s at %zu", rt_isa_name(isa), i);
        release_guarded(y, n);
    }
}
END_TEST

START_TEST(test_sample)
{
    static const float p[] = {0.0f, 1.0f, 0.0f, 2.0f, 1.0f, 0.0f}, none[] = {0.0f, 0.0f};
    static const float u[] = {0.0f, 0.24999f, 0.25f, 0.74999f, 0.75f, 0.99999994f, 1.0f};
    static const int32_t want[] = {1, 1, 3, 3, 4, 4, 4};
    size_t i;
    int isa;

    FOR_EACH_SET(isa)
    {
        int32_t y = -1;
        for (i = 0; i < COUNT(u); i++) {
            kernels[isa].sample_i32(&y, p, &u[i], COUNT(p));
            expect(y == want[i], "%s: %d for %g", rt_isa_name(isa), (int)y, (double)u[i]);
        }
        kernels[isa].sample_i32(&y, none, &u[1], COUNT(none));
        expect(y == 0, "%s: %d of nothing", rt_isa_name(isa), (int)y);
        kernels[isa].sample_i32(&y, p + 3, &u[5], 1);
        expect(y == 0, "%s: %d of one", rt_isa_name(isa), (int)y);
    }
}
END_TEST

SUITE_MAIN("runtime_window",
           tcase_add_test(tc, test_conv);
           tcase_add_test(tc, test_pool);
           tcase_add_test(tc, test_pool_nan);
           tcase_add_test(tc, test_uniform);
           tcase_add_test(tc, test_sample);)
