/* kernels_draw.h: random numbers, and tokens drawn by them. Included by kernels.c once for each
 * instruction set. Every set gives the same bits: sums are made in order, one by one. */

void RT_FN(rt_uniform_f32)(float *y, uint32_t seed, uint32_t site, uint32_t first, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        y[i] = rt_uniform(seed, site, first + (uint32_t)i);
}

void RT_FN(rt_sample_i32)(int32_t *y, const float *p, const float *u, size_t n)
{
    float whole = 0.0f, sum = 0.0f, part;
    size_t k, last = 0;

    for (k = 0; k < n; k++)
        whole += p[k];
    part = *u * whole;
    for (k = 0; k < n; k++) {
        sum += p[k];
        if (sum > part)
            break;
        last = p[k] > 0.0f ? k : last;
    }
    *y = (int32_t)(k < n ? k : last);
}
