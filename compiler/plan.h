/* plan.h: what the emitted program does, step by step, and where every value lies.
 *
 * A plan is a list of steps on buffers. Loops over clocks are a step that opens and one that ends
 * them. Every size is known; the longest sequence decides. The emitter writes the plan down in C and
 * decides nothing. */
#ifndef RNNC_PLAN_H
#define RNNC_PLAN_H

#include "constant.h"
#include "diag.h"
#include "graph.h"
#include "times.h"

/* Units that are computed side by side: the width of packed weights (RT_PANEL of runtime/rt.h). */
enum { PLAN_PANEL = 16 };

typedef enum {
    BUFFER_INPUT,            /* the caller's, read */
    BUFFER_OUTPUT,           /* the caller's, written */
    BUFFER_CONST,            /* in flash, or in the blob */
    BUFFER_STATE,            /* in the instance: persists from call to call */
    BUFFER_WORK              /* in the work space: dead between calls */
} BufferKind;

enum { PLAN_DIMS = 6 };      /* clocks that one value is kept over */

typedef struct Dim {         /* a value for every step of a clock; outermost first */
    int clock;
    int64_t stride;          /* elements from step to step, times ... */
    Clocks times;            /* ... the lengths of these clocks: arrays of the caller are dense */
} Dim;

typedef struct Buffer {
    BufferKind kind;
    const char *name;        /* a C identifier of its own */
    const char *what;        /* what it holds, for comments: "h.c [24]" */
    bool integer;            /* tokens, int32_t; otherwise float */
    bool packed;             /* CONST: panels of a product, see runtime/panel.h */
    int64_t count;           /* elements of one value */
    Dim dim[PLAN_DIMS];
    int dims;
    int64_t steps;           /* room for so many values */
    size_t offset;           /* elements from the start of its block (STATE, WORK, CONST) */
    int first, last;         /* steps of the plan between which it is live (WORK) */
    int carried;             /* the loop (of the nest) that carries it from step to step; -1: none */
    bool swapped;            /* it changes places with another buffer */
    bool unused;             /* nothing refers to it any more */
    const double *data;      /* CONST: count elements */
} Buffer;

typedef enum {
    TERM_STEP,               /* ... step of the loop */
    TERM_LAST,               /* ... step but one */
    TERM_NUMBER,             /* ... step since the start (also in step()) */
    TERM_CHUNK,              /* ... step since the chunk's first */
    TERM_FROM                /* ... step before the chunk */
} TermKind;

typedef struct Term {        /* moves a view by `stride` elements (times the lengths of `times`) for each ... */
    TermKind kind;
    int clock;
    int64_t stride;
    Clocks times;
} Term;

typedef struct View {        /* elements of a buffer, one after the other */
    int buffer;
    int64_t offset;          /* elements */
    Term term[PLAN_DIMS + 2];
    int terms;
    struct View *index;      /* a token that chooses a row, or NULL */
    int64_t stride;          /* elements of such a row */
} View;

/* A loop over units: for every unit j, instructions in order. Registers are numbered; each is written
 * by one instruction, but for the accumulators of products, which PANEL adds to. */
typedef enum {
    DO_LOAD,                 /* result = the view's elements from j on */
    DO_SPLAT,                /* result = the view's one element, everywhere */
    DO_NUMBER,               /* result = value */
    DO_START,                /* result = register a, or 0 where a is -1: an accumulator */
    DO_PANEL,                /* accumulators += packed weights (view) times vector (in) */
    DO_OP,                   /* result = op(a, b, c) */
    DO_FMA,                  /* result = a * b + c, rounded once where the instruction set can */
    DO_STORE                 /* the view's elements from j on = register a */
} DoKind;

typedef struct Do {
    DoKind kind;
    int result;
    Op op;
    int arg[3];
    double value;
    View view, in;
    int64_t period;          /* LOAD: elements after which the view starts again; 0: never */
    int panel;               /* LOAD, STORE: of the panels that are computed at once, which */
    int gate, gates;         /* LOAD: the view is constants [units] packed as [panel][gate][PLAN_PANEL], and of these
                                this one; gates 0: it is not packed */
    int64_t inner;           /* PANEL: elements of the vector */
    int count;               /* PANEL: accumulators */
    int *accumulator;        /* PANEL: their registers */
    const char *label;       /* the variable that the result is the value of, or NULL */
    Place place;
} Do;

typedef struct Kernel {
    int64_t units;
    int64_t rows;            /* the loop over units is done for each of so many rows (tails); or 1 */
    int wide;                /* so many panels are computed at once */
    int zigzag;              /* in every second step of this clock the units go backwards; -1: they never do */
    Do *code;
    size_t count, capacity;
    int registers;
} Kernel;

