"""Clocks: whole sequences, reductions over them, several clocks, outputs that are the next input."""
import numpy as np
import torch

from vectors import case, gru_reset_before, run_lstm, run_rnn, softmax, state, tensor


@case
def clock_reductions(c):
    """Every way to leave a clock, over fewer steps than it allows."""
    x = c.normal(7, 5)
    x[2] = x[5]                                # equal elements: argmax takes the first
    c.input("x", x)
    for name, value in (("first", x[0]), ("last", x[-1]), ("sum", x.sum(0)), ("mean", x.mean(0)), ("var", x.var(0)),
                        ("min", x.min(0)), ("max", x.max(0)), ("argmax", x.argmax(0)), ("total", x.sum())):
        c.output(name, value)


@case
def pooled(c):
    """Many to one: the mean, the largest and the last of an LSTM's outputs into one layer."""
    net, fc, table = c.module(torch.nn.LSTM(7, 13)), c.module(torch.nn.Linear(39, 3)), c.normal(20, 7)
    words = c.tokens(20, 6)
    h = run_rnn(net, table[words])
    pool = np.concatenate([h.mean(0), h.max(0), h[-1]])
    c.weights({"E": table, **{"rnn." + k: v for k, v in state(net).items()}, **{"fc." + k: v for k, v in state(fc).items()}})
    c.input("words", words)
    c.output("label", torch.softmax(fc(tensor(pool)), 0))


@case
def two_passes(c):
    """A sequence less its own mean, which is known only at the end, and a layer over that."""
    net, x = c.module(torch.nn.GRU(3, 7)), c.normal(5, 3)
    y = (x - x.mean(0)) / np.sqrt(x.var(0) + 0.01)
    c.weights({"rnn." + k: v for k, v in state(net).items()})
    c.input("x", x)
    c.output("h", run_rnn(net, y))


@case
def stacked_steps(c):
    """All steps of an exact clock as one vector, and its columns reversed."""
    net, fc, x = c.module(torch.nn.RNN(5, 3)), c.module(torch.nn.Linear(18, 4)), c.normal(6, 5)
    h = run_rnn(net, x)
    c.weights({**{"rnn." + k: v for k, v in state(net).items()}, **{"fc." + k: v for k, v in state(fc).items()}})
    c.input("x", x)
    c.output("y", torch.softmax(fc(tensor(h.reshape(-1))), 0))
    c.output("turned", h.T[:, ::-1])


@case
def two_clocks(c):
    """Two sequences that never meet but at their ends."""
    a, b = c.module(torch.nn.RNN(3, 5)), c.module(torch.nn.RNN(2, 5))
    x, y = c.normal(4, 3), c.normal(7, 2)
    h, g = run_rnn(a, x), run_rnn(b, y)
    c.weights({**{"a." + k: v for k, v in state(a).items()}, **{"b." + k: v for k, v in state(b).items()}})
    c.input("x", x)
    c.input("y", y)
    c.output("h", h)
    c.output("g", g)
    c.output("like", h[-1] @ g[-1])


@case
def encoder_decoder(c):
    """Both LSTM states cross over; the decoder reads its own last word and writes six."""
    enc, dec, fc = c.module(torch.nn.LSTM(5, 9)), c.module(torch.nn.LSTM(4, 9)), c.module(torch.nn.Linear(9, 11))
    source, target, words = c.normal(8, 5), c.normal(11, 4, scale=2), c.tokens(8, 5)
    with torch.no_grad():                      # so that the scores depend on more than the bias
        fc.weight *= 4
        fc.bias *= 0.25
    h, cell = run_lstm(enc, source[words], np.zeros(9), np.zeros(9))
    h, cell, word, out, scores = h[-1], cell[-1], 1, [], []
    for _ in range(6):
        a, b = run_lstm(dec, target[word][None], h, cell)
        h, cell = a[0], b[0]
        score = fc(tensor(h)).detach().numpy()
        word = int(score.argmax())
        out.append(word)
        scores.append(score)
    best = np.sort(scores, axis=1)
    assert np.min(best[:, -1] - best[:, -2]) > 0.02 and len(set(out)) > 2
    c.weights({"source": source, "target": target, **{"enc." + k: v for k, v in state(enc).items()},
               **{"dec." + k: v for k, v in state(dec).items()}, **{"fc." + k: v for k, v in state(fc).items()}})
    c.input("src", words)
    c.output("dst", np.array(out))
    c.output("score", scores)


