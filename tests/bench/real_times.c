/* real_times.c: the networks of real/, one row each: what a unit of their work takes, and how that compares with how fast
 * sound comes in. */
#include <dirent.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "measure.h"
#include "real.h"

struct RealRow {
    char name[32];
    const Real *real, *peer;        /* peer: by ONNX Runtime, or NULL */
    Times times, peer_times;
    size_t group, peer_group;
    double difference;
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const RealRow *)a)->name, ((const RealRow *)b)->name);
}

static void *load(const char *path, const Real **real)
{
    const Real *(*function)(void);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    *real = NULL;
    if (!library)
        return NULL;
    *(void **)&function = dlsym(library, "real");
    *real = function ? function() : NULL;
    if (*real)
        (*real)->start();
    return library;
}

/* Some calls of both: do they agree? */
static void add_peer(RealRow *row, void *library, const char *path)
{
    void *peer = access(path, R_OK) == 0 ? load(path, &row->peer) : NULL;
    const float *result = dlsym(library, "result"), *expected = peer ? dlsym(peer, "result") : NULL;
    if (!row->peer || !result || !expected) {
        row->peer = NULL;
        return;
    }
    for (int i = 0; i < 10; i++) {
        row->peer->call();
        if (i > 0)                  /* one call was made to see its status */
            row->real->call();
        double difference = fabs((double)*result - (double)*expected);
        row->difference = difference > row->difference ? difference : row->difference;
    }
}

static void add(Bench *bench, const char *folder, const char *file)
{
    char path[512];
    RealRow row = {.group = 0};
    size_t length = strcspn(file, ".");
    if (strcmp(file + length, ".so") != 0 || length >= sizeof row.name)
        return;
    memcpy(row.name, file, length);
    if (bench->only && !listed(bench->only, row.name))
        return;
    snprintf(path, sizeof path, "%s/%s.so", folder, row.name);
    void *library = load(path, &row.real);
    if (!row.real)
        return;
    int status = row.real->call();
    if (status != 0) {
        fprintf(stderr, "bench: %s: a call gives status %d\n", row.name, status);
        return;
    }
    snprintf(path, sizeof path, "%s/%s.onnxruntime.so", folder, row.name);
    add_peer(&row, library, path);
    bench->real = realloc(bench->real, (bench->reals + 1) * sizeof row);
    if (!bench->real)
        abort();
    bench->real[bench->reals++] = row;
}

void real_load(Bench *bench)
{
    char folder[400];
    snprintf(folder, sizeof folder, "%s/real", bench->folder);
    DIR *files = opendir(folder);
    struct dirent *file;
    if (!files)
        return;
    while ((file = readdir(files)) != NULL)
        add(bench, folder, file->d_name);
    closedir(files);
    if (bench->reals)
        qsort(bench->real, bench->reals, sizeof *bench->real, compare);
}

static void call(void *row) { ((const RealRow *)row)->real->call(); }
static void call_peer(void *row) { ((const RealRow *)row)->peer->call(); }

void real_visit(Bench *bench)
{
    for (size_t i = 0; i < bench->reals; i++) {
        RealRow *row = &bench->real[i];
        visit(&row->times, &row->group, bench->visit, row->real->units, call, row);
        if (row->peer)
            visit(&row->peer_times, &row->peer_group, bench->visit, row->peer->units, call_peer, row);
    }
}

void real_print(Bench *bench)
{
    if (!bench->reals)
        return;
    puts("Networks that do something, by rnnc; of sound, how much of its time it takes");
    printf("%-18s %-24s %10s %10s %12s %10s\n", "", "a unit is", "least us", "median us", "a second", "of sound");
    for (size_t i = 0; i < bench->reals; i++) {
        RealRow *row = &bench->real[i];
        double least = times_least(&row->times);
        printf("%-18s %-24s %10.2f %10.2f %12.0f", row->name, row->real->unit, 1e-3 * least, 1e-3 * times_median(&row->times),
               least > 0 ? 1e9 / least : 0);
        if (row->real->seconds > 0)
            printf(" %8.3f %%", 1e-7 * least / row->real->seconds);
        if (row->peer)
            printf("   ONNX Runtime%s: %.2f us", row->difference > TOLERANCE ? ", which differs" : "",
                   1e-3 * times_least(&row->peer_times));
        putchar('\n');
    }
    putchar('\n');
}

void real_tsv(Bench *bench, FILE *file)
{
    for (size_t i = 0; i < bench->reals; i++) {
        RealRow *row = &bench->real[i];
        fprintf(file, "%s\tunit\trnnc\t%.2f\t%.2f\t\t\t\t\n", row->name, times_least(&row->times), times_median(&row->times));
        if (row->peer)
            fprintf(file, "%s\tunit\tonnxruntime\t%.2f\t%.2f\t\t\t\t%.3g\n", row->name, times_least(&row->peer_times),
                    times_median(&row->peer_times), row->difference);
    }
}
