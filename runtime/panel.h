/* panel.h: packed matrix-vector products whose sums stay in registers. Included once by each
 * vec_<set>.h, inside its section.
 *
 * G matrices [units, K] that share the vector x are packed as [panel][k][g][RT_PANEL]: a panel holds
 * RT_PANEL units, the last one padded with zeros, and what one step over k needs lies side by side,
 * in the order in which it is read. For the V_LANES units from unit j on,
 *
 *     vf a0 = v_load(bias0 + j), a1 = v_load(bias1 + j);
 *     v_panel2(w + j / RT_PANEL * (K * 2 * RT_PANEL) + j % RT_PANEL, x, K, &a0, &a1);
 *
 * adds the sum over k of w[(k * 2 + g) * RT_PANEL + lane] * x[k] to each a_g; v_panel1 to v_panel8
 * likewise. K may be 0. w needs no alignment beyond a float's, yet reads fastest on 64 bytes.
 *
 * One sum is a chain of additions that wait for each other. Where the sums are in few registers, each
 * is split into C chains, until some eight additions are under way. The order of the additions is part
 * of what is promised, so that another way to compute the same product, that of kernels_panel.h, can
 * give the same bits: chain k % C takes the term of k, in the order of k; chain 0 starts from the
 * accumulator, the others from 0; the sum is (0 + 1) + (2 + 3), or 0 + 1. */

/* C, by the registers that G sums take; see V_ORDER in vec.h. */
#define V_CHAINS(g) ((g) * V_ORDER <= 2 ? 4 : (g) * V_ORDER <= 6 ? 2 : 1)

typedef struct RT_FN(v_sums) {
    vf s0, s1, s2, s3, s4, s5, s6, s7;
} RT_FN(v_sums);

/* The step for one k. g is a constant at every call, so the branches disappear. */
RT_INLINE void RT_FN(v_panel_step)(RT_FN(v_sums) *s, const float *w, float x, int g)
{
    vf xk = v_set1(x);

    s->s0 = v_fma(v_load(w), xk, s->s0);
    if (g > 1)
        s->s1 = v_fma(v_load(w + 1 * RT_PANEL), xk, s->s1);
    if (g > 2)
        s->s2 = v_fma(v_load(w + 2 * RT_PANEL), xk, s->s2);
    if (g > 3)
        s->s3 = v_fma(v_load(w + 3 * RT_PANEL), xk, s->s3);
    if (g > 4)
        s->s4 = v_fma(v_load(w + 4 * RT_PANEL), xk, s->s4);
    if (g > 5)
        s->s5 = v_fma(v_load(w + 5 * RT_PANEL), xk, s->s5);
    if (g > 6)
        s->s6 = v_fma(v_load(w + 6 * RT_PANEL), xk, s->s6);
    if (g > 7)
        s->s7 = v_fma(v_load(w + 7 * RT_PANEL), xk, s->s7);
}

/* Six sums are the most that are split into chains. */
RT_INLINE void RT_FN(v_panel_join)(RT_FN(v_sums) *s, const RT_FN(v_sums) *t, int g)
{
    s->s0 = v_add(s->s0, t->s0);
    if (g > 1)
        s->s1 = v_add(s->s1, t->s1);
    if (g > 2)
        s->s2 = v_add(s->s2, t->s2);
    if (g > 3)
        s->s3 = v_add(s->s3, t->s3);
    if (g > 4)
        s->s4 = v_add(s->s4, t->s4);
    if (g > 5)
        s->s5 = v_add(s->s5, t->s5);
}

/* The first g sums; one k's weights are `row` floats from the next one's. g and chains are constants at
 * every call, so that chains disappear where there are none. */
RT_INLINE void RT_FN(v_panel_sweep)(RT_FN(v_sums) *sums, const float *w, size_t row, const float *x,
                                    size_t n, int g, int chains)
{
    const vf zero = v_set1(0.0f);
    const RT_FN(v_sums) none = {zero, zero, zero, zero, zero, zero, zero, zero};
    RT_FN(v_sums) s = *sums, t1 = none, t2 = none, t3 = none;
    size_t k = 0;

    if (chains == 4) {
        for (; k + 4 <= n; k += 4, w += 4 * row) {
            RT_FN(v_panel_step)(&s, w, x[k], g);
            RT_FN(v_panel_step)(&t1, w + row, x[k + 1], g);
            RT_FN(v_panel_step)(&t2, w + 2 * row, x[k + 2], g);
            RT_FN(v_panel_step)(&t3, w + 3 * row, x[k + 3], g);
        }
        if (k + 2 < n)
            RT_FN(v_panel_step)(&t2, w + 2 * row, x[k + 2], g);
        RT_FN(v_panel_join)(&t2, &t3, g);
    } else if (chains == 2) {
        for (; k + 2 <= n; k += 2, w += 2 * row) {
            RT_FN(v_panel_step)(&s, w, x[k], g);
            RT_FN(v_panel_step)(&t1, w + row, x[k + 1], g);
        }
    } else {
        for (; k < n; k++, w += row)
            RT_FN(v_panel_step)(&s, w, x[k], g);
    }
    if (chains == 4 && k + 1 < n)
        RT_FN(v_panel_step)(&t1, w + row, x[k + 1], g);
    if (k < n)
        RT_FN(v_panel_step)(&s, w, x[k], g);
    if (chains >= 2)
        RT_FN(v_panel_join)(&s, &t1, g);
    if (chains == 4)
        RT_FN(v_panel_join)(&s, &t2, g);
    *sums = s;
}

