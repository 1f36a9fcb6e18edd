"""Networks with convolutions, windows, clocks at several rates and a look at what comes later."""
import numpy as np
import torch
import torch.nn.functional as F

from networks import named
from vectors import Dense, Gru, case, relu, run_rnn, sigmoid, softmax, state, tensor


def conv2d(x, K, **options):
    """The language's axes: a picture is [rows, columns, channels], a kernel [rows, columns, in, out]."""
    y = F.conv2d(tensor(x).permute(2, 0, 1)[None], tensor(K).permute(3, 2, 0, 1), **options)
    return y[0].permute(1, 2, 0).numpy()


@case
def net_conv_lstm(c):
    """Shi et al. 2015, equation 3 without its peepholes."""
    x, K, tensors = c.normal(4, 5, 4, 1), c.normal(1, 1, 2, 2), {}

    def layer(path, x, n):
        m = x.shape[-1]
        W, U, b = c.normal(3, 3, m, 4 * n, scale=0.5), c.normal(3, 3, n, 4 * n, scale=0.5), c.normal(4 * n, scale=0.5)
        tensors.update({path + ".W": W, path + ".U": U, path + ".b": b})
        h = cell = np.zeros((5, 4, n))
        out = []
        for v in x:
            i, f, g, o = np.split(conv2d(v, W, padding=1) + conv2d(h, U, padding=1) + b, 4, axis=2)
            cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(cell)
            out.append(h)
        return np.array(out)

    last = layer("b", layer("a", x, 3), 2)[-1]
    c.weights({"K": K, **tensors})
    c.input("frame", x)
    c.output("next", sigmoid(last @ K[0, 0]))


@case
def net_qrnn_sru(c):
    """Bradbury et al. 2017, section 2.1 with a window of two; Lei et al. 2018, equations 1 to 4."""
    x, W, last, tensors = c.normal(6, 5), [c.matrix(9, 10) for _ in range(3)], Dense(c, 9, 3), {}
    tensors.update({"q.W_z": W[0], "q.W_f": W[1], "q.W_o": W[2], **last.named("y.dense")})
    before, cell, q = np.zeros(5), np.zeros(9), []
    for v in x:
        z, f, o = (w[:, :5] @ before + w[:, 5:] @ v for w in W)
        before, cell = v, sigmoid(f) * cell + (1 - sigmoid(f)) * np.tanh(z)
        q.append(sigmoid(o) * cell)
    s = np.array(q)
    for k in range(3):
        M, v, b = c.normal(3, 9, 9, scale=0.4), c.normal(2, 9), c.normal(2, 9, scale=0.5)
        tensors.update({f"s.{k}.W": M[0], f"s.{k}.W_f": M[1], f"s.{k}.W_r": M[2], f"s.{k}.v_f": v[0], f"s.{k}.v_r": v[1],
                        f"s.{k}.b_f": b[0], f"s.{k}.b_r": b[1]})
        cell, h = np.zeros(9), []
        for a in s:
            f, r = sigmoid(M[1] @ a + v[0] * cell + b[0]), sigmoid(M[2] @ a + v[1] * cell + b[1])
            cell = f * cell + (1 - f) * (M[0] @ a)
            h.append(r * cell + (1 - r) * a)
        s = np.array(h)
    c.weights(tensors)
    c.input("x", x)
    c.output("q", q)
    c.output("y", softmax(last(s)))


@case
def net_clockwork(c):
    x, W, U, b, h = c.normal(11, 5), c.matrix(12, 5), c.matrix(12, 12), c.normal(12, scale=0.5), c.normal(12, scale=0.5)
    c.weights({"h.W": W, "h.U": U, "h.b": b})
    c.input("x", x)
    c.input("h0", h)
    period, out = np.repeat([1, 2, 4, 8], 3), []
    for t, v in enumerate(x):
        h = np.where(t % period == 0, np.tanh(W @ v + U @ h + b), h)
        out.append(h)
    c.output("h", out)


