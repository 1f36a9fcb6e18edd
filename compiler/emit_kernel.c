/* emit_kernel.c: a loop over units in C: loads, packed products and the epilogue in registers, over the
 * vector layer of the runtime; V_LANES units are computed at once. */
#include "emit_body.h"
#include "number.h"

#include <ctype.h>
#include <string.h>

const char *emit_number(Arena *arena, double value)
{
    char text[NUMBER_ROOM];
    int length = number_print(text, (float)value);
    return arena_copy(arena, text, (size_t)length);
}

static const char *plus(const Body *b, const char *base, int64_t offset)
{
    return offset ? arena_printf(b->plan->arena, "%s + %lld", base, (long long)offset) : base;
}

const char *emit_length(const Plan *plan, int clock)
{
    const Clock *c = &plan->graph->clock[clock];
    bool fixed = c->kind == CLOCK_EXACT && !(plan->steps && clock == plan->clock);
    if (c->like >= 0 && !fixed)
        return emit_length(plan, c->like);
    return fixed ? arena_printf(plan->arena, "%lld", (long long)c->limit) : arena_printf(plan->arena, "%s_len", c->name);
}

/* "t * 42", "(net->step + t) * 42", "t * (3 * s_len)". */
static const char *term_text(const Body *b, const Term *term)
{
    Arena *arena = b->plan->arena;
    const char *at = b->plan->graph->clock[term->clock].name, *by = "";
    if (term->kind == TERM_NUMBER)
        at = arena_printf(arena, "(net->step + %s)", at);
    if (term->kind == TERM_LAST)
        at = arena_printf(arena, "(%s - 1)", emit_length(b->plan, term->clock));
    if (term->kind == TERM_CHUNK)
        at = arena_printf(arena, "(%s - %s_from)", at, at);
    if (term->kind == TERM_FROM)
        at = arena_printf(arena, "%s_from", at);
    if (term->stride != 1)
        by = arena_printf(arena, " * %lld", (long long)term->stride);
    for (int k = 0; k < b->plan->graph->clock_count; k++)
        if (term->times >> k & 1)
            by = arena_printf(arena, "%s * %s", by, emit_length(b->plan, k));
    return arena_printf(arena, "%s%s", at, by);
}

const char *emit_stride(const Body *b, const Term *term)
{
    const char *text = arena_printf(b->plan->arena, "%lld", (long long)term->stride);
    for (int k = 0; k < b->plan->graph->clock_count; k++)
        if (term->times >> k & 1)
            text = arena_printf(b->plan->arena, "%s * %s", text, emit_length(b->plan, k));
    return text;
}

const char *emit_position(const Body *b, const View *view)
{
    const char *text = "";
    for (int i = 0; i < view->terms; i++)
        text = arena_printf(b->plan->arena, "%s%s%s", text, *text ? " + " : "", term_text(b, &view->term[i]));
    return *text ? text : "0";
}

const char *emit_address(const Body *b, const View *view)
{
    Arena *arena = b->plan->arena;
    const char *text = b->plan->buffer[view->buffer].name;
    for (int i = 0; i < view->terms; i++)
        text = arena_printf(arena, "%s + %s", text, term_text(b, &view->term[i]));
    if (view->index) {
        const char *token = emit_address(b, view->index);
        text = arena_printf(arena, strchr(token, '+') ? "%s + (size_t)(%s)[0] * %lld" : "%s + (size_t)%s[0] * %lld", text, token, (long long)view->stride);
    }
    return plus(b, text, view->offset);
}

/* Whether whole vectors may be loaded up to the end of the units: the buffer is our own and has room
 * behind it, or the units fill whole panels. */
static bool whole_loads(const Body *b, const View *view, int64_t units)
{
    const Buffer *buffer = &b->plan->buffer[view->buffer];
    if (units % PLAN_PANEL == 0 || buffer->kind == BUFFER_WORK || buffer->kind == BUFFER_STATE)
        return true;
    return buffer->kind == BUFFER_CONST && !view->offset && !view->index && !view->terms && buffer->count == units;
}

