"""Plants the faults of tests/mutate/faults one at a time and looks whether the tests notice.

    python3 tests/mutate/mutate.py [--faults=PATTERN] [--work=DIR] [--again] [--report]

It works in a copy of the tree (DIR, otherwise build/mutate) with a build of its own: applies a fault, builds, runs tests
until one fails. What often fails soon comes first, what only compares texts (golden) last: a fault that only golden texts
find is one whose numbers nothing looks at. A command that takes too long counts as a failure, and is said to. What is
known is kept in DIR/results and not done again; --again forgets it. Exit status 1 if a fault survived.

A fault is a paragraph of the file:

    FAULT NAME: what it is
    IN FILE
    TRY test_plan numeric:lstm     -- optional: what to run first
    KNOWN why it changes nothing   -- optional: a survivor that is explained
    - the old text, which is there once; one line or several
    + the new text"""
import argparse
import glob
import hashlib
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "random"))
from arrays import npy_read

ROOT = os.path.dirname(os.path.dirname(HERE))
LIMIT = 150                  # seconds for one command
QUICK = "cc -O0 -DRT_ONLY_SCALAR"
SLOW = ["test_spellings", "test_limits", "test_tensor_file", "test_tensor_onnx", "test_emitted"]
# Cases that between them have most of what there is; the others come after them.
FIRST = ["lstm", "gru", "torch_gru", "clock_backward", "clock_ticks_inside", "clock_windows", "clock_reductions", "delay_long", "two_passes",
         "attention", "conv_lstm", "spelled_sums", "matrix_state", "layer_norm", "feedback_tokens", "net_two_rates", "clock_until", "odd_sizes"]


class Fault:
    def __init__(self, paragraph):
        lines = paragraph.split("\n")
        self.name, self.what = re.fullmatch(r"FAULT (\S+): (.*)", lines[0]).groups()
        word = lambda key: next((line[len(key) + 1:] for line in lines if line.startswith(key + " ")), "")
        text = lambda mark: "\n".join(line[2:] for line in lines if line[:2] == mark or line == mark.strip())
        self.file, self.first, self.known = word("IN"), word("TRY").split(), word("KNOWN")
        self.old, self.new = text("- "), text("+ ")
        self.key = hashlib.sha1((self.file + self.old + "\0" + self.new).encode()).hexdigest()[:12]


def read_faults(pattern):
    paragraphs = re.split(r"\n\n+", open(os.path.join(HERE, "faults")).read().strip())
    faults = [Fault(p) for p in paragraphs if p.startswith("FAULT")]
    names = [fault.name for fault in faults]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"mutate: two faults have the name {', '.join(twice)}")
    for fault in faults:
        found = open(os.path.join(ROOT, fault.file)).read().count(fault.old)
        if found != 1 or fault.old == fault.new:
            print(f"mutate: {fault.name}: its text is found {found} times in {fault.file}: it is left out")
    faults = [f for f in faults if f.old != f.new and open(os.path.join(ROOT, f.file)).read().count(f.old) == 1]
    return [f for f in faults if re.search(pattern, f.name + " " + f.file)]


