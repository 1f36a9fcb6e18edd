/* graph_dot_formula.c: the graph below a named node as a formula of the language.
 * In: marks. Out: text, in which every named node, every part of one and every weight is a name. Where the
 * language has no short form, one that readers of papers know: W^T is written as with a raised T. */
#include "graph_dot_build.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Priorities as in the language; an operand of a lower one needs parentheses. */
enum { ANY, OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGN, POWER, ATOM };

typedef struct Formula {
    const Picture *p;
    const Box *box;
    Out *out;
} Formula;

bool picture_is_weight(const Picture *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    return node->fixed && !p->mark[id].outside && (node->op == OP_TENSOR || p->mark[id].named);
}

/* ---- what a formula reads ---- */

void picture_add(const Picture *p, NodeId **list, int *count, NodeId id)
{
    for (int i = 0; i < *count; i++)
        if ((*list)[i] == id)
            return;
    size_t capacity = (size_t)*count;
    *list = arena_grow(p->arena, *list, (size_t)*count, &capacity, sizeof **list);
    (*list)[(*count)++] = id;
}

void picture_read(const Picture *p, Box *box, NodeId id)
{
    const NodeId *operand;
    int count = picture_operands(p, id, &operand);
    for (int i = 0; i < count; i++) {
        NodeId in = operand[i];
        if (picture_is_weight(p, in))
            picture_add(p, &box->weight, &box->weights, in);
        else if (p->mark[in].named || p->mark[in].whole != NODE_NONE)
            picture_add(p, &box->operand, &box->operands, in);
        else
            picture_read(p, box, in);
    }
}

/* ---- names ---- */

static const char *last_word(const char *name)
{
    const char *word = name;
    for (const char *c = name; *c; c++)
        if ((*c == '.' || *c == '/') && c[1])
            word = c + 1;
    return word;
}

/* Without the path of the call that it is seen from, unless another variable has the short name. */
static const char *short_label(const Picture *p, int call, const char *label)
{
    while (call >= 0 && !p->call[call].drawn)
        call = p->call[call].parent;
    if (call < 0)
        return label;
    size_t length = strlen(p->call[call].path);
    if (strncmp(label, p->call[call].path, length) != 0 || label[length] != '.')
        return label;
    return map_get(p->labels, label + length + 1) ? label : label + length + 1;
}

const char *picture_state(const Picture *p, int call, NodeId id)
{
    const Node *state = &p->graph->node[id], *next = state;
    int64_t delay = 0;
    for (int step = 0; step < 9 && next->op == OP_STATE && next->at.clock == state->at.clock && next->at.backward == state->at.backward; step++) {
        delay += next->at.delay;
        id = next->next;
        next = &p->graph->node[id];
    }
    const char *base = next->op == OP_STATE ? "state" : picture_name(p, call, id);
    return arena_printf(p->arena, "%s[%s%c%lld]", base, p->graph->clock[state->at.clock].name, state->at.backward ? '+' : '-', (long long)delay);
}

const char *picture_name(const Picture *p, int call, NodeId id)
{
    const Node *node = &p->graph->node[id];
    if (node->label)
        return short_label(p, call, node->label);
    if (node->name)
        return node->name;
    return node->op == OP_STATE ? picture_state(p, call, id) : arena_printf(p->arena, "%%%d", (int)id);
}

/* W for h.W, unless something else in the box is called W. */
static const char *weight_name(const Formula *f, NodeId id)
{
    const Picture *p = f->p;
    const char *name = picture_name(p, -1, id), *word = last_word(name);
    for (int i = 0; i < f->box->weights; i++)
        if (f->box->weight[i] != id && strcmp(last_word(picture_name(p, -1, f->box->weight[i])), word) == 0)
            return name;
    for (int i = 0; i < f->box->operands; i++)
        if (strcmp(picture_name(p, f->box->call, f->box->operand[i]), word) == 0)
            return name;
    for (int i = 0; i < f->box->count; i++)
        if (strcmp(picture_name(p, f->box->call, f->box->line[i]), word) == 0)
            return name;
    return word;
}

/* ---- operators ---- */

static void write(Formula *f, NodeId id, int priority);

static int infix(Op op)
{
    switch (op) {
    case OP_OR: return OR;
    case OP_AND: return AND;
    case OP_LT: case OP_LE: case OP_GT: case OP_GE: case OP_EQ: case OP_NE: return COMPARE;
    case OP_ADD: case OP_SUB: return SUM;
    case OP_MUL: case OP_DIV: case OP_MOD: case OP_MATMUL: return PRODUCT;
    case OP_POW: return POWER;
    default: return ANY;
    }
}

