/* cases.h: what the suites of cases share: running rnnc, arrays in .npy files, texts, folders.
 *
 * A suite finds its cases by file name when it runs; nothing is registered. It is run from the root of
 * the repository, and what it makes is below build/tests/SUITE/CASE. */
#ifndef CASES_H
#define CASES_H

#include "../compiler/arena.h"
#include "../compiler/out.h"
#include "../compiler/tensor_file.h"

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

/* ---- cases.c ---- */

/* The cases of the suite that runs now; a test gets i and takes the case cases_at(i). */
extern const char *const *cases_path;
const char *cases_at(int i);

/* The program under test and the folder for what tests make, both absolute. */
extern const char *cases_rnnc, *cases_build;

/* A suite: finds its cases, then adds its tests with the loop bounds 0 and count. */
typedef struct CaseSuite {
    const char *name, *pattern;             /* the files that are cases */
    void (*prepare)(Arena *arena);          /* once, before any test; says what is skipped; or NULL */
    void (*add)(TCase *tcase, int count);
} CaseSuite;

/* Ends the process with that message if what a test needs of the machine is not there. */
void cases_need(bool is_there, const char *format, ...) RNNC_FORMAT(2, 3);

/* Fails the test if anything stands in the report, of which Check can only take so much. */
void cases_report(const char *model, const Out *report);

extern const CaseSuite suite_golden, suite_errors, suite_numeric, suite_real;

/* ---- cases_run.c ---- */

enum { COMMAND_WORDS = 96 };

typedef struct Command {
    Arena *arena;
    const char *word[COMMAND_WORDS + 1];
    int count;
    const char *folder;                     /* to run in; NULL: the current one */
    const char *isa;                        /* RT_ISA; NULL: not set */
} Command;

typedef struct Result {
    int status;                             /* exit status; 128 + signal */
    const char *out, *err;
} Result;

Command command_new(Arena *arena, const char *program);
void command_add(Command *command, const char *format, ...) RNNC_FORMAT(2, 3);
void command_split(Command *command, const char *words);    /* at blanks */
Result command_run(const Command *command);
const char *command_text(const Command *command);           /* for messages */

/* Names that match a pattern, sorted; the last is NULL. */
const char **files_glob(Arena *arena, const char *pattern, int *count);
const char *file_stem(Arena *arena, const char *path);      /* a/b.rnn -> b */
const char *file_text(Arena *arena, const char *path);      /* NULL: there is no such file */
bool file_equal(Arena *arena, const char *one, const char *other);
void folder_make(const char *path);                         /* and those above it */
void folder_clear(const char *path);                        /* what it has, not what is below */

/* What stands in the file's first line behind `# word`, without blanks around; NULL: it does not. */
const char *first_line(Arena *arena, const char *path, const char *word);

/* ---- cases_array.c ---- */

typedef struct Array {
    DType dtype;
    int rank;
    int64_t dim[TENSOR_MAX_RANK];
    size_t count;
    double *value;
} Array;

/* False, and a sentence in *error. */
bool array_read(Arena *arena, const char *path, Array *array, const char **error);

/* Writes elements as f32, or as i32 where `integer` is set. */
void array_write(Arena *arena, const char *path, int rank, const int64_t *dim, const double *value, bool integer);

/* Adds a line to `report` for every way in which the file `got` is not the array that is wanted: a shape,
 * a type, or an element that is off by more than tolerance * max(1, |wanted|), or by more than tolerance
 * where it is `absolute`. Infinities must be equal, tokens too. `where` says which case and variant it
 * was. *worst becomes the largest such error. */
void array_compare(Arena *arena, Out *report, const char *where, const char *got, const Array *want, double tolerance,
                   bool absolute, double *worst);

#endif
