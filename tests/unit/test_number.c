/* test_number.c: every literal reads back to the very float, whatever the locale, and is as short as it should be. */
#include "../../compiler/number.h"

#include <check.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t to_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* As C and C++ spell a floating literal: digits, a point or an exponent, an f. Plain comparisons, because an
 * assertion of Check takes longer than printing a number does. */
static bool is_good(uint32_t bits, const char *text, int length)
{
    float value = from_bits(bits);
    char *end;
    if (length != (int)strlen(text) || length >= NUMBER_ROOM)
        return false;
    if (!isfinite(value))
        return strcmp(text, isnan(value) ? "NAN" : value < 0 ? "-INFINITY" : "INFINITY") == 0;
    return to_bits(strtof(text, &end)) == bits && strcmp(end, "f") == 0 && strpbrk(text, ".e") && length <= 16;
}

static void check_value(uint32_t bits)
{
    char text[NUMBER_ROOM];
    int length = number_print(text, from_bits(bits));
    if (!is_good(bits, text, length))
        ck_abort_msg("%08x is printed as %s", bits, text);
}

START_TEST(random_bits)
{
    uint64_t state = 1;
    for (int i = 0; i < 2000000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        check_value((uint32_t)(state >> 32));
    }
}
END_TEST

/* Of each exponent, and both signs, the mantissas at the edges. */
START_TEST(edges)
{
    for (uint32_t top = 0; top < 512; top++)
        for (uint32_t low = 0; low < 600; low++) {
            check_value(top << 23 | low);
            check_value(top << 23 | (0x7fffff - low));
            check_value(top << 23 | (0x400000 + low));
        }
}
END_TEST

/* The floats around each power of ten, and around each number of few digits. */
START_TEST(decimals)
{
    for (int power = -45; power <= 38; power++)
        for (int digits = 1; digits < 1000; digits += digits < 100 ? 1 : 37)
            for (uint32_t near = 0; near < 5; near++) {
                double value = digits * pow(10, power);
                if (value < 3e38)
                    check_value(to_bits((float)value) + near - 2);
            }
}
END_TEST

static const struct { float value; const char *text; } words[] = {
    {0, "0.0f"}, {-0.0f, "-0.0f"}, {1, "1.0f"}, {-1, "-1.0f"}, {0.1f, "0.1f"}, {0.25f, "0.25f"}, {1.0f / 3, "0.33333334f"},
    {100, "100.0f"}, {16777216, "16777216.0f"}, {99999.9f, "99999.9f"}, {0.0001f, "0.0001f"}, {1e-5f, "1e-5f"}, {1e9f, "1e9f"},
    {1e11f, "1e11f"}, {-2.5e-10f, "-2.5e-10f"}, {3.4028234663852886e38f, "3.4028235e38f"}, {1e-45f, "1.4e-45f"},
    {INFINITY, "INFINITY"}, {-INFINITY, "-INFINITY"}, {NAN, "NAN"}};

START_TEST(spellings)
{
    char text[NUMBER_ROOM];
    number_print(text, words[_i].value);
    ck_assert_str_eq(text, words[_i].text);
}
END_TEST

/* A locale with a decimal comma changes nothing (where there is one; otherwise this is spellings again). */
START_TEST(locales)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "C"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (setlocale(LC_ALL, names[i]))
            for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
                char text[NUMBER_ROOM];
                number_print(text, words[k].value);
                ck_assert_str_eq(text, words[k].text);
            }
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("number");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, random_bits);
    tcase_add_test(all, edges);
    tcase_add_test(all, decimals);
    tcase_add_loop_test(all, spellings, 0, (int)(sizeof words / sizeof *words));
    tcase_add_test(all, locales);
    Suite *suite = suite_create("number");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
