/* emit.h: a plan, written down in C. */
#ifndef RNNC_EMIT_H
#define RNNC_EMIT_H

#include "out.h"
#include "plan.h"

typedef struct EmitOptions {
    const char *name;        /* of the files and prefix of every function */
    const char *source;      /* the model file's name, without folder, for comments */
    bool blob;               /* weights in NAME.bin instead of in arrays */
    bool fast_math;          /* sigmoid and tanh of runtime/vec_fast.h */
    bool strict;             /* the same bits on every machine: RT_STRICT of rt.h */
    Times *times;            /* print how long each part took; or NULL */
} EmitOptions;

/* NAME.h, the manual of the interface. */
void emit_header(Out *out, const Plan *plan, const EmitOptions *options);

/* NAME.c: C99, and C++ too. Compiles itself once for each instruction set, see runtime/rt.h. */
void emit_source(Out *out, const Plan *plan, const EmitOptions *options);

/* NAME.bin: 64 bytes of head (who made it, version, floats, layout) and the constants, little-endian floats. */
void emit_blob(Out *out, const Plan *plan);

/* A main program for `rnnc run` and tests. Its arguments: how to run ("run", "step", "parts", "again"); a length
 * for each clock, where the network finds it the most there can be; a file of raw numbers for each input and
 * each output; where lengths are found a file for those, an int32_t a clock; where it draws the seed; with a
 * blob its file and size. */
void emit_driver(Out *out, const Plan *plan, const EmitOptions *options);

/* ---- between the parts of the emitter ---- */
void emit_call(Out *out, const Plan *plan, const EmitOptions *options);        /* emit_body.c */
void emit_call_parameters(Out *out, const Plan *plan, bool types);
void emit_functions(Out *out, const Plan *plan, const EmitOptions *options);   /* emit_functions.c */
void emit_parameters(Out *out, const Plan *plan, bool lengths);                /* emit_header.c */
bool emit_has_length(const Plan *plan, int clock);   /* the caller says how many steps */
bool emit_gives_length(const Plan *plan, int clock); /* the network says how many there were: it ends by itself, or ticks */
bool emit_clock_used(const Plan *plan, int clock);
const char *emit_length(const Plan *plan, int clock);  /* how many steps, in C (emit_kernel.c) */
const char *emit_upper(Arena *arena, const char *name);
const char *emit_safe(Arena *arena, const char *text); /* for a comment: nothing in it ends or opens one */
const char *emit_number(Arena *arena, double value); /* a float literal */
uint32_t emit_layout(const Plan *plan);              /* of the blob: changes when constants move (emit_constants.c) */
void emit_constants(Out *out, const Plan *plan, const EmitOptions *options);         /* as arrays, or what a blob begins with */
bool emit_constants_finite(const Plan *plan, const EmitOptions *options);            /* the arrays need no NAN or INFINITY */

#endif
