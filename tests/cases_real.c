/* cases_real.c: the real suite: the models of tests/real with the weights, inputs and trusted outputs of
 * ../shared/models (RNNC_SHARED: another place for shared). Every network runs on every instruction set,
 * from .npz and from .safetensors, and from the 8-bit weights where there are any. Tolerances are those
 * of the networks' READMEs, and absolute. */
#include "cases_variant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 10, MIXED = 45, ROWS = 28, STEPS = 411 };

typedef struct Check {                    /* an output, and what it is held to */
    const char *output, *file;
    double tolerance;
} Check;

typedef struct Network {
    const char *name, *model;             /* of the file and the folder; the model in it, or NULL */
    const char *input, *input_file;
    int from;                             /* the first column of that file that the model takes */
    const char *scale;                    /* of the 8-bit weights, or NULL: there are none */
    const char *by, *otherwise;           /* run or step, and the other */
    Check check[8];
} Network;

static const Network networks[] = {
    {"rnnoise", NULL, "x", "features", 0, "scale=256", "step", "run",
     {{"gains", "gains", 5e-5}, {"gains", "gains_exact", 1e-5}, {"vad", "vad", 5e-5}, {"vad", "vad_exact", 1e-5},
      {"states", "states", 1e-3}}},
    {"music_detector", "music", "x", "features", 0, "scale=128", "run", "step",
     {{"probs", "probs", 1e-3}, {"probs", "probs_exact", 1e-5}, {"layer0", "layer0", 1e-3}, {"states", "states", 5e-3}}},
    {"music_detector", "music_rational", "x", "features", 0, "scale=128", "step", "run",
     {{"probs", "probs", 1e-5}, {"layer0", "layer0", 1e-5}, {"states", "states", 1e-5}}},
    {"charrnn", "reader", "character", "ids", 0, NULL, "step", "run", {{"logits", "logits", 1e-4}}},
    {"silero_vad", NULL, "chunk", "chunks", 64, NULL, "step", "run", {{"speech", "probs", 1e-5}, {"states", "states", 1e-3}}},
};
enum { NETWORKS = sizeof networks / sizeof *networks };

static const char *shared;

typedef struct Real {
    Arena *arena;
    Out *report;
    Variant variant;
    const char *folder;                   /* of the network's files */
    const char *network;                  /* its name, or the model's, for what is printed */
    const char *label;
    struct Record {                       /* the largest errors on one instruction set */
        const char *what;
        double worst, tolerance;
    } record[8];
    int records;
} Real;

static const char *const formats[] = {"npz", "safetensors"};
enum { FORMATS = 2 };

static Real real_open(const char *name, const char *model)
{
    Arena *arena = arena_new();
    Real r = {.arena = arena, .report = out_new(arena), .folder = arena_printf(arena, "%s/%s", shared, name)};
    r.network = model ? model : name;
    r.variant = (Variant){.arena = arena, .model = arena_printf(arena, "tests/real/%s.rnn", name), .name = model};
    r.variant.work = arena_printf(arena, "%s/real/%s", cases_build, model ? model : name);
    return r;
}

static bool is_missing(const Real *r)
{
    return !file_text(r->arena, arena_printf(r->arena, "%s/weights.npz", r->folder));
}

static const char *data_path(const Real *r, const char *stem)
{
    return arena_printf(r->arena, "%s/%s.npy", r->folder, stem);
}

static Array wanted(const Real *r, const char *stem)
{
    Array array;
    const char *error = NULL;
    ck_assert_msg(array_read(r->arena, data_path(r, stem), &array, &error), "%s", error);
    return array;
}

/* The sets of this machine, and after them ARM's, emulated. */
static int set_count(void)
{
    return variant_isa_count + variant_has_arm;
}

static void set_weights(Real *r, int isa, int format, const char *scale)
{
    const char *stem = scale ? "weights_int8" : "weights";
    if (isa < variant_isa_count)
        r->variant.isa = variant_isa[isa];
    else if (!r->variant.exec)
        r->variant = variant_arm(&r->variant);
    r->variant.weights = arena_printf(r->arena, "%s/%s.%s", r->folder, stem, formats[format]);
    r->variant.define = scale;
    r->label = arena_printf(r->arena, "%s, %s, %s.%s", r->network, r->variant.isa, stem, formats[format]);
}

