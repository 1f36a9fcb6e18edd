"""Operators and functions: elementwise, along axes, products and shapes."""
import numpy as np
import torch
import torch.nn.functional as F

from vectors import case, single, softmax, tensor


@case
def operators(c):
    """Tails of every length, numbers on either side, negative operands of % and **."""
    a, b, v, s = c.normal(4, 3, 5), c.normal(4, 3, 5), c.normal(4, 5), c.normal(4)
    b = single(np.where(np.abs(b) < 0.25, 0.5, b))
    w = np.expand_dims(v, 1)
    n = s[:, None, None]
    for name, value in (("a", a), ("b", b), ("v", v), ("s", s)):
        c.input(name, value)
    c.output("add", a + b + w + n + 2)
    c.output("sub", (a - b) - w - (1 - n))
    c.output("mul", a * b * w * (n * 3))
    c.output("div", w / b + n / 3 - 1 / b)
    c.output("mod", (a % b) + (w % 0.75) + (-a) % 2.0)
    c.output("pow", np.abs(a) ** w + (a ** 2) - b ** -3 + 2.0 ** n)
    c.output("neg", -a ** 2 + -(-w))
    c.output("small", np.minimum(a, np.minimum(b, 0.25)) - np.maximum(np.maximum(w, n), -0.5))


@case
def conditions(c):
    """Comparisons, also of equal numbers; and, or, not; where with numbers and tails."""
    a = np.round(c.normal(5, 4) * 2) / 2
    b = np.round(c.normal(5, 4) * 2) / 2
    b[1] = a[1]
    c.input("a", a)
    c.input("b", b)
    number = lambda x: np.asarray(x, float)
    c.output("order", np.concatenate([number(p) for p in (a < b, a <= b, a > b, a >= b, a == b, a != b)], axis=1))
    c.output("logic", np.concatenate([number(p) for p in (
        (a > 0) & (b > 0), (a > 0) | (b > 0), ~(a > 0), (a != 0) & ~((b != 0) | (a > b)))], axis=1))
    c.output("chosen", np.where(a > b, a, np.where(b == a, 7, -b)))
    c.output("count", number(a > 0).sum(1) + 0.5 * number(b[:, 0] >= a[:, 0]))


ORDINARY = {
    "abs": np.abs, "sqrt": lambda x: np.sqrt(np.abs(x)), "rsqrt": lambda x: 1 / np.sqrt(np.abs(x) + 0.125), "exp": np.exp,
    "expm1": np.expm1, "log": lambda x: np.log(np.abs(x) + 0.001), "log1p": lambda x: np.log1p(np.abs(x)), "tanh": np.tanh,
    "sigmoid": lambda x: torch.sigmoid(tensor(x)).numpy(), "erf": lambda x: torch.erf(tensor(x)).numpy(), "sin": np.sin,
    "cos": np.cos, "floor": np.floor, "round": lambda x: np.sign(x) * np.floor(np.abs(x) + 0.5)}


@case
def elementwise(c):
    """Every function of one number, from the smallest to the large arguments, ties of round included."""
    x = np.concatenate([np.linspace(-4, 4, 33), c.normal(18, scale=0.01), c.normal(18, scale=5)])
    x = single(x).reshape(3, 23)
    c.input("x", x)
    for name, f in ORDINARY.items():
        c.output("y_" + name, f(x))


@case
def extremes(c):
    """Where formulas overflow, cancel or lose their sign."""
    x = single([[-1e30, -1000, -104, -88.5, -20, -1e-3, -1e-6, -1e-20, 0, 1e-20, 1e-6],
                [1e-3, 9, 17, 20, 44, 88, 88.5, 89, 104, 1000, 1e30],
                [-9.5, -17, -0.5, 0.5, 1.5, 2.5, -1.5, 8388607.5, 16777216, -8388609, 0.49999997]])
    y = tensor(x)
    one = lambda v: np.sign(v) * np.floor(np.abs(v) + 0.5)
    for name, f in (("tanh", torch.tanh), ("sigmoid", torch.sigmoid), ("erf", torch.erf), ("softplus", F.softplus), ("silu", F.silu),
                    ("gelu", F.gelu), ("elu", F.elu), ("softsign", F.softsign)):
        c.output("y_" + name, f(y))
    c.output("y_expm1", np.expm1(np.minimum(x, 80)))
    c.output("y_log1p", np.log1p(np.abs(x)))
    c.output("y_log", torch.log(torch.abs(y)))        # minus infinity at 0
    c.output("y_floor", np.floor(x))
    c.output("y_round", one(x))
    c.output("p", softmax(x))
    c.output("q", F.log_softmax(y[:, 8:10], 1))
    c.input("x", x)


@case
def small_results(c):
    """Results near 0, scaled up to show whether their last digits are right."""
    x, far = single(c.normal(17) * 10.0 ** -np.linspace(3, 8, 17)), single(-np.linspace(9, 24, 17))
    y, z = tensor(x), tensor(far)
    c.input("x", x.reshape(1, 17))
    c.input("far", far.reshape(1, 17))
    near = [np.expm1(x), np.log1p(x), np.tanh(x), np.sin(x), torch.erf(y).numpy(), F.elu(y).numpy(), F.gelu(y).numpy()]
    away = [torch.sigmoid(z).numpy(), F.softplus(z, threshold=100).numpy(), F.silu(z).numpy(), np.exp(far)]
    c.output("near", np.stack([v / x for v in near])[None])
    c.output("away", np.stack([v / np.exp(far) for v in away])[None])


