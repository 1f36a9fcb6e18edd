/* pass_gives.h: a pass on the text of a graph, for test_pass*.c. */
#ifndef PASS_GIVES_H
#define PASS_GIVES_H

#include "../../compiler/pass.h"

#include <check.h>
#include <stdlib.h>

static Arena *arena;

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

static const char *print(const Graph *graph)
{
    Out *out = out_new(arena);
    graph_print(out, graph);
    return out->text;
}

static void gives(const char *pass, const char *before, const char *after)
{
    const char *error = NULL, *wrong;
    const Graph *graph = graph_read(arena, before, &error);
    ck_assert_msg(graph != NULL, "%s", error);
    graph = pass_find(pass)->run(arena, graph);
    wrong = graph_verify(arena, graph);
    ck_assert_msg(!wrong, "%s", wrong);
    ck_assert_str_eq(print(graph), after);
}

static void keeps(const char *pass, const char *graph)
{
    gives(pass, graph, graph);
}

#endif
