#include <string.h>
#include "g2p.h"
#include "../real.h"

/* How many phonemes there are depends on the word. */
REAL("a word of 13 letters", 1, 0, g2p)
{
    static const char word[] = "pronunciation", letters[] = "abcdefghijklmnopqrstuvwxyz";
    static float seen[24 * 13];
    int32_t letter[13], phoneme[24];
    size_t steps;
    for (size_t i = 0; i < 13; i++)
        letter[i] = (int32_t)(strchr(letters, word[i]) - letters);
    return g2p_run(&net, &steps, 13, letter, phoneme, seen);
}
