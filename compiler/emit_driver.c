/* emit_driver.c: a main program around an emitted network: raw numbers from files in, raw numbers out.
 * `rnnc run` builds it; .npy stays on this side, so that it runs on targets that have little. */
#include "emit.h"

static const char prologue[] =
    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\n"
    "static void *get(const char *path, size_t bytes)\n{\n"
    "    FILE *file = fopen(path, \"rb\");\n    char *data = (char *)malloc(bytes + 1);\n"
    "    if (!file || !data || fread(data, 1, bytes, file) != bytes) {\n        perror(path);\n        exit(2);\n    }\n"
    "    fclose(file);\n    return data;\n}\n\n"
    "static void put(const char *path, const void *data, size_t bytes)\n{\n"
    "    FILE *file = fopen(path, \"wb\");\n"
    "    if (!file || fwrite(data, 1, bytes, file) != bytes || fclose(file) != 0) {\n        perror(path);\n        exit(2);\n    }\n}\n\n";

static const char *count_of(const Plan *plan, const Buffer *buffer)
{
    const char *count = arena_printf(plan->arena, "%lld * sizeof(float)", (long long)buffer->count);
    return buffer->clock < 0 ? count : arena_printf(plan->arena, "len[%d] * %s", buffer->clock, count);
}

/* The arguments of step or run; `from` is where in the sequence the call begins, "" at the start, and
 * `length` how many steps run makes of the clock that step has. */
static void arguments(Out *out, const Plan *plan, bool step, const char *from, const char *length)
{
    for (int clock = 0; !step && clock < plan->graph->clock_count; clock++)
        if (emit_has_length(plan, clock))
            out_text(out, length ? arena_printf(plan->arena, ", %s", length) : arena_printf(plan->arena, ", len[%d]", clock));
    for (size_t i = 0; i < plan->graph->input_count + plan->graph->output_count; i++) {
        bool in = i < plan->graph->input_count;
        const Buffer *buffer = &plan->buffer[in ? plan->input[i] : plan->output[i - plan->graph->input_count]];
        out_printf(out, ", in_out_%s", buffer->name);
        if (*from && buffer->clock >= 0)
            out_printf(out, " + %s * %lld", from, (long long)buffer->count);
    }
}

/* How the network is driven: argv[1] is one of the words that --by takes. */
static void drive(Out *out, const Plan *plan, const EmitOptions *o)
{
    bool stream = plan->steps && plan->graph->clock[plan->clock].kind == CLOCK_ENDLESS;
    if (plan->steps) {
        out_printf(out, "    if (strcmp(argv[1], \"step\") == 0)\n        for (size_t t = 0; !status && t < len[%d]; t++)\n"
                        "            status = %s_step(&net", plan->clock, o->name);
        arguments(out, plan, true, "t", NULL);
        out_text(out, ");\n    else ");
    } else {
        out_text(out, "    ");
    }
    if (stream) {
        out_printf(out, "if (strcmp(argv[1], \"parts\") == 0)\n        for (size_t t = 0, n = 1; !status && t < len[%d]; t += n, n++) {\n"
                        "            if (n > len[%d] - t)\n                n = len[%d] - t;\n            status = %s_run(&net",
                   plan->clock, plan->clock, plan->clock, o->name);
        arguments(out, plan, false, "t", "n");
        out_text(out, ");\n        }\n    else ");
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
    out_printf(out, "    size_t len[%d] = {0};\n    int status, arg = 2;\n", graph->clock_count + 1);
    out_printf(out, "    if (argc != %d)\n        return 2;\n", 2 + graph->clock_count + (int)(graph->input_count + graph->output_count) + o->blob * 2);
    out_printf(out, "    for (int i = 0; i < %d; i++)\n        len[i] = (size_t)strtoull(argv[arg++], NULL, 10);\n", graph->clock_count);
    for (size_t i = 0; i < graph->input_count + graph->output_count; i++) {
        bool in = i < graph->input_count;
        const Buffer *buffer = &plan->buffer[in ? plan->input[i] : plan->output[i - graph->input_count]];
        const char *type = buffer->integer ? "int32_t" : "float";
        out_printf(out, in ? "    %s *in_out_%s = (%s *)get(argv[arg++], %s);\n" : "    %s *in_out_%s = (%s *)calloc(1, %s + 1);\n", type, buffer->name,
                   type, count_of(plan, buffer));
    }
    if (o->blob)
        out_printf(out, "    size_t size = (size_t)strtoull(argv[argc - 1], NULL, 10);\n    void *blob = get(argv[argc - 2], size);\n");
    out_printf(out, "    status = %s_init(&net, &work%s);\n", o->name, o->blob ? ", blob, size" : "");
    drive(out, plan, o);
    out_printf(out, "    if (status) {\n        fprintf(stderr, \"%s: %%s\\n\", %s_status(status));\n        return 1;\n    }\n", o->name, o->name);
    for (size_t i = 0; i < graph->output_count; i++) {
        const Buffer *buffer = &plan->buffer[plan->output[i]];
        out_printf(out, "    put(argv[arg++], in_out_%s, %s);\n", buffer->name, count_of(plan, buffer));
    }
    for (size_t i = 0; i < graph->input_count + graph->output_count; i++) {
        bool in = i < graph->input_count;
        out_printf(out, "    free(in_out_%s);\n", plan->buffer[in ? plan->input[i] : plan->output[i - graph->input_count]].name);
    }
    out_text(out, o->blob ? "    free(blob);\n    return 0;\n}\n" : "    return 0;\n}\n");
}
