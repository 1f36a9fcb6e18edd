/* kernels_panel.h: products of packed weights for many steps at once. Included by kernels.c once for
 * each instruction set. The order of the additions is that of panel.h. */

RT_INLINE void RT_FN(panel_store)(float *y, const RT_FN(v_sums) *s, int g)
{
    const vf a[8] = {s->s0, s->s1, s->s2, s->s3, s->s4, s->s5, s->s6, s->s7};
    int i;

    for (i = 0; i < g; i++)
        v_store(y + i * RT_PANEL, a[i]);
}

/* One step of one panel; g is a constant at every call. */
RT_INLINE void RT_FN(panel_of_step)(float *y, const float *w, const float *start, const float *x,
                                    size_t inner, int g)
{
    vf a[8];
    size_t j;
    int i;

    for (j = 0; j < RT_PANEL; j += V_LANES) {
        for (i = 0; i < 8; i++)
            a[i] = i < g && start != NULL ? v_load(start + i * RT_PANEL + j) : v_set1(0.0f);
        RT_FN(v_sums) s = {a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]};
        RT_FN(v_panel)(&s, w + j, x, inner, g);
        RT_FN(panel_store)(y + j, &s, g);
    }
}

RT_INLINE void RT_FN(panels)(float *y, const float *w, const float *start, const float *x,
                             size_t x_stride, size_t steps, size_t panels, size_t inner, int g)
{
    const size_t size = (size_t)g * RT_PANEL;
    size_t p, t;

    for (p = 0; p < panels; p++)
        for (t = 0; t < steps; t++)
            RT_FN(panel_of_step)(y + (t * panels + p) * size, w + p * inner * size,
                                 start != NULL ? start + p * size : NULL, x + t * x_stride, inner, g);
}

void RT_FN(rt_panels_f32)(float *y, const float *w, const float *start, const float *x,
                          size_t x_stride, size_t steps, size_t panels, size_t inner, size_t gates)
{
    switch (gates) {
#define CASE(g)                                                                  \
    case g:                                                                      \
        RT_FN(panels)(y, w, start, x, x_stride, steps, panels, inner, g);        \
        break;
        CASE(1)
        CASE(2)
        CASE(3)
        CASE(4)
        CASE(5)
        CASE(6)
        CASE(7)
        CASE(8)
#undef CASE
    }
}
