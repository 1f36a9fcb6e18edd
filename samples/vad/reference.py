#!/usr/bin/python3
"""Writes expected.txt: what the network of vad.rnn says to recordings, computed without rnnc.

    reference.py MODEL.onnx FOLDER RECORDING.wav ...   (recordings are relative to FOLDER)

A forward pass in float64 that follows the published network step by step, and an ONNX reader of its own
that knows just enough of protobuf to find the initialisers.
"""
import sys
import wave

import numpy as np


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """(number, value) of every field of a message: an integer or bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            size, at = {1: lambda: (8, at), 2: lambda: varint(data, at), 5: lambda: (4, at)}[key & 7]()
            value, at = data[at:at + size], at + size
        yield key >> 3, value


def initializers(path):
    graph = dict(fields(open(path, "rb").read()))[7]
    found = {}
    for number, value in fields(graph):
        if number == 5:
            tensor = list(fields(value))
            part = dict(tensor)
            shape = [size for field, size in tensor if field == 1]
            assert part[2] == 1         # float32
            found[part[8].decode()] = np.frombuffer(part[9], "<f4").reshape(shape).astype(np.float64)
    return found


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def conv(x, weight, bias, stride):
    """x [channels, length], weight [outputs, channels, 3], one zero at either end."""
    x = np.pad(x, ((0, 0), (1, 1)))
    steps = (x.shape[1] - 3) // stride + 1
    return np.maximum(0, np.stack([np.tensordot(weight, x[:, stride * j:stride * j + 3], 2) + bias for j in range(steps)], 1))


def probabilities(w, samples):
    basis = w["model.stft.forward_basis_buffer"][:, 0]
    layers = [[w[f"model.encoder.{k}.reparam_conv.{part}"] for part in ("weight", "bias")] for k in range(4)]
    w_ih, w_hh, b_ih, b_hh = (w["model.decoder.rnn." + name] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    h, c, context = np.zeros(128), np.zeros(128), np.zeros(64)
    for chunk in samples.reshape(-1, 512):
        u = np.concatenate([context, chunk])
        context = chunk[-64:]
        u = np.pad(u, (0, 64), mode="reflect")
        s = np.stack([basis @ u[128 * j:128 * j + 256] for j in range(4)], 1)
        x = np.hypot(s[:129], s[129:])
        for (weight, bias), stride in zip(layers, (1, 2, 2, 1)):
            x = conv(x, weight, bias, stride)
        i, f, g, o = np.split(w_ih @ x[:, 0] + b_ih + w_hh @ h + b_hh, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        yield sigmoid(w["model.decoder.decoder.2.weight"].ravel() @ np.maximum(0, h) + w["model.decoder.decoder.2.bias"][0])


def main(model, folder, *recordings):
    weights = initializers(model)
    print("# Made by reference.py: a recording, and the probability of speech in each of its chunks.")
    for name in recordings:
        with wave.open(f"{folder}/{name}") as recording:
            assert recording.getparams()[:3] == (1, 2, 16000)
            samples = np.frombuffer(recording.readframes(recording.getnframes()), "<i2") / 32768
        samples = np.concatenate([samples, np.zeros(-len(samples) % 512)])
        print(name + "\t" + " ".join(f"{p:.7f}" for p in probabilities(weights, samples)))


main(*sys.argv[1:])
