/* std.h: the standard library's text, built into the compiler (the files of grammar/std). */
#ifndef RNNC_STD_H
#define RNNC_STD_H

typedef struct StdFile {
    const char *name;    /* "recurrent.rnn"; NULL ends the list */
    const char *text;
} StdFile;

extern const StdFile std_files[];

#endif
