/* vec_common.h: the part of the vector layer that is the same for every set, made from the set's own
 * primitives. Included once by each vec_<set>.h, inside its section; vec.h says what it offers. */

RT_INLINE vf v_truth(vm m) { return v_select(m, v_set1(1.0f), v_set1(0.0f)); }
RT_INLINE vf v_lt(vf a, vf b) { return v_truth(vm_lt(a, b)); }
RT_INLINE vf v_le(vf a, vf b) { return v_truth(vm_le(a, b)); }
RT_INLINE vf v_gt(vf a, vf b) { return v_truth(vm_lt(b, a)); }
RT_INLINE vf v_ge(vf a, vf b) { return v_truth(vm_le(b, a)); }
RT_INLINE vf v_eq(vf a, vf b) { return v_truth(vm_eq(a, b)); }
RT_INLINE vf v_ne(vf a, vf b) { return v_truth(vm_ne(a, b)); }

RT_INLINE vf v_where(vf c, vf a, vf b) { return v_select(vm_ne(c, v_set1(0.0f)), a, b); }
RT_INLINE vf v_not(vf a) { return v_truth(vm_eq(a, v_set1(0.0f))); }
RT_INLINE vf v_and(vf a, vf b) { return v_where(a, v_ne(b, v_set1(0.0f)), v_set1(0.0f)); }
RT_INLINE vf v_or(vf a, vf b) { return v_where(a, v_set1(1.0f), v_ne(b, v_set1(0.0f))); }

/* a - trunc(a) is exact, so a tie is seen as one. */
RT_INLINE vf v_round(vf a)
{
    vf t = v_trunc(a);
    vm far = vm_le(v_set1(0.5f), v_abs(v_sub(a, t)));
    return v_copysign(v_add(v_abs(t), v_select(far, v_set1(1.0f), v_set1(0.0f))), a);
}

/* The exponent field made directly. */
RT_INLINE vf v_pow2(vf n) { return vi_float(vi_shl23(vi_add(vi_from(n), vi_set1(127)))); }

#ifndef RT_HAS_SCALE2
/* In two factors, as 2^n itself need not be a float: the first product is exact for |a| in [0.5, 2],
 * so the result is rounded once. The factors must not be multiplied first: 2^128 is infinite. */
RT_INLINE vf v_scale2(vf a, vf n)
{
    vi i = vi_from(n), half = vi_sar1(i), bias = vi_set1(127);
    vf p = vi_float(vi_shl23(vi_add(half, bias)));
    vf q = vi_float(vi_shl23(vi_add(vi_sub(i, half), bias)));
    return v_mul(v_keep(v_mul(a, p)), q);
}
#endif

/* Subtracting the bits of sqrt(1/2) makes the exponent field step where the mantissa passes sqrt(2)
 * instead of 2. */
RT_INLINE vf v_split2(vf a, vf *e)
{
    vi bits = vi_bits(a);
    vi n = vi_sar23(vi_sub(bits, vi_set1(0x3f3504f3)));
    *e = vi_to(n);
    return vi_float(vi_sub(bits, vi_shl23(n)));
}
