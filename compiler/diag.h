/* diag.h: messages to the user. They are collected and printed at the end, so that a stage can take
 * back what it said (see diag_rewind) and one run reports every error. The form is that of the C
 * compilers:
 *
 *     tagger.rnn:9:24: error: cannot multiply [64] by [50, 64]: the inner dimensions are 64 and 50
 *         9 |     g = tanh(x @ U_g + h[t-1] @ U_g)
 *           |                        ^~~~~~~~~~~~
 *     tagger.rnn:4:13: note: U_g is declared [m, n] here, with m = 50 and n = 64
 *     hint: ... */
#ifndef RNNC_DIAG_H
#define RNNC_DIAG_H

#include "arena.h"
#include "source.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct Diag Diag;

Diag *diag_new(Arena *arena);

/* A message at a place. Two errors at the same place are one: the first is kept. */
void diag_error(Diag *diag, Place place, const char *format, ...) RNNC_FORMAT(3, 4);
void diag_warning(Diag *diag, Place place, const char *format, ...) RNNC_FORMAT(3, 4);

/* What belongs to the message before it: another place, or advice (printed as "hint: ..."). Both
 * are dropped with their error. */
void diag_note(Diag *diag, Place place, const char *format, ...) RNNC_FORMAT(3, 4);
void diag_hint(Diag *diag, const char *format, ...) RNNC_FORMAT(2, 3);

int diag_errors(const Diag *diag);

/* Whether notes and hints to the last error are kept and printed: what costs much to find out for one is
 * left out where not. */
bool diag_advises(const Diag *diag);

/* How many messages there are, and a return to that many: for work that is tried and done again. */
size_t diag_mark(const Diag *diag);
void diag_rewind(Diag *diag, size_t mark);

/* Prints all messages with their source lines; with `colour`, in the terminal's colours. After
 * twenty errors it says how many more there are. */
void diag_print(const Diag *diag, FILE *stream, bool colour);

/* "did you mean": the candidate nearest to `name` by edit distance, or NULL if none is near. */
const char *diag_nearest(const char *name, const char *const *candidates, size_t count);

#endif
