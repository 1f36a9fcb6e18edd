/* seeds.c: small sound weight files and arrays of every format, to start from: fuzzers find it hard to
 * make up a header, and easy to damage one. */
#include "fuzz.h"

#include "../../compiler/tensor_file.h"

#include <onnx.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

static const char *folder;
static const unsigned char zeros[64], some[64] = {0, 0, 0x80, 0x3f, 1, 2, 3, 0x40, 4, 5, 6, 0x3e, 7, 8, 9, 0xbf};

static const char *path_of(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void save(const char *name, const void *bytes, size_t size, const void *more, size_t more_size)
{
    FILE *stream = fopen(path_of(name), "wb");
    if (!stream || fwrite(bytes, 1, size, stream) != size || fwrite(more, 1, more_size, stream) != more_size || fclose(stream) != 0) {
        perror(path_of(name));
        exit(1);
    }
}

/* ---- npy ---- */

typedef struct Bytes {
    unsigned char at[512];
    size_t size;
} Bytes;

static Bytes npy(int version, const char *descr, const char *order, const char *shape, size_t data)
{
    Bytes made = {.size = version == 1 ? 10 : 12};
    int length = snprintf((char *)made.at + made.size, 256, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape);
    memcpy(made.at, "\x93NUMPY", 6);
    made.at[6] = (unsigned char)version;
    made.at[8] = (unsigned char)length;
    made.size += (size_t)length;
    memcpy(made.at + made.size, some, data);
    made.size += data;
    return made;
}

static const struct {
    const char *name;
    int version;
    const char *descr, *order, *shape;
    size_t data;
} arrays[] = {
    {"f4.npy", 1, "<f4", "False", "(2, 3)", 24},      {"big.npy", 1, ">f8", "True", "(2, 3)", 48},
    {"f2.npy", 2, "<f2", "False", "(3,)", 6},         {"scalar.npy", 3, "<f4", "False", "()", 4},
    {"tokens.npy", 1, "<i4", "False", "(4,)", 16},    {"bytes.npy", 1, "|u1", "False", "(2, 2, 2, 3)", 24},
    {"rows.npy", 1, "<f4", "False", "(4, 3)", 48},    {"bool.npy", 1, "|b1", "True", "(1, 2, 2, 3)", 12},
    {"empty.npy", 1, "<i8", "False", "(0, 3)", 0},    {"batch.npy", 1, "|i1", "False", "(4, 2, 2, 3)", 48},
};
enum { ARRAYS = sizeof arrays / sizeof *arrays };

static Bytes array(size_t i)
{
    return npy(arrays[i].version, arrays[i].descr, arrays[i].order, arrays[i].shape, arrays[i].data);
}

/* Stored or packed, the first `count` arrays. */
static void npz(const char *name, zip_uint64_t count, zip_int32_t method)
{
    static Bytes kept[ARRAYS];
    remove(path_of(name));
    zip_t *zip = zip_open(path_of(name), ZIP_CREATE, NULL);
    for (zip_uint64_t i = 0; zip && i < count; i++) {
        kept[i] = array(i);
        zip_file_add(zip, arrays[i].name, zip_source_buffer(zip, kept[i].at, kept[i].size, 0), 0);
        zip_set_file_compression(zip, i, method, 9);
    }
    if (!zip || zip_close(zip) != 0)
        exit(1);
}

/* ---- safetensors ---- */

static void safetensors(const char *name, const char *json, size_t data)
{
    unsigned char head[1024] = {(unsigned char)strlen(json), (unsigned char)(strlen(json) >> 8)};
    memcpy(head + 8, json, strlen(json));
    save(name, head, 8 + strlen(json), some, data);
}

/* ---- ONNX ---- */

static ProtobufCBinaryData data_of(const void *bytes, size_t size)
{
    return (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)bytes};
}

static ProtobufCBinaryData word(const char *text)
{
    return data_of(text, strlen(text));
}

