/* kernels_axis.h: kernels along one axis of x[outer, n, inner]. Included by kernels.c once for each
 * instruction set.
 *
 * Two ways through the data: with inner == 1 a slice is a row of n floats, and the lanes hold
 * neighbours of one slice; else the lanes hold neighbouring slices, each a column with stride inner.
 * What is done with a slice is one function for rows and one for columns; a column function does
 * V_LANES slices, or the first `lanes` of them. */

RT_INLINE vf RT_FN(infinity)(void)
{
    return vi_float(vi_set1(0x7f800000));
}

/* Lanes beyond n are `fill`. */
RT_INLINE vf RT_FN(load_fill)(const float *p, size_t n, vf fill)
{
    static const float edge[2 * RT_PANEL] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

    if (n >= V_LANES)
        return v_load(p);
    return v_select(vm_ne(v_load(edge + RT_PANEL - n), v_set1(0.0f)), v_load_n(p, n), fill);
}

/* What a column function is told: x and y at its first slice, the strides of the axis in both. */
typedef void RT_FN(row_fn)(float *y, const float *x, size_t n);
typedef void RT_FN(column_fn)(float *y, const float *x, size_t n, size_t inner, size_t lanes);

/* y_n is the length of the axis in y: n for softmax, 1 for a reduction. */
RT_INLINE void RT_FN(each_slice)(float *y, size_t y_n, const float *x, size_t outer, size_t n,
                                 size_t inner, RT_FN(row_fn) *row, RT_FN(column_fn) *column)
{
    size_t o, i;

    for (o = 0; o < outer; o++) {
        if (inner == 1)
            row(y + o * y_n, x + o * n, n);
        else
            for (i = 0; i < inner; i += V_LANES)
                column(y + o * y_n * inner + i, x + o * n * inner + i, n, inner, inner - i);
    }
}

/* Without regard to NaN: it makes the sum of the exponentials NaN anyway. */
RT_INLINE float RT_FN(row_peak)(const float *x, size_t n)
{
    vf low = v_neg(RT_FN(infinity)()), a = low, b = low;
    size_t i;

    for (i = 0; i + 2 * V_LANES <= n; i += 2 * V_LANES) {
        a = v_max(a, v_load(x + i));
        b = v_max(b, v_load(x + i + V_LANES));
    }
    for (; i < n; i += V_LANES)
        a = v_max(a, RT_FN(load_fill)(x + i, n - i, low));
    return v_hmax(v_max(a, b));
}

RT_INLINE vf RT_FN(column_peak)(const float *x, size_t n, size_t inner, size_t lanes)
{
    vf a = v_neg(RT_FN(infinity)()), b = a;
    size_t k;

    for (k = 0; k + 2 <= n; k += 2, x += 2 * inner) {
        a = v_max(a, v_load_n(x, lanes));
        b = v_max(b, v_load_n(x + inner, lanes));
    }
    if (k < n)
        a = v_max(a, v_load_n(x, lanes));
    return v_max(a, b);
}

static void RT_FN(softmax_row)(float *y, const float *x, size_t n)
{
    vf peak = v_set1(RT_FN(row_peak)(x, n)), sum = v_set1(0.0f), low = v_neg(RT_FN(infinity)());
    vf e;
    size_t i;

    for (i = 0; i + V_LANES <= n; i += V_LANES) {
        e = v_exp(v_sub(v_load(x + i), peak));
        sum = v_add(sum, e);
        v_store(y + i, e);
    }
    e = v_set1(0.0f);
    if (i < n) {
        e = v_exp(v_sub(RT_FN(load_fill)(x + i, n - i, low), peak));
        sum = v_add(sum, e);
    }
    sum = v_set1(1.0f / v_sum(sum));
    v_store_n(y + i, v_mul(e, sum), n - i);
    for (i = 0; i + V_LANES <= n; i += V_LANES)
        v_store(y + i, v_mul(v_load(y + i), sum));
}

