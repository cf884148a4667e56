"""Quotes that join lines of a file of one column: those of a CSV, or strays; never in silence."""

import csv
import random
from io import StringIO
from pathlib import Path

import pytest

from engine.config import CsvConfig
from engine.documents.layout.joined import joined_lines
from engine.documents.reader import DocumentReader, inspect_csv
from engine.documents.rows import Dialect
from tests.engine.support.csv_cases import read, write

LINES = [f"Bread{', again,' * (n % 2)} and the old door {n}." for n in range(30)]
WITHOUT_COMMAS = [line.replace(",", "") for line in LINES]
PARAGRAPHS = [f"Bread number {n}.\nAnd a door, too." if n % 3 else f"Salt {n}." for n in range(20)]
DOUBT = "lines are one text"


def strayed(lines: list[str], first: int, last: int) -> bytes:
    """Put a quote before a line, and one behind a later one."""
    marked = list(lines)
    marked[first] = '"' + marked[first]
    marked[last] += '"'
    return ("\n".join(marked) + "\n").encode()


def as_csv(texts: list[str], quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    written = StringIO(newline="")
    csv.writer(written, quoting=quoting).writerows([text] for text in ("text", *texts))
    return written.getvalue().encode()


def doubts(path: Path, config: CsvConfig | None = None) -> list[str]:
    return [doubt for doubt in inspect_csv(path, config or CsvConfig()).doubts if DOUBT in doubt]


@pytest.mark.parametrize(
    ("data", "is_told"),
    [
        (strayed(LINES, 4, 6), True),
        (strayed(WITHOUT_COMMAS, 4, 6), True),
        (strayed(LINES[:2], 0, 1), True),
        (strayed([line + "\n" for line in LINES], 4, 6), True),  # a blank line after each
        (as_csv(PARAGRAPHS), False),
        (as_csv(PARAGRAPHS[:5], csv.QUOTE_ALL), False),
        (as_csv(["Bread.\n\nSalt.", *WITHOUT_COMMAS[:8]]), False),
        (as_csv(['Bread "and" salt.\nMore.', *LINES]), False),
        (as_csv(LINES), False),
    ],
)
def test_that_lines_that_a_stray_quote_may_have_joined_are_doubtful(
    data: bytes, is_told: bool, tmp_path: Path
) -> None:
    assert bool(doubts(write(tmp_path, data))) is is_told


PAIR = '"bread\nsalt"\n'  # one text, or two lines with a stray quote each
BOTH = '"bread, salt"\n"bread, oil\nsalt"\n'  # with commas, which a CSV needs in quotes


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("", ""),
        (PAIR * 3, ""),  # all rows in quotes, and enough of them
        (PAIR * 2, "a quote in line 11 is closed 1 line below, so that 2 lines"),
        (PAIR * 9 + "bread\n", ""),  # nine of ten
        (PAIR * 8 + "bread\n", "2 lines are one text"),
        ('"bread" salt\n' + PAIR * 9, "2 lines are one text"),  # damaged
        (PAIR + '"bread\nsalt\noil"\n' + "bread\n" * 9, "line 13 is closed 2 lines below"),
        ("bread\n" * 3 + '"bread\n\nsalt"\n', ""),  # a blank line in a text, none between them
        ("bread\n" * 2 + '"bread\n\nsalt"\n', "3 lines are one text"),  # too few
        ("bread\n\n" * 9 + '"bread\n\nsalt"\n', "3 lines are one text"),
        ('"a" b\n' + "bread\n" * 3 + '"bread\n\nsalt"\n', ""),
        (BOTH + "bread\n" * 18, "2 lines are one text"),  # by chance once in a hundred times
        (BOTH + "bread\n" * 19, ""),
        (BOTH + "bread\n" * 19 + "oil, too\n", "2 lines are one text"),
        (BOTH + "bread\n" * 19 + 'a 5" door\n', "2 lines are one text"),
        ('"a ""good""\nday"\n' * 2 + "bread\n" * 19, ""),  # quotes of the text's own
        ('"bread, oil\nsalt"\n' + "bread\n" * 120, ""),  # a single one, of so many
        ("bread\n" * 9, ""),
    ],
)
def test_that_what_the_other_rows_say_decides_about_joined_lines(text: str, doubt: str) -> None:
    is_sure, told = joined_lines(text, Dialect(""), 10)

    assert doubt in told if doubt else told == ""
    assert is_sure is (not doubt and '"' in text)


