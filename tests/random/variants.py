"""The ways in which a case is compiled and run, and whether they agree."""
import os
import random
import shutil
import subprocess
import threading
from dataclasses import dataclass

from case import Tool, is_crash, write

WARN = "-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Werror"
SANITIZE = f"gcc -O1 -fsanitize=address,undefined -fno-sanitize-recover=all {WARN}"
LOCK = threading.Lock()


@dataclass
class Variant:
    label: str
    options: list        # of `rnnc run`
    sets: list           # instruction sets that one build is run with
    ways: list           # of the last one: --by


@dataclass
class Finding:
    kind: str            # crash, compile, wrong, bits
    text: str
    variant: Variant = None

    def like(self, other):
        return other is not None and self.kind == other.kind


def find_tool(build):
    rnnc = os.path.join(build, "rnnc")
    listed = subprocess.run([rnnc, "--list-passes"], capture_output=True, text=True, check=True).stdout
    passes = [line.split()[0] for line in listed.split("\n") if line and line[0] != " " and "required" not in line]
    compilers = [f"{c} -O1 {WARN}" for c in ("gcc", "clang") if shutil.which(c)] or [f"cc -O1 {WARN}"]
    if shutil.which("clang"):
        compilers.append(compilers[-1] + f" -include-pch {precompiled(build, compilers[-1])}")
    return Tool(os.path.abspath(rnnc), find_sets(), passes, compilers, find_arm(build), build)


def precompiled(build, cc):
    """The intrinsics, which take longer to read than most models take to compile."""
    folder = os.path.abspath(os.path.join(build, "tests", "random"))
    os.makedirs(folder, exist_ok=True)
    header = os.path.join(folder, "headers.h")
    if not os.path.exists(header):  # a younger one would make the other useless to a run that is under way
        write(header, "#if defined __x86_64__\n#include <immintrin.h>\n#endif\n#include <string.h>\n#include <stdlib.h>\n#include <stdio.h>\n")
    mine = f"{header}.{os.getpid()}"  # another run may be reading the old one
    subprocess.run(cc.split() + ["-x", "c-header", header, "-o", mine], check=True)
    os.replace(mine, header + ".pch")
    return header + ".pch"


def find_sets():
    try:
        with open("/proc/cpuinfo") as file:
            flags = set(next((line for line in file if line.startswith("flags")), "").split())
    except OSError:
        flags = set()
    needs = {"sse2": {"sse2"}, "avx2": {"avx2", "fma"}, "avx512": {"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx2", "fma"}}
    return ["scalar"] + [name for name, need in needs.items() if need <= flags]


def find_arm(build):
    gcc = "aarch64-linux-gnu-gcc"
    if not (shutil.which(gcc) and shutil.which("qemu-aarch64")):
        print("skipped: neon (aarch64-linux-gnu-gcc and qemu-aarch64 are not both here)")
        return None
    cc = f"{gcc} -static -O1"
    return [f"--cc={cc} {WARN}", "--exec=qemu-aarch64", f"--lib={runtime(build, 'arm', cc)}"]


def runtime(build, name, cc):
    """The runtime by that compiler, made once: its path."""
    folder = os.path.abspath(os.path.join(build, "tests", "random", name))
    os.makedirs(folder, exist_ok=True)
    library, parts = os.path.join(folder, "librnnrt.a"), [f"{folder}/dispatch.o", f"{folder}/kernels.o"]
    newest = max(os.path.getmtime(os.path.join("runtime", file)) for file in os.listdir("runtime"))
    with LOCK:
        if not os.path.exists(library) or os.path.getmtime(library) < newest:
            for part in parts:
                subprocess.run(cc.split() + ["-std=c99", "-c", f"runtime/{os.path.basename(part)[:-2]}.c", "-o", part], check=True)
            subprocess.run(["aarch64-linux-gnu-ar" if name == "arm" else "ar", "rcs", library] + parts, check=True)
    return library


def one_set(tool, isa, cc):
    """Options for a program of one instruction set only, which a compiler is sooner done with."""
    only = f" -DRT_ONLY_{isa.upper()}"
    library = runtime(tool.build, f"{isa}{'_san' * ('sanitize' in cc)}", cc.partition(" -std")[0] + only)
    return [f"--cc={cc}{only}", f"--lib={library}"]


