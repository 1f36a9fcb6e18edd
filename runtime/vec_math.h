/* vec_math.h: elementary functions over the vector layer, written once. Included once by each
 * vec_<set>.h, inside its section. All are free of branches and of tables.
 *
 * Largest errors, in units of the last place of the true value, over all 2^32 floats:
 *
 *             fused (avx2, avx512, neon)   not fused (scalar, sse2)
 *   exp       1.05                         1.03
 *   expm1     1.60                         1.75
 *   log       0.86                         0.87
 *   log1p     1.44                         1.44
 *   tanh      2.54                         2.61
 *   sigmoid   1.75                         1.77
 *   erf       1.07                         1.42
 *
 * Subnormal results, infinities and the sign of zero are included; a NaN gives NaN. tanh and sigmoid
 * never leave [-1, 1] and [0, 1]. v_sigmoid_tanh was within 4.2 for 2 * 10^8 random pairs. The rest is
 * measured on avx2 and sse2 with tests/unit/test_runtime_math.c at -DMATH_STRIDE=1. Under -ffast-math
 * results below 1.2e-38 become 0, NaN and infinite inputs are undefined, and approximate division adds
 * an error of its own.
 */

/* e^x = 2^n (1 + p) with an integer n and |p| < 0.42, p to about half an ulp of its own. |x| < 1000.
 * ln 2 is taken off in two parts, the first with 9 zero bits at its end: n times it is exact even
 * where v_fma rounds twice. Then p = r + r^2 q(r), q minimax for the relative error of p. */
RT_INLINE vf v_expm1_core(vf x, vf *n)
{
    vf r, r2, q_low, q_high;

    *n = v_nearest(v_mul(x, v_set1(1.44269504f)));
    r = v_keep(v_fma(*n, v_set1(-0.693145752f), x));
    r = v_keep(v_fma(*n, v_set1(-1.42860677e-6f), r));
    r2 = v_mul(r, r);
    q_low = v_fma(v_set1(0.16666539f), r, v_set1(0.5f));
    q_high = v_fma(v_set1(0.00836704671f), r, v_set1(0.0416664407f));
    q_high = v_fma(v_set1(0.00139406067f), r2, q_high);
    return v_fma(r2, v_fma(q_high, r2, q_low), r);
}

/* Beyond the clamps the result is infinity or 0 all the same. */
RT_INLINE vf v_exp(vf x)
{
    vf n, p;
    x = v_min(v_set1(89.0f), v_max(v_set1(-105.0f), x));
    p = v_expm1_core(x, &n);
    return v_scale2(v_add(p, v_set1(1.0f)), n);
}

/* 2^n (p + (1 - 2^-n)): nothing cancels, since p is small beside 1 - 2^-n or n is 0. */
RT_INLINE vf v_expm1(vf x)
{
    vf n, p, y, c = v_min(v_set1(89.0f), v_max(v_set1(-18.0f), x));
    p = v_expm1_core(c, &n);
    y = v_add(p, v_sub(v_set1(1.0f), v_pow2(v_sub(v_set1(0.0f), v_min(v_set1(126.0f), n)))));
    return v_copysign(v_scale2(y, n), x);
}

#ifdef RT_FAST_MATH
#include "vec_fast.h"
#else

/* For sigmoid and tanh, which are what a cell waits for, the same in a shorter chain: n is rounded by
 * adding 1.5 * 2^23, which leaves it in the low bits (v_keep holds -ffast-math off), and 2^n is made from
 * those while r is still under way. Then c + 2^n e^r = (c + 2^n + 2^n r) + (2^n r^2) q(r): one v_fma after
 * q. Sums of powers of two, 1 + 2^n, are exact where they matter. */
typedef struct RT_FN(v_expr) {
    vf s, sr2, r, q; /* 2^n times a given power of two, times r^2; r; q */
} RT_FN(v_expr);

RT_INLINE vf RT_FN(v_expr_q)(vf r, vf r2)
{
    vf q_low = v_fma(v_set1(0.16666539f), r, v_set1(0.5f));
    vf q_high = v_fma(v_set1(0.00836704671f), r, v_set1(0.0416664407f));
    q_high = v_fma(v_set1(0.00139406067f), r2, q_high);
    return v_fma(q_high, r2, q_low);
}

/* e^-x c, c a power of two whose product with e^-x must be a normal float. */
RT_INLINE RT_FN(v_expr) RT_FN(v_expr_minus)(vf x, vf c)
{
    const vf magic = v_set1(12582912.0f);
    vf t = v_keep(v_fma(x, v_set1(1.44269504f), magic)), n = v_keep(v_sub(t, magic)), r2;
    RT_FN(v_expr) e;

    e.s = vi_float(vi_sub(vi_bits(c), vi_shl23(vi_bits(t))));
    e.r = v_keep(v_fma(n, v_set1(0.693145752f), v_neg(x)));
    e.r = v_keep(v_add(e.r, v_mul(n, v_set1(1.42860677e-6f))));
    r2 = v_mul(e.r, e.r);
    e.sr2 = v_mul(e.s, r2);
    e.q = RT_FN(v_expr_q)(e.r, r2);
    return e;
}