@case
def net_two_rates(c):
    x, slow, fast, last, before = c.normal(13, 5), Gru(c, 5, 7), Gru(c, 12, 9), Dense(c, 9, 3), c.normal(7)
    ticks = list(range(2, 13, 4))
    said = slow(x[ticks], before)
    held = [before if t < 2 else said[(t - 2) // 4] for t in range(13)]
    c.weights({"before": before, **slow.named("slow"), **fast.named("fast"), **last.named("y")})
    c.input("x", x)
    c.output("y", last(fast(np.concatenate([x, held], axis=1))))


@case
def net_wavenet(c):
    x, first, last, tensors = c.normal(19, 1), Dense(c, 1, 5), Dense(c, 5, 7), {}
    y, skip = first(x), 0
    for k in range(4):
        pair, out, side = [c.module(torch.nn.Conv1d(5, 5, 2, dilation=2 ** k)) for _ in range(2)], Dense(c, 5, 5), Dense(c, 5, 5)
        f, g = (conv(F.pad(tensor(y).T[None], (2 ** k, 0)))[0].T.detach().numpy() for conv in pair)
        z = np.tanh(f) * sigmoid(g)
        y, skip = y + out(z), skip + side(z)
        for name, conv in zip("fg", pair):
            w = state(conv)
            tensors.update({f"y.{k}.{name}.W": w["weight"].T, f"y.{k}.{name}.b": w["bias"]})
        tensors.update({**out.named(f"y.{k}.y.dense"), **side.named(f"y.{k}.s.dense")})
    c.weights({**first.named("a"), **last.named("p.dense"), **tensors})
    c.input("x", x)
    c.output("p", softmax(last(relu(skip))))


def crnn(c, frames):
    K, b, first, second = c.normal(6, 3, 1, 5, scale=0.4), c.normal(5, scale=0.5), Gru(c, 15, 6), Gru(c, 6, 6)
    x = c.normal(frames, 7)
    c.input("mfcc", x)
    y = relu(conv2d(x[:, :, None], K, stride=2) + b)
    h = second(first(y.reshape(len(y), 15)))
    return h, {"K": K, "b": b, **first.named("h.0"), **second.named("h.1")}


@case
def net_keywords(c):
    h, tensors = crnn(c, 19)
    middle, last = Dense(c, 6, 8), Dense(c, 8, 4)
    c.weights({**tensors, **middle.named("m"), **last.named("p.dense")})
    c.output("p", softmax(last(relu(middle(h[-1])))))


@case
def net_keywords_stream(c):
    """A convolution along the time is one over a window, at every second frame."""
    h, tensors = crnn(c, 18)
    last = Dense(c, 6, 4)
    c.weights({**tensors, **last.named("p.dense")})
    c.output("p", softmax(last(h)))


@case
def net_four_to_one(c):
    x, rnn, last = c.normal(14, 3), Gru(c, 12, 7), Dense(c, 7, 5)
    c.weights({**rnn.named("y.gru"), **last.named("y.dense")})
    c.input("frame", x)
    c.output("y", softmax(last(rnn(x[:12].reshape(3, 12)))))


@case
def net_gated(c):
    """Drawn again until the detector fires neither at first nor everywhere, and never by a hair."""
    while True:
        x, detect, fires, rnn, last = c.normal(12, 5), Gru(c, 5, 3), Dense(c, 3, 1, scale=3), Gru(c, 5, 9), Dense(c, 9, 4)
        vad = sigmoid(fires(detect(x)))
        on = vad[:, 0] > 0.5
        if not on[:2].any() and 4 <= on.sum() <= 7 and np.min(np.abs(vad - 0.5)) > 0.01 and not on[-1]:
            break
    p, word, said = softmax(last(rnn(x[on]))), [], np.full(4, 0.25)
    for t in range(12):
        said = p[on[:t].sum()] if on[t] else said
        word.append(said)
    c.weights({**detect.named("vad.gru"), **fires.named("vad.dense"), **rnn.named("p.gru"), **last.named("p.dense")})
    c.input("frame", x)
    c.output("vad", vad)
    c.output("word", word)


@case
def net_latency_controlled(c):
    """torch's two directions, the backward one run anew over each window; zeros before the first frame."""
    rnn, fc, x = c.module(torch.nn.LSTM(3, 6, bidirectional=True)), c.module(torch.nn.Linear(12, 5)), c.normal(9, 3)
    ahead = run_rnn(rnn, x)[:, :6]
    late = np.concatenate([np.zeros((3, 6)), ahead])[:9]
    padded = np.concatenate([np.zeros((3, 3)), x])
    back = [run_rnn(rnn, padded[t:t + 4])[0, 6:] for t in range(9)]
    c.weights({**named("rnn", rnn), **named("fc", fc)})
    c.input("x", x)
    c.output("y", torch.softmax(fc(tensor(np.concatenate([late, back], axis=1))), 1))


@case
def net_lookahead(c):
    conv, x = c.module(torch.nn.Conv1d(3, 5, 3, padding=1)), c.normal(8, 3)
    c.weights(named("conv", conv))
    c.input("x", x)
    c.output("y", conv(tensor(x).T[None])[0].T)
