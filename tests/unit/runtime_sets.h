/* runtime_sets.h: for tests of the runtime that visit every instruction set: those up to rt_isa(), so
 * that the environment variable RT_ISA is an upper limit, for valgrind say. */
#ifndef RUNTIME_SETS_H
#define RUNTIME_SETS_H

#include "rt.h"

#define FOR_EACH_SET(isa)                 \
    for (isa = 0; isa <= rt_isa(); isa++) \
        if (rt_isa_available(isa))

#if RT_STRICT
#define layer_scalar layer_strict_scalar
#define layer_sse2 layer_strict_sse2
#define layer_avx2 layer_strict_avx2
#define layer_avx512 layer_strict_avx512
#define layer_neon layer_strict_neon
#endif

/* A table indexed by enum rt_isa of what the sections call layer_<set>; NULL for sets not built. */
#if RT_HAVE_SCALAR
#define LAYER_SCALAR &layer_scalar
#else
#define LAYER_SCALAR NULL
#endif
#if RT_HAVE_SSE2
#define LAYER_SSE2 &layer_sse2
#else
#define LAYER_SSE2 NULL
#endif
#if RT_HAVE_AVX2
#define LAYER_AVX2 &layer_avx2
#else
#define LAYER_AVX2 NULL
#endif
#if RT_HAVE_AVX512
#define LAYER_AVX512 &layer_avx512
#else
#define LAYER_AVX512 NULL
#endif
#if RT_HAVE_NEON
#define LAYER_NEON &layer_neon
#else
#define LAYER_NEON NULL
#endif
#define LAYER_TABLE {LAYER_SCALAR, LAYER_SSE2, LAYER_AVX2, LAYER_AVX512, LAYER_NEON}

#endif