/* e^2x for x in [0, 10]. Where n is large, its error does not matter: with a fused v_fma a single
 * constant is enough for ln 2. */
RT_INLINE RT_FN(v_expr) RT_FN(v_expr_twice)(vf x)
{
    const vf magic = v_set1(12582912.0f);
    vf t = v_keep(v_fma(x, v_set1(2.88539008f), magic)), n = v_keep(v_sub(t, magic)), r2;
    RT_FN(v_expr) e;

    e.s = vi_float(vi_add(vi_shl23(vi_bits(t)), vi_set1(127 << 23)));
    if (V_FUSED) {
        e.r = v_keep(v_fma(n, v_set1(-0.693147182f), v_add(x, x)));
    } else {
        e.r = v_keep(v_fma(n, v_set1(-0.693145752f), v_add(x, x)));
        e.r = v_keep(v_fma(n, v_set1(-1.42860677e-6f), e.r));
    }
    r2 = v_mul(e.r, e.r);
    e.sr2 = v_mul(e.s, r2);
    e.q = RT_FN(v_expr_q)(e.r, r2);
    return e;
}

/* c + c e^x: 2^n + c is rounded where they differ much, so what it loses is added first, where it costs no
 * time. */
RT_INLINE vf RT_FN(v_expr_plus)(RT_FN(v_expr) e, vf c)
{
    vf sum = v_keep(v_add(e.s, c)), lost = v_sub(c, v_keep(v_sub(sum, e.s)));
    return v_add(v_fma(e.sr2, e.q, v_fma(e.s, e.r, lost)), sum);
}

/* e^x - 1, precise near 0. */
RT_INLINE vf RT_FN(v_expr_minus_one)(RT_FN(v_expr) e)
{
    return v_fma(e.sr2, e.q, v_fma(e.s, e.r, v_sub(e.s, v_set1(1.0f))));
}

/* 1 / (1 + e^-x), with 2^-64 as the unit, so that nothing overflows and a subnormal result is rounded
 * once, by the division. Beyond the clamps it is 0 or 1 all the same. */
RT_INLINE vf v_sigmoid(vf x)
{
    const vf c = v_set1(5.42101086e-20f);
    x = v_min(v_set1(40.0f), v_max(v_set1(-105.0f), x));
    return v_div(c, RT_FN(v_expr_plus)(RT_FN(v_expr_minus)(x, c), c));
}

/* tanh x = (e^2|x| - 1) / (e^2|x| + 1); beyond the clamp it is 1. */
RT_INLINE vf v_tanh(vf x)
{
    vf e = RT_FN(v_expr_minus_one)(RT_FN(v_expr_twice)(v_min(v_set1(10.0f), v_abs(x))));
    return v_copysign(v_div(e, v_add(e, v_set1(2.0f))), x);
}

/* sigmoid(a) * tanh(b), with one division where the product of the two has two. */
RT_INLINE vf v_sigmoid_tanh(vf a, vf b)
{
    const vf c = v_set1(5.42101086e-20f);
    vf e = RT_FN(v_expr_minus_one)(RT_FN(v_expr_twice)(v_min(v_set1(10.0f), v_abs(b)))), den;
    a = v_min(v_set1(40.0f), v_max(v_set1(-105.0f), a));
    den = RT_FN(v_expr_plus)(RT_FN(v_expr_minus)(a, c), c);
    return v_mul(v_div(e, v_mul(den, v_add(e, v_set1(2.0f)))), v_copysign(c, b));
}

#endif

/* log(1 + f) + e ln 2 for 1 + f in [sqrt(1/2), sqrt(2)): f - f^2/2 + f^3 P(f), P minimax. The first
 * part of ln 2 has 10 bits, so that e times it is exact. */
RT_INLINE vf v_log_core(vf f, vf e)
{
    vf f2 = v_mul(f, f), y = v_set1(-0.0763822198f);
    y = v_fma(y, f, v_set1(0.127640188f));
    y = v_fma(y, f, v_set1(-0.131598875f));
    y = v_fma(y, f, v_set1(0.142013326f));
    y = v_fma(y, f, v_set1(-0.166233391f));
    y = v_fma(y, f, v_set1(0.200012505f));
    y = v_fma(y, f, v_set1(-0.250008225f));
    y = v_fma(y, f, v_set1(0.333333313f));
    y = v_mul(y, v_mul(f2, f));
    y = v_fma(e, v_set1(-2.12194440e-4f), y);
    y = v_fma(f2, v_set1(-0.5f), y);
    return v_fma(e, v_set1(0.693359375f), v_keep(v_add(f, y)));
}

