"""data.py: words with their syllables, from Debian's dict-gcide (the GNU Collaborative International
Dictionary of English, which begins with Webster's of 1913; GPL-2 or later; not stored here).

A headword there is `Hyphenation \\Hy`phen*a"tion\\`: a mark stands after each syllable, `*` after one
without stress, `"` after the stressed one and ` after one with a weak stress. At the end of a word
only a stress is marked. So every letter has a tag: the index in MARKS of what follows it.
"""
import gzip, os, re, sys, zlib
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import common

MARKS = ["", "*", '"', "`"]
LETTERS = "abcdefghijklmnopqrstuvwxyz'"             # as in main.c
LONGEST = 32


def words(folder):
    """{word: (tags, ...)}, one entry for each way in which the dictionary divides it, the first one first,
    and {word: the letters n and v} of those that are nouns and verbs."""
    common.fetch(["dict-gcide"], folder)
    path = os.path.join(folder, "dict-gcide/usr/share/dictd/gcide.dict.dz")
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as f:
        text = f.read()
    found, kinds = {}, {}
    entry = r"^([A-Za-z'][A-Za-z' ]*?) \\([A-Za-z'*\"`]+)\\(?: \([^)]*\))?,?\s*([nv]\.)?"
    for head, marked, kind in re.findall(entry, text, re.M):
        letters, tags = "", []
        for c in marked:
            if c not in MARKS:
                letters, tags = letters + c.lower(), tags + [0]
            elif not tags or tags[-1]:
                break                                # a mark at the start, or two together: a misprint
            else:
                tags[-1] = MARKS.index(c)
        else:
            if letters == head.lower() and 2 <= len(letters) <= LONGEST and sane(letters, tags):
                ways = found.setdefault(letters, [])
                if tags not in ways:
                    ways.append(tags)
                kinds[letters] = kinds.get(letters, "") + kind[:1]
    return found, kinds


def sane(letters, tags):
    """Every syllable has a vowel; a word of several syllables has a stress."""
    starts = [0] + [k + 1 for k, tag in enumerate(tags[:-1]) if tag]
    parts = [letters[a:b] for a, b in zip(starts, starts[1:] + [None])]
    if len(parts) == 1:
        return len(re.findall("[aeiouy]+", letters.rstrip("e"))) <= 1
    return all(re.search("[aeiouy]", part) or part in ("thm", "sm", "thms", "sms") for part in parts) and 2 in tags


# ---- forms that the dictionary leaves out: times, cities, judges, hated, stopped, moving

def longer(word, tags, ending):
    """The word with an ending that is no syllable of its own."""
    return word + ending, tags[:-1] + [0] * len(ending) + tags[-1:]


def syllable(word, tags, ending):
    """The word with an ending that is one."""
    stressed = 2 if 2 not in tags else 1             # a word of one syllable is not marked
    return word + ending, tags[:-1] + [tags[-1] or stressed] + [0] * len(ending)


def forms(word, tags, kind):
    vowel = [c in "aeiouy" for c in word]
    silent = word[-1] == "e" and len(word) > 2 and not vowel[-2] and not tags[-2] and any(vowel[:-2])
    stem, stem_tags = (word[:-1], tags[:-2] + tags[-1:]) if silent else (word, tags)
    hissing = re.search("([sxz]|[cs]h)$", word) or silent and re.search("([cgsz]|[cs]h)$", stem)
    last = [0] + [k + 1 for k, tag in enumerate(tags[:-1]) if tag]
    double = (len(word) > 2 and not vowel[-1] and vowel[-2] and not vowel[-3] and word[-1] not in "wx" and
              (len(last) == 1 or tags[-1] == 2))
    if word[-1] == "y" and not vowel[-2]:
        yield word[:-1] + "ies", tags[:-1] + [0, 0] + tags[-1:]
    elif hissing:
        yield syllable(stem, stem_tags, "es")
    else:
        yield longer(word, tags, "s")
    if "v" not in kind:
        return
    if double:                                       # stop-ping, stopped, pat-ted
        twice = syllable(word, tags, word[-1])
        yield longer(*twice, "ing")
        yield longer(*twice, "ed") if word[-1] in "td" else longer(word, tags, word[-1] + "ed")
        return
    yield syllable(stem, stem_tags, "ing")
    if word[-1] == "y" and not vowel[-2]:
        yield word[:-1] + "ied", tags[:-1] + [0, 0] + tags[-1:]
    elif word[-1] == "e" and not silent:
        yield longer(word, tags, "d")
    else:
        yield syllable(stem, stem_tags, "ed") if stem[-1] in "td" else longer(stem, stem_tags, "ed")


def split(folder):
    """(train, held out): lists of (word, tags). A fifteenth of all beginnings of four letters is held out,
    so that no relative of a held-out word is among the words that are learnt. What is learnt includes
    the inflected forms of these words, by rule, that are in the list of Debian's wamerican."""
    found, kinds = words(folder)
    common.fetch(["wamerican"], folder)
    with open(os.path.join(folder, "wamerican/usr/share/dict/american-english"), encoding="utf-8") as f:
        english = set(f.read().split())
    kept = lambda word: zlib.crc32(word[:4].encode()) % 15 == 0
    train, heldout = [], []
    for word, ways in sorted(found.items()):
        if kept(word):
            heldout.append((word, ways[0]))
            continue
        train.extend((word, tags) for tags in ways)
        for form, tags in forms(word, ways[0], kinds[word]) if set(kinds[word]) and word in english else ():
            if form in english and form not in found and not kept(form):
                train.append((form, tags))
    return train, heldout


def show(word, tags):
    """rep-re-sen-TA-tion: the stressed syllable in capitals."""
    parts, at = [], 0
    for k, tag in enumerate(tags):
        if tag or k + 1 == len(word):
            parts.append(word[at:k + 1].upper() if tag == 2 else word[at:k + 1])
            at = k + 1
    return "-".join(parts)


if __name__ == "__main__":
    train, heldout = split(sys.argv[1])
    print(len(train), "to learn,", len(heldout), "held out")
    for word, tags in train[7::len(train) // 60] + heldout[::len(heldout) // 30]:
        print(word, show(word, tags))
