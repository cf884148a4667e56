"""How wide a table is whose rows are not all alike, at the bounds of each rule."""

import pytest

from engine.documents.layout.widths import width_of, without_end
from engine.documents.rows import Row

NAMES, NUMBERS = ["id", "text"], ["1", "2"]


@pytest.mark.parametrize(
    ("widths", "first", "expected"),
    [
        ([3] * 5, NUMBERS, (3, 5)),
        ([1, 2], NUMBERS, (2, 2)),  # as many of one as of the other
        ([2] * 4 + [3] * 4, NUMBERS, (2, 4)),  # a second table
        ([1] + [3] * 3 + [4] * 4, NUMBERS, (3, 4)),  # below a title
        ([2] * 4 + [3] * 2, NUMBERS, (2, 6)),  # two rows are none
        ([2] * 4 + [3] + [2] * 4, NUMBERS, (2, 9)),  # one row parts no table
        ([2] * 8 + [1] + [2] * 3 + [3] * 40, NUMBERS, (2, 12)),
        ([2] * 4 + [1] * 4, NUMBERS, (2, 8)),  # nor is one column another
        ([2] * 5 + [5, 6] + [3] * 6, NUMBERS, (2, 7)),  # nine of ten rows are like a neighbour
        ([2] * 5 + [5, 6, 5] + [3] * 6, NUMBERS, (3, 14)),
        ([2] * 3 + [3] * 15, NUMBERS, (2, 3)),
        ([2] * 3 + [3] * 16, NUMBERS, (3, 19)),  # a few lines above a far longer table
        ([2] * 9 + [3] * 60, NUMBERS, (3, 69)),
        ([2] * 10 + [3] * 60, NUMBERS, (2, 10)),
        ([2, 3, 3] * 3, NAMES, (2, 9)),  # wider rows have delimiters in their texts
        ([2, 3, 3] * 3, NUMBERS, (3, 9)),
        ([2, 3, 3] * 2, NAMES, (3, 6)),  # two rows may be damaged
        ([2, 3, 3, 2, 3, 3, 2] + [3] * 12, NAMES, (2, 19)),
        ([2, 3, 3, 2, 3, 3, 2] + [3] * 13, NAMES, (3, 20)),  # and a tenth with the header
        ([1, 3, 3] * 3, ["text"], (3, 9)),
        ([3, 2, 2] * 3, ["a", "b", "c"], (2, 9)),
    ],
)
def test_that_the_first_table_has_its_width_and_its_end(
    widths: list[int], first: list[str], expected: tuple[int, int]
) -> None:
    assert width_of(widths, first) == expected


@pytest.mark.parametrize(
    ("rows", "width", "expected"),
    [
        (["id,text", "1,a,", "2,b,"], 2, (2, True)),
        (["id,text", "1,a,", "2,b,"], 3, (2, True)),
        (["id,text", "1,a,", "2,b"], 2, (2, False)),  # one row may be damaged
        (["id,text", "1,a,", "2,b,x"], 2, (2, False)),
        (["id,text", "1,,", "2,,"], 2, (2, False)),  # the field before is empty, too
        (["id,text", "1,a,", "2,b,", "3,"], 2, (2, True)),  # a title that was filled up
        (["id,text", "1,a,", "2,b,", "3,c,d", ",x,"], 2, (2, False)),
        (["1,a,", "2,b,"], 2, (2, False)),  # no row is without it
        (["id,text"] * 18 + ["1,a,"] * 2, 2, (2, True)),
        (["id,text"] * 19 + ["1,a,"] * 2, 2, (2, False)),  # less than a tenth
    ],
)
def test_that_a_delimiter_that_only_ends_the_rows_is_no_column(
    rows: list[str], width: int, expected: tuple[int, bool]
) -> None:
    fields = [Row(line, row.split(",")) for line, row in enumerate(rows, start=1)]

    assert without_end(fields, width) == expected
