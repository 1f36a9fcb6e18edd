/* cases_real.h: what the files of the real suite share. */
#ifndef CASES_REAL_H
#define CASES_REAL_H

#include "cases_variant.h"

typedef struct Real {
    Arena *arena;
    Out *report;
    Variant variant;
    const char *folder;                   /* of the network's files */
    const char *network;                  /* its name, or the model's, for what is printed */
    const char *label;
    struct Record {                       /* the largest errors on one instruction set */
        const char *what;
        double worst, tolerance;
    } record[8];
    int records;
} Real;

enum { FORMATS = 2 };                     /* of weight files: .npz and .safetensors */

Real real_open(const char *name, const char *model);
bool real_missing(const Real *r);         /* its folder is not there */
const char *real_data(const Real *r, const char *stem);
Array real_wanted(const Real *r, const char *stem);
int real_sets(void);                      /* instruction sets: those of this machine, and ARM's */
void real_weights(Real *r, int isa, int format, const char *scale);
void real_compare(Real *r, const char *what, const char *got, const Array *want, double tolerance);
void real_record(Real *r);                /* prints how far off each output was */
void real_finish(const Real *r);

void real_words(void);                    /* cases_real_words.c */

#endif
