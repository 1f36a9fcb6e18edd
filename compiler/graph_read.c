/* graph_read.c: reads the text form of a graph (graph_text.c says what it looks like).
 * In: any text at all. Out: a graph that graph_verify has nothing against and that prints as the same
 * text, comments aside; or a message that begins with the number of the line. The text is taken at
 * its word: nodes keep their numbers, nothing folds. Every reading function returns false, with the
 * message set, at the first thing that is wrong. */
#include "graph.h"
#include "graph_words.h"

#include <stdlib.h>
#include <string.h>

typedef struct Reader {
    Words words;
    Graph *graph;
    size_t clock_room, input_room, output_room;
} Reader;

/* ---- nodes, clocks, types ---- */

static bool read_id(Reader *r, NodeId *id)
{
    int64_t number;
    if (!words_take(&r->words, '%'))
        return words_fail(&r->words, "a node is missing, such as %%0");
    if (!words_number(&r->words, INT32_MAX, &number))
        return false;
    *id = (NodeId)number;
    return true;
}

static bool read_node_above(Reader *r, NodeId *id)
{
    if (!read_id(r, id))
        return false;
    return (size_t)*id < r->graph->count || words_fail(&r->words, "%%%d does not stand above", (int)*id);
}

static bool read_clock_name(Reader *r, int *clock)
{
    const char *name = words_word(&r->words, "");
    for (*clock = 0; *clock < r->graph->clock_count; ++*clock)
        if (strcmp(r->graph->clock[*clock].name, name) == 0)
            return true;
    return words_fail(&r->words, "there is no clock `%s`", name);
}

/* As many steps as a clock above. */
static bool read_like(Reader *r, Clock *clock)
{
    if (!read_clock_name(r, &clock->like))
        return false;
    clock->kind = r->graph->clock[clock->like].kind;
    clock->limit = r->graph->clock[clock->like].limit;
    return true;
}

/* "%7 of t" */
static bool read_ticks(Reader *r, Clock *clock)
{
    if (!read_id(r, &clock->when))
        return false;
    if (strcmp(words_word(&r->words, ""), "of") != 0)
        return words_fail(&r->words, "`of` and a clock should stand here");
    if (!read_clock_name(r, &clock->parent))
        return false;
    clock->kind = CLOCK_TICKS;
    clock->limit = r->graph->clock[clock->parent].limit;
    return true;
}

static bool read_bound(Reader *r, Clock *clock)
{
    const char *relation = words_word(&r->words, "");
    if (strcmp(relation, "like") == 0)
        return read_like(r, clock);
    if (strcmp(relation, "when") == 0)
        return read_ticks(r, clock);
    clock->kind = strcmp(relation, "=") == 0 ? CLOCK_EXACT : CLOCK_AT_MOST;
    if (clock->kind == CLOCK_AT_MOST && strcmp(relation, "<=") != 0)
        return words_fail(&r->words, "`<= N` or `= N` should stand here");
    words_space(&r->words);
    if (!words_number(&r->words, SHAPE_MAX_COUNT, &clock->limit))
        return false;
    if (words_end(&r->words))
        return true;
    if (strcmp(words_word(&r->words, ""), "until") != 0)
        return words_fail(&r->words, "`until` and a node should stand here");
    return read_id(r, &clock->until);
}

static bool read_clock(Reader *r)
{
    Graph *graph = r->graph;
    Clock clock = graph_clock(words_word(&r->words, ""), CLOCK_ENDLESS, 0, (Place){NULL, 0, 0});
    if (!*clock.name)
        return words_fail(&r->words, "the clock has no name");
    if (!words_end(&r->words) && !read_bound(r, &clock))
        return false;
    if (graph->count || graph->clock_count == CLOCKS_MAX)
        return words_fail(&r->words, graph->count ? "clocks stand before the nodes" : "more than %d clocks", CLOCKS_MAX);
    graph->clock = arena_grow(r->words.arena, graph->clock, (size_t)graph->clock_count, &r->clock_room, sizeof *graph->clock);
    graph->clock[graph->clock_count++] = clock;
    return true;
}