/* Negative: NaN. 0 of either sign: -inf. +inf and NaN: themselves. */
RT_INLINE vf v_log(vf x)
{
    vf zero = v_set1(0.0f), inf = vi_float(vi_set1(0x7f800000)), e, m, y;
    vm tiny = vm_lt(x, v_set1(1.17549435e-38f));

    m = v_split2(v_select(tiny, v_mul(x, v_set1(8388608.0f)), x), &e);
    e = v_sub(e, v_select(tiny, v_set1(23.0f), zero));
    y = v_log_core(v_sub(m, v_set1(1.0f)), e);
    y = v_select(vm_eq(x, zero), v_neg(inf), y);
    y = v_select(vm_lt(x, zero), vi_float(vi_set1(0x7fc00000)), y);
    return v_select(vm_lt(x, inf), y, x);
}

/* What 1 + x loses in rounding is put back into the mantissa. Below -1: NaN. -1: -inf. */
RT_INLINE vf v_log1p(vf x)
{
    vf one = v_set1(1.0f), inf = vi_float(vi_set1(0x7f800000)), u, lost, e, m, y;

    u = v_keep(v_add(one, x));
    lost = v_sub(x, v_keep(v_sub(u, one)));
    m = v_split2(u, &e);
    lost = v_mul(lost, v_pow2(v_neg(v_min(e, v_set1(126.0f)))));
    y = v_copysign(v_log_core(v_add(v_sub(m, one), lost), e), x);
    y = v_select(vm_eq(x, v_neg(one)), v_neg(inf), y);
    y = v_select(vm_lt(x, v_neg(one)), vi_float(vi_set1(0x7fc00000)), y);
    return v_select(vm_lt(x, inf), y, x);
}

/* x + x P(x^2) below 1 and 1 - e^-Q(|x|) above, Q a fit of -log(erfc). */
RT_INLINE vf v_erf(vf x)
{
    vf one = v_set1(1.0f), a = v_min(v_set1(3.95f), v_abs(x)), a2 = v_mul(a, a), y, q, n, s;

    y = v_set1(7.80690389e-05f);
    y = v_fma(y, a2, v_set1(-0.00079978531f));
    y = v_fma(y, a2, v_set1(0.0051871622f));
    y = v_fma(y, a2, v_set1(-0.0268533472f));
    y = v_fma(y, a2, v_set1(0.112835787f));
    y = v_fma(y, a2, v_set1(-0.37612626f));
    y = v_fma(y, a2, v_set1(0.128379166f));
    y = v_fma(a, y, a);

    q = v_set1(0.000186370962f);
    q = v_fma(q, a, v_set1(-0.00294760056f));
    q = v_fma(q, a, v_set1(0.0218379088f));
    q = v_fma(q, a, v_set1(-0.103106551f));
    q = v_fma(q, a, v_set1(-0.63814497f));
    q = v_fma(q, a, v_set1(-1.12708914f));
    q = v_fma(q, a, v_set1(-0.000341531209f));
    q = v_expm1_core(q, &n);
    s = v_pow2(n);
    q = v_sub(one, v_fma(q, s, s));
    return v_copysign(v_select(vm_lt(a, one), y, q), x);
}

/* Lane by lane: through the C library, with its accuracy and its special values, or with RT_STRICT by
 * strict_math.h. fmodf is exact in either. */
RT_INLINE vf v_lanes1(float (*f)(float), vf a)
{
    float x[V_LANES];
    int i;
    v_store(x, a);
    for (i = 0; i < V_LANES; i++)
        x[i] = f(x[i]);
    return v_load(x);
}

RT_INLINE vf v_lanes2(float (*f)(float, float), vf a, vf b)
{
    float x[V_LANES], y[V_LANES];
    int i;
    v_store(x, a);
    v_store(y, b);
    for (i = 0; i < V_LANES; i++)
        x[i] = f(x[i], y[i]);
    return v_load(x);
}

/* The remainder with the sign of b, as Python's %: exact, but for the last addition. */
RT_INLINE float v_mod_one(float a, float b)
{
    float r = fmodf(a, b);
    if (r == 0.0f)
        return __builtin_copysignf(r, b);
    return (r < 0.0f) == (b < 0.0f) ? r : r + b;
}

#if RT_STRICT
RT_INLINE vf v_sin(vf x) { return v_lanes1(rt_sin, x); }
RT_INLINE vf v_cos(vf x) { return v_lanes1(rt_cos, x); }
RT_INLINE vf v_pow(vf a, vf b) { return v_lanes2(rt_pow, a, b); }
#else
RT_INLINE vf v_sin(vf x) { return v_lanes1(sinf, x); }
RT_INLINE vf v_cos(vf x) { return v_lanes1(cosf, x); }
RT_INLINE vf v_pow(vf a, vf b) { return v_lanes2(powf, a, b); }
#endif
RT_INLINE vf v_mod(vf a, vf b) { return v_lanes2(v_mod_one, a, b); }
