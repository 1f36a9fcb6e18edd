/* test_base.c: what every stage stands on: arena, map, text buffers, files that appear whole, and
 * places in a source. */
#include "../../compiler/map.h"
#include "../../compiler/out.h"
#include "../../compiler/source.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Arena *arena;
static char folder[64];

static void setup(void)
{
    arena = arena_new();
    strcpy(folder, "/tmp/rnnc_test_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
    arena_free(arena);
}

static const char *in_folder(const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name);
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "wb");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static const char *get(const char *name)
{
    const char *error = "";
    Source *source = source_read(arena, in_folder(name), &error);
    return source ? source->text : "(missing)";
}

static int files_in_folder(void)
{
    FILE *list = popen(arena_printf(arena, "ls -A '%s' | wc -l", folder), "r");
    int count = -1;
    ck_assert_int_eq(fscanf(list, "%d", &count), 1);
    pclose(list);
    return count;
}

START_TEST(arena_aligns_zeroes_and_keeps)
{
    enum { COUNT = 100000 };
    unsigned char **blocks = arena_array(arena, COUNT, sizeof *blocks);
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i % 1000 == 7 ? 100000 : i % 50;
        blocks[i] = arena_alloc(arena, size);
        ck_assert_uint_eq((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        bool zero = true;
        for (size_t k = 0; k < size; k++)
            zero = zero && blocks[i][k] == 0;
        ck_assert(zero);
        memset(blocks[i], (int)(i % 251), size);
    }
    bool kept = true;
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < (i % 1000 == 7 ? 100000 : i % 50); k++)
            kept = kept && blocks[i][k] == i % 251;
    ck_assert(kept);
}
END_TEST

START_TEST(arena_grows_arrays)
{
    size_t count = 0, capacity = 0;
    int *numbers = NULL;
    for (int i = 0; i < 100000; i++) {
        numbers = arena_grow(arena, numbers, count, &capacity, sizeof *numbers);
        ck_assert_uint_gt(capacity, count);
        numbers[count++] = i;
    }
    for (int i = 0; i < 100000; i++)
        ck_assert_int_eq(numbers[i], i);
}
END_TEST

START_TEST(arena_prints)
{
    ck_assert_str_eq(arena_printf(arena, "%s-%d", "a", 7), "a-7");
    ck_assert_str_eq(arena_copy(arena, "abcdef", 3), "abc");
    ck_assert_uint_eq(strlen(arena_printf(arena, "%200000s", "")), 200000);
}
END_TEST

START_TEST(map_finds_and_keeps_the_order)
{
    enum { COUNT = 100000 };
    Map *map = map_new(arena);
    int *values = arena_array(arena, COUNT, sizeof *values);
    ck_assert_ptr_null(map_get(map, "nothing"));
    for (int i = 0; i < COUNT; i++)
        map_set(map, arena_printf(arena, "key%d", i), &values[i]);
    for (int i = 0; i < COUNT; i++) {
        ck_assert_ptr_eq(map_get(map, arena_printf(arena, "key%d", i)), &values[i]);
        ck_assert_ptr_eq(map->entries[i].value, &values[i]);
    }
    ck_assert_uint_eq(map->count, COUNT);
    map_set(map, "key77", &values[3]);
    ck_assert_ptr_eq(map_get(map, "key77"), &values[3]);
    ck_assert_str_eq(map->entries[77].key, "key77");
    ck_assert_uint_eq(map->count, COUNT);
    ck_assert_ptr_null(map_get(map, "key100000"));
    ck_assert_ptr_null(map_get(map, ""));
}
END_TEST

START_TEST(out_collects_text)
{
    Out *out = out_new(arena);
    ck_assert_str_eq(out->text, "");
    for (int i = 0; i < 10000; i++) {
        out_printf(out, "%05d", i);
        out_text(out, ",");
        out_bytes(out, "\0;", 2);
    }
    ck_assert_uint_eq(out->length, 80000);
    ck_assert_mem_eq(out->text + 8 * 1234, "01234,\0;", 8);
    ck_assert_int_eq(out->text[out->length], 0);
    out_bytes(out, NULL, 0);
    ck_assert_uint_eq(out->length, 80000);
}
END_TEST

