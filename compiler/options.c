/* options.c: the command line. One table gives every option its parser and its line of help. */
#include "options.h"
#include "options_help.h"

#include "diag.h"

#include <stdlib.h>
#include <string.h>

typedef struct Word {
    Arena *arena;
    Options *o;
    const char *value;           /* after the = or the next word; NULL: none */
} Word;

typedef bool Take(Word *w);

static bool complain(const char *format, const char *what)
{
    fputs("rnnc: error: ", stderr);
    fprintf(stderr, format, what);
    fputs("\nhint: rnnc --help lists the options\n", stderr);
    return false;
}

/* ---- one function an option ---- */

static bool take_folder(Word *w) { w->o->folder = w->value; return true; }
static bool take_name(Word *w) { w->o->name = w->value; return true; }
static bool take_model(Word *w) { w->o->check.model = w->value; return true; }
static bool take_weights(Word *w) { w->o->check.weights = w->value; return true; }
static bool take_blob(Word *w) { w->o->blob = true; return true; }
static bool take_strict(Word *w) { return w->o->strict = true; }
static bool take_times(Word *w) { w->o->times = true; return true; }
static bool take_interpret(Word *w) { w->o->interpret = true; return true; }
static bool take_build(Word *w) { w->o->build = w->value; return true; }
static bool take_cc(Word *w) { w->o->cc = w->value; return true; }
static bool take_exec(Word *w) { w->o->exec = w->value; return true; }
static bool take_lib(Word *w) { w->o->lib = w->value; return true; }
static bool take_runtime(Word *w) { w->o->runtime = w->value; return true; }

static bool take_emit(Word *w)
{
    static const char *const kinds[] = {"ast", "graph", "dot", "svg", "dot-fused", "svg-fused", "plan", "c", "h"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(w->value, kinds[i]) == 0) {
            w->o->emit = kinds[i];
            return true;
        }
    return complain("--emit=%s: it is one of ast, graph, dot, svg, dot-fused, svg-fused, plan, c, h", w->value);
}

static bool take_by(Word *w)
{
    static const char *const ways[] = {"run", "step", "parts", "again"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(w->value, ways[i]) == 0) {
            w->o->by = ways[i];
            return true;
        }
    return complain("--by=%s: it is one of run, step, parts, again", w->value);
}

static bool take_define(Word *w)
{
    const char *equals = strchr(w->value, '=');
    char *end = NULL;
    double value = equals ? strtod(equals + 1, &end) : 0;
    if (!equals || equals == w->value || end == equals + 1 || *end)
        return complain("-D %s: NAME=NUMBER is needed", w->value);
    CheckOptions *c = &w->o->check;
    CheckDefine *grown = arena_array(w->arena, c->define_count + 1, sizeof *grown);
    if (c->define_count)
        memcpy(grown, c->defines, c->define_count * sizeof *grown);
    grown[c->define_count++] = (CheckDefine){.name = arena_copy(w->arena, w->value, (size_t)(equals - w->value)), .value = value};
    c->defines = grown;
    return true;
}

static bool take_random(Word *w)
{
    char *end = NULL;
    w->o->check.random_weights = true;
    w->o->seed = w->value ? strtoull(w->value, &end, 10) : 1;
    return !w->value || (*w->value && !*end) || complain("--random-weights=%s: a whole number is needed", w->value);
}

static bool complain_of_pass(const Word *w, const char *option)
{
    const char *near = options_near_pass(w->value), *advice = near ? arena_printf(w->arena, "did you mean %s?", near) : "--list-passes lists them";
    return complain("%s", arena_printf(w->arena, "%s=%s: there is no such pass; %s", option, w->value, advice));
}

static bool take_dump(Word *w)
{
    w->o->pass.dump = w->value;
    return strcmp(w->value, "all") == 0 || pass_find(w->value) || complain_of_pass(w, "--dump");
}

static bool take_without(Word *w)
{
    for (int i = 0; i < PLAN_PASSES; i++)
        if (strcmp(w->value, plan_passes[i].name) == 0)
            return w->o->plan.without[i] = true;
    if (!pass_find(w->value))
        return complain_of_pass(w, "--without");
    PassOptions *p = &w->o->pass;
    const char **grown = arena_array(w->arena, p->without_count + 1, sizeof *grown);
    if (p->without_count)
        memcpy(grown, p->without, p->without_count * sizeof *grown);
    grown[p->without_count++] = w->value;
    p->without = grown;
    return true;
}

