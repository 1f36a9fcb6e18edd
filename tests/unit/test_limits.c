/* test_limits.c: models that are too large are refused by a message that says which limit it is, at its place and
 * soon; the largest ones that are allowed compile. Each runs in a process of its own, with bounds on its memory and
 * its time. (The stack that the checker may use is address space, not memory.) */
#include "../../compiler/check.h"
#include "../../compiler/std.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 20, MEGABYTES = 500, MILLION = 1000000 };

typedef struct Text {
    char *bytes;
    size_t length, capacity;
} Text;

static void add(Text *text, const char *part)
{
    size_t more = strlen(part);
    if (text->length + more >= text->capacity) {
        text->capacity = 2 * text->capacity + more + 1;
        text->bytes = realloc(text->bytes, text->capacity);
    }
    memcpy(text->bytes + text->length, part, more + 1);
    text->length += more;
}

static void repeat(Text *text, const char *part, int times)
{
    while (times-- > 0)
        add(text, part);
}

static void begin(Text *text)
{
    add(text, "model m {\n    input  x: [4] over t\n    output y: [4] over t\n");
}

/* ---- the models ---- */

static void parentheses(Text *t)
{
    begin(t);
    add(t, "    y = ");
    repeat(t, "(", MILLION);
    add(t, "x");
    repeat(t, ")", MILLION);
    add(t, "\n}\n");
}

static void terms(Text *t)
{
    begin(t);
    add(t, "    y = x");
    repeat(t, " + x", MILLION / 2);
    add(t, "\n}\n");
}

static void powers(Text *t)
{
    begin(t);
    add(t, "    y = ");
    repeat(t, "x ** ", MILLION / 2);
    add(t, "x\n}\n");
}

static void digits(Text *t)
{
    begin(t);
    add(t, "    y = x * ");
    repeat(t, "1", MILLION);
    add(t, "\n}\n");
}

static void arguments(Text *t)
{
    add(t, "cell f(x) -> y { y = x }\n");
    begin(t);
    add(t, "    y = f(");
    repeat(t, "x, ", MILLION);
    add(t, "x)\n}\n");
}

static void equations(Text *t, int count)
{
    char line[64];
    begin(t);
    add(t, "    a0 = x\n");
    for (int i = 1; i <= count; i++) {
        snprintf(line, sizeof line, "    a%d = tanh(a%d) * x\n", i, i - 1);
        add(t, line);
    }
    snprintf(line, sizeof line, "    y = a%d\n}\n", count);
    add(t, line);
}

/* Each stands above the one that it needs, so that they are followed to the last one. */
static void equations_back(Text *t, int count)
{
    char line[64];
    begin(t);
    snprintf(line, sizeof line, "    y = a%d\n", count);
    add(t, line);
    for (int i = count; i > 0; i--) {
        snprintf(line, sizeof line, "    a%d = tanh(a%d) * x\n", i, i - 1);
        add(t, line);
    }
    add(t, "    a0 = x\n}\n");
}

static void many_equations(Text *t) { equations(t, 49000); }
static void many_back(Text *t) { equations_back(t, 49000); }
static void too_many_equations(Text *t)
{
    char line[64];
    begin(t);
    for (int i = 0; i < 250000; i++) {
        snprintf(line, sizeof line, "    a%d = x * %d\n", i, i + 2);
        add(t, line);
    }
    add(t, "    y = x\n}\n");
}

static void too_deep(Text *t) { equations_back(t, 120000); }

static void doubling_calls(Text *t)
{
    char line[128];
    for (int i = 0; i < 60; i++) {
        snprintf(line, sizeof line, "cell f%d(x) -> y {\n    a = f%d(x)\n    b = f%d(a)\n    y = a + b\n}\n", i, i + 1, i + 1);
        add(t, line);
    }
    add(t, "cell f60(x) -> y { y = tanh(x) }\n");
    begin(t);
    add(t, "    y = f0(x)\n}\n");
}

static void repeated_repeat(Text *t)
{
    begin(t);
    add(t, "    y = repeat 4096 repeat 4096 lstm(x, n=4)\n}\n");
}

static void million_layers(Text *t)
{
    begin(t);
    add(t, "    y = repeat 1000000 lstm(x, n=4)\n}\n");
}

static const struct Limit {
    void (*make)(Text *text);
    const char *place, *message;   /* NULL: it compiles */
} limits[] = {
    {parentheses, "m.rnn:4:", "nested too deeply"},
    {terms, "m.rnn:4:", "nested too deeply: more than 1000 levels"},
    {powers, "m.rnn:4:", "nested too deeply"},
    {digits, "m.rnn:4:13:", "the integer is too large: more than 2^53"},
    {arguments, "m.rnn:5:9:", "`f` has 1 parameter, and 1000001 arguments here"},
    {many_equations, NULL, NULL},
    {many_back, NULL, NULL},
    {too_many_equations, "m.rnn:", "more than 200000 operations"},
    {too_deep, "m.rnn:", "depend on each other more than 200000 deep"},
    {doubling_calls, "m.rnn:", "more than 30000 calls"},
    {repeated_repeat, "recurrent.rnn:", "in layer 1032 of this call of `lstm`"},
    {million_layers, "m.rnn:4:16:", "1000000 layers: `repeat` makes a whole number of them from 1 to 4096"},
};

/* ---- one of them, as rnnc does it ---- */

static void *compile(void *argument)
{
    Arena *arena = arena_new();
    Diag *diag = diag_new(arena);
    CheckOptions options = {.random_weights = true};
    const Ast *ast = parse(arena, diag, source_from_text(arena, "m.rnn", argument));
    if (ast)
        check(arena, diag, std_library(arena, diag), ast, &options);
    diag_print(diag, stdout, false);
    fflush(stdout);
    return NULL;
}

static void run(const struct Limit *limit, int out)
{
    Text text = {0};
    limit->make(&text);
    pthread_attr_t attributes;
    pthread_t thread;
    dup2(out, STDOUT_FILENO);
    if (pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, CHECK_STACK) == 0
        && pthread_create(&thread, &attributes, compile, text.bytes) == 0)
        pthread_join(thread, NULL);
    _exit(0);
}

START_TEST(limit)
{
    const struct Limit *want = &limits[_i];
    int ends[2], status;
    char said[4096];
    size_t length = 0;
    struct rusage used;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        run(want, ends[1]);
    close(ends[1]);
    for (ssize_t got; (got = read(ends[0], said + length, sizeof said - 1 - length)) > 0;)
        length += (size_t)got;
    said[length] = 0;
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(getrusage(RUSAGE_CHILDREN, &used), 0);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it ended with status %d and said %s", status, said);
    if (want->message)
        ck_assert_msg(strncmp(said, want->place, strlen(want->place)) == 0 && strstr(said, want->message), "it says %s", said);
    else
        ck_assert_str_eq(said, "");
#ifndef __SANITIZE_ADDRESS__
    ck_assert_int_lt(used.ru_utime.tv_sec + used.ru_stime.tv_sec, SECONDS);
    ck_assert_int_lt(used.ru_maxrss, MEGABYTES * 1024L);
#endif
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("limits");
    tcase_set_timeout(all, 6 * SECONDS);
    tcase_add_loop_test(all, limit, 0, (int)(sizeof limits / sizeof *limits));
    Suite *suite = suite_create("limits");
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
