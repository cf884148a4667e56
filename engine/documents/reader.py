"""Documents from a file of text: any CSV, and also plain text and JSON Lines.

HTML entities are decoded where the user wishes it, and only those that are spelt whole, with
their semicolon: "AT&T" and "?a=1&copy=2" stay as they are.

What cannot be read right is refused, by line and with a reason; nothing is
replaced, merged or dropped silently. Everything streams: memory is bounded by
the longest row.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.entities import html5
from io import StringIO
from pathlib import Path
from typing import NamedTuple, Self

from engine.config import CsvConfig
from engine.documents.columns import wanted_columns
from engine.documents.encoding import EncodingReading
from engine.documents.layout.detection import Layout, examine
from engine.documents.rows import FileKind, Row, RowProblem
from engine.documents.text_file import (
    TextFile,
    late_controls,
    reading,
    shown_with_controls,
    undecodable,
)
from engine.documents.unpacking import open_content
from engine.errors import CorpusError

__all__ = [
    "CsvPreview",
    "DamagedRowError",
    "Document",
    "DocumentReader",
    "DoubtfulEncoding",
    "RowProblem",
    "inspect_csv",
]

_ROWS_BETWEEN_CHECKS = 256
_SEARCHED_DOCUMENTS = 1000  # for HTML entities
MOST_PROBLEMS = 10_000  # kept for showing and saving, a few MB; all are counted
EMPTY_TEXT = "its text is empty"

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_NO_CHARACTER = "\ufffd"  # what html.unescape makes of a number that stands for none


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvPreview:
    """The beginning of a file as it would be read."""

    encoding: str
    encoding_note: str  # how it was found, a phrase
    delimiter: str  # "" = one column
    has_header: bool
    columns: tuple[str, ...]
    guessed_column: int  # index of the column that holds the text
    rows: tuple[tuple[str, ...], ...]  # an undecodable byte is shown as its number, such as ‹92›
    problems: tuple[RowProblem, ...]
    kind: FileKind = "table"
    row_lines: tuple[int, ...] = ()  # where each of `rows` begins in the file, from 1
    damaged_cells: frozenset[tuple[int, int]] = frozenset()  # (row, column) with such a number
    undecodable_bytes: int = 0  # in `rows`; a row with one is refused
    control_characters: int = 0  # in `rows`, beyond ASCII: no damage, but a doubtful encoding
    is_quoted: bool = True  # whether a field may stand in double quotes
    entities: int = 0  # of HTML in `rows`, or decoded there
    are_entities_decoded: bool = False
    encoding_readings: tuple[EncodingReading, ...] = ()  # of one line, where it is doubtful
    sheets: tuple[str, ...] = ()  # of a spreadsheet
    sheet: str = ""  # the one whose rows these are
    lines_above: int = 0  # left out above the table
    doubts: tuple[str, ...] = ()  # what is doubtful in how the rows are divided, phrases
    files: tuple[str, ...] = ()  # names of all, where the text has several
    file: int = 0  # which of them this is


class Document(NamedTuple):
    """One text and the line where its row begins."""

    line: int
    text: str
    file: int = 0  # its number, where there are several


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulEncoding:
    """A file of which it is doubtful how its bytes become letters."""

    name: str  # of the file
    encoding: str  # that it is read in
    note: str  # how it was found, a phrase
    readings: tuple[EncodingReading, ...]  # of one line


class DamagedRowError(CorpusError):
    """A row is damaged, and the user wants to stop there."""


def inspect_csv(
    path: Path | str,
    config: CsvConfig = CsvConfig(),  # noqa: B008 - frozen
    max_rows: int = 50,
    proceed: Callable[[], bool] = lambda: True,
) -> CsvPreview:
    """Read the beginning of a file, about 1 MB, and tell how it would be read.

    Raises
    ------
    CorpusError
        If there is no such file, it cannot be read, or it is not a text.
    UnpackingStoppedError
        If `proceed` turned False while a ZIP or a spreadsheet was unpacked.
    """
    with open_content(Path(path), config, proceed) as content:
        layout = examine(content.path, content.config(config))
    sheets = content.sheets
    rows: list[Row] = []
    problems: list[RowProblem] = []
    for row in layout.rows(StringIO(layout.head, newline=""), (), keep_undecodable=True):
        if isinstance(row, RowProblem):
            problems.append(row)
        else:
            rows.append(row)
        if len(rows) >= max_rows:
            break
    entities = sum(count_entities(field) for row in rows for field in row.fields)
    if config.decode_entities:
        rows = [Row(row.line, list(map(decode_entities, row.fields))) for row in rows]
    return CsvPreview(
        encoding=layout.encoding,
        encoding_note="" if sheets.names else layout.encoding_note,
        delimiter=layout.dialect.delimiter,
        has_header=layout.header_line > 0,
        columns=layout.columns,
        guessed_column=layout.guessed_column,
        rows=tuple(tuple(map(shown_with_controls, row.fields)) for row in rows),
        problems=tuple(problems[:MOST_PROBLEMS]),
        kind=_kind_of(layout),
        row_lines=tuple(row.line for row in rows),
        damaged_cells=frozenset(
            (number, column)
            for number, row in enumerate(rows)
            for column, field in enumerate(row.fields)
            if undecodable(field) or late_controls(field)
        ),
        undecodable_bytes=sum(undecodable(field) for row in rows for field in row.fields),
        control_characters=sum(late_controls(field) for row in rows for field in row.fields),
        is_quoted=layout.dialect.is_quoted,
        entities=entities,
        are_entities_decoded=config.decode_entities,
        encoding_readings=layout.encoding_readings,
        sheets=sheets.names,
        sheet=sheets.chosen,
        lines_above=layout.lines_before,
        doubts=layout.doubts,
    )


def _kind_of(layout: Layout) -> FileKind:
    if layout.kind == "lines":
        return "paragraphs" if layout.has_paragraphs else "lines"
    return "json" if layout.kind == "json" else "table"


class DocumentReader:
    """Iterate once over the documents of a file; use it as a context manager.

    Iterating ends early once `proceed` returns False. A row whose text is empty is
    counted as refused, but it is no damage and never ends the reading.

    Attributes
    ----------
    name : str
        Of the file, for the user.
    all_columns, columns : tuple of str
        Those of the file, and the text columns of them.
    has_named_columns : bool
        Whether `columns` are names that stand in the file.
    kind : FileKind
    encoding, delimiter : str
    doubtful_encodings : tuple of DoubtfulEncoding
        Where it is doubtful which one it is.
    doubts : tuple of str
        What is doubtful in how the rows are divided, phrases.
    entities : int
        Of HTML, in the first documents, unless they are decoded.
    problems : list of RowProblem
        The first `MOST_PROBLEMS`.
    refused_rows, repaired_rows : int
        So far.

    Raises
    ------
    CorpusError
        If the file cannot be read, has no such column, or has a damaged row while
        `config.bad_rows` is "stop".
    UnpackingStoppedError
        If `proceed` turned False while a ZIP or a spreadsheet was unpacked.

    Notes
    -----
    As `is_one_of_several` a plain text may lack the columns that are asked for: it has no others
    than its one.
    """

    def __init__(
        self,
        path: Path,
        config: CsvConfig,
        proceed: Callable[[], bool] = lambda: True,
        *,
        is_one_of_several: bool = False,
    ) -> None:
        self._config = config
        self._proceed = proceed
        self._path = path
        self._content = open_content(path, config, proceed)
        try:
            text = self._content.path
            self._layout = examine(text, self._content.config(config))
            is_plain = is_one_of_several and self._layout.kind == "lines"
            columns = () if is_plain else config.columns
            self._wanted = wanted_columns(text, self._layout, columns)
            self._file = TextFile(text)
        except BaseException:
            self._content.close()
            raise
        self.all_columns = tuple(self._layout.columns)
        self.columns = tuple(self.all_columns[index] for index in self._wanted)
        self.has_named_columns = self._layout.header_line > 0 or self._layout.kind == "json"
        self.kind = _kind_of(self._layout)
        self.name, self.encoding = path.name, self._layout.encoding
        self.doubtful_encodings = self._doubtful()
        self.doubts, self.entities = self._layout.doubts, 0
        self._searched = 0  # documents, for entities
        self.delimiter = self._layout.dialect.delimiter
        self.problems: list[RowProblem] = []
        self.refused_rows = 0
        self.repaired_rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.__exit__()
        self._content.close()

    def _doubtful(self) -> tuple[DoubtfulEncoding, ...]:
        layout = self._layout
        if not layout.encoding_readings:
            return ()
        doubtful = DoubtfulEncoding(
            name=self.name,
            encoding=layout.encoding,
            note=layout.encoding_note,
            readings=layout.encoding_readings,
        )
        return (doubtful,)

    @property
    def bytes_total(self) -> int:
        """Size of the file on disk, or of what was unpacked from it."""
        return self._file.size

    @property
    def bytes_done(self) -> int:
        """How many of them were read."""
        return self._file.bytes_done

    @property
    def characters_estimate(self) -> int:
        """About how much text there is."""
        return self.bytes_total * (3 if self._file.is_packed else 1)

    def digest(self) -> str:
        """Return the SHA-256 of the file; read what is left of it first."""
        if self._content.is_unpacked:
            with TextFile(self._path) as packed:
                return packed.digest()
        return self._file.digest()

    def __iter__(self) -> Iterator[Document]:
        for row in self._rows():
            text = self._text_of(row)
            if text:
                yield Document(row.line, text)
            else:
                self.refuse(row.line, EMPTY_TEXT, "")

    def rows(self) -> Iterator[tuple[list[str], str]]:
        """Yield the fields of each row, in the order of `all_columns`, and its text, "" or not."""
        for row in self._rows():
            yield row.fields, self._text_of(row)

    def _rows(self) -> Iterator[Row]:
        """Yield the rows that can be read; note the others."""
        source = self._file.text(self.encoding)
        with reading(self._file.path):
            for number, row in enumerate(self._layout.rows(source, self._wanted)):
                if number % _ROWS_BETWEEN_CHECKS == 0 and not self._proceed():
                    return
                if isinstance(row, RowProblem):
                    self._note(row)
                    continue
                yield row

    def _text_of(self, row: Row) -> str:
        # Two columns are two paragraphs: no sentence goes from one to the other.
        text = "\n\n".join([row.fields[index] for index in self._wanted]).strip()
        if self._config.decode_entities:
            return decode_entities(text).strip()
        if self._searched < _SEARCHED_DOCUMENTS:
            self._searched += 1
            self.entities += count_entities(text)
        return text

    def refuse(self, line: int, reason: str, text: str, _file: int = 0) -> None:
        """Count a row as refused and keep why."""
        self.refused_rows += 1
        self._keep(RowProblem(line=line, reason=reason, text=text))

    def _note(self, problem: RowProblem) -> None:
        if problem.is_repaired:
            self.repaired_rows += 1
            self._keep(problem)
            return
        if self._config.bad_rows == "stop" and not problem.is_no_row:
            raise DamagedRowError(
                f"{self._file.path.name}, line {problem.line}: {problem.reason}. "
                "Fix the row, or choose to skip damaged rows."
            )
        self.refuse(problem.line, problem.reason, problem.text)

    def _keep(self, problem: RowProblem) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


def decode_entities(text: str) -> str:
    """Return `text` with each entity as its character, once: "&amp;gt;" becomes "&gt;"."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def count_entities(text: str) -> int:
    """Return how many entities `decode_entities` would decode."""
    if "&" not in text:
        return 0
    return sum(_character(match) != match.group() for match in _ENTITY.finditer(text))


def _character(match: re.Match[str]) -> str:
    entity = match.group()
    if entity[1] != "#":
        return html5.get(entity[1:], entity)
    character = html.unescape(entity)
    return entity if character in ("", _NO_CHARACTER) else character
