"""Long runs of blank lines are left out where a table is looked for, and no line number changes."""

from io import StringIO

import pytest

from engine.documents.csv_rows import CsvRows
from engine.documents.layout.blank_lines import moved_rows, without_blank_lines
from engine.documents.rows import Dialect, Row


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("blanks", [(0, 0), (1, 2), (9, 0), (0, 9), (9, 30), (1000, 1)])
@pytest.mark.parametrize("first", [0, 7])
def test_that_rows_below_long_gaps_keep_their_lines(
    end: str, blanks: tuple[int, int], first: int
) -> None:
    before, between = blanks
    lines = [""] * first + ["a", "b", *[""] * before, "c", *[""] * between, "d"]
    text = end.join(lines) + end

    short = without_blank_lines(text)
    rows = CsvRows(StringIO(short, newline=""), Dialect(","), columns=0)
    moved = moved_rows([row for row in rows if isinstance(row, Row)], text)

    assert len(short) <= len(text)
    assert short.count(end) <= 20
    assert [(row.line, row.fields) for row in moved] == [
        (number, [line]) for number, line in enumerate(lines, start=1) if line
    ]
