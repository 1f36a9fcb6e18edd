/* tensor_onnx.c: reads the tensors of an ONNX model: the initialisers of its graph and what its
 * Constant nodes give, and the same of the subgraphs that nodes like If have. The model's equations are
 * not read: those stand in the .rnn file.
 * In: the bytes of a file, a protobuf message whose fields are in onnx.proto. Out: its tensors. What
 * protobuf-c unpacks lives in blocks of the file, and so tensors point into it.
 * https://github.com/onnx/onnx/blob/main/docs/IR.md */
#include "tensor_file.h"

#include <inttypes.h>
#include <onnx.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers that fill a byte each take eight, and 40 more while they are found; nodes, some 200 bytes for 10. */
enum { DEPTH_LIMIT = 16, EXTERNAL = 1, UNPACK_RATIO = 32, UNPACK_ROOM = 1 << 20 };

typedef enum { FLOATS, INT32S, INT64S, DOUBLES, UINT64S, FIELDS } Field;
static const char *const field_name[FIELDS] = {"float_data", "int32_data", "int64_data", "double_data", "uint64_data"};

/* Element types by ONNX's number of them: what it is here and, where the bytes are not in raw_data, the
 * field of its elements, and the numbers that may stand there. */
static const struct Type {
    const char *name;
    DType dtype;
    Field field;
    int64_t low, high;
} types[] = {
    [1] = {"FLOAT", DTYPE_F32, FLOATS, 0, 0},
    [2] = {"UINT8", DTYPE_U8, INT32S, 0, UINT8_MAX},
    [3] = {"INT8", DTYPE_I8, INT32S, INT8_MIN, INT8_MAX},
    [4] = {"UINT16", DTYPE_U16, INT32S, 0, UINT16_MAX},
    [5] = {"INT16", DTYPE_I16, INT32S, INT16_MIN, INT16_MAX},
    [6] = {"INT32", DTYPE_I32, INT32S, INT32_MIN, INT32_MAX},
    [7] = {"INT64", DTYPE_I64, INT64S, 0, 0},
    [9] = {"BOOL", DTYPE_BOOL, INT32S, 0, 1},
    [10] = {"FLOAT16", DTYPE_F16, INT32S, 0, UINT16_MAX},        /* its bits */
    [11] = {"DOUBLE", DTYPE_F64, DOUBLES, 0, 0},
    [12] = {"UINT32", DTYPE_U32, UINT64S, 0, UINT32_MAX},
    [13] = {"UINT64", DTYPE_U64, UINT64S, 0, 0},
    [16] = {"BFLOAT16", DTYPE_BF16, INT32S, 0, UINT16_MAX},
};
enum { TYPES = sizeof types / sizeof *types, TYPE_FLOAT = 1, TYPE_INT64 = 7, TYPE_STRING = 8 };

/* A graph that is being read; the subgraphs around it. */
typedef struct Scope Scope;
struct Scope {
    const Scope *outer;             /* NULL: the model's graph */
    ProtobufCBinaryData node, attribute;
    int depth;
};

typedef struct Entry {
    Tensor tensor;
    const Scope *scope;
} Entry;

typedef struct Reader {
    TensorFile *file;
    ProtobufCAllocator allocator;
    uint64_t taken, limit;          /* memory for what was unpacked */
    bool refused;                   /* there is a message */
    Entry *entries;
    size_t count, capacity;
} Reader;

/* ---- memory: a small file can be unpacked to a large one, as an archive can ---- */

static void *block_alloc(void *data, size_t size)
{
    Reader *reader = data;
    void *block = NULL;
    if (size <= reader->limit - reader->taken) {
        block = tensor_file_block(reader->file, size);
        reader->taken += size;
    } else if (!reader->refused) {
        tensor_file_fail(reader->file, "it unpacks to more than the %" PRIu64 " bytes that a file of its size may", reader->limit);
    }
    reader->refused |= !block;
    return block;
}

/* Blocks go with the file. */
static void block_free(void *data, void *block)
{
    (void)data;
    (void)block;
}

static void *unpack(Reader *reader, const ProtobufCMessageDescriptor *type, const unsigned char *bytes, size_t size)
{
    void *message = protobuf_c_message_unpack(type, &reader->allocator, size, bytes);
    if (!message && !reader->refused)
        tensor_file_fail(reader->file, "it begins as an ONNX model does, but its protobuf is damaged (is it truncated?)");
    return message;
}

