"""How likely bytes beyond ASCII are as letters of a language, for each older encoding.

Only the characters beyond ASCII and their neighbours are looked at: all else is the same in
every reading. Of each the probability is estimated that a text of a language has this letter,
between these two; how often that is was counted (`resources/scripts/count_letters.py`).

    caf[é] au lait      e.g. in French: P(é) P(f before é) P(blank after é) P(small letter)

No file is read here but those counts, and nothing is decided.
"""

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice

_WESTERN = ("cp1252", "iso8859_15", "mac_roman", "cp850", "cp437")
_CENTRAL = ("cp1250", "iso8859_2", "mac_latin2", "cp852")
_CYRILLIC = ("cp1251", "koi8_r", "koi8_u", "cp866", "mac_cyrillic", "iso8859_5")
_TURKISH = ("cp1254", "mac_turkish", "cp857")
_BALTIC = ("cp1257", "iso8859_13", "cp775")
_GREEK = ("cp1253", "iso8859_7", "mac_greek", "cp737")
_OTHERS = ("cp1255", "cp1256", "iso8859_6", "cp874")
SINGLE_BYTE = (*_WESTERN, *_CENTRAL, *_TURKISH, *_BALTIC, *_CYRILLIC, *_GREEK, *_OTHERS)
# In nats: how much rarer files in an encoding are than in the most usual one of its letters.
_RARITY = {
    "iso8859_15": 2.0,
    "mac_roman": 2.0,
    "cp850": 2.0,
    "cp437": 3.0,
    "iso8859_2": 1.0,
    "mac_latin2": 6.0,
    "cp852": 3.0,
    "mac_turkish": 8.0,
    "cp857": 6.0,
    "iso8859_13": 3.0,
    "cp775": 6.0,
    "koi8_r": 1.0,
    "koi8_u": 2.0,
    "cp866": 1.5,
    "mac_cyrillic": 2.0,
    "iso8859_5": 2.0,
    "iso8859_7": 1.0,
    "mac_greek": 6.0,
    "cp737": 3.0,
    "iso8859_6": 3.0,
}
# The letters beyond ASCII of a language, also those that were never counted.
_ALPHABETS = {
    "English": "éèêëïöüñçáàôâ",
    "French": "éèàêçùâôîûïëœüÿæ",
    "German": "üäößé",
    "Spanish": "óíáéñúü",
    "Italian": "èàùòéìóî",
    "Portuguese": "ãçáéíóêõâúàôü",
    "Catalan": "óàéèòçíúïü·",
    "Galician": "óíáéñúü",
    "Dutch": "ëéïöèüóáíêç",
    "Danish": "åøæéü",
    "Norwegian": "åøæéòêô",
    "Swedish": "äöåéü",
    "Finnish": "äöåšž",
    "Icelandic": "íðáöéúóþæý",
    "Irish": "áéíóú",
    "Albanian": "ëç",
    "Polish": "ąćęłńóśźż",
    "Czech": "áčďéěíňóřšťúůýž",
    "Slovak": "áäčďéíĺľňóôŕšťúýž",
    "Hungarian": "áéíóöőúüű",
    "Croatian": "čćđšž",
    "Slovene": "čšžćđ",
    "Romanian": "ăâîşţ",
    "Estonian": "äõöüšž",
    "Latvian": "āčēģīķļņšūžŗō",
    "Lithuanian": "ąčęėįšųūž",
    "Turkish": "çğıöşüâîûİ",
    "Russian": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "Ukrainian": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "Bulgarian": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "Serbian": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "Macedonian": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    "Belarusian": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "Greek": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
}
_IN_NAMES = "éèüöäñçáóå"  # foreign names bring them into any language of the Latin alphabet
_SHARE_OF_ALPHABET = 0.1  # given to all letters of the alphabet alike, the rest as counted
_SHARE_OF_NEIGHBOURS = 0.2  # given to all neighbours alike
_MARKS = {  # how often each is among the typographic marks of a text
    mark: share
    for share, marks in (
        (0.3, "’"),
        (0.1, "“”"),
        (0.05, "„«»…–—"),
        (0.03, "‘€£،\xa0"),
        (0.01, "¿¡°•؟־"),
        (0.004, "©®™§ºª№´؛״׳"),
        (0.001, "½¼¾±²³×·‚‹›µ‰¢¥−฿"),
    )
    for mark in marks
}
_QUOTES = frozenset("“”„«»‘‚‹›")
_AMOUNTS = frozenset("€£¢¥°²³±½¼¾ºª‰")
_LONGEST_WORD = 40  # bytes; what is longer is cut
_MOST_BYTES = 8_000  # of different words that are looked at
_FEW_BYTES = 300  # on which all encodings and languages are tried
_FINALISTS = 5  # of them, that are tried on all words
_MOST_OF_A_WORD = 3  # times that a word counts, however often it stands there
_WORD = re.compile(
    rb"(?<![A-Za-z\x80-\xff])[A-Za-z\x80-\xff]{0,%d}[\x80-\xff][A-Za-z\x80-\xff]{0,%d}"
    % (_LONGEST_WORD, _LONGEST_WORD)
)
_OTHER_LANGUAGE = 4.0  # nats that a letter of another language than the file's costs
_FLOOR = 1e-6
_ODD = 0.015  # what is rarer at such a place is odd there

