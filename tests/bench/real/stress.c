#include "stress.h"
#include "../real.h"

REAL("a word of 8 sounds", 1, 0, stress)
{
    static int32_t sounds[8];
    static float stressed[8];
    FILL_TOKENS(sounds, 8, 39);
    return stress_run(&net, 8, sounds, stressed);
}
