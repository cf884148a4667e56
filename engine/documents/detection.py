"""How a file of text is to be read: found out from its beginning and the user's wishes.

The preview and the reading of documents both start here, so that a file is read
as it was shown.

`csv.Sniffer` is not used: it fails on files of one column, and commas in running
text mislead it. Here a delimiter counts only if it gives nearly every row as many
fields as the first row.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Literal

from engine.config import CsvConfig
from engine.documents.csv_rows import CsvRows
from engine.documents.encoding import (
    DetectedEncoding,
    EncodingReading,
    check_encoding,
    detect_encoding,
)
from engine.documents.rows import (
    TEXT_AFTER_QUOTE,
    Dialect,
    LineSource,
    Row,
    RowProblem,
    has_paragraphs,
    json_columns,
    json_rows,
    text_rows,
)
from engine.documents.text_file import SAMPLE_BYTES, Sample, TextFile, decode_sample, shown
from engine.errors import CorpusError

_SAMPLE_ROWS = 500
_SAMPLE_BYTES = (SAMPLE_BYTES, 8 * SAMPLE_BYTES)  # the latter where few rows are in the former
_FEWEST_ROWS = 2  # that tell how the file is to be read
_ENOUGH_ROWS = 10  # the same, before one that is cut off
_MANY_LINES = 1000
_LONGEST_ROW = 32 << 20  # bytes in which a quote is closed
_Kind = Literal["csv", "lines", "json"]
_KINDS: dict[str, _Kind] = {
    ".txt": "lines",
    ".text": "lines",
    ".md": "lines",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
}
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[ \t]*(?:\r\n|\n|\r)')  # spreadsheets write it on top

_DELIMITERS = (",", ";", "\t", "|")
_NEEDED_SHARE = 0.6  # of the rows that must have as many fields as the first
_CLEAR_SHARE = 0.95
_FEW_ROWS = 5
_WEIGHT_OF_DAMAGE = 0.25  # of a damaged row: it says little about the delimiter
_TEXT_NAMES = frozenset(
    {"body", "text", "comment", "comments", "content", "review", "message", "sentence"}
    | {"title", "post", "tweet", "document", "selftext", "description", "quote"}
)
_NUMBER = re.compile(r"[-+]?[\d.,:/ %$€-]+")
_BLANK_LINES = re.compile(r"[\r\n]{5,}")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What was found out about a file before reading it."""

    kind: _Kind
    encoding: str
    encoding_note: str
    encoding_readings: tuple[EncodingReading, ...]  # where it is doubtful
    dialect: Dialect
    header_line: int  # 0 = the file has no header
    lines_before: int  # the rows: 1 where the first line only names the delimiter
    has_paragraphs: bool
    columns: tuple[str, ...]
    guessed_column: int
    head: str  # the beginning, whole lines only

    def rows(
        self, source: LineSource, wanted: Sequence[int], *, keep_undecodable: bool = False
    ) -> Iterator[Row | RowProblem]:
        """Yield the rows of `source`, the header left out."""
        if self.kind == "lines":
            yield from text_rows(
                source, has_paragraphs=self.has_paragraphs, keep_undecodable=keep_undecodable
            )
        elif self.kind == "json":
            yield from json_rows(source, self.columns, wanted, keep_undecodable=keep_undecodable)
        else:
            for row in self.table_rows(source, keep_undecodable=keep_undecodable):
                if row.line != self.header_line:
                    yield row

    def table_rows(self, source: LineSource, *, keep_undecodable: bool = False) -> CsvRows:
        """Return the rows of a table, its header too."""
        for _ in range(self.lines_before):
            source.readline()
        return CsvRows(
            source,
            self.dialect,
            columns=len(self.columns),
            keep_undecodable=keep_undecodable,
            lines_before=self.lines_before,
        )


