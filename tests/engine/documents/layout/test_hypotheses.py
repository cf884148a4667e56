"""What tells one hypothesis of a table from another, by itself."""

from dataclasses import replace

import pytest

from engine.documents.layout.hypotheses import _wrapped, find_table
from engine.documents.rows import Dialect

IN_COMMAS, IN_SINGLE = Dialect(","), Dialect(",", quote="'")


@pytest.mark.parametrize(
    ("cell", "dialect", "is_wrapped"),
    [
        ("it", IN_COMMAS, False),
        ("'it'", IN_COMMAS, True),
        ("''", IN_COMMAS, True),  # an empty text in quotes
        (" 'it' ", IN_COMMAS, True),
        ("“it”", IN_COMMAS, True),
        ("„it“", IN_COMMAS, True),
        ("“it“", IN_COMMAS, False),  # such quotes do not close so
        ("it's his'", IN_COMMAS, False),
        ("'it'", IN_SINGLE, False),  # the dialect's own are taken off
        (" 'it'", IN_SINGLE, True),  # but behind a blank
        ('"it"', IN_SINGLE, True),
        ('"it"', IN_COMMAS, True),  # left of quotes within quotes
    ],
)
def test_that_quotes_left_around_a_cell_are_seen(
    cell: str, dialect: Dialect, is_wrapped: bool
) -> None:
    assert _wrapped([["1", cell]], dialect) == (0.2 if is_wrapped else 0.0)  # one row of five


@pytest.mark.parametrize(
    ("cells", "share"),
    [
        (["text", "'a'", "'b'", "'c'"], 1.0),
        (["text", "'a'", "'b'"], 2 / 5),  # too few to tell
        (["text", "'a'", "'b'", "c"], 2 / 5),
        (["text", *["'a'"] * 9, "b", "note"], 1.0),  # nine of ten
        (["text", *["'a'"] * 8, "b", "note"], 8 / 11),
        (["text", "'a'", "'b'", "'c'", "4", "5", "note"], 1.0),  # a number needs none
        ([], 0.0),
    ],
)
def test_that_quotes_around_nearly_all_cells_below_the_header_are_no_part_of_them(
    cells: list[str], share: float
) -> None:
    assert _wrapped([[cell] for cell in cells], IN_COMMAS) == share


def test_that_of_tables_that_explain_as_much_the_one_read_most_simply_is_taken() -> None:
    plain, _ = find_table("id,text\n1,It rains.\n2,It snows.\n", ",", None)
    changes = ({}, {"skips_blanks": True}, {"is_escaped": True}, {"is_quoted": False})

    tables = [replace(plain, dialect=plain.dialect._replace(**change)) for change in changes]

    assert sorted(tables, key=lambda table: table.rank, reverse=True) == tables
    assert len({table.rank for table in tables}) == 4
    assert replace(plain, share=0.9 * plain.share).rank < tables[-1].rank


@pytest.mark.parametrize("quotes", ["“”", "„“", "«»"])
@pytest.mark.parametrize("label", ["", ",good"])
def test_that_texts_in_curly_quotes_with_one_comma_each_are_one_column(
    quotes: str, label: str
) -> None:
    header = "id,text" + (",label" if label else "")
    rows = [f"{number},{quotes[0]}So, it is {number}.{quotes[1]}{label}" for number in range(12)]

    table, _ = find_table("\n".join([header, *rows, ""]), None)

    assert table.width == header.count(",") + 1
    assert table.rows[1].fields[1] == "So, it is 0."
