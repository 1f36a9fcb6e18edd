/* emitted.h: emitted models, seen through one interface, so that each check of hostile.c is done with every
 * kind of model. What arrays there are and how long they are is written down by hand in models.c, from the
 * manuals in the headers. */
#ifndef EMITTED_H
#define EMITTED_H

#include <stddef.h>
#include <stdint.h>

enum { OK, NULL_, LENGTH, TOKEN, BLOB }; /* the statuses, the same numbers in every model */
enum { CLOCKS = 2, ARRAYS = 7, LONG = 7 /* steps, where there may be any number */ };

/* ASKED: the caller says how many, 1 to most (0: any number, 0 too). FIXED: always `most`. ENDS: at most so
 * many, the model says how many. TICKS: at most one for each step of clock 0, the model says how many. */
typedef enum Kind { NONE, ASKED, FIXED, ENDS, TICKS } Kind;

typedef struct Clock {
    Kind kind;
    size_t most;
} Clock;

/* [outer][steps of its clocks][count], floats or tokens of 0 to tokens - 1. */
typedef struct Array {
    size_t count;
    unsigned clocks; /* bits of Model.clock */
    int32_t tokens;  /* 0: floats */
    size_t outer;    /* 0 is 1 */
} Array;

typedef int Call(void *net, const size_t *len, size_t **gave, void **array);

typedef struct Model {
    const char *name;
    size_t net_bytes, work_bytes;
    int (*init)(void *net, void *work);
    void (*reset)(void *net);
    const char *(*status)(int status);
    Call *run, *step; /* step goes along clock 0; NULL if there is none */
    Clock clock[CLOCKS];
    int inputs, outputs;
    Array array[ARRAYS]; /* inputs, then outputs */
} Model;

extern const Model models[];
extern const int model_count;

/* Reads sums.bin into memory that ends where it ends. */
void models_start(void);

/* A call of run or step, with arrays exactly as long as the manual says, each before a page that nothing may
 * touch. Inputs follow from the array, the step and the place; outputs are full of a pattern. */
typedef struct Job {
    const Model *m;
    int step;
    size_t len[CLOCKS], room[CLOCKS]; /* as given; that arrays have */
    size_t gave[CLOCKS], *give[CLOCKS];
    unsigned no_length;               /* bits of clocks whose pointer is to be null */
    void *array[ARRAYS], *own[ARRAYS];
    size_t bytes[ARRAYS], skew;
} Job;

Job job_new(const Model *m, int step, size_t first, size_t second, size_t skew);
void job_free(Job *job);
int job_call(Job *job, void *net);
size_t job_inner(const Job *job, int array);      /* numbers of one step of clock 0 */
int job_same(const Job *a, const Job *b);         /* outputs and lengths, to the bit; NaN is NaN */
int job_valid(const Job *job);                    /* tokens and lengths that were given are in their ranges */

/* Steps `from` to `to` of what `whole` is all of: inputs from there, outputs to there. 1 if all went well. */
int job_steps(Job *whole, void *net, size_t from, size_t to);

/* The call gives that status, and instance, outputs and lengths are as before. */
int job_refused(Job *job, void *net, int status);

/* Memory that ends `skew` bytes before a page that nothing may touch. */
void *guarded(size_t bytes, size_t skew);
void guarded_free(void *memory, size_t bytes, size_t skew);

#endif
