/* vec.h: what the vector layer offers, and the short names for it. Included by the vec_<set>.h that
 * opens a section (see rt.h), never directly.
 *
 * vf is a vector of V_LANES floats: scalar 1, sse2 8, avx2 16, avx512 16, neon 16, so that most sets read a
 * whole line of cache at once (sse2 has too few registers for it). It is V_PARTS of the machine's
 * registers: sse2 2, avx2 2, neon 4, else 1. V_FUSED is 1 where v_fma rounds once. With RT_STRICT (rt.h)
 * vf is 16 floats on every set and nothing is fused; V_ORDER is the V_PARTS that the order of sums goes by. Every name below is a static inline function, of each set its own
 * (v_add_avx2), which the macros at the end select.
 *
 * Memory. Pointers need no alignment beyond a float's.
 *   v_load(p)  v_store(p, a)      V_LANES floats
 *   v_load_n(p, n)                the first min(n, V_LANES) floats, 0 in the other lanes
 *   v_store_n(p, a, n)            the first min(n, V_LANES) lanes; memory beyond is not touched
 *   v_set1(x)                     x in every lane
 *
 * Arithmetic, lane by lane, rounded as IEEE 754 says.
 *   v_add v_sub v_mul v_div (a, b)   v_sqrt(a)
 *   v_fma(a, b, c)                a * b + c, fused where the set has it (avx2, avx512, neon)
 *   v_neg(a)  v_abs(a)            the sign bit only
 *   v_copysign(a, s)              |a| with the sign of s
 *   v_min(a, b)                   a < b ? a : b, so b when either is NaN
 *   v_max(a, b)                   a > b ? a : b, so b when either is NaN: v_min(hi, v_max(lo, x))
 *                                 clamps x and keeps its NaN
 *   v_floor(a)  v_trunc(a)        the sign of zero is kept
 *   v_round(a)                    to the nearest integer, a tie away from zero, as roundf
 *
 * Truth values are floats: 1 and 0 as results, anything that is not 0 (NaN too) counts as true.
 *   v_lt v_le v_gt v_ge v_eq v_ne (a, b)   as C's operators, so with a NaN only v_ne is true
 *   v_and v_or (a, b)   v_not(a)
 *   v_where(c, a, b)              c != 0 ? a : b
 * Within an expression the mask type vm saves the way through floats:
 *   vm_lt vm_le vm_eq vm_ne (a, b) -> vm,   v_select(m, a, b) = m ? a : b
 *
 * Across lanes, to one float: the second half of the lanes onto the first, until one is left.
 *   v_sum(a)  v_hmax(a)  v_hmin(a)          the latter two: of a vector with NaN, any lane
 *
 *   v_sum4(y, a, b, c, d)         the sums of all four, to y[0] to y[3]: less work than four times v_sum
 *
 * Functions (vec_math.h, which states their accuracy): v_exp v_expm1 v_log v_log1p v_tanh v_sigmoid
 * v_erf v_sin v_cos (a), v_pow v_mod v_sigmoid_tanh (a, b). Packed products: v_panel1 to v_panel8
 * (panel.h).
 *
 * For vec_math.h rather than for emitted code:
 *   v_keep(a)                     a itself, but -ffast-math may not reorder arithmetic across it
 *   v_nearest(a)                  to an integer for |a| < 2^22, ties to either side (with RT_STRICT: to even)
 *   v_scale2(a, n)                a * 2^n for integers n in [-252, 254], rounded once, to a subnormal
 *                                 or to infinity if need be
 *   v_pow2(n)                     2^n for integers n in [-126, 127]
 *   v_split2(a, &e)               for normal a > 0: m in [sqrt(1/2), sqrt(2)) and e with a = m * 2^e
 */
#ifndef RT_VEC_H
#define RT_VEC_H

#include <math.h>
#include "rt.h"
#if RT_STRICT
#include "strict_math.h"
#endif

#if RT_ON_X86
#include <immintrin.h>
#elif RT_ON_NEON
#include <arm_neon.h>
#endif

/* Without optimisation, inlining everything makes compiling take minutes. */
#ifdef __OPTIMIZE__
#define RT_INLINE static inline __attribute__((always_inline, unused))
#else
#define RT_INLINE static inline __attribute__((unused))
#endif

#if RT_STRICT
#define V_ORDER 2
#else
#define V_ORDER V_PARTS
#endif

#define vf RT_FN(vf)
#define vm RT_FN(vm)
#define vi RT_FN(vi)

#define v_load RT_FN(v_load)
#define v_store RT_FN(v_store)
#define v_load_n RT_FN(v_load_n)
#define v_store_n RT_FN(v_store_n)
#define v_set1 RT_FN(v_set1)

#define v_add RT_FN(v_add)
#define v_sub RT_FN(v_sub)
#define v_mul RT_FN(v_mul)
#define v_div RT_FN(v_div)
#define v_sqrt RT_FN(v_sqrt)
#define v_fma RT_FN(v_fma)
#define v_neg RT_FN(v_neg)
#define v_abs RT_FN(v_abs)
#define v_copysign RT_FN(v_copysign)
#define v_min RT_FN(v_min)
#define v_max RT_FN(v_max)
#define v_floor RT_FN(v_floor)
#define v_trunc RT_FN(v_trunc)
#define v_round RT_FN(v_round)

