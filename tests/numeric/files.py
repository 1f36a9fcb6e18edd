"""Weight files: formats, element types, and the expressions that a weights block allows."""
import numpy as np
import torch

from vectors import BFloat16, case, elman, gru_reset_before, run_rnn, single, state, tensor


def draw_gru(c, m, n):
    return c.matrix(3 * n, m), c.matrix(3 * n, n), c.normal(3 * n, scale=0.5)


@case
def file_npz(c):
    """Doubles that single precision does not hold: they are rounded once, when compiling."""
    rng = c.random
    W, U, b = rng.normal(0, 0.4, (21, 5)), rng.normal(0, 0.4, (21, 7)), rng.normal(0, 0.3, 21)
    x = c.normal(5, 5)
    np.savez(c.path("weights.npz"), W=W, U=U, b=b)
    c.input("x", x)
    c.output("h", gru_reset_before(x, np.zeros(7), single(W), single(U), single(b)))


@case
def file_halves(c):
    """Half precision of both kinds in one file; the smallest half, which is subnormal, among them."""
    net, x = c.module(torch.nn.LSTM(7, 9)), c.normal(5, 7)
    W, U = state(net)["weight_ih_l0"].astype(np.float16), BFloat16(state(net)["weight_hh_l0"])
    W[0, 0], W[1, 1] = np.float16(6e-8), np.float16(-3e-6)
    b = BFloat16(state(net)["bias_ih_l0"])
    d = state(net)["bias_hh_l0"].astype(np.float16)
    with torch.no_grad():
        net.weight_ih_l0.copy_(tensor(W.astype(np.float64)))
        net.weight_hh_l0.copy_(tensor(U.value))
        net.bias_ih_l0.copy_(tensor(b.value))
        net.bias_hh_l0.copy_(tensor(d.astype(np.float64)))
    c.weights({"weight_ih": W, "weight_hh": U, "bias_ih": b, "bias_hh": d})
    c.input("x", x)
    c.output("h", run_rnn(net, x))


@case
def file_int8(c):
    """Whole numbers with one scale, with a scale for each row, and with a zero point."""
    whole = lambda *shape: c.random.integers(-127, 128, shape).astype(np.int8)
    W, U, b = whole(9, 6), whole(9, 9), whole(9).astype(np.int32)
    rows, zero, scale = single(c.random.uniform(0.002, 0.01, 9)), np.array([3], np.int32), single([0.0037])
    x = c.normal(6, 6)
    h = elman(x, np.zeros(9), W / 128, (U - 3.0) * scale / 2, b * rows, np.tanh)
    q, r = whole(2, 9), single(c.random.uniform(0.002, 0.01, 2))
    c.weights({"W": W, "U": U, "U.zero": zero, "U.scale": scale, "b": b, "b.scale": rows, "V": q, "V.scale": r})
    c.input("x", x)
    c.output("h", h)
    c.output("y", h @ (q * r[:, None]).T)


@case
def file_npy(c):
    """Two files in one model, one of them a lone npy whose tensor is named as the file is."""
    net, table = c.module(torch.nn.RNN(3, 5)), c.normal(8, 3)
    words = c.tokens(8, 5)
    np.save(c.path("table.npy"), table.astype(np.float32))
    c.weights(state(net))
    c.input("word", words)
    c.output("h", run_rnn(net, table[words]))


@case
def mapping(c):
    """Pieces, products and rearrangements of tensors; stacked layers; weights that share a tensor."""
    net, x = c.module(torch.nn.LSTM(5, 7, bias=False)), c.normal(4, 5)
    W, U = state(net)["weight_ih_l0"], state(net)["weight_hh_l0"]
    i, f, g, o = np.split(np.concatenate([W, U], axis=1), 4)
    kernel = np.concatenate([o, g, f, i])[::-1]           # gates backwards, rows backwards
    A, B, s = c.normal(7, 7, scale=0.3), c.normal(7, 7, scale=0.3), single(c.random.uniform(0.5, 2, 7))
    h = run_rnn(net, x)
    c.weights({"stack": np.stack([np.zeros_like(kernel), kernel]), "A": A, "B": B, "s": s})
    c.input("x", x)
    c.output("h", h)
    c.output("y", h @ (A @ B * 0.5 + np.diag(s)).T + (2 * s - 1))
    c.output("z", h * s)


@case
def stars(c):
    """Of two lines with a star the one with more fixed text wins, and a full path over both."""
    tensors, x = {}, c.normal(3, 4)
    pick = {"a.y.W": "1/W", "a.y.b": "1/b", "b.y.W": "2/y.W", "b.y.b": "special", "c.y.W": "W_3", "c.y.b": "b_3"}
    for name in sorted(pick.values()):
        tensors[name] = c.matrix(4, 4) if "W" in name else c.normal(4)
    h = x
    for block in "abc":
        h = np.tanh(h @ tensors[pick[block + ".y.W"]].T + tensors[pick[block + ".y.b"]])
    c.weights(tensors)
    c.input("x", x)
    c.output("y", h)


@case
def defaults(c):
    """Weights that the file leaves out: zero, one, an expression; and one that it does not."""
    W, U, x, h, out = c.matrix(5, 3), c.normal(5, 5, scale=0.3), c.normal(5, 3), np.full(5, 0.5), []
    scale = single(1 + c.normal(5, scale=0.3))
    for v in x:
        h = np.tanh((W @ v + U @ h) * scale + 0.125) * 1 + 0
        out.append(h)
    c.weights({"h.W": W, "h.U": U, "h.scale": scale})
    c.input("x", x)
    c.output("h", out)
    c.output("y", np.array(out) * np.array([1, 1, 2, 2, 2.0]) / 2)
