/* diag.c: collects messages. In: places and text from every stage. Out: a list in the order in which
 * the stages spoke, which diag_print.c writes out.
 * Notes and hints are entries of the same list; what follows a dropped message is dropped as well. */
#include "diag_list.h"

#include <stdlib.h>
#include <string.h>

Diag *diag_new(Arena *arena)
{
    Diag *diag = arena_alloc(arena, sizeof *diag);
    diag->arena = arena;
    return diag;
}

/* Others belong to one of these. */
static bool heads(MessageLevel level)
{
    return level == MESSAGE_ERROR || level == MESSAGE_WARNING;
}

/* Where a message's chain begins: those of one place stand in one chain, the last one first. */
static size_t *chain(Diag *diag, Place place)
{
    return &diag->chains[(place.begin * 31u + place.end) % diag->chain_count];
}

static void add_to_chain(Diag *diag, size_t index)
{
    Message *message = &diag->messages[index];
    if (!heads(message->level))
        return;
    size_t *newest = chain(diag, message->place);
    message->older = *newest;
    *newest = index + 1;
}

/* As many chains as there is room for messages, so that none gets long. */
static void make_chains(Diag *diag)
{
    if (diag->capacity == diag->chain_count)
        return;
    diag->chain_count = diag->capacity;
    diag->chains = arena_array(diag->arena, diag->chain_count, sizeof *diag->chains);
    for (size_t i = 0; i < diag->count; i++)
        add_to_chain(diag, i);
}

/* Whether the same was said already: an error at this place, or the same warning. What lies nowhere
 * in a file is told apart by its text. */
static bool repeats(Diag *diag, const Message *message)
{
    for (size_t i = diag->count ? *chain(diag, message->place) : 0; i; i = diag->messages[i - 1].older) {
        const Message *old = &diag->messages[i - 1];
        if (old->level != message->level || old->place.source != message->place.source ||
            old->place.begin != message->place.begin || old->place.end != message->place.end)
            continue;
        if ((message->level == MESSAGE_ERROR && message->place.source) || strcmp(old->text, message->text) == 0)
            return true;
    }
    return false;
}

static void say(Diag *diag, MessageLevel level, Place place, const char *format, va_list args)
{
    if (!heads(level) && diag->dropping)
        return;
    Message message = {level, place, arena_vprintf(diag->arena, format, args), 0};
    const Message *last = diag->count ? &diag->messages[diag->count - 1] : NULL;
    bool again = last && last->level == level && last->place.source == place.source && last->place.begin == place.begin &&
                 last->place.end == place.end && strcmp(last->text, message.text) == 0;
    if (level == MESSAGE_NOTE && again) /* of a cell that calls itself: one note for all these calls */
        return;
    if (heads(level)) {
        diag->dropping = repeats(diag, &message);
        if (diag->dropping)
            return;
    }
    diag->messages =
        arena_grow(diag->arena, diag->messages, diag->count, &diag->capacity, sizeof *diag->messages);
    make_chains(diag);
    diag->messages[diag->count] = message;
    add_to_chain(diag, diag->count++);
    diag->errors += level == MESSAGE_ERROR;
}

void diag_error(Diag *diag, Place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(diag, MESSAGE_ERROR, place, format, args);
    va_end(args);
}

void diag_warning(Diag *diag, Place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(diag, MESSAGE_WARNING, place, format, args);
    va_end(args);
}

void diag_note(Diag *diag, Place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(diag, MESSAGE_NOTE, place, format, args);
    va_end(args);
}

void diag_hint(Diag *diag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(diag, MESSAGE_HINT, (Place){0}, format, args);
    va_end(args);
}

int diag_errors(const Diag *diag)
{
    return diag->errors;
}

bool diag_advises(const Diag *diag)
{
    return !diag->dropping && diag->errors <= DIAG_MOST_ERRORS;
}

size_t diag_mark(const Diag *diag)
{
    return diag->count;
}

void diag_rewind(Diag *diag, size_t mark)
{
    while (diag->count > mark) {
        const Message *message = &diag->messages[--diag->count];
        diag->errors -= message->level == MESSAGE_ERROR;
        if (heads(message->level))
            *chain(diag, message->place) = message->older;
    }
    diag->dropping = false;
}

/* Levenshtein's distance, given up as `most` + 1 where the lengths alone differ by more. One row of
 * the table is enough; `row` has room for strlen(b) + 1. */
static size_t distance(const char *a, const char *b, size_t *row, size_t most)
{
    size_t length_a = strlen(a), length_b = strlen(b);
    if (length_a > length_b + most || length_b > length_a + most)
        return most + 1;
    for (size_t j = 0; j <= length_b; j++)
        row[j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[length_b];
}

const char *diag_nearest(const char *name, const char *const *candidates, size_t count)
{
    enum { LONGEST = 100 };
    size_t row[LONGEST + 1], length = strlen(name);
    /* A third of the letters may be wrong, but of a short name not all. */
    size_t most = length < 3 ? 1 : length / 3 < 3 ? (length + 2) / 3 : 3, best = most + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(candidates[i]);
        if (size > LONGEST || (length == 1 && size == 1))
            continue;
        size_t d = distance(name, candidates[i], row, most);
        if (d < best && d < length) {
            best = d;
            nearest = candidates[i];
        }
    }
    return nearest;
}
