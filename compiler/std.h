/* std.h: the standard library's text, built into the compiler (the files of grammar/std). */
#ifndef RNNC_STD_H
#define RNNC_STD_H

#include "ast.h"

typedef struct StdFile {
    const char *name;    /* "recurrent.rnn"; NULL ends the list */
    const char *text;
} StdFile;

extern const StdFile std_files[];

/* All of it as one tree. It is ours: a message in diag about it is a mistake of ours. */
Ast *std_library(Arena *arena, Diag *diag);

#endif