static void compare(Real *r, const char *what, const char *got, const Array *want, double tolerance)
{
    double worst;
    int i = 0;
    array_compare(r->arena, r->report, r->label, got, want, tolerance, true, &worst);
    while (i < r->records && strcmp(r->record[i].what, what) != 0)
        i++;
    if (i == r->records)
        r->record[r->records++] = (struct Record){what, 0, tolerance};
    if (worst > r->record[i].worst)
        r->record[i].worst = worst;
}

/* What a record of a machine is made of: how far off each output was, whatever the weight file. */
static void print_record(Real *r)
{
    Out *line = out_new(r->arena);
    for (int i = 0; i < r->records; i++)
        out_printf(line, "%s %s %.2g of %.2g", i ? "," : "", r->record[i].what, r->record[i].worst, r->record[i].tolerance);
    printf("real: %s, %s:%s\n", r->network, r->variant.isa, line->text);
    r->records = 0;
}

static void finish(const Real *r)
{
    fflush(stdout);
    cases_report(r->variant.model, r->report);
}

static const char *output_path(const Variant *v, const char *name)
{
    for (int i = 0; i < v->outputs; i++)
        if (strcmp(v->output[i], name) == 0)
            return variant_path(v, i);
    ck_abort_msg("no output %s", name);
    return NULL;
}

static void run_network(Real *r, const Network *n)
{
    if (variant_run(&r->variant, r->report) != 0)
        return;
    for (const Check *check = n->check; check->output; check++) {
        Array want = wanted(r, check->file);
        compare(r, check->file, output_path(&r->variant, check->output), &want, check->tolerance);
    }
}

/* The input without its first columns, which the model has to know by itself. */
static const char *columns_from(const Real *r, const Network *n)
{
    Array all = wanted(r, n->input_file);
    const char *path = arena_printf(r->arena, "%s/%s.npy", r->variant.work, n->input);
    int64_t dim[2] = {all.dim[0], all.dim[1] - n->from};
    double *kept = arena_array(r->arena, (size_t)(dim[0] * dim[1]), sizeof *kept);
    ck_assert(all.rank == 2 && dim[1] > 0);
    for (int64_t i = 0; i < dim[0]; i++)
        memcpy(kept + i * dim[1], all.value + i * all.dim[1] + n->from, (size_t)dim[1] * sizeof *kept);
    folder_make(r->variant.work);
    array_write(r->arena, path, 2, dim, kept, false);
    return path;
}

static void run_stream(const Network *n)
{
    Real r = real_open(n->name, n->model);
    if (is_missing(&r))
        return;
    variant_input(&r.variant, n->input, n->from ? columns_from(&r, n) : data_path(&r, n->input_file));
    for (const Check *check = n->check; check->output; check++)
        if (check == n->check || strcmp(check->output, check[-1].output) != 0)
            variant_output(&r.variant, check->output);
    r.variant.by = n->by;
    const Variant host = r.variant;
    for (int isa = 0; isa < set_count(); isa++) {
        for (int format = 0; format < FORMATS; format++)
            for (int bytes = 0; bytes <= (n->scale != NULL); bytes++) {
                set_weights(&r, isa, format, bytes ? n->scale : NULL);
                run_network(&r, n);
            }
        print_record(&r);
    }
    r.variant = host;
    r.variant.blob = true;                /* once more with the weights in a file of their own, and the other way */
    r.variant.by = n->otherwise;
    r.variant.work = arena_printf(r.arena, "%s_blob", r.variant.work);
    set_weights(&r, variant_isa_count - 1, 0, NULL);
    run_network(&r, n);
    finish(&r);
}

static const char *const states[] = {"h0", "c0", "h1", "c1"};
enum { STATES = 4 };

/* The states after the last character that was read are what the writer starts with. */
static void hand_over(Real *writer, const Real *reader)
{
    for (int i = 0; i < STATES; i++) {
        Array state;
        const char *error = NULL;
        ck_assert_msg(array_read(writer->arena, variant_path(&reader->variant, i), &state, &error), "%s", error);
        ck_assert_msg(state.rank == 2 && state.dim[0] == STEPS, "%s", states[i]);
        array_write(writer->arena, writer->variant.input_path[i], 1, state.dim + 1, state.value + (STEPS - 1) * state.dim[1], false);
    }
}

