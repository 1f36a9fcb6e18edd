"""States, delays, start values, cells of one's own: the equations step by step, in numpy."""
import numpy as np
import torch

from vectors import case, gru_reset_before, run_lstm, sigmoid, single, softmax, state


def previous(values, start, delay=1):
    """What a delay reads at step len(values)."""
    return values[-delay] if len(values) >= delay else start


@case
def start_values(c):
    """A picture's caption: the start value is computed from an input on no clock."""
    W, U, b = c.matrix(39, 5), c.matrix(39, 13), c.normal(39, scale=0.5)
    E, S, s, V, v = c.normal(12, 5), c.matrix(13, 9), c.normal(13, scale=0.3), c.matrix(12, 13), c.normal(12, scale=0.3)
    picture, words = c.normal(9), c.tokens(12, 6)
    h = gru_reset_before(E[words], np.tanh(S @ picture + s), W, U, b)
    c.weights({"E": E, "W": W, "U": U, "b": b, "h.dense.W": S, "h.dense.b": s, "score.W": V, "score.b": v})
    c.input("picture", picture)
    c.input("word", words)
    c.output("score", h @ V.T + v)


@case
def delay_two(c):
    A, B, C = c.normal(7, 7, scale=0.3), c.normal(7, 7, scale=0.3), c.matrix(7, 3)
    one, two, x, h = c.normal(7, scale=0.5), c.normal(7, scale=0.5), c.normal(6, 3), []
    for v in x:
        h.append(np.tanh(A @ previous(h, one) + B @ (h[-2] if len(h) > 1 else one if h else two) + C @ v))
    late = [h[t - 3] if t >= 3 else (two, one)[t - 1] if t else np.zeros(7) for t in range(6)]
    c.weights({"A": A, "B": B, "C": C, "one": one, "two": two})
    c.input("x", x)
    c.output("h", h)
    c.output("late", late)


@case
def state_after_value(c):
    x, s, y = c.normal(6, 19), [], []
    for v in x:
        s.append(np.tanh(v * 2))
        y.append((s[-1] + 1) * previous(s[:-1], 0.25))
    c.input("x", x)
    c.output("y", np.array(y))


@case
def delay_expression(c):
    U, x, start = c.normal(5, 5, scale=0.4), c.normal(7, 5), c.normal(5)
    h, mixed, product = [], [], []
    for t, v in enumerate(x):
        d = mixed[t - 2] if t >= 2 else np.zeros(5)
        product.append(v * previous(h, start))
        h.append(np.tanh(v + U @ previous(h, start) + 0.5 * d))
        mixed.append(2 * h[t] - v)
    c.weights({"U": U, "start": start})
    c.input("x", x)
    c.output("h", h)
    c.output("p", [product[t - 1] if t else np.zeros(5) for t in range(7)])


@case
def delay_input(c):
    """A filter over the input, and the word before this one; both inputs have start values."""
    b, before, x, words, E = c.normal(4, 3), c.normal(3), c.normal(6, 3), c.tokens(5, 6), c.normal(5, 3)
    past = [np.full(3, 0.5), np.zeros(3), before] + list(x)         # x[-3], x[-2], x[-1], x[0] ...
    y = [b[0] * past[t + 3] + b[1] * past[t + 2] + b[2] * past[t + 1] + b[3] * past[t] for t in range(6)]
    last = np.concatenate([[3], words[:-1]])
    c.weights({"b": b, "before": before, "E": E})
    c.input("x", x)
    c.input("word", words)
    c.output("y", np.array(y) + E[last])
    c.output("last", last.astype(np.int32))


@case
def delay_long(c):
    """A comb filter: longer than one pass through its delay line."""
    x, y = c.normal(20, 3), []
    for t, v in enumerate(x):
        y.append(v + 0.75 * (y[t - 7] if t >= 7 else 0) - 0.25 * (x[t - 3] if t >= 3 else 0))
    c.input("x", x)
    c.output("y", y)


@case
def tuple_skip(c):
    net, x, c0 = c.module(torch.nn.LSTM(3, 5)), c.normal(5, 3), c.normal(5)
    h, cell = run_lstm(net, x, np.zeros(5), c0)
    other, _ = run_lstm(net, x, np.zeros(5), np.zeros(5))
    c.weights({**state(net), "c0": c0})
    c.input("x", x)
    c.output("c", cell)
    c.output("h", other)
    c.output("change", cell - np.concatenate([c0[None], cell[:-1]]))


