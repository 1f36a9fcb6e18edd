/* cases_real_words.c: the words of Thai text, 247 runs of characters. */
#include "cases_real.h"

#include <math.h>

/* A word ends after E and S, the third and the fourth tag, and with its run: as trusted, at every place. */
static void check_breaks(Real *r, const char *got, const double *trusted, const double *end, int64_t count)
{
    Array tag;
    const char *error = NULL;
    ck_assert_msg(array_read(r->arena, got, &tag, &error), "%s", error);
    for (int64_t i = 0; i < count; i++) {
        const double *p = tag.value + i * 4;
        bool ends = end[i] != 0 || fmax(p[2], p[3]) > fmax(p[0], p[1]);
        if (ends != (trusted[i] != 0))
            out_printf(r->report, "%s: a word %s after character %lld\n", r->label, ends ? "ends" : "does not end", (long long)i);
    }
}

/* Every run by itself, once; then all of them in one text, begun and ended anew at flags. */
void real_words(void)
{
    Real r = real_open("wordseg_thai", "run"), text = real_open("wordseg_thai", "text");
    if (real_missing(&r))
        return;
    Array ids = real_wanted(&r, "ids"), starts = real_wanted(&r, "run_starts"), exact = real_wanted(&r, "probs_exact"), breaks = real_wanted(&r, "break_after");
    int64_t count = ids.dim[0];
    double *begin = arena_array(r.arena, (size_t)count, sizeof *begin), *end = arena_array(r.arena, (size_t)count, sizeof *end);
    folder_make(r.variant.work);
    folder_make(text.variant.work);
    variant_input(&r.variant, "character", arena_printf(r.arena, "%s/character.npy", r.variant.work));
    variant_output(&r.variant, "tag");
    real_weights(&r, variant_isa_count - 1, 0, NULL);
    for (int64_t k = 0; k + 1 < starts.dim[0]; k++) {
        int64_t from = (int64_t)starts.value[k], length = (int64_t)starts.value[k + 1] - from;
        begin[from] = end[from + length - 1] = 1;
        Array part = {.dtype = exact.dtype, .rank = 2, .dim = {length, 4}, .count = (size_t)length * 4, .value = exact.value + from * 4};
        array_write(r.arena, r.variant.input_path[0], 1, &length, ids.value + from, true);
        if (variant_run(&r.variant, r.report) != 0)
            break;
        real_compare(&r, "probs_exact", variant_path(&r.variant, 0), &part, 1e-5);
        check_breaks(&r, variant_path(&r.variant, 0), breaks.value + from, end + from, length);
    }
    real_record(&r);
    real_finish(&r);
    variant_input(&text.variant, "character", real_data(&text, "ids"));
    variant_input(&text.variant, "begin", arena_printf(r.arena, "%s/begin.npy", text.variant.work));
    variant_input(&text.variant, "end", arena_printf(r.arena, "%s/end.npy", text.variant.work));
    array_write(r.arena, text.variant.input_path[1], 1, &count, begin, false);
    array_write(r.arena, text.variant.input_path[2], 1, &count, end, false);
    variant_output(&text.variant, "tag");
    for (int isa = 0; isa < real_sets(); isa++) {
        for (int format = 0; format < FORMATS; format++) {
            real_weights(&text, isa, format, NULL);
            if (variant_run(&text.variant, text.report) != 0)
                continue;
            real_compare(&text, "probs_exact", variant_path(&text.variant, 0), &exact, 1e-5);
            check_breaks(&text, variant_path(&text.variant, 0), breaks.value, end, count);
        }
        real_record(&text);
    }
    real_finish(&text);
}
