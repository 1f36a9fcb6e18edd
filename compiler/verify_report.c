/* verify_report.c: what `rnnc verify` found, as a table and as messages. */
#include "verify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the table ---- */

enum { COLUMNS = 10 };

typedef struct Row {
    const char *cell[COLUMNS];
    bool wrong;
} Row;

static const char *number(Arena *arena, double value)
{
    return arena_printf(arena, value >= 10 && value < 1e7 ? "%.0f" : "%.2g", value);
}

/* Of a float all digits that tell it from its neighbours; of the other one as many. */
static const char *value_text(const Verify *v, const Watched *w, double value)
{
    return arena_printf(v->arena, w->node->type.tokens ? "%.0f" : "%.9g", value);
}

static Row row(const Verify *v, const Watched *w, const char *name, const Gap *gap)
{
    Arena *a = v->arena;
    Row r = {.cell = {name, shape_text(a, shape_vector(w->rank, w->dim)), number(a, w->allowed), "", "", "", "", "", "", ""}, .wrong = gap->parts};
    if (!gap->compared)
        return r;
    r.cell[3] = number(a, gap->absolute);
    r.cell[4] = number(a, gap->relative);
    r.cell[5] = number(a, gap->ulps);
    r.cell[6] = gap->absolute > 0 ? gap_where(a, v->graph, w, gap->at) : "";
    r.cell[7] = gap->absolute > 0 ? value_text(v, w, gap->want) : "";
    r.cell[8] = gap->absolute > 0 ? value_text(v, w, gap->got) : "";
    r.cell[9] = v->isas > 1 && gap->isa && gap->absolute > 0 ? gap->isa : "";
    return r;
}

/* In the order in which they are computed first. */
static int by_turn(const void *a, const void *b)
{
    const Watched *x = *(const Watched *const *)a, *y = *(const Watched *const *)b;
    int64_t left = watched_count(x) ? x->turn[0] : INT64_MAX, right = watched_count(y) ? y->turn[0] : INT64_MAX;
    return left != right ? left < right ? -1 : 1 : x < y ? -1 : 1;
}

static Watched **in_order(const Verify *v)
{
    Watched **sorted = arena_array(v->arena, v->count + 1, sizeof *sorted);
    for (size_t i = 0; i < v->count; i++)
        sorted[i] = &v->watched[i];
    if (v->count > v->outputs)
        qsort(sorted + v->outputs, v->count - v->outputs, sizeof *sorted, by_turn);
    return sorted;
}

static size_t fill(const Verify *v, Row *rows)
{
    Arena *a = v->arena;
    Watched **sorted = in_order(v);
    size_t n = 0;
    rows[n++] = (Row){.cell = {"", "", "allowed", "absolute", "relative", "ulps", "at", "should be", "is", ""}};
    for (size_t i = 0; i < v->count && (i < v->outputs || !v->no_variables); i++) {
        const Watched *w = sorted[i];
        rows[n++] = row(v, w, w->output ? arena_printf(a, "output %s", w->name) : w->name, &w->gap);
    }
    for (size_t i = 0; i < v->count; i++) {
        const Watched *w = sorted[i];
        if (!w->given)
            continue;
        rows[n++] = row(v, w, arena_printf(a, "%s: %s, C", w->given_file, w->name), &w->given_c);
        rows[n++] = row(v, w, arena_printf(a, "%s: %s, equations", w->given_file, w->name), &w->given_equations);
    }
    return n;
}

static void print_table(const Verify *v)
{
    Row *rows = arena_array(v->arena, 3 * v->count + 2, sizeof *rows);
    size_t count = fill(v, rows);
    int width[COLUMNS] = {0};
    bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < COLUMNS; k++)
            width[k] = (int)strlen(rows[i].cell[k]) > width[k] ? (int)strlen(rows[i].cell[k]) : width[k];
    for (size_t i = 0; i < count; i++) {
        Out *line = out_new(v->arena);
        for (int k = 0; k < COLUMNS; k++) {
            bool left = k < 2 || k == 6 || k == 9; /* words; the others are numbers */
            out_printf(line, left ? "%s%-*s" : "%s%*s", k ? "  " : "", width[k], rows[i].cell[k]);
        }
        while (line->length && line->text[line->length - 1] == ' ')
            line->text[--line->length] = 0;
        printf(colour && rows[i].wrong ? "\033[1;31m%s\033[0m\n" : "%s\n", line->text);
    }
}

