/* check_args.c: the arguments of an operator that has named ones: `conv1d(x, K, stride=2)`. */
#include "scope.h"

#include <string.h>

static int find_name(const Signature *s, const char *name)
{
    for (int i = 0; i < SIGNATURE_MAX && s->name[i]; i++)
        if (strcmp(s->name[i], name) == 0)
            return i;
    return -1;
}

static const char *names_text(Checker *c, const Signature *s)
{
    const char *text = "";
    for (int i = 0; i < SIGNATURE_MAX && s->name[i]; i++)
        text = arena_printf(c->arena, "%s%s%s%s", text, i ? ", " : "", s->name[i], i < s->needed ? "" : "=...");
    return text;
}

static bool place_arg(Checker *c, const Expr *call, const Signature *s, const Arg *arg, int i, const Arg **args)
{
    if (i < 0 && arg->name) {
        diag_error(c->diag, arg->name->place, "`%s` has no argument of the name %s", call->text, arg->name->text);
        diag_hint(c->diag, "it is `%s(%s)`", call->text, names_text(c, s));
    } else if (i < 0) {
        diag_error(c->diag, arg->value->place, "too many arguments: it is `%s(%s)`", call->text, names_text(c, s));
    } else if (args[i]) {
        diag_error(c->diag, arg->name ? arg->name->place : arg->value->place, "the argument %s of `%s` is given twice", s->name[i], call->text);
        diag_note(c->diag, args[i]->value->place, "it is also given here");
    } else if (arg->over && (!s->over || i > 0)) {
        diag_error(c->diag, arg->over->place, "`%s` does not work over a clock", call->text);
    } else {
        args[i] = arg;
        return true;
    }
    return false;
}

bool check_signature(Checker *c, const Expr *call, const Signature *s, const Arg **args)
{
    int position = 0;
    memset(args, 0, SIGNATURE_MAX * sizeof *args);
    for (const Arg *arg = call->args; arg; arg = arg->next) {
        int i = arg->name ? find_name(s, arg->name->text) : position < SIGNATURE_MAX && s->name[position] ? position++ : -1;
        if (!place_arg(c, call, s, arg, i, args))
            return false;
    }
    for (int i = 0; i < s->needed; i++)
        if (!args[i]) {
            diag_error(c->diag, call->place, "`%s` needs an argument for %s", call->text, s->name[i]);
            diag_hint(c->diag, "it is `%s(%s)`", call->text, names_text(c, s));
            return false;
        }
    return true;
}

NodeId check_number_arg(Checker *c, Where w, const Arg *arg)
{
    NodeId node = value_as_node(c, check_expr(c, w, arg->value), arg->value->place);
    return node == NODE_NONE ? node : value_as_number(c, node, arg->value->place);
}

Value check_unknown_of(Checker *c, const NodeId *in, int count, Place place)
{
    Clocks clocks = 0;
    for (int i = 0; i < count; i++)
        clocks |= c->graph->node[in[i]].type.clocks;
    return value_unknown_on(c, clocks, place);
}
