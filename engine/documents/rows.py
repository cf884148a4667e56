"""A row of a file of text, what can be wrong with one, and rows of plain text and JSON Lines.

Rows look the same in all files, so that the same code takes documents from them; how those
of a table are found is `engine.documents.csv_rows`'s.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Literal, NamedTuple, Protocol

from engine.documents.text_file import DAMAGE, shown

_BLOCK = 1 << 16  # characters
_LINE_ENDS = re.compile(r"[\r\n]*")
_SHOWN_CHARACTERS = 500  # of a refused row: enough to find it and to see what is wrong

REPAIRED = "repaired: "  # how the reason of a row begins that was kept
LEFT_OUT = "no row: "  # how that of a line begins that is no row: a title, the header again
FILE_LEFT_OUT = "left out: "  # how that of a whole file begins, or of the rest of one
NEVER_CLOSED = "a quote opens here and is never closed"
STRAY_QUOTE = "a quote stands inside a field that does not begin with one"
TEXT_AFTER_QUOTE = "text follows a closing quote"
UNDECODABLE = "it has bytes that do not belong to the encoding"
NUL = "it has a NUL character"

FileKind = Literal["table", "lines", "paragraphs", "json"]  # of what: rows, keys, or plain text
PLAIN_KINDS = ("lines", "paragraphs")  # without columns

_LONGEST_LINE = 32 << 20  # characters
_NOT_TEXT = "its '{}' is not text"


class Dialect(NamedTuple):
    """How the fields of a row are told apart."""

    delimiter: str  # "" = a row is one field; it may have several characters
    is_quoted: bool = True  # whether a field may stand in quotes
    quote: str = '"'  # with which such a field begins
    is_escaped: bool = False  # whether a quote inside it may be written behind a backslash
    skips_blanks: bool = False  # whether blanks may stand around a field with its quotes


class Row(NamedTuple):
    """One row and the line where it begins, from 1."""

    line: int
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A row that was refused or repaired."""

    line: int  # where the row begins, from 1
    reason: str
    text: str  # the beginning of the row as it is in the file
    file: str = ""  # which one, where there are several

    @property
    def is_repaired(self) -> bool:
        """Whether the row was kept."""
        return self.reason.startswith(REPAIRED)

    @property
    def is_no_row(self) -> bool:
        """Whether it is no row of the table, such as a title above it."""
        return self.reason.startswith(LEFT_OUT)

    @property
    def is_file_left_out(self) -> bool:
        """Whether it is no row, but a file, or the rest of one, that could not be read."""
        return self.reason.startswith(FILE_LEFT_OUT)


class LineSource(Protocol):
    """Anything that is read line by line, such as a text file."""

    def readline(self, size: int = -1, /) -> str:
        """Return the next line with its end, or "" after the last."""
        ...

    def read(self, size: int = -1, /) -> str:
        """Return the next characters, or "" after the last."""
        ...


def skip_line_ends(source: LineSource, longest: int) -> tuple[int, list[str]]:
    """Read past the line ends that come next; return their number, and lines read with them.

    They are read in blocks: a file may be nothing but millions of them. The lines have at
    most `longest` characters; what a longer one has more comes next.
    """
    count = 0
    after = ""  # the character before the block
    while block := source.read(_BLOCK):
        run = block[: len(_LINE_ENDS.match(block)[0])]  # type: ignore[index]
        count += run.count("\n") + run.count("\r") - (after + run).count("\r\n")
        after = run[-1:]
        if len(run) < len(block):
            *lines, last = StringIO(block[len(run) :], newline="")
            return count, lines + _completed(last, source, longest)
    return count, []


def _completed(line: str, source: LineSource, longest: int) -> list[str]:
    """Read the rest of a line that a block may have cut, and what is read with that."""
    if line.endswith("\n"):
        return [line]
    if not line.endswith("\r"):
        return [line + source.readline(longest - len(line))]
    more = source.readline(longest)  # which may be the other half of the line end
    return [line + more] if more in ("", "\n") else [line, more]


def damage_of(raw: str) -> str | None:
    """Return why `raw` cannot be used as text, or None."""
    if raw.isascii() and "\0" not in raw:
        return None
    found = DAMAGE.search(raw)
    if found is None:
        return None
    return NUL if found.group() == "\0" else UNDECODABLE


