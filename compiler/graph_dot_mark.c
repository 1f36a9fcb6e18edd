/* graph_dot_mark.c: which nodes are named in the picture, and which are written into formulas.
 * In: a graph. Out: mark of every node, but for box and call. Variables are named, so is what is used
 * elsewhere (in another loop, on another clock), what would be written more than once, and parts of what
 * would be too long for a formula. */
#include "graph_dot_build.h"

#include <string.h>

enum {
    REGION_MAX = 24,         /* nodes of a function's body */
    REPEATED_MAX = 12,       /* characters of what may stand in several formulas */
    REPEATED_VIEW_MAX = 16,  /* the same for parts, x[3:5, 1:] */
    FORMULA_MAX = 150,
    WEIGHT_MAX = 40,         /* of an expression of weights alone */
    UNIFORM_LENGTH = 20      /* more than may be repeated: each is drawn once */
};

int picture_operands(const Picture *p, NodeId id, const NodeId **operands)
{
    const Node *node = &p->graph->node[id];
    *operands = node->input;
    if (!p->mark[id].function)
        return node->count;
    *operands = &p->mark[id].argument;
    return 1;
}

/* ---- functions: relu(x), not max(x, 0) ---- */

/* The line "cell NAME(x) -> y { ... }" that the place lies in: a function of one value, without
 * parameters that could be lost. NULL: it lies in no such line. */
static const char *function_name(const Picture *p, Place place, Place *line)
{
    int length;
    if (!place.source)
        return NULL;
    const char *text = source_line(place.source, place.begin, &length);
    if (length < 6 || strncmp(text, "cell ", 5) != 0 || !memchr(text, '}', (size_t)length))
        return NULL;
    const char *open = memchr(text, '(', (size_t)length), *close = memchr(text, ')', (size_t)length);
    if (!open || !close || close < open || memchr(open, ',', (size_t)(close - open)))
        return NULL;
    uint32_t begin = (uint32_t)(text - place.source->text);
    *line = (Place){place.source, begin, begin + (uint32_t)length};
    return arena_copy(p->arena, text + 5, (size_t)(open - text - 5));
}

static bool in_line(const Node *node, Place line)
{
    return node->place.source == line.source && node->place.begin >= line.begin && node->place.begin < line.end;
}

/* Sets function and argument where all that the body reads from outside is one value. What has a label is
 * a variable of the caller, or the result of another call: silu(silu(x)). A body with a state or a draw, or
 * one that is taken apart into loops, is no function. */
static void find_function(Picture *p, NodeId root)
{
    const Graph *graph = p->graph;
    NodeId body[REGION_MAX] = {root}, argument = NODE_NONE;
    Place line;
    const char *name = function_name(p, graph->node[root].place, &line);
    int count = name && op_info[graph->node[root].op].class != CLASS_LEAF ? 1 : 0;
    for (int i = 0; i < count; i++) {
        const Node *node = &graph->node[body[i]];
        for (int k = 0; k < node->count; k++) {
            const Node *in = &graph->node[node->input[k]];
            if (in->op == OP_CONST)
                continue;
            bool outside = in->label || !in_line(in, line);
            if (outside ? argument != NODE_NONE && argument != node->input[k]
                        : count == REGION_MAX || in->group != graph->node[root].group || op_info[in->op].class == CLASS_LEAF)
                return;
            if (outside)
                argument = node->input[k];
            else
                body[count++] = node->input[k];
        }
    }
    if (argument == NODE_NONE)
        return;
    p->mark[root].function = name;
    p->mark[root].argument = argument;
}

/* ---- who uses what ---- */

static void see(Picture *p, NodeId id, NodeId *stack, size_t *depth)
{
    if (id != NODE_NONE && !p->mark[id].seen) {
        p->mark[id].seen = true;
        stack[(*depth)++] = id;
    }
}

