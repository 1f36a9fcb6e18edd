/* kernels_window.h: convolution and pooling. Included by kernels.c once for each instruction set. The
 * lanes of a vector are channels, which lie side by side in memory, so nothing is gathered. */

/* What neighbouring windows read: of each `pieces` times n numbers, x_piece apart, the windows themselves `step`
 * apart. For each number there is a row of RT_PANEL weights, those of a second vector of channels `second`
 * further on; the pieces are w_piece apart. */
typedef struct RT_FN(Reach) {
    size_t pieces, n, x_piece, w_piece, step, second;
} RT_FN(Reach);

/* Adds to the sums of `count` windows: of each a vector of channels, and with `pair` a second one. Both are
 * constants at every call. */
RT_INLINE void RT_FN(conv_add)(RT_FN(Strip) *sum, const float *x, const float *w, RT_FN(Reach) r, int count, int pair)
{
    RT_FN(Strip) s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3], row;
    size_t i, j;

    for (i = 0; i < r.pieces; i++) {
        const float *x0 = x + i * r.x_piece, *x1 = x0 + r.step, *x2 = x1 + r.step, *x3 = x2 + r.step;
        const float *weight = w + i * r.w_piece;
        for (j = 0; j < r.n; j++, weight += RT_PANEL) {
            row.p = v_load(weight);
            row.q = pair ? v_load(weight + r.second) : row.p;
            RT_FN(strip_fma)(&s0, row, x0[j]);
            if (count > 1)
                RT_FN(strip_fma)(&s1, row, x1[j]);
            if (count > 2)
                RT_FN(strip_fma)(&s2, row, x2[j]);
            if (count > 3)
                RT_FN(strip_fma)(&s3, row, x3[j]);
        }
    }
    sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3;
}

static void RT_FN(conv_windows)(RT_FN(Strip) *sum, const float *x, const float *w, RT_FN(Reach) r, size_t count)
{
    switch (r.second ? count + 4 : count) {
    case 1: RT_FN(conv_add)(sum, x, w, r, 1, 0); break;
    case 2: RT_FN(conv_add)(sum, x, w, r, 2, 0); break;
    case 3: RT_FN(conv_add)(sum, x, w, r, 3, 0); break;
    case 4: RT_FN(conv_add)(sum, x, w, r, 4, 0); break;
    case 5: RT_FN(conv_add)(sum, x, w, r, 1, 1); break;
    case 6: RT_FN(conv_add)(sum, x, w, r, 2, 1); break;
    case 7: RT_FN(conv_add)(sum, x, w, r, 3, 1); break;
    case 8: RT_FN(conv_add)(sum, x, w, r, 4, 1); break;
    default: break;
    }
}

/* How many of `count` windows from the one at `at` on, `stride` apart, begin before `end`. */
RT_INLINE size_t RT_FN(before)(size_t at, size_t stride, size_t count, size_t end)
{
    size_t n = at < end ? (end - at - 1) / stride + 1 : 0;
    return n < count ? n : count;
}

/* Where the windows in one row of them are read. */
typedef struct RT_FN(Line) {
    const float *x, *w;      /* the first row of the image and of the kernel that meet */
    size_t pieces;           /* rows that do; maybe none */
    size_t width, c, kw, stride, pad, o, second;
} RT_FN(Line);

RT_INLINE void RT_FN(conv_store)(float *y, const RT_FN(Strip) *sum, size_t count, size_t o, size_t left, int pair)
{
    size_t i;

    for (i = 0; i < count; i++, y += o) {
        v_store_n(y, sum[i].p, left);
        if (pair)
            v_store_n(y + V_LANES, sum[i].q, left - V_LANES);
    }
}

/* Four windows that lie inside: what they read of one row is one piece. */
RT_INLINE void RT_FN(conv_inside)(float *y, const RT_FN(Line) *v, size_t at, size_t left, int pair)
{
    const RT_FN(Reach) r = {v->pieces, v->kw * v->c, v->width * v->c, v->kw * v->c * RT_PANEL, v->stride * v->c, v->second};
    const RT_FN(Strip) zero = {v_set1(0.0f), v_set1(0.0f)};
    RT_FN(Strip) sum[4] = {zero, zero, zero, zero};

    RT_FN(conv_add)(sum, v->x + at * v->c, v->w, r, 4, pair);
    RT_FN(conv_store)(y, sum, 4, v->o, left, pair);
}

