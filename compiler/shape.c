/* shape.c: shapes, known and unknown. */
#include "shape.h"

#include <string.h>

const Shape SHAPE_UNKNOWN = {-1, {0}};

Shape shape_vector(int rank, const int64_t *dim)
{
    Shape shape = {rank, {0}};
    if (rank > 0)
        memcpy(shape.dim, dim, (size_t)rank * sizeof *dim);
    return shape;
}

Shape shape_scalar(void)
{
    return shape_vector(0, NULL);
}

bool shape_known(Shape shape)
{
    for (int i = 0; i < shape.rank; i++)
        if (shape.dim[i] < 0)
            return false;
    return shape.rank >= 0;
}

bool shape_equal(Shape a, Shape b)
{
    if (a.rank != b.rank)
        return false;
    for (int i = 0; i < a.rank; i++)
        if (a.dim[i] != b.dim[i])
            return false;
    return true;
}

static bool dim_agrees(int64_t a, int64_t b)
{
    return a < 0 || b < 0 || a == b;
}

bool shape_agrees(Shape a, Shape b)
{
    if (a.rank < 0 || b.rank < 0)
        return true;
    return a.rank == b.rank && shape_has_tail(a, b);
}

Shape shape_merge(Shape a, Shape b)
{
    if (a.rank < 0)
        return b;
    for (int i = 0; i < a.rank && i < b.rank; i++)
        if (a.dim[i] < 0)
            a.dim[i] = b.dim[i];
    return a;
}

bool shape_has_tail(Shape a, Shape b)
{
    if (a.rank < 0 || b.rank < 0)
        return true;
    for (int i = 1; i <= b.rank; i++)
        if (i > a.rank || !dim_agrees(a.dim[a.rank - i], b.dim[b.rank - i]))
            return false;
    return true;
}

int64_t shape_product(Shape shape, int begin, int end)
{
    int64_t count = 1;
    for (int i = begin; i < end; i++) {
        if (shape.dim[i] > 0 && count > INT64_MAX / shape.dim[i])
            return INT64_MAX; /* of a shape that nobody has looked at yet */
        count = shape.dim[i] < 0 ? count : count * shape.dim[i];
    }
    return count;
}

int64_t shape_count(Shape shape)
{
    return shape_product(shape, 0, shape.rank);
}

const char *shape_text(Arena *arena, Shape shape)
{
    if (shape.rank < 0)
        return "[?]";
    const char *text = "[";
    for (int i = 0; i < shape.rank; i++) {
        const char *comma = i ? ", " : "";
        if (shape.dim[i] < 0)
            text = arena_printf(arena, "%s%s?", text, comma);
        else
            text = arena_printf(arena, "%s%s%lld", text, comma, (long long)shape.dim[i]);
    }
    return arena_printf(arena, "%s]", text);
}
