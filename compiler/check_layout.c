/* check_layout.c: whether a weight's tensor fits: its shape, and its numbers.
 * In: the node that was found for a weight, and the shape that is needed. Out: that node, or a message
 * with the operator that turns the file's layout into the model's, where there is one. */
#include "constant.h"
#include "scope.h"

#include <math.h>

/* ---- shapes ---- */

static bool is_transposed(Shape have, Shape want)
{
    bool same = have.rank == want.rank && have.rank > 1;
    for (int i = 0; i < have.rank && same; i++)
        same = have.dim[i] == want.dim[have.rank - 1 - i];
    return same;
}

static Shape without_ones(Shape shape)
{
    Shape rest = shape_scalar();
    for (int i = 0; i < shape.rank; i++)
        if (shape.dim[i] != 1)
            rest.dim[rest.rank++] = shape.dim[i];
    return rest;
}

/* The elements stand in the same order; only where axes begin and end is told otherwise. */
static bool is_reshaped(Shape have, Shape want)
{
    Shape a = without_ones(have), b = without_ones(want);
    return shape_count(have) == shape_count(want) && (shape_equal(a, b) || a.rank < 2 || b.rank < 2);
}

/* The axis along which several weights stand one behind the other; -1: none. */
static int stacked_axis(Shape have, Shape want)
{
    int axis = -1;
    for (int i = 0; have.rank == want.rank && i < have.rank; i++) {
        if (have.dim[i] == want.dim[i])
            continue;
        if (axis >= 0 || have.dim[i] % want.dim[i])
            return -1;
        axis = i;
    }
    return axis;
}

static void hint_layout(Checker *c, const char *path, const Node *found, Shape want)
{
    Shape have = found->type.shape;
    const char *name = found->name;
    int axis = stacked_axis(have, want);
    if (found->op != OP_TENSOR) {
        if (is_transposed(have, want))
            diag_hint(c->diag, "transposed, it would fit");
    } else if (is_transposed(have, want)) {
        diag_hint(c->diag, "transpose(\"%s\")?", name);
    } else if (is_reshaped(have, want)) {
        diag_hint(c->diag, "`%s = reshape(\"%s\", %s)`?", path, name, shape_text(c->arena, want));
    } else if (axis >= 0) {
        long long parts = have.dim[axis] / want.dim[axis];
        diag_hint(c->diag, "%lld weights in one? A part of them is split(\"%s\", %lld, axis=%d)", parts, name, parts, axis);
    } else if (shape_count(have) == shape_count(want)) {
        diag_hint(c->diag, "it has the right number of elements, but its axes stand in another order or are divided otherwise");
    }
}

NodeId check_layout(Checker *c, const Variable *variable, const char *path, NodeId node, Shape want)
{
    if (node == NODE_NONE)
        return NODE_NONE;
    const Node *found = &c->graph->node[node];
    Shape have = found->type.shape;
    if (shape_agrees(have, want))
        return node;
    diag_error(c->diag, found->place, found->op == OP_TENSOR ? "%s: %s in the file, %s is needed" : "%s: this is %s, %s is needed", path,
               shape_text(c->arena, have), shape_text(c->arena, want));
    diag_note(c->diag, variable->place, "the weight is declared here, %s in this call", shape_text(c->arena, want));
    if (variable->scope->caller)
        diag_note(c->diag, variable->scope->call, "the call");
    if (shape_known(have) && shape_known(want))
        hint_layout(c, path, found, want);
    return NODE_NONE;
}

/* ---- numbers ---- */

static double element(const Tensor *tensor, size_t index)
{
    double value;
    Tensor one = *tensor;
    one.count = 1;
    one.bytes += index * dtype_size(tensor->dtype);
    tensor_read_f64(&one, &value);
    return value;
}

static void report_number(Checker *c, const Node *node, size_t at)
{
    double value = element(node->tensor, at);
    const char *index = "";
    for (int k = node->tensor->rank; k-- > 0; at /= (size_t)node->tensor->dim[k])
        index = arena_printf(c->arena, "%zu%s%s", at % (size_t)node->tensor->dim[k], *index ? ", " : "", index);
    if (isfinite(value)) {
        diag_error(c->diag, node->place, "element [%s] of the tensor %s is %g, which is more than a 32-bit float holds", index,
                   node->name, value);
        return;
    }
    diag_error(c->diag, node->place, "element [%s] of the tensor %s is not a number, or infinite", index, node->name);
    diag_hint(c->diag, "did its training diverge? Or else the file is damaged");
}

void check_weights_finite(Checker *c, const Graph *graph)
{
    for (size_t i = 0; i < graph->count; i++) {
        const Node *node = &graph->node[i];
        size_t at = 0;
        if (node->op == OP_TENSOR && node->tensor && !constant_finite(node->tensor, &at))
            report_number(c, node, at);
    }
}
