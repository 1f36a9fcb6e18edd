/* run_data.c: inputs and outputs of `rnnc run`. The shape of an array is its clocks' lengths in the port's
 * order, outermost first, then the shape of a step; from the inputs come the lengths of clocks that are
 * not exact. */
#include "../runtime/random.h"
#include "interp.h"
#include "run.h"

#include <math.h>
#include <string.h>

size_t run_count(const RunData *data, NodeId id)
{
    return (size_t)interp_count(data->graph, data->length, id);
}

bool run_finds_lengths(const Graph *graph)
{
    for (int clock = 0; clock < graph->clock_count; clock++)
        if (graph->clock[clock].kind == CLOCK_TICKS || graph->clock[clock].until != NODE_NONE)
            return true;
    return false;
}

bool run_draws(const Graph *graph)
{
    for (size_t i = 0; i < graph->count; i++)
        if (graph->node[i].op == OP_UNIFORM)
            return true;
    return false;
}

static const char *wanted(Arena *arena, const Graph *graph, const Port *port)
{
    int clock[CLOCKS_MAX], count = graph_port_clocks(graph, port, clock);
    const Shape *shape = &graph->node[port->node].type.shape;
    const char *text = "";
    for (int i = 0; i < count; i++) {
        const Clock *c = &graph->clock[clock[i]];
        text = c->kind == CLOCK_EXACT ? arena_printf(arena, "%s%s%lld", text, *text ? ", " : "", (long long)c->limit)
                                      : arena_printf(arena, "%s%ssteps of %s", text, *text ? ", " : "", c->name);
    }
    for (int i = 0; i < shape->rank; i++)
        text = arena_printf(arena, "%s%s%lld", text, *text ? ", " : "", (long long)shape->dim[i]);
    return arena_printf(arena, "[%s]", text);
}

/* ---- lengths ---- */

/* `from`: the file, or the option, that says so. */
static bool set_length(Diag *diag, RunData *data, int clock, int64_t length, const char *from)
{
    const Clock *c = &data->graph->clock[clock];
    int64_t *known = &data->length[graph_length_clock(data->graph, clock)];
    bool fits = c->kind == CLOCK_EXACT ? length == c->limit : length >= 1 && (c->kind == CLOCK_ENDLESS || length <= c->limit);
    if (!fits) {
        const char *range = c->kind == CLOCK_EXACT ? "exactly " : c->kind == CLOCK_ENDLESS ? "at least " : "1 to ";
        diag_error(diag, (Place){0}, "%s: %lld steps of %s, and it has %s%lld", from, (long long)length, c->name, range,
                   (long long)(c->kind == CLOCK_ENDLESS ? 1 : c->limit));
        return false;
    }
    if (*known >= 0 && *known != length) {
        diag_error(diag, (Place){0}, "%s: %lld steps of %s, and another input has %lld", from, (long long)length, c->name,
                   (long long)*known);
        return false;
    }
    *known = length;
    return true;
}

static int find_clock(const Graph *graph, const char *name)
{
    for (int clock = 0; clock < graph->clock_count; clock++)
        if (strcmp(graph->clock[clock].name, name) == 0)
            return clock;
    return -1;
}

/* What the command line says. */
static bool set_steps(Arena *arena, Diag *diag, const Options *o, RunData *data)
{
    for (size_t i = 0; i < o->step_count; i++) {
        int clock = find_clock(data->graph, o->steps[i].name);
        const Clock *c = clock < 0 ? NULL : &data->graph->clock[clock];
        if (!c || c->kind == CLOCK_TICKS || c->until != NODE_NONE) {
            diag_error(diag, (Place){0}, c ? "--steps: the model finds the length of %s" : "--steps: the model has no clock %s",
                       o->steps[i].name);
            return false;
        }
        if (!set_length(diag, data, clock, o->steps[i].number, arena_printf(arena, "--steps %s", o->steps[i].name)))
            return false;
    }
    return true;
}

/* Steps that verify makes of a clock that nothing tells the length of: enough for whatever is done in pieces of some
 * steps to be done more than once, with a rest; below the bound; and not the same for any two clocks. */
static int64_t choose_length(const Clock *c, int clock)
{
    int64_t most = c->kind == CLOCK_ENDLESS ? RUN_STEPS : c->limit - c->limit / 4;
    most = most < RUN_STEPS ? most : RUN_STEPS;
    return most > clock ? most - clock : 1;
}

/* Of what no input and no option tells: as long as it can be. */
static bool complete_lengths(Diag *diag, RunData *data, bool choose)
{
    for (int clock = 0; clock < data->graph->clock_count; clock++) {
        const Clock *c = &data->graph->clock[clock];
        if (c->kind == CLOCK_TICKS)
            data->length[clock] = data->length[c->parent];
        else if (c->like >= 0)
            data->length[clock] = data->length[c->like];
        else if (data->length[clock] < 0 && choose && c->until == NODE_NONE)
            data->length[clock] = choose_length(c, clock);
        else if (data->length[clock] < 0 && c->kind != CLOCK_ENDLESS)
            data->length[clock] = c->limit;
        if (data->length[clock] < 0) {
            diag_error(diag, (Place){0}, "no input tells how many steps of %s to run: --steps %s=NUMBER", c->name, c->name);
            return false;
        }
    }
    return true;
}

