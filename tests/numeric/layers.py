"""Convolutions and pooling, layers that are repeated, cells that share their weights."""
import os

import numpy as np
import torch
import torch.nn.functional as F

from vectors import case, gru_reset_before, relu, run_rnn, sigmoid, softmax, state, tensor


def conv1d(x, K, stride=1, pad=0, dilation=1):
    """x [l, c], K [k, c, o]: torch has channels first."""
    y = F.conv1d(tensor(x).T[None], tensor(K).permute(2, 1, 0), stride=stride, padding=pad, dilation=dilation)
    return y[0].T.numpy()


def conv2d(x, K, stride=1, pad=0):
    """x [h, w, c], K [k, k, c, o]."""
    y = F.conv2d(tensor(x).permute(2, 0, 1)[None], tensor(K).permute(3, 2, 0, 1), stride=stride, padding=pad)
    return y[0].permute(1, 2, 0).numpy()


def pool(kind, x, k, stride):
    one = x.ndim == 2
    y = tensor(x).permute(1, 0) if one else tensor(x).permute(2, 0, 1)
    functions = {"max": (F.max_pool1d, F.max_pool2d), "avg": (F.avg_pool1d, F.avg_pool2d)}[kind]
    y = functions[0 if one else 1](y[None], k, stride)[0]
    return (y.permute(1, 0) if one else y.permute(1, 2, 0)).numpy()


@case
def convolution_line(c):
    """A line at every step: windows that overlap, that leave something over, of even and odd length, of one."""
    x, b = c.normal(4, 13, 5), c.normal(7, scale=0.5)
    K, L, M, O = c.normal(3, 5, 7, scale=0.3), c.normal(4, 7, 3, scale=0.3), c.normal(13, 5, 2, scale=0.2), c.normal(1, 5, 9, scale=0.5)
    a = [relu(conv1d(v, K, stride=2, pad=1) + b) for v in x]
    c.weights({"K": K, "L": L, "M": M, "O": O, "b": b})
    c.input("x", x)
    c.output("a", np.array(a))
    c.output("d", np.array([conv1d(v, L, stride=3, pad=2) for v in a]))
    c.output("whole", np.array([conv1d(v, M) for v in x]))
    c.output("point", np.array([conv1d(v, O) for v in x]))


@case
def convolution_picture(c):
    """Pictures that are not square, kernels neither; on no clock."""
    x, b = c.normal(9, 11, 3), c.normal(6, scale=0.5)
    K, L, M = c.normal(3, 5, 3, 6, scale=0.2), c.normal(2, 2, 6, 4, scale=0.3), c.normal(1, 1, 3, 17, scale=0.5)
    a = np.tanh(conv2d(x, K, pad=2) + b)
    c.weights({"K": K, "L": L, "M": M, "b": b})
    c.input("x", x)
    c.output("a", a)
    c.output("d", conv2d(a, L, stride=2))
    c.output("point", conv2d(x, M, stride=3))


@case
def convolution_of_computed(c):
    """A kernel that is computed, from an input."""
    x, K, g = c.normal(4, 10, 3), c.normal(3, 3, 5, scale=0.4), c.normal(4, 5)
    c.weights({"K": K})
    c.input("x", x)
    c.input("g", g)
    c.output("y", np.array([conv1d(v, K * gate, pad=1) for v, gate in zip(x, g)]))


@case
def pooling(c):
    x, p = c.normal(4, 11, 5), c.normal(4, 7, 10, 3)
    c.input("x", x)
    c.input("p", p)
    for kind in ("max", "avg"):
        c.output(kind + "_line", np.array([pool(kind, v, 2, 2) for v in x]))
        c.output(kind + "_overlap", np.array([pool(kind, v, 4, 3) for v in x]))
        c.output(kind + "_picture", np.array([pool(kind, v, 3, 3) for v in p]))
        c.output(kind + "_apart", np.array([pool(kind, v, 2, 3) for v in p]))


