/* run.c: `rnnc run`: what is run how, and whether the model can be. */
#include "run.h"

#include <string.h>

/* Whether what a step or a part takes or gives lies in one piece of a port's array. */
static bool steps_are_rows(const Plan *plan, int buffer)
{
    const Buffer *b = &plan->buffer[buffer];
    return b->dims == 0 || graph_tick_root(plan->graph, b->dim[0].clock) == plan->clock;
}

bool run_by(const Plan *plan, const char *by, const char **why)
{
    const Graph *graph = plan->graph;
    bool step = strcmp(by, "step") == 0, parts = strcmp(by, "parts") == 0;
    bool stream = plan->steps && graph->clock[plan->clock].kind == CLOCK_ENDLESS;
    *why = NULL;
    if (step && !plan->steps)
        *why = "the model has no step function: it needs whole sequences";
    else if (parts && !stream)
        *why = "the model is no stream: it needs whole sequences";
    for (size_t i = 0; (step || parts) && !*why && i < graph->input_count + graph->output_count; i++)
        if (!steps_are_rows(plan, i < graph->input_count ? plan->input[i] : plan->output[i - graph->input_count]))
            *why = "the steps of a port do not lie one after the other: its clocks are in another order";
    return !*why;
}

bool run_model(Arena *arena, Diag *diag, Options *o, const Plan *plan, const EmitOptions *e)
{
    RunData data;
    Tools tools;
    Program program;
    const char *why;
    if (!run_by(plan, o->by, &why)) {
        o->status = 3;
        diag_error(diag, (Place){0}, "%s: %s", o->model, why);
        return false;
    }
    if (!run_read(arena, diag, o, plan->graph, &data) || !tools_open(&tools, arena, diag, o))
        return false;
    const double **output = program_build(&program, &tools, plan, e) ? program_run(&program, &data, o->by, NULL) : NULL;
    tools_close(&tools);
    return output && run_write(arena, diag, o, &data, output);
}
