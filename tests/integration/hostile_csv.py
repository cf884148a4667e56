"""Hostile tables of which the truth is known, because they are made here, damage included.

A table is the product of an encoding, a line end, a layout and one damage. Each of
its rows knows the line on which it begins, the texts that may be read from it, and
whether it must or may be refused.
"""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, product

from engine.config import CsvConfig

MARK = "^@^"  # where bytes that no text has are put
LANGUAGES = {
    "english": "the cat sat on a mat and then it went home because nobody was there to see it",
    "french": "l'été dernier nous avons dîné très tôt à la crème brûlée déjà où ça êtes né",
    "polish": "zażółć gęślą jaźń dziś rano poszedłem do sklepu kupić masło żółty świąt łódź",
    "russian": "сегодня утром я пошёл в магазин чтобы купить свежий хлеб и молоко для друзей",
    "japanese": "今日の 朝、 新鮮な パンを 買うために 店に 行きました とても 美味しかった です",
}


@dataclass(frozen=True, slots=True)
class Encoding:
    name: str
    codec: str
    language: str
    bad: bytes  # bytes that decode to nothing
    bom: bytes = b""
    is_found: bool = True  # also when a byte of the file cannot be decoded


ENCODINGS = (
    Encoding("utf-8", "utf-8", "french", b"\xff"),
    Encoding("utf-8 with mark", "utf-8", "english", b"\xc3\x28", b"\xef\xbb\xbf"),
    Encoding("utf-8, cyrillic", "utf-8", "russian", b"\xed\xa0\x80"),
    Encoding("utf-16 with mark", "utf-16-le", "polish", b"\x00\xd8", b"\xff\xfe"),
    Encoding("utf-16-be with mark", "utf-16-be", "japanese", b"\xd8\x00", b"\xfe\xff"),
    Encoding("utf-16-le", "utf-16-le", "english", b"\x00\xd8"),
    Encoding("utf-16-be", "utf-16-be", "english", b"\xdc\x00"),
    Encoding("utf-32 with mark", "utf-32-le", "english", b"\0\0\x11\0", b"\xff\xfe\0\0"),
    Encoding("cp1252", "cp1252", "french", b"\x81", is_found=False),
    Encoding("cp1251", "cp1251", "russian", b"\x98", is_found=False),
    Encoding("cp1250", "cp1250", "polish", b"\x81", is_found=False),
    Encoding("shift-jis", "cp932", "japanese", b"\x85\xff", is_found=False),
)
LINE_ENDS = {"lf": "\n", "crlf": "\r\n", "cr": "\r", "mixed": ""}


@dataclass(frozen=True, slots=True)
class Layout:
    name: str
    delimiter: str  # "" = one column
    is_quoted: bool  # whether every field is


LAYOUTS = (
    Layout("commas", ",", is_quoted=False),
    Layout("semicolons", ";", is_quoted=False),
    Layout("tabs", "\t", is_quoted=False),
    Layout("bars, quoted", "|", is_quoted=True),
    Layout("commas, quoted", ",", is_quoted=True),
    Layout("one column", "", is_quoted=False),
    Layout("one column, quoted", "", is_quoted=True),
)


@dataclass(frozen=True, slots=True)
class TrueRow:
    """One row as it is in the file."""

    raw: str
    texts: frozenset[str]  # what may be read from it
    must_read: bool = True
    must_refuse: bool = False  # and the problem names its very line
    line: int = 0  # where it begins


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    data: bytes
    rows: tuple[TrueRow, ...]
    config: CsvConfig = field(default_factory=CsvConfig)


class _Writer:
    """Writes rows of one layout, sound or damaged."""

    def __init__(self, layout: Layout, language: str, line_end: str, chance: random.Random) -> None:
        self.layout, self.line_end, self.chance = layout, line_end or "\n", chance
        self._words = LANGUAGES[language].split()
        self._number = 0

    def text(self) -> str:
        self._number += 1
        words = self.chance.choices(self._words, k=self.chance.randint(6, 14))
        return f"{' '.join(words)} {self._number}"  # the number makes each text one of a kind

    def raw(self, text: str, *, quoted: bool = False, more: str = "") -> str:
        fields = [str(100 + self._number), text] if self.layout.delimiter else [text]
        target = io.StringIO()
        is_quoted = self.layout.is_quoted or quoted
        csv.writer(
            target,
            delimiter=self.layout.delimiter or "\x1f",
            quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL,
            lineterminator="",
        ).writerow(fields)
        return target.getvalue() + more

    def sound(self, text: str | None = None, *, quoted: bool = False, more: str = "") -> TrueRow:
        text = self.text() if text is None else text
        return TrueRow(self.raw(text, quoted=quoted, more=more), frozenset({text.strip()}))

    def refused(self, raw: str) -> TrueRow:
        return TrueRow(raw, frozenset(), must_read=False, must_refuse=True)

    def doubtful(self, raw: str, *texts: str) -> TrueRow:
        """Return a row that may be refused, or be read as one of `texts`."""
        return TrueRow(raw, frozenset(texts), must_read=False)


