/* test_plan_room.c: the tree of what is taken against going through all that was taken before. */
#include "../../compiler/plan_room.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

enum { MOST = 300 };

typedef struct Taken {
    int first, last;
    size_t begin, end;
} Taken;

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static bool is_free(const Taken *taken, int count, Taken want)
{
    for (int i = 0; i < count; i++)
        if (taken[i].first <= want.last && want.first <= taken[i].last && taken[i].begin < want.end && want.begin < taken[i].end)
            return false;
    return true;
}

/* Offsets are looked for one after the other. */
static size_t lowest(const Taken *taken, int count, Taken want, size_t size)
{
    for (want.begin = 0;; want.begin++) {
        want.end = want.begin + size;
        if (is_free(taken, count, want))
            return want.begin;
    }
}

START_TEST(as_one_by_one)
{
    Arena *arena = arena_new();
    uint32_t state = (uint32_t)_i;
    int steps = 1 + (int)next(&state) % 70, longest = 1 + (int)next(&state) % steps;
    Room *room = room_new(arena, steps);
    Taken taken[MOST];
    for (int i = 0; i < MOST; i++) {
        size_t size = 1 + next(&state) % 9;
        Taken *t = &taken[i];
        t->first = (int)next(&state) % steps;
        t->last = t->first + (int)next(&state) % longest;
        t->last = t->last < steps ? t->last : steps - 1;
        size_t found = room_find(room, t->first, t->last, size);
        ck_assert_uint_eq(found, lowest(taken, i, *t, size));
        /* Sometimes further up, so that there are gaps. */
        t->begin = found + (next(&state) % 4 ? 0 : lowest(taken, i, *t, size + 3) - found + 2);
        t->end = t->begin + size;
        if (!is_free(taken, i, *t)) {
            t->begin = found;
            t->end = found + size;
        }
        room_take(room, t->first, t->last, t->begin, t->end);
    }
    arena_free(arena);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("plan_room");
    tcase_add_loop_test(all, as_one_by_one, 0, 60);
    Suite *suite = suite_create("plan_room");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
