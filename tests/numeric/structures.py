"""Networks with several clocks at once: windows, bands of a spectrum, letters of words, twins."""
import numpy as np
import torch

from networks import named
from vectors import Dense, case, run_rnn, softmax, tensor


@case
def net_window_attention(c):
    """The window before the first step is zeros, and attention sees them as keys and values like others."""
    rnn, slow, attend = c.module(torch.nn.GRU(5, 8)), c.module(torch.nn.GRU(8, 8)), c.module(torch.nn.MultiheadAttention(8, 4))
    q, x = Dense(c, 5, 8), c.normal(11, 5)
    h = np.concatenate([np.zeros((4, 8)), run_rnn(rnn, x)])
    y = [attend(tensor(q(v)[None]), tensor(h[t:t + 5]), tensor(h[t:t + 5]))[0].detach().numpy()[0] for t, v in enumerate(x)]
    c.weights({**named("rnn", rnn), **named("slow", slow), **named("attn", attend), **q.named("x_q")})
    c.input("x", x)
    c.output("y", y)
    c.output("slow", run_rnn(slow, np.array(y)[1::3]))


@case
def net_bands(c):
    along, over, fc = c.module(torch.nn.GRU(3, 5, bidirectional=True)), c.module(torch.nn.LSTM(10, 6)), Dense(c, 6, 3)
    x = c.normal(7, 12)
    bands, _ = along(tensor(x).reshape(7, 4, 3).transpose(0, 1))         # steps: bands; batch: frames
    h, _ = over(bands.transpose(0, 1).contiguous())                      # steps: frames; batch: bands
    c.weights({**named("f", along), **named("t", over), **fc.named("y.dense")})
    c.input("x", x)
    c.output("y", fc(h.detach().numpy()))


@case
def net_characters(c):
    emb, letters, words = c.module(torch.nn.Embedding(11, 4)), c.module(torch.nn.GRU(4, 6)), c.module(torch.nn.GRU(6, 7))
    fc, text = Dense(c, 7, 3), c.tokens(11, 24).reshape(4, 6)
    e, _ = letters(emb(tensor(text).long()).transpose(0, 1))
    h = run_rnn(words, e[-1].detach().numpy())
    c.weights({**named("emb", emb), **named("letters", letters), **named("words", words), **fc.named("tag.dense")})
    c.input("letter", text)
    c.output("tag", softmax(fc(h)))
    c.output("whole", h[-1])


@case
def net_twins(c):
    rnn, fc, E, a, b = c.module(torch.nn.GRU(5, 7)), Dense(c, 7, 4), c.normal(11, 5), c.tokens(11, 6), c.tokens(11, 8)
    p, q = run_rnn(rnn, E[a]), run_rnn(rnn, E[b])
    u, v = fc(p[-1]), fc(q[-1])
    c.weights({"E": E, **named("rnn", rnn), **fc.named("bend")})
    c.input("a", a)
    c.input("b", b)
    c.output("alike", u @ v / np.sqrt((u @ u) * (v @ v)))
    c.output("far", np.abs(u - fc(q)).sum(1))
