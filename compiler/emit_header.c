/* emit_header.c: the emitted header: what a user of the network reads. */
#include "emit.h"

#include <ctype.h>
#include <string.h>

const char *emit_upper(Arena *arena, const char *name)
{
    char *upper = arena_copy(arena, name, strlen(name));
    for (char *c = upper; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return upper;
}

const char *emit_safe(Arena *arena, const char *text)
{
    Out *out = out_new(arena);
    for (; *text; text++) {
        bool edge = (text[0] == '*' && text[1] == '/') || (text[0] == '/' && text[1] == '*');
        out_printf(out, edge ? "%c " : "%c", *text == '\\' ? '/' : *text);
    }
    return out->text;
}

bool emit_clock_used(const Plan *plan, int clock)
{
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->step[i].kind == STEP_LOOP && plan->step[i].clock == clock)
            return true;
    for (size_t i = 0; i < plan->buffer_count; i++)
        for (int k = 0; k < plan->buffer[i].dims && plan->buffer[i].kind <= BUFFER_OUTPUT; k++)
            if (plan->buffer[i].dim[k].clock == clock)
                return true;
    for (int k = 0; k < plan->graph->clock_count; k++)
        if (plan->graph->clock[k].like == clock && emit_clock_used(plan, k))
            return true;
    return false;
}

bool emit_has_length(const Plan *plan, int clock)
{
    const Clock *c = &plan->graph->clock[clock];
    bool asked = c->kind == CLOCK_ENDLESS || c->kind == CLOCK_AT_MOST;
    return asked && c->until == NODE_NONE && c->like < 0 && emit_clock_used(plan, clock);
}

bool emit_gives_length(const Plan *plan, int clock)
{
    const Clock *c = &plan->graph->clock[clock];
    if (c->until != NODE_NONE)
        return emit_clock_used(plan, clock);
    for (size_t i = 0; i < plan->graph->output_count && c->kind == CLOCK_TICKS; i++)
        if (plan->graph->node[plan->graph->output[i].node].type.clocks >> clock & 1)
            return true;
    return false;
}

/* Where its caller gives as many as there can be. */
static const char *length_of(const Plan *plan, int clock)
{
    const Clock *c = &plan->graph->clock[clock];
    if (c->kind == CLOCK_EXACT || c->until != NODE_NONE)
        return arena_printf(plan->arena, "%lld", (long long)c->limit);
    return c->like >= 0 ? length_of(plan, c->like) : arena_printf(plan->arena, "%s_len", c->name);
}

/* "[t_len][42]", "[42]", or "one number"; without the clock of a step where that is not asked for. */
static const char *dimensions(const Plan *plan, int buffer, NodeId id, bool lengths)
{
    const Type *type = &plan->graph->node[id].type;
    const Buffer *b = &plan->buffer[buffer];
    const char *text = "";
    for (int i = 0; i < b->dims; i++) {
        int clock = b->dim[i].clock, root = graph_tick_root(plan->graph, clock);
        if (lengths || !plan->steps || root != plan->clock)
            text = arena_printf(plan->arena, "%s[%s]", text, length_of(plan, i ? root : clock));
    }
    for (int i = 0; i < type->shape.rank; i++)
        text = arena_printf(plan->arena, "%s[%lld]", text, (long long)type->shape.dim[i]);
    return *text ? text : "[1]";
}

void emit_parameters(Out *out, const Plan *plan, bool lengths)
{
    const Graph *graph = plan->graph;
    for (int clock = 0; clock < graph->clock_count; clock++) {
        bool stepped = plan->steps && clock == plan->clock && !lengths;
        if (!stepped && (emit_has_length(plan, clock) || emit_gives_length(plan, clock)))
            out_printf(out, ", size_t %s%s_len", emit_gives_length(plan, clock) ? "*" : "", graph->clock[clock].name);
    }
    for (size_t i = 0; i < graph->input_count; i++) {
        const Buffer *buffer = &plan->buffer[plan->input[i]];
        out_printf(out, ", const %s *%s", buffer->integer ? "int32_t" : "float", buffer->name);
    }
    for (size_t i = 0; i < graph->output_count; i++) {
        const Buffer *buffer = &plan->buffer[plan->output[i]];
        out_printf(out, ", %s *%s", buffer->integer ? "int32_t" : "float", buffer->name);
    }
}

/* What the author wrote behind the port's declaration, "" for nothing. */
static const char *remark(const Plan *plan, Place place)
{
    int length;
    if (!place.source)
        return "";
    const char *line = source_line(place.source, place.begin, &length), *hash = memchr(line, '#', (size_t)length);
    if (!hash)
        return "";
    length -= (int)(hash + 1 - line);
    hash++;
    while (length && isspace((unsigned char)*hash))
        hash++, length--;
    while (length && isspace((unsigned char)hash[length - 1]))
        length--;
    return emit_safe(plan->arena, arena_copy(plan->arena, hash, (size_t)length));
}

