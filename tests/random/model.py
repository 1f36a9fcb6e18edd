"""A random model is grown value by value: a rule (rules.py) takes some from the pool and puts a new one in.

A Body is what stands in one pair of braces, of a model or of a cell. It knows of each value its shape and the
clocks that it runs on, so that what a rule writes is well-typed by construction; rnnc is the judge of that.
In a cell a dimension may be a name, and the clocks of an argument that is not known yet are written "$x"."""
import random
import re
from dataclasses import dataclass

SIZES = [1, 2, 3, 3, 4, 5, 5, 8, 15, 16, 17, 33]
LENGTHS = [1, 2, 3, 4, 5, 7, 9, 17, 23, 24, 25, 26, 31, 49]
SHORT = [1, 2, 3, 4, 5, 7]
LARGEST = 20000          # numbers of one value over all steps
TICKING = {"t", "u", "v"}  # clocks that a value can have only one of, where there are ticks


@dataclass
class Clock:
    kind: str            # endless, bounded, exact, until, ticks; call: of a cell, whatever the caller says
    limit: int = 0

    @property
    def ends(self):
        return self.kind in ("bounded", "exact", "until")

    @property
    def known(self):
        return self.kind in ("bounded", "exact")


@dataclass(eq=False)
class Value:
    text: str
    shape: tuple
    clocks: frozenset
    tokens: int = 0
    size: float = 1.0    # how large its numbers are, roughly
    atom: bool = True    # needs no parentheses
    name: bool = False
    used: int = 0

    def __str__(self):
        return self.text if self.atom else f"({self.text})"


@dataclass
class Cell:
    name: str
    params: list         # (name, kind, shape): kind value, dim, or a clock's name for a whole sequence
    results: list        # Value
    starts: bool = False  # results are states
    fussy: bool = False  # has a clock that ticks: no backward, no reset


class Body:
    def __init__(self, rnd, cells, rules):
        self.rnd, self.cells, self.rules = rnd, cells, rules
        self.clocks, self.pool = {}, []
        self.declared, self.weights, self.equations = [], [], []
        self.count, self.started = 0, set()
        self.in_cell = False

    # ---- chance ----
    def one(self, options):
        return self.rnd.choice(list(options))

    def chance(self, p):
        return self.rnd.random() < p

    def size(self):
        return self.one(SIZES if self.chance(0.6) else [1, 2, 3, 4, 5])

    # ---- names and values ----
    def new(self, kind="v"):
        self.count += 1
        return f"{kind}{self.count}"

    def weight(self, shape, default=False):
        name = self.new("W")
        self.weights.append(f"    weight {name}: [{', '.join(map(str, shape))}]" + (" = 0.5" if default else ""))
        return name

    def take(self, fits=lambda v: True):
        """A value that fits, the newest first; one without a name is taken once."""
        found = [v for v in self.pool if fits(v)]
        if not found:
            return None
        value = self.one(found[-6:] if self.chance(0.5) else found)
        value.used += 1
        if not value.name:
            self.pool.remove(value)
        return value

    def number(self, fits=lambda v: True):
        return self.take(lambda v: not v.tokens and fits(v))

    def vector(self, fits=lambda v: True):
        return self.number(lambda v: len(v.shape) == 1 and fits(v))

    def steps(self, clocks):
        n = 1
        for c in clocks:
            n *= max(self.clocks[c].limit, 1) if c in self.clocks else 8
        return n

    def put(self, text, shape, clocks, tokens=0, size=1.0, atom=True, named=None):
        """A new value; a large one is made small, that the comparison stays meaningful."""
        shape, clocks = tuple(shape), frozenset(clocks)
        if elements(shape) * self.steps(clocks) > LARGEST:
            return None
        if size > 20 and not tokens:
            text, size, atom = f"tanh({text})", 1.0, True
        if named or (named is None and self.chance(0.6)):
            name = self.new()
            self.equations.append(f"    {name} = {text}")
            return self.keep(name, shape, clocks, tokens, size)
        value = Value(text, shape, clocks, tokens, size, atom)
        self.pool.append(value)
        return value

    def keep(self, name, shape, clocks, tokens=0, size=1.0):
        """A value that has an equation already."""
        value = Value(name, tuple(shape), frozenset(clocks), tokens, size, True, True)
        self.pool.append(value)
        return value

    # ---- clocks ----
    def together(self, *clocks):
        every = frozenset().union(*clocks)
        return len(every & TICKING) < 2 and len(every) <= 3

    def ends(self, clock):
        return clock in self.clocks and self.clocks[clock].ends

    def steppable(self, clocks):
        """A clock to step along, mostly one that the value runs on."""
        on = [c for c in sorted(clocks) if c in self.clocks]
        if on and self.chance(0.85):
            return self.one(on)
        other = [c for c in self.clocks if self.together(clocks, {c})]
        return self.one(other) if other else None

    def start(self, name, shape, clock, clocks, depth=1):
        """Perhaps a start value of NAME along a clock."""
        if name in self.started or self.chance(0.4):
            return
        self.started.add(name)
        hidden = TICKING if clock in TICKING else {clock}
        fits = lambda v: (v.shape == tuple(shape) and not v.tokens and v.name and v.text != name
                          and not v.clocks & hidden and v.clocks <= frozenset(clocks) and not any("$" in c for c in v.clocks))
        for k in range(1, depth + 1):
            start = self.number(fits) if self.chance(0.5) else None
            text = start.text if start else self.weight(shape) if self.chance(0.5) else self.one(["0.5", "-0.25", "1"])
            if start and self.chance(0.4):
                text = f"tanh({text})"
            self.equations.append(f"    {name}[-{k}] = {text}")

    def grow(self, count):
        """Applies rules until `count` of them made something."""
        names, odds = zip(*[(rule, odds) for rule, odds in self.rules if odds])
        for _ in range(count * 12):
            if count <= 0:
                break
            before = len(self.equations), [id(v) for v in self.pool]
            self.rnd.choices(names, odds)[0](self)
            count -= before != (len(self.equations), [id(v) for v in self.pool])


