/* naive.c: plain loops, as one writes them down from the equations; the compiler may do what it can with them.
 * Built twice: in float as a contender, and in double with exact functions (REAL, EXP, TANH) as the reference that
 * all outputs are compared with. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"

#ifndef REAL
#define REAL float
#define EXP expf
#define TANH tanhf
#define NAME "naive C"
#endif

enum { WIDEST = 4096 };

typedef struct Naive {
    Network network;
    REAL *h[LAYERS], *c[LAYERS], *gates, *hidden;
    REAL *in, *out;
} Naive;

static REAL sigmoid(REAL x) { return 1 / (1 + EXP(-x)); }

/* y = (b +) M x. */
static void product(REAL *restrict y, const float *restrict M, const float *restrict b, const REAL *restrict x, size_t rows,
                    size_t columns)
{
    for (size_t i = 0; i < rows; i++) {
        REAL sum = b ? b[i] : 0;
        for (size_t k = 0; k < columns; k++)
            sum += M[i * columns + k] * x[k];
        y[i] = sum;
    }
}

/* y = M^T x. */
static void product_transposed(REAL *restrict y, const float *restrict M, const REAL *restrict x, size_t rows, size_t columns)
{
    for (size_t k = 0; k < columns; k++)
        y[k] = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < columns; k++)
            y[k] += M[i * columns + k] * x[i];
}

static void lstm(Naive *net, const Layer *l, REAL *restrict h, REAL *restrict c, const REAL *restrict x)
{
    const float *const *t = l->tensor;
    size_t n = l->n;
    REAL *restrict a = net->gates, *restrict u = net->hidden;
    product(a, t[0], t[2], x, 4 * n, l->m);
    product(u, t[1], t[3], h, 4 * n, n);
    for (size_t j = 0; j < n; j++) {
        REAL i = sigmoid(a[j] + u[j]), f = sigmoid(a[n + j] + u[n + j]);
        REAL g = TANH(a[2 * n + j] + u[2 * n + j]), o = sigmoid(a[3 * n + j] + u[3 * n + j]);
        c[j] = f * c[j] + i * g;
        if (l->kind == SQUASHED)
            c[j] = sigmoid(c[j]);
        h[j] = o * TANH(c[j]);
    }
}

static void gru(Naive *net, const Layer *l, REAL *restrict h, const REAL *restrict x)
{
    const float *const *t = l->tensor;
    size_t n = l->n;
    REAL *restrict a = net->gates, *restrict u = net->hidden;
    product(a, t[0], t[2], x, 3 * n, l->m);
    product(u, t[1], t[3], h, 3 * n, n);
    for (size_t j = 0; j < n; j++) {
        REAL r = sigmoid(a[j] + u[j]), z = sigmoid(a[n + j] + u[n + j]);
        REAL candidate = TANH(a[2 * n + j] + r * u[2 * n + j]);
        h[j] = (1 - z) * candidate + z * h[j];
    }
}

static void gru_before(Naive *net, const Layer *l, REAL *restrict h, const REAL *restrict x)
{
    const float *const *t = l->tensor;
    size_t n = l->n;
    REAL *restrict a = net->gates, *restrict u = net->hidden, *restrict rh = u + 3 * n;
    product(a, t[0], t[2], x, 3 * n, l->m);
    product(u, t[1], t[3], h, 2 * n, n);
    for (size_t j = 0; j < n; j++)
        rh[j] = sigmoid(a[j] + u[j]) * h[j];
    product(u + 2 * n, t[1] + 2 * n * n, t[3] + 2 * n, rh, n, n);
    for (size_t j = 0; j < n; j++) {
        REAL z = sigmoid(a[n + j] + u[n + j]);
        h[j] = (1 - z) * TANH(a[2 * n + j] + u[2 * n + j]) + z * h[j];
    }
}

