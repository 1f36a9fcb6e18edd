/* kernels_product.h: products of matrices that are not packed. Included by kernels.c once for each
 * instruction set. (Packed weights of known size go through panel.h, inlined in the emitted code.) */

/* Four sums that do not wait for each other. */
typedef struct RT_FN(Four) {
    vf a, b, c, d;
} RT_FN(Four);

/* A vector of x, loaded once for four rows of w. Of it `left` floats exist; with `full`, a constant at
 * every call, all do. */
RT_INLINE void RT_FN(four_fma)(RT_FN(Four) *s, const float *w, const float *x, size_t stride,
                               size_t left, int full)
{
    const float *w1 = w + stride, *w2 = w1 + stride, *w3 = w2 + stride;
    const vf p = full ? v_load(x) : v_load_n(x, left);

    s->a = v_fma(full ? v_load(w) : v_load_n(w, left), p, s->a);
    s->b = v_fma(full ? v_load(w1) : v_load_n(w1, left), p, s->b);
    s->c = v_fma(full ? v_load(w2) : v_load_n(w2, left), p, s->c);
    s->d = v_fma(full ? v_load(w3) : v_load_n(w3, left), p, s->d);
}

RT_INLINE void RT_FN(four_rows)(float *y, const float *w, const float *x, size_t cols, size_t stride)
{
    const vf zero = v_set1(0.0f);
    RT_FN(Four) s = {zero, zero, zero, zero};
    size_t k;

    for (k = 0; k + V_LANES <= cols; k += V_LANES)
        RT_FN(four_fma)(&s, w + k, x + k, stride, V_LANES, 1);
    if (k < cols)
        RT_FN(four_fma)(&s, w + k, x + k, stride, cols - k, 0);
    v_sum4(y, s.a, s.b, s.c, s.d);
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

/* The columns of eight registers: a row of 128 floats is read in one go where registers have 16. */
RT_INLINE void RT_FN(wide_columns)(float *y, const float *w, const float *x, size_t rows, size_t stride)
{
    const vf zero = v_set1(0.0f);
    vf a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero, a7 = zero;
    size_t r;

    for (r = 0; r < rows; r++, w += stride) {
        const vf p = v_set1(x[r]);
        a0 = v_fma(v_load(w), p, a0);
        a1 = v_fma(v_load(w + V_LANES), p, a1);
        a2 = v_fma(v_load(w + 2 * V_LANES), p, a2);
        a3 = v_fma(v_load(w + 3 * V_LANES), p, a3);
        if (V_ORDER > 1)
            continue;
        a4 = v_fma(v_load(w + 4 * V_LANES), p, a4);
        a5 = v_fma(v_load(w + 5 * V_LANES), p, a5);
        a6 = v_fma(v_load(w + 6 * V_LANES), p, a6);
        a7 = v_fma(v_load(w + 7 * V_LANES), p, a7);
    }
    v_store(y, a0);
    v_store(y + V_LANES, a1);
    v_store(y + 2 * V_LANES, a2);
    v_store(y + 3 * V_LANES, a3);
    if (V_ORDER > 1)
        return;
    v_store(y + 4 * V_LANES, a4);
    v_store(y + 5 * V_LANES, a5);
    v_store(y + 6 * V_LANES, a6);
    v_store(y + 7 * V_LANES, a7);
}

/* The columns of two vectors: two sums of each, or four where they fit into the registers. */
RT_INLINE void RT_FN(two_columns)(float *y, const float *w, const float *x, size_t rows, size_t stride)
{
    vf zero = v_set1(0.0f), a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
    size_t r = 0;

    for (; V_ORDER == 1 && r + 4 <= rows; r += 4, w += 4 * stride) {
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
    const size_t wide = V_ORDER == 1 ? 8 * V_LANES : 4 * V_LANES;
    size_t c = 0;

    for (; c + wide <= cols; c += wide)
        RT_FN(wide_columns)(y + c, w + c, x, rows, stride);
    for (; c + 2 * V_LANES <= cols; c += 2 * V_LANES)
        RT_FN(two_columns)(y + c, w + c, x, rows, stride);
    for (; c < cols; c += V_LANES)
        RT_FN(one_column)(y + c, w + c, x, rows, stride, cols - c);
}

/* A strip of columns: two vectors, or one where a vector is several registers. Of those `left` floats
 * exist; with `full`, a constant at every call, all of them do. */
#define V_STRIP (V_PARTS == 1 ? 2 * V_LANES : V_LANES)

typedef struct RT_FN(Strip) {
    vf p, q;
} RT_FN(Strip);

RT_INLINE RT_FN(Strip) RT_FN(strip_load)(const float *b, size_t left, int full)
{
    RT_FN(Strip) s = {full ? v_load(b) : v_load_n(b, left), v_set1(0.0f)};

    if (V_PARTS == 1)
        s.q = full          ? v_load(b + V_LANES)
              : left > V_LANES ? v_load_n(b + V_LANES, left - V_LANES)
                               : v_set1(0.0f);
    return s;
}

RT_INLINE void RT_FN(strip_store)(float *y, RT_FN(Strip) s, size_t left)
{
    v_store_n(y, s.p, left);
    if (V_PARTS == 1 && left > V_LANES)
        v_store_n(y + V_LANES, s.q, left - V_LANES);
}

/* b x added to s. */
RT_INLINE void RT_FN(strip_fma)(RT_FN(Strip) *s, RT_FN(Strip) b, float x)
{
    s->p = v_fma(b.p, v_set1(x), s->p);
    if (V_PARTS == 1)
        s->q = v_fma(b.q, v_set1(x), s->q);
}

RT_INLINE void RT_FN(strip_add)(RT_FN(Strip) *s, RT_FN(Strip) t)
{
    s->p = v_add(s->p, t.p);
    if (V_PARTS == 1)
        s->q = v_add(s->q, t.q);
}

/* Four rows of y by a strip. */
RT_INLINE void RT_FN(tile4)(float *y, const float *a, const float *b, size_t k, size_t n,
                            size_t left, int full)
{
    const float *a0 = a, *a1 = a + k, *a2 = a + 2 * k, *a3 = a + 3 * k;
    const RT_FN(Strip) zero = {v_set1(0.0f), v_set1(0.0f)};
    RT_FN(Strip) s0 = zero, s1 = zero, s2 = zero, s3 = zero;
    size_t i;

    for (i = 0; i < k; i++, b += n) {
        const RT_FN(Strip) row = RT_FN(strip_load)(b, left, full);
        RT_FN(strip_fma)(&s0, row, a0[i]);
        RT_FN(strip_fma)(&s1, row, a1[i]);
        RT_FN(strip_fma)(&s2, row, a2[i]);
        RT_FN(strip_fma)(&s3, row, a3[i]);
    }
    RT_FN(strip_store)(y, s0, left);
    RT_FN(strip_store)(y + n, s1, left);
    RT_FN(strip_store)(y + 2 * n, s2, left);
    RT_FN(strip_store)(y + 3 * n, s3, left);
}

/* One row of y by a strip, the odd i in sums of their own. */
RT_INLINE void RT_FN(tile1)(float *y, const float *a, const float *b, size_t k, size_t n,
                            size_t left, int full)
{
    const RT_FN(Strip) zero = {v_set1(0.0f), v_set1(0.0f)};
    RT_FN(Strip) s = zero, t = zero;
    size_t i;

    for (i = 0; i + 2 <= k; i += 2) {
        RT_FN(strip_fma)(&s, RT_FN(strip_load)(b + i * n, left, full), a[i]);
        RT_FN(strip_fma)(&t, RT_FN(strip_load)(b + (i + 1) * n, left, full), a[i + 1]);
    }
    if (i < k)
        RT_FN(strip_fma)(&s, RT_FN(strip_load)(b + i * n, left, full), a[i]);
    RT_FN(strip_add)(&s, t);
    RT_FN(strip_store)(y, s, left);
}

/* All rows of a strip of y. */
RT_INLINE void RT_FN(strip_rows)(float *y, const float *a, const float *b, size_t m, size_t k, size_t n,
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

    for (j = 0; j + V_STRIP <= n; j += V_STRIP)
        RT_FN(strip_rows)(y + j, a, b + j, m, k, n, V_STRIP, 1);
    if (j < n)
        RT_FN(strip_rows)(y + j, a, b + j, m, k, n, n - j, 0);
}