static void describe_port(Out *out, const Plan *plan, const Port *port, int buffer, bool input, bool lengths)
{
    const Type *type = &plan->graph->node[port->node].type;
    out_printf(out, " *   %-12s %s %s", plan->buffer[buffer].name, input ? "in, " : "out,", dimensions(plan, buffer, port->node, lengths));
    if (type->tokens)
        out_printf(out, " tokens, 0 to %lld", (long long)type->tokens - 1);
    const char *said = remark(plan, port->place);
    out_printf(out, *said ? "   %s\n" : "%s\n", said);
}

static void describe_ports(Out *out, const Plan *plan, bool lengths)
{
    const Graph *graph = plan->graph;
    for (size_t i = 0; i < graph->input_count; i++)
        describe_port(out, plan, &graph->input[i], plan->input[i], true, lengths);
    for (size_t i = 0; i < graph->output_count; i++)
        describe_port(out, plan, &graph->output[i], plan->output[i], false, lengths);
}

static void describe_lengths(Out *out, const Plan *plan, bool lengths)
{
    for (int i = 0; i < plan->graph->clock_count; i++) {
        const Clock *clock = &plan->graph->clock[i];
        if (plan->steps && i == plan->clock && !lengths)
            continue;
        if (emit_gives_length(plan, i) && clock->kind == CLOCK_TICKS)
            out_printf(out, " *   %s_len        out: how often %s has ticked, %s\n", clock->name, clock->name,
                       lengths ? "at most once a step" : "0 or 1");
        else if (emit_gives_length(plan, i))
            out_printf(out, " *   %s_len        out: steps until the end, 1 to %lld\n", clock->name, (long long)clock->limit);
        if (!emit_has_length(plan, i))
            continue;
        if (clock->kind == CLOCK_ENDLESS)
            out_printf(out, " *   %s_len        steps, any number, also 0\n", clock->name);
        else
            out_printf(out, " *   %s_len        steps, 1 to %lld\n", clock->name, (long long)clock->limit);
    }
}

static void emit_top(Out *out, const Plan *plan, const EmitOptions *o)
{
    const char *upper = emit_upper(plan->arena, o->name);
    out_printf(out, "/* %s.h: the model `%s` of %s, made by rnnc.\n", o->name, plan->graph->name, emit_safe(plan->arena, o->source));
    const char *comment = plan->graph->comment ? emit_safe(plan->arena, plan->graph->comment) : "";
    while (*comment) {
        size_t length = strcspn(comment, "\n");
        out_printf(out, " *%s%.*s\n", length == 0 || *comment == ' ' ? "" : " ", (int)length, comment);
        comment += length + (comment[length] == '\n');
    }
    out_printf(out, " *\n"
                    " *     static %s net;                  the state; yours, copy it to save it\n"
                    " *     static %s_work work;            scratch memory for the time of a call\n"
                    " *     %s_init(&net, &work%s);\n"
                    " *     %s_%s(&net, ...);\n"
                    " *\n",
               o->name, o->name, o->name, o->blob ? ", blob, size" : "", o->name, plan->steps ? "step" : "run");
    size_t state = (plan->state_floats + plan->state_tokens) * 4;
    size_t work = (plan->work_floats + plan->work_tokens) * 4;
    out_printf(out, " * Memory in bytes: %zu of constants%s, %zu of state, %zu of scratch. Nothing is\n"
                    " * allocated, and no function waits, prints or keeps a pointer but the one to the scratch memory,\n"
                    " * which instances may share that are never used at the same time.\n"
                    " *\n"
                    " * init, step and run give %s_OK or another %s_ status; then the instance and all that is handed over\n"
                    " * are as they were. Null pointers, lengths and tokens are checked, also of an instance full of zeros.\n"
                    " * Arrays are dense, the last index moving fastest, at any address that is a multiple of 4; nothing\n"
                    " * is read or written beyond them. Inputs and outputs must not overlap.\n"
                    " *\n"
                    " * NaN and infinity in an input go through the equations as IEEE 754 says, and stay in the state until\n"
                    " * it is reset. No comparison with NaN is true but `!=`, and NaN is not 0; max(a, b) is a where a > b, else\n"
                    " * b, so relu(NaN) is 0, and min likewise; argmax gives the place of the first NaN; what is drawn from\n"
                    " * probabilities with NaN is some token. Tokens and lengths that come out are always in their range. */\n",
               plan->const_floats * 4, o->blob ? " (the blob, without its head of 64)" : "", state, work, upper, upper);
}

