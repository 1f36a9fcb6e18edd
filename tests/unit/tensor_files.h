/* tensor_files.h: weight files written byte by byte into a temporary folder, and what is refused
 * compared with its whole message ('*' at the end: what follows is a library's wording). For the tests
 * of the readers, each of which is a program of its own. */
#ifndef TENSOR_FILES_H
#define TENSOR_FILES_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "../../compiler/tensor_file.h"

#include <check.h>
#include <glob.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS(table) (int)(sizeof table / sizeof *table)
#define NPY(descr, order, shape) "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape "}"
#define MAYBE_UNUSED __attribute__((unused))

typedef struct Bytes {
    unsigned char at[1 << 16];
    size_t size;
} Bytes;

static Arena *arena;
static char folder[] = "/tmp/test_tensor_file.XXXXXX";
static Bytes built;                 /* the file that a test is about to write */

static MAYBE_UNUSED void setup(void)
{
    arena = arena_new();
}

static MAYBE_UNUSED void teardown(void)
{
    arena_free(arena);
}

static MAYBE_UNUSED void put(const void *bytes, size_t size)
{
    ck_assert_uint_le(size, sizeof built.at - built.size);
    if (size)
        memcpy(built.at + built.size, bytes, size);
    built.size += size;
}

static MAYBE_UNUSED void put_number(uint64_t value, int size)
{
    for (int i = 0; i < size; i++)
        put(&(unsigned char){(unsigned char)(value >> 8 * i)}, 1);
}

static MAYBE_UNUSED void build_safetensors(const char *json, const void *data, size_t size)
{
    built.size = 0;
    put_number(strlen(json), 8);
    put(json, strlen(json));
    put(data, size);
}

static MAYBE_UNUSED void build_npy(int version, const char *dict, const void *data, size_t size)
{
    built.size = 0;
    put("\x93NUMPY", 6);
    put_number((uint64_t)version, 2);
    put_number(strlen(dict) + 1, version == 1 ? 2 : 4);
    put(dict, strlen(dict));
    put("\n", 1);
    put(data, size);
}

static MAYBE_UNUSED const char *path_of(const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name);
}

static MAYBE_UNUSED const char *save(const char *name)
{
    const char *path = path_of(name);
    FILE *stream = fopen(path, "wb");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(built.at, 1, built.size, stream), built.size);
    fclose(stream);
    return path;
}

static MAYBE_UNUSED TensorFile *open_good(const char *path)
{
    const char *error = NULL;
    TensorFile *file = tensor_file_open(arena, path, &error);
    ck_assert_msg(file != NULL, "%s: %s", path, error);
    return file;
}

static MAYBE_UNUSED void refuse_path(const char *path, const char *message)
{
    const char *error = NULL;
    TensorFile *file = tensor_file_open(arena, path, &error);
    size_t length = strlen(message);
    ck_assert_msg(file == NULL, "opened, but needed: %s", message);
    if (message[length - 1] == '*')
        ck_assert_msg(strncmp(error, message, length - 1) == 0, "got: %s\nneeded: %s", error, message);
    else
        ck_assert_str_eq(error, message);
}

static MAYBE_UNUSED void refuse(const char *message)
{
    refuse_path(save("t.npy"), message);
}

/* One row for each element type: the elements' bits and their values. */
static MAYBE_UNUSED void folder_remove(void)
{
    glob_t found;
    char pattern[sizeof folder + 2];
    snprintf(pattern, sizeof pattern, "%s/*", folder);
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            remove(found.gl_pathv[i]);
    globfree(&found);
    remove(folder);
}

/* Runs the tests in a folder of their own; the exit status of the program. */
static int run_in_folder(TCase *all, const char *name)
{
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    tcase_set_timeout(all, 60);          /* many tensors under a sanitizer on a busy machine */
    tcase_add_checked_fixture(all, setup, teardown);
    Suite *suite = suite_create(name);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    folder_remove();
    return failed > 0;
}

#endif
