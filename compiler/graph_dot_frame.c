/* graph_dot_frame.c: the frames around boxes, of clocks and of calls.
 * In: boxes and calls. Out: frames, outer ones first, and frame of the boxes. A box on several clocks is in one
 * frame in the other, as loops would be. The frame of a call is within those of the clocks that all of it runs
 * on, and around those that it goes along by itself, as attention does. A call with parts on clocks that have
 * nothing in common has a frame for each. */
#include "graph_dot_build.h"

typedef struct Chain {
    int count, clock[CLOCKS_MAX];        /* the outermost first */
} Chain;

/* The clocks that the boxes of a call share, for each clock that is the outermost of some. */
typedef struct Shared {
    const Chain *chain;                  /* of one of them; NULL: there are none */
    int count;
} Shared;

/* ---- which clock is inside of which ---- */

/* Whether something waits for all steps of a clock at each step of the others in the set. */
static bool ends_within(const Graph *graph, Clocks clocks, int clock)
{
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        OpClass class = op_info[node->op].class;
        bool waits = class == CLASS_REDUCE || class == CLASS_CLOCK || class == CLASS_NORMAL;
        if (waits && node->at.clock == clock && graph_loops(graph, graph->node[node->input[0]].type.clocks) == clocks)
            return true;
    }
    return false;
}

/* Whether a clock of the set ticks at its steps. */
static bool has_ticks(const Graph *graph, Clocks clocks, int clock)
{
    for (int i = 0; i < graph->clock_count; i++)
        if (clocks >> i & 1 && graph->clock[i].parent == clock)
            return true;
    return false;
}

/* One that ends at each step of the others; of such, or if there is none, that of the inner call. */
static int innermost(const Graph *graph, Clocks clocks)
{
    int found = -1;
    bool ends = false;
    for (int i = 0; i < graph->clock_count; i++) {
        if (!(clocks >> i & 1) || has_ticks(graph, clocks, i))
            continue;
        bool within = ends_within(graph, clocks, i);
        if (found < 0 || within >= ends) {
            found = i;
            ends = within;
        }
    }
    return found;
}

static const Chain *chain_of(const Picture *p, const Box *box)
{
    const Graph *graph = p->graph;
    Chain *chain = arena_alloc(p->arena, sizeof *chain);
    Clocks clocks = graph_loops(graph, graph->node[box->line[0]].type.clocks);
    for (Clocks left = clocks; left; left &= left - 1)
        chain->count++;
    for (int i = chain->count; i-- > 0;) {
        chain->clock[i] = innermost(graph, clocks);
        clocks &= ~((Clocks)1 << chain->clock[i]);
    }
    return chain;
}

/* ---- frames ---- */

static int find_frame(Picture *p, int clock, int call, int parent)
{
    for (size_t i = 0; i < p->frame_count; i++)
        if (p->frame[i].clock == clock && p->frame[i].call == call && p->frame[i].parent == parent)
            return (int)i;
    p->frame = arena_grow(p->arena, p->frame, p->frame_count, &p->frame_capacity, sizeof *p->frame);
    p->frame[p->frame_count] = (Frame){clock, call, parent};
    return (int)p->frame_count++;
}

static Shared *shared_by(const Picture *p, Shared *shared, int call, const Chain *chain)
{
    size_t root = chain->count ? (size_t)chain->clock[0] + 1 : 0;
    return &shared[(size_t)call * (size_t)(p->graph->clock_count + 1) + root];
}

static void share(const Picture *p, Shared *shared, int call, const Chain *chain)
{
    Shared *s = shared_by(p, shared, call, chain);
    if (!s->chain)
        *s = (Shared){chain, chain->count};
    int same = 0;
    while (same < s->count && same < chain->count && s->chain->clock[same] == chain->clock[same])
        same++;
    s->count = same;
}

/* The frame of what is on the first `count` clocks of the chain and in the call. */
static int frame_of(Picture *p, Shared *shared, const Chain *chain, int count, int call)
{
    while (call >= 0 && !p->call[call].drawn)
        call = p->call[call].parent;
    int whole = call >= 0 ? shared_by(p, shared, call, chain)->count : 0;
    if (count > whole)
        return find_frame(p, chain->clock[count - 1], -1, frame_of(p, shared, chain, count - 1, call));
    return call >= 0 ? find_frame(p, -1, call, frame_of(p, shared, chain, whole, p->call[call].parent)) : -1;
}

void picture_frames(Picture *p)
{
    size_t count = (p->call_count + 1) * (size_t)(p->graph->clock_count + 1);
    Shared *shared = arena_array(p->arena, count, sizeof *shared);
    const Chain **chain = arena_array(p->arena, p->box_count + 1, sizeof *chain);
    for (size_t i = 0; i < p->box_count; i++) {
        chain[i] = chain_of(p, &p->box[i]);
        for (int call = p->box[i].call; call >= 0; call = p->call[call].parent)
            share(p, shared, call, chain[i]);
    }
    for (size_t i = 0; i < p->box_count; i++)
        p->box[i].frame = frame_of(p, shared, chain[i], chain[i]->count, p->box[i].call);
}