/* ---- inputs ---- */

static bool fit(Arena *arena, Diag *diag, RunData *data, const Port *port, const Tensor *tensor, const NamedFile *file)
{
    int clock[CLOCKS_MAX], count = graph_port_clocks(data->graph, port, clock);
    const Shape *shape = &data->graph->node[port->node].type.shape;
    bool same = tensor->rank == count + shape->rank;
    for (int i = 0; same && i < count; i++)
        if (!set_length(diag, data, clock[i], tensor->dim[i], file->file))
            return false;
    for (int i = 0; same && i < shape->rank; i++)
        same = tensor->dim[count + i] == shape->dim[i];
    if (same)
        return true;
    diag_error(diag, (Place){0}, "%s is %s, and the input %s is %s", file->file, shape_text(arena, shape_vector(tensor->rank, tensor->dim)),
               port->name, wanted(arena, data->graph, port));
    return false;
}

static bool check_tokens(Diag *diag, const Type *type, const double *value, size_t count, const NamedFile *file)
{
    for (size_t i = 0; type->tokens && i < count; i++)
        if (!(value[i] >= 0 && value[i] < (double)type->tokens && value[i] == floor(value[i]))) {
            diag_error(diag, (Place){0}, "%s: element %zu is %g, and the tokens of %s are 0 to %lld", file->file, i, value[i], file->name,
                       (long long)type->tokens - 1);
            return false;
        }
    return true;
}

static bool read_input(Arena *arena, Diag *diag, const Options *o, RunData *data, size_t port)
{
    const Port *p = &data->graph->input[port];
    const NamedFile *file = NULL;
    for (size_t i = 0; i < o->input_count; i++)
        if (strcmp(o->inputs[i].name, p->name) == 0)
            file = &o->inputs[i];
    if (!file && o->verify)
        return true;
    if (!file) {
        diag_error(diag, (Place){0}, "the input %s %s is missing: --input %s=FILE.npy", p->name,
                   wanted(arena, data->graph, p), p->name);
        return false;
    }
    const char *error = NULL;
    TensorFile *tensors = tensor_file_open(arena, file->file, &error);
    if (!tensors || tensor_file_count(tensors) != 1) {
        diag_error(diag, (Place){0}, "%s: %s", file->file, tensors ? "one array is needed" : error);
        tensor_file_close(tensors);
        return false;
    }
    const Tensor *tensor = tensor_file_at(tensors, 0);
    bool good = fit(arena, diag, data, p, tensor, file);
    if (good) {
        data->input[port] = arena_array(arena, tensor->count + 1, sizeof(double));
        tensor_read_f64(tensor, data->input[port]);
        good = check_tokens(diag, &data->graph->node[p->node].type, data->input[port], tensor->count, file);
    }
    tensor_file_close(tensors);
    return good;
}

/* Numbers of [-1, 1), tokens of all that there are. The sites are none of a model's draws. */
static bool draw_input(Arena *arena, Diag *diag, const Options *o, RunData *data, size_t port)
{
    const Port *p = &data->graph->input[port];
    if (interp_count(data->graph, data->length, p->node) < 0) {
        diag_error(diag, (Place){0}, "the input %s: more than 2^31 numbers over all steps", p->name);
        return false;
    }
    size_t count = run_count(data, p->node);
    uint32_t site = 0x80000000u + (uint32_t)port, tokens = (uint32_t)data->graph->node[p->node].type.tokens;
    data->input[port] = arena_array(arena, count + 1, sizeof(double));
    for (size_t i = 0; i < count; i++)
        data->input[port][i] = tokens ? rt_random_bits(o->draw_seed, site, (uint32_t)i) % tokens
                                      : 2 * (double)rt_uniform(o->draw_seed, site, (uint32_t)i) - 1;
    return true;
}

static void hint_port(Diag *diag, const char *name, const Port *ports, size_t count, const char *what)
{
    const char *near = NULL;
    for (size_t k = 0; k < count && !near; k++)
        near = diag_nearest(name, (const char *[]){ports[k].name}, 1);
    if (near)
        diag_hint(diag, "did you mean %s?", near);
    else if (count)
        diag_hint(diag, "its %ss: %s%s", what, ports[0].name, count > 1 ? ", ..." : "");
}

static bool names_known(Diag *diag, const NamedFile *files, size_t count, const Port *ports, size_t port_count, const char *what)
{
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t k = 0; k < port_count; k++)
            known = known || strcmp(files[i].name, ports[k].name) == 0;
        if (!known) {
            diag_error(diag, (Place){0}, "the model has no %s %s", what, files[i].name);
            hint_port(diag, files[i].name, ports, port_count, what);
            return false;
        }
    }
    return true;
}

