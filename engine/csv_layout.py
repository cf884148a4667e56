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
from engine.text_file import TextFile, decode_sample, shown

_SAMPLE_ROWS = 500
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
            for _ in range(self.lines_before):
                source.readline()
            rows = CsvRows(
                source,
                self.dialect,
                columns=len(self.columns),
                keep_undecodable=keep_undecodable,
                lines_before=self.lines_before,
            )
            for row in rows:
                if row.line != self.header_line:
                    yield row


def examine(path: Path, config: CsvConfig) -> Layout:
    """Look at the beginning of a file, about 1 MB, and tell how to read it.

    Raises
    ------
    CorpusError
        If it cannot be read, or is not a text.
    """
    with TextFile(path) as file:
        sample = file.sample()
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
        layout = replace(layout, columns=_json_keys(path, head))
    elif kind == "csv":
        layout = _as_table(layout, config)
    return _with_guess(layout)


def _kind_of(path: Path) -> _Kind:
    names = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return _KINDS.get(names[-1] if names else "", "csv")


def _json_keys(path: Path, head: str) -> tuple[str, ...]:
    columns = json_columns(head)
    is_one_value = path.name.lower().endswith((".json", ".json.gz")) and not json_columns(
        head.strip().splitlines()[0]
    )
    if not columns or is_one_value:
        raise CorpusError(
            f"{path.name} has no JSON object in its first lines. It is read as JSON Lines: "
            'one object a line, such as {"text": "…"}. Save it in that form.'
        )
    return tuple(columns)


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
    for number, field in enumerate(fields, start=1):
        name = shown(field).strip() or f"column {number}"
        names.append(f"{name} ({number})" if name in names else name)
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
