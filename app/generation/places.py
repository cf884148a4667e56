"""Where the words that a model reads stand in the text that a person sees.

A text has its own quotation marks and apostrophes, capitals and dots, and may write a number or a
link where the model reads one word for all of them.
"""

_QUOTES = '“”„‟«»"＂‹›'
_APOSTROPHES = "'’‘‚‛ʼ´`"
_SAME = str.maketrans(
    dict.fromkeys(_QUOTES, '"')
    | dict.fromkeys(_APOSTROPHES, "'")
    | {"▁": " ", "İ": "i", "ı": "i", "\u202f": " ", "\u00a0": " ", "\n": " ", "\t": " "}
)
_WRITTEN = {  # a word, and how a text may write it
    '"': ('"', "'", ",,"),
    "''": ("''", '"'),
    "…": ("…", "...", ". . ."),
}


def places_of_words(text: str, words: tuple[str, ...]) -> list[tuple[int, int] | None]:
    """Return where each word stands in `text`; None for one that is nowhere in it.

    Parameters
    ----------
    text : str
        The sentence, or several, as it is read: joined, with capitals.
    words : tuple of str
        As the model says them; an end of a sentence in their midst is nowhere.
    """
    places: list[tuple[int, int] | None] = []
    plain, reached = _plain(text), 0
    is_lost = False  # whether the word before was not found
    for word in words:
        found, length = _next(plain, _plain(word), reached)
        between = plain[reached:found].strip() if found >= 0 else ""
        if found < 0 or (between and not is_lost):
            is_lost = True
            places.append(None)
            continue
        if between:  # what the word before is in this text
            start = plain.index(between, reached)
            places[-1] = (start, start + len(between))
        is_lost = False
        reached = found + length
        places.append((found, reached))
    return places


def _plain(text: str) -> str:
    """Return text of the same length in which what means the same is the same."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(letter if len(letter.lower()) != 1 else letter.lower() for letter in text)
    return lower.translate(_SAME)


def _next(plain: str, word: str, reached: int) -> tuple[int, int]:
    """Return where the word comes next, in whichever way it is written, and its length."""
    found = [
        (place, len(each))
        for each in _WRITTEN.get(word, (word,))
        if (place := plain.find(each, reached)) >= 0
    ]
    return min(found, key=lambda each: (each[0], -each[1]), default=(-1, 0))
