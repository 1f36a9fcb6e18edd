/* vec_neon.h: opens the NEON section; the vector layer with four lanes, for any 64-bit ARM processor.
 * vec.h says what each function does. */
#include "vec.h"
#define RT_SECTION 1
#define RT_SUFFIX neon
#define V_LANES 4
#define V_FUSED 1

#ifndef RT_VEC_NEON_H
#define RT_VEC_NEON_H

typedef float32x4_t vf;
typedef uint32x4_t vm;
typedef int32x4_t vi;

RT_INLINE vf v_load(const float *p) { return vld1q_f32(p); }
RT_INLINE void v_store(float *p, vf a) { vst1q_f32(p, a); }
RT_INLINE vf v_set1(float x) { return vdupq_n_f32(x); }

RT_INLINE vf v_load_n(const float *p, size_t n)
{
    vf a = vdupq_n_f32(0.0f);
    if (n >= 4)
        return vld1q_f32(p);
    if (n >= 1)
        a = vld1q_lane_f32(p, a, 0);
    if (n >= 2)
        a = vld1q_lane_f32(p + 1, a, 1);
    if (n >= 3)
        a = vld1q_lane_f32(p + 2, a, 2);
    return a;
}
RT_INLINE void v_store_n(float *p, vf a, size_t n)
{
    if (n >= 4) {
        vst1q_f32(p, a);
        return;
    }
    if (n >= 1)
        vst1q_lane_f32(p, a, 0);
    if (n >= 2)
        vst1q_lane_f32(p + 1, a, 1);
    if (n >= 3)
        vst1q_lane_f32(p + 2, a, 2);
}

RT_INLINE vi vi_bits(vf a) { return vreinterpretq_s32_f32(a); }
RT_INLINE vf vi_float(vi i) { return vreinterpretq_f32_s32(i); }
RT_INLINE vi vi_set1(int32_t i) { return vdupq_n_s32(i); }
RT_INLINE vi vi_add(vi a, vi b) { return vaddq_s32(a, b); }
RT_INLINE vi vi_sub(vi a, vi b) { return vsubq_s32(a, b); }
RT_INLINE vi vi_shl23(vi i) { return vshlq_n_s32(i, 23); }
RT_INLINE vi vi_sar23(vi i) { return vshrq_n_s32(i, 23); }
RT_INLINE vi vi_sar1(vi i) { return vshrq_n_s32(i, 1); }
RT_INLINE vi vi_from(vf a) { return vcvtnq_s32_f32(a); }
RT_INLINE vf vi_to(vi i) { return vcvtq_f32_s32(i); }

RT_INLINE vf v_add(vf a, vf b) { return vaddq_f32(a, b); }
RT_INLINE vf v_sub(vf a, vf b) { return vsubq_f32(a, b); }
RT_INLINE vf v_mul(vf a, vf b) { return vmulq_f32(a, b); }
RT_INLINE vf v_div(vf a, vf b) { return vdivq_f32(a, b); }
RT_INLINE vf v_sqrt(vf a) { return vsqrtq_f32(a); }
RT_INLINE vf v_fma(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }
RT_INLINE vf v_neg(vf a) { return vnegq_f32(a); }
RT_INLINE vf v_abs(vf a) { return vabsq_f32(a); }
RT_INLINE vf v_copysign(vf a, vf s) { return vbslq_f32(vdupq_n_u32(0x80000000u), s, a); }

RT_INLINE vm vm_lt(vf a, vf b) { return vcltq_f32(a, b); }
RT_INLINE vm vm_le(vf a, vf b) { return vcleq_f32(a, b); }
RT_INLINE vm vm_eq(vf a, vf b) { return vceqq_f32(a, b); }
RT_INLINE vm vm_ne(vf a, vf b) { return vmvnq_u32(vceqq_f32(a, b)); }
RT_INLINE vf v_select(vm m, vf a, vf b) { return vbslq_f32(m, a, b); }

/* Not vminq and vmaxq, which return NaN where the layer promises b. */
RT_INLINE vf v_min(vf a, vf b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
RT_INLINE vf v_max(vf a, vf b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }

RT_INLINE vf v_trunc(vf a) { return vrndq_f32(a); }
RT_INLINE vf v_floor(vf a) { return vrndmq_f32(a); }
RT_INLINE vf v_nearest(vf a) { return vrndnq_f32(a); }

RT_INLINE float v_sum(vf a) { return vaddvq_f32(a); }
RT_INLINE float v_hmax(vf a) { return vmaxvq_f32(a); }
RT_INLINE float v_hmin(vf a) { return vminvq_f32(a); }

RT_INLINE vf v_keep(vf a)
{
    __asm__("" : "+w"(a));
    return a;
}

#include "vec_common.h"
#include "vec_math.h"
#include "panel.h"

#endif