static void RT_FN(softmax_column)(float *y, const float *x, size_t n, size_t inner, size_t lanes)
{
    vf peak = RT_FN(column_peak)(x, n, inner, lanes), sum = v_set1(0.0f);
    size_t k;

    for (k = 0; k < n; k++) {
        vf e = v_exp(v_sub(v_load_n(x + k * inner, lanes), peak));
        sum = v_add(sum, e);
        v_store_n(y + k * inner, e, lanes);
    }
    sum = v_div(v_set1(1.0f), sum);
    for (k = 0; k < n; k++)
        v_store_n(y + k * inner, v_mul(v_load_n(y + k * inner, lanes), sum), lanes);
}

void RT_FN(rt_softmax_f32)(float *y, const float *x, size_t outer, size_t n, size_t inner)
{
    RT_FN(each_slice)(y, n, x, outer, n, inner, RT_FN(softmax_row), RT_FN(softmax_column));
}

static void RT_FN(log_softmax_row)(float *y, const float *x, size_t n)
{
    vf peak = v_set1(RT_FN(row_peak)(x, n)), sum = v_set1(0.0f), low = v_neg(RT_FN(infinity)());
    size_t i;

    for (i = 0; i < n; i += V_LANES)
        sum = v_add(sum, v_exp(v_sub(RT_FN(load_fill)(x + i, n - i, low), peak)));
    sum = v_log(v_set1(v_sum(sum)));
    for (i = 0; i < n; i += V_LANES)
        v_store_n(y + i, v_sub(v_sub(v_load_n(x + i, n - i), peak), sum), n - i);
}

static void RT_FN(log_softmax_column)(float *y, const float *x, size_t n, size_t inner,
                                      size_t lanes)
{
    vf peak = RT_FN(column_peak)(x, n, inner, lanes), sum = v_set1(0.0f);
    size_t k;

    for (k = 0; k < n; k++)
        sum = v_add(sum, v_exp(v_sub(v_load_n(x + k * inner, lanes), peak)));
    sum = v_log(sum);
    for (k = 0; k < n; k++)
        v_store_n(y + k * inner, v_sub(v_sub(v_load_n(x + k * inner, lanes), peak), sum), lanes);
}

void RT_FN(rt_log_softmax_f32)(float *y, const float *x, size_t outer, size_t n, size_t inner)
{
    RT_FN(each_slice)(y, n, x, outer, n, inner, RT_FN(log_softmax_row), RT_FN(log_softmax_column));
}

/* Four sums are under way at a time, since each addition waits for the one before. */
RT_INLINE float RT_FN(row_total)(const float *x, size_t n)
{
    vf a = v_set1(0.0f), b = a, c = a, d = a;
    size_t i;

    for (i = 0; i + 4 * V_LANES <= n; i += 4 * V_LANES) {
        a = v_add(a, v_load(x + i));
        b = v_add(b, v_load(x + i + V_LANES));
        c = v_add(c, v_load(x + i + 2 * V_LANES));
        d = v_add(d, v_load(x + i + 3 * V_LANES));
    }
    for (; i < n; i += V_LANES)
        a = v_add(a, v_load_n(x + i, n - i));
    return v_sum(v_add(v_add(a, b), v_add(c, d)));
}

RT_INLINE vf RT_FN(column_total)(const float *x, size_t n, size_t inner, size_t lanes)
{
    vf a = v_set1(0.0f), b = a, c = a, d = a;
    size_t k;

    for (k = 0; k + 4 <= n; k += 4, x += 4 * inner) {
        a = v_add(a, v_load_n(x, lanes));
        b = v_add(b, v_load_n(x + inner, lanes));
        c = v_add(c, v_load_n(x + 2 * inner, lanes));
        d = v_add(d, v_load_n(x + 3 * inner, lanes));
    }
    for (; k < n; k++, x += inner)
        a = v_add(a, v_load_n(x, lanes));
    return v_add(v_add(a, b), v_add(c, d));
}

static void RT_FN(sum_row)(float *y, const float *x, size_t n)
{
    *y = RT_FN(row_total)(x, n);
}

static void RT_FN(sum_column)(float *y, const float *x, size_t n, size_t inner, size_t lanes)
{
    v_store_n(y, RT_FN(column_total)(x, n, inner, lanes), lanes);
}

