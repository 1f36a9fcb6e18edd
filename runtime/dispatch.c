/* dispatch.c: which instruction set to run. It asks the processor and, on a hosted system, the
 * environment variable RT_ISA. Nothing is remembered between calls, so there is nothing to lock. */
#include "rt.h"

#if __STDC_HOSTED__
#include <stdlib.h>
#include <string.h>
#endif

static const char *const isa_names[RT_ISA_COUNT] = {"scalar", "sse2", "avx2", "avx512", "neon"};

const char *rt_isa_name(int isa)
{
    return isa >= 0 && isa < RT_ISA_COUNT ? isa_names[isa] : "unknown";
}

#if RT_HAVE_AVX2
static int machine_has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

#if RT_HAVE_AVX512
static int machine_has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

int rt_isa_available(int isa)
{
#if RT_HAVE_AVX2 || RT_HAVE_AVX512
    __builtin_cpu_init(); /* for callers that run before the C library's constructors */
#endif
    switch (isa) {
    case RT_SCALAR:
        return RT_HAVE_SCALAR;
    case RT_SSE2:
        return RT_HAVE_SSE2;
#if RT_HAVE_AVX2
    case RT_AVX2:
        return machine_has_avx2();
#endif
#if RT_HAVE_AVX512
    case RT_AVX512:
        return machine_has_avx512();
#endif
    case RT_NEON:
        return RT_HAVE_NEON;
    default:
        return 0;
    }
}

int rt_isa(void)
{
    int isa, best = RT_SCALAR;

    for (isa = 0; isa < RT_ISA_COUNT; isa++)
        if (rt_isa_available(isa))
            best = isa;
#if __STDC_HOSTED__
    {
        const char *wanted = getenv("RT_ISA");

        for (isa = 0; wanted != NULL && isa < RT_ISA_COUNT; isa++)
            if (strcmp(wanted, isa_names[isa]) == 0 && rt_isa_available(isa))
                return isa;
    }
#endif
    return best;
}
