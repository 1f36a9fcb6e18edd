/* tensor_file.h: the tensors of a weight file (safetensors, ONNX, npz, npy), and the npy writer.
 * Such files are hostile input: every size in them is checked before it is used, everything that is
 * unusable is refused with its own message, and a file that opens is sound from its first byte to
 * its last. Values are not judged: a NaN is read like any other number. */
#ifndef RNNC_TENSOR_FILE_H
#define RNNC_TENSOR_FILE_H

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TENSOR_MAX_RANK = 8 };

/* Element types; the order is that of dtype_table. */
typedef enum {
    DTYPE_F64, DTYPE_F32, DTYPE_F16, DTYPE_BF16,
    DTYPE_I8, DTYPE_U8, DTYPE_I16, DTYPE_U16, DTYPE_I32, DTYPE_U32, DTYPE_I64, DTYPE_U64,
    DTYPE_BOOL,                     /* one byte: 0 is false, all else true */
    DTYPE_COUNT
} DType;

typedef struct Tensor {
    const char *name;               /* lives in the arena: 1 to 1000 bytes, no control characters */
    DType dtype;
    int rank;                       /* 0 (a scalar) to TENSOR_MAX_RANK */
    int64_t dim[TENSOR_MAX_RANK];   /* each >= 0; those from `rank` on are 0 */
    size_t count;                   /* the product of the dimensions: 1 for rank 0, may be 0 */
    const unsigned char *bytes;     /* count * dtype_size bytes, little-endian, C order, not aligned;
                                     * owned by the file, gone with tensor_file_close */
    bool constant;                  /* of a graph's own arithmetic: not being used is no news */
} Tensor;

typedef struct TensorFile TensorFile;

/* Reads the whole file; its content, not its name, says which format it has. A lone npy holds one
 * tensor that is named as the file is, without folder and ".npy"; a member NAME.npy of an npz is
 * NAME. An ONNX model's tensors are its initialisers and the results of its Constant nodes; where
 * those of two subgraphs have one name, it becomes NODE.ATTRIBUTE.NAME, the node's (or else its first
 * output's) name and that of the attribute which is the subgraph. On failure NULL, and in *error a string of the arena: one line without the file's name, such
 * as "tensor 'W' has element type 'F8_E4M3'; needed one of F64 F32 ...". Files and archives of more
 * than 4 GiB are refused. The structure is in the arena, the tensors' bytes are not: close it. */
TensorFile *tensor_file_open(Arena *arena, const char *path, const char **error);

/* The same of bytes in memory, which are copied; of `path` only the name of a lone npy is taken. */
TensorFile *tensor_file_parse(Arena *arena, const char *path, const void *bytes, size_t size, const char **error);
void tensor_file_close(TensorFile *file);       /* NULL is allowed */

/* The tensors in the order of the file, as one array: a safetensors header, an archive's directory, a
 * graph's initialisers before its nodes. */
size_t tensor_file_count(const TensorFile *file);
const Tensor *tensor_file_at(const TensorFile *file, size_t index);

/* NULL where the file has no such tensor; logarithmic time. */
const Tensor *tensor_file_find(const TensorFile *file, const char *name);

size_t dtype_size(DType dtype);                 /* bytes of an element */
const char *dtype_name(DType dtype);            /* "f64", "bf16", "i8", "bool", ... */

/* All elements as doubles, out[tensor->count]. Exact but for 64-bit integers beyond 2^53, which are
 * rounded to the nearest. */
void tensor_read_f64(const Tensor *tensor, double *out);

/* Writes an npy file (version 1.0, C order) of the elements at `data`, which are in the machine's own
 * byte order. It is written aside (path.part) and renamed, so it appears whole or not at all; a
 * device or pipe is written straight. On failure false, and in *error a string that nobody owns and
 * that is good until the next call to npy_write or strerror. There is no npy of DTYPE_BF16. */
bool npy_write(const char *path, DType dtype, int rank, const int64_t *dim, const void *data,
               const char **error);

/* ---- From here on: what tensor_file.c and the readers of the formats share. ---- */

/* No file may have or expand to more bytes than this. */
#define TENSOR_FILE_LIMIT (UINT64_C(4) << 30)

typedef struct DTypeInfo {
    const char *name, *safetensors;
    const char *npy;                /* kind and size, without the byte order; NULL where npy has none */
    size_t size;
} DTypeInfo;

extern const DTypeInfo dtype_table[DTYPE_COUNT];

/* Keeps the message for the caller of tensor_file_open, control characters replaced; false. */
bool tensor_file_fail(TensorFile *file, const char *format, ...) RNNC_FORMAT(2, 3);

/* Memory that lives as long as the file, aligned for any type, not zeroed; NULL (and a message) if there is not enough. */
unsigned char *tensor_file_block(TensorFile *file, uint64_t size);

/* A copy of a tensor's name, or NULL (and a message) if it is unfit. Call it before anything that
 * quotes the name. */
const char *tensor_file_name(TensorFile *file, const char *name, size_t length);

/* Sets tensor->count and *size, the bytes that the shape and type ask for; false (and a message) for
 * a shape that no file may have. */
bool tensor_file_measure(TensorFile *file, Tensor *tensor, uint64_t *size);

void tensor_file_add(TensorFile *file, const Tensor *tensor);

/* The readers: `bytes` is the whole file, a block of `file`. They add its tensors; false after
 * tensor_file_fail. npy_read changes the bytes where they are big-endian. */
bool safetensors_read(TensorFile *file, const unsigned char *bytes, size_t size);
bool npy_read(TensorFile *file, const char *name, unsigned char *bytes, size_t size);
bool npz_read(TensorFile *file, const unsigned char *bytes, size_t size);
bool onnx_begins(const unsigned char *bytes, size_t size);
bool onnx_read(TensorFile *file, const unsigned char *bytes, size_t size);

#endif
