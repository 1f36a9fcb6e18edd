/* map.c: open addressing over an array of entries; nothing is ever removed. */
#include "map.h"

#include <stdint.h>
#include <string.h>

static size_t hash(const char *key)
{
    uint64_t h = 1469598103934665603u; /* FNV-1a, 64 bits */
    for (; *key; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211u;
    return (size_t)h;
}

Map *map_new(Arena *arena)
{
    Map *map = arena_alloc(arena, sizeof *map);
    map->arena = arena;
    return map;
}

/* The slot that holds `key`, or the free one where it belongs. */
static size_t *find(const Map *map, const char *key)
{
    size_t mask = map->slot_count - 1;
    for (size_t i = hash(key) & mask;; i = (i + 1) & mask) {
        size_t *slot = &map->slots[i];
        if (!*slot || strcmp(map->entries[*slot - 1].key, key) == 0)
            return slot;
    }
}

void *map_get(const Map *map, const char *key)
{
    if (!map->count)
        return NULL;
    size_t slot = *find(map, key);
    return slot ? map->entries[slot - 1].value : NULL;
}

static void widen(Map *map)
{
    map->slot_count = map->slot_count ? map->slot_count * 2 : 16;
    map->slots = arena_array(map->arena, map->slot_count, sizeof *map->slots);
    for (size_t i = 0; i < map->count; i++)
        *find(map, map->entries[i].key) = i + 1;
}

void map_set(Map *map, const char *key, void *value)
{
    if ((map->count + 1) * 2 > map->slot_count)
        widen(map);
    size_t *slot = find(map, key);
    if (!*slot) {
        map->entries = arena_grow(map->arena, map->entries, map->count, &map->capacity, sizeof *map->entries);
        map->entries[map->count++].key = key;
        *slot = map->count;
    }
    map->entries[*slot - 1].value = value;
}
