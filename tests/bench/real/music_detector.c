#include "music_detector.h"
#include "../real.h"

REAL("a frame of 20 ms", 1, 0.020, music_detector)
{
    static float x[25], probs[2], layer0[32], states[24];
    FILL(x, 25);
    return music_detector_step(&net, x, probs, layer0, states);
}
