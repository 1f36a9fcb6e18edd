/* emit_driver.c: a main program around an emitted network: raw numbers from files in, raw numbers out.
 * `rnnc run` builds it; .npy stays on this side, so that it runs on targets that have little. */
#include "emit.h"

#include <string.h>

static const char prologue[] =
    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\n"
    "static void *get(const char *path, size_t bytes)\n{\n"
    "    FILE *file = fopen(path, \"rb\");\n    char *data = (char *)malloc(bytes + 1);\n"
    "    if (!file || !data || fread(data, 1, bytes, file) != bytes) {\n        perror(path);\n        exit(2);\n    }\n"
    "    fclose(file);\n    return data;\n}\n\n"
    "static void put(const char *path, const void *data, size_t bytes)\n{\n"
    "    FILE *file = fopen(path, \"wb\");\n"
    "    if (!file || fwrite(data, 1, bytes, file) != bytes || fclose(file) != 0) {\n        perror(path);\n        exit(2);\n    }\n}\n\n";

/* "len[0] * len[1] * 4", the elements of an array; without the first clock what one step of it takes. */
static const char *count_of(const Plan *plan, const Buffer *buffer, bool step)
{
    const char *count = "";
    for (int i = step; i < buffer->dims; i++)
        count = arena_printf(plan->arena, "%slen[%d] * ", count, buffer->dim[i].clock);
    return arena_printf(plan->arena, "%s%lld", count, (long long)buffer->count);
}

static const char *bytes_of(const Plan *plan, const Buffer *buffer)
{
    return arena_printf(plan->arena, "%s * sizeof(float)", count_of(plan, buffer, false));
}

/* Arrays have room for all steps that there can be: what follows the last one of each row is left out. */
static void squeeze(Out *out, const Plan *plan, const Buffer *buffer)
{
    const char *from = "0", *indent = "    ";
    bool found = false;
    for (int i = 1; i < buffer->dims; i++)
        found = found || emit_gives_length(plan, buffer->dim[i].clock);
    if (!found)
        return;
    out_text(out, "    at = 0;\n");
    for (int i = 0; i < buffer->dims; i++) {
        int clock = buffer->dim[i].clock;
        out_printf(out, "%sfor (size_t i%d = 0; i%d < len[%d]; i%d++)%s\n", indent, i, i, clock, i, i + 1 < buffer->dims ? "" : " {");
        from = arena_printf(plan->arena, "(%s * most[%d] + i%d)", from, clock, i);
        indent = arena_printf(plan->arena, "%s    ", indent);
    }
    out_printf(out, "%smemmove(in_out_%s + at, in_out_%s + %s * %lld, %lld * sizeof(float));\n%sat += %lld;\n%.*s}\n", indent, buffer->name,
               buffer->name, from, (long long)buffer->count, (long long)buffer->count, indent, (long long)buffer->count,
               (int)strlen(indent) - 4, indent);
}

/* Whether the network says how long a sequence was: the program then writes down all lengths. */
static bool finds_lengths(const Graph *graph)
{
    bool any = false;
    for (int k = 0; k < graph->clock_count; k++)
        any = any || graph->clock[k].kind == CLOCK_TICKS || graph->clock[k].until != NODE_NONE;
    return any;
}

static bool has_pointer(const Plan *plan, int clock, bool step)
{
    return emit_gives_length(plan, clock) && !(step && clock == plan->clock);
}

/* The arguments of step or run; `from` is where in the sequence the call begins, "" at the start, and
 * `length` how many steps run makes of the clock that step has. */
static void arguments(Out *out, const Plan *plan, bool step, const char *from, const char *length)
{
    for (int clock = 0; clock < plan->graph->clock_count; clock++) {
        bool stepped = plan->steps && clock == plan->clock;
        if (has_pointer(plan, clock, step))
            out_printf(out, ", &%s[%d]", *from ? "part" : "len", clock);
        else if (emit_has_length(plan, clock) && !(step && stepped))
            out_text(out, length && stepped ? arena_printf(plan->arena, ", %s", length) : arena_printf(plan->arena, ", len[%d]", clock));
    }
    for (size_t i = 0; i < plan->graph->input_count + plan->graph->output_count; i++) {
        bool in = i < plan->graph->input_count;
        const Buffer *buffer = &plan->buffer[in ? plan->input[i] : plan->output[i - plan->graph->input_count]];
        int first = buffer->dims ? buffer->dim[0].clock : -1;
        out_printf(out, ", in_out_%s", buffer->name);
        if (*from && first >= 0 && (first == plan->clock || plan->graph->clock[first].parent == plan->clock))
            out_printf(out, " + %s * %s", first == plan->clock ? from : arena_printf(plan->arena, "done[%d]", first), count_of(plan, buffer, true));
    }
}

/* After a part of a stream: how often clocks have ticked in all. */
static const char *add_parts(const Plan *plan)
{
    const char *text = "";
    for (int k = 0; k < plan->graph->clock_count; k++)
        if (plan->graph->clock[k].kind == CLOCK_TICKS && emit_gives_length(plan, k))
            text = arena_printf(plan->arena, "%s            len[%d] = done[%d] += part[%d];\n", text, k, k, k);
    return text;
}

