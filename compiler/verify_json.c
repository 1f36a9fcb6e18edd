/* verify_json.c: what `rnnc verify --json` prints: one object. */
#include "verify.h"

#include <jansson.h>
#include <math.h>

/* JSON has no infinity: null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *indices(const Watched *w, size_t element, bool steps)
{
    json_t *list = json_array();
    for (int i = w->rank; i-- > 0;) {
        if (steps == (i < w->clocks))
            json_array_insert_new(list, 0, json_integer((json_int_t)(element % (size_t)w->dim[i])));
        element /= (size_t)w->dim[i];
    }
    return list;
}

static json_t *spot(const Verify *v, const Watched *w, size_t element, double want, double got)
{
    json_t *clocks = json_array();
    for (int i = 0; i < w->clocks; i++)
        json_array_append_new(clocks, json_string(v->graph->clock[w->clock[i]].name));
    return json_pack("{so so so so so}", "clocks", clocks, "steps", indices(w, element, true), "element", indices(w, element, false),
                     "should_be", number(want), "is", number(got));
}

static json_t *gap_json(const Verify *v, const Watched *w, const Gap *gap)
{
    json_t *o = json_pack("{so so so sb}", "absolute", number(gap->absolute), "relative", number(gap->relative), "ulps", number(gap->ulps),
                          "beyond", gap->parts);
    if (gap->isa)
        json_object_set_new(o, "isa", json_string(gap->isa));
    if (gap->compared)
        json_object_set_new(o, "largest", spot(v, w, gap->at, gap->want, gap->got));
    if (gap->parts)
        json_object_set_new(o, "first", spot(v, w, gap->first, gap->first_want, gap->first_got));
    return o;
}

static json_t *watched_json(const Verify *v, const Watched *w)
{
    json_t *shape = json_array(), *o = gap_json(v, w, &w->gap);
    for (int i = 0; i < w->rank; i++)
        json_array_append_new(shape, json_integer((json_int_t)w->dim[i]));
    json_object_set_new(o, "name", json_string(w->name));
    json_object_set_new(o, "shape", shape);
    json_object_set_new(o, "allowed", number(w->allowed));
    if (w->given) {
        json_object_set_new(o, "against", json_string(w->given_file));
        json_object_set_new(o, "against_c", gap_json(v, w, &w->given_c));
        json_object_set_new(o, "against_equations", gap_json(v, w, &w->given_equations));
    }
    return o;
}

void verify_print_json(const Verify *v)
{
    json_t *outputs = json_array(), *variables = json_array(), *isas = json_array(), *steps = json_object();
    for (size_t i = 0; i < v->count && (i < v->outputs || !v->no_variables); i++)
        json_array_append_new(v->watched[i].output ? outputs : variables, watched_json(v, &v->watched[i]));
    for (int i = 0; i < v->isas; i++)
        json_array_append_new(isas, json_string(v->isa[i]));
    for (int k = 0; k < v->graph->clock_count; k++)
        json_object_set_new(steps, v->graph->clock[k].name, json_integer((json_int_t)v->length[k]));
    json_t *all = json_pack("{ss sb ss so so sI so so}", "model", v->graph->name, "good", verify_is_good(v), "cc", v->cc, "isa", isas, "steps", steps,
                            "seed", (json_int_t)v->o->draw_seed, "outputs", outputs, "variables", variables);
    json_dumpf(all, stdout, JSON_INDENT(1));
    fputs("\n", stdout);
    json_decref(all);
}