/* A constant that is not spread over the elements of another operand has a shape of its own. */
static void write_whole(Formula *f, const Node *node, NodeId in, int priority)
{
    const Node *operand = &f->p->graph->node[in];
    bool spread = op_info[node->op].class == CLASS_MAP || node->op == OP_REPEAT || node->op == OP_HOLD || operand->type.shape.rank == 0;
    if (operand->op != OP_CONST || spread || f->p->mark[in].named)
        write(f, in, priority);
    else if (operand->value == 0 || operand->value == 1)
        out_printf(f->out, "%s(%s)", operand->value == 0 ? "zeros" : "ones", shape_text(f->out->arena, operand->type.shape));
    else
        out_printf(f->out, "(%.6g * ones(%s))", operand->value, shape_text(f->out->arena, operand->type.shape));
}

static void write_infix(Formula *f, const Node *node, int priority, int outer)
{
    bool right = node->op == OP_POW, none = priority == COMPARE;
    out_text(f->out, priority < outer ? "(" : "");
    write_whole(f, node, node->input[0], priority + (right || none));
    out_printf(f->out, " %s ", op_info[node->op].word);
    write_whole(f, node, node->input[1], priority + !right);
    out_text(f->out, priority < outer ? ")" : "");
}

static void write_prefix(Formula *f, const Node *node, int priority, int outer)
{
    out_text(f->out, priority < outer ? "(" : "");
    out_text(f->out, node->op == OP_NOT ? "not " : "-");
    write(f, node->input[0], priority);
    out_text(f->out, priority < outer ? ")" : "");
}

static bool is_name(const Picture *p, NodeId id)
{
    return p->mark[id].named || p->mark[id].whole != NODE_NONE;
}

/* Slices of slices, their elements and transposes as one index into what they are parts of. */
typedef struct View {
    NodeId base;
    int rank, axis[SHAPE_MAX_RANK];      /* those of the base that are left */
    int64_t begin[SHAPE_MAX_RANK], end[SHAPE_MAX_RANK];
    bool single[SHAPE_MAX_RANK];         /* one index took the axis away */
} View;

/* Takes away the axes of size 1 that the shape does not have. */
static bool drop_axes(View *view, Shape from, Shape to)
{
    int left = 0;
    for (int i = 0; i < from.rank; i++) {
        if (left < to.rank && from.dim[i] == to.dim[left])
            view->axis[left++] = view->axis[i];
        else if (from.dim[i] == 1)
            view->single[view->axis[i]] = true;
        else
            return false;
    }
    view->rank = left;
    return left == to.rank;
}

static View view_of(const Picture *p, NodeId id, bool top)
{
    const Node *node = &p->graph->node[id];
    View view = {.base = id, .rank = node->type.shape.rank};
    for (int i = 0; i < view.rank; i++) {
        view.axis[i] = i;
        view.end[i] = node->type.shape.dim[i];
    }
    bool view_op = node->op == OP_SLICE || node->op == OP_TRANSPOSE || node->op == OP_RESHAPE;
    if ((!top && (is_name(p, id) || picture_is_weight(p, id))) || !view_op)
        return view;
    View inner = view_of(p, node->input[0], false);
    if (node->op == OP_SLICE) {
        int axis = inner.axis[node->at.axis];
        inner.end[axis] = inner.begin[axis] + node->at.end;
        inner.begin[axis] += node->at.begin;
    } else if (node->op == OP_TRANSPOSE) {
        for (int i = 0; i < inner.rank / 2; i++) {
            int other = inner.axis[inner.rank - 1 - i];
            inner.axis[inner.rank - 1 - i] = inner.axis[i];
            inner.axis[i] = other;
        }
    } else if (!drop_axes(&inner, p->graph->node[node->input[0]].type.shape, node->type.shape)) {
        return view;
    }
    return inner;
}

static void write_view(Formula *f, const View *view)
{
    Shape shape = f->p->graph->node[view->base].type.shape;
    int last = -1;
    write(f, view->base, ATOM);
    for (int i = 0; i < shape.rank; i++)
        if (view->single[i] || view->begin[i] > 0 || view->end[i] < shape.dim[i])
            last = i;
    for (int i = 0; i <= last; i++) {
        out_text(f->out, i ? ", " : "[");
        if (view->single[i] || view->begin[i] > 0)
            out_printf(f->out, "%lld", (long long)view->begin[i]);
        out_text(f->out, view->single[i] ? "" : ":");
        if (!view->single[i] && view->end[i] < shape.dim[i])
            out_printf(f->out, "%lld", (long long)view->end[i]);
    }
    out_text(f->out, last >= 0 ? "]" : "");
    if (view->rank > 1 && view->axis[0] > view->axis[1])
        out_text(f->out, "\xe1\xb5\x80");
}

static const char *call_word(const Graph *graph, const Node *node)
{
    if (node->op == OP_CONV)
        return graph->node[node->input[0]].type.shape.rank == 2 ? "conv1d" : "conv2d";
    return op_info[node->op].word;
}

