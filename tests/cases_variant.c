/* cases_variant.c: a variant of a model as a command line of rnnc. One folder keeps one build, which all
 * instruction sets, run and step share. */
#include "cases_variant.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *variant_isa[8];
int variant_isa_count;
bool variant_has_arm;

static const char *arm_cc = "aarch64-linux-gnu-gcc -static -O1", *arm_exec = "qemu-aarch64", *arm_lib;

/* ---- what there is on this machine ---- */

static void find_isa(void)
{
    variant_isa[variant_isa_count++] = "scalar";
#ifdef __x86_64__
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    variant_isa[variant_isa_count++] = "sse2";
    if (avx2)
        variant_isa[variant_isa_count++] = "avx2";
    else
        printf("skipped: avx2 (this machine has it not)\n");
    if (avx512)
        variant_isa[variant_isa_count++] = "avx512";
    else
        printf("skipped: avx512 (this machine has it not)\n");
#elif defined(__aarch64__)
    variant_isa[variant_isa_count++] = "neon";
#endif
}

const char *variant_best(void)
{
    return variant_isa[variant_isa_count - 1];
}

static bool has_program(Arena *arena, const char *name)
{
    Command command = command_new(arena, name);
    command_add(&command, "--version");
    return command_run(&command).status == 0;
}

/* The runtime for ARM: compiled once, not for every case. */
static void build_arm_runtime(Arena *arena)
{
    static const char *const parts[] = {"dispatch", "kernels", "kernels_strict"};
    const char *folder = arena_printf(arena, "%s/arm", cases_build);
    folder_make(folder);
    Command archive = command_new(arena, "aarch64-linux-gnu-ar");
    arm_lib = arena_printf(arena, "%s/librnnrt.a", folder);
    remove(arm_lib);
    command_add(&archive, "rcs");
    command_add(&archive, "%s", arm_lib);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        Command compile = {.arena = arena};
        command_split(&compile, "aarch64-linux-gnu-gcc -std=c99 -O2 -Iruntime -c -o");
        command_add(&compile, "%s/%s.o", folder, parts[i]);
        command_add(&compile, "runtime/%s.c", parts[i]);
        Result result = command_run(&compile);
        cases_need(result.status == 0, "%s\n%s", command_text(&compile), result.err);
        command_add(&archive, "%s/%s.o", folder, parts[i]);
    }
    Result result = command_run(&archive);
    cases_need(result.status == 0, "%s\n%s", command_text(&archive), result.err);
}

void variant_prepare(Arena *arena, bool arm)
{
    find_isa();
    variant_has_arm = arm && has_program(arena, "aarch64-linux-gnu-gcc") && has_program(arena, arm_exec);
    if (variant_has_arm)
        build_arm_runtime(arena);
    else if (arm)
        printf("skipped: neon (aarch64-linux-gnu-gcc and qemu-aarch64 are not both here)\n");
    fflush(stdout);
}

Variant variant_arm(const Variant *variant)
{
    Variant v = *variant;
    v.isa = "neon";
    v.cc = arm_cc;
    v.exec = arm_exec;
    v.lib = arm_lib;
    v.work = arena_printf(v.arena, "%s/arm", v.work);
    return v;
}

/* ---- inputs and outputs ---- */

void variant_input(Variant *variant, const char *name, const char *path)
{
    cases_need(variant->inputs < VARIANT_PORTS, "%s: more than %d inputs", variant->model, VARIANT_PORTS);
    variant->input[variant->inputs] = name;
    variant->input_path[variant->inputs++] = path;
}

void variant_output(Variant *variant, const char *name)
{
    cases_need(variant->outputs < VARIANT_PORTS, "%s: more than %d outputs", variant->model, VARIANT_PORTS);
    variant->output[variant->outputs++] = name;
}

const char *variant_path(const Variant *v, int output)
{
    return arena_printf(v->arena, "%s/%s%s.npy", v->work, v->tag ? v->tag : "", v->output[output]);
}

/* ---- running ---- */

static void add_model(Command *command, const Variant *v)
{
    command_add(command, "%s", v->model);
    if (v->name)
        command_add(command, "--model=%s", v->name);
    if (v->weights)
        command_add(command, "--weights=%s", v->weights);
    if (v->define) {
        command_add(command, "-D");
        command_add(command, "%s", v->define);
    }
    if (v->without)
        command_add(command, "--without=%s", v->without);
    if (v->options)
        command_split(command, v->options);
}

int variant_run(const Variant *v, Out *report)
{
    Command command = command_new(v->arena, cases_rnnc);
    command_add(&command, "run");
    add_model(&command, v);
    command.isa = v->isa;
    if (v->interpret)
        command_add(&command, "--interpret");
    else
        command_add(&command, "--build=%s", v->work);
    if (v->blob)
        command_add(&command, "--blob");
    if (v->by)
        command_add(&command, "--by=%s", v->by);
    if (v->cc)
        command_add(&command, "--cc=%s", v->cc);
    if (v->exec)
        command_add(&command, "--exec=%s", v->exec);
    if (v->lib)
        command_add(&command, "--lib=%s", v->lib);
    for (int i = 0; i < v->inputs; i++) {
        command_add(&command, "--input");
        command_add(&command, "%s=%s", v->input[i], v->input_path[i]);
    }
    folder_make(v->work);
    for (int i = 0; i < v->outputs; i++) {
        remove(variant_path(v, i));
        command_add(&command, "--output");
        command_add(&command, "%s=%s", v->output[i], variant_path(v, i));
    }
    Result result = command_run(&command);
    bool has_not = result.status == 3 && v->by && strcmp(v->by, "run") != 0;
    if (result.status != 0 && !has_not)
        out_printf(report, "%s\n  exit status %d\n%s", command_text(&command), result.status, result.err);
    return result.status;
}

const char *variant_c(const Variant *v, Out *report)
{
    Command command = command_new(v->arena, cases_rnnc);
    add_model(&command, v);
    command_add(&command, "--emit=c");
    Result result = command_run(&command);
    if (result.status != 0)
        out_printf(report, "%s\n  exit status %d\n%s", command_text(&command), result.status, result.err);
    return result.out;
}