static bool named_file(Word *w, NamedFile **files, size_t *count, const char *option)
{
    const char *equals = strchr(w->value, '=');
    if (!equals || equals == w->value || !equals[1])
        return complain("%s: NAME=FILE.npy is needed", option);
    NamedFile *grown = arena_array(w->arena, *count + 1, sizeof *grown);
    if (*count)
        memcpy(grown, *files, *count * sizeof *grown);
    grown[(*count)++] = (NamedFile){arena_copy(w->arena, w->value, (size_t)(equals - w->value)), equals + 1};
    *files = grown;
    return true;
}

static bool take_input(Word *w) { return named_file(w, &w->o->inputs, &w->o->input_count, "--input"); }
static bool take_output(Word *w) { return named_file(w, &w->o->outputs, &w->o->output_count, "--output"); }

static bool take_against(Word *w) { return named_file(w, &w->o->against, &w->o->against_count, "--against"); }
static bool take_isa(Word *w) { w->o->isa = w->value; return true; }
static bool take_json(Word *w) { return w->o->json = true; }

static bool take_tolerance(Word *w)
{
    char *end = NULL;
    w->o->tolerance = strtod(w->value, &end);
    return (end != w->value && !*end && w->o->tolerance > 0 && w->o->tolerance < 1) || complain("--tolerance=%s: a number between 0 and 1 is needed", w->value);
}

static bool take_steps(Word *w)
{
    const char *equals = strchr(w->value, '=');
    char *end = NULL;
    long long number = equals ? strtoll(equals + 1, &end, 10) : 0;
    if (!equals || equals == w->value || end == equals + 1 || *end || number < 1)
        return complain("--steps %s: CLOCK=NUMBER is needed", w->value);
    Options *o = w->o;
    NamedNumber *grown = arena_array(w->arena, o->step_count + 1, sizeof *grown);
    if (o->step_count)
        memcpy(grown, o->steps, o->step_count * sizeof *grown);
    grown[o->step_count++] = (NamedNumber){arena_copy(w->arena, w->value, (size_t)(equals - w->value)), number};
    o->steps = grown;
    return true;
}

static bool take_seed(Word *w)
{
    char *end = NULL;
    unsigned long long seed = strtoull(w->value, &end, 10);
    w->o->draw_seed = (uint32_t)seed;
    bool good = *w->value >= '0' && *w->value <= '9' && !*end && seed <= UINT32_MAX;
    return good || complain("--seed=%s: a whole number below 2^32 is needed", w->value);
}

static bool list_passes(Word *w)
{
    for (const Pass *pass = passes; pass->name; pass++)
        printf("%-10s %s\n", pass->name, pass->purpose);
    for (int i = 0; i < PLAN_PASSES; i++)
        printf("%-10s %s\n", plan_passes[i].name, plan_passes[i].purpose);
    return w->o->done = true;
}

static bool list_operators(Word *w)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (op_info[op].class != CLASS_LEAF)
            printf("%-12s %s\n", op_info[op].word, op_info[op].help);
    return w->o->done = true;
}

static bool show_version(Word *w)
{
    puts("rnnc " RNNC_VERSION);
    return w->o->done = true;
}

static bool number_in(const char *text, int64_t least, int64_t most, int64_t *number)
{
    char *end = NULL;
    *number = strtoll(text, &end, 10);
    return end != text && !*end && *number >= least && *number <= most;
}

static bool take_chunk(Word *w)
{
    return number_in(w->value, 1, 1 << 20, &w->o->plan.chunk) || complain("--chunk=%s: a number of steps is needed, 1 to 1048576", w->value);
}

static bool take_chunk_memory(Word *w)
{
    int64_t *bytes = &w->o->plan.chunk_memory;
    bool good = number_in(w->value, 0, INT32_MAX, bytes);
    *bytes = *bytes ? *bytes : -1; /* 0 would be what is usual */
    return good || complain("--chunk-memory=%s: a number of bytes is needed", w->value);
}

static bool take_math(Word *w)
{
    return (w->o->fast_math = strcmp(w->value, "fast") == 0) || complain("--math=%s: it is fast", w->value);
}

static bool take_zigzag(Word *w) { return w->o->plan.zigzag = true; }

static Take show_help;

typedef enum { PLAIN, NEEDS, MAY } Argument;

/* The commands that an option is for. */
enum { COMPILE = 1, RUN = 2, VERIFY = 4, ALL = COMPILE | RUN | VERIFY };

