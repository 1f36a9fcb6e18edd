/* use.c: `use "cells.rnn"`: adds the cells and constants of other files to a tree.
 * In: a file's tree. Out: one that also has the items of all files that it uses, directly or not, each
 * once however often it is named; so files may use each other. Their models are not among them: a file of
 * cells can have a model to try them with. */
#include "ast.h"
#include "map.h"

#include <stdlib.h>
#include <string.h>

typedef struct Use {
    Arena *arena;
    Diag *diag;
    Map *seen;               /* real paths of files */
    Item **end;              /* of the items that are made */
    bool wrong;
} Use;

/* A file named in another: relative to that one's folder. */
const char *use_beside(Arena *arena, const char *path, const char *file)
{
    const char *slash = strrchr(path, '/');
    if (*file == '/' || !slash)
        return file;
    return arena_printf(arena, "%.*s/%s", (int)(slash - path), path, file);
}

/* Whether the file at `path` is new, under whatever name it was met before. */
static bool first_time(Use *u, const char *path)
{
    char *real = realpath(path, NULL);
    const char *key = arena_printf(u->arena, "%s", real ? real : path);
    free(real);
    if (map_get(u->seen, key))
        return false;
    map_set(u->seen, key, u);
    return true;
}

static void append(Use *u, const Item *items, bool models)
{
    for (const Item *item = items; item; item = item->next) {
        if (item->kind == ITEM_MODEL && !models)
            continue;
        Item *copy = *u->end = arena_alloc(u->arena, sizeof *copy);
        *copy = *item;
        copy->next = NULL;
        u->end = &copy->next;
    }
}

static void add_file(Use *u, const Item *use)
{
    const char *path = use_beside(u->arena, use->place.source->path, use->name->text), *error = NULL;
    if (!first_time(u, path))
        return;
    const Source *source = source_read(u->arena, path, &error);
    if (!source) {
        diag_error(u->diag, use->name->place, "%s", error);
        u->wrong = true;
        return;
    }
    const Ast *ast = parse(u->arena, u->diag, source);
    if (!ast) {
        diag_note(u->diag, use->place, "the file is used here");
        u->wrong = true;
        return;
    }
    append(u, ast->items, false);
}

const Ast *use_files(Arena *arena, Diag *diag, const Ast *ast)
{
    Ast *all = arena_alloc(arena, sizeof *all);
    Use u = {arena, diag, map_new(arena), &all->items, false};
    if (ast->items)
        first_time(&u, ast->items->place.source->path);
    append(&u, ast->items, true);
    for (const Item *item = all->items; item; item = item->next) /* also over those that this adds */
        if (item->kind == ITEM_USE)
            add_file(&u, item);
    return u.wrong ? NULL : all;
}
