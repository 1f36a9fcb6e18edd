/* test_runtime_kernels.c: products, copies and transposition, of every instruction set up to
 * rt_isa(), against plain C: sizes around those of vectors and tiles, strides, nothing at all. */
#include "runtime_kernels.h"

static const size_t sizes[] = {1, 2, 3, 15, 16, 17, 64, 100};

static void check_product(const char *name, int isa, const float *y, const float *a, const float *b,
                          size_t m, size_t k, size_t n)
{
    size_t r, c, i;

    for (r = 0; r < m; r++)
        for (c = 0; c < n; c++) {
            double sum = 0.0, total = 0.0;
            for (i = 0; i < k; i++) {
                sum += (double)a[r * k + i] * (double)b[i * n + c];
                total += fabs((double)a[r * k + i] * (double)b[i * n + c]);
            }
            expect(close_to(y[r * n + c], sum, total * 6e-8 * (double)(k + 2)),
                   "%s %s %zu,%zu,%zu at %zu,%zu: %.9g, not %.9g", name, rt_isa_name(isa), m, k, n,
                   r, c, (double)y[r * n + c], sum);
        }
}

START_TEST(test_matvec)
{
    static const size_t dims[] = {0, 1, 2, 3, 4, 5, 7, 15, 16, 17, 31, 33, 64, 100};
    size_t i, j;
    int isa;

    FOR_EACH_SET(isa)
    for (i = 0; i < COUNT(dims); i++)
        for (j = 0; j < COUNT(dims); j++) {
            const size_t rows = dims[i], cols = dims[j];
            float *w = random_floats(rows * cols, 1.0f), *x = random_floats(cols, 1.0f);
            float *y = (float *)guarded(rows);
            kernels[isa].matvec_f32(y, w, x, rows, cols, cols);
            check_product("matvec", isa, y, w, x, rows, cols, 1);
            release_guarded(y, rows);
            free(w);
            free(x);
        }
}
END_TEST

START_TEST(test_vecmat)
{
    static const size_t ns[] = {0, 1, 3, 5, 8, 15, 17, 32, 64, 67, 100, 193}, ks[] = {0, 1, 2, 3, 4, 5, 7, 16, 33};
    size_t i, j;
    int isa;

    FOR_EACH_SET(isa)
    for (i = 0; i < COUNT(ks); i++)
        for (j = 0; j < COUNT(ns); j++) {
            const size_t rows = ks[i], cols = ns[j];
            float *w = random_floats(rows * cols, 1.0f), *x = random_floats(rows, 1.0f);
            float *y = (float *)guarded(cols);
            kernels[isa].vecmat_f32(y, w, x, rows, cols, cols);
            check_product("vecmat", isa, y, x, w, 1, rows, cols);
            release_guarded(y, cols);
            free(w);
            free(x);
        }
}
END_TEST

/* Rows further apart than they are long give the very bits of rows side by side. */
START_TEST(test_stride)
{
    static const size_t cols[] = {1, 5, 16, 37, 64, 70};
    size_t i, r, c;
    int isa;

    FOR_EACH_SET(isa)
    for (i = 0; i < COUNT(cols); i++) {
        const size_t rows = 7, n = cols[i], stride = n + 3;
        float *near = random_floats(rows * n, 1.0f), *apart = random_floats(rows * stride, 1.0f), *x = random_floats(n + rows, 1.0f);
        float *y = (float *)guarded(n + rows), *z = (float *)guarded(n + rows);
        for (r = 0; r < rows; r++)
            for (c = 0; c < n; c++)
                apart[r * stride + c] = near[r * n + c];
        apart = (float *)realloc(apart, ((rows - 1) * stride + n) * sizeof *apart); /* nothing is read behind the last */
        kernels[isa].matvec_f32(y, near, x, rows, n, n);
        kernels[isa].matvec_f32(z, apart, x, rows, n, stride);
        kernels[isa].vecmat_f32(y + rows, near, x, rows, n, n);
        kernels[isa].vecmat_f32(z + rows, apart, x, rows, n, stride);
        expect(memcmp(y, z, (n + rows) * sizeof *y) == 0, "%s: rows of %zu", rt_isa_name(isa), n);
        release_guarded(y, n + rows);
        release_guarded(z, n + rows);
        free(near);
        free(apart);
        free(x);
    }
}
END_TEST

START_TEST(test_matmul)
{
    static const size_t ms[] = {1, 2, 3, 4, 5, 8, 11}, ks[] = {0, 1, 2, 3, 17, 40};
    static const size_t ns[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 64, 70};
    size_t i, j, l;
    int isa;

    FOR_EACH_SET(isa)
    for (i = 0; i < COUNT(ms); i++)
        for (j = 0; j < COUNT(ks); j++)
            for (l = 0; l < COUNT(ns); l++) {
                const size_t m = ms[i], k = ks[j], n = ns[l];
                float *a = random_floats(m * k, 1.0f), *b = random_floats(k * n, 1.0f);
                float *y = (float *)guarded(m * n);
                kernels[isa].matmul_f32(y, a, b, m, k, n);
                check_product("matmul", isa, y, a, b, m, k, n);
                release_guarded(y, m * n);
                free(a);
                free(b);
            }
}
END_TEST