static const struct Option {
    const char *name;
    Argument argument;
    Take *take;
    int commands;
    const char *value, *help;    /* help NULL: not listed */
} table[] = {
    {"-o", NEEDS, take_folder, COMPILE, " DIR", "write NAME.h and NAME.c there (made if it is missing)"},
    {"--input", NEEDS, take_input, RUN | VERIFY, " NAME=FILE", "an input, as .npy, clocks first"},
    {"--output", NEEDS, take_output, RUN, " NAME=FILE", "write an output as .npy; with none, all are shown"},
    {"--against", NEEDS, take_against, VERIFY, " NAME=FILE", "what an output or a variable should be, as .npy: what another program computed"},
    {"--tolerance", NEEDS, take_tolerance, VERIFY, "=NUMBER", "how far off is an error, relative to the larger of 1 and the largest value; otherwise see below"},
    {"--isa", NEEDS, take_isa, VERIFY, "=NAME", "on that instruction set; all: on each that the machine has"},
    {"--json", PLAIN, take_json, VERIFY, "", "the result as JSON"},
    {"--steps", NEEDS, take_steps, RUN | VERIFY, " CLOCK=NUMBER", "of a clock that no input tells the length of; otherwise run takes its bound, verify up to 61"},
    {"--seed", NEEDS, take_seed, RUN | VERIFY, "=NUMBER", "of what the model draws (sample, normal) and of inputs that verify makes up; otherwise 1"},
    {"--by", NEEDS, take_by, RUN, "=HOW", "run, one call; step, a call a step; parts (streams), a call for 1, 2, 3 ... steps; again, two runs"},
    {"--interpret", PLAIN, take_interpret, RUN, "", "no C; the equations step by step in double precision"},
    {"--weights", NEEDS, take_weights, ALL, "=FILE", "in place of the model's weight file: safetensors, ONNX, npz or npy"},
    {"--random-weights", MAY, take_random, ALL, "[=SEED]", "no weight file: numbers that follow from SEED and each weight's name"},
    {"-D", NEEDS, take_define, ALL, " NAME=NUMBER", "a parameter of the model"},
    {"--model", NEEDS, take_model, ALL, "=NAME", "which model, where the file has several"},
    {"--name", NEEDS, take_name, ALL, "=NAME", "of the files and functions; otherwise the model's"},
    {"--strict", PLAIN, take_strict, ALL, "", "the same bits on every machine and instruction set; a tenth slower with vectors, several times without"},
    {"--blob", PLAIN, take_blob, ALL, "", "weights in a file NAME.bin, to be mapped or put into flash, not in arrays"},
    {"--emit", NEEDS, take_emit, ALL & ~VERIFY, "=WHAT", "print one thing instead of writing files: ast, graph, plan, c, h; dot, a picture of the\n"
     "                           equations for Graphviz, or svg; dot-fused, svg-fused: of the loops made of them"},
    {"--math", NEEDS, take_math, ALL, "=fast", "shorter sigmoid and tanh, to 4e-6 instead of a few units of the last place"},
    {"--without", NEEDS, take_without, ALL, "=PASS", "leave a pass out"},
    {"--chunk", NEEDS, take_chunk, ALL, "=STEPS", "hoist every product that can be, for so many steps at once; otherwise by its size"},
    {"--chunk-memory", NEEDS, take_chunk_memory, ALL, "=BYTES", "what hoisting may take of the scratch memory; 0: none; otherwise 512 KiB"},
    {"--zigzag", PLAIN, take_zigzag, ALL, "", "every second step reads the weights backwards; otherwise by their size"},
    {"--dump", NEEDS, take_dump, ALL, "=PASS", "print the graph after a pass; all: after each that changed it"},
    {"--times", PLAIN, take_times, ALL, "", "print how long each stage took, and how much memory there is after it"},
    {"--list-passes", PLAIN, list_passes, ALL, "", "the passes, in order"},
    {"--list-ops", PLAIN, list_operators, ALL, "", "the operators of the language"},
    {"--build", NEEDS, take_build, RUN | VERIFY, "=DIR", "build there, and keep it for the next time"},
    {"--cc", NEEDS, take_cc, RUN | VERIFY, "=COMMAND", "the C compiler, with its options; otherwise $CC, or cc -O2"},
    {"--exec", NEEDS, take_exec, RUN | VERIFY, "=COMMAND", "what runs the program, for instance an emulator"},
    {"--runtime", NEEDS, take_runtime, RUN | VERIFY, "=DIR", "the folder of rt.h and the runtime's sources"},
    {"--lib", NEEDS, take_lib, RUN | VERIFY, "=FILE", "librnnrt.a for that compiler; otherwise the one beside rnnc"},
    {"--help", PLAIN, show_help, ALL, "", "this; rnnc run --help, rnnc verify --help: their options"},
    {"--version", PLAIN, show_version, ALL, "", "the version"},
    {"-h", PLAIN, show_help, ALL, "", NULL},
};

