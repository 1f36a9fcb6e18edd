/* graph_read.c: reads the text form of a graph (graph_text.c says what it looks like).
 * In: any text at all. Out: a graph that graph_verify has nothing against and that prints as the same
 * text, comments aside; or a message that begins with the number of the line. The text is taken at
 * its word: nodes keep their numbers, nothing folds. Every reading function returns false, with the
 * message set, at the first thing that is wrong. */
#include "graph.h"

#include <stdlib.h>
#include <string.h>

typedef struct Reader {
    Arena *arena;
    Graph *graph;
    const char *at;          /* in the current line, which ends at a newline or the text's NUL */
    int line;
    size_t clock_room, input_room, output_room;
    const char *error;
} Reader;

static bool fail(Reader *r, const char *format, ...) RNNC_FORMAT(2, 3);

static bool fail(Reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    r->error = arena_printf(r->arena, "line %d: %s", r->line, arena_vprintf(r->arena, format, args));
    va_end(args);
    return false;
}

/* ---- words and numbers ---- */

static void skip_space(Reader *r)
{
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
}

/* At the end of the line, or where its comment begins. */
static bool at_end(Reader *r)
{
    skip_space(r);
    bool newline = *r->at == '\n' || (*r->at == '\r' && r->at[1] == '\n');
    return *r->at == 0 || newline || *r->at == '#';
}

static bool ends_word(char c, const char *stops)
{
    return (unsigned char)c <= ' ' || strchr(stops, c);
}

/* What stands up to a space or one of `stops`; empty at the end of the line. */
static const char *read_word(Reader *r, const char *stops)
{
    if (at_end(r))
        return "";
    const char *begin = r->at;
    while (!ends_word(*r->at, stops))
        r->at++;
    return arena_copy(r->arena, begin, (size_t)(r->at - begin));
}

static bool take(Reader *r, char c)
{
    skip_space(r);
    if (*r->at != c)
        return false;
    r->at++;
    return true;
}

/* Digits only: no sign, no space before them, nothing above `limit`. */
static bool read_number(Reader *r, int64_t limit, int64_t *out)
{
    const char *begin = r->at;
    int64_t value = 0;
    for (; *r->at >= '0' && *r->at <= '9'; r->at++) {
        value = value * 10 + (*r->at - '0');
        if (value > limit)
            return fail(r, "a number above %lld", (long long)limit);
    }
    if (r->at == begin)
        return fail(r, "a number is missing");
    *out = value;
    return true;
}

static bool read_id(Reader *r, NodeId *id)
{
    int64_t number;
    if (!take(r, '%'))
        return fail(r, "a node is missing, such as %%0");
    if (!read_number(r, INT32_MAX, &number))
        return false;
    *id = (NodeId)number;
    return true;
}