@case
def conv_lstm(c):
    """Shi et al. 2015, without peepholes: pictures as states, from start values."""
    x, h, s = c.normal(4, 6, 7, 2), c.normal(6, 7, 3, scale=0.5), c.normal(6, 7, 3)
    W, U, b = c.normal(3, 3, 2, 12, scale=0.4), c.normal(3, 3, 3, 12, scale=0.3), c.normal(12, scale=0.5)
    c.weights({"h.W": W, "h.U": U, "h.b": b})
    c.input("x", x)
    c.input("h0", h)
    c.input("c0", s)
    out = []
    for v in x:
        i, f, g, o = np.split(conv2d(v, W, pad=1) + conv2d(h, U, pad=1) + b, 4, axis=-1)
        s = sigmoid(f) * s + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(s)
        out.append(h)
    c.output("h", np.array(out))


@case
def fast_weights(c):
    """A matrix that outer products write and a product reads: linear attention with decay."""
    k, v, q, S, y = c.normal(6, 5), c.normal(6, 7), c.normal(6, 5), np.zeros((5, 7)), []
    for t in range(6):
        S = 0.75 * S + np.outer(k[t], v[t])
        y.append(q[t] @ S)
    c.input("k", k)
    c.input("v", v)
    c.input("q", q)
    c.output("y", np.array(y))


@case
def tied_embedding(c):
    """One table, as rows for the words that are read and as the last layer's matrix."""
    net, table, b = c.module(torch.nn.GRU(7, 7)), c.normal(11, 7), c.normal(11, scale=0.5)
    words = c.tokens(11, 6)
    h = run_rnn(net, table[words])
    c.weights({"E": table, "b": b, **{"rnn." + k: v for k, v in state(net).items()}})
    c.input("word", words)
    c.output("score", h @ table.T + b)


@case
def row_of_axis(c):
    """A token as an index of the last axis, and of the middle one beside others."""
    E, G, w = c.normal(5, 9), c.normal(4, 9, 3), c.tokens(9, 5)
    c.weights({"E": E, "G": G})
    c.input("w", w)
    c.output("e", E[:, w].T)
    c.output("g", np.moveaxis(G[1:3, w, :2], 1, 0))
    c.output("h", G[2, w])


@case
def row_of_row(c):
    """A row that one token chooses, of a matrix that another chooses."""
    E, v, w = c.normal(3, 4, 5), c.tokens(3, 6), c.tokens(4, 6)
    c.weights({"E": E})
    c.input("v", v)
    c.input("w", w)
    c.output("e", E[v, w])
    c.output("f", E[2][w])


# ---- drawing: the counter's hash of runtime/random.h, in numpy's 32-bit numbers ----

def mixed(x):
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x7FEB352D)
    x = x ^ (x >> np.uint32(15))
    x = x * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def uniform(site, count, seed=1):
    """The first `count` numbers drawn at a place."""
    golden = np.uint32(0x9E3779B9)
    with np.errstate(over="ignore"):
        inner = mixed(mixed(np.array([seed], np.uint32) + golden) ^ np.uint32(site))
        outer = mixed(inner + golden)
        bits = mixed(mixed(np.arange(count, dtype=np.uint32) + inner) ^ outer)
    return (bits >> np.uint32(8)) / 2.0 ** 24


def bell(site, count):
    return np.sqrt(-2 * np.log(1 - uniform(site, count))) * np.cos(2 * np.pi * uniform(site + 1, count))


@case
def drawn(c):
    x = c.normal(6, 7)
    many = bell(5, 100000)
    assert abs(many.mean()) < 0.01 and abs(many.std() - 1) < 0.01 and abs((many > 1).mean() - 0.1587) < 0.005
    p = softmax(x)
    c.input("x", x)
    c.output("word", np.array([np.nonzero(np.cumsum(v) > u * v.sum())[0][0] for v, u in zip(p, uniform(0, 6))], np.int32))
    c.output("noise", 0.5 * bell(1, 30).reshape(6, 5))
    c.output("both", bell(3, 72).reshape(6, 4, 3))
    c.output("once", bell(5, 2))


