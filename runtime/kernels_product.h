/* kernels_product.h: products of matrices that are not packed. Included by kernels.c once for each
 * instruction set. (Packed weights of known size go through panel.h, inlined in the emitted code.) */

/* Whether two vectors side by side and four sums of each fit into the registers. */
#undef V_PAIRS
#if defined(V_PARTS) && V_PARTS > 1
#define V_PAIRS 0
#else
#define V_PAIRS 1
#endif

/* Rows of w at a time, so that x is loaded once for them and their sums do not wait for each other. */
RT_INLINE void RT_FN(four_rows)(float *y, const float *w, const float *x, size_t cols, size_t stride)
{
    const float *w0 = w, *w1 = w + stride, *w2 = w1 + stride, *w3 = w2 + stride;
    vf zero = v_set1(0.0f), a0 = zero, a1 = zero, a2 = zero, a3 = zero;
    vf b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    size_t k;

    for (k = 0; k + 2 * V_LANES <= cols; k += 2 * V_LANES) {
        vf p = v_load(x + k), q = v_load(x + k + V_LANES);
        a0 = v_fma(v_load(w0 + k), p, a0);
        a1 = v_fma(v_load(w1 + k), p, a1);
        a2 = v_fma(v_load(w2 + k), p, a2);
        a3 = v_fma(v_load(w3 + k), p, a3);
        b0 = v_fma(v_load(w0 + k + V_LANES), q, b0);
        b1 = v_fma(v_load(w1 + k + V_LANES), q, b1);
        b2 = v_fma(v_load(w2 + k + V_LANES), q, b2);
        b3 = v_fma(v_load(w3 + k + V_LANES), q, b3);
    }
    for (; k < cols; k += V_LANES) {
        vf p = v_load_n(x + k, cols - k);
        a0 = v_fma(v_load_n(w0 + k, cols - k), p, a0);
        a1 = v_fma(v_load_n(w1 + k, cols - k), p, a1);
        a2 = v_fma(v_load_n(w2 + k, cols - k), p, a2);
        a3 = v_fma(v_load_n(w3 + k, cols - k), p, a3);
    }
    y[0] = v_sum(v_add(a0, b0));
    y[1] = v_sum(v_add(a1, b1));
    y[2] = v_sum(v_add(a2, b2));
    y[3] = v_sum(v_add(a3, b3));
}

RT_INLINE float RT_FN(one_row)(const float *w, const float *x, size_t cols)
{
    vf a = v_set1(0.0f), b = a, c = a, d = a;
    size_t k;

    for (k = 0; k + 4 * V_LANES <= cols; k += 4 * V_LANES) {
        a = v_fma(v_load(w + k), v_load(x + k), a);
        b = v_fma(v_load(w + k + V_LANES), v_load(x + k + V_LANES), b);
        c = v_fma(v_load(w + k + 2 * V_LANES), v_load(x + k + 2 * V_LANES), c);
        d = v_fma(v_load(w + k + 3 * V_LANES), v_load(x + k + 3 * V_LANES), d);
    }
    for (; k < cols; k += V_LANES)
        a = v_fma(v_load_n(w + k, cols - k), v_load_n(x + k, cols - k), a);
    return v_sum(v_add(v_add(a, b), v_add(c, d)));
}

void RT_FN(rt_matvec_f32)(float *y, const float *w, const float *x, size_t rows, size_t cols,
                          size_t stride)
{
    size_t r;

    for (r = 0; r + 4 <= rows; r += 4)
        RT_FN(four_rows)(y + r, w + r * stride, x, cols, stride);
    for (; r < rows; r++)
        y[r] = RT_FN(one_row)(w + r * stride, x, cols);
}

