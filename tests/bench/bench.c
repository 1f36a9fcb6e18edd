/* bench.c: visits all contenders at all networks in turn, again and again, in one process on one core.
 *
 *     bench --networks=networks.txt --folder=build/bench [--rounds=45] [--visit=12] [--cpu=N] [--only=WORDS]
 *           [--with=WORDS] [--against=TREE] [--tsv=FILE]
 *
 * A word of --only is a network or the beginning of its name with a `*`. README.md says how to read what comes out. */
#define _GNU_SOURCE             /* sched_setaffinity */
#include <dlfcn.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "measure.h"

static const Column all_columns[COLUMNS] = {
    [BOUND] = {.name = "bound", .title = "bound"},
    [RNNC] = {.name = "rnnc", .title = "rnnc", .per_network = true},
    [AVX2] = {.name = "avx2", .title = "rnnc avx2", .isa = "avx2", .per_network = true},
    [AGAINST] = {.name = "against", .title = "against", .per_network = true},
    {.name = "naive", .title = "naive C", .peer = true},
    {.name = "openblas", .title = "OpenBLAS", .peer = true},
    {.name = "onnxruntime", .title = "ONNX Rt", .peer = true},
    {.name = "onednn", .title = "oneDNN", .peer = true},
    {.name = "torch", .title = "PyTorch", .peer = true},
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

bool listed(const char *words, const char *name)
{
    while (*words) {
        size_t length = strcspn(words, " ,"), part = length > 0 && words[length - 1] == '*' ? length - 1 : length;
        if (length > 0 && strncmp(words, name, part) == 0 && (part < length || name[part] == '\0'))
            return true;
        words += length + (words[length] != '\0');
    }
    return false;
}

static const Contender *load(void **library, const char *path)
{
    const Contender *(*function)(void);
    *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!*library)
        return NULL;
    *(void **)&function = dlsym(*library, "contender");
    return function ? function() : NULL;
}

static void create_cell(Bench *bench, Row *row, size_t c)
{
    Column *column = &bench->column[c];
    Cell *cell = &row->cell[c];
    char path[512];
    void *library = column->library;
    if (column->absent)
        return;
    if (column->per_network)
        snprintf(path, sizeof path, "%s/%s/%s.so", bench->folder, row->network.name, column->isa ? "rnnc" : column->name);
    else
        snprintf(path, sizeof path, "%s/%s.so", bench->folder, column->name);
    cell->contender = c == BOUND ? &roofline : load(&library, path);
    if (column->isa)
        setenv("RT_ISA", column->isa, 1);
    cell->self = cell->contender ? cell->contender->create(&row->network) : NULL;
    if (column->isa)
        unsetenv("RT_ISA");
    if (!cell->self)
        cell->contender = NULL;
}

/* ---- the same outputs? ---- */

static void compute(const Cell *cell, const Row *row, bool step)
{
    const Network *network = &row->network;
    size_t m = layer_inputs(&network->layer[0]), n = layer_outputs(&network->layer[network->layers - 1]);
    if (cell->contender->run && !step)
        cell->contender->run(cell->self, STEPS, row->x, row->y);
    else
        for (size_t t = 0; t < STEPS; t++)
            cell->contender->step(cell->self, row->x + t * m, row->y + t * n);
}

/* Steps in one call, and then, the state carried, as many one by one. */
static void compare_row(Bench *bench, Row *row)
{
    char path[512];
    void *library;
    size_t count = STEPS * layer_outputs(&row->network.layer[row->network.layers - 1]);
    float *expected = malloc(2 * count * sizeof *expected);
    Cell reference = {0};
    snprintf(path, sizeof path, "%s/reference.so", bench->folder);
    reference.contender = load(&library, path);
    if (!expected || !reference.contender) {
        fprintf(stderr, "bench: no %s\n", path);
        exit(2);
    }
    reference.self = reference.contender->create(&row->network);
    for (size_t half = 0; half < 2; half++) {
        compute(&reference, row, false);
        memcpy(expected + half * count, row->y, count * sizeof *expected);
    }
    reference.contender->destroy(reference.self);
    for (size_t c = RNNC; c < COLUMNS; c++)
        for (size_t half = 0; half < 2 && row->cell[c].contender; half++) {
            memset(row->y, 0, count * sizeof *row->y);
            compute(&row->cell[c], row, half == 1);
            for (size_t i = 0; i < count; i++) {
                double difference = fabs((double)row->y[i] - (double)expected[half * count + i]);
                if (!(difference <= row->cell[c].difference))
                    row->cell[c].difference = isnan(difference) ? INFINITY : difference;
            }
        }
    free(expected);
}

/* ---- visits ---- */

typedef struct Call {
    const Cell *cell;
    const Row *row;
    size_t t;
} Call;

static void call_run(void *data)
{
    const Call *call = data;
    call->cell->contender->run(call->cell->self, STEPS, call->row->x, call->row->y);
}

static void call_step(void *data)
{
    Call *call = data;
    call->t = call->t + 1 < STEPS ? call->t + 1 : 0;
    call->cell->contender->step(call->cell->self, call->row->x + call->t * layer_inputs(&call->row->network.layer[0]), call->row->y);
}

static void call_many(void *cell) { roofline.run(((const Cell *)cell)->self, PASSES, NULL, NULL); }
static void call_once(void *cell) { roofline.run(((const Cell *)cell)->self, 1, NULL, NULL); }

static void visit_roofline(const Bench *bench, Cell *cell, size_t bytes)
{
    bool many = bytes < SMALL;
    visit(&cell->times[RUN], &cell->group[RUN], bench->visit, many ? PASSES : 1, many ? call_many : call_once, cell);
}