# ---- repeat ----

@case
def repeat_lstm(c):
    """torch's own stack: the first layer's input has another size, the start values are the last layer's."""
    net, x = c.module(torch.nn.LSTM(5, 13, num_layers=3)), c.normal(6, 5)
    h0, c0 = np.zeros((3, 1, 13)), np.zeros((3, 1, 13))
    h0[2, 0], c0[2, 0] = c.normal(13, scale=0.5), c.normal(13)
    h, cell, s = [], [], (tensor(h0), tensor(c0))
    for v in x:
        y, s = net(tensor(v).reshape(1, 1, -1), s)
        h.append(y.detach().numpy()[0, 0])
        cell.append(s[1].detach().numpy()[2, 0])
    c.weights({"rnn." + k: v for k, v in state(net).items()})
    c.input("x", x)
    c.input("h0", h0[2, 0])
    c.input("c0", c0[2, 0])
    c.output("h", np.array(h))
    c.output("c", np.array(cell))


@case
def repeat_dilated(c):
    """WaveNet's stack: the layer's number is the dilation, two results go from layer to layer."""
    x, a, b = c.normal(12, 2), c.matrix(4, 2), c.normal(4, scale=0.5)
    y, skip, w = x @ a.T + b, np.zeros((12, 4)), {"a.W": a, "a.b": b}
    for l in range(3):
        F_, G, S, R = c.matrix(4, 8), c.matrix(4, 8), c.matrix(4, 4), c.matrix(4, 4)
        f, g, s, r = (c.normal(4, scale=0.5) for _ in range(4))
        w.update({f"y.{l}.W_f": F_, f"y.{l}.W_g": G, f"y.{l}.b_f": f, f"y.{l}.b_g": g, f"y.{l}.y.dense.W": R, f"y.{l}.y.dense.b": r,
                  f"y.{l}.s.dense.W": S, f"y.{l}.s.dense.b": s})
        d = 2 ** l
        padded = np.concatenate([np.zeros((d, 4)), y])
        K = np.stack([np.concatenate([F_[:, :4], G[:, :4]]).T, np.concatenate([F_[:, 4:], G[:, 4:]]).T])
        both = conv1d(padded, K, dilation=d) + np.concatenate([f, g])
        z = np.tanh(both[:, :4]) * sigmoid(both[:, 4:])
        y, skip = y + z @ R.T + r, skip + z @ S.T + s
    c.weights(w)
    c.input("x", x)
    c.output("y", y)
    c.output("skip", skip)


