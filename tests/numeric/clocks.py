"""What clocks mean, in small models: numpy, a loop for each clock, written from the language's description."""
import numpy as np

from vectors import Dense, Gru, case, run_lstm, run_rnn, sigmoid, single, softmax, state
import torch


@case
def clock_batch(c):
    x, rnn = c.normal(7, 4, 3), Gru(c, 3, 5)
    y = np.stack([rnn(x[:, b]) for b in range(4)], axis=1)
    c.weights(rnn.named("y"))
    c.input("x", x)
    c.output("y", y)
    c.output("turned", (y - y[0] * y.max(axis=1)[:, None]).transpose(1, 0, 2))
    c.output("middle", y.mean(axis=0))


def lstm_named(path, module):
    return {f"{path}.{name[:-3]}": value for name, value in state(module).items()}


def shifted(x, k):
    """x[t-k], zero outside."""
    y = np.zeros_like(x)
    if k > 0:
        y[k:] = x[:-k]
    else:
        y[:k] = x[-k:]
    return y


@case
def clock_backward(c):
    x, h0, c0 = c.normal(8, 5), c.normal(3, scale=0.5), c.normal(3)
    module = c.module(torch.nn.LSTM(5, 3))
    h, cell = (a[::-1] for a in run_lstm(module, x[::-1].copy(), h0, c0))
    tensors = {**lstm_named("h", module), "h0": h0, "c0": c0}
    results = {}
    for name, turned in (("y", False), ("z", True)):
        v = x[::-1].copy() if turned else x
        forward, backward = c.module(torch.nn.LSTM(5, 4)), c.module(torch.nn.LSTM(5, 4))
        tensors.update({**lstm_named(name + ".f", forward), **lstm_named(name + ".b", backward)})
        y = run_rnn(forward, v) + 2 * run_rnn(backward, v[::-1].copy())[::-1]
        y = y + shifted(v, 1)[:, :1] + 3 * shifted(v, -2)[:, 1:2]
        results[name] = y[::-1] if turned else y
    c.weights(tensors)
    c.input("x", x)
    c.output("h", h)
    c.output("c", cell)
    c.output("ends", np.stack([h[0], h[-1]]))
    for name, value in results.items():
        c.output(name, value)


@case
def clock_reset(c):
    """Each part between two resets is a sequence of its own."""
    x, anew = c.normal(13, 5), np.zeros(13)
    anew[[0, 3, 4, 9]] = 1
    inner, z, w = Gru(c, 5, 5), Gru(c, 5, 4), Gru(c, 5, 4)
    ends = list(np.flatnonzero(anew)) + [len(x)]
    y, parts = [], []
    for begin, end in zip(ends, ends[1:]):
        part = x[begin:end]
        parts.append(w(part))
        h1, h2, before = np.full(5, 0.25), np.full(5, 0.125), np.zeros(5)
        for g, v in zip(inner(part), part):
            h1, h2, before = np.tanh(g + h1 - 0.3 * h2 + 2 * before), h1, v
            y.append(h1)
    c.weights({**inner.named("y.g"), **z.named("z"), **w.named("w")})
    c.input("x", x)
    c.input("anew", anew)
    c.output("y", y)
    c.output("z", z(x))
    c.output("w", np.concatenate(parts))


def look(q, K):
    return softmax(K @ q / np.sqrt(len(q))) @ K


def scan(x, b):
    h, out = np.zeros(len(b)), []
    for v in x:
        h = np.tanh(v + 0.5 * h + b)
        out.append(h)
    return np.array(out)


@case
def clock_sequences(c):
    x, b = c.normal(10, 4), c.normal(4)
    h = scan(x, b)
    c.weights({"b": b})
    c.input("x", x)
    c.output("y", [look(v, x) for v in x])
    c.output("h", h)
    c.output("g", x.sum(axis=0) + shifted(h, -1) * b)
    c.output("w", np.array([scan(x, v)[-1] for v in x]) + look(x[-1], x) + 2 * x + x.sum(axis=0))


@case
def clock_rows(c):
    x, rnn, a1, a2 = c.normal(6, 6), Gru(c, 2, 2), Gru(c, 2, 2), Gru(c, 2, 2)

    def along(gru, rows):
        h = gru(rows) + np.arange(len(rows))[:, None] / len(rows) * rows[0]
        return h[-1] + (h[1] if len(h) > 1 else 0)      # h[-1] of the first row is zero

    y, z, w, v = [], [], [], []
    for a in x:
        r = a.reshape(3, 2)
        y.append(np.concatenate([rnn(r)[-1], r[0]]))
        h = np.zeros(6)
        for _ in range(3):
            h = np.tanh(a + h)
        z.append(h + 2 * r[0, 0] + r[2].sum())
        before = w[-1] if w else np.zeros(2)
        w.append(along(a1, np.vstack([before, r])) + along(a2, r))
        v.append(r * np.arange(3)[:, None])
    c.weights({**rnn.named("y.gru"), **a1.named("a.h.gru"), **a2.named("b.h.gru")})
    c.input("x", x)
    for name, value in zip("yzwv", (y, z, w, v)):
        c.output(name, value)


