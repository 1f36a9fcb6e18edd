"""The library's gated cells beyond LSTM and GRU, its layers and normalisations: by torch where it has
the layer, otherwise by the paper's equations in numpy, step by step."""
import numpy as np
import torch
import torch.nn.functional as F

from vectors import case, gru_reset_before, relu, run_rnn, sigmoid, single, state, tensor


@case
def lstm_peephole(c):
    """Graves 2013, equations 7 to 11; his diagonal matrices W_ci, W_cf, W_co are the rows of p."""
    n, x = 11, c.normal(6, 5)
    W, U, b, p = c.matrix(4 * n, 5), c.matrix(4 * n, n), c.normal(4, n, scale=0.5), c.normal(3, n)
    h, cell, out = c.normal(n, scale=0.5), c.normal(n), []
    c.weights({"W_x": W, "W_h": U, "W_c": p.reshape(3 * n), "h0": h, "c0": cell,
               **{"h.b_" + gate: b[k] for k, gate in enumerate("ifgo")}})
    c.input("x", x)
    for v in x:
        a = (W @ v + U @ h).reshape(4, n) + b
        i = sigmoid(a[0] + np.diag(p[0]) @ cell)
        f = sigmoid(a[1] + np.diag(p[1]) @ cell)
        cell = f * cell + i * np.tanh(a[2])
        o = sigmoid(a[3] + np.diag(p[2]) @ cell)
        h = o * np.tanh(cell)
        out.append((h, cell))
    c.output("h", [a for a, _ in out])
    c.output("c", [b for _, b in out])


@case
def mgu(c):
    """Zhou et al. 2016, table 1: f = s(W_f [h, x] + b_f), h~ = tanh(W_h [f h, x] + b_h), h = (1 - f) h + f h~."""
    x, h, out = c.normal(6, 5), c.normal(9, scale=0.7), []
    Wf, Wh, bf, bh = c.matrix(9, 14), c.matrix(9, 14), c.normal(9, scale=0.5), c.normal(9, scale=0.5)
    c.weights({"W_f": Wf, "W_h": Wh, "b_f": bf, "b_h": bh})
    c.input("x", x)
    c.input("h0", h)
    for v in x:
        f = sigmoid(Wf @ np.concatenate([h, v]) + bf)
        candidate = np.tanh(Wh @ np.concatenate([f * h, v]) + bh)
        h = (1 - f) * h + f * candidate
        out.append(h)
    c.output("h", out)


@case
def fastgrnn(c):
    """Kusupati et al. 2018, section 3.2: z = s(W x + U h + b_z), h~ = tanh(W x + U h + b_h),
    h = (zeta (1 - z) + nu) h~ + z h; the second layer's W and U are products."""
    tensors, x = {}, c.normal(6, 7)
    c.input("x", x)

    def layer(k, x, h, W, U, g, s):
        n, out = h.size, []
        bz, bh, zeta, nu = c.normal(1, n, scale=0.5), c.normal(1, n, scale=0.5), c.normal(1, 1), c.normal(1, 1)
        tensors.update({f"{k}.bias_gate": bz, f"{k}.bias_update": bh, f"{k}.zeta": zeta, f"{k}.nu": nu})
        for v in x:
            z = s(W @ v + U @ h + bz[0])
            h = (sigmoid(zeta[0, 0]) * (1 - z) + sigmoid(nu[0, 0])) * g(W @ v + U @ h + bh[0]) + z * h
            out.append(h)
        return np.array(out)

    W, U, start = c.matrix(13, 7), c.matrix(13, 13), c.normal(9)
    W1, W2, U1, U2 = c.matrix(3, 13), c.matrix(9, 3), c.matrix(2, 9), c.normal(9, 2, scale=0.3)
    tensors.update({"1.W": W, "1.U": U, "2.W1": W1, "2.W2": W2, "2.U1": U1, "2.U2": U2, "start": start})
    a = layer(1, x, np.zeros(13), W, U, np.tanh, sigmoid)
    c.output("a", a)
    c.output("b", layer(2, a, start, W2 @ W1, U2 @ U1, relu, lambda x: np.clip(0.2 * x + 0.5, 0, 1)))
    c.weights(tensors)


@case
def ligru(c):
    """Ravanelli et al. 2018: z = s(BN(W_z x) + U_z h), h~ = relu(BN(W_h x) + U_h h), h = z h + (1 - z) h~,
    with torch's BatchNorm1d for BN."""
    n, x = 11, c.normal(6, 5)
    W, V, U, start = c.matrix(2 * n, 5), c.matrix(2 * n, n), c.normal(2 * n, n, scale=0.2), c.normal(n)
    norm = batch_norm_module(c, 2 * n)
    plain = torch.nn.BatchNorm1d(2 * n, affine=False).double().eval()

    def layer(x, h, W, norm, g):
        out = []
        for a in norm(tensor(x @ W.T)).detach().numpy():
            u = U @ h
            z = sigmoid(a[n:] + u[n:])
            h = z * h + (1 - z) * g(a[:n] + u[:n])
            out.append(h)
        return np.array(out)

    h = layer(x, start, W, norm, relu)
    c.weights({"w.weight": W, "v.weight": V, "u.weight": U, "start": start, **module_state("norm", norm)})
    c.input("x", x)
    c.output("h", h)
    c.output("late", layer(h, np.zeros(n), V, plain, np.tanh))


def batch_norm_module(c, n, **options):
    norm = c.module(torch.nn.BatchNorm1d(n, **options)).eval()
    norm.running_mean[:] = tensor(c.normal(n))
    norm.running_var[:] = tensor(single(np.exp(c.normal(n))))
    return norm


