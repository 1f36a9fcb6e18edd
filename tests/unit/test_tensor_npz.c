/* test_tensor_npz.c: npz archives, sound ones and such as lie about themselves. */
#include "tensor_files.h"

#include <zip.h>

/* An archive of a.npy and `second`, both of a (3000, 2) table of u8 with `size` bytes, left in `built` for damage. */
static void build_sized_npz(const char *second, zip_int32_t method, size_t size)
{
    int problem;
    remove(path_of("t.npy"));
    zip_t *zip = zip_open(path_of("t.npy"), ZIP_CREATE, &problem);
    ck_assert_ptr_nonnull(zip);
    unsigned char data[6100];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * i >> 4);
    build_npy(1, NPY("'|u1'", "False", "(3000, 2)"), data, size);
    const char *names[] = {"a.npy", second};
    for (int i = 0; i < 2; i++) {
        zip_int64_t index = zip_file_add(zip, names[i], zip_source_buffer(zip, built.at, built.size, 0), 0);
        ck_assert_int_eq(index, i);
        ck_assert_int_eq(zip_set_file_compression(zip, (zip_uint64_t)index, method, 9), 0);
    }
    ck_assert_int_eq(zip_close(zip), 0);
    FILE *stream = fopen(path_of("t.npy"), "rb");
    built.size = fread(built.at, 1, sizeof built.at, stream);
    fclose(stream);
}

static void build_npz(const char *second, zip_int32_t method)
{
    build_sized_npz(second, method, 6000);
}

/* The entry of a member in the archive's directory. */
static unsigned char *entry(int index)
{
    for (size_t i = 0; i + 4 < built.size; i++)
        if (memcmp(built.at + i, "PK\1\2", 4) == 0 && index-- == 0)
            return built.at + i;
    ck_abort_msg("no such entry");
}

/* Fields of an entry: where they are, as the zip format has it. */
enum { FLAGS = 8, METHOD = 10, PACKED_SIZE = 20, SIZE = 24, NAME = 46 };

static void patch(int index, int field, uint64_t value, int size)
{
    for (int i = 0; i < size; i++)
        entry(index)[field + i] = (unsigned char)(value >> 8 * i);
}

START_TEST(npz_members)
{
    build_npz("layer.0/b.npy", _i ? ZIP_CM_DEFLATE : ZIP_CM_STORE);
    TensorFile *file = open_good(save("any"));
    ck_assert_uint_eq(tensor_file_count(file), 2);
    const Tensor *tensor = tensor_file_find(file, "layer.0/b");
    ck_assert_ptr_eq(tensor, tensor_file_at(file, 1));
    ck_assert_int_eq(tensor->rank, 2);
    for (size_t i = 0; i < 6000; i++)
        ck_assert_int_eq(tensor->bytes[i], (unsigned char)(i * i >> 4));
    tensor_file_close(file);
    built = (Bytes){.size = 22};
    memcpy(built.at, "PK\5\6", 4);
    file = open_good(save("any"));      /* an archive without members */
    ck_assert_uint_eq(tensor_file_count(file), 0);
    tensor_file_close(file);
}
END_TEST

START_TEST(npz_refused)
{
    build_npz("data.pkl", ZIP_CM_STORE);
    refuse("the archive has a member 'data.pkl'; needed only NAME.npy (it looks like a PyTorch file: save it as safetensors)");
    build_npz("b.txt", ZIP_CM_STORE);
    refuse("the archive has a member 'b.txt'; needed only NAME.npy");
    build_npz(".npy", ZIP_CM_STORE);
    refuse("a tensor has an empty name");
    build_npz("b.npy", ZIP_CM_STORE);
    memcpy(entry(1) + NAME, "a", 1);
    refuse("there are two tensors named 'a'");
    build_npz("b.npy", ZIP_CM_STORE);
    built.size -= 30;
    refuse("it is not a sound zip archive: *");
    build_npz("b.npy", ZIP_CM_STORE);
    patch(0, FLAGS, 1, 2);
    refuse("tensor 'a' is encrypted");
    build_npz("b.npy", ZIP_CM_DEFLATE);
    patch(0, METHOD, 12, 2);
    refuse("tensor 'a' has compression method 12; known are 0 (stored) and 8 (deflate)");
    build_npz("b.npy", ZIP_CM_STORE);
    built.at[200]++;
    refuse("tensor 'a' cannot be read from the archive: CRC error");
    build_npz("b.npy", ZIP_CM_STORE);
    memcpy(built.at + 26, "\xff\xff", 2);       /* the length of the name in front of a.npy itself */
    refuse("tensor 'a' cannot be read from the archive: *");
}
END_TEST

START_TEST(npz_lies)
{
    build_npz("b.npy", ZIP_CM_STORE);
    patch(0, SIZE, 1 << 20, 4);
    refuse("tensor 'a' is said to have 1048576 bytes, which its 6071 bytes in the archive cannot hold");
    build_sized_npz("b.npy", ZIP_CM_DEFLATE, 6010);
    refuse("tensor 'a' has 6010 bytes of data, but its shape asks for 6000");
    build_sized_npz("b.npy", ZIP_CM_DEFLATE, 6100);
    patch(0, SIZE, 6071, 4);
    refuse("tensor 'a' cannot be read from the archive: it is longer than the archive says");
    build_sized_npz("b.npy", ZIP_CM_DEFLATE, 5999);
    patch(0, SIZE, 6071, 4);
    refuse("tensor 'a' cannot be read from the archive: it ends too early");
    build_npz("b.npy", ZIP_CM_STORE);
    patch(0, PACKED_SIZE, 9000, 4);
    patch(1, PACKED_SIZE, 9000, 4);
    refuse("the archive's members claim more than its 12336 bytes");
    build_npz("b.npy", ZIP_CM_STORE);
    patch(0, SIZE, 0x90000000, 4);
    patch(1, SIZE, 0x90000000, 4);
    refuse("the archive unpacks to more than the 4294967296 bytes that are allowed");
    build_npz("b.npy", ZIP_CM_DEFLATE);
    patch(0, SIZE, 128 << 20, 4);
    patch(1, SIZE, (128 << 20) + 1, 4);
    refuse(arena_printf(arena, "the archive has %zu bytes, and is said to unpack to 268435457; allowed are 32 times as many, or 268435456",
                        built.size));
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("tensor_npz");
    tcase_add_loop_test(all, npz_members, 0, 2);
    tcase_add_test(all, npz_refused);
    tcase_add_test(all, npz_lies);
    return run_in_folder(all, "tensor_npz");
}
