/* check_weights.c: weights and files: which tensor, or which expression of tensors, a weight is. Whether that
 * fits is found in check_layout.c. */
#include "scope.h"

#include <string.h>

/* ---- files ---- */

static void close_file(void *file)
{
    tensor_file_close(file);
}

static void open_file(Checker *c, const Line *line, const char *path)
{
    WeightFile *file = &c->files[c->file_count];
    file->line = line;
    file->path = path;
    const char *error = NULL;
    file->file = tensor_file_open(c->arena, path, &error);
    if (!file->file) {
        c->files_failed = true;
        if (c->options->weights_optional)
            return;
        Place nowhere = {0};
        diag_error(c->diag, line ? line->file->place : nowhere, "%s: %s", path, error);
        return;
    }
    arena_defer(c->arena, close_file, file->file); /* the tensors are read until the C is written */
    file->used = arena_array(c->arena, tensor_file_count(file->file) + 1, sizeof *file->used);
    c->file_count++;
}

/* Once for all rounds: what a file is does not change. */
static void open_files(Checker *c)
{
    if (c->files_opened || c->options->random_weights)
        return;
    c->files_opened = true;
    size_t lines = 0;
    for (const Line *line = c->model->lines; line; line = line->next)
        lines += line->kind == LINE_WEIGHTS;
    c->files = arena_array(c->arena, lines + 1, sizeof *c->files);
    Place nowhere = {0};
    if (c->options->weights && lines > 1)
        diag_error(c->diag, nowhere, "the model names %zu weight files: --weights can only take the place of one", lines);
    for (const Line *line = c->model->lines; line; line = line->next)
        if (line->kind == LINE_WEIGHTS)
            open_file(c, line, c->options->weights ? c->options->weights
                                                   : use_beside(c->arena, line->place.source->path, line->file->text));
    if (!lines && c->options->weights)
        open_file(c, NULL, c->options->weights);
}

static NodeId tensor_node(Checker *c, WeightFile *file, const Tensor *tensor, Place place)
{
    file->used[tensor - tensor_file_at(file->file, 0)] = true;
    Node draft = node_draft(OP_TENSOR, place, 0, NULL);
    draft.name = tensor->name;
    draft.tensor = tensor;
    if (tensor->rank > SHAPE_MAX_RANK || tensor->count == 0) {
        diag_error(c->diag, place, "the tensor %s has %s", tensor->name, tensor->count ? "too many axes" : "no elements");
        return NODE_NONE;
    }
    draft.at.shape = shape_vector(tensor->rank, tensor->dim);
    return check_add(c, &draft).node;
}

/* ---- the weights block ---- */