@case
def cells_nested(c):
    """A block of two cells, each of which calls others; used twice, with states of its own."""
    x, tensors = c.normal(5, 7), {}
    h = x
    for k, name in enumerate(("low", "y")):
        m = h.shape[1]
        V, v, W, U, b = c.matrix(11, m), c.normal(11, scale=0.3), c.matrix(27, 11), c.matrix(27, 9), c.normal(27, scale=0.3)
        G, g = c.matrix(9, 20), c.normal(9, scale=0.3)
        s = np.tanh(h @ V.T + v)
        r = gru_reset_before(s, np.full(9, 0.5), W, U, b)
        h = sigmoid(np.concatenate([s, r], axis=1) @ G.T + g) * r
        tensors.update({f"{name}.s.dense.W": V, f"{name}.s.dense.b": v, f"W{k}": W, f"U{k}": U, f"b{k}": b,
                        f"{name}.y.g.W": G, f"{name}.y.g.b": g})
    c.weights(tensors)
    c.input("x", x)
    c.output("y", h)


@case
def fn_parameter(c):
    """Functions, cells of one's own and cells of the library as arguments."""
    x, W, b = c.normal(4, 6), c.matrix(6, 6), c.normal(6, scale=0.3)
    V, v = c.matrix(3, 6), c.normal(3, scale=0.3)
    double = lambda f, u: f(f(u))
    y = x + (x @ W.T + b)
    c.weights({"W": W, "b": b, "V": V, "v": v})
    c.input("x", x)
    c.output("y", double(np.tanh, y))
    c.output("z", double(lambda u: 0.5 * u + np.abs(u), y @ V.T + v))


@case
def any_order(c):
    """The equations of a small network, written from the end to the beginning."""
    A, B, C, x, h = c.matrix(5, 5), c.matrix(5, 3), c.matrix(2, 5), c.normal(6, 3), np.zeros(5)
    out = []
    for v in x:
        a = B @ v
        h = np.tanh(A @ h + a) + 0.25 * a
        out.append(C @ h)
    c.weights({"A": A, "B": B, "C": C})
    c.input("x", x)
    c.output("y", out)


@case
def lstm_squashed(c):
    U, W = [c.matrix(7, 11).T for _ in range(4)], [c.matrix(7, 7).T for _ in range(4)]
    x, h, C, out = c.normal(5, 11), c.normal(7, scale=0.5), c.normal(7), []
    c.weights({**{"h.U_" + g: w for g, w in zip("ifog", U)}, **{"h.W_" + g: w for g, w in zip("ifog", W)}, "h0": h, "C0": C})
    c.input("x", x)
    for v in x:
        i, f, o, g = (v @ u + h @ w for u, w in zip(U, W))
        C = sigmoid(sigmoid(f) * C + sigmoid(i) * np.tanh(g))
        h = np.tanh(C) * sigmoid(o)
        out.append((h, C))
    c.output("h", [a for a, _ in out])
    c.output("C", [b for _, b in out])


@case
def lstm_peephole_stacked(c):
    """Gers, Schraudolph, Schmidhuber 2002: the gates see the cell, the output gate the new one."""
    W, U, b, p = c.matrix(52, 6), c.matrix(52, 13), c.normal(52, scale=0.5), c.normal(3, 13)
    x, h, C, out = c.normal(5, 6), np.zeros(13), np.zeros(13), []
    c.weights({"W": W, "U": U, "b": b, "p": p})
    c.input("x", x)
    for v in x:
        i, f, g, o = np.split(W @ v + U @ h + b, 4)
        i, f = sigmoid(i + p[0] * C), sigmoid(f + p[1] * C)
        C = f * C + i * np.tanh(g)
        h = sigmoid(o + p[2] * C) * np.tanh(C)
        out.append(h)
    c.output("h", out)


@case
def dimensions(c):
    """Sizes that are computed: of the file, of the model and of a cell."""
    W, x, s, out = c.matrix(24, 12), c.normal(4, 12), np.zeros(24), []
    for v in x:
        s = 0.5 * s + np.tanh(W @ v)
        out.append(s[:8] + s[8:16] * s[16:])
    c.weights({"s.W": W})
    c.input("x", x)
    c.output("y", out)


