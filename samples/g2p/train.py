#!/usr/bin/python3
"""train.py: train the network that pronounces words and measure it.

Needs Debian's python3-torch and python3-numpy, and apt-get (data.py downloads the dictionary with
`apt-get download`, 24 MB, once). From the top of the repository:

    apt-get install python3-torch libopenblas0-pthread
    /usr/bin/python3 samples/g2p/train.py build/g2p-data

Writes g2p.safetensors, tokens.h, expected.txt and attention.txt beside this file and prints the error rates on
held-out words. `train.py FOLDER --measure` only measures what is there, and `train.py FOLDER --score build/g2p`
the compiled program.
"""
import os, random, subprocess, sys, textwrap, time
import numpy as np
import data
from data import common

HERE = os.path.dirname(os.path.abspath(__file__))
START, END, FIRST = 0, 1, 2                         # the tokens of phonemes: then data.PHONEMES
SEED, EPOCHS, BATCH, RATE, DROP, SMOOTH = 1, 36, 128, 2e-3, 0.2, 0.1
EMBED, ENCODER, ATTENTION, DECODER = 64, 128, 128, 256
EXAMPLES = """recurrent neural network translate attention phonetics photograph photography giraffe tough though
thought through knight wednesday colonel queue rhythm psychology island mississippi o'clock x-ray blorft snorkelly
hyperlinking unfathomably quixotic brexit emoji""".split()
PICTURES = "recurrent knight photography".split()


def letters(word):
    return [data.LETTERS.index(c) for c in word]


def phonemes(pronunciation):
    return [FIRST + data.PHONEMES.index(p) for p in pronunciation]


# ---- the model, twice: in PyTorch to train it, in NumPy's float64 to measure it

def batches(pairs):
    """Words of one length in a batch, so that the encoder needs no padding; similar pronunciations together."""
    random.shuffle(pairs)
    pairs.sort(key=lambda pair: (len(pair[0]), len(pair[1]) + random.random()))
    out = [[]]
    for pair in pairs:
        if len(out[-1]) == BATCH or out[-1] and len(out[-1][0][0]) != len(pair[0]):
            out.append([])
        out[-1].append(pair)
    random.shuffle(out)
    return out


def train(words, path, dev):
    import torch
    from torch import nn
    torch.set_num_threads(1)
    torch.manual_seed(SEED)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.letter = nn.Embedding(len(data.LETTERS), EMBED)
            self.phoneme = nn.Embedding(FIRST + len(data.PHONEMES), EMBED)
            self.encoder = nn.GRU(EMBED, ENCODER, batch_first=True, bidirectional=True)
            self.start = nn.Linear(ENCODER, DECODER)
            self.query = nn.Linear(DECODER, ATTENTION, bias=False)
            self.key = nn.Linear(2 * ENCODER, ATTENTION, bias=False)
            self.score = nn.Linear(ATTENTION, 1, bias=False)
            self.decoder = nn.GRUCell(EMBED + 2 * ENCODER, DECODER)
            self.out = nn.Linear(DECODER + 2 * ENCODER, FIRST + len(data.PHONEMES))
            self.drop = nn.Dropout(DROP)

        def forward(self, word, before):
            """before: the phonemes, a step late. Logits of the phonemes."""
            enc, last = self.encoder(self.drop(self.letter(word)))
            d, enc = torch.tanh(self.start(last[1])), self.drop(enc)
            keys, e, both = self.key(enc), self.drop(self.phoneme(before)), []
            for t in range(before.shape[1]):
                weight = self.score(torch.tanh(self.query(d).unsqueeze(1) + keys)).softmax(1)
                context = (weight.transpose(1, 2) @ enc).squeeze(1)
                d = self.decoder(torch.cat([e[:, t], context], 1), d)
                both.append(torch.cat([d, context], 1))
            return self.out(self.drop(torch.stack(both, 1)))

    pairs = [(letters(word), [START] + phonemes(p) + [END]) for word, several in words.items() for p in several]
    net, start, step, total = Net(), time.time(), 0, len(batches(pairs)) * EPOCHS
    adam = torch.optim.Adam(net.parameters(), lr=RATE)
    for epoch in range(EPOCHS):
        average = count = 0
        net.train()
        for batch in batches(pairs):
            for group in adam.param_groups:         # up for 500 steps, then down to zero
                group["lr"] = RATE * min((step + 1) / 500, 1 - step / total)
            step += 1
            longest = max(len(p) for _, p in batch)
            y = torch.tensor([p + [-100] * (longest - len(p)) for _, p in batch])
            logits = net(torch.tensor([w for w, _ in batch]), y[:, :-1].clamp(min=0))
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), y[:, 1:].flatten(), label_smoothing=SMOOTH)
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1)
            adam.step()
            average, count = average + loss.item(), count + 1
        common.write_weights(path, net.state_dict())
        per, wer = rates(pronounce(common.read_weights(path), dev), dev)
        print(f"epoch {epoch + 1}, loss {average / count:.4f}, dev: phonemes {per:.2f} %, words {wer:.2f} % wrong, "
              f"{time.time() - start:.0f} s", flush=True)


