#!/usr/bin/python3
"""train.py: train the network that makes up tunes, and measure it.

Needs Debian's python3-torch and python3-numpy, and apt-get (data.py downloads solfege and
gcompris-qt-data, 45 MB). From the top of the repository:

    apt-get install python3-torch libopenblas0-pthread
    /usr/bin/python3 samples/music/train.py build/music-data

Writes music.safetensors and expected.txt beside this file and prints how well it guesses the notes of held-out tunes.
`train.py FOLDER --measure` only measures what is there.
"""
import os, random, sys, time
import numpy as np
import data
from data import common

HERE = os.path.dirname(os.path.abspath(__file__))
SEED, STEPS, BATCH, RATE, UNITS = 1, 350, 16, 4e-3, 96
HELDOUT = 8                                         # every eighth tune
COUNT = np.arange(16)
PITCHES = 2 + data.HIGHEST - data.LOWEST + 1        # the end, a rest, the pitches


def tokens(notes):
    """Two lists of steps: pitches, of which the last is the end, and lengths."""
    return ([2 + p - data.LOWEST if p else 1 for p, _ in notes] + [0],
            [data.LENGTHS.index(n) for _, n in notes] + [0])


def features(bar, bars, elapsed):
    """What music.rnn makes of the place in the tune: how many sixteenths of the bar are over and how many are left,
    which bar of four it is, and how many bars there are to go, each as a vector with a single 1."""
    at = elapsed // bar
    over = elapsed - at * bar
    return np.concatenate([over == COUNT, bar - over == COUNT + 1, at % 4 == COUNT[:4],
                           min(max(bars - at, 0), 5) == COUNT[:6]]).astype(np.float32)


def room(place):
    """0 for the lengths that fit in what is left of the bar, minus infinity for the others."""
    left = 1 + place[..., 16:32].argmax(-1)
    return np.where(np.array(data.LENGTHS) <= left[..., None], 0, -np.inf).astype(np.float32)


