/* emit_body.c: the steps of a plan as one C function over the vector layer. It is compiled once for
 * each instruction set; V_LANES units are computed at once. */
#include "emit.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

typedef struct Body {
    Out *out;
    const Plan *plan;
    const EmitOptions *options;
    int depth;
    const char **reg;        /* names of the registers of the kernel that is being written */
} Body;

static void line(const Body *b, const char *text)
{
    out_printf(b->out, "%*s%s\n", b->depth * 4, "", text);
}

const char *emit_number(Arena *arena, double value)
{
    if (isnan(value))
        return "NAN";
    if (isinf(value) || fabs(value) > 3.4028234663852886e38)
        return value < 0 ? "-INFINITY" : "INFINITY";
    const char *text = arena_printf(arena, "%.9g", value);
    bool plain = !strpbrk(text, ".e");
    return arena_printf(arena, "%s%sf", text, plain ? ".0" : "");
}

/* ---- addresses ---- */

static const char *plus(const Body *b, const char *base, int64_t offset)
{
    return offset ? arena_printf(b->plan->arena, "%s + %lld", base, (long long)offset) : base;
}

static const char *scaled(const Body *b, const char *index, int64_t by)
{
    return by == 1 ? index : arena_printf(b->plan->arena, "%s * %lld", index, (long long)by);
}

/* Where the elements of a view begin, as an expression of + only. */
static const char *address(const Body *b, const View *view)
{
    const Plan *plan = b->plan;
    const Buffer *buffer = &plan->buffer[view->buffer];
    const char *text = buffer->name;
    if (view->time == AT_STEP)
        text = arena_printf(plan->arena, "%s + %s", text, scaled(b, plan->graph->clock[buffer->clock].name, buffer->count));
    if (view->index >= 0) {
        const Buffer *index = &plan->buffer[view->index];
        const char *at = view->index_time == AT_STEP ? plan->graph->clock[index->clock].name : "0";
        const char *token = view->index_offset
                                ? arena_printf(plan->arena, "%s[%s + %lld]", index->name, scaled(b, at, index->count), (long long)view->index_offset)
                                : arena_printf(plan->arena, "%s[%s]", index->name, scaled(b, at, index->count));
        text = arena_printf(plan->arena, "%s + (size_t)%s * %lld", text, token, (long long)view->stride);
    }
    return plus(b, text, view->offset);
}

/* ---- kernels ---- */

/* Whether whole vectors may be loaded up to the end of the units: the buffer is our own and has room
 * behind it, or the units fill whole panels. */
static bool whole_loads(const Body *b, const View *view, int64_t units)
{
    const Buffer *buffer = &b->plan->buffer[view->buffer];
    if (units % PLAN_PANEL == 0 || buffer->kind == BUFFER_WORK || buffer->kind == BUFFER_STATE)
        return true;
    return buffer->kind == BUFFER_CONST && !view->offset && view->index < 0 && buffer->count == units;
}

static bool whole_stores(const Body *b, const View *view, const Kernel *kernel)
{
    const Buffer *buffer = &b->plan->buffer[view->buffer];
    if (kernel->units % PLAN_PANEL == 0)
        return true;
    return (buffer->kind == BUFFER_WORK || buffer->kind == BUFFER_STATE) && kernel->rows == 1 && view->time == AT_START && !view->offset;
}

/* The address of unit j of this row. */
static const char *unit_address(const Body *b, const Kernel *kernel, const View *view, int64_t period)
{
    const char *base = address(b, view);
    Arena *arena = b->plan->arena;
    int64_t rows = period ? period / kernel->units : kernel->rows;
    if (kernel->rows > 1 && rows > 1) {
        if (rows == kernel->rows)
            return arena_printf(arena, "%s + row * %lld + j", base, (long long)kernel->units);
        return arena_printf(arena, "%s + row %% %lld * %lld + j", base, (long long)rows, (long long)kernel->units);
    }
    return arena_printf(arena, "%s + j", base);
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
static const char *register_name(const Body *b, const Kernel *kernel, const Do *d)
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
    for (int i = 0; i < kernel->registers; i++)
        if (b->reg[i] && strcmp(b->reg[i], full) == 0)
            return plain;
    return full;
}

