/* test_runtime_math.c: the functions of vec_math.h, of every instruction set up to rt_isa(),
 * against the double precision of the C library, over the whole range of floats.
 *
 * A test walks through the bit patterns of all floats in steps of a prime and adds special values
 * and their neighbours. -DMATH_STRIDE=1 visits all 2^32 (half an hour); -DMATH_REPORT prints the
 * largest error of each set. These gave the figures in vec_math.h. */
#ifndef RT_SECTION

#include <math.h>
#include <string.h>
#include "check_or_plain.h"
#include "runtime_sets.h"

#ifndef MATH_STRIDE
#define MATH_STRIDE 1009u
#endif

/* The functions under test with their bounds in ulp, `fused` for sets whose v_fma rounds once. */
#define MATH_FUNCTIONS(F)                \
    F(exp, exp, 1.1, 1.1)                \
    F(expm1, expm1, 1.8, 1.7)            \
    F(log, log, 0.9, 0.9)                \
    F(log1p, log1p, 1.5, 1.5)            \
    F(tanh, tanh, 2.7, 2.6)              \
    F(sigmoid, sigmoid_double, 1.8, 1.8) \
    F(erf, erf, 1.5, 1.1)

enum math_function {
#define F(name, reference, plain, fused) MATH_##name,
    MATH_FUNCTIONS(F)
#undef F
    MATH_COUNT
};

#define BLOCK 4096

typedef void Apply1(float *y, const float *x, size_t n);
typedef void Apply2(float *y, const float *a, const float *b, size_t n);

typedef struct Layer {
    int fused;
    Apply1 *function[MATH_COUNT], *sin, *cos;
    Apply2 *pow, *mod, *sigmoid_tanh;
} Layer;

#define SELF "test_runtime_math.c"
#include "runtime_sections.h"

static const Layer *const layers[RT_ISA_COUNT] = LAYER_TABLE;

static double sigmoid_double(double x) { return 1.0 / (1.0 + exp(-x)); }

static double (*const references[MATH_COUNT])(double) = {
#define F(name, reference, plain, fused) reference,
    MATH_FUNCTIONS(F)
#undef F
};

static const double bounds[MATH_COUNT][2] = {
#define F(name, reference, plain, fused) {plain, fused},
    MATH_FUNCTIONS(F)
#undef F
};

static const char *const names[MATH_COUNT] = {
#define F(name, reference, plain, fused) #name,
    MATH_FUNCTIONS(F)
#undef F
};

static float float_of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Distance from y to the true value in units of the last place that floats have there. A result
 * that should be NaN, infinite or a zero of a certain sign and is not counts as 1e9. */
static double ulp_error(float y, double truth)
{
    double unit, got = y;
    int e;

    if (isnan(truth) || isnan(y))
        return isnan(truth) && isnan(y) ? 0.0 : 1e9;
    if (y == 0.0f && truth == 0.0)
        return !signbit(y) == !signbit(truth) ? 0.0 : 1e9;
    if (isinf(y)) {
        if (fabs(truth) >= 3.4028235677973366e38 && (y < 0.0f) == (truth < 0.0))
            return 0.0;
        got = y > 0.0f ? ldexp(1.0, 128) : -ldexp(1.0, 128);
    }
    if (isinf(truth))
        return 1e9;
    frexp(truth, &e);
    unit = ldexp(1.0, (e < -125 ? -125 : e) - 24);
    return fabs(got - truth) / unit;
}

/* Where something changes: each of these and the floats around it are visited, of both signs. */
static const float borders[] = {
    0.0f,
    1.17549435e-38f,
    1.40129846e-45f,
    5.96046448e-8f,
    1.1920929e-7f,
    0.1f,
    0.34657359f,
    0.5f,
    0.70710678f,
    1.0f,
    1.03972077f,
    1.41421356f,
    2.0f,
    3.92f,
    3.95f,
    4.0f,
    8.3177662f,
    9.0109f,
    10.0f,
    16.6355f,
    17.3287f,
    18.0f,
    55.0f,
    87.33654f,
    88.72284f,
    89.0f,
    100.0f,
    103.972f,
    105.0f,
    8388608.0f,
    16777216.0f,
    2147483648.0f,
    3.40282347e38f,
    INFINITY,
    NAN,
};

