/* arena.h: memory for one compilation, given back all at once.
 * Everything that a stage makes lives in the arena that it was handed and dies with it; nothing is
 * freed by itself. Running out of memory prints one line and exits with status 1. */
#ifndef RNNC_ARENA_H
#define RNNC_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#ifdef __GNUC__
#define RNNC_FORMAT(string, first) __attribute__((format(printf, string, first)))
#else
#define RNNC_FORMAT(string, first)
#endif

typedef struct Arena Arena;

Arena *arena_new(void);
void arena_exhausted(void);   /* prints that there is no more memory, and exits */
void arena_free(Arena *arena);
void arena_adopt(Arena *arena, Arena *child);   /* all that is in `child` lives as long as `arena`; the child is no more */
size_t arena_size(const Arena *arena);   /* bytes that it has taken */

/* Calls `close(what)` when the arena is freed, the last one first: for files and the like. */
void arena_defer(Arena *arena, void (*close)(void *what), void *what);

/* Zeroed memory, aligned for any type; never NULL. */
void *arena_alloc(Arena *arena, size_t size);

/* An array of `count` zeroed elements; refuses (exits) where count * size overflows. */
void *arena_array(Arena *arena, size_t count, size_t size);

/* The array `old` of `count` elements in a place with room for `*capacity` > count elements; doubles
 * *capacity when it is full. The usual way to append: a = arena_grow(arena, a, n, &cap, sizeof *a). */
void *arena_grow(Arena *arena, void *old, size_t count, size_t *capacity, size_t size);

/* A copy of `length` bytes with a NUL behind them. */
char *arena_copy(Arena *arena, const char *text, size_t length);

char *arena_printf(Arena *arena, const char *format, ...) RNNC_FORMAT(2, 3);
char *arena_vprintf(Arena *arena, const char *format, va_list args);

#endif
