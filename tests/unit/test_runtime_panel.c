/* test_runtime_panel.c: the packed products of panel.h, of every instruction set up to rt_isa(), for
 * one to eight products and for lengths around the number of chains: against double precision, and the
 * order of their additions to the bit; and rt_panels_f32, which must give the bits of v_panel1 to 8.
 */
#ifndef RT_SECTION

#include <math.h>
#include "runtime_kernels.h"

enum { WIDEST = 16 };

typedef struct Layer {
    size_t lanes;
    int fused;
    size_t chains[8];
    void (*panel[8])(const float *w, const float *x, size_t n, float *acc);
} Layer;

#define SELF "test_runtime_panel.c"
#include "runtime_sections.h"

static const Layer *const layers[RT_ISA_COUNT] = LAYER_TABLE;

/* Two panels of g products. w and x have exactly their size, for the sanitizers and valgrind; the
 * sums that a panel does not have must stay as they are. */
static void check_panel(const Layer *layer, const char *set, size_t g, size_t n)
{
    const size_t panels = 2, size = panels * n * g * RT_PANEL;
    float *w = (float *)malloc(size * sizeof *w + 1), *x = (float *)malloc(n * sizeof *x + 1);
    float acc[8 * WIDEST], want[8 * WIDEST];
    size_t i, j, k, lane;

    for (i = 0; i < size; i++)
        w[i] = random_float(1.0f);
    for (i = 0; i < n; i++)
        x[i] = random_float(1.0f);
    for (j = 0; j < panels * RT_PANEL; j += layer->lanes) {
        const float *at = w + j / RT_PANEL * (n * g * RT_PANEL) + j % RT_PANEL;
        for (i = 0; i < 8 * WIDEST; i++)
            acc[i] = want[i] = random_float(1.0f);
        layer->panel[g - 1](at, x, n, acc);
        for (i = 0; i < 8; i++)
            for (lane = 0; lane < layer->lanes; lane++) {
                double sum = (double)want[i * WIDEST + lane];
                for (k = 0; k < n && i < g; k++)
                    sum += (double)at[(k * g + i) * RT_PANEL + lane] * (double)x[k];
                expect(close_to(acc[i * WIDEST + lane], sum, 1e-7 * (double)(n + 1)),
                       "v_panel%zu %s, n = %zu: sum %zu, lane %zu", g, set, n, i, lane);
            }
    }
    free(w);
    free(x);
}

static const size_t ns[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 64, 99, 100};

START_TEST(test_panels)
{
    size_t g, i;
    int isa;

    FOR_EACH_SET(isa)
    for (g = 1; g <= 8; g++)
        for (i = 0; i < COUNT(ns); i++)
            check_panel(layers[isa], rt_isa_name(isa), g, ns[i]);
}
END_TEST