typedef enum {
    STEP_LOOP, STEP_END,     /* over `clock`; where that ticks: if in[0] is not 0 */
    STEP_FRESH, STEP_FRESH_END, /* only where the state starts anew */
    STEP_KERNEL,
    STEP_CALL,               /* runtime function `call`: out, in..., sizes... */
    STEP_PANELS,             /* out, for all steps of the chunk: packed weights in[0] times in[1], which moves by `along`,
                                and in[2] to start from; size: panels, elements of the vector, products */
    STEP_SWAP,               /* out and in[0] change places: pointers are exchanged */
    STEP_COPY,               /* size: rows, elements a row, stride of out, stride of in */
    STEP_FILL,               /* size: elements; all become `value` */
    STEP_CAST,               /* size: elements; tokens become numbers, numbers tokens */
    STEP_COUNT,              /* out becomes the number of the step of `clock` */
    STEP_DRAW,               /* out: size[0] numbers of [0, 1) of site size[1], at the position that in[0]'s terms make */
    STEP_TURN,               /* out, a place in a ring of size[0] values, moves on by one */
    STEP_TICK,               /* `clock` has ticked once more if in[0] is not 0 */
    STEP_UNTIL               /* `clock` ends with this step if in[0] is not 0 */
} StepKind;

typedef enum { WHEN_ALWAYS, WHEN_FIRST, WHEN_LAST } When;

enum { STEP_SIZES = 12 };

typedef struct Step {
    StepKind kind;
    int clock;
    int loop;                /* LOOP, END: of the nest; -1: made by the planner */
    bool backward;           /* LOOP */
    int64_t chunk;           /* LOOP: over chunks of so many steps; 0: over single steps ... */
    bool part;               /* LOOP: ... of the chunk in hand, not of all */
    When when;               /* COPY: at which steps of the loop it stands in */
    Kernel *kernel;
    const char *call;        /* "softmax_f32" */
    View out, in[3];
    int in_count;
    Term along;              /* PANELS */
    int64_t size[STEP_SIZES];
    int size_count;
    int length_at;           /* of `size`, the one that is the actual length of `clock`; or -1 */
    double value;
    bool dead;               /* it has been found to be needless */
    const char *label;
    Place place;
} Step;

typedef struct Plan {
    Arena *arena;
    const Graph *graph;
    Buffer *buffer;
    size_t buffer_count, buffer_capacity;
    Step *step;
    size_t step_count, step_capacity;
    int *input, *output;     /* buffers of the ports */
    bool steps;              /* the model has a step function: one causal clock */
    int clock;               /* which, with `steps`; or -1 */
    bool draws;              /* it draws random numbers */
    bool counts;             /* it must know how many steps there were since the start */
    bool turns;              /* it must know whether that number is odd: a kernel of its clock goes to and fro */
    size_t state_floats, state_tokens, work_floats, work_tokens, const_floats;
    Map *names;              /* C identifiers in use */
    bool single;             /* it does one step of its clock: it is another plan's `once` */
    struct Plan *once;       /* what step() does, where that is another plan; its constants and states lie alike */
} Plan;

/* What is done to a finished plan, in this order. */
typedef enum { PLAN_INPLACE, PLAN_FMA, PLAN_WIDE, PLAN_HOIST, PLAN_SWAP, PLAN_ZIGZAG, PLAN_OVERLAP, PLAN_PASSES } PlanPass;

typedef struct PlanPassInfo {
    const char *name, *purpose;  /* for --without and --list-passes */
} PlanPassInfo;

extern const PlanPassInfo plan_passes[PLAN_PASSES];

typedef struct PlanOptions {
    bool without[PLAN_PASSES];
    int64_t chunk;           /* steps of a chunk at most, and all products are hoisted that can be; 0: by the target */
    int64_t chunk_memory;    /* bytes that hoisting may take of the work space; 0: by the target; -1: none */
    bool zigzag;             /* whatever the size */
    Times *times;            /* print how long each part took; or NULL */
} PlanOptions;

/* The plan of a graph; NULL after errors (what is not supported yet). */
Plan *plan(Arena *arena, Diag *diag, const Graph *graph, Constants *constants, const PlanOptions *options);

void plan_inplace(Plan *plan);                                  /* plan_inplace.c */
void plan_fma(Plan *plan);                                      /* plan_fma.c */
void plan_wide(Plan *plan);                                     /* plan_wide.c */
bool plan_hoist(Plan *plan, const PlanOptions *options);        /* plan_hoist.c; true where it changed something */
void plan_swap(Plan *plan);                                     /* plan_swap.c */
void plan_zigzag(Plan *plan, const PlanOptions *options);       /* plan_zigzag.c */
void plan_place(Plan *plan, bool overlap);                      /* plan_place.c */
bool plan_fits(Diag *diag, const Plan *plan);                   /* no block has more than 2^31 numbers; or a message */
void plan_print(Out *out, const Plan *plan);                    /* plan_text.c */

/* Whether a name means something in C, C++ or the emitted code, so that nothing of a model's can have it. */
bool plan_reserved(const char *name);

/* One that no buffer has yet: the base, with a number where that is taken. */
const char *plan_more_name(Plan *plan, const char *base);

/* Calls `use` for every buffer that a step touches, telling whether it is written. */
typedef void PlanUse(void *context, int *buffer, bool write);
void plan_uses(Step *step, PlanUse *use, void *context);

/* The same for the views themselves, those of indices too. */
typedef void PlanView(void *context, View *view, bool write);
void plan_views(Step *step, PlanView *use, void *context);

#endif
