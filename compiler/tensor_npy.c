/* tensor_npy.c: reads npy files (versions 1.0 to 3.0) and npz archives of them.
 * In: the bytes of a file. Out: its tensors, little-endian and in C order whatever the file has.
 * An npy is "\x93NUMPY", two bytes of version, the header's length (2 bytes, from version 2.0 on 4),
 * the header, which is a Python dict {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
 * padded with spaces, and the data. The dict is parsed in just this form, never evaluated.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#include "tensor_file.h"

#include <inttypes.h>
#include <string.h>
#include <zip.h>

enum {
    PREFIX_MAX = 12,
    HEADER_LIMIT = 4096,            /* eight dimensions need less than 300 */
    DEFLATE_RATIO = 1032,           /* deflate cannot do better than 258 bytes from 2 bits */
    BOMB_RATIO = 32,                /* weights hardly get smaller by half, so that a large file which claims more ... */
    BOMB_ROOM = 256 << 20           /* ... is made to fill memory */
};

typedef struct Npy {
    TensorFile *file;
    Tensor tensor;                  /* name set from the start, the rest by the header */
    const unsigned char *at, *end;  /* what is left of the header's text */
    const unsigned char *start;     /* of the whole npy, for the place in messages */
    bool big_endian, fortran;
    size_t data_at;                 /* bytes in front of the data */
    uint64_t data_size;
} Npy;

static bool malformed(Npy *npy, const char *needed)
{
    return tensor_file_fail(npy->file, "the npy header of tensor '%s' is malformed at byte %td: needed %s",
                            npy->tensor.name, npy->at - npy->start, needed);
}

static bool next_is(Npy *npy, char c)
{
    while (npy->at < npy->end && (*npy->at == ' ' || *npy->at == '\n'))
        npy->at++;
    return npy->at < npy->end && *npy->at == (unsigned char)c;
}

static bool accept(Npy *npy, char c)
{
    bool here = next_is(npy, c);
    npy->at += here;
    return here;
}

/* A string without escapes, in either kind of quotes: its start and length in the header. */
static bool string_parse(Npy *npy, const char **text, size_t *length)
{
    char quote = next_is(npy, '"') ? '"' : '\'';
    if (!accept(npy, quote))
        return malformed(npy, "a string");
    *text = (const char *)npy->at;
    while (npy->at < npy->end && *npy->at != (unsigned char)quote && *npy->at >= ' ' && *npy->at < 127 &&
           *npy->at != '\\')
        npy->at++;
    *length = (size_t)((const char *)npy->at - *text);
    return accept(npy, quote) || malformed(npy, "the end of a string of plain characters");
}

static const char *kind_name(char kind)
{
    static const struct { char kind; const char *name; } kinds[] = {
        {'c', "complex numbers"}, {'S', "byte strings"}, {'a', "byte strings"}, {'U', "text"}, {'O', "Python objects"},
        {'V', "raw records"}, {'M', "dates"}, {'m', "time spans"}, {'f', "floats of that size"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].kind == kind)
            return kinds[i].name;
    return "an unknown type";
}

static bool descr_parse(Npy *npy)
{
    const char *text;
    size_t length;
    if (next_is(npy, '[') || next_is(npy, '('))
        return tensor_file_fail(npy->file, "tensor '%s' has a structured element type; needed plain numbers",
                                npy->tensor.name);
    if (!string_parse(npy, &text, &length))
        return false;
    for (int i = 0; i < DTYPE_COUNT && length == 3; i++) {
        const char *npy_name = dtype_table[i].npy;
        /* '|' says that a byte order has no meaning, which is so for single bytes only. */
        const char *orders = dtype_table[i].size == 1 ? "|<>" : "<>";
        if (npy_name && memcmp(text + 1, npy_name, 2) == 0 && strchr(orders, text[0])) {
            npy->tensor.dtype = (DType)i;
            npy->big_endian = text[0] == '>';
            return true;
        }
    }
    return tensor_file_fail(npy->file, "tensor '%s' has element type '%.*s' (%s); needed one of f8 f4 f2 i1 u1 i2 u2 i4 u4 "
                            "i8 u8 b1 after '<' or '>'", npy->tensor.name, length < 40 ? (int)length : 40, text,
                            kind_name(length > 1 ? text[1] : length ? text[0] : ' '));
}

