/* times.h: how long each stage took, for --times. */
#ifndef RNNC_TIMES_H
#define RNNC_TIMES_H

#include "arena.h"

#include <stdio.h>
#include <time.h>

typedef struct Times {
    FILE *stream;            /* where to */
    const Arena *arena;      /* whose size is told */
    clock_t last;            /* end of the stage before */
} Times;

/* Prints what the stage that ends here took, and how large the arena is now; nothing where `times` is NULL. */
void times_lap(Times *times, const char *stage);

#endif
