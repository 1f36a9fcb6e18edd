/* source.h: the text of a model file, and places in it. A place is two byte offsets; lines and
 * columns are worked out only when a message is printed. */
#ifndef RNNC_SOURCE_H
#define RNNC_SOURCE_H

#include "arena.h"

#include <stdint.h>

typedef struct Source {
    const char *path;      /* as messages show it */
    const char *text;      /* NUL at text[length] and at text[length + 1], as flex wants it */
    uint32_t length;       /* bytes */
    const uint32_t *line;  /* where each line begins, in ascending order */
    uint32_t lines;        /* 1 or more */
} Source;

typedef struct Place {
    const Source *source;  /* NULL: nowhere in a file */
    uint32_t begin, end;   /* bytes of the text, end exclusive */
} Place;

/* Both leave out a UTF-8 byte order mark.
 * source_read reads a file. NULL, and a sentence in *error, where it cannot be read, is larger than 4 MiB or
 * holds a NUL byte. */
Source *source_read(Arena *arena, const char *path, const char **error);

/* A source from a string in memory (the standard library; tests). */
Source *source_from_text(Arena *arena, const char *path, const char *text);

/* How many bytes the character at `text` has, at most `length` (> 0); its code point in *code. A byte
 * that is not UTF-8 is a character of one byte with the code SOURCE_NOT_UTF8. */
enum { SOURCE_NOT_UTF8 = 0x7fffffff };
int source_character(const char *text, size_t length, uint32_t *code);

/* Line and column, from 1; the column counts characters (UTF-8), not bytes. */
void source_position(Place place, int *line, int *column);
int source_row(Place place);   /* the line alone, in logarithmic time */

/* The line that holds `offset`, without its newline: first byte and length. */
const char *source_line(const Source *source, uint32_t offset, int *length);

/* The smallest place that holds both; `a` where they lie in different files. */
Place place_join(Place a, Place b);

#endif
