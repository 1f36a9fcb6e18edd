/* test_tensor_file.c: safetensors and npy files, and what is refused. Real weights are compared across
 * formats where ../shared/models or $RNNC_SHARED/models exists. */
#include "tensor_files.h"

static const struct { DType dtype; const char *safetensors, *npy; uint64_t bits[12]; double values[12]; size_t count; } types[] = {
    {DTYPE_F64, "F64", "f8", {0x3ff8000000000000, 0x8000000000000000, 1}, {1.5, -0.0, 0x1p-1074}, 3},
    {DTYPE_F32, "F32", "f4", {0x3fc00000, 0x80000000, 1, 0xff800000, 0x7fc00000}, {1.5, -0.0, 0x1p-149, -INFINITY, NAN}, 5},
    {DTYPE_F16, "F16", "f2", {0, 0x8000, 1, 0x83ff, 0x0400, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00, 0x7e00, 0x3555},
     {0.0, -0.0, 0x1p-24, -0x1.ff8p-15, 0x1p-14, 1, -2, 65504, INFINITY, -INFINITY, NAN, 0x1.554p-2}, 12},
    {DTYPE_BF16, "BF16", NULL, {0, 0x8000, 1, 0x0080, 0x3f80, 0xc000, 0x7f7f, 0x7f80, 0xff80, 0x7fc0},
     {0.0, -0.0, 0x1p-133, 0x1p-126, 1, -2, 0x1.fep127, INFINITY, -INFINITY, NAN}, 10},
    {DTYPE_I8, "I8", "i1", {0x7f, 0x80, 0xff}, {127, -128, -1}, 3},
    {DTYPE_U8, "U8", "u1", {0x7f, 0x80, 0xff}, {127, 128, 255}, 3},
    {DTYPE_I16, "I16", "i2", {0x1234, 0x8000, 0xffff}, {0x1234, -32768, -1}, 3},
    {DTYPE_U16, "U16", "u2", {0x1234, 0x8000, 0xffff}, {0x1234, 32768, 65535}, 3},
    {DTYPE_I32, "I32", "i4", {0x12345678, 0x80000000, 0xffffffff}, {0x12345678, -0x1p31, -1}, 3},
    {DTYPE_U32, "U32", "u4", {0x12345678, 0x80000000, 0xffffffff}, {0x12345678, 0x1p31, 0x1p32 - 1}, 3},
    {DTYPE_I64, "I64", "i8", {1, 0x8000000000000000, UINT64_MAX}, {1, -0x1p63, -1}, 3},
    {DTYPE_U64, "U64", "u8", {1, 0x8000000000000000, UINT64_MAX}, {1, 0x1p63, 0x1p64}, 3},
    {DTYPE_BOOL, "BOOL", "b1", {0, 1}, {0, 1}, 2},
};

static void check_values(const char *path, const char *name, size_t type)
{
    double out[12];
    TensorFile *file = open_good(path);
    const Tensor *tensor = tensor_file_find(file, name);
    ck_assert_ptr_nonnull(tensor);
    ck_assert_uint_eq(tensor->dtype, types[type].dtype);
    ck_assert_int_eq(tensor->rank, 1);
    ck_assert_int_eq(tensor->dim[0], (int64_t)types[type].count);
    ck_assert_uint_eq(tensor->count, types[type].count);
    tensor_read_f64(tensor, out);
    for (size_t i = 0; i < tensor->count; i++) {
        double value = types[type].values[i];
        ck_assert_msg(isnan(value) ? isnan(out[i]) : out[i] == value && !signbit(out[i]) == !signbit(value),
                      "%s[%zu]: got %a, needed %a", types[type].safetensors, i, out[i], value);
    }
    tensor_file_close(file);
}

