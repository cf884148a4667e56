"""Rows from files that are not tables: plain text and JSON Lines.

They look like the rows of a CSV, so that the same code takes documents from them.
"""

import json
from collections.abc import Iterator, Sequence
from io import StringIO

from engine.rows import UNDECODABLE, LineSource, Row, RowProblem, beginning, damage_of

_LONGEST_LINE = 32 << 20  # characters
_NOT_TEXT = "its '{}' is not text"


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
    """Yield a row a line, or a row a paragraph; blank lines are between them."""
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
    """Yield a row a line of JSON; the values at `wanted` must be text."""
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
