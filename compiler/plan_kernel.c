/* plan_kernel.c: a group of nodes as one loop over units.
 *
 * First the products, packed by the vector that they share, then everything else in the order of the
 * graph: the epilogue. A sum of a constant and products is one accumulator: (b + W x) + U h starts at b
 * and takes both products. What accumulators start from is constant, lies side by side as their
 * weights do, and products with vectors from outside of the recurrence come first: so these can be
 * computed for many steps before the recurrence, to the same bits. */
#include "plan_build.h"

#include <stdlib.h>

enum { MAX_ACCUMULATORS = 8 };   /* v_panel1 to v_panel8 */

typedef struct Fusion {
    Planner *p;
    Kernel *kernel;
    const Unit *unit;
    int loop;
    int *reg;             /* per node of the graph: its register + 1, or 0 (cleared after use) */
    NodeId *sum;          /* a product, or a sum that ends an accumulator: the node whose sum it goes into */
} Fusion;

static Do *add(Fusion *f, DoKind kind, Place place)
{
    Kernel *k = f->kernel;
    k->code = arena_grow(f->p->arena, k->code, k->count, &k->capacity, sizeof *k->code);
    Do *d = &k->code[k->count++];
    *d = (Do){.kind = kind, .result = -1, .arg = {-1, -1, -1}, .place = place};
    return d;
}

static bool in_unit(const Fusion *f, NodeId id)
{
    int unit = f->p->unit_of[id];
    return unit >= 0 && &f->p->unit[unit] == f->unit;
}

/* A value from outside of the group: the whole vector, one number, or a tail that comes again. */
static int load(Fusion *f, const Node *user, NodeId id)
{
    if (f->reg[id])
        return f->reg[id] - 1;
    const Node *node = &f->p->graph->node[id];
    int64_t count = shape_count(node->type.shape), units = f->kernel->units * f->kernel->rows;
    Do *d;
    if (node->op == OP_CONST) {
        d = add(f, DO_NUMBER, user->place);
        d->value = node->value;
    } else {
        View view = plan_view(f->p, id, f->loop);
        d = add(f, count == units || count > 1 ? DO_LOAD : DO_SPLAT, node->place);
        d->view = view;
        d->period = count < units ? count : 0;
        d->label = node->label;
    }
    d->result = f->kernel->registers++;
    f->reg[id] = d->result + 1;
    return d->result;
}

static int operand(Fusion *f, const Node *user, NodeId id)
{
    return in_unit(f, id) && f->reg[id] ? f->reg[id] - 1 : load(f, user, id);
}

static void operate(Fusion *f, NodeId id)
{
    const Node *node = &f->p->graph->node[id];
    int arg[3] = {-1, -1, -1};
    for (int k = 0; k < node->count; k++)
        arg[k] = operand(f, node, node->input[k]);
    Do *d = add(f, DO_OP, node->place);
    d->op = node->op;
    d->label = node->label;
    for (int k = 0; k < 3; k++)
        d->arg[k] = arg[k];
    d->result = f->kernel->registers++;
    f->reg[id] = d->result + 1;
}

/* ---- accumulators ---- */

/* Whether node `id` only goes into the sum `user` of this group. */
static bool only_in(const Fusion *f, NodeId id, const int *uses)
{
    return in_unit(f, id) && uses[id] == 1 && !f->p->stored[id];
}

/* Decides which sums are accumulators. A sum takes a product that nothing else uses if its other
 * operand is constant, or is such a sum (or product) itself. */
static void find_sums(Fusion *f, const int *uses)
{
    const Graph *graph = f->p->graph;
    for (int i = 0; i < f->unit->count; i++) {
        NodeId id = f->unit->node[i];
        const Node *node = &graph->node[id];
        f->sum[id] = node->op == OP_MATMUL ? id : NODE_NONE;
        if (node->op != OP_ADD || node->input[0] == node->input[1])
            continue;
        bool takes[2], fixed[2];
        for (int k = 0; k < 2; k++) {
            NodeId in = node->input[k];
            takes[k] = only_in(f, in, uses) && f->sum[in] != NODE_NONE;
            fixed[k] = graph->node[in].fixed;
        }
        if (takes[0] && takes[1] && (graph->node[node->input[0]].op == OP_MATMUL || graph->node[node->input[1]].op == OP_MATMUL))
            f->sum[id] = id;
        else if ((takes[0] && fixed[1]) || (takes[1] && fixed[0]))
            f->sum[id] = id;
    }
    /* From the top: whatever goes into an accumulator shares its register. */
    for (int i = f->unit->count; i-- > 0;) {
        NodeId id = f->unit->node[i];
        const Node *node = &graph->node[id];
        if (f->sum[id] == NODE_NONE || node->op != OP_ADD)
            continue;
        for (int k = 0; k < 2; k++)
            if (only_in(f, node->input[k], uses) && f->sum[node->input[k]] != NODE_NONE)
                f->sum[node->input[k]] = f->sum[id];
    }
}

