/* test_runtime_fast.c: the functions of vec_fast.h, of every instruction set up to rt_isa(), against
 * double precision: the errors that it states, over the whole range of floats. */
#ifndef RT_SECTION

#define RT_FAST_MATH 1
#include <math.h>
#include <string.h>
#include "check_or_plain.h"
#include "runtime_sets.h"

enum { BLOCK = 4096 };

typedef struct Layer {
    void (*tanh)(float *y, const float *x, size_t n), (*sigmoid)(float *y, const float *x, size_t n);
    void (*sigmoid_tanh)(float *y, const float *a, const float *b, size_t n);
} Layer;

#define SELF "test_runtime_fast.c"
#include "runtime_sections.h"

static const Layer *const layers[RT_ISA_COUNT] = LAYER_TABLE;

static double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }

/* Bit patterns in steps of a prime, of both signs, with infinity and NaN at the end. */
static size_t next_inputs(float *x, uint64_t *bits)
{
    size_t n;

    for (n = 0; n < BLOCK && *bits < (uint64_t)1 << 32; n++, *bits += 3001) {
        const uint32_t pattern = (uint32_t)*bits;
        memcpy(&x[n], &pattern, sizeof x[n]);
    }
    if (n > 2 && n < BLOCK) {
        x[0] = INFINITY;
        x[1] = -INFINITY;
        x[2] = NAN;
    }
    return n;
}

START_TEST(test_of_one)
{
    static float x[BLOCK], y[BLOCK], z[BLOCK];
    uint64_t bits = 0;
    size_t n, i;
    int isa;

    while ((n = next_inputs(x, &bits)) > 0)
        FOR_EACH_SET(isa)
        {
            const char *set = rt_isa_name(isa);
            layers[isa]->tanh(y, x, n);
            layers[isa]->sigmoid(z, x, n);
            for (i = 0; i < n; i++) {
                const double t = tanh((double)x[i]), s = sigmoid((double)x[i]);
                expect(isnan(x[i]) ? isnan(y[i]) && isnan(z[i]) : fabsf(y[i]) <= 1.0f && z[i] >= 0.0f && z[i] <= 1.0f,
                       "%s: tanh %g is %.9g, sigmoid is %.9g", set, (double)x[i], (double)y[i], (double)z[i]);
                /* a subnormal's own rounding is beside the point */
                expect(isnan(x[i]) || fabs((double)y[i] - t) <= 2e-6 * fabs(t) + 1e-44, "%s: tanh %.9g is %.9g", set,
                       (double)x[i], (double)y[i]);
                expect(isnan(x[i]) || fabs((double)z[i] - s) <= 1.2e-6, "%s: sigmoid %.9g is %.9g", set, (double)x[i],
                       (double)z[i]);
            }
        }
}
END_TEST

START_TEST(test_of_two)
{
    static float a[BLOCK], b[BLOCK], y[BLOCK];
    uint64_t seed = 1;
    int isa, i, round;

    for (round = 0; round < 20; round++) {
        for (i = 0; i < BLOCK; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            a[i] = ldexpf((float)(int32_t)(seed >> 32), -26 - i % 3);
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            b[i] = ldexpf((float)(int32_t)(seed >> 32), -27 - i % 7);
        }
        FOR_EACH_SET(isa)
        {
            layers[isa]->sigmoid_tanh(y, a, b, BLOCK);
            for (i = 0; i < BLOCK; i++)
                expect(fabs((double)y[i] - sigmoid((double)a[i]) * tanh((double)b[i])) <= 4e-6,
                       "%s: sigmoid_tanh(%.9g, %.9g) is %.9g", rt_isa_name(isa), (double)a[i], (double)b[i], (double)y[i]);
        }
    }
}
END_TEST

SUITE_MAIN("runtime_fast",
           tcase_add_test(tc, test_of_one);
           tcase_add_test(tc, test_of_two);)

#else

#define APPLY(name)                                                           \
    static void RT_FN(apply_##name)(float *y, const float *x, size_t n)       \
    {                                                                         \
        size_t i;                                                             \
        for (i = 0; i < n; i += V_LANES)                                      \
            v_store_n(y + i, RT_FN(v_##name)(v_load_n(x + i, n - i)), n - i); \
    }
APPLY(tanh)
APPLY(sigmoid)
#undef APPLY

static void RT_FN(apply_sigmoid_tanh)(float *y, const float *a, const float *b, size_t n)
{
    size_t i;

    for (i = 0; i < n; i += V_LANES)
        v_store_n(y + i, v_sigmoid_tanh(v_load_n(a + i, n - i), v_load_n(b + i, n - i)), n - i);
}

static const Layer RT_FN(layer) = {RT_FN(apply_tanh), RT_FN(apply_sigmoid), RT_FN(apply_sigmoid_tanh)};
#include "vec_end.h"

#endif
