/* interp_expect.h: a graph's text, its inputs and what comes out, in one call, for the tests of the
 * reference interpreter. */
#ifndef INTERP_EXPECT_H
#define INTERP_EXPECT_H

#include "../../compiler/interp.h"

#include <check.h>
#include <math.h>

static Arena *arena;

static inline void setup(void)
{
    arena = arena_new();
}

static inline void teardown(void)
{
    arena_free(arena);
}

#define STEPS(...) (const int64_t[]){__VA_ARGS__}
#define DATA(...) (const double[]){__VA_ARGS__}
#define INPUTS(...) (const double *const[]){__VA_ARGS__}

static inline Graph *read(const char *text)
{
    const char *error = NULL;
    Graph *graph = graph_read(arena, text, &error);
    ck_assert_msg(graph != NULL, "%s", error);
    return graph;
}

static int64_t length[CLOCKS_MAX];     /* of each clock, after a run */

static inline const char *try_run(const Graph *graph, const int64_t *steps, const double *const *input, const double **output)
{
    return interp_run(arena, graph, constants_new(arena, graph, 1), 1, false, steps, input, length, output, NULL);
}

/* Runs the graph and compares its first output. */
static inline void expect(const char *text, const int64_t *steps, const double *const *input, int count, const double *want)
{
    Graph *graph = read(text);
    const double *output[4] = {NULL};
    const char *error = try_run(graph, steps, input, output);
    ck_assert_msg(!error, "%s", error);
    ck_assert_int_eq(interp_count(graph, length, graph->output[0].node), count);
    for (int i = 0; i < count; i++)
        ck_assert_msg(fabs(output[0][i] - want[i]) < 1e-12, "element %d is %.17g, not %.17g\n%s", i, output[0][i], want[i], text);
}

static inline void expect_error(const char *text, const int64_t *steps, const double *const *input, const char *want)
{
    const double *output[4] = {NULL};
    const char *error = try_run(read(text), steps, input, output);
    ck_assert_ptr_nonnull(error);
    ck_assert_str_eq(error, want);
}

#endif
