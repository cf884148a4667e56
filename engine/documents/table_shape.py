"""What the rows of a table have in common, and which damaged row can be mended by it.

A row with a separator too many or too few is mended only where it is certain which field the
separator belongs to; no field is ever moved into another column.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "token", "label", "free", "empty"]

NUMBER = re.compile(r"[-+]?[.,:/ %$€£-]*\d[\d.,:/ %$€£-]*(?:[ T]\d[\d:.+Z-]*)?")
_TOKEN = re.compile(r"[^\s,;|\"]{1,60}")
_LETTER = re.compile(r"[^\W_]")
UNKNOWN = frozenset({"n/a", "na", "nan", "none", "null", "-", "--", "?", "unknown", "inf"})
_NEARLY_ALL = 0.95  # of the values, that are of one kind
_MOST_LABELS = 0.2  # different ones, of the values
_ENOUGH = 10  # rows that tell what a column holds
_FEWEST = 3  # rows that tell whether a column is ever empty
_TOTALS = frozenset(
    {"total", "totals", "sum", "subtotal", "grand total", "average", "mean", "count"}
    | {"summe", "gesamt", "insgesamt", "mittelwert", "somme", "moyenne", "totale", "suma"}
    | {"итого", "всего", "合計", "总计", "合计"}
)
_HALVES = re.compile(r"\s*[“„«][^“”»]*"), re.compile(r"[^“„«]*[“”»]\s*")  # of such a field
_RULE = re.compile(r"-{3,}")
_ROW_COUNT = re.compile(
    # Of psql in its languages, sqlcmd, SQL*Plus and mysql; then how long it took.
    r"\(\d+ (?:rows?|Zeilen?|lignes?|filas?|rig[ah]e?|linhas?|registros?|строк[аи]?|行|行记录)\)"
    r"|\(\d+ (?:rows?|row\(s\)) affected\)|(?:\d+ rows?|no rows) selected\.?"
    r"|\d+ rows? in set(?: \(\d+\.\d+ sec\))?"
    r"|Time: \d+[.,]\d+ ms(?: \([\d:.,]+\))?|Completion time: \d{4}-\d\d-\d\dT[\d:.+-]+Z?"
)
_RUNNING_ON = re.compile(r"[ \t]\S")  # how text goes on behind a comma of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a column holds."""

    kind: Kind
    is_full: bool  # whether no value of it is empty
    labels: frozenset[str] = frozenset()  # where its kind is "label": the values there are

    def takes(self, value: str) -> bool:
        """Tell whether `value` can stand in this column."""
        value = value.strip()
        if not value:
            return not self.is_full
        if self.kind == "number":
            return bool(NUMBER.fullmatch(value)) or value.lower() in UNKNOWN
        if self.kind == "token":
            return bool(_TOKEN.fullmatch(value))
        return self.kind != "label" or value in self.labels


