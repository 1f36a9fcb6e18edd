#include "vad.h"
#include "../real.h"

float result[1];

REAL("a frame of 32 ms", 1, 0.032, vad)
{
    static float chunk[512];
    FILL(chunk, 512);
    return vad_step(&net, chunk, result);
}
