"""What a random model is made of: each rule takes values of a body (model.py) and makes a new one of them.
A rule that finds nothing to do does nothing. Comparisons are with odd numbers, that no value lies near
them by itself."""

# Cells whose form chance would hardly find.
FIXED = """cell look(q: [d], K: [d] over s, V: [m] over s) -> c: [m] {
    c = sum(softmax(q @ K / sqrt(d) over s) * V over s)
}
cell causal(q: [d], K: [d] over s, V: [m] over s) -> c: [m] {
    score = where(s <= t, q @ K / sqrt(d), -inf)
    c = sum(softmax(score over s) * V over s)
}
cell scan(x: [d] over s, b: [d]) -> h: [d], g: [d] {
    h = tanh(x + 0.5 * h[s-1] + b)
    g = mean(x over s) + h[s+1] * b
}
cell spread(x: [d] over s, q: [d]) -> a: [d] { a = tanh(2 * x + mean(x over s)) * q }
cell deep(x: [n]) -> h: [n] {
    g = gru(x, n=n)
    h = tanh(g + h[t-1] - 0.3 * h[t-2] + window(x, 2)[0] + x[t-1])
    h[-1] = 0.25
    h[-2] = 0.125
}
cell settle(x: [n], times: dim) -> y: [n] {
    clock k = times
    h = tanh(x + 0.5 * h[k-1])
    y = last(h over k)
}
cell along(x: [k, n]) -> y: [n] {
    y = last(h over r) + first(h[r-1] over r) + first(h[r+1] over r)
    h = gru(rows over r, n=n) + r / k * x[0]
    rows = unstack(x over r)
}
cell seldom(x: [n]) -> y: [n] {
    clock u = t when t % 3 == 1
    h = tanh(pick(x over u) + 0.5 * h[u-1])
    y = hold(h over t) + x
    h[-1] = 0.5
}
cell applied(x: [n], f: fn, slope: number = 0.5) -> y: [n] { y = slope * f(x) + f(x[t-1]) }
cell bent(x) -> y { y = 0.5 * x + abs(x) }
"""

# A text, and how large its result is: a number, or None for as large as the argument.
UNARY = [("tanh({})", 1), ("sigmoid({})", 1), ("abs({})", None), ("relu({})", None), ("-{}", None), ("exp(min({}, 1))", 3),
         ("expm1(min({}, 1))", 2), ("log(abs({}) + 0.1)", 3), ("log1p(abs({}))", 2), ("sqrt(abs({}) + 0.01)", None), ("gelu({})", None),
         ("{} * 0.5", None), ("1 - {}", None), ("sin({})", 1), ("cos({})", 1), ("erf({})", 1), ("{} ** 2", 40), ("abs({}) ** 1.5", 40),
         ("2 ** min({}, 2)", 4), ("clamp({}, -1, 1)", 1), ("{} / 3", None), ("min({}, 0.3)", None), ("floor({} * 2.37)", 9),
         ("round({} * 3.13) / 3", None), ("{} % 0.7713", 1), ("silu({})", None), ("softplus({})", None), ("elu({})", None),
         ("hard_sigmoid({})", 1), ("softsign({})", 1), ("quantize({}, 0.0937)", None), ("not ({} > 0.1371)", 1), ("bent({})", None),
         ("leaky_relu({})", None), ("hard_tanh({})", 1), ("identity({})", None), ("rsqrt({} ** 2 + 0.3)", 2), ("dropout({}, 0.3)", None)]
BINARY = ["{} + {}", "{} - {}", "{} * {}", "max({}, {})", "min({}, {})", "{} + tanh({})", "tanh({}) * sigmoid({})",
          "{} / (1 + abs({}))", "where({0} > 0.1371, {0}, {1})", "({} < {} + 0.0371) * 0.5", "where({} >= {} - 0.0371, 0.5, -0.5)",
          "({} > 0.1371 and {} <= 0.2173) + 0.25", "({} > 0.1371 or {} < -0.4117) * 0.75", "where({0} > {1} + 0.3171, {1}, {0} * {1})"]
OUTER = ["tanh({})", "sigmoid({})", "relu({})", "{}", "softmax({})", "layer_norm({})"]
STATELESS = ["dense({x}, {n})", "dense({x}, n={n})", "keras.dense({x}, {n})", "highway({x})", "residual({x}, dense)", "residual({x}, gru)",
             "layer_norm({x})", "rms_norm({x})", "batch_norm({x})", "group_norm({x}, 1)"]
