#include "vad.h"
#include "../real.h"

REAL("a frame of 32 ms", 1, 0.032, vad)
{
    static float chunk[512], speech[1];
    FILL(chunk);
    return vad_step(&net, chunk, speech);
}
