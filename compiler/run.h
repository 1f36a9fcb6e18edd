/* run.h: `rnnc run`: inputs from .npy files, through the emitted C or the interpreter, to .npy files. */
#ifndef RNNC_RUN_H
#define RNNC_RUN_H

#include "emit.h"
#include "options.h"

#include <stdio.h>

/* Emits, builds and runs. False after errors in diag. */
bool run_model(Arena *arena, Diag *diag, Options *o, const Plan *plan, const EmitOptions *e);

/* Whether its functions can be called that way (see --by); otherwise *why says what is missing. */
bool run_by(const Plan *plan, const char *by, const char **why);

/* The reference interpreter on the graph as the checker left it. */
bool run_interpreted(Arena *arena, Diag *diag, const Options *o, const Graph *graph);

/* ---- run_data.c: what both share ---- */
typedef struct RunData {
    const Graph *graph;
    int64_t *length;             /* of each clock; where the model finds it, the most it can be, and after a run what it was */
    double **input;              /* of each port, its clocks in the port's order */
} RunData;

/* Reads the inputs and finds the clocks' lengths; false after errors. For verify, inputs that are not given are drawn
 * at random, and lengths that nothing tells are chosen, at most RUN_STEPS. */
enum { RUN_STEPS = 61 };
bool run_read(Arena *arena, Diag *diag, const Options *o, const Graph *graph, RunData *data);

/* Whether the model finds a clock's length, or draws: what a run gives back, and needs, beside ports. */
bool run_finds_lengths(const Graph *graph);
bool run_draws(const Graph *graph);

/* Numbers of a port's value over all steps. */
size_t run_count(const RunData *data, NodeId id);

/* Writes the outputs that were asked for, or shows all. */
bool run_write(Arena *arena, Diag *diag, const Options *o, const RunData *data, const double *const *output);

/* ---- run_program.c: programs made of plans ---- */
typedef struct Tools {           /* where and by what programs are built */
    Arena *arena;
    Diag *diag;
    const Options *o;
    const char *folder;          /* to build in */
    const char *cc;              /* the C compiler with its options */
    const char *include;         /* the folder of rt.h */
    const char *library;         /* librnnrt.a, or NULL: the runtime's sources are compiled along */
    const char *link;            /* that library or those sources, for a command line */
} Tools;

/* Finds the runtime and makes the folder; tools_close removes that, unless it was given. False after errors. */
bool tools_open(Tools *tools, Arena *arena, Diag *diag, const Options *o);
void tools_close(const Tools *tools);

/* Calls the C compiler with those words behind the include path. */
bool tools_compile(const Tools *tools, const char *words);

/* Compiles the runtime's sources once, for several programs; nothing where there is a library. */
bool tools_runtime(Tools *tools);

/* Builds and runs a program that asks the runtime for something: what it prints. NULL after errors. */
FILE *tools_ask(const Tools *tools, const char *source);

typedef struct Program {
    const Tools *tools;
    const Plan *plan;
    const EmitOptions *e;
    const char *path;
} Program;

/* Emits and builds, where what is there is not up to date. */
bool program_build(Program *program, const Tools *tools, const Plan *plan, const EmitOptions *e);

/* Runs it, by one of the words of --by, on an instruction set (NULL: as the environment says): the numbers of each
 * output, and in data->length how long clocks were. NULL after errors. */
const double **program_run(const Program *program, RunData *data, const char *by, const char *isa);

#endif
