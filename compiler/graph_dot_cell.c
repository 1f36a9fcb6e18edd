/* graph_dot_cell.c: the names of cells, which a graph does not have, from the text of the model.
 * In: places. Out: the cell that an equation stands in, and the cell that a variable's equation calls. What
 * the text does not tell in a plain way is left out. */
#include "graph_dot_build.h"

#include <ctype.h>
#include <string.h>

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* The name in a line "cell gru(...", with that keyword; NULL: it is no such line. */
static const char *name_of_line(Arena *arena, const char *line, int length, const char *keyword)
{
    int begin = (int)strlen(keyword) + 1, end = begin;
    if (length <= begin || strncmp(line, keyword, (size_t)begin - 1) != 0 || line[begin - 1] != ' ')
        return NULL;
    while (end < length && in_name(line[end]))
        end++;
    return arena_copy(arena, line + begin, (size_t)(end - begin));
}

const char *picture_cell(const Picture *p, Place place, Place *cell)
{
    *cell = (Place){0};
    if (!place.source)
        return NULL;
    for (uint32_t offset = place.begin;;) {
        int length;
        const char *line = source_line(place.source, offset, &length);
        const char *name = name_of_line(p->arena, line, length, "cell");
        uint32_t begin = (uint32_t)(line - place.source->text);
        if (name)
            *cell = (Place){place.source, begin, begin + (uint32_t)length};
        if (name || begin == 0 || name_of_line(p->arena, line, length, "model"))
            return name;
        offset = begin - 1;
    }
}

/* The line that begins "KEYWORD NAME". */
static Place find_line(Arena *arena, const Source *source, const char *keyword, const char *name)
{
    for (uint32_t offset = 0; source && offset < source->length;) {
        int length;
        const char *line = source_line(source, offset, &length), *found = name_of_line(arena, line, length, keyword);
        if (found && strcmp(found, name) == 0)
            return (Place){source, offset, offset + (uint32_t)length};
        offset += (uint32_t)length + 1;
    }
    return (Place){0};
}

/* The file's own cells hide those of the library, so the model's file comes first. */
void picture_sources(Picture *p)
{
    const Graph *graph = p->graph;
    const Source *last = NULL;
    for (size_t i = 0; i < graph->output_count + graph->count; i++) {
        const Source *source = i < graph->output_count ? graph->output[i].place.source : graph->node[i - graph->output_count].place.source;
        bool known = source == last;
        for (size_t k = 0; k < p->source_count && !known; k++)
            known = p->source[k] == source;
        if (!known) {
            p->source = arena_grow(p->arena, p->source, p->source_count, &p->source_capacity, sizeof *p->source);
            p->source[p->source_count++] = source;
        }
        last = source;
    }
}

static Place find_cell(const Picture *p, const char *name)
{
    Place found = {0};
    for (size_t i = 0; i < p->source_count && !found.source; i++)
        found = find_line(p->arena, p->source[i], "cell", name);
    return found;
}

/* ---- the cell that an equation calls ---- */

static const char *skip_blanks(const char *c)
{
    while (*c == ' ' || *c == '\t')
        c++;
    return c;
}

/* What stands right of "variable = " or "variable, ... = "; NULL: the line is no such equation. */
static const char *right_side(const char *line, const char *end, const char *variable)
{
    size_t length = strlen(variable);
    line = skip_blanks(line);
    if ((size_t)(end - line) <= length || strncmp(line, variable, length) != 0 || in_name(line[length]))
        return NULL;
    for (line += length; line < end && (in_name(*line) || *line == ',' || *line == ' '); line++)
        ;
    return line < end && *line == '=' && line[1] != '=' ? skip_blanks(line + 1) : NULL;
}

/* The called name, where the call is all of the right side; "backward" and "repeat 4 as l" may stand before it. */
static const char *whole_call(Arena *arena, const char *right, const char *end)
{
    const char *open = right;
    int depth = 0;
    if (strncmp(right, "backward ", 9) == 0)
        open = right = skip_blanks(right + 9);
    if (strncmp(right, "repeat ", 7) == 0) {
        const char *paren = memchr(right, '(', (size_t)(end - right));
        for (open = paren; paren && in_name(open[-1]); open--)
            ;
        right = open ? open : right;
        open = right;
    }
    while (open < end && in_name(*open))
        open++;
    if (open == right || open >= end || *open != '(')
        return NULL;
    for (const char *c = open; c < end; c++) {
        depth += (*c == '(') - (*c == ')');
        if (depth == 0) {
            c = skip_blanks(c + 1);
            return c >= end || *c == '#' || *c == '}' ? arena_copy(arena, right, (size_t)(open - right)) : NULL;
        }
    }
    return NULL;
}

/* The name of a call somewhere in it whose last word is given: torch.lstm for lstm. */
static const char *inner_call(Arena *arena, const char *right, const char *end, const char *word)
{
    size_t length = strlen(word);
    for (const char *c = right; c < end;) {
        const char *begin = c;
        while (c < end && in_name(*c))
            c++;
        if (c < end && *c == '(' && (size_t)(c - begin) >= length && strncmp(c - length, word, length) == 0
            && (c - length == begin || c[-(ptrdiff_t)length - 1] == '.'))
            return arena_copy(arena, begin, (size_t)(c - begin));
        c += c == begin;
    }
    return NULL;
}

Place picture_model(const Picture *p)
{
    return p->graph->name && p->source_count ? find_line(p->arena, p->source[0], "model", p->graph->name) : (Place){0};
}

Place picture_called(const Picture *p, Place scope, const char *variable, const char *word)
{
    if (!scope.source)
        return (Place){0};
    for (uint32_t offset = scope.begin; offset < scope.source->length;) {
        int length;
        const char *line = source_line(scope.source, offset, &length), *end = line + length;
        if (offset > scope.begin && (name_of_line(p->arena, line, length, "cell") || name_of_line(p->arena, line, length, "model")))
            break;
        const char *brace = offset == scope.begin ? memchr(line, '{', (size_t)length) : NULL;
        const char *right = right_side(brace ? brace + 1 : line, end, variable);
        const char *name = !right ? NULL : word ? inner_call(p->arena, right, end, word) : whole_call(p->arena, right, end);
        if (name)
            return find_cell(p, name);
        offset += (uint32_t)length + 1;
    }
    return (Place){0};
}