def elements(shape):
    n = 1
    for d in shape:
        n *= d if isinstance(d, int) else 17
    return n


# ---- cells ----

def make_cell(rnd, name, cells, rules):
    """A cell with dimensions that the caller gives: x: [m], perhaps n: dim, z: [n] or a whole sequence."""
    b = Body(rnd, cells, rules)
    b.in_cell = True
    b.clocks["t"] = Clock("call")
    params = [("x", "value", ("m",))]
    kind = rnd.random()
    if kind < 0.5:
        params.append(("n", "dim", ()))
    elif kind < 0.75:
        params.append(("z", "value", ("m",) if b.chance(0.5) else ("d",)))
    else:
        params.append(("K", "s", ("m",)))
        b.clocks["s"] = Clock("bounded", 8)
    for p, kind, shape in params:
        if kind != "dim":
            b.keep(p, shape, {"$" + p} | ({"s"} if kind == "s" else set()))
    if b.chance(0.25):
        b.clocks["k"] = Clock("exact", b.one([2, 3]))
        b.declared.append(f"    clock k = {b.clocks['k'].limit}")
    if any(p[1] == "dim" for p in params):
        w = b.weight(("n", "m"))
        b.put(f"{w} @ x + {b.weight(('n',), True)}", ("n",), {"$x"}, atom=False, named=True)
    b.grow(b.one([2, 3, 4, 6]))
    return finish_cell(b, name, params)


def finish_cell(b, name, params):
    """Results are values that leave the cell's own clocks, and depend on an argument."""
    fits = lambda v: (v.name and not v.tokens and v.clocks and "k" not in v.clocks and len(v.shape) in (0, 1, 2)
                      and v.text not in [p[0] for p in params] and any(c.startswith("$") for c in v.clocks))
    found = [v for v in b.pool if fits(v)]
    if not found:
        x = "x" if params[1][1] != "s" else "x + last(K)"
        b.equations.append(f"    y = tanh({x}) + 0.5 * y[t-1]")
        found = [b.keep("y", ("m",), {"$x", "t"} | ({"$K"} if "K" in x else set()))]
    results = [found[-1]] + ([b.one(found[:-1])] if len(found) > 1 and b.chance(0.4) else [])
    words = [f"{p}: dim" if kind == "dim" else f"{p}: [{', '.join(shape)}]" + (f" over {kind}" if kind != "value" else "")
             for p, kind, shape in params]
    types = [f"{r.text}: [{', '.join(map(str, r.shape))}]" if b.chance(0.5) else r.text for r in results]
    lines = b.declared + b.weights + b.equations
    text = f"cell {name}({', '.join(words)}) -> {', '.join(types)} {{\n" + "\n".join(lines) + "\n}\n"
    starts = all(f"{r.text}[t-" in text and r.text not in b.started for r in results)
    return Cell(name, params, results, starts), text


# ---- models ----

def make_clocks(b):
    kind = b.one(["endless", "endless", "bounded", "exact", "bounded", "until"])
    limit = 24 if kind == "endless" else b.one(LENGTHS)
    b.clocks["t"] = Clock(kind, limit)
    for c in ["s", "b"][:b.one([0, 1, 1, 2, 2])]:
        b.clocks[c] = Clock(b.one(["bounded", "exact"]), b.one(SHORT if limit > 9 else LENGTHS[:8]))
    for c, clock in b.clocks.items():
        if clock.known:
            b.declared.append(f"    clock {c} {'<=' if clock.kind == 'bounded' else '='} {clock.limit}")


