#include "sentiment.h"
#include "../real.h"

REAL("a word, 20 a call", 20, 0, sentiment)
{
    static int32_t word[20];
    static float kind[1];
    FILL_TOKENS(word, 20, 4956);
    return sentiment_run(&net, 20, word, kind);
}
