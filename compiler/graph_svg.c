/* graph_svg.c: runs `dot` of Graphviz on a text.
 * The text goes through a file without a name, so neither program waits for the other. Whoever reads the
 * picture may stop early. */
#include "graph_dot.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

bool graph_svg(Arena *arena, const char *dot, const char **error)
{
    FILE *file = tmpfile();
    if (!file || fputs(dot, file) < 0 || fflush(file) != 0 || fseek(file, 0, SEEK_SET) != 0) {
        *error = arena_printf(arena, "a temporary file cannot be written: %s", strerror(errno));
        if (file)
            fclose(file);
        return false;
    }
    char *words[] = {"dot", "-Tsvg", NULL};
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int status = 0;
    fflush(stdout);
    int failed = posix_spawn_file_actions_init(&actions);
    if (!failed) {
        posix_spawn_file_actions_adddup2(&actions, fileno(file), 0);
        failed = posix_spawnp(&child, words[0], &actions, NULL, words, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    fclose(file);
    if (failed == ENOENT)
        *error = "there is no program `dot`, which draws graphs: it is in the Debian package graphviz";
    else if (failed)
        *error = arena_printf(arena, "dot: %s", strerror(failed));
    else if (waitpid(child, &status, 0) < 0 || (status != 0 && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE)))
        *error = arena_printf(arena, "dot failed with status %d", WIFEXITED(status) ? WEXITSTATUS(status) : 128);
    return !*error;
}
