/* emitted_program.c: a C program as a user of emitted models writes it, for test_emitted.c, which emits
 * the models, compiles them with this file under the sanitizers, and runs it once for each case:
 * `program CASE`; `program list` prints the cases, `program numbers` what the models give. */
#include "flow.h"
#include "mood.h"
#include "sums.h"
#include "tagger.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;
#define HOLDS(what) (void)((what) || (printf("line %d: %s\n", __LINE__, #what), failures++))
#define SAME(a, b) HOLDS(memcmp(&(a), &(b), sizeof(a)) == 0)

enum { STEPS = 6 };

typedef struct Tagged {
    float h[STEPS][4];
    int32_t best[STEPS];
} Tagged;

static const int32_t words[STEPS] = {3, 0, 4, 4, 1, 2};
static const float p[3] = {0.5f, -1.0f, 0.25f};
static const float x[STEPS][3] = {{1, -2, 0.5f}, {0, 0.25f, 3}, {-1, 1, 1}, {0.125f, 0, -0.5f}, {2, 2, -2}, {0.75f, -0.25f, 0}};
static tagger_work work;
static flow_work scratch;

static void tag(tagger *net, int from, int to, Tagged *out)
{
    for (int t = from; t < to; t++)
        HOLDS(tagger_step(net, &words[t], p, out->h[t], &out->best[t]) == TAGGER_OK);
}

static tagger tagger_new(void)
{
    tagger net;
    HOLDS(tagger_init(&net, &work) == TAGGER_OK);
    return net;
}

static Tagged tagged(void)
{
    Tagged out;
    tagger net = tagger_new();
    memset(&out, 0, sizeof out);
    tag(&net, 0, STEPS, &out);
    return out;
}

static void null_pointers(void)
{
    Tagged out;
    tagger net = tagger_new(), before;
    HOLDS(tagger_init(NULL, &work) == TAGGER_NULL);
    HOLDS(tagger_init(&net, NULL) == TAGGER_NULL);
    tag(&net, 0, 2, &out);
    before = net;
    for (int i = 0; i < 4; i++) {
        const int32_t *w = i == 0 ? NULL : words;
        const float *q = i == 1 ? NULL : p;
        float *h = i == 2 ? NULL : out.h[0];
        int32_t *best = i == 3 ? NULL : out.best;
        HOLDS(tagger_step(&net, w, q, h, best) == TAGGER_NULL);
        HOLDS(tagger_run(&net, STEPS, w, q, h, best) == TAGGER_NULL);
    }
    HOLDS(tagger_step(NULL, words, p, out.h[0], out.best) == TAGGER_NULL);
    HOLDS(tagger_run(NULL, STEPS, words, p, out.h[0], out.best) == TAGGER_NULL);
    tagger_reset(NULL);
    SAME(net, before);
}

static void not_initialised(void)
{
    static tagger net, zero;
    static sums sum;
    Tagged out;
    HOLDS(tagger_step(&net, words, p, out.h[0], out.best) == TAGGER_NULL);
    HOLDS(tagger_run(&net, STEPS, words, p, out.h[0], out.best) == TAGGER_NULL);
    HOLDS(sums_step(&sum, x[0], out.h[0]) == SUMS_NULL);
    SAME(net, zero);
}

/* A length that is refused, and steps after the last one. */
static void lengths(void)
{
    Tagged out = tagged(), kept = out;
    tagger net = tagger_new(), before;
    static const size_t wrong[] = {0, STEPS + 1, (size_t)-1, (size_t)1 << 62};
    tag(&net, 0, 3, &out);
    before = net;
    for (int i = 0; i < 4; i++)
        HOLDS(tagger_run(&net, wrong[i], words, p, out.h[0], out.best) == TAGGER_LENGTH);
    SAME(net, before);
    tag(&net, 3, STEPS, &out);
    before = net;
    HOLDS(tagger_step(&net, words, p, out.h[0], out.best) == TAGGER_LENGTH);
    SAME(net, before);
    SAME(out, kept);
    tagger_reset(&net);
    tag(&net, 0, STEPS, &out);
    SAME(out, kept);
}