static bool commit(const char *a, const char *b, const char *into, const char **error)
{
    OutFiles *files = out_files_new(arena);
    out_files_add(files, "a", a, strlen(a));
    out_files_add(files, "b", b, strlen(b));
    return out_files_commit(files, into, error);
}

START_TEST(files_appear)
{
    const char *error;
    ck_assert(commit("one", "two", in_folder("x/y"), &error));
    ck_assert_str_eq(get("x/y/a"), "one");
    ck_assert_str_eq(get("x/y/b"), "two");
    ck_assert(commit("", "three", in_folder("x/y/"), &error));
    ck_assert_str_eq(get("x/y/a"), "");
    ck_assert_str_eq(get("x/y/b"), "three");
    ck_assert_int_eq(files_in_folder(), 1);
    ck_assert_int_eq(system(arena_printf(arena, "test $(ls -A '%s' | wc -l) = 2", in_folder("x/y"))), 0);
}
END_TEST

START_TEST(an_unchanged_file_is_left_alone)
{
    const char *error;
    struct stat before, after;
    put("a", "one");
    put("b", "old");
    ck_assert_int_eq(stat(in_folder("a"), &before), 0);
    ck_assert(commit("one", "new", folder, &error));
    ck_assert_int_eq(stat(in_folder("a"), &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    ck_assert_str_eq(get("b"), "new");
    ck_assert_int_eq(files_in_folder(), 2);
}
END_TEST

START_TEST(a_file_that_cannot_be_written_leaves_all_as_it_was)
{
    const char *error = NULL;
    put("a", "old");
    ck_assert_int_eq(mkdir(in_folder("b"), 0777), 0); /* a folder stands where a file should */
    ck_assert(!commit("new", "new", folder, &error));
    ck_assert_str_eq(error, arena_printf(arena, "cannot write %s: it is no regular file", in_folder("b")));
    ck_assert_str_eq(get("a"), "old");
    ck_assert_int_eq(files_in_folder(), 2);
}
END_TEST

START_TEST(a_file_that_cannot_be_placed_leaves_all_as_it_was)
{
    /* The second of three files cannot be kept aside: a folder has the name that it would get. */
    const char *error = NULL;
    OutFiles *files = out_files_new(arena);
    put("a", "old");
    put("b", "old");
    ck_assert_int_eq(mkdir(in_folder(arena_printf(arena, "b.old%ld", (long)getpid())), 0777), 0);
    out_files_add(files, "new", "new", 3);
    out_files_add(files, "a", "new", 3);
    out_files_add(files, "b", "new", 3);
    ck_assert(!out_files_commit(files, folder, &error));
    ck_assert_ptr_nonnull(strstr(error, "cannot replace"));
    ck_assert_str_eq(get("a"), "old");
    ck_assert_str_eq(get("b"), "old");
    ck_assert_int_eq(files_in_folder(), 3);
}
END_TEST

START_TEST(folders_that_were_made_go_again)
{
    const char *error = NULL;
    OutFiles *files = out_files_new(arena);
    out_files_add(files, "a", "new", 3);
    out_files_add(files, "no/such/folder", "new", 3);
    ck_assert(!out_files_commit(files, in_folder("x/y"), &error));
    ck_assert_ptr_nonnull(strstr(error, "No such file or directory"));
    ck_assert_int_eq(files_in_folder(), 0);

    put("file", "old");
    ck_assert(!commit("new", "new", in_folder("file"), &error));
    ck_assert_str_eq(get("file"), "old");
    ck_assert(!commit("new", "new", in_folder("file/x"), &error));
    ck_assert_int_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(sources_are_read)
{
    const char *error = NULL;
    put("m.rnn", "\xef\xbb\xbfone\r\ntwo");
    ck_assert_str_eq(get("m.rnn"), "one\r\ntwo");
    ck_assert_ptr_null(source_read(arena, in_folder("none"), &error));
    ck_assert_str_eq(error, arena_printf(arena, "cannot open %s: No such file or directory", in_folder("none")));
    ck_assert_ptr_null(source_read(arena, folder, &error));
    ck_assert_ptr_nonnull(strstr(error, "cannot read"));

    FILE *file = fopen(in_folder("nul"), "wb");
    fwrite("ab\0c", 1, 4, file);
    fclose(file);
    ck_assert_ptr_null(source_read(arena, in_folder("nul"), &error));
    ck_assert_ptr_nonnull(strstr(error, "byte 2 is zero"));
    ck_assert_int_eq(truncate(in_folder("nul"), (4 << 20) + 1), 0);
    ck_assert_ptr_null(source_read(arena, in_folder("nul"), &error));
    ck_assert_ptr_nonnull(strstr(error, "larger than 4 MiB"));
}
END_TEST

START_TEST(places_have_lines_and_columns)
{
    /* Columns count characters: two bytes, one column. A byte that is not UTF-8 is one, too. */
    Source *source = source_from_text(arena, "m", "ab\n\xcf\x83 = \xff x\r\n\nlast");
    static const struct {
        uint32_t offset;
        int line, column;
    } rows[] = {{0, 1, 1}, {2, 1, 3}, {3, 2, 1}, {5, 2, 2}, {8, 2, 5}, {9, 2, 6}, {10, 2, 7}, {13, 3, 1}, {14, 4, 1}, {18, 4, 5}, {99, 4, 5}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int line, column;
        source_position((Place){source, rows[i].offset, rows[i].offset}, &line, &column);
        ck_assert_int_eq(line, rows[i].line);
        ck_assert_int_eq(column, rows[i].column);
    }
    int length;
    const char *line = source_line(source, 8, &length);
    ck_assert_ptr_eq(line, source->text + 3);
    ck_assert_int_eq(length, 8);
    source_line(source, 13, &length);
    ck_assert_int_eq(length, 0);
    source_line(source, 18, &length);
    ck_assert_int_eq(length, 4);

    Place joined = place_join((Place){source, 5, 6}, (Place){source, 2, 4});
    ck_assert_uint_eq(joined.begin, 2);
    ck_assert_uint_eq(joined.end, 6);
}
END_TEST

START_TEST(characters_are_decoded)
{
    static const struct {
        const char *text;
        int size;
        uint32_t code;
    } rows[] = {
        {"a", 1, 'a'}, {"\xc3\xa9", 2, 0xe9}, {"\xe2\x88\x92", 3, 0x2212}, {"\xf0\x9f\x98\x80", 4, 0x1f600},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"\x80", 1, SOURCE_NOT_UTF8}, {"\xc0\x80", 1, SOURCE_NOT_UTF8}, {"\xc3", 1, SOURCE_NOT_UTF8},
        {"\xe0\x80\x80", 1, SOURCE_NOT_UTF8}, {"\xed\xa0\x80", 1, SOURCE_NOT_UTF8},
        {"\xf4\x90\x80\x80", 1, SOURCE_NOT_UTF8}, {"\xe2\x88", 1, SOURCE_NOT_UTF8}, {"\xe2(\x92", 1, SOURCE_NOT_UTF8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t code;
        ck_assert_int_eq(source_character(rows[i].text, strlen(rows[i].text), &code), rows[i].size);
        ck_assert_uint_eq(code, rows[i].code);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("base");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, arena_aligns_zeroes_and_keeps);
    tcase_add_test(tests, arena_grows_arrays);
    tcase_add_test(tests, arena_prints);
    tcase_add_test(tests, map_finds_and_keeps_the_order);
    tcase_add_test(tests, out_collects_text);
    tcase_add_test(tests, files_appear);
    tcase_add_test(tests, an_unchanged_file_is_left_alone);
    tcase_add_test(tests, a_file_that_cannot_be_written_leaves_all_as_it_was);
    tcase_add_test(tests, a_file_that_cannot_be_placed_leaves_all_as_it_was);
    tcase_add_test(tests, folders_that_were_made_go_again);
    tcase_add_test(tests, sources_are_read);
    tcase_add_test(tests, places_have_lines_and_columns);
    tcase_add_test(tests, characters_are_decoded);
    Suite *suite = suite_create("base");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