/* What costs no loop of its own may be written into the formula of one. */
static bool is_view(const Node *node)
{
    switch (node->op) {
    case OP_SLICE: case OP_RESHAPE: case OP_NUMBER: case OP_TOKEN: case OP_REPEAT: case OP_FIRST: case OP_LAST: case OP_PICK:
    case OP_RECLOCK: return true;
    default: return false;
    }
}

static void use(Picture *p, NodeId user, NodeId id)
{
    const Graph *graph = p->graph;
    const Node *node = &graph->node[id], *by = &graph->node[user];
    p->mark[id].uses++;
    p->mark[id].user = user;
    if (node->fixed || (by->op == OP_STATE && node->group < 0)) /* a start value stands in the state's box */
        return;
    if (node->type.clocks != by->type.clocks)
        while (is_view(&graph->node[id]))
            id = graph->node[id].input[0];
    if (graph->node[id].op == OP_STEP)
        return;
    if (node->type.clocks != by->type.clocks || (node->group != by->group && !is_view(node)))
        p->mark[id].outside = true;
}

static void find_uses(Picture *p)
{
    const Graph *graph = p->graph;
    NodeId *stack = arena_array(p->arena, graph->count + 1, sizeof *stack);
    size_t depth = 0;
    for (size_t i = 0; i < graph->output_count; i++) {
        see(p, graph->output[i].node, stack, &depth);
        p->mark[graph->output[i].node].outside = true;
    }
    for (size_t i = 0; i < graph->input_count; i++)
        see(p, graph->input[i].node, stack, &depth);
    for (int i = 0; i < graph->clock_count; i++) {
        see(p, graph->clock[i].when, stack, &depth);
        see(p, graph->clock[i].until, stack, &depth);
    }
    while (depth) {
        NodeId id = stack[--depth];
        const Node *node = &graph->node[id];
        const NodeId *operand;
        int count = picture_operands(p, id, &operand);
        for (int i = 0; i < count; i++) {
            see(p, operand[i], stack, &depth);
            use(p, id, operand[i]);
        }
        if (node->op == OP_STATE) {
            see(p, node->next, stack, &depth);
            p->mark[node->next].outside = true;
        }
    }
}

static bool is_labelled_view(const Picture *p, size_t id)
{
    const Node *node = &p->graph->node[id];
    return p->mark[id].seen && (node->op == OP_SLICE || node->op == OP_RESHAPE) && node->label && !node->fixed;
}

/* Variables of "i, f = split(z)", or v of "v = w[0]", are names of parts of one box, if nothing else reads
 * what they are parts of. */
static void find_parts(Picture *p)
{
    const Graph *graph = p->graph;
    int *parts = arena_array(p->arena, graph->count + 1, sizeof *parts);
    for (size_t i = 0; i < graph->count; i++)
        if (is_labelled_view(p, i))
            parts[graph->node[i].input[0]] += graph->node[i].op == OP_SLICE || p->mark[graph->node[i].input[0]].uses == 1;
    for (size_t i = 0; i < graph->count; i++) {
        p->mark[i].whole = NODE_NONE;
        if (!is_labelled_view(p, i))
            continue;
        NodeId whole = graph->node[i].input[0];
        bool alone = graph->node[whole].label && graph->node[i].op == OP_RESHAPE; /* a variable of its own */
        if (!alone && op_info[graph->node[whole].op].class != CLASS_LEAF && parts[whole] == p->mark[whole].uses) {
            p->mark[i].whole = whole;
            p->mark[whole].outside = true;
        }
    }
}

/* ---- names ---- */

/* Whether it is the result of a call within an equation, y.dense.y in that of y, and not another variable of
 * that call, which the variable that it is used for tells. */
static bool within_equation(const Picture *p, NodeId id)
{
    const Graph *graph = p->graph;
    const Node *node = &graph->node[id];
    const char *dot = strrchr(node->label, '.');
    Place cell;
    if (!dot || !picture_is_cell(p, arena_copy(p->arena, node->label, (size_t)(dot - node->label)), picture_cell(p, node->place, &cell)))
        return false;
    NodeId user = p->mark[id].user;
    while (user != NODE_NONE && !graph->node[user].label)
        user = p->mark[user].uses == 1 ? p->mark[user].user : NODE_NONE;
    return user == NODE_NONE || strncmp(graph->node[user].label, node->label, (size_t)(dot - node->label) + 1) != 0;
}

