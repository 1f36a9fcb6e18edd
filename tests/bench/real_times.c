/* real_times.c: the networks of real/, one row each: what a unit of their work takes, and how that compares with how fast
 * sound comes in. */
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "measure.h"
#include "real.h"

struct RealRow {
    char name[32];
    const Real *real;
    Times times;
    size_t group;
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const RealRow *)a)->name, ((const RealRow *)b)->name);
}

static void add(Bench *bench, const char *folder, const char *file)
{
    char path[512];
    RealRow row = {.group = 0};
    const Real *(*function)(void);
    size_t length = strcspn(file, ".");
    if (strcmp(file + length, ".so") != 0 || length >= sizeof row.name)
        return;
    memcpy(row.name, file, length);
    snprintf(path, sizeof path, "%s/%s.so", folder, row.name);
    void *library = bench->only && !listed(bench->only, row.name) ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return;
    *(void **)&function = dlsym(library, "real");
    if (!function)
        return;
    row.real = function();
    row.real->start();
    int status = row.real->call();
    if (status != 0) {
        fprintf(stderr, "bench: %s: a call gives status %d\n", row.name, status);
        return;
    }
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

void real_visit(Bench *bench)
{
    for (size_t i = 0; i < bench->reals; i++) {
        RealRow *row = &bench->real[i];
        visit(&row->times, &row->group, bench->visit, row->real->units, call, row);
    }
}

void real_print(Bench *bench)
{
    if (!bench->reals)
        return;
    printf("Networks that do something, by rnnc; of sound, how much of its time it takes\n%-18s %-24s %10s %10s %12s %10s\n", "", "a unit is",
           "least us", "median us", "a second", "of sound");
    for (size_t i = 0; i < bench->reals; i++) {
        RealRow *row = &bench->real[i];
        double least = times_least(&row->times);
        printf("%-18s %-24s %10.2f %10.2f %12.0f", row->name, row->real->unit, 1e-3 * least, 1e-3 * times_median(&row->times), least > 0 ? 1e9 / least : 0);
        if (row->real->seconds > 0)
            printf(" %8.3f %%", 1e-7 * least / row->real->seconds);
        putchar('\n');
    }
    putchar('\n');
}

void real_tsv(Bench *bench, FILE *file)
{
    for (size_t i = 0; i < bench->reals; i++)
        fprintf(file, "%s\tunit\trnnc\t%.2f\t%.2f\t\t\t\t\n", bench->real[i].name, times_least(&bench->real[i].times),
                times_median(&bench->real[i].times));
}