/* The columns of four vectors, the odd rows in sums of their own. */
RT_INLINE void RT_FN(four_columns)(float *y, const float *w, const float *x, size_t rows, size_t stride)
{
    vf zero = v_set1(0.0f), a0 = zero, a1 = zero, a2 = zero, a3 = zero;
    vf b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    size_t r;

    for (r = 0; r < rows; r += 2, w += 2 * stride) {
        vf p = v_set1(x[r]);
        a0 = v_fma(v_load(w), p, a0);
        a1 = v_fma(v_load(w + V_LANES), p, a1);
        a2 = v_fma(v_load(w + 2 * V_LANES), p, a2);
        a3 = v_fma(v_load(w + 3 * V_LANES), p, a3);
        if (r + 1 == rows)
            break;
        p = v_set1(x[r + 1]);
        b0 = v_fma(v_load(w + stride), p, b0);
        b1 = v_fma(v_load(w + stride + V_LANES), p, b1);
        b2 = v_fma(v_load(w + stride + 2 * V_LANES), p, b2);
        b3 = v_fma(v_load(w + stride + 3 * V_LANES), p, b3);
    }
    v_store(y, v_add(a0, b0));
    v_store(y + V_LANES, v_add(a1, b1));
    v_store(y + 2 * V_LANES, v_add(a2, b2));
    v_store(y + 3 * V_LANES, v_add(a3, b3));
}

/* The columns of two vectors: two sums of each, or four where they fit into the registers. */
RT_INLINE void RT_FN(two_columns)(float *y, const float *w, const float *x, size_t rows, size_t stride)
{
    vf zero = v_set1(0.0f), a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
    size_t r = 0;

    for (; V_PAIRS && r + 4 <= rows; r += 4, w += 4 * stride) {
        const float *w1 = w + stride, *w2 = w1 + stride, *w3 = w2 + stride;
        vf p = v_set1(x[r]), q = v_set1(x[r + 1]), s = v_set1(x[r + 2]), t = v_set1(x[r + 3]);
        a0 = v_fma(v_load(w), p, a0);
        a1 = v_fma(v_load(w + V_LANES), p, a1);
        b0 = v_fma(v_load(w1), q, b0);
        b1 = v_fma(v_load(w1 + V_LANES), q, b1);
        c0 = v_fma(v_load(w2), s, c0);
        c1 = v_fma(v_load(w2 + V_LANES), s, c1);
        d0 = v_fma(v_load(w3), t, d0);
        d1 = v_fma(v_load(w3 + V_LANES), t, d1);
    }
    for (; r + 2 <= rows; r += 2, w += 2 * stride) {
        vf p = v_set1(x[r]), q = v_set1(x[r + 1]);
        a0 = v_fma(v_load(w), p, a0);
        a1 = v_fma(v_load(w + V_LANES), p, a1);
        b0 = v_fma(v_load(w + stride), q, b0);
        b1 = v_fma(v_load(w + stride + V_LANES), q, b1);
    }
    if (r < rows) {
        a0 = v_fma(v_load(w), v_set1(x[r]), a0);
        a1 = v_fma(v_load(w + V_LANES), v_set1(x[r]), a1);
    }
    v_store(y, v_add(v_add(a0, b0), v_add(c0, d0)));
    v_store(y + V_LANES, v_add(v_add(a1, b1), v_add(c1, d1)));
}

/* The columns of one vector, of which the first `left` exist. */
RT_INLINE void RT_FN(one_column)(float *y, const float *w, const float *x, size_t rows, size_t stride,
                                 size_t left)
{
    vf a = v_set1(0.0f), b = a, c = a, d = a;
    size_t r;

    for (r = 0; r + 4 <= rows; r += 4, w += 4 * stride) {
        a = v_fma(v_load_n(w, left), v_set1(x[r]), a);
        b = v_fma(v_load_n(w + stride, left), v_set1(x[r + 1]), b);
        c = v_fma(v_load_n(w + 2 * stride, left), v_set1(x[r + 2]), c);
        d = v_fma(v_load_n(w + 3 * stride, left), v_set1(x[r + 3]), d);
    }
    for (; r < rows; r++, w += stride)
        a = v_fma(v_load_n(w, left), v_set1(x[r]), a);
    v_store_n(y, v_add(v_add(a, b), v_add(c, d)), left);
}

void RT_FN(rt_vecmat_f32)(float *y, const float *w, const float *x, size_t rows, size_t cols,
                          size_t stride)
{
    size_t c = 0;

    for (; V_PAIRS && c + 4 * V_LANES <= cols; c += 4 * V_LANES)
        RT_FN(four_columns)(y + c, w + c, x, rows, stride);
    for (; c + 2 * V_LANES <= cols; c += 2 * V_LANES)
        RT_FN(two_columns)(y + c, w + c, x, rows, stride);
    for (; c < cols; c += V_LANES)
        RT_FN(one_column)(y + c, w + c, x, rows, stride, cols - c);
}

