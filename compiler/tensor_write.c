/* tensor_write.c: writes npy files.
 * In: numbers in memory. Out: a file of version 1.0 that is there whole or not at all; its form is
 * told in tensor_npy.c. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "tensor_file.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { HEADER_ROOM = 384 };

/* The npy prefix and header, padded so that the data begin at a multiple of 64; their length. */
static size_t npy_header(char *text, DType dtype, int rank, const int64_t *dim)
{
    enum { PREFIX = 10 };
    const uint16_t probe = 1;
    bool little = *(const unsigned char *)&probe == 1;
    char order = dtype_size(dtype) == 1 ? '|' : little ? '<' : '>';
    int at = PREFIX;
    at += snprintf(text + at, (size_t)(HEADER_ROOM - at), "{'descr': '%c%s', 'fortran_order': False, 'shape': (", order,
                   dtype_table[dtype].npy);
    for (int i = 0; i < rank; i++)
        at += snprintf(text + at, (size_t)(HEADER_ROOM - at), "%s%" PRId64, i ? ", " : "", dim[i]);
    at += snprintf(text + at, (size_t)(HEADER_ROOM - at), rank == 1 ? ",), }" : "), }");     /* (3) is no tuple */
    while ((at + 1) % 64)
        text[at++] = ' ';
    text[at++] = '\n';
    memcpy(text, "\x93NUMPY\1\0", 8);
    text[8] = (char)((at - PREFIX) & 255);
    text[9] = (char)((at - PREFIX) >> 8);
    return (size_t)at;
}

static bool npy_stream(FILE *stream, DType dtype, int rank, const int64_t *dim, const void *data)
{
    char header[HEADER_ROOM];
    size_t length = npy_header(header, dtype, rank, dim), count = 1;
    for (int i = 0; i < rank; i++)
        count *= (size_t)dim[i];
    return fwrite(header, 1, length, stream) == length &&
           (!count || fwrite(data, dtype_size(dtype), count, stream) == count);
}

bool npy_write(const char *path, DType dtype, int rank, const int64_t *dim, const void *data, const char **error)
{
    assert(rank >= 0 && rank <= TENSOR_MAX_RANK);
    if (!dtype_table[dtype].npy) {
        *error = "npy has no element type bf16; needed another";
        return false;
    }
    struct stat status;
    bool aside = stat(path, &status) != 0 || S_ISREG(status.st_mode);
    size_t room = strlen(path) + sizeof ".part";
    char *part = malloc(room);
    FILE *stream = NULL;
    errno = ENOMEM;
    if (part) {
        snprintf(part, room, "%s%s", path, aside ? ".part" : "");
        stream = fopen(part, "wb");
    }
    bool good = stream && npy_stream(stream, dtype, rank, dim, data) && fflush(stream) == 0 &&
                (!aside || rename(part, path) == 0);
    if (!good)
        *error = strerror(errno);
    if (stream)
        fclose(stream);                 /* nothing is left that could fail: all has been flushed */
    if (stream && aside && !good)
        remove(part);
    free(part);
    return good;
}
