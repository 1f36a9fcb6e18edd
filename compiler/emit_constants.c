/* emit_constants.c: weights and other constants, as arrays in the source file or as a blob beside it. */
#include "emit.h"
#include "number.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool is_array(const Buffer *buffer, const EmitOptions *o)
{
    return buffer->kind == BUFFER_CONST && !buffer->unused && (buffer->integer || !o->blob);
}

/* Arrays end at a whole panel, so that whole vectors can be loaded up to their end. */
static int64_t padded(const Buffer *buffer)
{
    return buffer->integer ? buffer->count : (buffer->count + PLAN_PANEL - 1) / PLAN_PANEL * PLAN_PANEL;
}

/* Lines of numbers: much of what rnnc does for a large network, so they are written where they end up. */
static void emit_array(Out *out, const Buffer *buffer)
{
    enum { WIDTH = 120, ROOM = NUMBER_ROOM + 16 };
    out_printf(out, "/* %s */\nstatic const %s %s[%lld] ALIGNED = {", emit_safe(out->arena, buffer->what), buffer->integer ? "int32_t" : "float", buffer->name,
               (long long)padded(buffer));
    size_t line = out->length;
    for (int64_t i = 0; i < buffer->count; i++) {
        char *begin = out_room(out, ROOM), *at = begin;
        if (i)
            *at++ = ',';
        if (i == 0 || out->length - line > WIDTH) {
            memcpy(at, "\n    ", 5);
            at += 5;
            line = out->length + (size_t)(at - begin);
        } else {
            *at++ = ' ';
        }
        if (buffer->integer)
            at += snprintf(at, NUMBER_ROOM, "%ld", (long)buffer->data[i]);
        else
            at += number_print(at, (float)buffer->data[i]);
        out->length += (size_t)(at - begin);
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

/* Weights are finite, but what is folded of them may not be. */
bool emit_constants_finite(const Plan *plan, const EmitOptions *o)
{
    for (size_t i = 0; i < plan->buffer_count; i++)
        for (int64_t k = 0; is_array(&plan->buffer[i], o) && k < plan->buffer[i].count; k++)
            if (!isfinite((float)plan->buffer[i].data[k]))
                return false;
    return true;
}

void emit_constants(Out *out, const Plan *plan, const EmitOptions *o)
{
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
}
