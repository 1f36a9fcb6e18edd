"""data.py: pronunciations with their stress out of a Debian package, split by pronunciation.

In:  a build folder, `apt-get download` and a network (the first time only).
Out: samples(folder) -> {split: {pronunciation: {marks, ...}}}: a tuple of phonemes, and which of them are stressed
     vowels, "0010010"; several marks where words differ in nothing else.

The dictionary is Festival's form of the CMU dictionary: syllables, each stressed (primary or secondary, it does
not tell which) or not. Its schwa, never stressed, would give half of the answers away; it becomes AH, as it is in
the CMU dictionary. Of each 50 pronunciations, chosen by a checksum, 44 are in `train`, 1 in `dev` (to watch the
training by) and 5 in `heldout` (to report).
"""
import os, re, sys, zlib
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import common

PACKAGE = "festlex-cmu"
FILE = "usr/share/festival/dicts/cmu/cmudict-0.4.out"
PHONEMES = ("AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z "
            "ZH").split()
LONGEST = 24


def vowel(phoneme):
    return phoneme[0] in "AEIOU"


def split_of(pronunciation):
    part = zlib.crc32(" ".join(pronunciation).encode()) % 50
    return "heldout" if part < 5 else "dev" if part == 5 else "train"


def samples(folder):
    splits = {"train": {}, "dev": {}, "heldout": {}}
    common.fetch([PACKAGE], folder)
    with open(os.path.join(folder, PACKAGE, FILE), encoding="latin1") as f:
        for line in f:                              # ("again" nil (((ax) 0) ((g eh n) 1)))
            sounds, marks = [], ""
            for syllable, stress in re.findall(r"\(\(([a-z ]+)\) (\d)\)", line):
                for phoneme in syllable.upper().replace("AX", "AH").split():
                    sounds.append(phoneme)
                    marks += stress if vowel(phoneme) else "0"
            if sounds and set(sounds) <= set(PHONEMES) and len(sounds) <= LONGEST:
                splits[split_of(sounds)].setdefault(tuple(sounds), set()).add(marks)
    return splits


if __name__ == "__main__":                          # how much there is
    for name, sounds in samples(sys.argv[1]).items():
        print(name, len(sounds), "pronunciations,", sum(sum(map(vowel, s)) > 1 for s in sounds), "of several syllables")
