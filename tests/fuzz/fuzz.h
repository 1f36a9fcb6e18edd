/* fuzz.h: what is fuzzed. A target is a function that takes any bytes at all and hands them to one part
 * of the compiler. It may refuse them with a message; what it may not do is crash, leak, run longer than
 * FUZZ_SECONDS or break a promise of a header (FUZZ_CHECK).
 *
 * Two programs call targets: fuzz.c, with libFuzzer, which looks for bytes that reach new code, and
 * replay.c, with any compiler, which runs the seeds (models of the repository) and the corpus (what was
 * found by fuzzing), in `make test`. */
#ifndef RNNC_FUZZ_H
#define RNNC_FUZZ_H

#include "../../compiler/ast.h"

#include <stddef.h>
#include <stdint.h>

/* Of processor time: 1 to 2 without sanitizers, which take three to five times as long. */
enum { FUZZ_SECONDS = 5 };

typedef struct FuzzTarget {
    const char *name;
    void (*run)(const uint8_t *bytes, size_t size);
    bool text;                  /* words of a language, to be changed by words rather than by bytes */
    const char *seeds;          /* patterns of the repository's own files, separated by blanks; more seeds
                                 * for files that are not text are made by seeds.c */
} FuzzTarget;

extern const FuzzTarget fuzz_targets[];        /* the last has no name */
const FuzzTarget *fuzz_target(const char *name);

/* Runs one input, and aborts where it took too long. */
void fuzz_run(const FuzzTarget *target, const uint8_t *bytes, size_t size);

/* A promise that is broken ends the program. */
#define FUZZ_CHECK(promise, ...) ((promise) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #promise, __VA_ARGS__))
_Noreturn void fuzz_broken(const char *file, int line, const char *promise, const char *text);

void fuzz_parse(const uint8_t *bytes, size_t size);       /* target_text.c */
void fuzz_check(const uint8_t *bytes, size_t size);
void fuzz_compile(const uint8_t *bytes, size_t size);
void fuzz_graph(const uint8_t *bytes, size_t size);
void fuzz_tensors(const uint8_t *bytes, size_t size);     /* target_tensors.c */
void fuzz_weights(const uint8_t *bytes, size_t size);
void fuzz_input(const uint8_t *bytes, size_t size);

/* The standard library's tree, made once. */
const Ast *fuzz_library(void);

/* The words of the language and of graphs' text: from the parser's and the operators' tables, and the
 * library's cells. The last is NULL (words.c). */
const char *const *fuzz_words(void);

/* Writes sound weight files and arrays into a folder (seeds.c). */
void fuzz_seeds(const char *folder);

/* The next large text for a target, to be freed, or NULL; *row, 0 at first, tells which were made (large.c). */
char *fuzz_large(const char *target, size_t *row, size_t *size);

/* A changed text: at most `room` bytes, of `size` (mutate.c). */
size_t fuzz_mutate_text(uint8_t *bytes, size_t size, size_t room, unsigned seed);

/* Text a with some lines of text b, at most `room` bytes in `out`; 0 where that is no room (mutate.c). */
size_t fuzz_cross_text(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out, size_t room, unsigned seed);

#endif
