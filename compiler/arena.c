/* arena.c: blocks in a list, memory handed out from the front of the newest one. */
#include "arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef union Align {
    long double number;
    void *pointer;
    int64_t integer;
} Align;

typedef struct Block Block;
struct Block {
    Block *next;
    size_t used, size;
    Align data[];
};

typedef struct Deferred Deferred;
struct Deferred {
    Deferred *next;
    void (*close)(void *what);
    void *what;
};

struct Arena {
    Block *blocks;
    Deferred *deferred;
    size_t size;             /* of all blocks */
};

enum { BLOCK_SIZE = 1 << 16 };

void arena_exhausted(void)
{
    fputs("rnnc: error: out of memory\n", stderr);
    exit(1);
}

Arena *arena_new(void)
{
    Arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        arena_exhausted();
    return arena;
}

void arena_free(Arena *arena)
{
    if (!arena)
        return;
    for (Deferred *d = arena->deferred; d; d = d->next)
        d->close(d->what);
    for (Block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

void arena_adopt(Arena *arena, Arena *child)
{
    Block **blocks = &arena->blocks;
    Deferred **deferred = &child->deferred;
    if (*blocks) /* the newest block stays the one that is handed out from */
        blocks = &(*blocks)->next;
    for (Block *block = child->blocks, *next; block; block = next) {
        next = block->next;
        block->next = *blocks;
        *blocks = block;
    }
    while (*deferred)
        deferred = &(*deferred)->next;
    *deferred = arena->deferred;
    arena->deferred = child->deferred;
    arena->size += child->size;
    free(child);
}

size_t arena_size(const Arena *arena)
{
    return arena->size;
}

void arena_defer(Arena *arena, void (*close)(void *what), void *what)
{
    Deferred *deferred = arena_alloc(arena, sizeof *deferred);
    *deferred = (Deferred){arena->deferred, close, what};
    arena->deferred = deferred;
}

void *arena_alloc(Arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        arena_exhausted();
    size = (size + sizeof(Align) - 1) / sizeof(Align) * sizeof(Align);
    Block *block = arena->blocks;
    if (!block || block->size - block->used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        Block *fresh = calloc(1, sizeof *fresh + room);
        if (!fresh)
            arena_exhausted();
        fresh->size = room;
        arena->size += room;
        /* A large request must not hide the room that is left in the newest small block. */
        if (block && size > BLOCK_SIZE / 4) {
            fresh->next = block->next;
            block->next = fresh;
        } else {
            fresh->next = block;
            arena->blocks = fresh;
        }
        block = fresh;
    }
    void *memory = (char *)block->data + block->used;
    block->used += size;
    return memory;
}

void *arena_array(Arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / 2 / size)
        arena_exhausted();
    return arena_alloc(arena, count * size);
}

void *arena_grow(Arena *arena, void *old, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return old;
    *capacity = *capacity ? *capacity * 2 : 8;
    void *grown = arena_array(arena, *capacity, size);
    if (count)
        memcpy(grown, old, count * size);
    return grown;
}

char *arena_copy(Arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_vprintf(Arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(Arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}
