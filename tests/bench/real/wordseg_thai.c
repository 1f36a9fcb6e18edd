#include "wordseg_thai.h"
#include "../real.h"

REAL("a character, 200 a call", 200, 0, wordseg_thai)
{
    static int32_t character[200];
    static float tag[200 * 4];
    FILL_TOKENS(character, 200, 74);
    return wordseg_thai_run(&net, 200, character, tag);
}
