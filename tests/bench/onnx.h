/* onnx.h: a network as the bytes of an ONNX model, for ONNX Runtime.
 *
 * Inputs: x [t, 1, m]; for each recurrent layer i the states h<i> and, of an LSTM, c<i> [1, 1, n]. Outputs: y and the
 * states after the last step, hn<i> and cn<i>. Of attention the inputs are x [1, m], K [r, m], V [r, n]. */
#ifndef ONNX_H
#define ONNX_H

#include <stddef.h>
#include "bench.h"

typedef struct Bytes {
    unsigned char *data;
    size_t size, room;
} Bytes;

/* 0 if ONNX has no operator for one of the layers. The caller frees out->data. */
int onnx_model(Bytes *out, const Network *network);

#endif
