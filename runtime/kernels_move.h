/* kernels_move.h: kernels that only move data. Included by kernels.c once for each instruction set:
 * the C library's memcpy is already the machine's best, so they are all the same. Where there is
 * nothing to move, pointers are not touched: those of empty tensors may be null. */

RT_INLINE void RT_FN(move)(void *y, const void *x, size_t bytes)
{
    __builtin_memcpy(y, x, bytes);
}

void RT_FN(rt_copy_f32)(float *y, size_t y_stride, const float *x, size_t x_stride, size_t rows,
                        size_t n)
{
    size_t r;

    for (r = 0; n > 0 && r < rows; r++)
        RT_FN(move)(y + r * y_stride, x + r * x_stride, n * sizeof *y);
}

void RT_FN(rt_copy_i32)(int32_t *y, size_t y_stride, const int32_t *x, size_t x_stride,
                        size_t rows, size_t n)
{
    size_t r;

    for (r = 0; n > 0 && r < rows; r++)
        RT_FN(move)(y + r * y_stride, x + r * x_stride, n * sizeof *y);
}

void RT_FN(rt_rows_f32)(float *y, const float *table, const int32_t *index, size_t count, size_t n)
{
    size_t r;

    for (r = 0; n > 0 && r < count; r++)
        RT_FN(move)(y + r * n, table + (size_t)index[r] * n, n * sizeof *y);
}

void RT_FN(rt_pack_f32)(float *y, const float *x, size_t rows, size_t cols)
{
    size_t c, r, k;

    for (c = 0; c < cols; c += RT_PANEL)
        for (r = 0; r < rows; r++, y += RT_PANEL) {
            const size_t n = cols - c < RT_PANEL ? cols - c : RT_PANEL;
            RT_FN(move)(y, x + r * cols + c, n * sizeof *y);
            for (k = n; k < RT_PANEL; k++)
                y[k] = 0.0f;
        }
}

/* One matrix of single floats, in tiles: reading down a column of a large matrix one by one would
 * fetch a line of cache for each. */
RT_INLINE void RT_FN(transpose)(float *y, const float *x, size_t rows, size_t cols)
{
    const size_t tile = 16;
    size_t r, c, i, j;

    for (r = 0; r < rows; r += tile)
        for (c = 0; c < cols; c += tile)
            for (i = r; i < r + tile && i < rows; i++)
                for (j = c; j < c + tile && j < cols; j++)
                    y[j * rows + i] = x[i * cols + j];
}

void RT_FN(rt_transpose_f32)(float *y, const float *x, size_t outer, size_t rows, size_t cols,
                             size_t inner)
{
    const size_t size = rows * cols * inner;
    size_t o, r, c;

    for (o = 0; size > 0 && o < outer; o++, y += size, x += size) {
        if (inner == 1) {
            RT_FN(transpose)(y, x, rows, cols);
            continue;
        }
        for (r = 0; r < rows; r++)
            for (c = 0; c < cols; c++)
                RT_FN(move)(y + (c * rows + r) * inner, x + (r * cols + c) * inner,
                            inner * sizeof *y);
    }
}

void RT_FN(rt_flip_f32)(float *y, const float *x, size_t outer, size_t n, size_t inner)
{
    size_t o, k;

    for (o = 0; inner > 0 && o < outer; o++, y += n * inner, x += n * inner)
        for (k = 0; k < n; k++)
            RT_FN(move)(y + (n - 1 - k) * inner, x + k * inner, inner * sizeof *y);
}
