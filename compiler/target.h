/* target.h: what the planner assumes of the machine that the emitted C runs on. The numbers decide how
 * something is computed, never what comes out. */
#ifndef RNNC_TARGET_H
#define RNNC_TARGET_H

#include <stdint.h>

typedef struct Target {
    int64_t l1, l2;          /* bytes of the data caches of one core */
    int64_t zigzag;          /* bytes of weights up to which reading them backwards every second step pays */
    int chunk;               /* steps whose products with known vectors are made at once */
    int64_t chunk_memory;    /* bytes that these may take */
    int64_t hoist_inner;     /* elements of a vector from which on that pays: less costs as much as it saves */
    int64_t hoist_weights;   /* likewise, bytes of the weights */
} Target;

/* A server's or desktop's core of today. Measured: tests/bench/README.md. */
static const Target target_host = {
    .l1 = 32 << 10, .l2 = 1 << 20, .zigzag = 3 << 19, .chunk = 24, .chunk_memory = 512 << 10, .hoist_inner = 8, .hoist_weights = 4 << 10,
};

#endif
