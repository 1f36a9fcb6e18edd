/* vec_avx512.h: opens the AVX-512 section; the vector layer with sixteen lanes, for processors with
 * AVX512F, DQ, BW and VL. vec.h says what each function does. */
#include "vec.h"
#define RT_SECTION 1
#define RT_SUFFIX RT_SET(avx512)
#define V_LANES 16
#define V_PARTS 1
#define V_FUSED !RT_STRICT
#define RT_TARGET_PUSHED 1
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")
#endif

#ifndef RT_VEC_AVX512_H
#define RT_VEC_AVX512_H

typedef __m512 vf;
typedef __mmask16 vm;
typedef __m512i vi;

/* All lanes. The plain forms of these intrinsics pass an undefined register along, about which g++
 * warns; with the mask known to be full, the maskz forms become the same instructions. */
#define RT_ALL ((__mmask16)0xffff)

/* gcc -O0 has some intrinsics as macros, which convert a mask's sign in here. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

/* Ones in the first n lanes. */
RT_INLINE vm RT_FN(first_lanes)(size_t n)
{
    return (vm)(n < 16 ? (1u << n) - 1u : 0xffffu);
}

RT_INLINE vf v_keep(vf a)
{
    __asm__("" : "+v"(a));
    return a;
}

RT_INLINE vf v_load(const float *p) { return _mm512_loadu_ps(p); }
RT_INLINE void v_store(float *p, vf a) { _mm512_storeu_ps(p, a); }
RT_INLINE vf v_set1(float x) { return _mm512_set1_ps(x); }
RT_INLINE vf v_load_n(const float *p, size_t n)
{
    return _mm512_maskz_loadu_ps(RT_FN(first_lanes)(n), p);
}
RT_INLINE void v_store_n(float *p, vf a, size_t n)
{
    _mm512_mask_storeu_ps(p, RT_FN(first_lanes)(n), a);
}

RT_INLINE vi vi_bits(vf a) { return _mm512_castps_si512(a); }
RT_INLINE vf vi_float(vi i) { return _mm512_castsi512_ps(i); }
RT_INLINE vi vi_set1(int32_t i) { return _mm512_set1_epi32(i); }
RT_INLINE vi vi_add(vi a, vi b) { return _mm512_add_epi32(a, b); }
RT_INLINE vi vi_sub(vi a, vi b) { return _mm512_sub_epi32(a, b); }
RT_INLINE vi vi_shl23(vi i) { return _mm512_maskz_slli_epi32(RT_ALL, i, 23); }
RT_INLINE vi vi_sar23(vi i) { return _mm512_maskz_srai_epi32(RT_ALL, i, 23); }
RT_INLINE vi vi_from(vf a) { return _mm512_maskz_cvtps_epi32(RT_ALL, a); }
RT_INLINE vf vi_to(vi i) { return _mm512_maskz_cvtepi32_ps(RT_ALL, i); }

RT_INLINE vf v_add(vf a, vf b) { return _mm512_add_ps(a, b); }
RT_INLINE vf v_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
#if RT_STRICT
RT_INLINE vf v_mul(vf a, vf b) { return v_keep(_mm512_mul_ps(a, b)); }
#else
RT_INLINE vf v_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
#endif
RT_INLINE vf v_div(vf a, vf b) { return _mm512_div_ps(a, b); }
RT_INLINE vf v_sqrt(vf a) { return _mm512_maskz_sqrt_ps(RT_ALL, a); }
#if RT_STRICT
RT_INLINE vf v_fma(vf a, vf b, vf c) { return v_add(v_mul(a, b), c); }
#else
RT_INLINE vf v_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
#endif
RT_INLINE vf v_neg(vf a) { return _mm512_xor_ps(a, _mm512_set1_ps(-0.0f)); }
RT_INLINE vf v_abs(vf a) { return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a); }
RT_INLINE vf v_copysign(vf a, vf s)
{
    return _mm512_or_ps(v_abs(a), _mm512_and_ps(s, _mm512_set1_ps(-0.0f)));
}
RT_INLINE vf v_min(vf a, vf b) { return _mm512_maskz_min_ps(RT_ALL, a, b); }
RT_INLINE vf v_max(vf a, vf b) { return _mm512_maskz_max_ps(RT_ALL, a, b); }

