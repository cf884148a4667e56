"""How a file of text is to be read: found out from its beginning and the user's wishes.

The preview and the reading of documents both start here, so that a file is read
as it was shown. What makes a table of it is `hypotheses`'s, which row names the
columns `header`'s, and what a table is not `foreign`'s.
"""

import math
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from engine.config import CsvConfig, Quoting
from engine.documents.csv_rows import CsvRows
from engine.documents.encoding import (
    DetectedEncoding,
    EncodingReading,
    check_encoding,
    detect_encoding,
)
from engine.documents.layout.doubts import divides_none, layout_doubts
from engine.documents.layout.foreign import misunderstood, refuse_foreign, refuse_odd_ends
from engine.documents.layout.further_on import confirmed
from engine.documents.layout.header import (
    Header,
    column_names,
    find_header,
    guess_text_column,
    is_one_name,
    is_other_header,
    numbered,
)
from engine.documents.layout.hypotheses import SAMPLE_ROWS, Hypothesis, find_table, quoted_delimiter
from engine.documents.layout.joined import joined_lines
from engine.documents.rows import (
    LEFT_OUT,
    Dialect,
    LineSource,
    Row,
    RowProblem,
    beginning,
    has_paragraphs,
    is_blank,
    json_columns,
    json_rows,
    text_rows,
)
from engine.documents.table_shape import Shape, counts_rows, is_rule, names_total, shape_of
from engine.documents.text_file import SAMPLE_BYTES, Sample, TextFile, decode_pieces, decode_sample
from engine.errors import CorpusError

