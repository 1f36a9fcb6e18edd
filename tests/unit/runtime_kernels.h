/* runtime_kernels.h: what the tests of the runtime's kernels share: a table of all kernels, random
 * inputs of exactly their size (for the sanitizers and valgrind), outputs between guards. */
#ifndef RUNTIME_KERNELS_H
#define RUNTIME_KERNELS_H

#include <math.h>
#include <string.h>
#include "check_or_plain.h"
#include "runtime_sets.h"

typedef struct Kernels {
#define RT_KERNEL(result, name, params) result(*name) params;
#include "kernels.def"
#undef RT_KERNEL
} Kernels;

static const Kernels kernels[RT_ISA_COUNT] = {
#define RT_KERNEL(result, name, params) rt_##name##_scalar,
#if RT_HAVE_SCALAR
    {
#include "kernels.def"
    },
#else
    {0},
#endif
#undef RT_KERNEL
#define RT_KERNEL(result, name, params) rt_##name##_sse2,
#if RT_HAVE_SSE2
    {
#include "kernels.def"
    },
#else
    {0},
#endif
#undef RT_KERNEL
#define RT_KERNEL(result, name, params) rt_##name##_avx2,
#if RT_HAVE_AVX2
    {
#include "kernels.def"
    },
#else
    {0},
#endif
#undef RT_KERNEL
#define RT_KERNEL(result, name, params) rt_##name##_avx512,
#if RT_HAVE_AVX512
    {
#include "kernels.def"
    },
#else
    {0},
#endif
#undef RT_KERNEL
#define RT_KERNEL(result, name, params) rt_##name##_neon,
#if RT_HAVE_NEON
    {
#include "kernels.def"
    },
#else
    {0},
#endif
#undef RT_KERNEL
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static uint64_t seed = 1;

static float random_float(float scale)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (float)(int32_t)(seed >> 32) * (scale / 2147483648.0f);
}

static float *random_floats(size_t n, float scale)
{
    float *x = (float *)malloc(n * sizeof *x + 1);
    size_t i;
    for (i = 0; i < n; i++)
        x[i] = random_float(scale);
    return x;
}

/* An output of n values with a guard of GUARD before and after. */
enum { GUARD = 32 };
static const uint32_t guard_bits = 0x7fa5a5a5u;

static void *guarded(size_t n)
{
    uint32_t *p = (uint32_t *)malloc((n + 2 * GUARD) * sizeof *p);
    size_t i;
    for (i = 0; i < n + 2 * GUARD; i++)
        p[i] = guard_bits;
    return p + GUARD;
}

static void release_guarded(void *y, size_t n)
{
    const uint32_t *p = (const uint32_t *)y - GUARD;
    size_t i;
    for (i = 0; i < GUARD; i++)
        expect(p[i] == guard_bits && p[GUARD + n + i] == guard_bits, "guard overwritten");
    free((uint32_t *)y - GUARD);
}

/* Within `bound` of the truth, or both NaN, or the same infinity. */
static int close_to(float y, double truth, double bound)
{
    if (isnan(truth) || isnan(y))
        return isnan(truth) && isnan(y);
    return y == (float)truth || fabs(y - truth) <= bound;
}

#endif
