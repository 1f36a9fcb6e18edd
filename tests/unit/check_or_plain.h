/* check_or_plain.h: Check where there is Check, and otherwise (-DNO_CHECK, for emulated targets
 * without the library) the few of its macros that the runtime's tests use. */
#ifndef CHECK_OR_PLAIN_H
#define CHECK_OR_PLAIN_H

#include <stdio.h>
#include <stdlib.h>

#ifdef NO_CHECK

#define START_TEST(name) static void name(void)
#define END_TEST
#define tcase_add_test(tcase, name) name()
#define ck_abort_msg(...)                  \
    do {                                   \
        printf("%s:%d: ", __FILE__, __LINE__); \
        printf(__VA_ARGS__);               \
        printf("\n");                      \
        exit(1);                           \
    } while (0)

/* SUITE_MAIN(name, tcase_add_test(tc, first); tcase_add_test(tc, second);) */
#define SUITE_MAIN(name, ...)        \
    int main(void)                   \
    {                                \
        __VA_ARGS__                  \
        printf("%s: passed\n", name); \
        return 0;                    \
    }

#else

#include <check.h>

#define SUITE_MAIN(name, ...)                   \
    int main(void)                              \
    {                                           \
        Suite *suite = suite_create(name);      \
        TCase *tc = tcase_create(name);         \
        SRunner *runner = srunner_create(suite); \
        int failed;                             \
        suite_add_tcase(suite, tc);             \
        tcase_set_timeout(tc, 0);               \
        __VA_ARGS__                             \
        srunner_run_all(runner, CK_ENV);        \
        failed = srunner_ntests_failed(runner); \
        srunner_free(runner);                   \
        return failed ? 1 : 0;                  \
    }

#endif

/* As ck_assert_msg, but silent when all is well: Check reports each assertion to its parent process,
 * too slow for millions of them. */
#define expect(ok, ...)                \
    do {                               \
        if (!(ok))                     \
            ck_abort_msg(__VA_ARGS__); \
    } while (0)

#endif
