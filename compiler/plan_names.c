/* plan_names.c: C identifiers for buffers, each of its own and none that means something else. */
#include "plan_build.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Words that C, C++, their headers or the emitted code itself has a meaning for. */
static const char *const words[] = {
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "class",
    "compl", "const", "constexpr", "const_cast", "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast",
    "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long",
    "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected",
    "public", "register", "reinterpret_cast", "restrict", "return", "short", "signed", "sizeof", "static", "static_assert",
    "static_cast", "struct", "switch", "template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid",
    "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
    "net", "at", "swap", "work", "weights", "i", "j", "row", "status", "size", "blob", "isa", "calls", "onces", "call_function", "once_function", "blob_head", "ALIGNED",
    "linux", "unix", "NULL", "INFINITY", "NAN", "memset", "memcmp", "size_t", "int32_t", "uint32_t", "uintptr_t", "uint8_t", "index",
    "main", "vf", "vm", "vi"};

bool plan_reserved(const char *name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return strncasecmp(name, "v_", 2) == 0 || strncmp(name, "vi_", 3) == 0 || strncmp(name, "vm_", 3) == 0
           || strncasecmp(name, "rt_", 3) == 0 || isdigit((unsigned char)*name) || *name == '_';
}

static void take_name(Plan *plan, const char *name)
{
    int *next = arena_alloc(plan->arena, sizeof *next);
    *next = 2;
    map_set(plan->names, name, next);
}

/* The clocks' names are those of loop variables and lengths in C: the plan has a graph with safe ones. */
void plan_name_clocks(Planner *p)
{
    take_name(p->plan, p->graph->name);
    Graph *graph = arena_alloc(p->arena, sizeof *graph);
    *graph = *p->graph;
    graph->clock = arena_array(p->arena, (size_t)graph->clock_count + 1, sizeof *graph->clock);
    for (int i = 0; i < graph->clock_count; i++) {
        graph->clock[i] = p->graph->clock[i];
        graph->clock[i].name = plan_name(p, graph->clock[i].name, "");
        static const char *const more[] = {"len", "from", "to"}; /* its length, the edges of a chunk */
        for (size_t k = 0; k < sizeof more / sizeof *more; k++)
            take_name(p->plan, arena_printf(p->arena, "%s_%s", graph->clock[i].name, more[k]));
    }
    p->graph = p->plan->graph = graph;
}

/* A C identifier that no other buffer has: "h.c" becomes h_c. Names that mean
 * something else get a prefix; none ends in '_', which marks registers. */
const char *plan_name(Planner *p, const char *label, const char *prefix)
{
    char *name = arena_printf(p->arena, "%s%s", prefix, label);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    size_t length = strlen(name);
    while (length > 1 && name[length - 1] == '_')
        name[--length] = 0;
    return plan_more_name(p->plan, plan_reserved(name) ? arena_printf(p->arena, "x_%s", name) : name);
}

const char *plan_more_name(Plan *plan, const char *base)
{
    const char *name = base;
    int *next = map_get(plan->names, base); /* the number that the next one of that name gets, or at least not less */
    while (map_get(plan->names, name))
        name = arena_printf(plan->arena, "%s_%d", base, (*next)++);
    take_name(plan, name);
    return name;
}