RT_INLINE vm vm_lt(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
RT_INLINE vm vm_le(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
RT_INLINE vm vm_eq(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
RT_INLINE vm vm_ne(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ); }
RT_INLINE vf v_select(vm m, vf a, vf b) { return _mm512_mask_blend_ps(m, b, a); }

RT_INLINE vf v_trunc(vf a)
{
    return _mm512_maskz_roundscale_ps(RT_ALL, a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
}
RT_INLINE vf v_floor(vf a)
{
    return _mm512_maskz_roundscale_ps(RT_ALL, a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
RT_INLINE vf v_nearest(vf a)
{
    return _mm512_maskz_roundscale_ps(RT_ALL, a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
#define RT_HAS_SCALE2
RT_INLINE vf v_scale2(vf a, vf n) { return _mm512_maskz_scalef_ps(RT_ALL, a, n); }

RT_INLINE __m256 RT_FN(lower)(vf a)
{
    return _mm256_castsi256_ps(_mm512_maskz_extracti64x4_epi64(0xf, _mm512_castps_si512(a), 0));
}
RT_INLINE __m256 RT_FN(upper)(vf a)
{
    return _mm256_castsi256_ps(_mm512_maskz_extracti64x4_epi64(0xf, _mm512_castps_si512(a), 1));
}
RT_INLINE float v_sum(vf a)
{
    __m256 g = _mm256_add_ps(RT_FN(lower)(a), RT_FN(upper)(a));
    __m128 h = _mm_add_ps(_mm256_castps256_ps128(g), _mm256_extractf128_ps(g, 1));
    h = _mm_add_ps(h, _mm_movehl_ps(h, h));
    return _mm_cvtss_f32(_mm_add_ss(h, _mm_shuffle_ps(h, h, 1)));
}
/* Quarters of each, until there is one of each of them; then within the quarters. */
RT_INLINE void v_sum4(float *y, vf a, vf b, vf c, vf d)
{
    const __m512i each = _mm512_setr_epi32(0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
    vf ab = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
    vf cd = _mm512_add_ps(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xee));
    vf s = _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
    s = _mm512_add_ps(s, _mm512_permute_ps(s, 0x4e));
    s = _mm512_add_ps(s, _mm512_permute_ps(s, 0xb1));
    _mm_storeu_ps(y, _mm512_castps512_ps128(_mm512_permutexvar_ps(each, s)));
}
RT_INLINE float v_hmax(vf a)
{
    __m256 g = _mm256_max_ps(RT_FN(lower)(a), RT_FN(upper)(a));
    __m128 h = _mm_max_ps(_mm256_castps256_ps128(g), _mm256_extractf128_ps(g, 1));
    h = _mm_max_ps(h, _mm_movehl_ps(h, h));
    return _mm_cvtss_f32(_mm_max_ss(h, _mm_shuffle_ps(h, h, 1)));
}
RT_INLINE float v_hmin(vf a)
{
    __m256 g = _mm256_min_ps(RT_FN(lower)(a), RT_FN(upper)(a));
    __m128 h = _mm_min_ps(_mm256_castps256_ps128(g), _mm256_extractf128_ps(g, 1));
    h = _mm_min_ps(h, _mm_movehl_ps(h, h));
    return _mm_cvtss_f32(_mm_min_ss(h, _mm_shuffle_ps(h, h, 1)));
}

#pragma GCC diagnostic pop

#include "vec_common.h"
#undef RT_HAS_SCALE2
#include "vec_math.h"
#include "panel.h"

#endif
