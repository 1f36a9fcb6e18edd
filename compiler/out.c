/* out.c: text buffers, and files that appear all together or not at all.
 * In: what the stages write. Out: files in a folder. Every file is first written beside its place;
 * before a file is replaced, the old one is kept under a second name until all are in place. */
#include "out.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Out *out_new(Arena *arena)
{
    Out *out = arena_alloc(arena, sizeof *out);
    out->arena = arena;
    out->capacity = 256;
    out->text = arena_alloc(arena, out->capacity);
    return out;
}

static void free_text(void *what)
{
    free(((Out *)what)->text);
}

/* A long text moves out of the arena, where it would leave a copy each time that it grows. */
static void widen(Out *out, size_t capacity)
{
    bool large = capacity >= 1 << 16;
    char *text = large ? realloc(out->large ? out->text : NULL, capacity) : arena_alloc(out->arena, capacity);
    if (!text)
        arena_exhausted();
    if (!out->large)
        memcpy(text, out->text, out->length + 1);
    if (large && !out->large)
        arena_defer(out->arena, free_text, out);
    out->large = large;
    out->text = text;
    out->capacity = capacity;
}

char *out_room(Out *out, size_t room)
{
    if (room >= out->capacity - out->length) {
        size_t capacity = out->capacity;
        while (capacity - out->length <= room)
            capacity = capacity < SIZE_MAX / 4 ? capacity * 2 : capacity + room + 1;
        widen(out, capacity);
    }
    return out->text + out->length;
}

void out_bytes(Out *out, const void *bytes, size_t length)
{
    char *end = out_room(out, length);
    if (length)
        memcpy(end, bytes, length);
    out->length += length;
    out->text[out->length] = 0;
}

void out_text(Out *out, const char *text)
{
    out_bytes(out, text, strlen(text));
}

void out_printf(Out *out, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    vsnprintf(out_room(out, (size_t)length), (size_t)length + 1, format, again);
    va_end(again);
    out->length += (size_t)length;
}

typedef struct OutFile {
    const char *name;
    const void *bytes;
    size_t length;
    const char *path;        /* folder/name; the other two are beside it */
    const char *fresh, *old; /* the new content until it is in place; what was there before, or NULL */
    bool same;               /* the file has this content already */
    bool placed;
} OutFile;

struct OutFiles {
    Arena *arena;
    OutFile *files;
    size_t count, capacity;
    const char **folders;    /* that were made, the outermost first */
    size_t folder_count, folder_capacity;
};

OutFiles *out_files_new(Arena *arena)
{
    OutFiles *files = arena_alloc(arena, sizeof *files);
    files->arena = arena;
    return files;
}

void out_files_add(OutFiles *files, const char *path, const void *bytes, size_t length)
{
    files->files = arena_grow(files->arena, files->files, files->count, &files->capacity, sizeof *files->files);
    files->files[files->count++] = (OutFile){.name = path, .bytes = bytes, .length = length};
}

static const char *because(Arena *arena, const char *what, const char *path)
{
    return arena_printf(arena, "cannot %s %s: %s", what, path, strerror(errno));
}

/* Makes every folder of the path that is missing. */
static const char *make_folders(OutFiles *files, const char *folder)
{
    size_t length = strlen(folder);
    for (size_t end = 1; end <= length; end++) {
        if (folder[end] != '/' && folder[end])
            continue;
        char *path = arena_copy(files->arena, folder, end);
        struct stat status;
        if (stat(path, &status) == 0)
            continue; /* what is there and no folder is found out when a file is written */
        if (mkdir(path, 0777) != 0)
            return because(files->arena, "make the folder", path);
        files->folders = arena_grow(files->arena, files->folders, files->folder_count, &files->folder_capacity,
                                    sizeof *files->folders);
        files->folders[files->folder_count++] = path;
    }
    return NULL;
}

static bool has_content(const OutFile *file)
{
    FILE *stream = fopen(file->path, "rb");
    if (!stream)
        return false;
    const char *bytes = file->bytes;
    char buffer[4096];
    size_t at = 0, got;
    bool same = true;
    while (same && (got = fread(buffer, 1, sizeof buffer, stream)) > 0) {
        same = got <= file->length - at && memcmp(buffer, bytes + at, got) == 0;
        at += got;
    }
    same = same && at == file->length && !ferror(stream);
    fclose(stream);
    return same;
}

/* Writes one file's new content beside its place. */
static const char *write_aside(Arena *arena, OutFile *file)
{
    struct stat status;
    if (stat(file->path, &status) == 0 && !S_ISREG(status.st_mode))
        return arena_printf(arena, "cannot write %s: it is no regular file", file->path);
    file->same = has_content(file);
    if (file->same)
        return NULL;
    const char *fresh = arena_printf(arena, "%s.new%ld", file->path, (long)getpid());
    FILE *stream = fopen(fresh, "wb");
    if (!stream)
        return because(arena, "write", fresh);
    file->fresh = fresh;
    bool whole = fwrite(file->bytes, 1, file->length, stream) == file->length;
    whole = fclose(stream) == 0 && whole;
    return whole ? NULL : because(arena, "write", fresh);
}

static const char *put_in_place(Arena *arena, OutFile *file)
{
    if (file->same)
        return NULL;
    /* A link keeps the old file at its path all the time; a file system without links gets a move. */
    const char *old = arena_printf(arena, "%s.old%ld", file->path, (long)getpid());
    if (link(file->path, old) == 0 || (errno != ENOENT && rename(file->path, old) == 0))
        file->old = old;
    else if (errno != ENOENT)
        return because(arena, "replace", file->path);
    if (rename(file->fresh, file->path) != 0)
        return because(arena, "write", file->path);
    file->fresh = NULL;
    file->placed = true;
    return NULL;
}

/* Brings back what was there before, as far as this commit came. */
static void undo(OutFiles *files)
{
    for (size_t i = files->count; i-- > 0;) {
        OutFile *file = &files->files[i];
        if (file->fresh)
            remove(file->fresh);
        if (file->old)
            rename(file->old, file->path);
        else if (file->placed)
            remove(file->path);
        /* rename does nothing where both names are one file. */
        if (file->old)
            remove(file->old);
    }
    for (size_t i = files->folder_count; i-- > 0;)
        rmdir(files->folders[i]);
}

bool out_files_commit(OutFiles *files, const char *folder, const char **error)
{
    Arena *arena = files->arena;
    size_t length = strlen(folder);
    *error = length ? make_folders(files, folder) : NULL;
    for (size_t i = 0; i < files->count && !*error; i++) {
        OutFile *file = &files->files[i];
        file->path = arena_printf(arena, "%s%s%s", folder, length && folder[length - 1] != '/' ? "/" : "", file->name);
        *error = write_aside(arena, file);
    }
    for (size_t i = 0; i < files->count && !*error; i++)
        *error = put_in_place(arena, &files->files[i]);
    if (*error) {
        undo(files);
        return false;
    }
    for (size_t i = 0; i < files->count; i++)
        if (files->files[i].old)
            remove(files->files[i].old);
    return true;
}
