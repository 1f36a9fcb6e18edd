/* strict_math.h: what RT_STRICT has in place of the C library's sinf, cosf and powf, which are not the same
 * in any two of them. One number at a time, in double precision, whose products are kept from being fused
 * with sums; so all that decides the result are IEEE 754's basic operations. Special values are those of
 * C99. Largest errors against double precision: 0.5001 ulp of sin and cos (every 23rd float), 0.5000 of pow
 * (2 * 10^7 pairs). */
#ifndef RT_STRICT_MATH_H
#define RT_STRICT_MATH_H

static inline double rt_product(double a, double b)
{
    double p = a * b;
#if defined(__x86_64__)
    __asm__("" : "+x"(p));
#elif defined(__aarch64__)
    __asm__("" : "+w"(p));
#else
    __asm__("" : "+m"(p));
#endif
    return p;
}

/* A polynomial of n coefficients, that of the highest power first. */
static inline double rt_polynomial(const double *c, int n, double x)
{
    double y = c[0];
    int i;

    for (i = 1; i < n; i++)
        y = rt_product(y, x) + c[i];
    return y;
}

/* To the nearest integer for |x| < 2^51. The sum of the product keeps compilers from folding it away. */
static inline double rt_nearest(double x)
{
    return rt_product(x + 6755399441055744.0, 1.0) - 6755399441055744.0;
}

/* m 2^e modulo 4 quarter turns for 2^20 <= m 2^e, in 64 bits of which 62 are a fraction: 96 bits of 2 / pi
 * are enough, those of higher weight are whole turns. */
static inline uint64_t rt_turns(uint32_t m, int e)
{
    /* 2 / pi, after 32 zero bits */
    static const uint32_t bits[] = {0, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu};
    const int first = e + 30, word = first / 32, shift = first % 32;
    uint32_t w[3];
    int i;

    for (i = 0; i < 3; i++)
        w[i] = (uint32_t)(((uint64_t)bits[word + i] << 32 | bits[word + i + 1]) >> (32 - shift));
    return m * ((uint64_t)w[0] << 32 | w[1]) + ((uint64_t)m * w[2] >> 32);
}

/* x = r + quarter * pi / 2 with |r| <= pi / 4. */
static inline double rt_reduced(float x, unsigned *quarter)
{
    const double a = x < 0.0f ? -(double)x : (double)x;
    double r, n;

    if (a < 1048576.0) { /* n times the first part of pi / 2, of 33 bits, is exact */
        n = rt_nearest(rt_product((double)x, 0.63661977236758134));
        *quarter = (unsigned)(int32_t)n;
        r = (double)x - rt_product(n, 1.5707963267341256);
        return r - rt_product(n, 6.077100506506192e-11);
    } else {
        uint32_t i;
        uint64_t turns, whole;
        int64_t rest;
        __builtin_memcpy(&i, &x, sizeof i);
        turns = rt_turns((i & 0x7fffffu) | 0x800000u, (int)(i >> 23 & 0xff) - 150);
        whole = (turns + ((uint64_t)1 << 61)) >> 62;
        rest = (int64_t)(turns - (whole << 62));
        r = rt_product((double)rest, 1.5707963267948966 / 4611686018427387904.0);
        *quarter = x < 0.0f ? 0u - (unsigned)whole : (unsigned)whole;
        return x < 0.0f ? -r : r;
    }
}

/* sin(x + quarter turns) */
static inline float rt_sine(float x, unsigned quarter)
{
    static const double sine[] = {-1.0 / 39916800.0, 1.0 / 362880.0, -1.0 / 5040.0, 1.0 / 120.0, -1.0 / 6.0, 1.0};
    static const double cosine[] = {1.0 / 479001600.0, -1.0 / 3628800.0, 1.0 / 40320.0, -1.0 / 720.0, 1.0 / 24.0, -0.5, 1.0};
    double r, r2, y;
    unsigned n;

    if (!(x - x == 0.0f))
        return x - x;
    r = rt_reduced(x, &n);
    n += quarter;
    r2 = rt_product(r, r);
    y = n & 1 ? rt_polynomial(cosine, 7, r2) : rt_product(r, rt_polynomial(sine, 6, r2));
    return (float)(n & 2 ? -y : y);
}

static inline float rt_sin(float x) { return rt_sine(x, 0); }
static inline float rt_cos(float x) { return rt_sine(x, 1); }

/* log2(x) for 0 < x < infinity: e + log2(m), m in [sqrt(1/2), sqrt(2)), by the series of
 * log((1 + s) / (1 - s)). */
static inline double rt_log2(double x)
{
    static const double series[] = {2.0 / 19.0, 2.0 / 17.0, 2.0 / 15.0, 2.0 / 13.0, 2.0 / 11.0,
                                    2.0 / 9.0,  2.0 / 7.0,  2.0 / 5.0,  2.0 / 3.0,  2.0};
    int64_t i, e;
    double m, s;

    __builtin_memcpy(&i, &x, sizeof i);
    e = (i - 0x3fe6a09e667f3bcd) >> 52;
    i -= (int64_t)((uint64_t)e << 52);
    __builtin_memcpy(&m, &i, sizeof m);
    s = (m - 1.0) / (m + 1.0);
    s = rt_product(s, rt_polynomial(series, 10, rt_product(s, s)));
    return (double)e + rt_product(s, 1.4426950408889634);
}

/* 2^t for |t| < 1000 */
static inline double rt_exp2(double t)
{
    static const double series[] = {1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0,
                                    1.0 / 120.0,      1.0 / 24.0,      1.0 / 6.0,      0.5,           1.0,          1.0};
    const double n = rt_nearest(t);
    const int64_t i = (int64_t)((uint64_t)((int64_t)n + 1023) << 52);
    double scale;

    __builtin_memcpy(&scale, &i, sizeof scale);
    return rt_product(rt_polynomial(series, 12, rt_product(t - n, 0.69314718055994531)), scale);
}

static inline float rt_pow(float x, float y)
{
    const float a = x < 0.0f ? -x : x, b = y < 0.0f ? -y : y;
    const int whole = b >= 8388608.0f || (float)(int32_t)b == b;
    const int odd = b < 16777216.0f && whole && ((int32_t)b & 1), minus = odd && __builtin_signbit(x);
    double t;

    if (y == 0.0f || x == 1.0f)
        return 1.0f;
    if (x != x || y != y || (x < 0.0f && a - a == 0.0f && !whole))
        return __builtin_nanf("");
    if (a == 1.0f)
        t = 0.0;
    else if (a == 0.0f || !(a - a == 0.0f) || !(b - b == 0.0f))
        t = (a > 1.0f) == (y > 0.0f) ? 999.0 : -999.0;
    else
        t = rt_product((double)y, rt_log2((double)a));
    t = t > 200.0 ? 200.0 : t < -200.0 ? -200.0 : t;
    t = rt_exp2(t);
    return (float)(minus ? -t : t);
}

#endif
