/* run.h: `rnnc run`: inputs from .npy files, through the emitted C or the interpreter, to .npy files. */
#ifndef RNNC_RUN_H
#define RNNC_RUN_H

#include "emit.h"
#include "options.h"

/* Emits, builds and runs. False after errors in diag. */
bool run_model(Arena *arena, Diag *diag, Options *o, const Plan *plan, const EmitOptions *e);

/* The reference interpreter on the graph as the checker left it. */
bool run_interpreted(Arena *arena, Diag *diag, const Options *o, const Graph *graph);

/* ---- run_data.c: what both share ---- */
typedef struct RunData {
    const Graph *graph;
    int64_t *length;             /* of each clock; where the model finds it, the most it can be, and after a run what it was */
    double **input;              /* of each port, its clocks in the port's order */
} RunData;

/* Reads the inputs and finds the clocks' lengths; false after errors. */
bool run_read(Arena *arena, Diag *diag, const Options *o, const Graph *graph, RunData *data);

/* Whether the model finds a clock's length, or draws: what a run gives back, and needs, beside ports. */
bool run_finds_lengths(const Graph *graph);
bool run_draws(const Graph *graph);

/* Numbers of a port's value over all steps. */
size_t run_count(const RunData *data, NodeId id);

/* Writes the outputs that were asked for, or shows all. */
bool run_write(Arena *arena, Diag *diag, const Options *o, const RunData *data, const double *const *output);

#endif
