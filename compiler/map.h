/* map.h: from strings to pointers, for names of all kinds. Keys are kept by pointer: they must live
 * as long as the map. Iteration is in the order of insertion, so output never depends on hashing. */
#ifndef RNNC_MAP_H
#define RNNC_MAP_H

#include "arena.h"

typedef struct MapEntry {
    const char *key;
    void *value;
} MapEntry;

typedef struct Map {
    Arena *arena;
    MapEntry *entries;      /* in the order of insertion */
    size_t count, capacity;
    size_t *slots;          /* index into entries, plus one; 0 is free */
    size_t slot_count;      /* a power of two */
} Map;

Map *map_new(Arena *arena);
void *map_get(const Map *map, const char *key);           /* NULL where it is missing */
void map_set(Map *map, const char *key, void *value);     /* adds or replaces */

#endif