/* The text is read, and then the network writes on: 200 characters, in the loop of the emitted C. */
static void run_writer(void)
{
    Real r = real_open("charrnn", "writer"), reader = real_open("charrnn", "reader");
    if (is_missing(&r))
        return;
    reader.variant.work = arena_printf(r.arena, "%s/reader", r.variant.work);
    variant_input(&reader.variant, "character", data_path(&r, "ids"));
    for (int i = 0; i < STATES; i++) {
        variant_output(&reader.variant, states[i]);
        variant_input(&r.variant, arena_printf(r.arena, "%s_start", states[i]),
                      arena_printf(r.arena, "%s/%s_start.npy", r.variant.work, states[i]));
    }
    Array tokens = wanted(&r, "greedy_ids"), logits = wanted(&r, "greedy_logits");
    const char *first = arena_printf(r.arena, "%s/first.npy", r.variant.work);
    folder_make(r.variant.work);
    array_write(r.arena, first, 0, NULL, tokens.value, true);
    variant_input(&r.variant, "first", first);
    variant_output(&r.variant, "character");
    variant_output(&r.variant, "logits");
    for (int isa = 0; isa < set_count(); isa++) {
        for (int format = 0; format < FORMATS; format++) {
            set_weights(&reader, isa, format, NULL);
            set_weights(&r, isa, format, NULL);
            if (variant_run(&reader.variant, r.report) != 0)
                continue;
            hand_over(&r, &reader);
            if (variant_run(&r.variant, r.report) != 0)
                continue;
            compare(&r, "greedy_ids", output_path(&r.variant, "character"), &tokens, 0);
            compare(&r, "greedy_logits", output_path(&r.variant, "logits"), &logits, 1e-4);
        }
        print_record(&r);
    }
    finish(&r);
}

/* Element `i` of the first axis of an array. */
static Array slice_of(const Array *all, int i)
{
    Array one = {.dtype = all->dtype, .rank = all->rank - 1};
    one.count = all->count / (size_t)all->dim[0];
    for (int k = 0; k < one.rank; k++)
        one.dim[k] = all->dim[k + 1];
    one.value = all->value + (size_t)i * one.count;
    return one;
}

/* What the images are compared with; NULL: nothing. */
typedef struct Digits {
    Array *probs, *exact, *hidden;
    const char *what;
} Digits;

/* Images one after the other: the state starts afresh for each. */
static void read_digits(Real *r, const Array *images, const Digits *want)
{
    const char *label = r->label;
    for (int i = 0; i < images->dim[0]; i++) {
        Array image = slice_of(images, i), probs = slice_of(want->probs, i);
        array_write(r->arena, r->variant.input_path[0], image.rank, image.dim, image.value, false);
        if (variant_run(&r->variant, r->report) != 0)
            break;
        r->label = arena_printf(r->arena, "%s, image %d", label, i);
        compare(r, want->what, variant_path(&r->variant, 0), &probs, 1e-5);
        if (want->exact) {
            Array exact = slice_of(want->exact, i), hidden = slice_of(want->hidden, i);
            compare(r, "probs_exact", variant_path(&r->variant, 0), &exact, 1e-5);
            compare(r, "hidden_exact", variant_path(&r->variant, 1), &hidden, 1e-5);
        }
    }
    r->label = label;
}

static void run_digits(void)
{
    Real r = real_open("mnist_lstm", NULL);
    if (is_missing(&r))
        return;
    variant_input(&r.variant, "row", arena_printf(r.arena, "%s/row.npy", r.variant.work));
    variant_output(&r.variant, "digit");
    variant_output(&r.variant, "hidden");
    folder_make(r.variant.work);
    Array images = wanted(&r, "images"), probs = wanted(&r, "probs"), exact = wanted(&r, "probs_exact");
    Array hidden = wanted(&r, "hidden_exact"), mixed = wanted(&r, "mixed_int8"), mixed_probs = wanted(&r, "mixed_probs");
    ck_assert(images.dim[0] == DIGITS && images.dim[1] == ROWS && mixed.dim[0] == MIXED);
    for (size_t i = 0; i < mixed.count; i++)        /* the zero point is -128, the scale 1/255 in single precision */
        mixed.value[i] = (mixed.value[i] + 128) * (double)(float)(1 / 255.0);
    Digits samples = {&probs, &exact, &hidden, "probs"}, unsure = {&mixed_probs, NULL, NULL, "mixed_probs"};
    for (int isa = 0; isa < set_count(); isa++) {
        for (int format = 0; format < FORMATS; format++) {
            set_weights(&r, isa, format, NULL);
            read_digits(&r, &images, &samples);
        }
        read_digits(&r, &mixed, &unsure);
        print_record(&r);
    }
    finish(&r);
}

