/* test_tensor_onnx.c: ONNX models, protobuf bytes made by hand: every element type in every form, where
 * tensors may stand in a graph, what is refused, and files that are cut off or damaged anywhere. */
#include "onnx_bytes.h"

static void check_value(const TensorFile *file, const char *name, size_t i, double value)
{
    double out[16];
    const Tensor *found = tensor_file_find(file, name);
    ck_assert_msg(found != NULL, "no tensor %s", name);
    ck_assert_uint_lt(i, found->count);
    tensor_read_f64(found, out);
    ck_assert_msg(out[i] == value, "%s[%zu]: got %.17g, needed %.17g", name, i, out[i], value);
}

/* ---- what is read ---- */

static const struct { uint64_t number; DType dtype; unsigned field; int width; uint64_t bits[3]; double values[3]; } types[] = {
    {1, DTYPE_F32, T_FLOAT, 4, {0x3fc00000, 0xc0200000, 1}, {1.5, -2.5, 0x1p-149}},
    {2, DTYPE_U8, T_INT32, 0, {0, 127, 255}, {0, 127, 255}},
    {3, DTYPE_I8, T_INT32, 0, {1, 127, (uint64_t)-128}, {1, 127, -128}},
    {4, DTYPE_U16, T_INT32, 0, {0, 0x1234, 0xffff}, {0, 0x1234, 65535}},
    {5, DTYPE_I16, T_INT32, 0, {0x1234, (uint64_t)-1, (uint64_t)-32768}, {0x1234, -1, -32768}},
    {6, DTYPE_I32, T_INT32, 0, {0x12345678, (uint64_t)-1, (uint64_t)INT32_MIN}, {0x12345678, -1, -0x1p31}},
    {7, DTYPE_I64, T_INT64, 0, {5, (uint64_t)-1, 0x8000000000000000}, {5, -1, -0x1p63}},
    {9, DTYPE_BOOL, T_INT32, 0, {0, 1, 1}, {0, 1, 1}},
    {10, DTYPE_F16, T_INT32, 0, {0x3c00, 0xc000, 0x7bff}, {1, -2, 65504}},
    {11, DTYPE_F64, T_DOUBLE, 8, {0x3ff8000000000000, 1, 0xc000000000000000}, {1.5, 0x1p-1074, -2}},
    {12, DTYPE_U32, T_UINT64, 0, {1, 0x12345678, 0xffffffff}, {1, 0x12345678, 0x1p32 - 1}},
    {13, DTYPE_U64, T_UINT64, 0, {1, 0x8000000000000000, 0xffffffffffffffff}, {1, 0x1p63, 0x1p64}},
    {16, DTYPE_BF16, T_INT32, 0, {0x3f80, 0xc000, 0x7f7f}, {1, -2, 0x1.fep127}},
};

/* raw_data, a packed field and one that is not: three tensors of the same numbers. */
START_TEST(every_type)
{
    Part raw = {0}, packed = {0}, loose = {0};
    size_t width = dtype_size(types[_i].dtype);
    for (int i = 0; i < 3; i++) {
        bool fixed = types[_i].width;
        Part element = fixed ? little(types[_i].bits[i], width) : varint(types[_i].bits[i]);
        raw = JOIN(raw, little(types[_i].bits[i], width));
        packed = JOIN(packed, element);
        loose = JOIN(loose, varint(types[_i].field << 3 | (fixed ? width == 4 ? 5u : 1u : 0u)), element);
    }
    TensorFile *file = open_model(JOIN(initializer(tensor("raw", types[_i].number, 3, bytes_of(T_RAW, raw))),
                                       initializer(tensor("packed", types[_i].number, 3, bytes_of(types[_i].field, packed))),
                                       initializer(tensor("loose", types[_i].number, 3, loose))));
    ck_assert_uint_eq(tensor_file_count(file), 3);
    for (size_t k = 0; k < 3; k++) {
        const Tensor *found = tensor_file_at(file, k);
        ck_assert_uint_eq(found->dtype, types[_i].dtype);
        ck_assert_int_eq(found->rank, 1);
        ck_assert_int_eq(found->dim[0], 3);
        ck_assert(!found->constant);
        for (size_t i = 0; i < 3; i++)
            check_value(file, found->name, i, types[_i].values[i]);
    }
    tensor_file_close(file);
}
END_TEST