@case
def clock_steps(c):
    x, E, F, G, P, Q = c.normal(11, 3), c.normal(4, 3), c.normal(9, 2), c.normal(6, 3), c.normal(9, 2), c.normal(3, 2)
    t, s = np.arange(11), np.arange(9)
    c.weights({"E": E, "F": F, "G": G, "u.P": P, "u.Q": Q})
    c.input("x", x)
    c.output("y", np.where((t >= 3)[:, None], x, E[t % 4]) + G[np.minimum(t, 5)])
    c.output("w", (t % 2 == 1) + (t < 4) * 10 + (t == 2) * 100 + np.minimum(t, 3) * 1000 + (t != 1) * 0.5 + (t > 2.5) * 0.25 + 7.0)
    c.output("v", F * s[:, None] + (s % 3)[:, None] + F[:, 1:])
    c.output("u", F + P * Q[s % 3])


@case
def clock_windows(c):
    x, a, rnn = c.normal(10, 3), c.normal(3), Gru(c, 3, 4)
    past = np.concatenate([np.zeros((2, 3)), [[0.5] * 3, [0.0] * 3], [a], x])
    w = np.array([past[t + 1:t + 6] for t in range(len(x))])
    after = np.concatenate([x, [a], [[0.0] * 3]])        # the steps before the first, read backward
    u, h, now = [], [], a
    for t in reversed(range(len(x))):
        u.append(after[t:t + 3][::-1])
        now = np.tanh(u[-1].sum(axis=0) + 0.5 * now)
        h.append(now)
    c.weights({"a": a, **rnn.named("b.gru")})
    c.input("x", x)
    c.output("w", w)
    c.output("b", [rnn(v[::-1])[-1] for v in w])
    c.output("u", u[::-1])
    c.output("h", h[::-1])


@case
def clock_ticks(c):
    x = c.normal(15, 3)
    while np.abs(x[:, 0]).min() < 0.05 or x[0, 0] > 0 or np.abs(x[:, 1] - 0.5).min() < 0.05:
        x = c.normal(15, 3)
    h, ticks, q, held, held_h = np.full(3, 0.5), [], [], np.zeros(3), np.full(3, 0.5)
    w, n, u, v = [], [], -1, -1
    held_q = np.zeros(3)
    for a in x:
        if a[0] > 0:
            u += 1
            h = held_h = np.tanh(a + h)
            ticks.append(h)
            if a[1] < 0.5:
                v += 1
                held_q = h
                q.append(h)
        w.append(held_q + held_h)
        n.append([max(u, 0), max(v, 0) % 2])
    ticks, q = np.array(ticks), np.array(q)
    c.input("x", x)
    c.output("y", np.stack([ticks.sum(axis=0), ticks[0], ticks.min(axis=0), ticks.max(axis=0), ticks.mean(axis=0)]))
    c.output("z", q[-1][:2] + q.sum(axis=0)[:2])
    c.output("w", w)
    c.output("n", np.array(n, float))


@case
def clock_until(c):
    """Drawn again until the end comes neither at once nor never, and no word is chosen by a hair."""
    while True:
        start, E, rnn, out = c.normal(3), c.normal(5, 4), Gru(c, 7, 7), Dense(c, 7, 5)
        h, word, hs, words, clear = np.zeros(7), 1, [], [], True
        for t in range(12):
            h = rnn(np.concatenate([start, E[word]])[None], h)[0]
            score = out(h) - abs(t - 6)
            order = np.sort(score)
            clear = clear and order[-1] - order[-2] > 1e-3
            word = int(np.argmax(score))
            hs.append(h)
            words.append(word)
            if word == 2:
                break
        if clear and 3 < len(words) < 10:
            break
    hs = np.array(hs)
    c.weights({**rnn.named("h"), **out.named("word.dense"), "h.embed.E": E})
    c.input("start", start)
    c.output("word", np.array(words, np.int32))
    c.output("h", hs)
    t = np.arange(len(hs))[:, None]
    c.output("total", np.stack([hs.sum(axis=0), hs[-1], hs.mean(axis=0), (t * hs[:, 1:2] * hs).sum(axis=0)]))


@case
def clock_delays(c):
    x, n = c.normal(13, 2), 13
    y, z, w, late = (np.zeros((n, 2)) for _ in range(4))
    for t in range(n):
        y[t] = (x[t - 9] if t >= 9 else 0) + (0.3 * x[t - 6] + 0.5 * y[t - 6] if t >= 6 else 0)
        z[t] = np.tanh(x[t] + (z[t - 6] if t >= 6 else {5: 0.25, 0: 0.75}.get(t, 0)))
    for t in reversed(range(n)):
        w[t] = (x[t + 1] * x[t + 7] if t + 7 < n else 0) + (w[t + 1] if t + 1 < n else 0)
        w[t] += (y[t - 5] * z[t - 5] if t >= 5 else 0) + (y[t + 6] * z[t + 6] if t + 6 < n else 0)
    for t in range(n):
        late[t] = (late[t - 7] if t >= 7 else (1 if t == 6 else 0)) + w[t]
    c.input("x", x)
    for name, value in (("y", y), ("z", z), ("w", w), ("late", late)):
        c.output(name, value)