static bool read_node_above(Reader *r, NodeId *id)
{
    if (!read_id(r, id))
        return false;
    return (size_t)*id < r->graph->count || fail(r, "%%%d does not stand above", (int)*id);
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* "..." with \" \\ and \x1f. */
static bool read_quoted(Reader *r, const char **out)
{
    if (!take(r, '"'))
        return fail(r, "a text in quotes is missing");
    char *text = arena_copy(r->arena, r->at, strcspn(r->at, "\n")), *to = text;
    for (; *r->at != '"'; r->at++) {
        char c = *r->at;
        if ((unsigned char)c < ' ')
            return fail(r, "the quotes are not closed");
        if (c == '\\') {
            c = *++r->at;
            if (c == 'x' && hex_digit(r->at[1]) >= 0 && hex_digit(r->at[2]) >= 0) {
                c = (char)(hex_digit(r->at[1]) * 16 + hex_digit(r->at[2]));
                r->at += 2;
            } else if (c != '"' && c != '\\') {
                c = 0;
            }
            if (!c)
                return fail(r, "an escape that is none of \\\" \\\\ \\x1f");
        }
        *to++ = c;
    }
    *to = 0;
    r->at++;
    *out = text;
    return true;
}

/* ---- clocks and types ---- */

static bool read_clock_name(Reader *r, int *clock)
{
    const char *name = read_word(r, "");
    for (*clock = 0; *clock < r->graph->clock_count; ++*clock)
        if (strcmp(r->graph->clock[*clock].name, name) == 0)
            return true;
    return fail(r, "there is no clock `%s`", name);
}

static bool read_clock(Reader *r)
{
    Clock clock = graph_clock(read_word(r, ""), CLOCK_ENDLESS, 0, (Place){NULL, 0, 0});
    if (!*clock.name)
        return fail(r, "the clock has no name");
    if (!at_end(r)) {
        const char *relation = read_word(r, "");
        clock.kind = strcmp(relation, "=") == 0 ? CLOCK_EXACT : CLOCK_AT_MOST;
        if (clock.kind == CLOCK_AT_MOST && strcmp(relation, "<=") != 0)
            return fail(r, "`<= N` or `= N` should stand here");
        skip_space(r);
        if (!read_number(r, SHAPE_MAX_COUNT, &clock.limit))
            return false;
    }
    Graph *graph = r->graph;
    if (graph->count || graph->clock_count == CLOCKS_MAX)
        return fail(r, graph->count ? "clocks stand before the nodes" : "more than %d clocks", CLOCKS_MAX);
    graph->clock = arena_grow(r->arena, graph->clock, (size_t)graph->clock_count, &r->clock_room, sizeof *graph->clock);
    graph->clock[graph->clock_count++] = clock;
    return true;
}

static bool read_shape(Reader *r, Shape *shape)
{
    *shape = shape_scalar();
    int64_t count = 1;
    if (!take(r, '['))
        return fail(r, "the shape is missing, such as [24, 42]");
    while (!take(r, ']')) {
        if (shape->rank == SHAPE_MAX_RANK)
            return fail(r, "more than %d axes", SHAPE_MAX_RANK);
        if (shape->rank && !take(r, ','))
            return fail(r, "`,` or `]` should stand here");
        skip_space(r);
        int64_t *dim = &shape->dim[shape->rank++];
        if (!read_number(r, SHAPE_MAX_COUNT, dim))
            return false;
        count *= *dim;
        if (count < 1 || count > SHAPE_MAX_COUNT)
            return fail(r, "a shape of no elements or more than 2^31");
    }
    return true;
}

static bool read_type(Reader *r, Type *type)
{
    if (!take(r, ':'))
        return fail(r, "`:` and the type should stand here");
    if (!read_shape(r, &type->shape))
        return false;
    while (skip_space(r), strncmp(r->at, "over ", 5) == 0) {
        int clock;
        r->at += 5;
        if (!read_clock_name(r, &clock))
            return false;
        type->clocks |= (Clocks)1 << clock;
    }
    return true;
}

/* ---- attributes ---- */

typedef enum {
    KEY_CLOCK, KEY_AXIS, KEY_BEGIN, KEY_END, KEY_LENGTH, KEY_TOKENS, KEY_VALUE, KEY_NEXT, KEY_NAME, KEY_GROUP, KEY_LABEL,
    KEY_COUNT
} Key;

/* Only what is printed for an operator may be read for it; OP_COUNT: all, or graph_verify decides. */
static const struct KeyInfo {
    const char *word;
    Op only, or;
} key_info[KEY_COUNT] = {
    [KEY_CLOCK] = {"clock", OP_COUNT, OP_COUNT},  [KEY_AXIS] = {"axis", OP_COUNT, OP_COUNT},
    [KEY_BEGIN] = {"begin", OP_SLICE, OP_SLICE},  [KEY_END] = {"end", OP_SLICE, OP_SLICE},
    [KEY_LENGTH] = {"length", OP_STACK, OP_STACK}, [KEY_TOKENS] = {"tokens", OP_COUNT, OP_COUNT},
    [KEY_VALUE] = {"value", OP_CONST, OP_CONST},  [KEY_NEXT] = {"next", OP_STATE, OP_STATE},
    [KEY_NAME] = {"name", OP_INPUT, OP_TENSOR},   [KEY_GROUP] = {"group", OP_COUNT, OP_COUNT},
    [KEY_LABEL] = {"label", OP_COUNT, OP_COUNT},
};

static bool read_value(Reader *r, double *value)
{
    const char *word = read_word(r, "");
    char *end = NULL;
    *value = strtod(word, &end);
    return (*word && !*end) || fail(r, "`%s` is no number", word);
}

static bool read_int(Reader *r, int *out)
{
    int64_t number;
    if (!read_number(r, INT32_MAX, &number))
        return false;
    *out = (int)number;
    return true;
}

static bool read_attribute(Reader *r, Key key, Node *node)
{
    switch (key) {
    case KEY_CLOCK: return read_clock_name(r, &node->at.clock);
    case KEY_AXIS: return read_int(r, &node->at.axis);
    case KEY_BEGIN: return read_number(r, SHAPE_MAX_COUNT, &node->at.begin);
    case KEY_END: return read_number(r, SHAPE_MAX_COUNT, &node->at.end);
    case KEY_LENGTH: return read_number(r, SHAPE_MAX_COUNT, &node->at.length);
    case KEY_TOKENS: return read_number(r, SHAPE_MAX_COUNT, &node->type.tokens);
    case KEY_VALUE: return read_value(r, &node->value);
    case KEY_NEXT: return read_id(r, &node->next);
    case KEY_NAME: return read_quoted(r, &node->name);
    case KEY_GROUP: return read_int(r, &node->group);
    case KEY_LABEL: return read_quoted(r, &node->label);
    case KEY_COUNT: break;
    }
    return false;
}

static bool read_attributes(Reader *r, Node *node)
{
    unsigned seen = 0;
    while (!at_end(r)) {
        const char *word = read_word(r, "=");
        int key = 0;
        while (key < KEY_COUNT && strcmp(key_info[key].word, word) != 0)
            key++;
        if (key == KEY_COUNT || *r->at != '=')
            return fail(r, "`%s` is no attribute", word);
        r->at++;
        const struct KeyInfo *info = &key_info[key];
        if ((info->only != OP_COUNT && info->only != node->op && info->or != node->op) || seen >> key & 1)
            return fail(r, seen >> key & 1 ? "`%s` for the second time" : "`%s` does not belong to this operator", word);
        seen |= 1u << key;
        if (!read_attribute(r, (Key)key, node))
            return false;
    }
    return true;
}

/* ---- lines ---- */

static bool find_op(Reader *r, const char *word, int count, Op *op)
{
    for (int i = 0; i < OP_COUNT; i++)
        if (strcmp(op_info[i].word, word) == 0 && (op_info[i].arity == count || (op_info[i].arity < 0 && count > 0))) {
            *op = (Op)i;
            return true;
        }
    return fail(r, "there is no operator `%s` of %d inputs", word, count);
}

static bool read_node(Reader *r)
{
    NodeId id, *input = NULL;
    size_t count = 0, room = 0;
    if (!read_id(r, &id))
        return false;
    if ((size_t)id != r->graph->count || !take(r, '='))
        return fail(r, "`%%%zu =` should stand here", r->graph->count);
    const char *word = read_word(r, "");
    while (!at_end(r) && *r->at == '%') {
        input = arena_grow(r->arena, input, count, &room, sizeof *input);
        if (!read_node_above(r, &input[count]))
            return false;
        count++;
    }
    Op op = OP_COUNT;
    if (count > INT16_MAX)
        return fail(r, "too many inputs");
    if (!find_op(r, word, (int)count, &op))
        return false;
    Node node = node_draft(op, (Place){NULL, 0, 0}, (int)count, input);
    if (!read_type(r, &node.type) || !read_attributes(r, &node))
        return false;
    if (op_info[op].arity == 0 || op == OP_RESHAPE)
        node.at.shape = node.type.shape;
    Node typed = node;
    const char *error = NULL; /* what does not fit is said by graph_verify_node */
    if (graph_type_of(r->arena, r->graph, &typed, &error))
        node.fixed = typed.fixed;
    graph_append(r->graph, &node);
    error = graph_verify_node(r->arena, r->graph, id);
    return !error || fail(r, "%s", error);
}

static bool read_port(Reader *r, Port **ports, size_t *count, size_t *room)
{
    Port port = {.name = read_word(r, ""), .node = NODE_NONE};
    if (!*port.name)
        return fail(r, "the port has no name");
    if (at_end(r))
        return fail(r, "a node is missing, such as %%0");
    if (*r->at == '%') {
        if (!read_node_above(r, &port.node))
            return false;
    } else if (strcmp(read_word(r, ""), "none") != 0) {
        return fail(r, "a node is missing, such as %%0");
    }
    *ports = arena_grow(r->arena, *ports, *count, room, sizeof **ports);
    (*ports)[(*count)++] = port;
    return true;
}

static bool read_line(Reader *r)
{
    Graph *graph = r->graph;
    if (at_end(r))
        return true;
    if (*r->at == '%')
        return read_node(r);
    const char *word = read_word(r, "");
    if (strcmp(word, "clock") == 0)
        return read_clock(r);
    if (strcmp(word, "input") == 0)
        return read_port(r, &graph->input, &graph->input_count, &r->input_room);
    if (strcmp(word, "output") == 0)
        return read_port(r, &graph->output, &graph->output_count, &r->output_room);
    if (strcmp(word, "graph") != 0 || graph->name)
        return fail(r, "`%s` begins no line of a graph", word);
    graph->name = read_word(r, "");
    return *graph->name || fail(r, "the graph has no name");
}

Graph *graph_read(Arena *arena, const char *text, const char **error)
{
    Reader r = {.arena = arena, .graph = graph_new(arena, NULL), .at = text, .line = 1};
    for (bool more = true; more;) {
        bool read = read_line(&r);
        if (read && !at_end(&r))
            read = fail(&r, "`%s` is too much", read_word(&r, ""));
        if (!read) {
            *error = r.error;
            return NULL;
        }
        r.at += strcspn(r.at, "\n");
        more = *r.at == '\n';
        r.at += more;
        r.line += more;
    }
    const char *wrong = graph_verify(arena, r.graph);
    if (wrong)
        *error = arena_printf(arena, "line %d: %s", r.line, wrong);
    return wrong ? NULL : r.graph;
}