static void rnn(Naive *net, const Layer *l, REAL *restrict h, const REAL *restrict x)
{
    const float *const *t = l->tensor;
    product(net->gates, t[0], t[2], x, l->n, l->m);
    product(net->hidden, t[1], t[3], h, l->n, l->n);
    for (size_t j = 0; j < l->n; j++)
        h[j] = TANH(net->gates[j] + net->hidden[j]);
}

static void fastgrnn(Naive *net, const Layer *l, REAL *restrict h, const REAL *restrict x)
{
    const float *const *t = l->tensor;
    size_t n = l->n;
    REAL *restrict low = net->hidden, *restrict a = net->gates, *restrict u = a + n;
    product_transposed(low, t[1], x, l->m, l->r);
    product(a, t[0], NULL, low, n, l->r);
    product_transposed(low, t[3], h, n, l->r);
    product(u, t[2], NULL, low, n, l->r);
    for (size_t j = 0; j < n; j++) {
        REAL z = sigmoid(a[j] + u[j] + t[4][j]);
        h[j] = (t[6][0] * (1 - z) + t[7][0]) * TANH(a[j] + u[j] + t[5][j]) + z * h[j];
    }
}

static void attention(Naive *net, const Layer *l, REAL *restrict out, const REAL *restrict q)
{
    REAL *restrict p = net->gates, most = -INFINITY, sum = 0;
    product(p, l->tensor[0], NULL, q, l->r, l->m);
    for (size_t s = 0; s < l->r; s++) {
        p[s] /= (REAL)sqrt((double)l->m);
        most = p[s] > most ? p[s] : most;
    }
    for (size_t s = 0; s < l->r; s++)
        sum += p[s] = EXP(p[s] - most);
    for (size_t s = 0; s < l->r; s++)
        p[s] /= sum;
    product_transposed(out, l->tensor[1], p, l->r, l->n);
}

static void step(void *self, const float *x, float *y)
{
    Naive *net = self;
    const Layer *last = &net->network.layer[net->network.layers - 1];
    const REAL *in = net->in;
    for (size_t k = 0; k < net->network.layer[0].m; k++)
        net->in[k] = x[k];
    for (size_t i = 0; i < net->network.layers; i++) {
        const Layer *l = &net->network.layer[i];
        REAL *h = net->h[i];
        switch (l->kind) {
        case LSTM: case SQUASHED: lstm(net, l, h, net->c[i], in); break;
        case GRU: gru(net, l, h, in); break;
        case GRU_BEFORE: gru_before(net, l, h, in); break;
        case RNN: rnn(net, l, h, in); break;
        case DENSE: product(h, l->tensor[0], l->tensor[1], in, l->n, l->m); break;
        case FASTGRNN: fastgrnn(net, l, h, in); break;
        case ATTENTION: attention(net, l, h, in); break;
        case KINDS: break;
        }
        in = h;
    }
    for (size_t j = 0; j < last->n; j++)
        y[j] = (float)in[j];
}

static void run(void *self, size_t steps, const float *x, float *y)
{
    const Naive *net = self;
    size_t m = net->network.layer[0].m, n = net->network.layer[net->network.layers - 1].n;
    for (size_t t = 0; t < steps; t++)
        step(self, x + t * m, y + t * n);
}

static void *create(const Network *network)
{
    Naive *net = calloc(1, sizeof *net);
    REAL *block = calloc(9 * WIDEST + 2 * LAYERS * WIDEST, sizeof *block);
    if (!net || !block)
        abort();
    net->network = *network;
    net->in = block;
    net->gates = block + WIDEST;
    net->hidden = block + 5 * WIDEST;
    for (size_t i = 0; i < network->layers; i++) {
        if (4 * network->layer[i].n > 4 * WIDEST || network->layer[i].m > WIDEST)
            abort();
        net->h[i] = block + (9 + 2 * i) * WIDEST;
        net->c[i] = net->h[i] + WIDEST;
    }
    return net;
}

static void destroy(void *self)
{
    Naive *net = self;
    free(net->in);
    free(net);
}

const Contender *contender(void)
{
    static const Contender naive = {NAME, create, run, step, destroy};
    return &naive;
}
