#include "music.h"
#include "../real.h"

REAL("a note", 1, 0, music)
{
    const float temperature = 1, bars = 16, upbeat = 0;
    const int32_t mode = 0, meter = 2;
    int32_t pitch, length;
    if (music_step(&net, &temperature, &mode, &meter, &bars, &upbeat, &pitch, &length) == 0)
        return 0;
    music_reset(&net);                  /* the tune has ended: the next one */
    return music_step(&net, &temperature, &mode, &meter, &bars, &upbeat, &pitch, &length);
}