static bool read_shape(Reader *r, Shape *shape)
{
    *shape = shape_scalar();
    int64_t count = 1;
    if (!words_take(&r->words, '['))
        return words_fail(&r->words, "the shape is missing, such as [24, 42]");
    while (!words_take(&r->words, ']')) {
        if (shape->rank == SHAPE_MAX_RANK)
            return words_fail(&r->words, "more than %d axes", SHAPE_MAX_RANK);
        if (shape->rank && !words_take(&r->words, ','))
            return words_fail(&r->words, "`,` or `]` should stand here");
        words_space(&r->words);
        int64_t *dim = &shape->dim[shape->rank++];
        if (!words_number(&r->words, SHAPE_MAX_COUNT, dim))
            return false;
        count *= *dim;
        if (count < 1 || count > SHAPE_MAX_COUNT)
            return words_fail(&r->words, "a shape of no elements or more than 2^31");
    }
    return true;
}

static bool next_over(Reader *r)
{
    words_space(&r->words);
    bool over = strncmp(r->words.at, "over ", 5) == 0;
    r->words.at += over ? 5 : 0;
    return over;
}

static bool read_type(Reader *r, Type *type)
{
    if (!words_take(&r->words, ':'))
        return words_fail(&r->words, "`:` and the type should stand here");
    if (!read_shape(r, &type->shape))
        return false;
    int clock;
    while (next_over(r)) {
        if (!read_clock_name(r, &clock))
            return false;
        type->clocks |= (Clocks)1 << clock;
    }
    return true;
}

/* ---- attributes ---- */

typedef enum {
    KEY_CLOCK, KEY_FROM, KEY_BACKWARD, KEY_DELAY, KEY_AXIS, KEY_BEGIN, KEY_END, KEY_LENGTH, KEY_SITE, KEY_WINDOW, KEY_STRIDE,
    KEY_PAD, KEY_TOKENS, KEY_VALUE, KEY_NEXT, KEY_NAME, KEY_GROUP, KEY_LABEL, KEY_COUNT
} Key;

/* Only what is printed for an operator may be read for it; none named: graph_verify decides. */
static const struct KeyInfo {
    const char *word;
    int count;
    Op only[3];
} key_info[KEY_COUNT] = {
    [KEY_CLOCK] = {"clock", 0, {0}},
    [KEY_FROM] = {"from", 1, {OP_RECLOCK}},
    [KEY_BACKWARD] = {"backward", 1, {OP_STATE}},
    [KEY_DELAY] = {"delay", 1, {OP_STATE}},
    [KEY_AXIS] = {"axis", 0, {0}},
    [KEY_BEGIN] = {"begin", 1, {OP_SLICE}},
    [KEY_END] = {"end", 1, {OP_SLICE}},
    [KEY_LENGTH] = {"length", 2, {OP_STACK, OP_UNSTACK}},
    [KEY_SITE] = {"site", 1, {OP_UNIFORM}},
    [KEY_WINDOW] = {"window", 2, {OP_MAX_POOL, OP_AVG_POOL}},
    [KEY_STRIDE] = {"stride", 3, {OP_CONV, OP_MAX_POOL, OP_AVG_POOL}},
    [KEY_PAD] = {"pad", 3, {OP_CONV, OP_MAX_POOL, OP_AVG_POOL}},
    [KEY_TOKENS] = {"tokens", 0, {0}},
    [KEY_VALUE] = {"value", 1, {OP_CONST}},
    [KEY_NEXT] = {"next", 1, {OP_STATE}},
    [KEY_NAME] = {"name", 2, {OP_INPUT, OP_TENSOR}},
    [KEY_GROUP] = {"group", 0, {0}},
    [KEY_LABEL] = {"label", 0, {0}},
};

static bool belongs(const struct KeyInfo *info, Op op)
{
    bool found = info->count == 0;
    for (int i = 0; i < info->count; i++)
        found = found || info->only[i] == op;
    return found;
}

