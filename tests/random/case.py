"""A model as a case: lengths, inputs and weights that follow from a seed and the names in the model, so that
a model that is cut down keeps them; and what the interpreter says, with how much that depends on rounding."""
import os
import random
import re
import subprocess
from dataclasses import dataclass, field

import arrays

ENDLESS = [1, 2, 3, 8, 23, 24, 25, 31, 49, 60]
CLOSE = 1e-5             # of an array's largest number: single precision after some hundred operations
MOVES = [-21, -20, -20] + [-19, -18, -18, -17] * 2 + [-16] * 5
SECONDS = 60             # of processor time, for each program that runs


@dataclass
class Result:
    status: int
    text: str


@dataclass
class Port:
    name: str
    clocks: list
    shape: tuple
    tokens: int


@dataclass
class Tool:
    """Where things are."""
    rnnc: str
    sets: list
    passes: list
    compilers: list
    arm: list = None     # options of `rnnc run` for emulated ARM
    build: str = None

    def run(self, words, isa=None):
        env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0", LC_ALL="C")
        env.pop("RT_ISA", None)
        if isa:
            env["RT_ISA"] = isa
        command = ["sh", "-c", f'ulimit -t {SECONDS}; exec "$@"', "sh", self.rnnc] + words
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", env=env, timeout=20 * SECONDS,
                                  start_new_session=True)  # Ctrl-C is for the fuzzer alone
        except subprocess.TimeoutExpired:
            return Result(124, "no end")
        return Result(done.returncode, done.stdout if done.returncode == 0 else done.stderr)


def is_crash(result):
    return result.status not in (0, 1, 3) or "mistake in rnnc" in result.text or "Sanitizer" in result.text