START_TEST(every_type)
{
    size_t type = (size_t)_i, count = types[type].count, size = dtype_size(types[type].dtype);
    unsigned char little[96], big[96];
    for (size_t i = 0; i < count * size; i++) {
        little[i] = (unsigned char)(types[type].bits[i / size] >> 8 * (i % size));
        big[i / size * size + size - 1 - i % size] = little[i];
    }
    build_safetensors(arena_printf(arena, "{\"__metadata__\":{\"a\":\"b\"},\"w\":{\"dtype\":\"%s\",\"shape\":[%zu],"
                                   "\"data_offsets\":[0,%zu]}}  ", types[type].safetensors, count, count * size), little, count * size);
    check_values(save("any.name"), "w", type);
    ck_assert_str_eq(dtype_name(DTYPE_BF16), "bf16");
    if (!types[type].npy)
        return;
    for (int version = 1; version <= 3; version++) {
        build_npy(version, arena_printf(arena, "{'descr': '<%s', 'fortran_order': False, 'shape': (%zu,), }   ", types[type].npy, count),
                  little, count * size);
        check_values(save("folder.less.npy"), "folder.less", type);
    }
    build_npy(1, arena_printf(arena, "{\"shape\":(%zuL,),\"fortran_order\":True,\"descr\":\">%s\"}", count, types[type].npy), big, count * size);
    check_values(save("big"), "big", type);
    int64_t dim[8] = {1, 1, 1, 1, 1, 1, 1, (int64_t)count};
    for (int rank = 1; rank <= 8; rank++) {
        const char *error, *path = path_of("round.npy");
        ck_assert(npy_write(path, types[type].dtype, rank, dim + 8 - rank, little, &error));
        TensorFile *file = open_good(path);
        const Tensor *tensor = tensor_file_at(file, 0);
        ck_assert_str_eq(tensor->name, "round");
        ck_assert_int_eq(tensor->rank, rank);
        ck_assert_mem_eq(tensor->dim, dim + 8 - rank, (size_t)rank * sizeof *dim);
        ck_assert_mem_eq(tensor->bytes, little, count * size);
        tensor_file_close(file);
    }
}
END_TEST

START_TEST(fortran_order)
{
    unsigned char data[24];         /* element [i, j, k] of (2, 3, 4) is i * 12 + j * 4 + k */
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 4; k++)
                data[i + 2 * (j + 3 * k)] = (unsigned char)(i * 12 + j * 4 + k);
    build_npy(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", data, 24);
    TensorFile *file = open_good(save("f.npy"));
    for (int i = 0; i < 24; i++)
        ck_assert_int_eq(tensor_file_at(file, 0)->bytes[i], i);
    tensor_file_close(file);
    build_npy(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 0, 2), }", NULL, 0);
    file = open_good(save("f.npy"));
    ck_assert_uint_eq(tensor_file_at(file, 0)->count, 0);
    tensor_file_close(file);
}
END_TEST

START_TEST(npy_writing)
{
    const char *error = NULL;
    double value = 2.5, back;
    ck_assert(!npy_write(path_of("x.npy"), DTYPE_BF16, 0, NULL, &value, &error));
    ck_assert_str_eq(error, "npy has no element type bf16; needed another");
    ck_assert(!npy_write(path_of("none/x.npy"), DTYPE_F64, 0, NULL, &value, &error));
    ck_assert_str_eq(error, "No such file or directory");
    ck_assert(!npy_write("/dev/full", DTYPE_F64, 0, NULL, &value, &error));
    ck_assert_str_eq(error, "No space left on device");
    ck_assert(npy_write(path_of("x.npy"), DTYPE_F64, 0, NULL, &value, &error));
    ck_assert_int_ne(access(path_of("x.npy.part"), F_OK), 0);
    TensorFile *file = open_good(path_of("x.npy"));
    tensor_read_f64(tensor_file_find(file, "x"), &back);
    ck_assert(back == value);
    tensor_file_close(file);
}
END_TEST

START_TEST(unusable_files)
{
    static const struct { const char *bytes; size_t size; const char *message; } rows[] = {
        {"", 0, "it is empty; needed a safetensors, ONNX, npz or npy file"},
        {"{\"a\": 1}", 8, "its first bytes are those of no known format; needed a safetensors, ONNX, npz or npy file"},
        {"\x89HDF\r\n\x1a\n", 8, "it is an HDF5 file; needed a safetensors, ONNX, npz or npy file"},
        {"GGUF\3\0\0\0", 8, "it is a GGUF file; needed a safetensors, ONNX, npz or npy file"},
        {"\x1f\x8b\x08", 3, "it is a gzip file; needed a safetensors, ONNX, npz or npy file"},
        {"\x80\2}q", 4, "it is a Python pickle; needed a safetensors, ONNX, npz or npy file"},
        {"\x80\4\x95", 3, "it is a Python pickle; needed a safetensors, ONNX, npz or npy file"},
        {"version https://git-lfs.github.com/spec/v1\n", 43, "it is a Git LFS pointer, not the file itself; needed a safetensors, ONNX, npz or npy file"},
        {"\0\0\0\0\0\0\0\x10{}", 10, "its header is said to have 1152921504606846976 bytes, but only 2 follow (is it truncated?)"},
        {"\x93NUMPY\1", 7, "tensor 't' does not begin as an npy does"},
        {"\x93NUMPY\4\0\0\0\0\0", 12, "tensor 't' has npy version 4.0; known are 1.0, 2.0 and 3.0"},
        {"\x93NUMPY\1\0\xff\xff  ", 12, "the npy header of tensor 't' is said to have 65535 bytes, but only 2 follow (is it truncated?)"},
        {"\x93NUMPY\3\0\xff\xff\xff\xff", 12, "the npy header of tensor 't' is said to have 4294967295 bytes, but only 0 follow (is it truncated?)"},
        {"PK\3\4abc", 7, "it is not a sound zip archive: *"},
    };
    built = (Bytes){.size = rows[_i].size};
    memcpy(built.at, rows[_i].bytes, rows[_i].size);
    refuse(rows[_i].message);
}
END_TEST

