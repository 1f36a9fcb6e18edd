/* plan_keep.c: what must outlive its loop. A value that is read in the loop where it is computed, or in
 * one inside of that, needs room for one step. One that is read in another loop is kept for all steps
 * of the loops that the two do not share: a sequence. What gathers a clock's steps gets them from a
 * sequence, or from a buffer that its feed fills in the loop. */
#include "plan_build.h"

/* ---- where states are ---- */

int plan_home(const Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    int clock = node->op == OP_HOLD ? p->graph->clock[node->at.clock].parent : node->at.clock;
    return nest_around(p->nest, p->nest->of[id], clock);
}

int plan_start(const Planner *p, NodeId id)
{
    return nest_around(p->nest, p->nest->of[id], graph_tick_root(p->graph, p->graph->node[id].at.clock));
}

/* The clocks of the loops from `above` (without it) to `loop`, outermost first; one that ticks has
 * room at the steps of its parent. */
int plan_clocks_between(const Planner *p, int loop, int above, int *clock)
{
    int count = 0;
    for (; loop != above; loop = p->nest->loop[loop].parent) {
        int k = p->nest->loop[loop].clock;
        if (p->graph->clock[k].kind == CLOCK_TICKS)
            continue;
        if (p->graph->clock[k].kind == CLOCK_ENDLESS)
            diag_error(p->diag, p->graph->clock[k].place, "a value of every step of %s would have to be kept, and it has no end", p->graph->clock[k].name);
        if (count == PLAN_DIMS)
            diag_error(p->diag, p->graph->clock[k].place, "a value would have to be kept for every step of more than %d clocks", PLAN_DIMS);
        if (p->graph->clock[k].kind == CLOCK_ENDLESS || count == PLAN_DIMS)
            return 0;
        for (int i = count++; i > 0; i--)
            clock[i] = clock[i - 1];
        clock[0] = k;
    }
    return count;
}

/* ---- who reads what where ---- */

typedef struct Reader {
    Planner *p;
    int loop;
} Reader;

static void need(void *context, NodeId root, Clocks whole)
{
    const Reader *r = context;
    const Nest *nest = r->p->nest;
    int own = nest->of[root];
    if (own < 0)
        return;
    int above = nest_common(nest, own, r->loop);
    for (int k = 0; k < r->p->graph->clock_count; k++) {
        int around = whole >> k & 1 ? nest_around(nest, own, k) : -1;
        if (around > 0 && nest->loop[around].depth <= nest->loop[above].depth)
            above = nest->loop[around].parent;
    }
    int *keep = &r->p->keep[root];
    if (above != own && (*keep < 0 || nest->loop[above].depth < nest->loop[*keep].depth))
        *keep = above;
}

static void read_in(Planner *p, NodeId id, int loop, Clocks whole)
{
    Reader r = {p, loop};
    nest_roots(p->graph, id, whole, need, &r);
}

static void count_item(void *context, NodeId root, Clocks whole)
{
    Reader *r = context;
    (void)whole;
    r->loop += r->p->nest->of[root] >= 0;
}

/* Whether the input is only made of what the caller gives and of constants. */
static bool given(Planner *p, NodeId in)
{
    Reader r = {p, 0};
    nest_roots(p->graph, in, 0, count_item, &r);
    return r.loop == 0;
}

/* Whether all steps of `in` lie side by side without a feed. */
static bool side_by_side(const Planner *p, NodeId in, int clock)
{
    const Node *node = &p->graph->node[in];
    if (nest_is_view(p->graph, node) || node->fixed)
        return false;
    if (node->op == OP_INPUT) {
        const Buffer *b = &p->plan->buffer[p->view[in].buffer];
        return b->dims > 0 && b->dim[b->dims - 1].clock == clock;
    }
    if (op_info[node->op].class == CLASS_NORMAL && node->at.clock >= 0)
        return node->at.clock == clock; /* the steps of that are its innermost ones, whatever loop it is in */
    return p->nest->loop[p->nest->of[in]].clock == clock;
}

