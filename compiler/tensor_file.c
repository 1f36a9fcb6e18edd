/* tensor_file.c: opens a weight file, tells its format by its first bytes and looks tensors up.
 * In: a path, or the bytes of a file. Out: a TensorFile whose names are unique and sorted for the search.
 * The formats have a reader each: tensor_safetensors.c, tensor_npy.c, tensor_onnx.c; tensor_dtype.c knows
 * the elements. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "tensor_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_LIMIT = 1000 };

typedef struct Block Block;
struct Block {
    Block *next;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct TensorFile {
    Arena *arena;
    const char *error;
    Tensor *tensors;                /* in the order of the file */
    size_t count, capacity;
    const Tensor **by_name;         /* sorted; set when all tensors are there */
    Block *blocks;
};

bool tensor_file_fail(TensorFile *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(file->arena, format, args);
    va_end(args);
    /* Parts of the file are quoted: a line break or an escape must not reach the terminal. */
    for (char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            *at = '?';
    file->error = text;
    return false;
}

unsigned char *tensor_file_block(TensorFile *file, uint64_t size)
{
    Block *block = size <= SIZE_MAX / 2 ? malloc(sizeof *block + (size_t)size) : NULL;
    if (!block) {
        tensor_file_fail(file, "there is not enough memory for its %" PRIu64 " bytes", size);
        return NULL;
    }
    block->next = file->blocks;
    file->blocks = block;
    return block->bytes;
}

const char *tensor_file_name(TensorFile *file, const char *name, size_t length)
{
    if (!length)
        tensor_file_fail(file, "a tensor has an empty name");
    else if (length > NAME_LIMIT)
        tensor_file_fail(file, "a tensor has a name of %zu bytes; allowed are %d", length, NAME_LIMIT);
    for (size_t i = 0; i < length && !file->error; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 127)
            tensor_file_fail(file, "the name of tensor '%.*s' has a control character in it", (int)length, name);
    return file->error ? NULL : arena_copy(file->arena, name, length);
}

bool tensor_file_measure(TensorFile *file, Tensor *tensor, uint64_t *size)
{
    uint64_t element = dtype_size(tensor->dtype), count = 1, bound = element;
    for (int i = 0; i < tensor->rank; i++) {
        uint64_t dim = (uint64_t)tensor->dim[i];
        count *= dim;
        /* A dimension of 0 must not hide others that are absurd: it counts as 1 for the bound. */
        dim += !dim;
        if (dim > TENSOR_FILE_LIMIT / bound)
            return tensor_file_fail(file, "the shape of tensor '%s' asks for more than the %" PRIu64
                                    " bytes that are allowed", tensor->name, TENSOR_FILE_LIMIT);
        bound *= dim;
    }
    tensor->count = (size_t)count;
    *size = count * element;
    return true;
}

void tensor_file_add(TensorFile *file, const Tensor *tensor)
{
    file->tensors = arena_grow(file->arena, file->tensors, file->count, &file->capacity, sizeof *file->tensors);
    file->tensors[file->count++] = *tensor;
}

static int names_compare(const void *a, const void *b)
{
    const Tensor *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

/* Sorted rather than hashed, because a hostile file can choose names that all hash alike. */
static bool names_sort(TensorFile *file)
{
    file->by_name = arena_array(file->arena, file->count, sizeof *file->by_name);
    for (size_t i = 0; i < file->count; i++)
        file->by_name[i] = &file->tensors[i];
    if (file->count)
        qsort(file->by_name, file->count, sizeof *file->by_name, names_compare);
    for (size_t i = 1; i < file->count; i++)
        if (strcmp(file->by_name[i - 1]->name, file->by_name[i]->name) == 0)
            return tensor_file_fail(file, "there are two tensors named '%s'", file->by_name[i]->name);
    return true;
}

/* The whole content of an open file as a block, or NULL. */
static unsigned char *descriptor_read(TensorFile *file, int descriptor, size_t *size)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        tensor_file_fail(file, "it cannot be read: %s", strerror(errno));
    else if (S_ISDIR(status.st_mode))
        tensor_file_fail(file, "it is a folder; needed a file");
    else if (!S_ISREG(status.st_mode))
        tensor_file_fail(file, "it is a device or pipe; needed a file whose size is known");
    else if (status.st_size <= 0)
        tensor_file_fail(file, "it is empty; needed a safetensors, ONNX, npz or npy file");
    else if ((uint64_t)status.st_size > TENSOR_FILE_LIMIT)
        tensor_file_fail(file, "it has %jd bytes; allowed are %" PRIu64, (intmax_t)status.st_size,
                         TENSOR_FILE_LIMIT);
    unsigned char *bytes = file->error ? NULL : tensor_file_block(file, (uint64_t)status.st_size);
    if (!bytes)
        return NULL;
    *size = (size_t)status.st_size;
    for (size_t done = 0; done < *size;) {
        ssize_t got = read(descriptor, bytes + done, *size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            tensor_file_fail(file, "it cannot be read: %s", got ? strerror(errno) : "it became shorter meanwhile");
            return NULL;
        }
        done += (size_t)got;
    }
    return bytes;
}

static unsigned char *path_read(TensorFile *file, const char *path, size_t *size)
{
    int descriptor = open(path, O_RDONLY | O_NONBLOCK);     /* a pipe without writer must not hang us */
    if (descriptor < 0) {
        tensor_file_fail(file, "it cannot be opened: %s", strerror(errno));
        return NULL;
    }
    unsigned char *bytes = descriptor_read(file, descriptor, size);
    close(descriptor);
    return bytes;
}

static bool begins(const unsigned char *bytes, size_t size, const char *with)
{
    return size >= strlen(with) && memcmp(bytes, with, strlen(with)) == 0;
}

/* Not one of ours: name what people hand over by mistake. */
static bool format_unknown(TensorFile *file, const unsigned char *bytes, size_t size)
{
    static const struct { const char *magic, *name; } others[] = {
        {"\x89HDF\r\n", "an HDF5 file"},
        {"GGUF", "a GGUF file"},
        {"\x1f\x8b", "a gzip file"},
        {"\x80\x02", "a Python pickle"},
        {"\x80\x04", "a Python pickle"},
        {"version https://git-lfs", "a Git LFS pointer, not the file itself"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (begins(bytes, size, others[i].magic))
            return tensor_file_fail(file, "it is %s; needed a safetensors, ONNX, npz or npy file", others[i].name);
    return tensor_file_fail(file, "its first bytes are those of no known format; needed a safetensors, ONNX, npz or npy file");
}

static bool format_read(TensorFile *file, const char *path, unsigned char *bytes, size_t size)
{
    if (begins(bytes, size, "\x93NUMPY")) {
        const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
        size_t length = strlen(base);
        if (length > 4 && strcmp(base + length - 4, ".npy") == 0)
            length -= 4;
        const char *name = tensor_file_name(file, base, length);
        return name && npy_read(file, name, bytes, size);
    }
    if (begins(bytes, size, "PK\3\4") || begins(bytes, size, "PK\5\6"))     /* the second: no member */
        return npz_read(file, bytes, size);
    if (size > 8 && bytes[8] == '{')
        return safetensors_read(file, bytes, size);
    if (onnx_begins(bytes, size))
        return onnx_read(file, bytes, size);
    return format_unknown(file, bytes, size);
}

static TensorFile *file_new(Arena *arena)
{
    TensorFile *file = arena_alloc(arena, sizeof *file);
    file->arena = arena;
    return file;
}

/* `bytes`: a block of the file, or NULL after a message. */
static TensorFile *file_finish(TensorFile *file, const char *path, unsigned char *bytes, size_t size, const char **error)
{
    if (bytes && format_read(file, path, bytes, size) && names_sort(file))
        return file;
    *error = file->error;
    tensor_file_close(file);
    return NULL;
}

TensorFile *tensor_file_open(Arena *arena, const char *path, const char **error)
{
    TensorFile *file = file_new(arena);
    size_t size = 0;
    unsigned char *bytes = path_read(file, path, &size);
    return file_finish(file, path, bytes, size, error);
}

TensorFile *tensor_file_parse(Arena *arena, const char *path, const void *bytes, size_t size, const char **error)
{
    TensorFile *file = file_new(arena);
    unsigned char *copy = tensor_file_block(file, size);
    if (copy && size)
        memcpy(copy, bytes, size);
    return file_finish(file, path, copy, size, error);
}

void tensor_file_close(TensorFile *file)
{
    for (Block *block = file ? file->blocks : NULL, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    if (file)
        file->blocks = NULL;
}

size_t tensor_file_count(const TensorFile *file)
{
    return file->count;
}

const Tensor *tensor_file_at(const TensorFile *file, size_t index)
{
    assert(index < file->count);
    return &file->tensors[index];
}

const Tensor *tensor_file_find(const TensorFile *file, const char *name)
{
    size_t low = 0, high = file->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, file->by_name[middle]->name);
        if (order == 0)
            return file->by_name[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
