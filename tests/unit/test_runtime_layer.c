/* test_runtime_layer.c: the primitives of the vector layer (vec.h), of every instruction set up to
 * rt_isa(), against plain C: to the bit where the layer promises it, for special and random values,
 * and with memory that faults right behind the operands; and rt_isa() itself. */
#ifndef RT_SECTION

#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "check_or_plain.h"
#include "runtime_sets.h"

/* Each with what it must give for floats a and b; for NaN any NaN will do. */
#define PRIMITIVES(F)                                                                     \
    F(add, v_add(a, b), p + q)                                                            \
    F(sub, v_sub(a, b), p - q)                                                            \
    F(mul, v_mul(a, b), p *q)                                                             \
    F(div, v_div(a, b), p / q)                                                            \
    F(fma, v_fma(a, b, v_set1(0.1f)), fused ? fmaf(p, q, 0.1f) : unfused_fma(p, q, 0.1f)) \
    F(min, v_min(a, b), p < q ? p : q)                                                    \
    F(max, v_max(a, b), p > q ? p : q)                                                    \
    F(copysign, v_copysign(a, b), copysignf(p, q))                                        \
    F(neg, v_neg(a), -p)                                                                  \
    F(abs, v_abs(a), fabsf(p))                                                            \
    F(sqrt, v_sqrt(a), sqrtf(p))                                                          \
    F(floor, v_floor(a), floorf(p))                                                       \
    F(trunc, v_trunc(a), truncf(p))                                                       \
    F(round, v_round(a), roundf(p))                                                       \
    F(lt, v_lt(a, b), p < q)                                                              \
    F(le, v_le(a, b), p <= q)                                                             \
    F(gt, v_gt(a, b), p > q)                                                              \
    F(ge, v_ge(a, b), p >= q)                                                             \
    F(eq, v_eq(a, b), p == q)                                                             \
    F(ne, v_ne(a, b), p != q)                                                             \
    F(and, v_and(a, b), p != 0 && q != 0)                                                 \
    F(or, v_or(a, b), p != 0 || q != 0)                                                   \
    F(not, v_not(a), !(p != 0))                                                           \
    F(where, v_where(a, b, v_set1(3.0f)), p != 0 ? q : 3.0f)                              \
    F(select_lt, v_select(vm_lt(a, b), a, b), p < q ? p : q)                              \
    F(select_le, v_select(vm_le(a, b), v_set1(1.0f), b), p <= q ? 1.0f : q)               \
    F(select_eq, v_select(vm_eq(a, b), v_set1(1.0f), a), p == q ? 1.0f : p)               \
    F(select_ne, v_select(vm_ne(a, b), v_set1(1.0f), a), p != q ? 1.0f : p)               \
    F(keep, v_keep(a), p)

enum primitive {
#define F(name, vector, plain) PRIMITIVE_##name,
    PRIMITIVES(F)
#undef F
    PRIMITIVE_COUNT
};

typedef void Apply2(float *y, const float *a, const float *b);

typedef struct Layer {
    size_t lanes;
    int fused;
    Apply2 *primitive[PRIMITIVE_COUNT];
    Apply2 *scale2, *split2; /* split2: the exponents go to y + WIDEST */
    void (*across)(float *sum_max_min, const float *a);
    void (*load_n)(float *y, const float *a, size_t n);
    void (*store_n)(float *y, const float *a, size_t n);
} Layer;

enum { WIDEST = 16 };

#define SELF "test_runtime_layer.c"
#include "runtime_sections.h"

static const Layer *const layers[RT_ISA_COUNT] = LAYER_TABLE;

static float unfused_fma(float a, float b, float c)
{
    volatile float product = a * b;
    return product + c;
}

static float plain_primitive(int primitive, int fused, float p, float q)
{
    (void)fused;
    switch (primitive) {
#define F(name, vector, plain) \
    case PRIMITIVE_##name:     \
        return (float)(plain);
        PRIMITIVES(F)
#undef F
    default:
        return 0.0f;
    }
}

static const char *const primitive_names[] = {
#define F(name, vector, plain) #name,
    PRIMITIVES(F)
#undef F
};

static int same(float a, float b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static uint64_t seed = 1;

static uint32_t random_bits(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 32);
}

static float random_float(void) { return (float)(int32_t)random_bits() * (1.0f / 2147483648.0f); }

