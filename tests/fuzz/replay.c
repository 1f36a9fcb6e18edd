/* replay.c: the targets without a fuzzer: on the seeds and on the corpus, and what fuzz.sh needs to make
 * both. In a corpus file tests/fuzz/corpus/TARGET stand the inputs one after the other, each as its size in
 * decimal, a newline, and its bytes.
 *
 *     replay                            every target on its seeds and its corpus; a line for each
 *     replay run TARGET FILE...         one target on files
 *     replay seeds TARGET FOLDER        writes the seeds as files; replay corpus, the corpus
 *     replay pack TARGET FOLDER         writes tests/fuzz/corpus/TARGET from files
 *     replay words FILE                 writes the words of the language as a dictionary */
#include "fuzz.h"

#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../compiler/check.h"

#define CORPUS "tests/fuzz/corpus/%s"

typedef struct Bytes {
    uint8_t *at;
    size_t size;
} Bytes;

/* What is done with each input of a target. */
typedef void Use(const FuzzTarget *target, Bytes bytes, const char *name, void *context);

static void fail(const char *path)
{
    perror(path);
    exit(1);
}

static Bytes file_bytes(const char *path)
{
    Bytes bytes = {0};
    FILE *stream = fopen(path, "rb");
    long size = stream && fseek(stream, 0, SEEK_END) == 0 ? ftell(stream) : -1;
    if (size < 0)
        fail(path);
    rewind(stream);
    bytes.size = (size_t)size;
    bytes.at = malloc(bytes.size + 1);
    if (!bytes.at || fread(bytes.at, 1, bytes.size, stream) != bytes.size)
        fail(path);
    fclose(stream);
    return bytes;
}

static size_t each_file(const FuzzTarget *target, const char *pattern, Use *use, void *context)
{
    glob_t found;
    size_t count = 0;
    if (glob(pattern, 0, NULL, &found) == 0)
        for (; count < found.gl_pathc; count++) {
            Bytes bytes = file_bytes(found.gl_pathv[count]);
            use(target, bytes, found.gl_pathv[count], context);
            free(bytes.at);
        }
    globfree(&found);
    return count;
}

static size_t each_seed(const FuzzTarget *target, Use *use, void *context)
{
    char patterns[400], *rest = NULL;
    size_t count = 0;
    snprintf(patterns, sizeof patterns, "%s", target->seeds);
    for (char *pattern = strtok_r(patterns, " ", &rest); pattern; pattern = strtok_r(NULL, " ", &rest))
        count += each_file(target, pattern, use, context);
    if (target->text)
        return count;
    char folder[] = "/tmp/fuzz_seeds.XXXXXX", command[64];
    if (!mkdtemp(folder))
        fail(folder);
    fuzz_seeds(folder);
    snprintf(patterns, sizeof patterns, "%s/*", folder);
    count += each_file(target, patterns, use, context);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? count : 0;
}

static size_t each_kept(const FuzzTarget *target, Use *use, void *context)
{
    char path[80], name[80];
    snprintf(path, sizeof path, CORPUS, target->name);
    Bytes all = file_bytes(path);
    size_t count = 0;
    for (size_t at = 0; at < all.size; count++) {
        Bytes bytes = {0};
        for (; at < all.size && all.at[at] != '\n'; at++)
            bytes.size = bytes.size * 10 + all.at[at] - '0';
        at++;
        FUZZ_CHECK(at + bytes.size <= all.size, path);
        bytes.at = malloc(bytes.size + 1);      /* of its own, so that what reads beyond its end is seen */
        if (!bytes.at)
            fail(path);
        memcpy(bytes.at, all.at + at, bytes.size);
        at += bytes.size;
        snprintf(name, sizeof name, "%s-%zu", target->name, count);
        use(target, bytes, name, context);
        free(bytes.at);
    }
    free(all.at);
    return count;
}

static size_t each_large(const FuzzTarget *target, Use *use, void *context)
{
    Bytes bytes = {0};
    char name[40];
    size_t count = 0;
    for (size_t row = 0; (bytes.at = (uint8_t *)fuzz_large(target->name, &row, &bytes.size)) != NULL; count++) {
        snprintf(name, sizeof name, "row %zu of large.c", row - 1);
        use(target, bytes, name, context);
        free(bytes.at);
    }
    return count;
}