static int by_id(const void *a, const void *b)
{
    NodeId x = *(const NodeId *)a, y = *(const NodeId *)b;
    return (x > y) - (x < y);
}

/* The one constant that an accumulator starts from, NODE_NONE for 0. *several: there are more, which are added. */
static NodeId constant_of(const Fusion *f, NodeId total, bool *several)
{
    const Graph *graph = f->p->graph;
    NodeId found = NODE_NONE;
    for (int i = 0; i < f->unit->count; i++) {
        const Node *node = &graph->node[f->unit->node[i]];
        for (int k = 0; k < node->count && node->op == OP_ADD && f->sum[f->unit->node[i]] == total; k++) {
            if (!graph->node[node->input[k]].fixed)
                continue;
            *several = *several || found != NODE_NONE;
            found = node->input[k];
        }
    }
    return found;
}

/* The sum of all that an accumulator starts from. */
static int add_constants(Fusion *f, NodeId total)
{
    const Graph *graph = f->p->graph;
    int from = -1;
    for (int i = 0; i < f->unit->count; i++) {
        const Node *node = &graph->node[f->unit->node[i]];
        for (int k = 0; k < node->count && node->op == OP_ADD && f->sum[f->unit->node[i]] == total; k++) {
            if (!graph->node[node->input[k]].fixed)
                continue;
            int value = operand(f, node, node->input[k]);
            if (from >= 0) {
                Do *d = add(f, DO_OP, node->place);
                d->op = OP_ADD;
                d->arg[0] = from;
                d->arg[1] = value;
                value = d->result = f->kernel->registers++;
            }
            from = value;
        }
    }
    return from;
}

/* Units of one gate of several, or of the only one. */
static int load_gate(Fusion *f, const NodeId *constant, int gate, int gates)
{
    int64_t units = f->kernel->units;
    bool plain = gates == 1 && shape_count(f->p->graph->node[constant[0]].type.shape) == units && f->p->graph->node[constant[0]].op != OP_CONST;
    if (plain)
        return load(f, &f->p->graph->node[constant[0]], constant[0]);
    View view = plan_at(plan_pack(f->p, constant, gates, units));
    Do *d = add(f, DO_LOAD, f->p->graph->node[constant[gate] == NODE_NONE ? 0 : constant[gate]].place);
    d->view = view;
    d->gate = gate;
    d->gates = gates;
    return d->result = f->kernel->registers++;
}

/* Starts the accumulators of a panel that no earlier panel has started: `total` of each. */
static void starts(Fusion *f, const NodeId *total, int count)
{
    NodeId constant[MAX_ACCUMULATORS], fresh[MAX_ACCUMULATORS];
    int gates = 0;
    bool any = false, several = false;
    for (int i = 0; i < count; i++) {
        if (f->reg[total[i]])
            continue;
        fresh[gates] = total[i];
        constant[gates] = constant_of(f, total[i], &several);
        any = any || constant[gates] != NODE_NONE;
        gates++;
    }
    for (int g = 0; g < gates; g++) {
        int from = several ? add_constants(f, fresh[g]) : any ? load_gate(f, constant, g, gates) : -1;
        Do *d = add(f, DO_START, f->p->graph->node[fresh[g]].place);
        d->arg[0] = from;
        d->label = f->p->graph->node[fresh[g]].label;
        d->result = f->kernel->registers++;
        f->reg[fresh[g]] = d->result + 1;
    }
}

static void panel(Fusion *f, const NodeId *products, int count)
{
    const Graph *graph = f->p->graph;
    NodeId matrix[MAX_ACCUMULATORS], total[MAX_ACCUMULATORS];
    int *accumulator = arena_array(f->p->arena, (size_t)count, sizeof *accumulator);
    for (int i = 0; i < count; i++) {
        matrix[i] = graph->node[products[i]].input[0];
        total[i] = f->sum[products[i]];
    }
    starts(f, total, count);
    for (int i = 0; i < count; i++)
        accumulator[i] = f->reg[total[i]] - 1;
    const Node *first = &graph->node[products[0]];
    View vector = plan_view(f->p, first->input[1], f->loop);
    View weights = plan_at(plan_pack(f->p, matrix, count, f->kernel->units));
    Do *d = add(f, DO_PANEL, first->place);
    d->view = weights;
    d->in = vector;
    d->inner = graph->node[first->input[0]].type.shape.dim[1];
    d->count = count;
    d->accumulator = accumulator;
}

