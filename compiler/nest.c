/* nest.c: see nest.h. A body is divided into strongly connected parts; each part gets its loop, and so on
 * inside of each loop. */
#include "nest_build.h"

static int outermost(const Finder *f, Clocks clocks)
{
    int best = -1;
    for (int k = 0; k < f->graph->clock_count; k++)
        if (clocks >> k & 1 && (best < 0 || f->rank[k] < f->rank[best]))
            best = k;
    return best;
}

/* ---- strongly connected parts: Tarjan's algorithm with a stack of its own ---- */

static bool follows(const Finder *f, const Edge *edge, int region)
{
    return f->region[edge->from] == region && !(edge->carried & f->above);
}

static void close_part(Finder *f, int32_t item)
{
    if (f->low[item] != f->met[item])
        return;
    Part *part = &f->part[f->part_count];
    *part = (Part){.begin = (int)f->ordered, .clock = -1, .backward = -1, .latest = INT32_MAX, .wish = -1};
    int32_t member;
    do {
        member = f->stack[--f->depth];
        f->part_of[member] = f->part_count;
        f->order[f->ordered++] = member;
    } while (member != item);
    part->end = (int)f->ordered;
    f->part_count++;
}

static void enter(Finder *f, size_t frames, int32_t item)
{
    f->frame[frames] = (Frame){item, (int32_t)f->first[item]};
    f->met[item] = f->low[item] = ++f->met_count;
    f->stack[f->depth++] = item;
}

static void find_parts(Finder *f, int32_t root, int region)
{
    size_t frames = 0;
    enter(f, frames++, root);
    while (frames) {
        Frame *top = &f->frame[frames - 1];
        int32_t item = top->item;
        if ((size_t)top->edge == f->first[item + 1]) {
            close_part(f, item);
            if (--frames && f->low[item] < f->low[f->frame[frames - 1].item])
                f->low[f->frame[frames - 1].item] = f->low[item];
            continue;
        }
        const Edge *edge = &f->edge[top->edge++];
        if (!follows(f, edge, region))
            continue;
        if (!f->met[edge->from])
            enter(f, frames++, edge->from);
        else if (f->part_of[edge->from] < 0 && f->met[edge->from] < f->low[item])
            f->low[item] = f->met[edge->from];
    }
}

/* ---- the loop of a part ---- */

/* The clocks that this item ends. */
static Clocks ends(const Finder *f, int32_t item)
{
    Clocks clocks = 0;
    for (int k = 0; k < f->graph->clock_count; k++)
        if (f->graph->clock[k].until != NODE_NONE && f->graph->clock[k].until == item)
            clocks |= (Clocks)1 << k;
    return clocks;
}

/* The loop around a part: a clock that all of it runs on, and all of whose steps nothing in it waits for. */
static bool choose_loop(Finder *f, Part *part, int id)
{
    Clocks all = ~(Clocks)0, whole = 0, forward = 0, backward = 0;
    for (int i = part->begin; i < part->end; i++) {
        int32_t item = f->order[i];
        const Node *node = (size_t)item < f->graph->count ? &f->graph->node[item] : NULL;
        all &= f->clocks[item];
        for (size_t e = f->first[item]; e < f->first[item + 1]; e++)
            if (follows(f, &f->edge[e], f->region[item]) && f->part_of[f->edge[e].from] == id) {
                part->cyclic = true;
                whole |= f->edge[e].whole;
            }
        forward |= ends(f, item); /* what says when a clock ends is asked after every step */
        if (node && node->op == OP_STATE)
            *(node->at.backward ? &backward : &forward) |= (Clocks)1 << node->at.clock;
    }
    Clocks loops = all & ~f->above;
    if (part->cyclic)
        loops &= ~whole & ~(forward & backward);
    part->clock = outermost(f, loops);
    if (part->clock >= 0 && (forward | backward) >> part->clock & 1)
        part->backward = (int)(backward >> part->clock & 1);
    else if (part->clock >= 0 && (f->graph->clock[part->clock].kind == CLOCK_ENDLESS || f->graph->clock[part->clock].kind == CLOCK_TICKS))
        part->backward = 0;
    return !part->cyclic || part->clock >= 0;
}

