/* graph_verify.c: holds a graph against all that graph.h promises.
 * In: any graph whose arrays are as long as they say. Out: NULL, or a sentence that names the first
 * node, port or clock that is wrong. Nothing is used as an index before it was looked at, so that
 * graph_read can pass what it was given. Checks of a node stand in a table, from the ones that later
 * ones rely on to those that rely on all. */
#include "graph.h"
#include "nest.h"

#include <math.h>
#include <string.h>

typedef struct Verify {
    Arena *arena;
    const Graph *graph;
    const Node *node;
    NodeId id;
} Verify;

static const char *say(const Verify *v, const char *what)
{
    const char *word = (int)v->node->op >= 0 && v->node->op < OP_COUNT ? op_info[v->node->op].word : "?";
    return arena_printf(v->arena, "node %%%d (%s): %s", (int)v->id, word, what);
}

static bool on_clock(const Verify *v, int clock)
{
    return v->node->type.clocks >> clock & 1;
}

static const char *check_inputs(const Verify *v)
{
    const Node *node = v->node;
    if ((int)node->op < 0 || node->op >= OP_COUNT)
        return say(v, "no operator has that number");
    int arity = op_info[node->op].arity;
    if (arity >= 0 ? node->count != arity : node->count < 1)
        return say(v, arena_printf(v->arena, "%d inputs, not %d", node->count, arity >= 0 ? arity : 1));
    for (int i = 0; i < node->count; i++)
        if (node->input[i] < 0 || node->input[i] >= v->id)
            return say(v, arena_printf(v->arena, "the input %%%d does not stand above it", (int)node->input[i]));
    return NULL;
}

static const char *check_axis(const Verify *v)
{
    const Node *node = v->node;
    OpClass class = op_info[node->op].class;
    bool along = class == CLASS_REDUCE || class == CLASS_NORMAL;
    bool wants = node->op == OP_CONCAT || node->op == OP_SLICE || node->op == OP_FLIP || (along && node->at.clock < 0);
    if (!wants)
        return node->at.axis == -1 ? NULL : say(v, "it has an axis, but works along none");
    if (node->at.axis < 0 || node->at.axis >= v->graph->node[node->input[0]].type.shape.rank)
        return say(v, arena_printf(v->arena, "there is no axis %d", node->at.axis));
    return NULL;
}

static const char *check_clock(const Verify *v)
{
    const Node *node = v->node;
    OpClass class = op_info[node->op].class;
    bool bounded = class == CLASS_CLOCK || class == CLASS_REDUCE || class == CLASS_NORMAL;
    bool wants = class == CLASS_CLOCK || node->op == OP_STATE || node->op == OP_REPEAT;
    int clock = node->at.clock;
    if (clock < -1 || clock >= v->graph->clock_count)
        return say(v, arena_printf(v->arena, "there is no clock %d", clock));
    if (clock < 0)
        return wants ? say(v, "it has no clock") : NULL;
    if (!wants && !bounded)
        return say(v, "it has a clock, but works along none");
    const Clock *is = &v->graph->clock[clock];
    if (bounded && is->kind == CLOCK_ENDLESS)
        return say(v, arena_printf(v->arena, "it waits for the end of %s, which is endless", is->name));
    if (node->op == OP_STACK && (is->kind != CLOCK_EXACT || is->limit != node->at.length))
        return say(v, arena_printf(v->arena, "it stacks %lld steps of %s, which has another length",
                                   (long long)node->at.length, is->name));
    return NULL;
}