/* Of h[t-1] that only h[t-2] is made from, with the same start value, there is no box. */
static void hide_states(Picture *p)
{
    const Graph *graph = p->graph;
    bool *other = arena_array(p->arena, graph->count + 1, sizeof *other);
    bool *older = arena_array(p->arena, graph->count + 1, sizeof *older);
    for (size_t i = 0; i < graph->output_count; i++)
        other[graph->output[i].node] = true;
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        if (!p->mark[i].seen || node->op != OP_STATE || graph->node[node->next].op != OP_STATE)
            continue;
        older[node->next] = true;
        if (node->input[0] != graph->node[node->next].input[0] || node->at.clock != graph->node[node->next].at.clock)
            other[node->next] = true;
    }
    for (size_t i = 0; i < graph->count; i++)
        if (older[i] && !other[i] && p->mark[i].uses == 0 && !graph->node[i].label)
            p->mark[i].seen = false;
}

static bool must_be_named(const Picture *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    const Mark *mark = &p->mark[id];
    if (node->fixed || mark->whole != NODE_NONE)
        return mark->outside && mark->whole == NODE_NONE;
    int most = op_info[node->op].class == CLASS_SHAPE ? REPEATED_VIEW_MAX : REPEATED_MAX;
    if (node->op == OP_INPUT || node->op == OP_STATE || mark->outside || (mark->uses > 1 && mark->length > most))
        return true;
    return node->label && !(mark->uses == 1 && within_equation(p, id));
}

/* What a formula has beside its operands; a part of a part is one. */
static int written_by(const Graph *graph, const Node *node, int count)
{
    Op below = count ? graph->node[node->input[0]].op : OP_COUNT;
    if (node->op == OP_SLICE)
        return below == OP_SLICE || below == OP_TRANSPOSE ? 0 : 8;
    if (is_view(node) || node->op == OP_TRANSPOSE)
        return 1;
    return count > 1 ? 3 * count : (int)strlen(op_info[node->op].word) + 2;
}

/* How much of a formula the operand takes. */
static int written(const Picture *p, NodeId id)
{
    const Mark *mark = &p->mark[id];
    return mark->named || mark->whole != NODE_NONE ? 4 : mark->length;
}

/* Where a formula gets too long its longest operand is taken out of it. */
static void measure(Picture *p, NodeId id, int limit)
{
    const Node *node = &p->graph->node[id];
    const NodeId *operand;
    int count = picture_operands(p, id, &operand);
    for (;;) {
        int longest = -1, length = written_by(p->graph, node, count);
        for (int i = 0; i < count; i++) {
            length += written(p, operand[i]);
            if (!p->mark[operand[i]].named && (longest < 0 || written(p, operand[i]) > written(p, operand[longest])))
                longest = i;
        }
        p->mark[id].length = length;
        if (length <= limit || longest < 0 || written(p, operand[longest]) < 8)
            return;
        p->mark[operand[longest]].named = true;
    }
}

void picture_mark(Picture *p)
{
    const Graph *graph = p->graph;
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].label && !graph->node[i].fixed)
            find_function(p, (NodeId)i);
    for (size_t i = 0; i < graph->count; i++)
        p->mark[i].user = NODE_NONE;
    find_uses(p);
    find_parts(p);
    hide_states(p);
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        Mark *mark = &p->mark[i];
        if (!mark->seen)
            continue;
        if (op_info[node->op].class == CLASS_LEAF)
            mark->length = node->op == OP_UNIFORM ? UNIFORM_LENGTH : 6;
        else
            measure(p, (NodeId)i, node->fixed ? WEIGHT_MAX : FORMULA_MAX);
        mark->named = must_be_named(p, (NodeId)i);
    }
}