/* Whether a product's vector is made by the recurrence that the product is a part of. */
static bool recurs(const Fusion *f, NodeId product)
{
    return f->p->part[product] == f->p->part[f->p->graph->node[product].input[1]];
}

/* The products of the group that recur or do not, those of one vector together, in the order of their
 * accumulators; no accumulator twice in one panel. */
static void products(Fusion *f, bool *done, bool recurring)
{
    const Graph *graph = f->p->graph;
    for (int i = 0; i < f->unit->count; i++) {
        NodeId id = f->unit->node[i];
        if (done[i] || graph->node[id].op != OP_MATMUL || recurs(f, id) != recurring)
            continue;
        NodeId take[MAX_ACCUMULATORS];
        int count = 0;
        for (int k = i; k < f->unit->count && count < MAX_ACCUMULATORS; k++) {
            NodeId other = f->unit->node[k];
            bool fits = !done[k] && graph->node[other].op == OP_MATMUL && graph->node[other].input[1] == graph->node[id].input[1];
            for (int q = 0; q < count && fits; q++)
                fits = f->sum[take[q]] != f->sum[other];
            if (!fits)
                continue;
            int at = count++;
            for (; at > 0 && f->sum[take[at - 1]] > f->sum[other]; at--)
                take[at] = take[at - 1];
            take[at] = other;
            done[k] = true;
        }
        panel(f, take, count);
    }
}

/* ---- the kernel ---- */

static void store(Fusion *f, NodeId id)
{
    if (!f->p->stored[id])
        return;
    View out = plan_define(f->p, id);
    Do *d = add(f, DO_STORE, f->p->graph->node[id].place);
    d->arg[0] = f->reg[id] - 1;
    d->view = out;
}

/* Elements after which the shortest tail comes again: the loop over units is over those. */
static void find_rows(Fusion *f)
{
    const Graph *graph = f->p->graph;
    for (int i = 0; i < f->unit->count; i++) {
        const Node *node = &graph->node[f->unit->node[i]];
        for (int k = 0; k < node->count && node->op != OP_MATMUL; k++) {
            const Node *in = &graph->node[node->input[k]];
            int64_t count = shape_count(in->type.shape);
            if (in->op == OP_CONST || count == 1 || count >= f->kernel->units)
                continue;
            f->kernel->rows *= f->kernel->units / count;
            f->kernel->units = count;
        }
    }
}

void plan_kernel(Planner *p, const Unit *unit)
{
    const Graph *graph = p->graph;
    qsort(unit->node, (size_t)unit->count, sizeof *unit->node, by_id);
    const Node *first = &graph->node[unit->node[0]];
    Fusion f = {.p = p, .unit = unit, .loop = p->nest->of[unit->node[0]],
                .reg = p->reg, .sum = p->sum};
    f.kernel = arena_alloc(p->arena, sizeof *f.kernel);
    f.kernel->units = shape_count(first->type.shape);
    f.kernel->rows = 1;
    f.kernel->zigzag = -1;
    find_rows(&f);
    find_sums(&f, p->uses);
    bool *done = arena_array(p->arena, (size_t)unit->count + 1, sizeof *done);
    products(&f, done, false);
    products(&f, done, true);
    for (int i = 0; i < unit->count; i++) {
        NodeId id = unit->node[i];
        if (f.sum[id] != NODE_NONE && f.sum[id] != id)
            continue; /* inside of an accumulator */
        if (f.sum[id] == NODE_NONE)
            operate(&f, id);
        store(&f, id);
    }
    for (int i = 0; i < unit->count; i++) {
        const Node *node = &graph->node[unit->node[i]];
        f.reg[unit->node[i]] = 0;
        for (int k = 0; k < node->count; k++)
            f.reg[node->input[k]] = 0;
    }
    const Node *last = &graph->node[unit->node[unit->count - 1]];
    Step *step = plan_step(p, STEP_KERNEL, last->place);
    step->kernel = f.kernel;
    step->label = last->label;
}
