#include "rnnoise.h"
#include "../real.h"

REAL("a frame of 10 ms", 1, 0.010, rnnoise)
{
    static float x[42], gains[22], vad[1], states[168];
    FILL(x, 42);
    return rnnoise_step(&net, x, gains, vad, states);
}
