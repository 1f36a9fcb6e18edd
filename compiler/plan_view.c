/* plan_view.c: views: where values lie, without moving them where that can be helped. Slices of whole
 * rows, reshapes, rows by token and the steps of a sequence are places inside of another buffer. */
#include "plan_build.h"

#include <assert.h>
#include <string.h>

enum { FROM_FIRST = -1, AT_LAST = -2 };

typedef struct Reading {     /* how a value is read */
    Planner *p;
    int loop;                /* the one in whose body that happens */
    int as[CLOCKS_MAX];      /* of each clock: the clock whose step is meant, FROM_FIRST or AT_LAST */
} Reading;

View plan_at(int buffer)
{
    return (View){.buffer = buffer};
}

NodeId plan_root(const Graph *graph, NodeId id)
{
    while (nest_is_view(graph, &graph->node[id]))
        id = graph->node[id].input[0];
    return id;
}

static void add_term(const Planner *p, View *view, TermKind kind, int as, const Dim *dim)
{
    if (as == FROM_FIRST)
        return;
    int clock = as == AT_LAST ? dim->clock : as;
    assert(view->terms < PLAN_DIMS + 2);
    bool number = kind == TERM_NUMBER && as == p->plan->clock && p->plan->steps;
    view->term[view->terms++] = (Term){as == AT_LAST ? TERM_LAST : number ? TERM_NUMBER : TERM_STEP, clock, dim->stride, dim->times};
}

View plan_step_of(const Planner *p, int buffer)
{
    View view = plan_at(buffer);
    const Buffer *b = &p->plan->buffer[buffer];
    for (int i = 0; i < b->dims; i++)
        add_term(p, &view, TERM_STEP, b->dim[i].clock, &b->dim[i]);
    return view;
}

static View read_buffer(const Reading *r, int buffer)
{
    View view = plan_at(buffer);
    const Buffer *b = &r->p->plan->buffer[buffer];
    for (int i = 0; i < b->dims; i++)
        add_term(r->p, &view, TERM_STEP, r->as[b->dim[i].clock], &b->dim[i]);
    return view;
}

static View read(const Reading *r, NodeId id);

static View read_row(const Reading *r, const Node *node, View view)
{
    const Shape in = r->p->graph->node[node->input[0]].type.shape;
    view.index = arena_alloc(r->p->arena, sizeof *view.index);
    *view.index = read(r, node->input[1]);
    view.stride = shape_product(in, 1, in.rank);
    return view;
}

static View read_inside(const Reading *r, const Node *node)
{
    const Shape in = r->p->graph->node[node->input[0]].type.shape;
    if (node->op == OP_RECLOCK) {
        Reading other = *r;
        other.as[node->at.from] = r->as[node->at.clock];
        return read(&other, node->input[0]);
    }
    View view = read(r, node->input[0]);
    if (node->op == OP_SLICE)
        view.offset += node->at.begin * shape_product(in, node->at.axis + 1, in.rank);
    if (node->op == OP_ROW)
        return read_row(r, node, view);
    if (node->op == OP_UNSTACK)
        add_term(r->p, &view, TERM_NUMBER, r->as[node->at.clock], &(Dim){node->at.clock, shape_product(in, 1, in.rank), 0});
    return view;
}

/* Whether the value of this very step is meant: in its own loop, or in one inside of it. */
static bool of_this_step(const Reading *r, NodeId id)
{
    const Nest *nest = r->p->nest;
    int own = nest->of[id];
    if (nest_common(nest, own, r->loop) != own)
        return false;
    for (int loop = own; loop > 0; loop = nest->loop[loop].parent)
        if (r->as[nest->loop[loop].clock] != nest->loop[loop].clock)
            return false;
    return true;
}

static View read(const Reading *r, NodeId id)
{
    const Planner *p = r->p;
    const Node *node = &p->graph->node[id];
    if (node->fixed)
        return plan_at(plan_const(r->p, id));
    if (nest_is_view(p->graph, node))
        return read_inside(r, node);
    if (node->op == OP_INPUT)
        return read_buffer(r, p->view[id].buffer);
    bool along = op_info[node->op].class == CLASS_NORMAL && node->at.clock >= 0;
    if (!along && of_this_step(r, id))
        return p->view[id];
    assert(p->sequence[id] >= 0); /* plan_keeps has seen to it */
    return read_buffer(r, p->sequence[id]);
}

static Reading reading(Planner *p, int loop)
{
    Reading r = {.p = p, .loop = loop};
    for (int k = 0; k < CLOCKS_MAX; k++)
        r.as[k] = k;
    return r;
}

View plan_view(Planner *p, NodeId id, int loop)
{
    Reading r = reading(p, loop);
    return read(&r, id);
}

View plan_whole(Planner *p, NodeId id, int loop, int clock, bool last)
{
    Reading r = reading(p, loop);
    r.as[clock] = last ? AT_LAST : FROM_FIRST;
    return read(&r, id);
}

/* The elements from one step of a clock to the next. */
int64_t plan_stride(Planner *p, NodeId id, int loop, int clock)
{
    View view = plan_view(p, id, loop);
    int64_t stride = 0;
    for (int i = 0; i < view.terms; i++)
        stride += view.term[i].clock == clock ? view.term[i].stride : 0;
    return stride;
}

View plan_define(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    if (p->port[id] >= 0) {
        p->view[id] = plan_step_of(p, p->plan->output[p->port[id]]);
    } else if (p->sequence[id] >= 0) {
        p->view[id] = plan_step_of(p, p->sequence[id]);
    } else {
        const char *label = node->label ? node->label : arena_printf(p->arena, "v%d", id);
        int buffer = plan_buffer(p, BUFFER_WORK, plan_name(p, label, ""), node->type.shape, shape_count(node->type.shape));
        p->plan->buffer[buffer].integer = node->type.tokens > 0;
        p->view[id] = plan_at(buffer);
    }
    return p->view[id];
}
