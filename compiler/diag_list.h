/* diag_list.h: the list of messages, between diag.c, which fills it, and diag_print.c. */
#ifndef RNNC_DIAG_LIST_H
#define RNNC_DIAG_LIST_H

#include "diag.h"

typedef enum { MESSAGE_ERROR, MESSAGE_WARNING, MESSAGE_NOTE, MESSAGE_HINT } MessageLevel;

typedef struct Message {
    MessageLevel level;
    Place place;             /* not for hints */
    const char *text;
} Message;

struct Diag {
    Arena *arena;
    Message *messages;
    size_t count, capacity;
    int errors;
    bool dropping;           /* the last error was a repetition: what belongs to it goes as well */
};

#endif