def is_blank(fields: Sequence[str]) -> bool:
    """Tell whether there are only blanks in the fields of a row."""
    first = fields[0]  # tells it of most rows, and quickly
    return not (first and not first.isspace()) and not any(map(str.strip, fields))


def beginning(raw: str) -> str:
    """Return the beginning of a row for showing."""
    text = shown(raw[:_SHOWN_CHARACTERS]).strip("\r\n")
    return text + "…" if len(raw) > _SHOWN_CHARACTERS else text


def _numbered_lines(source: LineSource) -> Iterator[tuple[int, str]]:
    """Yield each line and its number; a line that is too long comes in pieces."""
    number = 0
    is_new = True
    while line := source.readline(_LONGEST_LINE):
        number += is_new
        yield number, line.removeprefix("\ufeff") if number == 1 else line
        is_new = line.endswith(("\n", "\r"))


def text_rows(
    source: LineSource, *, has_paragraphs: bool, keep_undecodable: bool = False
) -> Iterator[Row | RowProblem]:
    """Yield one row per line, or per paragraph; blank lines are between them."""
    paragraph: list[str] = []
    first_line = 0
    for number, line in _numbered_lines(source):
        is_blank = not line.strip()
        if not is_blank:
            first_line = number if not paragraph else first_line
            paragraph.append(line)
        if paragraph and (is_blank or not has_paragraphs):
            yield from _text_row(first_line, "".join(paragraph), keep_undecodable)
            paragraph = []
    if paragraph:
        yield from _text_row(first_line, "".join(paragraph), keep_undecodable)


def _text_row(line: int, raw: str, keep_undecodable: bool) -> Iterator[Row | RowProblem]:  # noqa: FBT001
    damage = damage_of(raw)
    if damage is not None:
        yield RowProblem(line=line, reason=damage, text=beginning(raw))
    if damage is None or (damage == UNDECODABLE and keep_undecodable):
        yield Row(line, [raw.strip()])


def has_paragraphs(text: str) -> bool:
    """Tell whether blank lines separate the text into paragraphs."""
    lines = _numbered_lines(StringIO(text.strip(), newline=""))
    return not all(line.strip() for _, line in lines)


def json_columns(text: str) -> list[str]:
    """Return the keys of the objects in `text`, in the order first seen."""
    names: dict[str, None] = {}
    for _, line in _numbered_lines(StringIO(text, newline="")):
        value = _parsed(line)
        if isinstance(value, dict):
            names.update(dict.fromkeys(value))
        elif isinstance(value, str):
            names["text"] = None
    return list(names)


def json_rows(
    source: LineSource,
    columns: Sequence[str],
    wanted: Sequence[int],
    *,
    keep_undecodable: bool = False,
) -> Iterator[Row | RowProblem]:
    """Yield one row per line of JSON; the values at `wanted` must be text."""
    required = {columns[index] for index in wanted}
    places = {name: index for index, name in enumerate(columns)}
    for number, line in _numbered_lines(source):
        if not line.strip():
            continue
        damage = damage_of(line)
        if damage is not None:
            yield RowProblem(line=number, reason=damage, text=beginning(line))
        if damage is not None and not (damage == UNDECODABLE and keep_undecodable):
            continue
        values = _json_values(line, places, required)
        if damage is None and isinstance(values, dict):
            # JSON can spell what no text may contain, such as half of a surrogate pair.
            spelt = (reason for _, text in sorted(values.items()) if (reason := damage_of(text)))
            values = next(spelt, values)
        if isinstance(values, dict):
            fields = [""] * len(columns)  # there may be thousands, of which a line has few
            for index, value in values.items():
                fields[index] = value
            yield Row(number, fields)
        elif damage is None:
            yield RowProblem(line=number, reason=values, text=beginning(line))


def _json_values(line: str, places: dict[str, int], required: set[str]) -> dict[int, str] | str:
    """Return the texts of one line by their place, or what is wrong with it as JSON."""
    value = _parsed(line)
    if isinstance(value, str):
        value = {"text": value}
    if value is _BAD:
        return "it is not valid JSON"
    if not isinstance(value, dict):
        return "it is not a JSON object"
    for name in required:
        if name not in value:
            return f"it has no '{name}'"
        if not isinstance(value[name], str | None):
            return _NOT_TEXT.format(name)
    return {places[name]: _as_text(value[name]) for name in value if name in places}


_BAD = object()


def _parsed(line: str) -> object:
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return _BAD
    return value


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
