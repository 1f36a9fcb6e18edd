/* measure.h: inside of the driver: what is visited, and what came of it. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "bench.h"

enum { RUN, STEP, MODES };              /* STEPS steps in one call; a call for each of them */
enum { STEPS = 100, COLUMNS = 9, LEVELS = 8 };
/* Columns: reading the weights once, which is not a contender; rnnc; its AVX2 code; rnnc of another tree; then peers. */
enum { BOUND, RNNC, AVX2, AGAINST, NAIVE };

/* The times of one contender at one network: a figure for each round, ns a step. */
typedef struct Times {
    double *figure;
    size_t count;
} Times;

typedef struct Column {
    const char *name, *title;
    bool per_network;                   /* a shared object for each network */
    const char *isa;                    /* RT_ISA when it is created */
    bool peer;                          /* not rnnc */
    const char *absent;                 /* why it takes no part */
    void *library;
} Column;

typedef struct Cell {
    const Contender *contender;         /* NULL: does not do this network */
    void *self;
    double difference;                  /* largest, of the outputs from the reference's */
    Times times[MODES];
    size_t group[MODES];                /* calls between two looks at the clock */
} Cell;

typedef struct Row {
    Network network;
    Cell cell[COLUMNS];
    float *x, *y;                       /* STEPS inputs, STEPS outputs */
} Row;

typedef struct RealRow RealRow;         /* real_times.c */

typedef struct Bench {
    Column column[COLUMNS];
    Row *row;
    RealRow *real;
    size_t rows, reals, rounds;
    double visit;                       /* seconds */
    Cell level[LEVELS];                 /* reading a footprint of level_bytes: bandwidth */
    Cell peak;                          /* multiplying and adding: operations per ns */
    const char *folder;                 /* build/bench */
    const char *only;                   /* networks; NULL: all */
    bool progress;
} Bench;

/* From here on an output is marked as different. Outputs are below 1. */
#define TOLERANCE 1e-5

/* Whether a list of words has this one; a word may end in `*`. bench.c */
bool listed(const char *words, const char *name);

/* ---- times.c ---- */

void times_add(Times *times, double figure);
double times_least(const Times *times);         /* 0 if there are none */
double times_median(Times *times);

/* Calls `call` untimed, then again and again for `visit` seconds in groups that last at least 0.2 ms, and adds the
 * least time of a group, in ns a call and divided by `per_call`. `group` is kept between visits and starts at 0. */
void visit(Times *times, size_t *group, double visit, double per_call, void (*call)(void *), void *data);

/* ---- roofline.c ---- */

extern const size_t level_bytes[LEVELS];
extern const Contender roofline;                /* create takes weight_bytes; a step reads them */
enum { PASSES = 100, SMALL = 1 << 18, PEAK_OPERATIONS = 1 << 16 };      /* passes in a call, if weight_bytes is SMALL */
void roofline_peak(void *unused);               /* PEAK_OPERATIONS at the machine's highest rate */

/* ---- real_times.c ---- */

void real_load(Bench *bench);
void real_visit(Bench *bench);
void real_print(Bench *bench);
void real_tsv(Bench *bench, FILE *file);

/* ---- report.c ---- */

double row_bound(const Bench *bench, const Row *row);
void report_tables(Bench *bench);
int report_tsv(Bench *bench, const char *path);

#endif
