"""Cells in the tensor layout and gate order of a framework. Where PyTorch has the cell, its own module
computes the result and the tensors are put into the other framework's order; the cells with a reset
gate before the product, which PyTorch has not, are those of vectors.py. check_layouts.js holds all
of this against ONNX Runtime and TensorFlow.js."""
import numpy as np
import torch

from vectors import case, gru_reset_before, relu, run_lstm, run_rnn, state, tensor


def blocks(x, n, order):
    """Blocks of n rows in another order."""
    return np.concatenate([x[k * n:(k + 1) * n] for k in order])


def torch_tensors(net):
    s = state(net)
    return s["weight_ih_l0"], s["weight_hh_l0"], s["bias_ih_l0"], s["bias_hh_l0"]


def both(W, U):
    """One matrix for [x, h], vectors as rows."""
    return np.concatenate([W, U], axis=1).T


def both_biases(net):
    """The sum of torch's two biases as single precision holds it, put into the first; the other is 0."""
    with torch.no_grad():
        b = (net.bias_ih_l0 + net.bias_hh_l0).float().double()
        net.bias_ih_l0.copy_(b)
        net.bias_hh_l0.zero_()
    return b.numpy()


# ---- PyTorch ----

@case
def torch_rnn(c):
    net, x, start = c.module(torch.nn.RNN(13, 7)), c.normal(6, 13), c.normal(7, scale=0.5)
    c.weights({**{"rnn." + k: v for k, v in state(net).items()}, "start": start})
    c.input("x", x)
    c.output("h", run_rnn(net, x, start))


@case
def torch_rnn_relu(c):
    net, x, start = c.module(torch.nn.RNN(7, 17, nonlinearity="relu")), c.normal(4, 7), c.normal(17, scale=0.5)
    c.weights({**{"rnn." + k: v for k, v in state(net).items()}, "start": start})
    c.input("x", x)
    c.output("h", run_rnn(net, x, start))


@case
def torch_lstm(c):
    """Two layers in one torch module, whose tensors are numbered l0 and l1."""
    net, x, start = c.module(torch.nn.LSTM(13, 17, num_layers=2)), c.normal(5, 13), c.normal(4, 17, scale=0.5)
    with torch.no_grad():
        h, (_, last) = net(tensor(x), (tensor(start[:2]), tensor(start[2:])))
    c.weights({"rnn." + k: v for k, v in state(net).items()})
    c.input("x", x)
    for k, name in enumerate(("h0", "h1", "c0", "c1")):
        c.input(name, start[k])
    c.output("h", h)
    c.output("c", last[1])


@case
def torch_lstm_proj(c):
    net, x = c.module(torch.nn.LSTM(7, 11, num_layers=2, proj_size=5)), c.normal(5, 7)
    h1, c1, out, cells = c.normal(5, scale=0.5), c.normal(11, scale=0.5), [], []
    s = tuple(tensor(np.stack([np.zeros_like(v), v])) for v in (h1, c1))
    for v in x:
        h, s = net(tensor(v)[None], s)
        out.append(h.detach().numpy()[0])
        cells.append(s[1].detach().numpy()[1])
    c.weights({"rnn." + k: v for k, v in state(net).items()})
    for name, value in (("x", x), ("h1", h1), ("c1", c1)):
        c.input(name, value)
    c.output("h", out)
    c.output("c", cells)


@case
def torch_gru(c):
    net, x, start = c.module(torch.nn.GRU(7, 33)), c.normal(5, 7), c.normal(33, scale=0.5)
    c.weights({**{"rnn." + k: v for k, v in state(net).items()}, "start": start})
    c.input("x", x)
    c.output("h", run_rnn(net, x, start))


# ---- Keras ----

@case
def keras_dense(c):
    net, x = c.module(torch.nn.Linear(17, 3)), c.normal(4, 17)
    W, b = net.weight.detach().numpy(), net.bias.detach().numpy()
    c.weights({"dense/kernel:0": W.T, "dense/bias:0": b})
    c.input("x", x)
    c.output("y", net(tensor(x)))


@case
def keras_simple_rnn(c):
    net, x, start = c.module(torch.nn.RNN(5, 13)), c.normal(6, 5), c.normal(13, scale=0.5)
    b = both_biases(net)
    W, U, _, _ = torch_tensors(net)
    c.weights({"rnn/kernel:0": W.T, "rnn/recurrent_kernel:0": U.T, "rnn/bias:0": b, "start": start})
    c.input("x", x)
    c.output("h", run_rnn(net, x, start))


@case
def keras_lstm(c):
    net, x, h0, c0 = c.module(torch.nn.LSTM(3, 17)), c.normal(5, 3), c.normal(17, scale=0.5), c.normal(17)
    b = both_biases(net)
    W, U, _, _ = torch_tensors(net)
    h, cell = run_lstm(net, x, h0, c0)
    c.weights({"lstm/kernel:0": W.T, "lstm/recurrent_kernel:0": U.T, "lstm/bias:0": b, "h0": h0, "c0": c0})
    c.input("x", x)
    c.output("h", h)
    c.output("c", cell)


