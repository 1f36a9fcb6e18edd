#!/usr/bin/python3
"""train.py: train the language identifier and measure it.

Needs Debian's python3-torch and python3-numpy, and apt-get (data.py downloads the texts with
`apt-get download`, 1.4 GB, once). From the top of the repository:

    apt-get install python3-torch libopenblas0-pthread
    /usr/bin/python3 samples/langid/train.py build/langid-data

Writes langid.safetensors, languages.txt, languages.h and expected.txt beside this file and prints
how often the held-out text is recognised. `train.py FOLDER --measure` only measures what is there.
"""
import math, os, random, sys, time, unicodedata
import numpy as np
import data

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
import common

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = [name for name, _, _ in data.LANGUAGES]
LATIN = {name for name, _, script in data.LANGUAGES if script == "LATIN"}
SEED, STEPS, BATCH, RATE, EMBED, UNITS = 1, 8000, 128, 4e-3, 16, 160
DRY = {"gnome", "evolution", "stars"}                # less like what people type: half as often
SIZES = 10, 120                                     # bytes in a crop, from and to


# ---- crops of text

UNDECOMPOSED = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ł": "l", "ı": "i",
                              "Ø": "O", "Æ": "AE", "Œ": "OE", "Đ": "D", "Ł": "L"})


def plain(text, name):
    """As people type where the keyboard has no accents."""
    if name == "German" and random.random() < 0.5:
        text = text.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"}))
    text = text.translate(UNDECOMPOSED)
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def as_typed(text, name):
    """A third in lower case, some in capitals, a quarter of the Latin ones without accents."""
    dice = random.random()
    text = text.lower() if dice < 0.35 else text.upper() if dice < 0.38 else text
    return plain(text, name) if name in LATIN and random.random() < 0.25 else text


def crop(text, size, change=lambda s: s):
    """Up to `size` bytes of text, from the beginning of some word on, cut at a character."""
    at = random.randrange(max(1, len(text) - size))
    piece = text[at:at + size + 15]                 # Chinese and Japanese have hardly a space: as it comes
    piece = change(piece[piece.find(" ", 0, 15) + 1:])
    return piece.encode()[:size].decode("utf-8", "ignore").encode()


class Crops:
    """Random training crops: languages equally often, their sources by the root of their size."""
    def __init__(self, texts):
        self.texts = [[" ".join(random.sample(s, len(s))) for s in texts[name].values()] for name in NAMES]
        self.parts = [[math.sqrt(len(text)) * (0.5 if source in DRY else 1)
                       for source, text in zip(texts[name], sources)] for name, sources in zip(NAMES, self.texts)]

    def batch(self, size):
        x, y = np.full((BATCH, size), ord(" "), np.int64), np.empty(BATCH, np.int64)
        for row in range(BATCH):
            k = y[row] = random.randrange(len(NAMES))
            text = random.choices(self.texts[k], self.parts[k])[0]
            b = crop(text, size, lambda s: as_typed(s, NAMES[k]))
            x[row, :len(b)] = np.frombuffer(b, np.uint8)
        return x, y


# ---- the model, twice: in PyTorch to train it, in NumPy's float64 to measure it

def train(texts):
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(SEED)

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = torch.nn.Embedding(256, EMBED)
            self.rnn = torch.nn.LSTM(EMBED, UNITS, batch_first=True)
            self.fc = torch.nn.Linear(UNITS, len(NAMES))

        def forward(self, x):
            h, _ = self.rnn(self.embed(x))
            return self.fc(h.amax(1))

    net, crops, start, average = Net(), Crops(texts), time.time(), 0
    adam = torch.optim.Adam(net.parameters(), lr=RATE)
    for step in range(STEPS):
        for group in adam.param_groups:             # up for 100 steps, then down to zero
            group["lr"] = RATE * min((step + 1) / 100, 1 - step / STEPS)
        x, y = crops.batch(round(math.exp(random.uniform(*map(math.log, SIZES)))))
        loss = torch.nn.functional.cross_entropy(net(torch.from_numpy(x)), torch.from_numpy(y))
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1)
        adam.step()
        average += 0.01 * (loss.item() - average)
        if step % 250 == 249:
            print(f"step {step + 1}, loss {average:.4f}, {time.time() - start:.0f} s", flush=True)
    return {name: w.detach().numpy().astype("<f2") for name, w in net.state_dict().items()}


