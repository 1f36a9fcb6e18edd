"""Cells in unusual words: what a pass has to bring together, or to leave alone."""
import numpy as np

from vectors import case, sigmoid


@case
def spelled_gates(c):
    """Every cell is the same LSTM, whose gates all see the cell through d."""
    W, U, b, d = c.matrix(28, 5), c.matrix(28, 7), c.normal(28, scale=0.5), c.normal(7)
    x, h0, c0 = c.normal(6, 5), c.normal(7, scale=0.5), c.normal(7)
    h, cell, out = h0, c0, []
    for step in x:
        i, f, g, o = np.split(W @ step + U @ h + b + np.tile(d * cell, 4), 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(cell)
        out.append(h)
    c.weights({"W": W, "U": U, "b": b, "d": d, "h0": h0, "c0": c0})
    c.input("x", x)
    for name in ("rows", "slices", "together", "across"):
        c.output("y_" + name, np.stack(out))


@case
def spelled_sums(c):
    w = {"W": c.matrix(7, 5), "V": c.matrix(7, 5), "U": c.matrix(7, 7), "S": c.matrix(7, 7), "P": c.matrix(7, 7),
         "L": c.matrix(7, 2), "M": c.matrix(2, 5), "a": c.normal(7), "b": c.normal(7), "k": 1 + np.abs(c.normal(7)), "s": c.normal(5), "D": c.matrix(7, 5)}
    w["k"] = w["k"].astype(np.float32).astype(np.float64)
    h0, x = c.normal(7, scale=0.5), c.normal(6, 5)
    W, V, U, S, P, L, M, a, b, k, s, D = w.values()
    h, out = h0, []
    for step in x:
        u = -step / 3 * s
        i = sigmoid(-(W @ step) - (k * (U @ h) - b) / 2)
        f = np.tanh(V @ u - a * (W @ u + b - 0.25) + (S @ (2 * h) + U @ h))
        q = P @ (W @ step - U @ h + 0.5) + S @ (k * h) - S @ h
        r = W @ step + L @ (M @ u - 1) + D @ step - V @ step
        p = V @ step - W @ step + a - q
        o = 1 - (-(U @ h) + k) * a - (b - r) / k
        h = i * f + (1 - i) * np.tanh(q) + sigmoid(p) * np.tanh(o) * 0.5
        out.append(h)
    Z, T = c.matrix(11, 5), c.matrix(9, 5)
    z = x @ Z.T
    c.weights({**{"h." + name: value for name, value in w.items()}, "h0": h0, "y.W": Z, "y.D": T})
    c.input("x", x)
    c.output("h", np.stack(out))
    c.output("y", np.concatenate([z[:, 1:] - z[:, :-1], z[:, :1]], axis=1))
    c.output("e", np.tanh(x @ T.T)[:, ::-1])
