"""Which encoding a text is in: told from its first bytes, never silently guessed over damage."""

import codecs
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from engine.documents.plausibility import odd_characters, rated, sample_words
from engine.documents.text_file import Sample, mark_errors, shown_with_controls
from engine.errors import CorpusError

_BYTE_ORDER_MARKS = (  # of the 32-bit forms first: UTF-16's mark is the beginning of UTF-32's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KANA = re.compile("[\u3041-\u30fa]")  # Japanese only; the half-width forms are left out
# In the place of the other kana, Korean has the letters by which people laugh and cry.
_SURE_KANA = re.compile("[\u3075-\u3093]")
_SURE_SHARE = 0.05  # of the kana
_JAPANESE = ("cp932", "euc_jp")
_KANA_SHARE = 0.15  # of the characters beyond ASCII, in any Japanese of more than a few names
_DAMAGE_SHARE = 0.02
_CHINESE_OR_KOREAN = {"gb18030": "Chinese", "big5": "Chinese", "cp949": "Korean"}
_FREQUENT_SHARE = 0.2  # of the most frequent characters; right readings have 0.3, others 0.1
_FEWEST_FREQUENT = 4  # fewer may be accented letters that are taken in pairs
# When a reading in a single-byte encoding is beyond doubt; measured, see decision 0014:
_SURE_MARGIN = 7.0  # nats by which the next one that differs is less likely
_SURE_MARGIN_OF_FEW = 10.0
_FEW_CHARACTERS = 8
_LEAST_MEAN = -12.0  # nats for each character; right readings have more
_WRONG_LETTERS = 0.001  # of all letters: what may differ, or look odd, without a word
_MOST_READINGS = 3
_READING_LENGTH = 90  # characters of a line that are shown
_UNDECODED = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_DETECTED_BYTES = 1 << 16  # of lines that are not ASCII: enough, and quick
# Of a text in UTF-16 or UTF-32:
_NUL_SHARE = 0.0005  # of the bytes, at least: half of each blank and line end
_BLANK_SHARE = 0.0005  # blanks and line ends, at least
_ODD_SHARE = 0.01  # of what no text has, at most
_TWO_LETTERS_SHARE = 0.5  # a quarter in Chinese; nearly all where ASCII is taken in pairs
_NO_LETTERS = ("Cc", "Cn", "Co", "Cs")  # control, unassigned, private, surrogate


def check_encoding(name: str) -> str:
    """Return the codec of that name; raise `CorpusError` if there is no such text encoding."""
    try:
        codec = codecs.lookup(name).name
        "".encode(codec)  # refuses codecs that are not about text, such as hex
    except (LookupError, ValueError) as error:
        raise CorpusError(
            f"There is no text encoding '{name}'. Choose for example utf-8, utf-16 or cp1252."
        ) from error
    # The mark at the beginning is taken off for every encoding alike.
    return "utf-8" if codec == "utf-8-sig" else codec


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingReading:
    """One line of a file as it would be read in an encoding."""

    encoding: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedEncoding:
    """An encoding and how sure it is."""

    encoding: str
    note: str  # how it was found, a phrase
    readings: tuple[EncodingReading, ...] = ()  # of the same line, where it is doubtful


def detect_encoding(sample: Sample) -> DetectedEncoding:
    """Tell the encoding; where more than a letter in a thousand may be wrong, say so."""
    for mark, name in _BYTE_ORDER_MARKS:
        if sample.head.startswith(mark):
            return DetectedEncoding(
                encoding=name, note="named by the mark at the beginning of the file"
            )
    wide = _utf32_without_mark(sample.head)
    if wide is not None:
        return DetectedEncoding(
            encoding=wide, note="no mark, but the bytes make sense in fours only"
        )
    wide = _utf16_without_mark(sample.head)
    if wide is not None:
        return DetectedEncoding(
            encoding=wide, note="no mark, but the bytes make sense in pairs only"
        )
    data = sample.evidence
    note = _utf8_note(data, is_whole=sample.is_whole)
    if note is not None:
        return DetectedEncoding(encoding="utf-8", note=note)
    return _detect_legacy(data)


def _utf8_note(data: bytes, *, is_whole: bool) -> str | None:
    """Return why the bytes are UTF-8, or None if they are not."""
    if data.isascii():
        return "plain ASCII" if is_whole else "plain ASCII as far as was looked"
    text = data.decode("utf-8", "surrogateescape")
    damaged = len(_UNDECODED.findall(text))
    sound = len(_BEYOND_ASCII.findall(text)) - damaged
    if is_whole:
        # It may be cut within its last character; one without others is an older accent.
        is_valid = sound > 0 and _is_valid_until_its_end(data)
    else:
        # A part may begin and end in the middle of a character.
        is_valid = damaged <= 6 and not _UNDECODED.search(text[4:-4])
    if is_valid:
        return "all bytes are valid UTF-8"
    if sound > 4 * damaged:
        return "nearly all bytes are valid UTF-8; rows with others are refused"
    return None


def _is_valid_until_its_end(data: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)  # keeps the beginning of a character
    except UnicodeDecodeError:
        return False
    return True


def _utf32_without_mark(head: bytes) -> str | None:
    """Return the byte order in which four bytes each are a character, as in no other text."""
    data = head[: min(len(head), _DETECTED_BYTES) // 4 * 4]
    if 4 * data.count(0) < len(data):  # the first or last of each four is zero
        return None
    for encoding in ("utf-32-le", "utf-32-be"):
        text = data.decode(encoding, "replace")
        if _odd(text) < _ODD_SHARE * len(text):
            return encoding
    return None


def _odd(text: str) -> int:
    """Return how many characters no text has."""
    return sum(
        character == "\ufffd" or unicodedata.category(character) in _NO_LETTERS
        for character in text
        if character not in "\r\n\t"
    )


def _utf16_without_mark(head: bytes) -> str | None:
    half = len(head) // 2
    if half == 0:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.3 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.3 * half and odd < 0.05 * half:
        return "utf-16-be"
    if head.count(0) < _NUL_SHARE * len(head):
        return None
    return _utf16_by_letters(head[:_DETECTED_BYTES])


def _utf16_by_letters(data: bytes) -> str | None:
    """Try both byte orders: Cyrillic or Chinese have few zero bytes, but blanks or line ends."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = data.decode(encoding, "replace")
        blanks = sum(map(text.count, " \r\n"))
        if (
            blanks > _BLANK_SHARE * len(text)
            and _odd(text) < _ODD_SHARE * len(text)
            and sum(map(_is_two_letters, text)) < _TWO_LETTERS_SHARE * len(text)
        ):
            return encoding
    return None


def _is_two_letters(character: str) -> bool:
    """Whether it may be two ASCII characters, read as one; kana, which begin with a "0", aside."""
    high, low = divmod(ord(character), 256)
    return 0x20 <= high < 0x7F and high != 0x30 and 0x20 <= low < 0x7F


def _detect_legacy(data: bytes) -> DetectedEncoding:
    """Choose by the letters among the encodings that are no Unicode."""
    found = [line for line in data.splitlines() if not line.isascii()]
    step = 1 + sum(map(len, found)) // _DETECTED_BYTES
    lines = b"\n".join(found[::step])[:_DETECTED_BYTES]
    japanese = _japanese(lines)
    if japanese is not None:
        return DetectedEncoding(encoding=japanese, note="not UTF-8; it has the letters of Japanese")
    shares = {encoding: _frequent_share(lines, encoding) for encoding in _CHINESE_OR_KOREAN}
    frequent = max(shares, key=lambda encoding: shares[encoding])
    if shares[frequent] >= _FREQUENT_SHARE:
        language = _CHINESE_OR_KOREAN[frequent]
        return DetectedEncoding(
            encoding=frequent, note=f"not UTF-8; it has the characters of {language}"
        )
    return _detect_single_byte(lines)


def _detect_single_byte(lines: bytes) -> DetectedEncoding:
    words, looked_at = sample_words(lines)
    ranking = rated(words)
    best, letters = ranking[0], _letters(looked_at, ranking[0].encoding)
    odd = odd_characters(words, best)
    others = [each for each in ranking[1:] if _differs(lines, best.encoding, each.encoding)]
    margin = best.score - others[0].score if others else math.inf
    needed = _SURE_MARGIN if best.characters >= _FEW_CHARACTERS else _SURE_MARGIN_OF_FEW
    names = [each.encoding for each in (best, *others)]
    if best.mean < _LEAST_MEAN:
        names = [*_wide_encodings(lines), *names]
        doubt = f"it does not look like a language in any encoding; {names[0]} is a guess"
    elif odd > _WRONG_LETTERS * letters:
        doubt = (
            f"{best.encoding} by the letters of {best.language}, but {odd:,} of "
            f"{letters:,} letters looked at would be odd there"
        )
    elif margin < needed:
        doubt = (
            f"{best.encoding} by the letters of {best.language} is the likeliest, but only "
            f"{math.exp(margin):,.0f} times as likely as {others[0].encoding}"
        )
    else:
        note = f"not UTF-8; {best.encoding} by the letters of {best.language}"
        return DetectedEncoding(encoding=best.encoding, note=note)
    return DetectedEncoding(
        encoding=names[0],
        note=f"doubtful: {doubt}",
        readings=_readings(lines, names),
    )


def _letters(lines: bytes, encoding: str) -> int:
    return sum(map(str.isalpha, lines.decode(encoding, "replace")))


def _differs(lines: bytes, one: str, other: str) -> bool:
    """Whether more than a letter in a thousand is another one."""
    pairs = zip(lines.decode(one, "replace"), lines.decode(other, "replace"), strict=True)
    different = sum(first != second for first, second in pairs)
    return different > _WRONG_LETTERS * _letters(lines, one)


def _wide_encodings(lines: bytes) -> list[str]:
    """Return the encoding of Asia, if any, that charset-normalizer takes the lines for."""
    import charset_normalizer  # most files never need it

    matches = charset_normalizer.from_bytes(
        lines, cp_isolation=[*_JAPANESE, *_CHINESE_OR_KOREAN], preemptive_behaviour=False
    )
    best = matches.best()
    return [] if best is None else [best.encoding]


def _frequent_share(lines: bytes, encoding: str) -> float:
    """Return the share of the frequent characters of Chinese or Korean.

    0 where it is damaged, or too little to tell.
    """
    from charset_normalizer.constant import FREQUENCIES  # most files never need it

    text = [character for character in lines.decode(encoding, "replace") if character > "\x7f"]
    if text.count("\ufffd") > _DAMAGE_SHARE * len(text):
        return 0.0
    frequent = frozenset(FREQUENCIES[_CHINESE_OR_KOREAN[encoding]])
    count = sum(character in frequent for character in text)
    return count / len(text) if count >= _FEWEST_FREQUENT else 0.0


def _readings(lines: bytes, encodings: list[str]) -> tuple[EncodingReading, ...]:
    """Return up to three readings that differ, of the line in which they differ most."""
    chosen: dict[tuple[str, ...], str] = {}  # by what the lines are
    for encoding in encodings:
        chosen.setdefault(tuple(_marked(line, encoding) for line in lines.split(b"\n")), encoding)
        if len(chosen) == _MOST_READINGS:
            break
    texts = list(zip(*chosen, strict=False))  # (lines, readings)
    line = max(texts, key=lambda readings: (len(set(readings)), _differences(readings)))
    return tuple(
        EncodingReading(encoding=encoding, text=_excerpt(text, line))
        for encoding, text in zip(chosen.values(), line, strict=True)
    )


def _marked(line: bytes, encoding: str) -> str:
    return line.decode(encoding, mark_errors())


def _differences(readings: Sequence[str]) -> int:
    return sum(len(set(characters)) > 1 for characters in zip(*readings, strict=False))


def _excerpt(text: str, readings: Sequence[str]) -> str:
    """Cut a long line to where the readings differ first."""
    places = enumerate(zip(*readings, strict=False))
    first = next((place for place, characters in places if len(set(characters)) > 1), 0)
    start = max(0, first - _READING_LENGTH // 2)
    cut = text[start : start + _READING_LENGTH]
    return shown_with_controls(cut.strip())


def _japanese(lines: bytes) -> str | None:
    """Return the Japanese encoding that gives kana, which charset-normalizer takes for Hangul."""
    for encoding in _JAPANESE:
        text = lines.decode(encoding, "replace")
        characters = max(1, sum(character > "\x7f" for character in text))
        is_sound = text.count("\ufffd") <= _DAMAGE_SHARE * characters
        kana, sure = len(_KANA.findall(text)), len(_SURE_KANA.findall(text))
        if is_sound and kana >= _KANA_SHARE * characters and sure >= _SURE_SHARE * kana:
            return encoding
    return None
