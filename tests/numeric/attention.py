"""Attention: the library's three cells. (A case of its own equations: content_addressing.)"""
import numpy as np
import torch

from vectors import case, gru_reset_before, softmax, state, tensor


@case
def attention(c):
    """Vaswani et al. 2017, equation 1, all queries at once."""
    q, K, V, w = c.normal(5, 7), c.normal(9, 7), c.normal(9, 3), c.normal(7, scale=2)
    read = lambda q, K, V: softmax(q @ K.T / np.sqrt(7)) @ V
    for name, value in (("q", q), ("K", K), ("V", V), ("w", w)):
        c.input(name, value)
    c.output("c", read(q, K, V))
    c.output("self", read(K, K, K))
    c.output("one", read(w, K, V))


@case
def additive_attention(c):
    """Bahdanau et al. 2015: e_j = v_a tanh(W_a s + U_a h_j), one step of the decoder after the other."""
    enc, x, Wa, Ua, va = c.normal(9, 7), c.normal(6, 3), c.matrix(5, 11), c.matrix(5, 7), c.normal(5, scale=2)
    W, U, b = c.matrix(33, 10), c.matrix(33, 11), c.normal(33, scale=0.5)
    S, s = c.matrix(11, 7), c.normal(11, scale=0.3)
    d, out = np.tanh(S @ enc[-1] + s), []
    for v in x:
        scores = np.array([va @ np.tanh(Wa @ d + Ua @ h) for h in enc])
        ctx = softmax(scores) @ enc
        d = gru_reset_before(np.concatenate([v, ctx])[None], d, W, U, b)[0]
        out.append((d, ctx))
    c.weights({"ctx.W_a": Wa, "ctx.U_a": Ua, "ctx.v_a": va, "W": W, "U": U, "b": b, "d.dense.W": S, "d.dense.b": s})
    c.input("enc", enc)
    c.input("x", x)
    c.output("d", [a for a, _ in out])
    c.output("ctx", [b for _, b in out])


@case
def multi_head_attention(c):
    one = c.module(torch.nn.MultiheadAttention(12, 3))
    two = c.module(torch.nn.MultiheadAttention(12, 4, kdim=5, vdim=9))
    x, k, v = c.normal(6, 12), c.normal(8, 5), c.normal(8, 9)
    q = tensor(x)
    c.weights({**{"self." + name: w for name, w in state(one).items()}, **{"cross." + name: w for name, w in state(two).items()}})
    for name, value in (("x", x), ("k", k), ("v", v)):
        c.input(name, value)
    c.output("self", one(q, q, q)[0])
    c.output("cross", two(q, tensor(k), tensor(v))[0])


@case
def attention_forms(c):
    x, y, z, q, r, M, N = (c.normal(*shape) for shape in
                           ((3, 6, 19), (6, 2, 5), (6, 3, 5), (3, 11), (5,), (7, 11), (7, 4)))
    for name, value in (("x", x), ("y", y), ("z", z), ("q", q), ("r", r)):
        c.input(name, value)
    c.weights({"M": M, "N": N})
    scores = np.where(x[:, :, 0] > 0, 0.3 * np.einsum("bsk,bk->bs", x[:, :, :11], q) + x[:, :, 18], -20)
    read = lambda v: np.einsum("sc,scd->cd", softmax(v @ r, axis=0), v)
    c.output("slots", softmax(q @ M.T) @ N)
    c.output("masked", np.einsum("bs,bsd->bd", softmax(scores), x[:, :, 11:]))
    c.output("scores", scores)
    c.output("fixed", read(y))
    c.output("open", read(z))


@case
def attention_window(c):
    x, Wq, Wk, Wv = c.normal(9, 6), c.matrix(6, 6), c.matrix(6, 6), c.matrix(6, 6)
    before = np.zeros((4, 6))
    keys, values, queries = np.vstack([before, x @ Wk.T]), np.vstack([before, x @ Wv.T]), x @ Wq.T
    out = []
    for t, q in enumerate(queries):
        heads = [softmax(q[h] @ keys[t:t + 5, h].T / np.sqrt(3)) @ values[t:t + 5, h] for h in (slice(0, 3), slice(3, 6))]
        out.append(np.concatenate(heads))
    c.weights({"W_q": Wq, "W_k": Wk, "W_v": Wv})
    c.input("x", x)
    c.output("y", out)
