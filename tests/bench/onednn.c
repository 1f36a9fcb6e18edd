/* onednn.c: on oneDNN, through its C API. One primitive for a layer and a number of steps, its weights in the layout that
 * it asks for; the states of a call are read in the next one where they were written. */
#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"

enum { LONGEST = 100, ARGUMENTS = 9 };

/* A layer for one number of steps: two sets of arguments, which differ in where the states are. */
typedef struct Primitive {
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t argument[2][ARGUMENTS];
    int arguments;
} Primitive;

typedef struct Onednn {
    Network network;
    Primitive layer[2][LAYERS];         /* [many steps?] */
    float *h[LAYERS][2], *c[LAYERS][2], *between[LAYERS + 1];
    int turn;
} Onednn;

static dnnl_engine_t engine;
static dnnl_stream_t stream;

static void check(dnnl_status_t status, const char *what)
{
    if (status == dnnl_success)
        return;
    fprintf(stderr, "oneDNN: %s: status %d\n", what, (int)status);
    exit(2);
}

static float *floats(size_t count)
{
    float *block = aligned_alloc(64, (count * sizeof *block + 63) / 64 * 64);
    if (!block)
        abort();
    memset(block, 0, count * sizeof *block);
    return block;
}

static dnnl_memory_desc_t shape(int axes, const size_t *sizes, dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t out;
    dnnl_dims_t dims;
    for (int i = 0; i < axes; i++)
        dims[i] = (dnnl_dim_t)sizes[i];
    check(dnnl_memory_desc_init_by_tag(&out, axes, dims, dnnl_f32, tag), "shape");
    return out;
}

static dnnl_memory_t memory(const dnnl_memory_desc_t *desc, const float *data)
{
    dnnl_memory_t out;
    check(dnnl_memory_create(&out, desc, engine, data ? (void *)(size_t)data : DNNL_MEMORY_ALLOCATE), "memory");
    return out;
}

static void add(Primitive *p, int name, dnnl_memory_t first, dnnl_memory_t second)
{
    p->argument[0][p->arguments] = (dnnl_exec_arg_t){name, first};
    p->argument[1][p->arguments++] = (dnnl_exec_arg_t){name, second};
}

/* Weights from a layout of ours into the one that the primitive wants. */
static void add_weights(Primitive *p, const_dnnl_primitive_desc_t desc, int name, const dnnl_memory_desc_t *ours, const float *data)
{
    const dnnl_memory_desc_t *theirs = dnnl_primitive_desc_query_md(desc, dnnl_query_exec_arg_md, name);
    dnnl_memory_t from = memory(ours, data), to = memory(theirs, NULL);
    dnnl_primitive_desc_t reorder;
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    check(dnnl_reorder_primitive_desc_create(&reorder, ours, engine, theirs, engine, NULL), "reorder");
    check(dnnl_primitive_create(&primitive, reorder), "reorder");
    check(dnnl_primitive_execute(primitive, stream, 2, arguments), "reorder");
    check(dnnl_stream_wait(stream), "reorder");
    dnnl_primitive_destroy(primitive);
    dnnl_primitive_desc_destroy(reorder);
    dnnl_memory_destroy(from);
    add(p, name, to, to);
}

/* Our gate for each of theirs: LSTM i f g o, GRU z r n; and for the fourth bias of a GRU that resets after the product. */
static const size_t *gate_order(const Layer *l)
{
    static const size_t same[4] = {0, 1, 2, 3}, gru[4] = {1, 0, 2, 2};
    return l->kind == GRU || l->kind == GRU_BEFORE ? gru : same;
}

static size_t gate_count(const Layer *l) { return l->kind == LSTM ? 4 : l->kind == RNN ? 1 : 3; }

/* [inputs][gates][n] out of [gates n][inputs]. */
static float *transposed(const Layer *l, const float *data, size_t inputs)
{
    size_t gates = gate_count(l);
    float *out = floats(inputs * gates * l->n);
    for (size_t g = 0; g < gates; g++)
        for (size_t j = 0; j < l->n; j++)
            for (size_t k = 0; k < inputs; k++)
                out[(k * gates + g) * l->n + j] = data[(gate_order(l)[g] * l->n + j) * inputs + k];
    return out;
}

