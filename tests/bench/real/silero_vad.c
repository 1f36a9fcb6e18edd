#include "silero_vad.h"
#include "../real.h"

REAL("a frame of 32 ms", 1, 0.032, silero_vad)
{
    static float chunk[512], speech[1], states[256];
    FILL(chunk, 512);
    return silero_vad_step(&net, chunk, speech, states);
}
