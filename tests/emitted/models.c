/* models.c: the models of models.rnn, as their headers describe them; see emitted.h. */
#include "emitted.h"

#include "attend.h"
#include "batch.h"
#include "both.h"
#include "ending.h"
#include "fading.h"
#include "flow.h"
#include "grid.h"
#include "plain.h"
#include "special.h"
#include "sums.h"
#include "tagger.h"
#include "ticks.h"
#include "tune.h"
#include "two.h"

#include <stdio.h>
#include <stdlib.h>

static const void *blob;
static size_t blob_bytes;

#define INIT(m, ...)                                                                              \
    static int m##_made(void *net, void *work) { return m##_init((m *)net, (m##_work *)__VA_ARGS__); } \
    static void m##_restarted(void *net) { m##_reset((m *)net); }
#define CALL(m, what, ...)                                                             \
    static int m##_by_##what(void *net, const size_t *len, size_t **gave, void **a)   \
    {                                                                                  \
        (void)len, (void)gave;                                                         \
        return m##_##what((m *)net, __VA_ARGS__);                                      \
    }

INIT(flow, work)
CALL(flow, run, len[0], a[0], a[1], a[2], a[3])
CALL(flow, step, a[0], a[1], a[2], a[3])
INIT(tagger, work)
CALL(tagger, run, len[0], a[0], a[1], a[2], a[3])
CALL(tagger, step, a[0], a[1], a[2], a[3])
INIT(tune, work)
CALL(tune, run, a[0], a[1], a[2], a[3])
CALL(tune, step, a[0], a[1], a[2], a[3])
INIT(attend, work)
CALL(attend, run, len[0], len[1], a[0], a[1], a[2], a[3], a[4], a[5])
INIT(ending, work)
CALL(ending, run, gave[0], a[0], a[1], a[2])
CALL(ending, step, a[0], a[1], a[2])
INIT(fading, work)
CALL(fading, run, gave[0], a[0], a[1], a[2])
INIT(ticks, work)
CALL(ticks, run, len[0], gave[1], a[0], a[1], a[2], a[3])
CALL(ticks, step, gave[1], a[0], a[1], a[2], a[3])
INIT(sums, work, blob, blob_bytes)
CALL(sums, run, len[0], a[0], a[1])
CALL(sums, step, a[0], a[1])
INIT(both, work)
CALL(both, run, len[0], a[0], a[1], a[2], a[3])
INIT(plain, work)
CALL(plain, run, a[0], a[1], a[2], a[3])
INIT(batch, work)
CALL(batch, run, len[0], a[0], a[1])
CALL(batch, step, a[0], a[1])
INIT(grid, work)
CALL(grid, run, len[0], len[1], a[0], a[1], a[2], a[3])
CALL(grid, step, len[1], a[0], a[1], a[2], a[3])
INIT(special, work)
CALL(special, run, len[0], a[0], a[1], a[2], a[3])
CALL(special, step, a[0], a[1], a[2], a[3])
INIT(two, work)
CALL(two, run, len[1], len[0], a[0], a[1])

#define MODEL(m) #m, sizeof(m), sizeof(m##_work), m##_made, m##_restarted, m##_status, m##_by_run
enum { T = 1, S = 2 };

const Model models[] = {
    {MODEL(flow), flow_by_step, {{ASKED, 0}}, 2, 2, {{3, T, 0, 0}, {1, T, 5, 0}, {2, T, 0, 0}, {1, T, 2, 0}}},
    {MODEL(tagger), tagger_by_step, {{ASKED, 6}}, 2, 2, {{1, T, 5, 0}, {3, 0, 0, 0}, {17, T, 0, 0}, {1, T, 4, 0}}},
    {MODEL(tune), tune_by_step, {{FIXED, 9}}, 2, 2, {{1, 0, 7, 0}, {1, 0, 0, 0}, {1, T, 7, 0}, {3, T, 0, 0}}},
    {MODEL(attend), NULL, {{ASKED, 3}, {ASKED, 4}}, 3, 3,
     {{5, S, 0, 0}, {5, T, 0, 0}, {1, T | S, 6, 0}, {5, T, 0, 0}, {1, T | S, 0, 0}, {1, T, 4, 0}}},
    {MODEL(ending), ending_by_step, {{ENDS, 8}}, 1, 2, {{3, 0, 0, 0}, {1, T, 5, 0}, {7, T, 0, 0}}},
    {MODEL(fading), NULL, {{ENDS, 7}}, 1, 2, {{3, 0, 0, 0}, {3, T, 0, 0}, {3, 0, 0, 0}}},
    {MODEL(ticks), ticks_by_step, {{ASKED, 0}, {TICKS, 0}}, 1, 3, {{3, T, 0, 0}, {4, S, 0, 0}, {4, T, 0, 0}, {1, S, 4, 0}}},
    {MODEL(sums), sums_by_step, {{ASKED, 5}}, 1, 1, {{3, T, 0, 0}, {19, T, 0, 0}}},
    {MODEL(both), NULL, {{ASKED, 6}}, 1, 3, {{3, T, 0, 0}, {18, T, 0, 0}, {2, 0, 0, 0}, {9, 0, 0, 0}}},
    {MODEL(plain), NULL, {{NONE, 0}}, 2, 2, {{7, 0, 0, 0}, {1, 0, 3, 0}, {5, 0, 0, 0}, {1, 0, 5, 0}}},
    {MODEL(batch), batch_by_step, {{ASKED, 0}}, 1, 1, {{1, T, 6, 2}, {5, T, 0, 2}}},
    {MODEL(grid), grid_by_step, {{ASKED, 0}, {ASKED, 3}}, 1, 3, {{3, T | S, 0, 0}, {5, T | S, 0, 0}, {5, T, 0, 0}, {2, T | S, 0, 0}}},
    {MODEL(special), special_by_step, {{ASKED, 0}}, 1, 3, {{2, T, 0, 0}, {8, T, 0, 0}, {12, T, 0, 0}, {20, T, 0, 0}}},
    {MODEL(two), NULL, {{ASKED, 0}, {ASKED, 0}}, 1, 1, {{1, T | S, 6, 0}, {5, T | S, 0, 0}}},
};
const int model_count = sizeof models / sizeof *models;

void models_start(void)
{
    FILE *file = fopen("sums.bin", "rb");
    static char bytes[1 << 16];
    blob_bytes = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    char *at = (char *)guarded(blob_bytes, 0);
    for (size_t i = 0; i < blob_bytes; i++)
        at[i] = bytes[i];
    blob = at;
    if (!file || fclose(file) != 0 || blob_bytes < 64)
        exit(2);
}
