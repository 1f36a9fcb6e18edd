/* bench.h: what is measured, and what measures it.
 *
 * A network is a few layers with given weights, one row of networks.txt. A contender computes it: rnnc,
 * a library, plain C. Each is a shared object of its own with one function, contender(), so that one
 * that cannot be built or loaded is left out by name, and no two share symbols. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>

enum kind {
    LSTM,           /* gates i, f, g, o */
    GRU,            /* gates r, z, n; reset after the product, as in PyTorch */
    GRU_BEFORE,     /* the same, reset before the product */
    RNN,            /* tanh */
    DENSE,
    SQUASHED,       /* an LSTM whose cell state goes through a sigmoid: a cell that no library has */
    FASTGRNN,       /* low rank: rank r of W = W1 W2^T and U = U1 U2^T */
    ATTENTION,      /* one query of m against r keys, the sum of r values of n */
    KINDS
};

enum { LAYERS = 4, TENSORS = 8 };

/* Tensors are dense, the last index moving fastest. With G gates:
 *   LSTM GRU GRU_BEFORE RNN SQUASHED   W [G n][m], U [G n][n], b [G n], d [G n]: two biases, d of the recurrent part
 *   DENSE                              W [n][m], b [n]
 *   FASTGRNN                           W1 [n][r], W2 [m][r], U1 [n][r], U2 [n][r], bz [n], bh [n], zeta, nu
 *   ATTENTION                          K [r][m], V [r][n]: inputs of the network rather than weights */
typedef struct Layer {
    enum kind kind;
    size_t m, n, r;
    const float *tensor[TENSORS];
} Layer;

typedef struct Network {
    char name[64];              /* lstm_1_16 */
    size_t layers;
    Layer layer[LAYERS];
    size_t weight_bytes;        /* of matrices, all of which a step reads; biases do not count */
    double operations;          /* of the products of a step: two for each weight */
} Network;

/* The interface of a contender. State is carried from call to call, and starts at zero. */
typedef struct Contender {
    const char *name;
    void *(*create)(const Network *network);                            /* NULL if it cannot do this network */
    void (*run)(void *self, size_t steps, const float *x, float *y);    /* NULL: single steps only */
    void (*step)(void *self, const float *x, float *y);
    void (*destroy)(void *self);
} Contender;

/* What a shared object gives. */
const Contender *contender(void);

/* ---- networks.c ---- */

/* How many a layer reads and writes at a step. */
size_t layer_inputs(const Layer *layer);
size_t layer_outputs(const Layer *layer);

/* A tensor's name, and its sizes; 0 columns for a vector, 0 rows for a number. NULL: there is no such tensor. */
const char *layer_tensor(const Layer *layer, size_t index, size_t *rows, size_t *columns);

/* Reads a row "NAME MODEL DEFINES LAYER ..." of networks.txt and gives the network random weights, which follow from
 * its name. 1 if it is a row, 0 if it is empty or a comment, -1 (with a message) if it is wrong. */
int network_read(Network *network, const char *row);
void network_free(Network *network);

/* `count` numbers between -scale and scale. The same seed, the same numbers. */
void random_fill(float *out, size_t count, float scale, const char *seed);

#endif