/* ---- one tensor ---- */

static size_t field_count(const Onnx__Tensor *from, Field field)
{
    const size_t counts[FIELDS] = {from->n_float_data, from->n_int32_data, from->n_int64_data, from->n_double_data,
                                   from->n_uint64_data};
    return counts[field];
}

static uint64_t element_bits(const Onnx__Tensor *from, Field field, size_t i)
{
    uint32_t single;
    uint64_t bits;
    switch (field) {
    case FLOATS:
        memcpy(&single, &from->float_data[i], sizeof single);
        return single;
    case DOUBLES:
        memcpy(&bits, &from->double_data[i], sizeof bits);
        return bits;
    case INT32S:
        return (uint64_t)(int64_t)from->int32_data[i];
    case INT64S:
        return (uint64_t)from->int64_data[i];
    default:
        return from->uint64_data[i];
    }
}

/* The elements of a field, as the little-endian bytes that raw_data would have. */
static bool elements_read(Reader *reader, const Onnx__Tensor *from, const struct Type *type, Tensor *tensor, uint64_t size)
{
    size_t count = field_count(from, type->field), width = dtype_size(tensor->dtype);
    if (count != tensor->count)
        return tensor_file_fail(reader->file, "tensor '%s' has %zu elements in %s, but its shape asks for %zu", tensor->name,
                                count, field_name[type->field], tensor->count);
    unsigned char *bytes = tensor_file_block(reader->file, size);
    if (!bytes)
        return false;
    tensor->bytes = bytes;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = element_bits(from, type->field, i);
        if (type->high && ((int64_t)bits < type->low || (int64_t)bits > type->high))
            return tensor_file_fail(reader->file, "element %zu of tensor '%s' is %" PRId64 ", which is no %s", i, tensor->name,
                                    (int64_t)bits, type->name);
        for (size_t k = 0; k < width; k++)
            *bytes++ = (unsigned char)(bits >> 8 * k);
    }
    return true;
}

static bool data_read(Reader *reader, const Onnx__Tensor *from, const struct Type *type, Tensor *tensor)
{
    const char *where = from->raw_data.len ? "raw_data" : NULL;
    uint64_t size;
    if (from->data_location == EXTERNAL)
        return tensor_file_fail(reader->file, "the data of tensor '%s' are in another file (external data); needed a model that "
                                "is saved as one file", tensor->name);
    if (from->has_segment)
        return tensor_file_fail(reader->file, "tensor '%s' is stored in segments; needed a whole one", tensor->name);
    if (!tensor_file_measure(reader->file, tensor, &size))
        return false;
    for (Field field = 0; field < FIELDS; field++) {
        if (!field_count(from, field))
            continue;
        if (where)
            return tensor_file_fail(reader->file, "tensor '%s' has data in %s and in %s; needed one", tensor->name, where,
                                    field_name[field]);
        if (field != type->field)
            return tensor_file_fail(reader->file, "tensor '%s' of %s has its data in %s; needed %s", tensor->name, type->name,
                                    field_name[field], field_name[type->field]);
        where = field_name[field];
    }
    if (where == field_name[type->field])
        return elements_read(reader, from, type, tensor, size);
    tensor->bytes = from->raw_data.data;
    return from->raw_data.len == size ||
           tensor_file_fail(reader->file, "tensor '%s' has %zu bytes of data, but its shape asks for %" PRIu64, tensor->name,
                            from->raw_data.len, size);
}

static bool shape_read(Reader *reader, const Onnx__Tensor *from, Tensor *tensor)
{
    if (from->n_dims > TENSOR_MAX_RANK)
        return tensor_file_fail(reader->file, "tensor '%s' has %zu dimensions; allowed are %d", tensor->name, from->n_dims,
                                TENSOR_MAX_RANK);
    tensor->rank = (int)from->n_dims;
    for (size_t i = 0; i < from->n_dims; i++) {
        tensor->dim[i] = from->dims[i];
        if (tensor->dim[i] < 0)
            return tensor_file_fail(reader->file, "dimension %zu of tensor '%s' is %" PRId64 "; needed 0 or more", i, tensor->name,
                                    tensor->dim[i]);
    }
    return true;
}

