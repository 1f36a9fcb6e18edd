/* emit.c: the emitted source file as a whole. */
#include "emit.h"

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
        out_printf(out, "#if RT_HAVE_%s\n    %s_%s_%s%s,\n#else\n    NULL,\n#endif\n", sets[i].macro, o->name, what, o->strict ? "strict_" : "", sets[i].set);
    out_text(out, "};\n\n");
}

void emit_source(Out *out, const Plan *plan, const EmitOptions *o)
{
    out_printf(out, "/* %s.c: the model `%s` of %s, made by rnnc. See %s.h.\n"
                    " * Compile with the folder of rt.h on the include path, link with librnnrt.a (and -lm). */\n"
                    "#ifndef RT_SECTION\n\n%s#include \"%s.h\"\n#include \"rt.h\"\n\n%s#include <string.h>\n\n",
               o->name, plan->graph->name, emit_safe(plan->arena, o->source), o->name,
               o->strict ? "#define RT_STRICT 1 /* the same bits on every machine and instruction set: --strict */\n" : "", o->name, emit_constants_finite(plan, o) ? "" : "#include <math.h>\n");
    emit_constants(out, plan, o);
    times_lap(o->times, "constants");
    if (o->fast_math)
        out_text(out, "/* Shorter sigmoid and tanh: vec_fast.h has their errors. */\n#define RT_FAST_MATH 1\n\n");
    emit_sections(out, o);
    emit_table(out, plan, o, "call");
    if (plan->once)
        emit_table(out, plan->once, o, "once");
    emit_functions(out, plan, o);
    out_text(out, "\n#else /* RT_SECTION */\n\n");
    emit_call(out, plan, o);
    out_text(out, "\n#include \"vec_end.h\"\n#endif\n");
    times_lap(o->times, "emit");
}