/* ---- Thai words: 247 runs ---- */

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
static void run_words(void)
{
    Real r = real_open("wordseg_thai", "run"), text = real_open("wordseg_thai", "text");
    if (is_missing(&r))
        return;
    Array ids = wanted(&r, "ids"), starts = wanted(&r, "run_starts"), exact = wanted(&r, "probs_exact"), breaks = wanted(&r, "break_after");
    int64_t count = ids.dim[0];
    double *begin = arena_array(r.arena, (size_t)count, sizeof *begin), *end = arena_array(r.arena, (size_t)count, sizeof *end);
    folder_make(r.variant.work);
    folder_make(text.variant.work);
    variant_input(&r.variant, "character", arena_printf(r.arena, "%s/character.npy", r.variant.work));
    variant_output(&r.variant, "tag");
    set_weights(&r, variant_isa_count - 1, 0, NULL);
    for (int64_t k = 0; k + 1 < starts.dim[0]; k++) {
        int64_t from = (int64_t)starts.value[k], length = (int64_t)starts.value[k + 1] - from;
        begin[from] = end[from + length - 1] = 1;
        Array part = {.dtype = exact.dtype, .rank = 2, .dim = {length, 4}, .count = (size_t)length * 4, .value = exact.value + from * 4};
        array_write(r.arena, r.variant.input_path[0], 1, &length, ids.value + from, true);
        if (variant_run(&r.variant, r.report) != 0)
            break;
        compare(&r, "probs_exact", variant_path(&r.variant, 0), &part, 1e-5);
        check_breaks(&r, variant_path(&r.variant, 0), breaks.value + from, end + from, length);
    }
    print_record(&r);
    finish(&r);
    variant_input(&text.variant, "character", data_path(&text, "ids"));
    variant_input(&text.variant, "begin", arena_printf(r.arena, "%s/begin.npy", text.variant.work));
    variant_input(&text.variant, "end", arena_printf(r.arena, "%s/end.npy", text.variant.work));
    array_write(r.arena, text.variant.input_path[1], 1, &count, begin, false);
    array_write(r.arena, text.variant.input_path[2], 1, &count, end, false);
    variant_output(&text.variant, "tag");
    for (int isa = 0; isa < set_count(); isa++) {
        for (int format = 0; format < FORMATS; format++) {
            set_weights(&text, isa, format, NULL);
            if (variant_run(&text.variant, text.report) != 0)
                continue;
            compare(&text, "probs_exact", variant_path(&text.variant, 0), &exact, 1e-5);
            check_breaks(&text, variant_path(&text.variant, 0), breaks.value, end, count);
        }
        print_record(&text);
    }
    finish(&text);
}

START_TEST(real)
{
    const char *name = file_stem(arena_new(), cases_at(_i));
    bool known = false;
    for (int i = 0; i < NETWORKS; i++)
        if (strcmp(networks[i].name, name) == 0) {
            run_stream(&networks[i]);
            known = true;
        }
    if (strcmp(name, "charrnn") == 0)
        run_writer();
    if (strcmp(name, "mnist_lstm") == 0)
        run_digits();
    else if (strcmp(name, "wordseg_thai") == 0)
        run_words();
    else
        ck_assert_msg(known, "tests/real/%s.rnn: cases_real.c does not say what it is compared with", name);
}
END_TEST

static void prepare(Arena *arena)
{
    const char *root = getenv("RNNC_SHARED");
    shared = arena_printf(arena, "%s/models", root ? root : "../shared");
    variant_prepare(arena, true);
    int count;
    const char **models = files_glob(arena, "tests/real/*.rnn", &count);
    for (int i = 0; i < count; i++) {
        const char *name = file_stem(arena, models[i]);
        Real r = real_open(name, NULL);
        if (is_missing(&r))
            printf("skipped: %s (there is no %s/weights.npz)\n", name, r.folder);
        arena_free(r.arena);
    }
    fflush(stdout);
}

static void add(TCase *tcase, int count)
{
    tcase_add_loop_test(tcase, real, 0, count);
}

const CaseSuite suite_real = {"real", "tests/real/*.rnn", prepare, add};
