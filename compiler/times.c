/* times.c: see times.h. */
#include "times.h"

void times_lap(Times *times, const char *stage)
{
    if (!times)
        return;
    clock_t now = clock();
    fprintf(times->stream, "%-10s %9.3f ms %9.2f MB\n", stage, 1e3 * (double)(now - times->last) / CLOCKS_PER_SEC,
            (double)arena_size(times->arena) / 1e6);
    times->last = clock();
}