static void visit_row(const Bench *bench, Row *row)
{
    visit_roofline(bench, &row->cell[BOUND], row->network.weight_bytes);
    for (int mode = 0; mode < MODES; mode++)
        for (size_t c = RNNC; c < COLUMNS && !stopped; c++) {
            Cell *cell = &row->cell[c];
            Call call = {cell, row, 0};
            if (!cell->contender || (mode == RUN ? !cell->contender->run : !cell->contender->step))
                continue;
            visit(&cell->times[mode], &cell->group[mode], bench->visit, mode == RUN ? STEPS : 1,
                  mode == RUN ? call_run : call_step, &call);
        }
}

static void visit_all(Bench *bench)
{
    for (size_t round = 0; round < bench->rounds && !stopped; round++) {
        visit(&bench->peak.times[RUN], &bench->peak.group[RUN], bench->visit, PEAK_OPERATIONS, roofline_peak, NULL);
        for (size_t i = 0; i < LEVELS; i++)
            visit_roofline(bench, &bench->level[i], level_bytes[i]);
        for (size_t r = 0; r < bench->rows && !stopped; r++) {
            if (bench->progress)
                fprintf(stderr, "\r\033[Kround %zu of %zu: %s", round + 1, bench->rounds, bench->row[r].network.name);
            visit_row(bench, &bench->row[r]);
        }
        if (!stopped)
            real_visit(bench);
        else
            bench->rounds = round;
    }
    if (bench->progress)
        fprintf(stderr, "\r\033[K");
}

/* ---- setting up ---- */

static void create_row(Bench *bench, Row *row)
{
    size_t m = layer_inputs(&row->network.layer[0]), n = layer_outputs(&row->network.layer[row->network.layers - 1]);
    row->x = calloc(STEPS * m, sizeof *row->x);
    row->y = calloc(STEPS * n, sizeof *row->y);
    if (!row->x || !row->y)
        abort();
    random_fill(row->x, STEPS * m, 1, "input");
    for (size_t c = 0; c < COLUMNS; c++)
        create_cell(bench, row, c);
    if (bench->progress)
        fprintf(stderr, "\r\033[Kcomparing outputs: %s", row->network.name);
    compare_row(bench, row);
}

static void load_columns(Bench *bench, const char *with, bool against)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        Column *column = &bench->column[c];
        char path[512];
        *column = all_columns[c];
        snprintf(path, sizeof path, "%s/%s.so", bench->folder, column->name);
        if (c == AGAINST && !against)
            column->absent = "AGAINST=TREE adds it";
        else if (c > RNNC && with && !listed(with, column->name))
            column->absent = "not asked for";
        else if (column->peer && access(path, R_OK) != 0)
            column->absent = "not built: its library is missing";
        else if (column->peer && !load(&column->library, path)) {
            fprintf(stderr, "bench: %s\n", dlerror());
            column->absent = "could not be loaded";
        }
    }
}

static int read_networks(Bench *bench, const char *path)
{
    char line[512];
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        return 0;
    }
    while (fgets(line, sizeof line, file)) {
        char name[64] = "";
        Row row = {.x = NULL};
        if (sscanf(line, "%63s", name) != 1 || (bench->only && *name != '#' && !listed(bench->only, name)))
            continue;
        int status = network_read(&row.network, line);
        if (status < 0)
            return 0;
        if (status == 0)
            continue;
        bench->row = realloc(bench->row, (bench->rows + 1) * sizeof row);
        if (!bench->row)
            abort();
        bench->row[bench->rows++] = row;
    }
    fclose(file);
    real_load(bench);
    if (bench->rows + bench->reals == 0)
        fprintf(stderr, "bench: no network is called %s\n", bench->only ? bench->only : "anything");
    return bench->rows + bench->reals > 0;
}

static void pin(int cpu)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return;
    size_t chosen = cpu < 0 ? CPU_SETSIZE : (size_t)cpu;
    for (size_t i = CPU_SETSIZE; i-- > 0 && chosen == CPU_SETSIZE;)
        if (CPU_ISSET(i, &set))
            chosen = i;                 /* the last one: the first has the interrupts */
    CPU_ZERO(&set);
    CPU_SET(chosen, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        perror("bench: not pinned to a core");
}

static const char *option(int argc, char **argv, const char *name, const char *otherwise)
{
    size_t length = strlen(name);
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=' && argv[i][length + 1])
            return argv[i] + length + 1;
    return otherwise;
}

int main(int argc, char **argv)
{
    Bench bench = {.progress = isatty(STDERR_FILENO), .folder = option(argc, argv, "--folder", "build/bench")};
    const char *tsv = option(argc, argv, "--tsv", NULL);
    bench.rounds = (size_t)strtoul(option(argc, argv, "--rounds", "45"), NULL, 10);
    bench.visit = 1e-3 * strtod(option(argc, argv, "--visit", "12"), NULL);
    setenv("OMP_NUM_THREADS", "1", 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    unsetenv("RT_ISA");
    pin((int)strtol(option(argc, argv, "--cpu", "-1"), NULL, 10));
    load_columns(&bench, option(argc, argv, "--with", NULL), option(argc, argv, "--against", NULL) != NULL);
    bench.only = option(argc, argv, "--only", NULL);
    if (!read_networks(&bench, option(argc, argv, "--networks", "tests/bench/networks.txt")))
        return 2;
    for (size_t i = 0; i < LEVELS; i++) {
        Network footprint = {.weight_bytes = level_bytes[i]};
        bench.level[i].contender = &roofline;
        bench.level[i].self = roofline.create(&footprint);
    }
    for (size_t r = 0; r < bench.rows; r++)
        create_row(&bench, &bench.row[r]);
    signal(SIGINT, stop);
    visit_all(&bench);
    report_tables(&bench);
    return tsv && !report_tsv(&bench, tsv) ? 2 : 0;
}
