"""Which encoding a text is in: told from its first bytes, never silently guessed over damage."""

import codecs
import re
import unicodedata
from collections import Counter

from engine.documents.text_file import Sample
from engine.errors import CorpusError

_BYTE_ORDER_MARKS = (  # of the 32-bit forms first: UTF-16's mark is the beginning of UTF-32's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What files in the older encodings are really in; asking about all that exist makes
# charset-normalizer choose curiosities such as mac_greek.
_CANDIDATES = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874"),
    *("koi8_r", "iso8859_2", "iso8859_5", "mac_roman", "cp437", "cp850"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
]
# The accented letters of each language, by the encoding that it was written in.
_LETTERS = {
    "cp1252": (
        "àâçéèêëîïôûùüÿœæ",  # French
        "äöüß",  # German
        "áéíóúüñ",  # Spanish
        "ãõáàâçéêíóôú",  # Portuguese
        "àèéìòùî",  # Italian
        "åäöæøéü",  # the North
        "áéíóúýþæöð",  # Icelandic
        "éëïöóèü",  # Dutch
    ),
    "cp1250": (
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýžľĺŕäô",  # Czech, Slovak
        "áéíóöőúüű",  # Hungarian
        "čćđšž",  # Croatian, Slovene
        "ăâîşţ",  # Romanian
    ),
    "cp1254": ("çğıöşüâîİ",),  # Turkish
    "cp1257": ("āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž"),  # Latvian, Lithuanian, Estonian
}
_LATIN = frozenset(("iso8859_2", "mac_roman", "cp437", "cp850", *_LETTERS))
_MARKS_OF_ALL = frozenset("‘’‚“”„–—…«»‹›€£©®°•·´§™¡¿\xa0\n")
_KANA = re.compile("[\u3041-\u30fa]")  # Japanese only; the half-width forms are left out
# In the place of the other kana, Korean has the letters by which people laugh and cry.
_SURE_KANA = re.compile("[\u3075-\u3093]")
_SURE_SHARE = 0.05  # of the kana
_JAPANESE = ("cp932", "euc_jp")
_KANA_SHARE = 0.15  # of the characters beyond ASCII, in any Japanese of more than a few names
_DAMAGE_SHARE = 0.02
_NON_ASCII_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_DETECTED_BYTES = 1 << 16  # enough for charset-normalizer, and quick
# Of a text in UTF-16:
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


def detect_encoding(sample: Sample) -> tuple[str, str]:
    """Return the codec's name and a phrase that says how it was found."""
    for mark, name in _BYTE_ORDER_MARKS:
        if sample.head.startswith(mark):
            return name, "named by the mark at the beginning of the file"
    wide = _utf16_without_mark(sample.head)
    if wide is not None:
        return wide, "no mark, but the bytes make sense in pairs only"
    data = sample.evidence
    if data.isascii():
        return "utf-8", "plain ASCII" if sample.is_whole else "plain ASCII as far as was looked"
    text = data.decode("utf-8", "surrogateescape")
    damaged = sum("\udc80" <= character <= "\udcff" for character in text)
    # The sample may begin and end in the middle of a character.
    if damaged <= 6 and not re.search("[\udc80-\udcff]", text[4:-4]):
        return "utf-8", "all bytes are valid UTF-8"
    sound = sum(character > "\x7f" for character in text) - damaged
    if sound > 4 * damaged:
        return "utf-8", "nearly all bytes are valid UTF-8; rows with others are refused"
    return _detect_legacy(data)


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
        odd = sum(
            character == "\ufffd" or unicodedata.category(character) in _NO_LETTERS
            for character in text
            if character not in "\r\n\t"
        )
        if (
            blanks > _BLANK_SHARE * len(text)
            and odd < _ODD_SHARE * len(text)
            and sum(map(_is_two_letters, text)) < _TWO_LETTERS_SHARE * len(text)
        ):
            return encoding
    return None


def _is_two_letters(character: str) -> bool:
    """Whether it may be two ASCII characters, read as one; kana, which begin with a "0", aside."""
    high, low = divmod(ord(character), 256)
    return 0x20 <= high < 0x7F and high != 0x30 and 0x20 <= low < 0x7F


def _detect_legacy(data: bytes) -> tuple[str, str]:
    """Ask charset-normalizer about the lines that are not ASCII."""
    import charset_normalizer  # most files never need it

    lines = b"\n".join(_NON_ASCII_LINE.findall(data))[:_DETECTED_BYTES]
    japanese = _japanese(lines)
    if japanese is not None:
        return japanese, "not UTF-8; it has the letters of Japanese, please check the preview"
    matches = charset_normalizer.from_bytes(
        lines, cp_isolation=_CANDIDATES, preemptive_behaviour=False
    )
    best = matches.best()
    found = best.encoding if best is not None else "cp1252"
    if found in _LATIN:
        # charset-normalizer tells scripts apart, but mixes up the Latin alphabets.
        found = max(_LETTERS, key=lambda encoding: _fit(lines, encoding))
    return found, "not UTF-8; the most likely of the older encodings, please check the preview"


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


def _fit(data: bytes, encoding: str) -> float:
    """Return the share of letters beyond ASCII that one language of `encoding` has."""
    text = data.decode(encoding, "replace").lower()
    counts = Counter(mark for mark in text if mark > "\x7f" and mark not in _MARKS_OF_ALL)
    total = max(1, counts.total())
    languages = _LETTERS[encoding]
    return max(sum(counts[letter] for letter in letters) for letters in languages) / total