def make_inputs(b):
    main = b.clocks["t"].kind
    for i in range(b.one([1, 2, 2, 3, 4])):
        clocks = [c for c in b.clocks if c != "t" and b.chance(0.35)]
        if main != "until" and (i == 0 or b.chance(0.75) or (main == "endless" and clocks)):
            clocks.append("t")
        b.rnd.shuffle(clocks)
        tokens = b.one([3, 7]) if b.chance(0.15) else 0
        shape = () if tokens else tuple(b.size() for _ in range(b.one([0, 1, 1, 1, 1, 2, 3])))
        shape = tuple(min(d, 7) for d in shape) if len(shape) == 3 else shape
        name = b.new("x")
        if elements(shape) * b.steps(clocks) > LARGEST:
            continue
        b.declared.append(f"    input {name}: " + typed(shape, tokens, clocks))
        b.keep(name, shape, clocks, tokens, 2.0)


def typed(shape, tokens, clocks):
    return (f"token[{tokens}]" if tokens else f"[{', '.join(map(str, shape))}]") + "".join(f" over {c}" for c in clocks)


def make_end(b):
    """The condition of `until`: a state that moves by itself."""
    n = b.size()
    h, w, bias = b.new("h"), b.weight((n, n)), b.weight((n,))
    b.equations.append(f"    {h} = tanh({w} @ {h}[t-1] + {bias})")
    b.keep(h, (n,), {"t"})
    b.declared.append(f"    clock t <= {b.clocks['t'].limit} until " + b.one([f"{h}[0] > 0.213", "t >= 3", f"t == 4 or {h}[0] < -0.3137"]))


def make_ticks(b):
    """A clock that ticks at some steps of t, and perhaps one of that."""
    conditions = ["t % 3 == 1", "t >= 2", "t % 2 == 0", "t < 2"]
    for v in b.pool:
        if v.clocks == {"t"} and not v.tokens and len(v.shape) < 3:
            conditions.append(v.text + (f"[{', '.join('0' for _ in v.shape)}]" if v.shape else "") + " > 0.1137")
    b.clocks["u"] = Clock("ticks", b.clocks["t"].limit)
    b.declared.append(f"    clock u = t when {b.one(conditions[-2:] if b.chance(0.5) else conditions)}")
    if b.chance(0.3):
        b.clocks["v"] = Clock("ticks", b.clocks["t"].limit)
        name = b.new("q")
        b.equations.append(f"    {name} = pick({b.one(['t % 2', '(t >= 2)'])} over u)")
        b.declared.append(f"    clock v = u when {name} > 0.5")


def make_outputs(b):
    """Values that nothing reads, and some others; what is left over stays unused."""
    named = [v for v in b.pool if v.name and not v.text.startswith("x")]
    sinks = [v for v in named if not v.used] + [v for v in b.pool if not v.name][:2]
    chosen = sinks[-6:] + b.rnd.sample(named, min(len(named), b.one([0, 1, 2])))
    chosen = list({v.text: v for v in chosen or b.pool[-1:]}.values())
    b.rnd.shuffle(chosen)
    for i, v in enumerate(chosen):
        clocks = sorted(v.clocks)
        more = [c for c in b.clocks if c not in v.clocks and b.clocks[c].known and b.together(v.clocks, {c})]
        if more and b.clocks["t"].kind != "endless" and b.chance(0.1):
            clocks.append(b.one(more))
        b.rnd.shuffle(clocks)
        b.declared.append(f"    output o{i}: " + typed(v.shape, v.tokens, clocks))
        b.equations.append(f"    o{i} = {v.text}")


def make_model(seed, rules, fixed):
    """The text of a model: fixed cells that rules know, random cells, then the model. `rules`: (rule, odds)."""
    rnd = random.Random(seed)
    texts, cells = [fixed], []
    for i in range(rnd.choice([0, 1, 1, 2, 3])):
        cell, text = make_cell(rnd, f"cell{i}", cells[:], rules)
        cells.append(cell)
        texts.append(text)
    # Each model prefers some rules, so that what they make meets itself.
    b = Body(rnd, cells, [(rule, odds * rnd.choice([0, 1, 1, 1, 3])) for rule, odds in rules])
    make_clocks(b)
    make_inputs(b)
    if b.clocks["t"].kind == "until":
        make_end(b)
    if b.chance(0.25):
        make_ticks(b)
    b.grow(b.one([2, 4, 6, 9, 13]))
    make_outputs(b)
    text = "model m {\n" + "\n".join(b.declared + b.weights + b.equations) + "\n}\n"
    return drop_unread("\n".join(texts) + text)


def drop_unread(text):
    """Without cells that nothing calls."""
    parts = re.split(r"(?m)^(?=cell |model )", text)
    for i in range(len(parts) - 1, -1, -1):
        name = re.match(r"cell (\w+)", parts[i])
        if name and not re.search(rf"\b{name[1]}\b", "".join(parts[i + 1:])):
            parts[i] = ""
    return "".join(parts)