static const char *check_type(const Verify *v)
{
    const Type *type = &v->node->type;
    if (type->shape.rank > SHAPE_MAX_RANK || !shape_known(type->shape))
        return say(v, "its shape is not known");
    for (int i = 0; i < type->shape.rank; i++)
        if (type->shape.dim[i] < 1)
            return say(v, arena_printf(v->arena, "the shape %s is empty", shape_text(v->arena, type->shape)));
    Clocks all = v->graph->clock_count < CLOCKS_MAX ? ((Clocks)1 << v->graph->clock_count) - 1 : ~(Clocks)0;
    if (type->clocks & ~all)
        return say(v, "it runs on a clock that does not exist");
    Node node = *v->node;
    const char *error = NULL;
    if (!graph_type_of(v->arena, v->graph, &node, &error))
        return say(v, error);
    if (!shape_equal(node.type.shape, type->shape))
        return say(v, arena_printf(v->arena, "it is %s, but its inputs make %s", shape_text(v->arena, type->shape),
                                   shape_text(v->arena, node.type.shape)));
    if (node.type.clocks != type->clocks)
        return say(v, "it does not run on the clocks that its inputs make");
    if (node.type.tokens != type->tokens || type->tokens < 0)
        return say(v, arena_printf(v->arena, "its tokens are %lld, but its inputs make %lld", (long long)type->tokens,
                                   (long long)node.type.tokens));
    return node.fixed == v->node->fixed ? NULL : say(v, "it is fixed and says it is not, or the other way round");
}

static const char *check_group(const Verify *v)
{
    OpClass class = op_info[v->node->op].class;
    if (v->node->group < -1)
        return say(v, arena_printf(v->arena, "there is no group %d", v->node->group));
    bool may = class == CLASS_MAP || class == CLASS_PRODUCT;
    return v->node->group < 0 || may ? NULL : say(v, "it cannot be in a group");
}

static const char *check_tensor(const Verify *v)
{
    const Tensor *tensor = v->node->tensor;
    if (!tensor)
        return NULL;
    Shape shape = {tensor->rank, {0}};
    for (int i = 0; i < tensor->rank; i++)
        shape.dim[i] = tensor->dim[i];
    if (v->node->op != OP_TENSOR)
        return say(v, "it has the data of a tensor");
    return shape_equal(shape, v->node->type.shape) ? NULL : say(v, "its tensor has another shape");
}

/* What belongs to one operator only. */
static const char *check_operator(const Verify *v)
{
    const Node *node = v->node, *in = node->count ? &v->graph->node[node->input[0]] : NULL;
    if ((node->op == OP_INPUT || node->op == OP_TENSOR) && (!node->name || !*node->name))
        return say(v, "it has no name");
    if (node->op == OP_CONST && node->type.tokens
        && !(node->value >= 0 && node->value < (double)node->type.tokens && node->value == floor(node->value)))
        return say(v, arena_printf(v->arena, "%g is no token of %lld", node->value, (long long)node->type.tokens));
    if (node->op == OP_ROW && v->graph->node[node->input[1]].type.tokens > in->type.shape.dim[0])
        return say(v, arena_printf(v->arena, "a token of %lld names a row of %lld",
                                   (long long)v->graph->node[node->input[1]].type.tokens, (long long)in->type.shape.dim[0]));
    if (node->op == OP_STATE && !on_clock(v, node->at.clock))
        return say(v, "it steps along a clock that it does not run on");
    if (node->op == OP_STATE && in->type.clocks >> node->at.clock & 1)
        return say(v, "its start value runs on the clock that it steps along");
    return NULL;
}

const char *graph_verify_node(Arena *arena, const Graph *graph, NodeId id)
{
    static const char *(*const checks[])(const Verify *) = {check_inputs, check_clock, check_type,    check_axis,
                                                            check_group,  check_tensor, check_operator};
    Verify v = {arena, graph, &graph->node[id], id};
    const char *error = NULL;
    for (size_t i = 0; i < sizeof checks / sizeof *checks && !error; i++)
        error = checks[i](&v);
    return error;
}

static const char *verify_next(Arena *arena, const Graph *graph, NodeId id)
{
    Verify v = {arena, graph, &graph->node[id], id};
    const Node *node = v.node;
    if (node->op != OP_STATE)
        return node->next == NODE_NONE ? NULL : say(&v, "it has a next value, but is no state");
    if (node->next < 0 || (size_t)node->next >= graph->count)
        return say(&v, arena_printf(arena, "there is no %%%d to be its next value", (int)node->next));
    const Type *next = &graph->node[node->next].type;
    if (!shape_equal(next->shape, node->type.shape))
        return say(&v, arena_printf(arena, "it is %s, but its next value is %s", shape_text(arena, node->type.shape),
                                    shape_text(arena, next->shape)));
    if (next->tokens != node->type.tokens)
        return say(&v, arena_printf(arena, "its tokens are %lld, but those of its next value %lld",
                                    (long long)node->type.tokens, (long long)next->tokens));
    return next->clocks & ~node->type.clocks ? say(&v, "its next value runs on a clock that it does not run on") : NULL;
}