/* How many rounds of loops must have ended before `part` if it stands in a loop of that direction. */
static int phase_in(const Finder *f, const Part *part, int id, int backward)
{
    int phase = 0;
    for (int i = part->begin; i < part->end; i++)
        for (size_t e = f->first[f->order[i]]; e < f->first[f->order[i] + 1]; e++) {
            const Edge *edge = &f->edge[e];
            if (!follows(f, edge, f->region[f->order[i]]) || f->part_of[edge->from] == id)
                continue;
            const Part *needs = &f->part[f->part_of[edge->from]];
            bool joins = needs->clock == part->clock && needs->backward == backward && !(part->clock >= 0 && edge->whole >> part->clock & 1);
            int after = needs->phase + (needs->clock >= 0 && !joins);
            phase = after > phase ? after : phase;
        }
    return phase;
}

static bool holds(const Finder *f, const Part *part)
{
    int32_t item = f->order[part->begin];
    return (size_t)item < f->graph->count && f->graph->node[item].op == OP_HOLD;
}

/* Parts as late as those that read them in the same kind of loop, so that their values need not be kept.
 * (Not what holds the value of a tick: that stays in the loop of the ticks.) */
static void delay_parts(Finder *f)
{
    for (int p = f->part_count; p-- > 0;) {
        Part *part = &f->part[p];
        if (part->either && part->wish >= 0 && part->wish != part->backward && phase_in(f, part, p, part->wish) <= part->wished) {
            part->backward = part->wish;
            part->phase = part->wished;
        } else if (part->late && part->latest != INT32_MAX && part->latest > part->phase && !holds(f, part)) {
            part->phase = part->latest;
        }
        for (int i = part->begin; i < part->end; i++)
            for (size_t e = f->first[f->order[i]]; e < f->first[f->order[i] + 1]; e++) {
                const Edge *edge = &f->edge[e];
                if (!follows(f, edge, f->region[f->order[i]]) || f->part_of[edge->from] == p)
                    continue;
                Part *needs = &f->part[f->part_of[edge->from]];
                bool same = needs->clock >= 0 && needs->clock == part->clock && needs->backward == part->backward
                            && !(edge->whole >> part->clock & 1);
                int latest = same || needs->clock < 0 ? part->phase : part->phase - 1;
                needs->latest = latest < needs->latest ? latest : needs->latest;
                needs->late = needs->late || same;
                bool joins = needs->clock >= 0 && needs->clock == part->clock && !(edge->whole >> part->clock & 1);
                needs->wished = needs->wish < 0 || part->phase < needs->wished ? part->phase : needs->wished;
                needs->wish = joins && (needs->wish == -1 || needs->wish == part->backward) ? part->backward : -2;
            }
    }
}

/* A clock without an end has one loop: nothing can wait for it. */
static void join_endless(Finder *f)
{
    for (int k = 0; k < f->graph->clock_count; k++) {
        int phase = 0;
        for (int p = 0; p < f->part_count; p++)
            if (f->part[p].clock == k && f->part[p].phase > phase)
                phase = f->part[p].phase;
        for (int p = 0; p < f->part_count; p++)
            if (f->part[p].clock == k && f->graph->clock[k].kind == CLOCK_ENDLESS)
                f->part[p].phase = phase;
    }
}

/* ---- bodies ---- */

/* The loop of a part in the body of `parent`; `newest` is the last one of each phase so far, plus one. */
static int loop_of(Finder *f, int parent, const Part *part, int *newest)
{
    Nest *nest = f->nest;
    for (int i = newest[part->phase] - 1; i >= 0; i = f->same_phase[i]) {
        const Loop *loop = &nest->loop[i];
        if (loop->clock == part->clock && loop->backward == part->backward)
            return i;
    }
    size_t count = (size_t)nest->loop_count, capacity = (size_t)nest->loop_capacity;
    f->same_phase = arena_grow(f->arena, f->same_phase, count, &f->same_capacity, sizeof *f->same_phase);
    f->same_phase[count] = newest[part->phase] - 1;
    newest[part->phase] = nest->loop_count + 1;
    nest->loop = arena_grow(f->arena, nest->loop, count, &capacity, sizeof *nest->loop);
    nest->loop_capacity = (int)capacity;
    nest->loop[count] = (Loop){parent, nest->loop[parent].depth + 1, part->clock, part->backward, part->phase};
    return nest->loop_count++;
}

/* The first node of a part; no output is part of a recurrence. */
static void note_knot(Finder *f, const Part *part)
{
    int32_t feeds = nest_feed(f->graph, 0);
    for (int i = part->begin; i < part->end; i++) {
        NodeId id = f->order[i] >= feeds ? f->order[i] - feeds : f->order[i];
        if (f->nest->knot == NODE_NONE || id < f->nest->knot)
            f->nest->knot = id;
    }
}

/* Divides the items of a body into what stands in it directly and the loops inside of it. Afterwards
 * nest->of is the loop one further in, or this one. */