@case
def activations(c):
    """The library's activation functions, by torch where it has the same one."""
    x = single(np.concatenate([np.linspace(-6, 6, 41), c.normal(22)])).reshape(3, 21)
    y = tensor(x)
    c.input("x", x)
    for name, value in (("relu", F.relu(y)), ("leaky_relu", F.leaky_relu(y)), ("steeper", F.leaky_relu(y, 0.3)), ("elu", F.elu(y)),
                        ("scaled", F.elu(y, 1.5)), ("gelu", F.gelu(y)), ("silu", F.silu(y)), ("softplus", F.softplus(y)),
                        ("softsign", F.softsign(y)), ("hard_tanh", F.hardtanh(y)), ("clamped", torch.clamp(y, -0.5, 2)),
                        ("identity", y)):
        c.output("y_" + name, value)
    c.output("y_hard_sigmoid", np.clip(0.2 * x + 0.5, 0, 1))
    r = x * 32
    c.output("y_quantize", np.clip(np.sign(r) * np.floor(np.abs(r) + 0.5), -128, 127) / 32)


@case
def reductions(c):
    """Along each axis, and along the last one where none is named; equal elements for argmax."""
    x = c.normal(3, 2, 3, 7)
    x[1, 1, 2, 4] = x[1, 1, 2, 2] = 9.0
    c.input("x", x)
    for name, f in (("sum", np.sum), ("mean", np.mean), ("var", np.var), ("min", np.min), ("max", np.max)):
        c.output(name + "_last", f(x, axis=3))
        c.output(name + "_first", f(x, axis=1))
        c.output(name + "_middle", f(x, axis=2))
    c.output("best", x.argmax(3)[:, 1, 2])
    c.output("best_row", x[:, 0].argmax(1))
    c.output("norm", np.sqrt((x ** 2).sum((1, 2, 3))))


@case
def softmaxes(c):
    """Along each axis, at lengths around the width of registers, with large numbers."""
    c.input("x", (x := c.normal(4, 3, 5, scale=4)))
    c.output("last", softmax(x))
    c.output("middle", softmax(x, 1))
    c.output("logarithm", np.log(softmax(x)))
    c.output("columns", np.log(softmax(x, 1)))
    for n in (1, 2, 15, 16, 17, 33):
        c.input(f"x{n}", (y := single(c.normal(4, n, scale=5) + 80)))
        c.output(f"y{n}", softmax(y))


@case
def products(c):
    """Vectors and matrices in every combination; weights and values on either side."""
    W, V, M = c.matrix(5, 7), c.matrix(7, 3), c.normal(4, 3, 7)
    x, y = c.normal(4, 7), c.normal(4, 3)
    c.weights({"W": W, "V": V})
    c.input("x", x)
    c.input("y", y)
    c.input("M", M)
    c.output("weight_vector", x @ W.T)
    c.output("vector_weight", x @ V)
    c.output("inner", (x * np.flip(x, 1)).sum(1))
    c.output("weight_weight", x @ (W @ V @ V.T).T)
    c.output("matrix_vector", np.einsum("tij,tj->ti", M, x))
    c.output("vector_matrix", np.einsum("ti,tij->tj", y, M))
    c.output("matrix_weight", M @ V)
    c.output("weight_matrix", W @ np.swapaxes(M, 1, 2))
    c.output("matrix_matrix", M @ np.swapaxes(M, 1, 2))
    c.output("outer", np.einsum("ti,tj->tij", y, x))


@case
def shapes(c):
    x, W = c.normal(4, 12), c.normal(6, 5)
    a, b, d = np.split(x, 3, axis=1)
    m = x.reshape(4, 3, 4)
    c.weights({"W": W})
    c.input("x", x)
    c.output("swapped", np.concatenate([d, a, b], axis=1))
    c.output("rows", np.concatenate([m[:, 2:], m[:, :1]], axis=1))
    c.output("columns", np.concatenate([m[:, :, 1:3], m[:, :, :1], np.zeros((4, 3, 1))], axis=2))
    c.output("elements", np.stack([m[:, 1, 2], m[:, 0, 0], m[:, 2, 3]], axis=1))
    c.output("column", m[:, :, 3])
    c.output("part", m[:, 1:, 1:3])
    c.output("turned", np.swapaxes(m, 1, 2))
    c.output("reversed", m[:, ::-1].reshape(4, 12) + x[:, ::-1])
    c.output("table", x[:, :5] * W[2] + W[5, 1:2] + W[1:3].sum(0) + W[:, 4][3] + np.ones(5))
    c.output("halves", np.concatenate([m[:, :, 2:], -m[:, :, :2]], axis=2).reshape(4, 2, 6))


@case
def odd_sizes(c):
    """Layers of sizes that fit no register: each is one more or one less than a multiple."""
    sizes, x, tensors = (1, 3, 7, 13, 17, 33, 48, 31, 2), c.normal(4, 1), {}
    h = x
    for k, (m, n) in enumerate(zip(sizes, sizes[1:]), 1):
        W, U, b = c.matrix(n, m), c.normal(n, n, scale=0.5 / np.sqrt(n)), c.normal(n, scale=0.3)
        state, out = np.zeros(n), []
        for v in h:
            state = np.tanh(W @ v + U @ state + b)
            out.append(state)
        h = np.array(out)
        tensors.update({f"{k}.weight_ih": W, f"{k}.weight_hh": U, f"{k}.bias_ih": b})
    c.weights(tensors)
    c.input("x", x)
    c.output("y", h)
