/* times.c: the clock, and what is kept of it. */
#include <stdlib.h>
#include <time.h>
#include "measure.h"

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void times_add(Times *times, double figure)
{
    times->figure = realloc(times->figure, (times->count + 1) * sizeof figure);
    if (!times->figure)
        abort();
    times->figure[times->count++] = figure;
}

double times_least(const Times *times)
{
    double least = times->count ? times->figure[0] : 0;
    for (size_t i = 1; i < times->count; i++)
        least = times->figure[i] < least ? times->figure[i] : least;
    return least;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double times_median(Times *times)
{
    size_t half = times->count / 2;
    if (!times->count)
        return 0;
    qsort(times->figure, times->count, sizeof *times->figure, compare);
    return times->count % 2 ? times->figure[half] : 0.5 * (times->figure[half - 1] + times->figure[half]);
}

/* The processor's time of all threads: what other programs take does not count, threads of a library's own do. */
static double group_time(size_t calls, void (*call)(void *), void *data)
{
    double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < calls; i++)
        call(data);
    return seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
}

/* Groups, because what others do to the caches now and then is in some of them only. */
void visit(Times *times, size_t *group, double visit, double per_call, void (*call)(void *), void *data)
{
    double end, least = 0;
    if (*group == 0)
        for (*group = 1; *group < 1000000 && group_time(*group, call, data) < 2e-4;)
            *group *= 2;
    else
        call(data);
    end = seconds(CLOCK_MONOTONIC) + visit;
    do {
        double time = group_time(*group, call, data) / (double)*group;
        least = least == 0 || time < least ? time : least;
    } while (seconds(CLOCK_MONOTONIC) < end);
    times_add(times, 1e9 * least / per_call);
}