static bool divide(Finder *f, int body, const int32_t *item, size_t count)
{
    f->part_count = 0;
    f->ordered = 0;
    for (size_t i = 0; i < count; i++) {
        f->region[item[i]] = body + 1;
        f->met[item[i]] = 0;
        f->part_of[item[i]] = -1;
    }
    for (size_t i = 0; i < count; i++)
        if (!f->met[item[i]])
            find_parts(f, item[i], body + 1);
    for (int p = 0; p < f->part_count; p++) {
        Part *part = &f->part[p];
        if (!choose_loop(f, part, p)) {
            note_knot(f, part);
            return false;
        }
        part->either = part->clock >= 0 && part->backward < 0;
        int forward = phase_in(f, part, p, part->either ? 0 : part->backward), backward = part->either ? phase_in(f, part, p, 1) : forward;
        if (part->either)
            part->backward = backward < forward;
        part->phase = backward < forward ? backward : forward;
    }
    delay_parts(f);
    join_endless(f);
    int phases = 0;
    for (int p = 0; p < f->part_count; p++)
        phases = f->part[p].phase >= phases ? f->part[p].phase + 1 : phases;
    int *newest = arena_array(f->arena, (size_t)phases, sizeof *newest);
    for (int p = 0; p < f->part_count; p++) {
        int loop = f->part[p].clock < 0 ? body : loop_of(f, body, &f->part[p], newest);
        for (int i = f->part[p].begin; i < f->part[p].end; i++) {
            f->nest->of[f->order[i]] = loop;
            f->nest->phase[f->order[i]] = f->part[p].phase;
        }
    }
    return true;
}

/* The loops in the body have the numbers from `first` on; each one's items stay in their order. */
static bool make_body(Finder *f, int body, Clocks above, const int32_t *item, size_t count)
{
    f->above = above;
    int first = f->nest->loop_count;
    if (!divide(f, body, item, count))
        return false;
    int loops = f->nest->loop_count - first;
    size_t *end = arena_array(f->arena, (size_t)loops + 1, sizeof *end), begin = 0;
    int32_t *inner = arena_array(f->arena, count + 1, sizeof *inner);
    for (size_t i = 0; i < count; i++)
        if (f->nest->of[item[i]] != body)
            end[f->nest->of[item[i]] - first + 1]++;
    for (int i = 0; i < loops; i++)
        end[i + 1] += end[i];
    for (size_t i = 0; i < count; i++)
        if (f->nest->of[item[i]] != body)
            inner[end[f->nest->of[item[i]] - first]++] = item[i];
    for (int i = 0; i < loops; begin = end[i++])
        if (!make_body(f, first + i, above | (Clocks)1 << f->nest->loop[first + i].clock, inner + begin, end[i] - begin))
            return false;
    return true;
}

const Nest *nest_find(Arena *arena, const Graph *graph)
{
    Finder f = {.arena = arena, .graph = graph};
    f.count = nest_feed(graph, (NodeId)graph->count);
    size_t count = (size_t)f.count + 1;
    f.nest = arena_alloc(arena, sizeof *f.nest);
    *f.nest = (Nest){.graph = graph, .knot = NODE_NONE, .loop_count = 1, .loop_capacity = 1};
    f.nest->loop = arena_array(arena, 1, sizeof *f.nest->loop);
    f.nest->loop[0] = (Loop){.parent = -1, .clock = -1};
    f.same_phase = arena_array(arena, 1, sizeof *f.same_phase);
    f.same_capacity = 1;
    f.nest->of = arena_array(arena, count, sizeof *f.nest->of);
    f.nest->phase = arena_array(arena, count, sizeof *f.nest->phase);
    f.clocks = arena_array(arena, count, sizeof *f.clocks);
    f.first = arena_array(arena, count, sizeof *f.first);
    f.region = arena_array(arena, count, sizeof *f.region);
    f.part_of = arena_array(arena, count, sizeof *f.part_of);
    f.part = arena_array(arena, count, sizeof *f.part);
    f.order = arena_array(arena, count, sizeof *f.order);
    f.low = arena_array(arena, count, sizeof *f.low);
    f.met = arena_array(arena, count, sizeof *f.met);
    f.stack = arena_array(arena, count, sizeof *f.stack);
    f.frame = arena_array(arena, count, sizeof *f.frame);
    nest_items(&f);
    nest_rank(&f);
    int32_t *item = arena_array(arena, count, sizeof *item);
    size_t items = 0;
    for (int32_t i = 0; i < f.count; i++)
        if (f.nest->of[i] == 0)
            item[items++] = i;
    make_body(&f, 0, 0, item, items);
    return f.nest;
}
