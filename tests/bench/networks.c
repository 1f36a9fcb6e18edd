/* networks.c: a row of networks.txt becomes a network with random weights. Every program that needs them makes them
 * from the row, so that all contenders have the same. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"

/* Sizes: times * (one of m, n, r; 1 for one) by one of them; a vector has 0 columns, a number has '1' rows. */
typedef struct Tensor {
    const char *name;
    size_t times;
    char rows, columns;
} Tensor;

static const struct {
    const char *name;
    Tensor tensor[TENSORS];
} kinds[KINDS] = {
    [LSTM] = {"lstm", {{"W", 4, 'n', 'm'}, {"U", 4, 'n', 'n'}, {"b", 4, 'n', 0}, {"d", 4, 'n', 0}}},
    [GRU] = {"gru", {{"W", 3, 'n', 'm'}, {"U", 3, 'n', 'n'}, {"b", 3, 'n', 0}, {"d", 3, 'n', 0}}},
    [GRU_BEFORE] = {"gru_before", {{"W", 3, 'n', 'm'}, {"U", 3, 'n', 'n'}, {"b", 3, 'n', 0}, {"d", 3, 'n', 0}}},
    [RNN] = {"rnn", {{"W", 1, 'n', 'm'}, {"U", 1, 'n', 'n'}, {"b", 1, 'n', 0}, {"d", 1, 'n', 0}}},
    [DENSE] = {"dense", {{"W", 1, 'n', 'm'}, {"b", 1, 'n', 0}}},
    [SQUASHED] = {"squashed", {{"W", 4, 'n', 'm'}, {"U", 4, 'n', 'n'}, {"b", 4, 'n', 0}, {"d", 4, 'n', 0}}},
    [FASTGRNN] = {"fastgrnn", {{"W1", 1, 'n', 'r'}, {"W2", 1, 'm', 'r'}, {"U1", 1, 'n', 'r'}, {"U2", 1, 'n', 'r'},
                               {"bz", 1, 'n', 0}, {"bh", 1, 'n', 0}, {"zeta", 0, 0, 0}, {"nu", 0, 0, 0}}},
    [ATTENTION] = {"attention", {{"K", 1, 'r', 'm'}, {"V", 1, 'r', 'n'}}},
};

size_t layer_inputs(const Layer *layer) { return layer->m; }
size_t layer_outputs(const Layer *layer) { return layer->n; }

static size_t size_of(const Layer *layer, char letter)
{
    return letter == 'm' ? layer->m : letter == 'n' ? layer->n : letter == 'r' ? layer->r : 0;
}

const char *layer_tensor(const Layer *layer, size_t index, size_t *rows, size_t *columns)
{
    const Tensor *tensor = index < TENSORS ? &kinds[layer->kind].tensor[index] : NULL;
    if (!tensor || !tensor->name)
        return NULL;
    *rows = tensor->times * size_of(layer, tensor->rows);
    *columns = size_of(layer, tensor->columns);
    return tensor->name;
}

void random_fill(float *out, size_t count, float scale, const char *seed)
{
    uint64_t state = 14695981039346656037u;             /* FNV-1a of the seed, then xorshift */
    for (; *seed; seed++)
        state = (state ^ (unsigned char)*seed) * 1099511628211u;
    for (size_t i = 0; i < count; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out[i] = scale * ((float)(int32_t)(state >> 32) / 2147483648.0f);
    }
}

/* Weights as PyTorch starts them, within 1 / sqrt(n); keys, values and single numbers within 1. */
static void fill_layer(Network *network, size_t index)
{
    Layer *layer = &network->layer[index];
    const char *name;
    size_t rows, columns;
    for (size_t i = 0; (name = layer_tensor(layer, i, &rows, &columns)) != NULL; i++) {
        size_t count = (rows ? rows : 1) * (columns ? columns : 1);
        char seed[128];
        float *data = aligned_alloc(64, (count * sizeof *data + 63) / 64 * 64);
        if (!data)
            abort();
        snprintf(seed, sizeof seed, "%s %zu %s", network->name, index, name);
        random_fill(data, count, layer->kind == ATTENTION || !rows ? 1 : 1 / sqrtf((float)layer->n), seed);
        layer->tensor[i] = data;
        if (columns) {
            network->weight_bytes += count * sizeof *data;
            network->operations += 2.0 * (double)count;
        }
    }
}

/* "lstm:40:128", with a third number for a rank or the keys. */
static int read_layer(Layer *layer, const char *word)
{
    size_t length = strcspn(word, ":");
    *layer = (Layer){.kind = KINDS};
    for (enum kind k = 0; k < KINDS; k++)
        if (strlen(kinds[k].name) == length && memcmp(kinds[k].name, word, length) == 0)
            layer->kind = k;
    return layer->kind < KINDS && sscanf(word + length, ":%zu:%zu:%zu", &layer->m, &layer->n, &layer->r) >= 2;
}

int network_read(Network *network, const char *row)
{
    char copy[512];
    *network = (Network){.layers = 0};
    snprintf(copy, sizeof copy, "%s", row);
    char *word = strtok(copy, " \t\n");
    if (!word || *word == '#')
        return 0;
    snprintf(network->name, sizeof network->name, "%s", word);
    for (int skipped = 0; skipped < 2; skipped++)       /* the model file and its parameters are for rnnc */
        strtok(NULL, " \t\n");
    while ((word = strtok(NULL, " \t\n")) != NULL) {
        if (network->layers == LAYERS || !read_layer(&network->layer[network->layers], word)) {
            fprintf(stderr, "bench: %s: what is %s?\n", network->name, word);
            network_free(network);
            return -1;
        }
        network->layers++;
        fill_layer(network, network->layers - 1);
    }
    return 1;
}

void network_free(Network *network)
{
    for (size_t l = 0; l < network->layers; l++)
        for (size_t i = 0; i < TENSORS; i++)
            free((void *)(size_t)network->layer[l].tensor[i]);
    network->layers = 0;
}