class Tree:
    """A copy of what is under version control, built position-independent: the tests are linked once, to shared
    libraries that are made anew for each fault."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.root = os.path.join(self.folder, "tree")
        self.log = os.path.join(self.folder, "log")
        self.env = dict(os.environ, CK_TIMEOUT_MULTIPLIER="8", LD_LIBRARY_PATH=self.root + "/build", CASES_CC="cc -O1")
        for name in ("GOLDEN", "CASE", "BUILD", "RNNC", "MAKEFLAGS", "MAKELEVEL", "RT_ISA"):
            self.env.pop(name, None)

    def run(self, *command, limit=LIMIT, **env):
        """Its exit status; None: it took too long."""
        with open(self.log, "wb") as log:
            process = subprocess.Popen(command, cwd=self.root, env=dict(self.env, **env), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       start_new_session=True)
            try:
                return process.wait(limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return None

    def said(self):
        return open(self.log, errors="replace").read()[-3000:]

    def need(self, *command):
        if self.run(*command, limit=1800) != 0:
            sys.exit(f"mutate: {' '.join(command)}\n{self.said()}")

    def copy(self):
        files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
        for name in filter(None, files):
            source, target = os.path.join(ROOT, name), os.path.join(self.root, name)
            if not os.path.isfile(source):
                continue
            if not os.path.exists(target) or open(source, "rb").read() != open(target, "rb").read():
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copy(source, target)

    def build(self, runtime):
        """True if it compiles."""
        parts = ["build/librnnrt.a", "build/scalar.a"] if runtime else ["build/rnnc", "build/librnnc.a", "build/librnnc.so"]
        return self.run("make", "-f", HERE + "/tree.mk", "HERE=" + HERE, *parts, limit=900) == 0

    def units(self):
        names = sorted(os.path.basename(path)[:-2] for path in glob.glob(self.root + "/tests/unit/test_*.c"))
        runtime = [n for n in names if n.startswith("test_runtime_")]
        return [n for n in names if n not in SLOW and n not in runtime] + [n for n in SLOW if n in names], runtime

    def prepare(self):
        os.makedirs(self.root, exist_ok=True)
        self.copy()
        compiler, runtime = self.units()
        os.makedirs(self.root + "/build/sound", exist_ok=True)
        if not os.path.islink(self.root + "/build/runtime_sources"):
            os.symlink("../runtime", self.root + "/build/runtime_sources")
        programs = ["build/tests/" + name for name in compiler + runtime + ["cases"]]
        self.need("make", "-f", HERE + "/tree.mk", "HERE=" + HERE, "build/rnnc", "build/librnnrt.a", "build/scalar.a", *programs)
        for name in ("rnnc", "librnnrt.a", "scalar.a"):
            shutil.copy(f"{self.root}/build/{name}", f"{self.root}/build/sound/{name}")
        shutil.rmtree(self.root + "/build/sound/runtime_sources", ignore_errors=True)
        shutil.copytree(self.root + "/runtime", self.root + "/build/sound/runtime_sources")


class Numeric:
    """The numeric cases, each in the one way that is asked for: a small part of what `cases numeric` does."""

    def __init__(self, tree):
        self.tree = tree
        names = sorted(os.path.basename(path)[:-4] for path in glob.glob(tree.root + "/tests/numeric/*.rnn"))
        self.names = [n for n in FIRST if n in names] + [n for n in names if n not in FIRST]

    def good(self, name, way, build="build"):
        folder, work = f"tests/numeric/{name}", f"{self.tree.folder}/numeric"
        os.makedirs(work, exist_ok=True)
        arrays = {kind: sorted(glob.glob(f"{self.tree.root}/{folder}/{kind}_*.npy")) for kind in ("in", "out")}
        port = lambda path: re.sub(r"^(in|out)_", "", os.path.basename(path)[:-4])
        command = [build + "/rnnc", "run", folder + ".rnn"] + [option.replace("BUILD", build) for option in ways[way]]
        for path in arrays["in"]:
            command += ["--input", f"{port(path)}={path}"]
        for path in arrays["out"]:
            command += ["--output", f"{port(path)}={work}/{port(path)}.npy"]
        status = self.tree.run(*command)
        if status == 3 and any(option.startswith("--by") for option in command):
            return True
        if status != 0:
            return False
        tolerance = float(re.match(r"# tolerance (\S+?):", open(f"{self.tree.root}/{folder}.rnn").readline()).group(1))
        return all(close(read_array(f"{work}/{port(path)}.npy"), read_array(path), tolerance) for path in arrays["out"])


def read_array(path):
    """Shape and numbers, the last axis fastest."""
    shape, numbers = npy_read(path)
    if b"'fortran_order': True" not in open(path, "rb").read(128):
        return shape, numbers
    place = [0]
    for step, size in reversed([(math.prod(shape[:k]), size) for k, size in enumerate(shape)]):
        place = [i * step + at for i in range(size) for at in place]
    return shape, [numbers[at] for at in place]


def close(got, want, tolerance):
    same = lambda g, w: g == w or abs(g - w) <= tolerance * max(1, abs(w)) or (g != g and w != w)
    return got[0] == want[0] and len(got[1]) == len(want[1]) and all(map(same, got[1], want[1]))


SCALAR = ["--cc=" + QUICK, "--lib=BUILD/scalar.a", "--runtime=BUILD/runtime_sources"]
ways = {
    "scalar": SCALAR,
    "interpreter": ["--interpret"],
    "hoisted": SCALAR + ["--chunk=3", "--zigzag"],
    "step": SCALAR + ["--by=step"],
    "again": SCALAR + ["--chunk=3", "--by=again"],
    "vectors": ["--cc=cc -O1", "--lib=BUILD/librnnrt.a", "--runtime=BUILD/runtime_sources"],
}


LATER = ("later", None)


def stages(tree, fault):
    """What is run, in order: a name and what says whether it is good. LATER parts what is quick from the rest, which is
    kept until all faults have met what is quick."""
    numeric = Numeric(tree)
    compiler, runtime = tree.units()
    unit = lambda name: (f"unit:{name}", lambda: (name not in runtime or tree.run("make", "-f", HERE + "/tree.mk", "HERE=" + HERE, "build/tests/" + name,
                                                                                 limit=900) == 0) and tree.run("build/tests/" + name) == 0)
    case = lambda name, way: (f"numeric:{name}:{way}", lambda: numeric.good(name, way))
    suite = lambda name, **env: (f"cases:{name}{':' + env['CASE'] if env else ''}", lambda: tree.run("build/tests/cases", name, **env) == 0)
    for word in fault.first if fault else []:
        parts = word.split(":")
        if parts[0] == "numeric":
            yield case(parts[1], parts[2] if len(parts) > 2 else "scalar")
        elif parts[0] in ("errors", "golden"):
            yield suite(parts[0], CASE=parts[1])
        else:
            yield unit(word)
    of_runtime = fault and fault.file.startswith("runtime/")
    if of_runtime:
        for name in runtime:
            yield unit(name)
        yield LATER
        for way in ("vectors", "scalar"):
            yield from (case(name, way) for name in numeric.names)
        return
    for name in numeric.names[:6]:
        yield case(name, "scalar")
    for name in compiler[:-len(SLOW)]:
        yield unit(name)
    for name in numeric.names[:len(FIRST)]:
        yield case(name, "interpreter")
    for way in ("scalar", "hoisted"):
        yield from (case(name, way) for name in numeric.names[:len(FIRST)])
    yield LATER
    for way in ("interpreter", "scalar"):
        yield from (case(name, way) for name in numeric.names[len(FIRST):])
    yield suite("errors")
    for way in ("hoisted", "again", "step"):
        yield from (case(name, way) for name in numeric.names)
    for name in SLOW:
        yield unit(name)
    yield "verify.sh", lambda: tree.run("sh", "tests/verify.sh", "build", limit=400) == 0
    yield "random", lambda: tree.run("python3", "tests/random/fuzz.py", "build", "--count=40", "--seconds=200", "--breadth=2", "--seed=1",
                                     "--reduce=0", limit=400) == 0
    yield suite("golden")


def find_killer(tree, fault, bad, later):
    """The first test that fails."""
    is_later = False
    for name, good in stages(tree, fault):
        is_later = is_later or good is None
        if name in bad or good is None or is_later != later:
            continue
        begin = time.time()
        if not good():
            if name.startswith("numeric:") and not Numeric(tree).good(*name.split(":")[1:], build="build/sound"):
                print(f"mutate: {name} fails without a fault: it is left out")
                bad.add(name)
                continue
            hung = time.time() - begin >= LIMIT
            return name + (" (took too long)" if hung else "")
    return None


def plant(tree, fault, bad, later):
    path = os.path.join(tree.root, fault.file)
    sound, begin = open(path).read(), time.time()
    with open(path, "w") as file:
        file.write(sound.replace(fault.old, fault.new))
    try:
        if not tree.build(fault.file.startswith("runtime/")):
            print(tree.said())
            return "does not compile", time.time() - begin
        return find_killer(tree, fault, bad, later) or ("SURVIVED" if later else "later"), time.time() - begin
    finally:
        with open(path, "w") as file:
            file.write(sound)


class Results:
    def __init__(self, path, again):
        self.path, self.known = path, {}
        if again and os.path.exists(path):
            os.remove(path)
        for line in open(path) if os.path.exists(path) else []:
            key, name, killer, seconds = line.rstrip("\n").split("\t")
            self.known[key] = (killer, float(seconds))

    def add(self, fault, killer, seconds):
        self.known[fault.key] = (killer, seconds)
        with open(self.path, "a") as file:
            file.write(f"{fault.key}\t{fault.name}\t{killer}\t{seconds:.1f}\n")


def report(faults, results):
    done = [(f, *results.known[f.key]) for f in faults if f.key in results.known]
    ran = [d for d in done if d[1] not in ("does not compile", "later")]
    survivors = [d for d in ran if d[1] == "SURVIVED"]
    explained = [d for d in survivors if d[0].known]
    kinds = {}
    for fault, killer, _ in ran:
        kind = killer.split(":")[0] if killer != "SURVIVED" else "survived"
        kinds[kind] = kinds.get(kind, 0) + 1
    print(f"\n{len(faults)} faults, {len(ran)} ran, {len(ran) - len(survivors)} killed ({100 * (len(ran) - len(survivors)) / max(1, len(ran)):.1f} %), "
          f"{sum('too long' in d[1] for d in ran)} of these by taking too long; {sum(d[2] for d in done):.0f} s")
    print("killed by: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items(), key=lambda k: -k[1]) if kind != "survived"))
    print(f"without golden texts: {len(ran) - len(survivors) - kinds.get('cases', 0) + sum(d[1].startswith('cases:errors') for d in ran)} killed")
    for fault, killer, _ in done:
        if killer in ("SURVIVED", "does not compile", "later"):
            print(f"{killer}: {fault.name}: {fault.what}{'; known: ' + fault.known if fault.known else ''}")
    return len(survivors) > len(explained)


def find_bad(tree, path):
    """What fails on the sound tree says nothing."""
    if os.path.exists(path):
        return set(open(path).read().split("\n"))
    bad = [name for name, good in stages(tree, None) if name.startswith("unit:") and not good()]
    for name in filter(None, bad):
        print(f"mutate: {name} fails without a fault: it is left out")
    open(path, "w").write("\n".join(bad))
    return set(bad)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", default="")
    parser.add_argument("--work", default=os.path.join(ROOT, "build", "mutate"))
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--report", action="store_true", help="only what is known")
    args = parser.parse_args()
    faults = read_faults(args.faults)
    os.makedirs(args.work, exist_ok=True)
    results = Results(os.path.join(args.work, "results"), args.again)
    tree = Tree(args.work)
    if not args.report:
        tree.prepare()
        bad = find_bad(tree, os.path.join(args.work, "bad"))
    for later in (False, True):
        for fault in faults:
            killer, seconds = results.known.get(fault.key, ("later", 0))
            if args.report or (fault.key in results.known and (killer != "later" or not later)):
                if fault.key in results.known and not later:
                    print(f"{fault.name:28} {killer:44} {seconds:6.1f} s", flush=True)
                continue
            killer, more = plant(tree, fault, bad, later)
            results.add(fault, killer, seconds + more)
            print(f"{fault.name:28} {killer:44} {seconds + more:6.1f} s", flush=True)
    sys.exit(report(faults, results))


main()