static const char *panel_text(const Body *b, const Do *d)
{
    Arena *arena = b->plan->arena;
    int64_t panel = d->inner * d->count;
    const char *text = arena_printf(arena, "v_panel%d(%s + j / RT_PANEL * (%lld * RT_PANEL) + j %% RT_PANEL, %s, %lld", d->count,
                                    address(b, &d->view), (long long)panel, address(b, &d->in), (long long)d->inner);
    for (int i = 0; i < d->count; i++)
        text = arena_printf(arena, "%s, &%s", text, b->reg[d->accumulator[i]]);
    return arena_printf(arena, "%s);", text);
}

static const char *value_text(const Body *b, const Kernel *kernel, const Do *d)
{
    Arena *arena = b->plan->arena;
    switch (d->kind) {
    case DO_NUMBER: return arena_printf(arena, "v_set1(%s)", emit_number(arena, d->value));
    case DO_SPLAT: return arena_printf(arena, "v_set1((%s)[0])", address(b, &d->view));
    case DO_START: return d->arg[0] < 0 ? "v_set1(0.0f)" : b->reg[d->arg[0]];
    case DO_LOAD: {
        const char *at = unit_address(b, kernel, &d->view, d->period);
        return whole_loads(b, &d->view, kernel->units) ? arena_printf(arena, "v_load(%s)", at)
                                                       : arena_printf(arena, "v_load_n(%s, %lld - j)", at, (long long)kernel->units);
    }
    default: break;
    }
    const char *text = arena_printf(arena, "%s(%s", function_of(arena, d->op), b->reg[d->arg[0]]);
    for (int i = 1; i < 3 && d->arg[i] >= 0; i++)
        text = arena_printf(arena, "%s, %s", text, b->reg[d->arg[i]]);
    return arena_printf(arena, "%s)", text);
}

