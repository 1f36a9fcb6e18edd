/* graph_verify_node.c: holds one node against all that graph.h promises.
 * In: a node of a graph whose clocks are sound, and whose nodes above it are. Out: NULL, or a sentence
 * that names what is wrong. Nothing is used as an index before it was looked at. The checks stand in a
 * table, from the ones that later ones rely on to those that rely on all. */
#include "nest.h"

#include <math.h>

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
    bool named = node->op == OP_CONCAT || node->op == OP_SLICE || node->op == OP_FLIP || node->op == OP_ROW;
    bool wants = named || (along && node->at.clock < 0);
    if (!wants)
        return node->at.axis == -1 ? NULL : say(v, "it has an axis, but works along none");
    if (node->at.axis < 0 || node->at.axis >= v->graph->node[node->input[0]].type.shape.rank)
        return say(v, arena_printf(v->arena, "there is no axis %d", node->at.axis));
    return NULL;
}

/* The clock that PICK and HOLD go to and from, and that RECLOCK leaves: types are made of them. */
static const char *check_other_clock(const Verify *v, const Clock *is)
{
    const Node *node = v->node;
    const Graph *graph = v->graph;
    bool rate = node->op == OP_PICK || node->op == OP_HOLD;
    if (rate && is->kind != CLOCK_TICKS)
        return say(v, arena_printf(v->arena, "%s does not tick at steps of another clock", is->name));
    if (node->op != OP_RECLOCK)
        return node->at.from == -1 ? NULL : say(v, "it leaves a clock for another one, but is no reclock");
    if (node->at.from < 0 || node->at.from >= graph->clock_count)
        return say(v, arena_printf(v->arena, "there is no clock %d", node->at.from));
    const Clock *from = &graph->clock[node->at.from];
    if (node->at.from == node->at.clock || graph_length_clock(graph, node->at.from) != graph_length_clock(graph, node->at.clock))
        return say(v, arena_printf(v->arena, "%s and %s are not two clocks of one length", from->name, is->name));
    return NULL;
}

/* Only a bounded clock has a last step, and numbers that are known. */
static const char *check_bounded(const Verify *v, const Clock *is)
{
    const Node *node = v->node;
    OpClass class = op_info[node->op].class;
    bool moves = node->op == OP_PICK || node->op == OP_HOLD || node->op == OP_RECLOCK;
    bool waits = !moves && (class == CLASS_CLOCK || class == CLASS_REDUCE || class == CLASS_NORMAL);
    bool numbers = node->op == OP_STEP || node->op == OP_UNSTACK || (node->op == OP_STATE && node->at.backward);
    bool bounded = is->kind == CLOCK_AT_MOST || is->kind == CLOCK_EXACT;
    const char *kind = is->kind == CLOCK_TICKS ? "ticks" : "is endless";
    if (waits && !bounded)
        return say(v, arena_printf(v->arena, "it waits for the end of %s, which %s", is->name, kind));
    if (numbers && !bounded)
        return say(v, arena_printf(v->arena, "it needs the bound of %s, which %s", is->name, kind));
    bool long_as = node->op == OP_UNSTACK || (node->op == OP_STACK && is->kind == CLOCK_EXACT);
    if ((node->op == OP_STACK || node->op == OP_UNSTACK) && !(long_as && is->limit == node->at.length))
        return say(v, arena_printf(v->arena, "it stacks %lld steps of %s, which has another length",
                                   (long long)node->at.length, is->name));
    return NULL;
}

static const char *check_clock(const Verify *v)
{
    const Node *node = v->node;
    OpClass class = op_info[node->op].class;
    bool may = class == CLASS_CLOCK || class == CLASS_REDUCE || class == CLASS_NORMAL;
    bool wants = class == CLASS_CLOCK || node->op == OP_STATE || node->op == OP_REPEAT || node->op == OP_STEP || node->op == OP_UNSTACK;
    int clock = node->at.clock;
    if (clock < -1 || clock >= v->graph->clock_count)
        return say(v, arena_printf(v->arena, "there is no clock %d", clock));
    if (clock < 0)
        return wants ? say(v, "it has no clock") : NULL;
    if (!wants && !may)
        return say(v, "it has a clock, but works along none");
    const char *error = check_other_clock(v, &v->graph->clock[clock]);
    return error ? error : check_bounded(v, &v->graph->clock[clock]);
}

/* A clock that ticks and its parent are never on one value: their steps have no common numbers. */
static const char *check_rates(const Verify *v)
{
    for (int k = 0; k < v->graph->clock_count; k++) {
        const Clock *clock = &v->graph->clock[k];
        if (!on_clock(v, k) || clock->kind != CLOCK_TICKS)
            continue;
        for (int up = clock->parent; up >= 0; up = v->graph->clock[up].parent)
            if (on_clock(v, up))
                return say(v, arena_printf(v->arena, "it runs on %s and on %s, at whose steps that ticks", clock->name,
                                           v->graph->clock[up].name));
    }
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
    if (node->op == OP_ROW && v->graph->node[node->input[1]].type.tokens > in->type.shape.dim[node->at.axis])
        return say(v, arena_printf(v->arena, "a token of %lld names a row of %lld",
                                   (long long)v->graph->node[node->input[1]].type.tokens, (long long)in->type.shape.dim[node->at.axis]));
    if (node->op == OP_UNIFORM && (node->at.site < 0 || node->at.site > UINT32_MAX))
        return say(v, arena_printf(v->arena, "its site %lld is no number of 32 bits", (long long)node->at.site));
    if ((node->op == OP_MAX_POOL || node->op == OP_AVG_POOL) && node->at.pad)
        return say(v, "a pooling is not padded");
    return NULL;
}

