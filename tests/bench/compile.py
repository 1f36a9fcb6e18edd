#!/usr/bin/env python3
"""Time and peak memory of rnnc against the size of the graph, and for each sample: make bench-compile.

    compile.py RNNC [--most=NODES] [--rounds=N] [--only=WORD] [--samples=FOLDER] [--vad=FILE.onnx]

For each shape of graph models of about 10^3, 10^4 and 10^5 nodes (as the checker leaves them). Time is the
processor's, user and system, the least of some rounds; "growth" is the exponent e in time ~ nodes^e from the size
before, 1 for linear. The start of rnnc, which parses the library, is in every figure and told by itself."""
import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile


def model(lines, inputs="input  x: [4] over t", outputs="output y: [4] over t", head=""):
    return "%smodel m {\n    %s\n    %s\n    %s\n}\n" % (head, inputs, outputs, "\n    ".join(lines))


def chain(n):
    """Equations, each made of the one before: n / 2 of them."""
    count = n // 2
    return model(["a0 = x"] + ["a%d = tanh(a%d) * x" % (i + 1, i) for i in range(count)] + ["y = a%d" % count])


def backwards(n):
    """The same, each equation above the one that it needs."""
    count = n // 2
    return model(["y = a%d" % count] + ["a%d = tanh(a%d) * x" % (i, i - 1) for i in range(count, 0, -1)] + ["a0 = x"])