static bool whole_stores(const Body *b, const View *view, const Kernel *kernel)
{
    const Buffer *buffer = &b->plan->buffer[view->buffer];
    if (kernel->units % PLAN_PANEL == 0)
        return true;
    return (buffer->kind == BUFFER_WORK || buffer->kind == BUFFER_STATE) && kernel->rows == 1 && !view->terms && !view->index && !view->offset;
}

/* Whether that one of the panels at once is never the last one. */
static bool is_full(const Kernel *kernel, int panel)
{
    return panel + 1 < kernel->wide;
}

/* Where the panels of unit j begin, in constants that have so many elements for the units of a panel. */
static const char *panels_address(const Body *b, const Kernel *kernel, const View *view, int64_t size)
{
    const char *panels = kernel->wide > 1 ? arena_printf(b->plan->arena, "(%d * RT_PANEL)", kernel->wide) : "RT_PANEL";
    return arena_printf(b->plan->arena, "%s + j / %s * (%lld * RT_PANEL)", emit_address(b, view), panels, (long long)size);
}

static const char *packed_address(const Body *b, const Kernel *kernel, const Do *d)
{
    const char *gate = d->gate ? arena_printf(b->plan->arena, " + %d * RT_PANEL", d->gate) : "";
    return arena_printf(b->plan->arena, "%s%s + j %% RT_PANEL", panels_address(b, kernel, &d->view, d->gates), gate);
}

/* The address of unit j of this row, so many panels on. */
static const char *unit_address(const Body *b, const Kernel *kernel, const View *view, int64_t period, int panel)
{
    const char *base = emit_address(b, view);
    Arena *arena = b->plan->arena;
    int64_t rows = period ? period / kernel->units : kernel->rows;
    if (kernel->rows > 1 && rows > 1) {
        if (rows == kernel->rows)
            return arena_printf(arena, "%s + row * %lld + j", base, (long long)kernel->units);
        return arena_printf(arena, "%s + row %% %lld * %lld + j", base, (long long)rows, (long long)kernel->units);
    }
    return arena_printf(arena, panel ? "%s + j + %d * RT_PANEL" : "%s + j", base, panel);
}

/* How many units there are from there on. */
static const char *units_left(const Body *b, const Kernel *kernel, int panel)
{
    Arena *arena = b->plan->arena;
    long long units = kernel->units, at = panel * PLAN_PANEL;
    if (!panel)
        return arena_printf(arena, "%lld - j", units);
    return arena_printf(arena, "j < %lld ? %lld - j : 0", units - at, units - at); /* the panels before may be fuller */
}

static const char *function_of(Arena *arena, Op op)
{
    const char *word = op_info[op].word;
    if (isalpha((unsigned char)*word))
        return arena_printf(arena, "v_%s", word);
    char *name = arena_printf(arena, "v_%s", op_info[op].name);
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return name;
}

/* "h.i" becomes i_ where no register of the kernel has that name yet. */
static const char *register_name(const Body *b, const Do *d)
{
    Arena *arena = b->plan->arena;
    const char *plain = arena_printf(arena, "r%d_", d->result);
    if (!d->label)
        return plain;
    const char *dot = strrchr(d->label, '.');
    char *name = arena_printf(arena, "%s", dot ? dot + 1 : d->label);
    size_t length = strlen(name);
    while (length && name[length - 1] == '_')
        name[--length] = 0;
    if (!length || isdigit((unsigned char)*name))
        return plain;
    const char *full = arena_printf(arena, "%s_", name);
    return map_get(b->names, full) ? plain : full;
}

static const char *panel_text(const Body *b, const Kernel *kernel, const Do *d)
{
    Arena *arena = b->plan->arena;
    int64_t panel = d->inner * d->count;
    const char *text = arena_printf(arena, "v_panel%d(%s + j %% RT_PANEL, %s, %lld", d->count, panels_address(b, kernel, &d->view, panel),
                                    emit_address(b, &d->in), (long long)d->inner);
    for (int i = 0; i < d->count; i++)
        text = arena_printf(arena, "%s, &%s", text, b->reg[d->accumulator[i]]);
    return arena_printf(arena, "%s);", text);
}