static void emit_do(Body *b, const Kernel *kernel, const Do *d)
{
    Arena *arena = b->plan->arena;
    if (d->kind == DO_PANEL) {
        line(b, panel_text(b, d));
    } else if (d->kind == DO_STORE) {
        const char *at = unit_address(b, kernel, &d->view, 0);
        if (whole_stores(b, &d->view, kernel))
            line(b, arena_printf(arena, "v_store(%s, %s);", at, b->reg[d->arg[0]]));
        else
            line(b, arena_printf(arena, "v_store_n(%s, %s, %lld - j);", at, b->reg[d->arg[0]], (long long)kernel->units));
    } else {
        const char *value = value_text(b, kernel, d);
        b->reg[d->result] = register_name(b, kernel, d);
        line(b, arena_printf(arena, "vf %s = %s;", b->reg[d->result], value));
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
    if (!strstr(copy, "*/") && !strstr(copy, "/*"))
        line(b, arena_printf(b->plan->arena, "/* %s:%d  %s */", slash ? slash + 1 : place.source->path, row, copy));
}

/* The source lines that a kernel computes, each once, in the order of the first file's lines. */
static void emit_sources(Body *b, const Kernel *kernel)
{
    enum { MOST = 64 };
    Place seen[MOST + 1];
    int rows[MOST + 1], count = 0;
    for (size_t i = 0; i < kernel->count; i++) {
        const Do *d = &kernel->code[i];
        if (!d->place.source || count == MOST || (d->kind != DO_OP && d->kind != DO_PANEL && d->kind != DO_START))
            continue;
        int row, column, at = 0;
        source_position(d->place, &row, &column);
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

static void emit_kernel(Body *b, const Kernel *kernel)
{
    Arena *arena = b->plan->arena;
    b->reg = arena_array(arena, (size_t)kernel->registers + 1, sizeof *b->reg);
    emit_sources(b, kernel);
    if (kernel->rows > 1)
        line(b, arena_printf(arena, "for (size_t row = 0; row < %lld; row++)", (long long)kernel->rows));
    b->depth += kernel->rows > 1;
    line(b, arena_printf(arena, "for (size_t j = 0; j < %lld; j += V_LANES) {", (long long)kernel->units));
    b->depth++;
    for (size_t i = 0; i < kernel->count; i++)
        emit_do(b, kernel, &kernel->code[i]);
    b->depth--;
    line(b, "}");
    b->depth -= kernel->rows > 1;
}

/* ---- other steps ---- */

static const char *length_text(const Body *b, int clock)
{
    const Clock *c = &b->plan->graph->clock[clock];
    bool fixed = c->kind == CLOCK_EXACT && !(b->plan->steps && clock == b->plan->clock);
    return fixed ? arena_printf(b->plan->arena, "%lld", (long long)c->limit) : arena_printf(b->plan->arena, "%s_len", c->name);
}

static void emit_runtime(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    const char *text = arena_printf(arena, "RT_FN(rt_%s)(%s", step->call, address(b, &step->out));
    for (int i = 0; i < step->in_count; i++)
        text = arena_printf(arena, "%s, %s", text, address(b, &step->in[i]));
    for (int i = 0; i < step->size_count; i++)
        text = i == step->length_at ? arena_printf(arena, "%s, %s", text, length_text(b, step->clock))
                                    : arena_printf(arena, "%s, %lld", text, (long long)step->size[i]);
    line(b, arena_printf(arena, "%s);", text));
}

static void emit_copy(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    const Buffer *out = &b->plan->buffer[step->out.buffer];
    const char *when = "";
    if (step->when == WHEN_FIRST)
        when = arena_printf(arena, "if (%s == 0) ", b->plan->graph->clock[step->clock].name);
    if (step->when == WHEN_LAST)
        when = arena_printf(arena, "if (%s + 1 == %s) ", b->plan->graph->clock[step->clock].name, length_text(b, step->clock));
    line(b, arena_printf(arena, "%sRT_FN(rt_copy_%s)(%s, %lld, %s, %lld, %lld, %lld);", when, out->integer ? "i32" : "f32",
                         address(b, &step->out), (long long)step->size[2], address(b, &step->in[0]), (long long)step->size[3],
                         (long long)step->size[0], (long long)step->size[1]));
}

static void emit_fill(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    bool integer = b->plan->buffer[step->out.buffer].integer;
    const char *value = integer ? arena_printf(arena, "%.0f", step->value) : emit_number(arena, step->value);
    line(b, arena_printf(arena, "for (size_t j = 0; j < %lld; j++)", (long long)step->size[0]));
    line(b, arena_printf(arena, "    (%s)[j] = %s;", address(b, &step->out), value));
}

static void emit_number_step(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    line(b, arena_printf(arena, "for (size_t j = 0; j < %lld; j++)", (long long)step->size[0]));
    line(b, arena_printf(arena, "    (%s)[j] = (float)(%s)[j];", address(b, &step->out), address(b, &step->in[0])));
}

static void open_block(Body *b, const char *head)
{
    line(b, arena_printf(b->plan->arena, "%s{", head));
    b->depth++;
}

static void close_block(Body *b)
{
    b->depth--;
    line(b, "}");
}

static void emit_step(Body *b, const Step *step)
{
    Arena *arena = b->plan->arena;
    const char *clock = step->clock >= 0 ? b->plan->graph->clock[step->clock].name : "";
    switch (step->kind) {
    case STEP_LOOP:
        open_block(b, arena_printf(arena, "for (size_t %s = 0; %s < %s; %s++) ", clock, clock, length_text(b, step->clock), clock));
        break;
    case STEP_END: close_block(b); break;
    case STEP_FRESH: open_block(b, b->plan->steps ? "if (net->fresh) " : ""); break;
    case STEP_FRESH_END:
        if (b->plan->steps)
            line(b, "net->fresh = 0;");
        close_block(b);
        break;
    case STEP_KERNEL: emit_kernel(b, step->kernel); break;
    case STEP_CALL: emit_runtime(b, step); break;
    case STEP_COPY: emit_copy(b, step); break;
    case STEP_FILL: emit_fill(b, step); break;
    case STEP_NUMBER: emit_number_step(b, step); break;
    }
}

/* Names for the places of states and scratch buffers; constants in a blob, too. */
static void emit_pointers(const Body *b)
{
    for (size_t i = 0; i < b->plan->buffer_count; i++) {
        const Buffer *buffer = &b->plan->buffer[i];
        if (buffer->unused || (buffer->kind == BUFFER_WORK && buffer->first < 0))
            continue;
        const char *type = buffer->integer ? "int32_t" : "float", *block = NULL;
        if (buffer->kind == BUFFER_STATE)
            block = buffer->integer ? "net->tokens" : "net->state";
        if (buffer->kind == BUFFER_WORK)
            block = buffer->integer ? "net->work->tokens" : "net->work->block";
        if (buffer->kind == BUFFER_CONST && b->options->blob && !buffer->integer) {
            block = "net->weights";
            type = "const float";
        }
        if (block)
            out_printf(b->out, "    %s *const %s = %s + %zu; /* %s */\n", type, buffer->name, block, buffer->offset, buffer->what);
    }
}

void emit_call_parameters(Out *out, const Plan *plan, bool types)
{
    for (int clock = 0; clock < plan->graph->clock_count; clock++)
        if (emit_has_length(plan, clock) || (plan->steps && clock == plan->clock))
            out_printf(out, ", %s%s_len", types ? "size_t " : "", plan->graph->clock[clock].name);
    const int *ports[] = {plan->input, plan->output};
    size_t counts[] = {plan->graph->input_count, plan->graph->output_count};
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < counts[k]; i++) {
            const Buffer *buffer = &plan->buffer[ports[k][i]];
            const char *type = !types ? "" : buffer->integer ? (k ? "int32_t *" : "const int32_t *") : k ? "float *" : "const float *";
            out_printf(out, ", %s%s", type, buffer->name);
        }
}

static void mark_used(void *context, int *buffer, bool write)
{
    (void)write;
    ((bool *)context)[*buffer] = true;
}

/* Parameters that nothing reads: an input that no output depends on. */
static void emit_unused(const Body *b)
{
    const Plan *plan = b->plan;
    bool *used = arena_array(plan->arena, plan->buffer_count + 1, sizeof *used);
    bool net = plan->steps || b->options->blob;
    for (size_t i = 0; i < plan->step_count; i++)
        plan_uses(&plan->step[i], mark_used, used);
    for (size_t i = 0; i < plan->buffer_count; i++)
        net = net || (used[i] && (plan->buffer[i].kind == BUFFER_STATE || plan->buffer[i].kind == BUFFER_WORK));
    if (!net)
        out_text(b->out, "    (void)net;\n");
    for (size_t i = 0; i < plan->graph->input_count; i++)
        if (!used[plan->input[i]])
            out_printf(b->out, "    (void)%s;\n", plan->buffer[plan->input[i]].name);
    for (int clock = 0; clock < plan->graph->clock_count; clock++) {
        bool loops = false;
        for (size_t i = 0; i < plan->step_count; i++)
            loops = loops || (plan->step[i].kind == STEP_LOOP && plan->step[i].clock == clock)
                    || (plan->step[i].length_at >= 0 && plan->step[i].clock == clock);
        if (emit_has_length(plan, clock) && !loops)
            out_printf(b->out, "    (void)%s_len;\n", plan->graph->clock[clock].name);
    }
}

void emit_call(Out *out, const Plan *plan, const EmitOptions *options)
{
    Body b = {.out = out, .plan = plan, .options = options, .depth = 1};
    out_printf(out, "static void RT_FN(%s_call)(%s *net", options->name, options->name);
    emit_call_parameters(out, plan, true);
    out_text(out, ")\n{\n");
    emit_pointers(&b);
    emit_unused(&b);
    for (size_t i = 0; i < plan->step_count; i++)
        emit_step(&b, &plan->step[i]);
    out_text(out, "}\n");
}
