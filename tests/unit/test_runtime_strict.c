/* test_runtime_strict.c: with RT_STRICT every function of the vector layer and every kernel gives the same
 * bits on every instruction set up to rt_isa(). With the argument "print", one number that stands for all
 * these bits, for tests/strict.sh to compare between machines and compilers. What is NaN need only be NaN. */
#ifndef RT_SECTION

#define RT_STRICT 1
#include <string.h>
#include "check_or_plain.h"
#include "runtime_sets.h"

#ifndef STRICT_STRIDE
#define STRICT_STRIDE 65537u /* through the bits of floats: 1 for all of them, in an hour */
#endif

#define UNARY(F)                                                                                      \
    F(exp) F(expm1) F(log) F(log1p) F(tanh) F(sigmoid) F(erf) F(sin) F(cos) F(sqrt) F(floor) F(trunc) \
    F(round) F(abs) F(neg)
#define BINARY(F)                                                                                       \
    F(sigmoid_tanh) F(pow) F(mod) F(add) F(sub) F(mul) F(div) F(min) F(max) F(copysign) F(lt) F(le) F(eq) \
    F(ne) F(and) F(or)
/* The kernels that work along one axis. */
#define AXIS(F) F(softmax, n) F(log_softmax, n) F(sum, 1) F(mean, 1) F(var, 1) F(max, 1) F(min, 1)

enum { BLOCK = 4096, MOST = 40000 };

/* What one set has computed, as a hash for each thing. */
typedef struct Log {
    const char *what[64];
    uint64_t hash[64];
    int count;
} Log;

typedef struct Layer {
    void (*functions)(Log *log), (*kernels)(Log *log);
} Layer;

static uint64_t mixed(uint64_t hash, const float *y, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &y[i], sizeof bits);
        bits = y[i] == y[i] ? bits : 0x7fc00000u;
        hash = (hash ^ bits) * 1099511628211u;
    }
    return hash;
}

static void take(Log *log, const char *what, const float *y, size_t n)
{
    int i = 0;

    while (i < log->count && strcmp(log->what[i], what) != 0)
        i++;
    if (i == log->count) {
        log->what[log->count] = what;
        log->hash[log->count++] = 1469598103934665603u;
    }
    log->hash[i] = mixed(log->hash[i], y, n);
}

/* Floats from bits that go round all of them. */
static void walk(float *x, size_t n, uint32_t *bits, uint32_t stride)
{
    size_t i;

    for (i = 0; i < n; i++, *bits += stride)
        memcpy(&x[i], bits, sizeof *x);
}

static float *numbers(size_t n, uint32_t seed)
{
    static float x[4][MOST];
    float *y = x[seed % 4];
    size_t i;

    for (i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        y[i] = (float)(int32_t)seed * (1.0f / 1073741824.0f);
    }
    return y;
}

#define SELF "test_runtime_strict.c"
#include "runtime_sections.h"

static const Layer *const layers[RT_ISA_COUNT] = LAYER_TABLE;
static Log logs[RT_ISA_COUNT];

static void compute(int isa)
{
    logs[isa].count = 0;
    layers[isa]->functions(&logs[isa]);
    layers[isa]->kernels(&logs[isa]);
}

START_TEST(test_every_set_has_the_same_bits)
{
    int isa, i;

    compute(RT_SCALAR);
    expect(logs[RT_SCALAR].count > 40, "only %d things are compared", logs[RT_SCALAR].count);
    FOR_EACH_SET(isa)
    {
        compute(isa);
        for (i = 0; i < logs[RT_SCALAR].count; i++)
            expect(logs[isa].hash[i] == logs[RT_SCALAR].hash[i], "%s: %s has other bits than scalar", rt_isa_name(isa),
                   logs[isa].what[i]);
    }
}
END_TEST

static int print(int names)
{
    uint64_t all = 0;
    int isa = rt_isa(), i;

    compute(isa);
    for (i = 0; i < logs[isa].count; i++) {
        all = all * 31 + logs[isa].hash[i];
        if (names)
            printf("%s %016llx\n", logs[isa].what[i], (unsigned long long)logs[isa].hash[i]);
    }
    printf("%016llx\n", (unsigned long long)all);
    return 0;
}

#ifdef STRICT_PRINT
int main(int count, char **words)
{
    (void)test_every_set_has_the_same_bits;
    return print(count > 1 && words[1]);
}
#else
SUITE_MAIN("runtime_strict", (void)print; tcase_add_test(tc, test_every_set_has_the_same_bits);)
#endif

#else