void RT_FN(rt_sum_f32)(float *y, const float *x, size_t outer, size_t n, size_t inner)
{
    RT_FN(each_slice)(y, 1, x, outer, n, inner, RT_FN(sum_row), RT_FN(sum_column));
}

static void RT_FN(mean_row)(float *y, const float *x, size_t n)
{
    *y = RT_FN(row_total)(x, n) / (float)n;
}

static void RT_FN(mean_column)(float *y, const float *x, size_t n, size_t inner, size_t lanes)
{
    v_store_n(y, v_div(RT_FN(column_total)(x, n, inner, lanes), v_set1((float)n)), lanes);
}

void RT_FN(rt_mean_f32)(float *y, const float *x, size_t outer, size_t n, size_t inner)
{
    RT_FN(each_slice)(y, 1, x, outer, n, inner, RT_FN(mean_row), RT_FN(mean_column));
}

static void RT_FN(var_row)(float *y, const float *x, size_t n)
{
    vf mean = v_set1(RT_FN(row_total)(x, n) / (float)n), a = v_set1(0.0f), b = a, d;
    size_t i;

    for (i = 0; i + 2 * V_LANES <= n; i += 2 * V_LANES) {
        d = v_sub(v_load(x + i), mean);
        a = v_fma(d, d, a);
        d = v_sub(v_load(x + i + V_LANES), mean);
        b = v_fma(d, d, b);
    }
    for (; i < n; i += V_LANES) {
        d = v_sub(RT_FN(load_fill)(x + i, n - i, mean), mean);
        a = v_fma(d, d, a);
    }
    *y = v_sum(v_add(a, b)) / (float)n;
}

static void RT_FN(var_column)(float *y, const float *x, size_t n, size_t inner, size_t lanes)
{
    vf count = v_set1((float)n), a = v_set1(0.0f), b = a, d;
    vf mean = v_div(RT_FN(column_total)(x, n, inner, lanes), count);
    size_t k;

    for (k = 0; k + 2 <= n; k += 2, x += 2 * inner) {
        d = v_sub(v_load_n(x, lanes), mean);
        a = v_fma(d, d, a);
        d = v_sub(v_load_n(x + inner, lanes), mean);
        b = v_fma(d, d, b);
    }
    if (k < n) {
        d = v_sub(v_load_n(x, lanes), mean);
        a = v_fma(d, d, a);
    }
    v_store_n(y, v_div(v_add(a, b), count), lanes);
}

void RT_FN(rt_var_f32)(float *y, const float *x, size_t outer, size_t n, size_t inner)
{
    RT_FN(each_slice)(y, 1, x, outer, n, inner, RT_FN(var_row), RT_FN(var_column));
}

/* The best of what was seen: the greatest number in `best`, and in `bad` any NaN, or 0. v_max forgets a NaN
 * of its first operand, so neither waits for the other. The least entry is found as -max(-x). */
typedef struct RT_FN(Best) {
    vf best, bad;
} RT_FN(Best);

RT_INLINE void RT_FN(greater)(RT_FN(Best) *b, vf x)
{
    vm is_nan = vm_ne(x, x);

    b->bad = v_select(is_nan, x, b->bad);
    b->best = v_max(v_select(is_nan, b->best, x), b->best);
}

RT_INLINE RT_FN(Best) RT_FN(no_best)(void)
{
    RT_FN(Best) b = {v_neg(RT_FN(infinity)()), v_set1(0.0f)};
    return b;
}

/* Both together: the NaN where there is one. */
RT_INLINE vf RT_FN(joined)(RT_FN(Best) a, RT_FN(Best) b)
{
    vf bad = v_add(a.bad, b.bad);
    return v_select(vm_ne(bad, bad), bad, v_max(a.best, b.best));
}