static const char *verify_clocks(Arena *arena, const Graph *graph)
{
    if (graph->clock_count < 0 || graph->clock_count > CLOCKS_MAX)
        return arena_printf(arena, "%d clocks", graph->clock_count);
    for (int i = 0; i < graph->clock_count; i++) {
        const Clock *clock = &graph->clock[i];
        if (!clock->name || !*clock->name)
            return arena_printf(arena, "clock %d has no name", i);
        for (int k = 0; k < i; k++)
            if (strcmp(graph->clock[k].name, clock->name) == 0)
                return arena_printf(arena, "two clocks are called %s", clock->name);
        bool fits = clock->kind == CLOCK_ENDLESS ? clock->limit == 0 : clock->limit >= 1 && clock->limit <= SHAPE_MAX_COUNT;
        if (!fits)
            return arena_printf(arena, "clock %s cannot have %lld steps", clock->name, (long long)clock->limit);
    }
    return NULL;
}

static const char *verify_names(Arena *arena, const Port *ports, size_t count, const char *kind)
{
    for (size_t i = 0; i < count; i++) {
        if (!ports[i].name || !*ports[i].name)
            return arena_printf(arena, "%s %zu has no name", kind, i);
        for (size_t k = 0; k < i; k++)
            if (strcmp(ports[i].name, ports[k].name) == 0)
                return arena_printf(arena, "two %ss are called %s", kind, ports[i].name);
    }
    return NULL;
}

/* Every input node belongs to one input, whose node may have been found useless and dropped. */
static const char *verify_inputs(Arena *arena, const Graph *graph)
{
    bool *fed = arena_array(arena, graph->count + 1, sizeof *fed);
    for (size_t i = 0; i < graph->input_count; i++) {
        const Port *port = &graph->input[i];
        if (port->node == NODE_NONE)
            continue;
        bool is_input = port->node >= 0 && (size_t)port->node < graph->count && graph->node[port->node].op == OP_INPUT;
        if (!is_input || fed[port->node])
            return arena_printf(arena, "input %s is %%%d, which is %s", port->name, (int)port->node,
                                is_input ? "another input already" : "no input node");
        fed[port->node] = true;
    }
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].op == OP_INPUT && !fed[i])
            return arena_printf(arena, "node %%%zu (input): it belongs to no input of the model", i);
    return NULL;
}

static const char *verify_outputs(Arena *arena, const Graph *graph)
{
    for (size_t i = 0; i < graph->output_count; i++)
        if (graph->output[i].node < 0 || (size_t)graph->output[i].node >= graph->count)
            return arena_printf(arena, "output %s is %%%d, which does not exist", graph->output[i].name,
                                (int)graph->output[i].node);
    return NULL;
}

static const char *verify_causal(Arena *arena, const Graph *graph)
{
    NodeId knot = nest_find(arena, graph)->knot;
    if (knot == NODE_NONE)
        return NULL;
    return say(&(Verify){arena, graph, &graph->node[knot], knot}, "it waits for all steps of a clock that wait for it");
}

const char *graph_verify(Arena *arena, const Graph *graph)
{
    const char *error = verify_clocks(arena, graph);
    for (size_t i = 0; i < graph->count && !error; i++)
        error = graph_verify_node(arena, graph, (NodeId)i);
    for (size_t i = 0; i < graph->count && !error; i++)
        error = verify_next(arena, graph, (NodeId)i);
    if (!error)
        error = verify_names(arena, graph->input, graph->input_count, "input");
    if (!error)
        error = verify_names(arena, graph->output, graph->output_count, "output");
    if (!error)
        error = verify_inputs(arena, graph);
    if (!error)
        error = verify_outputs(arena, graph);
    return error ? error : verify_causal(arena, graph);
}