static const char *check_state(const Verify *v)
{
    const Node *node = v->node;
    if (node->op != OP_STATE)
        return NULL;
    if (!on_clock(v, node->at.clock))
        return say(v, "it steps along a clock that it does not run on");
    if (v->graph->node[node->input[0]].type.clocks >> node->at.clock & 1)
        return say(v, "its start value runs on the clock that it steps along");
    if (node->at.delay < 1)
        return say(v, arena_printf(v->arena, "a delay of %lld steps", (long long)node->at.delay));
    return NULL;
}

/* The clocks that an input of PICK, HOLD or RECLOCK may not run on. */
static const char *check_moves(const Verify *v)
{
    const Node *node = v->node;
    if (node->op != OP_PICK && node->op != OP_HOLD && node->op != OP_RECLOCK)
        return NULL;
    const Type *in = &v->graph->node[node->input[0]].type;
    const Clock *to = &v->graph->clock[node->at.clock];
    if (node->op != OP_HOLD) {
        bool there = in->clocks >> node->at.clock & 1;
        return there ? say(v, arena_printf(v->arena, "its input runs on %s already", to->name)) : NULL;
    }
    const Type *before = &v->graph->node[node->input[1]].type;
    Clocks both = (Clocks)1 << node->at.clock | (Clocks)1 << to->parent;
    if (in->clocks >> to->parent & 1)
        return say(v, arena_printf(v->arena, "what it holds runs on %s already", v->graph->clock[to->parent].name));
    if (before->clocks & both)
        return say(v, arena_printf(v->arena, "its value before the first tick runs on %s or %s", to->name,
                                   v->graph->clock[to->parent].name));
    if (in->tokens != before->tokens)
        return say(v, arena_printf(v->arena, "its tokens are %lld, and %lld before the first tick", (long long)in->tokens,
                                   (long long)before->tokens));
    return NULL;
}

/* Whole numbers become tokens, tokens become numbers; probabilities are numbers. */
static const char *check_tokens(const Verify *v)
{
    const Node *node = v->node;
    if (node->op == OP_TOKEN && (v->graph->node[node->input[0]].type.tokens || node->type.tokens < 1))
        return say(v, "it makes tokens of a range out of numbers");
    if (node->op == OP_SAMPLE && (v->graph->node[node->input[0]].type.tokens || v->graph->node[node->input[1]].type.tokens))
        return say(v, "it draws by numbers, not by tokens");
    return NULL;
}

/* All steps of what is scored or summed are looked at for one vector, or with the weights of a softmax. */
static const char *check_attention(const Verify *v)
{
    const Node *node = v->node;
    if (node->op != OP_SCORES && node->op != OP_WEIGHTED)
        return NULL;
    if (node->at.clock < 0)
        return say(v, "it has no clock");
    const Node *other = &v->graph->node[node->input[1]];
    if (!nest_is_rows(v->graph, node->input[0], node->at.clock))
        return say(v, "the steps of its first input do not lie at equal distances");
    if (node->op == OP_SCORES)
        return other->type.clocks >> node->at.clock & 1 ? say(v, "its second input runs on its clock") : NULL;
    bool weights = op_info[other->op].class == CLASS_NORMAL && other->at.clock == node->at.clock;
    return weights ? NULL : say(v, "its weights are no softmax over its clock");
}

/* An input comes for all steps before the first: it cannot run on a clock whose length comes out. */
static const char *check_input(const Verify *v)
{
    for (int k = 0; k < v->graph->clock_count && v->node->op == OP_INPUT; k++) {
        const Clock *clock = &v->graph->clock[graph_length_clock(v->graph, k)];
        if (on_clock(v, k) && (clock->kind == CLOCK_TICKS || clock->until != NODE_NONE))
            return say(v, arena_printf(v->arena, "it runs on %s, whose length the model finds", v->graph->clock[k].name));
    }
    return NULL;
}

const char *graph_verify_node(Arena *arena, const Graph *graph, NodeId id)
{
    static const char *(*const checks[])(const Verify *) = {
        check_inputs, check_clock, check_type,  check_axis,  check_rates,  check_group, check_tensor, check_operator,
        check_state,  check_moves, check_tokens, check_attention, check_input};
    Verify v = {arena, graph, &graph->node[id], id};
    const char *error = NULL;
    for (size_t i = 0; i < sizeof checks / sizeof *checks && !error; i++)
        error = checks[i](&v);
    return error;
}