static bool read_value(Reader *r, double *value)
{
    const char *word = words_word(&r->words, "");
    char *end = NULL;
    *value = strtod(word, &end);
    return (*word && !*end) || words_fail(&r->words, "`%s` is no number", word);
}

static bool read_int(Reader *r, int *out)
{
    int64_t number;
    if (!words_number(&r->words, INT32_MAX, &number))
        return false;
    *out = (int)number;
    return true;
}

static bool read_flag(Reader *r, bool *out)
{
    int64_t number;
    if (!words_number(&r->words, 1, &number))
        return false;
    *out = number == 1;
    return true;
}

static bool read_attribute(Reader *r, Key key, Node *node)
{
    switch (key) {
    case KEY_CLOCK: return read_clock_name(r, &node->at.clock);
    case KEY_FROM: return read_clock_name(r, &node->at.from);
    case KEY_BACKWARD: return read_flag(r, &node->at.backward);
    case KEY_DELAY: return words_number(&r->words, SHAPE_MAX_COUNT, &node->at.delay);
    case KEY_SITE: return words_number(&r->words, UINT32_MAX, &node->at.site);
    case KEY_WINDOW: return words_number(&r->words, SHAPE_MAX_COUNT, &node->at.window);
    case KEY_STRIDE: return words_number(&r->words, SHAPE_MAX_COUNT, &node->at.stride);
    case KEY_PAD: return words_number(&r->words, SHAPE_MAX_COUNT, &node->at.pad);
    case KEY_AXIS: return read_int(r, &node->at.axis);
    case KEY_BEGIN: return words_number(&r->words, SHAPE_MAX_COUNT, &node->at.begin);
    case KEY_END: return words_number(&r->words, SHAPE_MAX_COUNT, &node->at.end);
    case KEY_LENGTH: return words_number(&r->words, SHAPE_MAX_COUNT, &node->at.length);
    case KEY_TOKENS: return words_number(&r->words, SHAPE_MAX_COUNT, &node->type.tokens);
    case KEY_VALUE: return read_value(r, &node->value);
    case KEY_NEXT: return read_id(r, &node->next);
    case KEY_NAME: return words_quoted(&r->words, &node->name);
    case KEY_GROUP: return read_int(r, &node->group);
    case KEY_LABEL: return words_quoted(&r->words, &node->label);
    case KEY_COUNT: break;
    }
    return false;
}

