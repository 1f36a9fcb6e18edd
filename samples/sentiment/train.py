#!/usr/bin/python3
"""train.py: train the judge of sentences and measure it.

Needs Debian's python3-torch and python3-numpy, and npm (data.py downloads a package of 140 KB). From the top of
the repository:

    apt-get install python3-torch libopenblas0-pthread npm
    /usr/bin/python3 samples/sentiment/train.py build/sentiment-data

Writes sentiment.safetensors, words.h and expected.txt beside this file and prints how many held-out sentences
are judged rightly. `train.py FOLDER --measure` only measures what is there.
"""
import collections, os, random, re, sys, textwrap, time
import numpy as np
import data
from data import common

HERE = os.path.dirname(os.path.abspath(__file__))
SEED, EPOCHS, BATCH, RATE, EMBED, UNITS = 1, 12, 32, 3e-3, 16, 32
DROPOUT, UNKNOWN, DECAY, AVERAGED = 0.5, 0.1, 1e-4, 3       # one word in ten is learnt as an unknown one
WORDS_H = os.path.join(HERE, "words.h")


# ---- the words

def choose(learnt, scores):
    """Words that are there twice or more, and those of AFINN, sorted as main.c needs them."""
    count = collections.Counter(w for row, _ in learnt for w in row)
    return sorted({w for w in count if count[w] > 1} | set(scores))


def write_words(listed):
    rows = textwrap.wrap(", ".join(f'"{w}"' for w in listed), 124, break_long_words=False, break_on_hyphens=False)
    with open(WORDS_H, "w") as f:
        f.write("/* words.h: the words that have a number, sorted; written by train.py */\n"
                "static const char *const words[] = {\n" + "".join(f"    {row}\n" for row in rows) + "};\n")


def read_words():
    """{word: number}"""
    with open(WORDS_H) as f:
        return {w: k + 1 for k, w in enumerate(re.findall('"(.*?)"', f.read()))}


def codes(rows, numbers):
    """[steps, rows], padded with 0, and the lengths."""
    lengths = np.array([len(row) for row in rows])
    x = np.zeros((lengths.max(), len(rows)), np.int64)
    for k, row in enumerate(rows):
        x[:len(row), k] = [numbers.get(w, 0) for w in row]
    return x, lengths


# ---- the model, twice: in PyTorch to train it, in NumPy's float64 to measure it

def train(learnt, dev, numbers, scores):
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy, dropout
    torch.set_num_threads(1)
    torch.manual_seed(SEED)

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = torch.nn.Embedding(len(numbers) + 1, EMBED)
            self.rnn = torch.nn.LSTM(EMBED, UNITS)
            self.fc = torch.nn.Linear(3 * UNITS, 1)
            torch.nn.init.normal_(self.embed.weight, 0, 0.1)
            for word, score in scores.items():      # what AFINN says of a word is where the training starts
                self.embed.weight.data[numbers[word], 0] = score / 3

        def forward(self, x, lengths):
            h, _ = self.rnn(dropout(self.embed(x), DROPOUT, self.training))
            there = (torch.arange(len(x))[:, None] < lengths)[:, :, None]
            pooled = torch.cat([h[lengths - 1, torch.arange(len(lengths))], (h * there).sum(0) / lengths[:, None],
                                h.masked_fill(~there, -1).amax(0)], 1)
            return self.fc(dropout(pooled, DROPOUT, self.training))[:, 0]

    def loss_of(rows):
        x, lengths = codes([row for row, _ in rows], numbers)
        if net.training:
            x[np.random.rand(*x.shape) < UNKNOWN] = 0
        wanted = torch.tensor([float(y) for _, y in rows])
        return cross_entropy(net(torch.from_numpy(x), torch.from_numpy(lengths)), wanted)

    net, start, epochs, best = Net(), time.time(), [], None
    adam = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    step, steps = 0, EPOCHS * len(learnt) // BATCH
    for epoch in range(EPOCHS):
        rows = random.sample(learnt, len(learnt))
        for k in range(0, len(rows), BATCH):
            for group in adam.param_groups:
                group["lr"] = RATE * (1 - 0.9 * step / steps)
            loss = loss_of(rows[k:k + BATCH])
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1)
            adam.step()
            step += 1
        # The mean of the latest epochs is kept where it suits the development part best.
        epochs = (epochs + [{name: w.clone() for name, w in net.state_dict().items()}])[-AVERAGED:]
        net.load_state_dict({name: sum(e[name] for e in epochs) / len(epochs) for name in epochs[0]})
        net.eval()
        with torch.no_grad():
            loss = loss_of(dev).item()
        if best is None or loss < best[0]:
            best = loss, {name: w.clone().numpy() for name, w in net.state_dict().items()}
        net.load_state_dict(epochs[-1])
        net.train()
        print(f"epoch {epoch + 1}, loss on the development part {loss:.4f}, {time.time() - start:.0f} s", flush=True)
    return best[1]


def forward(w, rows, numbers):
    """The probability that each row of words is kind; sentiment.rnn's equations in float64."""
    x, lengths = codes(rows, numbers)
    h = common.lstm(w, "l0", w["embed.weight"][x], lengths)
    there = (np.arange(len(x))[:, None] < lengths)[:, :, None]
    pooled = np.concatenate([h[lengths - 1, np.arange(len(rows))], (h * there).sum(0) / lengths[:, None],
                             np.where(there, h, -1).max(0)], axis=1)
    return common.sigmoid(pooled @ w["fc.weight"].T + w["fc.bias"])[:, 0]


# ---- measuring

def measure(w, numbers, parts, scores, negators):
    """Beside it the more frequent label, and AFINN: the sum of the words' scores, turned round after a negator."""
    def afinn(row):
        return sum(scores.get(word, 0) * (-1 if k and row[k - 1] in negators else 1) for k, word in enumerate(row)) > 0

    for name, part in zip(("learnt", "development", "held-out"), parts):
        rows, wanted = [row for row, _ in part], np.array([y for _, y in part])
        print(f"{len(part)} {name} sentences: "
              f"right {100 * np.mean((forward(w, rows, numbers) > 0.5) == wanted):.1f} %, "
              f"AFINN {100 * np.mean(np.array([afinn(row) for row in rows]) == wanted):.1f} %, "
              f"always the more frequent label {100 * max(wanted.mean(), 1 - wanted.mean()):.1f} %")


def golden(w, numbers):
    with open(os.path.join(HERE, "sentences.txt")) as f:
        sentences = f.read().splitlines()
    with open(os.path.join(HERE, "expected.txt"), "w") as f:
        f.write("# the probability that a sentence is kind in float64, and the sentence (train.py)\n")
        for text in sentences:
            f.write(f"{forward(w, [data.words(text)], numbers)[0]:.6f}\t{text}\n")


def main(folder, only_measure):
    random.seed(SEED)
    np.random.seed(SEED)
    parts, scores = data.split(folder), data.afinn(folder)
    path = os.path.join(HERE, "sentiment.safetensors")
    if not only_measure:
        write_words(choose(parts[0], scores))
        common.write_weights(path, train(parts[0], parts[1], read_words(), scores))
    w, numbers = common.read_weights(path), read_words()
    measure(w, numbers, parts, scores, data.negators(folder))
    golden(w, numbers)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "build/sentiment-data", "--measure" in sys.argv)