@dataclass
class Case:
    tool: Tool
    folder: str
    text: str            # the model without its weights
    seed: int
    file_weights: bool = True
    inputs: list = field(default_factory=list)
    outputs: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    failure: str = None  # a crash of the compiler
    refusal: str = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def rnd(self, *what):
        return random.Random(f"{self.seed} {' '.join(map(str, what))}")

    # ---- what the model needs, by its graph ----

    def prepare(self):
        """False: the compiler does not take the model."""
        os.makedirs(self.folder, exist_ok=True)
        self.model = self.path("m.rnn")
        write(self.model, self.text)
        graph = self.tool.run([self.model, "--random-weights", "--emit=graph"])
        if graph.status == 0:
            plan = self.tool.run([self.model, "--random-weights", "--emit=plan"])
            graph = graph if plan.status == 0 else plan
        if graph.status:
            if is_crash(graph):
                self.failure = f"exit status {graph.status}: {graph.text}"
            else:
                self.refusal = graph.text
            return False
        self.read_graph(graph.text)
        self.options = [] if self.file_weights and self.tensors else ["--random-weights"]
        if not self.options:
            self.bind_weights()
        self.write_inputs("in", 0)
        return True

    def bind_weights(self):
        """Weights that no output needs are not in the graph, but have to be there: a message says which."""
        for _ in range(60):
            self.write_weights()
            write(self.model, self.text.replace("model m {\n", "model m {\n" + self.block, 1))
            said = self.tool.run([self.model, "-o", self.path("c")])
            if said.status == 0:
                break
            missing = re.findall(r"the weight (\S+) \[([\d, ]*)\] is missing", said.text)
            if not missing:
                break
            for name, shape in missing:
                self.tensors[name] = Port(name, [], tuple(map(int, re.findall(r"\d+", shape))), 0)

    def read_graph(self, text):
        self.inputs, self.outputs, self.steps, self.length, node = [], [], [], {}, {}
        self.tensors, self.labels = {}, {}
        for name, form in re.findall(r"(?m)^clock (\w+) ?(.*)$", text):
            rnd = self.rnd("clock", name, form)
            limit = re.match(r"(<=|=) (\d+)$", form)
            self.length[name] = None if form and not limit else rnd.choice(ENDLESS) if not limit else (
                int(limit[2]) if limit[1] == "=" or rnd.random() < 0.5 else rnd.randint(1, int(limit[2])))
        for line in text.split("\n"):
            m = re.match(r"(%\d+) = (\S+)(?: [^:]*)?: \[([\d, ]*)\]((?: over \w+)*)(.*)", line)
            if not m:
                continue
            tokens = re.search(r" tokens=(\d+)", m[5])
            port = Port("", re.findall(r"over (\w+)", m[4]), tuple(map(int, re.findall(r"\d+", m[3]))), int(tokens[1]) if tokens else 0)
            node[m[1]] = port
            for word, names in (("name", self.tensors if m[2] == "tensor" else {}), ("label", self.labels)):
                found = re.search(rf' {word}="([^"]*)"', m[5])
                if found:
                    names[found[1]] = port
        for kind, name, id, clocks in re.findall(r"(?m)^(input|output) (\w+) (%\d+)((?: over \w+)*)", text):
            n = node[id]
            (self.inputs if kind == "input" else self.outputs).append(Port(name, re.findall(r"over (\w+)", clocks) or n.clocks, n.shape, n.tokens))
        told = {c for p in self.inputs for c in p.clocks}
        for name, length in self.length.items():
            if length and name not in told:
                self.steps += ["--steps", f"{name}={length}"]

    # ---- numbers ----

    def write_inputs(self, tag, push):
        """Each number moved by a few units in the last place where `push`, a number of 0 to 1, is not 0."""
        for p in self.inputs:
            rnd, shape = self.rnd("input", p.name, p.shape), tuple(self.length[c] for c in p.clocks) + p.shape
            n = arrays.count(shape)
            numbers = [rnd.randrange(p.tokens) for _ in range(n)] if p.tokens else [rnd.gauss(0, 1) for _ in range(n)]
            if push and not p.tokens:
                numbers = pushed(numbers, push, self.rnd(tag, p.name))
            arrays.npy_write(self.path(f"{tag}_{p.name}.npy"), shape, numbers, p.tokens > 0)

    def weight_kind(self, name, shape):
        rnd = self.rnd("kind", name)
        return rnd.choice(["F32", "F32", "F16", "BF16", "F64", "I8"]), rnd.choice(["", "", "", "transpose"]) if len(shape) == 2 else ""

    def write_weights(self, push=0, file="w.safetensors"):
        """The tensors, and the lines of the weights block for those that are not stored as they are."""
        lines, stored = "", {}
        for name, p in self.tensors.items():
            kind, how = self.weight_kind(name, p.shape)
            rnd, reach = self.rnd("weight", name), 0.8 if len(p.shape) < 2 else min(1.0, 1.7 / max(p.shape) ** 0.5)
            numbers = [rnd.uniform(-reach, reach) for _ in range(arrays.count(p.shape))]
            if name.endswith(".var"):
                numbers = [abs(x) + 0.5 for x in numbers]
            data = [arrays.stored(kind, min(x, 1.0) if kind == "I8" else x) for x in numbers]
            if push:
                moved = pushed([x for _, x in data], push, self.rnd(file, name))
                data = [arrays.stored("F64", x) for x in moved]
            stored[name] = ("F64" if push else kind, p.shape[::-1] if how else p.shape, b"".join(bits for bits, _ in data))
            if how or kind == "I8":
                lines += f'        {name} = {how}("{name}"){" / 127" if kind == "I8" else ""}\n'
        self.block = f'    weights "w.safetensors" {{\n{lines}    }}\n'
        arrays.safetensors_write(self.path(file), stored)

    # ---- running ----

    def command(self, inputs, tag, more):
        words = ["run", self.model] + self.options + self.steps + more
        for p in self.inputs:
            words += ["--input", f"{p.name}={self.path(f'{inputs}_{p.name}.npy')}"]
        for p in self.outputs:
            words += ["--output", f"{p.name}={self.path(f'{tag}_{p.name}.npy')}"]
        return words

    def run(self, tag, more, isa=None, inputs="in"):
        for p in self.outputs:
            if os.path.exists(self.path(f"{tag}_{p.name}.npy")):
                os.remove(self.path(f"{tag}_{p.name}.npy"))
        return self.tool.run(self.command(inputs, tag, more), isa)

    def read(self, tag):
        return {p.name: arrays.npy_read(self.path(f"{tag}_{p.name}.npy")) for p in self.outputs}

    def interpret(self):
        """What the equations say; None, and why, where the interpreter fails."""
        done = self.run("double", ["--interpret"])
        if done.status:
            self.failure = f"the interpreter: exit status {done.status}: {done.text}"
            return False
        self.wanted, self.moved = self.read("double"), []
        return True

    def move(self, exponent):
        """The interpreter once more, inputs and weights moved by up to 2 ** exponent of themselves."""
        tag, push = f"moved{len(self.moved)}", 2.0 ** exponent
        self.write_inputs(tag, push)
        more = ["--interpret"]
        if not self.options:
            self.write_weights(push, f"{tag}.safetensors")
            more.append(f"--weights={self.path(tag + '.safetensors')}")
        done = self.run(tag, more, inputs=tag)
        self.moved.append(self.read(tag) if done.status == 0 else {})

    def compare(self, got):
        """None, or where what came out is wrong. A number may be as far off as the interpreter's own moves when
        inputs and weights do by some units in the last place: where a model magnifies these, or where one of its
        comparisons is a near tie, rounding may do as much."""
        bad = self.differences(got)
        for exponent in MOVES[len(self.moved):]:
            if not bad:
                break
            self.move(exponent)
            bad = self.differences(got)
        return bad

    def differences(self, got):
        for name, wanted in self.wanted.items():
            moved = [m[name][1] for m in self.moved if name in m]
            if any(len(m) != len(wanted[1]) for m in moved):
                return None
            finite = [abs(x) for x in wanted[1] if abs(x) < 1e30]
            scale = max(finite, default=0) + 1e-3
            bad = arrays.difference(wanted, got[name], lambda i: self.slack(wanted[1], moved, scale, i))
            if bad:
                return f"{name}{bad}"
        return None

    @staticmethod
    def slack(wanted, moved, scale, i):
        far = [abs(m[i] - wanted[i]) for m in moved if m[i] != wanted[i]]
        return CLOSE * scale + 8 * max((x if x == x else float("inf") for x in far), default=0)


def pushed(numbers, push, rnd):
    return [x * (1 + push * rnd.uniform(-1, 1)) for x in numbers]


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
