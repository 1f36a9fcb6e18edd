/* mutate.c: changes of a text by words and lines: most changes of single bytes end in a syntax error, and
 * never reach the checker. */
#include "fuzz.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 4096 };

typedef struct Part {
    size_t begin, end;
} Part;

typedef struct Text {
    uint8_t *at;
    size_t size, room;
    unsigned state;                 /* of the random numbers */
    Part part[PARTS];
    size_t parts;
} Text;

static size_t below(Text *text, size_t limit)
{
    text->state = text->state * 1664525u + 1013904223u;
    return limit ? (text->state >> 8) % limit : 0;
}

static bool in_word(uint8_t c)
{
    return isalnum(c) || c == '_' || c == '.';
}

/* Words and single marks; with `lines`, whole lines. */
static void take_apart(Text *text, bool lines)
{
    text->parts = 0;
    for (size_t i = 0; i < text->size && text->parts < PARTS;) {
        size_t begin = i++;
        if (lines) {
            while (i < text->size && text->at[i - 1] != '\n')
                i++;
        } else if (in_word(text->at[begin])) {
            while (i < text->size && in_word(text->at[i]))
                i++;
        } else if (text->at[begin] == ' ') {
            continue;
        }
        text->part[text->parts++] = (Part){begin, i};
    }
}

static Part any(Text *text)
{
    return text->parts ? text->part[below(text, text->parts)] : (Part){0, 0};
}

/* Puts `length` bytes in the place of a part, where there is room. */
static void put(Text *text, Part part, const void *bytes, size_t length)
{
    size_t size = text->size - (part.end - part.begin) + length;
    if (size > text->room)
        return;
    memmove(text->at + part.begin + length, text->at + part.end, text->size - part.end);
    if (length)
        memcpy(text->at + part.begin, bytes, length);
    text->size = size;
}

/* A copy of one part in the place of another, or before it. */
static void copy_part(Text *text, bool before)
{
    char copy[256];
    Part from = any(text), to = any(text);
    size_t length = from.end - from.begin;
    if (length > sizeof copy)
        return;
    memcpy(copy, text->at + from.begin, length);
    if (before)
        to.end = to.begin;
    put(text, to, copy, length);
}

static void swap_parts(Text *text)
{
    char first[256], second[256];
    Part a = any(text), b = any(text);
    size_t length_a = a.end - a.begin, length_b = b.end - b.begin;
    if (a.begin == b.begin || length_a > sizeof first || length_b > sizeof second)
        return;
    memcpy(first, text->at + a.begin, length_a);
    memcpy(second, text->at + b.begin, length_b);
    bool a_later = a.begin > b.begin;     /* the later one first: it moves nothing that stands before it */
    put(text, a_later ? a : b, a_later ? second : first, a_later ? length_b : length_a);
    put(text, a_later ? b : a, a_later ? first : second, a_later ? length_a : length_b);
}

static void new_word(Text *text, bool before)
{
    const char *const *words = fuzz_words();
    size_t count = 0;
    while (words[count])
        count++;
    const char *word = words[below(text, count)];
    Part to = any(text);
    if (before)
        to.end = to.begin;
    put(text, to, word, strlen(word));
}

/* A number near the one that is there, or a notable one. */
static void new_number(Text *text)
{
    static const char *const notable[] = {"0", "1", "2", "3", "7", "16", "17", "24", "33", "64", "1000", "65536", "1000000", "2147483647",
                                          "2147483648", "4294967296", "9007199254740992", "0.5", "1e-9", "1e308"};
    enum { NOTABLE = sizeof notable / sizeof *notable };
    for (int tries = 0; tries < 20; tries++) {
        Part part = any(text);
        if (part.begin == part.end || !isdigit(text->at[part.begin]))
            continue;
        char near[32];
        long value = 0;
        for (size_t i = part.begin; i < part.end && isdigit(text->at[i]) && value < 1000000; i++)
            value = value * 10 + text->at[i] - '0';
        snprintf(near, sizeof near, "%ld", labs(value + (long)below(text, 3) - 1));
        const char *number = below(text, 2) ? near : notable[below(text, NOTABLE)];
        put(text, part, number, strlen(number));
        return;
    }
}

/* A call around a word. */
static void wrap(Text *text)
{
    const char *const *words = fuzz_words();
    size_t count = 0;
    while (words[count])
        count++;
    Part part = any(text);
    char call[400];
    int length = snprintf(call, sizeof call, "%s(%.*s)", words[below(text, count)], (int)(part.end - part.begin) % 200,
                          (const char *)text->at + part.begin);
    put(text, part, call, (size_t)length);
}

size_t fuzz_mutate_text(uint8_t *bytes, size_t size, size_t room, unsigned seed)
{
    static Text text;
    text = (Text){.at = bytes, .size = size, .room = room, .state = seed};
    for (size_t changes = 1 + below(&text, 3); changes-- > 0;) {
        size_t kind = below(&text, 12);
        take_apart(&text, kind >= 9);
        switch (kind) {
        case 0: case 1: copy_part(&text, false); break;
        case 2: case 9: copy_part(&text, true); break;
        case 3: case 10: swap_parts(&text); break;
        case 4: case 11: put(&text, any(&text), NULL, 0); break;
        case 5: new_word(&text, true); break;
        case 6: new_word(&text, false); break;
        case 7: new_number(&text); break;
        default: wrap(&text); break;
        }
    }
    return text.size;
}

size_t fuzz_cross_text(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out, size_t room, unsigned seed)
{
    static Text text, other;
    other = (Text){.at = (uint8_t *)(uintptr_t)b, .size = b_size, .state = seed};
    take_apart(&other, true);
    if (a_size > room || !other.parts)
        return 0;
    memcpy(out, a, a_size);
    text = (Text){.at = out, .size = a_size, .room = room, .state = seed * 31};
    take_apart(&text, true);
    size_t first = below(&text, other.parts), last = first + below(&text, other.parts - first < 12 ? other.parts - first : 12);
    Part to = any(&text);
    to.end = to.begin;
    put(&text, to, b + other.part[first].begin, other.part[last].end - other.part[first].begin);
    return text.size;
}
