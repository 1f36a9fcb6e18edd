"""Rules that call cells: the library's, those of the model, shared ones, repeated ones, attention."""
import re

from rules import RECURRENT, SAME, whole


def condition(b, clocks):
    """A number for reset=, on some of the clocks."""
    v = b.number(lambda v: v.shape == () and v.clocks and v.clocks <= clocks)
    return f", reset={v} > 0.2137" if v else ""


# Cells whose results are states, which a caller can start.
STARTS = re.compile(r"\b(gru|lstm|mgu|fastgrnn|torch\.rnn|keras\.simple_rnn|tf\.basic_rnn|read\d+)\(")


def call(b, text, v, clock, clocks, results, fussy=False, starts=False):
    """Writes a call; results: (shape, clocks) of each."""
    if not fussy and b.ends(clock) and b.chance(0.3):
        text = "backward " + text
    if not fussy and not b.in_cell and b.chance(0.2):
        text = text[:-1] + condition(b, clocks) + ")"
    names = [b.new("h") for _ in results]
    b.equations.append(f"    {', '.join(names)} = {text}")
    for name, (shape, on) in zip(names, results):
        if clock in on and b.chance(0.5) and "backward" not in text and (starts or STARTS.search(text)):
            b.start(name, shape, clock, on)
        b.keep(name, shape, on, size=2)


def layers(b, text, repeatable):
    """Perhaps `repeat`: as often as the shapes allow."""
    return b.one(["", "", "", "repeat 2 ", "repeat 3 "]) + text if repeatable else text


def along(b, v, clock, others=frozenset()):
    """The argument, with `over` where the clock is not plain."""
    plain = v.clocks | others == {clock} and b.chance(0.7)
    return str(v) if plain or (b.in_cell and clock == "t" and b.chance(0.8)) else f"{v} over {clock}"


def recurrent(b):
    v = b.vector()
    clock = v and b.steppable(v.clocks)
    if not clock:
        return
    text, count = b.one(RECURRENT[:8] if b.chance(0.5) else RECURRENT)
    same = text.startswith(SAME)
    n = v.shape[0] if same else b.size()
    if text.startswith("seldom") and (clock in ("u", "v") or b.in_cell):
        return
    fussy = text.startswith("seldom")
    clocks = v.clocks | {clock}
    text = layers(b, text.format(x=along(b, v, clock), n=n), not fussy)
    call(b, text, v, clock, clocks, [((n,), clocks)] * (count if b.chance(0.6) else 1), fussy)


def bind(b, cell):
    """Arguments for a cell: (name, value or number) of each, dimensions, or None."""
    size, chosen, clocks = {}, [], frozenset()
    for name, kind, shape in cell.params:
        if kind == "dim":
            size[name] = b.size() if not b.in_cell or b.chance(0.3) else b.one([d for v in b.pool for d in v.shape if str(d).isalnum()] or [3])
            chosen.append((name, size[name]))
            continue
        fits = lambda v: (v.clocks and all(s not in size or size[s] == d for s, d in zip(shape, v.shape)) and b.together(clocks, v.clocks)
                          and (kind == "value" or any(b.clocks[c].known for c in v.clocks if c in b.clocks)))
        v = b.vector(fits)
        if not v:
            return None
        size.update(zip(shape, v.shape))
        clocks |= v.clocks
        chosen.append((name, v))
    return size, chosen, clocks


def dimension(d, size):
    """A dimension of a cell's result at a call: n, or an expression of numbers and names."""
    if isinstance(d, int):
        return d
    text = re.sub(r"\b[a-z]\w*\b", lambda m: str(size.get(m[0], m[0])), d)
    return int(text) if text.isdigit() else text


def own_cell(b):
    cell = b.cells and b.one(b.cells)
    bound = cell and bind(b, cell)
    if not bound:
        return
    size, chosen, clocks = bound
    value = dict(chosen)
    wholes = [p for p in cell.params if p[1] == "s"]
    taken = {}
    for name, _, _ in wholes:
        taken[name] = b.one([c for c in sorted(value[name].clocks) if c in b.clocks and b.clocks[c].known])
    first = value[cell.params[0][0]]
    rest = frozenset().union(*[v.clocks - {taken.get(n)} for n, v in chosen if hasattr(v, "clocks")])
    clock = b.steppable(rest)
    if not clock or not b.together(rest, {clock}):
        return
    words = [f"{v} over {taken[n]}" if n in taken else along(b, v, clock, rest) if v is first else f"{n}={v}" if n == "n" else str(v)
             for n, v in chosen]
    results = []
    for r in cell.results[:1 if b.chance(0.3) else 2]:
        on = set()
        for c in r.clocks:
            on |= {clock} if c == "t" else value[c[1:]].clocks - {taken.get(c[1:])} if c[0] == "$" else {c} if c != "s" else {taken["K"]}
        results.append((tuple(dimension(d, size) for d in r.shape), frozenset(on)))
    if any("s" in r.clocks for r in cell.results) and (taken.get("K") in first.clocks or taken.get("K") == clock):
        return
    if any(not b.together(on) for _, on in results):
        return
    first_shape = results[0][0]
    text = f"{cell.name}({', '.join(words)})"
    text = layers(b, text, not wholes and len(results) == 1 and first_shape == first.shape and results[0][1] == first.clocks | {clock})
    call(b, text, first, clock, rest | {clock}, results, cell.fussy or bool(wholes), cell.starts)


