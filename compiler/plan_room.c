/* plan_room.c: a segment tree over the steps. A node stands for a range of steps and knows which elements are taken
 * at all of these steps, having been taken for a longer time than its children stand for, and which are at any of
 * them. Both are sets of spans that do not touch, so that blocks that are packed densely are few spans. */
#include "plan_room.h"

#include <stdbool.h>
#include <string.h>

typedef struct Span {
    size_t begin, end;
} Span;

typedef struct Spans {
    Span *at;                /* in ascending order, with room between them */
    size_t count, capacity;
} Spans;

enum { MOST_SETS = 160 };    /* that a question is put to: some four at each of the tree's levels */

struct Room {
    Arena *arena;
    int leaves;              /* a power of two; node 1 is the root, node n has the children 2 n and 2 n + 1 */
    Spans *all, *any;
};

Room *room_new(Arena *arena, int steps)
{
    Room *room = arena_alloc(arena, sizeof *room);
    room->arena = arena;
    for (room->leaves = 1; room->leaves < steps;)
        room->leaves *= 2;
    room->all = arena_array(arena, (size_t)room->leaves * 2, sizeof *room->all);
    room->any = arena_array(arena, (size_t)room->leaves * 2, sizeof *room->any);
    return room;
}

/* The first span that ends at `at` or behind it. */
static size_t first_span(const Spans *spans, size_t at)
{
    size_t low = 0, high = spans->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (spans->at[middle].end < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_span(Arena *arena, Spans *spans, size_t begin, size_t end)
{
    size_t first = first_span(spans, begin), behind = first;
    for (; behind < spans->count && spans->at[behind].begin <= end; behind++) {
        begin = spans->at[behind].begin < begin ? spans->at[behind].begin : begin;
        end = spans->at[behind].end > end ? spans->at[behind].end : end;
    }
    if (behind == first)
        spans->at = arena_grow(arena, spans->at, spans->count, &spans->capacity, sizeof *spans->at);
    memmove(spans->at + first + 1, spans->at + behind, (spans->count - behind) * sizeof *spans->at);
    spans->at[first] = (Span){begin, end};
    spans->count = spans->count + 1 - (behind - first);
}

static void take(Room *room, int node, int from, int to, int first, int last, Span span)
{
    if (last < from || to < first)
        return;
    add_span(room->arena, &room->any[node], span.begin, span.end);
    if (first <= from && to <= last) {
        add_span(room->arena, &room->all[node], span.begin, span.end);
        return;
    }
    int middle = from + (to - from) / 2;
    take(room, 2 * node, from, middle, first, last, span);
    take(room, 2 * node + 1, middle + 1, to, first, last, span);
}

void room_take(Room *room, int first, int last, size_t begin, size_t end)
{
    take(room, 1, 0, room->leaves - 1, first, last, (Span){begin, end});
}

/* The sets of what is taken at any step from `first` to `last`. */
static int collect(const Room *room, int node, int from, int to, int first, int last, const Spans **sets, int count)
{
    if (last < from || to < first)
        return count;
    bool inside = first <= from && to <= last;
    const Spans *set = inside ? &room->any[node] : &room->all[node];
    if (set->count)
        sets[count++] = set;
    if (inside)
        return count;
    int middle = from + (to - from) / 2;
    count = collect(room, 2 * node, from, middle, first, last, sets, count);
    return collect(room, 2 * node + 1, middle + 1, to, first, last, sets, count);
}

size_t room_find(const Room *room, int first, int last, size_t size)
{
    const Spans *sets[MOST_SETS];
    int count = collect(room, 1, 0, room->leaves - 1, first, last, sets, 0);
    size_t at = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 0; i < count; i++) {
            size_t k = first_span(sets[i], at + 1);
            if (k == sets[i]->count || sets[i]->at[k].begin >= at + size)
                continue;
            at = sets[i]->at[k].end;
            moved = true;
        }
    }
    return at;
}
