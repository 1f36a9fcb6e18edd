/* vec_parts.h: vectors of V_PARTS registers, each operation done on one register after the other. Included
 * once by each vec_<set>.h whose vectors are that, inside its section, after the operations on one
 * register (v_reg: floats, v_regm: a mask, v_regi: integers). vec.h says what each function does. */

#define V_REG_LANES (V_LANES / V_PARTS)

#if V_PARTS == 2
#define V_PARTS_OF(type) type p0, p1
#define V_EACH0(f) {f(0), f(1)}
#define V_EACH1(f, a) {f((a).p0), f((a).p1)}
#define V_EACH2(f, a, b) {f((a).p0, (b).p0), f((a).p1, (b).p1)}
#define V_EACH3(f, a, b, c) {f((a).p0, (b).p0, (c).p0), f((a).p1, (b).p1, (c).p1)}
#define V_FOLD(f, a) f((a).p0, (a).p1)
#else
#define V_PARTS_OF(type) type p0, p1, p2, p3
#define V_EACH0(f) {f(0), f(1), f(2), f(3)}
#define V_EACH1(f, a) {f((a).p0), f((a).p1), f((a).p2), f((a).p3)}
#define V_EACH2(f, a, b) \
    {f((a).p0, (b).p0), f((a).p1, (b).p1), f((a).p2, (b).p2), f((a).p3, (b).p3)}
#define V_EACH3(f, a, b, c)                                                                  \
    {f((a).p0, (b).p0, (c).p0), f((a).p1, (b).p1, (c).p1), f((a).p2, (b).p2, (c).p2), \
     f((a).p3, (b).p3, (c).p3)}
#define V_FOLD(f, a) f(f((a).p0, (a).p2), f((a).p1, (a).p3))
#endif

typedef struct vf { V_PARTS_OF(v_reg); } vf;
typedef struct vm { V_PARTS_OF(v_regm); } vm;
typedef struct vi { V_PARTS_OF(v_regi); } vi;

#define V_MAP1(result, name, from, f) \
    RT_INLINE result name(from a)     \
    {                                 \
        const result y = V_EACH1(f, a); \
        return y;                     \
    }
#define V_MAP2(result, name, from, f)     \
    RT_INLINE result name(from a, from b) \
    {                                     \
        const result y = V_EACH2(f, a, b);  \
        return y;                         \
    }

RT_INLINE vf v_set1(float x)
{
    const v_reg r = v_reg_set1(x);
#define V_SAME(i) r
    const vf y = V_EACH0(V_SAME);
    return y;
}
RT_INLINE vi vi_set1(int32_t i)
{
    const v_regi r = v_regi_set1(i);
    const vi y = V_EACH0(V_SAME);
#undef V_SAME
    return y;
}

RT_INLINE vf v_load(const float *p)
{
#define V_LOAD(i) v_reg_load(p + (i) * V_REG_LANES)
    const vf y = V_EACH0(V_LOAD);
#undef V_LOAD
    return y;
}
RT_INLINE void v_store(float *p, vf a)
{
    v_reg_store(p, a.p0);
    v_reg_store(p + V_REG_LANES, a.p1);
#if V_PARTS == 4
    v_reg_store(p + 2 * V_REG_LANES, a.p2);
    v_reg_store(p + 3 * V_REG_LANES, a.p3);
#endif
}

/* How many of the first n lanes are in register i. */
RT_INLINE size_t RT_FN(lanes_in)(size_t n, size_t i)
{
    return n > i * V_REG_LANES ? n - i * V_REG_LANES : 0;
}
RT_INLINE vf v_load_n(const float *p, size_t n)
{
    if (n >= V_LANES)
        return v_load(p);
#define V_LOAD(i) v_reg_load_n(p + (i) * V_REG_LANES, RT_FN(lanes_in)(n, i))
    const vf y = V_EACH0(V_LOAD);
#undef V_LOAD
    return y;
}
RT_INLINE void v_store_n(float *p, vf a, size_t n)
{
    if (n >= V_LANES) {
        v_store(p, a);
        return;
    }
    v_reg_store_n(p, a.p0, n);
    v_reg_store_n(p + V_REG_LANES, a.p1, RT_FN(lanes_in)(n, 1));
#if V_PARTS == 4
    v_reg_store_n(p + 2 * V_REG_LANES, a.p2, RT_FN(lanes_in)(n, 2));
    v_reg_store_n(p + 3 * V_REG_LANES, a.p3, RT_FN(lanes_in)(n, 3));
#endif
}

