/* graph_words.c: words, numbers and quoted texts of one line after another. */
#include "graph_words.h"

#include <string.h>

bool words_fail(Words *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    w->error = arena_printf(w->arena, "line %d: %s", w->line, arena_vprintf(w->arena, format, args));
    va_end(args);
    return false;
}

void words_space(Words *w)
{
    while (*w->at == ' ' || *w->at == '\t')
        w->at++;
}

bool words_end(Words *w)
{
    words_space(w);
    bool newline = *w->at == '\n' || (*w->at == '\r' && w->at[1] == '\n');
    return *w->at == 0 || newline || *w->at == '#';
}

static bool ends_word(char c, const char *stops)
{
    return (unsigned char)c <= ' ' || strchr(stops, c);
}

const char *words_word(Words *w, const char *stops)
{
    if (words_end(w))
        return "";
    const char *begin = w->at;
    while (!ends_word(*w->at, stops))
        w->at++;
    return arena_copy(w->arena, begin, (size_t)(w->at - begin));
}

bool words_take(Words *w, char c)
{
    words_space(w);
    if (*w->at != c)
        return false;
    w->at++;
    return true;
}

bool words_number(Words *w, int64_t limit, int64_t *out)
{
    const char *begin = w->at;
    int64_t value = 0;
    for (; *w->at >= '0' && *w->at <= '9'; w->at++) {
        value = value * 10 + (*w->at - '0');
        if (value > limit)
            return words_fail(w, "a number above %lld", (long long)limit);
    }
    if (w->at == begin)
        return words_fail(w, "a number is missing");
    *out = value;
    return true;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

bool words_quoted(Words *w, const char **out)
{
    if (!words_take(w, '"'))
        return words_fail(w, "a text in quotes is missing");
    char *text = arena_copy(w->arena, w->at, strcspn(w->at, "\n")), *to = text;
    for (; *w->at != '"'; w->at++) {
        char c = *w->at;
        if ((unsigned char)c < ' ')
            return words_fail(w, "the quotes are not closed");
        if (c == '\\') {
            c = *++w->at;
            if (c == 'x' && hex_digit(w->at[1]) >= 0 && hex_digit(w->at[2]) >= 0) {
                c = (char)(hex_digit(w->at[1]) * 16 + hex_digit(w->at[2]));
                w->at += 2;
            } else if (c != '"' && c != '\\') {
                c = 0;
            }
            if (!c)
                return words_fail(w, "an escape that is none of \\\" \\\\ \\x1f");
        }
        *to++ = c;
    }
    *to = 0;
    w->at++;
    *out = text;
    return true;
}
