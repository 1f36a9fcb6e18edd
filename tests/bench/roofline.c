/* roofline.c: what the machine allows: how fast weights can be read, by how much memory they take, and how fast f32
 * numbers can be multiplied and added. In the widest vectors that the machine has. */
#define _DEFAULT_SOURCE         /* madvise */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "measure.h"

#if defined(__x86_64__)
#define FOR_AVX512 __attribute__((target("avx512f")))
#define FOR_AVX2 __attribute__((target("avx2,fma")))
#endif
#define PLAIN

const size_t level_bytes[LEVELS] = {
    16 << 10, 32 << 10, 128 << 10, 512 << 10, 2 << 20, 8 << 20, 32 << 20, 128 << 20
};

static volatile uint32_t sink;

/* A function that reads and one that multiplies, for vectors of `bytes`. Eight vectors of sums are enough to hide the
 * latency of an exclusive or, and twelve that of a multiplication and addition. Written out one by one: the
 * compiler keeps them in registers then, also where it unrolls nothing. */
#define FUNCTIONS(suffix, target, bytes)                                                                               \
    typedef uint32_t words_##suffix __attribute__((vector_size(bytes)));                                               \
    typedef float floats_##suffix __attribute__((vector_size(bytes)));                                                 \
    target static void read_##suffix(const void *memory, size_t size, size_t passes)                                   \
    {                                                                                                                  \
        const words_##suffix *v = memory;                                                                              \
        words_##suffix a = {0}, b = a, c = a, d = a, e = a, f = a, g = a, h = a;                                       \
        size_t count = size / bytes;                                                                                   \
        for (; passes > 0; passes--) {                                                                                 \
            size_t i = 0;                                                                                              \
            __asm__ volatile("" ::: "memory"); /* every pass reads anew */                                             \
            for (; i + 8 <= count; i += 8) {                                                                           \
                a ^= v[i], b ^= v[i + 1], c ^= v[i + 2], d ^= v[i + 3];                                                \
                e ^= v[i + 4], f ^= v[i + 5], g ^= v[i + 6], h ^= v[i + 7];                                            \
            }                                                                                                          \
            for (; i < count; i++)                                                                                     \
                a ^= v[i];                                                                                             \
        }                                                                                                              \
        a ^= b ^ c ^ d ^ e ^ f ^ g ^ h;                                                                                \
        sink ^= a[0];                                                                                                  \
    }                                                                                                                  \
    target static void peak_##suffix(void)                                                                             \
    {                                                                                                                  \
        floats_##suffix x = {0}, a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;   \
        size_t count = PEAK_OPERATIONS / (12 * 2 * (bytes / sizeof(float)));                                           \
        x += 0.5f + (float)(sink & 1);                                                                                 \
        for (; count > 0; count--) {                                                                                   \
            a = a * x + x, b = b * x + x, c = c * x + x, d = d * x + x, e = e * x + x, f = f * x + x;                  \
            g = g * x + x, h = h * x + x, i = i * x + x, j = j * x + x, k = k * x + x, l = l * x + x;                  \
            __asm__ volatile("" : KEEP(a), KEEP(b), KEEP(c), KEEP(d), KEEP(e), KEEP(f));                               \
            __asm__ volatile("" : KEEP(g), KEEP(h), KEEP(i), KEEP(j), KEEP(k), KEEP(l));                               \
        }                                                                                                              \
        a += b + c + d + e + f + g + h + i + j + k + l;                                                                \
        sink += (uint32_t)a[0] & 2;                                                                                    \
    }

/* Twelve chains with the same numbers in all are not one chain: the compiler must not see that. */
#if defined(__x86_64__)
#define KEEP(vector) "+v"(vector)
FUNCTIONS(avx512, FOR_AVX512, 64)
#undef KEEP
#define KEEP(vector) "+x"(vector)
FUNCTIONS(avx2, FOR_AVX2, 32)
#elif defined(__aarch64__)
#define KEEP(vector) "+w"(vector)
#else
#define KEEP(vector) "+m"(vector)
#endif
FUNCTIONS(plain, PLAIN, 16)

static int vector_bytes(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        return 64;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return 32;
#endif
    return 16;
}

typedef struct Memory {
    void *block;
    size_t size;
    int vector;
} Memory;

/* On huge pages where the system gives them to who asks: the bound is what can be had. */
static void *create(const Network *network)
{
    Memory *memory = malloc(sizeof *memory);
    size_t alignment = network->weight_bytes < 1 << 21 ? 4096 : 1 << 21;
    size_t room = (network->weight_bytes + alignment - 1) / alignment * alignment;
    if (!memory)
        abort();
    *memory = (Memory){aligned_alloc(alignment, room), network->weight_bytes, vector_bytes()};
    if (!memory->block)
        abort();
#ifdef MADV_HUGEPAGE
    if (alignment > 4096)
        madvise(memory->block, room, MADV_HUGEPAGE);
#endif
    memset(memory->block, 1, room);
    return memory;
}

static void run(void *self, size_t steps, const float *x, float *y)
{
    const Memory *memory = self;
    (void)x;
    (void)y;
#if defined(__x86_64__)
    if (memory->vector == 64)
        read_avx512(memory->block, memory->size, steps);
    else if (memory->vector == 32)
        read_avx2(memory->block, memory->size, steps);
    else
#endif
        read_plain(memory->block, memory->size, steps);
}

static void destroy(void *self)
{
    free(((Memory *)self)->block);
    free(self);
}

const Contender roofline = {"bound", create, run, NULL, destroy};

void roofline_peak(void *unused)
{
    int vector = vector_bytes();
    (void)unused;
#if defined(__x86_64__)
    if (vector == 64)
        peak_avx512();
    else if (vector == 32)
        peak_avx2();
    else
#endif
        peak_plain();
    (void)vector;
}
