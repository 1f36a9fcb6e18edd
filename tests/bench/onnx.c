/* onnx.c: writes ONNX models. The format is protocol buffers: a field is its number and kind, then a number or a length
 * and so many bytes. The numbers are those of onnx.proto (github.com/onnx/onnx). */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "onnx.h"

enum {
    MODEL_IR_VERSION = 1, MODEL_GRAPH = 7, MODEL_OPSET = 8, OPSET_DOMAIN = 1, OPSET_VERSION = 2,
    GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12,
    VALUE_NAME = 1, VALUE_TYPE = 2, TYPE_TENSOR = 1, TENSOR_TYPE_ELEMENT = 1, TENSOR_TYPE_SHAPE = 2,
    SHAPE_DIM = 1, DIM_VALUE = 1, DIM_PARAM = 2,
    NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_OPERATOR = 4, NODE_ATTRIBUTE = 5,
    ATTRIBUTE_NAME = 1, ATTRIBUTE_F = 2, ATTRIBUTE_I = 3, ATTRIBUTE_TYPE = 20, ATTRIBUTE_IS_FLOAT = 1, ATTRIBUTE_IS_INT = 2,
    TENSOR_DIMS = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9, IS_FLOAT = 1, IS_INT64 = 7
};

static void put_raw(Bytes *out, const void *data, size_t size)
{
    if (out->size + size > out->room) {
        out->room = 2 * out->room + size;
        out->data = realloc(out->data, out->room);
        if (!out->data)
            abort();
    }
    if (size > 0)
        memcpy(out->data + out->size, data, size);
    out->size += size;
}

static void put_varint(Bytes *out, uint64_t value)
{
    do {
        unsigned char byte = (unsigned char)((value & 127) | (value > 127 ? 128 : 0));
        put_raw(out, &byte, 1);
        value >>= 7;
    } while (value > 0);
}

static void put_number(Bytes *out, unsigned field, uint64_t value)
{
    put_varint(out, field << 3);
    put_varint(out, value);
}

static void put_float(Bytes *out, unsigned field, float value)
{
    put_varint(out, field << 3 | 5);
    put_raw(out, &value, sizeof value);
}

static void put_bytes(Bytes *out, unsigned field, const void *data, size_t size)
{
    put_varint(out, field << 3 | 2);
    put_varint(out, size);
    put_raw(out, data, size);
}

static void put_text(Bytes *out, unsigned field, const char *text) { put_bytes(out, field, text, strlen(text)); }

/* A message inside of another; it is used up. */
static void put_message(Bytes *out, unsigned field, Bytes *message)
{
    put_bytes(out, field, message->data, message->size);
    free(message->data);
    *message = (Bytes){NULL, 0, 0};
}

/* A value of the graph, up to three axes; 0 is an axis of any length. */
static void put_value(Bytes *graph, unsigned field, const char *name, size_t axes, const size_t *sizes)
{
    Bytes shape = {NULL, 0, 0}, tensor = shape, type = shape, value = shape;
    for (size_t i = 0; i < axes; i++) {
        Bytes dim = {NULL, 0, 0};
        if (sizes[i])
            put_number(&dim, DIM_VALUE, sizes[i]);
        else
            put_text(&dim, DIM_PARAM, "t");
        put_message(&shape, SHAPE_DIM, &dim);
    }
    put_number(&tensor, TENSOR_TYPE_ELEMENT, IS_FLOAT);
    put_message(&tensor, TENSOR_TYPE_SHAPE, &shape);
    put_message(&type, TYPE_TENSOR, &tensor);
    put_text(&value, VALUE_NAME, name);
    put_message(&value, VALUE_TYPE, &type);
    put_message(graph, field, &value);
}

static void put_tensor(Bytes *graph, const char *name, uint64_t type, size_t axes, const size_t *sizes, const void *data,
                       size_t bytes)
{
    Bytes tensor = {NULL, 0, 0};
    for (size_t i = 0; i < axes; i++)
        put_number(&tensor, TENSOR_DIMS, sizes[i]);
    put_number(&tensor, TENSOR_TYPE, type);
    put_text(&tensor, TENSOR_NAME, name);
    put_bytes(&tensor, TENSOR_RAW, data, bytes);
    put_message(graph, GRAPH_INITIALIZER, &tensor);
}

