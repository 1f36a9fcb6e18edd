/* vec_fast.h: shorter versions of the functions that cells consist of, in place of those of vec_math.h
 * where RT_FAST_MATH is defined before the sections are opened. Included once by each vec_<set>.h then.
 *
 *   tanh            relative error below 2e-6
 *   sigmoid         absolute error below 1.2e-6: small results are not precise
 *   sigmoid_tanh    absolute error below 4e-6
 *
 * tanh and sigmoid never leave [-1, 1] and [0, 1]; a NaN gives NaN. Beyond 7 and 14 they are constant,
 * up to 1.7e-6 from their limits. */

/* tanh x = x p / q, a minimax fit of the relative error in x^2, for |x| <= 7 */
typedef struct RT_FN(v_ratio) {
    vf x, p, q;
} RT_FN(v_ratio);

RT_INLINE RT_FN(v_ratio) RT_FN(v_tanh_ratio)(vf x)
{
    RT_FN(v_ratio) r;
    vf y, y2, low, high;

    r.x = v_min(v_set1(7.0f), v_max(v_set1(-7.0f), x));
    y = v_mul(r.x, r.x);
    y2 = v_mul(y, y);
    low = v_fma(v_set1(0.123220509f), y, v_set1(0.999998967f));
    high = v_fma(v_set1(3.99585667e-6f), y, v_set1(0.00229308538f));
    r.p = v_fma(high, y2, low);
    low = v_fma(v_set1(0.456546107f), y, v_set1(1.0f));
    high = v_fma(v_set1(1.43984107e-4f), y, v_set1(0.021151598f));
    r.q = v_fma(high, y2, low);
    return r;
}

RT_INLINE vf v_tanh(vf x)
{
    RT_FN(v_ratio) r = RT_FN(v_tanh_ratio)(x);
    return v_div(v_mul(r.x, r.p), r.q);
}

/* 1/2 + tanh(x / 2) / 2 */
RT_INLINE vf v_sigmoid(vf x)
{
    RT_FN(v_ratio) r = RT_FN(v_tanh_ratio)(v_mul(x, v_set1(0.5f)));
    return v_div(v_fma(r.x, r.p, r.q), v_add(r.q, r.q));
}

RT_INLINE vf v_sigmoid_tanh(vf a, vf b)
{
    RT_FN(v_ratio) r = RT_FN(v_tanh_ratio)(v_mul(a, v_set1(0.5f))), s = RT_FN(v_tanh_ratio)(b);
    return v_div(v_mul(v_fma(r.x, r.p, r.q), v_mul(s.x, s.p)), v_mul(v_add(r.q, r.q), s.q));
}
