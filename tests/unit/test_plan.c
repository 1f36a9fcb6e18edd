/* test_plan.c: promises of the plan that hold for every model: buffers lie inside of their blocks, what
 * a step reads is what was last written there, and leaving out an optimisation never saves memory. The
 * plans are carried out step by step, with names of buffers in place of numbers. Then single models:
 * which have a step function, and which states are updated where they lie. */
#include "../../compiler/check.h"
#include "../../compiler/pass.h"
#include "../../compiler/plan.h"
#include "../../compiler/std.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define X(SHAPE, BOUND) "model m {\n input x: [" SHAPE "] over t " BOUND "\n"

static const struct {
    bool steps;              /* it has a step function */
    const char *text;
} models[] = {
    {true, X("3", "") "output h: [5] over t\n h = lstm(x, n=5)\n}"},
    {true, X("3", "<= 9") "output h: [40] over t\n h = gru(x, n=40)\n}"},
    {true, X("7", "= 4") "output y: [2] over t\n g = torch.gru(x, n=17)\n y = dense(torch.lstm(g, n=5), 2)\n}"},
    {true, X("6", "") "output y: [6] over t\n a, b, c = split(softmax(x), 3)\n y = concat(c, tanh(a), b) + y[t-3]\n}"},
    {true, X("3", "") "input p: [4]\n output h: [4] over t\n h = tanh(dense(x, 4) + h[t-1])\n h[-1] = p * 2\n}"},
    {true, "model m {\n input b: token[7]\n output w: token[7] over t = 6\n"
           " w = argmax(dense(gru(embed(w[t-1], 3), n=4), 7))\n w[-1] = b\n}"},
    {true, X("3, 4", "") "output y: [4, 3] over t\n output s: [3] over t\n y = transpose(x * 2) + transpose(x)[:, 0:1] @ ones([1, 3])\n"
                         " s = sum(x @ transpose(x)) + mean(x)\n}"},
    {true, X("2", "") "output a, b, c: [2] over t\n a = x\n b = x[t-1]\n c = tanh(x)[t-2]\n}"},
    {false, X("3", "<= 9") "output y: [5]\n y = dense(last(lstm(x, n=4)), 5)\n}"},
    {false, X("3", "<= 9") "output y: [3] over t\n a = tanh(x)\n y = softmax(a - mean(a over t)) * max(a over t)\n}"},
    {false, X("3", "= 5") "output y: [15]\n output v: [3]\n s = sigmoid(x)\n y = reshape(stack(s), [15])\n v = var(s[t-2] over t)\n}"},
    {false, "model m {\n input x: [3]\n output y: [8]\n a = relu(dense(x, 40))\n b = relu(dense(a, 30))\n y = softmax(dense(b, 8))\n}"},
    {false, X("3", "<= 6") "input z: [2] over s <= 5\n output y: [4] over s\n output e: [4] over t\n e = torch.rnn(x, n=4)\n"
                           " y = torch.rnn(z, n=4)\n y[-1] = last(e)\n}"},
    {false, X("3", "<= 6") "output y: [3] over t\n a = tanh(x)\n y = a[t-1] + a[t-2] * sum(a over t)\n a[-1] = ones([3])\n}"},
    {false, X("3", "<= 6") "input p: [3]\n output y: [3]\n output z: [3] over t\n y = 2 * p\n z = x + y\n}"},
    {false, "model m {\n input w: token[9] over s <= 7\n output o: token[5] over t = 3\n e, c = torch.lstm(embed(w, 3), n=6)\n"
            " d, k = torch.lstm(embed(o[t-1], 2), n=6)\n d[-1] = last(e)\n k[-1] = last(c)\n o = argmax(dense(d, 5))\n}"},
};
enum { MODELS = sizeof models / sizeof *models };

static Arena *arena;

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

static Plan *plan_with(const char *text, PlanOptions options)
{
    Diag *diag = diag_new(arena);
    Ast *std = std_library(arena, diag), *ast = parse(arena, diag, source_from_text(arena, "test.rnn", text));
    CheckOptions random = {.random_weights = true};
    PassOptions all = {.stream = stderr};
    Graph *graph = ast ? check(arena, diag, std, ast, &random) : NULL;
    Plan *made = NULL;
    if (graph) {
        graph = pass_run(arena, graph, &all);
        made = plan(arena, diag, graph, constants_new(arena, graph, 1), &options);
    }
    if (!made)
        diag_print(diag, stderr, false);
    ck_assert_msg(made != NULL, "%s", text);
    return made;
}

static Plan *plan_of(const char *text)
{
    return plan_with(text, (PlanOptions){.chunk = 0});
}

/* Without updates in place (1), shared memory (2), states that change places (4); with all hoisted that can be (8). */
enum { VARIANTS = 16 };
static Plan *variant(int i, int which)
{
    PlanOptions options = {.chunk = which & 8 ? 2 : 0, .zigzag = which & 8};
    options.without[PLAN_INPLACE] = which & 1;
    options.without[PLAN_OVERLAP] = which & 2;
    options.without[PLAN_SWAP] = which & 4;
    return plan_with(models[i].text, options);
}

