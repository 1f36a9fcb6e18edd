/* std_library.c: the standard library's tree, from the text that is built in. */
#include "std.h"

Ast *std_library(Arena *arena, Diag *diag)
{
    Ast *library = arena_alloc(arena, sizeof *library);
    Item **end = &library->items;
    for (const StdFile *file = std_files; file->name; file++) {
        Ast *ast = parse(arena, diag, source_from_text(arena, file->name, file->text));
        *end = ast ? ast->items : NULL;
        while (*end)
            end = &(*end)->next;
    }
    return library;
}