def forward(w, texts):
    """[len(texts), languages]: probabilities of the byte strings; langid.rnn's equations in float64."""
    sigmoid = lambda a: 1 / (1 + np.exp(-a))
    h = np.zeros((len(texts), w["rnn.weight_hh_l0"].shape[1]))
    c, top = h.copy(), np.full_like(h, -1)
    lengths = np.array([len(s) for s in texts])
    for t in range(lengths.max()):
        byte = np.array([s[t] if t < len(s) else 0 for s in texts])
        gates = (w["embed.weight"][byte] @ w["rnn.weight_ih_l0"].T + w["rnn.bias_ih_l0"] +
                 h @ w["rnn.weight_hh_l0"].T + w["rnn.bias_hh_l0"])
        i, f, g, o = np.split(gates, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        top = np.where((t < lengths)[:, None], np.maximum(top, h), top)
    z = top @ w["fc.weight"].T + w["fc.bias"]
    z = np.exp(z - z.max(1, keepdims=True))
    return z / z.sum(1, keepdims=True)


# ---- measuring

def measure(w, texts, sizes=(20, 40, 80, 160), crops=200):
    """Accuracy, the mean over the languages that have at least 3 KB of such text."""
    for split in ("heldout", "unseen"):
        random.seed(SEED)
        joined = {n: " ".join(s for source in texts[split].get(n, {}).values() for s in source) for n in NAMES}
        joined = {n: s for n, s in joined.items() if len(s.encode()) >= 3000}
        print(f"\n{split} text, {len(joined)} languages (without: {', '.join(sorted(set(NAMES) - set(joined))) or 'none'})")
        for size in sizes:
            right, wrong = {}, {}
            for n, text in joined.items():
                top = forward(w, [crop(text, size) or b" " for _ in range(crops)]).argmax(1)
                right[n] = np.mean(top == NAMES.index(n))
                for k in top[top != NAMES.index(n)]:
                    wrong[n, NAMES[k]] = wrong.get((n, NAMES[k]), 0) + 100 / crops
            print(f"  {size:3} bytes: {100 * np.mean(list(right.values())):.1f} %   worst: " +
                  ", ".join(f"{n} {100 * right[n]:.0f}" for n in sorted(right, key=right.get)[:6]))
            if size == sizes[1]:
                print("    confusions: " + ", ".join(f"{a} as {b} {wrong[a, b]:.0f} %" for a, b in
                                                      sorted(wrong, key=wrong.get, reverse=True)[:10]))


def sentences(w):
    """sentences.txt: everyday sentences of our own; with capitals and accents, and without."""
    with open(os.path.join(HERE, "sentences.txt"), encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and line[0] != "#"]
    for title, form in ("as written", lambda n, s: s), ("lower case", lambda n, s: s.lower()), \
                       ("no accents", lambda n, s: plain(s.lower(), n) if n in LATIN else s.lower()):
        p = forward(w, [form(n, s).encode() for n, s in rows])
        failed = [f"  {form(n, s)}  ({n}, taken for {NAMES[p[k].argmax()]})"
                  for k, (n, s) in enumerate(rows) if NAMES[p[k].argmax()] != n]
        print(f"\neveryday sentences, {title}: {len(rows) - len(failed)} of {len(rows)}", *failed, sep="\n")
    return rows


def main(folder, only_measure):
    random.seed(SEED)
    texts = data.samples(folder)
    path = os.path.join(HERE, "langid.safetensors")
    if not only_measure:
        common.write_weights(path, train(texts["train"]))
    w = common.read_weights(path)
    measure(w, texts)
    rows = sentences(w)
    with open(os.path.join(HERE, "languages.txt"), "w") as f:
        f.write("".join(n + "\n" for n in NAMES))
    with open(os.path.join(HERE, "languages.h"), "w") as f:
        f.write("/* languages.h: the names of the outputs, written by train.py */\n" +
                "static const char *const languages[] = {\n" + "".join(f'    "{n}",\n' for n in NAMES) + "};\n")
    with open(os.path.join(HERE, "expected.txt"), "w", encoding="utf-8") as f:
        f.write("# text, the likeliest language, its probability in float64 (train.py)\n")
        for (_, s) in rows[::len(rows) // 10]:
            p = forward(w, [s.encode()])[0]
            f.write(f"{s}\t{NAMES[p.argmax()]}\t{p.max():.6f}\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "build/langid-data", "--measure" in sys.argv)