/* With `flip`, a constant at every call, the least entry instead. */
RT_INLINE float RT_FN(row_best)(const float *x, size_t n, int flip)
{
    RT_FN(Best) a = RT_FN(no_best)(), b = a;
    vf low = a.best, best;
    size_t i;

    for (i = 0; i + 2 * V_LANES <= n; i += 2 * V_LANES) {
        RT_FN(greater)(&a, flip ? v_neg(v_load(x + i)) : v_load(x + i));
        RT_FN(greater)(&b, flip ? v_neg(v_load(x + i + V_LANES)) : v_load(x + i + V_LANES));
    }
    for (; i < n; i += V_LANES) {
        vf tail = RT_FN(load_fill)(x + i, n - i, flip ? v_neg(low) : low);
        RT_FN(greater)(&a, flip ? v_neg(tail) : tail);
    }
    best = RT_FN(joined)(a, b);
    if (v_sum(v_ne(best, best)) > 0.0f)
        return v_sum(best);
    return flip ? -v_hmax(best) : v_hmax(best);
}

RT_INLINE vf RT_FN(column_best)(const float *x, size_t n, size_t inner, size_t lanes, int flip)
{
    RT_FN(Best) a = RT_FN(no_best)(), b = a;
    vf best;
    size_t k;

    for (k = 0; k + 2 <= n; k += 2, x += 2 * inner) {
        vf p = v_load_n(x, lanes), q = v_load_n(x + inner, lanes);
        RT_FN(greater)(&a, flip ? v_neg(p) : p);
        RT_FN(greater)(&b, flip ? v_neg(q) : q);
    }
    if (k < n) {
        vf p = v_load_n(x, lanes);
        RT_FN(greater)(&a, flip ? v_neg(p) : p);
    }
    best = RT_FN(joined)(a, b);
    return flip ? v_neg(best) : best;
}

static void RT_FN(max_row)(float *y, const float *x, size_t n)
{
    *y = RT_FN(row_best)(x, n, 0);
}

static void RT_FN(max_column)(float *y, const float *x, size_t n, size_t inner, size_t lanes)
{
    v_store_n(y, RT_FN(column_best)(x, n, inner, lanes, 0), lanes);
}

void RT_FN(rt_max_f32)(float *y, const float *x, size_t outer, size_t n, size_t inner)
{
    RT_FN(each_slice)(y, 1, x, outer, n, inner, RT_FN(max_row), RT_FN(max_column));
}

static void RT_FN(min_row)(float *y, const float *x, size_t n)
{
    *y = RT_FN(row_best)(x, n, 1);
}

static void RT_FN(min_column)(float *y, const float *x, size_t n, size_t inner, size_t lanes)
{
    v_store_n(y, RT_FN(column_best)(x, n, inner, lanes, 1), lanes);
}

void RT_FN(rt_min_f32)(float *y, const float *x, size_t outer, size_t n, size_t inner)
{
    RT_FN(each_slice)(y, 1, x, outer, n, inner, RT_FN(min_row), RT_FN(min_column));
}

/* The place of the first entry that is `peak`, or NaN if that is: there is one. */
RT_INLINE size_t RT_FN(place)(const float *x, size_t n, float peak)
{
    vf p = v_set1(peak);
    size_t k = 0;

    if (peak == peak)
        for (; k + 4 * V_LANES < n; k += 4 * V_LANES) {
            vf a = v_or(v_eq(v_load(x + k), p), v_eq(v_load(x + k + V_LANES), p));
            vf b = v_or(v_eq(v_load(x + k + 2 * V_LANES), p), v_eq(v_load(x + k + 3 * V_LANES), p));
            if (v_hmax(v_or(a, b)) > 0.0f)
                break;
        }
    while (k + 1 < n && !(x[k] == peak || x[k] != x[k]))
        k++;
    return k;
}

void RT_FN(rt_argmax_f32)(int32_t *y, const float *x, size_t outer, size_t n, size_t inner)
{
    size_t o, i, k;

    for (o = 0; o < outer; o++)
        for (i = 0; i < inner; i++) {
            const float *slice = x + o * n * inner + i;
            size_t best = 0;

            if (inner == 1)
                best = RT_FN(place)(slice, n, RT_FN(row_best)(slice, n, 0));
            else
                for (k = 1; k < n && slice[best * inner] == slice[best * inner]; k++)
                    if (!(slice[k * inner] <= slice[best * inner]))
                        best = k;
            y[o * inner + i] = (int32_t)best;
        }
}
