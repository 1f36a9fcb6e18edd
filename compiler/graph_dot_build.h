/* graph_dot_build.h: between the parts of graph_dot: what the picture makes of nodes, boxes and calls. */
#ifndef RNNC_GRAPH_DOT_BUILD_H
#define RNNC_GRAPH_DOT_BUILD_H

#include "graph_dot.h"

/* A node in the picture. Named ones are a line of a box; all others are written into the formulas that
 * use them. */
typedef struct Mark {
    bool seen;               /* it is in the picture at all */
    bool named;
    bool outside;            /* used on another clock, in another loop, by an output or a state */
    int uses;                /* by nodes that are seen */
    NodeId user;             /* one of them */
    int length;              /* of its formula, in characters */
    const char *function;    /* the call of a function of one line, relu(x); or NULL */
    NodeId argument;         /* its x */
    NodeId whole;            /* h.i of "i, f = split(...)": what is split; NODE_NONE */
    int box;                 /* of a named node or a part of one; -1 */
    int call;                /* likewise; -1: the model itself */
} Mark;

typedef enum { BOX_INPUT, BOX_OUTPUT, BOX_STATE, BOX_EQUATION, BOX_LOOP } BoxKind;

typedef struct Box {
    BoxKind kind;
    NodeId *line;            /* the named nodes; of an output its value */
    int count;
    int port;                /* BOX_OUTPUT: which one */
    NodeId *operand;         /* named nodes and parts of other boxes that the formulas read */
    int operands;
    NodeId *weight;          /* tensors, and what is made of them and too long for a formula */
    int weights;
    int call;
    int frame;
} Box;

/* A call of a cell: what stands in it is called path.NAME. */
typedef struct Call {
    const char *path;
    Place place;             /* the cell's "cell NAME" in its file; source NULL: not known */
    int parent;
    int boxes;               /* of equations in it */
    bool drawn;
} Call;

/* What is drawn around boxes: one more clock than the parent has, or one more call. */
typedef struct Frame {
    int clock, call;         /* one is -1 */
    Clocks clocks;           /* all around */
    int parent;
} Frame;

typedef struct Picture {
    Arena *arena;
    const Graph *graph;
    Mark *mark;
    Map *labels;             /* of all nodes */
    const Source **source;   /* the model's file first; NULL among them where nodes have no places */
    size_t source_count, source_capacity;
    Map *called;             /* from a call's path to what graph_dot_call.c knows of it */
    Box *box;
    size_t box_count, box_capacity;
    Call *call;
    size_t call_count, call_capacity;
    Frame *frame;
    size_t frame_count, frame_capacity;
} Picture;

/* graph_dot_mark.c: sets all of mark but box and call. */
void picture_mark(Picture *p);
int picture_operands(const Picture *p, NodeId id, const NodeId **operands);   /* as the picture has them */

/* graph_dot_box.c: boxes, calls and frames. */
void picture_boxes(Picture *p);
void picture_calls(Picture *p);                /* graph_dot_call.c */

/* graph_dot_cell.c. Sets p->source. */
void picture_sources(Picture *p);

/* The name of the cell that a place is in, and its line; NULL: in none, or not known. */
const char *picture_cell(const Picture *p, Place place, Place *cell);

/* The lines of the model, and of the cell that the equation of `variable` calls in the cell or model `scope`:
 * its whole right side, or the call in it of that name. source NULL: not known. */
Place picture_model(const Picture *p);
Place picture_called(const Picture *p, Place scope, const char *variable, const char *word);

/* Whether the path, y.dense, ends in the name of that cell, not in a variable's. */
bool picture_is_cell(const Picture *p, const char *path, const char *cell);

/* graph_dot_formula.c. Adds a node to a list that does not have it. */
void picture_add(const Picture *p, NodeId **list, int *count, NodeId id);

/* Reads the operands and weights of the named node `id` into the box. */
void picture_read(const Picture *p, Box *box, NodeId id);

/* The formula of a node, as it stands in a box; names are as short as they can be there. */
const char *picture_formula(const Picture *p, const Box *box, NodeId id);

/* The same of a state's start value, which may be a name; what a state is: h[t-1]. */
const char *picture_start(const Picture *p, const Box *box, NodeId start);
const char *picture_state(const Picture *p, int call, NodeId id);

/* The name of a named node, of a part of one or of a weight, seen from a call. */
const char *picture_name(const Picture *p, int call, NodeId id);

/* A tensor, or an expression of tensors that is too long for a formula. */
bool picture_is_weight(const Picture *p, NodeId id);

void picture_stack(Out *out, const Picture *p);                               /* graph_dot_stack.c */

#endif
