/* plan_room.h: which elements of a block of memory are taken at which steps. Internal to plan_place.c. */
#ifndef RNNC_PLAN_ROOM_H
#define RNNC_PLAN_ROOM_H

#include "arena.h"

typedef struct Room Room;

/* Nothing is taken yet. Steps are numbered from 0 to `steps` - 1. */
Room *room_new(Arena *arena, int steps);

/* The lowest offset at which `size` elements are free at all steps from `first` to `last`. */
size_t room_find(const Room *room, int first, int last, size_t size);

void room_take(Room *room, int first, int last, size_t begin, size_t end);

#endif