@case
def keras_gru(c):
    """Keras has z, r, h and torch r, z, n; z means the same in both."""
    net, x, start = c.module(torch.nn.GRU(13, 7)), c.normal(6, 13), c.normal(7, scale=0.5)
    W, U, bw, bu = (blocks(v, 7, (1, 0, 2)) for v in torch_tensors(net))
    c.weights({"gru/kernel:0": W.T, "gru/recurrent_kernel:0": U.T, "gru/bias:0": np.stack([bw, bu]), "start": start})
    c.input("x", x)
    c.output("h", run_rnn(net, x, start))


def keras_reset_before(c, m, n, steps, g):
    W, U, b, start = c.matrix(3 * n, m), c.matrix(3 * n, n), c.normal(3 * n, scale=0.5), c.normal(n, scale=0.5)
    x = c.normal(steps, m)
    c.weights({"gru/kernel:0": W.T, "gru/recurrent_kernel:0": U.T, "gru/bias:0": b, "start": start})
    c.input("x", x)
    c.output("h", gru_reset_before(x, start, W, U, b, g=g))


@case
def keras_gru_reset_before(c):
    keras_reset_before(c, 7, 16, 5, np.tanh)


@case
def keras_gru_relu(c):
    keras_reset_before(c, 5, 13, 6, relu)


# ---- TensorFlow 1 ----

@case
def tf_basic_rnn(c):
    net, x, start = c.module(torch.nn.RNN(7, 3)), c.normal(5, 7), c.normal(3, scale=0.5)
    b = both_biases(net)
    W, U, _, _ = torch_tensors(net)
    c.weights({"kernel": both(W, U), "bias": b, "start": start})
    c.input("x", x)
    c.output("h", run_rnn(net, x, start))


def basic_lstm(c, m, n, steps, forget_bias):
    """Gates i, j, f, o, where torch has i, f, g, o; torch's forget bias gets what the cell adds."""
    net, x, h0, c0 = c.module(torch.nn.LSTM(m, n)), c.normal(steps, m), c.normal(n, scale=0.5), c.normal(n)
    both_biases(net)
    W, U, b, _ = (blocks(v, n, (0, 2, 1, 3)) for v in torch_tensors(net))
    with torch.no_grad():
        net.bias_ih_l0[n:2 * n] += forget_bias
    h, cell = run_lstm(net, x, h0, c0)
    c.weights({"cell_0/kernel": both(W, U), "cell_0/bias": b, "h0": h0, "c0": c0})
    c.input("x", x)
    c.output("h", h)
    c.output("c", cell)


@case
def tf_basic_lstm(c):
    basic_lstm(c, 13, 7, 5, 1.0)


@case
def tf_basic_lstm_bias(c):
    basic_lstm(c, 3, 33, 4, -0.75)


@case
def tf_gru(c):
    """The reset gate comes first here."""
    m, n = 5, 17
    W, U, b, start = c.matrix(3 * n, m), c.matrix(3 * n, n), c.normal(3 * n, scale=0.5), c.normal(n, scale=0.5)
    x = c.normal(5, m)
    gates = blocks(np.concatenate([W, U], axis=1), n, (1, 0))
    c.weights({"gates/kernel": gates.T, "gates/bias": blocks(b, n, (1, 0)), "candidate/kernel": both(W[2 * n:], U[2 * n:]),
               "candidate/bias": b[2 * n:], "start": start})
    c.input("x", x)
    c.output("h", gru_reset_before(x, start, W, U, b))


# ---- ONNX: a first axis for the directions ----

def onnx_weights(c, W, R, bw, br, **more):
    c.weights({"W": W[None], "R": R[None], "B": np.concatenate([bw, br])[None], **more})


@case
def onnx_rnn(c):
    net, x, start = c.module(torch.nn.RNN(3, 13)), c.normal(6, 3), c.normal(13, scale=0.5)
    onnx_weights(c, *torch_tensors(net), start=start)
    c.input("x", x)
    c.output("h", run_rnn(net, x, start))


@case
def onnx_lstm(c):
    """Gates i, o, f, c, where torch has i, f, g, o."""
    net, x, h0, c0 = c.module(torch.nn.LSTM(7, 13)), c.normal(5, 7), c.normal(13, scale=0.5), c.normal(13)
    h, cell = run_lstm(net, x, h0, c0)
    onnx_weights(c, *(blocks(v, 13, (0, 3, 1, 2)) for v in torch_tensors(net)), h0=h0, c0=c0)
    c.input("x", x)
    c.output("h", h)
    c.output("c", cell)


@case
def onnx_gru(c):
    m, n = 3, 17
    W, U, start = c.matrix(3 * n, m), c.matrix(3 * n, n), c.normal(n, scale=0.5)
    bw, br, x = c.normal(3 * n, scale=0.5), c.normal(3 * n, scale=0.5), c.normal(5, m)
    onnx_weights(c, W, U, bw, br, start=start)
    c.input("x", x)
    c.output("h", gru_reset_before(x, start, W, U, bw + br))


@case
def onnx_gru_reset_after(c):
    net, x, start = c.module(torch.nn.GRU(17, 7)), c.normal(6, 17), c.normal(7, scale=0.5)
    onnx_weights(c, *(blocks(v, 7, (1, 0, 2)) for v in torch_tensors(net)), start=start)
    c.input("x", x)
    c.output("h", run_rnn(net, x, start))
