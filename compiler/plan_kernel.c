/* plan_kernel.c: a group of nodes as one loop over units.
 *
 * First what the products start from, then the products, packed by the vector that they share, then
 * everything else in the order of the graph: the epilogue. A sum of a start and products is one
 * accumulator: (b + W x) + U h starts at b and takes both products. */
#include "plan_build.h"

#include <stdlib.h>

enum { MAX_ACCUMULATORS = 8 };   /* v_panel1 to v_panel8 */

typedef struct Fusion {
    Planner *p;
    Kernel *kernel;
    const Unit *unit;
    int loop;
    int *reg;             /* per node of the graph: its register + 1, or 0 (cleared after use) */
    bool *late;           /* a product of the group is above it */
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
 * operand is there before the products are, or is such a sum (or product) itself. */
static void find_sums(Fusion *f, const int *uses)
{
    const Graph *graph = f->p->graph;
    for (int i = 0; i < f->unit->count; i++) {
        NodeId id = f->unit->node[i];
        const Node *node = &graph->node[id];
        f->sum[id] = node->op == OP_MATMUL ? id : NODE_NONE;
        f->late[id] = node->op == OP_MATMUL;
        for (int k = 0; k < node->count && node->op != OP_MATMUL; k++)
            f->late[id] = f->late[id] || (in_unit(f, node->input[k]) && f->late[node->input[k]]);
        if (node->op != OP_ADD || node->input[0] == node->input[1])
            continue;
        bool takes[2], ready[2];
        for (int k = 0; k < 2; k++) {
            NodeId in = node->input[k];
            takes[k] = only_in(f, in, uses) && f->sum[in] != NODE_NONE;
            ready[k] = !in_unit(f, in) || !f->late[in];
        }
        if (takes[0] && takes[1] && (graph->node[node->input[0]].op == OP_MATMUL || graph->node[node->input[1]].op == OP_MATMUL))
            f->sum[id] = id;
        else if ((takes[0] && ready[1]) || (takes[1] && ready[0]))
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

/* What an accumulator starts from: the operand of its sums that is no product; NODE_NONE for 0. A
 * second such operand is added like any product is: it becomes part of the start. */
static void starts(Fusion *f, NodeId total)
{
    const Graph *graph = f->p->graph;
    int from = -1;
    for (int i = 0; i < f->unit->count; i++) {
        NodeId id = f->unit->node[i];
        const Node *node = &graph->node[id];
        if (f->sum[id] != total || node->op != OP_ADD)
            continue;
        for (int k = 0; k < 2; k++) {
            NodeId in = node->input[k];
            if (in_unit(f, in) && f->sum[in] == total)
                continue;
            int value = operand(f, node, in);
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
    Do *d = add(f, DO_START, graph->node[total].place);
    d->arg[0] = from;
    d->label = graph->node[total].label;
    d->result = f->kernel->registers++;
    f->reg[total] = d->result + 1;
}

static void panel(Fusion *f, const NodeId *products, int count)
{
    const Graph *graph = f->p->graph;
    NodeId matrix[MAX_ACCUMULATORS];
    int *accumulator = arena_array(f->p->arena, (size_t)count, sizeof *accumulator);
    for (int i = 0; i < count; i++) {
        matrix[i] = graph->node[products[i]].input[0];
        accumulator[i] = f->reg[f->sum[products[i]]] - 1;
    }
    const Node *first = &graph->node[products[0]];
    View vector = plan_view(f->p, first->input[1], f->loop);
    View weights = plan_at(plan_pack(f->p, matrix, count));
    Do *d = add(f, DO_PANEL, first->place);
    d->view = weights;
    d->in = vector;
    d->inner = graph->node[first->input[0]].type.shape.dim[1];
    d->count = count;
    d->accumulator = accumulator;
}

/* The products of the group, those of one vector together; no accumulator twice in one panel. */
static void products(Fusion *f)
{
    const Graph *graph = f->p->graph;
    bool *done = arena_array(f->p->arena, (size_t)f->unit->count + 1, sizeof *done);
    for (int i = 0; i < f->unit->count; i++) {
        NodeId id = f->unit->node[i];
        if (done[i] || graph->node[id].op != OP_MATMUL)
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
            take[count++] = other;
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

/* Elements that the accumulators start from must be there before the products. */
static void early(Fusion *f)
{
    for (int i = 0; i < f->unit->count; i++) {
        NodeId id = f->unit->node[i];
        const Node *node = &f->p->graph->node[id];
        if (f->late[id] || node->op == OP_MATMUL)
            continue;
        operate(f, id);
        store(f, id);
    }
}

void plan_kernel(Planner *p, const Unit *unit)
{
    const Graph *graph = p->graph;
    qsort(unit->node, (size_t)unit->count, sizeof *unit->node, by_id);
    const Node *first = &graph->node[unit->node[0]];
    Fusion f = {.p = p, .unit = unit, .loop = p->nest->of[unit->node[0]],
                .reg = p->reg, .late = p->late, .sum = p->sum};
    f.kernel = arena_alloc(p->arena, sizeof *f.kernel);
    f.kernel->units = shape_count(first->type.shape);
    f.kernel->rows = 1;
    f.kernel->zigzag = -1;
    find_rows(&f);
    find_sums(&f, p->uses);
    early(&f);
    for (int i = 0; i < unit->count; i++)
        if (f.sum[unit->node[i]] == unit->node[i])
            starts(&f, unit->node[i]);
    products(&f);
    for (int i = 0; i < unit->count; i++) {
        NodeId id = unit->node[i];
        if (f.sum[id] != NODE_NONE && f.sum[id] != id)
            continue; /* inside of an accumulator */
        if (f.sum[id] == NODE_NONE && f.late[id])
            operate(&f, id);
        if (f.sum[id] == id || f.late[id])
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