def expression(n):
    """Right sides of 400 terms, over many lines."""
    count = max(n // 800, 1)
    sides = ["a%d = (a%d%s)" % (i + 1, i, "".join(("\n        " if k % 10 == 0 else "") + " + %d * x" % (i * 400 + k + 2) for k in range(400)))
             for i in range(count)]
    return model(["a0 = x"] + sides + ["y = a%d" % count])


def layers(n):
    """Dense layers with weights of their own, a product and a bias each."""
    count = n // 5
    lines = ["weight W%d: [4, 4]\n    weight b%d: [4]" % (i, i) for i in range(count)]
    lines += ["a0 = x"] + ["a%d = tanh(W%d @ a%d + b%d)" % (i + 1, i, i, i) for i in range(count)]
    return model(lines + ["y = a%d" % count])


def heads(n):
    """Products of one vector, added up."""
    count = n // 3
    lines = ["weight W%d: [4, 4]" % i for i in range(count)] + ["a0 = x"]
    return model(lines + ["a%d = a%d + W%d @ x" % (i + 1, i, i) for i in range(count)] + ["y = a%d" % count])


def states(n):
    """States, each the delayed one of the equation before."""
    count = n // 3
    return model(["a0 = x"] + ["a%d = a%d[t-1] + 0.5 * a%d" % (i + 1, i, i) for i in range(count)] + ["y = a%d" % count])


def cells(n):
    """Calls of a small cell, one after the other."""
    count = n // 6
    head = "cell leaky(x: [m]) -> h: [m] {\n    weight a: [m]\n    h = a * h[t-1] + tanh(x) * (1 - a)\n}\n"
    return model(["a0 = x"] + ["a%d = leaky(a%d)" % (i + 1, i) for i in range(count)] + ["y = a%d" % count], head=head)


def stack(n):
    """Layers of an LSTM by `repeat`."""
    return model(["y = repeat %d lstm(x, n=4)" % max(n // 32, 1)])


def sequence(n):
    """A cell that reads a bounded sequence in both directions, many times."""
    count = n // 40
    lines = ["a0 = x"] + ["f%d = gru(a%d, n=4)\n    b%d = backward gru(a%d, n=4)\n    a%d = f%d + b%d" % (i, i, i, i, i + 1, i, i)
                          for i in range(count)]
    return model(lines + ["y = a%d" % count], inputs="input  x: [4] over t <= 9")


def clocks(n):
    """Fifty clocks, values on each, and a sum of all of them."""
    many, each = 50, n // 50 // 2
    inputs = "\n    ".join("input  x%d: [4] over c%d <= 5" % (k, k) for k in range(many))
    lines = []
    for k in range(many):
        lines += ["a%d_0 = x%d" % (k, k)] + ["a%d_%d = tanh(a%d_%d) * x%d" % (k, i + 1, k, i, k) for i in range(each)]
        lines += ["s%d = %ssum(a%d_%d over c%d)" % (k, "s%d + " % (k - 1) if k else "", k, each, k)]
    return model(lines + ["y = s%d" % (many - 1)], inputs=inputs, outputs="output y: [4]")


def ports(n):
    """Many inputs and outputs."""
    count = n // 3
    lines = ["y%d = tanh(x%d) + %d" % (i, i, i + 1) for i in range(count)]
    return model(lines, inputs="\n    ".join("input x%d: [3] over t" % i for i in range(count)),
                 outputs="\n    ".join("output y%d: [3] over t" % i for i in range(count)))


SHAPES = [chain, backwards, expression, layers, heads, states, cells, stack, sequence, clocks, ports]


def measure(command, rounds, limit):
    """The least seconds of processor time, and the peak in MB; None and what it said where it failed."""
    best = peak = None
    for _ in range(rounds):
        process = subprocess.Popen(["timeout", str(limit)] + command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = process.stdout.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            return None, said.strip().split("\n")[0] or "status %d" % process.returncode
        time = usage.ru_utime + usage.ru_stime
        best = time if best is None else min(best, time)
        peak = max(peak or 0, usage.ru_maxrss / 1024)
        if time > 5:
            break
    return best, peak


def nodes_of(rnnc, path):
    text = subprocess.run([rnnc, path, "--random-weights", "--emit=graph"] + WITHOUT, stdout=subprocess.PIPE, check=False).stdout
    return text.count(b"\n  %")


WITHOUT = []


def shapes_table(options, folder):
    print("%-11s %8s %8s %9s %9s %7s" % ("shape", "nodes", "text kB", "ms", "MB", "growth"))
    for shape in SHAPES:
        if options.only and options.only not in shape.__name__:
            continue
        before = None
        for n in [10 ** k for k in range(3, 8) if 10 ** k <= options.most]:
            path = os.path.join(folder, "m.rnn")
            with open(path, "w") as file:
                file.write(shape(n))
            rounds = max(1, options.rounds if n <= 10 ** 4 else options.rounds // 5)
            time, peak = measure([options.rnnc, path, "--random-weights", "-o", os.path.join(folder, "out")], rounds, options.limit)
            if time is None:
                print("%-11s %8d %s" % (shape.__name__, n, peak or "too slow"), flush=True)
                break
            growth = "%7.2f" % (math.log(time / before) / math.log(10)) if before else ""
            print("%-11s %8d %8d %9.1f %9.1f %s" % (shape.__name__, n, os.path.getsize(path) // 1024, time * 1e3, peak, growth), flush=True)
            before = time


def samples_table(options, folder):
    print("%-11s %8s %8s %9s %9s" % ("sample", "", "text kB", "ms", "MB"))
    for name in sorted(os.listdir(options.samples)):
        path = os.path.join(options.samples, name, name + ".rnn")
        command = [options.rnnc, path]
        if name == "vad":
            command += ["--weights=" + options.vad]
        if not os.path.exists(path) or (name == "vad" and not os.path.exists(options.vad)) or (options.only and options.only not in name):
            continue
        out = os.path.join(folder, name)
        time, peak = measure(command + ["-o", out], options.rounds, options.limit)
        if time is None:
            print("%-11s %s" % (name, peak))
            continue
        size = sum(os.path.getsize(os.path.join(out, file)) for file in os.listdir(out))
        print("%-11s %8s %8d %9.1f %9.1f" % (name, "", size // 1024, time * 1e3, peak), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rnnc")
    parser.add_argument("--most", type=int, default=10 ** 5)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--limit", type=int, default=120, help="seconds")
    parser.add_argument("--only", default="")
    parser.add_argument("--samples", default="samples")
    parser.add_argument("--vad", default="build/samples/vad/silero_vad_16k_op15.onnx")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="rnnc-bench-")
    try:
        samples_table(options, folder)
        shapes_table(options, folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
