/* cases_run.c: running programs and looking at files. A program that hangs is ended after two minutes
 * by its own alarm, which survives exec. */
#include "cases.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 120 };

Command command_new(Arena *arena, const char *program)
{
    Command command = {.arena = arena, .word = {program}, .count = 1};
    return command;
}

static void add_word(Command *command, const char *word)
{
    cases_need(command->count < COMMAND_WORDS, "too many words for %s", command->word[0]);
    command->word[command->count++] = word;
}

void command_add(Command *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_word(command, arena_vprintf(command->arena, format, args));
    va_end(args);
}

void command_split(Command *command, const char *words)
{
    while (*words) {
        size_t length = strcspn(words, " \t\r\n");
        if (length)
            add_word(command, arena_copy(command->arena, words, length));
        words += length + (words[length] != '\0');
    }
}

const char *command_text(const Command *command)
{
    Out *out = out_new(command->arena);
    if (command->isa)
        out_printf(out, "RT_ISA=%s ", command->isa);
    for (int i = 0; i < command->count; i++)
        out_printf(out, strpbrk(command->word[i], " *$") ? "%s'%s'" : "%s%s", i ? " " : "", command->word[i]);
    return out->text;
}

static const char *read_all(Arena *arena, FILE *file)
{
    Out *out = out_new(arena);
    char block[4096];
    size_t length;
    rewind(file);
    while ((length = fread(block, 1, sizeof block, file)) > 0)
        out_bytes(out, block, length);
    return out->text;
}

static void run_child(const Command *command, FILE *out, FILE *err)
{
    if (command->folder && chdir(command->folder) != 0)
        _exit(126);
    if (command->isa)
        setenv("RT_ISA", command->isa, 1);
    else
        unsetenv("RT_ISA");
    dup2(fileno(out), 1);
    dup2(fileno(err), 2);
    alarm(SECONDS);
    execvp(command->word[0], (char *const *)(uintptr_t)command->word);
    fprintf(stderr, "%s: %s\n", command->word[0], strerror(errno));
    _exit(127);
}

Result command_run(const Command *command)
{
    Result result = {.status = 127, .out = "", .err = ""};
    FILE *out = tmpfile(), *err = tmpfile();
    cases_need(out && err, "no temporary file: %s", strerror(errno));
    fflush(NULL);
    pid_t pid = fork();
    cases_need(pid >= 0, "cannot fork: %s", strerror(errno));
    if (pid == 0)
        run_child(command, out, err);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    result.out = read_all(command->arena, out);
    result.err = read_all(command->arena, err);
    fclose(out);
    fclose(err);
    return result;
}

const char **files_glob(Arena *arena, const char *pattern, int *count)
{
    glob_t found = {0};
    int status = glob(pattern, 0, NULL, &found);
    size_t n = status == 0 ? found.gl_pathc : 0;
    const char **paths = arena_array(arena, n + 1, sizeof *paths);
    for (size_t i = 0; i < n; i++)
        paths[i] = arena_printf(arena, "%s", found.gl_pathv[i]);
    if (status == 0)
        globfree(&found);
    *count = (int)n;
    return paths;
}

const char *file_stem(Arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return arena_copy(arena, name, strcspn(name, "."));
}

const char *file_text(Arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    const char *text = read_all(arena, file);
    fclose(file);
    return text;
}

bool file_equal(Arena *arena, const char *one, const char *other)
{
    FILE *file[2] = {fopen(one, "rb"), fopen(other, "rb")};
    bool equal = file[0] && file[1];
    char *block = arena_alloc(arena, 2 * 4096);
    size_t length = equal;
    while (equal && length > 0) {
        length = fread(block, 1, 4096, file[0]);
        equal = fread(block + 4096, 1, 4096, file[1]) == length && memcmp(block, block + 4096, length) == 0;
    }
    for (int i = 0; i < 2; i++)
        if (file[i])
            fclose(file[i]);
    return equal;
}

void folder_make(const char *path)
{
    char copy[4096];
    snprintf(copy, sizeof copy, "%s", path);
    for (char *at = copy + 1; *at; at++)
        if (*at == '/') {
            *at = '\0';
            mkdir(copy, 0777);
            *at = '/';
        }
    mkdir(copy, 0777);
    struct stat info;
    cases_need(stat(path, &info) == 0 && S_ISDIR(info.st_mode), "cannot make the folder %s", path);
}

void folder_clear(const char *path)
{
    Arena *arena = arena_new();
    int count;
    const char **old = files_glob(arena, arena_printf(arena, "%s/*", path), &count);
    for (int i = 0; i < count; i++)
        remove(old[i]);
    arena_free(arena);
}

const char *first_line(Arena *arena, const char *path, const char *word)
{
    const char *text = file_text(arena, path);
    if (!text || strncmp(text, "# ", 2) != 0 || strncmp(text + 2, word, strlen(word)) != 0)
        return NULL;
    text += 2 + strlen(word);
    text += strspn(text, " :");
    return arena_copy(arena, text, strcspn(text, "\r\n"));
}