bool run_read(Arena *arena, Diag *diag, const Options *o, const Graph *graph, RunData *data)
{
    data->graph = graph;
    data->length = arena_array(arena, (size_t)graph->clock_count + 1, sizeof *data->length);
    data->input = arena_array(arena, graph->input_count + 1, sizeof *data->input);
    for (int clock = 0; clock < graph->clock_count; clock++)
        data->length[clock] = graph->clock[clock].kind == CLOCK_EXACT ? graph->clock[clock].limit : -1;
    if (!names_known(diag, o->inputs, o->input_count, graph->input, graph->input_count, "input")
        || !names_known(diag, o->outputs, o->output_count, graph->output, graph->output_count, "output"))
        return false;
    bool good = set_steps(arena, diag, o, data);
    for (size_t i = 0; i < graph->input_count; i++)
        good = read_input(arena, diag, o, data, i) && good;
    if (!good || !complete_lengths(diag, data, o->verify))
        return false;
    for (size_t i = 0; i < graph->input_count; i++)
        if (!data->input[i] && !draw_input(arena, diag, o, data, i))
            return false;
    return true;
}

/* ---- outputs ---- */

static int dimensions(const RunData *data, const Port *port, int64_t *dim)
{
    int clock[CLOCKS_MAX], count = graph_port_clocks(data->graph, port, clock);
    const Shape *shape = &data->graph->node[port->node].type.shape;
    for (int i = 0; i < count; i++)
        dim[i] = data->length[clock[i]];
    for (int i = 0; i < shape->rank; i++)
        dim[count + i] = shape->dim[i];
    return count + shape->rank;
}

static void show(Arena *arena, const RunData *data, const Port *port, const double *value)
{
    int64_t dim[SHAPE_MAX_RANK + CLOCKS_MAX];
    int rank = dimensions(data, port, dim);
    size_t count = run_count(data, port->node), width = rank ? (size_t)dim[rank - 1] : 1, rows = width ? count / width : 0;
    const char *text = "";
    for (int i = 0; i < rank; i++)
        text = arena_printf(arena, "%s%s%lld", text, i ? ", " : "", (long long)dim[i]);
    printf("%s [%s]\n", port->name, text);
    for (size_t r = 0; r < rows; r++) {
        if (rows > 7 && r == 4) {
            printf("  ...\n");
            r = rows - 2;
        }
        for (size_t i = 0; i < width; i++) {
            if (width > 9 && i == 7) {
                printf("  ...");
                i = width - 1;
            }
            printf(" %11.6g", value[r * width + i]);
        }
        printf("\n");
    }
}

static bool write_output(Arena *arena, Diag *diag, const RunData *data, const Port *port, const double *value, const char *path)
{
    int64_t dim[SHAPE_MAX_RANK + CLOCKS_MAX];
    int rank = dimensions(data, port, dim);
    size_t count = run_count(data, port->node);
    bool tokens = data->graph->node[port->node].type.tokens > 0;
    float *numbers = arena_array(arena, count + 1, sizeof *numbers);
    int32_t *integers = arena_array(arena, count + 1, sizeof *integers);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = tokens ? 0 : (float)value[i];
        integers[i] = tokens ? (int32_t)value[i] : 0;
    }
    const char *error = NULL;
    if (npy_write(path, tokens ? DTYPE_I32 : DTYPE_F32, rank, dim, tokens ? (const void *)integers : numbers, &error))
        return true;
    diag_error(diag, (Place){0}, "%s: %s", path, error);
    return false;
}

bool run_write(Arena *arena, Diag *diag, const Options *o, const RunData *data, const double *const *output)
{
    bool good = true;
    for (size_t k = 0; k < data->graph->output_count; k++) {
        const Port *port = &data->graph->output[k];
        for (size_t i = 0; i < o->output_count; i++)
            if (strcmp(o->outputs[i].name, port->name) == 0)
                good = write_output(arena, diag, data, port, output[k], o->outputs[i].file) && good;
        if (!o->output_count)
            show(arena, data, port, output[k]);
    }
    return good;
}

bool run_interpreted(Arena *arena, Diag *diag, const Options *o, const Graph *graph)
{
    RunData data;
    if (!run_read(arena, diag, o, graph, &data))
        return false;
    const double **output = arena_array(arena, graph->output_count + 1, sizeof *output);
    Constants *constants = constants_new(arena, graph, o->seed);
    const char *error = interp_run(arena, graph, constants, o->draw_seed, false, data.length, (const double *const *)data.input, data.length, output, NULL);
    if (error) {
        diag_error(diag, (Place){0}, "%s", error);
        return false;
    }
    return run_write(arena, diag, o, &data, output);
}
