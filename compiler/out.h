/* out.h: text that is being written: a buffer in an arena, and files that appear whole or not at
 * all. */
#ifndef RNNC_OUT_H
#define RNNC_OUT_H

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct Out {
    Arena *arena;
    char *text;             /* NUL-terminated, never NULL after out_new */
    size_t length, capacity;
    bool large;             /* the text is no longer in the arena, but goes with it */
} Out;

Out *out_new(Arena *arena);
void out_printf(Out *out, const char *format, ...) RNNC_FORMAT(2, 3);
void out_text(Out *out, const char *text);
void out_bytes(Out *out, const void *bytes, size_t length);

/* The end of the text, with room for `room` bytes and a NUL: who writes there adds to out->length. */
char *out_room(Out *out, size_t room);

/* Files of one compilation: all are written aside first, then renamed into place one after the
 * other, so an error on the way leaves every old file as it was. */
typedef struct OutFiles OutFiles;

OutFiles *out_files_new(Arena *arena);
void out_files_add(OutFiles *files, const char *path, const void *bytes, size_t length);

/* Creates `folder` if it is missing, writes and renames. False, and a sentence in *error, where
 * something failed; then nothing has changed. A file whose content would not change keeps its time
 * stamp, so that make does not build what need not be built. */
bool out_files_commit(OutFiles *files, const char *folder, const char **error);

#endif
