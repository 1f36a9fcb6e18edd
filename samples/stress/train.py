#!/usr/bin/python3
"""train.py: train the network that marks the stressed vowels and measure it.

Needs Debian's python3-torch and python3-numpy, and apt-get (data.py downloads the dictionary with
`apt-get download`, 1 MB, once). From the top of the repository:

    apt-get install python3-torch libopenblas0-pthread
    /usr/bin/python3 samples/stress/train.py build/stress-data

Writes stress.safetensors, phonemes.h and expected.txt beside this file and prints how many held-out words are
right. `train.py FOLDER --measure` only measures what is there, and `train.py FOLDER --score build/stress` the
compiled program.
"""
import collections, math, os, random, subprocess, sys, textwrap, time
import numpy as np
import data
from data import common

HERE = os.path.dirname(os.path.abspath(__file__))
SEED, EPOCHS, BATCH, RATE, DROP = 1, 16, 128, 3e-3, 0.1
WIDTH, HEADS, BLOCKS = 64, 4, 2
EXAMPLES = """photograph F OW T AH G R AE F, photography F AH T AA G R AH F IY, photographic F OW T AH G R AE F IH K,
recurrent R IH K ER AH N T, network N EH T W ER K, attention AH T EH N SH AH N, giraffe JH ER AE F,
computation K AA M P Y AH T EY SH AH N, university Y UW N AH V ER S AH T IY, banana B AH N AE N AH,
mississippi M IH S IH S IH P IY, a AH, stress S T R EH S, blorft B L AO R F T, snorkelly S N AO R K AH L IY,
unfathomably AH N F AE DH AH M AH B L IY, quixotic K W IH K S AA T IH K"""


def tokens(pronunciation):
    return [data.PHONEMES.index(p) for p in pronunciation]


# ---- the model, twice: in PyTorch to train it, in NumPy's float64 to measure it

def batches(pairs):
    """Pronunciations of one length in a batch, so that there is no padding."""
    random.shuffle(pairs)
    pairs.sort(key=lambda pair: len(pair[0]))
    out = [[]]
    for pair in pairs:
        if len(out[-1]) == BATCH or out[-1] and len(out[-1][0][0]) != len(pair[0]):
            out.append([])
        out[-1].append(pair)
    random.shuffle(out)
    return out


def our_name(theirs):
    """The path in stress.rnn of a tensor of PyTorch's network, `y.0.u.dense.W` of `y.0.u.weight`."""
    path, tensor = theirs.rsplit(".", 1)
    layer = path.split(".")[-1]
    if layer in ("e", "p"):
        return {"e": "x.embed.E", "p": "P"}[layer]
    if layer in "qkvo":
        return path[:-1] + "a.multi_head_attention.W_" + layer
    if layer in "nm":
        return path + {"weight": ".gain", "bias": ".bias"}[tensor]
    return path + {"weight": ".dense.W", "bias": ".dense.b"}[tensor]


def train(sounds, path, dev):
    import torch
    from torch import nn
    torch.set_num_threads(1)
    torch.manual_seed(SEED)

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.q, self.k, self.v, self.o = (nn.Linear(WIDTH, WIDTH, bias=False) for _ in range(4))
            self.n, self.m = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.u, self.z = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
            self.drop = nn.Dropout(DROP)

        def forward(self, x):
            n = self.n(x)
            q, k, v = (f(n).unflatten(2, (HEADS, -1)).transpose(1, 2) for f in (self.q, self.k, self.v))
            share = (q @ k.transpose(2, 3) / math.sqrt(WIDTH // HEADS)).softmax(3)
            a = x + self.drop(self.o((share @ v).transpose(1, 2).flatten(2)))
            return a + self.drop(self.z(nn.functional.gelu(self.u(self.m(a)))))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.e, self.p = nn.Embedding(len(data.PHONEMES), WIDTH), nn.Embedding(data.LONGEST, WIDTH)
            self.y = nn.ModuleList(Block() for _ in range(BLOCKS))
            self.n, self.stressed = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 1)
            self.drop = nn.Dropout(DROP)

        def forward(self, sounds):
            x = self.drop(self.e(sounds) + self.p.weight[:sounds.shape[1]])
            for block in self.y:
                x = block(x)
            return self.stressed(self.n(x)).squeeze(2)

    pairs = [(tokens(p), m) for p, several in sounds.items() for m in sorted(several)]
    vowels = torch.tensor([data.vowel(p) for p in data.PHONEMES])
    net, start, step, total = Net(), time.time(), 0, len(batches(pairs)) * EPOCHS
    adam = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    for epoch in range(EPOCHS):
        average = count = 0
        net.train()
        for batch in batches(pairs):
            for group in adam.param_groups:         # up for 500 steps, then down to zero
                group["lr"] = RATE * min((step + 1) / 500, 1 - step / total)
            step += 1
            x = torch.tensor([p for p, _ in batch])
            y = torch.tensor([[float(c) for c in m] for _, m in batch])
            at = vowels[x]
            loss = nn.functional.binary_cross_entropy_with_logits(net(x)[at], y[at])
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1)
            adam.step()
            average, count = average + loss.item(), count + 1
        common.write_weights(path, {our_name(name): w for name, w in net.state_dict().items()})
        vowels_right, words_right = rates(marker(common.read_weights(path)), dev)
        print(f"epoch {epoch + 1}, loss {average / count:.4f}, dev: {vowels_right:.2f} % of the vowels, "
              f"{words_right:.2f} % of the words right, {time.time() - start:.0f} s", flush=True)