START_TEST(unusable_paths)
{
    refuse_path(path_of("missing"), "it cannot be opened: No such file or directory");
    refuse_path(folder, "it is a folder; needed a file");
    ck_assert_int_eq(mkfifo(path_of("pipe"), 0600), 0);
    refuse_path(path_of("pipe"), "it is a device or pipe; needed a file whose size is known");
    built.size = 0;
    ck_assert_int_eq(truncate(save("sparse"), (off_t)(TENSOR_FILE_LIMIT + 1)), 0);
    refuse_path(path_of("sparse"), "it has 4294967297 bytes; allowed are 4294967296");
    unlink(path_of("sparse"));
    build_safetensors("{}", NULL, 0);
    built.at[3] = 3;                /* 2 + (3 << 24): the file is that long, but no header may be */
    ck_assert_int_eq(truncate(save("long"), 3 << 24 | 16), 0);
    refuse_path(path_of("long"), "its header has 50331650 bytes; allowed are 8388608");
    unlink(path_of("long"));
    build_npy(1, "{}", NULL, 0);
    refuse_path(save("a\nb"), "the name of tensor 'a?b' has a control character in it");
}
END_TEST

#define W(type, shape, offsets) "{\"w\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"
#define AB(first, second) "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":" first "}," \
                          "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":" second "}}"

static const struct { const char *json; size_t data; const char *message; } bad_safetensors[] = {
    {"{\"w\":", 0, "its header is not good JSON: *"},
    {"{\"w\":\xff}", 0, "its header is not good JSON: *"},
    {"{\"w\":1}{}", 0, "its header is not good JSON: *"},
    {"{\"w\":{},\"w\":{}}", 0, "its header is not good JSON: duplicate object key*"},
    {W("U8", "[18446744073709551616]", "[0,4]"), 4, "its header is not good JSON: too big integer*"},
    {"{\"w\":1}", 0, "the header's entry for tensor 'w' is not an object"},
    {"{\"\":{}}", 0, "a tensor has an empty name"},
    {"{\"a\\nb\":{}}", 0, "the name of tensor 'a?b' has a control character in it"},
    {"{\"w\":{\"dtype\":4}}", 0, "tensor 'w' has no \"dtype\" that is a string"},
    {W("F8_E4M3", "[4]", "[0,4]"), 4, "tensor 'w' has element type 'F8_E4M3'; needed one of F64 F32 F16 BF16 I8 U8 I16 U16 I32 U32 I64 U64 BOOL"},
    {W("C\\u001b", "[4]", "[0,4]"), 4, "tensor 'w' has element type 'C?'; needed one of F64 F32 F16 BF16 I8 U8 I16 U16 I32 U32 I64 U64 BOOL"},
    {W("U8", "4", "[0,4]"), 4, "tensor 'w' has no \"shape\" that is a list"},
    {W("U8", "[1,1,1,1,1,1,1,1,4]", "[0,4]"), 4, "tensor 'w' has 9 dimensions; allowed are 8"},
    {W("U8", "[2,2.0]", "[0,4]"), 4, "dimension 1 of tensor 'w' is not an integer"},
    {W("U8", "[-4]", "[0,4]"), 4, "dimension 0 of tensor 'w' is -4; needed 0 or more"},
    {W("F32", "[1073741825]", "[0,4]"), 4, "the shape of tensor 'w' asks for more than the 4294967296 bytes that are allowed"},
    {W("U8", "[4611686018427387904,4]", "[0,0]"), 0, "the shape of tensor 'w' asks for more than the 4294967296 bytes that are allowed"},
    {W("U8", "[0,4611686018427387904,4]", "[0,0]"), 0, "the shape of tensor 'w' asks for more than the 4294967296 bytes that are allowed"},
    {W("U8", "[4]", "[0,4,8]"), 4, "tensor 'w' has no \"data_offsets\" that are two integers"},
    {W("U8", "[4]", "[0,4.0]"), 4, "tensor 'w' has no \"data_offsets\" that are two integers"},
    {W("U8", "[4]", "[-1,3]"), 4, "tensor 'w' has data offsets -1 to 3; needed 0 or more, in order"},
    {W("U8", "[4]", "[4,0]"), 4, "tensor 'w' has data offsets 4 to 0; needed 0 or more, in order"},
    {W("U8", "[4]", "[0,4]"), 3, "tensor 'w' ends at byte 4 of the data, but the file has only 3 (is it truncated?)"},
    {W("U16", "[4]", "[0,4]"), 4, "tensor 'w' has 4 bytes of data, but its shape asks for 8"},
    {W("U8", "[4]", "[0,4]"), 7, "the last 3 bytes of the file belong to no tensor"},
    {AB("[0,2]", "[1,3]"), 3, "the data of tensors 'a' and 'b' overlap"},
    {AB("[3,5]", "[0,2]"), 5, "the 1 bytes of data before tensor 'a' belong to no tensor"},
};

