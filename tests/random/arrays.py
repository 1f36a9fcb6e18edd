"""Arrays in files: .npy in and out, safetensors out; no library is needed for these."""
import json
import math
import re
import struct
from array import array


def count(shape):
    return math.prod(shape)


def npy_write(path, shape, numbers, tokens=False):
    header = f"{{'descr': '<{'i4' if tokens else 'f4'}', 'fortran_order': False, 'shape': ({', '.join(map(str, shape))}{',' * (len(shape) == 1)}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        array("i" if tokens else "f", numbers).tofile(file)


def npy_read(path):
    """Its shape and numbers."""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<H", data[8:10])[0]
    header = data[10:10 + size].decode()
    numbers = array("i" if "<i4" in header else "f")
    numbers.frombytes(data[10 + size:])
    return tuple(int(d) for d in re.findall(r"\d+", header.split("shape")[1])), numbers


def single(number):
    """The nearest float."""
    return struct.unpack("<f", struct.pack("<f", number))[0]


def stored(kind, number):
    """A number as bytes of that kind, and what the bytes say."""
    if kind == "I8":
        whole = max(-127, min(127, round(number * 127)))
        return struct.pack("<b", whole), float(whole)
    if kind == "BF16":
        bits = struct.pack("<f", number)[2:]
        return bits, struct.unpack("<f", b"\0\0" + bits)[0]
    letter = {"F64": "d", "F32": "f", "F16": "e"}[kind]
    bits = struct.pack("<" + letter, number)
    return bits, struct.unpack("<" + letter, bits)[0]


def safetensors_write(path, tensors):
    """tensors: name -> (kind, shape, bytes)"""
    header, at = {}, 0
    for name, (kind, shape, data) in tensors.items():
        header[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values()))


def difference(wanted, got, slack):
    """Where two arrays differ by more than slack(i), as a sentence; None if they do not."""
    if wanted[0] != got[0]:
        return f"has the shape {list(got[0])}, and {list(wanted[0])} was expected"
    worst, at = 0.0, None
    for i, (w, g) in enumerate(zip(wanted[1], got[1])):
        if w == g or (w != w and g != g):
            continue
        error = abs(w - g)
        if not error < math.inf:
            error = math.inf
        if error > slack(i) and (at is None or error > worst):
            worst, at = error, i
    if at is None:
        return None
    index, rest = [], at
    for d in reversed(wanted[0]):
        index.insert(0, rest % d)
        rest //= d
    return f"{index} of {list(wanted[0])} is {got[1][at]:.9g}, and {wanted[1][at]:.9g} was expected (slack {slack(at):.2g})"