/* ---- what is done with them ---- */

/* What a sanitizer says does not tell on which input. */
static const char *volatile last = "none";

static void tell_last(int signal)
{
    const char *name = last;
    if (write(STDERR_FILENO, name, strlen(name)) < 0 || write(STDERR_FILENO, ": this input\n", 13) < 0)
        _exit(1);
    _exit(128 + signal);
}

static void run(const FuzzTarget *target, Bytes bytes, const char *name, void *context)
{
    (void)context;
    last = name;
    fuzz_run(target, bytes.at, bytes.size);
}

static void write_file(const FuzzTarget *target, Bytes bytes, const char *name, void *context)
{
    static size_t number;
    char path[4096];
    (void)target;
    const char *slash = strrchr(name, '/');
    snprintf(path, sizeof path, "%s/%04zu-%s", (const char *)context, number++, slash ? slash + 1 : name);
    FILE *stream = fopen(path, "wb");
    if (!stream || fwrite(bytes.at, 1, bytes.size, stream) != bytes.size || fclose(stream) != 0)
        fail(path);
}

static void append(const FuzzTarget *target, Bytes bytes, const char *name, void *stream)
{
    (void)target;
    fprintf(stream, "%zu\n", bytes.size);
    if (fwrite(bytes.at, 1, bytes.size, stream) != bytes.size)
        fail(name);
}

static void pack(const FuzzTarget *target, const char *folder)
{
    char path[80], pattern[4096];
    snprintf(path, sizeof path, CORPUS, target->name);
    snprintf(pattern, sizeof pattern, "%s/*", folder);
    FILE *stream = fopen(path, "wb");
    if (!stream)
        fail(path);
    size_t count = each_file(target, pattern, append, stream);
    if (fclose(stream) != 0)
        fail(path);
    printf("%-8s %4zu inputs kept\n", target->name, count);
}

static void write_words(const char *path)
{
    FILE *stream = fopen(path, "w");
    if (!stream)
        fail(path);
    for (const char *const *word = fuzz_words(); *word; word++) {
        fputc('"', stream);
        for (const char *c = *word; *c; c++)
            fprintf(stream, *c == '"' || *c == '\\' || *c == '\n' ? "\\x%02x" : "%c", *c);
        fputs("\"\n", stream);
    }
    fclose(stream);
}

static void run_all(void)
{
    size_t total = 0, targets = 0;
    for (const FuzzTarget *target = fuzz_targets; target->name; target++, targets++) {
        size_t seeds = each_seed(target, run, NULL), kept = each_kept(target, run, NULL), large = each_large(target, run, NULL);
        FUZZ_CHECK(seeds && kept, target->name);
        printf("%-8s %4zu seeds, %4zu of the corpus, %2zu large texts\n", target->name, seeds, kept, large);
        total += seeds + kept + large;
    }
    printf("100%%: Checks: %zu, Failures: 0, Errors: 0\n", total);     /* one that fails ends the program */
}

typedef struct Job {
    int count;
    char **words;
} Job;

static void *work(void *argument)
{
    Job *job = argument;
    const char *what = job->count > 1 ? job->words[1] : "";
    if (job->count == 1)
        run_all();
    else if (strcmp(what, "words") == 0 && job->count == 3)
        write_words(job->words[2]);
    else if (strcmp(what, "seeds") == 0 && job->count == 4)
        each_seed(fuzz_target(job->words[2]), write_file, job->words[3]);
    else if (strcmp(what, "corpus") == 0 && job->count == 4)
        each_kept(fuzz_target(job->words[2]), write_file, job->words[3]);
    else if (strcmp(what, "pack") == 0 && job->count == 4)
        pack(fuzz_target(job->words[2]), job->words[3]);
    else
        for (int i = 3; i < job->count; i++)
            each_file(fuzz_target(job->words[2]), job->words[i], run, NULL);
    return NULL;
}

/* On a stack as deep as the compiler's own. */
int main(int count, char **words)
{
    Job job = {count, words};
    signal(SIGABRT, tell_last);
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstacksize(&attributes, CHECK_STACK) != 0 ||
        pthread_create(&thread, &attributes, work, &job) != 0)
        return 1;
    pthread_join(thread, NULL);
    return 0;
}
