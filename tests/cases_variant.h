/* cases_variant.h: one way of running a model: instruction set, passes, compiler, by run or by step. */
#ifndef CASES_VARIANT_H
#define CASES_VARIANT_H

#include "cases.h"

enum { VARIANT_PORTS = 24 };

typedef struct Variant {
    Arena *arena;
    const char *model, *name;               /* the file; which model of it, or NULL */
    const char *work;                       /* the folder for the build and the outputs */
    const char *tag;                        /* in front of the outputs' file names, or NULL */
    const char *weights, *define;           /* --weights, -D; or NULL */
    const char *options;                    /* more words of the command line, or NULL */
    const char *isa, *without, *by, *cc, *exec, *lib;       /* or NULL */
    bool interpret, blob;
    const char *input[VARIANT_PORTS], *input_path[VARIANT_PORTS], *output[VARIANT_PORTS];
    int inputs, outputs;
} Variant;

/* The instruction sets of this machine, the best one last; and whether ARM can be emulated. */
extern const char *variant_isa[8];
extern int variant_isa_count;
extern bool variant_has_arm;

/* Finds these out, once, and says what is missing. With `arm`, also builds the runtime for ARM. */
void variant_prepare(Arena *arena, bool arm);
const char *variant_best(void);

void variant_input(Variant *variant, const char *name, const char *path);
void variant_output(Variant *variant, const char *name);
const char *variant_path(const Variant *variant, int output);   /* where that output is written */

/* Runs it. 0, or after a line in `report` the exit status; 3, without a line: it has no such way. */
int variant_run(const Variant *variant, Out *report);

/* The C that it is made into. */
const char *variant_c(const Variant *variant, Out *report);

/* The same on ARM, emulated. */
Variant variant_arm(const Variant *variant);

#endif
