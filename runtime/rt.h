/* rt.h: the runtime that rnnc's generated C is compiled with and linked to (librnnrt.a).
 *
 * The runtime has two parts. The vector layer (vec.h) is inline code: vectors of floats as wide as an
 * instruction set has them, elementwise functions, and packed matrix-vector products. The kernels
 * (kernels.def) are ordinary functions, softmax or matmul say, one for each instruction set.
 *
 * A file that uses the layer includes itself once per instruction set, so that one object file, built
 * with no -m flags, holds the code of every set:
 *
 *     #ifndef RT_SECTION                  -- seen once: declarations, data
 *     #include "rt.h"
 *     #if RT_HAVE_AVX2
 *     #include "vec_avx2.h"               -- opens a section: RT_SECTION, RT_SUFFIX, V_LANES defined
 *     #include "this_file.c"              -- the part below, compiled for AVX2
 *     #endif
 *     ...                                 -- vec_scalar.h vec_sse2.h vec_avx512.h vec_neon.h likewise
 *     static int (*const step[RT_ISA_COUNT])(State *) = {...};
 *     #else                               -- seen once per set
 *     static int RT_FN(step)(State *s) { vf a = v_load(s->a); ... RT_FN(rt_sum_f32)(...); }
 *     #include "vec_end.h"                -- closes the section
 *     #endif
 *
 * At run time `step[rt_isa()]` is the version to call. The runtime allocates nothing, keeps no state,
 * writes to no global and never fails: shapes are the caller's promise. */
#ifndef RT_H
#define RT_H

#include <stddef.h>
#include <stdint.h>

/* The instruction sets. RT_AVX2 needs AVX2 and FMA; RT_AVX512 needs AVX512F, DQ, BW and VL. */
enum rt_isa { RT_SCALAR, RT_SSE2, RT_AVX2, RT_AVX512, RT_NEON, RT_ISA_COUNT };

/* RT_HAVE_<SET> is 1 if the compiler can make code for that set, else 0. All that it can is the
 * default. For a target known beforehand define one or more of RT_ONLY_SCALAR, RT_ONLY_SSE2,
 * RT_ONLY_AVX2, RT_ONLY_AVX512, RT_ONLY_NEON: only those are built. The library and the files that
 * are linked with it must be given the same. */
#if defined(RT_ONLY_SCALAR) || defined(RT_ONLY_SSE2) || defined(RT_ONLY_AVX2) || \
    defined(RT_ONLY_AVX512) || defined(RT_ONLY_NEON)
#define RT_ONLY_SOME 1
#else
#define RT_ONLY_SOME 0
#endif

#if defined(__GNUC__) && defined(__x86_64__)
#define RT_ON_X86 1
#else
#define RT_ON_X86 0
#endif
#if defined(__GNUC__) && defined(__aarch64__) && defined(__ARM_NEON)
#define RT_ON_NEON 1
#else
#define RT_ON_NEON 0
#endif

#if !RT_ONLY_SOME || defined(RT_ONLY_SCALAR)
#define RT_HAVE_SCALAR 1
#else
#define RT_HAVE_SCALAR 0
#endif
#if RT_ON_X86 && (!RT_ONLY_SOME || defined(RT_ONLY_SSE2))
#define RT_HAVE_SSE2 1
#else
#define RT_HAVE_SSE2 0
#endif
#if RT_ON_X86 && (!RT_ONLY_SOME || defined(RT_ONLY_AVX2))
#define RT_HAVE_AVX2 1
#else
#define RT_HAVE_AVX2 0
#endif
#if RT_ON_X86 && (!RT_ONLY_SOME || defined(RT_ONLY_AVX512))
#define RT_HAVE_AVX512 1
#else
#define RT_HAVE_AVX512 0
#endif
#if RT_ON_NEON && (!RT_ONLY_SOME || defined(RT_ONLY_NEON))
#define RT_HAVE_NEON 1
#else
#define RT_HAVE_NEON 0
#endif

/* Units in a panel of packed weights, for every instruction set: see panel.h. */
#define RT_PANEL 16

/* A file that defines RT_STRICT 1 before it includes anything computes the same bits on every machine and
 * instruction set: products are rounded before they are added, all vectors are 16 floats, sums are made in
 * one order, and the kernels are those of kernels_strict.c. (What is NaN is NaN everywhere; its own bits
 * are the machine's.) Somewhat slower. */
#ifndef RT_STRICT
#define RT_STRICT 0
#endif

#if RT_STRICT
#include <float.h>
#if defined(__FAST_MATH__)
#error "RT_STRICT: the same bits everywhere are not to be had with -ffast-math"
#endif
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error "RT_STRICT: this target computes in more than single precision; on 32-bit x86 use -msse2 -mfpmath=sse"
#endif
#define RT_SET(set) strict_##set
#else
#define RT_SET(set) set
#endif

/* RT_FN(name) is name_<set> inside a section: RT_FN(rt_sum_f32) is rt_sum_f32_avx2 in AVX2's, and
 * rt_sum_f32_strict_avx2 with RT_STRICT. */
#define RT_FN(name) RT_PASTE_(name##_, RT_SUFFIX)
#define RT_PASTE_(a, b) RT_PASTE_2_(a, b)
#define RT_PASTE_2_(a, b) a##b

#ifdef __cplusplus
extern "C" {
#endif

/* The best instruction set that both this machine and this library have. The environment variable
 * RT_ISA (scalar, sse2, avx2, avx512, neon) chooses a lesser one; a name that is unknown, or of a set
 * that the machine or the library lacks, is ignored. A freestanding build has no environment. The
 * machine is asked anew at each call (some hundred cycles): keep the answer. */
int rt_isa(void);

/* 1 if both this machine and this library have the instruction set. RT_ISA plays no part. */
int rt_isa_available(int isa);

/* "scalar", "sse2", "avx2", "avx512" or "neon", the names that RT_ISA takes; "unknown" for a number
 * that is no instruction set. */
const char *rt_isa_name(int isa);

/* The kernels, described in kernels.def: rt_<name>_<set>, and rt_<name>_strict_<set>. */
#define RT_KERNEL(result, name, params)      \
    result rt_##name##_scalar params;        \
    result rt_##name##_sse2 params;          \
    result rt_##name##_avx2 params;          \
    result rt_##name##_avx512 params;        \
    result rt_##name##_neon params;          \
    result rt_##name##_strict_scalar params; \
    result rt_##name##_strict_sse2 params;   \
    result rt_##name##_strict_avx2 params;   \
    result rt_##name##_strict_avx512 params; \
    result rt_##name##_strict_neon params;
#include "kernels.def"
#undef RT_KERNEL

#ifdef __cplusplus
}
#endif

#endif
