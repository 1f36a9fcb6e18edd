/* real.h: a network that does something, one of samples/ or of ../shared/models, as a program would call it. Each file of
 * real/ has a call of the network of its name and becomes a shared object. What goes in is made up, unless the time
 * depends on it. */
#ifndef REAL_H
#define REAL_H

#include <stddef.h>

typedef struct Real {
    const char *unit;           /* what a unit of work is */
    double units;               /* of them in a call */
    double seconds;             /* of sound in a unit; 0: it is no sound */
    void (*start)(void);        /* before the first call; the instruction set is chosen here */
    int (*call)(void);          /* the status: 0 if all is well */
} Real;

const Real *real(void);

/* A network that a peer computes as well (NAME.PEER.so) has the first output here, in both: they are compared. */
extern float result[1];

/* REAL("a frame", 1, 0.01, name) { return name_step(&net, ...); }: the body of a call. */
#define REAL(what, count, time, network)                                             \
    static network net;                                                              \
    static network##_work work;                                                      \
    static void start(void) { network##_init(&net, &work); }                         \
    static int call(void);                                                           \
    const Real *real(void)                                                           \
    {                                                                                \
        static const Real self = {what, count, time, start, call};                   \
        return &self;                                                                \
    }                                                                                \
    static int call(void)

/* Some numbers between -1 and 1, and tokens from 0 to `range` - 1. */
#define FILL(numbers, count)                                                         \
    for (size_t i = 0; i < (count); i++)                                             \
        (numbers)[i] = (float)((i * i * 7 + i * 3 + 1) % 64) / 32 - 1
#define FILL_TOKENS(tokens, count, range)                                            \
    for (size_t i = 0; i < (count); i++)                                             \
        (tokens)[i] = (int32_t)((i * i * 7 + i * 3 + 1) % (range))

#endif
