"""How a file of text is to be read: found out from its beginning and the user's wishes.

The preview and the reading of documents both start here, so that a file is read
as it was shown.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Literal

from engine.config import CsvConfig
from engine.csv_dialect import detect_dialect, detect_header, guess_text_column
from engine.csv_rows import CsvRows
from engine.errors import CorpusError
from engine.other_rows import has_paragraphs, json_columns, json_rows, text_rows
from engine.rows import Dialect, LineSource, Row, RowProblem
from engine.text_encoding import check_encoding, detect_encoding
from engine.text_file import SAMPLE_BYTES, Sample, TextFile, decode_sample, shown

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What was found out about a file before reading it."""

    kind: _Kind
    encoding: str
    encoding_note: str
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
        encoding, note = detect_encoding(sample)
    else:
        encoding, note = check_encoding(config.encoding), "chosen by you"
    head = decode_sample(path, sample, encoding)
    if not sample.is_whole:
        head = _whole_lines(head)
    if not head.strip():
        raise CorpusError(f"{path.name} has only blank lines. Choose a file with text.")
    kind = _kind_of(path)
    layout = Layout(
        kind=kind,
        encoding=encoding,
        encoding_note=note,
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