@case
def repeat_nested(c):
    """Two times three layers and a size from the command of the model, within one expression; a shape that shrinks."""
    x, W = c.normal(5, 24), {}
    y = x
    for l in range(2):
        for k in range(3):
            M, b = c.matrix(24, 24), c.normal(24, scale=0.5)
            W[f"a.block.{l}.{k}.y.dense.W"], W[f"a.block.{l}.{k}.y.dense.b"] = M, b
            y = np.tanh(y @ M.T + b) + y * (k + 1) / (l + 2)
    z = y
    for _ in range(3):
        z = np.maximum(z[:, :z.shape[1] // 2], z[:, z.shape[1] // 2:])
    c.weights(W)
    c.input("x", x)
    c.output("a", y * 0.5)
    c.output("z", z)


# ---- shared cells ----

@case
def shared_twin(c):
    """A twin network: two sequences of different length through one LSTM with two layers, and how far they end apart."""
    net, fc, table = c.module(torch.nn.LSTM(7, 13, num_layers=2)), c.module(torch.nn.Linear(13, 1)), c.normal(20, 7)
    a, b = c.tokens(20, 5), c.tokens(20, 8)
    one, other = run_rnn(net, table[a])[-1], run_rnn(net, table[b])[-1]
    c.weights({"E": table, **{"rnn." + k: v for k, v in state(net).items()}, **{"fc." + k: v for k, v in state(fc).items()}})
    c.input("a", a)
    c.input("b", b)
    c.output("same", torch.sigmoid(fc(tensor(np.abs(one - other)))))


@case
def shared_read_write(c):
    """Reading a sequence, then going on with another one from where that ended."""
    net, x, y = c.module(torch.nn.LSTM(3, 5)), c.normal(6, 3), c.normal(4, 3)
    h = run_rnn(net, np.concatenate([x, y]))
    c.weights({"rnn." + k: v for k, v in state(net).items()})
    c.input("x", x)
    c.input("y", y)
    c.output("h", h[6:])


@case
def shared_layers(c):
    """One set of weights for three layers, each with a state of its own; a start value for the last."""
    W, U, b, start, x = c.matrix(21, 7), c.matrix(21, 7), c.normal(21, scale=0.5), c.normal(7, scale=0.5), c.normal(6, 7)
    h = x
    for s in (np.zeros(7), np.zeros(7), start):
        h = gru_reset_before(h, s, W, U, b)
    c.weights({**{f"cell.W_{g}": W[7 * i:7 * i + 7] for i, g in enumerate("zrh")},
               **{f"cell.U_{g}": U[7 * i:7 * i + 7] for i, g in enumerate("zrh")},
               **{f"cell.b_{g}": b[7 * i:7 * i + 7] for i, g in enumerate("zrh")}, "start": start})
    c.input("x", x)
    c.output("h", h)


@case
def shared_in_cell(c):
    """A shared cell inside of a cell that is itself shared, given to another one as a function; a fixed argument that runs on the clock."""
    W, V, x, g = c.matrix(5, 5), c.matrix(5, 5), c.normal(6, 5), c.normal(6, 5)

    def step(v, gate, h):
        return np.tanh(W @ v + V @ h) * sigmoid(gate)

    states = np.zeros((4, 5))
    y = []
    for t in range(6):
        def both(v, i):
            states[i] = step(v, g[t], states[i])
            states[i + 1] = step(states[i], g[t], states[i + 1])
            return states[i + 1]
        first = x[t] + both(x[t], 0)
        y.append(first + both(first, 2))
    c.weights({"two.one.W": W, "two.one.V": V})
    c.input("x", x)
    c.input("g", g)
    c.output("y", np.array(y))


@case
def used_file(c):
    """Cells of another file, which uses a third one and a constant."""
    W, x = c.matrix(4, 3), c.normal(5, 3)
    with open(os.path.join(c.folder, "cells.rnn"), "w") as f:
        f.write('use "more.rnn"\nwide = 4\n'
                'cell smooth(x: [m], n: dim) -> h: [n] {\n    weight W: [n, m]\n    h = mix(h[t-1], W @ x)\n}\n')
    with open(os.path.join(c.folder, "more.rnn"), "w") as f:
        f.write('use "cells.rnn"\nkeep = 3/4\n'
                'cell mix(a, b) -> y { y = keep * a + (1 - keep) * b }\n')
    h, out = np.zeros(4), []
    for v in x:
        h = 0.75 * h + 0.25 * (W @ v)
        out.append(h)
    c.weights({"h.W": W})
    c.input("x", x)
    c.output("h", np.array(out))


@case
def quantized(c):
    """Where the model itself rounds: ties away from zero, limits of eight bits, a state that is rounded at each step."""
    x, s = c.normal(7, 9), 0.0625
    x[0, :6] = [0.5 * s, -0.5 * s, 1.5 * s, -2.5 * s, 100, -100]

    def quantize(v, s):
        return np.clip(np.sign(v) * np.floor(np.abs(v) / s + 0.5), -128, 127) * s

    h, out = np.zeros(9), []
    for v in x:
        h = quantize(0.5 * h + v, s)
        out.append(h)
    c.input("x", x)
    c.output("h", np.array(out))
    c.output("scaled", np.array([quantize(v, np.abs(v) + 0.25) for v in x]))