def examine(path: Path, config: CsvConfig) -> Layout:
    """Look at the beginning of a file and tell how to read it.

    That is about 1 MB, or more where a row is larger.

    Raises
    ------
    CorpusError
        If it cannot be read, or is not a text.
    """
    for size in _SAMPLE_BYTES:
        with TextFile(path) as file:
            sample = file.sample(size)
        layout = _examined(path, config, sample)
        if sample.is_whole:
            break
        open_line, rows = _end_of(layout)
        if open_line:
            with TextFile(path) as file:
                if not file.has_after(size, b'"', _LONGEST_ROW):
                    break  # the quote is never closed: that is to be shown
            layout = _before_line(layout, open_line)
        if rows >= (_ENOUGH_ROWS if open_line else _FEWEST_ROWS):
            break
    if not layout.columns:
        raise CorpusError(
            f"{path.name} has no JSON object in its first lines. It is read as JSON Lines: "
            'one object a line, such as {"text": "…"}. Save it in that form.'
        )
    return _with_guess(layout)


def _end_of(layout: Layout) -> tuple[int, int]:
    """Return where a row begins that goes on beyond the head, and how many are before it.

    The line is 0 where there is none; a row without quotes ends with its line.
    """
    head = layout.head
    if '"' not in head and head.count("\n") + head.count("\r") >= _MANY_LINES:
        return 0, _FEWEST_ROWS  # or all are blank: more would tell no more
    source = StringIO(head, newline="")
    if layout.kind != "csv":
        rows = (row for row in layout.rows(source, ()) if isinstance(row, Row) and layout.columns)
        return 0, len(list(islice(rows, _FEWEST_ROWS)))
    table = layout.table_rows(source, keep_undecodable=True)
    lines = [row.line for row in table if isinstance(row, Row) and row.line != layout.header_line]
    # After that line, the lines of a text in quotes may look like rows of their own.
    return table.open_line, sum(line < (table.open_line or line + 1) for line in lines)


def _before_line(layout: Layout, line: int) -> Layout:
    """Cut the head before a line."""
    source = StringIO(layout.head, newline="")
    for _ in range(line - 1):
        source.readline()
    return replace(layout, head=layout.head[: source.tell()])


def _examined(path: Path, config: CsvConfig, sample: Sample) -> Layout:
    """Return the layout but for the guessed column; of JSON perhaps without columns."""
    if config.encoding is None:
        found = detect_encoding(sample)
    else:
        encoding = check_encoding(config.encoding)
        found = DetectedEncoding(encoding=encoding, note="chosen by you")
    head = decode_sample(path, sample, found.encoding)
    if not sample.is_whole:
        head = _whole_lines(head)
    if not head.strip():
        raise CorpusError(f"{path.name} has only blank lines. Choose a file with text.")
    kind = _kind_of(path)
    layout = Layout(
        kind=kind,
        encoding=found.encoding,
        encoding_note=found.note,
        encoding_readings=found.readings,
        dialect=Dialect(""),
        header_line=0,
        lines_before=0,
        has_paragraphs=kind == "lines" and _are_paragraphs(head, config),
        columns=("text",),
        guessed_column=0,
        head=head,
    )
    if kind == "json":
        return replace(layout, columns=_json_keys(path, head))
    return _as_table(layout, config) if kind == "csv" else layout


def _kind_of(path: Path) -> _Kind:
    names = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return _KINDS.get(names[-1] if names else "", "csv")


def _json_keys(path: Path, head: str) -> tuple[str, ...]:
    """Return the keys of the objects in `head`; none where it is no JSON Lines."""
    columns = json_columns(head)
    is_one_value = path.name.lower().endswith((".json", ".json.gz")) and not json_columns(
        head.strip().splitlines()[0]
    )
    return () if is_one_value else tuple(columns)


def _as_table(layout: Layout, config: CsvConfig) -> Layout:
    """Find the delimiter, the header and the columns."""
    head, delimiter = layout.head, config.delimiter
    named = _SEPARATOR_LINE.match(head)
    lines_before = 0 if named is None else 1
    if named is not None:
        head = head[named.end() :]
        delimiter = delimiter or named.group(1)
    is_quoted = None if config.quoting is None else config.quoting == "double"
    dialect = detect_dialect(head, delimiter, is_quoted=is_quoted)
    first_line, rows = _first_rows(head, dialect, lines_before)
    has_header = detect_header(rows) if config.has_header is None else config.has_header
    return replace(
        layout,
        dialect=dialect,
        header_line=first_line if has_header else 0,
        lines_before=lines_before,
        columns=tuple(_column_names(rows[0]) if has_header else _numbered(len(rows[0]))),
    )