KEEPS = ("highway", "residual", "layer", "rms", "batch", "group")
# Recurrent cells: the call, and how many results it has.
RECURRENT = [("gru({x}, n={n})", 1), ("gru({x}, n={n}, g=relu)", 1), ("lstm({x}, n={n})", 2), ("lstm_peephole({x}, n={n})", 2),
             ("mgu({x}, n={n})", 1), ("fastgrnn({x}, n={n})", 1), ("fastgrnn_low_rank({x}, n={n}, r_w=2, r_u=3)", 1), ("ligru({x}, n={n})", 1),
             ("rnn({x}, n_a=5, n_y={n}, g1=tanh)", 1), ("conv_causal({x}, n={n}, k=3, d=2)", 1), ("torch.rnn({x}, n={n})", 1),
             ("torch.lstm({x}, n={n})", 2), ("torch.gru({x}, n={n})", 1), ("torch.lstm_proj({x}, 7, {n})", 1), ("keras.simple_rnn({x}, n={n})", 1),
             ("keras.lstm({x}, n={n})", 2), ("keras.gru({x}, n={n})", 1), ("keras.gru_reset_before({x}, n={n})", 1), ("tf.basic_rnn({x}, n={n})", 1),
             ("tf.basic_lstm({x}, n={n})", 2), ("tf.gru({x}, n={n})", 1), ("onnx.rnn({x}, n={n})", 1), ("onnx.lstm({x}, n={n})", 2),
             ("onnx.gru({x}, n={n})", 1), ("onnx.gru_reset_after({x}, n={n})", 1), ("deep({x})", 1), ("seldom({x})", 1),
             ("applied({x}, tanh)", 1), ("applied({x}, bent, slope=0.25)", 1)]
SAME = ("deep", "seldom", "applied")  # as many results as arguments


def whole(shape):
    return all(isinstance(d, int) for d in shape)


# ---- element by element ----

def unary(b):
    v = b.number()
    if v:
        text, size = b.one(UNARY)
        b.put(text.format(v), v.shape, v.clocks, size=size or v.size, atom=text[0] not in "-{12n(")


def binary(b):
    v = b.number()
    fits = lambda w: ((w.shape == v.shape or w.shape == v.shape[len(v.shape) - len(w.shape):]) and b.together(v.clocks, w.clocks))
    w = v and b.number(fits)
    if w:
        pair = (w, v) if b.chance(0.3) and w.shape == v.shape else (v, w)
        text = b.one(BINARY)
        b.put(text.format(*pair), v.shape, v.clocks | w.clocks, size=v.size * w.size + v.size + w.size if "*" in text else v.size + w.size, atom=False)


def constant(b):
    n = b.size()
    text, shape = b.one([(b.weight((n,)), (n,)), (b.weight((n, 3)), (n, 3)), (f"ones([{n}])", (n,)), (f"zeros([{n}])", (n,)), ("0.731", ())])
    b.pool.append(b.put(text, shape, (), named=False) and b.pool.pop())


# ---- products ----

def product(b):
    v = b.number(lambda v: len(v.shape) in (1, 2))
    if not v:
        return
    n = b.size()
    if b.chance(0.6):
        text, shape = f"{b.weight((n, v.shape[0]))} @ {v}", (n,) + v.shape[1:]
    else:
        text, shape = f"{v} @ {b.weight((v.shape[-1], n))}", v.shape[:-1] + (n,)
    if b.chance(0.4):
        text += f" + {b.weight(shape[-1:])}"
    b.put(b.one(OUTER[:4]).format(text), shape, v.clocks, size=v.size * 2, atom=False)


def product_of_two(b):
    v = b.number(lambda v: len(v.shape) in (1, 2))
    w = v and b.number(lambda w: len(w.shape) in (1, 2) and w.shape[0] == v.shape[-1] and b.together(v.clocks, w.clocks))
    if w:
        b.put(f"{v} @ {w} / {v.shape[-1]}", v.shape[:-1] + w.shape[1:], v.clocks | w.clocks, size=v.size * w.size, atom=False)
    elif v and len(v.shape) == 1:
        w = b.vector(lambda w: b.together(v.clocks, w.clocks))
        if w:
            b.put(f"outer({v}, {w})", v.shape + w.shape, v.clocks | w.clocks, size=v.size * w.size)