/* Whether `count` windows lie inside of the padding. */
RT_INLINE int RT_FN(is_inside)(const RT_FN(Line) *v, size_t at, size_t count)
{
    return at >= v->pad && at + (count - 1) * v->stride + v->kw <= v->pad + v->width;
}

/* Up to four windows. Where not all lie inside each column of the kernel is added to those that it does for. */
static void RT_FN(conv_few)(float *y, const RT_FN(Line) *v, size_t at, size_t count, size_t left)
{
    RT_FN(Reach) r = {v->pieces, v->c, v->width * v->c, v->kw * v->c * RT_PANEL, v->stride * v->c, v->second};
    const RT_FN(Strip) zero = {v_set1(0.0f), v_set1(0.0f)};
    RT_FN(Strip) sum[4] = {zero, zero, zero, zero};
    const int inside = RT_FN(is_inside)(v, at, count);
    size_t i;

    if (inside) {
        r.n = v->kw * v->c;
        RT_FN(conv_windows)(sum, v->x + (at - v->pad) * v->c, v->w, r, count);
    }
    for (i = 0; i < v->kw && !inside; i++, at++) {
        const size_t first = RT_FN(before)(at, v->stride, count, v->pad);
        const size_t last = RT_FN(before)(at, v->stride, count, v->pad + v->width);
        if (first < last)
            RT_FN(conv_windows)(sum + first, v->x + (at + first * v->stride - v->pad) * v->c, v->w + i * v->c * RT_PANEL, r,
                                last - first);
    }
    RT_FN(conv_store)(y, sum, count, v->o, left, v->second > 0);
}

/* One row of windows, for some channels. */
RT_INLINE void RT_FN(conv_line)(float *y, const RT_FN(Line) *v, size_t cols, size_t left)
{
    size_t s;

    for (s = 0; s < cols; s += 4, y += 4 * v->o) {
        const size_t at = s * v->stride;
        const int inside = s + 4 <= cols && RT_FN(is_inside)(v, at, 4);
        if (inside && v->second)
            RT_FN(conv_inside)(y, v, at - v->pad, left, 1);
        else if (inside)
            RT_FN(conv_inside)(y, v, at - v->pad, left, 0);
        else
            RT_FN(conv_few)(y, v, at, cols - s < 4 ? cols - s : 4, left);
    }
}

void RT_FN(rt_conv2d_f32)(float *y, const float *x, const float *kernel, size_t h, size_t w,
                          size_t c, size_t kh, size_t kw, size_t o, size_t stride, size_t pad_h,
                          size_t pad_w)
{
    const size_t rows = (h + 2 * pad_h - kh) / stride + 1, cols = (w + 2 * pad_w - kw) / stride + 1;
    const size_t panel = kh * kw * c * RT_PANEL;
    RT_FN(Line) v = {x, kernel, 0, w, c, kw, stride, pad_w, o, 0};
    size_t r, k;

    for (k = 0; k < o; k += v.second ? 2 * V_LANES : V_LANES) { /* these weights stay in cache for all windows */
        const int pair = V_PARTS == 1 && o - k > V_LANES;
        v.second = pair ? V_LANES < RT_PANEL ? V_LANES : panel : 0;
        for (r = 0; r < rows; r++) {
            const size_t top = r * stride, begin = top < pad_h ? pad_h - top : 0;
            const size_t end = RT_FN(before)(top, 1, kh, pad_h + h);
            v.pieces = begin < end ? end - begin : 0;
            v.x = v.pieces ? x + (top + begin - pad_h) * w * c : x;
            v.w = kernel + k / RT_PANEL * panel + k % RT_PANEL + (v.pieces ? begin : 0) * kw * c * RT_PANEL;
            RT_FN(conv_line)(y + r * cols * o + k, &v, cols, o - k);
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
