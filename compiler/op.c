/* op.c: the table of operators, made from ops.def. */
#include "op.h"

#include <math.h>
#include <string.h>

const OpInfo op_info[OP_COUNT] = {
#define OP(NAME, word, arity, class, value, help) {#NAME, word, help, arity, CLASS_##class},
#include "ops.def"
#undef OP
};

/* Operators that are written as `word(...)` or between their operands. */
static bool callable(Op op)
{
    if (op_info[op].class == CLASS_LEAF)
        return false;
    switch (op) {
    case OP_SLICE: case OP_ROW: case OP_REPEAT: case OP_NUMBER: case OP_TOKEN: case OP_RESHAPE: case OP_RECLOCK: case OP_CONV:
    case OP_SAMPLE: case OP_PICK: case OP_HOLD: case OP_UNSTACK: case OP_MAX_POOL: case OP_AVG_POOL:
    case OP_SIGMOID_TANH: return false;
    default: return true;
    }
}

Op op_find(const char *word, int inputs)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (callable((Op)op) && strcmp(op_info[op].word, word) == 0
            && (op_info[op].arity == inputs || op_info[op].arity < 0))
            return (Op)op;
    return OP_COUNT;
}

bool op_is_word(const char *word)
{
    for (int op = 0; op < OP_COUNT; op++)
        if (callable((Op)op) && strcmp(op_info[op].word, word) == 0)
            return true;
    return false;
}

double op_value(Op op, double a, double b, double c)
{
    (void)b;
    (void)c;
    switch (op) {
#define OP(NAME, word, arity, class, value, help) case OP_##NAME: return value;
#include "ops.def"
#undef OP
    case OP_COUNT: break;
    }
    return 0;
}
