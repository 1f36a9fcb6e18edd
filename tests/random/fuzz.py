"""Random models: compiled in many ways, and compared with the interpreter.

    python3 tests/random/fuzz.py BUILD [--count=N] [--seconds=S] [--seed=N] [--breadth=N] [--jobs=N] [--findings=N] [--file=MODEL.rnn]

Runs N programs (0: without end, until Ctrl-C or for S seconds) from a seed on. What fails is made small and written to
BUILD/tests/random/findings/SEED; --file takes a model that is there already,
--reduce is how many seconds that may take, --findings after how many to stop. Exit status 1 if anything was found."""
import argparse
import collections
import os
import random
import re
import shutil
import sys
import threading
import time
import traceback
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import Case
from generate import model_text
from reduce import reduce
from variants import Finding, find_tool, try_case


class Campaign:
    def __init__(self, args):
        self.args, self.tool = args, find_tool(args.build)
        self.work = os.path.abspath(os.path.join(args.build, "tests", "random"))
        self.count, self.refused, self.found, self.loose = collections.Counter(), collections.Counter(), [], 0
        self.lock, self.end, self.stop = threading.Lock(), time.time() + (args.seconds or 1e9), False
        self.slots = list(range(args.jobs))

    def one(self, seed):
        if self.stop or time.time() > self.end:
            return
        with self.lock:
            slot = self.slots.pop()
        folder, case = os.path.join(self.work, f"case{os.getpid()}_{slot}"), None
        try:
            shutil.rmtree(folder, ignore_errors=True)
            case = Case(self.tool, folder, self.text(seed), seed)
            verdict, what = try_case(case, self.args.breadth)
            if verdict == "found" and not self.stop:
                self.report(seed, case, what)
        except Exception:
            verdict = "found"
            self.say(seed, "the fuzzer itself: " + traceback.format_exc())
        shutil.rmtree(folder, ignore_errors=True)
        with self.lock:
            self.slots.append(slot)
            self.count[verdict] += 1
            self.loose += bool(getattr(case, "moved", None))
            if verdict == "refused":
                self.refused[message(what)] += 1

    def text(self, seed):
        if not self.args.file:
            return model_text(seed)
        with open(self.args.file) as file:
            return file.read()

    def say(self, seed, text):
        with self.lock:
            self.found.append(seed)
            self.stop = self.stop or len(self.found) == self.args.findings
            print(f"seed {seed}: {text}", flush=True)

    def report(self, seed, case, finding):
        first = finding.text.strip().split("\n")
        self.say(seed, f"{finding.kind}: " + "\n    ".join(first[:6]))
        if not self.args.reduce:
            return
        folder = os.path.join(self.work, "findings", str(seed))
        lines = reduce(case, finding, folder, self.args.reduce)
        print(f"seed {seed}: {lines} lines are left of it: {folder}/command", flush=True)

    def run(self):
        """Keeps the workers busy, a few seeds ahead."""
        seed, last = self.args.seed, self.args.seed + (self.args.count or 10**9)
        pending, shown = set(), time.time()
        with ThreadPoolExecutor(self.args.jobs) as pool:
            try:
                while (seed < last and time.time() < self.end and not self.stop) or pending:
                    while seed < last and not self.stop and len(pending) < 2 * self.args.jobs and time.time() < self.end:
                        pending.add(pool.submit(self.one, seed))
                        seed += 1
                    pending = wait(pending, timeout=5, return_when=FIRST_COMPLETED).not_done
                    if not self.args.count and time.time() > shown + 60:
                        shown = time.time()
                        print(f"... {self.summary()}", flush=True)
            except KeyboardInterrupt:
                self.stop = True

    def summary(self):
        return f"{sum(self.count.values())} programs, {self.count['refused']} refused, {self.loose} that magnify rounding, {len(self.found)} found something"


def message(text):
    """A refusal without what differs from model to model."""
    found = re.search(r"error: (.*)", text)
    return re.sub(r"\b[a-zA-Z]?\d+\b", "#", found[1] if found else text.strip()[:100])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    for name, value in (("count", 0), ("seconds", 0), ("seed", 1), ("breadth", 99), ("jobs", os.cpu_count() or 1), ("reduce", 300), ("findings", 0)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--file")
    args = parser.parse_args()
    campaign = Campaign(args)
    start = time.time()
    campaign.run()
    print(campaign.summary() + f", {time.time() - start:.0f} s")
    for text, times in campaign.refused.most_common():
        print(f"refused {times}: {text}")
    done, bad = sum(campaign.count.values()), len(campaign.found)
    few = campaign.count["refused"] * 20 > done + 20
    if few:
        print("too many are refused: the generator has fallen behind the language")
    print(f"{100 * (done - bad) // max(done, 1)}%: Checks: {done}, Failures: {bad + few}, Errors: 0")
    return 1 if bad or few else 0


if __name__ == "__main__":
    sys.exit(main())