START_TEST(shapes)
{
    Part six = bytes_of(T_RAW, text("abcdef")), none = {0};
    TensorFile *file = open_model(JOIN(
        initializer(JOIN(bytes_of(T_DIMS, JOIN(varint(2), varint(3))), number(T_TYPE, 2), bytes_of(T_NAME, text("packed")), six)),
        initializer(JOIN(number(T_DIMS, 3), six, number(T_TYPE, 2), bytes_of(T_NAME, text("loose")), number(T_DIMS, 2))),
        initializer(JOIN(number(T_TYPE, 2), bytes_of(T_NAME, text("scalar")), bytes_of(T_RAW, text("a")))),
        initializer(tensor("empty", 1, 0, none))));
    static const int64_t dims[4][2] = {{2, 3}, {3, 2}, {0, 0}, {0, 0}};
    static const int ranks[4] = {2, 2, 0, 1};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(tensor_file_at(file, i)->rank, ranks[i]);
        ck_assert_mem_eq(tensor_file_at(file, i)->dim, dims[i], sizeof dims[i]);
    }
    check_value(file, "loose", 5, 'f');
    check_value(file, "scalar", 0, 'a');
    ck_assert_uint_eq(tensor_file_find(file, "empty")->count, 0);
    tensor_file_close(file);
}
END_TEST

START_TEST(constants)
{
    Part f = JOIN(varint(A_F << 3 | 5), little(0x3fc00000, 4)), none = {0};
    Part fs = bytes_of(A_FLOATS, JOIN(little(0x3f800000, 4), little(0xc0000000, 4)));
    Part t = bytes_of(A_T, byte_tensor("its own name is not asked for", 9));
    TensorFile *file = open_model(JOIN(
        node("", "Constant", "t", attribute("value", t)),
        node("n", "Constant", "f", attribute("value_float", f)),
        node("n", "Constant", "fs", attribute("value_floats", fs)),
        node("n", "Constant", "i", attribute("value_int", number(A_I, (uint64_t)-7))),
        node("n", "Constant", "is", JOIN(attribute("value_ints", bytes_of(A_INTS, JOIN(varint(3), varint(4)))), bytes_of(N_DOMAIN, text("ai.onnx")))),
        node("n", "Constant", "s", attribute("value_string", bytes_of(A_S, text("word")))),
        node("n", "Constant", "names", attribute("value", bytes_of(A_T, tensor("", 8, 1, bytes_of(T_STRING, text("word")))))),
        node("n", "Constant", "nothing", none),
        node("n", "Constant", "no tensor", attribute("value", none)),
        node("n", "ConstantOfShape", "other", attribute("value", t)),
        node("n", "Constant", "foreign", JOIN(attribute("value", t), bytes_of(N_DOMAIN, text("com.example")))),
        initializer(byte_tensor("w", 1)),
        initializer(tensor("labels", 8, 1, bytes_of(T_STRING, text("cat"))))));
    ck_assert_uint_eq(tensor_file_count(file), 6);
    check_value(file, "t", 0, 9);
    check_value(file, "f", 0, 1.5);
    ck_assert_int_eq(tensor_file_find(file, "f")->rank, 0);
    check_value(file, "fs", 1, -2);
    check_value(file, "i", 0, -7);
    check_value(file, "is", 1, 4);
    ck_assert_int_eq(tensor_file_find(file, "is")->rank, 1);
    ck_assert(tensor_file_find(file, "t")->constant && tensor_file_find(file, "is")->constant && !tensor_file_find(file, "w")->constant);
    ck_assert_str_eq(tensor_file_at(file, 0)->name, "w");
    tensor_file_close(file);
}
END_TEST

