"""Documents from a file of text: any CSV, and also plain text and JSON Lines.

What cannot be read right is refused, by line and with a reason; nothing is
replaced, merged or dropped silently. Everything streams: memory is bounded by
the longest row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple, Self

from engine.config import CsvConfig
from engine.csv_dialect import detect_dialect, detect_header, guess_text_column
from engine.csv_rows import CsvRows, Dialect, LineSource, Row, RowProblem
from engine.errors import CorpusError
from engine.other_rows import has_paragraphs, json_columns, json_rows, text_rows
from engine.text_encoding import check_encoding, detect_encoding
from engine.text_file import TextFile, decode_sample, reading, shown

__all__ = ["CsvPreview", "Document", "DocumentReader", "RowProblem", "inspect_csv"]

MOST_PROBLEMS = 1000  # kept for showing; all are counted
_SAMPLE_ROWS = 500
REPAIRED = "repaired: "
EMPTY_TEXT = "its text is empty"
_Kind = Literal["csv", "lines", "json"]
_KINDS: dict[str, _Kind] = {
    ".txt": "lines",
    ".text": "lines",
    ".md": "lines",
    ".jsonl": "json",
    ".ndjson": "json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvPreview:
    """The beginning of a file as it would be read."""

    encoding: str
    encoding_note: str  # how it was found, a phrase
    delimiter: str  # "" = one column
    has_header: bool
    columns: tuple[str, ...]
    guessed_column: int  # index of the column that holds the text
    rows: tuple[tuple[str, ...], ...]  # undecodable bytes are shown as U+FFFD
    problems: tuple[RowProblem, ...]


class Document(NamedTuple):
    """One text and the line where its row begins."""

    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """What was found out about a file before reading it."""

    kind: _Kind
    encoding: str
    encoding_note: str
    dialect: Dialect
    has_header: bool
    has_paragraphs: bool
    columns: tuple[str, ...]
    guessed_column: int
    head: str  # the beginning, whole lines only

    def rows(
        self, source: LineSource, wanted: Sequence[int], *, keep_undecodable: bool = False
    ) -> Iterator[Row | RowProblem]:
        """Yield the rows of `source`, the header left out."""
        if self.kind == "lines":
            yield from text_rows(source, has_paragraphs=self.has_paragraphs)
        elif self.kind == "json":
            yield from json_rows(source, self.columns, wanted)
        else:
            rows = iter(
                CsvRows(
                    source,
                    self.dialect,
                    columns=len(self.columns),
                    keep_undecodable=keep_undecodable,
                )
            )
            is_header = self.has_header
            for row in rows:
                if is_header:
                    is_header = False
                    continue
                yield row


def inspect_csv(path: Path, config: CsvConfig = CsvConfig(), max_rows: int = 50) -> CsvPreview:  # noqa: B008 - frozen
    """Read the beginning of a file, about 1 MB, and tell how it would be read.

    Raises
    ------
    CorpusError
        If there is no such file, it cannot be read, or it is not a text.
    """
    layout = _examine(Path(path), config)
    rows: list[tuple[str, ...]] = []
    problems: list[RowProblem] = []
    for row in layout.rows(StringIO(layout.head, newline=""), (), keep_undecodable=True):
        if isinstance(row, RowProblem):
            problems.append(row)
        else:
            rows.append(tuple(map(shown, row.fields)))
        if len(rows) >= max_rows:
            break
    return CsvPreview(
        encoding=layout.encoding,
        encoding_note=layout.encoding_note,
        delimiter=layout.dialect.delimiter,
        has_header=layout.has_header,
        columns=layout.columns,
        guessed_column=layout.guessed_column,
        rows=tuple(rows),
        problems=tuple(problems[:MOST_PROBLEMS]),
    )


class DocumentReader:
    """Iterate once over the documents of a file; use it as a context manager.

    Attributes
    ----------
    columns : tuple of str
        The text columns.
    encoding, delimiter : str
    problems : list of RowProblem
        The first `MOST_PROBLEMS`.
    refused_rows, repaired_rows : int
        So far.

    Raises
    ------
    CorpusError
        If the file cannot be read, has no such column, or has a damaged row while
        `config.bad_rows` is "stop".
    """

    def __init__(self, path: Path, config: CsvConfig) -> None:
        self._config = config
        self._layout = _examine(path, config)
        self._wanted = _wanted_columns(path, self._layout, config.columns)
        self._file = TextFile(path)
        self.columns = tuple(self._layout.columns[index] for index in self._wanted)
        self.encoding = self._layout.encoding
        self.delimiter = self._layout.dialect.delimiter
        self.problems: list[RowProblem] = []
        self.refused_rows = 0
        self.repaired_rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.__exit__()

    @property
    def bytes_total(self) -> int:
        """Size of the file on disk."""
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
        return self._file.digest()

    def __iter__(self) -> Iterator[Document]:
        source = self._file.text(self.encoding)
        wanted = self._wanted
        with reading(self._file.path):
            for row in self._layout.rows(source, wanted):
                if isinstance(row, RowProblem):
                    self._note(row)
                    continue
                # Two columns are two paragraphs: no sentence goes from one to the other.
                text = "\n\n".join(row.fields[index] for index in wanted).strip()
                if text:
                    yield Document(row.line, text)
                else:
                    self.refuse(row.line, EMPTY_TEXT, "")

    def refuse(self, line: int, reason: str, text: str) -> None:
        """Count a row as refused and keep why."""
        self.refused_rows += 1
        self._keep(RowProblem(line=line, reason=reason, text=text))

    def _note(self, problem: RowProblem) -> None:
        if problem.reason.startswith(REPAIRED):
            self.repaired_rows += 1
            self._keep(problem)
            return
        if self._config.bad_rows == "stop":
            raise CorpusError(
                f"{self._file.path.name}, line {problem.line}: {problem.reason}. "
                "Mend the row, or choose to skip damaged rows."
            )
        self.refuse(problem.line, problem.reason, problem.text)

    def _keep(self, problem: RowProblem) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


def _examine(path: Path, config: CsvConfig) -> _Layout:
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
    names = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    suffix = names[-1] if names else ""
    kind: _Kind = _KINDS.get(suffix, "csv")
    dialect = Dialect("")
    columns = ["text"]
    has_header = False
    if kind == "json":
        columns = json_columns(head)
        if not columns:
            raise CorpusError(
                f"{path.name} has no JSON object in its first lines. "
                'A .jsonl file holds one object a line, such as {"text": "…"}.'
            )
    elif kind == "csv":
        dialect = detect_dialect(head, config.delimiter)
        rows = _first_rows(head, dialect)
        has_header = detect_header(rows) if config.has_header is None else config.has_header
        first = rows[0] if rows else [""]
        columns = _column_names(first) if has_header else _numbered(len(first))
    layout = _Layout(
        kind=kind,
        encoding=encoding,
        encoding_note=note,
        dialect=dialect,
        has_header=has_header,
        has_paragraphs=kind == "lines" and has_paragraphs(head),
        columns=tuple(columns),
        guessed_column=0,
        head=head,
    )
    return _with_guess(layout)


def _with_guess(layout: _Layout) -> _Layout:
    rows = layout.rows(StringIO(layout.head, newline=""), ())
    fields = [row.fields for row in islice(rows, _SAMPLE_ROWS) if isinstance(row, Row)]
    return replace(layout, guessed_column=guess_text_column(layout.columns, fields))


def _first_rows(head: str, dialect: Dialect) -> list[list[str]]:
    rows = CsvRows(StringIO(head, newline=""), dialect, columns=0, keep_undecodable=True)
    found = [row.fields for row in islice(rows, _SAMPLE_ROWS) if isinstance(row, Row)]
    return [row for row in found if found and len(row) == len(found[0])]


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


def _wanted_columns(path: Path, layout: _Layout, columns: Sequence[str]) -> list[int]:
    """Return the indexes of the columns asked for by name or by 1-based number."""
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