/* The sum of both biases; but a GRU that resets after the product keeps those of the candidate apart. */
static float *joined_bias(const Layer *l, size_t count)
{
    float *out = floats(count * l->n);
    for (size_t g = 0; g < count; g++)
        for (size_t j = 0; j < l->n; j++) {
            size_t from = gate_order(l)[g] * l->n + j;
            out[g * l->n + j] = (l->kind == GRU && g == 3 ? 0 : l->tensor[2][from]);
            out[g * l->n + j] += (l->kind == GRU && g == 2 ? 0 : l->tensor[3][from]);
        }
    return out;
}

typedef struct Shapes {
    dnnl_memory_desc_t x, y, state, W, U, bias;
} Shapes;

static dnnl_primitive_desc_t describe(const Layer *l, const Shapes *s)
{
    dnnl_rnn_desc_t desc;
    dnnl_primitive_desc_t out;
    const dnnl_prop_kind_t kind = dnnl_forward_inference;
    const dnnl_rnn_direction_t way = dnnl_unidirectional_left2right;
    const dnnl_memory_desc_t *x = &s->x, *y = &s->y, *h = &s->state, *b = &s->bias;
    if (l->kind == LSTM)
        check(dnnl_lstm_forward_desc_init(&desc, kind, way, x, h, h, &s->W, &s->U, b, y, h, h, 0), "lstm");
    else if (l->kind == GRU)
        check(dnnl_lbr_gru_forward_desc_init(&desc, kind, way, x, h, &s->W, &s->U, b, y, h, 0), "lbr_gru");
    else if (l->kind == GRU_BEFORE)
        check(dnnl_gru_forward_desc_init(&desc, kind, way, x, h, &s->W, &s->U, b, y, h, 0), "gru");
    else
        check(dnnl_vanilla_rnn_forward_desc_init(&desc, kind, dnnl_eltwise_tanh, way, x, h, &s->W, &s->U, b, y, h, 0, 0, 0), "rnn");
    check(dnnl_primitive_desc_create(&out, &desc, NULL, engine, NULL), "recurrent layer");
    return out;
}

static void make_recurrent(Onednn *self, size_t i, int many)
{
    const Layer *l = &self->network.layer[i];
    Primitive *p = &self->layer[many][i];
    size_t n = l->n, gates = gate_count(l), biases = l->kind == GRU ? 4 : gates, steps = many ? LONGEST : 1;
    dnnl_memory_desc_t W = shape(5, (size_t[]){1, 1, l->m, gates, n}, dnnl_ldigo);
    dnnl_memory_desc_t U = shape(5, (size_t[]){1, 1, n, gates, n}, dnnl_ldigo);
    Shapes s = {
        .x = shape(3, (size_t[]){steps, 1, l->m}, dnnl_tnc), .y = shape(3, (size_t[]){steps, 1, n}, dnnl_tnc),
        .state = shape(4, (size_t[]){1, 1, 1, n}, dnnl_ldnc), .bias = shape(4, (size_t[]){1, 1, biases, n}, dnnl_ldgo),
        .W = shape(5, (size_t[]){1, 1, l->m, gates, n}, dnnl_format_tag_any),
        .U = shape(5, (size_t[]){1, 1, n, gates, n}, dnnl_format_tag_any),
    };
    dnnl_primitive_desc_t desc = describe(l, &s);
    float *ours[3] = {transposed(l, l->tensor[0], l->m), transposed(l, l->tensor[1], n), joined_bias(l, biases)};
    dnnl_memory_t x = memory(&s.x, self->between[i]), y = memory(&s.y, self->between[i + 1]);
    dnnl_memory_t h[2] = {memory(&s.state, self->h[i][0]), memory(&s.state, self->h[i][1])};
    add(p, DNNL_ARG_SRC_LAYER, x, x);
    add(p, DNNL_ARG_DST_LAYER, y, y);
    add(p, DNNL_ARG_SRC_ITER, h[0], h[1]);
    add(p, DNNL_ARG_DST_ITER, h[1], h[0]);
    if (l->kind == LSTM) {
        dnnl_memory_t c[2] = {memory(&s.state, self->c[i][0]), memory(&s.state, self->c[i][1])};
        add(p, DNNL_ARG_SRC_ITER_C, c[0], c[1]);
        add(p, DNNL_ARG_DST_ITER_C, c[1], c[0]);
    }
    add_weights(p, desc, DNNL_ARG_WEIGHTS_LAYER, &W, ours[0]);
    add_weights(p, desc, DNNL_ARG_WEIGHTS_ITER, &U, ours[1]);
    add_weights(p, desc, DNNL_ARG_BIAS, &s.bias, ours[2]);
    check(dnnl_primitive_create(&p->primitive, desc), "recurrent layer");
    dnnl_primitive_desc_destroy(desc);
    for (int w = 0; w < 3; w++)
        free(ours[w]);
}

