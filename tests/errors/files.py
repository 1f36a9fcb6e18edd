"""Writes the weight files of the cases weights_*.rnn: python3 files.py"""
import json
import math
import struct


def floats(count):
    return [(i + 1) / 8 for i in range(count)]


def safetensors(tensors):
    head, data = {}, b""
    for name, (shape, values) in tensors.items():
        part = struct.pack(f"<{len(values)}f", *values)
        head[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def write(name, content):
    with open(name + ".safetensors", "wb") as file:
        file.write(content)


layer = safetensors({"fc.weight": ([3, 2], floats(6)), "fc.bias": ([3], floats(3))})
write("layer", layer)
write("truncated", layer[:-8])
write("paths", safetensors({"y.W": ([3, 2], floats(6)), "y.b": ([3], floats(3)), "step": ([1], [7])}))
write("nan", safetensors({"y.W": ([3, 2], floats(4) + [math.nan] + floats(1)), "y.b": ([3], floats(3))}))
write("empty", safetensors({"y.W": ([3, 2], floats(6)), "y.b": ([0], [])}))