# What the compiler does to large models only, done to small ones.
FORCED = [[], ["--chunk=2"], ["--chunk=3", "--zigzag"], ["--chunk=5"], ["--chunk=7", "--zigzag"], ["--chunk=24"], ["--zigzag"]]


def choose(case, rnd, breadth):
    """All passes under every set; then each pass left out that changes the C, up to `breadth` of them, drawn;
    all left out; sometimes sanitizers, ARM, weights beside the code."""
    tool = case.tool
    cc = rnd.choice(tool.compilers[-1:] * 3 + tool.compilers)
    ways = ["step", "parts", "again"]
    forced = rnd.choice(FORCED)
    variants = [Variant("all passes", [f"--cc={cc}"] + forced + ["--blob"] * (rnd.random() < 0.15), rnd.sample(tool.sets, len(tool.sets)), ways)]
    text = lambda names: tool.run([case.model] + case.options + forced + ["--emit=c"] + [f"--without={name}" for name in names]).text
    seen, left = {text([])}, []
    for names in [[name] for name in rnd.sample(tool.passes, len(tool.passes)) if breadth] + [tool.passes]:
        if text(names) not in seen and (len(left) < breadth or names is tool.passes):
            left.append(names)
        seen.add(text(names))
    for names in left:
        isa = rnd.choice(tool.sets)
        label = "without " + (names[0] if len(names) == 1 else "any pass")
        variants.append(Variant(label, one_set(tool, isa, tool.compilers[-1]) + forced + [f"--without={name}" for name in names], [isa], [rnd.choice(ways)]))
    some = lambda p: [f"--without={name}" for name in tool.passes if rnd.random() < p]
    if rnd.random() < 0.15:
        isa = rnd.choice(tool.sets)
        variants.append(Variant("sanitizers", one_set(tool, isa, SANITIZE) + forced + some(0.3), [isa], [rnd.choice(ways)]))
    if tool.arm and rnd.random() < 0.1:
        variants.append(Variant("arm", tool.arm + forced + some(0.2), ["neon"], [rnd.choice(ways)]))
    return variants


def try_variant(case, variant):
    """None, or what is wrong with it."""
    build = [f"--build={case.path('build')}"] + variant.options
    shutil.rmtree(case.path("build"), ignore_errors=True)
    for i, isa in enumerate(variant.sets):
        tag = f"run_{isa}"
        found = run(case, variant, build, tag, isa, "run")
        if found:
            return found
        bad = case.compare(case.read(tag))
        if bad:
            return Finding("wrong", f"{variant.label}, {isa}: {bad}", narrow(variant, isa, []))
    for way in variant.ways:
        found = run(case, variant, build, "way", isa, way)
        if found == "none":
            continue
        if found:
            return found
        for name, value in case.read("way").items():
            if value[1].tobytes() != case.read(tag)[name][1].tobytes():
                return Finding("bits", f"{variant.label}, {isa}: {name} by {way} has other bits than by run", narrow(variant, isa, [way]))
    return None


def narrow(variant, isa, ways):
    return Variant(variant.label, variant.options, [isa], ways)


def run(case, variant, build, tag, isa, way):
    done = case.run(tag, build + [f"--by={way}"], isa)
    if done.status == 0:
        return None
    if done.status == 3 and way != "run":
        return "none"
    kind = "crash" if is_crash(done) or "the program failed" in done.text else "compile"
    return Finding(kind, f"{variant.label}, {isa}, by {way}: exit status {done.status}: {done.text[:3000]}", narrow(variant, isa, [way] if way != "run" else []))


def try_case(case, breadth):
    """(verdict, finding): ok, refused with a message, or found."""
    if not case.prepare():
        return ("found", Finding("crash", case.failure)) if case.failure else ("refused", case.refusal)
    if not case.interpret():
        return "found", Finding("interpreter", case.failure)
    for variant in choose(case, random.Random(f"{case.seed} variants"), breadth):
        finding = try_variant(case, variant)
        if finding:
            return "found", finding
    return "ok", None
