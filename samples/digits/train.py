#!/usr/bin/python3
"""train.py: train the reader of handwritten digits and measure it.

Needs Debian's python3-torch and python3-numpy, and apt-get (the images are in python3-sklearn, 2 MB,
which is downloaded and unpacked, not installed). From the top of the repository:

    apt-get install python3-torch libopenblas0-pthread
    /usr/bin/python3 samples/digits/train.py build/digits-data

Writes digits.safetensors, heldout.txt and expected.txt beside this file and prints how many held-out
digits are read. `train.py FOLDER --measure` only measures what is there.
"""
import gzip, os, sys
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import common

SEED, STEPS, BATCH, RATE, SPREAD, UNITS = 1, 12000, 128, 4e-3, 0.18, (96, 64)
HELDOUT = 360                   # the last ones: other people's writing than what is learnt
SHOWN = 9                       # every ninth of these is committed, in heldout.txt


def load(folder):
    """(images [1797, 64], their digits): 8 rows of 8, ink from 0 to 16."""
    common.fetch(["python3-sklearn"], folder)
    path = "python3-sklearn/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz"
    with gzip.open(os.path.join(folder, path), "rt") as f:
        rows = np.loadtxt(f, delimiter=",", dtype=np.int64)
    return rows[:, :64], rows[:, 64]


def train(images, digits):
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    n, m = UNITS
    net = torch.nn.ModuleDict({"fc1": torch.nn.Linear(64, n), "bn1": torch.nn.BatchNorm1d(n),
                               "fc2": torch.nn.Linear(n, m), "bn2": torch.nn.BatchNorm1d(m), "fc3": torch.nn.Linear(m, 10)})
    dropout = torch.nn.Dropout(0.3)
    adam = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    images, digits = torch.from_numpy(images / 16).float().reshape(-1, 1, 8, 8), torch.from_numpy(digits)
    for step in range(STEPS):
        for group in adam.param_groups:
            group["lr"] = RATE * (1 - step / STEPS)
        rows = torch.randint(len(images), (BATCH,))
        turn = torch.tensor([[1, 0, 0], [0, 1, 0]]) + SPREAD * torch.randn(BATCH, 2, 3)      # shifted, slanted, turned
        grid = torch.nn.functional.affine_grid(turn, (BATCH, 1, 8, 8), align_corners=False)
        x = torch.nn.functional.grid_sample(images[rows], grid, align_corners=False).flatten(1)
        a = dropout(torch.relu(net["bn1"](net["fc1"](x))))
        b = dropout(torch.relu(net["bn2"](net["fc2"](a))))
        loss = torch.nn.functional.cross_entropy(net["fc3"](b), digits[rows])
        adam.zero_grad()
        loss.backward()
        adam.step()
        if step % 1000 == 999:
            print(f"step {step + 1}, loss {loss.item():.4f}", flush=True)
    return {name: w.numpy() for name, w in net.state_dict().items() if "num_batches" not in name}


def forward(w, images):
    """[images, 10]: probabilities; digits.rnn's equations in float64."""
    h = images / 16
    for k in "12":
        h = h @ w[f"fc{k}.weight"].T + w[f"fc{k}.bias"]
        h = (h - w[f"bn{k}.running_mean"]) / np.sqrt(w[f"bn{k}.running_var"] + 1e-5) * w[f"bn{k}.weight"] + w[f"bn{k}.bias"]
        h = np.maximum(h, 0)
    return common.softmax(h @ w["fc3.weight"].T + w["fc3.bias"])


def main(folder, only_measure):
    images, digits = load(folder)
    path = os.path.join(HERE, "digits.safetensors")
    if not only_measure:
        common.write_weights(path, train(images[:-HELDOUT], digits[:-HELDOUT]))
    images, digits = images[-HELDOUT:], digits[-HELDOUT:]
    p = forward(common.read_weights(path), images)
    wrong = [f"{digits[k]} read as {p[k].argmax()}" for k in range(HELDOUT) if p[k].argmax() != digits[k]]
    print(f"{HELDOUT} held-out digits: {HELDOUT - len(wrong)} read, {100 - 100 * len(wrong) / HELDOUT:.1f} %", *wrong, sep="\n  ")
    with open(os.path.join(HERE, "heldout.txt"), "w") as f:
        f.write("# held-out digits: which one it is, then 64 numbers, 8 rows of 8, ink from 0 to 16\n")
        f.writelines(f"{digit} {' '.join(map(str, image))}\n" for digit, image in zip(digits[::SHOWN], images[::SHOWN]))
    with open(os.path.join(HERE, "expected.txt"), "w") as f:
        f.write("# of each line of heldout.txt, the likeliest digit and its probability in float64 (train.py)\n")
        f.writelines(f"{q.argmax()}\t{q.max():.6f}\n" for q in p[::SHOWN])


if __name__ == "__main__":
    main(sys.argv[1], "--measure" in sys.argv[2:])