/* One lane's sum in the order that panel.h states. */
static float sum_in_order(const float *w, const float *x, size_t n, size_t g, float start,
                          const Layer *layer)
{
    const size_t chains = layer->chains[g - 1];
    float chain[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    size_t k;

    chain[0] = start;
    for (k = 0; k < n; k++) {
        volatile float product = w[k * g * RT_PANEL] * x[k]; /* rounded, where the set rounds it */
        float *c = &chain[k % chains];
        *c = layer->fused ? fmaf(w[k * g * RT_PANEL], x[k], *c) : *c + product;
    }
    if (chains == 4)
        return (chain[0] + chain[1]) + (chain[2] + chain[3]);
    return chains == 2 ? chain[0] + chain[1] : chain[0];
}

static void check_panels(int isa, size_t g, size_t n, size_t steps, size_t panels, int started)
{
    const size_t size = g * RT_PANEL, x_stride = n + 3;
    const char *set = rt_isa_name(isa);
    const Layer *layer = layers[isa];
    float *w = random_floats(panels * n * size, 1.0f), *start = random_floats(panels * size, 1.0f);
    float *x = random_floats(steps > 0 ? (steps - 1) * x_stride + n : 0, 1.0f);
    float *y = (float *)guarded(steps * panels * size);
    size_t i, j, p, t, lane;

    kernels[isa].panels_f32(y, w, started ? start : NULL, x, x_stride, steps, panels, n, g);
    for (t = 0; t < steps; t++)
        for (p = 0; p < panels; p++)
            for (j = 0; j < RT_PANEL; j += layer->lanes) {
                float acc[8 * WIDEST] = {0.0f};
                for (i = 0; i < g && started; i++)
                    memcpy(acc + i * WIDEST, start + p * size + i * RT_PANEL + j, layer->lanes * sizeof *acc);
                layer->panel[g - 1](w + p * n * size + j, x + t * x_stride, n, acc);
                for (i = 0; i < g; i++)
                    for (lane = 0; lane < layer->lanes; lane++) {
                        const size_t at = i * RT_PANEL + j + lane;
                        const float got = y[(t * panels + p) * size + at], want = acc[i * WIDEST + lane];
                        const float from = started ? start[p * size + at] : 0.0f;
                        const float order = sum_in_order(w + p * n * size + at, x + t * x_stride, n, g,
                                                         from, layer);
                        expect(memcmp(&got, &want, sizeof got) == 0 && memcmp(&got, &order, sizeof got) == 0,
                               "%s: %zu gates, n = %zu, step %zu of %zu, panel %zu, at %zu: %.9g, "
                               "v_panel %.9g, in order %.9g",
                               set, g, n, t, steps, p, at, (double)got, (double)want, (double)order);
                    }
            }
    release_guarded(y, steps * panels * size);
    free(w);
    free(start);
    free(x);
}

START_TEST(test_panels_of_many_steps)
{
    size_t g, i, steps;
    int isa;

    FOR_EACH_SET(isa)
    for (g = 1; g <= 8; g++)
        for (i = 0; i < COUNT(ns); i++)
            for (steps = 0; steps < 15; steps++)
                check_panels(isa, g, ns[i], steps, 1 + (i + steps) % 3, (int)(i + steps) % 2);
}
END_TEST

SUITE_MAIN("runtime_panel",
           tcase_add_test(tc, test_panels);
           tcase_add_test(tc, test_panels_of_many_steps);)

#else

#define PANEL(g, ...)                                                                    \
    static void RT_FN(do_panel##g)(const float *w, const float *x, size_t n, float *acc) \
    {                                                                                    \
        vf a[8];                                                                         \
        int i;                                                                           \
        for (i = 0; i < 8; i++)                                                          \
            a[i] = v_load(acc + i * WIDEST);                                             \
        v_panel##g(w, x, n, __VA_ARGS__);                                                \
        for (i = 0; i < 8; i++)                                                          \
            v_store(acc + i * WIDEST, a[i]);                                             \
    }
PANEL(1, &a[0])
PANEL(2, &a[0], &a[1])
PANEL(3, &a[0], &a[1], &a[2])
PANEL(4, &a[0], &a[1], &a[2], &a[3])
PANEL(5, &a[0], &a[1], &a[2], &a[3], &a[4])
PANEL(6, &a[0], &a[1], &a[2], &a[3], &a[4], &a[5])
PANEL(7, &a[0], &a[1], &a[2], &a[3], &a[4], &a[5], &a[6])
PANEL(8, &a[0], &a[1], &a[2], &a[3], &a[4], &a[5], &a[6], &a[7])
#undef PANEL

static const Layer RT_FN(layer) = {
    V_LANES,
    V_FUSED,
    {V_CHAINS(1), V_CHAINS(2), V_CHAINS(3), V_CHAINS(4), V_CHAINS(5), V_CHAINS(6), V_CHAINS(7), V_CHAINS(8)},
    {RT_FN(do_panel1), RT_FN(do_panel2), RT_FN(do_panel3), RT_FN(do_panel4), RT_FN(do_panel5),
     RT_FN(do_panel6), RT_FN(do_panel7), RT_FN(do_panel8)},
};
#include "vec_end.h"

#endif