START_TEST(safetensors_refused)
{
    static const unsigned char zeros[16];
    build_safetensors(bad_safetensors[_i].json, zeros, bad_safetensors[_i].data);
    refuse(bad_safetensors[_i].message);
}
END_TEST

START_TEST(safetensors_deep)
{
    char json[60001] = "{\"w\":";
    memset(json + 5, '[', 59995);
    build_safetensors(json, NULL, 0);
    refuse("its header is not good JSON: *");
    built.size = 0;
    memset(json, 'n', 1001);
    json[1001] = 0;
    build_safetensors(arena_printf(arena, "{\"%s\":{}}", json), NULL, 0);
    refuse("a tensor has a name of 1001 bytes; allowed are 1000");
}
END_TEST

START_TEST(many_tensors)
{
    enum { COUNT = 100000, ROOM = COUNT * 100 };
    char *json = malloc(ROOM), name[16];
    size_t size = 0;
    for (int i = 0; i < COUNT; i++)
        size += (size_t)snprintf(json + size, ROOM - size, "%c\"t%06d\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%d,%d]}",
                                 i ? ',' : '{', i * 7 % COUNT, i, i + 1);
    json[size++] = '}';
    FILE *stream = fopen(path_of("many"), "wb");
    unsigned char length[8] = {(unsigned char)size, (unsigned char)(size >> 8), (unsigned char)(size >> 16)};
    ck_assert_uint_eq(fwrite(length, 1, 8, stream) + fwrite(json, 1, size, stream), 8 + size);
    fclose(stream);
    free(json);
    ck_assert_int_eq(truncate(path_of("many"), (off_t)(8 + size + COUNT)), 0);
    TensorFile *file = open_good(path_of("many"));
    ck_assert_uint_eq(tensor_file_count(file), COUNT);
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "t%06d", i * 7 % COUNT);
        ck_assert_ptr_eq(tensor_file_find(file, name), tensor_file_at(file, (size_t)i));
    }
    ck_assert_ptr_null(tensor_file_find(file, "t"));
    ck_assert_ptr_null(tensor_file_find(file, "u"));
    tensor_file_close(file);
}
END_TEST

#define TYPE(descr, what) {NPY("'" descr "'", "False", "(4,)"), 4, "tensor 't' has element type '" descr "' (" what "); " \
                           "needed one of f8 f4 f2 i1 u1 i2 u2 i4 u4 i8 u8 b1 after '<' or '>'"}
#define MALFORMED "the npy header of tensor 't' is malformed at byte "