V_MAP1(vi, vi_bits, vf, v_regi_bits)
V_MAP1(vf, vi_float, vi, v_regi_float)
V_MAP2(vi, vi_add, vi, v_regi_add)
V_MAP2(vi, vi_sub, vi, v_regi_sub)
V_MAP1(vi, vi_shl23, vi, v_regi_shl23)
V_MAP1(vi, vi_sar23, vi, v_regi_sar23)
V_MAP1(vi, vi_sar1, vi, v_regi_sar1)
V_MAP1(vi, vi_from, vf, v_regi_from)
V_MAP1(vf, vi_to, vi, v_regi_to)

V_MAP2(vf, v_add, vf, v_reg_add)
V_MAP2(vf, v_sub, vf, v_reg_sub)
V_MAP2(vf, v_div, vf, v_reg_div)
V_MAP2(vf, v_min, vf, v_reg_min)
V_MAP2(vf, v_max, vf, v_reg_max)
V_MAP2(vf, v_copysign, vf, v_reg_copysign)
V_MAP1(vf, v_sqrt, vf, v_reg_sqrt)
V_MAP1(vf, v_neg, vf, v_reg_neg)
V_MAP1(vf, v_abs, vf, v_reg_abs)
V_MAP1(vf, v_trunc, vf, v_reg_trunc)
V_MAP1(vf, v_floor, vf, v_reg_floor)
V_MAP1(vf, v_nearest, vf, v_reg_nearest)
V_MAP1(vf, v_keep, vf, v_reg_keep)
#if RT_STRICT
/* The compiler may not see that a product is added to something: it could fuse the two. */
RT_INLINE v_reg RT_FN(v_reg_product)(v_reg a, v_reg b) { return v_reg_keep(v_reg_mul(a, b)); }
V_MAP2(vf, v_mul, vf, RT_FN(v_reg_product))
RT_INLINE vf v_fma(vf a, vf b, vf c) { return v_add(v_mul(a, b), c); }
#else
V_MAP2(vf, v_mul, vf, v_reg_mul)
RT_INLINE vf v_fma(vf a, vf b, vf c)
{
    const vf y = V_EACH3(v_reg_fma, a, b, c);
    return y;
}
#endif

V_MAP2(vm, vm_lt, vf, v_regm_lt)
V_MAP2(vm, vm_le, vf, v_regm_le)
V_MAP2(vm, vm_eq, vf, v_regm_eq)
V_MAP2(vm, vm_ne, vf, v_regm_ne)
RT_INLINE vf v_select(vm m, vf a, vf b)
{
    const vf y = V_EACH3(v_reg_select, m, a, b);
    return y;
}

RT_INLINE float v_sum(vf a) { return v_reg_sum(V_FOLD(v_reg_add, a)); }
RT_INLINE void v_sum4(float *y, vf a, vf b, vf c, vf d)
{
    v_reg_sum4(y, V_FOLD(v_reg_add, a), V_FOLD(v_reg_add, b), V_FOLD(v_reg_add, c), V_FOLD(v_reg_add, d));
}
RT_INLINE float v_hmax(vf a) { return v_reg_hmax(V_FOLD(v_reg_max, a)); }
RT_INLINE float v_hmin(vf a) { return v_reg_hmin(V_FOLD(v_reg_min, a)); }

#undef V_MAP1
#undef V_MAP2
#undef V_EACH0
#undef V_EACH1
#undef V_EACH2
#undef V_EACH3
#undef V_FOLD
#undef V_PARTS_OF
#undef V_REG_LANES
