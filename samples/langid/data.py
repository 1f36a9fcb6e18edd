"""data.py: text in many languages out of Debian packages, cleaned and split.

In:  a build folder, `apt-get download` and a network (the first time only).
Out: samples(folder) -> {split: {language: {source: [paragraph, ...]}}}.

The text is software documentation and the dialogues and stories of games: catalogs of
translated messages (.mo, .qm), help pages (.page) and subtitles (.lua). Three splits:
  train    what is learnt from
  heldout  other documents of the same packages: whole pages, whole campaigns
  unseen   packages of which nothing is in `train`
No paragraph is in two of them, and a paragraph that is also in the English text (not yet
translated) counts for English only.
"""
import functools, glob, html, os, re, subprocess, unicodedata, zlib

# English name, the codes that packages use for it, and the script that most letters must have
LANGUAGES = [
    ("Arabic", "ar", "ARABIC"), ("Bulgarian", "bg", "CYRILLIC"), ("Catalan", "ca", "LATIN"),
    ("Chinese", "zh_CN zh_TW", "CJK"), ("Croatian", "hr", "LATIN"), ("Czech", "cs", "LATIN"),
    ("Danish", "da", "LATIN"), ("Dutch", "nl", "LATIN"), ("English", "en C", "LATIN"),
    ("Estonian", "et", "LATIN"), ("Finnish", "fi", "LATIN"), ("French", "fr", "LATIN"),
    ("German", "de", "LATIN"), ("Greek", "el", "GREEK"), ("Hebrew", "he", "HEBREW"),
    ("Hindi", "hi", "DEVANAGARI"), ("Hungarian", "hu", "LATIN"), ("Indonesian", "id", "LATIN"),
    ("Italian", "it", "LATIN"), ("Japanese", "ja", "CJK HIRAGANA KATAKANA"),
    ("Korean", "ko", "HANGUL"), ("Latvian", "lv", "LATIN"), ("Lithuanian", "lt", "LATIN"),
    ("Norwegian", "nb nb_NO nn", "LATIN"), ("Persian", "fa", "ARABIC"), ("Polish", "pl", "LATIN"),
    ("Portuguese", "pt pt_BR", "LATIN"), ("Romanian", "ro", "LATIN"), ("Russian", "ru", "CYRILLIC"),
    ("Serbian", "sr sr@ijekavian", "CYRILLIC"), ("Slovak", "sk", "LATIN"),
    ("Slovenian", "sl", "LATIN"), ("Spanish", "es", "LATIN"), ("Swedish", "sv", "LATIN"),
    ("Turkish", "tr", "LATIN"), ("Ukrainian", "uk", "CYRILLIC"), ("Vietnamese", "vi", "LATIN"),
]
CAMPAIGNS = "did dm dw ei httt l low nr sof sota sotbe thot trow tsg ttb utbs".split()
SOURCES = {     # name: (packages, the files in them, with the language's code in parentheses)
    "gnome":     (["gnome-user-docs"], r"help/([^/]+)/gnome-help/([^/]+\.page)$"),
    "wesnoth":   (["wesnoth-1.16-data"] + ["wesnoth-1.16-" + c for c in CAMPAIGNS],
                  r"locale/([^/]+)/LC_MESSAGES/(wesnoth(?!-lib|-editor)[^/]*\.mo)$"),
    "freedroid": (["freedroidrpg-data"], r"locale/([^/]+)/LC_MESSAGES/(freedroidrpg-dialogs\.mo)$"),
    "freeciv":   (["freeciv-data"], r"locale/([^/]+)/LC_MESSAGES/(freeciv-core\.mo)$"),
    "evolution": (["evolution-common"], r"locale/([^/]+)/LC_MESSAGES/(evolution\.mo)$"),
    "gcompris":  (["gcompris-qt-data"], r"translations/gcompris_([^/.]+)(\.qm)$"),
    "stars":     (["stellarium-data"], r"stellarium-skycultures/([^/.]+)(\.qm)$"),
    "fillets":   (["fillets-ng-data"], r"script/[^/]+/[a-z_]*dialogs_([^/.]+)(\.lua)$"),
    "widelands": (["widelands-data"], r"locale/([^/]+)/LC_MESSAGES/([^/]+\.mo)$"),
    "warzone":   (["warzone2100-data"], r"locale/([^/]+)/LC_MESSAGES/([^/]+\.mo)$"),
    "tuxpaint":  (["tuxpaint-data"], r"locale/([^/]+)/LC_MESSAGES/([^/]+\.mo)$"),
}
UNSEEN = {"fillets", "widelands", "warzone", "tuxpaint"}
HELDOUT_CAMPAIGNS = {"wesnoth-httt.mo", "wesnoth-trow.mo"}


def split_of(source, document):
    if source in UNSEEN:
        return "unseen"
    if document in HELDOUT_CAMPAIGNS or source == "gnome" and zlib.crc32(document.encode()) % 8 == 0:
        return "heldout"
    return "train"


