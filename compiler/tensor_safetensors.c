/* tensor_safetensors.c: reads the safetensors format: 8 bytes of little-endian header length, a JSON
 * object {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}, the data.
 * In: the bytes of a file. Out: its tensors, which point into those bytes. As the format demands, the
 * tensors cover the data without overlap, gap or rest; "__metadata__" is passed over.
 * https://github.com/huggingface/safetensors#format */
#include "tensor_file.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    PREFIX = 8,
    /* 10^5 tensors. Parsed JSON takes up to some fifty times the memory of its text, which is why this is
     * less than the 100 MB that the format allows. */
    HEADER_LIMIT = 8 << 20
};

typedef struct Span {
    uint64_t begin, end;            /* bytes of the data section */
    const char *name;
} Span;

typedef struct Reader {
    TensorFile *file;
    const unsigned char *data;
    uint64_t data_size;
    Span *spans;                    /* one for each tensor read so far */
    size_t count;
} Reader;

static bool dtype_read(Reader *reader, const json_t *entry, Tensor *tensor)
{
    const char *word = json_string_value(json_object_get(entry, "dtype"));
    if (!word)
        return tensor_file_fail(reader->file, "tensor '%s' has no \"dtype\" that is a string", tensor->name);
    for (int i = 0; i < DTYPE_COUNT; i++)
        if (strcmp(word, dtype_table[i].safetensors) == 0) {
            tensor->dtype = (DType)i;
            return true;
        }
    return tensor_file_fail(reader->file, "tensor '%s' has element type '%.40s'; needed one of F64 F32 F16 BF16 "
                            "I8 U8 I16 U16 I32 U32 I64 U64 BOOL", tensor->name, word);
}

static bool shape_read(Reader *reader, const json_t *entry, Tensor *tensor)
{
    const json_t *shape = json_object_get(entry, "shape");
    if (!json_is_array(shape))
        return tensor_file_fail(reader->file, "tensor '%s' has no \"shape\" that is a list", tensor->name);
    size_t rank = json_array_size(shape);
    if (rank > TENSOR_MAX_RANK)
        return tensor_file_fail(reader->file, "tensor '%s' has %zu dimensions; allowed are %d", tensor->name, rank,
                                TENSOR_MAX_RANK);
    tensor->rank = (int)rank;
    for (size_t i = 0; i < rank; i++) {
        const json_t *dim = json_array_get(shape, i);
        if (!json_is_integer(dim))
            return tensor_file_fail(reader->file, "dimension %zu of tensor '%s' is not an integer", i, tensor->name);
        tensor->dim[i] = json_integer_value(dim);
        if (tensor->dim[i] < 0)
            return tensor_file_fail(reader->file, "dimension %zu of tensor '%s' is %" PRId64 "; needed 0 or more", i,
                                    tensor->name, tensor->dim[i]);
    }
    return true;
}

static bool span_read(Reader *reader, const json_t *entry, const char *name, Span *span)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end))
        return tensor_file_fail(reader->file, "tensor '%s' has no \"data_offsets\" that are two integers", name);
    json_int_t first = json_integer_value(begin), last = json_integer_value(end);
    if (first < 0 || last < first)
        return tensor_file_fail(reader->file, "tensor '%s' has data offsets %" PRId64 " to %" PRId64
                                "; needed 0 or more, in order", name, (int64_t)first, (int64_t)last);
    if ((uint64_t)last > reader->data_size)
        return tensor_file_fail(reader->file, "tensor '%s' ends at byte %" PRId64 " of the data, but the file has only %"
                                PRIu64 " (is it truncated?)", name, (int64_t)last, reader->data_size);
    *span = (Span){(uint64_t)first, (uint64_t)last, name};
    return true;
}

static bool entry_read(Reader *reader, const char *key, const json_t *entry)
{
    Tensor tensor = {.name = tensor_file_name(reader->file, key, strlen(key))};
    Span span;
    uint64_t size;
    if (!tensor.name)
        return false;
    if (!json_is_object(entry))
        return tensor_file_fail(reader->file, "the header's entry for tensor '%s' is not an object", tensor.name);
    if (!dtype_read(reader, entry, &tensor) || !shape_read(reader, entry, &tensor) ||
        !tensor_file_measure(reader->file, &tensor, &size) || !span_read(reader, entry, tensor.name, &span))
        return false;
    if (span.end - span.begin != size)
        return tensor_file_fail(reader->file, "tensor '%s' has %" PRIu64 " bytes of data, but its shape asks for %" PRIu64,
                                tensor.name, span.end - span.begin, size);
    tensor.bytes = reader->data + span.begin;
    tensor_file_add(reader->file, &tensor);
    reader->spans[reader->count++] = span;
    return true;
}

static int spans_compare(const void *a, const void *b)
{
    const Span *left = a, *right = b;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    return left->end < right->end ? -1 : left->end > right->end;
}

/* In order of place, each tensor begins where the one before it ends. */
static bool spans_check(Reader *reader)
{
    uint64_t end = 0;
    if (reader->count)
        qsort(reader->spans, reader->count, sizeof *reader->spans, spans_compare);
    for (size_t i = 0; i < reader->count; i++) {
        const Span *span = &reader->spans[i];
        if (span->begin < end)
            return tensor_file_fail(reader->file, "the data of tensors '%s' and '%s' overlap", span[-1].name, span->name);
        if (span->begin > end)
            return tensor_file_fail(reader->file, "the %" PRIu64 " bytes of data before tensor '%s' belong to no tensor",
                                    span->begin - end, span->name);
        end = span->end;
    }
    if (end < reader->data_size)
        return tensor_file_fail(reader->file, "the last %" PRIu64 " bytes of the file belong to no tensor",
                                reader->data_size - end);
    return true;
}

static bool entries_read(Reader *reader, json_t *header)
{
    /* An object for sure: text that begins with a brace is nothing else. */
    reader->spans = malloc((json_object_size(header) + 1) * sizeof *reader->spans);
    if (!reader->spans)
        return tensor_file_fail(reader->file, "there is not enough memory for its header");
    bool good = true;
    for (void *at = json_object_iter(header); at && good; at = json_object_iter_next(header, at)) {
        const char *key = json_object_iter_key(at);
        if (strcmp(key, "__metadata__") != 0)
            good = entry_read(reader, key, json_object_iter_value(at));
    }
    good = good && spans_check(reader);
    free(reader->spans);
    return good;
}

bool safetensors_read(TensorFile *file, const unsigned char *bytes, size_t size)
{
    uint64_t length = 0;
    for (int i = PREFIX; i-- > 0;)
        length = length << 8 | bytes[i];
    if (length > size - PREFIX)
        return tensor_file_fail(file, "its header is said to have %" PRIu64 " bytes, but only %zu follow (is it truncated?)",
                                length, size - PREFIX);
    if (length > HEADER_LIMIT)
        return tensor_file_fail(file, "its header has %" PRIu64 " bytes; allowed are %d", length, HEADER_LIMIT);
    json_error_t problem;
    json_t *header = json_loadb((const char *)bytes + PREFIX, (size_t)length, JSON_REJECT_DUPLICATES, &problem);
    if (!header)
        return tensor_file_fail(file, "its header is not good JSON: %s", problem.text);
    Reader reader = {.file = file, .data = bytes + PREFIX + length, .data_size = size - PREFIX - length};
    bool good = entries_read(&reader, header);
    json_decref(header);
    return good;
}