/* Loads and stores of two neighbouring vectors, of which the first `left` floats exist; with `full`,
 * a constant at every call, all of them do. */
RT_INLINE void RT_FN(load_pair)(vf *p, vf *q, const float *b, size_t left, int full)
{
    if (full) {
        *p = v_load(b);
        *q = v_load(b + V_LANES);
    } else {
        *p = v_load_n(b, left);
        *q = left > V_LANES ? v_load_n(b + V_LANES, left - V_LANES) : v_set1(0.0f);
    }
}

RT_INLINE void RT_FN(store_pair)(float *y, vf p, vf q, size_t left)
{
    v_store_n(y, p, left);
    if (left > V_LANES)
        v_store_n(y + V_LANES, q, left - V_LANES);
}

/* Four rows of y by two vectors. */
RT_INLINE void RT_FN(tile4)(float *y, const float *a, const float *b, size_t k, size_t n,
                            size_t left, int full)
{
    const float *a0 = a, *a1 = a + k, *a2 = a + 2 * k, *a3 = a + 3 * k;
    vf zero = v_set1(0.0f), p, q, x;
    vf p0 = zero, p1 = zero, p2 = zero, p3 = zero, q0 = zero, q1 = zero, q2 = zero, q3 = zero;
    size_t i;

    for (i = 0; i < k; i++, b += n) {
        RT_FN(load_pair)(&p, &q, b, left, full);
        x = v_set1(a0[i]);
        p0 = v_fma(p, x, p0);
        q0 = v_fma(q, x, q0);
        x = v_set1(a1[i]);
        p1 = v_fma(p, x, p1);
        q1 = v_fma(q, x, q1);
        x = v_set1(a2[i]);
        p2 = v_fma(p, x, p2);
        q2 = v_fma(q, x, q2);
        x = v_set1(a3[i]);
        p3 = v_fma(p, x, p3);
        q3 = v_fma(q, x, q3);
    }
    RT_FN(store_pair)(y, p0, q0, left);
    RT_FN(store_pair)(y + n, p1, q1, left);
    RT_FN(store_pair)(y + 2 * n, p2, q2, left);
    RT_FN(store_pair)(y + 3 * n, p3, q3, left);
}

/* One row of y by two vectors, the odd i in sums of their own. */
RT_INLINE void RT_FN(tile1)(float *y, const float *a, const float *b, size_t k, size_t n,
                            size_t left, int full)
{
    vf zero = v_set1(0.0f), p, q, p0 = zero, p1 = zero, q0 = zero, q1 = zero;
    size_t i;

    for (i = 0; i + 2 <= k; i += 2) {
        RT_FN(load_pair)(&p, &q, b + i * n, left, full);
        p0 = v_fma(p, v_set1(a[i]), p0);
        q0 = v_fma(q, v_set1(a[i]), q0);
        RT_FN(load_pair)(&p, &q, b + (i + 1) * n, left, full);
        p1 = v_fma(p, v_set1(a[i + 1]), p1);
        q1 = v_fma(q, v_set1(a[i + 1]), q1);
    }
    if (i < k) {
        RT_FN(load_pair)(&p, &q, b + i * n, left, full);
        p0 = v_fma(p, v_set1(a[i]), p0);
        q0 = v_fma(q, v_set1(a[i]), q0);
    }
    RT_FN(store_pair)(y, v_add(p0, p1), v_add(q0, q1), left);
}

/* Two vectors' worth of columns of y. */
RT_INLINE void RT_FN(strip)(float *y, const float *a, const float *b, size_t m, size_t k, size_t n,
                            size_t left, int full)
{
    size_t r;

    for (r = 0; r + 4 <= m; r += 4)
        RT_FN(tile4)(y + r * n, a + r * k, b, k, n, left, full);
    for (; r < m; r++)
        RT_FN(tile1)(y + r * n, a + r * k, b, k, n, left, full);
}

void RT_FN(rt_matmul_f32)(float *y, const float *a, const float *b, size_t m, size_t k, size_t n)
{
    size_t j;

    for (j = 0; j + 2 * V_LANES <= n; j += 2 * V_LANES)
        RT_FN(strip)(y + j, a, b + j, m, k, n, 2 * V_LANES, 1);
    if (j < n)
        RT_FN(strip)(y + j, a, b + j, m, k, n, n - j, 0);
}