/* Strings are left out: they are the names of classes and the like, and no weights. */
static bool tensor_read(Reader *reader, const Scope *scope, const Onnx__Tensor *from, ProtobufCBinaryData name, bool constant)
{
    Tensor tensor = {.name = tensor_file_name(reader->file, (const char *)name.data, name.len), .constant = constant};
    if (!tensor.name)
        return false;
    if (from->data_type == TYPE_STRING)
        return true;
    const struct Type *type = from->data_type > 0 && from->data_type < TYPES ? &types[from->data_type] : &types[0];
    if (!type->name)
        return tensor_file_fail(reader->file, "tensor '%s' has ONNX's element type %" PRId32 "; needed one of DOUBLE FLOAT FLOAT16 "
                                "BFLOAT16 INT8 UINT8 INT16 UINT16 INT32 UINT32 INT64 UINT64 BOOL", tensor.name, from->data_type);
    tensor.dtype = type->dtype;
    if (!shape_read(reader, from, &tensor) || !data_read(reader, from, type, &tensor))
        return false;
    if (reader->count == reader->capacity) {
        size_t capacity = reader->capacity ? 2 * reader->capacity : 64;
        Entry *more = realloc(reader->entries, capacity * sizeof *more);
        if (!more)
            return tensor_file_fail(reader->file, "there is not enough memory for its tensors");
        reader->entries = more;
        reader->capacity = capacity;
    }
    reader->entries[reader->count++] = (Entry){tensor, scope};
    return true;
}

/* ---- graphs ---- */

static bool equal(ProtobufCBinaryData name, const char *word)
{
    return name.len == strlen(word) && (!name.len || memcmp(name.data, word, name.len) == 0);
}

/* The value of a Constant node as a tensor: it may have one of several attributes. */
static bool constant_read(Reader *reader, const Scope *scope, Onnx__Attribute *from, ProtobufCBinaryData name)
{
    Onnx__Tensor made = ONNX__TENSOR__INIT;
    int64_t dim;
    bool list = equal(from->name, "value_floats") || equal(from->name, "value_ints");
    made.n_dims = list;
    made.dims = &dim;
    if (equal(from->name, "value_float") || equal(from->name, "value_floats")) {
        made.data_type = TYPE_FLOAT;
        made.n_float_data = list ? from->n_floats : 1;
        made.float_data = list ? from->floats : &from->f;
        dim = (int64_t)made.n_float_data;
    } else if (equal(from->name, "value_int") || equal(from->name, "value_ints")) {
        made.data_type = TYPE_INT64;
        made.n_int64_data = list ? from->n_ints : 1;
        made.int64_data = list ? from->ints : &from->i;
        dim = (int64_t)made.n_int64_data;
    } else {
        return !equal(from->name, "value") || !from->t || tensor_read(reader, scope, from->t, name, true);
    }
    return tensor_read(reader, scope, &made, name, true);
}

static bool graph_read(Reader *reader, const Scope *scope, const Onnx__Graph *graph);

static bool subgraph_read(Reader *reader, const Scope *outer, const Onnx__Node *node, const Onnx__Attribute *attribute)
{
    if (outer->depth == DEPTH_LIMIT)
        return tensor_file_fail(reader->file, "its subgraphs are nested more than %d deep", DEPTH_LIMIT);
    Scope *scope = block_alloc(reader, sizeof *scope);
    Onnx__Graph *graph = scope ? unpack(reader, &onnx__graph__descriptor, attribute->g.data, attribute->g.len) : NULL;
    if (!graph)
        return false;
    bool named = node->name.len || !node->n_output;
    *scope = (Scope){outer, named ? node->name : node->output[0], attribute->name, outer->depth + 1};
    return graph_read(reader, scope, graph);
}

static bool node_read(Reader *reader, const Scope *scope, const Onnx__Node *node)
{
    bool own = equal(node->domain, "") || equal(node->domain, "ai.onnx");
    bool constant = own && equal(node->op_type, "Constant") && node->n_output;
    for (size_t i = 0; i < node->n_attribute; i++) {
        Onnx__Attribute *attribute = node->attribute[i];
        if ((constant && !constant_read(reader, scope, attribute, node->output[0])) ||
            (attribute->has_g && !subgraph_read(reader, scope, node, attribute)))
            return false;
    }
    return true;
}

