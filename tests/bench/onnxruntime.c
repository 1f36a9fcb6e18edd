/* onnxruntime.c: on ONNX Runtime. The states of a call are read in the next one where they were written. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "onnx.h"
#include "ort.h"

enum { VALUES = 1 + 2 * LAYERS, LONGEST = 100 };

/* The tensors of a call: first x, then states; first y, then states. A call of many steps and one of a single step share
 * the states, of which there are two copies, read and written in turn. */
typedef struct Onnx {
    void *session;
    size_t m, n, count;
    char names[2][VALUES][8];
    const char *name[2][VALUES];
    float *x, *y;
    void *value[2][2][2][VALUES];   /* [many steps?][turn][out?] */
    float *state[2][VALUES];
    int turn, attention;
} Onnx;

static float *floats(size_t count)
{
    float *block = calloc(count, sizeof *block);
    if (!block)
        abort();
    return block;
}

static void add_name(Onnx *self, const char *in, const char *out)
{
    snprintf(self->names[0][self->count], sizeof self->names[0][0], "%s", in);
    snprintf(self->names[1][self->count], sizeof self->names[0][0], "%s", out);
    for (int i = 0; i < 2; i++)
        self->name[i][self->count] = self->names[i][self->count];
    self->count++;
}

static void add_state(Onnx *self, char letter, size_t layer, size_t n)
{
    char in[8], out[8];
    int64_t sizes[3] = {1, 1, (int64_t)n};
    size_t place = self->count;
    snprintf(in, sizeof in, "%c%zu", letter, layer);
    snprintf(out, sizeof out, "%cn%zu", letter, layer);
    add_name(self, in, out);
    for (int turn = 0; turn < 2; turn++)
        self->state[turn][place] = floats(n);
    for (int i = 0; i < 8; i++) {
        int turn = i >> 1 & 1, written = i & 1;
        self->value[i >> 2][turn][written][place] = ort_tensor(self->state[turn ^ written][place], ORT_FLOAT, 3, sizes);
    }
}

static void add_ends(Onnx *self, int dense)
{
    add_name(self, "x", "y");
    for (int i = 0; i < 4; i++) {
        int64_t steps = i >> 1 ? LONGEST : 1;
        int64_t x[3] = {steps, 1, (int64_t)self->m}, y[4] = {steps, 1, dense ? (int64_t)self->n : 1, (int64_t)self->n};
        self->value[i >> 1][i & 1][0][0] = ort_tensor(self->x, ORT_FLOAT, 3, x);
        self->value[i >> 1][i & 1][1][0] = ort_tensor(self->y, ORT_FLOAT, dense ? 3 : 4, y);
    }
}

static void add_attention(Onnx *self, const Layer *l)
{
    int64_t m = (int64_t)l->m, n = (int64_t)l->n, r = (int64_t)l->r;
    int64_t q[2] = {1, m}, K[2] = {r, m}, V[2] = {r, n}, c[2] = {1, n};
    add_name(self, "x", "y");
    add_name(self, "K", "");
    add_name(self, "V", "");
    self->attention = 1;
    for (int turn = 0; turn < 2; turn++) {
        self->value[0][turn][0][0] = ort_tensor(self->x, ORT_FLOAT, 2, q);
        self->value[0][turn][0][1] = ort_tensor(l->tensor[0], ORT_FLOAT, 2, K);
        self->value[0][turn][0][2] = ort_tensor(l->tensor[1], ORT_FLOAT, 2, V);
        self->value[0][turn][1][0] = ort_tensor(self->y, ORT_FLOAT, 2, c);
    }
}

static void *create(const Network *network)
{
    const Layer *last = &network->layer[network->layers - 1];
    Bytes model;
    Onnx *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    if (!onnx_model(&model, network)) {
        free(self);
        return NULL;
    }
    self->session = ort_session(model.data, model.size);
    free(model.data);
    self->m = network->layer[0].m;
    self->n = last->n;
    self->x = floats(LONGEST * self->m);
    self->y = floats(LONGEST * self->n);
    if (last->kind == ATTENTION) {
        add_attention(self, last);
        return self;
    }
    add_ends(self, last->kind == DENSE);
    for (size_t i = 0; i < network->layers; i++) {
        const Layer *l = &network->layer[i];
        if (l->kind != DENSE)
            add_state(self, 'h', i, l->n);
        if (l->kind == LSTM)
            add_state(self, 'c', i, l->n);
    }
    return self;
}

static void compute(Onnx *self, int many, const float *x, float *y)
{
    size_t steps = many ? LONGEST : 1;
    memcpy(self->x, x, steps * self->m * sizeof *x);
    ort_run(self->session, self->count, self->name[0], self->value[many][self->turn][0], self->attention ? 1 : self->count,
            self->name[1], self->value[many][self->turn][1]);
    memcpy(y, self->y, steps * self->n * sizeof *y);
    self->turn ^= 1;
}

static void run(void *self, size_t steps, const float *x, float *y)
{
    Onnx *onnx = self;
    for (; steps >= LONGEST && !onnx->attention; steps -= LONGEST, x += LONGEST * onnx->m, y += LONGEST * onnx->n)
        compute(onnx, 1, x, y);
    for (; steps > 0; steps--, x += onnx->m, y += onnx->n)
        compute(onnx, 0, x, y);
}

static void step(void *self, const float *x, float *y) { compute(self, 0, x, y); }

static void destroy(void *self)
{
    Onnx *onnx = self;
    for (int i = 0; i < 8; i++)
        for (size_t v = 0; v < VALUES; v++)
            if (onnx->value[i >> 2][i >> 1 & 1][i & 1][v])
                ort_tensor_free(onnx->value[i >> 2][i >> 1 & 1][i & 1][v]);
    ort_session_free(onnx->session);
    for (size_t v = 0; v < VALUES; v++)
        for (int turn = 0; turn < 2; turn++)
            free(onnx->state[turn][v]);
    free(onnx->x);
    free(onnx->y);
    free(onnx);
}

const Contender *contender(void)
{
    static const Contender onnxruntime = {"ONNX Runtime", create, run, step, destroy};
    return &onnxruntime;
}
