/* emit_body.h: what the two files that write the emitted arithmetic share. */
#ifndef RNNC_EMIT_BODY_H
#define RNNC_EMIT_BODY_H

#include "emit.h"

typedef struct Body {
    Out *out;
    const Plan *plan;
    const EmitOptions *options;
    int depth;
    const char **reg;        /* names of the registers of the kernel that is being written */
    Map *names;              /* of those that there are already */
} Body;

/* A line at the present depth. */
void emit_line(const Body *b, const char *text);

/* Where the elements of a view begin, as an expression of + only. */
const char *emit_address(const Body *b, const View *view);

/* The sum of a view's terms alone. */
const char *emit_position(const Body *b, const View *view);

/* How far a term moves by one step, in elements. */
const char *emit_stride(const Body *b, const Term *term);

void emit_kernel(Body *b, const Kernel *kernel);
void emit_move(Body *b, const View *to, const View *from, int64_t count);

#endif