static Onnx__Tensor tensor(const char *name, int32_t type, int64_t *dims, size_t count)
{
    Onnx__Tensor made = ONNX__TENSOR__INIT;
    made.has_name = made.has_data_type = 1;
    made.name = word(name);
    made.data_type = type;
    made.dims = dims;
    made.n_dims = count;
    return made;
}

static void onnx(const char *name)
{
    static float floats[] = {1, 2, 0.5, -1, 3, 4, 5, 6, 7, 8};
    static int32_t ints[] = {1, -2, 3};
    static int64_t longs[] = {5, -6}, shape[] = {2, 5}, three = 3, two = 2;
    Onnx__Tensor all = tensor("all", 1, shape, 2), small = tensor("i8", 3, &three, 1), raw = tensor("scale", 1, &two, 1);
    Onnx__Tensor inner = tensor("dense.b", 7, &two, 1), *tensors[] = {&all, &small, &raw}, *inner_tensors[] = {&inner};
    all.float_data = floats;
    all.n_float_data = 10;
    small.int32_data = ints;
    small.n_int32_data = 3;
    raw.has_raw_data = 1;
    raw.raw_data = data_of(some, 8);
    inner.int64_data = longs;
    inner.n_int64_data = 2;
    Onnx__Graph branch = ONNX__GRAPH__INIT, graph = ONNX__GRAPH__INIT;
    branch.initializer = inner_tensors;
    branch.n_initializer = 1;
    uint8_t packed[256], bytes[1024];
    Onnx__Attribute then = ONNX__ATTRIBUTE__INIT, otherwise, value = ONNX__ATTRIBUTE__INIT, *both[] = {&then, &otherwise}, *only[] = {&value};
    then.has_name = then.has_g = value.has_name = 1;
    then.name = word("then_branch");
    then.g = data_of(packed, onnx__graph__pack(&branch, packed));
    otherwise = then;
    otherwise.name = word("else_branch");
    value.name = word("value_floats");
    value.floats = floats;
    value.n_floats = 4;
    ProtobufCBinaryData result[] = {word("b"), word("y")};
    Onnx__Node constant = ONNX__NODE__INIT, choice = ONNX__NODE__INIT, *nodes[] = {&constant, &choice};
    constant.has_op_type = choice.has_op_type = choice.has_name = 1;
    constant.op_type = word("Constant");
    constant.output = result;
    constant.attribute = only;
    choice.op_type = word("If");
    choice.name = word("if");
    choice.output = result + 1;
    choice.attribute = both;
    constant.n_output = choice.n_output = constant.n_attribute = 1;
    choice.n_attribute = 2;
    graph.initializer = tensors;
    graph.n_initializer = 3;
    graph.node = nodes;
    graph.n_node = 2;
    Onnx__Model model = ONNX__MODEL__INIT;
    model.has_ir_version = 1;
    model.ir_version = 8;
    model.graph = &graph;
    save(name, bytes, onnx__model__pack(&model, bytes), zeros, 0);
}

void fuzz_seeds(const char *into)
{
    folder = into;
    for (size_t i = 0; i < ARRAYS; i++) {
        Bytes made = array(i);
        save(arrays[i].name, made.at, made.size, zeros, 0);
    }
    npz("stored.npz", 3, ZIP_CM_STORE);
    npz("packed.npz", 6, ZIP_CM_DEFLATE);
    safetensors("types.safetensors", "{\"__metadata__\":{\"a\":\"b\"},\"w\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,12]},"
                "\"u\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[12,16]},\"i\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[16,24]}}", 24);
    safetensors("model.safetensors", "{\"all\":{\"dtype\":\"F32\",\"shape\":[2,5],\"data_offsets\":[0,40]},"
                "\"dense.b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[40,44]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[44,52]},"
                "\"scale\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[52,54]},\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[54,58]}}", 58);
    onnx("model.onnx");
}
