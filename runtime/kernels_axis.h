/* kernels_axis.h: kernels along one axis of x[outer, n, inner]. Included by kernels.c once for each
 * instruction set.
 *
 * Two ways through the data: with inner == 1 a slice is a row of n floats, and the lanes hold
 * neighbours of one slice; else the lanes hold neighbouring slices, each a column with stride inner.
 * What is done with a slice is one function for rows and one for columns; a column function does
 * V_LANES slices, or the first `lanes` of them. */

/* Lanes beyond n are `fill`. */
RT_INLINE vf RT_FN(load_fill)(const float *p, size_t n, vf fill)
{
    float t[V_LANES];

    if (n >= V_LANES)
        return v_load(p);
    v_store(t, fill);
    v_store_n(t, v_load_n(p, n), n);
    return v_load(t);
}

RT_INLINE vf RT_FN(infinity)(void)
{
    return vi_float(vi_set1(0x7f800000));
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
    vf a = v_neg(RT_FN(infinity)());
    size_t k;

    for (k = 0; k < n; k++)
        a = v_max(a, v_load_n(x + k * inner, lanes));
    return a;
}

static void RT_FN(softmax_row)(float *y, const float *x, size_t n)
{
    vf peak = v_set1(RT_FN(row_peak)(x, n)), sum = v_set1(0.0f), low = v_neg(RT_FN(infinity)());
    size_t i;

    for (i = 0; i < n; i += V_LANES) {
        vf e = v_exp(v_sub(RT_FN(load_fill)(x + i, n - i, low), peak));
        sum = v_add(sum, e);
        v_store_n(y + i, e, n - i);
    }
    sum = v_set1(1.0f / v_sum(sum));
    for (i = 0; i < n; i += V_LANES)
        v_store_n(y + i, v_mul(v_load_n(y + i, n - i), sum), n - i);
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
    vf a = v_set1(0.0f);
    size_t k;

    for (k = 0; k < n; k++)
        a = v_add(a, v_load_n(x + k * inner, lanes));
    return a;
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
    vf mean = v_set1(RT_FN(row_total)(x, n) / (float)n), sum = v_set1(0.0f);
    size_t i;

    for (i = 0; i < n; i += V_LANES) {
        vf d = v_sub(RT_FN(load_fill)(x + i, n - i, mean), mean);
        sum = v_fma(d, d, sum);
    }
    *y = v_sum(sum) / (float)n;
}

static void RT_FN(var_column)(float *y, const float *x, size_t n, size_t inner, size_t lanes)
{
    vf count = v_set1((float)n), sum = v_set1(0.0f);
    vf mean = v_div(RT_FN(column_total)(x, n, inner, lanes), count);
    size_t k;

    for (k = 0; k < n; k++) {
        vf d = v_sub(v_load_n(x + k * inner, lanes), mean);
        sum = v_fma(d, d, sum);
    }
    v_store_n(y, v_div(sum, count), lanes);
}

void RT_FN(rt_var_f32)(float *y, const float *x, size_t outer, size_t n, size_t inner)
{
    RT_FN(each_slice)(y, 1, x, outer, n, inner, RT_FN(var_row), RT_FN(var_column));
}

/* The greater one, and NaN once there is one. The least entry is found as -max(-x). */
RT_INLINE vf RT_FN(greater)(vf best, vf x)
{
    best = v_select(vm_lt(best, x), x, best);
    return v_select(vm_ne(x, x), x, best);
}

/* With `flip`, a constant at every call, the least entry instead. */
RT_INLINE float RT_FN(row_best)(const float *x, size_t n, int flip)
{
    vf low = v_neg(RT_FN(infinity)()), best = low;
    float lane[V_LANES];
    size_t i;

    for (i = 0; i < n; i += V_LANES) {
        vf a = RT_FN(load_fill)(x + i, n - i, flip ? v_neg(low) : low);
        best = RT_FN(greater)(best, flip ? v_neg(a) : a);
    }
    v_store(lane, best);
    for (i = 1; i < V_LANES; i++)
        if (lane[i] > lane[0] || lane[i] != lane[i])
            lane[0] = lane[i];
    return flip ? -lane[0] : lane[0];
}

RT_INLINE vf RT_FN(column_best)(const float *x, size_t n, size_t inner, size_t lanes, int flip)
{
    vf best = v_neg(RT_FN(infinity)());
    size_t k;

    for (k = 0; k < n; k++) {
        vf a = v_load_n(x + k * inner, lanes);
        best = RT_FN(greater)(best, flip ? v_neg(a) : a);
    }
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

/* The search for the place of the largest entry stops at the first hit. */
void RT_FN(rt_argmax_f32)(int32_t *y, const float *x, size_t outer, size_t n, size_t inner)
{
    size_t o, i, k;

    for (o = 0; o < outer; o++)
        for (i = 0; i < inner; i++) {
            const float *slice = x + o * n * inner + i;
            size_t best = 0;

            if (inner == 1) {
                const float peak = RT_FN(row_best)(slice, n, 0);
                for (k = 0; k + 1 < n && !(slice[k] == peak || slice[k] != slice[k]); k++)
                    continue;
                best = k;
            } else {
                for (k = 1; k < n && slice[best * inner] == slice[best * inner]; k++)
                    if (!(slice[k * inner] <= slice[best * inner]))
                        best = k;
            }
            y[o * inner + i] = (int32_t)best;
        }
}
