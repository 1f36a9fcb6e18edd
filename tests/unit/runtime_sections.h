/* runtime_sections.h: a test that includes itself once for each instruction set, as runtime/rt.h says: it
 * defines SELF as its own file's name, and includes this where the parts for the sets shall stand. */
#if RT_HAVE_SCALAR
#include "vec_scalar.h"
#include SELF
#endif
#if RT_HAVE_SSE2
#include "vec_sse2.h"
#include SELF
#endif
#if RT_HAVE_AVX2
#include "vec_avx2.h"
#include SELF
#endif
#if RT_HAVE_AVX512
#include "vec_avx512.h"
#include SELF
#endif
#if RT_HAVE_NEON
#include "vec_neon.h"
#include SELF
#endif