/* Fills x with the inputs from number *at on; returns how many there are, at most BLOCK. */
static size_t next_inputs(float *x, uint64_t *at)
{
    const uint64_t patterns = ((uint64_t)1 << 32) / MATH_STRIDE, around = 64;
    const uint64_t end = patterns + sizeof borders / sizeof borders[0] * 2 * around;
    size_t n = 0;

    for (; n < BLOCK && *at < end; n++, ++*at) {
        if (*at < patterns) {
            x[n] = float_of_bits((uint32_t)(*at * MATH_STRIDE));
        } else {
            uint64_t i = *at - patterns;
            uint32_t bits;
            memcpy(&bits, &borders[i / (2 * around)], sizeof bits);
            bits += (uint32_t)(i % around - around / 2);
            x[n] = float_of_bits(i / around % 2 ? bits : bits ^ 0x80000000u);
        }
    }
    return n;
}

static void check_function(int f)
{
    static float x[BLOCK], y[BLOCK];
    static double truth[BLOCK];
    double worst[RT_ISA_COUNT] = {0};
    float where[RT_ISA_COUNT] = {0};
    uint64_t at = 0;
    size_t n, i;
    int isa;

    while ((n = next_inputs(x, &at)) > 0) {
        for (i = 0; i < n; i++)
            truth[i] = references[f](x[i]);
        FOR_EACH_SET(isa)
        {
            layers[isa]->function[f](y, x, n);
            for (i = 0; i < n; i++) {
                double error = ulp_error(y[i], truth[i]);
                if (error > worst[isa]) {
                    worst[isa] = error;
                    where[isa] = x[i];
                }
            }
        }
    }
    FOR_EACH_SET(isa)
    {
#ifdef MATH_REPORT
        printf("%-8s %-7s %.3f ulp at %.9g\n", names[f], rt_isa_name(isa), worst[isa],
               (double)where[isa]);
#else
        expect(worst[isa] <= bounds[f][layers[isa]->fused], "v_%s, %s: %.3f ulp off at %.9g",
               names[f], rt_isa_name(isa), worst[isa], (double)where[isa]);
#endif
    }
}