static bool graph_read(Reader *reader, const Scope *scope, const Onnx__Graph *graph)
{
    if (graph->n_sparse_initializer)
        return tensor_file_fail(reader->file, "it has sparse tensors; needed dense ones");
    bool good = true;
    for (size_t i = 0; i < graph->n_initializer && good; i++)
        good = tensor_read(reader, scope, graph->initializer[i], graph->initializer[i]->name, false);
    for (size_t i = 0; i < graph->n_node && good; i++)
        good = node_read(reader, scope, graph->node[i]);
    return good;
}

/* ---- names ---- */

static int names_compare(const void *a, const void *b)
{
    const Entry *const *left = a, *const *right = b;
    return strcmp((*left)->tensor.name, (*right)->tensor.name);
}

/* The tensor's name with NODE.ATTRIBUTE. in front for each subgraph around it, the outermost first. */
static bool rename_by_scope(Reader *reader, Entry *entry)
{
    char name[1 << 11];
    size_t at = sizeof name - 1 - strlen(entry->tensor.name);       /* it has 1000 bytes at most */
    strcpy(name + at, entry->tensor.name);
    for (const Scope *scope = entry->scope; scope->outer; scope = scope->outer) {
        size_t more = scope->node.len + scope->attribute.len + 2;
        if (more > at)
            return tensor_file_fail(reader->file, "tensor '%.100s' is in a subgraph of too long a name", entry->tensor.name);
        name[--at] = '.';
        at -= scope->attribute.len;
        if (scope->attribute.len)
            memcpy(name + at, scope->attribute.data, scope->attribute.len);
        name[--at] = '.';
        at -= scope->node.len;
        if (scope->node.len)
            memcpy(name + at, scope->node.data, scope->node.len);
    }
    entry->tensor.name = tensor_file_name(reader->file, name + at, sizeof name - 1 - at);
    return entry->tensor.name != NULL;
}

/* Branches of one If may use one name for two tensors: all of that name get their place in front, but
 * for the one in the model's own graph. */
static bool names_part(Reader *reader)
{
    Entry **sorted = malloc((reader->count + 1) * sizeof *sorted);
    if (!sorted)
        return tensor_file_fail(reader->file, "there is not enough memory for its tensors");
    for (size_t i = 0; i < reader->count; i++)
        sorted[i] = &reader->entries[i];
    if (reader->count)
        qsort(sorted, reader->count, sizeof *sorted, names_compare);
    bool good = true, same_as_last = false;
    for (size_t i = 0; i < reader->count && good; i++) {
        bool same_as_next = i + 1 < reader->count && names_compare(&sorted[i], &sorted[i + 1]) == 0;
        if (same_as_last || same_as_next)
            good = rename_by_scope(reader, sorted[i]);
        same_as_last = same_as_next;
    }
    free(sorted);
    return good;
}

/* ONNX has no magic number: a model begins with its version, field 1, less than 128, and goes on with
 * another of its fields. */
bool onnx_begins(const unsigned char *bytes, size_t size)
{
    static const unsigned char next[] = {0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72};
    return size > 2 && bytes[0] == 8 && bytes[1] < 128 && memchr(next, bytes[2], sizeof next);
}

bool onnx_read(TensorFile *file, const unsigned char *bytes, size_t size)
{
    Reader reader = {.file = file, .allocator = {block_alloc, block_free, NULL}};
    Scope top = {0};
    reader.allocator.allocator_data = &reader;
    reader.limit = UNPACK_ROOM + UNPACK_RATIO * (uint64_t)size;
    if (reader.limit > TENSOR_FILE_LIMIT)
        reader.limit = TENSOR_FILE_LIMIT;
    Onnx__Model *model = unpack(&reader, &onnx__model__descriptor, bytes, size);
    bool good = model && (model->graph || tensor_file_fail(file, "it begins as an ONNX model does, but has no graph")) &&
                graph_read(&reader, &top, model->graph) && names_part(&reader);
    for (size_t i = 0; i < reader.count && good; i++)
        tensor_file_add(file, &reader.entries[i].tensor);
    free(reader.entries);
    return good;
}
