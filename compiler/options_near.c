/* options_near.c: the pass that a misspelt name on the command line most likely means. */
#include "diag.h"
#include "options.h"

#include <string.h>

const char *options_near_pass(const char *name)
{
    enum { ROOM = 64 };
    const char *names[ROOM];
    size_t count = 0;
    for (const Pass *pass = passes; pass->name && count < ROOM - PLAN_PASSES; pass++)
        names[count++] = pass->name;
    for (int i = 0; i < PLAN_PASSES; i++)
        names[count++] = plan_passes[i].name;
    return diag_nearest(name, names, count);
}