static bool order_parse(Npy *npy)
{
    next_is(npy, 'T');              /* skips spaces */
    size_t left = (size_t)(npy->end - npy->at);
    npy->fortran = left >= 4 && memcmp(npy->at, "True", 4) == 0;
    if (!npy->fortran && (left < 5 || memcmp(npy->at, "False", 5) != 0))
        return malformed(npy, "True or False");
    npy->at += npy->fortran ? 4 : 5;
    return true;
}

static bool dim_parse(Npy *npy, int64_t *dim)
{
    if (next_is(npy, '-'))
        return tensor_file_fail(npy->file, "dimension %d of tensor '%s' is negative", npy->tensor.rank, npy->tensor.name);
    if (npy->at == npy->end || *npy->at < '0' || *npy->at > '9')
        return malformed(npy, "an integer");
    for (*dim = 0; npy->at < npy->end && *npy->at >= '0' && *npy->at <= '9'; npy->at++) {
        int digit = *npy->at - '0';
        if (*dim > (INT64_MAX - digit) / 10)
            return tensor_file_fail(npy->file, "dimension %d of tensor '%s' is beyond 64 bits", npy->tensor.rank,
                                    npy->tensor.name);
        *dim = *dim * 10 + digit;
    }
    if (npy->at < npy->end && *npy->at == 'L')  /* a long integer, as Python 2 wrote it */
        npy->at++;
    return true;
}

static bool shape_parse(Npy *npy)
{
    if (!accept(npy, '('))
        return malformed(npy, "'(' and the shape");
    while (!accept(npy, ')')) {
        int64_t dim = 0;
        if (!dim_parse(npy, &dim))
            return false;
        if (npy->tensor.rank == TENSOR_MAX_RANK)
            return tensor_file_fail(npy->file, "tensor '%s' has more than %d dimensions", npy->tensor.name, TENSOR_MAX_RANK);
        npy->tensor.dim[npy->tensor.rank++] = dim;
        if (!accept(npy, ',') && !next_is(npy, ')'))
            return malformed(npy, "',' or ')'");
    }
    return true;
}

