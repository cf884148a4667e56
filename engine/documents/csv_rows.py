"""From lines of text to the rows of a CSV, each damaged one refused by its line.

Python's `csv` module finds the fields; which lines make up a row, and what to do
when a quote is never closed, is decided here. The csv module alone would swallow
all rows up to the next quote and say nothing.

    line 3   "never closed        refused: a quote opens here and is never closed
    line 4   "the next row"       the first quote here closes line 3's field and is
                                  followed by text: that cannot be, so reading goes
                                  on at line 4
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.documents.line_marks import CLOSING, LineMarks
from engine.documents.rows import (
    NEVER_CLOSED,
    REPAIRED,
    STRAY_QUOTE,
    TEXT_AFTER_QUOTE,
    UNDECODABLE,
    Dialect,
    LineSource,
    Row,
    RowProblem,
    beginning,
    damage_of,
    is_blank,
    skip_line_ends,
)
from engine.documents.table_shape import Shape

_LONGEST_ROW = 32 << 20  # characters; bounds the memory that an open quote can take

_OTHER_QUOTES = tuple("'“„«‘")
_BLANK_LINES = ("\n", "\r\n", "\r")
_AT_END = "end of data"  # in the csv module's complaint about a quote that is never closed


class _RowTooLongError(Exception):
    """A row has more characters than are kept."""


class _Feed:
    """Lines for the csv module, kept until their row is known to be sound."""

    def __init__(self, source: LineSource, line: int, marks: LineMarks) -> None:
        self._source = source
        self._marked = marks.marked if marks.is_needed else None
        self._returned: deque[str] = deque()
        self.line = line  # number of the line given last
        self.row: list[str] = []
        self._row_characters = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._returned:
            line = self._returned.popleft()
        else:
            line = self._source.readline(_LONGEST_ROW)
            if self.line == 0:
                line = line.removeprefix("\ufeff")
            if self._marked is not None:
                line = self._marked(line)
        if not line:
            raise StopIteration
        self.line += 1
        self.row.append(line)
        self._row_characters += len(line)
        if self._row_characters >= _LONGEST_ROW:
            raise _RowTooLongError
        return line

    def begin_row(self) -> str:
        """Give the first line of the next row."""
        self.row = []
        self._row_characters = 0
        return self.__next__()

    def begin_again(self) -> None:
        """Let the line that was just given, the first of its row, be given again."""
        self._returned.appendleft(self.row.pop())
        self._row_characters = 0
        self.line -= 1

    def skip_line(self) -> None:
        """Drop what is left of the line given last; it is read in pieces."""
        piece = self.row[-1]
        while piece and not piece.endswith(("\n", "\r")):
            piece = self._source.readline(_LONGEST_ROW)

    def skip_blank_lines(self) -> None:
        """Go past the blank lines that come next."""
        while self._returned and self._returned[0] in _BLANK_LINES:
            self._returned.popleft()
            self.line += 1
        if not self._returned:
            blank, lines = skip_line_ends(self._source, _LONGEST_ROW)
            self._returned.extend(lines if self._marked is None else map(self._marked, lines))
            self.line += blank

    def give_back(self, lines: list[str]) -> None:
        """Let the last `lines` that were given be given again."""
        self._returned.extendleft(reversed(lines))
        self.line -= len(lines)


class CsvRows:
    """Iterate over the rows and problems of a CSV.

    `lines_before` is how many of its lines were taken from `source` already.

    Attributes
    ----------
    columns : int
        Fields that a row must have; 0 = any number, not checked.
    quoted_rows, plain_rows : int
        Sound rows so far with and without a quoted field.
    is_after_blank : bool
        Whether a blank line stands before the row given last.
    open_line : int
        Where a row began whose quotes were open at the end of the data; 0 = none.
    """

    def __init__(
        self,
        source: LineSource,
        dialect: Dialect,
        *,
        columns: int,
        shape: Shape | None = None,
        keep_undecodable: bool = False,
        lines_before: int = 0,
    ) -> None:
        csv.field_size_limit(0x7FFF_FFFF)  # its default refuses fields over 131,072 characters
        self._marks = LineMarks(dialect)
        self._feed = _Feed(source, lines_before, self._marks)
        self._delimiter, self._quote = self._marks.delimiter, self._marks.quote
        self._is_quoted = dialect.is_quoted
        self._skips_blanks = dialect.skips_blanks
        self._shape = shape
        self._is_ended = shape is not None and shape.ends_with_delimiter
        self._keep_undecodable = keep_undecodable
        self._is_after_damage = False
        self.columns = columns
        self.quoted_rows = 0
        self.plain_rows = 0
        self.open_line = 0
        self.is_after_blank = self._was_blank = False
        self._stray_rows = 0

    def __iter__(self) -> Iterator[Row | RowProblem]:
        return self._restored_rows() if self._marks.is_needed else self._rows()

    def _restored_rows(self) -> Iterator[Row | RowProblem]:
        """Yield the rows with the characters that stand-ins stood for."""
        restored, written = self._marks.restored, self._marks.written
        for row in self._rows():
            if isinstance(row, Row):
                yield Row(row.line, list(map(restored, row.fields)))
            else:
                yield replace(row, text=written(row.text))

    def _rows(self) -> Iterator[Row | RowProblem]:
        feed = self._feed
        parser = self._parser(feed)
        while True:
            try:
                line = feed.begin_row()
                if line in _BLANK_LINES:
                    feed.skip_blank_lines()
                    self._was_blank = True
                    continue  # not a row
                first_line = feed.line
                if self._is_quoted and self._quote in line:
                    feed.begin_again()
                    fields = next(parser)
                else:
                    fields = line.rstrip("\r\n").split(self._delimiter)
                if self._is_ended:
                    fields = self._trimmed(fields)
            except StopIteration:
                return
            except _RowTooLongError:
                yield from self._refuse_too_long()
            except csv.Error as error:
                yield from self._recover(first_line, str(error))
                parser = self._parser(feed)
            else:
                self.is_after_blank = self._was_blank
                self._was_blank = is_blank(fields)
                yield from self._checked(first_line, fields)

    def _parser(self, lines: Iterable[str]) -> "Iterator[list[str]]":
        return csv.reader(
            lines,
            delimiter=self._delimiter,
            quotechar=self._quote,
            skipinitialspace=self._skips_blanks,
            strict=True,
        )

    def _checked(self, line: int, fields: list[str]) -> Iterable[Row | RowProblem]:
        """Return the row if it is sound, or what is wrong with it."""
        lines = self._feed.row
        is_quoted = self._is_quoted and self._quote in lines[0]
        if len(lines) > 1 and not (self._has_right_count(fields) and self._is_tidy(fields, lines)):
            return self._recover(line, "", fields)
        if self._is_after_damage and not self._ends_damage(fields, lines, is_quoted=is_quoted):
            return (
                _problem(line, "it cannot be told apart from the damaged row before it", lines),
            )
        damage = _damage(lines)
        if damage is not None:
            problem = _problem(line, damage, lines)
            is_kept = damage == UNDECODABLE and self._keep_undecodable
            return (problem, Row(line, fields)) if is_kept else (problem,)
        if not self._has_right_count(fields):
            return self._count_problem(line, fields, lines)
        is_known = self._shape is not None  # else the quotes are still to be found out
        if is_known and fields[0][:1] in _OTHER_QUOTES and _are_wrapped(fields):
            reason = "its fields stand in other quotes than those of the rows"
            return (_problem(line, reason, lines),)
        if not is_quoted:
            self.plain_rows += 1
        elif self._is_tidy(fields, lines):
            self.quoted_rows += 1
        else:
            self._stray_rows += 1
            # Normal in a file without quoted fields (a 5" disk); in one that quotes its
            # fields it is what is left of a quoted field that lost its first quote.
            if self.quoted_rows > 3 * self._stray_rows or self._has_lost_quote(fields):
                self._is_after_damage = True
                return (_problem(line, STRAY_QUOTE, lines),)
        if len(lines) > 1 and self._shape is not None and self._shape.may_join_lines:
            reason = f"{REPAIRED}{len(lines)} lines, between two quotes, were taken for one text"
            return (_problem(line, reason, lines), Row(line, fields))
        return (Row(line, fields),)

    def _has_lost_quote(self, fields: list[str]) -> bool:
        """Whether a field ends with the quote that closes one, in a table that needs them."""
        return (
            self._shape is not None
            and self._shape.needs_quotes
            and any(f.endswith(self._quote) and f.count(self._quote) % 2 for f in fields)
        )

    def _count_problem(
        self, line: int, fields: list[str], lines: list[str]
    ) -> Iterator[Row | RowProblem]:
        if is_blank(fields):
            return  # nothing is lost
        count = len(fields)
        mended = self._shape and self._shape.mended(fields, "".join(lines), self._delimiter)
        if mended:
            kept, what = mended
            if what:
                yield _problem(line, REPAIRED + what, lines)
            yield Row(line, kept)
            return
        if count == self.columns:
            yield _problem(line, f"it may lack one of its {_fields(count)}", lines)
            return
        yield _problem(line, f"it has {_fields(count)} instead of {self.columns}", lines)

    def _trimmed(self, fields: list[str]) -> list[str]:
        """Return `fields` without the empty one behind the delimiter that ends the rows."""
        is_surplus = self._is_ended and len(fields) > self.columns and not fields[-1]
        return fields[:-1] if is_surplus else fields

    def _has_right_count(self, fields: list[str]) -> bool:
        if self.columns != len(fields):
            return self.columns == 0
        # Where rows end with a delimiter, one with an empty last field may lack another.
        return not self._is_ended or bool(fields[-1].strip())

    def _ends_damage(self, fields: list[str], lines: list[str], *, is_quoted: bool) -> bool:
        """Whether a row after a damaged one is certainly a row of its own."""
        sound = self._has_right_count(fields) and self._is_tidy(fields, lines)
        if sound and self.columns == 1:
            # A line of running text looks like a row of a file without quotes.
            sound = is_quoted or self.plain_rows > self.quoted_rows
        self._is_after_damage = not sound
        return sound

    def _recover(
        self, line: int, error: str, fields: list[str] | None = None
    ) -> Iterator[Row | RowProblem]:
        """Refuse the row that begins at `line`, and save the rows that it swallowed.

        `error` is the csv module's complaint; without one, `fields` look wrong.
        """
        lines = self._feed.row
        is_at_end = _AT_END in error
        self.open_line = line if is_at_end else self.open_line
        if len(lines) == 1 and not is_at_end:
            self._is_after_damage = not lines[0].rstrip("\r\n").endswith(self._quote)
            yield _problem(line, TEXT_AFTER_QUOTE, lines)
            return
        swallowed = lines[1:]
        if error and not is_at_end:
            # The last line is where text followed a quote: it may begin a sound row.
            self._feed.give_back(swallowed[-1:])
            swallowed = swallowed[:-1]
        rows = [self._single_line(raw) for raw in swallowed]
        sound = sum(row is not None for row in rows)
        written = sum(bool(raw.strip()) for raw in swallowed)
        saves = self.columns > 1 and 2 * sound >= written
        if fields is not None and not saves and self._is_tidy(fields, lines):
            yield from self._count_problem(line, fields, lines)
            return
        self._is_after_damage = bool(error)
        reason = NEVER_CLOSED
        if written > (sound if saves else 0):
            which = "some lines" if saves else "the text"
            reason += f"; {which} up to line {line + len(swallowed)} cannot be told apart from it"
        yield _problem(line, reason, lines)
        for offset, row in enumerate(rows, start=1):
            if saves and row is not None:
                yield Row(line + offset, row)

    def _single_line(self, raw: str) -> list[str] | None:
        """Return the fields of a line that is certainly a whole row, else None."""
        if not raw.strip() or damage_of(raw):
            return None
        if self._quote not in raw:
            fields = self._trimmed(raw.rstrip("\r\n").split(self._delimiter))
            return fields if len(fields) == self.columns else None
        try:
            fields = self._trimmed(next(self._parser([raw])))
        except csv.Error:
            return None
        is_sound = len(fields) == self.columns and self._is_tidy(fields, [raw])
        return fields if is_sound else None

    def _is_tidy(self, fields: list[str], lines: list[str]) -> bool:
        """Whether each quote inside a field was written as a quoted field demands."""
        quote = self._quote
        inside = [field for field in fields if quote in field]
        if not inside:
            return True
        raw = "".join(lines)
        return all(f"{quote}{field.replace(quote, 2 * quote)}{quote}" in raw for field in inside)

    def _refuse_too_long(self) -> Iterator[Row | RowProblem]:
        lines = self._feed.row
        first_line = self._feed.line - len(lines) + 1
        if len(lines) > 1 and lines[-1].endswith(("\n", "\r")):
            yield from self._recover(first_line, _AT_END)
            return
        self._feed.skip_line()
        size = _LONGEST_ROW >> 20
        yield _problem(first_line, f"it is longer than {size} million characters", lines)


def _are_wrapped(fields: list[str]) -> bool:
    """Whether each of several fields stands in quotes that are none of this dialect."""
    return len(fields) > 1 and all(
        len(field) > 1 and CLOSING.get(field[0]) == field[-1] for field in fields if field
    )


def _damage(lines: list[str]) -> str | None:
    for line in lines:
        reason = damage_of(line)
        if reason is not None:
            return reason
    return None


def _problem(line: int, reason: str, lines: list[str]) -> RowProblem:
    return RowProblem(line=line, reason=reason, text=beginning("".join(lines[:3])))


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"
