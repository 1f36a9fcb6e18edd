"""Writes the weight files of the cases weights_*.rnn: python3 files.py"""
import json
import math
import struct


def floats(count):
    return [(i + 1) / 8 for i in range(count)]


def safetensors(tensors):
    head, data = {}, b""
    for name, (shape, values, *double) in tensors.items():
        part = struct.pack(f"<{len(values)}{'d' if double else 'f'}", *values)
        head[name] = {"dtype": "F64" if double else "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
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
write("large", safetensors({"y.W": ([3, 2], floats(3) + [-1e39] + floats(2), "double"), "y.b": ([3], floats(3))}))
layouts = {"flat": [6], "row": [1, 3], "gates": [12, 2], "bias": [3], "reversed": [4, 2, 3], "permuted": [2, 3, 4]}
write("layouts", safetensors({name: (shape, floats(math.prod(shape))) for name, shape in layouts.items()}))
