/* vad_onnx.c: the network of samples/vad by ONNX Runtime, from the same file (MODEL). Its input is 64 samples of the chunk
 * before and 512 new ones; the state is in the caller's hands. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ort.h"
#include "real.h"

enum { PAST = 64, CHUNK = 512, STATE = 2 * 128 };

float result[1];

static float input[PAST + CHUNK], state[2][STATE];
static int64_t rate = 16000;
static void *session, *in[2][3], *out[2][2];
static int turn;

static int call(void)
{
    static const char *const in_names[] = {"input", "state", "sr"}, *const out_names[] = {"output", "stateN"};
    memcpy(input, input + CHUNK, PAST * sizeof *input);
    FILL(input + PAST, CHUNK);
    ort_run(session, 3, in_names, in[turn], 2, out_names, out[turn]);
    turn ^= 1;
    return 0;
}

static void start(void)
{
    static unsigned char model[4 << 20];
    FILE *file = fopen(MODEL, "rb");
    size_t size = file ? fread(model, 1, sizeof model, file) : 0;
    if (file)
        fclose(file);
    session = ort_session(model, size);
    for (int t = 0; t < 2; t++) {
        in[t][0] = ort_tensor(input, ORT_FLOAT, 2, (int64_t[]){1, PAST + CHUNK});
        in[t][1] = ort_tensor(state[t], ORT_FLOAT, 3, (int64_t[]){2, 1, 128});
        in[t][2] = ort_tensor(&rate, ORT_INT64, 0, NULL);
        out[t][0] = ort_tensor(result, ORT_FLOAT, 2, (int64_t[]){1, 1});
        out[t][1] = ort_tensor(state[t ^ 1], ORT_FLOAT, 3, (int64_t[]){2, 1, 128});
    }
}

const Real *real(void)
{
    static const Real self = {"a frame of 32 ms", 1, 0.032, start, call};
    return &self;
}