/* ---- sizes ---- */

static size_t end_of(const Buffer *buffer)
{
    return buffer->offset + (size_t)(buffer->count * buffer->steps);
}

static bool is_used(const Buffer *buffer)
{
    return !buffer->unused && !(buffer->kind == BUFFER_WORK && buffer->first < 0);
}

static size_t block_size(const Plan *p, const Buffer *buffer)
{
    switch (buffer->kind) {
    case BUFFER_STATE: return buffer->integer ? p->state_tokens : p->state_floats;
    case BUFFER_WORK: return buffer->integer ? p->work_tokens : p->work_floats;
    case BUFFER_CONST: return p->const_floats;
    default: return (size_t)-1;
    }
}

static bool same_memory(const Buffer *a, const Buffer *b)
{
    bool one_block = a->kind == b->kind && a->integer == b->integer;
    return one_block && a->kind >= BUFFER_CONST && a->offset < end_of(b) && b->offset < end_of(a);
}

START_TEST(inside_of_blocks)
{
    for (int which = 0; which < VARIANTS; which++) {
        const Plan *p = variant(_i, which);
        for (size_t i = 0; i < p->buffer_count; i++) {
            const Buffer *b = &p->buffer[i];
            if (!is_used(b))
                continue;
            ck_assert_msg(b->count > 0 && b->steps > 0, "%s\n%s is empty", models[_i].text, b->name);
            ck_assert_msg(end_of(b) <= block_size(p, b), "%s\n%s ends after its block", models[_i].text, b->name);
            ck_assert_msg(b->integer || b->offset % 16 == 0, "%s\n%s is not aligned", models[_i].text, b->name);
            for (size_t k = 0; k < i; k++)
                ck_assert_msg(b->kind == BUFFER_WORK || !is_used(&p->buffer[k]) || !same_memory(b, &p->buffer[k]),
                              "%s\n%s and %s share memory that is not dead between calls", models[_i].text, b->name, p->buffer[k].name);
        }
    }
}
END_TEST

START_TEST(optimisations_save)
{
    size_t size[4], states[4];
    for (int which = 0; which < 4; which++) {
        const Plan *p = variant(_i, which);
        size[which] = p->work_floats;
        states[which] = p->state_floats;
    }
    ck_assert_uint_ge(size[2], size[0]);
    ck_assert_uint_ge(size[3], size[1]);
    ck_assert_uint_ge(size[3], size[2]);
    ck_assert_uint_eq(states[1], states[0]);
}
END_TEST

/* ---- what is read is what was written ---- */

enum { CALLS = 2, TIMES = 3, MAX_BUFFERS = 200 };

typedef struct Walk {
    Plan *plan;
    const char *model;
    bool good[MAX_BUFFERS];      /* the buffer holds what was last written to it */
    int read[100], written[100]; /* of one step */
    int reads, writes;
} Walk;

static void note_use(void *context, int *buffer, bool write)
{
    Walk *w = context;
    int *list = write ? w->written : w->read, *count = write ? &w->writes : &w->reads;
    ck_assert(*count < 100);
    list[(*count)++] = *buffer;
}

static void do_step(Walk *w, size_t at)
{
    const Buffer *buffer = w->plan->buffer;
    const Step *step = &w->plan->step[at];
    w->reads = w->writes = 0;
    if (step->kind == STEP_SWAP) {
        ck_assert_msg(w->good[step->in[0].buffer], "%s\nstep %zu: %s is not there", w->model, at, buffer[step->in[0].buffer].name);
        w->good[step->out.buffer] = true;
        w->good[step->in[0].buffer] = false;
        return;
    }
    plan_uses(&w->plan->step[at], note_use, w);
    for (int i = 0; i < w->reads; i++) {
        const Buffer *b = &buffer[w->read[i]];
        bool there = b->kind == BUFFER_INPUT || b->kind == BUFFER_CONST || w->good[w->read[i]];
        for (int k = 0; k < w->writes; k++) {
            ck_assert_msg(w->read[i] == w->written[k] || !same_memory(b, &buffer[w->written[k]]),
                          "%s\nstep %zu writes %s over %s, which it reads", w->model, at, buffer[w->written[k]].name, b->name);
            there = there || w->read[i] == w->written[k];
        }
        ck_assert_msg(there, "%s\nstep %zu reads %s, which is not there", w->model, at, b->name);
    }
    for (int k = 0; k < w->writes; k++) {
        ck_assert(buffer[w->written[k]].kind != BUFFER_INPUT && buffer[w->written[k]].kind != BUFFER_CONST);
        for (size_t i = 0; i < w->plan->buffer_count; i++)
            if (is_used(&buffer[i]) && same_memory(&buffer[w->written[k]], &buffer[i]))
                w->good[i] = false;
        w->good[w->written[k]] = true;
    }
}

