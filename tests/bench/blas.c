/* blas.c: on OpenBLAS, as one would write it with care. All input products of a call in one sgemm, then sgemv and the
 * gates a step. A single step has one sgemv for each matrix. */
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"

typedef struct Blas {
    Network network;
    float *h[LAYERS], *c[LAYERS], *between[LAYERS], *gates, *hidden;
    size_t room;                    /* steps that gates and between have room for */
} Blas;

static float sigmoid(float x) { return 1 / (1 + expf(-x)); }

static void multiply(float *y, const float *M, const float *x, size_t rows, size_t columns, float keep)
{
    cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)rows, (int)columns, 1, M, (int)columns, x, 1, keep, y, 1);
}

static void multiply_transposed(float *y, const float *M, const float *x, size_t rows, size_t columns)
{
    cblas_sgemv(CblasRowMajor, CblasTrans, (int)rows, (int)columns, 1, M, (int)columns, x, 1, 0, y, 1);
}

/* y[t] = b + M x[t], for all steps. */
static void multiply_all(float *y, const float *M, const float *b, const float *x, size_t steps, size_t rows, size_t columns)
{
    for (size_t t = 0; t < steps; t++)
        memcpy(y + t * rows, b, rows * sizeof *y);
    if (steps == 1)
        multiply(y, M, x, rows, columns, 1);
    else
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)steps, (int)rows, (int)columns, 1, x, (int)columns,
                    M, (int)columns, 1, y, (int)rows);
}

static void lstm_gates(const Layer *l, const float *restrict a, float *restrict h, float *restrict c)
{
    size_t n = l->n;
    for (size_t j = 0; j < n; j++) {
        c[j] = sigmoid(a[n + j]) * c[j] + sigmoid(a[j]) * tanhf(a[2 * n + j]);
        if (l->kind == SQUASHED)
            c[j] = sigmoid(c[j]);
    }
    for (size_t j = 0; j < n; j++)
        h[j] = sigmoid(a[3 * n + j]) * tanhf(c[j]);
}

static void gru_gates(size_t n, const float *restrict a, const float *restrict u, float *restrict h)
{
    for (size_t j = 0; j < n; j++) {
        float z = sigmoid(a[n + j] + u[n + j]);
        h[j] = (1 - z) * tanhf(a[2 * n + j] + sigmoid(a[j] + u[j]) * u[2 * n + j]) + z * h[j];
    }
}

static void gru_before(Blas *net, const Layer *l, float *restrict a, float *restrict h)
{
    size_t n = l->n;
    float *restrict rh = net->hidden;
    const float *U = l->tensor[1], *d = l->tensor[3];
    multiply(a, U, h, 2 * n, n, 1);
    for (size_t j = 0; j < n; j++)
        rh[j] = sigmoid(a[j] + d[j]) * h[j];
    multiply(a + 2 * n, U + 2 * n * n, rh, n, n, 1);
    for (size_t j = 0; j < n; j++) {
        float z = sigmoid(a[n + j] + d[n + j]);
        h[j] = (1 - z) * tanhf(a[2 * n + j] + d[2 * n + j]) + z * h[j];
    }
}

static void fastgrnn(Blas *net, const Layer *l, float *restrict h, const float *restrict x)
{
    const float *const *t = l->tensor;
    float *restrict low = net->hidden, *restrict a = net->gates;
    multiply_transposed(low, t[1], x, l->m, l->r);
    multiply(a, t[0], low, l->n, l->r, 0);
    multiply_transposed(low, t[3], h, l->n, l->r);
    multiply(a, t[2], low, l->n, l->r, 1);
    for (size_t j = 0; j < l->n; j++) {
        float z = sigmoid(a[j] + t[4][j]);
        h[j] = (t[6][0] * (1 - z) + t[7][0]) * tanhf(a[j] + t[5][j]) + z * h[j];
    }
}

