/* vec_avx2.h: opens the AVX2 section; the vector layer with two registers of eight lanes, for processors
 * with AVX2 and FMA. vec.h says what each function does. */
#include "vec.h"
#define RT_SECTION 1
#define RT_SUFFIX RT_SET(avx2)
#define V_LANES 16
#define V_PARTS 2
#define V_FUSED !RT_STRICT
#define RT_TARGET_PUSHED 1
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#ifndef RT_VEC_AVX2_H
#define RT_VEC_AVX2_H

typedef __m256 v_reg;
typedef __m256 v_regm;
typedef __m256i v_regi;

/* All ones in the first n lanes. */
RT_INLINE v_regi RT_FN(first_lanes)(size_t n)
{
    __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n < 8 ? (int)n : 8), lane);
}

RT_INLINE v_reg v_reg_load(const float *p) { return _mm256_loadu_ps(p); }
RT_INLINE void v_reg_store(float *p, v_reg a) { _mm256_storeu_ps(p, a); }
RT_INLINE v_reg v_reg_set1(float x) { return _mm256_set1_ps(x); }
RT_INLINE v_reg v_reg_load_n(const float *p, size_t n)
{
    return _mm256_maskload_ps(p, RT_FN(first_lanes)(n));
}
/* In pieces: the masked store is slow on some processors. */
RT_INLINE void v_reg_store_n(float *p, v_reg a, size_t n)
{
    __m128 h = _mm256_castps256_ps128(a);
    if (n >= 8) {
        _mm256_storeu_ps(p, a);
        return;
    }
    if (n & 4) {
        _mm_storeu_ps(p, h);
        h = _mm256_extractf128_ps(a, 1);
    }
    if (n & 2) {
        _mm_storel_pi((__m64 *)(p + (n & 4)), h);
        h = _mm_movehl_ps(h, h);
    }
    if (n & 1)
        _mm_store_ss(p + (n & 6), h);
}

RT_INLINE v_regi v_regi_bits(v_reg a) { return _mm256_castps_si256(a); }
RT_INLINE v_reg v_regi_float(v_regi i) { return _mm256_castsi256_ps(i); }
RT_INLINE v_regi v_regi_set1(int32_t i) { return _mm256_set1_epi32(i); }
RT_INLINE v_regi v_regi_add(v_regi a, v_regi b) { return _mm256_add_epi32(a, b); }
RT_INLINE v_regi v_regi_sub(v_regi a, v_regi b) { return _mm256_sub_epi32(a, b); }
RT_INLINE v_regi v_regi_shl23(v_regi i) { return _mm256_slli_epi32(i, 23); }
RT_INLINE v_regi v_regi_sar23(v_regi i) { return _mm256_srai_epi32(i, 23); }
RT_INLINE v_regi v_regi_sar1(v_regi i) { return _mm256_srai_epi32(i, 1); }
RT_INLINE v_regi v_regi_from(v_reg a) { return _mm256_cvtps_epi32(a); }
RT_INLINE v_reg v_regi_to(v_regi i) { return _mm256_cvtepi32_ps(i); }

RT_INLINE v_reg v_reg_add(v_reg a, v_reg b) { return _mm256_add_ps(a, b); }
RT_INLINE v_reg v_reg_sub(v_reg a, v_reg b) { return _mm256_sub_ps(a, b); }
RT_INLINE v_reg v_reg_mul(v_reg a, v_reg b) { return _mm256_mul_ps(a, b); }
RT_INLINE v_reg v_reg_div(v_reg a, v_reg b) { return _mm256_div_ps(a, b); }
RT_INLINE v_reg v_reg_sqrt(v_reg a) { return _mm256_sqrt_ps(a); }
RT_INLINE v_reg v_reg_fma(v_reg a, v_reg b, v_reg c) { return _mm256_fmadd_ps(a, b, c); }
RT_INLINE v_reg v_reg_neg(v_reg a) { return _mm256_xor_ps(a, _mm256_set1_ps(-0.0f)); }
RT_INLINE v_reg v_reg_abs(v_reg a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
RT_INLINE v_reg v_reg_copysign(v_reg a, v_reg s)
{
    return _mm256_or_ps(v_reg_abs(a), _mm256_and_ps(s, _mm256_set1_ps(-0.0f)));
}
RT_INLINE v_reg v_reg_min(v_reg a, v_reg b) { return _mm256_min_ps(a, b); }
RT_INLINE v_reg v_reg_max(v_reg a, v_reg b) { return _mm256_max_ps(a, b); }

RT_INLINE v_regm v_regm_lt(v_reg a, v_reg b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
RT_INLINE v_regm v_regm_le(v_reg a, v_reg b) { return _mm256_cmp_ps(a, b, _CMP_LE_OQ); }
RT_INLINE v_regm v_regm_eq(v_reg a, v_reg b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }
RT_INLINE v_regm v_regm_ne(v_reg a, v_reg b) { return _mm256_cmp_ps(a, b, _CMP_NEQ_UQ); }
RT_INLINE v_reg v_reg_select(v_regm m, v_reg a, v_reg b) { return _mm256_blendv_ps(b, a, m); }

RT_INLINE v_reg v_reg_trunc(v_reg a) { return _mm256_round_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }
RT_INLINE v_reg v_reg_floor(v_reg a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
RT_INLINE v_reg v_reg_nearest(v_reg a)
{
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

RT_INLINE float v_reg_sum(v_reg a)
{
    __m128 h = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    h = _mm_add_ps(h, _mm_movehl_ps(h, h));
    return _mm_cvtss_f32(_mm_add_ss(h, _mm_shuffle_ps(h, h, 1)));
}
/* Halves of each: of a and c in the lower half, of b and d in the upper one. Then neighbours. */
RT_INLINE void v_reg_sum4(float *y, v_reg a, v_reg b, v_reg c, v_reg d)
{
    __m256 ab = _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
    __m256 cd = _mm256_add_ps(_mm256_permute2f128_ps(c, d, 0x20), _mm256_permute2f128_ps(c, d, 0x31));
    __m256 s = _mm256_add_ps(_mm256_shuffle_ps(ab, cd, 0x44), _mm256_shuffle_ps(ab, cd, 0xee));
    s = _mm256_hadd_ps(s, s);
    _mm_storeu_ps(y, _mm_unpacklo_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1)));
}
RT_INLINE float v_reg_hmax(v_reg a)
{
    __m128 h = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    h = _mm_max_ps(h, _mm_movehl_ps(h, h));
    return _mm_cvtss_f32(_mm_max_ss(h, _mm_shuffle_ps(h, h, 1)));
}
RT_INLINE float v_reg_hmin(v_reg a)
{
    __m128 h = _mm_min_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    h = _mm_min_ps(h, _mm_movehl_ps(h, h));
    return _mm_cvtss_f32(_mm_min_ss(h, _mm_shuffle_ps(h, h, 1)));
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