@case
def feedback_values(c):
    """One to many: every output is the next step's input; torch's RNN, one step at a time."""
    net, fc = c.module(torch.nn.RNN(4, 9)), c.module(torch.nn.Linear(9, 4))
    seed, start = c.normal(4), c.normal(9, scale=0.5)
    note, a, notes = tensor(seed), tensor(start).reshape(1, 9), []
    with torch.no_grad():
        for _ in range(7):
            a, _ = net(note.reshape(1, 4), a)
            note = torch.sigmoid(fc(a))[0]
            notes.append(note.numpy())
    c.weights({**state(net), **{"fc." + k: v for k, v in state(fc).items()}, "start": start})
    c.input("seed", seed)
    c.output("note", notes)


@case
def feedback_tokens(c):
    """A stream that goes on by itself: the caller gives the first word, ten come out."""
    net, fc, table = c.module(torch.nn.GRU(5, 13)), c.module(torch.nn.Linear(13, 17)), c.normal(17, 5, scale=5)
    with torch.no_grad():
        fc.weight *= 4
        fc.bias *= 0.25
    word, h, out, scores = 4, np.zeros(13), [], []
    for _ in range(10):
        h = run_rnn(net, table[word][None], h)[0]
        score = fc(tensor(h)).detach().numpy()
        word = int(score.argmax())
        out.append(word)
        scores.append(score)
    best = np.sort(scores, axis=1)
    assert np.min(best[:, -1] - best[:, -2]) > 0.005 and len(set(out)) > 3
    c.weights({"E": table, **{"rnn." + k: v for k, v in state(net).items()}, **{"fc." + k: v for k, v in state(fc).items()}})
    c.input("begin", np.int32(4))
    c.output("word", np.array(out))
    c.output("score", scores)


@case
def constant_input(c):
    """An input on no clock, read at every step: what depends on it alone need be done once."""
    net, W = c.module(torch.nn.LSTM(8, 7)), c.matrix(5, 9)
    x, speaker = c.normal(5, 3), c.normal(9)
    s = np.tanh(W @ speaker)
    h = run_rnn(net, np.concatenate([x, np.tile(s, (5, 1))], axis=1))
    c.weights({"W": W, **{"rnn." + k: v for k, v in state(net).items()}})
    c.input("x", x)
    c.input("speaker", speaker)
    c.output("h", h)


@case
def constant_output(c):
    """Outputs over a clock that their equations do not mention."""
    W, x, z = c.matrix(3, 7), c.normal(4, 2), c.normal(7)
    c.weights({"W": W})
    c.input("x", x)
    c.input("z", z)
    c.output("same", np.tile(W @ z, (4, 1)))
    c.output("half", np.full((4, 2), 0.5))
    c.output("through", x)
    c.output("before", np.concatenate([np.ones((1, 2)), x[:-1]]))


@case
def token_outputs(c):
    """Tokens out at each step, tokens in comparisons and in arithmetic."""
    table, W = c.normal(6, 4), c.matrix(6, 4)
    words = c.tokens(6, 8)
    score = table[words] @ W.T
    guess = score.argmax(1)
    before = np.concatenate([[0], guess[:-1]])
    c.weights({"E": table, "W": W})
    c.input("word", words)
    c.output("guess", guess)
    c.output("right", np.cumsum(guess == words).astype(float))
    c.output("sum", words * 0.5 + before)
    c.output("p", softmax(score))


@case
def shared_input(c):
    """Two layers over one input, whose products with it could be one; one of them is read a step late."""
    W, U, b = c.matrix(39, 6), c.matrix(39, 13), c.normal(39, scale=0.3)
    net, x = c.module(torch.nn.LSTM(6, 3)), c.normal(5, 6)
    g = gru_reset_before(x, np.zeros(13), W, U, b)
    h = run_rnn(net, x)
    late = np.concatenate([np.zeros((1, 13)), g[:-1]])
    c.weights({"W": W, "U": U, "b": b, **state(net)})
    c.input("x", x)
    c.output("y", np.concatenate([late, h], axis=1))
