/* verify_compare.c: how far numbers are from what they should be, and where. */
#include "verify.h"

#include <math.h>

size_t watched_count(const Watched *w)
{
    size_t count = 1;
    for (int i = 0; i < w->rank; i++)
        count *= (size_t)w->dim[i];
    return count;
}

double gap_scale(const double *value, size_t count)
{
    double scale = 1;
    for (size_t i = 0; i < count; i++)
        if (isfinite(value[i]) && fabs(value[i]) > scale)
            scale = fabs(value[i]);
    return scale;
}

/* What a float cannot hold is infinite in C, and right. */
static double difference(double want, double got)
{
    if (isnan(want) || isnan(got))
        return isnan(want) && isnan(got) ? 0 : INFINITY;
    if (isinf(got) || isinf((float)want))
        return got == (double)(float)want ? 0 : INFINITY;
    return fabs(got - want);
}

/* From that number to the next one that a float can be. */
static double ulp(double want)
{
    int exponent = -125;
    if (fabs(want) >= 0x1p-126)
        frexp(want, &exponent);
    return ldexp(1, exponent - 24);
}

static void take(Gap *gap, const Watched *w, size_t element, double want, double got, const char *isa)
{
    double off = difference(want, got);
    int64_t turn = w->turn[element / w->size];
    if (!gap->compared || off > gap->absolute) {
        gap->absolute = off;
        gap->at = element;
        gap->want = want;
        gap->got = got;
        gap->isa = isa;
        gap->compared = true;
    }
    if (want != 0 && off > gap->relative * fabs(want))
        gap->relative = off / fabs(want);
    if (want != 0 && off > gap->ulps * ulp(want))
        gap->ulps = off / ulp(want);
    if (off > w->allowed && (!gap->parts || turn < gap->turn)) {
        gap->parts = true;
        gap->turn = turn;
        gap->first = element;
        gap->first_want = want;
        gap->first_got = got;
        gap->first_isa = isa;
    }
}

void gap_take(Gap *gap, const Watched *w, const double *want, const double *got, const int64_t *length, const char *isa)
{
    size_t count = watched_count(w);
    for (size_t step = 0; step < count / w->size; step++) {
        size_t rest = step, at = 0, stride = 1;
        bool there = true;
        for (int i = w->clocks; i-- > 0;) {
            size_t index = rest % (size_t)w->dim[i], room = (size_t)length[w->clock[i]];
            there = there && index < room;
            at += index * stride;
            stride *= room;
            rest /= (size_t)w->dim[i];
        }
        for (size_t k = 0; there && k < w->size; k++)
            take(gap, w, step * w->size + k, want[step * w->size + k], got[at * w->size + k], isa);
    }
}

const char *gap_where(Arena *arena, const Graph *graph, const Watched *w, size_t element)
{
    int64_t index[CLOCKS_MAX + SHAPE_MAX_RANK];
    Out *out = out_new(arena);
    for (int i = w->rank; i-- > 0;) {
        index[i] = (int64_t)(element % (size_t)w->dim[i]);
        element /= (size_t)w->dim[i];
    }
    for (int i = 0; i < w->rank; i++) {
        if (i < w->clocks)
            out_printf(out, "%s%s=%lld", i ? ", " : "", graph->clock[w->clock[i]].name, (long long)index[i]);
        else
            out_printf(out, "%s%lld", i > w->clocks ? ", " : i ? " [" : "[", (long long)index[i]);
    }
    out_text(out, w->rank > w->clocks ? "]" : "");
    return out->text;
}
