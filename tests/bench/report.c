/* report.c: tables for people, and a file of tab-separated values for programs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "measure.h"

static const char *const modes[MODES] = {"100 steps in one call", "one step a call"};
static const char *const mode_words[MODES] = {"T100", "step"};

/* Operations in ns: PEAK_OPERATIONS took the least time of a visit to `peak`. */
static double peak_rate(const Bench *bench)
{
    double least = times_least(&bench->peak.times[RUN]);
    return least > 0 ? 1 / least : 0;
}

double row_bound(const Bench *bench, const Row *row)
{
    double reading = times_least(&row->cell[BOUND].times[RUN]);
    double rate = peak_rate(bench), counting = rate > 0 ? row->network.operations / rate : 0;
    return reading > counting ? reading : counting;
}

static void print_machine(Bench *bench)
{
    printf("This machine: peak %.0f GFLOP/s (f32, multiply and add); reads in GB/s, by footprint:\n   ", peak_rate(bench));
    for (size_t i = 0; i < LEVELS; i++) {
        double least = times_least(&bench->level[i].times[RUN]);
        size_t kib = level_bytes[i] >> 10;
        printf("  %zu %s %.0f", kib < 1024 ? kib : kib >> 10, kib < 1024 ? "KiB" : "MiB",
               least > 0 ? (double)level_bytes[i] / least : 0);
    }
    puts("\n");
}

static void print_time(double time, bool differs)
{
    char text[32];
    if (time == 0)
        snprintf(text, sizeof text, "-");
    else
        snprintf(text, sizeof text, time < 100 ? "%.1f%s" : "%.0f%s", time, differs ? "!" : "");
    printf(" %10s", text);
}

/* The least of the peers whose outputs are right. */
static double best_peer(const Bench *bench, const Row *row, int mode)
{
    double best = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        double time = times_least(&row->cell[c].times[mode]);
        if (bench->column[c].peer && time > 0 && row->cell[c].difference <= TOLERANCE && (best == 0 || time < best))
            best = time;
    }
    return best;
}

static bool column_shown(const Bench *bench, size_t c) { return c == BOUND || !bench->column[c].absent; }

static void print_row(Bench *bench, Row *row, int mode, bool median)
{
    double bound = row_bound(bench, row), rnnc = times_least(&row->cell[RNNC].times[mode]), best = best_peer(bench, row, mode);
    printf("%-18s", row->network.name);
    for (size_t c = 0; c < COLUMNS; c++) {
        Times *times = &row->cell[c].times[mode];
        if (column_shown(bench, c))
            print_time(c == BOUND ? bound : median ? times_median(times) : times_least(times), row->cell[c].difference > TOLERANCE);
    }
    if (!median && rnnc > 0)
        printf(" %10.2f", rnnc / bound);
    if (!median && rnnc > 0 && best > 0)
        printf(" %10.2f", best / rnnc);
    putchar('\n');
}

static void print_table(Bench *bench, int mode, bool median)
{
    bool any = false;
    printf("%s, ns a step, %s of %zu rounds\n%-18s", modes[mode], median ? "median" : "least", bench->rounds, "");
    for (size_t c = 0; c < COLUMNS; c++)
        if (column_shown(bench, c))
            printf(" %10s", bench->column[c].title);
    puts(median ? "" : " rnnc/bound  peer/rnnc");
    for (size_t r = 0; r < bench->rows; r++) {
        print_row(bench, &bench->row[r], mode, median);
        for (size_t c = 0; c < COLUMNS; c++)
            any |= bench->row[r].cell[c].difference > TOLERANCE;
    }
    puts(any ? "! outputs differ from the reference's by more than 1e-5\n" : "");
}

void report_tables(Bench *bench)
{
    print_machine(bench);
    for (int median = 0; median < 2 && bench->rows; median++)
        for (int mode = 0; mode < MODES; mode++)
            print_table(bench, mode, median);
    real_print(bench);
    for (size_t c = 0; c < COLUMNS; c++)
        if (bench->column[c].absent)
            printf("left out: %s (%s)\n", bench->column[c].name, bench->column[c].absent);
}

int report_tsv(Bench *bench, const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) {
        fprintf(stderr, "bench: %s: %s\n", path, strerror(errno));
        return 0;
    }
    fputs("network\tmode\tcontender\tleast_ns\tmedian_ns\tbound_ns\tratio\tweight_bytes\tdifference\n", file);
    for (size_t r = 0; r < bench->rows; r++)
        for (int mode = 0; mode < MODES; mode++)
            for (size_t c = RNNC; c < COLUMNS; c++) {
                Row *row = &bench->row[r];
                double least = times_least(&row->cell[c].times[mode]), bound = row_bound(bench, row);
                if (least > 0)
                    fprintf(file, "%s\t%s\t%s\t%.2f\t%.2f\t%.2f\t%.4f\t%zu\t%.3g\n", row->network.name, mode_words[mode],
                            bench->column[c].name, least, times_median(&row->cell[c].times[mode]), bound, least / bound,
                            row->network.weight_bytes, row->cell[c].difference);
            }
    real_tsv(bench, file);
    return fclose(file) == 0;
}
