#include "langid.h"
#include "../real.h"

REAL("a byte, 256 a call", 256, 0, langid)
{
    static int32_t text[256];
    static float language[37];
    FILL_TOKENS(text, 256, 256);
    return langid_run(&net, 256, text, language);
}
