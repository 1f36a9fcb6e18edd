#!/usr/bin/python3
"""Writes the vectors of the numeric cases: weights, inputs and what torch and numpy compute from them
in double precision. Needs Debian's python3-torch.

    tests/numeric/generate.py [NAME ...]      NAME: a case; default: all

What it writes is committed; check_layouts.js compares the layouts with ONNX Runtime and TensorFlow.js.
"""
import importlib
import os
import sys

sys.dont_write_bytecode = True

import vectors

for file in sorted(os.listdir(vectors.HERE)):
    if file.endswith(".py") and file != os.path.basename(__file__):
        importlib.import_module(file[:-3])          # its cases enter themselves


def main(names):
    unknown = [n for n in names if n not in vectors.cases]
    if unknown:
        sys.exit(f"generate.py: no case {unknown[0]}")
    for name in names or vectors.cases:
        if not os.path.exists(os.path.join(vectors.HERE, name + ".rnn")):
            print(f"generate.py: there is no {name}.rnn", file=sys.stderr)
        vectors.cases[name](vectors.Case(name))


if __name__ == "__main__":
    main(sys.argv[1:])
