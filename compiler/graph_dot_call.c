/* graph_dot_call.c: which calls of cells there are, and what stands in them.
 * In: boxes. Out: p->call, and call of marks and boxes. A graph has no calls any more, but labels tell: a
 * variable i of the cell that is called for h is h.i, and for a call within an equation, as in
 * y = relu(lstm(x)), y.lstm.i. The results have the labels of the caller's variables; they belong to a call
 * if they are equations of the same cell, which places tell, and read variables of the call. */
#include "graph_dot_build.h"

#include <string.h>

static bool same_place(Place a, Place b)
{
    return a.source && a.source == b.source && a.begin == b.begin;
}

static const char *last_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

bool picture_is_cell(const Picture *p, const char *path, const char *cell)
{
    return !map_get(p->labels, path) && (!cell || strcmp(last_name(path), last_name(cell)) == 0);
}

/* ---- calls ---- */

static const char *parent_path(Arena *arena, const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? arena_copy(arena, path, (size_t)(dot - path)) : NULL;
}

static int find_call(const Picture *p, const char *path)
{
    for (size_t i = 0; path && i < p->call_count; i++)
        if (strcmp(p->call[i].path, path) == 0)
            return (int)i;
    return -1;
}

static int add_call(Picture *p, const char *label)
{
    const char *path = parent_path(p->arena, label);
    int call = find_call(p, path);
    if (!path || call >= 0)
        return call;
    p->call = arena_grow(p->arena, p->call, p->call_count, &p->call_capacity, sizeof *p->call);
    p->call[p->call_count] = (Call){.path = path, .parent = -1};
    return (int)p->call_count++;
}

typedef struct Called {
    Place cell;              /* source NULL: not known */
    const char *scope;       /* the path of the call that this one stands in; NULL: the model */
} Called;

/* y.lstm is a call where y is, if the equation of y calls an lstm; otherwise lstm is a variable of what y
 * calls, and its whole equation is the call. */
static const Called *resolve(Picture *p, const char *path)
{
    Called *called = map_get(p->called, path);
    if (called)
        return called;
    const char *outer = parent_path(p->arena, path), *around = outer ? parent_path(p->arena, outer) : NULL;
    Place scope = around ? resolve(p, around)->cell : picture_model(p);
    called = arena_alloc(p->arena, sizeof *called);
    if (!outer)
        called->cell = picture_called(p, scope, path, NULL);
    else if (!map_get(p->labels, path))
        called->cell = picture_called(p, scope, last_name(outer), last_name(path));
    called->scope = around;
    if (outer && last_name(path)[strspn(last_name(path), "0123456789")] == 0) /* h.0 of h = repeat ... */
        *called = *resolve(p, outer);
    else if (outer && !called->cell.source) {
        called->scope = outer;
        called->cell = picture_called(p, resolve(p, outer)->cell, last_name(path), NULL);
    }
    map_set(p->called, path, called);
    return called;
}

static void find_parents(Picture *p)
{
    for (size_t i = 0; i < p->call_count; i++) {
        const Called *called = resolve(p, p->call[i].path);
        const char *path = called->scope;
        p->call[i].place = called->cell;
        while (path && (p->call[i].parent = find_call(p, path)) < 0)
            path = parent_path(p->arena, path);
    }
}

/* ---- what stands in them ---- */

static int call_of_result(const Picture *p, const Box *box, NodeId id)
{
    const Graph *graph = p->graph;
    const Node *node = &graph->node[id];
    Place cell;
    int own = p->mark[id].call;
    if (!picture_cell(p, node->place, &cell) || (own >= 0 && same_place(p->call[own].place, cell)))
        return own;
    int found = own; /* the latest of a chain of calls */
    for (int i = 0; i < box->operands; i++) {
        const char *path = graph->node[box->operand[i]].label;
        int call = path ? find_call(p, parent_path(p->arena, path)) : -1;
        if (call > found && same_place(p->call[call].place, cell))
            found = call;
    }
    return found;
}

static void place_results(Picture *p)
{
    for (size_t i = 0; i < p->box_count; i++) {
        const Box *box = &p->box[i];
        for (int k = 0; k < box->count && (box->kind == BOX_EQUATION || box->kind == BOX_LOOP); k++) {
            p->mark[box->line[k]].call = call_of_result(p, box, box->line[k]);
        }
    }
}

static bool holds(const Picture *p, int outer, int inner)
{
    while (inner >= 0 && inner != outer)
        inner = p->call[inner].parent;
    return outer < 0 || inner == outer;
}

/* The innermost call that all variables of a box stand in; nodes without a label may be anyone's. */
static int call_of_lines(const Picture *p, const Box *box)
{
    int call = -1;
    bool first = true;
    for (int i = 0; i < box->count; i++) {
        const Mark *mark = &p->mark[box->line[i]];
        if (!p->graph->node[box->line[i]].label && mark->call < 0)
            continue;
        call = first ? mark->call : call;
        first = false;
        while (!holds(p, call, mark->call))
            call = p->call[call].parent;
    }
    return call;
}

/* Parts of a box are named in its call; a state stands beside its next value. */
static void place_boxes(Picture *p)
{
    const Graph *graph = p->graph;
    for (size_t i = 0; i < p->box_count; i++) {
        Box *box = &p->box[i];
        box->call = box->kind == BOX_OUTPUT ? -1 : call_of_lines(p, box);
    }
    for (size_t i = 0; i < p->box_count; i++) {
        Box *box = &p->box[i];
        NodeId next = box->line[0];
        for (int step = 0; step < 9 && graph->node[next].op == OP_STATE; step++)
            next = graph->node[next].next;
        if (box->kind == BOX_STATE && p->mark[next].box >= 0)
            box->call = p->box[p->mark[next].box].call;
    }
}

/* A frame around a single equation says nothing. */
static void choose_drawn(Picture *p)
{
    for (size_t i = 0; i < p->box_count; i++)
        if (p->box[i].kind == BOX_EQUATION || p->box[i].kind == BOX_LOOP)
            for (int call = p->box[i].call; call >= 0; call = p->call[call].parent)
                p->call[call].boxes++;
    for (size_t i = 0; i < p->call_count; i++)
        p->call[i].drawn = p->call[i].boxes > 1;
    for (size_t i = 0; i < p->box_count; i++)
        while (p->box[i].call >= 0 && !p->call[p->box[i].call].drawn)
            p->box[i].call = p->call[p->box[i].call].parent;
}

void picture_calls(Picture *p)
{
    const Graph *graph = p->graph;
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        bool named = p->mark[i].seen && (p->mark[i].named || p->mark[i].whole != NODE_NONE);
        p->mark[i].call = named && node->label && !node->fixed ? add_call(p, node->label) : -1;
    }
    for (size_t i = 0; i < graph->count; i++) /* of unnamed parts as of their names */
        if (p->mark[i].seen && p->mark[i].whole != NODE_NONE)
            p->mark[p->mark[i].whole].call = p->mark[i].call;
    picture_sources(p);
    p->called = map_new(p->arena);
    find_parents(p);
    place_results(p);
    place_boxes(p);
    choose_drawn(p);
}