static const float special[] = {
    0.0f,
    -0.0f,
    0.25f,
    0.49999997f,
    0.5f,
    -0.5f,
    0.99999994f,
    1.0f,
    -1.0f,
    1.5f,
    -1.5f,
    2.5f,
    -2.5f,
    3.0f,
    1e-45f,
    -1e-45f,
    1.17549435e-38f,
    4194303.5f,
    4194304.5f,
    -4194303.5f,
    8388607.5f,
    8388608.0f,
    -8388609.0f,
    2147483648.0f,
    -2147483648.0f,
    3e9f,
    -1e20f,
    3.40282347e38f,
    -55.0f,
    100.0f,
    INFINITY,
    -INFINITY,
    NAN,
};
enum { SPECIALS = sizeof special / sizeof *special };

/* Lanes hold different pairs: all pairs of special values, then random bits, then random numbers.
 */
static void fill_pairs(float *a, float *b, size_t round)
{
    size_t i;

    for (i = 0; i < WIDEST; i++) {
        size_t at = round * WIDEST + i;
        uint32_t bits[2] = {random_bits(), random_bits()};
        memcpy(&a[i], &bits[0], sizeof(float));
        memcpy(&b[i], &bits[1], sizeof(float));
        if (at < SPECIALS * SPECIALS) {
            a[i] = special[at / SPECIALS];
            b[i] = special[at % SPECIALS];
        } else if (round % 2) {
            a[i] = random_float() * 8.0f;
            b[i] = random_float() * 8.0f;
        }
    }
}

START_TEST(test_primitives)
{
    float a[WIDEST], b[WIDEST], y[WIDEST];
    size_t round, i;
    int isa, f;

    FOR_EACH_SET(isa)
    for (round = 0; round < 5000; round++) {
        fill_pairs(a, b, round);
        for (f = 0; f < PRIMITIVE_COUNT; f++) {
            layers[isa]->primitive[f](y, a, b);
            for (i = 0; i < layers[isa]->lanes; i++) {
                float want = plain_primitive(f, layers[isa]->fused, a[i], b[i]);
                expect(same(y[i], want), "v_%s %s (%.9g, %.9g): %.9g, not %.9g", primitive_names[f],
                       rt_isa_name(isa), (double)a[i], (double)b[i], (double)y[i], (double)want);
            }
        }
    }
}
END_TEST

/* Results that are subnormal or infinite too; then a = m 2^e put together again. */
START_TEST(test_scale2_and_split2)
{
    float a[WIDEST], n[WIDEST], y[2 * WIDEST];
    size_t i, round;
    int isa;

    FOR_EACH_SET(isa)
    for (round = 0; round < 5000; round++) {
        for (i = 0; i < WIDEST; i++) {
            a[i] = 0.5f + fabsf(random_float()) * 1.5f;
            n[i] = round < 63 ? (float)((int)(round * 8 + i % 8) - 252)
                              : (float)((int)(random_bits() % 507) - 252);
        }
        layers[isa]->scale2(y, a, n);
        for (i = 0; i < layers[isa]->lanes; i++)
            expect(same(y[i], ldexpf(a[i], (int)n[i])), "v_scale2 %s (%.9g, %g)", rt_isa_name(isa),
                   (double)a[i], (double)n[i]);
        for (i = 0; i < WIDEST; i++)
            a[i] = ldexpf(a[i], (int)n[i] / 2 + 1);
        layers[isa]->split2(y, a, n);
        for (i = 0; i < layers[isa]->lanes; i++)
            expect(y[i] >= 0.70710677f && y[i] < 1.41421366f &&
                       same(ldexpf(y[i], (int)y[WIDEST + i]), a[i]),
                   "v_split2 %s (%.9g)", rt_isa_name(isa), (double)a[i]);
    }
}
END_TEST

START_TEST(test_across_lanes)
{
    float a[WIDEST], y[3];
    size_t i, round;
    int isa;

    FOR_EACH_SET(isa)
    for (round = 0; round < 1000; round++) {
        double sum = 0.0, total = 0.0;
        float most = -INFINITY, least = INFINITY;
        for (i = 0; i < layers[isa]->lanes; i++) {
            a[i] = random_float() - (round % 2 ? 1.0f : 0.0f);
            sum += (double)a[i];
            total += fabs((double)a[i]);
            most = a[i] > most ? a[i] : most;
            least = a[i] < least ? a[i] : least;
        }
        layers[isa]->across(y, a);
        expect(fabs((double)y[0] - sum) <= total * 3e-7, "v_sum %s", rt_isa_name(isa));
        expect(y[1] == most, "v_hmax %s", rt_isa_name(isa));
        expect(y[2] == least, "v_hmin %s", rt_isa_name(isa));
    }
}
END_TEST