def _are_paragraphs(head: str, config: CsvConfig) -> bool:
    return has_paragraphs(head) if config.documents is None else config.documents == "paragraphs"


def _with_guess(layout: Layout) -> Layout:
    rows = layout.rows(StringIO(layout.head, newline=""), ())
    fields = [row.fields for row in islice(rows, _SAMPLE_ROWS) if isinstance(row, Row)]
    return replace(layout, guessed_column=guess_text_column(layout.columns, fields))


def _first_rows(head: str, dialect: Dialect, lines_before: int) -> tuple[int, list[list[str]]]:
    """Return the line of the first row, and the first rows that have as many fields."""
    source = CsvRows(
        StringIO(head, newline=""),
        dialect,
        columns=0,
        keep_undecodable=True,
        lines_before=lines_before,
    )
    found = [row for row in islice(source, _SAMPLE_ROWS) if isinstance(row, Row)]
    if not found:
        return 0, [[""]]
    first = found[0]
    return first.line, [row.fields for row in found if len(row.fields) == len(first.fields)]


def _whole_lines(head: str) -> str:
    """Cut off a last line that the sample broke, unless it is the only one."""
    end = max(head.rfind("\n"), head.rfind("\r")) + 1
    return head[:end] if end else head


def _numbered(count: int) -> list[str]:
    return [f"column {number}" for number in range(1, count + 1)]


def _column_names(fields: Sequence[str]) -> list[str]:
    """Name each column: an empty name or one that was there before gets its number."""
    names: list[str] = []
    known: set[str] = set()  # there may be thousands
    for number, field in enumerate(fields, start=1):
        name = shown(field).strip() or f"column {number}"
        names.append(f"{name} ({number})" if name in known else name)
        known.add(names[-1])
    return names


def wanted_columns(path: Path, layout: Layout, columns: Sequence[str]) -> list[int]:
    """Return the indexes of the columns asked for by name or by 1-based number.

    Raises
    ------
    CorpusError
        If a column is not there; the message lists those that are.
    """
    if not columns:
        return [layout.guessed_column]
    found: list[int] = []
    for column in columns:
        if column in layout.columns:
            index = layout.columns.index(column)
        elif column.isdecimal() and 1 <= int(column) <= len(layout.columns):
            index = int(column) - 1
        else:
            known = ", ".join(f"'{name}'" for name in layout.columns[:30])
            raise CorpusError(
                f"{path.name} has no column '{column}'. It has {known}. "
                "Choose one by its name or its number."
            )
        if index not in found:
            found.append(index)
    return found


def detect_dialect(text: str, delimiter: str | None, *, is_quoted: bool | None = None) -> Dialect:
    """Return the dialect under which the rows of `text` agree best.

    Parameters
    ----------
    text : str
        The beginning of the file, whole lines.
    delimiter : str or None
        None = detect it; "" or a line end = the file has one column.
    is_quoted : bool or None
        Whether a field may stand in double quotes; None = detect it.
    """
    text = _BLANK_LINES.sub("\n\n", text)  # a million of them say no more, and take long
    if delimiter is not None:
        one = "" if delimiter in ("\n", "\r") else delimiter
        return _with_quoting(text, one, is_quoted=is_quoted)
    best = _rated(text, Dialect("", is_quoted is not False))
    for candidate in _DELIMITERS:
        for quoted in (True, False) if is_quoted is None else (is_quoted,):
            rated = _rated(text, Dialect(candidate, quoted), is_sure=is_quoted is not None)
            if rated[0] >= _NEEDED_SHARE and _rating(rated) > _rating(best):
                best = rated
    if best[1].delimiter:
        return best[1]
    return _with_quoting(text, "", is_quoted=is_quoted)


def _with_quoting(text: str, delimiter: str, *, is_quoted: bool | None) -> Dialect:
    """Return the quoting that the user chose, or the one under which the rows agree better."""
    if is_quoted is not None:
        return Dialect(delimiter, is_quoted)
    rated = (_rated(text, Dialect(delimiter, quoted)) for quoted in (True, False))
    return max(rated, key=_rating)[1]


