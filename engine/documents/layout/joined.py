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
from engine.documents.layout.hypotheses import SAMPLE_ROWS
from engine.documents.rows import Dialect, Row
from engine.wording import counted

_NEARLY_ALL = 0.9  # of the rows, that stand in quotes
_FEWEST_ROWS = 3
_BY_CHANCE = math.log(0.01)  # how likely it may be that only rows in quotes have commas
_WITHIN = re.compile(r'"[^"\r\n]+"')  # in a text, its own quotes
_LINE_END = re.compile(r"\r\n|\n|\r")
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n|\r[ \t]*\r")


def joined_lines(text: str, dialect: Dialect, lines_before: int) -> tuple[bool, str]:
    """Return whether lines between quotes are one text for sure, and what is doubtful in them.

    Parameters
    ----------
    text : str
        The beginning of a file of one column.
    dialect : Dialect
        By which it is read.
    lines_before : int
        Of the file, before `text`.

    Returns
    -------
    is_sure : bool
        Whether the quotes of the rows tell so; where there are none, nothing does.
    doubt : str
        A phrase; "" where nothing is doubtful, or no lines are between quotes.
    """
    joined: list[tuple[int, int]] = []  # first line, how many
    quoted = plain = with_mark = damaged = blank_between = blank_within = 0
    for told in _rows(text, dialect, lines_before):
        if told is None:
            damaged += 1
            continue
        row, is_quoted, is_after_blank = told
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
    count = quoted + plain
    is_quoted = quoted >= _NEARLY_ALL * count and quoted >= _FEWEST_ROWS and not damaged
    has_paragraphs = blank_within > 0 and not blank_between and count > _FEWEST_ROWS
    has_only_needed = with_mark > 0 and with_mark * math.log(quoted / count) < _BY_CHANCE
    is_sure = is_quoted or has_paragraphs or has_only_needed
    if is_sure or not joined:
        return is_sure, ""
    line, lines = max(joined, key=lambda each: each[1])
    below = counted(lines - 1, "line")
    return False, (
        f"a quote in line {line} is closed {below} below, so that {lines} lines are one text; "
        "if each line is a text, choose no quotes (--quoting none)"
    )


def _rows(
    text: str, dialect: Dialect, lines_before: int
) -> Iterator[tuple[Row, bool, bool] | None]:
    """Yield each row, and whether it is in quotes and below a blank line; None: damaged."""
    source = CsvRows(StringIO(text, newline=""), dialect, columns=0, lines_before=lines_before)
    quoted = 0
    for row in itertools.islice(source, SAMPLE_ROWS):
        if isinstance(row, Row):
            yield row, source.quoted_rows > quoted, source.is_after_blank
            quoted = source.quoted_rows
        else:
            yield None
