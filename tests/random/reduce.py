"""A failing model made small: lines go, variables become inputs, calls become their arguments, sizes shrink, as
long as the same kind of failure stays. Names keep their numbers (case.py), so the rest computes what it did."""
import os
import re
import shutil
import time

from case import Case, write
from variants import Finding, Variant, narrow, try_variant

HEAD = "model m {"


def lines_of(text):
    return [line for line in text.split("\n") if line.strip()]


# ---- smaller texts, the boldest first ----

def without_parts(text, labels):
    """Cells, outputs with their equations, equations with all that define the name, then single lines."""
    cells = re.split(r"(?m)^(?=cell |model )", text)
    for i in range(len(cells) - 1):
        yield "".join(cells[:i] + cells[i + 1:])
    lines = lines_of(text)
    for size in (8, 4, 2):
        for i in range(0, len(lines) - size, size):
            yield "\n".join(lines[:i] + lines[i + size:]) + "\n"
    names = re.findall(r"(?m)^    (?:output |input |weight )?(\w+)(?=[:,\[ ])", text)
    for name in dict.fromkeys(names):
        kept = [line for line in lines if not re.match(rf"    (output |input |weight )?{name}\b", line)]
        yield "\n".join(kept) + "\n"
    for i in range(len(lines)):
        yield "\n".join(lines[:i] + lines[i + 1:]) + "\n"


def cut_off(text, labels):
    """A variable of the model that is given from outside, and what it was made of goes with it."""
    before, _, model = text.partition(HEAD)
    lines = lines_of(model)
    for i, line in enumerate(lines):
        found = re.match(r"    (\w+) = ", line)
        port = found and labels.get(found[1])
        if port and not re.match(r"o\d+$", found[1]):
            kind = f"token[{port.tokens}]" if port.tokens else f"[{', '.join(map(str, port.shape))}]"
            given = f"    input {found[1]}: {kind}" + "".join(f" over {c}" for c in port.clocks)
            kept = [other for other in lines[:i] + lines[i + 1:] if not other.startswith(f"    {found[1]}[")]
            yield f"{before}{HEAD}\n" + "\n".join([given] + kept) + "\n"


def inlined(text, labels):
    """What a variable is made of in its place."""
    for m in re.finditer(r"(?m)^    (\w+) = (.*)\n", text):
        rest = text[:m.start()] + text[m.end():]
        if len(re.findall(rf"\b{m[1]}\b", rest)) == 1 or re.fullmatch(r"\w+", m[2]):
            yield re.sub(rf"\b{m[1]}\b(?! *=[^=])", lambda _: m[2] if re.fullmatch(r"[\w.]+(\(.*\))?", m[2]) else f"({m[2]})", rest)


def arguments(text, at):
    """The arguments of the call whose ( is at `at`, and where it ends."""
    depth, start, found = 0, at + 1, []
    for i in range(at, len(text)):
        depth += (text[i] in "([") - (text[i] in ")]")
        if text[i] == "," and depth == 1 or depth == 0:
            found.append(text[start:i].strip())
            start = i + 1
        if depth == 0:
            return found, i + 1
    return [], len(text)


def simpler(text, labels):
    """Calls by one of their arguments, operations by one side, and without the extras of a call."""
    for pattern in (r"backward ", r"repeat \d+ ", r", reset=[^,)]*(\)[^,)]*)?", r" over \w+(?=[,)])", r"\[\w[-+]\d+\]", r" (<=|=) \d+ until .*"):
        for m in re.finditer(pattern, text):
            yield text[:m.start()] + text[m.end():]
    for m in re.finditer(r"[\w.]*\(", text):
        if "cell" in text[text.rfind("\n", 0, m.start()) + 1:m.start()]:
            continue
        given, end = arguments(text, m.end() - 1)
        if not m[0][:-1] and len(given) == 1 and re.fullmatch(r"\w+", given[0]):
            yield text[:m.start()] + given[0] + text[end:]
        for word in given:
            word = re.sub(r" over \w+$|^\w+=", "", word)
            yield text[:m.start()] + (f"({word})" if " " in word else word) + text[end:]
    for m in re.finditer(r"(?m)(= |\(|, )([^=\n]*) [-+*/@] ", text):
        yield text[:m.end(1)] + text[m.end():]
        yield text[:m.end(2)] + text[text.find("\n", m.end()):]