/* A name that several graphs have is parted by where they are; any other stays as it is. */
START_TEST(subgraphs)
{
    Part inner = node("deep", "If", "d", subgraph("then_branch", JOIN(initializer(byte_tensor("W", 3)), initializer(byte_tensor("V", 4)))));
    Part then_branch = JOIN(initializer(byte_tensor("W", 1)), initializer(byte_tensor("b", 2)), inner);
    Part else_branch = node("", "Constant", "W", attribute("value", bytes_of(A_T, byte_tensor("", 5))));
    TensorFile *file = open_model(JOIN(
        initializer(byte_tensor("top", 6)), initializer(byte_tensor("b", 7)),
        node("/if", "If", "y", JOIN(subgraph("then_branch", then_branch), subgraph("else_branch", else_branch))),
        node("", "Loop", "out", subgraph("body", initializer(byte_tensor("W", 8))))));
    static const struct { const char *name; double value; } rows[] = {
        {"/if.then_branch.W", 1}, {"/if.then_branch.b", 2}, {"/if.then_branch.deep.then_branch.W", 3}, {"V", 4},
        {"/if.else_branch.W", 5}, {"top", 6}, {"b", 7}, {"out.body.W", 8},
    };
    ck_assert_uint_eq(tensor_file_count(file), ROWS(rows));
    for (int i = 0; i < ROWS(rows); i++)
        check_value(file, rows[i].name, 0, rows[i].value);
    tensor_file_close(file);
}
END_TEST

/* ---- what is refused ---- */

static Part nested(int depth)
{
    Part graph = initializer(byte_tensor("W", 1));
    for (int i = 0; i < depth; i++)
        graph = node("n", "If", "y", subgraph("g", graph));
    return graph;
}

static Part bad(int row)
{
    Part none = {0}, four = bytes_of(T_RAW, text("abcd")), w = byte_tensor("w", 1);
    Part huge = bytes_of(T_DIMS, JOIN(varint(1u << 31), varint(1u << 31), varint(1u << 31)));
    char *lengthy = arena_alloc(arena, 1002);
    memset(lengthy, 'n', 1001);
    switch (row) {
    case 0: return initializer(tensor("", 2, 4, four));
    case 1: return initializer(tensor("a\nb", 2, 4, four));
    case 2: return initializer(tensor(lengthy, 2, 4, four));
    case 3: return initializer(JOIN(number(T_DIMS, 4), number(T_TYPE, 2), bytes_of(T_NAME, (Part){(const unsigned char *)"a\0b", 3}), four));
    case 4: return initializer(tensor("w", 14, 4, four));
    case 5: return initializer(tensor("w", 17, 4, four));
    case 6: return initializer(tensor("w", (uint64_t)-1, 4, four));
    case 7: return initializer(JOIN(number(T_DIMS, 4), bytes_of(T_NAME, text("w")), four));
    case 8: return initializer(JOIN(bytes_of(T_DIMS, text("\1\1\1\1\1\1\1\1")), tensor("w", 2, 4, four)));
    case 9: return initializer(tensor("w", 2, (uint64_t)-4, four));
    case 10: return initializer(JOIN(huge, tensor("w", 2, 1u << 31, four)));
    case 11: return initializer(JOIN(huge, tensor("w", 2, 0, none)));
    case 12: return initializer(tensor("w", 2, 5, four));
    case 13: return initializer(tensor("w", 1, 2, four));
    case 14: return initializer(tensor("w", 2, 4, none));
    case 15: return initializer(tensor("w", 2, 3, bytes_of(T_INT32, text("abcd"))));
    case 16: return initializer(tensor("w", 2, 4, JOIN(four, bytes_of(T_INT32, text("abcd")))));
    case 17: return initializer(tensor("w", 2, 4, JOIN(bytes_of(T_INT64, text("a")), bytes_of(T_INT32, text("abcd")))));
    case 18: return initializer(tensor("w", 1, 4, bytes_of(T_INT64, text("abcd"))));
    case 19: return initializer(tensor("w", 2, 2, bytes_of(T_INT32, JOIN(varint(255), varint(256)))));
    case 20: return initializer(tensor("w", 3, 1, number(T_INT32, (uint64_t)-129)));
    case 21: return initializer(tensor("w", 12, 1, number(T_UINT64, 1ull << 32)));
    case 22: return initializer(tensor("w", 2, 4, JOIN(four, number(T_LOCATION, 1))));
    case 23: return initializer(tensor("w", 2, 4, JOIN(four, bytes_of(T_SEGMENT, number(1, 0)))));
    case 24: return JOIN(initializer(w), bytes_of(G_SPARSE, none));
    case 25: return JOIN(initializer(w), initializer(w));
    case 26: return node("n", "If", "y", JOIN(subgraph("g", initializer(w)), subgraph("g", initializer(w))));
    case 27: return nested(17);
    case 28: return node(lengthy, "If", "y", JOIN(subgraph("g", initializer(w)), subgraph(lengthy, initializer(w))));
    case 29: return node("n", "If", "y", subgraph("g", text("\x0a\x7f")));
    case 30: return initializer(bytes_of(T_DIMS, text("\x80")));
    case 31: return node("n", "Constant", "", attribute("value_float", none));
    case 32: return node("n", "If", "a\nb", JOIN(bytes_of(N_NAME, none), subgraph("g", initializer(w)), subgraph("h", initializer(w))));
    default: ck_abort();
    }
    return none;
}

