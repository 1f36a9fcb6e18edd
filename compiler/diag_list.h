/* diag_list.h: the list of messages, between diag.c, which fills it, and diag_print.c. */
#ifndef RNNC_DIAG_LIST_H
#define RNNC_DIAG_LIST_H

#include "diag.h"

typedef enum { MESSAGE_ERROR, MESSAGE_WARNING, MESSAGE_NOTE, MESSAGE_HINT } MessageLevel;

typedef struct Message {
    MessageLevel level;
    Place place;             /* not for hints */
    const char *text;
    size_t older;            /* the last message before it whose place has the same chain, counted from 1; 0: none */
} Message;

enum { DIAG_MOST_ERRORS = 20 };  /* that are printed */

struct Diag {
    Arena *arena;
    Message *messages;
    size_t count, capacity;
    size_t *chains, chain_count; /* the last message of each chain, from 1: a hash table of places */
    int errors;
    bool dropping;           /* the last error was a repetition: what belongs to it goes as well */
};

#endif