/* How the network is driven: argv[1] is one of the words that --by takes. */
static void drive(Out *out, const Plan *plan, const EmitOptions *o)
{
    bool stream = plan->steps && plan->graph->clock[plan->clock].kind == CLOCK_ENDLESS;
    bool ends = plan->steps && plan->graph->clock[plan->clock].until != NODE_NONE;
    const char *upper = emit_upper(plan->arena, o->name);
    if (plan->steps) {
        out_printf(out, "    if (strcmp(argv[1], \"step\") == 0)\n        for (size_t t = 0; !status && t < len[%d]; t++) {\n"
                        "            status = %s_step(&net", plan->clock, o->name);
        arguments(out, plan, true, "t", NULL);
        out_printf(out, ");\n%s", add_parts(plan));
        if (ends)
            out_printf(out, "            if (status == %s_LENGTH) {\n                status = %s_OK;\n                len[%d] = t;\n            }\n", upper, upper,
                       plan->clock);
        out_text(out, "        }\n    else ");
    } else {
        out_text(out, "    ");
    }
    if (stream) {
        out_printf(out, "if (strcmp(argv[1], \"parts\") == 0)\n        for (size_t t = 0, n = 1; !status && t < len[%d]; t += n, n++) {\n"
                        "            if (n > len[%d] - t)\n                n = len[%d] - t;\n            status = %s_run(&net",
                   plan->clock, plan->clock, plan->clock, o->name);
        arguments(out, plan, false, "t", "n");
        out_printf(out, ");\n%s        }\n    else ", add_parts(plan));
    }
    out_printf(out, "for (int again = strcmp(argv[1], \"again\") == 0; !status && again >= 0; again--) {\n        status = %s_run(&net", o->name);
    arguments(out, plan, false, "", NULL);
    out_text(out, ");\n");
    if (stream)
        out_printf(out, "        if (again)\n            %s_reset(&net);\n", o->name);
    out_text(out, "    }\n");
}

void emit_driver(Out *out, const Plan *plan, const EmitOptions *o)
{
    const Graph *graph = plan->graph;
    out_printf(out, "#include \"%s.h\"\n", o->name);
    out_text(out, prologue);
    out_printf(out, "static %s net;\nstatic %s_work work;\n\nint main(int argc, char **argv)\n{\n", o->name, o->name);
    out_printf(out, "    size_t len[%d] = {0}", graph->clock_count + 1);
    out_text(out, *add_parts(plan) && plan->steps ? arena_printf(plan->arena, ", part[%d] = {0}, done[%d] = {0};\n", graph->clock_count, graph->clock_count) : ";\n");
    out_text(out, "    int status, arg = 2;\n");
    out_printf(out, "    if (argc != %d)\n        return 2;\n", 2 + finds_lengths(graph) + plan->draws + graph->clock_count + (int)(graph->input_count + graph->output_count) + o->blob * 2);
    out_printf(out, "    for (int i = 0; i < %d; i++)\n        len[i] = (size_t)strtoull(argv[arg++], NULL, 10);\n", graph->clock_count);
    if (finds_lengths(graph))
        out_printf(out, "    size_t at, most[%d];\n    memcpy(most, len, sizeof most);\n    (void)at;\n", graph->clock_count + 1);
    for (size_t i = 0; i < graph->input_count + graph->output_count; i++) {
        bool in = i < graph->input_count;
        const Buffer *buffer = &plan->buffer[in ? plan->input[i] : plan->output[i - graph->input_count]];
        const char *type = buffer->integer ? "int32_t" : "float";
        out_printf(out, in ? "    %s *in_out_%s = (%s *)get(argv[arg++], %s);\n" : "    %s *in_out_%s = (%s *)calloc(1, %s + 1);\n", type, buffer->name,
                   type, bytes_of(plan, buffer));
    }
    if (o->blob)
        out_printf(out, "    size_t size = (size_t)strtoull(argv[argc - 1], NULL, 10);\n    void *blob = get(argv[argc - 2], size);\n");
    out_printf(out, "    status = %s_init(&net, &work%s);\n", o->name, o->blob ? ", blob, size" : "");
    if (plan->draws)
        out_printf(out, "    %s_seed(&net, (uint32_t)strtoul(argv[argc - %d], NULL, 10));\n", o->name, o->blob ? 3 : 1);
    drive(out, plan, o);
    out_printf(out, "    if (status) {\n        fprintf(stderr, \"%s: %%s\\n\", %s_status(status));\n        return 1;\n    }\n", o->name, o->name);
    for (size_t i = 0; i < graph->output_count; i++) {
        const Buffer *buffer = &plan->buffer[plan->output[i]];
        squeeze(out, plan, buffer);
        out_printf(out, "    put(argv[arg++], in_out_%s, %s);\n", buffer->name, bytes_of(plan, buffer));
    }
    if (finds_lengths(graph))
        out_printf(out, "    int32_t length[%d];\n    for (int i = 0; i < %d; i++)\n        length[i] = (int32_t)len[i];\n"
                        "    put(argv[arg++], length, sizeof length);\n", graph->clock_count, graph->clock_count);
    for (size_t i = 0; i < graph->input_count + graph->output_count; i++) {
        bool in = i < graph->input_count;
        out_printf(out, "    free(in_out_%s);\n", plan->buffer[in ? plan->input[i] : plan->output[i - graph->input_count]].name);
    }
    out_text(out, o->blob ? "    free(blob);\n    return 0;\n}\n" : "    return 0;\n}\n");
}
