/* vec_scalar.h: opens the scalar section; the vector layer with one lane, in plain C. It is the truth
 * that the other sets are compared with, and what runs on a processor that has none of them.
 * vec.h says what each function does. */
#include "vec.h"
#define RT_SECTION 1
#if RT_STRICT
#define V_LANES 16
#define V_PARTS 4
#define RT_SUFFIX strict_one
#else
#define V_LANES 1
#define V_PARTS 1
#define RT_SUFFIX scalar
#endif
#define V_FUSED 0

/* With RT_STRICT what follows is one lane of the vectors of vec_array.h. */
#ifndef RT_VEC_SCALAR_H
#define RT_VEC_SCALAR_H

typedef float vf;
typedef int vm;
typedef int32_t vi;

RT_INLINE vf v_load(const float *p) { return *p; }
RT_INLINE void v_store(float *p, vf a) { *p = a; }
RT_INLINE vf v_load_n(const float *p, size_t n) { return n > 0 ? *p : 0.0f; }
RT_INLINE void v_store_n(float *p, vf a, size_t n)
{
    if (n > 0)
        *p = a;
}
RT_INLINE vf v_set1(float x) { return x; }

RT_INLINE vi vi_bits(vf a)
{
    vi i;
    __builtin_memcpy(&i, &a, sizeof i);
    return i;
}
RT_INLINE vf vi_float(vi i)
{
    vf a;
    __builtin_memcpy(&a, &i, sizeof a);
    return a;
}

RT_INLINE vf v_add(vf a, vf b) { return a + b; }
RT_INLINE vf v_sub(vf a, vf b) { return a - b; }
RT_INLINE vf v_mul(vf a, vf b) { return a * b; }
RT_INLINE vf v_div(vf a, vf b) { return a / b; }
RT_INLINE vf v_sqrt(vf a) { return sqrtf(a); }
RT_INLINE vf v_fma(vf a, vf b, vf c) { return a * b + c; }
RT_INLINE vf v_neg(vf a) { return -a; }
RT_INLINE vf v_abs(vf a) { return __builtin_fabsf(a); }
RT_INLINE vf v_copysign(vf a, vf s) { return __builtin_copysignf(a, s); }
RT_INLINE vf v_min(vf a, vf b) { return a < b ? a : b; }
RT_INLINE vf v_max(vf a, vf b) { return a > b ? a : b; }

RT_INLINE vm vm_lt(vf a, vf b) { return a < b; }
RT_INLINE vm vm_le(vf a, vf b) { return a <= b; }
RT_INLINE vm vm_eq(vf a, vf b) { return a == b; }
RT_INLINE vm vm_ne(vf a, vf b) { return a != b; }
RT_INLINE vf v_select(vm m, vf a, vf b) { return m ? a : b; }

/* From 2^23 on every float is an integer; a conversion of such or of NaN could be undefined. */
RT_INLINE vf v_trunc(vf a)
{
    return v_abs(a) < 8388608.0f ? v_copysign((float)(int32_t)a, a) : a;
}
RT_INLINE vf v_floor(vf a)
{
    vf t = v_trunc(a);
    return t > a ? t - 1.0f : t;
}

RT_INLINE float v_sum(vf a) { return a; }
RT_INLINE void v_sum4(float *y, vf a, vf b, vf c, vf d)
{
    y[0] = a;
    y[1] = b;
    y[2] = c;
    y[3] = d;
}
RT_INLINE float v_hmax(vf a) { return a; }
RT_INLINE float v_hmin(vf a) { return a; }

/* The constraint is the class of registers that floats live in: with it the statement costs nothing. */
RT_INLINE vf v_keep(vf a)
{
#if defined(__x86_64__)
    __asm__("" : "+x"(a));
#elif defined(__aarch64__)
    __asm__("" : "+w"(a));
#elif defined(__arm__) && defined(__ARM_FP)
    __asm__("" : "+t"(a));
#elif defined(__riscv_flen)
    __asm__("" : "+f"(a));
#else
    __asm__("" : "+m"(a));
#endif
    return a;
}

/* Clamped first, and NaN made a number: what does not fit an int32_t must not be converted. */
RT_INLINE vi vi_from(vf a)
{
    a = a > -1e9f ? a : -1e9f;
    a = a < 1e9f ? a : 1e9f;
    return (vi)(a + (a < 0.0f ? -0.5f : 0.5f));
}
RT_INLINE vf vi_to(vi i) { return (float)i; }
#if RT_STRICT
/* Ties to even, as the other sets have it. */
RT_INLINE vf v_nearest(vf a) { return v_keep(a + 12582912.0f) - 12582912.0f; }
#else
RT_INLINE vf v_nearest(vf a) { return vi_to(vi_from(a)); }
#endif
RT_INLINE vi vi_set1(int32_t i) { return i; }
/* Unsigned, since a NaN may bring any bits here and they may wrap. */
RT_INLINE vi vi_add(vi a, vi b) { return (vi)((uint32_t)a + (uint32_t)b); }
RT_INLINE vi vi_sub(vi a, vi b) { return (vi)((uint32_t)a - (uint32_t)b); }
RT_INLINE vi vi_shl23(vi i) { return (vi)((uint32_t)i << 23); }
RT_INLINE vi vi_sar23(vi i) { return i >> 23; }
RT_INLINE vi vi_sar1(vi i) { return i >> 1; }

#if RT_STRICT
#undef RT_SUFFIX
#define RT_SUFFIX strict_scalar
#include "vec_array.h"
#endif
#include "vec_common.h"
#include "vec_math.h"
#include "panel.h"

#elif RT_STRICT
#undef RT_SUFFIX
#define RT_SUFFIX strict_scalar
#endif