/* An operator; `inputs` and `outputs` are names with spaces between them, `-` for one that is left out. */
static Bytes node(const char *operator, const char *inputs, const char *outputs)
{
    Bytes out = {NULL, 0, 0};
    for (int which = 0; which < 2; which++)
        for (const char *name = which ? outputs : inputs; *name; name += strspn(name, " ")) {
            size_t length = strcspn(name, " ");
            put_bytes(&out, which ? NODE_OUTPUT : NODE_INPUT, name, length == 1 && *name == '-' ? 0 : length);
            name += length;
        }
    put_text(&out, NODE_OPERATOR, operator);
    return out;
}

static void put_attribute(Bytes *out, const char *name, const float *number, uint64_t whole)
{
    Bytes attribute = {NULL, 0, 0};
    put_text(&attribute, ATTRIBUTE_NAME, name);
    if (number)
        put_float(&attribute, ATTRIBUTE_F, *number);
    else
        put_number(&attribute, ATTRIBUTE_I, whole);
    put_number(&attribute, ATTRIBUTE_TYPE, number ? ATTRIBUTE_IS_FLOAT : ATTRIBUTE_IS_INT);
    put_message(out, NODE_ATTRIBUTE, &attribute);
}

/* Gates in ONNX's order: LSTM i o f g, GRU z r n; ours are i f g o and r z n. Biases of the input come first. */
static float *reordered(const Layer *l, const float *data, size_t columns)
{
    static const size_t order[][4] = {{0, 3, 1, 2}, {1, 0, 2, 0}, {0, 0, 0, 0}};
    const size_t *from = order[l->kind == LSTM ? 0 : l->kind == RNN ? 2 : 1];
    size_t gates = l->kind == LSTM ? 4 : l->kind == RNN ? 1 : 3, block = l->n * columns;
    float *out = malloc(gates * block * sizeof *out);
    if (!out)
        abort();
    for (size_t g = 0; g < gates; g++)
        memcpy(out + g * block, data + from[g] * block, block * sizeof *out);
    return out;
}

static void put_weights(Bytes *graph, const Layer *l, size_t index)
{
    size_t rows = l->n * (l->kind == LSTM ? 4 : l->kind == RNN ? 1 : 3);
    float *both = malloc(2 * rows * sizeof *both);
    if (!both)
        abort();
    for (size_t i = 0; i < 4; i++) {
        size_t columns = i == 0 ? l->m : i == 1 ? l->n : 1, sizes[3] = {1, rows, columns};
        float *data = reordered(l, l->tensor[i], columns);
        char name[8];
        snprintf(name, sizeof name, "%c%zu", "WR"[i % 2], index);
        if (i < 2)
            put_tensor(graph, name, IS_FLOAT, 3, sizes, data, rows * columns * sizeof *data);
        else
            memcpy(both + (i - 2) * rows, data, rows * sizeof *both);
        free(data);
    }
    char name[8];
    snprintf(name, sizeof name, "B%zu", index);
    put_tensor(graph, name, IS_FLOAT, 2, (size_t[]){1, 2 * rows}, both, 2 * rows * sizeof *both);
    free(both);
}

/* From value `from` to value `to`, which has an axis of directions that is taken away unless it is the last. */
static void put_recurrent(Bytes *graph, const Layer *l, size_t index, const char *from, const char *to, int last)
{
    char inputs[64], outputs[64], wide[16], name[8];
    size_t state[3] = {1, 1, l->n};
    int cell = l->kind == LSTM;
    snprintf(wide, sizeof wide, last ? "%s" : "%s_wide", to);
    snprintf(inputs, sizeof inputs, cell ? "%s W%zu R%zu B%zu - h%zu c%zu" : "%s W%zu R%zu B%zu - h%zu", from, index, index, index,
             index, index);
    snprintf(outputs, sizeof outputs, cell ? "%s hn%zu cn%zu" : "%s hn%zu", wide, index, index);
    Bytes out = node(cell ? "LSTM" : l->kind == RNN ? "RNN" : "GRU", inputs, outputs);
    put_attribute(&out, "hidden_size", NULL, l->n);
    if (l->kind == GRU)
        put_attribute(&out, "linear_before_reset", NULL, 1);
    put_message(graph, GRAPH_NODE, &out);
    if (!last) {
        snprintf(inputs, sizeof inputs, "%s one", wide);
        Bytes squeeze = node("Squeeze", inputs, to);
        put_message(graph, GRAPH_NODE, &squeeze);
    }
    put_weights(graph, l, index);
    for (int i = 0; i < 4; i++)
        if (cell || i % 2 == 0) {
            snprintf(name, sizeof name, "%s%zu", ((const char *[]){"h", "c", "hn", "cn"})[i], index);
            put_value(graph, i < 2 ? GRAPH_INPUT : GRAPH_OUTPUT, name, 3, state);
        }
}

