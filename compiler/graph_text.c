/* graph_text.c: prints a graph, one line a node, in the form that graph_read.c reads.
 *
 *     graph denoise
 *     clock t <= 200                           (or = 200, or without a bound)
 *     clock s <= 50 until %9                   (a node below)
 *     clock u when %7 of t
 *     clock t_2 like t
 *     %0 = input : [42] over t name="frame"                    # denoise.rnn:2
 *     %1 = const : [42] value=0.5
 *     %2 = - %0 %1 : [42] over t label="h.x"                   # denoise.rnn:4
 *     input frame %0
 *     output gain %2 over b over t             (clocks only where their numbers do not say the order)
 *
 * In: a graph, finished or not. Out: text that depends on nothing else, so that it can be a golden
 * file. What can be derived is not printed, except a node's type, which is why one reads a dump. */
#include "graph.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { COMMENT_COLUMN = 56 };

static void print_quoted(Out *out, const char *key, const char *text)
{
    out_printf(out, " %s=\"", key);
    for (const char *c = text; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte == '"' || byte == '\\')
            out_printf(out, "\\%c", byte);
        else if (byte < ' ' || byte == 127)
            out_printf(out, "\\x%02x", byte);
        else
            out_bytes(out, c, 1);
    }
    out_text(out, "\"");
}

/* The shortest text that reads back as the same number. */
static void print_value(Out *out, double value)
{
    char text[40] = "nan";
    for (int digits = 1; digits <= 17 && !isnan(value); digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    out_printf(out, " value=%s", text);
}

static void print_type(Out *out, const Graph *graph, const Type *type)
{
    out_printf(out, " : %s", shape_text(out->arena, type->shape));
    for (int i = 0; i < graph->clock_count; i++)
        if (type->clocks >> i & 1)
            out_printf(out, " over %s", graph->clock[i].name);
}

static void print_attributes(Out *out, const Graph *graph, const Node *node)
{
    const Attributes *at = &node->at;
    if (at->clock >= 0)
        out_printf(out, " clock=%s", graph->clock[at->clock].name);
    if (node->op == OP_RECLOCK)
        out_printf(out, " from=%s", graph->clock[at->from].name);
    if (node->op == OP_STATE && at->backward)
        out_text(out, " backward=1");
    if (node->op == OP_STATE && at->delay != 1)
        out_printf(out, " delay=%lld", (long long)at->delay);
    if (at->axis >= 0 && !(node->op == OP_ROW && at->axis == 0))
        out_printf(out, " axis=%d", at->axis);
    if (node->op == OP_SLICE)
        out_printf(out, " begin=%lld end=%lld", (long long)at->begin, (long long)at->end);
    if (node->op == OP_STACK || node->op == OP_UNSTACK)
        out_printf(out, " length=%lld", (long long)at->length);
    if (node->op == OP_UNIFORM)
        out_printf(out, " site=%lld", (long long)at->site);
    if (node->op == OP_MAX_POOL || node->op == OP_AVG_POOL)
        out_printf(out, " window=%lld", (long long)at->window);
    if (node->op == OP_MAX_POOL || node->op == OP_AVG_POOL || node->op == OP_CONV)
        out_printf(out, " stride=%lld pad=%lld", (long long)at->stride, (long long)at->pad);
    if (node->type.tokens)
        out_printf(out, " tokens=%lld", (long long)node->type.tokens);
    if (node->op == OP_CONST)
        print_value(out, node->value);
    if (node->next != NODE_NONE)
        out_printf(out, " next=%%%d", (int)node->next);
    if (node->name)
        print_quoted(out, "name", node->name);
    if (node->group >= 0)
        out_printf(out, " group=%d", node->group);
    if (node->label)
        print_quoted(out, "label", node->label);
}

static void print_place(Out *out, Place place, size_t line_start)
{
    if (!place.source)
        return;
    size_t width = out->length - line_start;
    int pad = width + 2 < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - width) : 2;
    out_printf(out, "%*s# %s:%d", pad, "", place.source->path, source_row(place));
}

static void print_node(Out *out, const Graph *graph, size_t id)
{
    const Node *node = &graph->node[id];
    size_t line_start = out->length;
    out_printf(out, "%%%zu = %s", id, op_info[node->op].word);
    for (int i = 0; i < node->count; i++)
        out_printf(out, " %%%d", (int)node->input[i]);
    print_type(out, graph, &node->type);
    print_attributes(out, graph, node);
    print_place(out, node->place, line_start);
    out_text(out, "\n");
}

static void print_clock(Out *out, const Graph *graph, const Clock *clock)
{
    out_printf(out, "clock %s", clock->name);
    if (clock->kind == CLOCK_TICKS)
        out_printf(out, " when %%%d of %s", (int)clock->when, graph->clock[clock->parent].name);
    else if (clock->like >= 0)
        out_printf(out, " like %s", graph->clock[clock->like].name);
    else if (clock->kind != CLOCK_ENDLESS)
        out_printf(out, " %s %lld", clock->kind == CLOCK_EXACT ? "=" : "<=", (long long)clock->limit);
    if (clock->until != NODE_NONE)
        out_printf(out, " until %%%d", (int)clock->until);
    out_text(out, "\n");
}

/* An input that nothing needs any more has no node. */
static void print_ports(Out *out, const Graph *graph, const char *kind, const Port *ports, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int clock[CLOCKS_MAX], clocks = graph_port_clocks(graph, &ports[i], clock);
        bool in_order = true;
        if (ports[i].node == NODE_NONE)
            out_printf(out, "%s %s none", kind, ports[i].name);
        else
            out_printf(out, "%s %s %%%d", kind, ports[i].name, (int)ports[i].node);
        for (int k = 1; k < clocks; k++)
            in_order = in_order && clock[k - 1] < clock[k];
        for (int k = 0; k < clocks && !in_order; k++)
            out_printf(out, " over %s", graph->clock[clock[k]].name);
        out_text(out, "\n");
    }
}

void graph_print(Out *out, const Graph *graph)
{
    if (graph->name)
        out_printf(out, "graph %s\n", graph->name);
    for (int i = 0; i < graph->clock_count; i++)
        print_clock(out, graph, &graph->clock[i]);
    for (size_t i = 0; i < graph->count; i++)
        print_node(out, graph, i);
    print_ports(out, graph, "input", graph->input, graph->input_count);
    print_ports(out, graph, "output", graph->output, graph->output_count);
}
