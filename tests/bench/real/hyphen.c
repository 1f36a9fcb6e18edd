#include "hyphen.h"
#include "../real.h"

REAL("a letter, 10 a call", 10, 0, hyphen)
{
    static int32_t letter[10];
    static float mark[10 * 4];
    FILL_TOKENS(letter, 10, 27);
    return hyphen_run(&net, 10, letter, mark);
}
