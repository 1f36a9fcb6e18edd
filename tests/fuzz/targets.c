/* targets.c: the table of targets, and what is the same for all of them. */
#include "fuzz.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define MODELS "grammar/std/*.rnn tests/golden/*.rnn tests/numeric/*.rnn tests/real/*.rnn samples/*/*.rnn tests/errors/*.rnn"

const FuzzTarget fuzz_targets[] = {
    {"parse", fuzz_parse, true, MODELS},
    {"check", fuzz_check, true, MODELS},
    {"compile", fuzz_compile, true, MODELS},
    {"graph", fuzz_graph, true, "tests/golden/*.graph"},
    {"tensors", fuzz_tensors, false, "tests/errors/*.safetensors tests/errors/*.np?"},
    {"weights", fuzz_weights, false, "tests/errors/*.safetensors tests/errors/*.np?"},
    {"input", fuzz_input, false, "tests/errors/*.npy"},
    {NULL, NULL, false, NULL},
};

/* Freed memory is kept back to find later use of it, but not so much that a limit on memory means nothing. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=32:max_allocation_size_mb=512";
}

const FuzzTarget *fuzz_target(const char *name)
{
    for (const FuzzTarget *target = fuzz_targets; target->name; target++)
        if (strcmp(target->name, name) == 0)
            return target;
    fprintf(stderr, "there is no target %s\n", name);
    exit(2);
}

void fuzz_broken(const char *file, int line, const char *promise, const char *text)
{
    fprintf(stderr, "%s:%d: broken: %s\n%s\n", file, line, promise, text ? text : "");
    abort();
}

static void too_long(int signal)
{
    (void)signal;
    static const char text[] = "an input took too long: see FUZZ_SECONDS\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) > 0)
        abort();
    _exit(1);
}

/* A clock of the processor's time of its own, because other programs may slow this one down. */
void fuzz_run(const FuzzTarget *target, const uint8_t *bytes, size_t size)
{
    const struct itimerval most = {.it_value = {FUZZ_SECONDS, 0}}, none = {.it_value = {0, 0}};
    signal(SIGPROF, too_long);
    setitimer(ITIMER_PROF, &most, NULL);
    target->run(bytes, size);
    setitimer(ITIMER_PROF, &none, NULL);
}
