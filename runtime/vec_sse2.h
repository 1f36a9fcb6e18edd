/* vec_sse2.h: opens the SSE2 section; the vector layer with two registers of four lanes, for any x86-64 processor.
 * vec.h says what each function does. */
#include "vec.h"
#define RT_SECTION 1
#define RT_SUFFIX RT_SET(sse2)
#if RT_STRICT
#define V_LANES 16
#define V_PARTS 4
#else
#define V_LANES 8
#define V_PARTS 2
#endif
#define V_FUSED 0

#ifndef RT_VEC_SSE2_H
#define RT_VEC_SSE2_H

typedef __m128 v_reg;
typedef __m128 v_regm;
typedef __m128i v_regi;

RT_INLINE v_reg v_reg_load(const float *p) { return _mm_loadu_ps(p); }
RT_INLINE void v_reg_store(float *p, v_reg a) { _mm_storeu_ps(p, a); }
RT_INLINE v_reg v_reg_set1(float x) { return _mm_set1_ps(x); }

RT_INLINE v_reg v_reg_load_n(const float *p, size_t n)
{
    if (n >= 4)
        return _mm_loadu_ps(p);
    if (n == 3)
        return _mm_movelh_ps(_mm_loadl_pi(_mm_setzero_ps(), (const __m64 *)p), _mm_load_ss(p + 2));
    if (n == 2)
        return _mm_loadl_pi(_mm_setzero_ps(), (const __m64 *)p);
    return n == 1 ? _mm_load_ss(p) : _mm_setzero_ps();
}
RT_INLINE void v_reg_store_n(float *p, v_reg a, size_t n)
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

RT_INLINE v_regi v_regi_bits(v_reg a) { return _mm_castps_si128(a); }
RT_INLINE v_reg v_regi_float(v_regi i) { return _mm_castsi128_ps(i); }
RT_INLINE v_regi v_regi_set1(int32_t i) { return _mm_set1_epi32(i); }
RT_INLINE v_regi v_regi_add(v_regi a, v_regi b) { return _mm_add_epi32(a, b); }
RT_INLINE v_regi v_regi_sub(v_regi a, v_regi b) { return _mm_sub_epi32(a, b); }
RT_INLINE v_regi v_regi_shl23(v_regi i) { return _mm_slli_epi32(i, 23); }
RT_INLINE v_regi v_regi_sar23(v_regi i) { return _mm_srai_epi32(i, 23); }
RT_INLINE v_regi v_regi_sar1(v_regi i) { return _mm_srai_epi32(i, 1); }
RT_INLINE v_regi v_regi_from(v_reg a) { return _mm_cvtps_epi32(a); }
RT_INLINE v_reg v_regi_to(v_regi i) { return _mm_cvtepi32_ps(i); }

RT_INLINE v_reg v_reg_add(v_reg a, v_reg b) { return _mm_add_ps(a, b); }
RT_INLINE v_reg v_reg_sub(v_reg a, v_reg b) { return _mm_sub_ps(a, b); }
RT_INLINE v_reg v_reg_mul(v_reg a, v_reg b) { return _mm_mul_ps(a, b); }
RT_INLINE v_reg v_reg_div(v_reg a, v_reg b) { return _mm_div_ps(a, b); }
RT_INLINE v_reg v_reg_sqrt(v_reg a) { return _mm_sqrt_ps(a); }
RT_INLINE v_reg v_reg_fma(v_reg a, v_reg b, v_reg c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }
RT_INLINE v_reg v_reg_neg(v_reg a) { return _mm_xor_ps(a, _mm_set1_ps(-0.0f)); }
RT_INLINE v_reg v_reg_abs(v_reg a) { return _mm_andnot_ps(_mm_set1_ps(-0.0f), a); }
RT_INLINE v_reg v_reg_copysign(v_reg a, v_reg s)
{
    return _mm_or_ps(v_reg_abs(a), _mm_and_ps(s, _mm_set1_ps(-0.0f)));
}
RT_INLINE v_reg v_reg_min(v_reg a, v_reg b) { return _mm_min_ps(a, b); }
RT_INLINE v_reg v_reg_max(v_reg a, v_reg b) { return _mm_max_ps(a, b); }

RT_INLINE v_regm v_regm_lt(v_reg a, v_reg b) { return _mm_cmplt_ps(a, b); }
RT_INLINE v_regm v_regm_le(v_reg a, v_reg b) { return _mm_cmple_ps(a, b); }
RT_INLINE v_regm v_regm_eq(v_reg a, v_reg b) { return _mm_cmpeq_ps(a, b); }
RT_INLINE v_regm v_regm_ne(v_reg a, v_reg b) { return _mm_cmpneq_ps(a, b); }
RT_INLINE v_reg v_reg_select(v_regm m, v_reg a, v_reg b) { return _mm_or_ps(_mm_and_ps(m, a), _mm_andnot_ps(m, b)); }

/* There is no rounding instruction: by way of integers, which all floats from 2^23 on are already. */
RT_INLINE v_reg v_reg_trunc(v_reg a)
{
    v_regm small = v_regm_lt(v_reg_abs(a), _mm_set1_ps(8388608.0f));
    return v_reg_select(small, v_reg_copysign(v_regi_to(_mm_cvttps_epi32(a)), a), a);
}
RT_INLINE v_reg v_reg_floor(v_reg a)
{
    v_reg t = v_reg_trunc(a);
    return v_reg_select(v_regm_lt(a, t), v_reg_sub(t, _mm_set1_ps(1.0f)), t);
}
RT_INLINE v_reg v_reg_nearest(v_reg a) { return v_regi_to(v_regi_from(a)); }

RT_INLINE float v_reg_sum(v_reg a)
{
    a = _mm_add_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_add_ss(a, _mm_shuffle_ps(a, a, 1)));
}
RT_INLINE void v_reg_sum4(float *y, v_reg a, v_reg b, v_reg c, v_reg d)
{
    _MM_TRANSPOSE4_PS(a, b, c, d);
    _mm_storeu_ps(y, _mm_add_ps(_mm_add_ps(a, c), _mm_add_ps(b, d)));
}
RT_INLINE float v_reg_hmax(v_reg a)
{
    a = _mm_max_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_max_ss(a, _mm_shuffle_ps(a, a, 1)));
}
RT_INLINE float v_reg_hmin(v_reg a)
{
    a = _mm_min_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_min_ss(a, _mm_shuffle_ps(a, a, 1)));
}

RT_INLINE v_reg v_reg_keep(v_reg a)
{
    __asm__("" : "+x"(a));
    return a;
}

#include "vec_parts.h"
#include "vec_common.h"
#include "vec_math.h"
#include "panel.h"

#endif
