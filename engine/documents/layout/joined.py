"""Whether the quotes around several lines of a file of one column are those of a CSV.

A stray quote at the beginning of one line and another at the end of a later one join these
lines, just as a text of several lines in quotes does. What tells them apart is whether the
other rows have their quotes where a CSV needs them.
"""

import itertools
import math
import re
from collections.abc import Iterator
from io import StringIO

from engine.documents.csv_rows import CsvRows
from engine.documents.layout.hypotheses import SAMPLE_ROWS, Hypothesis
from engine.documents.rows import Dialect, Row

_NEARLY_ALL = 0.9  # of the rows, that stand in quotes
_FEWEST_ROWS = 3
_BY_CHANCE = math.log(0.01)  # how likely it may be that only rows in quotes have commas
_WITHIN = re.compile(r'"[^"\r\n]+"')  # in a text, its own quotes
_LINE_END = re.compile(r"\r\n|\n|\r")
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n|\r[ \t]*\r")


def joined_doubt(text: str, found: Hypothesis) -> str:
    """Return what is doubtful in the lines that quotes join; "" where nothing is.

    Parameters
    ----------
    text : str
        The beginning of a file of one column.
    found : Hypothesis
        By which it is read.
    """
    joined: list[tuple[int, int]] = []  # first line, how many
    quoted = plain = with_mark = damaged = blank_between = blank_within = 0
    for row, is_quoted, is_after_blank in _rows(text, found.dialect):
        if row is None:
            damaged += 1
            continue
        field = row.fields[0]
        has_mark = "," in field or bool(_WITHIN.search(field))
        if not is_quoted:
            plain += 1
            if has_mark or '"' in field:
                with_mark = -SAMPLE_ROWS  # a CSV would have it in quotes
        else:
            quoted += 1
            with_mark += has_mark
            ends = len(_LINE_END.findall(field))
            if ends:
                joined.append((row.line, ends + 1))
                blank_within += bool(_BLANK_LINE.search(field))
        blank_between += is_after_blank
    if not joined:
        return ""
    count = quoted + plain
    is_quoted = quoted >= _NEARLY_ALL * count and quoted >= _FEWEST_ROWS and not damaged
    has_paragraphs = blank_within > 0 and not blank_between and count > _FEWEST_ROWS
    if is_quoted or has_paragraphs or with_mark * math.log(quoted / count) < _BY_CHANCE:
        return ""
    line, lines = max(joined, key=lambda each: each[1])
    return (
        f"a quote in line {line} is closed {lines - 1} lines below, so that {lines} lines are one "
        "text; should each line be a text, its quotes are none of this kind"
    )


def _rows(text: str, dialect: Dialect) -> Iterator[tuple[Row | None, bool, bool]]:
    """Yield each row, whether it stands in quotes, and whether a blank line is above it.

    A damaged one is None.
    """
    source = CsvRows(StringIO(text, newline=""), dialect, columns=0)
    quoted = 0
    for row in itertools.islice(source, SAMPLE_ROWS):
        if isinstance(row, Row):
            yield row, source.quoted_rows > quoted, source.is_after_blank
            quoted = source.quoted_rows
        else:
            yield None, False, False
