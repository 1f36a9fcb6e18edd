/* graph.h: a model as a data-flow graph.
 *
 * Nodes stand in evaluation order in an array; an index is a node's name. A node has an operator, a
 * type (shape, token range, the clocks it runs on) and inputs, which are smaller indices. Recurrence
 * is only the `next` edge of a STATE node, so without those edges there is no cycle. A value on several
 * clocks has a value for every combination of their steps, as if they were named axes; an operator
 * combines the values of the same step. graph_add folds
 * constants and finds an equal node, so neither is a pass. A pass reads one graph and writes another
 * (see pass.h); graphs live in the arena. */
#ifndef RNNC_GRAPH_H
#define RNNC_GRAPH_H

#include "arena.h"
#include "map.h"
#include "op.h"
#include "out.h"
#include "shape.h"
#include "source.h"
#include "tensor_file.h"

typedef int32_t NodeId;
enum { NODE_NONE = -1 };

typedef struct Node {
    Op op;
    Type type;
    int count;               /* inputs */
    NodeId *input;
    Attributes at;           /* what else the operator needs; zero, and axis and clock -1, where unused */
    double value;            /* CONST */
    NodeId next;             /* STATE: what it will be `delay` steps on; NODE_NONE while building */
    const char *name;        /* INPUT: the input's; TENSOR: the tensor's name */
    const Tensor *tensor;    /* TENSOR: the data; NULL where no file was read (random weights, tests) */
    const char *label;       /* the variable of the model that this is the value of, "h.c"; or NULL */
    bool fixed;              /* depends on constants and tensors only: known when compiling */
    int group;               /* nodes of one group become one loop over units, less than `count` in the end; -1: none (pass_fuse) */
    Place place;
} Node;

typedef enum {
    CLOCK_ENDLESS, CLOCK_AT_MOST, CLOCK_EXACT,
    CLOCK_TICKS              /* ticks at some of the steps of another clock, its parent */
} ClockKind;

typedef struct Clock {
    const char *name;        /* no two are equal */
    ClockKind kind;
    int64_t limit;           /* steps at most, 0 for an endless one; TICKS: the parent's */
    int parent;              /* TICKS: the clock at whose steps it ticks; otherwise -1 */
    NodeId when;             /* TICKS: a number on the parent, not 0 where it ticks; otherwise NODE_NONE */
    NodeId until;            /* AT_MOST: a number on this clock alone, which ends after the step where that is not
                                0; NODE_NONE: the caller gives its length */
    int like;                /* it has as many steps as that clock: another axis of the same sequence; or -1 */
    Place place;
} Clock;

typedef struct Port {        /* an input or an output of the model, in the order of the text */
    const char *name;
    NodeId node;
    Place place;
    const int *clock;        /* the node's clocks, outermost first in memory; NULL: in the order of their numbers */
} Port;

typedef struct Graph {
    Arena *arena;
    const char *name;        /* the model's */
    const char *comment;     /* what stands above the model in the file; or NULL */
    Node *node;
    size_t count, capacity;
    Clock *clock;            /* a graph's own: its nodes are this graph's */
    int clock_count;
    Port *input, *output;
    size_t input_count, output_count;
    NodeId *slot;            /* of the hash table of nodes */
    size_t slot_count;
} Graph;

/* An empty graph; `like` gives the name, the clocks and the inputs' names, and may be NULL. */
Graph *graph_new(Arena *arena, const Graph *like);

/* Makes room for so many nodes in an empty graph. */
void graph_reserve(Graph *graph, size_t count);

/* The node with that operator, attributes and inputs: an equal one that is there already, a simpler
 * one that has the same value (constants fold, x + 0 is x), or a new one. `draft` holds op, input,
 * count, at and what else the operator needs; its type is derived here. For INPUT, CONST and TENSOR
 * at.shape, type.tokens and type.clocks are taken from the draft; for STATE type.clocks.
 * NODE_NONE, and a sentence in *error, where the shapes do not fit. */
NodeId graph_add(Graph *graph, const Node *draft, const char **error);

/* graph_add for passes, whose nodes fit by construction. */
NodeId graph_put(Graph *graph, const Node *draft);
NodeId graph_const(Graph *graph, double value, Shape shape, Place place);

/* graph_type.c: the type that graph_add gives the draft, and whether it is fixed. Its inputs are nodes of the graph
 * and as many as its operator takes, its clock is one of the graph's. */
bool graph_type_of(Arena *arena, const Graph *graph, Node *draft, const char **error);

/* graph_fold.c: a simpler node with the value of that draft, whose type is known; or NODE_NONE. */
NodeId graph_fold(Graph *graph, const Node *draft);

/* Whether a node of that type is fixed; of the draft only op, inputs, type.clocks and at.clock count. */
bool graph_is_fixed(const Graph *graph, const Node *draft);

/* Adds a node as it stands: nothing is derived, folded or shared (graph_read, tests). */
NodeId graph_append(Graph *graph, const Node *node);

/* A clock that nothing else is said of. */
Clock graph_clock(const char *name, ClockKind kind, int64_t limit, Place place);

/* A draft with `count` inputs (at most four; for more set `input` by hand). */
Node node_draft(Op op, Place place, int count, const NodeId *input);

/* A copy of `node` of another graph with its inputs renamed by `map`; the `next` of a state is not
 * set (see graph_connect). */
NodeId graph_copy(Graph *to, const Node *node, const NodeId *map);

/* After all nodes were copied: sets the states' next edges, the clocks' nodes and the ports through `map`. */
void graph_connect(Graph *to, const Graph *from, const NodeId *map);

/* Whether the node is CONST with that value. */
bool graph_is(const Graph *graph, NodeId id, double value);

/* The clocks that a loop for a value on `clocks` stands in: with each clock that ticks its parent. */
Clocks graph_loops(const Graph *graph, Clocks clocks);

/* The clocks of a port's array, outermost first: clock[0 .. count - 1], and their count. */
int graph_port_clocks(const Graph *graph, const Port *port, int clock[CLOCKS_MAX]);

/* The clock at whose steps this one ticks, or itself; what ticks at ticks goes all the way. */
int graph_tick_root(const Graph *graph, int clock);

/* The clock that this one has its length from: itself, or what it is `like`, and so on. */
int graph_length_clock(const Graph *graph, int clock);

/* Marks the inputs and what the outputs and the clocks need, through next edges too: `count` flags. */
bool *graph_reachable(Arena *arena, const Graph *graph);

/* graph_parts.c: of each node the number of its strongly connected part, next edges included: the nodes of one
 * recurrence have one number, and what a part needs from outside has a lower one. */
int *graph_parts(Arena *arena, const Graph *graph);

/* How many nodes and outputs use each node (next edges too). */
int *graph_uses(Arena *arena, const Graph *graph);

/* graph_text.c, graph_read.c: the text form, and back. Nodes as "%7 = tanh %6 : [24] over t", the
 * source line as a comment, clocks as "clock t <= 9 until %7", "clock u when %5 of t", "clock s_2 like s". Reading makes a verified graph without tensor data and places; NULL and
 * a message with the line in *error for a text that no graph prints as. */
void graph_print(Out *out, const Graph *graph);
Graph *graph_read(Arena *arena, const char *text, const char **error);

/* graph_verify.c: NULL if everything that is promised above holds, otherwise what does not. */
const char *graph_verify(Arena *arena, const Graph *graph);

/* The same for one node and what stands above it, without its next edge. */
const char *graph_verify_node(Arena *arena, const Graph *graph, NodeId id);

#endif
