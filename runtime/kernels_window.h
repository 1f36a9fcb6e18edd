/* kernels_window.h: convolution and pooling. Included by kernels.c once for each instruction set. The
 * lanes of a vector are channels, which lie side by side in memory, so nothing is gathered. */

/* What a convolution reads of one window: `rows` pieces of n numbers of x, x_row apart, and for each
 * number a row of the kernel, `o` long, the pieces k_row apart. */
typedef struct RT_FN(Reach) {
    size_t rows, n, x_row, k_row, o;
} RT_FN(Reach);

/* Four outputs whose windows begin `step` numbers apart, by a strip of channels, of which the first
 * `left` exist. With `full`, a constant at every call, all of them do. */
RT_INLINE void RT_FN(conv_tile4)(float *y, const float *x, const float *kernel, RT_FN(Reach) reach,
                                 size_t step, size_t left, int full)
{
    const RT_FN(Strip) zero = {v_set1(0.0f), v_set1(0.0f)};
    RT_FN(Strip) s0 = zero, s1 = zero, s2 = zero, s3 = zero;
    size_t i, j;

    for (i = 0; i < reach.rows; i++) {
        const float *x0 = x + i * reach.x_row, *x1 = x0 + step, *x2 = x1 + step, *x3 = x2 + step;
        const float *b = kernel + i * reach.k_row;
        for (j = 0; j < reach.n; j++, b += reach.o) {
            const RT_FN(Strip) row = RT_FN(strip_load)(b, left, full);
            RT_FN(strip_fma)(&s0, row, x0[j]);
            RT_FN(strip_fma)(&s1, row, x1[j]);
            RT_FN(strip_fma)(&s2, row, x2[j]);
            RT_FN(strip_fma)(&s3, row, x3[j]);
        }
    }
    RT_FN(strip_store)(y, s0, left);
    RT_FN(strip_store)(y + reach.o, s1, left);
    RT_FN(strip_store)(y + 2 * reach.o, s2, left);
    RT_FN(strip_store)(y + 3 * reach.o, s3, left);
}

RT_INLINE void RT_FN(conv_tile1)(float *y, const float *x, const float *kernel, RT_FN(Reach) reach,
                                 size_t left, int full)
{
    RT_FN(Strip) s = {v_set1(0.0f), v_set1(0.0f)};
    size_t i, j;

    for (i = 0; i < reach.rows; i++) {
        const float *a = x + i * reach.x_row, *b = kernel + i * reach.k_row;
        for (j = 0; j < reach.n; j++, b += reach.o)
            RT_FN(strip_fma)(&s, RT_FN(strip_load)(b, left, full), a[j]);
    }
    RT_FN(strip_store)(y, s, left);
}

/* All channels of four outputs, or of one. */
RT_INLINE void RT_FN(conv_outputs)(float *y, const float *x, const float *kernel, RT_FN(Reach) reach,
                                   size_t step, int four)
{
    size_t c, left;

    for (c = 0; c < reach.o; c += V_STRIP) {
        left = reach.o - c;
        if (four && left >= V_STRIP)
            RT_FN(conv_tile4)(y + c, x, kernel + c, reach, step, left, 1);
        else if (four)
            RT_FN(conv_tile4)(y + c, x, kernel + c, reach, step, left, 0);
        else if (left >= V_STRIP)
            RT_FN(conv_tile1)(y + c, x, kernel + c, reach, left, 1);
        else
            RT_FN(conv_tile1)(y + c, x, kernel + c, reach, left, 0);
    }
}

/* The part of a window that lies inside of an axis of `length`, where it begins `pad` before `at`. */
RT_INLINE void RT_FN(clip)(size_t at, size_t pad, size_t window, size_t length, size_t *begin,
                           size_t *end)
{
    *begin = at < pad ? pad - at : 0;
    *end = at + window > pad + length ? pad + length - at : window;
    if (at >= pad + length || *begin >= *end)
        *begin = *end = 0;
}

void RT_FN(rt_conv2d_f32)(float *y, const float *x, const float *kernel, size_t h, size_t w,
                          size_t c, size_t kh, size_t kw, size_t o, size_t stride, size_t pad_h,
                          size_t pad_w)
{
    const size_t rows = (h + 2 * pad_h - kh) / stride + 1;
    const size_t cols = (w + 2 * pad_w - kw) / stride + 1;
    size_t r, s, top, bottom, first, last;
    int four;

    for (r = 0; r < rows; r++) {
        RT_FN(clip)(r * stride, pad_h, kh, h, &top, &bottom);
        for (s = 0; s < cols; s += four ? 4 : 1) {
            const size_t at = s * stride;
            RT_FN(Reach) reach = {bottom - top, 0, w * c, kw * c * o, o};
            const float *from = x;
            RT_FN(clip)(at, pad_w, kw, w, &first, &last);
            reach.n = (last - first) * c;
            if (reach.rows > 0 && reach.n > 0)
                from = x + ((r * stride + top - pad_h) * w + (at + first - pad_w)) * c;
            /* four windows that lie inside of the image share what is read of the kernel */
            four = s + 4 <= cols && at >= pad_w && at + 3 * stride + kw <= pad_w + w;
            RT_FN(conv_outputs)(y + (r * cols + s) * o, from, kernel + top * reach.k_row + first * c * o,
                                reach, stride * c, four);
        }
    }
}

/* One vector of channels of one window. A NaN stays: it is neither above nor below what follows. */
RT_INLINE vf RT_FN(pool)(const float *x, size_t w, size_t c, size_t kh, size_t kw, size_t left,
                         int largest)
{
    vf value = v_load_n(x, left);
    size_t i, j;

    for (i = 0; i < kh; i++)
        for (j = 0; j < kw; j++) {
            vf next = v_load_n(x + (i * w + j) * c, left);
            if (i + j == 0)
                continue;
            if (largest)
                value = v_select(vm_ne(value, value), value, v_max(value, next));
            else
                value = v_add(value, next);
        }
    return largest ? value : v_div(value, v_set1((float)(kh * kw)));
}

RT_INLINE void RT_FN(pools)(float *y, const float *x, size_t h, size_t w, size_t c, size_t kh,
                            size_t kw, size_t stride, int largest)
{
    size_t r, s, k;

    for (r = 0; r + kh <= h; r += stride)
        for (s = 0; s + kw <= w; s += stride, y += c)
            for (k = 0; k < c; k += V_LANES)
                v_store_n(y + k, RT_FN(pool)(x + (r * w + s) * c + k, w, c, kh, kw, c - k, largest),
                          c - k);
}

void RT_FN(rt_max_pool_f32)(float *y, const float *x, size_t h, size_t w, size_t c, size_t kh,
                            size_t kw, size_t stride)
{
    RT_FN(pools)(y, x, h, w, c, kh, kw, stride, 1);
}

void RT_FN(rt_avg_pool_f32)(float *y, const float *x, size_t h, size_t w, size_t c, size_t kh,
                            size_t kw, size_t stride)
{
    RT_FN(pools)(y, x, h, w, c, kh, kw, stride, 0);
}