Value check_tensor(Checker *c, Where w, const Expr *string)
{
    if (!w.mapping) {
        diag_error(c->diag, string->place, "a string stands for a tensor of a file, in a weights block only");
        return value_none();
    }
    const char *name = string->text, *star = strchr(name, '*');
    if (star && w.star)
        name = arena_printf(c->arena, "%.*s%s%s", (int)(star - name), name, w.star, star + 1);
    const Tensor *tensor = tensor_file_find(w.file->file, name);
    if (tensor)
        return value_node(tensor_node(c, w.file, tensor, string->place));
    if (w.absent) {
        *w.absent = true;
        return value_none();
    }
    diag_error(c->diag, string->place, "%s has no tensor %s", w.file->path, name);
    if (!diag_advises(c->diag))
        return value_none();
    size_t count = tensor_file_count(w.file->file);
    const char **names = arena_array(c->arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = tensor_file_at(w.file->file, i)->name;
    const char *near = diag_nearest(name, names, count);
    if (near)
        diag_hint(c->diag, "did you mean \"%s\"?", near);
    else if (count)
        diag_hint(c->diag, "its tensors are %s%s%s%s%s", names[0], count > 1 ? ", " : "", count > 1 ? names[1] : "",
                  count > 2 ? ", " : "", count > 3 ? "..." : count > 2 ? names[2] : "");
    return value_none();
}

/* What '*' stands for where `pattern` matches the path, "" for a full path; NULL where it does not. */
static const char *match(Checker *c, const char *pattern, const char *path)
{
    const char *star = strchr(pattern, '*');
    if (!star)
        return strcmp(pattern, path) == 0 ? "" : NULL;
    size_t before = (size_t)(star - pattern), after = strlen(star + 1), length = strlen(path);
    if (length <= before + after || strncmp(pattern, path, before) != 0 || strcmp(path + length - after, star + 1) != 0)
        return NULL;
    return arena_copy(c->arena, path + before, length - before - after);
}

typedef struct Match {
    WeightFile *file;
    const Mapping *mapping;
    const Name *path;
    int position;
    const char *star;
    size_t weight;       /* a full path is more than any '*', then the longer fixed text */
} Match;

static void consider(Checker *c, Match *best, Match next, const char *path)
{
    next.star = match(c, next.path->text, path);
    if (!next.star)
        return;
    next.weight = strlen(next.path->text) + (strchr(next.path->text, '*') ? 0 : 1u << 20);
    if (best->star && next.weight == best->weight) {
        diag_error(c->diag, next.path->place, "two lines give %s, and neither has more fixed text", path);
        diag_note(c->diag, best->path->place, "the other line");
    } else if (!best->star || next.weight > best->weight) {
        *best = next;
    }
}

static Match find_mapping(Checker *c, const char *path)
{
    Match best = {0};
    for (size_t i = 0; i < c->file_count; i++) {
        const Line *line = c->files[i].line;
        for (const Mapping *mapping = line ? line->maps : NULL; mapping; mapping = mapping->next) {
            int position = 0;
            for (const Name *name = mapping->paths; name; name = name->next, position++)
                consider(c, &best, (Match){&c->files[i], mapping, name, position, NULL, 0}, path);
        }
    }
    return best;
}

/* A line with '*' is for the tensors that there are: where a weight has a default, *absent tells that
 * its tensor is missing. */
static NodeId mapped_node(Checker *c, const Match *found, bool *absent)
{
    bool star = strchr(found->path->text, '*') != NULL;
    Where w = {.scope = c->top, .mapping = found->mapping, .file = found->file, .star = star ? found->star : NULL,
               .absent = star ? absent : NULL};
    Value value = check_expr(c, w, found->mapping->value);
    int paths = 0;
    for (const Name *name = found->mapping->paths; name; name = name->next)
        paths++;
    if (value.kind == VALUE_TUPLE && value.count == paths)
        value = value.items[found->position];
    else if (value.kind != VALUE_NONE && (value.kind == VALUE_TUPLE || paths > 1)) {
        diag_error(c->diag, found->mapping->value->place, "%s for %d weight%s",
                   value.kind == VALUE_TUPLE ? arena_printf(c->arena, "%d values", value.count) : "one value", paths, paths == 1 ? "" : "s");
        return NODE_NONE;
    }
    NodeId node = value_as_node(c, value, found->mapping->value->place);
    if (node == NODE_NONE || c->graph->node[node].fixed)
        return node;
    diag_error(c->diag, found->mapping->value->place, "a weight is made of the file's tensors and of numbers, and this is known only when the model runs");
    return NODE_NONE;
}

/* ---- one weight ---- */

static NodeId dataless(Checker *c, const Variable *variable, const char *path, Shape shape)
{
    Node draft = node_draft(OP_TENSOR, variable->place, 0, NULL);
    draft.name = path;
    draft.at.shape = shape;
    return check_add(c, &draft).node;
}

/* With no file at all every weight is missing: one message for all of them, at the end. */
static void note_missing(Checker *c, const Variable *variable, const char *path, Shape shape)
{
    if (map_get(c->weight_paths, path))
        return; /* of another call of a shared cell */
    if (c->missing++ == 0)
        c->missing_place = variable->scope->caller ? variable->scope->call : variable->place;
    if (c->missing <= 3)
        c->missing_list = arena_printf(c->arena, "%s%s%s %s", c->missing_list, c->missing > 1 ? ", " : "", path, shape_text(c->arena, shape));
}

void check_weights_missing(Checker *c)
{
    if (!c->missing)
        return;
    diag_error(c->diag, c->missing_place, "the model needs weights (%s%s), and no file is named", c->missing_list, c->missing > 3 ? ", ..." : "");
    diag_hint(c->diag, "`weights \"FILE\"` in the model, or --weights=FILE; --random-weights to do without");
}

/* A path of the weights block that is near to a weight's and names nothing in its call. */
static const char *nearest_path(Checker *c, const Variable *variable, const char *path)
{
    size_t prefix = strlen(path) - strlen(variable->name);
    for (size_t i = 0; i < c->file_count; i++)
        for (const Mapping *mapping = c->files[i].line ? c->files[i].line->maps : NULL; mapping; mapping = mapping->next)
            for (const Name *name = mapping->paths; name; name = name->next)
                if (strncmp(name->text, path, prefix) == 0 && !map_get(variable->scope->vars, name->text + prefix)
                    && diag_nearest(path, &name->text, 1))
                    return name->text;
    return NULL;
}

static NodeId default_weight(Checker *c, const Variable *variable, const char *path, Shape shape)
{
    const Line *line = variable->line;
    if (line->value) {
        Value value = check_expr(c, (Where){.scope = variable->scope, .owner = variable->name}, line->value);
        if (value.kind == VALUE_NUMBER)
            return graph_const(c->graph, value.number, shape, variable->place);
        NodeId node = value_as_node(c, value, line->value->place);
        if (node != NODE_NONE && !c->graph->node[node].fixed) {
            diag_error(c->diag, line->value->place, "the default of a weight must be known when compiling");
            return NODE_NONE;
        }
        return check_layout(c, variable, path, node, shape);
    }
    if (c->options->weights_optional)
        return dataless(c, variable, path, shape);
    if (c->files_failed)
        return NODE_NONE;
    if (c->file_count == 0) {
        note_missing(c, variable, path, shape);
        return NODE_NONE;
    }
    diag_error(c->diag, variable->scope->caller ? variable->scope->call : variable->place, "the weight %s %s is missing", path,
               shape_text(c->arena, shape));
    if (variable->scope->caller)
        diag_note(c->diag, variable->place, "it is declared here");
    const char *near = nearest_path(c, variable, path);
    if (near)
        diag_hint(c->diag, "the weights block has `%s`, which is no weight: did you mean `%s`?", near, path);
    else
        diag_hint(c->diag, "a line `%s = \"NAME\"` in the weights block says which tensor it is", path);
    return NODE_NONE;
}

/* Where a tensor that binds by its name comes from. */
static Place file_place(const WeightFile *file, const Variable *variable)
{
    return file->line ? file->line->file->place : variable->place;
}

/* Random numbers around the default: a variance of 1 does not become negative. */
static NodeId random_weight(Checker *c, const Variable *variable, const char *path, Shape shape)
{
    const Line *line = variable->line;
    NodeId in[2] = {dataless(c, variable, path, shape), NODE_NONE};
    if (!line->value || (line->value->kind == EXPR_NUMBER && line->value->number == 0))
        return in[0];
    in[1] = default_weight(c, variable, path, shape);
    Node sum = node_draft(OP_ADD, variable->place, 2, in);
    return in[1] == NODE_NONE ? NODE_NONE : check_add(c, &sum).node;
}

static NodeId find_weight(Checker *c, const Variable *variable, const char *path)
{
    Shape shape = check_type_shape(c, (Where){.scope = variable->scope}, variable->type);
    if (variable->type->token) {
        diag_error(c->diag, variable->type->place, "a weight is made of numbers, not of tokens");
        return NODE_NONE;
    }
    if (!shape_known(shape))
        return dataless(c, variable, path, shape);
    if (c->options->random_weights)
        return random_weight(c, variable, path, shape);
    open_files(c);
    Match found = find_mapping(c, path);
    if (found.star) {
        bool absent = false;
        NodeId node = mapped_node(c, &found, variable->line->value ? &absent : NULL);
        return absent ? default_weight(c, variable, path, shape) : check_layout(c, variable, path, node, shape);
    }
    for (size_t i = 0; i < c->file_count; i++) {
        const Tensor *tensor = tensor_file_find(c->files[i].file, path);
        if (tensor)
            return check_layout(c, variable, path, tensor_node(c, &c->files[i], tensor, file_place(&c->files[i], variable)), shape);
    }
    return default_weight(c, variable, path, shape);
}

NodeId check_weight(Checker *c, Variable *variable)
{
    const Scope *scope = variable->scope;
    int errors = diag_errors(c->diag);
    if (scope->twin) {
        diag_error(c->diag, scope->call, "two calls of `%s` in one equation: their weights would have one name", scope->item->name->text);
        diag_note(c->diag, scope->twin->word, "the other call");
        diag_hint(c->diag, "give one of them a variable of its own");
        variable->scope->noted = diag_errors(c->diag);
        return NODE_NONE;
    }
    const char *path = path_join(c, scope->weights, variable->name);
    const Variable *other = map_get(c->weight_paths, path);
    NodeId node = other && !check_may_share(c, variable, other, path) ? NODE_NONE : find_weight(c, variable, path);
    if (!other)
        map_set(c->weight_paths, path, variable);
    if (other && node != NODE_NONE && other->value.kind == VALUE_NODE && other->value.node != node) {
        diag_error(c->diag, scope->call, "%s is not the same here as in another call", path);
        diag_note(c->diag, other->scope->call, "the other call");
        diag_hint(c->diag, "calls of `%s` share one set of weights", scope->shared->name);
    }
    if (diag_errors(c->diag) != errors)
        variable->scope->noted = diag_errors(c->diag); /* these messages name the call */
    return node;
}

/* ---- after all: what is in the files or the block and was not asked for ---- */

static void unused_tensors(Checker *c, const WeightFile *file)
{
    size_t unused = 0;
    const char *list = "";
    for (size_t i = 0; i < tensor_file_count(file->file); i++)
        if (!file->used[i] && !tensor_file_at(file->file, i)->constant && unused++ < 5)
            list = arena_printf(c->arena, "%s%s%s", list, *list ? ", " : "", tensor_file_at(file->file, i)->name);
    Place nowhere = {0};
    if (unused)
        diag_warning(c->diag, file->line ? file->line->file->place : nowhere, "%zu tensor%s of %s %s not used: %s%s", unused,
                     unused == 1 ? "" : "s", file->path, unused == 1 ? "is" : "are", list, unused > 5 ? ", ..." : "");
}

static void unused_mapping(Checker *c, const Name *path)
{
    const Map *weights = c->weight_paths;
    const char **names = arena_array(c->arena, weights->count + 1, sizeof *names);
    for (size_t i = 0; i < weights->count; i++) {
        names[i] = weights->entries[i].key;
        if (match(c, path->text, names[i]))
            return;
    }
    diag_error(c->diag, path->place, "no weight of the model is called %s", path->text);
    if (!diag_advises(c->diag))
        return;
    const char *near = diag_nearest(path->text, names, weights->count);
    if (near)
        diag_hint(c->diag, "did you mean `%s`?", near);
    else if (weights->count)
        diag_hint(c->diag, "its weights are %s%s", names[0], weights->count > 1 ? ", ..." : "");
}

void check_weights_used(Checker *c)
{
    if (c->options->random_weights || c->options->weights_optional)
        return;
    open_files(c);
    for (size_t i = 0; i < c->file_count; i++) {
        unused_tensors(c, &c->files[i]);
        for (const Mapping *mapping = c->files[i].line ? c->files[i].line->maps : NULL; mapping; mapping = mapping->next)
            for (const Name *path = mapping->paths; path; path = path->next)
                unused_mapping(c, path);
    }
}
