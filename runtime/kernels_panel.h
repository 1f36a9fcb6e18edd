/* kernels_panel.h: products of packed weights for many steps at once. Included by kernels.c once for
 * each instruction set. The order of the additions is that of panel.h: bits do not depend on how many
 * steps are computed together.
 *
 * Panels are outermost, so that the weights of one stay in cache for all steps. Six steps share what is
 * read of them, and their sums fill the registers: for that the chains of a sum are added up one after
 * the other, the gates four or one at a time. */

/* Steps and gates whose sums are in registers. */
enum { RT_FN(TILE_STEPS) = 6, RT_FN(TILE_GATES) = V_PARTS == 1 ? 4 : 1 };

/* One chain of the sums of a tile: n terms, whose weights are w_k floats apart, the numbers of x x_k
 * apart in a step. It begins at start [gate,RT_PANEL], the same for all steps, or at 0; then the chains
 * `add` and `more` [step,gate,RT_PANEL], computed before, are added where they are not NULL. */
typedef struct RT_FN(Chain) {
    const float *w, *x, *start, *add, *more;
    size_t n, w_k, x_k, x_step, y_step;
    float *y;
} RT_FN(Chain);

/* The sums of one step of a tile. */
RT_INLINE RT_FN(v_sums) RT_FN(chain_start)(const float *start, int gates)
{
    const vf zero = v_set1(0.0f);
    RT_FN(v_sums) s = {zero, zero, zero, zero, zero, zero, zero, zero};

    if (start == NULL)
        return s;
    s.s0 = v_load(start);
    if (gates > 1)
        s.s1 = v_load(start + 1 * RT_PANEL);
    if (gates > 2)
        s.s2 = v_load(start + 2 * RT_PANEL);
    if (gates > 3)
        s.s3 = v_load(start + 3 * RT_PANEL);
    return s;
}

RT_INLINE void RT_FN(chain_end)(const RT_FN(Chain) *c, RT_FN(v_sums) *s, size_t step, int gates)
{
    float *y = c->y + step * c->y_step;
    RT_FN(v_sums) t;

    if (c->add != NULL) {
        t = RT_FN(chain_start)(c->add + step * (size_t)gates * RT_PANEL, gates);
        RT_FN(v_panel_join)(s, &t, gates);
    }
    if (c->more != NULL) {
        t = RT_FN(chain_start)(c->more + step * (size_t)gates * RT_PANEL, gates);
        RT_FN(v_panel_join)(s, &t, gates);
    }
    v_store(y, s->s0);
    if (gates > 1)
        v_store(y + 1 * RT_PANEL, s->s1);
    if (gates > 2)
        v_store(y + 2 * RT_PANEL, s->s2);
    if (gates > 3)
        v_store(y + 3 * RT_PANEL, s->s3);
}

/* The weights are loaded once for all steps: what v_panel_step loads again is in a register. */
RT_INLINE void RT_FN(chain)(const RT_FN(Chain) *c, int gates)
{
    const size_t w_k = c->w_k, x_k = c->x_k, x_step = c->x_step;
    const float *w = c->w, *x = c->x, *x3 = x + 3 * x_step;
    RT_FN(v_sums) s0 = RT_FN(chain_start)(c->start, gates), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
    size_t k;

    for (k = c->n; k > 0; k--, w += w_k, x += x_k, x3 += x_k) {
        RT_FN(v_panel_step)(&s0, w, x[0], gates);
        RT_FN(v_panel_step)(&s1, w, x[x_step], gates);
        RT_FN(v_panel_step)(&s2, w, x[2 * x_step], gates);
        RT_FN(v_panel_step)(&s3, w, x3[0], gates);
        RT_FN(v_panel_step)(&s4, w, x3[x_step], gates);
        RT_FN(v_panel_step)(&s5, w, x3[2 * x_step], gates);
    }
    RT_FN(chain_end)(c, &s0, 0, gates);
    RT_FN(chain_end)(c, &s1, 1, gates);
    RT_FN(chain_end)(c, &s2, 2, gates);
    RT_FN(chain_end)(c, &s3, 3, gates);
    RT_FN(chain_end)(c, &s4, 4, gates);
    RT_FN(chain_end)(c, &s5, 5, gates);
}

