#!/usr/bin/python3
"""train.py: train the hyphenation tagger and measure it.

Needs Debian's python3-torch and python3-numpy, and apt-get (data.py downloads dict-gcide and wamerican, 15 MB); to
compare with the patterns of TeX, python3-pyphen and hyphen-en-us. From the top of the repository:

    apt-get install python3-torch libopenblas0-pthread python3-pyphen hyphen-en-us
    /usr/bin/python3 samples/hyphen/train.py build/hyphen-data

Writes hyphen.safetensors and expected.txt beside this file and prints how many hyphens of the held-out
words are found. `train.py FOLDER --measure` only measures what is there.
"""
import os, random, sys, time
import numpy as np
import data
from data import common

HERE = os.path.dirname(os.path.abspath(__file__))
SEED, EPOCHS, BATCH, RATE, EMBED, UNITS = 1, 12, 256, 5e-3, 16, 80


def codes(word):
    return [data.LETTERS.index(c) for c in word]


def batches(words):
    """Words of about one length together: (letters [steps, batch], tags, lengths); the shorter are padded with -1."""
    words = sorted(random.sample(words, len(words)), key=lambda w: len(w[0]) + 2 * random.random())
    out = [words[k:k + BATCH] for k in range(0, len(words), BATCH)]
    for group in random.sample(out, len(out)):
        group.sort(key=lambda w: -len(w[0]))
        x = np.full((len(group[0][0]), len(group)), -1)
        y = x.copy()
        for k, (word, tags) in enumerate(group):
            x[:len(word), k], y[:len(word), k] = codes(word), tags
        yield x, y, np.array([len(word) for word, _ in group])


def train(words):
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(SEED)

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = torch.nn.Embedding(len(data.LETTERS), EMBED)
            self.rnn = torch.nn.LSTM(EMBED, UNITS, num_layers=2, bidirectional=True, dropout=0.3)
            self.fc = torch.nn.Linear(2 * UNITS, len(data.MARKS))

        def forward(self, x, lengths):
            e = torch.nn.utils.rnn.pack_padded_sequence(self.embed(x.clamp(min=0)), lengths)
            h, _ = torch.nn.utils.rnn.pad_packed_sequence(self.rnn(e)[0])
            return self.fc(torch.nn.functional.dropout(h, 0.3, self.training))

    net, start, step = Net(), time.time(), 0
    adam, steps = torch.optim.Adam(net.parameters(), lr=RATE), EPOCHS * (len(words) // BATCH + 1)
    for epoch in range(EPOCHS):
        total = count = 0
        for x, y, lengths in batches(words):
            step += 1
            for group in adam.param_groups:         # up for 100 steps, then down to zero
                group["lr"] = RATE * max(0, min(step / 100, 1 - step / steps))
            z = net(torch.from_numpy(x), torch.from_numpy(lengths))
            loss = torch.nn.functional.cross_entropy(z.flatten(0, 1), torch.from_numpy(y).flatten(), ignore_index=-1)
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1)
            adam.step()
            total, count = total + loss.item(), count + 1
        print(f"epoch {epoch + 1}, loss {total / count:.4f}, {time.time() - start:.0f} s", flush=True)
    return {name: w.detach().numpy() for name, w in net.state_dict().items()}


def forward(w, words):
    """[steps, words, marks]: probabilities; hyphen.rnn's equations in float64."""
    lengths = np.array([len(word) for word in words])
    x = np.array([codes(word) + [0] * (lengths.max() - len(word)) for word in words]).T
    h = w["embed.weight"][x]
    for layer in "l0", "l1":
        h = np.concatenate([common.lstm(w, layer + way, h, lengths) for way in ("", "_reverse")], axis=2)
    return common.softmax(h @ w["fc.weight"].T + w["fc.bias"])


def score(found, wanted):
    """Of sets of places: precision, recall, and how many words are right throughout."""
    hits = sum(len(a & b) for a, b in zip(found, wanted))
    return (f"precision {100 * hits / sum(map(len, found)):.1f} %, recall {100 * hits / sum(map(len, wanted)):.1f} %, "
            f"whole words {100 * np.mean([a == b for a, b in zip(found, wanted)]):.1f} %")


def places(tags, first=0, last=0):
    return {k for k in range(first, len(tags) - 1 - last) if tags[k]}


def measure(w, heldout):
    """On the held-out words, and beside it the hyphenation patterns of TeX, which leave two letters
    at the beginning and three at the end together and mean to miss a place rather than to err."""
    wanted = [tags for _, tags in heldout]
    p = [forward(w, [word for word, _ in heldout[k:k + 500]]) for k in range(0, len(heldout), 500)]
    found = [list(p[k // 500][:len(word), k % 500].argmax(1)) for k, (word, _) in enumerate(heldout)]
    print(f"{len(heldout)} held-out words")
    print("  all places:", score([places(t) for t in found], [places(t) for t in wanted]))
    several = [(f.index(2) if 2 in f else -1) == t.index(2) for f, t in zip(found, wanted) if 2 in t]
    print(f"  the stressed syllable ends where it should in {100 * np.mean(several):.1f} % of {len(several)} words")
    wanted = [places(t, 1, 2) for t in wanted]
    print("  not next to the ends:", score([places(t, 1, 2) for t in found], wanted))
    try:
        import pyphen
    except ImportError:
        return print("  (no python3-pyphen to compare with)")
    tex = pyphen.Pyphen(lang="en_US", left=2, right=3)
    print("  the patterns of TeX:", score([{k - 1 for k in tex.positions(word)} for word, _ in heldout], wanted))


def golden(w, heldout):
    """Held-out words and what float64 makes of them, where no decision is close."""
    with open(os.path.join(HERE, "expected.txt"), "w") as f:
        f.write("# words, from abditive on held-out ones, and their syllables in float64 (train.py)\n")
        words = ["times", "photography", "representation", "don't", "a", "internationalization", "networks"]
        for word in words + [word for word, _ in heldout[7::len(heldout) // 40]]:
            p = np.sort(forward(w, [word])[:, 0])
            if (p[:, -1] - p[:, -2]).min() > 0.01:
                f.write(f"{word}\t{data.show(word, forward(w, [word])[:, 0].argmax(1))}\n")


def main(folder, only_measure):
    random.seed(SEED)
    learnt, heldout = data.split(folder)
    path = os.path.join(HERE, "hyphen.safetensors")
    if not only_measure:
        common.write_weights(path, train(learnt))
    w = common.read_weights(path)
    measure(w, heldout)
    golden(w, heldout)


if __name__ == "__main__":
    main(sys.argv[1], "--measure" in sys.argv[2:])
