/* kernels_strict.c: the kernels a second time, with the same bits on every instruction set: RT_STRICT in
 * rt.h. A library's member of its own, so that only programs that want it hold it. */
#define RT_STRICT 1
#include "kernels.c"