static bool read_attributes(Reader *r, Node *node)
{
    unsigned seen = 0;
    while (!words_end(&r->words)) {
        const char *word = words_word(&r->words, "=");
        int key = 0;
        while (key < KEY_COUNT && strcmp(key_info[key].word, word) != 0)
            key++;
        if (key == KEY_COUNT || *r->words.at != '=')
            return words_fail(&r->words, "`%s` is no attribute", word);
        r->words.at++;
        const struct KeyInfo *info = &key_info[key];
        if (!belongs(info, node->op) || seen >> key & 1)
            return words_fail(&r->words, seen >> key & 1 ? "`%s` for the second time" : "`%s` does not belong to this operator", word);
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
    return words_fail(&r->words, "there is no operator `%s` of %d inputs", word, count);
}

static bool read_node(Reader *r)
{
    NodeId id, *input = NULL;
    size_t count = 0, room = 0;
    if (!read_id(r, &id))
        return false;
    if ((size_t)id != r->graph->count || !words_take(&r->words, '='))
        return words_fail(&r->words, "`%%%zu =` should stand here", r->graph->count);
    const char *word = words_word(&r->words, "");
    while (!words_end(&r->words) && *r->words.at == '%') {
        input = arena_grow(r->words.arena, input, count, &room, sizeof *input);
        if (!read_node_above(r, &input[count]))
            return false;
        count++;
    }
    Op op = OP_COUNT;
    if (count > INT16_MAX)
        return words_fail(&r->words, "too many inputs");
    if (!find_op(r, word, (int)count, &op))
        return false;
    Node node = node_draft(op, (Place){NULL, 0, 0}, (int)count, input);
    if (!read_type(r, &node.type) || !read_attributes(r, &node))
        return false;
    if (op_info[op].arity == 0 || op == OP_RESHAPE)
        node.at.shape = node.type.shape;
    if (op == OP_TOKEN)
        node.at.end = node.type.tokens;
    node.fixed = graph_is_fixed(r->graph, &node);
    graph_append(r->graph, &node);
    const char *error = graph_verify_node(r->words.arena, r->graph, id);
    return !error || words_fail(&r->words, "%s", error);
}

/* Where an order is given, it is of all clocks of the node. */
static bool read_port_clocks(Reader *r, Port *port)
{
    int order[CLOCKS_MAX], clock, natural[CLOCKS_MAX], count = 0;
    Clocks seen = 0;
    while (next_over(r)) {
        if (!read_clock_name(r, &clock))
            return false;
        if (seen >> clock & 1)
            return words_fail(&r->words, "`over %s` for the second time", r->graph->clock[clock].name);
        seen |= (Clocks)1 << clock;
        order[count++] = clock;
    }
    if (count && graph_port_clocks(r->graph, port, natural) != count)
        return words_fail(&r->words, "the node of %s runs on other clocks", port->name);
    if (count) {
        int *copy = arena_array(r->words.arena, (size_t)count, sizeof *copy);
        memcpy(copy, order, (size_t)count * sizeof *copy);
        port->clock = copy;
    }
    return true;
}

static bool read_port(Reader *r, Port **ports, size_t *count, size_t *room)
{
    Port port = {.name = words_word(&r->words, ""), .node = NODE_NONE};
    if (!*port.name)
        return words_fail(&r->words, "the port has no name");
    if (words_end(&r->words))
        return words_fail(&r->words, "a node is missing, such as %%0");
    if (*r->words.at == '%') {
        if (!read_node_above(r, &port.node))
            return false;
    } else if (strcmp(words_word(&r->words, ""), "none") != 0) {
        return words_fail(&r->words, "a node is missing, such as %%0");
    }
    if (!read_port_clocks(r, &port))
        return false;
    *ports = arena_grow(r->words.arena, *ports, *count, room, sizeof **ports);
    (*ports)[(*count)++] = port;
    return true;
}

static bool read_line(Reader *r)
{
    Graph *graph = r->graph;
    if (words_end(&r->words))
        return true;
    if (*r->words.at == '%')
        return read_node(r);
    const char *word = words_word(&r->words, "");
    if (strcmp(word, "clock") == 0)
        return read_clock(r);
    if (strcmp(word, "input") == 0)
        return read_port(r, &graph->input, &graph->input_count, &r->input_room);
    if (strcmp(word, "output") == 0)
        return read_port(r, &graph->output, &graph->output_count, &r->output_room);
    if (strcmp(word, "graph") != 0 || graph->name)
        return words_fail(&r->words, "`%s` begins no line of a graph", word);
    graph->name = words_word(&r->words, "");
    return *graph->name || words_fail(&r->words, "the graph has no name");
}

Graph *graph_read(Arena *arena, const char *text, const char **error)
{
    Reader r = {.words = {arena, text, 1, NULL}, .graph = graph_new(arena, NULL)};
    for (bool more = true; more;) {
        bool read = read_line(&r);
        if (read && !words_end(&r.words))
            read = words_fail(&r.words, "`%s` is too much", words_word(&r.words, ""));
        if (!read) {
            *error = r.words.error;
            return NULL;
        }
        r.words.at += strcspn(r.words.at, "\n");
        more = *r.words.at == '\n';
        r.words.at += more;
        r.words.line += more;
    }
    const char *wrong = graph_verify(arena, r.graph);
    if (wrong)
        *error = arena_printf(arena, "line %d: %s", r.words.line, wrong);
    return wrong ? NULL : r.graph;
}