static const char *join(Arena *arena, const char *text, const char *word)
{
    return arena_printf(arena, "%s%s%s", text, *text ? ", " : "", word);
}

/* "61 steps of t, 45 of s". */
static const char *lengths(const Verify *v)
{
    const char *text = "";
    for (int k = 0; k < v->graph->clock_count; k++)
        if (v->graph->clock[k].like < 0)
            text = join(v->arena, text, arena_printf(v->arena, *text ? "%lld of %s" : "%lld steps of %s", (long long)v->length[k], v->graph->clock[k].name));
    return text;
}

static const char *made_up(const Verify *v)
{
    const char *inputs = "";
    for (size_t i = 0; i < v->graph->input_count; i++) {
        bool given = false;
        for (size_t k = 0; k < v->o->input_count; k++)
            given = given || strcmp(v->o->inputs[k].name, v->graph->input[i].name) == 0;
        inputs = given ? inputs : join(v->arena, inputs, v->graph->input[i].name);
    }
    const char *text = *inputs ? arena_printf(v->arena, "random input for %s (seed %lu)", inputs, (unsigned long)v->o->draw_seed) : "";
    if (v->o->check.random_weights)
        text = join(v->arena, text, arena_printf(v->arena, "random weights (seed %llu)", (unsigned long long)v->o->seed));
    return text;
}

bool verify_is_good(const Verify *v)
{
    bool good = diag_errors(v->diag) == 0 && (!v->stepped || v->step_bits);
    for (size_t i = 0; i < v->count; i++) {
        const Watched *w = &v->watched[i];
        good = good && !w->gap.parts && !w->with_all.parts && !w->given_c.parts && !w->given_equations.parts;
    }
    return good;
}

void verify_print(const Verify *v)
{
    const char *isas = "";
    for (int i = 0; i < v->isas; i++)
        isas = join(v->arena, isas, v->isa[i]);
    printf("%s: the C (%s; %s) and the equations in double precision\n", v->graph->name, v->cc, isas);
    if (*lengths(v))
        printf("%s\n", lengths(v));
    if (*made_up(v))
        printf("%s\n", made_up(v));
    printf("\n");
    print_table(v);
    if (v->no_variables)
        printf("\nthe variables cannot be shown: no plan keeps all of them\n");
    if (v->other_bits)
        printf("\nOutputs are those of the code that ships; the code that keeps all variables gives them other bits.\n");
    printf("\n%s\n", verify_is_good(v) ? "all is within what is allowed" : "not all is within what is allowed");
    fflush(stdout);
}

/* ---- messages ---- */

static bool in_library(const Verify *v, const Source *source)
{
    for (const Item *item = v->text.library->items; item; item = item->next)
        if (item->place.source == source)
            return true;
    return false;
}

/* Of a variable inside of a library's cell the equation in the model that calls it. */
static Place place_of(const Verify *v, const Watched *w)
{
    const char *name = w->output ? w->name : w->node->label;
    size_t length = strcspn(name, ".");
    if (w->node->place.source && !in_library(v, w->node->place.source))
        return w->node->place;
    for (const Item *item = v->text.model->items; item; item = item->next)
        for (const Line *line = item->lines; item->kind == ITEM_MODEL && strcmp(item->name->text, v->graph->name) == 0 && line; line = line->next)
            for (const Name *n = line->kind == LINE_EQUATION || line->kind == LINE_CELL ? line->names : NULL; n; n = n->next)
                if (strlen(n->text) == length && strncmp(n->text, name, length) == 0)
                    return line->place;
    return w->output ? w->port->place : w->node->place;
}