static void emit_types(Out *out, const Plan *plan, const EmitOptions *o)
{
    const char *upper = emit_upper(plan->arena, o->name);
    out_printf(out, "enum {\n"
                    "    %s_OK = 0,\n"
                    "    %s_NULL = 1,      /* a pointer is null, or the instance was not initialised */\n"
                    "    %s_LENGTH = 2,    /* a length is out of its range, or the sequence has ended */\n"
                    "    %s_TOKEN = 3%s     /* a token is out of its range */\n", upper, upper, upper, upper, o->blob ? "," : " ");
    if (o->blob)
        out_printf(out, "    %s_BLOB = 4       /* the blob is not the one that was made with this header */\n", upper);
    out_printf(out, "};\n\n/* Scratch memory: dead between calls. */\ntypedef struct %s_work {\n", o->name);
    out_printf(out, "    float block[%zu];\n", plan->work_floats + 16);
    if (plan->work_tokens)
        out_printf(out, "    int32_t tokens[%zu];\n", plan->work_tokens);
    out_printf(out, "} %s_work;\n\n/* An instance. A copy, by = or memcpy, goes on from where it was made, to the bit. `work` may be set to other\n"
                    " * scratch memory. In an instance that is read from a file set `work`%s and `isa` to those of one that init\n"
                    " * has made; what else the file holds is not checked. */\ntypedef struct %s {\n", o->name, o->blob ? ", `weights`" : "", o->name);
    out_printf(out, "    %s_work *work;\n", o->name);
    if (o->blob)
        out_text(out, "    const float *weights;\n");
    out_text(out, "    int isa;                /* instruction set, see rt_isa() of rt.h */\n"
                  "    int fresh;              /* the next step is the first */\n");
    if (plan->counts)
        out_text(out, "    size_t step;            /* steps since the start */\n");
    if (plan->turns)
        out_text(out, "    unsigned odd;           /* which way the weights are read next; no result depends on it */\n");
    if (plan->steps && plan->graph->clock[plan->clock].until != NODE_NONE)
        out_text(out, "    int ended;              /* the sequence has ended */\n");
    if (plan->draws)
        out_text(out, "    uint32_t seed;          /* of the random numbers */\n");
    if (plan->state_floats)
        out_printf(out, "    float state[%zu];\n", plan->state_floats + 16);
    if (plan->state_tokens)
        out_printf(out, "    int32_t tokens[%zu];\n", plan->state_tokens);
    out_printf(out, "} %s;\n\n", o->name);
}

static void emit_prototypes(Out *out, const Plan *plan, const EmitOptions *o)
{
    const Graph *graph = plan->graph;
    out_text(out, "/* Makes an instance ready, at its start");
    if (o->blob)
        out_printf(out, ". `blob` is the content of %s.bin, `size` its bytes; it is used in\n"
                        " * place (it may be mapped or in flash), must stay, and be aligned to 4 bytes", o->name);
    out_printf(out, ". */\nint %s_init(%s *net, %s_work *work%s);\n\n", o->name, o->name, o->name,
               o->blob ? ", const void *blob, size_t size" : "");
    out_printf(out, "/* Back to the start. */\nvoid %s_reset(%s *net);\n\n", o->name, o->name);
    if (plan->draws)
        out_printf(out, "/* Random numbers follow from the seed, 0 after init, and the step: the same seed from the same start\n"
                        " * draws the same, on every machine. A seed stays through resets. */\nvoid %s_seed(%s *net, uint32_t seed);\n\n", o->name, o->name);
    if (plan->steps) {
        out_printf(out, "/* One step of the clock %s:\n", graph->clock[plan->clock].name);
        describe_lengths(out, plan, false);
        describe_ports(out, plan, false);
        if (graph->clock[plan->clock].kind != CLOCK_ENDLESS)
            out_printf(out, " * At most %lld steps%s, then it must be reset. */\n", (long long)graph->clock[plan->clock].limit,
                       graph->clock[plan->clock].until != NODE_NONE ? ", or until the end" : "");
        else
            out_text(out, " */\n");
        out_printf(out, "int %s_step(%s *net", o->name, o->name);
        emit_parameters(out, plan, false);
        out_text(out, ");\n\n");
    }
    bool stream = plan->steps && graph->clock[plan->clock].kind == CLOCK_ENDLESS;
    out_printf(out, "/* %s:\n", stream ? "Many steps, going on from the last call" : graph->clock_count ? "Whole sequences, from the start" : "From inputs to outputs");
    describe_lengths(out, plan, true);
    describe_ports(out, plan, true);
    out_printf(out, " */\nint %s_run(%s *net", o->name, o->name);
    emit_parameters(out, plan, true);
    out_printf(out, ");\n\n/* A status in words. */\nconst char *%s_status(int status);\n\n", o->name);
}

void emit_header(Out *out, const Plan *plan, const EmitOptions *o)
{
    const char *guard = emit_upper(plan->arena, o->name);
    emit_top(out, plan, o);
    out_printf(out, "#ifndef %s_H\n#define %s_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n"
                    "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n", guard, guard);
    emit_types(out, plan, o);
    emit_prototypes(out, plan, o);
    out_text(out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}
