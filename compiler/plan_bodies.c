/* plan_bodies.c: what belongs to each loop and each phase of its body, as lists: so that who writes a body down
 * need not go through the whole graph. */
#include "plan_build.h"

bool plan_is_held(const Planner *p, NodeId id)
{
    Op op = p->graph->node[id].op;
    return p->nest->of[id] >= 0 && (op == OP_STATE || op == OP_HOLD);
}

/* ---- which list things are on; -1: on none ---- */

typedef int ListOf(const Planner *p, int item);

static int body_of(const Planner *p, int32_t item)
{
    return p->nest->of[item] < 0 ? -1 : p->bodies.base[p->nest->of[item]] + p->nest->phase[item];
}

static int body_of_unit(const Planner *p, int unit)
{
    return body_of(p, p->unit[unit].node[0]);
}

static int body_of_output(const Planner *p, int output)
{
    return body_of(p, nest_port(p->graph, (size_t)output));
}

static int body_of_loop(const Planner *p, int loop)
{
    const Loop *l = &p->nest->loop[loop];
    return l->parent < 0 ? -1 : p->bodies.base[l->parent] + l->phase;
}

static int loop_of_start(const Planner *p, int id)
{
    return plan_is_held(p, id) ? plan_start(p, id) : -1;
}

static int loop_of_home(const Planner *p, int id)
{
    return plan_is_held(p, id) ? plan_home(p, id) : -1;
}

static int loop_of_held(const Planner *p, int id)
{
    return plan_is_held(p, id) ? p->nest->of[id] : -1;
}

static int loop_of_feed(const Planner *p, int id)
{
    return p->nest->of[nest_feed(p->graph, id)];
}

/* The numbers below `count`, in their order, on their lists. */
static Lists make_lists(const Planner *p, int lists, int count, ListOf *list)
{
    Lists all = {arena_array(p->arena, (size_t)lists + 2, sizeof *all.begin), arena_array(p->arena, (size_t)count + 1, sizeof *all.item)};
    for (int i = 0; i < count; i++)
        if (list(p, i) >= 0)
            all.begin[list(p, i) + 2]++;
    for (int k = 0; k < lists; k++)
        all.begin[k + 2] += all.begin[k + 1];
    for (int i = 0; i < count; i++)
        if (list(p, i) >= 0)
            all.item[all.begin[list(p, i) + 1]++] = i; /* in the end this is where the next list begins */
    return all;
}

void plan_bodies(Planner *p)
{
    const Nest *nest = p->nest;
    int loops = nest->loop_count, nodes = (int)p->graph->count, *phases = arena_array(p->arena, (size_t)loops, sizeof *phases);
    for (int32_t i = 0; i < nest_feed(p->graph, nodes); i++)
        if (nest->of[i] >= 0 && nest->phase[i] > phases[nest->of[i]])
            phases[nest->of[i]] = nest->phase[i];
    for (int i = 1; i < loops; i++)
        if (nest->loop[i].phase > phases[nest->loop[i].parent])
            phases[nest->loop[i].parent] = nest->loop[i].phase;
    p->bodies.base = arena_array(p->arena, (size_t)loops + 1, sizeof *p->bodies.base);
    for (int i = 0; i < loops; i++)
        p->bodies.base[i + 1] = p->bodies.base[i] + phases[i] + 1;
    int bodies = p->bodies.base[loops];
    p->bodies.units = make_lists(p, bodies, p->unit_count, body_of_unit);
    p->bodies.outputs = make_lists(p, bodies, (int)p->graph->output_count, body_of_output);
    p->bodies.loops = make_lists(p, bodies, loops, body_of_loop);
    p->bodies.started = make_lists(p, loops, nodes, loop_of_start);
    p->bodies.moved = make_lists(p, loops, nodes, loop_of_home);
    p->bodies.held = make_lists(p, loops, nodes, loop_of_held);
    p->bodies.fed = make_lists(p, loops, nodes, loop_of_feed);
}