/* One call: every loop is done so many times; a state starts in the first call only. */
static void do_call(Walk *w, bool fresh)
{
    size_t begin[8];
    int times[8] = {0}, depth = 0;
    bool skip = false;
    for (size_t at = 0; at < w->plan->step_count; at++) {
        const Step *step = &w->plan->step[at];
        if (step->kind == STEP_FRESH || step->kind == STEP_FRESH_END)
            skip = step->kind == STEP_FRESH && !fresh;
        if (step->kind == STEP_LOOP) {
            begin[++depth] = at;
            times[depth] = 0;
        }
        bool again = step->kind == STEP_END && ++times[depth] < TIMES;
        at = again ? begin[depth] : at;
        depth -= step->kind == STEP_END && !again;
        bool now = step->when == WHEN_ALWAYS || times[depth] == (step->when == WHEN_FIRST ? 0 : TIMES - 1);
        if (now && !skip)
            do_step(w, at);
    }
}

START_TEST(reads_what_was_written)
{
    for (int which = 0; which < VARIANTS; which++) {
        Walk w = {.plan = variant(_i, which), .model = models[_i].text};
        ck_assert_uint_lt(w.plan->buffer_count, MAX_BUFFERS);
        for (int call = 0; call < CALLS; call++) {
            for (size_t i = 0; i < w.plan->buffer_count; i++)
                w.good[i] = w.good[i] && w.plan->buffer[i].kind == BUFFER_STATE;
            do_call(&w, call == 0 || !w.plan->steps);
        }
        for (size_t i = 0; i < w.plan->graph->output_count; i++)
            ck_assert_msg(w.good[w.plan->output[i]], "%s\nnothing writes %s", w.model, w.plan->graph->output[i].name);
    }
}
END_TEST

/* ---- step functions ---- */

START_TEST(step_function)
{
    const Plan *p = variant(_i, 0);
    ck_assert_msg(p->steps == models[_i].steps, "%s\nhas %s step function", models[_i].text, p->steps ? "a" : "no");
    if (!p->steps)
        ck_assert_uint_eq(p->state_floats + p->state_tokens, 0);
}
END_TEST

/* ---- states in place ---- */

/* Copies into the buffer whose description begins so. */
static int copies_into(const Plan *p, const char *what)
{
    int count = 0;
    for (size_t i = 0; i < p->step_count; i++)
        if (p->step[i].kind == STEP_COPY && strncmp(p->buffer[p->step[i].out.buffer].what, what, strlen(what)) == 0)
            count++;
    return count;
}

static void expect_copies(const char *text, const char *state, int copies)
{
    PlanOptions options = {.without = {[PLAN_SWAP] = true}};
    int found = copies_into(plan_with(text, options), state);
    ck_assert_msg(found == copies, "%s\n%d copies into %s", text, found, state);
    options.without[PLAN_INPLACE] = true;
    ck_assert_int_eq(copies_into(plan_with(text, options), state), 1);
    ck_assert_int_eq(copies_into(plan_of(text), state), 0);
}

START_TEST(in_place)
{
    /* Only read unit by unit, before it is written. */
    expect_copies(X("3", "") "output h: [4] over t\n h, c = lstm(x, n=4)\n}", "c[t-1]", 0);
    expect_copies(X("3", "") "output y: [3] over t\n a = 0.5 * a[t-1] + x\n y = tanh(a)\n}", "a[t-1]", 0);
    /* Moved elements are copied before. */
    expect_copies(X("4", "") "output y: [4] over t\n a = concat(a[t-1][2:], a[t-1][:2]) + x\n y = tanh(a)\n}", "a[t-1]", 0);
    /* Read whole by a product: all of it must be there until the last unit. */
    expect_copies(X("3", "") "output y: [2] over t\n h = torch.rnn(x, n=4)\n y = dense(h, 2)\n}", "h[t-1]", 1);
    /* Read again after the new value is there. */
    expect_copies(X("3", "") "output y: [3] over t\n a = 0.5 * a[t-1] + x\n y = softmax(a) * a[t-1]\n}", "a[t-1]", 1);
    expect_copies(X("3", "") "output y: [2] over t\n a = 0.5 * a[t-1] + x\n z = dense(a[t-1], 2)\n y = z + dense(softmax(a), 2)\n}", "a[t-1]", 1);
    expect_copies(X("3", "") "output y: [3] over t\n a = 2 * x\n y = tanh(a) + a[t-1]\n}", "a[t-1]", 1);
    /* Written by the next loop already. */
    expect_copies(X("3", "") "output y: [3] over t\n a = 0.5 * a[t-1] + x\n y = tanh(a) + a[t-2]\n}", "a[t-1]", 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan");
    TCase *tcase = tcase_create("plan");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, inside_of_blocks, 0, MODELS);
    tcase_add_loop_test(tcase, optimisations_save, 0, MODELS);
    tcase_add_loop_test(tcase, reads_what_was_written, 0, MODELS);
    tcase_add_loop_test(tcase, step_function, 0, MODELS);
    tcase_add_test(tcase, in_place);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
