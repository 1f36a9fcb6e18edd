"""data.py: the CMU pronouncing dictionary out of a Debian package, split by word.

In:  a build folder, `apt-get download` and a network (the first time only).
Out: samples(folder) -> {split: {word: [pronunciation, ...]}}, a pronunciation being a list of phonemes.

Of each 50 words, chosen by a checksum of the spelling, 44 are in `train`, 1 in `dev` (to watch the training by)
and 5 in `heldout` (to report). Words with digits or full stops (abbreviations) and the few that are longer than
the network's bounds are left out.
"""
import os, re, sys, zlib
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import common

PACKAGE = "pocketsphinx-en-us"
FILE = "usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict"
LETTERS = "abcdefghijklmnopqrstuvwxyz'-"
PHONEMES = ("AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z "
            "ZH").split()
LONGEST = 24                                        # letters; and phonemes with the end


def split_of(word):
    part = zlib.crc32(word.encode()) % 50
    return "heldout" if part < 5 else "dev" if part == 5 else "train"


def samples(folder):
    splits = {"train": {}, "dev": {}, "heldout": {}}
    common.fetch([PACKAGE], folder)
    with open(os.path.join(folder, PACKAGE, FILE), encoding="ascii") as f:
        for line in f:
            word, *phonemes = line.split()          # the second pronunciation of `read` is that of `read(2)`
            word = re.sub(r"\(\d+\)$", "", word)
            if set(word) <= set(LETTERS) and len(word) <= LONGEST and len(phonemes) < LONGEST:
                several = splits[split_of(word)].setdefault(word, [])
                if phonemes not in several:
                    several.append(phonemes)
    return splits


if __name__ == "__main__":                          # how much there is
    for name, words in samples(sys.argv[1]).items():
        print(name, len(words), "words,", sum(map(len, words.values())), "pronunciations")
