/* verify.h: `rnnc verify`: the C of a model against its equations, on the same input.
 *
 * The equations are computed by the reference interpreter in double precision, on the graph as the checker left it.
 * The C is built twice: as it ships, and once more with every named variable as an output, made before any pass. The
 * first is what is verified; the second shows where something goes wrong. */
#ifndef RNNC_VERIFY_H
#define RNNC_VERIFY_H

#include "ast.h"
#include "emit.h"
#include "run.h"

typedef struct ModelText {       /* to find a variable's equation */
    const Ast *library, *model;
} ModelText;

/* False after errors, among them one for what is beyond the tolerance. `e` names what is emitted. */
bool verify_model(Arena *arena, Diag *diag, const Options *o, const Graph *graph, ModelText text, const EmitOptions *e);

/* How far a variable may be off, relative to the larger of 1 and its largest value. Of single precision, 6e-8 of a
 * value, sums of some thousand products and a few hundred steps that hand their errors on make less than 1e-5; a wrong
 * weight, or one step too many, makes more. Some networks make more of small errors: there it is VERIFY_TIMES of what
 * comes out where the interpreter rounds each value to a float (but not each sum on the way to it), but never more than
 * VERIFY_MOST. */
#define VERIFY_TOLERANCE 1e-5
#define VERIFY_TIMES 16
#define VERIFY_MOST 1e-3

/* ---- verify_compare.c ---- */

typedef struct Gap {             /* between numbers as they should be and as they are */
    double absolute, relative, ulps;     /* the largest; the last two of what should not be 0 */
    size_t at;                   /* the element with the largest absolute difference, and what it ... */
    double want, got;            /* ... should be and is */
    const char *isa;             /* where that was; NULL: it does not matter */
    bool compared;
    bool parts;                  /* beyond the tolerance; then where first, by the turns */
    int64_t turn;
    size_t first;
    double first_want, first_got;
    const char *first_isa;
} Gap;

typedef struct Watched {         /* an output or a variable */
    const char *name;
    const Port *port;            /* of the graph with all variables */
    const Node *node;
    bool output;
    int rank, clocks;            /* axes, the first `clocks` of which are clocks */
    int clock[CLOCKS_MAX];
    int64_t dim[CLOCKS_MAX + SHAPE_MAX_RANK];    /* as the equations have it */
    size_t size;                 /* numbers of one step */
    const double *want;          /* by the equations */
    const int64_t *turn;         /* of each step: the order of evaluation */
    double allowed;              /* it may be off by so much */
    Gap gap;                     /* of the C: for an output as it ships, for a variable with all variables */
    Gap with_all;                /* OUTPUT: where all variables are outputs */
    const char *given_file;      /* --against */
    const double *given;
    Gap given_c, given_equations;
} Watched;

/* Takes the difference of `got`, whose clocks have those lengths, into account; as far as both have steps. */
void gap_take(Gap *gap, const Watched *w, const double *want, const double *got, const int64_t *length, const char *isa);

/* The largest magnitude that is finite, at least 1. */
double gap_scale(const double *value, size_t count);

/* "t=3, s=0 [5]". */
const char *gap_where(Arena *arena, const Graph *graph, const Watched *w, size_t element);

/* Elements over all steps. */
size_t watched_count(const Watched *w);

/* ---- verify_watch.c ---- */

/* The graph with every named variable as another output, from output `graph->output_count` on. */
const Graph *verify_watch(Arena *arena, const Graph *graph);

/* ---- verify_report.c ---- */

typedef struct Verify {
    Arena *arena;
    Diag *diag;
    const Options *o;
    ModelText text;
    const Graph *graph;          /* with all variables */
    size_t outputs;              /* the model's own */
    const EmitOptions *e;
    const char *cc;
    RunData data;
    int64_t *length;             /* by the equations */
    Watched *watched;            /* as the graph's outputs */
    size_t count;
    const char *isa[8];          /* those that it runs on */
    int isas;
    bool no_variables;           /* they cannot be shown */
    bool other_bits;             /* the code that ships gives outputs other bits than the one with all variables */
    bool stepped;                /* the step function ran too, ... */
    bool step_bits;              /* ... and gave the same bits */
} Verify;

/* What was compared and how, and the table; or all as JSON. */
void verify_print(const Verify *v);
void verify_print_json(const Verify *v);        /* verify_json.c */

/* Whether nothing is beyond the tolerance. */
bool verify_is_good(const Verify *v);

/* Errors in diag for what is beyond the tolerance. */
void verify_judge(Verify *v);

#endif
