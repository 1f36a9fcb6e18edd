/* tensor_dtype.c: the types that elements of a tensor have in files, and their conversion to double. */
#include "tensor_file.h"

#include <assert.h>
#include <math.h>
#include <string.h>

const DTypeInfo dtype_table[DTYPE_COUNT] = {
    [DTYPE_F64] = {"f64", "F64", "f8", 8},
    [DTYPE_F32] = {"f32", "F32", "f4", 4},
    [DTYPE_F16] = {"f16", "F16", "f2", 2},
    [DTYPE_BF16] = {"bf16", "BF16", NULL, 2},
    [DTYPE_I8] = {"i8", "I8", "i1", 1},
    [DTYPE_U8] = {"u8", "U8", "u1", 1},
    [DTYPE_I16] = {"i16", "I16", "i2", 2},
    [DTYPE_U16] = {"u16", "U16", "u2", 2},
    [DTYPE_I32] = {"i32", "I32", "i4", 4},
    [DTYPE_U32] = {"u32", "U32", "u4", 4},
    [DTYPE_I64] = {"i64", "I64", "i8", 8},
    [DTYPE_U64] = {"u64", "U64", "u8", 8},
    [DTYPE_BOOL] = {"bool", "BOOL", "b1", 1},
};

size_t dtype_size(DType dtype)
{
    return dtype_table[dtype].size;
}

const char *dtype_name(DType dtype)
{
    return dtype_table[dtype].name;
}

static double f64_from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double f16_to_f64(uint64_t bits)
{
    uint64_t sign = bits >> 15 << 63, exponent = bits >> 10 & 31, mantissa = bits & 1023;
    if (exponent == 0)      /* subnormal, or zero */
        return copysign((double)mantissa * 0x1p-24, sign ? -1.0 : 1.0);
    if (exponent == 31)
        return f64_from_bits(sign | UINT64_C(2047) << 52 | (mantissa ? UINT64_C(1) << 51 : 0));
    return f64_from_bits(sign | (exponent - 15 + 1023) << 52 | mantissa << 42);
}

static double f32_to_f64(uint64_t bits)
{
    uint32_t narrow = (uint32_t)bits;
    float value;
    memcpy(&value, &narrow, sizeof value);
    return (double)value;
}

static double bits_to_f64(DType dtype, uint64_t bits)
{
    switch (dtype) {
    case DTYPE_F64: return f64_from_bits(bits);
    case DTYPE_F32: return f32_to_f64(bits);
    case DTYPE_F16: return f16_to_f64(bits);
    case DTYPE_BF16: return f32_to_f64(bits << 16);
    case DTYPE_I8: return (double)(int8_t)bits;
    case DTYPE_I16: return (double)(int16_t)bits;
    case DTYPE_I32: return (double)(int32_t)bits;
    case DTYPE_I64: return (double)(int64_t)bits;
    case DTYPE_U8: case DTYPE_U16: case DTYPE_U32: case DTYPE_U64: return (double)bits;
    case DTYPE_BOOL: return bits != 0;
    case DTYPE_COUNT: break;
    }
    assert(dtype < DTYPE_COUNT);
    return 0;
}

/* Byte by byte, so that neither alignment nor byte order matter; a constant size becomes one load. */
static inline uint64_t little_endian(const unsigned char *bytes, size_t size)
{
    uint64_t bits = 0;
    for (size_t k = size; k-- > 0;)
        bits = bits << 8 | bytes[k];
    return bits;
}

void tensor_read_f64(const Tensor *tensor, double *out)
{
    const unsigned char *at = tensor->bytes;
    switch (tensor->dtype) { /* what weights mostly are gets a loop of its own */
    case DTYPE_F32:
        for (size_t i = 0; i < tensor->count; i++)
            out[i] = f32_to_f64(little_endian(at + 4 * i, 4));
        return;
    case DTYPE_F16:
        for (size_t i = 0; i < tensor->count; i++)
            out[i] = f16_to_f64(little_endian(at + 2 * i, 2));
        return;
    default:
        for (size_t i = 0, size = dtype_size(tensor->dtype); i < tensor->count; i++)
            out[i] = bits_to_f64(tensor->dtype, little_endian(at + size * i, size));
    }
}
