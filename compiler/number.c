/* number.c: the fewest digits that read back to the same float, found from nine of them, which always do.
 *
 * A text reads back to a float if it lies nearer to it than half the distance to its neighbours. Float, half distance
 * and digits are compared in units of the ninth digit, as doubles. A double has 53 bits, so that scaling by powers of
 * ten (up to three steps of one rounding each) leaves an error below 1e-6 such units: the margin is ten times that.
 * Nine digits are off by half a unit, and the half distance is 2.9 units at least. */
#include "number.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { DIGITS = 9, LARGEST_POWER = 22 };   /* 1e22 is the largest power of ten that is a double */

static const double powers[LARGEST_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static double scaled(double value, int power)
{
    for (; power > LARGEST_POWER; power -= LARGEST_POWER)
        value *= powers[LARGEST_POWER];
    for (; power < -LARGEST_POWER; power += LARGEST_POWER)
        value /= powers[LARGEST_POWER];
    return power < 0 ? value / powers[-power] : value * powers[power];
}

typedef struct Decimal {
    uint32_t digits;         /* the last one is not 0 */
    int count;               /* of them */
    int first;               /* power of ten of the first one */
} Decimal;

/* Half the distance to the nearer neighbour of a positive float with that exponent. */
static double half_distance(int binary, bool power_of_two)
{
    uint64_t bits = (uint64_t)((binary < -126 ? -126 : binary) - 24 - power_of_two + 1023) << 52;
    double half;
    memcpy(&half, &bits, sizeof half);
    return half;
}

static Decimal to_decimal(float value)
{
    const double most = 1e9;
    double wide = value, exact, half;
    uint64_t bits;
    memcpy(&bits, &wide, sizeof bits);
    int binary = (int)(bits >> 52) - 1023;
    int first = (binary * 1233 + 256 * 4096) / 4096 - 256; /* log10(2) is 1233 / 4096: this, or one more */
    exact = scaled(wide, DIGITS - 1 - first);
    if (exact + 0.5 >= most)
        exact = scaled(wide, DIGITS - 1 - ++first);
    half = scaled(half_distance(binary, bits << 12 == 0), DIGITS - 1 - first) - 1e-5;
    Decimal d = {(uint32_t)(exact + 0.5), DIGITS, first};
    for (uint32_t unit = 10, fewer; d.count > 1; unit *= 10, d.count--) {
        fewer = (d.digits + 5) / 10;
        if (fabs((double)fewer * unit - exact) >= half)
            break;
        d.digits = fewer;
    }
    if (d.digits < powers[d.count])
        return d;
    return (Decimal){1, 1, first + 1}; /* 99.99999 has become 100 */
}

/* Two at a time, with zeros behind them. */
static void print_digits(char *to, const Decimal *d)
{
    static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
                                "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    uint32_t rest = d->digits;
    int i = d->count;
    memset(to, '0', 2 * DIGITS);
    for (; i >= 2; rest /= 100)
        memcpy(to + (i -= 2), pairs + rest % 100 * 2, 2);
    if (i)
        to[0] = (char)('0' + rest);
}

/* Copies `count` of nine bytes: so many at once are one or two moves, and there is room for them. */
static char *put(char *to, const char *text, int count)
{
    memcpy(to, text, DIGITS);
    return to + count;
}

/* "0.00125", "1250.0", "12.5" */
static char *print_plain(char *to, const char *digits, const Decimal *d)
{
    if (d->first < 0) {
        to = put(to, "0.0000000", 1 - d->first);
        return put(to, digits, d->count);
    }
    int whole = d->first + 1 < d->count ? d->first + 1 : d->count;
    to = put(to, digits, whole);
    to = put(to, "000000000", d->first + 1 - whole);
    *to++ = '.';
    return whole < d->count ? put(to, digits + whole, d->count - whole) : put(to, "000000000", 1);
}

/* "1.25e-9" */
static char *print_power(char *to, const char *digits, const Decimal *d)
{
    int power = d->first < 0 ? -d->first : d->first;
    *to++ = digits[0];
    if (d->count > 1)
        *to++ = '.';
    to = put(to, digits + 1, d->count - 1);
    *to++ = 'e';
    if (d->first < 0)
        *to++ = '-';
    if (power >= 10)
        *to++ = (char)('0' + power / 10);
    *to++ = (char)('0' + power % 10);
    return to;
}

static int print_word(char *to, const char *word)
{
    memcpy(to, word, strlen(word) + 1);
    return (int)strlen(word);
}

int number_print(char *to, float value)
{
    if (isnan(value))
        return print_word(to, "NAN");
    if (isinf(value))
        return print_word(to, value < 0 ? "-INFINITY" : "INFINITY");
    char *at = to, digits[2 * DIGITS];
    Decimal d = value == 0 ? (Decimal){0, 1, 0} : to_decimal(fabsf(value));
    print_digits(digits, &d);
    if (signbit(value))
        *at++ = '-';
    bool plain = d.first >= -4 && d.first < DIGITS;
    at = (plain ? print_plain : print_power)(at, digits, &d);
    *at++ = 'f';
    *at = 0;
    return (int)(at - to);
}