_SAMPLE_BYTES = (SAMPLE_BYTES, 8 * SAMPLE_BYTES)  # the latter where few rows are in the former
_FEWEST_ROWS = 2  # that tell how the file is to be read
_ENOUGH_ROWS = 10  # the same, before one that is cut off
_MANY_LINES = 1000
_LONGEST_ROW = 32 << 20  # bytes in which a quote is closed
_BLOCK = 3  # rows together, below which a blank line means something
_NOTES = 5  # rows at the end that may be notes below the table
_SURE_ROWS = 10  # of a plain text, all with as many tabs: it is a table
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
_QUOTINGS: dict[Quoting, tuple[Dialect, ...]] = {
    "double": (Dialect(""),),
    "backslash": (Dialect("", is_escaped=True),),
    "single": (Dialect("", quote="'"), Dialect("", quote="'", is_escaped=True)),
    "curly": tuple(Dialect("", quote=quote) for quote in "“„«‘"),
    "none": (Dialect("", is_quoted=False),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What was found out about a file before reading it."""

    kind: _Kind
    encoding: str
    encoding_note: str
    encoding_readings: tuple[EncodingReading, ...]  # where it is doubtful
    dialect: Dialect
    header_line: int  # 0 = the file has no header
    lines_before: int  # the rows: such as one that only names the delimiter, or a title
    titles: tuple[RowProblem, ...] = ()  # what is left out above the table
    shape: Shape | None = None
    doubts: tuple[str, ...] = ()  # phrases: what a person should look at
    has_paragraphs: bool  # of kind "lines" only
    columns: tuple[str, ...]
    guessed_column: int
    head: str  # the beginning, whole lines only

    def rows(
        self, source: LineSource, wanted: Sequence[int], *, keep_undecodable: bool = False
    ) -> Iterator[Row | RowProblem]:
        """Iterate over the rows of `source`, the header left out."""
        if self.kind == "lines":
            texts = text_rows(
                source, has_paragraphs=self.has_paragraphs, keep_undecodable=keep_undecodable
            )
            return self._without_notes(texts)
        if self.kind == "json":
            return json_rows(source, self.columns, wanted, keep_undecodable=keep_undecodable)
        table = self.table_rows(source, keep_undecodable=keep_undecodable)
        rows: Iterable[Row | RowProblem] = table
        if len(self.columns) > 1:
            rows = self._first_table(table, wanted or (self.guessed_column,))
        return chain(self.titles, self._without_notes(rows))

    def table_rows(self, source: LineSource, *, keep_undecodable: bool) -> CsvRows:
        """Return the rows of a table, its header too."""
        for _ in range(self.lines_before):
            source.readline()
        return CsvRows(
            source,
            self.dialect,
            columns=len(self.columns),
            shape=self.shape,
            keep_undecodable=keep_undecodable,
            lines_before=self.lines_before,
        )

    def _first_table(self, rows: CsvRows, wanted: Sequence[int]) -> Iterator[Row | RowProblem]:
        """Refuse the rows of a second table below, which has other columns of the same number.

        One that has its texts in a column of the same name is read as well.
        """
        other_line, together, shape = 0, 0, self.shape
        for row in rows:
            if not isinstance(row, Row):
                yield row
                continue
            if is_blank(row.fields):
                continue  # as a spreadsheet fills its last rows up; nothing is lost
            is_apart = rows.is_after_blank and together >= _BLOCK
            together = 1 if rows.is_after_blank else together + 1
            if is_apart and shape is not None and is_other_header(shape, row.fields):
                names, header = _stripped(row.fields), _stripped(shape.header)
                is_same = bool(header) and all(names[each] == header[each] for each in wanted)
                other_line = 0 if is_same else row.line
                yield _left_out(row, "it is the header of another table")
            elif other_line:
                text = beginning(" ".join(filter(None, row.fields)))
                reason = f"it belongs to another table, whose header is in line {other_line:,}"
                yield RowProblem(line=row.line, reason=reason, text=text)
            else:
                yield row

    def _without_notes(self, rows: Iterable[Row | RowProblem]) -> Iterator[Row | RowProblem]:
        """Leave out the header, wherever it comes again, and what stands below the table."""
        shape, header = self.shape, self.shape.header if self.shape is not None else ()
        is_first, is_table, header_line = True, len(header) > 1, self.header_line
        last: deque[Row | RowProblem] = deque()
        for row in rows:
            if row.line == header_line:
                continue
            if header and isinstance(row, Row) and shape is not None:
                first = row.fields[0].strip()
                if first == header[0] and _stripped(row.fields) == header:
                    row = _left_out(row, "it is the header again")
                    is_first = True
                elif is_first and (is_rule(row.fields) or shape.is_second_header(row.fields)):
                    row = _left_out(row, "it belongs to the header")
                elif is_table and names_total(first) and shape.is_total(row.fields):
                    row = _left_out(row, "a total")
                else:
                    is_first = False
            last.append(row)
            if len(last) > _NOTES:
                yield last.popleft()
        ending = list(last)
        for index, row in reversed(list(enumerate(last))):
            if counts_rows(row.text if isinstance(row, RowProblem) else row.fields[0]):
                ending[index] = _left_out(row, "a database wrote it below the rows")
            elif not isinstance(row, Row):
                continue
            elif shape is not None and shape.is_note(row.fields):
                ending[index] = _left_out(row, "a note or a total below the table")
            else:
                break
        yield from ending


def _stripped(fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(field.strip() for field in fields)


def _left_out(row: Row | RowProblem, what: str) -> RowProblem:
    fields = row.fields if isinstance(row, Row) else [row.text]
    text = beginning(" ".join(filter(None, fields)))
    return RowProblem(line=row.line, reason=LEFT_OUT + what, text=text)


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
            'one object per line, such as {"text": "…"}. Save it in that form.'
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
    end = table.open_line or math.inf
    return table.open_line, sum(line < end for line in lines)


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
    kind = _kind_of(path, config)
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
        if config.has_header:
            raise CorpusError(
                f"{path.name} is read as JSON Lines, which has no header: the keys of its "
                "objects name the columns. Leave --header out."
            )
        return replace(layout, columns=_json_keys(path, head))
    refuse_odd_ends(path, head)
    if kind == "lines" and _is_json_lines(head, config) and config.documents is None:
        return replace(layout, kind="json", columns=_json_keys(path, head))
    if kind == "lines":
        return _as_sure_table(path, layout, config) or layout
    refuse_foreign(path, head, config)
    if _is_json_lines(head, config):
        if config.skip_rows is not None:
            raise CorpusError(
                f"{path.name} has a JSON object on each line, and no lines above a table. "
                "Leave --skip-rows out."
            )
        return replace(layout, kind="json", columns=_json_keys(path, head))
    return _as_table(path, layout, config, decode_pieces(sample, found.encoding))


def _kind_of(path: Path, config: CsvConfig) -> _Kind:
    """Return the kind by the file's ending, unless the user says that it is a table."""
    if config.delimiter is not None or config.quoting is not None or config.skip_rows is not None:
        return "csv"
    names = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = _KINDS.get(names[-1] if names else "", "csv")
    return "csv" if kind == "lines" and config.has_header else kind


def _is_json_lines(head: str, config: CsvConfig) -> bool:
    """Whether a file with the name of a table has a JSON object on each line."""
    is_begun = head.lstrip().startswith("{") and not (config.delimiter or config.quoting)
    lines = [line for line in head.splitlines()[:_SURE_ROWS] if line.strip()]
    return is_begun and all(json_columns(line) for line in lines)


def _as_sure_table(path: Path, layout: Layout, config: CsvConfig) -> Layout | None:
    """Return the table that a plain text is where all its lines agree on it, or None."""
    if config.documents is not None:
        return None
    found, _ = find_table(layout.head, None)
    marks = found.dialect.delimiter
    kinds = {column.kind for column in found.shape.columns}
    if (
        found.width < 2
        or found.share < 1.0
        or found.last < len(found.rows)
        or len(found.rows) < _SURE_ROWS
        or (
            marks != "\t"
            and (not kinds & {"number", "token", "label"} or f"{marks} " in layout.head)
        )
        or found.shape.free_column >= 0
    ):
        return None
    table = _as_table(path, replace(layout, kind="csv"), config)
    doubt = (
        f"each line of this plain text has {found.width} fields between "
        f"{quoted_delimiter(marks)}, so it is read as a table"
    )
    return replace(table, doubts=(doubt, *table.doubts))


def _json_keys(path: Path, head: str) -> tuple[str, ...]:
    """Return the keys of the objects in `head`; none where it is no JSON Lines."""
    columns = json_columns(head)
    is_one_value = path.name.lower().endswith((".json", ".json.gz")) and not json_columns(
        head.strip().splitlines()[0]
    )
    return () if is_one_value else tuple(columns)


def _as_table(path: Path, layout: Layout, config: CsvConfig, pieces: Sequence[str] = ()) -> Layout:
    """Find the delimiter, the header and the columns; `pieces` are from further on in the file."""
    head, delimiter = layout.head, config.delimiter
    named = _SEPARATOR_LINE.match(head)
    skipped = config.skip_rows or 0
    if named is not None and config.skip_rows is None:
        skipped = 1
        delimiter = delimiter or named.group(1)
    if skipped:
        source = StringIO(head, newline="")
        for _ in range(skipped):
            source.readline()
        head = head[source.tell() :]
        if not head.strip():
            raise CorpusError(
                f"{path.name} has no text below its first {skipped:,} lines. "
                "Leave out fewer lines (--skip-rows)."
            )
    quotings = None if config.quoting is None else _QUOTINGS[config.quoting]
    found, tried = find_table(head, delimiter, quotings)
    later_doubt = ""
    if delimiter is None:
        found, later_doubt = confirmed(found, tried, pieces)
    if delimiter is None and found.width < 2:
        misunderstood(path, found, tried, skipped)
    header = find_header(found, config.has_header)
    if delimiter is None and is_one_name(found, header):
        fields = found.width
        found, _ = find_table(head, "", quotings)
        header = find_header(found, has_header=True)
        later_doubt = (
            f"line {1 + skipped} is one name above lines of {fields} fields, so that each line is "
            "one text"
        )
    if config.skip_rows is not None:
        header = _from_first_row(found, header)
    table = _laid_out(layout, found, header, skipped)
    later = [later_doubt] if later_doubt else []
    if found.dialect.delimiter and found.width == 1:
        later += divides_none(head, found.dialect.delimiter)
    if found.width == 1 and config.quoting is None and table.shape is not None:
        is_sure, joined = joined_lines(head, found.dialect, skipped)
        later += [joined] if joined else []
        table = replace(table, shape=replace(table.shape, may_join_lines=not (is_sure or joined)))
    doubts = layout_doubts(found, tried, config.delimiter)
    return replace(table, doubts=(*later, *doubts, *table.doubts))


def _from_first_row(found: Hypothesis, header: Header) -> Header:
    """Return the header of a table of which the user said where it begins."""
    if header.row < 0:
        return replace(header, first=0)
    if header.row == 0:
        return header
    return replace(header, row=0, first=1, names=tuple(found.rows[0].fields), doubt="")


def _laid_out(layout: Layout, found: Hypothesis, header: Header, skipped: int) -> Layout:
    rows, width = found.rows, found.width
    if not rows:
        return replace(layout, dialect=found.dialect, lines_before=skipped, columns=("column 1",))
    begin = header.row if header.row >= 0 else header.first
    lines_before = rows[begin].line - 1 + skipped
    titles = tuple(_above(layout.head, found.dialect, skipped, lines_before))
    doubts = [header.doubt] if header.doubt else []
    if titles:
        lines = (
            "1 line is" if lines_before - skipped == 1 else f"{lines_before - skipped} lines are"
        )
        doubts.append(f"{lines} left out above the table")
    if begin > 0 and not header.names:
        doubts.append(f"line {rows[0].line + skipped} has another number of fields than the rows")
    body = found.body(header.first)
    shape = found.shape
    if width > 1 and shape.free_column < 0:
        shape = _shape(body, width, is_ended=shape.ends_with_delimiter)
    names = header.names[:width]
    return replace(
        layout,
        dialect=found.dialect,
        header_line=rows[header.row].line + skipped if header.row >= 0 else 0,
        lines_before=lines_before,
        titles=titles,
        doubts=tuple(doubts),
        shape=replace(shape, header=_stripped(names), needs_quotes=found.needs_quotes),
        columns=tuple(column_names(names) if names else numbered(width)),
    )


def _above(head: str, dialect: Dialect, skipped: int, end: int) -> Iterator[RowProblem]:
    """Yield the rows above a table, damaged ones too, between two numbers of lines."""
    lines = StringIO(head, newline="")
    above = [lines.readline() for _ in range(end)][skipped:]
    source = StringIO("".join(above), newline="")
    for row in CsvRows(source, dialect, columns=0, lines_before=skipped):
        if isinstance(row, RowProblem):
            yield row
        elif not is_blank(row.fields):
            yield _left_out(row, "it stands above the table")


def _shape(body: list[list[str]], width: int, *, is_ended: bool) -> Shape:
    """Return the shape of the rows without the notes that may stand below them."""
    sure = shape_of(body[_NOTES:-_NOTES] or body[:-1], width)
    begin, end = 0, len(body)
    while begin < min(_NOTES, end) and sure.is_second_header(body[begin]):
        begin += 1
    while end > len(body) - _NOTES and end > 0 and sure.is_note(body[end - 1]):
        end -= 1
    return shape_of(body[begin:end], width, ends_with_delimiter=is_ended)


def _are_paragraphs(head: str, config: CsvConfig) -> bool:
    return has_paragraphs(head) if config.documents is None else config.documents == "paragraphs"


def _with_guess(layout: Layout) -> Layout:
    rows = layout.rows(StringIO(layout.head, newline=""), ())
    fields = [row.fields for row in islice(rows, SAMPLE_ROWS) if isinstance(row, Row)]
    return replace(layout, guessed_column=guess_text_column(layout.columns, fields))


def _whole_lines(head: str) -> str:
    """Cut off a last line that the sample broke, unless it is the only one."""
    end = max(head.rfind("\n"), head.rfind("\r")) + 1
    return head[:end] if end else head