@case
def layer_norm_recurrent(c):
    """Normalisation inside the recurrence: Ba, Kiros, Hinton 2016, equation 4."""
    W, U, g, b, x, h = c.matrix(13, 5), c.matrix(13, 13), 1 + c.normal(13, scale=0.2), c.normal(13, scale=0.3), c.normal(5, 5), np.zeros(13)
    g, out = single(g), []
    for v in x:
        a = W @ v + U @ h
        h = np.tanh(g * (a - a.mean()) / np.sqrt(a.var() + 1e-5) + b)
        out.append(h)
    c.weights({"W": W, "U": U, "h.norm.g": g, "h.norm.b": b})
    c.input("x", x)
    c.output("h", out)


@case
def gated_update(c):
    """A state that is updated, element by element, only where a condition holds."""
    W, x, h, out, count = c.matrix(7, 3), c.normal(8, 3), c.normal(7), [], 0
    c.weights({"W": W, "start": h})
    c.input("x", x)
    for v in x:
        u = W @ v
        h = np.where(np.abs(u) > 0.5, np.tanh(u + 0.5 * h), h)
        count += bool(v[0] > v[1] and not v[2] > 1)
        out.append((h, count))
    c.output("h", [a for a, _ in out])
    c.output("count", [float(b) for _, b in out])


@case
def matrix_state(c):
    """A matrix as the state: fast weights, written by outer products and read by a query."""
    K, V, Q, M, x, out = c.matrix(5, 4), c.matrix(3, 4), c.matrix(5, 4), c.normal(5, 3), c.normal(6, 4), []
    c.weights({"K": K, "V": V, "Q": Q, "start": M})
    c.input("x", x)
    for v in x:
        M = 0.75 * M + np.outer(np.tanh(K @ v), V @ v)
        out.append(((Q @ v) @ M, M))
    c.output("y", [a for a, _ in out])
    c.output("M", [b for _, b in out])


@case
def content_addressing(c):
    """Attention over a table that the caller passes in, with the state as the query."""
    table, Q, W, U, b = c.normal(6, 5), c.matrix(5, 9), c.matrix(27, 8), c.matrix(27, 9), c.normal(27, scale=0.3)
    x, h, out, weight = c.normal(5, 3), np.zeros(9), [], []
    for v in x:
        a = softmax(table @ (Q @ h))
        h = gru_reset_before(np.concatenate([v, a @ table])[None], h, W, U, b)[0]
        out.append(h)
        weight.append(a)
    c.weights({"Q": Q, "W": W, "U": U, "b": b})
    c.input("x", x)
    c.input("table", table)
    c.output("h", out)
    c.output("a", weight)


@case
def scalar_states(c):
    """Numbers without an axis: a clock, a running mean, a smoothed value, the largest so far."""
    x = c.normal(7)
    mean = [x[:k + 1].mean() for k in range(7)]
    smooth, s = [], 2.0
    for v in x:
        s = s + 0.25 * (v - s)
        smooth.append(s)
    c.input("x", x)
    c.output("steps", np.arange(1, 8.0))
    c.output("average", mean)
    c.output("smooth", smooth)
    c.output("largest", np.maximum.accumulate(x))


@case
def caller_reads_state(c):
    """The state of a called cell, read where the call stands: one state, one start value."""
    net = c.module(torch.nn.LSTM(8, 5))
    x, h, cell, out = c.normal(5, 3), c.normal(5, scale=0.5), np.zeros(5), []
    c.weights({**state(net), "start": h})
    c.input("x", x)
    for v in x:
        before = h
        a, b = run_lstm(net, np.concatenate([v, h])[None], h, cell)
        h, cell = a[0], b[0]
        out.append((h, h - before))
    c.output("h", [a for a, _ in out])
    c.output("change", [b for _, b in out])


@case
def start_in_cell(c):
    """A cell's own start value, kept in one call and replaced in another."""
    x, W, own, other = c.normal(5, 4), c.normal(2, 4, 4, scale=0.5), c.normal(4), c.normal(4)
    results = []
    for k, h in enumerate((own, other)):
        out = []
        for v in x:
            h = np.tanh(W[k] @ h + v)
            out.append(h)
        results.append(out)
    c.weights({"kept.W": W[0], "kept.first": own, "replaced.W": W[1], "other": other})
    c.input("x", x)
    c.output("kept", results[0])
    c.output("replaced", results[1])


@case
def delay_start(c):
    """Five steps before the first one, each of them the same weight."""
    x, a = c.normal(12, 3), c.normal(3)
    y = []
    for t in range(12):
        y.append(x[t] + 0.5 * (y[t - 5] if t >= 5 else a))
    c.weights({"a": a})
    c.input("x", x)
    c.output("y", np.array(y))