#define F(name, reference, plain, fused)                     \
    START_TEST(test_##name) { check_function(MATH_##name); } \
    END_TEST
MATH_FUNCTIONS(F)
#undef F

/* Pairs: all special values with each other, then random ones of all magnitudes. */
static size_t pair_inputs(float *a, float *b)
{
    static const float special[] = {0.0f,  -0.0f,  1.0f,     -1.0f,     0.5f,    3.0f,
                                    -3.0f, 7.5f,   -55.0f,   100.0f,    -100.0f, 1e-40f,
                                    1e30f, -1e30f, INFINITY, -INFINITY, NAN};
    const size_t count = sizeof special / sizeof special[0];
    uint64_t seed = 1;
    size_t i;

    for (i = 0; i < BLOCK; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        a[i] = ldexpf((float)(int32_t)(seed >> 32), -27);
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        b[i] = ldexpf((float)(int32_t)(seed >> 32), -20 - (int)(i % 16));
        if (i < count * count) {
            a[i] = special[i / count];
            b[i] = special[i % count];
        }
    }
    return BLOCK;
}

START_TEST(test_lane_by_lane)
{
    static float a[BLOCK], b[BLOCK], y[4][BLOCK];
    size_t n = pair_inputs(a, b), i;
    int isa;

    FOR_EACH_SET(isa)
    {
        layers[isa]->sin(y[0], a, n);
        layers[isa]->cos(y[1], a, n);
        layers[isa]->pow(y[2], a, b, n);
        layers[isa]->mod(y[3], a, b, n);
        for (i = 0; i < n; i++) {
            /* fmod is exact in double as well; only the last addition may round. */
            double r = fmod(a[i], b[i]);
            r = r == 0.0 ? copysign(r, b[i]) : (r < 0.0) == (b[i] < 0.0f) ? r : r + (double)b[i];
            expect(ulp_error(y[0][i], sin(a[i])) <= 1.0, "v_sin(%.9g)", (double)a[i]);
            expect(ulp_error(y[1][i], cos(a[i])) <= 1.0, "v_cos(%.9g)", (double)a[i]);
            expect(ulp_error(y[2][i], pow(a[i], b[i])) <= 1.0, "v_pow(%.9g, %.9g)", (double)a[i],
                   (double)b[i]);
            expect(ulp_error(y[3][i], r) <= 0.5, "v_mod(%.9g, %.9g) = %.9g", (double)a[i],
                   (double)b[i], (double)y[3][i]);
        }
    }
}
END_TEST

START_TEST(test_mod_has_the_sign_of_the_divisor)
{
    static const float a[] = {7.0f, -7.0f, 7.0f, -7.0f, 6.0f, -6.0f, 5.5f, -0.25f};
    static const float b[] = {3.0f, 3.0f, -3.0f, -3.0f, 3.0f, 3.0f, -2.0f, 1.0f};
    static const float want[] = {1.0f, 2.0f, -2.0f, -1.0f, 0.0f, 0.0f, -0.5f, 0.75f};
    float y[8];
    size_t i;
    int isa;

    FOR_EACH_SET(isa)
    {
        layers[isa]->mod(y, a, b, 8);
        for (i = 0; i < 8; i++)
            expect(y[i] == want[i], "%s: mod(%g, %g) = %g", rt_isa_name(isa), (double)a[i],
                   (double)b[i], (double)y[i]);
    }
}
END_TEST

START_TEST(test_sigmoid_tanh)
{
    static float a[BLOCK], b[BLOCK], y[BLOCK];
    size_t n = pair_inputs(a, b), i;
    int isa;

    FOR_EACH_SET(isa)
    {
        layers[isa]->sigmoid_tanh(y, a, b, n);
        for (i = 0; i < n; i++) {
            double error = ulp_error(y[i], sigmoid_double(a[i]) * tanh(b[i]));
            expect(error <= 4.0, "%s: v_sigmoid_tanh(%.9g, %.9g) is %g, %g ulp off",
                   rt_isa_name(isa), (double)a[i], (double)b[i], (double)y[i], error);
        }
    }
}
END_TEST

#define F(name, reference, plain, fused) tcase_add_test(tc, test_##name);
SUITE_MAIN("runtime_math",
           MATH_FUNCTIONS(F)
           tcase_add_test(tc, test_lane_by_lane);
           tcase_add_test(tc, test_mod_has_the_sign_of_the_divisor);
           tcase_add_test(tc, test_sigmoid_tanh);)
#undef F

#else

/* n is a multiple of every V_LANES. */
#define APPLY1(name)                                                          \
    static void RT_FN(apply_##name)(float *y, const float *x, size_t n)       \
    {                                                                         \
        size_t i;                                                             \
        for (i = 0; i < n; i += V_LANES)                                      \
            v_store_n(y + i, RT_FN(v_##name)(v_load_n(x + i, n - i)), n - i); \
    }
#define APPLY2(name)                                                                          \
    static void RT_FN(apply_##name)(float *y, const float *a, const float *b, size_t n)       \
    {                                                                                         \
        size_t i;                                                                             \
        for (i = 0; i < n; i += V_LANES)                                                      \
            v_store_n(y + i, RT_FN(v_##name)(v_load_n(a + i, n - i), v_load_n(b + i, n - i)), \
                      n - i);                                                                 \
    }
#define F(name, reference, plain, fused) APPLY1(name)
MATH_FUNCTIONS(F)
#undef F
APPLY1(sin)
APPLY1(cos)
APPLY2(pow)
APPLY2(mod)
APPLY2(sigmoid_tanh)
#undef APPLY1
#undef APPLY2

static const Layer RT_FN(layer) = {
    V_FUSED,
#define F(name, reference, plain, fused) RT_FN(apply_##name),
    {MATH_FUNCTIONS(F)},
#undef F
    RT_FN(apply_sin),
    RT_FN(apply_cos),
    RT_FN(apply_pow),
    RT_FN(apply_mod),
    RT_FN(apply_sigmoid_tanh),
};
#include "vec_end.h"

#endif