def other_notation(tune):
    """The same tune in longer or shorter bars or notes, as somebody else might have written it down: for more variety."""
    title, minor, meter, upbeat, notes = tune
    lengths = [n for _, n in notes]
    longer = all(2 * n in data.LENGTHS for n in lengths)
    shorter = all(n % 2 == 0 and n // 2 in data.LENGTHS for n in lengths)
    ways = [(meter, 1)]
    ways += [("4/4", 1)] * (meter == "2/4") + [("2/4", 1)] * (meter == "4/4") + [("6/8", 1)] * (meter == "3/8")
    ways += longer * ([("4/4", 2)] * (meter == "2/4") + [("3/4", 2)] * (meter == "3/8"))
    ways += shorter * ([("2/4", 0.5)] * (meter == "4/4") + [("3/8", 0.5)] * (meter == "3/4"))
    meter, times = random.choice(ways)
    upbeat, other = int(upbeat * times), [(p, int(n * times)) for p, n in notes]
    return (title, minor, meter, upbeat, other) if data.in_bars(meter, upbeat, other) == other else tune


def prepare(tune):
    """([minor, meter], [steps, 42] features, pitches, lengths)"""
    _, minor, meter, upbeat, notes = tune
    bar = data.METERS[meter]
    pitch, length = tokens(notes)
    elapsed = np.cumsum([-upbeat] + [n for _, n in notes])
    bars = -(-int(elapsed[-1]) // bar)
    return [int(minor), list(data.METERS).index(meter)], np.array([features(bar, bars, e) for e in elapsed]), pitch, length


def batch(tunes):
    steps = max(len(pitch) for _, _, pitch, _ in tunes)
    place = np.zeros((steps, len(tunes), len(tunes[0][1][0])), np.float32)
    pitch, length = np.full((2, steps, len(tunes)), -1)
    for k, (_, f, p, n) in enumerate(tunes):
        place[:len(p), k], pitch[:len(p), k], length[:len(p), k] = f, p, n
        length[len(p) - 1, k] = -1                  # nobody asks how long the end is
    return np.array([kind for kind, _, _, _ in tunes]), place, pitch, length


def train(tunes, heldout):
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    drop, cross_entropy = torch.nn.functional.dropout, torch.nn.functional.cross_entropy

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.pitch = torch.nn.Embedding(PITCHES, 24)
            self.length = torch.nn.Embedding(len(data.LENGTHS), 8)
            self.mode = torch.nn.Embedding(2, 4)
            self.meter = torch.nn.Embedding(len(data.METERS), 4)
            self.rnn = torch.nn.LSTM(24 + 8 + 4 + 4 + 42, UNITS)
            self.fc1 = torch.nn.Linear(UNITS + 42, PITCHES)
            self.fc2 = torch.nn.Linear(UNITS + 42 + 24, len(data.LENGTHS))

        def forward(self, kind, place, pitch, length):
            """The losses of every step's pitch and of its length, given that pitch."""
            past = lambda a: torch.cat([torch.zeros_like(a[:1]), a[:-1].clamp(min=0)])
            x = torch.cat([drop(self.pitch(past(pitch)), 0.3, self.training), drop(self.length(past(length)), 0.3, self.training),
                           self.mode(kind[:, 0]).expand(len(pitch), -1, -1), self.meter(kind[:, 1]).expand(len(pitch), -1, -1),
                           drop(place, 0.1, self.training)], 2)
            h = torch.cat([drop(self.rnn(x)[0], 0.5, self.training), place], 2)
            g = torch.cat([h, drop(self.pitch(pitch.clamp(min=0)), 0.3, self.training)], 2)
            fits = torch.from_numpy(room(place.numpy()))
            return (cross_entropy(self.fc1(h).flatten(0, 1), pitch.flatten(), ignore_index=-1),
                    cross_entropy((self.fc2(g) + fits).flatten(0, 1), length.flatten(), ignore_index=-1))

    net, start = Net(), time.time()
    adam = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.1)
    for step in range(STEPS):
        for group in adam.param_groups:
            group["lr"] = RATE * min((step + 1) / 20, 1 - step / STEPS)
        net.train()
        a, b = net(*map(torch.from_numpy, batch([prepare(other_notation(tune)) for tune in random.sample(tunes, BATCH)])))
        adam.zero_grad()
        (a + b).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1)
        adam.step()
        if step % 50 == 49:
            net.eval()
            with torch.no_grad():
                u, v = net(*map(torch.from_numpy, batch(list(map(prepare, heldout)))))
            print(f"step {step + 1}, loss {a.item():.3f} {b.item():.3f}, held out {u.item():.3f} {v.item():.3f}, "
                  f"{time.time() - start:.0f} s", flush=True)
    return {**{name: w.detach().numpy() for name, w in net.state_dict().items()}, "count": COUNT,
            "sixteenths": np.array(data.LENGTHS), "bar": np.array(list(data.METERS.values()))}


# ---- the same in NumPy's float64: music.rnn's equations

def step(w, kind, place, last, state):
    """(a vector, the next state): from it the pitch, and with the pitch's vector the length."""
    (mode, meter), (pitch, length) = kind, last
    h, c = common.lstm_step(w, "l0", np.concatenate([w["pitch.weight"][pitch], w["length.weight"][length],
                                                     w["mode.weight"][mode], w["meter.weight"][meter], place])[None], *state)
    return np.concatenate([h[0], place]), (h, c)


def pitches(w, z, temperature=1.0):
    return common.softmax((w["fc1.weight"] @ z + w["fc1.bias"]) / temperature)


def lengths(w, z, pitch, place, temperature=1.0):
    z = np.concatenate([z, w["pitch.weight"][pitch]])
    return common.softmax((w["fc2.weight"] @ z + w["fc2.bias"] + room(place)) / temperature)


START = (0, 0), (np.zeros((1, UNITS)),) * 2         # tokens, state


def forward(w, tune):
    """(pitch [steps, PITCHES], length [steps, LENGTHS]): the probabilities at each step of a tune that is given."""
    kind, place, pitch, length = tune
    (last, state), out = START, ([], [])
    for now, f in zip(zip(pitch, length), place):
        z, state = step(w, kind, f, last, state)
        out[0].append(pitches(w, z))
        out[1].append(lengths(w, z, now[0], f))
        last = now
    return np.array(out[0]), np.array(out[1])


# ---- tunes of its own, with the random numbers that rnnc's programs draw (runtime/random.h)

