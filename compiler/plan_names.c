/* plan_names.c: C identifiers for buffers, each of its own and none that means something else. */
#include "plan_build.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Words that C, C++ or the emitted code itself has a meaning for. */
void plan_reserve_names(Planner *p)
{
    static const char *const words[] = {
        "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "class",
        "compl", "const", "constexpr", "const_cast", "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast",
        "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long",
        "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected",
        "public", "register", "reinterpret_cast", "restrict", "return", "short", "signed", "sizeof", "static", "static_assert",
        "static_cast", "struct", "switch", "template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid",
        "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
        "net", "work", "weights", "j", "row", "status", "linux", "unix", "NULL", "INFINITY", "NAN", "memset", "vf", "vm", "vi"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        map_set(p->names, words[i], p);
    map_set(p->names, p->graph->name, p);
    for (int i = 0; i < p->graph->clock_count; i++) {
        map_set(p->names, p->graph->clock[i].name, p);
        map_set(p->names, arena_printf(p->arena, "%s_len", p->graph->clock[i].name), p);
    }
}

/* A C identifier that no other buffer has: "h.c" becomes h_c. Names that the runtime's may be like get
 * a prefix; none ends in '_', which marks registers. */
const char *plan_name(Planner *p, const char *label, const char *prefix)
{
    char *name = arena_printf(p->arena, "%s%s", prefix, label);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    size_t length = strlen(name);
    while (length > 1 && name[length - 1] == '_')
        name[--length] = 0;
    bool runtime = strncmp(name, "v_", 2) == 0 || strncmp(name, "vi_", 3) == 0 || strncmp(name, "vm_", 3) == 0
                   || strncasecmp(name, "rt_", 3) == 0 || isdigit((unsigned char)*name) || *name == '_';
    if (runtime)
        name = arena_printf(p->arena, "x%s", name);
    const char *base = name;
    for (int i = 2; map_get(p->names, name); i++)
        name = arena_printf(p->arena, "%s_%d", base, i);
    map_set(p->names, name, p);
    return name;
}