/* More sums than there are registers for are added in two sweeps, neither of which has several chains
 * then. */
RT_INLINE void RT_FN(v_panel)(RT_FN(v_sums) *s, const float *w, const float *x, size_t n, int g)
{
    const int most = V_PARTS == 4 ? 4 : V_PARTS == 2 ? 7 : 8, first = g <= most ? g : (g + 1) / 2;

    RT_FN(v_panel_sweep)(s, w, (size_t)g * RT_PANEL, x, n, first, V_CHAINS(g));
    if (first == 3 && g > 3) {
        RT_FN(v_sums) t = {s->s3, s->s4, s->s5, s->s6, s->s7, s->s7, s->s7, s->s7};
        RT_FN(v_panel_sweep)(&t, w + 3 * RT_PANEL, (size_t)g * RT_PANEL, x, n, g - 3, 1);
        s->s3 = t.s0;
        s->s4 = t.s1;
        s->s5 = t.s2;
    }
    if (first == 4 && g > 4) {
        RT_FN(v_sums) t = {s->s4, s->s5, s->s6, s->s7, s->s7, s->s7, s->s7, s->s7};
        RT_FN(v_panel_sweep)(&t, w + 4 * RT_PANEL, (size_t)g * RT_PANEL, x, n, g - 4, 1);
        s->s4 = t.s0;
        s->s5 = t.s1;
        s->s6 = t.s2;
        s->s7 = t.s3;
    }
}

RT_INLINE void v_panel1(const float *w, const float *x, size_t n, vf *a0)
{
    RT_FN(v_sums) s = {*a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0};
    RT_FN(v_panel)(&s, w, x, n, 1);
    *a0 = s.s0;
}

RT_INLINE void v_panel2(const float *w, const float *x, size_t n, vf *a0, vf *a1)
{
    RT_FN(v_sums) s = {*a0, *a1, *a0, *a0, *a0, *a0, *a0, *a0};
    RT_FN(v_panel)(&s, w, x, n, 2);
    *a0 = s.s0;
    *a1 = s.s1;
}

RT_INLINE void v_panel3(const float *w, const float *x, size_t n, vf *a0, vf *a1, vf *a2)
{
    RT_FN(v_sums) s = {*a0, *a1, *a2, *a0, *a0, *a0, *a0, *a0};
    RT_FN(v_panel)(&s, w, x, n, 3);
    *a0 = s.s0;
    *a1 = s.s1;
    *a2 = s.s2;
}

RT_INLINE void v_panel4(const float *w, const float *x, size_t n, vf *a0, vf *a1, vf *a2, vf *a3)
{
    RT_FN(v_sums) s = {*a0, *a1, *a2, *a3, *a0, *a0, *a0, *a0};
    RT_FN(v_panel)(&s, w, x, n, 4);
    *a0 = s.s0;
    *a1 = s.s1;
    *a2 = s.s2;
    *a3 = s.s3;
}

RT_INLINE void v_panel5(const float *w, const float *x, size_t n, vf *a0, vf *a1, vf *a2, vf *a3,
                        vf *a4)
{
    RT_FN(v_sums) s = {*a0, *a1, *a2, *a3, *a4, *a0, *a0, *a0};
    RT_FN(v_panel)(&s, w, x, n, 5);
    *a0 = s.s0;
    *a1 = s.s1;
    *a2 = s.s2;
    *a3 = s.s3;
    *a4 = s.s4;
}

RT_INLINE void v_panel6(const float *w, const float *x, size_t n, vf *a0, vf *a1, vf *a2, vf *a3,
                        vf *a4, vf *a5)
{
    RT_FN(v_sums) s = {*a0, *a1, *a2, *a3, *a4, *a5, *a0, *a0};
    RT_FN(v_panel)(&s, w, x, n, 6);
    *a0 = s.s0;
    *a1 = s.s1;
    *a2 = s.s2;
    *a3 = s.s3;
    *a4 = s.s4;
    *a5 = s.s5;
}

RT_INLINE void v_panel7(const float *w, const float *x, size_t n, vf *a0, vf *a1, vf *a2, vf *a3,
                        vf *a4, vf *a5, vf *a6)
{
    RT_FN(v_sums) s = {*a0, *a1, *a2, *a3, *a4, *a5, *a6, *a0};
    RT_FN(v_panel)(&s, w, x, n, 7);
    *a0 = s.s0;
    *a1 = s.s1;
    *a2 = s.s2;
    *a3 = s.s3;
    *a4 = s.s4;
    *a5 = s.s5;
    *a6 = s.s6;
}

RT_INLINE void v_panel8(const float *w, const float *x, size_t n, vf *a0, vf *a1, vf *a2, vf *a3,
                        vf *a4, vf *a5, vf *a6, vf *a7)
{
    RT_FN(v_sums) s = {*a0, *a1, *a2, *a3, *a4, *a5, *a6, *a7};
    RT_FN(v_panel)(&s, w, x, n, 8);
    *a0 = s.s0;
    *a1 = s.s1;
    *a2 = s.s2;
    *a3 = s.s3;
    *a4 = s.s4;
    *a5 = s.s5;
    *a6 = s.s6;
    *a7 = s.s7;
}