def mix(x):
    for shift, factor in (16, 0x7feb352d), (15, 0x846ca68b), (16, 1):
        x = (x ^ x >> shift) * factor & 0xffffffff
    return x


def uniform(seed, site, step):
    inner = mix(mix(seed + 0x9e3779b9 & 0xffffffff) ^ site)
    return (mix(mix(step + inner & 0xffffffff) ^ mix(inner + 0x9e3779b9 & 0xffffffff)) >> 8) / 2 ** 24


def draw(p, u, close):
    """The first index at which the sum of p is above u; `close` collects how near that was."""
    total = p.cumsum()
    close.append(np.abs(total - u).min())
    return int((total > u).argmax())


def compose(w, seed=1, temperature=0.7, minor=False, meter="4/4", bars=8, upbeat=0):
    """([(MIDI number or 0, sixteenths)], how near a decision was)"""
    (last, state), elapsed, notes, close = START, -upbeat, [], []
    kind = int(minor), list(data.METERS).index(meter)
    for t in range(400):
        place = features(data.METERS[meter], bars, elapsed)
        z, state = step(w, kind, place, last, state)
        pitch = draw(pitches(w, z, temperature), uniform(seed, 0, t), close)
        if pitch == 0:
            break
        length = draw(lengths(w, z, pitch, place, temperature), uniform(seed, 1, t), close)
        last = pitch, length
        elapsed += data.LENGTHS[length]
        notes.append((0 if pitch == 1 else pitch - 2 + data.LOWEST, data.LENGTHS[length]))
    return notes, min(close)


def golden(w):
    kinds = [{}, {"meter": "3/4", "upbeat": 4}, {"meter": "2/4", "bars": 16, "upbeat": 2}, {"meter": "3/4", "minor": True, "bars": 16},
             {"meter": "6/8", "upbeat": 2, "temperature": 1.0}, {"meter": "3/8", "temperature": 1.5}, {"temperature": 0.1}]
    with open(os.path.join(HERE, "expected.txt"), "w") as f:
        f.write("# options, and the tune in float64 (train.py)\n")
        for seed in range(1, 22):
            kind = {"seed": seed, **kinds[seed % len(kinds)]}
            notes, close = compose(w, **kind)
            if close > 1e-5:                        # single precision decides likewise
                options = " ".join(f"--{k}" if v is True else f"--{k}={v}" for k, v in kind.items())
                f.write(options + "\t" + " ".join(f"{p}:{n}" for p, n in notes) + "\n")


def measure(w, tunes, heldout):
    tunes, heldout = list(map(prepare, tunes)), list(map(prepare, heldout))
    count = np.zeros(PITCHES) + 0.5, np.zeros(len(data.LENGTHS)) + 0.5
    for _, _, pitch, length in tunes:
        np.add.at(count[0], pitch, 1)
        np.add.at(count[1], length[:-1], 1)
    bits, guess, plain, n = np.zeros(2), np.zeros(2), np.zeros(2), 0
    for tune in heldout:
        rows = np.arange(len(tune[2]) - 1)
        for k, p in enumerate(forward(w, tune)):
            there = np.array(tune[2 + k][:-1])
            bits[k] -= np.log2(p[rows, there]).sum()
            guess[k] += (p[rows].argmax(1) == there).sum()
            plain[k] -= np.log2(count[k][there] / count[k].sum()).sum()
        n += len(rows)
    for k, what in enumerate(("pitch", "length")):
        print(f"{n} held-out notes: {what} {bits[k] / n:.2f} bits a note, {100 * guess[k] / n:.1f} % guessed at once "
              f"(from how often each occurs: {plain[k] / n:.2f} bits)")


def main(folder, only_measure):
    random.seed(SEED)
    all_tunes = data.tunes(folder)
    heldout = all_tunes[4::HELDOUT]
    learnt = [tune for k, tune in enumerate(all_tunes) if k % HELDOUT != 4]
    path = os.path.join(HERE, "music.safetensors")
    if not only_measure:
        common.write_weights(path, train(learnt, heldout))
    w = common.read_weights(path)
    measure(w, learnt, heldout)
    golden(w)


if __name__ == "__main__":
    main(sys.argv[1], "--measure" in sys.argv[2:])