static void tokens(void)
{
    static const int32_t wrong[] = {-1, 5, INT_MAX, INT_MIN};
    Tagged out = tagged(), kept = out;
    tagger net = tagger_new(), before;
    int32_t all[STEPS];
    tag(&net, 0, 3, &out);
    before = net;
    for (int i = 0; i < 4; i++)
        for (int t = 0; t < STEPS; t++) {
            memcpy(all, words, sizeof all);
            all[t] = wrong[i];
            HOLDS(tagger_run(&net, STEPS, all, p, out.h[0], out.best) == TAGGER_TOKEN);
            HOLDS(tagger_step(&net, &wrong[i], p, out.h[0], out.best) == TAGGER_TOKEN);
        }
    HOLDS(tagger_run(&net, 3, all, p, out.h[0], out.best) == TAGGER_OK); /* the wrong one is not among these */
    SAME(out, kept);
    net = before;
    tag(&net, 3, STEPS, &out);
    SAME(out, kept);
}

static void run_is_steps(void)
{
    Tagged kept = tagged();
    for (size_t length = 1; length <= STEPS; length++) {
        tagger net = tagger_new();
        float *h = malloc(length * sizeof kept.h[0]);
        int32_t *best = malloc(length * sizeof *best);
        HOLDS(h && best && tagger_run(&net, length, words, p, h, best) == TAGGER_OK);
        HOLDS(memcmp(h, kept.h, length * sizeof kept.h[0]) == 0);
        HOLDS(memcmp(best, kept.best, length * sizeof *best) == 0);
        free(h);
        free(best);
    }
}

/* A bounded run starts afresh, whatever was before; so does what comes after a reset. */
static void starts_again(void)
{
    Tagged kept = tagged(), out = kept;
    tagger net = tagger_new();
    for (int steps = 0; steps <= STEPS; steps++) {
        tag(&net, 0, steps, &out);
        memset(&out, 0, sizeof out);
        HOLDS(tagger_run(&net, STEPS, words, p, out.h[0], out.best) == TAGGER_OK);
        SAME(out, kept);
        tagger_reset(&net);
    }
    HOLDS(tagger_run(&net, 2, words, p, out.h[0], out.best) == TAGGER_OK);
    tag(&net, 2, STEPS, &out); /* steps go on after a run that left room */
    SAME(out, kept);
}

static void stream(flow *net, int from, int to, float y[STEPS][2])
{
    HOLDS(flow_run(net, (size_t)(to - from), x[from], y[from]) == FLOW_OK);
}

static void stream_goes_on(void)
{
    flow net;
    float y[STEPS][2], kept[STEPS][2];
    HOLDS(flow_init(&net, &scratch) == FLOW_OK);
    stream(&net, 0, STEPS, kept);
    HOLDS(memcmp(kept[0], kept[1], sizeof kept[0]) != 0);
    for (int cut = 1; cut < STEPS; cut++) {
        flow_reset(&net);
        stream(&net, 0, cut, y);
        HOLDS(flow_run(&net, 0, x[0], y[0]) == FLOW_OK);
        HOLDS(flow_step(&net, x[cut], y[cut]) == FLOW_OK);
        if (cut + 1 < STEPS)
            stream(&net, cut + 1, STEPS, y);
        SAME(y, kept);
    }
    for (int t = 0; t < 1000; t++)
        HOLDS(flow_step(&net, x[t % STEPS], y[0]) == FLOW_OK);
}

/* Turn and turn about, with one work space, at different steps of different words. */
static void two_instances(void)
{
    Tagged kept = tagged(), one = kept, other = kept;
    tagger a = tagger_new(), b = tagger_new();
    memset(&one, 0, sizeof one);
    tag(&a, 0, 1, &one);
    for (int t = 1; t < STEPS; t++) {
        tag(&b, t - 1, t, &other);
        tag(&a, t, t + 1, &one);
    }
    SAME(one, kept);
    SAME(other, kept);
}

static void copied(void)
{
    Tagged kept = tagged(), one = kept, other;
    tagger a = tagger_new(), b;
    memset(&one, 0, sizeof one);
    tag(&a, 0, 3, &one);
    b = a;
    other = one;
    tag(&a, 3, STEPS, &one);
    memset(&a, 0xff, sizeof a);
    tag(&b, 3, STEPS, &other);
    SAME(one, kept);
    SAME(other, kept);
}

