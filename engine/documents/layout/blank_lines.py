"""A text without its long runs of blank lines, and in which line of it each row is."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from engine.documents.rows import Row

_RUN = re.compile(r"[\r\n]{5,}")
_LEFT = "\n\n"  # of a run: a million of them say no more, and take long


def without_blank_lines(text: str) -> str:
    """Return `text` with a single blank line for each long run of them."""
    return _RUN.sub(_LEFT, text)


def moved_rows(rows: Sequence[Row], text: str) -> list[Row]:
    """Return the rows of what `without_blank_lines` made, with their lines in `text`."""
    lines, shifts = [0], [0]  # the first line behind each run, and how much further down it is
    place = line = 0
    for run in _RUN.finditer(text):
        line += _line_ends(text[place : run.start()]) + len(_LEFT)
        lines.append(line + 1)
        shifts.append(shifts[-1] + _line_ends(run.group()) - len(_LEFT))
        place = run.end()
    return [Row(row.line + shifts[bisect_right(lines, row.line) - 1], row.fields) for row in rows]


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")