static void RT_FN(functions)(Log *log)
{
    static float a[BLOCK], b[BLOCK], y[BLOCK];
    uint32_t bits, other = 12345;
    size_t i, k, blocks = 4294967295u / STRICT_STRIDE / BLOCK + 1;
    float sum[4];

#define F(name)                                                   \
    for (bits = 0, k = 0; k < blocks; k++) {                      \
        walk(a, BLOCK, &bits, STRICT_STRIDE);                     \
        for (i = 0; i < BLOCK; i += V_LANES)                      \
            v_store(y + i, RT_FN(v_##name)(v_load(a + i)));       \
        take(log, #name, y, BLOCK);                               \
    }
    UNARY(F)
#undef F
#define F(name)                                                                          \
    for (bits = 0, k = 0; k < blocks; k++) {                                             \
        walk(a, BLOCK, &bits, STRICT_STRIDE);                                            \
        walk(b, BLOCK, &other, 2654435769u);                                             \
        for (i = 0; i < BLOCK; i += V_LANES)                                             \
            v_store(y + i, RT_FN(v_##name)(v_load(a + i), v_load(b + i)));               \
        take(log, #name, y, BLOCK);                                                      \
        for (i = 0; i < BLOCK; i++) {                                                    \
            a[i] = (float)(i % 64) * 0.25f - 8.0f;                                       \
            b[i] = (float)(i / 64) * 0.5f - 16.0f;                                       \
        }                                                                                \
        for (i = 0; i < BLOCK; i += V_LANES)                                             \
            v_store(y + i, RT_FN(v_##name)(v_load(a + i), v_load(b + i)));               \
        take(log, #name, y, BLOCK);                                                      \
    }
    BINARY(F)
#undef F
    for (i = 0; i + 5 <= 200; i++) {
        const float *x = numbers(BLOCK, (uint32_t)i) + i;
        const vf p = v_load(x), q = v_load(x + 1), r = v_load(x + 17), s = v_load_n(x + 3, i % 17);
        sum[0] = v_sum(v_fma(p, q, r));
        sum[1] = v_hmax(p);
        sum[2] = v_hmin(v_sub(v_mul(p, r), q));
        take(log, "across lanes", sum, 3);
        v_sum4(sum, p, q, r, s);
        take(log, "sum4", sum, 4);
    }
}

static void RT_FN(panels)(Log *log)
{
    static float y[MOST];
    size_t gates, inner, steps;

    for (gates = 1; gates <= 8; gates++)
        for (inner = 0; inner < 14; inner++)
            for (steps = 1; steps < 9; steps += 3) {
                const size_t n = steps * 2 * gates * RT_PANEL;
                RT_FN(rt_panels_f32)(y, numbers(2 * gates * inner * RT_PANEL, 1), numbers(2 * gates * RT_PANEL, 2),
                                     numbers(steps * inner, 3), inner, steps, 2, inner, gates);
                take(log, "panels", y, n);
            }
}

/* Convolution and pooling, products of three sizes. */
static void RT_FN(products)(Log *log)
{
    static const size_t sizes[] = {1, 2, 3, 4, 7, 15, 16, 17, 33, 64, 65, 100, 150};
    static float y[MOST], packed[MOST];
    size_t i, j, k;

    for (i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (j = 0; j < sizeof sizes / sizeof *sizes; j++) {
            const size_t rows = sizes[i], cols = sizes[j];
            RT_FN(rt_matvec_f32)(y, numbers(rows * cols, 4), numbers(cols, 5), rows, cols, cols);
            take(log, "matvec", y, rows);
            RT_FN(rt_vecmat_f32)(y, numbers(rows * cols, 4), numbers(rows, 5), rows, cols, cols);
            take(log, "vecmat", y, cols);
        }
    for (i = 1; i < 8; i++)
        for (k = 1; k < 8; k += 2)
            for (j = 1; j < 70; j += 5) {
                RT_FN(rt_matmul_f32)(y, numbers(i * k, 4), numbers(k * j, 5), i, k, j);
                take(log, "matmul", y, i * j);
            }
    for (j = 1; j < 40; j += 6)
        for (k = 1; k < 4; k++) {
            RT_FN(rt_pack_f32)(packed, numbers(3 * 3 * 5 * j, 6), 3 * 3 * 5, j);
            RT_FN(rt_conv2d_f32)(y, numbers(9 * 11 * 5, 7), packed, 9, 11, 5, 3, 3, j, k, 1, 1);
            take(log, "conv2d", y, ((9 + 2 - 3) / k + 1) * ((11 + 2 - 3) / k + 1) * j);
            RT_FN(rt_max_pool_f32)(y, numbers(9 * 11 * j, 7), 9, 11, j, 2, 3, k);
            take(log, "max_pool", y, (7 / k + 1) * (8 / k + 1) * j);
            RT_FN(rt_avg_pool_f32)(y, numbers(9 * 11 * j, 7), 9, 11, j, 2, 3, k);
            take(log, "avg_pool", y, (7 / k + 1) * (8 / k + 1) * j);
        }
}

static void RT_FN(kernels)(Log *log)
{
    static float y[MOST];
    size_t n, inner;

#define F(name, y_n)                                                                        \
    for (n = 1; n < 150; n += n < 70 ? 1 : 13)                                              \
        for (inner = 1; inner < 40; inner += 6) {                                           \
            const float *x = numbers(2 * n * inner, (uint32_t)n);                           \
            RT_FN(rt_##name##_f32)(y, x, 2, n, inner);                                      \
            take(log, "the kernel " #name, y, 2 * inner * (y_n));                           \
        }
    AXIS(F)
#undef F
    for (n = 1; n < 200; n += 3) {
        int32_t at;
        float place;
        RT_FN(rt_argmax_f32)(&at, numbers(n, (uint32_t)n), 1, n, 1);
        place = (float)at;
        take(log, "argmax", &place, 1);
        RT_FN(rt_uniform_f32)(y, (uint32_t)n, 3, 5, n);
        take(log, "uniform", y, n);
        RT_FN(rt_sample_i32)(&at, y, y + n / 2, n);
        place = (float)at;
        take(log, "sample", &place, 1);
    }
    RT_FN(panels)(log);
    RT_FN(products)(log);
}

static const Layer RT_FN(layer) = {RT_FN(functions), RT_FN(kernels)};
#include "vec_end.h"

#endif