/* One page that may be used and one behind it that may not. */
static char *page_end(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *p =
        (char *)mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    expect(p != MAP_FAILED && mprotect(p + page, page, PROT_NONE) == 0, "no pages");
    return p + page;
}

START_TEST(test_load_n_and_store_n)
{
    float *end = (float *)(void *)page_end(), value[WIDEST], y[WIDEST];
    size_t i, n, k;
    int isa;

    for (i = 0; i < WIDEST; i++)
        value[i] = (float)(i + 1);
    FOR_EACH_SET(isa)
    for (n = 0; n <= layers[isa]->lanes + 3; n++) {
        const size_t count = n < layers[isa]->lanes ? n : layers[isa]->lanes;
        float *p = end - count;
        memcpy(p, value, count * sizeof *p);
        layers[isa]->load_n(y, p, n);
        for (i = 0; i < layers[isa]->lanes; i++)
            expect(same(y[i], i < count ? value[i] : 0.0f), "v_load_n %s %zu lane %zu",
                   rt_isa_name(isa), n, i);
        /* Writable memory behind the piece must keep what it holds, and before it as well. */
        for (k = 0; k < 64; k++)
            end[-1 - (ptrdiff_t)k] = -9.0f;
        layers[isa]->store_n(end - 24, value, n);
        for (i = 0; i < 24; i++)
            expect(same(end[(ptrdiff_t)i - 24], i < count ? value[i] : -9.0f) && end[-25] == -9.0f,
                   "v_store_n %s %zu lane %zu", rt_isa_name(isa), n, i);
        layers[isa]->store_n(p, value, n);
        expect(memcmp(p, value, count * sizeof *p) == 0, "v_store_n %s", rt_isa_name(isa));
    }
}
END_TEST

START_TEST(test_isa_names)
{
    int isa;

    expect(rt_isa_available(rt_isa()), "rt_isa() is not available");
    expect(strcmp(rt_isa_name(RT_AVX2), "avx2") == 0, "%s", rt_isa_name(RT_AVX2));
    expect(strcmp(rt_isa_name(RT_ISA_COUNT), "unknown") == 0, "a name for no set");
    expect(!rt_isa_available(-1) && !rt_isa_available(RT_ISA_COUNT), "a set that is none");
    for (isa = 0; isa < RT_ISA_COUNT; isa++) {
        setenv("RT_ISA", rt_isa_name(isa), 1);
        expect(!rt_isa_available(isa) || rt_isa() == isa, "RT_ISA=%s", rt_isa_name(isa));
    }
    unsetenv("RT_ISA");
    isa = rt_isa();
    setenv("RT_ISA", "nonsense", 1);
    expect(rt_isa() == isa, "an unknown name is not ignored");
}
END_TEST

SUITE_MAIN("runtime_layer",
           tcase_add_test(tc, test_primitives);
           tcase_add_test(tc, test_scale2_and_split2);
           tcase_add_test(tc, test_across_lanes);
           tcase_add_test(tc, test_load_n_and_store_n);
           tcase_add_test(tc, test_isa_names);) /* last: it changes the environment */

#else

#define F(name, vector, plain)                                               \
    static void RT_FN(do_##name)(float *y, const float *pa, const float *pb) \
    {                                                                        \
        vf a = v_load(pa), b = v_load(pb);                                   \
        (void)b;                                                             \
        v_store(y, vector);                                                  \
    }
PRIMITIVES(F)
#undef F

static void RT_FN(do_scale2)(float *y, const float *a, const float *n)
{
    v_store(y, v_scale2(v_load(a), v_load(n)));
}

static void RT_FN(do_split2)(float *y, const float *a, const float *unused)
{
    vf e;
    (void)unused;
    v_store(y, v_split2(v_load(a), &e));
    v_store(y + WIDEST, e);
}

static void RT_FN(do_across)(float *y, const float *a)
{
    y[0] = v_sum(v_load(a));
    y[1] = v_hmax(v_load(a));
    y[2] = v_hmin(v_load(a));
}

static void RT_FN(do_load_n)(float *y, const float *a, size_t n) { v_store(y, v_load_n(a, n)); }

static void RT_FN(do_store_n)(float *y, const float *a, size_t n) { v_store_n(y, v_load(a), n); }

static const Layer RT_FN(layer) = {
    V_LANES,          V_FUSED,
#define F(name, vector, plain) RT_FN(do_##name),
    {PRIMITIVES(F)},
#undef F
    RT_FN(do_scale2), RT_FN(do_split2), RT_FN(do_across), RT_FN(do_load_n), RT_FN(do_store_n),
};
#include "vec_end.h"

#endif