#define DAMAGED "it begins as an ONNX model does, but its protobuf is damaged (is it truncated?)"
#define NEEDED "; needed one of DOUBLE FLOAT FLOAT16 BFLOAT16 INT8 UINT8 INT16 UINT16 INT32 UINT32 INT64 UINT64 BOOL"
#define TOO_LARGE "the shape of tensor 'w' asks for more than the 4294967296 bytes that are allowed"

static const char *const bad_messages[] = {
    "a tensor has an empty name",
    "the name of tensor 'a?b' has a control character in it",
    "a tensor has a name of 1001 bytes; allowed are 1000",
    "the name of tensor 'a' has a control character in it",
    "tensor 'w' has ONNX's element type 14" NEEDED,
    "tensor 'w' has ONNX's element type 17" NEEDED,
    "tensor 'w' has ONNX's element type -1" NEEDED,
    "tensor 'w' has ONNX's element type 0" NEEDED,
    "tensor 'w' has 9 dimensions; allowed are 8",
    "dimension 0 of tensor 'w' is -4; needed 0 or more",
    TOO_LARGE,
    TOO_LARGE,
    "tensor 'w' has 4 bytes of data, but its shape asks for 5",
    "tensor 'w' has 4 bytes of data, but its shape asks for 8",
    "tensor 'w' has 0 bytes of data, but its shape asks for 4",
    "tensor 'w' has 4 elements in int32_data, but its shape asks for 3",
    "tensor 'w' has data in raw_data and in int32_data; needed one",
    "tensor 'w' has data in int32_data and in int64_data; needed one",
    "tensor 'w' of FLOAT has its data in int64_data; needed float_data",
    "element 1 of tensor 'w' is 256, which is no UINT8",
    "element 0 of tensor 'w' is -129, which is no INT8",
    "element 0 of tensor 'w' is 4294967296, which is no UINT32",
    "the data of tensor 'w' are in another file (external data); needed a model that is saved as one file",
    "tensor 'w' is stored in segments; needed a whole one",
    "it has sparse tensors; needed dense ones",
    "there are two tensors named 'w'",
    "there are two tensors named 'n.g.w'",
    "its subgraphs are nested more than 16 deep",
    "a tensor has a name of 1005 bytes; allowed are 1000",
    DAMAGED,
    DAMAGED,
    "a tensor has an empty name",
    "the name of tensor 'a?b.g.w' has a control character in it",
};