static void scratch_is_dead(void)
{
    Tagged kept = tagged(), out = kept;
    tagger net = tagger_new();
    memset(&out, 0, sizeof out);
    for (int t = 0; t < STEPS; t++) {
        memset(&work, 0xff, sizeof work); /* NaN, and tokens that are none */
        tag(&net, t, t + 1, &out);
    }
    SAME(out, kept);
}

/* Arrays need no alignment but that of their elements. */
static void unaligned(void)
{
    Tagged kept = tagged();
    static float in[4], h[STEPS * 4 + 1];
    tagger net = tagger_new();
    int32_t best[STEPS];
    memcpy(in + 1, p, sizeof p);
    HOLDS(tagger_run(&net, STEPS, words, in + 1, h + 1, best) == TAGGER_OK);
    HOLDS(memcmp(h + 1, kept.h, sizeof kept.h) == 0);
}

static void blob(void)
{
    static union { char byte[10000]; float number[2500]; } file, moved;
    static sums_work room;
    sums net, before;
    float y[2];
    FILE *stream = fopen("sums.bin", "rb");
    size_t size = stream ? fread(file.byte, 1, sizeof file, stream) : 0;
    HOLDS(stream && size > 64 && fclose(stream) == 0);
    memset(&net, 1, sizeof net);
    before = net;
    HOLDS(sums_init(&net, &room, NULL, size) == SUMS_NULL);
    HOLDS(sums_init(&net, &room, file.byte, size - 1) == SUMS_BLOB);
    HOLDS(sums_init(&net, &room, file.byte, size + 4) == SUMS_BLOB);
    HOLDS(sums_init(&net, &room, file.byte, 0) == SUMS_BLOB);
    for (int i = 0; i < 16; i++) { /* who made it, version, floats, layout */
        memcpy(&moved, &file, sizeof file);
        moved.byte[i] ^= 1;
        HOLDS(sums_init(&net, &room, moved.byte, size) == SUMS_BLOB);
    }
    memcpy(moved.byte + 1, file.byte, size);
    HOLDS(sums_init(&net, &room, moved.byte + 1, size) == SUMS_BLOB);
    SAME(net, before);
    memcpy(moved.byte + 4, file.byte, size);
    HOLDS(sums_init(&net, &room, moved.byte + 4, size) == SUMS_OK);
    HOLDS(sums_step(&net, x[0], y) == SUMS_OK && y[0] != y[1]);
}

static void statuses(void)
{
    const char *text[] = {tagger_status(TAGGER_OK), tagger_status(TAGGER_NULL), tagger_status(TAGGER_LENGTH),
                          tagger_status(TAGGER_TOKEN), sums_status(SUMS_BLOB), tagger_status(-1)};
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < i; k++)
            HOLDS(text[i] && *text[i] && strcmp(text[i], text[k]) != 0);
    HOLDS(TAGGER_OK == 0 && strcmp(tagger_status(1000), tagger_status(-1)) == 0);
}

/* Prints numbers of every kind of model, to be compared with those of another compiler's options. */
static void numbers(void)
{
    static mood_work room;
    Tagged out = tagged();
    mood net;
    flow other;
    float y[STEPS][2], label[2];
    HOLDS(mood_init(&net, &room) == MOOD_OK && flow_init(&other, &scratch) == FLOW_OK);
    HOLDS(mood_run(&net, STEPS, x[0], out.h[0], label) == MOOD_OK);
    HOLDS(mood_run(&net, 8, x[0], out.h[0], label) == MOOD_LENGTH);
    stream(&other, 0, STEPS, y);
    for (int i = 0; i < STEPS * 4; i++)
        printf("%.9g %.9g\n", (double)out.h[i / 4][i % 4], (double)(i < 2 ? label[i] : y[i / 4][i % 2]));
}

#define CASE(name) {#name, name}
static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    CASE(null_pointers), CASE(not_initialised), CASE(lengths), CASE(tokens), CASE(run_is_steps), CASE(starts_again),
    CASE(stream_goes_on), CASE(two_instances), CASE(copied), CASE(scratch_is_dead), CASE(unaligned), CASE(blob), CASE(statuses),
};

int main(int count, char **word)
{
    const char *wanted = count > 1 ? word[1] : "list";
    if (strcmp(wanted, "numbers") == 0)
        numbers();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(wanted, cases[i].name) == 0)
            cases[i].run();
        else if (strcmp(wanted, "list") == 0)
            printf("%s\n", cases[i].name);
    return failures != 0;
}
