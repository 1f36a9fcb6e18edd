/* random.h: numbers that look random and are a function of three: a seed, a site and a counter.
 *
 * Each number is computed from nothing but its three arguments, so a value at any step can be drawn
 * alone, on any machine, in any order, and is the same everywhere: only 32-bit unsigned arithmetic is
 * used. rnnc gives each place of a model that draws a site of its own, and each element at each step a
 * counter; the user gives the seed.
 *
 * With seed and site fixed, rt_random_bits is one-to-one: 2^32 counters give every word exactly once, so
 * the period is 2^32, and rt_uniform takes each of its 2^24 values 256 times in it. Two rounds of
 * shift-multiply mixing lie between counter and result, with a key of seed and site before each, so
 * neighbouring counters differ in half of the bits, and two sites are not one sequence shifted. These
 * are numbers for music and for sampled words, not for secrets. */
#ifndef RT_RANDOM_H
#define RT_RANDOM_H

#include <stdint.h>

/* One-to-one, and every bit of x changes about half of the result's (C. Wellons, "prospecting for hash
 * functions", 2018). */
static inline uint32_t rt_random_mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    x ^= x >> 16;
    return x;
}

/* Any 32 bits. */
static inline uint32_t rt_random_bits(uint32_t seed, uint32_t site, uint32_t counter)
{
    /* 2^32 divided by the golden ratio keeps 0 and small numbers from being a key of zeros. */
    uint32_t key = rt_random_mix(seed + 0x9e3779b9u);
    uint32_t inner = rt_random_mix(key ^ site), outer = rt_random_mix(inner + 0x9e3779b9u);
    return rt_random_mix(rt_random_mix(counter + inner) ^ outer);
}

/* A number of [0, 1): a multiple of 2^-24, exact in a float, as is 1 minus it, which is never 0. */
static inline float rt_uniform(uint32_t seed, uint32_t site, uint32_t counter)
{
    return (float)(rt_random_bits(seed, site, counter) >> 8) * (1.0f / 16777216.0f);
}

#endif