/* Strides larger than the pieces: what lies between must stay. */
START_TEST(test_copy)
{
    size_t rows, i, r, c;
    int isa;

    FOR_EACH_SET(isa)
    for (rows = 0; rows <= 5; rows++)
        for (i = 0; i < COUNT(sizes); i++) {
            const size_t n = sizes[i], x_stride = n + rows % 3, y_stride = n + rows % 2 * 4;
            float *x = random_floats(rows * x_stride, 1.0f), *y = (float *)guarded(rows * y_stride);
            int32_t *z = (int32_t *)guarded(rows * y_stride);
            int32_t *words = (int32_t *)malloc(rows * x_stride * sizeof *words + 1);
            memcpy(words, x, rows * x_stride * sizeof *x);
            kernels[isa].copy_f32(y, y_stride, x, x_stride, rows, n);
            kernels[isa].copy_i32(z, y_stride, words, x_stride, rows, n);
            expect(memcmp(y, z, rows * y_stride * sizeof *y) == 0, "copies differ");
            for (r = 0; r < rows; r++)
                for (c = 0; c < y_stride; c++) {
                    int32_t want = (int32_t)guard_bits;
                    if (c < n)
                        want = words[r * x_stride + c];
                    expect(z[r * y_stride + c] == want, "%s at %zu,%zu", rt_isa_name(isa), r, c);
                }
            release_guarded(y, rows * y_stride);
            release_guarded(z, rows * y_stride);
            free(x);
            free(words);
        }
}
END_TEST

START_TEST(test_rows)
{
    static const int32_t index[] = {4, 0, 2, 2, 6, 1};
    size_t i, r;
    int isa;

    FOR_EACH_SET(isa)
    for (i = 0; i < COUNT(sizes); i++) {
        const size_t n = sizes[i];
        float *table = random_floats(7 * n, 1.0f), *y = (float *)guarded(COUNT(index) * n);
        kernels[isa].rows_f32(y, table, index, COUNT(index), n);
        for (r = 0; r < COUNT(index); r++)
            expect(memcmp(y + r * n, table + (size_t)index[r] * n, n * sizeof *y) == 0,
                   "%s row %zu of %zu", rt_isa_name(isa), r, n);
        release_guarded(y, COUNT(index) * n);
        free(table);
    }
}
END_TEST

START_TEST(test_flip)
{
    static const size_t lengths[] = {1, 2, 5, 17}, depths[] = {1, 3, 16};
    size_t a, b, o, k, i;
    int isa;

    FOR_EACH_SET(isa)
    for (a = 0; a < COUNT(lengths); a++)
        for (b = 0; b < COUNT(depths); b++) {
            const size_t n = lengths[a], inner = depths[b], outer = 2;
            float *x = random_floats(outer * n * inner, 1.0f), *y = (float *)guarded(outer * n * inner);
            kernels[isa].flip_f32(y, x, outer, n, inner);
            for (o = 0; o < outer; o++)
                for (k = 0; k < n; k++)
                    for (i = 0; i < inner; i++)
                        expect(y[(o * n + n - 1 - k) * inner + i] == x[(o * n + k) * inner + i], "%s [%zu,%zu,%zu]",
                               rt_isa_name(isa), outer, n, inner);
            release_guarded(y, outer * n * inner);
            free(x);
        }
}
END_TEST

START_TEST(test_transpose)
{
    static const size_t dims[] = {1, 2, 5, 16, 17, 40}, depths[] = {1, 2, 3, 8};
    size_t a, b, c, o, i, j, k;
    int isa;

    FOR_EACH_SET(isa)
    for (a = 0; a < COUNT(dims); a++)
        for (b = 0; b < COUNT(dims); b++)
            for (c = 0; c < COUNT(depths); c++) {
                const size_t rows = dims[a], cols = dims[b], inner = depths[c], outer = 2;
                const size_t size = outer * rows * cols * inner;
                float *x = random_floats(size, 1.0f), *y = (float *)guarded(size);
                kernels[isa].transpose_f32(y, x, outer, rows, cols, inner);
                for (o = 0; o < outer; o++)
                    for (i = 0; i < rows; i++)
                        for (j = 0; j < cols; j++)
                            for (k = 0; k < inner; k++)
                                expect(y[((o * cols + j) * rows + i) * inner + k] ==
                                           x[((o * rows + i) * cols + j) * inner + k],
                                       "%s [%zu,%zu,%zu,%zu]", rt_isa_name(isa), outer, rows, cols,
                                       inner);
                release_guarded(y, size);
                free(x);
            }
}
END_TEST

/* Nothing to do is done without touching anything; a sum of nothing is 0. */
START_TEST(test_empty)
{
    float y[2] = {7.0f, 7.0f}, x[1] = {1.0f};
    int isa;

    FOR_EACH_SET(isa)
    {
        kernels[isa].softmax_f32(y, x, 0, 3, 1);
        kernels[isa].softmax_f32(y, x, 1, 0, 1);
        kernels[isa].softmax_f32(y, x, 1, 0, 2);
        kernels[isa].log_softmax_f32(y, x, 1, 0, 1);
        kernels[isa].mean_f32(y, x, 1, 3, 0);
        kernels[isa].matmul_f32(y, x, x, 0, 3, 1);
        kernels[isa].matmul_f32(y, x, x, 1, 3, 0);
        kernels[isa].copy_f32(NULL, 0, NULL, 0, 1, 0);
        kernels[isa].transpose_f32(y, x, 1, 0, 3, 1);
        expect(y[0] == 7.0f && y[1] == 7.0f, "%s wrote to an empty output", rt_isa_name(isa));
        kernels[isa].sum_f32(y, x, 1, 0, 1);
        expect(y[0] == 0.0f && y[1] == 7.0f, "%s", rt_isa_name(isa));
        y[0] = 7.0f;
    }
}
END_TEST

SUITE_MAIN("runtime_kernels",
           tcase_add_test(tc, test_matvec);
           tcase_add_test(tc, test_vecmat);
           tcase_add_test(tc, test_stride);
           tcase_add_test(tc, test_matmul);
           tcase_add_test(tc, test_copy);
           tcase_add_test(tc, test_rows);
           tcase_add_test(tc, test_transpose);
           tcase_add_test(tc, test_flip);
           tcase_add_test(tc, test_empty);)
