/* source.c: reads model files and works out lines and columns.
 * In: a path or a string. Out: a Source in the arena, and answers about places in it.
 * Where lines begin is found once: besides messages the emitted C asks, for every equation. */
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { LARGEST = 4 << 20 };

/* Everything in `file` behind a buffer that starts with room for `*capacity` bytes. */
static char *read_all(Arena *arena, FILE *file, size_t *length)
{
    size_t capacity = 1 << 14;
    char *text = arena_alloc(arena, capacity + 2);
    *length = 0;
    for (;;) {
        size_t got = fread(text + *length, 1, capacity - *length, file);
        *length += got;
        if (!got || *length > LARGEST)
            return text;
        if (*length == capacity) {
            char *larger = arena_alloc(arena, capacity * 2 + 2);
            memcpy(larger, text, *length);
            text = larger;
            capacity *= 2;
        }
    }
}

static void find_lines(Arena *arena, Source *source)
{
    const char *end = source->text + source->length;
    uint32_t count = 1;
    for (const char *at = source->text; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        count++;
    uint32_t *line = arena_array(arena, count, sizeof *line);
    count = 1;
    for (const char *at = source->text; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        line[count++] = (uint32_t)(at - source->text) + 1;
    source->line = line;
    source->lines = count;
}

static Source *source_new(Arena *arena, const char *path, const char *text, size_t length)
{
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    Source *source = arena_alloc(arena, sizeof *source);
    source->path = arena_copy(arena, path, strlen(path));
    source->text = text;
    source->length = (uint32_t)length;
    find_lines(arena, source);
    return source;
}

Source *source_read(Arena *arena, const char *path, const char **error)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        *error = arena_printf(arena, "cannot open %s: %s", path, strerror(errno));
        return NULL;
    }
    size_t length;
    errno = 0;
    char *text = read_all(arena, file, &length);
    int reason = ferror(file) ? errno : 0;
    fclose(file);
    const char *nul = memchr(text, 0, length);
    if (reason)
        *error = arena_printf(arena, "cannot read %s: %s", path, strerror(reason));
    else if (length > LARGEST)
        *error = arena_printf(arena, "%s is larger than 4 MiB", path);
    else if (nul)
        *error = arena_printf(arena, "%s is not a text file: byte %zu is zero", path, (size_t)(nul - text));
    else
        return source_new(arena, path, text, length);
    return NULL;
}

Source *source_from_text(Arena *arena, const char *path, const char *text)
{
    size_t length = strlen(text);
    char *copy = arena_alloc(arena, length + 2);
    memcpy(copy, text, length);
    return source_new(arena, path, copy, length);
}

int source_character(const char *text, size_t length, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    int size = bytes[0] < 0x80 ? 1 : bytes[0] < 0xc2 ? 0 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : bytes[0] < 0xf5 ? 4 : 0;
    *code = SOURCE_NOT_UTF8;
    if (size == 0 || (size_t)size > length)
        return 1;
    uint32_t value = size == 1 ? bytes[0] : bytes[0] & (0x7fu >> size);
    for (int i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 1;
        value = value << 6 | (bytes[i] & 0x3f);
    }
    /* Overlong forms, surrogates and what is past Unicode's end. */
    if (value < smallest[size] || (value >= 0xd800 && value < 0xe000) || value > 0x10ffff)
        return 1;
    *code = value;
    return size;
}

/* The last line that begins at or before the offset, from 0. */
static uint32_t line_of(const Source *source, uint32_t offset)
{
    uint32_t low = 0, high = source->lines;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->line[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int source_row(Place place)
{
    return (int)line_of(place.source, place.begin) + 1;
}

void source_position(Place place, int *line, int *column)
{
    const Source *source = place.source;
    uint32_t offset = place.begin < source->length ? place.begin : source->length, row = line_of(source, offset), code;
    *line = (int)row + 1;
    *column = 1;
    for (uint32_t i = source->line[row]; i < offset; ++*column)
        i += (uint32_t)source_character(source->text + i, source->length - i, &code);
}

const char *source_line(const Source *source, uint32_t offset, int *length)
{
    uint32_t row = line_of(source, offset), begin = source->line[row];
    uint32_t end = row + 1 < source->lines ? source->line[row + 1] - 1 : source->length;
    if (end < source->length && end > begin && source->text[end - 1] == '\r')
        end--;
    *length = (int)(end - begin);
    return source->text + begin;
}

Place place_join(Place a, Place b)
{
    if (a.source != b.source)
        return a;
    if (b.begin < a.begin)
        a.begin = b.begin;
    if (b.end > a.end)
        a.end = b.end;
    return a;
}