def shrunk(text, labels):
    """Every size and number, everywhere at once and then one by one."""
    numbers = sorted({int(n) for n in re.findall(r"(?<![\w.])\d+(?![\w.])", text)}, reverse=True)
    for n in numbers:
        for smaller in dict.fromkeys([1, 2, 3, n // 2, n - 1]):
            if 0 < smaller < n:
                yield re.sub(rf"(?<![\w.]){n}(?![\w.])", str(smaller), text)
    for m in re.finditer(r"(?<![\w.])\d+(?![\w.])", text):
        for smaller in (1, 2, int(m[0]) // 2):
            if 0 < smaller < int(m[0]):
                yield text[:m.start()] + str(smaller) + text[m.end():]


# ---- the search ----

class Search:
    def __init__(self, case, finding, seconds):
        self.tool, self.seed, self.finding = case.tool, case.seed, finding
        self.folder, self.end = case.folder + "_smaller", time.time() + seconds
        self.text, self.labels, self.file_weights, self.tried = case.text, getattr(case, "labels", {}), case.file_weights, set()

    def fails(self, text, variant=None, file_weights=None):
        """The finding that this text has, if it is of the same kind."""
        shutil.rmtree(self.folder, ignore_errors=True)
        case = Case(self.tool, self.folder, text, self.seed, self.file_weights if file_weights is None else file_weights)
        if not case.prepare():
            found = case.failure and Finding("crash", case.failure)
        elif not case.interpret():
            found = Finding("interpreter", case.failure)
        else:
            found = self.finding.variant and try_variant(case, variant or self.finding.variant)
        if found and found.kind == self.finding.kind and self.words(found) == self.words(self.finding):
            self.labels = getattr(case, "labels", {})
            return found
        return None

    @staticmethod
    def words(finding):
        """What has to stay the same of a message: not its numbers, and nothing of numbers that differ."""
        if finding.kind in ("wrong", "bits"):
            return ""
        found = re.search(r"(error|mistake|Sanitizer|runtime error|assert\w*)\b:?[^\n]*", finding.text)
        return re.sub(r"[%'‘].*|\d+", "", found[0])[:60] if found else finding.text[:20]

    def options(self):
        """A build with fewer options first: gcc, no blob, fewer passes left out, no sanitizers."""
        v = self.finding.variant
        if not v:
            return
        for option in [o for o in v.options if not o.startswith(("--cc=", "--exec=", "--lib="))]:
            fewer = Variant(v.label, [o for o in self.finding.variant.options if o != option], v.sets, v.ways)
            found = self.fails(self.text, fewer)
            if found:
                found.variant = narrow(fewer, found.variant.sets[0], found.variant.ways)
                self.finding = found

    def run(self):
        again = True
        self.options()
        while again and time.time() < self.end:
            again = False
            for step in (without_parts, cut_off, inlined, simpler, shrunk):
                again = self.all_of(step) or again

    def all_of(self, step):
        """Takes what works, and goes on from there, until nothing does."""
        any_, found = False, True
        while found and time.time() < self.end:
            found = False
            for text in step(self.text, self.labels):
                if time.time() > self.end or text in self.tried:
                    continue
                self.tried.add(text)
                if len(text) < len(self.text) + 40 and self.fails(text):
                    self.text, found, any_ = text, True, True
                    break
        return any_


def reduce(case, finding, folder, seconds):
    """Writes the small model, its files and the command that shows it; how many lines are left."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    write(os.path.join(folder, "original.rnn"), case.text)
    search = Search(case, finding, seconds)
    if not search.fails(case.text):
        write(os.path.join(folder, "command"), "It does not fail a second time.\n" + finding.text)
        return len(lines_of(case.text))
    search.run()
    search.file_weights = not search.fails(search.text, file_weights=False)
    last = search.fails(search.text)
    small = Case(case.tool, folder, search.text, case.seed, search.file_weights)
    text = f"{case.tool.rnnc} {small.path('m.rnn')} --random-weights --emit=plan"
    if small.prepare():
        variant = (last or finding).variant
        more = [f"'{o}'" if " " in o else o for o in variant.options] if variant else ["--interpret"]
        way = [f"--by={variant.ways[0]}"] if variant and variant.ways else []
        prefix = f"RT_ISA={variant.sets[0]} " if variant else ""
        text = prefix + " ".join([case.tool.rnnc] + small.command("in", "out", more + way))
        text += "\n# and the interpreter:\n" + " ".join([case.tool.rnnc] + small.command("in", "double", ["--interpret"]))
    write(os.path.join(folder, "command"), f"# {(last or finding).text.strip()}\n".replace("\n", "\n# ").rstrip("# ") + "\n" + text + "\n")
    shutil.rmtree(search.folder, ignore_errors=True)
    return len(lines_of(search.text))