_Rated = tuple[float, Dialect, int]


def _rating(rated: _Rated) -> tuple[bool, float, int, bool]:
    share, dialect, columns = rated
    return columns > 1, share, columns, dialect.is_quoted


def _rated(text: str, dialect: Dialect, *, is_sure: bool = False) -> _Rated:
    """Return the share of rows that agree with the first, the dialect, and its columns.

    `is_sure` says that the user chose the quoting.
    """
    source = CsvRows(StringIO(text, newline=""), dialect, columns=0)
    counts: list[int] = []
    damaged = open_quotes = 0
    for row in source:
        if isinstance(row, Row):
            counts.append(len(row.fields))
        else:
            damaged += 1
            open_quotes += row.reason != TEXT_AFTER_QUOTE
        if len(counts) + damaged >= _SAMPLE_ROWS:
            break
    if not counts:
        return 0.0, dialect, 0
    columns = counts[0]
    share = counts.count(columns) / (len(counts) + _WEIGHT_OF_DAMAGE * damaged)
    is_unclear = len(counts) < _FEW_ROWS or share < _CLEAR_SHARE
    if columns > 1 and is_unclear and _is_prose(text, dialect.delimiter):
        return 0.0, dialect, 1
    if not (dialect.is_quoted or is_sure) and _has_quoted_fields(text, dialect.delimiter):
        share = 0.0  # the quotes mean something here
    return share, dialect, columns


def _is_prose(text: str, delimiter: str) -> bool:
    """Whether each delimiter is followed by a blank, as a comma in a sentence is."""
    marks = text.count(delimiter)
    return delimiter != "\t" and marks == len(re.findall(re.escape(delimiter) + " ", text))


def _has_quoted_fields(text: str, delimiter: str) -> bool:
    """Whether a field begins with a quote that ends before a delimiter or on another line."""
    source = CsvRows(StringIO(text, newline=""), Dialect(delimiter), columns=0)
    for row in islice(source, _SAMPLE_ROWS):
        if not isinstance(row, Row) and row.reason != TEXT_AFTER_QUOTE:
            return True
        if source.quoted_rows:
            return True
    return False


def detect_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first of `rows` names the columns."""
    if not rows:
        return False
    names = [field.strip() for field in rows[0]]
    if not all(map(_is_name, names)):
        return False
    if any(name.lower() in _TEXT_NAMES for name in names):
        return True
    if len(set(names)) < len(names):
        return False
    others = rows[1:]
    if not others:
        return len(names) > 1
    return any(
        _differs(name, [row[index] for row in others if index < len(row)])
        for index, name in enumerate(names)
    )


def _is_name(field: str) -> bool:
    return (
        0 < len(field) <= 64
        and len(field.split()) <= 5
        and not _NUMBER.fullmatch(field)
        and not field.endswith((".", "!", "?", ","))
    )


def _differs(name: str, values: list[str]) -> bool:
    """Whether the column below is numeric, or far longer than its name."""
    filled = [value for value in values if value.strip()]
    if not filled:
        return False
    numeric = sum(bool(_NUMBER.fullmatch(value.strip())) for value in filled)
    mean_length = sum(map(len, filled)) / len(filled)
    return numeric > 0.9 * len(filled) or mean_length > 2 * len(name) + 10


def guess_text_column(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the column with the longest natural text."""
    words, letters = [0] * len(names), [0] * len(names)
    for row in rows:
        for index, value in enumerate(row[: len(names)]):
            if value:  # of half a million columns most are empty
                # Words between blanks: an address or an identifier counts as one at most.
                words[index] += sum(bool(_WORD.search(part)) for part in value[:5000].split())
                letters[index] += min(len(value), 5000)
    lengths = sorted(map(len, rows))
    scores = []
    for index, name in enumerate(names):
        values = len(rows) - bisect_right(lengths, index)
        has_text_name = name.strip().lower() in _TEXT_NAMES
        scores.append((words[index] / max(1, values), has_text_name, letters[index], -index))
    return -max(scores)[-1] if scores else 0
