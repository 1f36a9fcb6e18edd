"""The library's first cells: dense, embed, rnn, lstm, gru."""
import numpy as np
import torch

from vectors import case, elman, gru_reset_before, relu, run_lstm, run_rnn, sigmoid, state, tensor


@case
def dense(c):
    net = c.module(torch.nn.Sequential(torch.nn.Linear(13, 33), torch.nn.ReLU(), torch.nn.Linear(33, 7), torch.nn.Softmax(0)))
    x = c.normal(13)
    c.weights(state(net))
    c.input("x", x)
    c.output("y", net(tensor(x)))


@case
def embed(c):
    table, net = c.module(torch.nn.Embedding(11, 7)), c.module(torch.nn.Linear(7, 3))
    words = np.array([10, 0, 3, 3, 7], np.int32)
    e = table(tensor(words).long())
    c.weights({"table": table.weight.detach().numpy(), "fc.weight": net.weight.detach().numpy(), "fc.bias": net.bias.detach().numpy()})
    c.input("words", words)
    c.output("e", e)
    c.output("y", torch.tanh(net(e)))


def rnn_case(c, m, n_a, n_y, steps, hidden, out):
    W, U, V = c.matrix(n_a, m), c.normal(n_a, n_a, scale=0.5 / np.sqrt(n_a)), c.matrix(n_y, n_a)
    ba, by, start = c.normal(n_a, scale=0.2), c.normal(n_y, scale=0.5), c.normal(n_a, scale=0.5)
    x = c.normal(steps, m, scale=0.6)
    a = elman(x, start, W, U, ba, hidden)
    c.weights({"y.W_aa": U, "y.W_ax": W, "y.W_ya": V, "y.b_a": ba, "y.b_y": by, "start": start})
    c.input("x", x)
    c.output("a", a)
    c.output("y", out(a @ V.T + by))


@case
def rnn_softmax(c):
    """The hidden layer by torch.nn.RNN."""
    net, last = c.module(torch.nn.RNN(13, 17)), c.module(torch.nn.Linear(17, 5))
    x, start = c.normal(6, 13), c.normal(17, scale=0.5)
    a = run_rnn(net, x, start)
    w, v = state(net), state(last)
    c.weights({**w, "out.weight": v["weight"], "out.bias": v["bias"], "start": start})
    c.input("x", x)
    c.output("a", a)
    c.output("y", torch.softmax(last(tensor(a)), 1))


@case
def rnn_relu(c):
    net, last = c.module(torch.nn.RNN(3, 7, nonlinearity="relu")), c.module(torch.nn.Linear(7, 16))
    x, start = c.normal(5, 3), c.normal(7, scale=0.5)
    a = run_rnn(net, x, start)
    w, v = state(net), state(last)
    c.weights({**w, "out.weight": v["weight"], "out.bias": v["bias"]})
    c.input("x", x)
    c.input("start", start)
    c.output("a", a)
    c.output("y", last(tensor(a)))


@case
def rnn_one_unit(c):
    rnn_case(c, 2, 1, 3, 4, lambda x: np.clip(x, -1, 1), sigmoid)


@case
def rnn_own_functions(c):
    rnn_case(c, 4, 9, 2, 5, lambda x: 1.7159 * np.tanh(x * 2 / 3), relu)


@case
def lstm(c):
    net = c.module(torch.nn.LSTM(7, 13))
    x, h0, c0 = c.normal(5, 7), c.normal(13, scale=0.5), c.normal(13)
    h, cell = run_lstm(net, x, h0, c0)
    c.weights({**state(net), "h0": h0, "c0": c0})
    c.input("x", x)
    c.output("h", h)
    c.output("c", cell)


@case
def lstm_one_unit(c):
    net = c.module(torch.nn.LSTM(3, 1))
    x, h0, c0 = c.normal(6, 3), c.normal(1, scale=0.5), c.normal(1)
    h, cell = run_lstm(net, x, h0, c0)
    c.weights(state(net))
    c.input("x", x)
    c.input("h0", h0)
    c.input("c0", c0)
    c.output("h", h)
    c.output("c", cell)


@case
def lstm_wide(c):
    """Wider than any register block, and 100 is no multiple of one."""
    net = c.module(torch.nn.LSTM(20, 100))
    x, h0, c0 = c.normal(4, 20), c.normal(100, scale=0.5), c.normal(100)
    h, _ = run_lstm(net, x, h0, c0)
    c.weights({**state(net), "h0": h0, "c0": c0})
    c.input("x", x)
    c.output("h", h)


@case
def lstm_stack(c):
    """Two layers of different size; the start of the first is a number, the second starts from 0."""
    lower, upper = c.module(torch.nn.LSTM(5, 48)), c.module(torch.nn.LSTM(48, 33))
    x = c.normal(5, 5)
    h, _ = run_lstm(lower, x, np.full(48, 0.25), np.full(48, -0.5))
    g, cell = run_lstm(upper, h, np.zeros(33), np.zeros(33))
    c.weights({**{"lower." + k: v for k, v in state(lower).items()}, **{"upper." + k: v for k, v in state(upper).items()}})
    c.input("x", x)
    c.output("h", g)
    c.output("c", cell)


def gru_case(c, m, n, steps, name, **functions):
    W, U, b, start = c.matrix(3 * n, m), c.matrix(3 * n, n), c.normal(3 * n, scale=0.5), c.normal(n, scale=0.5)
    x = c.normal(steps, m)
    c.weights({"W": W, "U": U, "b": b, "h0": start})
    c.input("x", x)
    c.output(name, gru_reset_before(x, start, W, U, b, **functions))


@case
def gru(c):
    gru_case(c, 7, 17, 6, "h")


@case
def gru_relu(c):
    gru_case(c, 3, 16, 5, "h", g=relu, s=lambda x: np.clip(0.2 * x + 0.5, 0, 1))


@case
def gru_residual(c):
    """Three layers of one size, each added to its input."""
    n, x, tensors = 11, c.normal(4, 11), {}
    h = x
    for k in range(3):
        W, U, b = c.matrix(3 * n, n), c.matrix(3 * n, n), c.normal(3 * n, scale=0.5)
        tensors.update({f"W{k}": W, f"U{k}": U, f"b{k}": b})
        h = h + gru_reset_before(h, np.zeros(n), W, U, b)
    c.weights(tensors)
    c.input("x", x)
    c.output("y", h)
