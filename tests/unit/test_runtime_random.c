/* test_runtime_random.c: whether random.h's numbers look random, by statistics whose distribution is
 * known, for small seeds, sites and counters, which are those in use: uniformity, neighbouring counters,
 * sites and seeds beside each other, and single bits. All numbers are fixed, so nothing here fails by
 * chance; bounds are five standard deviations and more of what true randomness gives. */
#include "random.h"

#include <math.h>
#include <stdlib.h>
#include "check_or_plain.h"

enum { SEEDS = 4, SITES = 5, DRAWS = 1 << 16 };

/* The known value of the first numbers: the same for ever, on every machine. */
START_TEST(test_values)
{
    static const uint32_t want[4] = {0xde566197u, 0x626a965eu, 0xe4f7a191u, 0xca5ea286u};
    uint32_t i;

    for (i = 0; i < 4; i++)
        expect(rt_random_bits(i, i * 3, i * 5) == want[i], "%u: 0x%08x", (unsigned)i, (unsigned)rt_random_bits(i, i * 3, i * 5));
    expect(rt_random_bits(1, 2, 3) != rt_random_bits(2, 1, 3), "seed and site are one");
}
END_TEST

/* Chi square over 256 equal parts of [0, 1): mean 255, standard deviation 22.6. */
static double chi_square(uint32_t seed, uint32_t site)
{
    static int32_t count[256];
    double sum = 0.0;
    uint32_t i;

    for (i = 0; i < 256; i++)
        count[i] = 0;
    for (i = 0; i < DRAWS; i++) {
        float u = rt_uniform(seed, site, i);
        expect(u >= 0.0f && u < 1.0f, "%g", (double)u);
        count[(int)(u * 256.0f)]++;
    }
    for (i = 0; i < 256; i++)
        sum += (count[i] - DRAWS / 256.0) * (count[i] - DRAWS / 256.0) / (DRAWS / 256.0);
    return sum;
}

START_TEST(test_uniformity)
{
    uint32_t seed, site;

    for (seed = 0; seed < SEEDS; seed++)
        for (site = 0; site < SITES; site++) {
            double chi = chi_square(seed, site);
            expect(chi > 160.0 && chi < 370.0, "seed %u, site %u: chi square %g", (unsigned)seed, (unsigned)site, chi);
        }
}
END_TEST

/* The correlation of two sequences of DRAWS numbers; 1 / sqrt(DRAWS) = 0.004 is one standard deviation. */
static double correlation(uint32_t seed, uint32_t site, uint32_t first, uint32_t seed2, uint32_t site2, uint32_t first2)
{
    double sum = 0.0;
    uint32_t i;

    for (i = 0; i < DRAWS; i++)
        sum += ((double)rt_uniform(seed, site, first + i) - 0.5) * ((double)rt_uniform(seed2, site2, first2 + i) - 0.5);
    return sum * 12.0 / DRAWS;
}

START_TEST(test_neighbours)
{
    static const uint32_t lags[] = {1, 2, 3, 4, 8, 16, 64, 256, 1024, 65536, 1u << 24, 1u << 31};
    uint32_t i, a, b;

    for (i = 0; i < sizeof lags / sizeof *lags; i++)
        expect(fabs(correlation(1, 0, 0, 1, 0, lags[i])) < 0.02, "lag %u", (unsigned)lags[i]);
    for (a = 0; a < SITES; a++)
        for (b = 0; b < SITES; b++) {
            if (a < b)
                expect(fabs(correlation(1, a, 0, 1, b, 0)) < 0.02, "sites %u and %u", (unsigned)a, (unsigned)b);
            if (a < b)
                expect(fabs(correlation(a, 0, 0, b, 0, 0)) < 0.02, "seeds %u and %u", (unsigned)a, (unsigned)b);
            if (a != b)
                expect(fabs(correlation(a, b, 0, b, a, 0)) < 0.02, "seed and site %u and %u", (unsigned)a, (unsigned)b);
        }
}
END_TEST

/* No site is another one shifted: of 2^16 numbers of each none has the same 32 bits at a fixed distance. */
START_TEST(test_shifts)
{
    uint32_t shift, i;

    for (shift = 0; shift < 2000; shift++) {
        uint32_t same = 0;
        for (i = 0; i < 64; i++)
            same += rt_random_bits(1, 0, i + shift) == rt_random_bits(1, 1, i);
        expect(same < 2, "site 1 is site 0 shifted by %u", (unsigned)shift);
    }
}
END_TEST

/* A bit of the seed, the site or the counter turns every bit of the result in half of all cases. */
START_TEST(test_avalanche)
{
    enum { TRIES = 4096 };
    uint32_t which, bit, out, i;

    for (which = 0; which < 3; which++)
        for (bit = 0; bit < 32; bit++) {
            int32_t turned[32] = {0};
            for (i = 0; i < TRIES; i++) {
                uint32_t one = 1u << bit, a = rt_random_bits(i % 7, i % 5, i);
                uint32_t b = rt_random_bits(i % 7 ^ (which == 0 ? one : 0), i % 5 ^ (which == 1 ? one : 0), i ^ (which == 2 ? one : 0));
                for (out = 0; out < 32; out++)
                    turned[out] += (int32_t)((a ^ b) >> out & 1);
            }
            for (out = 0; out < 32; out++)
                expect(abs(turned[out] - TRIES / 2) < 250, "argument %u, bit %u turns bit %u %d times of %d", (unsigned)which, (unsigned)bit,
                       (unsigned)out, (int)turned[out], TRIES);
        }
}
END_TEST

/* A site of its own is a permutation: no word of a block comes twice. */
static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

START_TEST(test_no_word_twice)
{
    enum { BLOCK = 1 << 18 };
    uint32_t *words = (uint32_t *)malloc(BLOCK * sizeof *words), i;

    for (i = 0; i < BLOCK; i++)
        words[i] = rt_random_bits(9, 4, i);
    qsort(words, BLOCK, sizeof *words, compare);
    for (i = 1; i < BLOCK; i++)
        expect(words[i - 1] != words[i], "0x%08x comes twice", (unsigned)words[i]);
    free(words);
}
END_TEST

SUITE_MAIN("runtime_random",
           tcase_add_test(tc, test_values);
           tcase_add_test(tc, test_uniformity);
           tcase_add_test(tc, test_neighbours);
           tcase_add_test(tc, test_shifts);
           tcase_add_test(tc, test_avalanche);
           tcase_add_test(tc, test_no_word_twice);)