static int command_of(const Options *o)
{
    return o->verify ? VERIFY : o->run ? RUN : COMPILE;
}

static bool show_help(Word *w)
{
    int command = command_of(w->o);
    puts(command == VERIFY ? options_usage_verify : command == RUN ? options_usage_run : options_usage_compile);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].help && table[i].commands & command)
            printf("  %s%s%*s %s\n", table[i].name, table[i].value, 24 - (int)(strlen(table[i].name) + strlen(table[i].value)), "", table[i].help);
    if (command == VERIFY)
        fputs(options_about_tolerance, stdout);
    puts(command == VERIFY ? options_status_verify : command == RUN ? options_status_run : options_status_compile);
    return w->o->done = true;
}

/* The option that a word is: "--name=value", "--name value", "-Dname=1". */
static const struct Option *find_option(const char *word, const char **value)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t length = strlen(table[i].name);
        if (strncmp(word, table[i].name, length) != 0)
            continue;
        bool letter = table[i].name[1] != '-';
        if (word[length] == 0 || word[length] == '=' || (letter && table[i].argument == NEEDS)) {
            *value = word[length] == 0 ? NULL : word + length + (word[length] == '=');
            return &table[i];
        }
    }
    return NULL;
}

static bool complain_of_command(const Word *w, const struct Option *option)
{
    static const char *const names[] = {[COMPILE] = "rnnc", [RUN] = "rnnc run", [VERIFY] = "rnnc verify"};
    const char *text = "";
    for (int command = COMPILE; command <= VERIFY; command *= 2)
        if (option->commands & command)
            text = arena_printf(w->arena, "%s%s%s", text, *text ? " and " : "", names[command]);
    return complain("%s", arena_printf(w->arena, "%s is an option of %s, not of %s", option->name, text, names[command_of(w->o)]));
}

/* The `=value` behind a misspelt name is no part of it. */
static bool complain_of_option(const Word *w, const char *word)
{
    const char *names[sizeof table / sizeof *table];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        names[i] = table[i].name + strspn(table[i].name, "-");
    const char *bare = word + strspn(word, "-");
    const char *near = diag_nearest(arena_printf(w->arena, "%.*s", (int)strcspn(bare, "="), bare), names, sizeof names / sizeof *names);
    return complain("%s", near ? arena_printf(w->arena, "%s: there is no such option; did you mean %s%s?", word, near[1] ? "--" : "-", near)
                               : arena_printf(w->arena, "%s: there is no such option", word));
}

static bool take_word(Word *w, int count, char **words, int *i)
{
    const char *word = words[*i];
    if (*word != '-' || !word[1]) {
        if (w->o->model)
            return complain("%s: one model file at a time", word);
        w->o->model = word;
        return true;
    }
    const struct Option *option = find_option(word, &w->value);
    if (!option)
        return complain_of_option(w, word);
    if (option->argument == NEEDS && !w->value) {
        if (*i + 1 >= count)
            return complain("%s needs a value", option->name);
        w->value = words[++*i];
    }
    if (!(option->commands & command_of(w->o)))
        return complain_of_command(w, option);
    if (option->argument == PLAIN && w->value)
        return complain("%s takes no value", option->name);
    return option->take(w);
}

bool options_parse(Arena *arena, int count, char **words, Options *options)
{
    *options = (Options){.seed = 1, .draw_seed = 1, .by = "run"};
    Word word = {.arena = arena, .o = options};
    int first = 1;
    if (count > 1 && (strcmp(words[1], "run") == 0 || strcmp(words[1], "verify") == 0)) {
        options->run = *words[1] == 'r';
        options->verify = *words[1] == 'v';
        first = 2;
    }
    for (int i = first; i < count && !options->done; i++)
        if (!take_word(&word, count, words, &i))
            return false;
    if (options->done)
        return true;
    if (!options->model)
        return complain("%s", "no model file");
    if (!options->run && !options->verify && !options->folder && !options->emit)
        return complain("%s", "where to? -o DIR writes files, --emit=c prints");
    return true;
}
