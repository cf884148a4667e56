"""Count how letters beyond ASCII stand in each language, for telling encodings apart.

    python resources/scripts/count_letters.py FOLDER-OF-DJANGO

The source is Django's translations (BSD licence), 30,000 to 120,000 letters a language. Only
counts are kept, in `resources/letters.json`:

    {"French": {"é": [share of the letters counted, {letter before: share}, {letter after: share}]}}

in thousandths; what is rarer is left out. A blank stands for whatever is no letter. Letters of
ASCII are counted as neighbours only: they tell no encodings apart.
"""

import json
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

LANGUAGES = {
    "French": ("fr",), "German": ("de",), "Spanish": ("es",), "Italian": ("it",),
    "Portuguese": ("pt", "pt_BR"), "Catalan": ("ca",), "Galician": ("gl",), "Dutch": ("nl",),
    "Danish": ("da",), "Norwegian": ("nb", "nn"), "Swedish": ("sv",), "Finnish": ("fi",),
    "Icelandic": ("is",), "Irish": ("ga",), "Albanian": ("sq",),
    "Polish": ("pl",), "Czech": ("cs",), "Slovak": ("sk",), "Hungarian": ("hu",),
    "Croatian": ("hr", "bs", "sr_Latn"), "Slovene": ("sl",), "Romanian": ("ro",),
    "Estonian": ("et",), "Latvian": ("lv",), "Lithuanian": ("lt",), "Turkish": ("tr",),
    "Russian": ("ru",), "Ukrainian": ("uk",), "Bulgarian": ("bg",), "Serbian": ("sr",),
    "Macedonian": ("mk",), "Belarusian": ("be",), "Greek": ("el",), "Hebrew": ("he",),
    "Arabic": ("ar",), "Persian": ("fa",), "Thai": ("th",),
}  # fmt: skip
_STRING = re.compile(r'^(?:msgstr(?:\[\d\])? )?"(.*)"$')
_NO_TEXT = re.compile(r"%\(\w+\)s|%\w|\{[^}]*\}|<[^>]*>|https?:\S+|\\.")
# Romanian is written with a comma below today, which the older encodings do not have.
_OLDER = str.maketrans({"ș": "ş", "ț": "ţ", "Ș": "Ş", "Ț": "Ţ"})
THOUSANDTH = 1000


def translated(folder: Path, code: str) -> str:
    """Return all translations into one language, a line each."""
    found: list[str] = []
    for path in sorted(folder.rglob(f"locale/{code}/LC_MESSAGES/*.po")):
        is_translation = False
        for line in path.read_text(encoding="utf-8").splitlines()[20:]:
            if line.startswith("msgstr"):
                is_translation = True
            elif not line.startswith('"'):
                is_translation = False
            match = _STRING.match(line)
            if is_translation and match:
                found.append(_NO_TEXT.sub(" ", match[1]))
    return unicodedata.normalize("NFC", "\n".join(found)).translate(_OLDER)


def letter_shares(text: str) -> dict[str, list[object]]:
    """Return the share of each letter, and of its neighbours."""
    letters: Counter[str] = Counter()
    before: dict[str, Counter[str]] = {}
    after: dict[str, Counter[str]] = {}
    plain = "".join(c if unicodedata.category(c)[0] in "LM" else " " for c in text.lower())
    for left, letter, right in zip(" " + plain, plain, plain[1:] + " ", strict=False):
        if letter.isascii():
            continue
        letters[letter] += 1
        before.setdefault(letter, Counter())[left] += 1
        after.setdefault(letter, Counter())[right] += 1
    total = letters.total()
    return {
        letter: [_share(count, total), _shares(before[letter]), _shares(after[letter])]
        for letter, count in letters.most_common()
        if _share(count, total)
    }


def _shares(counts: Counter[str]) -> dict[str, int]:
    total = counts.total()
    return {key: _share(n, total) for key, n in sorted(counts.items()) if _share(n, total)}


def _share(count: int, total: int) -> int:
    return round(THOUSANDTH * count / total)


def main(folder: Path) -> None:
    """Write `resources/letters.json`."""
    shares = {}
    for language, codes in LANGUAGES.items():
        text = "\n".join(translated(folder, code) for code in codes)
        shares[language] = letter_shares(text)
        print(f"{language}: {len(text):,} characters, {len(shares[language])} letters")
    lines = [
        f" {json.dumps(name)}: {json.dumps(kept, ensure_ascii=False, separators=(',', ':'))}"
        for name, kept in shares.items()
    ]
    target = Path(__file__).parents[1] / "letters.json"
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
