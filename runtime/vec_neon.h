/* vec_neon.h: opens the NEON section; the vector layer with four registers of four lanes, for any 64-bit ARM processor.
 * vec.h says what each function does. */
#include "vec.h"
#define RT_SECTION 1
#define RT_SUFFIX RT_SET(neon)
#define V_LANES 16
#define V_PARTS 4
#define V_FUSED !RT_STRICT

#ifndef RT_VEC_NEON_H
#define RT_VEC_NEON_H

typedef float32x4_t v_reg;
typedef uint32x4_t v_regm;
typedef int32x4_t v_regi;

RT_INLINE v_reg v_reg_load(const float *p) { return vld1q_f32(p); }
RT_INLINE void v_reg_store(float *p, v_reg a) { vst1q_f32(p, a); }
RT_INLINE v_reg v_reg_set1(float x) { return vdupq_n_f32(x); }

RT_INLINE v_reg v_reg_load_n(const float *p, size_t n)
{
    v_reg a = vdupq_n_f32(0.0f);
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
RT_INLINE void v_reg_store_n(float *p, v_reg a, size_t n)
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

RT_INLINE v_regi v_regi_bits(v_reg a) { return vreinterpretq_s32_f32(a); }
RT_INLINE v_reg v_regi_float(v_regi i) { return vreinterpretq_f32_s32(i); }
RT_INLINE v_regi v_regi_set1(int32_t i) { return vdupq_n_s32(i); }
RT_INLINE v_regi v_regi_add(v_regi a, v_regi b) { return vaddq_s32(a, b); }
RT_INLINE v_regi v_regi_sub(v_regi a, v_regi b) { return vsubq_s32(a, b); }
RT_INLINE v_regi v_regi_shl23(v_regi i) { return vshlq_n_s32(i, 23); }
RT_INLINE v_regi v_regi_sar23(v_regi i) { return vshrq_n_s32(i, 23); }
RT_INLINE v_regi v_regi_sar1(v_regi i) { return vshrq_n_s32(i, 1); }
RT_INLINE v_regi v_regi_from(v_reg a) { return vcvtnq_s32_f32(a); }
RT_INLINE v_reg v_regi_to(v_regi i) { return vcvtq_f32_s32(i); }

RT_INLINE v_reg v_reg_add(v_reg a, v_reg b) { return vaddq_f32(a, b); }
RT_INLINE v_reg v_reg_sub(v_reg a, v_reg b) { return vsubq_f32(a, b); }
RT_INLINE v_reg v_reg_mul(v_reg a, v_reg b) { return vmulq_f32(a, b); }
RT_INLINE v_reg v_reg_div(v_reg a, v_reg b) { return vdivq_f32(a, b); }
RT_INLINE v_reg v_reg_sqrt(v_reg a) { return vsqrtq_f32(a); }
RT_INLINE v_reg v_reg_fma(v_reg a, v_reg b, v_reg c) { return vfmaq_f32(c, a, b); }
RT_INLINE v_reg v_reg_neg(v_reg a) { return vnegq_f32(a); }
RT_INLINE v_reg v_reg_abs(v_reg a) { return vabsq_f32(a); }
RT_INLINE v_reg v_reg_copysign(v_reg a, v_reg s) { return vbslq_f32(vdupq_n_u32(0x80000000u), s, a); }

RT_INLINE v_regm v_regm_lt(v_reg a, v_reg b) { return vcltq_f32(a, b); }
RT_INLINE v_regm v_regm_le(v_reg a, v_reg b) { return vcleq_f32(a, b); }
RT_INLINE v_regm v_regm_eq(v_reg a, v_reg b) { return vceqq_f32(a, b); }
RT_INLINE v_regm v_regm_ne(v_reg a, v_reg b) { return vmvnq_u32(vceqq_f32(a, b)); }
RT_INLINE v_reg v_reg_select(v_regm m, v_reg a, v_reg b) { return vbslq_f32(m, a, b); }

/* Not vminq and vmaxq, which return NaN where the layer promises b. */
RT_INLINE v_reg v_reg_min(v_reg a, v_reg b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
RT_INLINE v_reg v_reg_max(v_reg a, v_reg b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }

RT_INLINE v_reg v_reg_trunc(v_reg a) { return vrndq_f32(a); }
RT_INLINE v_reg v_reg_floor(v_reg a) { return vrndmq_f32(a); }
RT_INLINE v_reg v_reg_nearest(v_reg a) { return vrndnq_f32(a); }

/* Not vaddvq, which adds neighbours first. */
RT_INLINE float v_reg_sum(v_reg a)
{
    float32x2_t h = vadd_f32(vget_low_f32(a), vget_high_f32(a));
    return vget_lane_f32(vpadd_f32(h, h), 0);
}
RT_INLINE v_reg RT_FN(halves)(v_reg a, v_reg b)
{
    return vaddq_f32(vcombine_f32(vget_low_f32(a), vget_low_f32(b)), vcombine_f32(vget_high_f32(a), vget_high_f32(b)));
}
RT_INLINE void v_reg_sum4(float *y, v_reg a, v_reg b, v_reg c, v_reg d)
{
    vst1q_f32(y, vpaddq_f32(RT_FN(halves)(a, b), RT_FN(halves)(c, d)));
}
/* Not vmaxvq, which knows +0 from -0. */
RT_INLINE float v_reg_hmax(v_reg a)
{
    a = v_reg_max(a, vextq_f32(a, a, 2));
    return vgetq_lane_f32(v_reg_max(a, vextq_f32(a, a, 1)), 0);
}
RT_INLINE float v_reg_hmin(v_reg a)
{
    a = v_reg_min(a, vextq_f32(a, a, 2));
    return vgetq_lane_f32(v_reg_min(a, vextq_f32(a, a, 1)), 0);
}

RT_INLINE v_reg v_reg_keep(v_reg a)
{
    __asm__("" : "+w"(a));
    return a;
}

#include "vec_parts.h"
#include "vec_common.h"
#include "vec_math.h"
#include "panel.h"

#endif
