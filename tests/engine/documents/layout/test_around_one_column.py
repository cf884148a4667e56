"""What stands above and below the texts of one column is left out or told, by its line."""

from pathlib import Path

import pytest

from engine.documents.reader import inspect_csv
from tests.engine.support.csv_cases import read, write

TEXTS = [f"The baker washed door number {n}." for n in range(24)]
LINES = "".join(f"{text}\n" for text in TEXTS)


@pytest.mark.parametrize(
    "count",
    [
        *("(24 rows)", "(1 row)", "(24 Zeilen)", "(24 строки)", "(24 rows affected)"),
        *("(24 row(s) affected)", "24 rows selected.", "no rows selected"),
        "24 rows in set (0.01 sec)",
    ],
)
@pytest.mark.parametrize(
    ("name", "head"), [("a.csv", "text\n"), ("a.csv", ""), ("a.txt", ""), ("a.csv", "id,text\n")]
)
def test_that_a_count_of_rows_below_the_texts_is_left_out_by_its_line(
    name: str, head: str, count: str, tmp_path: Path
) -> None:
    rows = "".join(f'7,"{text}"\n' for text in TEXTS) if "," in head else LINES

    texts, problems = read(write(tmp_path, f"{head}{rows}{count}\n\n".encode(), name))

    assert texts == TEXTS
    assert problems == [(25 + bool(head), "no row: a database wrote it below the rows")]


def test_that_what_is_written_below_a_count_of_rows_goes_with_it(tmp_path: Path) -> None:
    end = "\n(24 rows)\n\nTime: 12.345 ms\nCompletion time: 2024-05-01T12:00:00.1+02:00\n"

    texts, problems = read(write(tmp_path, f"text\n{LINES}{end}".encode()))

    assert texts == TEXTS
    assert [line for line, _ in problems] == [27, 29, 30]


@pytest.mark.parametrize("end", ["I counted them (30 rows)", "30 rows", "(30 rows).", "Time: 12"])
def test_that_a_last_text_about_rows_is_a_text(end: str, tmp_path: Path) -> None:
    for name in ("a.csv", "a.txt"):
        assert read(write(tmp_path, f"{LINES}{end}\n".encode(), name)) == ([*TEXTS, end], [])


def test_that_a_count_of_rows_between_texts_is_a_text(tmp_path: Path) -> None:
    assert read(write(tmp_path, f"(24 rows)\n{LINES}".encode()))[0] == ["(24 rows)", *TEXTS]


@pytest.mark.parametrize("name", ["TEXT", "bemerkung"])
def test_that_the_dashes_below_a_name_are_no_text(name: str, tmp_path: Path) -> None:
    page = f"{name}\n------\n{LINES}\n"

    texts, problems = read(write(tmp_path, (page * 2).encode()))

    assert texts == TEXTS * 2
    assert [line for line, _ in problems] == [2, 28, 29]


@pytest.mark.parametrize(
    "above", ["Export of spring 2024\n", "Our export\nof 2024\n\n", "# of 2024\n# by Ann\n"]
)
def test_that_a_title_above_a_name_is_told(above: str, tmp_path: Path) -> None:
    found = inspect_csv(write(tmp_path, f"{above}bemerkung\n{LINES}".encode()))

    assert any("'bemerkung' may name the column" in doubt for doubt in found.doubts)


@pytest.mark.parametrize("above", ["", "It was so.\n", "So it was\nand is, too\nas ever\n"])
def test_that_texts_alone_are_in_no_doubt_of_a_title(above: str, tmp_path: Path) -> None:
    found = inspect_csv(write(tmp_path, f"{above}{LINES}".encode()))

    assert not any("title" in doubt for doubt in found.doubts)
