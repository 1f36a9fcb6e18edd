"""What the cases share: random numbers, files, and the few equations that torch has no module for.

A case is a function with the decorator `case`; its name is that of the folder it fills and of the
.rnn file beside it. Every number is drawn in double precision and rounded to single, so that what
the files hold is exactly what was computed with; results are computed in double precision and
rounded once, when they are written.
"""
import json
import os
import struct
import zlib

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
cases = {}


def case(function):
    cases[function.__name__] = function
    return function


class Case:
    """Draws numbers that depend on the case's name alone, and writes its files."""

    def __init__(self, name):
        self.folder = os.path.join(HERE, name)
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        torch.manual_seed(zlib.crc32(name.encode()))
        os.makedirs(self.folder, exist_ok=True)
        for old in os.listdir(self.folder):
            os.remove(os.path.join(self.folder, old))

    def path(self, name):
        return os.path.join(self.folder, name)

    def normal(self, *shape, scale=1.0):
        return single(self.random.normal(0, scale, shape))

    def matrix(self, rows, columns):
        """Large enough for gates to leave the straight part of their curve."""
        return self.normal(rows, columns, scale=1.3 / np.sqrt(columns))

    def tokens(self, values, steps):
        return self.random.integers(0, values, steps).astype(np.int32)

    def input(self, name, value):
        np.save(self.path(f"in_{name}.npy"), stored(value))

    def output(self, name, value):
        np.save(self.path(f"out_{name}.npy"), stored(value))

    def weights(self, tensors, file="weights.safetensors"):
        write_safetensors(self.path(file), tensors)

    def module(self, module):
        """A torch module in double precision with random parameters, biases too."""
        module = module.double()
        with torch.no_grad():
            for p in module.parameters():
                scale = 1.3 / np.sqrt(p.shape[-1]) if p.dim() > 1 else 0.5
                p.copy_(torch.from_numpy(self.normal(*p.shape, scale=scale)))
        return module


def single(x):
    return np.asarray(x, np.float64).astype(np.float32).astype(np.float64)


def stored(x):
    x = x.detach().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)
    return x.astype(np.int32 if x.dtype.kind in "iu" else np.float32)


def state(module):
    return {k: v.detach().numpy() for k, v in module.state_dict().items()}


def tensor(x):
    return torch.from_numpy(np.array(x))


# ---- weight files ----

def bf16(x):
    """The upper halves of single-precision numbers, rounded to even."""
    bits = np.asarray(x, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def from_bf16(bits):
    return (bits.astype(np.uint32) << 16).view(np.float32).astype(np.float64)


class BFloat16:
    def __init__(self, x):
        self.bits = bf16(x)
        self.value = from_bf16(self.bits)


def write_safetensors(path, tensors):
    """Doubles are stored as F32; other types, and what is wrapped in BFloat16, as they are."""
    names = {"f8": "F64", "f4": "F32", "f2": "F16", "i1": "I8", "i4": "I32"}
    header, data = {}, b""
    for name, value in tensors.items():
        if isinstance(value, BFloat16):
            value, kind = value.bits, "BF16"
        else:
            value = np.asarray(value)
            if value.dtype == np.float64:
                value = value.astype(np.float32)
            kind = names[value.dtype.str[1:]]
        raw = np.ascontiguousarray(value).tobytes()
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


# ---- equations without a torch module; x is [steps, m], the weights are as torch stores them ----

def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def relu(x):
    return np.maximum(x, 0)


def softmax(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def gru_reset_before(x, h, W, U, b, g=np.tanh, s=sigmoid):
    """Cho et al. 2014: rows of W, U and b in the order z, r, h; the reset gate acts on the state."""
    n, out = h.size, []
    for v in x:
        a = W @ v + b
        z = s(a[:n] + U[:n] @ h)
        r = s(a[n:2 * n] + U[n:2 * n] @ h)
        h = z * h + (1 - z) * g(a[2 * n:] + U[2 * n:] @ (r * h))
        out.append(h)
    return np.array(out)


class Gru:
    """A layer of them with random weights, which the library's gru has under the same names."""

    def __init__(self, c, m, n):
        self.W, self.U, self.b = c.matrix(3 * n, m), c.matrix(3 * n, n), c.normal(3 * n, scale=0.5)
        self.n = n

    def __call__(self, x, h=None):
        return gru_reset_before(x, np.zeros(self.n) if h is None else h, self.W, self.U, self.b)

    def named(self, path):
        rows = {gate: slice(k * self.n, (k + 1) * self.n) for k, gate in enumerate("zrh")}
        return {f"{path}.{letter}_{gate}": getattr(self, letter)[r] for letter in "WUb" for gate, r in rows.items()}


class Dense:
    def __init__(self, c, m, n, scale=1.0):
        self.W, self.b = single(c.matrix(n, m) * scale), c.normal(n, scale=0.5)

    def __call__(self, x):
        return x @ self.W.T + self.b

    def named(self, path):
        return {path + ".W": self.W, path + ".b": self.b}


def elman(x, h, W, U, b, g):
    """A simple recurrent network with any activation function."""
    out = []
    for v in x:
        h = g(W @ v + U @ h + b)
        out.append(h)
    return np.array(out)


def run_rnn(module, x, *start):
    """All outputs and the last state of a torch recurrent module; start vectors are [n]."""
    start = [tensor(s).reshape(1, -1) for s in start]
    h, _ = module(tensor(x), tuple(start) if len(start) > 1 else start[0] if start else None)
    return h.detach().numpy()


def run_lstm(module, x, h, c):
    """Hidden and cell states at all steps: step by step, as torch gives the last cell state only."""
    hs, cs, s = [], [], (tensor(h).reshape(1, -1), tensor(c).reshape(1, -1))
    for v in x:
        y, s = module(tensor(v).reshape(1, -1), s)
        hs.append(y.detach().numpy()[0])
        cs.append(s[1].detach().numpy()[0])
    return np.array(hs), np.array(cs)
