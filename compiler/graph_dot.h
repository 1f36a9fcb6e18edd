/* graph_dot.h: a graph as a picture, in the language of Graphviz.
 *
 * What a person wants to see is the equations, so a box is one: the variable, and the formula that the
 * graph has for it, with all unnamed nodes written into it. Below it are the weights that it reads, in
 * grey. Nodes that the passes made one loop (Node.group) are the lines of one box. Clocks are frames, one
 * in the other where values run on several; so are the calls of cells. States have a double border; a
 * dashed edge leads to them from what they will be. */
#ifndef RNNC_GRAPH_DOT_H
#define RNNC_GRAPH_DOT_H

#include "graph.h"

/* The text depends on the graph only (its places, where it has some, give the names of cells). The
 * graph is verified. */
void graph_dot(Out *out, const Graph *graph);

/* graph_svg.c: has Graphviz' program `dot` draw the text, as SVG on the standard output. False, and what
 * went wrong in *error. */
bool graph_svg(Arena *arena, const char *dot, const char **error);

#endif