static void note_library(const Verify *v, const Watched *w, Place place)
{
    if (w->node->place.source && w->node->place.source != place.source)
        diag_note(v->diag, w->node->place, "this is what it computes there");
}

/* The first of all that part, by the turns; outputs as they ship only where `ships`. */
static const Watched *first_to_part(const Verify *v, bool ships, const Gap **gap)
{
    const Watched *first = NULL;
    for (size_t i = 0; i < v->count; i++) {
        const Watched *w = &v->watched[i];
        const Gap *g = w->output && !ships ? &w->with_all : &w->gap;
        if (g->parts && (!w->output || w->output == ships || !v->no_variables) && (!first || g->turn < (*gap)->turn)) {
            first = w;
            *gap = g;
        }
    }
    return first;
}

static void hint_why(const Verify *v, const Gap *g, bool ships)
{
    bool whole = isfinite(g->first_want) && isfinite(g->first_got) && g->first_want == floor(g->first_want) && g->first_got == floor(g->first_got);
    if (whole)
        diag_hint(v->diag, "what it is chosen by agrees: of two values that are nearly equal either may win where numbers are rounded; "
                           "if another --seed agrees, it is this");
    else if (ships)
        diag_hint(v->diag, "with all variables as outputs it agrees, so it is what the compiler makes of the equations: --without=PASS leaves a pass out");
    else
        diag_hint(v->diag, "what it is computed from agrees. --isa=scalar, --without=PASS, --cc='cc -O0' tell whether it is the instruction set, a pass, the C compiler");
}

static void judge_c(const Verify *v)
{
    const Gap *gap = NULL;
    const Watched *w = first_to_part(v, v->no_variables, &gap);
    bool ships = !w;
    if (!w)
        w = first_to_part(v, true, &gap);
    if (!w)
        return;
    Place place = place_of(v, w);
    const char *where = gap_where(v->arena, v->graph, w, gap->first);
    diag_error(v->diag, place, "%s is the first to part from the equations%s%s: it should be %s, and is %s in C on %s", w->name, *where ? ", at " : "",
               where, value_text(v, w, gap->first_want), value_text(v, w, gap->first_got), gap->first_isa);
    note_library(v, w, place);
    hint_why(v, gap, ships);
}

static void judge_given(const Verify *v, const Watched *w)
{
    const Gap *c = &w->given_c, *q = &w->given_equations, *gap = q->parts ? q : c;
    if (!gap->parts)
        return;
    const char *where = gap_where(v->arena, v->graph, w, gap->first);
    bool alike = c->parts && q->parts && !w->gap.parts;
    const char *who = alike ? "by the equations and in C" : q->parts ? "by the equations" : "in C";
    diag_error(v->diag, (Place){0}, "%s: %s%s%s is %s there, and %s %s", w->given_file, w->name, *where ? " at " : "", where,
               value_text(v, w, gap->first_want), value_text(v, w, gap->first_got), who);
    if (alike)
        diag_hint(v->diag, "the C does what the model says: it is the model's equations, its weights or the input that are not those of %s", w->given_file);
    else if (q->parts && !c->parts)
        diag_hint(v->diag, "the C agrees with %s; the equations in double precision do not", w->given_file);
    else
        diag_hint(v->diag, q->parts ? "neither the equations nor the C agree with %s, nor with each other" : "the model says the same as %s; it is the C that does not", w->given_file);
}

void verify_judge(Verify *v)
{
    judge_c(v);
    if (v->stepped && !v->step_bits)
        diag_error(v->diag, (Place){0}, "step after step the outputs have other bits than by one call");
    /* Of several the one that differs first says most. */
    const Watched *first = NULL;
    for (size_t i = 0; i < v->count; i++) {
        const Watched *w = &v->watched[i];
        const Gap *gap = w->given_equations.parts ? &w->given_equations : &w->given_c;
        const Gap *best = first ? first->given_equations.parts ? &first->given_equations : &first->given_c : NULL;
        if (w->given && gap->parts && (!first || gap->turn < best->turn))
            first = w;
    }
    if (first)
        judge_given(v, first);
}