def shared(b):
    """One set of weights for two calls, and perhaps the second goes on where the first ended."""
    v = b.vector(lambda v: v.clocks)
    w = v and b.vector(lambda w: w.shape == v.shape and w.clocks and w is not v)
    if not w:
        return
    name, n = b.new("read"), b.size()
    b.equations.append(f"    cell {name} = {b.one(['', 'repeat 2 '])}{b.one(['gru', 'lstm', 'torch.gru'])}(n={n})")
    for x in (v, w):
        clock = b.steppable(x.clocks)
        if clock:
            call(b, f"{name}({along(b, x, clock)})", x, clock, x.clocks | {clock}, [((n,), x.clocks | {clock})])


def attention(b):
    K = b.vector(lambda v: any(c in b.clocks and b.clocks[c].known for c in v.clocks))
    if not K:
        return
    clock = b.one([c for c in sorted(K.clocks) if c in b.clocks and b.clocks[c].known])
    d, keys = K.shape[0], f"{K} over {clock}"
    word = b.one(["look", "attention", "additive_attention", "causal", "self", "self", "scan", "spread", "multi_head_attention"])
    if word == "self" and K.name:
        word = b.one(["look", "attention", "causal"])
        b.put(f"{word}({keys}, {keys}, {keys})", K.shape, K.clocks, size=K.size, named=True)
        return
    q = b.vector(lambda v: v.shape == (d,) and b.together(v.clocks, K.clocks))
    V = q and (b.vector(lambda v: clock in v.clocks and b.together(v.clocks, K.clocks, q.clocks)) or K)
    if not V:
        return
    clocks = (K.clocks - {clock}) | (V.clocks - {clock}) | q.clocks
    values = f"{V} over {clock}"
    if word in ("look", "attention"):
        b.put(f"{word}({q}, {keys}, {values})", V.shape, clocks, size=V.size)
    elif word == "multi_head_attention" and whole(K.shape + V.shape) and K.name and V.name:
        b.put(f"{word}({q}, {keys}, {values}, {2 if d % 2 == 0 else 1})", (d,), clocks, size=V.size, named=True)
    elif word == "additive_attention":
        b.put(f"{word}({q}, {keys}, n=3)", K.shape, (K.clocks - {clock}) | q.clocks, size=K.size, named=True)
    elif word == "causal":
        steps = [c for c in sorted(q.clocks) if b.ends(c)]
        if steps and not b.in_cell:
            b.put(f"causal({q} over {b.one(steps)}, {keys}, {values})", V.shape, clocks, size=V.size, named=True)
    elif word == "spread" and clock not in q.clocks:
        b.put(f"spread({keys}, {q})", K.shape, K.clocks | q.clocks, size=K.size * 3)
    elif word == "scan" and clock not in q.clocks:
        one, other = b.new("h"), b.new("g")
        b.equations.append(f"    {one}, {other} = scan({keys}, {q})")
        for name in (one, other):
            b.keep(name, K.shape, K.clocks | q.clocks, size=K.size * 2)


def mask(b):
    """Only what lies before."""
    known = [c for c in b.clocks if b.clocks[c].known]
    v = b.number(lambda v: len(v.shape) < 2 and any(c in v.clocks for c in known))
    if v and not b.in_cell:
        a = b.one([c for c in known if c in v.clocks])
        other = b.one([c for c in b.clocks if b.ends(c) and b.together(v.clocks, {c})] or [a])
        b.put(f"softmax(where({a} <= {other}, {v}, -inf) over {a})", v.shape, v.clocks | {other}, named=True)


def rows(b):
    """A matrix as steps of a clock of its own, and a loop inside of a step."""
    v = b.number(lambda v: len(v.shape) == 2 and whole(v.shape) and v.shape[0] <= 9 and v.shape[1] <= 17)
    if not v:
        v = b.vector()
        if v:
            b.put(f"settle({v}, {b.one([1, 3])})", v.shape, v.clocks, named=True)
        return
    kind, r, way = b.one(["along", "gru", "stack"]), b.new("r"), b.one(["", "backward "])
    if kind == "along":
        b.put(f"along({v})", v.shape[1:], v.clocks, size=4, named=True)
    elif kind == "gru":
        b.put(f"{b.one(['first', 'last'])}({way}gru(unstack({v} over {r}) over {r}, n=4) over {r})", (4,), v.clocks, named=True)
    else:
        b.put(f"stack(tanh(unstack({v} over {r})) over {r})", v.shape, v.clocks)


def unstacked(b):
    exact = [c for c in b.clocks if b.clocks[c].kind == "exact"]
    fits = lambda v, c: v.shape and b.clocks[c].limit == v.shape[0] and c not in v.clocks and b.together(v.clocks, {c})
    v = b.number(lambda v: any(fits(v, c) for c in exact))
    if v:
        c = b.one([c for c in exact if fits(v, c)])
        b.put(f"unstack({v} over {c})", v.shape[1:], v.clocks | {c}, size=v.size)


def window_of_states(b):
    """A recurrence backward over the last steps, for each step anew."""
    v = b.vector(lambda v: len(v.clocks) == 1)
    if v:
        k, r = b.one([2, 3, 5]), b.new("r")
        b.put(f"first({b.one(['', 'backward '])}gru(unstack(window({v}, {k}) over {r}) over {r}, n=3) over {r})", (3,), v.clocks, named=True)