def module_state(name, module):
    return {f"{name}.{k}": v for k, v in state(module).items() if v.ndim}


@case
def highway(c):
    """Srivastava et al. 2015, equation 3: y = H T + x (1 - T)."""
    x, tensors = c.normal(4, 13), {}
    c.input("x", x)
    for k, (name, g) in enumerate((("y", relu), ("z", np.tanh))):
        H, T = c.module(torch.nn.Linear(13, 13)), c.module(torch.nn.Linear(13, 13))
        gate = torch.sigmoid(T(tensor(x))).detach().numpy()
        x = g(H(tensor(x)).detach().numpy()) * gate + x * (1 - gate)
        for letter, layer in (("H", H), ("T", T)):
            tensors.update({f"{k}.W_{letter}": layer.weight.detach().numpy(), f"{k}.b_{letter}": layer.bias.detach().numpy()})
        c.output(name, x)
    c.weights(tensors)


@case
def residual(c):
    fc, net, x = c.module(torch.nn.Linear(11, 11)), c.module(torch.nn.LSTM(11, 11)), c.normal(5, 11)
    W, U, b = c.matrix(33, 11), c.matrix(33, 11), c.normal(33, scale=0.5)
    a = x + fc(tensor(x)).detach().numpy()
    a = a + run_rnn(net, a)
    c.weights({"W": W, "U": U, "b": b, **module_state("fc", fc), **module_state("rnn", net)})
    c.input("x", x)
    c.output("y", a + gru_reset_before(a, np.zeros(11), W, U, b))


@case
def layer_norm(c):
    one, two = c.module(torch.nn.LayerNorm(13)), c.module(torch.nn.LayerNorm(13, eps=0.25))
    x = c.normal(5, 13, scale=2)
    y = tensor(x)
    c.weights({**module_state("1", one), **module_state("2", two)})
    c.input("x", x)
    c.output("y", one(y))
    c.output("far", two(y / 4 + 30))
    c.output("plain", F.layer_norm(torch.cat([y, y * y, y[:, :7]], 1), [33]))


@case
def rms_norm(c):
    """Zhang, Sennrich 2019, equation 4: a_i / RMS(a) g_i."""
    x, g = c.normal(5, 17, scale=2), c.normal(17)
    rms = lambda a, eps: np.sqrt(np.mean(a ** 2, axis=1, keepdims=True) + eps)
    c.weights({"norm.weight": g})
    c.input("x", x)
    c.output("y", x / rms(x, 1e-6) * g)
    c.output("small", x / 1000 / rms(x / 1000, 1e-5))


@case
def batch_norm(c):
    one, two = batch_norm_module(c, 13), batch_norm_module(c, 13, affine=False, eps=0.125)
    x = c.normal(5, 13, scale=2)
    c.weights({**module_state("1", one), **module_state("2", two)})
    c.input("x", x)
    c.output("y", one(tensor(x)))
    c.output("plain", two(tensor(x)))


@case
def group_norm(c):
    x, tensors = c.normal(5, 15, scale=2), {}
    c.input("x", x)
    for name, groups, eps in (("three", 3, 1e-5), ("five", 5, 0.5), ("one", 1, 1e-5), ("all", 15, 1e-5)):
        norm = c.module(torch.nn.GroupNorm(groups, 15, eps=eps))
        tensors.update(module_state(groups, norm))
        c.output(name, norm(tensor(x)))
    c.weights(tensors)


@case
def conv_causal(c):
    """Conv1d with zeros on the left; d by the sum over the taps."""
    x, kernel = c.normal(11, 7), c.normal(4, 7, 4, scale=0.3)
    convs = [c.module(torch.nn.Conv1d(*sizes, dilation=d)) for sizes, d in (((7, 5, 3), 1), ((5, 3, 2), 4), ((3, 9, 1), 1))]

    def run(conv, x):
        return conv(F.pad(tensor(x).T[None], (conv.dilation[0] * (conv.kernel_size[0] - 1), 0)))[0].T.detach().numpy()

    a = run(convs[0], x)
    b = run(convs[1], np.tanh(a))
    late = lambda steps: np.concatenate([np.zeros((steps, 7)), x])[:11]
    c.weights({"kernel": kernel, **{k: v for i, conv in enumerate(convs) for k, v in module_state(i, conv).items()}})
    c.input("x", x)
    c.output("a", a)
    c.output("b", b)
    c.output("c", run(convs[2], b))
    c.output("d", sum(late(2 * (3 - i)) @ kernel[i] for i in range(4)))


@case
def hygiene(c):
    x, W, b, tensors = c.normal(5, 7), c.matrix(3, 7), c.normal(3, scale=0.5), {}
    A, U, v = c.matrix(9, 7), c.matrix(9, 3), c.normal(9, scale=0.5)
    for k, gate in enumerate("zrh"):
        tensors.update({f"gru.W_{gate}": A[3 * k:3 * k + 3], f"gru.U_{gate}": U[3 * k:3 * k + 3], f"gru.b_{gate}": v[3 * k:3 * k + 3]})
    c.weights({"W": W, "b": b, **tensors})
    c.input("x", x)
    c.output("y", np.clip(0.2 * (x @ W.T + b) + 0.5, 0, 1) + 2 * x[:, :3] + x[:, 4:] + 5)
    c.output("z", F.layer_norm(tensor(100 * gru_reset_before(x, np.zeros(3), A, U, v)), [3]))