START_TEST(refused)
{
    build_model(bad(_i));
    refuse(bad_messages[_i]);
}
END_TEST

START_TEST(refused_whole)
{
    Part model = JOIN(number(1, 8), bytes_of(2, text("nothing")));
    built.size = 0;
    put(model.at, model.size);
    refuse("it begins as an ONNX model does, but has no graph");
    built.size = 0;
    put("\x08\x08\x3a\x7f", 4);
    refuse(DAMAGED);
    TensorFile *file = open_model(nested(16));
    check_value(file, "W", 0, 1);
    tensor_file_close(file);
    build_model(nested(800));
    refuse("its subgraphs are nested more than 16 deep");
    char name[702];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    Part w = initializer(byte_tensor("w", 1)), deep = w;
    for (int i = 0; i < 3; i++)
        deep = node(name, "If", "y", subgraph("g", deep));
    build_model(JOIN(w, deep));
    refuse("tensor 'w' is in a subgraph of too long a name");
}
END_TEST

/* Nodes of two bytes are some two hundred in memory. */
START_TEST(refused_for_memory)
{
    Part nodes = {arena_alloc(arena, 60000), 60000};
    for (size_t i = 0; i < nodes.size; i += 2)
        memcpy((unsigned char *)nodes.at + i, "\x0a", 2);
    build_model(nodes);
    refuse("it unpacks to more than the 2969184 bytes that a file of its size may");
}
END_TEST

/* ---- damage: a file opens or is refused, and every tensor can be read ---- */

static void read_all(const char *path)
{
    const char *error = NULL;
    TensorFile *file = tensor_file_open(arena, path, &error);
    ck_assert(file || (error && *error));
    for (size_t i = 0; file && i < tensor_file_count(file); i++) {
        const Tensor *found = tensor_file_at(file, i);
        double *out = malloc((found->count + 1) * sizeof *out);
        ck_assert_ptr_nonnull(out);
        tensor_read_f64(found, out);
        free(out);
    }
    tensor_file_close(file);
}

static void build_varied(void)
{
    build_model(JOIN(initializer(tensor("a", 1, 2, bytes_of(T_FLOAT, JOIN(little(1, 4), little(2, 4))))),
                     initializer(tensor("b", 6, 2, bytes_of(T_INT32, text("ab")))), initializer(byte_tensor("c", 1)),
                     node("n", "Constant", "d", attribute("value_ints", bytes_of(A_INTS, text("abc")))),
                     node("n", "If", "y", JOIN(subgraph("g", initializer(byte_tensor("a", 2))), subgraph("h", initializer(byte_tensor("a", 3)))))));
}

START_TEST(cut_off)
{
    build_varied();
    size_t size = built.size;
    const char *path = save("whole");
    read_all(path);
    for (built.size = 1; built.size < size; built.size++)
        read_all(save("cut"));
}
END_TEST

START_TEST(damaged)
{
    uint32_t seed = 1;
    build_varied();
    Bytes *whole = arena_alloc(arena, sizeof *whole);
    *whole = built;
    for (int round = 0; round < 3000; round++) {
        built = *whole;
        for (int k = 0; k < 1 + round % 3; k++) {
            seed = seed * 1664525 + 1013904223;
            built.at[2 + (seed >> 8) % (built.size - 2)] ^= (unsigned char)(1u << (seed >> 29));
        }
        read_all(save("damaged"));
    }
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("all");
    tcase_add_loop_test(all, every_type, 0, ROWS(types));
    tcase_add_test(all, shapes);
    tcase_add_test(all, constants);
    tcase_add_test(all, subgraphs);
    tcase_add_loop_test(all, refused, 0, ROWS(bad_messages));
    tcase_add_test(all, refused_whole);
    tcase_add_test(all, refused_for_memory);
    tcase_add_test(all, cut_off);
    tcase_add_test(all, damaged);
    return run_in_folder(all, "tensor_onnx");
}