static bool dict_parse(Npy *npy)
{
    static const struct { const char *key; bool (*parse)(Npy *npy); } rows[] = {
        {"descr", descr_parse}, {"fortran_order", order_parse}, {"shape", shape_parse},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    bool seen[ROWS] = {false};
    if (!accept(npy, '{'))
        return malformed(npy, "'{'");
    while (!accept(npy, '}')) {
        const char *key;
        size_t length, row = 0;
        if (!string_parse(npy, &key, &length))
            return false;
        while (row < ROWS && (strlen(rows[row].key) != length || memcmp(rows[row].key, key, length) != 0))
            row++;
        if (row == ROWS || seen[row])
            return tensor_file_fail(npy->file, "the npy header of tensor '%s' has %s '%.*s'", npy->tensor.name,
                                    row == ROWS ? "the unknown key" : "twice the key", length < 40 ? (int)length : 40, key);
        seen[row] = true;
        if (!accept(npy, ':'))
            return malformed(npy, "':'");
        if (!rows[row].parse(npy))
            return false;
        if (!accept(npy, ',') && !next_is(npy, '}'))
            return malformed(npy, "',' or '}'");
    }
    for (size_t row = 0; row < ROWS; row++)
        if (!seen[row])
            return tensor_file_fail(npy->file, "the npy header of tensor '%s' lacks the key '%s'", npy->tensor.name,
                                    rows[row].key);
    next_is(npy, ' ');
    return npy->at == npy->end || malformed(npy, "only spaces after the dict");
}

/* Parses the header in the first `have` bytes of an npy that has `total`; these must be either all or
 * enough for the largest header. Sets everything in npy but the tensor's bytes. */
static bool header_parse(Npy *npy, const unsigned char *bytes, size_t have, uint64_t total)
{
    if (have < PREFIX_MAX || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return tensor_file_fail(npy->file, "tensor '%s' does not begin as an npy does", npy->tensor.name);
    if (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0)
        return tensor_file_fail(npy->file, "tensor '%s' has npy version %d.%d; known are 1.0, 2.0 and 3.0",
                                npy->tensor.name, bytes[6], bytes[7]);
    size_t prefix = bytes[6] == 1 ? 10 : 12;
    uint64_t length = 0;
    for (size_t i = prefix; i-- > 8;)
        length = length << 8 | bytes[i];
    if (length > total - prefix)
        return tensor_file_fail(npy->file, "the npy header of tensor '%s' is said to have %" PRIu64 " bytes, but only %" PRIu64
                                " follow (is it truncated?)", npy->tensor.name, length, total - prefix);
    if (length > HEADER_LIMIT)
        return tensor_file_fail(npy->file, "the npy header of tensor '%s' has %" PRIu64 " bytes; allowed are %d",
                                npy->tensor.name, length, HEADER_LIMIT);
    npy->start = bytes;
    npy->at = bytes + prefix;
    npy->end = npy->at + length;
    npy->data_at = prefix + (size_t)length;
    if (!dict_parse(npy) || !tensor_file_measure(npy->file, &npy->tensor, &npy->data_size))
        return false;
    if (npy->data_size != total - npy->data_at)
        return tensor_file_fail(npy->file, "tensor '%s' has %" PRIu64 " bytes of data, but its shape asks for %" PRIu64,
                                npy->tensor.name, total - npy->data_at, npy->data_size);
    return true;
}

static void bytes_swap(unsigned char *data, size_t count, size_t size)
{
    for (unsigned char *element = data; count-- > 0; element += size)
        for (size_t i = 0; i < size / 2; i++) {
            unsigned char kept = element[i];
            element[i] = element[size - 1 - i];
            element[size - 1 - i] = kept;
        }
}

/* Column-major elements in C order: counts through the indices as an odometer does, last one
 * fastest, and keeps the place in `from` in step. */
static void transpose(const Tensor *tensor, const unsigned char *from, unsigned char *to)
{
    size_t size = dtype_size(tensor->dtype), stride[TENSOR_MAX_RANK], place = 0;
    int64_t index[TENSOR_MAX_RANK] = {0};
    for (int axis = 0; axis < tensor->rank; axis++)
        stride[axis] = axis ? stride[axis - 1] * (size_t)tensor->dim[axis - 1] : size;
    for (size_t i = 0; i < tensor->count; i++) {
        memcpy(to + i * size, from + place, size);
        for (int axis = tensor->rank; axis-- > 0;) {
            place += stride[axis];
            if (++index[axis] < tensor->dim[axis])
                break;
            place -= stride[axis] * (size_t)tensor->dim[axis];
            index[axis] = 0;
        }
    }
}

/* Adds the tensor, whose data stand at `data` in a block of the file. */
static bool npy_finish(Npy *npy, unsigned char *data)
{
    if (npy->big_endian)
        bytes_swap(data, npy->tensor.count, dtype_size(npy->tensor.dtype));
    npy->tensor.bytes = data;
    if (npy->fortran && npy->tensor.rank > 1) {
        unsigned char *turned = tensor_file_block(npy->file, npy->data_size);
        if (!turned)
            return false;
        transpose(&npy->tensor, data, turned);
        npy->tensor.bytes = turned;
    }
    tensor_file_add(npy->file, &npy->tensor);
    return true;
}

bool npy_read(TensorFile *file, const char *name, unsigned char *bytes, size_t size)
{
    Npy npy = {.file = file, .tensor.name = name};
    return header_parse(&npy, bytes, size, size) && npy_finish(&npy, bytes + npy.data_at);
}

/* Exactly `size` bytes of a member; what is missing was announced by the archive's directory. */
static bool member_bytes(Npy *npy, zip_file_t *member, unsigned char *to, size_t size)
{
    while (size > 0) {
        zip_int64_t got = zip_fread(member, to, size);
        if (got <= 0)
            return tensor_file_fail(npy->file, "tensor '%s' cannot be read from the archive: %s", npy->tensor.name,
                                    got ? zip_file_strerror(member) : "it ends too early");
        to += got;
        size -= (size_t)got;
    }
    return true;
}

/* The header first: what does not fit its shape is refused before memory is asked for. */
static bool member_data(Npy *npy, zip_file_t *member, uint64_t size)
{
    unsigned char head[PREFIX_MAX + HEADER_LIMIT], more;
    size_t have = size < sizeof head ? (size_t)size : sizeof head;
    if (!member_bytes(npy, member, head, have) || !header_parse(npy, head, have, size))
        return false;
    unsigned char *data = tensor_file_block(npy->file, npy->data_size);
    if (!data)
        return false;
    memcpy(data, head + npy->data_at, have - npy->data_at);
    if (!member_bytes(npy, member, data + (have - npy->data_at), (size_t)(size - have)))
        return false;
    zip_int64_t rest = zip_fread(member, &more, 1);     /* at the end libzip compares the checksum */
    if (rest != 0)
        return tensor_file_fail(npy->file, "tensor '%s' cannot be read from the archive: %s", npy->tensor.name,
                                rest < 0 ? zip_file_strerror(member) : "it is longer than the archive says");
    return npy_finish(npy, data);
}

static bool member_read(TensorFile *file, zip_t *zip, const zip_stat_t *status)
{
    size_t length = strlen(status->name);
    if (length < 4 || strcmp(status->name + length - 4, ".npy") != 0)
        return tensor_file_fail(file, "the archive has a member '%.80s'; needed only NAME.npy%s", status->name,
                                length > 4 && strcmp(status->name + length - 4, ".pkl") == 0
                                ? " (it looks like a PyTorch file: save it as safetensors)" : "");
    Npy npy = {.file = file, .tensor.name = tensor_file_name(file, status->name, length - 4)};
    if (!npy.tensor.name)
        return false;
    if (status->encryption_method != ZIP_EM_NONE)
        return tensor_file_fail(file, "tensor '%s' is encrypted", npy.tensor.name);
    if (status->comp_method != ZIP_CM_STORE && status->comp_method != ZIP_CM_DEFLATE)
        return tensor_file_fail(file, "tensor '%s' has compression method %d; known are 0 (stored) and 8 (deflate)",
                                npy.tensor.name, status->comp_method);
    uint64_t ratio = status->comp_method == ZIP_CM_STORE ? 1 : DEFLATE_RATIO;
    if (status->size / ratio > status->comp_size)
        return tensor_file_fail(file, "tensor '%s' is said to have %" PRIu64 " bytes, which its %" PRIu64
                                " bytes in the archive cannot hold", npy.tensor.name, (uint64_t)status->size,
                                (uint64_t)status->comp_size);
    zip_file_t *member = zip_fopen_index(zip, status->index, 0);
    if (!member)
        return tensor_file_fail(file, "tensor '%s' cannot be read from the archive: %s", npy.tensor.name, zip_strerror(zip));
    bool good = member_data(&npy, member, status->size);
    zip_fclose(member);
    return good;
}

static bool member_status(TensorFile *file, zip_t *zip, zip_uint64_t index, zip_stat_t *status)
{
    const zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_INDEX | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                                ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    zip_stat_init(status);
    return (zip_stat_index(zip, index, 0, status) == 0 && (status->valid & needed) == needed) ||
           tensor_file_fail(file, "entry %" PRIu64 " of the archive's directory is damaged", (uint64_t)index);
}

/* Members may share bytes of the archive, so that a small file could unpack to any size: what they
 * claim together is limited before the first is read. */
static bool claims_check(TensorFile *file, zip_t *zip, zip_uint64_t count, uint64_t archive)
{
    uint64_t stored = 0, unpacked = 0;
    zip_stat_t status;
    for (zip_uint64_t i = 0; i < count; i++) {
        if (!member_status(file, zip, i, &status))
            return false;
        if (status.comp_size > archive - stored)
            return tensor_file_fail(file, "the archive's members claim more than its %" PRIu64 " bytes", archive);
        if (status.size > TENSOR_FILE_LIMIT - unpacked)
            return tensor_file_fail(file, "the archive unpacks to more than the %" PRIu64 " bytes that are allowed",
                                    TENSOR_FILE_LIMIT);
        stored += status.comp_size;
        unpacked += status.size;
    }
    if (unpacked > BOMB_ROOM && unpacked / BOMB_RATIO > archive)
        return tensor_file_fail(file, "the archive has %" PRIu64 " bytes, and is said to unpack to %" PRIu64 "; allowed are %d times "
                                "as many, or %d", archive, unpacked, BOMB_RATIO, BOMB_ROOM);
    return true;
}

static bool members_read(TensorFile *file, zip_t *zip, uint64_t archive)
{
    zip_uint64_t count = (zip_uint64_t)zip_get_num_entries(zip, 0);
    zip_stat_t status;
    bool good = claims_check(file, zip, count, archive);
    for (zip_uint64_t i = 0; i < count && good; i++)
        good = member_status(file, zip, i, &status) && member_read(file, zip, &status);
    return good;
}

bool npz_read(TensorFile *file, const unsigned char *bytes, size_t size)
{
    zip_error_t problem;
    zip_error_init(&problem);
    zip_source_t *source = zip_source_buffer_create(bytes, size, 0, &problem);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &problem) : NULL;
    bool good = zip && members_read(file, zip, size);
    if (zip)
        zip_discard(zip);               /* frees the source, too */
    else {
        tensor_file_fail(file, "it is not a sound zip archive: %s", zip_error_strerror(&problem));
        if (source)
            zip_source_free(source);
    }
    zip_error_fini(&problem);
    return good;
}