static void make_dense(Onednn *self, size_t i, int many)
{
    const Layer *l = &self->network.layer[i];
    Primitive *p = &self->layer[many][i];
    size_t steps = many ? LONGEST : 1;
    dnnl_matmul_desc_t matmul;
    dnnl_primitive_desc_t desc;
    dnnl_memory_desc_t x = shape(2, (size_t[]){steps, l->m}, dnnl_ab), y = shape(2, (size_t[]){steps, l->n}, dnnl_ab);
    dnnl_memory_desc_t W = shape(2, (size_t[]){l->m, l->n}, dnnl_ba);
    dnnl_memory_desc_t any = shape(2, (size_t[]){l->m, l->n}, dnnl_format_tag_any);
    dnnl_memory_desc_t bias = shape(2, (size_t[]){1, l->n}, dnnl_ab);
    dnnl_memory_t in = memory(&x, self->between[i]), out = memory(&y, self->between[i + 1]);
    check(dnnl_matmul_desc_init(&matmul, &x, &any, &bias, &y), "matmul");
    check(dnnl_primitive_desc_create(&desc, &matmul, NULL, engine, NULL), "matmul");
    add(p, DNNL_ARG_SRC, in, in);
    add(p, DNNL_ARG_DST, out, out);
    add_weights(p, desc, DNNL_ARG_WEIGHTS, &W, l->tensor[0]);
    add_weights(p, desc, DNNL_ARG_BIAS, &bias, l->tensor[1]);
    check(dnnl_primitive_create(&p->primitive, desc), "matmul");
    dnnl_primitive_desc_destroy(desc);
}

static void *create(const Network *network)
{
    Onednn *self;
    for (size_t i = 0; i < network->layers; i++)
        if (network->layer[i].kind == SQUASHED || network->layer[i].kind == FASTGRNN || network->layer[i].kind == ATTENTION)
            return NULL;
    if (!engine) {
        check(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine");
        check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "stream");
    }
    self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->network = *network;
    self->between[0] = floats(LONGEST * network->layer[0].m);
    for (size_t i = 0; i < network->layers; i++) {
        const Layer *l = &network->layer[i];
        self->between[i + 1] = floats(LONGEST * l->n);
        for (int turn = 0; turn < 2; turn++) {
            self->h[i][turn] = floats(l->n);
            self->c[i][turn] = floats(l->n);
        }
        for (int many = 0; many < 2; many++)
            if (l->kind == DENSE)
                make_dense(self, i, many);
            else
                make_recurrent(self, i, many);
    }
    return self;
}

static void compute(Onednn *self, int many, const float *x, float *y)
{
    size_t layers = self->network.layers, steps = many ? LONGEST : 1;
    memcpy(self->between[0], x, steps * self->network.layer[0].m * sizeof *x);
    for (size_t i = 0; i < layers; i++) {
        const Primitive *p = &self->layer[many][i];
        check(dnnl_primitive_execute(p->primitive, stream, p->arguments, p->argument[self->turn]), "execute");
    }
    check(dnnl_stream_wait(stream), "wait");
    memcpy(y, self->between[layers], steps * self->network.layer[layers - 1].n * sizeof *y);
    self->turn ^= 1;
}

static void run(void *self, size_t steps, const float *x, float *y)
{
    const Network *network = &((Onednn *)self)->network;
    size_t m = network->layer[0].m, n = network->layer[network->layers - 1].n;
    for (; steps >= LONGEST; steps -= LONGEST, x += LONGEST * m, y += LONGEST * n)
        compute(self, 1, x, y);
    for (; steps > 0; steps--, x += m, y += n)
        compute(self, 0, x, y);
}

static void step(void *self, const float *x, float *y) { compute(self, 0, x, y); }

/* The memories of a primitive stay with the process: it ends soon. */
static void destroy(void *self)
{
    Onednn *onednn = self;
    for (size_t i = 0; i < onednn->network.layers; i++)
        for (int many = 0; many < 2; many++)
            dnnl_primitive_destroy(onednn->layer[many][i].primitive);
    free(onednn);
}

const Contender *contender(void)
{
    static const Contender onednn = {"oneDNN", create, run, step, destroy};
    return &onednn;
}