def fetch(packages, folder):
    """Download and unpack what of the packages is text."""
    for package in packages:
        into = os.path.join(folder, package)
        if os.path.isdir(into):
            continue
        subprocess.run(["apt-get", "download", package], cwd=folder, check=True)
        os.makedirs(into + ".part", exist_ok=True)
        deb = glob.glob(os.path.join(folder, package + "_*.deb"))[0]
        tar = subprocess.Popen(["dpkg", "--fsys-tarfile", deb], stdout=subprocess.PIPE)
        media = ["--exclude=*." + kind for kind in ("ogg", "png", "jpg", "webp", "wav", "svg", "dat")]
        subprocess.run(["tar", "-x", "-C", into + ".part"] + media, stdin=tar.stdout, check=True)
        os.rename(into + ".part", into)
        os.remove(deb)


def read_mo(data):
    """gettext's binary catalog: pairs of (English, translation)."""
    u32 = lambda at: int.from_bytes(data[at:at + 4], "little")
    text = lambda at: data[u32(at + 4):u32(at + 4) + u32(at)].decode("utf-8", "ignore")
    for i in range(u32(8)):
        english, other = text(u32(12) + 8 * i), text(u32(16) + 8 * i)
        if english:
            english = english.split("\4")[-1].split("\0")
            yield from ((english[-1], s) for s in other.split("\0"))


def read_qm(data):
    """Qt's binary catalog: the translations alone."""
    at = 16
    while at < len(data):
        section, size = data[at], int.from_bytes(data[at + 1:at + 5], "big")
        at += 5
        end = at + size
        while section == 0x69 and at < end:         # messages: fields of tag, length, bytes
            tag, at = data[at], at + 1
            if tag == 1:                            # end of one message
                continue
            n = int.from_bytes(data[at:at + 4], "big")
            at += 4
            if tag == 3 and n != 0xffffffff:
                yield "", data[at:at + n].decode("utf-16-be", "ignore")
            at += 0 if n == 0xffffffff or tag == 4 else n
        at = end


def read_page(data):
    """Mallard: the paragraphs, titles and items of a help page."""
    for s in re.findall(r"<(?:p|title|desc)\b[^>]*>(.*?)</(?:p|title|desc)>", data.decode("utf-8"), re.S):
        yield "", s


def read_lua(data):
    """Fish Fillets' subtitles: dialogStr("...")."""
    for s in re.findall(r'dialogStr\("((?:[^"\\]|\\.)*)"\)', data.decode("utf-8")):
        yield "", s


READERS = {".mo": read_mo, ".qm": read_qm, ".page": read_page, ".lua": read_lua}


@functools.lru_cache(None)
def script(c):
    """The script of a letter, after the first word of its name; "" of all other characters."""
    letter = c.isalpha() or unicodedata.category(c)[0] == "M"
    return re.split("[ -]", unicodedata.name(c, ""))[0] if letter else ""


def clean(s):
    """Plain text of one line: no markup, places for values, shortcuts, addresses."""
    s = re.sub(r"^[^\s^]*(?: [^\s^]+)*\^", "", s)               # wesnoth: context^text
    s = html.unescape(re.sub(r"<[^>]*>", " ", s))
    s = re.sub(r"\S*(?:://|www\.|@|/\w+/)\S*", " ", s)
    s = re.sub(r"%(?:\d+\$)?[-+ #0]*[\d.]*l*[a-zA-Z]|%\d+|\$\w[\w.]*|\{[^}]*\}|\\.|[_~*|#=\u00ad\u200b-\u200f]", " ", s)
    s = unicodedata.normalize("NFC", s)
    return re.sub(r"\s+", " ", s).strip()


def prose(s, scripts):
    """Whether s is a sentence or more, in these scripts."""
    letters = [name for name in map(script, s) if name]
    if len(s.encode()) < 30 or len(letters) + s.count(" ") < 0.85 * len(s):
        return False
    return sum(name in scripts for name in letters) >= 0.8 * len(letters)


def samples(folder, progress=print):
    folder = os.path.abspath(folder)
    os.makedirs(folder, exist_ok=True)
    language_of = {code: name for name, codes, _ in LANGUAGES for code in codes.split()}
    scripts = {name: set(s.split()) for name, _, s in LANGUAGES}
    found = []                                      # (split, language, source, text)
    for source, (packages, pattern) in SOURCES.items():
        progress("reading", source)
        fetch(packages, folder)
        for package in packages:
            for file in sorted(glob.glob(os.path.join(folder, package, "usr", "**", "*"), recursive=True)):
                m = re.search(pattern, file)
                language = m and (language_of.get(m[1]) or language_of.get(re.sub("_[A-Z]+$", "", m[1])))
                if not language:
                    continue
                split, data = split_of(source, m[2]), open(file, "rb").read()
                for original, s in READERS[os.path.splitext(file)[1]](data):
                    if original:
                        found.append((split, "English", source, clean(original)))
                    if s != original:
                        found.append((split, language, source, clean(s)))
    out = {"train": {}, "heldout": {}, "unseen": {}}
    english = {s for _, language, _, s in found if language == "English"}
    seen = set()
    for wanted in out:                              # train first: what it has, the others must not
        for split, language, source, s in found:
            if split != wanted or (language, s) in seen or language != "English" and s in english:
                continue
            seen.add((language, s))
            if prose(s, scripts[language]):
                out[split].setdefault(language, {}).setdefault(source, []).append(s)
    return out


if __name__ == "__main__":                          # how much there is: kilobytes for each language and source
    import sys
    for split, languages in samples(sys.argv[1]).items():
        print("==", split)
        for language, sources in sorted(languages.items()):
            print(f"{language:16}", {k: sum(len(s.encode()) for s in v) // 1000 for k, v in sources.items()})
