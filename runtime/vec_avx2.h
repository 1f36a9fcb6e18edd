/* vec_avx2.h: opens the AVX2 section; the vector layer with eight lanes, for processors with AVX2 and
 * FMA. vec.h says what each function does. */
#include "vec.h"
#define RT_SECTION 1
#define RT_SUFFIX avx2
#define V_LANES 8
#define V_FUSED 1
#define RT_TARGET_PUSHED 1
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#ifndef RT_VEC_AVX2_H
#define RT_VEC_AVX2_H

typedef __m256 vf;
typedef __m256 vm;
typedef __m256i vi;

/* All ones in the first n lanes. */
RT_INLINE vi RT_FN(first_lanes)(size_t n)
{
    __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n < 8 ? (int)n : 8), lane);
}

RT_INLINE vf v_load(const float *p) { return _mm256_loadu_ps(p); }
RT_INLINE void v_store(float *p, vf a) { _mm256_storeu_ps(p, a); }
RT_INLINE vf v_set1(float x) { return _mm256_set1_ps(x); }
RT_INLINE vf v_load_n(const float *p, size_t n)
{
    return _mm256_maskload_ps(p, RT_FN(first_lanes)(n));
}
RT_INLINE void v_store_n(float *p, vf a, size_t n)
{
    _mm256_maskstore_ps(p, RT_FN(first_lanes)(n), a);
}

RT_INLINE vi vi_bits(vf a) { return _mm256_castps_si256(a); }
RT_INLINE vf vi_float(vi i) { return _mm256_castsi256_ps(i); }
RT_INLINE vi vi_set1(int32_t i) { return _mm256_set1_epi32(i); }
RT_INLINE vi vi_add(vi a, vi b) { return _mm256_add_epi32(a, b); }
RT_INLINE vi vi_sub(vi a, vi b) { return _mm256_sub_epi32(a, b); }
RT_INLINE vi vi_shl23(vi i) { return _mm256_slli_epi32(i, 23); }
RT_INLINE vi vi_sar23(vi i) { return _mm256_srai_epi32(i, 23); }
RT_INLINE vi vi_sar1(vi i) { return _mm256_srai_epi32(i, 1); }
RT_INLINE vi vi_from(vf a) { return _mm256_cvtps_epi32(a); }
RT_INLINE vf vi_to(vi i) { return _mm256_cvtepi32_ps(i); }

RT_INLINE vf v_add(vf a, vf b) { return _mm256_add_ps(a, b); }
RT_INLINE vf v_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
RT_INLINE vf v_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
RT_INLINE vf v_div(vf a, vf b) { return _mm256_div_ps(a, b); }
RT_INLINE vf v_sqrt(vf a) { return _mm256_sqrt_ps(a); }
RT_INLINE vf v_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
RT_INLINE vf v_neg(vf a) { return _mm256_xor_ps(a, _mm256_set1_ps(-0.0f)); }
RT_INLINE vf v_abs(vf a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
RT_INLINE vf v_copysign(vf a, vf s)
{
    return _mm256_or_ps(v_abs(a), _mm256_and_ps(s, _mm256_set1_ps(-0.0f)));
}
RT_INLINE vf v_min(vf a, vf b) { return _mm256_min_ps(a, b); }
RT_INLINE vf v_max(vf a, vf b) { return _mm256_max_ps(a, b); }

RT_INLINE vm vm_lt(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
RT_INLINE vm vm_le(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LE_OQ); }
RT_INLINE vm vm_eq(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }
RT_INLINE vm vm_ne(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_NEQ_UQ); }
RT_INLINE vf v_select(vm m, vf a, vf b) { return _mm256_blendv_ps(b, a, m); }

RT_INLINE vf v_trunc(vf a) { return _mm256_round_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }
RT_INLINE vf v_floor(vf a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
RT_INLINE vf v_nearest(vf a)
{
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

RT_INLINE float v_sum(vf a)
{
    __m128 h = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    h = _mm_add_ps(h, _mm_movehl_ps(h, h));
    return _mm_cvtss_f32(_mm_add_ss(h, _mm_shuffle_ps(h, h, 1)));
}
RT_INLINE float v_hmax(vf a)
{
    __m128 h = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    h = _mm_max_ps(h, _mm_movehl_ps(h, h));
    return _mm_cvtss_f32(_mm_max_ss(h, _mm_shuffle_ps(h, h, 1)));
}
RT_INLINE float v_hmin(vf a)
{
    __m128 h = _mm_min_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    h = _mm_min_ps(h, _mm_movehl_ps(h, h));
    return _mm_cvtss_f32(_mm_min_ss(h, _mm_shuffle_ps(h, h, 1)));
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
