/* graph_words.h: the words of a graph's text, for graph_read.c. Every function that returns bool returns
 * false, with the message set, at what is wrong; spaces before what it reads are skipped where not said
 * otherwise. */
#ifndef RNNC_GRAPH_WORDS_H
#define RNNC_GRAPH_WORDS_H

#include "arena.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Words {
    Arena *arena;
    const char *at;          /* in the current line, which ends at a newline or the text's NUL */
    int line;
    const char *error;       /* begins with the number of the line */
} Words;

bool words_fail(Words *w, const char *format, ...) RNNC_FORMAT(2, 3);

/* Goes on to the next word. */
void words_space(Words *w);

/* At the end of the line, or where its comment begins. */
bool words_end(Words *w);

/* What stands up to a space or one of `stops`; empty at the end of the line. */
const char *words_word(Words *w, const char *stops);

/* Whether the next byte is `c`; it is then read. */
bool words_take(Words *w, char c);

/* Digits only: no sign, no space before them, nothing above `limit`. */
bool words_number(Words *w, int64_t limit, int64_t *out);

/* "..." with \" \\ and \x1f. */
bool words_quoted(Words *w, const char **out);

#endif