def gru(w, name, end, x, h):
    """One step of PyTorch's GRU."""
    a = np.split(x @ w[f"{name}.weight_ih{end}"].T + w[f"{name}.bias_ih{end}"], 3, axis=1)
    b = np.split(h @ w[f"{name}.weight_hh{end}"].T + w[f"{name}.bias_hh{end}"], 3, axis=1)
    r, z = (common.sigmoid(a[k] + b[k]) for k in (0, 1))
    return (1 - z) * np.tanh(a[2] + r * b[2]) + z * h


def forward(w, words):
    """The phonemes of words of one length, END and what comes after it included; g2p.rnn's equations in float64."""
    x = w["letter.weight"][[letters(word) for word in words]]
    steps = range(x.shape[1])
    f, b = ([np.zeros((len(words), w["start.weight"].shape[1]))] for _ in range(2))
    for s in steps:
        f.append(gru(w, "encoder", "_l0", x[:, s], f[-1]))
        b.append(gru(w, "encoder", "_l0_reverse", x[:, -1 - s], b[-1]))
    enc = np.concatenate([np.stack(f[1:], 1), np.stack(b[:0:-1], 1)], 2)
    d, keys = np.tanh(b[-1] @ w["start.weight"].T + w["start.bias"]), enc @ w["key.weight"].T
    dst, out, weights = np.full(len(words), START), [], []
    for t in range(data.LONGEST):
        score = np.tanh((d @ w["query.weight"].T)[:, None] + keys) @ w["score.weight"][0]
        a = common.softmax(score)
        context = np.einsum("ws,wse->we", a, enc)
        d = gru(w, "decoder", "", np.concatenate([w["phoneme.weight"][dst], context], 1), d)
        dst = (np.concatenate([d, context], 1) @ w["out.weight"].T + w["out.bias"]).argmax(1)
        out.append(dst)
        weights.append(a)
    return np.stack(out, 1), np.stack(weights, 1)


def pronounce(w, words):
    """{word: [phoneme, ...]}"""
    by_length, found = {}, {}
    for word in words:
        by_length.setdefault(len(word), []).append(word)
    for group in by_length.values():
        for k in range(0, len(group), 512):
            for word, row in zip(group[k:k + 512], forward(w, group[k:k + 512])[0]):
                end = row.tolist().index(END) if END in row else len(row)
                found[word] = [data.PHONEMES[p - FIRST] for p in row[:end] if p >= FIRST]
    return found


# ---- measuring

def distance(a, b):
    """Levenshtein's: insertions, deletions and replacements."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def rates(found, words):
    """Percent of phonemes and of words that are wrong, against the nearest pronunciation of each word."""
    wrong = errors = length = 0
    for word, got in found.items():
        off, size = min((distance(got, p), len(p)) for p in words[word])
        wrong, errors, length = wrong + (off > 0), errors + off, length + size
    return 100 * errors / length, 100 * wrong / len(words)


def picture(w, word):
    """What main.c prints with --attention."""
    (row,), (seen,) = forward(w, [word])
    out = "    " + "".join(" " + c for c in word) + "\n"
    for p, shares in zip(row[:row.tolist().index(END)], seen):
        shades = [" \u2591\u2592\u2593\u2588"[int(4 * a + 0.5)] for a in shares]
        out += f"  {data.PHONEMES[p - FIRST]:2}" + "".join(2 * shade for shade in shades) + "\n"
    return out


def write_files(w):
    names = ", ".join(f'"{p}"' for p in [""] * FIRST + data.PHONEMES)
    with open(os.path.join(HERE, "tokens.h"), "w") as f:
        f.write("/* tokens.h: what the tokens are, written by train.py */\n"
                f'static const char letters[] = "{data.LETTERS}";\n'
                f"enum {{ START = {START}, END = {END} }};\n"
                "static const char *const phonemes[] = {\n" +
                textwrap.indent(textwrap.fill(names, 100), "    ") + "\n};\n")
    lines = {word: f"{word}  {' '.join(p)}\n" for word, p in pronounce(w, EXAMPLES).items()}
    with open(os.path.join(HERE, "expected.txt"), "w") as f:
        f.write("".join(lines[word] for word in EXAMPLES))
    with open(os.path.join(HERE, "attention.txt"), "w", encoding="utf-8") as f:
        f.write("".join(lines[word] + picture(w, word) for word in PICTURES))


def main(folder, *options):
    random.seed(SEED)
    words, path = data.samples(folder), os.path.join(HERE, "g2p.safetensors")
    if not options:
        train(words["train"], path, words["dev"])
    if options[:1] == ("--score",):
        lines = subprocess.run(options[1:], input="\n".join(words["heldout"]), stdout=subprocess.PIPE, text=True,
                               check=True).stdout.splitlines()
        found = {word: p for word, *p in map(str.split, lines)}
        assert found.keys() == words["heldout"].keys()
    else:
        w = common.read_weights(path)
        found = pronounce(w, words["heldout"])
        write_files(w)
    print("held-out words: phonemes %.2f %%, words %.2f %% wrong" % rates(found, words["heldout"]))


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["build/g2p-data"]))