#define vm_lt RT_FN(vm_lt)
#define vm_le RT_FN(vm_le)
#define vm_eq RT_FN(vm_eq)
#define vm_ne RT_FN(vm_ne)
#define v_select RT_FN(v_select)
#define v_lt RT_FN(v_lt)
#define v_le RT_FN(v_le)
#define v_gt RT_FN(v_gt)
#define v_ge RT_FN(v_ge)
#define v_eq RT_FN(v_eq)
#define v_ne RT_FN(v_ne)
#define v_where RT_FN(v_where)
#define v_and RT_FN(v_and)
#define v_or RT_FN(v_or)
#define v_not RT_FN(v_not)
#define v_truth RT_FN(v_truth)

#define v_sum RT_FN(v_sum)
#define v_sum4 RT_FN(v_sum4)
#define v_hmax RT_FN(v_hmax)
#define v_hmin RT_FN(v_hmin)

#define v_keep RT_FN(v_keep)
#define v_nearest RT_FN(v_nearest)
#define v_scale2 RT_FN(v_scale2)
#define v_pow2 RT_FN(v_pow2)
#define v_split2 RT_FN(v_split2)
#define vi_from RT_FN(vi_from)
#define vi_to RT_FN(vi_to)
#define vi_bits RT_FN(vi_bits)
#define vi_float RT_FN(vi_float)
#define vi_set1 RT_FN(vi_set1)
#define vi_add RT_FN(vi_add)
#define vi_sub RT_FN(vi_sub)
#define vi_shl23 RT_FN(vi_shl23)
#define vi_sar23 RT_FN(vi_sar23)
#define vi_sar1 RT_FN(vi_sar1)

/* The same for one register, where a vector is several of them: vec_parts.h. */
#define v_reg RT_FN(v_reg)
#define v_regm RT_FN(v_regm)
#define v_regi RT_FN(v_regi)
#define v_reg_load RT_FN(v_reg_load)
#define v_reg_store RT_FN(v_reg_store)
#define v_reg_load_n RT_FN(v_reg_load_n)
#define v_reg_store_n RT_FN(v_reg_store_n)
#define v_reg_set1 RT_FN(v_reg_set1)
#define v_reg_add RT_FN(v_reg_add)
#define v_reg_sub RT_FN(v_reg_sub)
#define v_reg_mul RT_FN(v_reg_mul)
#define v_reg_div RT_FN(v_reg_div)
#define v_reg_sqrt RT_FN(v_reg_sqrt)
#define v_reg_fma RT_FN(v_reg_fma)
#define v_reg_neg RT_FN(v_reg_neg)
#define v_reg_abs RT_FN(v_reg_abs)
#define v_reg_copysign RT_FN(v_reg_copysign)
#define v_reg_min RT_FN(v_reg_min)
#define v_reg_max RT_FN(v_reg_max)
#define v_reg_floor RT_FN(v_reg_floor)
#define v_reg_trunc RT_FN(v_reg_trunc)
#define v_reg_select RT_FN(v_reg_select)
#define v_reg_sum RT_FN(v_reg_sum)
#define v_reg_sum4 RT_FN(v_reg_sum4)
#define v_reg_hmax RT_FN(v_reg_hmax)
#define v_reg_hmin RT_FN(v_reg_hmin)
#define v_reg_keep RT_FN(v_reg_keep)
#define v_reg_nearest RT_FN(v_reg_nearest)
#define v_regm_lt RT_FN(v_regm_lt)
#define v_regm_le RT_FN(v_regm_le)
#define v_regm_eq RT_FN(v_regm_eq)
#define v_regm_ne RT_FN(v_regm_ne)
#define v_regi_from RT_FN(v_regi_from)
#define v_regi_to RT_FN(v_regi_to)
#define v_regi_bits RT_FN(v_regi_bits)
#define v_regi_float RT_FN(v_regi_float)
#define v_regi_set1 RT_FN(v_regi_set1)
#define v_regi_add RT_FN(v_regi_add)
#define v_regi_sub RT_FN(v_regi_sub)
#define v_regi_shl23 RT_FN(v_regi_shl23)
#define v_regi_sar23 RT_FN(v_regi_sar23)
#define v_regi_sar1 RT_FN(v_regi_sar1)

#define v_expm1_core RT_FN(v_expm1_core)
#define v_log_core RT_FN(v_log_core)
#define v_lanes1 RT_FN(v_lanes1)
#define v_lanes2 RT_FN(v_lanes2)
#define v_mod_one RT_FN(v_mod_one)
#define v_exp RT_FN(v_exp)
#define v_expm1 RT_FN(v_expm1)
#define v_log RT_FN(v_log)
#define v_log1p RT_FN(v_log1p)
#define v_tanh RT_FN(v_tanh)
#define v_sigmoid RT_FN(v_sigmoid)
#define v_sigmoid_tanh RT_FN(v_sigmoid_tanh)
#define v_erf RT_FN(v_erf)
#define v_sin RT_FN(v_sin)
#define v_cos RT_FN(v_cos)
#define v_pow RT_FN(v_pow)
#define v_mod RT_FN(v_mod)

#define v_panel1 RT_FN(v_panel1)
#define v_panel2 RT_FN(v_panel2)
#define v_panel3 RT_FN(v_panel3)
#define v_panel4 RT_FN(v_panel4)
#define v_panel5 RT_FN(v_panel5)
#define v_panel6 RT_FN(v_panel6)
#define v_panel7 RT_FN(v_panel7)
#define v_panel8 RT_FN(v_panel8)

#endif
