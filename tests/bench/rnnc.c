/* rnnc.c: what rnnc makes of a model, as a contender. Compiled once for each network with NET its name, HEADER its
 * header, BLOB the file of its weights if they are in one (large ones: compilers take long over arrays of millions), LOOK
 * for attention. Uses nothing but the functions that the header declares. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include HEADER
#include "bench.h"

#define PASTE(a, b) a##b
#define JOIN(a, b) PASTE(a, b)
#define FN(what) JOIN(NET, what)

typedef struct Instance {
    NET net;
    FN(_work) work;
    void *blob;
#ifdef LOOK
    const float *keys, *values;
#endif
} Instance;

static void *aligned(size_t size, size_t alignment)
{
    void *block = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (!block)
        abort();
    return block;
}

#ifdef BLOB
static int start(Instance *self)
{
    long size;
    int status;
    FILE *file = fopen(BLOB, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
        return -1;
    rewind(file);
    self->blob = aligned((size_t)size, 1 << 21);
    status = fread(self->blob, 1, (size_t)size, file) == (size_t)size ? 0 : -1;
    fclose(file);
    return status ? status : FN(_init)(&self->net, &self->work, self->blob, (size_t)size);
}
#else
static int start(Instance *self)
{
    return FN(_init)(&self->net, &self->work);
}
#endif

static void destroy(void *self)
{
    free(((Instance *)self)->blob);
    free(self);
}

static void *create(const Network *network)
{
    Instance *self = aligned(sizeof *self, 64);
    memset(self, 0, sizeof *self);
    (void)network;
#ifdef LOOK
    self->keys = network->layer[0].tensor[0];
    self->values = network->layer[0].tensor[1];
#endif
    if (start(self) == 0)
        return self;
    destroy(self);
    return NULL;
}

#ifdef LOOK
#define RUN NULL
static void step(void *self, const float *q, float *c)
{
    Instance *instance = self;
    FN(_run)(&instance->net, q, instance->keys, instance->values, c);
}
#else
#define RUN run
static void run(void *self, size_t steps, const float *x, float *y)
{
    FN(_run)(&((Instance *)self)->net, steps, x, y);
}
static void step(void *self, const float *x, float *y)
{
    FN(_step)(&((Instance *)self)->net, x, y);
}
#endif

const Contender *contender(void)
{
    static const Contender rnnc = {"rnnc", create, RUN, step, destroy};
    return &rnnc;
}