static void read_gathered(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    NodeId in = node->input[0];
    int own = p->nest->of[id], feed = p->nest->of[nest_feed(p->graph, id)], clock = node->at.clock;
    bool ends = node->op == OP_FIRST || node->op == OP_LAST;
    bool fed = feed >= 0, beside = fed && p->nest->loop[feed].parent == own;
    p->feed[id] = -1;
    if (fed && node->op == OP_HOLD && nest_common(p->nest, plan_home(p, id), feed) != plan_home(p, id)) {
        diag_error(p->diag, node->place, "this value of %s is held in a loop where it is not computed", p->graph->clock[clock].name);
    } else if (!fed || (ends && given(p, in)) || (!(ends && beside) && node->op != OP_HOLD && side_by_side(p, in, clock))) {
        p->feed[id] = -2;
        read_in(p, in, own, (Clocks)1 << clock);
        return;
    } else if (!(ends && beside) && node->op != OP_HOLD) {
        int clocks[PLAN_DIMS], above = nest_common(p->nest, feed, own), around = nest_around(p->nest, feed, clock);
        if (p->nest->loop[around].depth <= p->nest->loop[above].depth)
            above = p->nest->loop[around].parent;
        int count = plan_clocks_between(p, feed, above, clocks);
        for (int i = 0; i + 1 < count; i++) /* the one that is gathered goes last */
            if (clocks[i] == clock) {
                clocks[i] = clocks[i + 1];
                clocks[i + 1] = clock;
            }
        const Type *type = &p->graph->node[in].type;
        p->feed[id] = plan_buffer(p, BUFFER_WORK, plan_name(p, "all", ""), type->shape, shape_count(type->shape));
        p->plan->buffer[p->feed[id]].integer = type->tokens > 0;
        plan_dims(p, p->feed[id], clocks, count, 1);
    }
    read_in(p, in, feed, 0);
}

static void read_node(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    int own = p->nest->of[id];
    if (own < 0)
        return;
    if (node->op == OP_STATE) {
        read_in(p, node->next, plan_home(p, id), 0);
        read_in(p, node->input[0], p->nest->loop[plan_start(p, id)].parent, 0);
        return;
    }
    if (nest_gathers(node))
        read_gathered(p, id);
    for (int k = nest_gathers(node); k < node->count; k++)
        read_in(p, node->input[k], node->op == OP_HOLD ? p->nest->loop[plan_start(p, id)].parent : own,
                node->op == OP_SCORES || node->op == OP_WEIGHTED ? (Clocks)1 << node->at.clock : 0);
}

static void make_sequence(Planner *p, NodeId id)
{
    const Node *node = &p->graph->node[id];
    bool along = op_info[node->op].class == CLASS_NORMAL && node->at.clock >= 0;
    int clock[PLAN_DIMS], count = 0;
    if (p->keep[id] >= 0)
        count = plan_clocks_between(p, p->nest->of[id], p->keep[id], clock);
    if (along && count == PLAN_DIMS)
        diag_error(p->diag, node->place, "a value would have to be kept for every step of more than %d clocks", PLAN_DIMS);
    else if (along)
        clock[count++] = node->at.clock;
    const char *label = arena_printf(p->arena, "all_%s", node->label ? node->label : arena_printf(p->arena, "v%d", id));
    p->sequence[id] = plan_buffer(p, BUFFER_WORK, plan_name(p, label, ""), node->type.shape, shape_count(node->type.shape));
    p->plan->buffer[p->sequence[id]].integer = node->type.tokens > 0;
    plan_dims(p, p->sequence[id], clock, count, 1);
}

void plan_keeps(Planner *p)
{
    const Graph *graph = p->graph;
    for (size_t i = 0; i < graph->count; i++)
        p->keep[i] = p->sequence[i] = -1;
    for (size_t i = 0; i < graph->count; i++)
        read_node(p, (NodeId)i);
    for (size_t i = 0; i < graph->output_count; i++)
        read_in(p, graph->output[i].node, p->nest->of[nest_port(graph, i)], 0);
    for (int loop = 1; loop < p->nest->loop_count; loop++) {
        NodeId when = graph->clock[p->nest->loop[loop].clock].when;
        if (when != NODE_NONE)
            read_in(p, when, p->nest->loop[loop].parent, 0);
    }
    for (size_t i = 0; i < graph->count; i++)
        if (p->nest->of[i] >= 0 && (p->keep[i] >= 0 || (op_info[graph->node[i].op].class == CLASS_NORMAL && graph->node[i].at.clock >= 0)))
            make_sequence(p, (NodeId)i);
}
