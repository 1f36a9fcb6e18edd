"""data.py: labelled sentences, and what is a word.

From the npm package sentiment 5.0.2 (MIT): its test fixtures are the Sentiment Labelled Sentences of Kotzias et al.
2015 (CC BY 4.0), 1000 each from reviews on amazon.com, imdb.com and yelp.com; its word list is AFINN.
"""
import json, os, random, re, subprocess, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import common                                       # train.py uses it too

PACKAGE, SOURCES = "sentiment-5.0.2", ("amazon", "imdb", "yelp")
DEV, HELDOUT, SEED = 200, 400, 1
BOUND = 64                                          # words: `over t <= 64` in sentiment.rnn


def fetch(folder):
    """Download the package with npm, and unpack it."""
    os.makedirs(folder, exist_ok=True)
    if not os.path.isdir(os.path.join(folder, "package")):
        subprocess.run(["npm", "pack", "--silent", PACKAGE.replace("-", "@")], cwd=folder, check=True)
        subprocess.run(["tar", "xzf", PACKAGE + ".tgz"], cwd=folder, check=True)


def load(folder, *path):
    with open(os.path.join(folder, "package", *path), encoding="utf-8") as f:
        return json.load(f)


def words(text):
    """Runs of ASCII letters and digits in lower case, without their apostrophes, and each ! and ? (as main.c does)."""
    return re.findall("[a-z0-9]+|[!?]", re.sub("[A-Z]", lambda c: c[0].lower(), text).replace("'", ""))[:BOUND]


def split(folder):
    """Three lists of (words, is it kind): to learn, to stop in time, held out; each sentence is in one of them only.
    The sources have equal parts, up to one sentence."""
    fetch(folder)
    seen, parts, dice = set(), ([], [], []), random.Random(SEED)
    for k, source in enumerate(SOURCES):
        rows = [(words(row["text"]), row["class"]) for row in load(folder, "test", "fixtures", source + ".json") if row]
        rows = [row for row in rows if tuple(row[0]) not in seen and not seen.add(tuple(row[0])) and row[0]]
        dice.shuffle(rows)
        heldout, dev = (n // 3 + (k < n % 3) for n in (HELDOUT, DEV))
        for part, rows in zip(parts, (rows[heldout + dev:], rows[heldout:heldout + dev], rows[:heldout])):
            part.extend(rows)
    return parts


def afinn(folder):
    """{word: from -5 to 5}"""
    scores = load(folder, "languages", "en", "labels.json")
    return {words(entry)[0]: score for entry, score in scores.items() if len(words(entry)) == 1}


def negators(folder):
    return {words(entry)[0] for entry in load(folder, "languages", "en", "negators.json")}
