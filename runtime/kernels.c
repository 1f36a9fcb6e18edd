/* kernels.c: the kernels of kernels.def, compiled once for each instruction set by the mechanism that
 * rt.h describes. The bodies are in files by what they do: kernels_axis.h (softmax, sums, extremes),
 * kernels_product.h (matrix products), kernels_panel.h (products of packed weights), kernels_window.h
 * (convolution, pooling), kernels_move.h (copies) and kernels_draw.h (random numbers). */
#ifndef RT_SECTION

#include "rt.h"
#include "random.h"

#if RT_HAVE_SCALAR
#include "vec_scalar.h"
#include "kernels.c"
#endif
#if RT_HAVE_SSE2
#include "vec_sse2.h"
#include "kernels.c"
#endif
#if RT_HAVE_AVX2
#include "vec_avx2.h"
#include "kernels.c"
#endif
#if RT_HAVE_AVX512
#include "vec_avx512.h"
#include "kernels.c"
#endif
#if RT_HAVE_NEON
#include "vec_neon.h"
#include "kernels.c"
#endif

#else

#include "kernels_axis.h"
#include "kernels_product.h"
#include "kernels_panel.h"
#include "kernels_window.h"
#include "kernels_move.h"
#include "kernels_draw.h"
#include "vec_end.h"

#endif