static void put_dense(Bytes *graph, const Layer *l, const char *from, const char *to)
{
    float *transposed = malloc(l->m * l->n * sizeof *transposed);
    char inputs[32];
    if (!transposed)
        abort();
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < l->m; k++)
            transposed[k * l->n + i] = l->tensor[0][i * l->m + k];
    put_tensor(graph, "D", IS_FLOAT, 2, (size_t[]){l->m, l->n}, transposed, l->m * l->n * sizeof *transposed);
    put_tensor(graph, "e", IS_FLOAT, 1, &l->n, l->tensor[1], l->n * sizeof(float));
    free(transposed);
    snprintf(inputs, sizeof inputs, "%s D", from);
    Bytes product = node("MatMul", inputs, "product"), sum = node("Add", "product e", to);
    put_message(graph, GRAPH_NODE, &product);
    put_message(graph, GRAPH_NODE, &sum);
}

static void put_attention(Bytes *graph, const Layer *l)
{
    float scale = 1 / sqrtf((float)l->m);
    Bytes score = node("Gemm", "x K", "score"), softmax = node("Softmax", "score", "p"), sum = node("MatMul", "p V", "y");
    put_attribute(&score, "alpha", &scale, 0);
    put_attribute(&score, "transB", NULL, 1);
    put_message(graph, GRAPH_NODE, &score);
    put_message(graph, GRAPH_NODE, &softmax);
    put_message(graph, GRAPH_NODE, &sum);
    put_value(graph, GRAPH_INPUT, "x", 2, (size_t[]){1, l->m});
    put_value(graph, GRAPH_INPUT, "K", 2, (size_t[]){l->r, l->m});
    put_value(graph, GRAPH_INPUT, "V", 2, (size_t[]){l->r, l->n});
    put_value(graph, GRAPH_OUTPUT, "y", 2, (size_t[]){1, l->n});
}

static void put_layers(Bytes *graph, const Network *network)
{
    size_t last = network->layers - 1, n = network->layer[last].n;
    char from[16] = "x", to[16];
    put_tensor(graph, "one", IS_INT64, 1, (size_t[]){1}, (int64_t[]){1}, sizeof(int64_t));
    put_value(graph, GRAPH_INPUT, "x", 3, (size_t[]){0, 1, network->layer[0].m});
    for (size_t i = 0; i <= last; i++) {
        const Layer *l = &network->layer[i];
        snprintf(to, sizeof to, i == last ? "y" : "y%zu", i);
        if (l->kind == DENSE)
            put_dense(graph, l, from, to);
        else
            put_recurrent(graph, l, i, from, to, i == last);
        memcpy(from, to, sizeof from);
    }
    if (network->layer[last].kind == DENSE)
        put_value(graph, GRAPH_OUTPUT, "y", 3, (size_t[]){0, 1, n});
    else
        put_value(graph, GRAPH_OUTPUT, "y", 4, (size_t[]){0, 1, 1, n});
}

int onnx_model(Bytes *out, const Network *network)
{
    Bytes graph = {NULL, 0, 0}, opset = graph;
    for (size_t i = 0; i < network->layers; i++)
        if (network->layer[i].kind == SQUASHED || network->layer[i].kind == FASTGRNN)
            return 0;
    put_text(&graph, GRAPH_NAME, network->name);
    if (network->layer[0].kind == ATTENTION)
        put_attention(&graph, &network->layer[0]);
    else
        put_layers(&graph, network);
    *out = (Bytes){NULL, 0, 0};
    put_number(out, MODEL_IR_VERSION, 8);
    put_text(&opset, OPSET_DOMAIN, "");
    put_number(&opset, OPSET_VERSION, 14);
    put_message(out, MODEL_OPSET, &opset);
    put_message(out, MODEL_GRAPH, &graph);
    return 1;
}