def column_of(values: Sequence[str]) -> Column:
    """Tell what a column holds that has `values`."""
    filled = [value.strip() for value in values if value.strip()]
    is_full = len(filled) == len(values) >= _FEWEST
    if not filled:
        return Column(kind="empty", is_full=False)
    needed = _NEARLY_ALL * len(filled)
    known = sum(bool(NUMBER.fullmatch(value)) or value.lower() in UNKNOWN for value in filled)
    if known >= needed and any(map(NUMBER.fullmatch, filled)):
        return Column(kind="number", is_full=is_full)
    different = set(filled)
    are_few = len(different) <= _MOST_LABELS * len(filled) and len(filled) >= _ENOUGH
    if are_few and all(map(_LETTER.search, different)):
        is_token = all(map(_TOKEN.fullmatch, different))
        kind: Kind = "token" if is_token else "label"
        return Column(kind=kind, is_full=is_full, labels=frozenset(different))
    tokens = sum(bool(_TOKEN.fullmatch(v) and _LETTER.search(v)) for v in filled)
    return Column(kind="token" if tokens >= needed else "free", is_full=is_full)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The columns of a table, as far as its beginning tells, and how its rows end."""

    columns: tuple[Column, ...]
    rows: int = 0  # by which the columns were told
    ends_with_delimiter: bool = False  # rows may have one delimiter more, behind the last field
    free_column: int = -1  # whose texts have delimiters of their own; -1 = none
    needs_quotes: bool = False  # some field has in it what only one in quotes can have
    may_join_lines: bool = False  # lines between two quotes are named: nothing told of them yet
    header: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """The number of fields of a row."""
        return len(self.columns)

    def fits(self, fields: Sequence[str]) -> bool:
        """Tell whether each field can stand in its column."""
        return all(column.takes(value) for column, value in zip(self.columns, fields, strict=True))

    def mended(self, fields: list[str], raw: str, delimiter: str) -> tuple[list[str], str] | None:
        """Return the fields of a row with too many, and what was mended; None if in doubt."""
        width, surplus = self.width, len(fields) - self.width
        if surplus <= 0:
            return None
        if not any(value.strip() for value in fields[width:]):
            kept = fields[:width]
            is_whole = surplus == 1 and all(map(str.strip, kept)) and not self._fits_merged(fields)
            if (self.columns[-1].is_full or is_whole) and self.fits(kept):
                return kept, f"{surplus} empty fields too many"
        if self.free_column >= 0 and delimiter.join(fields) == raw.rstrip("\r\n"):
            joined = self.joined(fields, delimiter)
            return None if joined is None else (joined, "")
        return None

    def _fits_merged(self, fields: list[str]) -> bool:
        """Whether a delimiter between two fields, but the last, may be the one too many."""
        return any(
            self.fits([*fields[:index], fields[index] + fields[index + 1], *fields[index + 2 :]])
            for index in range(self.width - 1)
        )

    def joined(self, fields: list[str], delimiter: str) -> list[str] | None:
        """Return the fields with the text of the free column whole; None if in doubt."""
        if len(fields) < self.width:
            return None
        begin = self.free_column
        end = begin + len(fields) - self.width + 1
        pieces = fields[begin:end]
        for before, piece in itertools.pairwise(pieces):
            is_number = before[-1:].isdigit() and piece[:1].isdigit()
            if not (_RUNNING_ON.match(piece) or is_number):
                return None
        others = [*fields[:begin], delimiter.join(pieces), *fields[end:]]
        is_blank_behind = any(value[:1] == " " for value in fields[:begin] + fields[end:])
        if is_blank_behind or pieces[0][:1] == " " or not self.fits(others):
            return None
        return others

    def is_note(self, fields: Sequence[str]) -> bool:
        """Tell whether a row, the last of its table, may be a note or a total below it."""
        if len(fields) != self.width or self.width < 2:
            return False
        values = [value.strip() for value in fields]
        filled = list(filter(None, values))
        if self.is_total(fields):
            return True
        if self.rows >= _ENOUGH and any(map(names_total, filled)):
            return True
        others = [column for column in self.columns if column.kind != "empty"]
        if len(filled) == 1 and self.rows >= _FEWEST and len(others) > 1:
            return all(column.is_full for column in others)
        if self.rows < _ENOUGH:
            return False
        # A comma of a sentence has a blank behind it, as no comma between cells has here.
        is_phrase = any(value[:1] == " " for value in fields[1:])
        return any(
            (column.kind == "number" and not column.takes(value))
            or (is_phrase and bool(column.labels) and value.strip() not in column.labels)
            for column, value in zip(self.columns, fields, strict=True)
            if value.strip()
        )

    def is_total(self, fields: Sequence[str]) -> bool:
        """Tell whether a row is a word for a total and numbers, wherever it stands."""
        if not names_total(fields[0].strip()) or self.width < 2:
            return False
        others = [value.strip() for value in fields[1:] if value.strip()]
        return bool(others) and all(map(NUMBER.fullmatch, others))

    def is_second_header(self, fields: Sequence[str]) -> bool:
        """Tell whether the row below a header belongs to it, such as one of units."""
        numbers = [
            (column, value.strip())
            for column, value in zip(self.columns, fields, strict=False)
            if column.kind == "number"
        ]
        if self.rows < _ENOUGH or not numbers:
            return False
        return all(
            column.is_full
            if not value
            else not NUMBER.fullmatch(value) and value.lower() not in UNKNOWN
            for column, value in numbers
        )


def counts_rows(text: str) -> bool:
    """Tell whether a line is what a database writes below the rows of an answer."""
    return bool(_ROW_COUNT.fullmatch(text.strip()))


def is_torn(fields: Sequence[str]) -> bool:
    """Tell whether two cells are halves of one field in quotes, straight or curly."""
    straight = sum(field.count('"') % 2 for field in fields)
    opened, closed = (any(map(half.fullmatch, fields)) for half in _HALVES)
    return straight > 1 or (opened and closed)


def is_rule(fields: Sequence[str]) -> bool:
    """Tell whether a row only underlines the names of the columns, with dashes."""
    return all(_RULE.fullmatch(field.strip()) for field in fields)


def names_total(value: str) -> bool:
    """Tell whether a value is a word for a total."""
    return value.lower().rstrip(":") in _TOTALS


def shape_of(
    rows: Sequence[Sequence[str]], width: int, *, ends_with_delimiter: bool = False
) -> Shape:
    """Return the shape of a table that has `rows` of `width` fields."""
    columns = tuple(column_of([row[index] for row in rows]) for index in range(width))
    return Shape(columns=columns, rows=len(rows), ends_with_delimiter=ends_with_delimiter)
