/* vec_array.h: vectors of 16 lanes in plain C, for the scalar set with RT_STRICT: each operation is done on
 * one lane after the other, by those of vec_scalar.h. Included once by that, inside its section. vec.h says
 * what each function does. */

typedef struct vf { vf_strict_one p[V_LANES]; } vf;
typedef struct vm { vm_strict_one p[V_LANES]; } vm;
typedef struct vi { vi_strict_one p[V_LANES]; } vi;

/* Calls: inlined, sixteen lanes of everything make compiling ten times as long. */
#define RT_CALLED static __attribute__((noinline, unused))
#define V_EACH(result, value) \
    {                         \
        result y;             \
        int i;                \
        for (i = 0; i < V_LANES; i++) \
            y.p[i] = value;   \
        return y;             \
    }
#define V_MAP1(result, name, from, f) RT_CALLED result name(from a) V_EACH(result, f(a.p[i]))
#define V_MAP2(result, name, from, f) RT_CALLED result name(from a, from b) V_EACH(result, f(a.p[i], b.p[i]))

RT_CALLED vf v_load(const float *p) V_EACH(vf, p[i])
RT_CALLED vf v_load_n(const float *p, size_t n) V_EACH(vf, (size_t)i < n ? p[i] : 0.0f)
RT_CALLED vf v_set1(float x) V_EACH(vf, x)
RT_CALLED vi vi_set1(int32_t x) V_EACH(vi, x)

RT_CALLED void v_store_n(float *p, vf a, size_t n)
{
    size_t i;
    for (i = 0; i < n && i < V_LANES; i++)
        p[i] = a.p[i];
}
RT_CALLED void v_store(float *p, vf a) { v_store_n(p, a, V_LANES); }

V_MAP1(vi, vi_bits, vf, vi_bits_strict_one)
V_MAP1(vf, vi_float, vi, vi_float_strict_one)
V_MAP2(vi, vi_add, vi, vi_add_strict_one)
V_MAP2(vi, vi_sub, vi, vi_sub_strict_one)
V_MAP1(vi, vi_shl23, vi, vi_shl23_strict_one)
V_MAP1(vi, vi_sar23, vi, vi_sar23_strict_one)
V_MAP1(vi, vi_sar1, vi, vi_sar1_strict_one)
V_MAP1(vi, vi_from, vf, vi_from_strict_one)
V_MAP1(vf, vi_to, vi, vi_to_strict_one)

V_MAP2(vf, v_add, vf, v_add_strict_one)
V_MAP2(vf, v_sub, vf, v_sub_strict_one)
V_MAP2(vf, v_div, vf, v_div_strict_one)
V_MAP2(vf, v_min, vf, v_min_strict_one)
V_MAP2(vf, v_max, vf, v_max_strict_one)
V_MAP2(vf, v_copysign, vf, v_copysign_strict_one)
V_MAP1(vf, v_sqrt, vf, v_sqrt_strict_one)
V_MAP1(vf, v_neg, vf, v_neg_strict_one)
V_MAP1(vf, v_abs, vf, v_abs_strict_one)
V_MAP1(vf, v_trunc, vf, v_trunc_strict_one)
V_MAP1(vf, v_floor, vf, v_floor_strict_one)
V_MAP1(vf, v_nearest, vf, v_nearest_strict_one)
V_MAP1(vf, v_keep, vf, v_keep_strict_one)

/* The compiler may not see that a product is added to something: it could fuse the two. */
RT_CALLED vf v_mul(vf a, vf b) V_EACH(vf, v_keep_strict_one(v_mul_strict_one(a.p[i], b.p[i])))
RT_CALLED vf v_fma(vf a, vf b, vf c) { return v_add(v_mul(a, b), c); }

V_MAP2(vm, vm_lt, vf, vm_lt_strict_one)
V_MAP2(vm, vm_le, vf, vm_le_strict_one)
V_MAP2(vm, vm_eq, vf, vm_eq_strict_one)
V_MAP2(vm, vm_ne, vf, vm_ne_strict_one)
RT_CALLED vf v_select(vm m, vf a, vf b) V_EACH(vf, m.p[i] ? a.p[i] : b.p[i])

/* The second half onto the first, until one is left. */
#define V_FOLD(name, f)                   \
    RT_CALLED float name(vf a)            \
    {                                     \
        int half, i;                      \
        for (half = V_LANES / 2; half > 0; half /= 2) \
            for (i = 0; i < half; i++)    \
                a.p[i] = f(a.p[i], a.p[i + half]); \
        return a.p[0];                    \
    }
V_FOLD(v_sum, v_add_strict_one)
V_FOLD(v_hmax, v_max_strict_one)
V_FOLD(v_hmin, v_min_strict_one)
RT_CALLED void v_sum4(float *y, vf a, vf b, vf c, vf d)
{
    y[0] = v_sum(a);
    y[1] = v_sum(b);
    y[2] = v_sum(c);
    y[3] = v_sum(d);
}

#undef RT_CALLED
#undef V_EACH
#undef V_MAP1
#undef V_MAP2
#undef V_FOLD