def stateless(b):
    v = b.vector()
    if v:
        n, text = b.size(), b.one(STATELESS)
        b.put(text.format(x=v, n=n), v.shape if text.startswith(KEEPS) else (n,), v.clocks, size=v.size * 2, named=True)


def activated(b):
    v = b.vector()
    if v:
        n = b.size()
        b.put(b.one(OUTER).format(f"dense({v}, {n})"), (n,), v.clocks, size=v.size * 2, named=True)


# ---- along axes ----

def reduce(b):
    v = b.number(lambda v: v.shape and whole(v.shape))
    if not v:
        return
    axis = b.rnd.randrange(len(v.shape))
    word = b.one(["sum", "mean", "max", "min", "var", "softmax", "log_softmax", "flip", "argmax"])
    same = word in ("softmax", "log_softmax", "flip")
    shape = v.shape if same else v.shape[:axis] + v.shape[axis + 1:]
    where = "" if axis == len(v.shape) - 1 and b.chance(0.6) else f", axis={axis if b.chance(0.7) else axis - len(v.shape)}"
    if word == "argmax" and shape:
        return
    b.put(f"{word}({v}{where})", shape, v.clocks, tokens=v.shape[axis] if word == "argmax" else 0,
          size=v.size * (4 if word in ("sum", "log_softmax") else 2 if word == "var" else 1))


