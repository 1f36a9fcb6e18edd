"""data.py: folk songs as sequences of notes, from two Debian packages (nothing of them is stored here):

  solfege            dictation lessons: songs from Germany, Norway and Poland in LilyPond's notation (GPL-3 or later)
  gcompris-qt-data   children's songs of many countries, from its piano composition activity (GPL-3 or later)

A tune is (title, minor, meter, upbeat, notes): the length of the upbeat in sixteenths, and pairs (pitch,
length): a MIDI number, or 0 for a rest, and sixteenths. All are moved to C major or A minor.
"""
import os, re, sys, zlib
from fractions import Fraction
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import common

LENGTHS = [0, 1, 2, 3, 4, 6, 8, 12, 16]             # sixteenths; the first is the length of nothing
METERS = {"2/4": 8, "3/4": 12, "4/4": 16, "3/8": 6, "6/8": 12}      # and a bar's sixteenths
LOWEST, HIGHEST = 55, 84                            # MIDI numbers
LESSONS = "volkslieder1 volkslieder2 barnesanger polish-folk-songs".split()
LETTERS, SCALE = "cdefgab", [0, 2, 4, 5, 7, 9, 11]


def on_grid(notes):
    """(pitch, quarters) to sixteenths: where notes begin is rounded, what is left without a length is dropped."""
    out, at = [], Fraction(0)
    for pitch, length in notes:
        start, at = round(4 * at), at + length
        if round(4 * at) > start:
            out.append((pitch, round(4 * at) - start))
    return out


def in_bars(meter, upbeat, notes):
    """No note goes on after a bar line or is longer than the longest one: the rest of it becomes a rest."""
    out, at = [], -upbeat
    for pitch, left in notes:
        while left > 0:
            n = max(k for k in LENGTHS if k <= min(left, METERS[meter] - at % METERS[meter]))
            out.append((pitch, n))
            at, left, pitch = at + n, left - n, 0
    return out


# ---- the lessons of Solfege

