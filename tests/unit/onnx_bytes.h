/* onnx_bytes.h: ONNX models made byte by byte, for the tests of their reader. */
#ifndef ONNX_BYTES_H
#define ONNX_BYTES_H

#include "tensor_files.h"

/* ---- protobuf: a message is its fields one after the other ---- */

typedef struct Part {
    const unsigned char *at;
    size_t size;
} Part;

static Part join(const Part *parts, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += parts[i].size;
    unsigned char *bytes = arena_alloc(arena, size + 1), *to = bytes;
    for (size_t i = 0; i < count; to += parts[i++].size)
        if (parts[i].size)
            memcpy(to, parts[i].at, parts[i].size);
    return (Part){bytes, size};
}
#define JOIN(...) join((Part[]){__VA_ARGS__}, sizeof((Part[]){__VA_ARGS__}) / sizeof(Part))

static Part text(const char *bytes)
{
    return (Part){(const unsigned char *)bytes, strlen(bytes)};
}

static Part little(uint64_t value, size_t size)
{
    unsigned char *bytes = arena_alloc(arena, size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(value >> 8 * i);
    return (Part){bytes, size};
}

static Part varint(uint64_t value)
{
    unsigned char *bytes = arena_alloc(arena, 10);
    size_t size = 0;
    for (; value > 127; value >>= 7)
        bytes[size++] = (unsigned char)(value | 128);
    bytes[size++] = (unsigned char)value;
    return (Part){bytes, size};
}

static Part number(unsigned field, uint64_t value)
{
    return JOIN(varint(field << 3), varint(value));
}

static Part bytes_of(unsigned field, Part content)
{
    return JOIN(varint(field << 3 | 2), varint(content.size), content);
}

/* ---- ONNX: fields by their numbers ---- */

enum { T_DIMS = 1, T_TYPE, T_SEGMENT, T_FLOAT, T_INT32, T_STRING, T_INT64, T_NAME, T_RAW, T_DOUBLE, T_UINT64, T_LOCATION = 14 };
enum { G_NODE = 1, G_INITIALIZER = 5, G_SPARSE = 15 };
enum { N_OUTPUT = 2, N_NAME, N_TYPE, N_ATTRIBUTE, N_DOMAIN = 7 };
enum { A_NAME = 1, A_F, A_I, A_S, A_T, A_G, A_FLOATS, A_INTS };

/* A tensor of that name and type and one axis, and its data. */
static Part tensor(const char *name, uint64_t type, uint64_t dim, Part data)
{
    return JOIN(number(T_DIMS, dim), number(T_TYPE, type), bytes_of(T_NAME, text(name)), data);
}

/* One byte, u8. */
static Part byte_tensor(const char *name, uint64_t value)
{
    return tensor(name, 2, 1, bytes_of(T_RAW, little(value, 1)));
}

static Part initializer(Part content)
{
    return bytes_of(G_INITIALIZER, content);
}

static Part node(const char *name, const char *type, const char *output, Part attributes)
{
    return bytes_of(G_NODE, JOIN(bytes_of(N_OUTPUT, text(output)), bytes_of(N_NAME, text(name)), bytes_of(N_TYPE, text(type)), attributes));
}

static Part attribute(const char *name, Part value)
{
    return bytes_of(N_ATTRIBUTE, JOIN(bytes_of(A_NAME, text(name)), value));
}

static Part subgraph(const char *name, Part graph)
{
    return attribute(name, bytes_of(A_G, graph));
}

static void build_model(Part graph)
{
    Part model = JOIN(number(1, 8), bytes_of(2, text("by hand")), bytes_of(7, graph), bytes_of(8, number(2, 15)));
    built.size = 0;
    put(model.at, model.size);
}

static TensorFile *open_model(Part graph)
{
    build_model(graph);
    return open_good(save("model"));
}

#endif
