/* test_runtime_panel.c: the packed products of panel.h, of every instruction set up to rt_isa(),
 * against double precision, for one to eight products and for lengths around the number of chains.
 */
#ifndef RT_SECTION

#include <math.h>
#include "check_or_plain.h"
#include "runtime_sets.h"

enum { WIDEST = 16 };

typedef struct Layer {
    size_t lanes;
    void (*panel[8])(const float *w, const float *x, size_t n, float *acc);
} Layer;

#if RT_HAVE_SCALAR
#include "vec_scalar.h"
#include "test_runtime_panel.c"
#endif
#if RT_HAVE_SSE2
#include "vec_sse2.h"
#include "test_runtime_panel.c"
#endif
#if RT_HAVE_AVX2
#include "vec_avx2.h"
#include "test_runtime_panel.c"
#endif
#if RT_HAVE_AVX512
#include "vec_avx512.h"
#include "test_runtime_panel.c"
#endif
#if RT_HAVE_NEON
#include "vec_neon.h"
#include "test_runtime_panel.c"
#endif

static const Layer *const layers[RT_ISA_COUNT] = LAYER_TABLE;

static uint64_t seed = 1;

static float random_float(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (float)(int32_t)(seed >> 32) * (1.0f / 2147483648.0f);
}

/* Two panels of g products. w and x have exactly their size, for the sanitizers and valgrind; the
 * sums that a panel does not have must stay as they are. */
static void check_panel(const Layer *layer, const char *set, size_t g, size_t n)
{
    const size_t panels = 2, size = panels * n * g * RT_PANEL;
    float *w = (float *)malloc(size * sizeof *w + 1), *x = (float *)malloc(n * sizeof *x + 1);
    float acc[8 * WIDEST], want[8 * WIDEST];
    size_t i, j, k, lane;

    for (i = 0; i < size; i++)
        w[i] = random_float();
    for (i = 0; i < n; i++)
        x[i] = random_float();
    for (j = 0; j < panels * RT_PANEL; j += layer->lanes) {
        const float *at = w + j / RT_PANEL * (n * g * RT_PANEL) + j % RT_PANEL;
        for (i = 0; i < 8 * WIDEST; i++)
            acc[i] = want[i] = random_float();
        layer->panel[g - 1](at, x, n, acc);
        for (i = 0; i < 8; i++)
            for (lane = 0; lane < layer->lanes; lane++) {
                double sum = (double)want[i * WIDEST + lane];
                for (k = 0; k < n && i < g; k++)
                    sum += (double)at[(k * g + i) * RT_PANEL + lane] * (double)x[k];
                expect(fabs((double)acc[i * WIDEST + lane] - sum) <= 1e-7 * (double)(n + 1),
                       "v_panel%zu %s, n = %zu: sum %zu, lane %zu", g, set, n, i, lane);
            }
    }
    free(w);
    free(x);
}

START_TEST(test_panels)
{
    static const size_t ns[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 64, 100};
    size_t g, i;
    int isa;

    FOR_EACH_SET(isa)
    for (g = 1; g <= 8; g++)
        for (i = 0; i < sizeof ns / sizeof *ns; i++)
            check_panel(layers[isa], rt_isa_name(isa), g, ns[i]);
}
END_TEST

SUITE_MAIN("runtime_panel", tcase_add_test(tc, test_panels);)

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
    {RT_FN(do_panel1), RT_FN(do_panel2), RT_FN(do_panel3), RT_FN(do_panel4), RT_FN(do_panel5),
     RT_FN(do_panel6), RT_FN(do_panel7), RT_FN(do_panel8)},
};
#include "vec_end.h"

#endif