static const char *value_text(const Body *b, const Kernel *kernel, const Do *d)
{
    Arena *arena = b->plan->arena;
    switch (d->kind) {
    case DO_NUMBER: return arena_printf(arena, "v_set1(%s)", emit_number(arena, d->value));
    case DO_SPLAT: return arena_printf(arena, strchr(emit_address(b, &d->view), '+') ? "v_set1((%s)[0])" : "v_set1(%s[0])", emit_address(b, &d->view));
    case DO_START: return d->arg[0] < 0 ? "v_set1(0.0f)" : b->reg[d->arg[0]];
    case DO_LOAD: {
        if (d->gates)
            return arena_printf(arena, "v_load(%s)", packed_address(b, kernel, d));
        const char *at = unit_address(b, kernel, &d->view, d->period, d->panel);
        return is_full(kernel, d->panel) || whole_loads(b, &d->view, kernel->units)
            ? arena_printf(arena, "v_load(%s)", at) : arena_printf(arena, "v_load_n(%s, %s)", at, units_left(b, kernel, d->panel));
    }
    default: break;
    }
    const char *text = arena_printf(arena, "%s(%s", d->kind == DO_FMA ? "v_fma" : function_of(arena, d->op), b->reg[d->arg[0]]);
    for (int i = 1; i < 3 && d->arg[i] >= 0; i++)
        text = arena_printf(arena, "%s, %s", text, b->reg[d->arg[i]]);
    return arena_printf(arena, "%s)", text);
}

static void emit_do(Body *b, const Kernel *kernel, const Do *d)
{
    Arena *arena = b->plan->arena;
    if (d->kind == DO_PANEL) {
        emit_line(b, panel_text(b, kernel, d));
    } else if (d->kind == DO_STORE) {
        const char *at = unit_address(b, kernel, &d->view, 0, d->panel);
        if (is_full(kernel, d->panel) || whole_stores(b, &d->view, kernel))
            emit_line(b, arena_printf(arena, "v_store(%s, %s);", at, b->reg[d->arg[0]]));
        else
            emit_line(b, arena_printf(arena, "v_store_n(%s, %s, %s);", at, b->reg[d->arg[0]], units_left(b, kernel, d->panel)));
    } else {
        const char *value = value_text(b, kernel, d);
        b->reg[d->result] = register_name(b, d);
        map_set(b->names, b->reg[d->result], b);
        emit_line(b, arena_printf(arena, "vf %s = %s;", b->reg[d->result], value));
    }
}

/* One line of the source, as a comment. */
static void emit_source_line(Body *b, Place place, int row)
{
    int length;
    const char *text = source_line(place.source, place.begin, &length), *slash = strrchr(place.source->path, '/');
    while (length && isspace((unsigned char)*text))
        text++, length--;
    const char *hash = memchr(text, '#', (size_t)length);
    length = hash ? (int)(hash - text) : length;
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    const char *copy = arena_copy(b->plan->arena, text, (size_t)length);
    const char *file = slash ? slash + 1 : place.source->path;
    emit_line(b, arena_printf(b->plan->arena, "/* %s:%d  %s */", emit_safe(b->plan->arena, file), row, emit_safe(b->plan->arena, copy)));
}

/* The source lines that a kernel computes, each once, in the order of the first file's lines. */
static void emit_sources(Body *b, const Kernel *kernel)
{
    enum { MOST = 64 };
    Place seen[MOST + 1];
    int rows[MOST + 1], count = 0;
    for (size_t i = 0; i < kernel->count; i++) {
        const Do *d = &kernel->code[i];
        if (!d->place.source || count == MOST || (d->kind != DO_OP && d->kind != DO_FMA && d->kind != DO_PANEL && d->kind != DO_START))
            continue;
        int row = source_row(d->place), at = 0;
        while (at < count && !(seen[at].source == d->place.source && rows[at] >= row))
            at++;
        if (at < count && rows[at] == row)
            continue;
        memmove(&seen[at + 1], &seen[at], (size_t)(count - at) * sizeof *seen);
        memmove(&rows[at + 1], &rows[at], (size_t)(count - at) * sizeof *rows);
        seen[at] = d->place;
        rows[at] = row;
        count++;
    }
    for (int i = 0; i < count; i++)
        emit_source_line(b, seen[i], rows[i]);
}