Events = Mapping[tuple[str, str, str], int]  # (character before, character, after): how often


@dataclass(frozen=True, slots=True)
class Reading:
    """How plausible a text is in one encoding."""

    encoding: str
    languages: tuple[str, ...]  # the likeliest first
    score: float  # nats, the log-likelihood of all characters beyond ASCII; 0 is certain
    characters: int  # beyond ASCII that were looked at

    @property
    def language(self) -> str:
        """The likeliest language."""
        return self.languages[0]

    @property
    def mean(self) -> float:
        """Score of one character."""
        return self.score / max(1, self.characters)


def sample_words(lines: bytes) -> tuple[Counter[bytes], bytes]:
    """Return the words with bytes beyond ASCII, a byte before and after each, and where they stand.

    The latter is the beginning of `lines`, up to the last word that is looked at.
    """
    counts: Counter[bytes] = Counter()
    characters = 0
    for match in _WORD.finditer(lines):
        start, end = match.span()
        word = (lines[start - 1 : start] or b" ") + match.group() + (lines[end : end + 1] or b" ")
        characters += 0 if word in counts else len(word)
        counts[word] += 1
        if characters >= _MOST_BYTES:
            return counts, lines[:end]
    return counts, lines


def rated(words: Mapping[bytes, int]) -> list[Reading]:
    """Return how plausible the words are in each encoding, the best first.

    All are tried on a few words, and only those that do best on the others.
    """
    some = dict(islice(words.items(), 0, None, 1 + sum(map(len, words)) // _FEW_BYTES))
    tried = (_rated_as(some, encoding, _languages_of(encoding)) for encoding in SINGLE_BYTE)
    found = sorted(tried, key=_badness)
    if len(some) == len(words):
        return found
    best = found[:_FINALISTS]
    again = (_rated_as(words, each.encoding, each.languages[:_FINALISTS]) for each in best)
    return sorted(again, key=_badness)


def _badness(reading: Reading) -> float:
    return -reading.score


def _rated_as(words: Mapping[bytes, int], encoding: str, languages: Iterable[str]) -> Reading:
    events = _events({word: min(n, _MOST_OF_A_WORD) for word, n in words.items()}, encoding)
    by_language = {
        language: [_log_probability(event, language) for event in events] for language in languages
    }
    weights = list(events.values())

    def total(values: Iterable[float]) -> float:
        return sum(weight * value for weight, value in zip(weights, values, strict=True))

    ranking = sorted(by_language, key=lambda language: -total(by_language[language]))
    most = (max(values) - _OTHER_LANGUAGE for values in zip(*by_language.values(), strict=True))
    score = total(map(max, by_language[ranking[0]], most))
    return Reading(encoding, tuple(ranking), score - _RARITY.get(encoding, 0.0), sum(weights))


def odd_characters(words: Mapping[bytes, int], reading: Reading) -> int:
    """Return how many characters the language of a reading has not, or not there."""
    events = _events(words, reading.encoding).items()
    return sum(count for event, count in events if _is_odd(event, reading.language))


def _events(words: Mapping[bytes, int], encoding: str) -> Events:
    events: Counter[tuple[str, str, str]] = Counter()
    for word, count in words.items():
        text = word.decode(encoding, "replace")
        for left, character, right in zip(text, text[1:], text[2:], strict=False):
            if character > "\x7f":
                events[left, character, right] += count
    return events


def _is_odd(event: tuple[str, str, str], language: str) -> bool:
    """Whether a text of this language would hardly have the character there."""
    left, character, right = event
    small = _small(character)
    letters = _ALPHABETS.get(language, "") + (_IN_NAMES if _is_latin(language) else "")
    if small in letters or small in _counted().get(language, {}):
        return _letter_fit(left, character, right) < _ODD
    if language not in _ALPHABETS and _script(character) == _script_of(language):
        return False  # their rare letters are in one encoding only
    return small not in _MARKS or _mark_fit(left, character, right) < _ODD


@cache
def _languages_of(encoding: str) -> tuple[str, ...]:
    """Return the languages that can be written in an encoding, or nearly."""
    alphabets = {**{name: "".join(letters) for name, letters in _counted().items()}, **_ALPHABETS}
    return tuple(
        name
        for name, letters in alphabets.items()
        if sum(_can_encode(letter, encoding) for letter in letters) >= 0.8 * len(letters)
        or name == "English"
    )


@cache
def _can_encode(letter: str, encoding: str) -> bool:
    return bool(letter.encode(encoding, "ignore"))


@cache
def _counted() -> dict[str, dict[str, tuple[int, dict[str, int], dict[str, int]]]]:
    content = files("resources").joinpath("letters.json").read_text("utf-8")
    counted: dict[str, dict[str, tuple[int, dict[str, int], dict[str, int]]]] = json.loads(content)
    return counted


@lru_cache(1 << 17)
def _log_probability(event: tuple[str, str, str], language: str) -> float:
    """Return the logarithm of the probability that a text of `language` has this there."""
    left, character, right = event
    letters = _counted().get(language, {})
    small = _small(character)
    script_share = 0.92 if not _is_latin(language) else 0.8 if language != "English" else 0.2
    known = letters.get(small)
    alphabet = _ALPHABETS.get(language) or letters
    if known is not None or small in alphabet:
        share = 1.0 / len(alphabet)
        if letters:
            counted = 0 if known is None else known[0] / 1000
            share = (1 - _SHARE_OF_ALPHABET) * counted + _SHARE_OF_ALPHABET * share
        probability = script_share * share
        probability *= _neighbour(None if known is None else known[1], left)
        probability *= _neighbour(None if known is None else known[2], right)
        return math.log(probability * _letter_fit(left, character, right) + _FLOOR**2)
    around = _neighbour(None, left) * _neighbour(None, right)
    if small in _MARKS:
        share = (0.95 - script_share) * _MARKS[small] * _mark_fit(left, character, right)
        return math.log(share * around + _FLOOR**2)
    if character.isalpha() and _script(character) == _script_of(language):
        share = 0.02 / 100 * _letter_fit(left, character, right)
        return math.log(share * around + _FLOOR**2)
    odd = 1e-5 if character.isprintable() and character != "\ufffd" else _FLOOR
    is_inside = left.isalpha() and right.isalpha()
    return math.log(odd * around * (0.05 if is_inside else 1.0) + _FLOOR**2)


def _neighbour(counted: Mapping[str, int] | None, character: str) -> float:
    """Return the probability of a neighbour; what is no letter counts as a blank."""
    key = character.lower() if character.isalpha() or _is_accent(character) else " "
    base = 0.15 if key == " " else 0.03 if key.isascii() else 0.01
    if counted is None:
        return base
    return (1 - _SHARE_OF_NEIGHBOURS) * counted.get(key, 0) / 1000 + _SHARE_OF_NEIGHBOURS * base


def _is_accent(character: str) -> bool:
    return character > "\x7f" and unicodedata.category(character) == "Mn"


def _letter_fit(left: str, character: str, right: str) -> float:
    """Return how usual a letter is there: small or capital, or beside a digit."""
    if right.isdigit():
        return 0.002
    if left.isdigit():  # as in 2ème
        return 0.02
    if character.isupper():
        if left.islower():
            return 0.0005
        if left.isupper():
            return 0.002 if right.islower() else 0.03
        return 0.08 if right.islower() else 0.02
    if character.islower() and left.isupper() and right.isupper():
        return 0.0005
    return 0.9


def _mark_fit(left: str, mark: str, right: str) -> float:
    """Return how usual it is that the mark stands between these."""
    is_between = left.isalnum() and right.isalnum()
    if mark == "’":
        return 0.9 if left.isalpha() else 0.05
    if mark in _QUOTES:
        return 0.01 if is_between else 0.9
    if mark in _AMOUNTS:
        if left.isdigit() or right.isdigit():
            return 0.8
        return 0.05 if left.isalpha() or right.isalpha() else 0.5  # as in "3 €"
    if mark in "¿¡":
        return 0.01 if left.isalnum() else 0.9
    if mark in "–—…\xa0":
        return 0.2 if is_between else 0.8
    return 0.01 if is_between else 0.5


def _small(letter: str) -> str:
    """Return the small letter; of the dotted I, whose small one is two characters, itself."""
    small = letter.lower()
    return small if len(small) == 1 else letter


@lru_cache(1 << 12)
def _script(character: str) -> str:
    return unicodedata.name(character, "").split(" ")[0]


@cache
def _script_of(language: str) -> str:
    letters = _ALPHABETS.get(language) or next(iter(_counted()[language]))
    return _script(letters[0])


def _is_latin(language: str) -> bool:
    return _script_of(language) == "LATIN"
