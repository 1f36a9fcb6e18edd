/* emit.c: the emitted source file as a whole, its constants, and the blob. */
#include "emit.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- constants ---- */

static bool is_array(const Buffer *buffer, const EmitOptions *o)
{
    return buffer->kind == BUFFER_CONST && !buffer->unused && (buffer->integer || !o->blob);
}

/* Arrays end at a whole panel, so that whole vectors can be loaded up to their end. */
static int64_t padded(const Buffer *buffer)
{
    return buffer->integer ? buffer->count : (buffer->count + PLAN_PANEL - 1) / PLAN_PANEL * PLAN_PANEL;
}

static void emit_array(Out *out, const Buffer *buffer)
{
    out_printf(out, "/* %s */\nstatic const %s %s[%lld] ALIGNED = {", emit_safe(out->arena, buffer->what), buffer->integer ? "int32_t" : "float", buffer->name,
               (long long)padded(buffer));
    size_t line = out->length;
    for (int64_t i = 0; i < buffer->count; i++) {
        const char *comma = i ? "," : "";
        if (i == 0 || out->length - line > 120) {
            out_printf(out, "%s\n    ", comma);
            line = out->length;
        } else {
            out_printf(out, "%s ", comma);
        }
        if (buffer->integer)
            out_printf(out, "%.0f", buffer->data[i]);
        else {
            float value = (float)buffer->data[i];
            if (!isfinite(value)) {
                out_text(out, isnan(value) ? "NAN" : value < 0 ? "-INFINITY" : "INFINITY");
                continue;
            }
            char text[32];
            int length = snprintf(text, sizeof text, "%.9g", (double)value);
            out_printf(out, "%s%s", text, memchr(text, '.', (size_t)length) || memchr(text, 'e', (size_t)length) ? "f" : ".0f");
        }
    }
    out_text(out, "};\n\n");
}

uint32_t emit_layout(const Plan *plan)
{
    uint32_t hash = 2166136261u; /* FNV-1a over names and sizes */
    for (size_t i = 0; i < plan->buffer_count; i++) {
        const Buffer *buffer = &plan->buffer[i];
        if (buffer->kind != BUFFER_CONST || buffer->unused)
            continue;
        const char *text = arena_printf(plan->arena, "%s %lld %zu;", buffer->what, (long long)buffer->count, buffer->offset);
        for (; *text; text++)
            hash = (hash ^ (unsigned char)*text) * 16777619u;
    }
    return hash;
}

static void little_endian(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> 8 * i);
}

enum { BLOB_HEAD = 64 };   /* bytes: a cache line, so that what follows keeps its alignment */

static void blob_head(const Plan *plan, unsigned char *head)
{
    memset(head, 0, BLOB_HEAD);
    memcpy(head, "RNNC", 4);
    little_endian(head + 4, 1);
    little_endian(head + 8, (uint32_t)plan->const_floats);
    little_endian(head + 12, emit_layout(plan));
}

void emit_blob(Out *out, const Plan *plan)
{
    unsigned char head[BLOB_HEAD];
    blob_head(plan, head);
    out_bytes(out, head, sizeof head);
    unsigned char *all = arena_array(plan->arena, plan->const_floats + 1, 4);
    for (size_t i = 0; i < plan->buffer_count; i++) {
        const Buffer *buffer = &plan->buffer[i];
        if (buffer->kind != BUFFER_CONST || buffer->unused || buffer->integer)
            continue;
        for (int64_t k = 0; k < buffer->count; k++) {
            float value = (float)buffer->data[k];
            uint32_t bits;
            memcpy(&bits, &value, sizeof bits);
            little_endian(all + (buffer->offset + (size_t)k) * 4, bits);
        }
    }
    out_bytes(out, all, plan->const_floats * 4);
}

static void emit_blob_head(Out *out, const Plan *plan)
{
    unsigned char head[BLOB_HEAD];
    blob_head(plan, head);
    out_text(out, "/* What the blob must begin with: who made it, version, floats, and their layout. */\n"
                  "static const unsigned char blob_head[64] = {");
    for (int i = 0; i < 16; i++)
        out_printf(out, "%s%d", i ? ", " : "", head[i]);
    out_text(out, "};\n\n");
}

/* ---- the file ---- */

static const struct { const char *set, *macro; } sets[] = {
    {"scalar", "SCALAR"}, {"sse2", "SSE2"}, {"avx2", "AVX2"}, {"avx512", "AVX512"}, {"neon", "NEON"}};

static void emit_sections(Out *out, const EmitOptions *o)
{
    out_text(out, "/* The part below, once for each instruction set that the compiler can make code for. */\n");
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        out_printf(out, "#if RT_HAVE_%s\n#include \"vec_%s.h\"\n#include \"%s.c\"\n#endif\n", sets[i].macro, sets[i].set, o->name);
    out_text(out, "\n");
}

static void emit_table(Out *out, const Plan *plan, const EmitOptions *o, const char *what)
{
    out_printf(out, "typedef void %s_function(%s *net", what, o->name);
    emit_call_parameters(out, plan, true);
    out_printf(out, ");\n\nstatic %s_function *const %ss[RT_ISA_COUNT] = {\n", what, what);
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        out_printf(out, "#if RT_HAVE_%s\n    %s_%s_%s,\n#else\n    NULL,\n#endif\n", sets[i].macro, o->name, what, sets[i].set);
    out_text(out, "};\n\n");
}

/* Weights are finite, but what is folded of them may not be. */
static bool all_finite(const Plan *plan, const EmitOptions *o)
{
    for (size_t i = 0; i < plan->buffer_count; i++)
        for (int64_t k = 0; is_array(&plan->buffer[i], o) && k < plan->buffer[i].count; k++)
            if (!isfinite((float)plan->buffer[i].data[k]))
                return false;
    return true;
}

void emit_source(Out *out, const Plan *plan, const EmitOptions *o)
{
    out_printf(out, "/* %s.c: the model `%s` of %s, made by rnnc. See %s.h.\n"
                    " * Compile with the folder of rt.h on the include path, link with librnnrt.a (and -lm). */\n"
                    "#ifndef RT_SECTION\n\n#include \"%s.h\"\n#include \"rt.h\"\n\n%s#include <string.h>\n\n",
               o->name, plan->graph->name, emit_safe(plan->arena, o->source), o->name, o->name, all_finite(plan, o) ? "" : "#include <math.h>\n");
    bool arrays = false;
    for (size_t i = 0; i < plan->buffer_count; i++)
        arrays = arrays || is_array(&plan->buffer[i], o);
    if (arrays)
        out_text(out, "#ifdef __GNUC__\n#define ALIGNED __attribute__((aligned(64)))\n#else\n#define ALIGNED\n#endif\n\n");
    for (size_t i = 0; i < plan->buffer_count; i++)
        if (is_array(&plan->buffer[i], o))
            emit_array(out, &plan->buffer[i]);
    if (o->blob)
        emit_blob_head(out, plan);
    emit_sections(out, o);
    emit_table(out, plan, o, "call");
    if (plan->once)
        emit_table(out, plan->once, o, "once");
    emit_functions(out, plan, o);
    out_text(out, "\n#else /* RT_SECTION */\n\n");
    emit_call(out, plan, o);
    out_text(out, "\n#include \"vec_end.h\"\n#endif\n");
}