static const struct { const char *dict; size_t data; const char *message; } bad_npy[] = {
    TYPE("<c8", "complex numbers"), TYPE("|S4", "byte strings"), TYPE("<U1", "text"), TYPE("|O", "Python objects"),
    TYPE("|V2", "raw records"), TYPE("<M8[ns]", "dates"), TYPE("<m8", "time spans"), TYPE("<f16", "floats of that size"),
    TYPE("=q4", "an unknown type"), TYPE("|f4", "floats of that size"), TYPE("", "an unknown type"),
    {NPY("[('a', '<f4')]", "False", "(1,)"), 4, "tensor 't' has a structured element type; needed plain numbers"},
    {"['descr']", 0, MALFORMED "10: needed '{'"},
    {"{descr: 1}", 0, MALFORMED "11: needed a string"},
    {"{'descr\\x00': 1}", 0, MALFORMED "17: needed the end of a string of plain characters"},
    {"{'descr", 0, MALFORMED "18: needed the end of a string of plain characters"},
    {"{'descr' '<f4'}", 0, MALFORMED "19: needed ':'"},
    {"{'descr': 4}", 0, MALFORMED "20: needed a string"},
    {"{'descr': '<f4' 'shape': (1,)}", 4, MALFORMED "26: needed ',' or '}'"},
    {"{'fortran_order': 0}", 0, MALFORMED "28: needed True or False"},
    {"{'shape': 4}", 0, MALFORMED "20: needed '(' and the shape"},
    {"{'shape': (4.0,)}", 0, MALFORMED "22: needed ',' or ')'"},
    {"{'shape': (,)}", 0, MALFORMED "21: needed an integer"},
    {"{'shape': (", 0, MALFORMED "22: needed an integer"},
    {"{'shape': (-1,)}", 0, "dimension 0 of tensor 't' is negative"},
    {"{'shape': (1, 9223372036854775808)}", 0, "dimension 1 of tensor 't' is beyond 64 bits"},
    {"{'shape': (1,1,1,1,1,1,1,1,1)}", 0, "tensor 't' has more than 8 dimensions"},
    {"{'shape': (1,), 'shape': (1,)}", 0, "the npy header of tensor 't' has twice the key 'shape'"},
    {"{'colour': 1}", 0, "the npy header of tensor 't' has the unknown key 'colour'"},
    {"{'descr': '<f4', 'shape': (1,)}", 4, "the npy header of tensor 't' lacks the key 'fortran_order'"},
    {NPY("'<f4'", "False", "(1,)") " 4", 4, MALFORMED "66: needed only spaces after the dict"},
    {NPY("'<f4'", "False", "(4294967296, 4294967296, 4)"), 0, "the shape of tensor 't' asks for more than the 4294967296 bytes that are allowed"},
    {NPY("'<f4'", "False", "(4,)"), 15, "tensor 't' has 15 bytes of data, but its shape asks for 16"},
    {NPY("'<f4'", "False", "(4,)"), 17, "tensor 't' has 17 bytes of data, but its shape asks for 16"},
};

START_TEST(npy_refused)
{
    static const unsigned char zeros[32];
    build_npy(1, bad_npy[_i].dict, zeros, bad_npy[_i].data);
    refuse(bad_npy[_i].message);
}
END_TEST

START_TEST(npy_header_length)
{
    char dict[4101];
    memset(dict, ' ', 4100);
    dict[4100] = 0;
    build_npy(2, dict, NULL, 0);
    refuse("the npy header of tensor 't' has 4101 bytes; allowed are 4096");
}
END_TEST

/* The same network in both formats: the same tensors. */
static void compare_formats(const char *safetensors)
{
    char *npz = arena_copy(arena, safetensors, strlen(safetensors));
    strcpy(strstr(npz, ".safetensors"), ".npz");
    TensorFile *left = open_good(safetensors), *right = open_good(npz);
    ck_assert_uint_gt(tensor_file_count(left), 0);
    ck_assert_uint_eq(tensor_file_count(left), tensor_file_count(right));
    for (size_t i = 0; i < tensor_file_count(left); i++) {
        const Tensor *a = tensor_file_at(left, i), *b = tensor_file_find(right, a->name);
        ck_assert_msg(b && a->dtype == b->dtype && a->rank == b->rank && memcmp(a->dim, b->dim, sizeof a->dim) == 0 &&
                      memcmp(a->bytes, b->bytes, a->count * dtype_size(a->dtype)) == 0, "%s: %s", npz, a->name);
    }
    tensor_file_close(left);
    tensor_file_close(right);
}

START_TEST(real_weights)
{
    const char *shared = getenv("RNNC_SHARED");
    glob_t found;
    if (glob(arena_printf(arena, "%s/models/*/weights*.safetensors", shared ? shared : "../shared"), 0, NULL, &found) != 0)
        puts("test_tensor_file: no ../shared/models nor RNNC_SHARED: real weights are skipped");
    for (size_t i = 0; i < found.gl_pathc; i++)
        compare_formats(found.gl_pathv[i]);
    globfree(&found);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("tensor_file");
    tcase_add_loop_test(all, every_type, 0, ROWS(types));
    tcase_add_test(all, fortran_order);
    tcase_add_test(all, npy_writing);
    tcase_add_loop_test(all, unusable_files, 0, 14);
    tcase_add_test(all, unusable_paths);
    tcase_add_loop_test(all, safetensors_refused, 0, ROWS(bad_safetensors));
    tcase_add_test(all, safetensors_deep);
    tcase_add_test(all, many_tensors);
    tcase_add_loop_test(all, npy_refused, 0, ROWS(bad_npy));
    tcase_add_test(all, npy_header_length);
    tcase_add_test(all, real_weights);
    return run_in_folder(all, "tensor_file");
}
