/* graph_type.c: the type that a node has by its operator and its inputs. */
#include "graph.h"

bool graph_is_fixed(const Graph *graph, const Node *draft)
{
    if (op_info[draft->op].class == CLASS_LEAF)
        return draft->op == OP_CONST || draft->op == OP_TENSOR;
    for (int i = 0; i < draft->count; i++)
        if (!graph->node[draft->input[i]].fixed)
            return false;
    return draft->type.clocks == 0 && draft->at.clock < 0; /* a sum over a clock depends on its length */
}

/* Token-ness goes through operators that only move values. */
static int64_t tokens_of(const Graph *graph, const Node *draft)
{
    const Type *first = draft->count ? &graph->node[draft->input[0]].type : NULL;
    switch (draft->op) {
    case OP_INPUT: case OP_CONST: case OP_TENSOR: return draft->type.tokens;
    case OP_ARGMAX:
        if (draft->at.clock >= 0) /* a step number */
            return draft->at.clock < graph->clock_count ? graph->clock[draft->at.clock].limit : -1;
        return first->shape.rank < 0 ? -1 : first->shape.dim[draft->at.axis];
    case OP_STEP: return graph->clock[draft->at.clock].limit;
    case OP_TOKEN: return draft->at.end;
    case OP_SAMPLE: return first->shape.rank < 0 ? -1 : first->shape.dim[0];
    case OP_STATE: case OP_FIRST: case OP_LAST: case OP_STACK: case OP_UNSTACK: case OP_REPEAT: case OP_PICK: case OP_HOLD:
    case OP_RECLOCK: return first ? first->tokens : draft->type.tokens;
    default: return 0;
    }
}

static Clocks clocks_of(const Graph *graph, const Node *draft)
{
    bool told = draft->op == OP_INPUT || draft->op == OP_STATE || draft->op == OP_UNIFORM;
    Clocks clocks = told ? draft->type.clocks : 0;
    for (int i = 0; i < draft->count; i++)
        clocks |= graph->node[draft->input[i]].type.clocks;
    if (draft->at.clock < 0)
        return clocks;
    Clocks one = (Clocks)1 << draft->at.clock;
    int parent = graph->clock[draft->at.clock].parent;
    switch (draft->op) {
    case OP_STEP: case OP_REPEAT: case OP_UNSTACK: return clocks | one;
    case OP_PICK: return (clocks & ~((Clocks)1 << parent)) | one;
    case OP_HOLD: return (clocks & ~one) | (Clocks)1 << parent;
    case OP_RECLOCK: return (clocks & ~((Clocks)1 << draft->at.from)) | one;
    default: break;
    }
    OpClass class = op_info[draft->op].class;
    return class == CLASS_REDUCE || class == CLASS_CLOCK ? clocks & ~one : clocks;
}

bool graph_type_of(Arena *arena, const Graph *graph, Node *draft, const char **error)
{
    Shape in[4], *shapes = in;
    if (draft->count > 4)
        shapes = arena_array(arena, (size_t)draft->count, sizeof *shapes);
    for (int i = 0; i < draft->count; i++)
        shapes[i] = graph->node[draft->input[i]].type.shape;
    Shape *out = &draft->type.shape;
    if (!op_shape(arena, draft->op, &draft->at, shapes, draft->count, out, error))
        return false;
    int64_t count = 1;
    for (int i = 0; i < out->rank; i++) {
        if (out->dim[i] > SHAPE_MAX_COUNT || (count *= out->dim[i] < 0 ? 1 : out->dim[i]) > SHAPE_MAX_COUNT) {
            *error = arena_printf(arena, "a value of shape %s: more than 2^31 elements", shape_text(arena, *out));
            return false;
        }
    }
    draft->type.clocks = clocks_of(graph, draft);
    draft->type.tokens = tokens_of(graph, draft);
    draft->fixed = graph_is_fixed(graph, draft);
    return true;
}

