/* vec_sse2.h: opens the SSE2 section; the vector layer with four lanes, for any x86-64 processor.
 * vec.h says what each function does. */
#include "vec.h"
#define RT_SECTION 1
#define RT_SUFFIX sse2
#define V_LANES 4
#define V_FUSED 0

#ifndef RT_VEC_SSE2_H
#define RT_VEC_SSE2_H

typedef __m128 vf;
typedef __m128 vm;
typedef __m128i vi;

RT_INLINE vf v_load(const float *p) { return _mm_loadu_ps(p); }
RT_INLINE void v_store(float *p, vf a) { _mm_storeu_ps(p, a); }
RT_INLINE vf v_set1(float x) { return _mm_set1_ps(x); }

RT_INLINE vf v_load_n(const float *p, size_t n)
{
    if (n >= 4)
        return _mm_loadu_ps(p);
    if (n == 3)
        return _mm_movelh_ps(_mm_loadl_pi(_mm_setzero_ps(), (const __m64 *)p), _mm_load_ss(p + 2));
    if (n == 2)
        return _mm_loadl_pi(_mm_setzero_ps(), (const __m64 *)p);
    return n == 1 ? _mm_load_ss(p) : _mm_setzero_ps();
}
RT_INLINE void v_store_n(float *p, vf a, size_t n)
{
    if (n >= 4) {
        _mm_storeu_ps(p, a);
        return;
    }
    if (n >= 2) {
        _mm_storel_pi((__m64 *)p, a);
        a = _mm_movehl_ps(a, a);
    }
    if (n & 1)
        _mm_store_ss(p + (n & 2), a);
}

RT_INLINE vi vi_bits(vf a) { return _mm_castps_si128(a); }
RT_INLINE vf vi_float(vi i) { return _mm_castsi128_ps(i); }
RT_INLINE vi vi_set1(int32_t i) { return _mm_set1_epi32(i); }
RT_INLINE vi vi_add(vi a, vi b) { return _mm_add_epi32(a, b); }
RT_INLINE vi vi_sub(vi a, vi b) { return _mm_sub_epi32(a, b); }
RT_INLINE vi vi_shl23(vi i) { return _mm_slli_epi32(i, 23); }
RT_INLINE vi vi_sar23(vi i) { return _mm_srai_epi32(i, 23); }
RT_INLINE vi vi_sar1(vi i) { return _mm_srai_epi32(i, 1); }
RT_INLINE vi vi_from(vf a) { return _mm_cvtps_epi32(a); }
RT_INLINE vf vi_to(vi i) { return _mm_cvtepi32_ps(i); }

RT_INLINE vf v_add(vf a, vf b) { return _mm_add_ps(a, b); }
RT_INLINE vf v_sub(vf a, vf b) { return _mm_sub_ps(a, b); }
RT_INLINE vf v_mul(vf a, vf b) { return _mm_mul_ps(a, b); }
RT_INLINE vf v_div(vf a, vf b) { return _mm_div_ps(a, b); }
RT_INLINE vf v_sqrt(vf a) { return _mm_sqrt_ps(a); }
RT_INLINE vf v_fma(vf a, vf b, vf c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }
RT_INLINE vf v_neg(vf a) { return _mm_xor_ps(a, _mm_set1_ps(-0.0f)); }
RT_INLINE vf v_abs(vf a) { return _mm_andnot_ps(_mm_set1_ps(-0.0f), a); }
RT_INLINE vf v_copysign(vf a, vf s)
{
    return _mm_or_ps(v_abs(a), _mm_and_ps(s, _mm_set1_ps(-0.0f)));
}
RT_INLINE vf v_min(vf a, vf b) { return _mm_min_ps(a, b); }
RT_INLINE vf v_max(vf a, vf b) { return _mm_max_ps(a, b); }

RT_INLINE vm vm_lt(vf a, vf b) { return _mm_cmplt_ps(a, b); }
RT_INLINE vm vm_le(vf a, vf b) { return _mm_cmple_ps(a, b); }
RT_INLINE vm vm_eq(vf a, vf b) { return _mm_cmpeq_ps(a, b); }
RT_INLINE vm vm_ne(vf a, vf b) { return _mm_cmpneq_ps(a, b); }
RT_INLINE vf v_select(vm m, vf a, vf b) { return _mm_or_ps(_mm_and_ps(m, a), _mm_andnot_ps(m, b)); }

/* There is no rounding instruction: by way of integers, which all floats from 2^23 on are already. */
RT_INLINE vf v_trunc(vf a)
{
    vm small = vm_lt(v_abs(a), _mm_set1_ps(8388608.0f));
    return v_select(small, v_copysign(vi_to(_mm_cvttps_epi32(a)), a), a);
}
RT_INLINE vf v_floor(vf a)
{
    vf t = v_trunc(a);
    return v_select(vm_lt(a, t), v_sub(t, _mm_set1_ps(1.0f)), t);
}
RT_INLINE vf v_nearest(vf a) { return vi_to(vi_from(a)); }

RT_INLINE float v_sum(vf a)
{
    a = _mm_add_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_add_ss(a, _mm_shuffle_ps(a, a, 1)));
}
RT_INLINE float v_hmax(vf a)
{
    a = _mm_max_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_max_ss(a, _mm_shuffle_ps(a, a, 1)));
}
RT_INLINE float v_hmin(vf a)
{
    a = _mm_min_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_min_ss(a, _mm_shuffle_ps(a, a, 1)));
}

RT_INLINE vf v_keep(vf a)
{
    __asm__("" : "+x"(a));
    return a;
}

#include "vec_common.h"
#include "vec_math.h"
#include "panel.h"

#endif