@case
def clock_ticks_inside(c):
    x, k = c.normal(15, 2), c.normal(3, 2)
    x[:, 0] = np.where(np.arange(15) % 4 == 1, -1, 1) * (0.1 + np.abs(x[:, 0]))
    x[0, 0] = -0.5
    y, p, z, w = [np.full((3, 2), 0.25)], [np.zeros((3, 2))] * 5, [], np.zeros((15, 3, 2))
    for t in range(15):
        for s in range(3):
            w[t, s] = x[t] * k[s] + (0.5 * w[t, s - 1] if s else 0)
        if x[t, 0] > 0:
            p.append(w[t] + 0.5 * (z[-1] if t else 0))
            y.append(np.tanh(p[-1] + 0.7 * y[-1] - 0.4 * p[-6]))
        z.append(y[-1])
    y = np.array(y[1:])
    c.input("x", x)
    c.input("k", k)
    c.output("y", y.transpose(1, 0, 2))
    c.output("z", np.array(z))
    c.output("w", w.transpose(1, 0, 2))
    c.output("total", y.sum(axis=1))


@case
def clock_until_inside(c):
    k, h, y, z = c.normal(4, 2), [0], [], []
    while h[-1] <= 1:
        y.append(np.tanh(k * len(y) + (y[-1] if y else 0)))
        h.append(0.3 * (len(y) - 1) + 0.05 * y[-1].sum())
        z.append(y[-1].copy())
        for s in range(1, 4):
            z[-1][s] += 0.5 * z[-1][s - 1]
    c.input("k", k)
    c.output("y", np.array(y).transpose(1, 0, 2))
    c.output("h", np.array(h[1:]))
    c.output("z", np.array(z).transpose(1, 0, 2))


@case
def clock_stream_order(c):
    x = c.normal(3, 9, 2)
    a, y, h = x.copy(), np.zeros((3, 2)), np.zeros(2)
    for s in range(1, 3):
        a[s] += 0.5 * a[s - 1]
    ys, hs = [], []
    for t in range(9):
        y = np.tanh(a[:, t] + 0.5 * y)
        h = np.tanh(y.sum(axis=0) - h)
        ys.append(y)
        hs.append(h)
    c.input("x", x)
    c.output("y", np.array(ys).transpose(1, 0, 2))
    c.output("h", np.array(hs))


@case
def clock_held_elsewhere(c):
    x, W = c.normal(9, 2), c.normal(3, 2)
    x[:, 0] = np.where(np.arange(9) % 3 == 1, 1, -1) * (0.1 + np.abs(x[:, 0]))
    held, o = np.zeros((3, 2)), []
    for a in x:
        if a[0] > 0:
            held = np.zeros((3, 2))
            for s in range(3):
                before = held[s - 2] if s >= 2 else 0
                held[s] = sigmoid(np.tanh(0.5 * before + a) + np.tanh(W[s]))
        o.append(held)
    c.weights({"W": W})
    c.input("x", x)
    c.output("o", np.array(o).transpose(1, 0, 2))


@case
def clock_sum_of_state(c):
    x, h, total, d = c.normal(7), 0.0, 0.0, [0.0]
    for a in x:
        h = a + 0.5 * h
        total = total + h
    for _ in range(4):
        d.append(np.tanh(total - d[-1]))
    c.input("x", x)
    c.output("d", np.array(d[1:]))


@case
def clock_dropped(c):
    x, h, held, y = c.normal(8, 5), 0.5, 0.5, []
    for t, a in enumerate(x):
        if t % 3 == 1:
            h = held = np.tanh(a + 0.5 * h)
        y.append(held + a)
    c.input("x", x)
    c.input("m", c.normal(3, 2))
    c.output("y", np.array(y))


@case
def delay_of_product(c):
    x, W = c.normal(6, 5, 7), c.normal(3, 5)
    c.weights({"W": W})
    c.input("x", x)
    c.output("o", np.concatenate([np.zeros((1, 3, 7)), W @ (2 * x[1:])]))


@case
def softmax_two_clocks(c):
    def softmax(x, axis):
        e = np.exp(x)
        return e / e.sum(axis, keepdims=True)

    x, z = c.normal(7, 3), c.normal(7, 3, 3)
    c.input("x", x)
    c.input("z", z)
    c.output("y", softmax(softmax(x, 1), 0))
    c.output("n", softmax(z, 1).var(0))