def forward(w, x):
    """The probability of stress on each phoneme; x: pronunciations of one length. stress.rnn in float64."""
    def norm(x, name):
        off = x - x.mean(-1, keepdims=True)
        return off / np.sqrt((off ** 2).mean(-1, keepdims=True) + 1e-5) * w[name + ".gain"] + w[name + ".bias"]
    dense = lambda x, name: x @ w[name + ".dense.W"].T + w[name + ".dense.b"]
    heads = lambda x: x.reshape(x.shape[0], x.shape[1], HEADS, -1).transpose(0, 2, 1, 3)
    erf = np.vectorize(math.erf, otypes=[float])
    x = np.array(x)
    y = w["x.embed.E"][x] + w["P"][:x.shape[1]]
    for k in range(BLOCKS):
        n = norm(y, f"y.{k}.n")
        Q, K, V = (heads(n @ w[f"y.{k}.a.multi_head_attention.W_{c}"].T) for c in "qkv")
        share = common.softmax(Q @ K.transpose(0, 1, 3, 2) / math.sqrt(Q.shape[3]))
        a = y + (share @ V).transpose(0, 2, 1, 3).reshape(y.shape) @ w[f"y.{k}.a.multi_head_attention.W_o"].T
        u = dense(norm(a, f"y.{k}.m"), f"y.{k}.u")
        y = a + dense(u / 2 * (1 + erf(u / math.sqrt(2))), f"y.{k}.z")
    return common.sigmoid(dense(norm(y, "n"), "stressed")[:, :, 0])


# ---- measuring

def marker(w):
    """A function from pronunciations to marks, with these weights."""
    def mark(sounds):
        by_length, found = {}, {}
        for p in sounds:
            by_length.setdefault(len(p), []).append(p)
        for group in by_length.values():
            for p, row in zip(group, forward(w, [tokens(p) for p in group])):
                found[p] = "".join("1" if data.vowel(c) and s >= 0.5 else "0" for c, s in zip(p, row))
        return found
    return mark


def baselines(sounds):
    """Two functions like that of `marker`: what each vowel most often is; what the word's vowels most often are."""
    alone, together = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    vowels = lambda p: tuple(c for c in p if data.vowel(c))
    for p, several in sounds.items():
        for m in several:
            for c, s in zip(p, m):
                alone[c][s] += 1
            together[vowels(p)]["".join(s for c, s in zip(p, m) if data.vowel(c))] += 1
    by_vowel = lambda p: "".join(alone[c].most_common(1)[0][0] if data.vowel(c) else "0" for c in p)
    def by_word(p):
        if vowels(p) not in together:
            return by_vowel(p)
        marks = iter(together[vowels(p)].most_common(1)[0][0])
        return "".join(next(marks) if data.vowel(c) else "0" for c in p)
    return (lambda sounds: {p: by_vowel(p) for p in sounds}), (lambda sounds: {p: by_word(p) for p in sounds})


def rates(mark, sounds):
    """Percent right, of the vowels and of the words, in words of several syllables."""
    sounds = {p: m for p, m in sounds.items() if sum(map(data.vowel, p)) > 1}
    right = good = count = 0
    for p, got in mark(sounds).items():
        off = min(sum(a != b for a, b in zip(got, m)) for m in sounds[p])
        vowels = sum(map(data.vowel, p))
        right, good, count = right + (off == 0), good + vowels - off, count + vowels
    return 100 * good / count, 100 * right / len(sounds)


def program(command):
    """A function like that of `marker` which asks the compiled program."""
    def mark(sounds):
        lines = "".join(" ".join(p) + "\n" for p in sounds)
        out = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
        return {p: "".join("1" if s.endswith("1") else "0" for s in line.split()) for p, line in zip(sounds, out)}
    return mark


def write_files(w):
    names = ", ".join(f'"{p}"' for p in data.PHONEMES)
    with open(os.path.join(HERE, "phonemes.h"), "w") as f:
        f.write("/* phonemes.h: what the tokens are, written by train.py */\n"
                "static const char *const phonemes[] = {\n" +
                textwrap.indent(textwrap.fill(names, 100), "    ") + "\n};\n")
    with open(os.path.join(HERE, "expected.txt"), "w") as f:
        for word, *p in map(str.split, EXAMPLES.split(",")):
            stressed = forward(w, [tokens(p)])[0]
            marked = [f"{c} {s:.6f}" if data.vowel(c) else c for c, s in zip(p, stressed)]
            f.write(f"{word}  {' '.join(marked)}\n")


def main(folder, *options):
    random.seed(SEED)
    sounds, path = data.samples(folder), os.path.join(HERE, "stress.safetensors")
    if not options:
        train(sounds["train"], path, sounds["dev"])
    by_vowel, by_word = baselines(sounds["train"])
    networks = {"each vowel as most often": by_vowel, "the vowels as most often": by_word}
    if options[:1] == ("--score",):
        networks["the program"] = program(options[1:])
    else:
        w = common.read_weights(path)
        networks["the network"] = marker(w)
        write_files(w)
    for name, mark in networks.items():
        print("held-out words, %s: %.2f %% of the vowels, %.2f %% of the words right" % (
            name, *rates(mark, sounds["heldout"])))


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["build/stress-data"]))