def view(b):
    v = b.number(lambda v: v.shape and whole(v.shape))
    if not v:
        return
    axis = b.rnd.randrange(len(v.shape))
    at = b.rnd.randrange(v.shape[axis])
    to = b.rnd.randint(at + 1, v.shape[axis])
    index = [":"] * axis
    kind = b.one(["part", "part", "element", "reshape", "transpose"])
    if kind == "part":
        b.put(f"{v}[{', '.join(index + [f'{at}:{to}'])}]", v.shape[:axis] + (to - at,) + v.shape[axis + 1:], v.clocks, size=v.size)
    elif kind == "element":
        b.put(f"{v}[{', '.join(index + [str(at)])}]", v.shape[:axis] + v.shape[axis + 1:], v.clocks, size=v.size)
    elif kind == "transpose":
        b.put(f"transpose({v})", v.shape[::-1], v.clocks, size=v.size)
    else:
        n = 1
        for d in v.shape:
            n *= d
        d = b.one([d for d in range(1, n + 1) if n % d == 0])
        shape = b.one([(n,), (d, n // d)])
        b.put(f"reshape({v}, [{', '.join(map(str, shape))}])", shape, v.clocks, size=v.size)


def concat(b):
    v = b.vector(lambda v: whole(v.shape))
    w = v and b.vector(lambda w: whole(w.shape) and b.together(v.clocks, w.clocks))
    if w:
        b.put(f"concat({v}, {w})", (v.shape[0] + w.shape[0],), v.clocks | w.clocks, size=max(v.size, w.size))


def split(b):
    v = b.vector(lambda v: whole(v.shape) and v.shape[0] % 2 == 0)
    if v:
        one, other = b.new(), b.new()
        b.equations.append(f"    {one}, {other} = split({v}, 2)")
        for name in (one, other):
            b.keep(name, (v.shape[0] // 2,), v.clocks, size=v.size)


def convolution(b):
    v = b.number(lambda v: len(v.shape) in (2, 3) and whole(v.shape) and max(v.shape) <= 17)
    if not v:
        return
    k, stride, pad, n = b.one([1, 2, 3]), b.one([1, 1, 2]), b.one([0, 0, 1]), b.one([1, 3, 5])
    places = v.shape[:-1]
    if pad < k and all(d + 2 * pad >= k for d in places) and b.chance(0.6):
        w = b.weight((k,) * len(places) + (v.shape[-1], n))
        shape = tuple((d + 2 * pad - k) // stride + 1 for d in places) + (n,)
        b.put(f"conv{len(places)}d({v}, {w}, stride={stride}, pad={pad}) / 2", shape, v.clocks, size=v.size * 2, atom=False)
    elif all(d >= k for d in places):
        word, shape = b.one([("", tuple((d - k) // k + 1 for d in places)), (", stride=1", tuple(d - k + 1 for d in places))])
        b.put(f"{b.one(['max_pool', 'avg_pool'])}({v}, {k}{word})", shape + v.shape[-1:], v.clocks, size=v.size)


# ---- tokens ----

def token(b):
    w = b.take(lambda v: v.tokens)
    if not w:
        return
    kind = b.one(["embed", "number", "equal", "row"])
    if kind == "embed":
        n = b.size()
        b.put(f"embed({w}, n={n})", (n,), w.clocks, named=True)
    elif kind == "number":
        b.put(f"{w} * 0.1", (), w.clocks, atom=False)
    elif kind == "equal":
        b.put(f"({w} {b.one(['==', '!='])} {b.rnd.randrange(w.tokens)})", (), w.clocks)
    else:
        e = b.number(lambda e: e.shape and whole(e.shape) and e.shape[0] >= w.tokens and e.name and b.together(w.clocks, e.clocks))
        if e:
            b.put(f"{e}[{w}]", e.shape[1:], w.clocks | e.clocks, size=e.size)


def drawn(b):
    v = b.vector(lambda v: v.clocks and whole(v.shape))
    if v and b.chance(0.5):
        b.put(f"sample(softmax({v}))", (), v.clocks, tokens=v.shape[0])
    elif not b.in_cell:
        clock = b.one(b.clocks)
        if clock not in ("u", "v"):
            b.put(f"normal(3 over {clock})", (3,), {clock}, size=3)


def feedback(b):
    """A token that the next step reads."""
    v = b.vector(lambda v: v.clocks and whole(v.shape))
    clock = v and b.steppable(v.clocks)
    if clock:
        n, w, h = b.one([3, 5, 17]), b.new("w"), b.new("h")
        b.equations += [f"    {h} = tanh(dense(concat({v}, embed({w}[{clock}-1], 4)), {n}))", f"    {w} = argmax({h})", f"    {w}[-1] = 1"]
        b.keep(h, (n,), v.clocks | {clock})
        b.keep(w, (), v.clocks | {clock}, tokens=n)


# ---- along clocks ----

def over(b):
    can = lambda c: b.ends(c) or c in ("u", "v") and b.ends("t")
    v = b.number(lambda v: any(can(c) for c in v.clocks))
    if not v:
        return
    clock = b.one([c for c in sorted(v.clocks) if can(c)])
    words = ["sum", "mean", "max", "min", "first", "last"]
    if b.ends(clock):
        words += ["var", "softmax", "log_softmax", "stack", "argmax"]
    word = b.one(words)
    size = v.size * (4 if word in ("sum", "log_softmax") else 1)
    if word == "stack":
        if b.clocks[clock].kind == "exact" and len(v.shape) < 3:
            b.put(f"stack({v} over {clock})", (b.clocks[clock].limit,) + v.shape, v.clocks - {clock}, size=size)
    elif word == "argmax":
        if v.shape == () and not b.in_cell:
            b.put(f"argmax({v} over {clock})", (), v.clocks - {clock}, tokens=b.clocks[clock].limit)
    else:
        b.put(f"{word}({v} over {clock})", v.shape, v.clocks if "softmax" in word else v.clocks - {clock}, size=size)


def delay(b):
    v = b.number(lambda v: any(c in b.clocks for c in v.clocks) or b.in_cell)
    clock = v and b.steppable(v.clocks)
    if not clock:
        return
    k = b.one([1, 1, 1, 2, 2, 3, 4, 5, 7, 9, 12, 25])
    ahead = b.ends(clock) and b.chance(0.35)
    starts = v.name and not ahead and v.clocks == {clock} and not b.in_cell and b.chance(0.3)
    new = b.put(f"{v}[{clock}{'+' if ahead else '-'}{k}]", v.shape, v.clocks | {clock}, size=v.size, named=starts or None)
    if starts and new:
        b.start(v.text, v.shape, clock, v.clocks, depth=min(k, b.one([1, 2])))


def window(b):
    v = b.number(lambda v: len(v.shape) <= 2)
    clock = v and b.steppable(v.clocks)
    if clock:
        k = b.one([1, 2, 3, 5, 9])
        b.put(f"window({v} over {clock}, {k})", (k,) + v.shape, v.clocks | {clock}, size=v.size)


def step_number(b):
    """What t says: on a clock that ends as it is, else in the forms that do not grow."""
    clock = b.one([c for c in b.clocks if c not in ("u", "v")] or ["t"])
    c, n = b.clocks[clock], b.size()
    if c.kind in ("bounded", "exact", "until") and not b.in_cell:
        w = b.weight((c.limit + b.one([0, 1]), n))
        b.put(*b.one([(f"({clock} / {c.limit})", ()), (f"{w}[{clock}]", (n,)), (f"({clock} >= 2)", ())]), {clock})
    else:
        text, shape = b.one([(f"({clock} % 3)", ()), (f"({clock} >= 3)", ()), (f"{b.weight((3, n))}[{clock} % 3]", (n,)),
                             (f"{b.weight((6, n))}[min({clock}, 5)]", (n,)), (f"(min({clock}, 4) / 4)", ())])
        b.put(text, shape, {clock}, size=2)


def recurrence(b):
    v = b.number(lambda v: len(v.shape) <= 2)
    clock = v and b.steppable(v.clocks)
    if not clock:
        return
    h, k = b.new("h"), b.one([1, 1, 1, 1, 2, 3, 7])
    sign = "+" if b.ends(clock) and b.chance(0.2) else "-"
    old = f"{h}[{clock}{sign}{k}]"
    forms = ["0.5 * {v} + 0.5 * {old}", "tanh({v} - {old})", "max({v}, {old} * 0.9)", "0.3 * {old} - 0.2 * {h}[{c}{s}1] + {v}",
             "where({v} > 0.1371, {old}, {v})", "sigmoid({v}) * {old} + {v}" if v.size < 1 else "tanh({v}) * 0.7 + 0.3 * {old}"]
    if len(v.shape) == 1:
        w = f"{b.weight((v.shape[0], v.shape[0]))} @ "
        forms += ["tanh(" + w + "{old} + {v})"] * 3 + ["relu(" + w + "{old} / 2 + tanh({v}))"]
    b.equations.append(f"    {h} = " + b.one(forms).format(v=v, old=old, h=h, c=clock, s=sign))
    if sign == "-":
        b.start(h, v.shape, clock, v.clocks | {clock}, depth=min(k, 2))
    b.keep(h, v.shape, v.clocks | {clock}, size=v.size * 2)


def mutual(b):
    """Two states that read each other, one a step late."""
    v = b.vector()
    w = v and b.vector(lambda w: b.together(v.clocks, w.clocks))
    clock = w and b.steppable(v.clocks | w.clocks)
    if not clock or not b.together(v.clocks, w.clocks, {clock}):
        return
    one, other, n, m = b.new("a"), b.new("b"), v.shape[0], w.shape[0]
    b.equations.append(f"    {one} = tanh({b.weight((n, m))} @ {other}[{clock}-{b.one([1, 1, 2])}] + {v})")
    b.equations.append(f"    {other} = sigmoid({b.weight((m, n))} @ {one} + {w})")
    clocks = v.clocks | w.clocks | {clock}
    b.start(other, (m,), clock, clocks)
    b.keep(one, (n,), clocks)
    b.keep(other, (m,), clocks)


def rate(b):
    """pick, hold, and states at ticks."""
    if b.in_cell or "u" not in b.clocks:
        return
    kind = b.one(["pick", "hold", "loop"] + (["nested"] if "v" in b.clocks else []))
    if kind == "pick":
        v = b.number(lambda v: "t" in v.clocks)
        if v:
            b.put(f"pick({v} over u)", v.shape, v.clocks - {"t"} | {"u"}, size=v.size)
    elif kind == "hold":
        v = b.number(lambda v: "u" in v.clocks)
        if v:
            b.put(f"hold({v} over t)", v.shape, v.clocks - {"u"} | {"t"}, size=v.size)
    elif kind == "nested":
        v = b.number(lambda v: v.clocks & {"u", "v"})
        if v and "u" in v.clocks:
            b.put(f"pick({v} over v)", v.shape, v.clocks - {"u"} | {"v"}, size=v.size)
        elif v:
            b.put(f"hold({v} over u)", v.shape, v.clocks - {"v"} | {"u"}, size=v.size)
    else:
        v = b.vector(lambda v: "t" in v.clocks)
        if v:
            n, p, y = v.shape[0], b.new("p"), b.new("y")
            b.equations.append(f"    {p} = pick({v} + {b.weight((n, n))} @ hold({y} over t)[t-1] over u)")
            b.equations.append(f"    {y} = tanh({b.weight((n, n))} @ {p} + {b.one([y + '[u-1]', '0.5'])})")
            clocks = v.clocks - {"t"} | {"u"}
            b.start(y, (n,), "u", clocks)
            b.keep(p, (n,), clocks, size=v.size)
            b.keep(y, (n,), clocks)