def lilypond(text):
    """As much of LilyPond's notation as the lessons use: [(pitch, quarters)]. Octaves are relative: the
    nearest note of that letter, then ' and , move it."""
    notes, last, length, scale, tied = [], 4 * 7, Fraction(1), 1, False      # last: 7 * octave + letter
    text = re.sub(r"\\(time|partial|key|relative)\s+\S+(\s+\\(major|minor))?|\\staff", " ", text)
    for token in re.findall(r"\\times 2/3|}|~|[a-gr](?:is|es|s)?[',]*\d*\.*", text):
        if token.startswith("\\times"):
            scale = Fraction(2, 3)
        elif token == "}":
            scale = 1
        elif token == "~":
            tied = True
        else:
            name, sign, marks, number, dots = re.fullmatch(r"([a-gr])(is|es|s)?([',]*)(\d*)(\.*)", token).groups()
            if number:
                length = Fraction(4, int(number)) * (2 - Fraction(1, 2 ** len(dots)))
            pitch = 0
            if name != "r":
                last += (LETTERS.index(name) - last + 3) % 7 - 3 + 7 * (marks.count("'") - marks.count(","))
                pitch = 12 + 12 * (last // 7) + SCALE[last % 7] + {"is": 1, "es": -1, "s": -1, None: 0}[sign]
            if tied:
                notes[-1] = (pitch, notes[-1][1] + length * scale)
            else:
                notes.append((pitch, length * scale))
            tied = False
    return notes


def lesson(text):
    for question in text.split("question {")[1:]:
        music = re.search(r'music\s*=\s*[^"\n]*"""(.*?)"""', question, re.S)[1]
        meter = re.search(r"\\time (\d+/\d+)", music)[1]
        upbeat = re.search(r"\\partial (\d+)", music)
        key = re.search(r"\\key (\w+)\s+\\(major|minor)", music) or [0, "c", "major"]
        tonic = SCALE[LETTERS.index(key[1][0])] + (-1 if key[1][1:] in ("es", "s") else 1 if key[1][1:] else 0)
        minor = key[2] == "minor"
        yield (re.search(r'name = "(.*?)"', question)[1], minor, "3/4" if meter == "6/4" else meter,
               16 // int(upbeat[1]) if upbeat else 0, on_grid(lilypond(music)), (tonic + 3 * minor) % 12)


# ---- the melodies of GCompris, which have neither a key nor bars: those whose bars come out, with both

CHOSEN = {
    "Twinkle Twinkle Little Star": ("C", "4/4", 0), "Yankee Doodle": ("G", "2/4", 0), "Simple Gifts": ("F", "4/4", 4),
    "Old MacDonald Had a Farm": ("G", "4/4", 0), "Un elefante se balanceaba": ("C", "4/4", 0),
    "Backe, backe Kuchen": ("D", "4/4", 0), "Fuchs du hast die Gans gestohlen": ("D", "4/4", 0),
    "Alle Meine Entchen": ("C", "2/4", 0), "Frère jacques": ("F", "4/4", 0), "Au clair de la lune": ("G", "4/4", 0),
    "Boci, boci tarka": ("D", "2/4", 0), "Nyuszi ül a fűben": ("D", "2/4", 0), "Lánc, lánc, eszterlánc": ("D", "2/4", 0),
    "Wlazł kotek na płotek": ("C", "3/4", 0), "Βρέχει, χιονίζει": ("G", "2/4", 0), "Los pollitos dicen": ("A", "2/4", 0),
    "Dale dale dale": ("C", "2/4", 0),
}


def melodies(data):
    """GCompris keeps them in a Qt resource file: some of its parts, compressed by zlib, are text."""
    for k in re.finditer(b"\x78[\x01\x5e\x9c\xda]", data):
        try:
            text = zlib.decompressobj().decompress(data[k.start():]).decode()
        except (zlib.error, UnicodeDecodeError):
            continue
        for title, melody in re.findall(r'"title": "(.*?)".*?"melody": "(.*?)"', text, re.S):
            if title not in CHOSEN:
                continue
            notes, (key, meter, upbeat) = [], CHOSEN[title]
            for name, sign, octave, length in re.findall(r"([A-G])([#b]?)(\d)(Whole|Half|Quarter|Eighth)", melody):
                pitch = 12 + 12 * int(octave) + SCALE[LETTERS.index(name.lower())] + {"#": 1, "b": -1, "": 0}[sign]
                notes.append((pitch, Fraction({"Whole": 8, "Half": 4, "Quarter": 2, "Eighth": 1}[length], 2)))
            yield title, False, meter, upbeat, on_grid(notes), SCALE[LETTERS.index(key.lower())]


# ---- all together

def in_range(notes, key):
    """To C major or A minor, by less than an octave, and then the octave whose middle is nearest to A4."""
    pitches = [p - key for p, _ in notes if p]
    octave = 12 * round((69 - sum(pitches) / len(pitches)) / 12)
    return [(p - key + octave if p else 0, n) for p, n in notes]


def tunes(folder):
    common.fetch(["solfege", "gcompris-qt-data"], folder)
    found = []
    for name in LESSONS:
        path = "solfege/usr/share/solfege/exercises/standard/lesson-files/" + name
        with open(os.path.join(folder, path), encoding="utf-8", errors="replace") as f:
            found.extend(lesson(f.read()))
    with open(os.path.join(folder, "gcompris-qt-data/usr/share/gcompris-qt/rcc/piano_composition.rcc"), "rb") as f:
        found.extend(melodies(f.read()))
    return [(title, minor, meter, upbeat, in_bars(meter, upbeat, in_range(notes, key)))
            for title, minor, meter, upbeat, notes, key in found]


if __name__ == "__main__":
    all_tunes = tunes(sys.argv[1])
    print(len(all_tunes), "tunes,", sum(len(t[4]) for t in all_tunes), "notes")
    for title, minor, meter, upbeat, notes in all_tunes:
        print(f"{title}: {meter}, upbeat {upbeat}, {'minor' if minor else 'major'}")
        at, line = -upbeat, "   "
        for p, n in notes:
            line += " " + ("C C#D D#E F F#G G#A A#B "[2 * (p % 12):][:2].strip() + str(p // 12 - 1) if p else "-") + ":" + str(n)
            at += n
            if at % METERS[meter] == 0:
                line += " |"
        print(line)
