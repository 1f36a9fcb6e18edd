"""common.py: what the samples' training scripts share: Debian packages, weight files, and LSTM and GRU
in NumPy's float64, which have nothing to do with rnnc and check what it computes."""
import glob, json, os, subprocess
import numpy as np


def fetch(packages, folder):
    """Download Debian packages with apt-get and unpack each into a folder of its name."""
    os.makedirs(folder, exist_ok=True)
    for package in packages:
        into = os.path.join(folder, package)
        if not os.path.isdir(into):
            subprocess.run(["apt-get", "download", package], cwd=folder, check=True)
            deb = glob.glob(os.path.join(folder, package + "_*.deb"))[0]
            subprocess.run(["dpkg-deb", "-x", deb, into + ".part"], check=True)
            os.rename(into + ".part", into)
            os.remove(deb)


# ---- safetensors: a length, a JSON header, the numbers

def write_weights(path, tensors):
    """{name: array} or a PyTorch state_dict, stored in half precision."""
    header, blob = {}, b""
    for name, a in tensors.items():
        a = np.asarray(a).astype("<f2")
        header[name] = {"dtype": "F16", "shape": list(a.shape), "data_offsets": [len(blob), len(blob) + a.nbytes]}
        blob += a.tobytes()
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with open(path, "wb") as f:
        f.write(len(head).to_bytes(8, "little") + head + blob)


def read_weights(path):
    """{name: float64 array}"""
    with open(path, "rb") as f:
        raw = f.read()
    n = 8 + int.from_bytes(raw[:8], "little")
    return {name: np.frombuffer(raw[n + t["data_offsets"][0]:n + t["data_offsets"][1]], "<f2")
                    .reshape(t["shape"]).astype(np.float64)
            for name, t in json.loads(raw[8:n]).items()}


# ---- recurrent layers as PyTorch documents them; x is [steps, batch, m]

def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def lstm_step(w, name, x, h, c):
    """One step of layer `name`, such as "l0" or "l0_reverse"."""
    gates = (x @ w[f"rnn.weight_ih_{name}"].T + w[f"rnn.bias_ih_{name}"] +
             h @ w[f"rnn.weight_hh_{name}"].T + w[f"rnn.bias_hh_{name}"])
    i, f, g, o = np.split(gates, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def lstm(w, name, x, lengths):
    """All steps; a layer whose name ends in _reverse starts at each sequence's own end."""
    h = np.zeros((x.shape[1], w[f"rnn.weight_hh_{name}"].shape[1]))
    c, out = h.copy(), np.zeros((len(x),) + h.shape)
    for t in reversed(range(len(x))) if name.endswith("_reverse") else range(len(x)):
        there = (t < lengths)[:, None]
        new_h, new_c = lstm_step(w, name, x[t], h, c)
        h, c = np.where(there, new_h, h), np.where(there, new_c, c)
        out[t] = h
    return out
