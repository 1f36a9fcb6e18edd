#include "charrnn.h"
#include "../real.h"

REAL("a character", 1, 0, charrnn)
{
    static int32_t character;
    static float logits[65], h0[128], c0[128], h1[128], c1[128];
    character = (character + 7) % 65;
    return charrnn_step(&net, &character, logits, h0, c0, h1, c1);
}