/* All chains of `tile` gates, which is a constant at every call, of a panel with g gates. */
RT_INLINE void RT_FN(tile)(float *y, size_t y_step, const float *w, const float *start, const float *x,
                           size_t x_step, size_t inner, size_t g, int tile)
{
    float sum[2][RT_FN(TILE_STEPS) * RT_FN(TILE_GATES) * RT_PANEL]; /* of chain 1, and of 2 and 3 */
    const size_t chains = V_CHAINS(g), row = g * RT_PANEL;
    size_t k;

    for (k = chains; k-- > 0;) {
        const RT_FN(Chain) c = {w + k * row,
                                x + k,
                                k == 0 ? start : NULL,
                                k == 0 && chains > 1 ? sum[0] : k == 2 ? sum[1] : NULL,
                                k == 0 && chains > 2 ? sum[1] : NULL,
                                (inner + chains - 1 - k) / chains,
                                chains * row,
                                chains,
                                x_step,
                                k == 0 ? y_step : (size_t)tile * RT_PANEL,
                                k == 0 ? y : sum[k / 2]};
        RT_FN(chain)(&c, tile);
    }
}

/* TILE_STEPS steps of a panel. */
static void RT_FN(tiles)(float *y, size_t y_step, const float *w, const float *start, const float *x,
                         size_t x_step, size_t inner, size_t g)
{
    size_t at, i, j, left;

    for (i = 0; i < g; i += RT_FN(TILE_GATES))
        for (j = 0; j < RT_PANEL; j += V_LANES) {
            const float *from;
            at = i * RT_PANEL + j;
            left = g - i;
            from = start != NULL ? start + at : NULL;
            if (RT_FN(TILE_GATES) == 1 || left == 1)
                RT_FN(tile)(y + at, y_step, w + at, from, x, x_step, inner, g, 1);
            else if (left == 2)
                RT_FN(tile)(y + at, y_step, w + at, from, x, x_step, inner, g, 2);
            else if (left == 3)
                RT_FN(tile)(y + at, y_step, w + at, from, x, x_step, inner, g, 3);
            else
                RT_FN(tile)(y + at, y_step, w + at, from, x, x_step, inner, g, 4);
        }
}

/* One step of a panel; g is a constant at every call. */
RT_INLINE void RT_FN(one_step)(float *y, const float *w, const float *start, const float *x,
                               size_t inner, int g)
{
    const vf zero = v_set1(0.0f);
    size_t j;
    int i;

    for (j = 0; j < RT_PANEL; j += V_LANES) {
        vf a[8];
        RT_FN(v_sums) s;
        for (i = 0; i < 8; i++)
            a[i] = i < g && start != NULL ? v_load(start + i * RT_PANEL + j) : zero;
        s.s0 = a[0], s.s1 = a[1], s.s2 = a[2], s.s3 = a[3];
        s.s4 = a[4], s.s5 = a[5], s.s6 = a[6], s.s7 = a[7];
        RT_FN(v_panel)(&s, w + j, x, inner, g);
        a[0] = s.s0, a[1] = s.s1, a[2] = s.s2, a[3] = s.s3;
        a[4] = s.s4, a[5] = s.s5, a[6] = s.s6, a[7] = s.s7;
        for (i = 0; i < g; i++)
            v_store(y + i * RT_PANEL + j, a[i]);
    }
}

static void RT_FN(step)(float *y, const float *w, const float *start, const float *x, size_t inner,
                        size_t g)
{
    switch (g) {
#define CASE(g)                                        \
    case g:                                            \
        RT_FN(one_step)(y, w, start, x, inner, g);     \
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

/* Where the last tile is not full it begins earlier, and computes some steps a second time. */
void RT_FN(rt_panels_f32)(float *y, const float *w, const float *start, const float *x,
                          size_t x_stride, size_t steps, size_t panels, size_t inner, size_t gates)
{
    const size_t size = gates * RT_PANEL, y_step = panels * size, tile = RT_FN(TILE_STEPS);
    size_t p, t;

    for (p = 0; p < panels; p++, y += size, w += inner * size) {
        const float *from = start != NULL ? start + p * size : NULL;
        if (steps < tile)
            for (t = 0; t < steps; t++)
                RT_FN(step)(y + t * y_step, w, from, x + t * x_stride, inner, gates);
        else
            for (t = 0; t < steps; t += tile) {
                const size_t at = t + tile <= steps ? t : steps - tile;
                RT_FN(tiles)(y + at * y_step, y_step, w, from, x + at * x_stride, x_stride, inner,
                             gates);
            }
    }
}