/* How many instructions read each register. */
static int *register_uses(Arena *arena, const Kernel *kernel)
{
    int *uses = arena_array(arena, (size_t)kernel->registers + 1, sizeof *uses);
    for (size_t i = 0; i < kernel->count; i++)
        for (int k = 0; k < 3; k++)
            if (kernel->code[i].arg[k] >= 0)
                uses[kernel->code[i].arg[k]]++;
    return uses;
}

/* Whether the next instruction starts an accumulator from this one's result, which nothing else reads. */
static bool starts_next(const Kernel *kernel, size_t at, const int *uses)
{
    int result = kernel->code[at].result;
    bool starts = at + 1 < kernel->count && kernel->code[at + 1].kind == DO_START && kernel->code[at + 1].arg[0] == result;
    return starts && result >= 0 && uses[result] == 1;
}

/* The loop over units: by vectors, in a kernel of several panels at once over the first of these. */
static void open_units(Body *b, const Kernel *kernel)
{
    Arena *arena = b->plan->arena;
    const char *unit = kernel->zigzag >= 0 ? "at" : "j", *by = "V_LANES";
    long long together = kernel->wide * PLAN_PANEL;
    if (kernel->wide > 1)
        by = arena_printf(arena, "(%s + V_LANES) %% RT_PANEL ? V_LANES : V_LANES + %lld", unit, together - PLAN_PANEL);
    emit_line(b, arena_printf(arena, "for (size_t %s = 0; %s < %lld; %s += %s) {", unit, unit, (long long)kernel->units, unit, by));
    b->depth++;
    if (kernel->zigzag < 0)
        return;
    const char *clock = b->plan->graph->clock[kernel->zigzag].name;
    if (b->plan->steps && kernel->zigzag == b->plan->clock) /* it goes on from call to call */
        clock = arena_printf(arena, "(net->odd + %s)", clock);
    const char *last = arena_printf(arena, "%lld / V_LANES * V_LANES - at", (long long)kernel->units - 1);
    if (kernel->wide > 1) /* the panels backwards, the vectors of one forwards */
        last = arena_printf(arena, "%lld - at / %lld * %lld + at %% %lld", (long long)(kernel->units - 1) / together * together, together, together, together);
    emit_line(b, arena_printf(arena, "const size_t j = %s %% 2 ? %s : at;", clock, last));
}

void emit_kernel(Body *b, const Kernel *kernel)
{
    Arena *arena = b->plan->arena;
    b->reg = arena_array(arena, (size_t)kernel->registers + 1, sizeof *b->reg);
    b->names = map_new(arena);
    const int *uses = register_uses(arena, kernel);
    emit_sources(b, kernel);
    if (kernel->rows > 1)
        emit_line(b, arena_printf(arena, "for (size_t row = 0; row < %lld; row++)", (long long)kernel->rows));
    b->depth += kernel->rows > 1;
    open_units(b, kernel);
    for (size_t i = 0; i < kernel->count; i++) {
        Do d = kernel->code[i];
        if (starts_next(kernel, i, uses)) { /* the accumulator is made of the value at once */
            d.result = kernel->code[i + 1].result;
            d.label = kernel->code[++i].label;
        }
        emit_do(b, kernel, &d);
    }
    b->depth--;
    emit_line(b, "}");
    b->depth -= kernel->rows > 1;
}

/* Values one after the other: as a loop over units that loads and stores. */
void emit_move(Body *b, const View *to, const View *from, int64_t count)
{
    Arena *arena = b->plan->arena;
    const Kernel units = {.units = count, .rows = 1, .wide = 1, .zigzag = -1};
    const char *in = unit_address(b, &units, from, 0, 0), *out = unit_address(b, &units, to, 0, 0), *rest = arena_printf(arena, ", %lld - j", (long long)count);
    emit_line(b, arena_printf(arena, "for (size_t j = 0; j < %lld; j += V_LANES)", (long long)count));
    in = arena_printf(arena, whole_loads(b, from, count) ? "v_load(%s)" : "v_load_n(%s%s)", in, rest);
    emit_line(b, whole_stores(b, to, &units) ? arena_printf(arena, "    v_store(%s, %s);", out, in)
                                             : arena_printf(arena, "    v_store_n(%s, %s%s);", out, in, rest));
}