@pytest.mark.parametrize(("quoting", "count"), [("double", 28), ("none", 30)])
def test_that_a_quoting_that_was_chosen_is_beyond_doubt(
    quoting: str, count: int, tmp_path: Path
) -> None:
    path = write(tmp_path, strayed(LINES, 4, 6))

    assert doubts(path, CsvConfig(quoting=quoting)) == []  # type: ignore[arg-type]
    assert len(read(path, quoting=quoting)[0]) == count


def test_that_lines_joined_further_on_than_was_looked_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, strayed(LINES * 30, 700, 702))

    texts, problems = read(path)

    assert problems == [(701, "repaired: 3 lines, between two quotes, were taken for one text")]
    assert len(texts) == 30 * 30 - 2


def test_that_no_text_comes_of_stray_quotes_without_a_word(tmp_path: Path) -> None:
    chance = random.Random(0)
    kinds = ('"{}', '{}"', '"{}"', '{}",', '"" {}', '"', '{}, "she" said', "“{}”", "'{}", '{} 5"')

    for _ in range(150):
        lines = [chance.choice(LINES) for _ in range(chance.randint(2, 40))]
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(lines))
            lines[place] = chance.choice(kinds).format(lines[place])
        with DocumentReader(write(tmp_path, "\n".join(lines).encode()), CsvConfig()) as reader:
            texts = {document.text for document in reader}

        true = {line.strip('" ') for line in lines} - {""}
        found = {text.strip('" ') for text in texts}
        assert found <= true or reader.doubts, lines
        assert found == true or reader.doubts or reader.problems, lines


@pytest.mark.parametrize("header", ["", "id,text\n"])
def test_that_damaged_lines_at_the_beginning_are_named(header: str, tmp_path: Path) -> None:
    damaged = '"" She said:\n"what "is" it?\n'
    rows = "".join(f"{n},{line}\n" for n, line in enumerate(WITHOUT_COMMAS))

    texts, problems = read(write(tmp_path, (damaged + header + rows).encode()))

    assert texts == WITHOUT_COMMAS
    assert [line for line, _ in problems] == [1, 2]


def test_that_blank_lines_above_a_table_are_counted(tmp_path: Path) -> None:
    title = b"A title\n" + b"\r\n" * 9
    rows = b"".join(b'%d,"Bread, %d."\n' % (n, n) for n in range(12))
    preview = inspect_csv(write(tmp_path, title + b"id,text\n" + rows))

    assert preview.row_lines[0] == 12
    assert [problem.line for problem in preview.problems] == [1]


@pytest.mark.parametrize(
    ("first", "is_header", "is_doubtful"),
    [
        ('Ann Bell, 12 Mill Lane, 77655"', False, True),  # half of a text in quotes
        ("Ann Bell, 12 Mill Lane, 77655", False, True),
        ("name, street, zip", True, False),
    ],
)
def test_that_an_address_is_no_header(
    first: str, is_header: bool, is_doubtful: bool, tmp_path: Path
) -> None:
    rows = "".join(f"Bob Dale, {n} Main Street, 20{n}\n" for n in range(11, 40))
    preview = inspect_csv(write(tmp_path, f"{first}\n{rows}".encode()))

    assert preview.has_header is is_header
    assert bool(preview.doubts) is is_doubtful


@pytest.mark.parametrize(("name", "count"), [("comment", 0), ("full_text", 0), ("Meanwhile", 1)])
def test_that_a_word_above_sentences_may_be_a_text(name: str, count: int, tmp_path: Path) -> None:
    path = write(tmp_path, "\n".join([name, *WITHOUT_COMMAS]).encode())

    assert sum("is taken for the name" in doubt for doubt in inspect_csv(path).doubts) == count
