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
    """{word: (tags, ...)}, one entry for each way in which the dictionary divides it, the first one first."""
    common.fetch(["dict-gcide"], folder)
    path = os.path.join(folder, "dict-gcide/usr/share/dictd/gcide.dict.dz")
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as f:
        text = f.read()
    found = {}
    for head, marked in re.findall(r"^([A-Za-z'][A-Za-z' ]*?) \\([A-Za-z'*\"`]+)\\", text, re.M):
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
    return found


def sane(letters, tags):
    """Every syllable has a vowel; a word of several syllables has a stress."""
    starts = [0] + [k + 1 for k, tag in enumerate(tags[:-1]) if tag]
    parts = [letters[a:b] for a, b in zip(starts, starts[1:] + [None])]
    if len(parts) == 1:
        return len(re.findall("[aeiouy]+", letters.rstrip("e"))) <= 1
    return all(re.search("[aeiouy]", part) or part in ("thm", "sm", "thms", "sms") for part in parts) and 2 in tags


def split(folder):
    """(train, held out): lists of (word, tags). A fifteenth of all beginnings of four letters is held out,
    so that no relative of a held-out word, such as its plural, is among the words that are learnt."""
    train, heldout = [], []
    for word, ways in sorted(words(folder).items()):
        if zlib.crc32(word[:4].encode()) % 15 == 0:
            heldout.append((word, ways[0]))
        else:
            train.extend((word, tags) for tags in ways)
    return train, heldout


def show(word, tags):
    """hy-phen-A-tion: the stressed syllable in capitals."""
    parts, at = [], 0
    for k, tag in enumerate(tags):
        if tag or k + 1 == len(word):
            parts.append(word[at:k + 1].upper() if tag == 2 else word[at:k + 1])
            at = k + 1
    return "-".join(parts)


if __name__ == "__main__":
    train, heldout = split(sys.argv[1])
    print(len(train), "to learn,", len(heldout), "held out")
    for word, tags in heldout[::len(heldout) // 30]:
        print(word, show(word, tags))