def damaged_row(damage: str, writer: _Writer) -> TrueRow | None:
    """Return the row with the damage, or None where the layout cannot have it."""
    layout, text = writer.layout, writer.text()
    end, mark = writer.line_end, layout.delimiter
    sound = writer.raw(text)
    inside = {
        "none": text,
        "line end in quotes": f"{text}{end}{text}",
        "blank lines in quotes": f"{text}{end}{end}{end}{text}",
        "delimiters in quotes": f"{text}{mark or ','}{text}{mark or ','}",
        "doubled quotes": f'say "{text}" and ""',
        "a row in quotes": f'{text}{end}"7"{mark}"{text}"',
        "huge field": f"{text} " * 5000,
        "control characters": f"{text}\x07\x0b\x0c\x1c\x1d\x1e{text}",
    }
    if damage in inside:
        is_plain = damage in ("none", "huge field", "control characters")
        return writer.sound(inside[damage], quoted=not is_plain)
    match damage:
        case "nul":
            return writer.refused(writer.raw(f"{text}\0{text}"))
        case "bytes of no text":
            return writer.refused(writer.raw(f"{text}{MARK}{text}"))
        case "empty text" if mark:
            return writer.refused(writer.raw("  "))
        case "one field" if mark:
            return writer.refused(sound.split(mark)[0])
        case "a field too many" if mark:
            return writer.refused(sound + mark + ('"x"' if layout.is_quoted else "x"))
        case "empty fields too many" if mark:
            return writer.sound(text, more=3 * mark)
        case "open quote" | "open quote in the last row":
            if layout.is_quoted:
                return writer.refused(sound[:-1])
            raw = sound.replace(text, f'"{text}')
            return writer.doubtful(raw, f'"{text}')
        case "lost first quote" if layout.is_quoted:
            raw = sound.replace(f'"{text}"', f'{text}"')
            return writer.doubtful(raw, f'{text}"')
        case "text after a quote" if layout.is_quoted:
            return writer.refused(sound + " more")
        case "quotes not doubled" if layout.is_quoted:
            return writer.refused(writer.raw("@@").replace("@@", f'{text} "so" {text}'))
        case "quotes behind backslashes" if layout.is_quoted:
            raw = writer.raw("@@").replace("@@", f'{text} \\"so\\" {text}')
            return writer.doubtful(raw, f'{text} "so" {text}')
        case "inch mark" if not layout.is_quoted:
            return writer.doubtful(sound.replace(text, f'{text} 5" disk'), f'{text} 5" disk')
    return None


DAMAGES = (
    *("none", "line end in quotes", "blank lines in quotes", "delimiters in quotes"),
    *("doubled quotes", "a row in quotes", "huge field", "control characters", "nul"),
    *("bytes of no text", "empty text", "one field", "a field too many"),
    *("empty fields too many", "open quote", "open quote in the last row", "lost first quote"),
    *("text after a quote", "quotes not doubled", "quotes behind backslashes", "inch mark"),
)
ROWS = 24


def tables(seed: int, count: int | None = None) -> Iterator[Table]:
    """Yield `count` tables of the product, drawn by chance; None = all, in a fixed order."""
    choices = list(product(ENCODINGS, LINE_ENDS, LAYOUTS, DAMAGES))
    chance = random.Random(seed)
    if count is not None:
        chance.shuffle(choices)
    made = (_table(*choice, seed) for choice in choices)
    yield from islice((table for table in made if table is not None), count)


def _table(
    encoding: Encoding, end_name: str, layout: Layout, damage: str, seed: int
) -> Table | None:
    name = f"{encoding.name} / {end_name} / {layout.name} / {damage}"
    line_end = LINE_ENDS[end_name]
    chance = random.Random(f"{seed} {name}")
    writer = _Writer(layout, encoding.language, line_end, chance)
    bad = damaged_row(damage, writer)
    if bad is None:
        return None
    place = ROWS if "last row" in damage else chance.randint(3, ROWS - 3)
    rows = [writer.sound() for _ in range(ROWS)]
    if "open quote" in damage:  # rows after it may be lost, but are never read wrong
        rows[place:] = [replace(row, must_read=False) for row in rows[place:]]
    rows.insert(place, bad)
    header = writer.raw("text").replace(str(100 + writer._number), "number")
    ends = [line_end or chance.choice(("\n", "\r\n", "\r")) for _ in range(len(rows) + 1)]
    # A last row that is cut off has no line end, as in a broken download.
    if "last row" in damage:
        ends[-1] = ""
    content, line = header + ends[0], 2
    placed = []
    for row, end in zip(rows, ends[1:], strict=True):
        placed.append(replace(row, line=line))
        content += row.raw + end
        line += _line_ends(row.raw) + 1
    data = encoding.bom + content.encode(encoding.codec)
    data = data.replace(MARK.encode(encoding.codec), encoding.bad)
    is_named = not encoding.is_found and damage == "bytes of no text"
    config = CsvConfig(encoding=encoding.codec) if is_named else CsvConfig()
    return Table(name, data, tuple(placed), config)


def _line_ends(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
