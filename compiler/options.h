/* options.h: the command line, taken apart. */
#ifndef RNNC_OPTIONS_H
#define RNNC_OPTIONS_H

#include "check.h"
#include "pass.h"
#include "plan.h"

typedef struct NamedFile {       /* NAME=FILE */
    const char *name, *file;
} NamedFile;

typedef struct NamedNumber {     /* NAME=NUMBER */
    const char *name;
    int64_t number;
} NamedNumber;

typedef struct Options {
    bool run;                    /* rnnc run */
    bool verify;                 /* rnnc verify */
    bool interpret;
    bool done;                   /* --help and the like: all is said */
    const char *model;           /* the file */
    const char *folder;          /* -o */
    const char *emit;            /* ast, graph, dot, svg, dot-fused, svg-fused, plan, c, h; NULL: files */
    const char *name;            /* of what is emitted */
    bool blob;
    bool fast_math;
    bool strict;                 /* the same bits on every machine */
    bool times;                  /* print how long each stage took */
    uint64_t seed;               /* of random weights */
    CheckOptions check;
    PassOptions pass;
    PlanOptions plan;
    NamedFile *inputs, *outputs;
    size_t input_count, output_count;
    NamedNumber *steps;          /* of clocks that no input tells the length of */
    size_t step_count;
    uint32_t draw_seed;          /* of what the model draws, and of the input that verify makes up */
    NamedFile *against;          /* verify: what outputs and variables should be */
    size_t against_count;
    double tolerance;            /* verify; 0: see VERIFY_TOLERANCE */
    const char *isa;             /* verify: an instruction set, "all", or NULL: as the environment says */
    bool json;                   /* verify */
    const char *by;              /* run, step */
    const char *build;           /* folder to build in; NULL: one of our own, removed afterwards */
    const char *cc, *exec, *runtime, *lib;
    int status;                  /* of the process where something failed; 0: 1 */
} Options;

/* False, and a message on stderr, for a command line that cannot be understood. */
bool options_parse(Arena *arena, int count, char **words, Options *options);

const char *options_near_pass(const char *name);   /* NULL: none is near */

#endif