/* What stands behind the operands: the clock, the axis where it is not the last, sizes. */
static void write_options(Formula *f, const Node *node, const NodeId *operand)
{
    const Graph *graph = f->p->graph;
    const Attributes *at = &node->at;
    const Type *first = node->count ? &graph->node[operand[0]].type : &node->type;
    bool along = op_info[node->op].class == CLASS_REDUCE || op_info[node->op].class == CLASS_NORMAL || node->op == OP_UNSTACK;
    bool several = (first->clocks & (first->clocks - 1)) != 0; /* otherwise it is clear which one is meant */
    int clock = node->op == OP_HOLD ? graph->clock[at->clock].parent : at->clock;
    if (at->clock >= 0 && (along || several || node->op == OP_PICK || node->op == OP_HOLD))
        out_printf(f->out, " over %s", graph->clock[clock].name);
    if (node->op == OP_RESHAPE || node->op == OP_UNIFORM)
        out_printf(f->out, "%s%s", node->count ? ", " : "", shape_text(f->out->arena, node->type.shape));
    if (node->op == OP_MAX_POOL || node->op == OP_AVG_POOL)
        out_printf(f->out, ", %lld", (long long)at->window);
    if (at->stride && at->stride != (at->window ? at->window : 1))
        out_printf(f->out, ", stride=%lld", (long long)at->stride);
    if (at->pad)
        out_printf(f->out, ", pad=%lld", (long long)at->pad);
    if (at->axis >= 0 && at->axis != first->shape.rank - 1)
        out_printf(f->out, ", axis=%d", at->axis);
}

static void write_call(Formula *f, const char *word, const Node *node, const NodeId *operand, int count)
{
    out_printf(f->out, "%s(", word);
    for (int i = 0; i < count; i++) {
        bool start = node->op == OP_HOLD && i == 1; /* y[-1] in the text */
        bool seed = node->op == OP_SAMPLE && i == 1 && f->p->graph->node[operand[i]].op == OP_UNIFORM && !is_name(f->p, operand[i]);
        if (seed || (start && graph_is(f->p->graph, operand[i], 0)))
            continue;
        out_text(f->out, start ? ", start=" : i ? ", " : "");
        write_whole(f, node, operand[i], ANY);
        if (node->op == OP_HOLD && i == 0)
            write_options(f, node, operand);
    }
    if (node->op != OP_HOLD)
        write_options(f, node, operand);
    out_text(f->out, ")");
}

static void write_node(Formula *f, NodeId id, int outer)
{
    const Graph *graph = f->p->graph;
    const Node *node = &graph->node[id];
    const NodeId *operand;
    int count = picture_operands(f->p, id, &operand), priority = infix(node->op);
    View view = view_of(f->p, id, true);
    if (f->p->mark[id].function)
        write_call(f, f->p->mark[id].function, &(Node){.at = {.axis = -1, .clock = -1}}, operand, count);
    else if (node->op == OP_CONST)
        out_printf(f->out, node->value < 0 && outer > SIGN ? "(%.6g)" : "%.6g", node->value);
    else if (priority != ANY)
        write_infix(f, node, priority, outer);
    else if (node->op == OP_NEG || node->op == OP_NOT)
        write_prefix(f, node, node->op == OP_NOT ? NOT : SIGN, outer);
    else if (node->op == OP_STEP)
        out_text(f->out, graph->clock[node->at.clock].name);
    else if (node->op == OP_REPEAT || node->op == OP_NUMBER || node->op == OP_TOKEN)
        write(f, node->input[0], outer);
    else if (node->op == OP_RECLOCK) {
        write(f, node->input[0], ATOM);
        out_printf(f->out, "[%s]", graph->clock[node->at.clock].name);
    }
    else if (view.base != id)
        write_view(f, &view);
    else if (node->op == OP_ROW) {
        write(f, node->input[0], ATOM);
        out_text(f->out, "[");
        for (int i = 0; i < node->at.axis; i++)
            out_text(f->out, ":, ");
        write(f, node->input[1], ANY);
        out_text(f->out, "]");
    } else {
        write_call(f, call_word(graph, node), node, operand, count);
    }
}

static void write(Formula *f, NodeId id, int outer)
{
    if (picture_is_weight(f->p, id))
        out_text(f->out, weight_name(f, id));
    else if (is_name(f->p, id))
        out_text(f->out, picture_name(f->p, f->box->call, id));
    else
        write_node(f, id, outer);
}

const char *picture_formula(const Picture *p, const Box *box, NodeId id)
{
    Formula f = {p, box, out_new(p->arena)};
    if (p->graph->node[id].op == OP_TENSOR)
        out_text(f.out, p->graph->node[id].name);
    else
        write_node(&f, id, ANY);
    return f.out->text;
}

const char *picture_start(const Picture *p, const Box *box, NodeId start)
{
    Formula f = {p, box, out_new(p->arena)};
    write(&f, start, ANY);
    return f.out->text;
}