static void attention(Blas *net, const Layer *l, float *out, const float *q)
{
    float *restrict p = net->gates, most = -INFINITY, sum = 0, scale = 1 / sqrtf((float)l->m);
    multiply(p, l->tensor[0], q, l->r, l->m, 0);
    for (size_t s = 0; s < l->r; s++)
        most = p[s] > most ? p[s] : most;
    for (size_t s = 0; s < l->r; s++)
        sum += p[s] = expf((p[s] - most) * scale);
    for (size_t s = 0; s < l->r; s++)
        p[s] /= sum;
    multiply_transposed(out, l->tensor[1], p, l->r, l->n);
}

/* One layer for all steps of a call. */
static void layer(Blas *net, size_t i, size_t steps, const float *x, float *y)
{
    const Layer *l = &net->network.layer[i];
    const float *const *w = l->tensor;
    float *h = net->h[i], *u = net->hidden;
    size_t n = l->n, gates = l->kind == RNN || l->kind == DENSE ? 1 : l->kind == GRU || l->kind == GRU_BEFORE ? 3 : 4;
    if (l->kind == DENSE)
        multiply_all(y, w[0], w[1], x, steps, n, l->m);
    else if (l->kind != FASTGRNN && l->kind != ATTENTION)
        multiply_all(net->gates, w[0], w[2], x, steps, gates * n, l->m);
    for (size_t t = 0; t < steps && l->kind != DENSE; t++) {
        float *a = net->gates + t * gates * n;
        if (l->kind == GRU) {
            memcpy(u, w[3], 3 * n * sizeof *u);
            multiply(u, w[1], h, 3 * n, n, 1);
            gru_gates(n, a, u, h);
        } else if (l->kind == GRU_BEFORE)
            gru_before(net, l, a, h);
        else if (l->kind == FASTGRNN)
            fastgrnn(net, l, h, x + t * l->m);
        else if (l->kind == ATTENTION)
            attention(net, l, h, x + t * l->m);
        else {
            multiply(a, w[1], h, gates * n, n, 1);
            for (size_t j = 0; j < gates * n; j++)
                a[j] += w[3][j];
            if (l->kind == RNN)
                for (size_t j = 0; j < n; j++)
                    h[j] = tanhf(a[j]);
            else
                lstm_gates(l, a, h, net->c[i]);
        }
        memcpy(y + t * n, h, n * sizeof *y);
    }
}

static float *floats(size_t count)
{
    float *block = aligned_alloc(64, (count * sizeof *block + 63) / 64 * 64);
    if (!block)
        abort();
    memset(block, 0, count * sizeof *block);
    return block;
}

static void make_room(Blas *net, size_t steps)
{
    size_t widest = 0;
    if (steps <= net->room)
        return;
    net->room = steps;
    for (size_t i = 0; i < net->network.layers; i++) {
        size_t n = net->network.layer[i].n > net->network.layer[i].r ? net->network.layer[i].n : net->network.layer[i].r;
        widest = n > widest ? n : widest;
        free(net->between[i]);
        net->between[i] = floats(steps * n);
    }
    free(net->gates);
    free(net->hidden);
    net->gates = floats(steps * 4 * widest);
    net->hidden = floats(4 * widest);
}

static void run(void *self, size_t steps, const float *x, float *y)
{
    Blas *net = self;
    size_t last = net->network.layers - 1;
    make_room(net, steps);
    for (size_t i = 0; i <= last; i++)
        layer(net, i, steps, i == 0 ? x : net->between[i - 1], i == last ? y : net->between[i]);
}

static void step(void *self, const float *x, float *y) { run(self, 1, x, y); }

static void *create(const Network *network)
{
    Blas *net = calloc(1, sizeof *net);
    if (!net)
        abort();
    net->network = *network;
    for (size_t i = 0; i < network->layers; i++) {
        net->h[i] = floats(network->layer[i].n);
        net->c[i] = floats(network->layer[i].n);
    }
    make_room(net, 100);
    return net;
}

static void destroy(void *self)
{
    Blas *net = self;
    for (size_t i = 0; i < net->network.layers; i++) {
        free(net->h[i]);
        free(net->c[i]);
        free(net->between[i]);
    }
    free(net->gates);
    free(net->hidden);
    free(net);
}

const Contender *contender(void)
{
    static const Contender blas = {"OpenBLAS", create, run, step, destroy};
    return &blas;
}
