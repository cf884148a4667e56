"""What other programs wrote, or chance, is read back as it was written."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.csv_rows import CsvRows
from engine.documents.reader import inspect_csv
from engine.documents.rows import Dialect, Row
from engine.errors import CorpusError
from tests.engine.support.csv_cases import read, write

# csv-spectrum's JSON disagrees with its own CSV in two places: its CRLF file has LF
# inside the quotes, and its telephone number is another one.
SPECTRUM_SLIPS = {"\r\n": "\n", "1234567890": "2095257564"}


def test_that_csv_spectrum_is_read_as_its_json(shared_data: Path) -> None:
    for path in sorted((shared_data / "csv-spectrum" / "csvs").glob("*.csv")):
        wanted = json.loads((shared_data / "csv-spectrum/json" / f"{path.stem}.json").read_bytes())
        wanted = wanted if isinstance(wanted, list) else [wanted]
        for row in wanted:
            for key, value in row.items():
                for slip, right in SPECTRUM_SLIPS.items():
                    row[key] = row[key].replace(slip, right) if slip in value else row[key]

        preview = inspect_csv(path)

        assert [dict(zip(preview.columns, row, strict=True)) for row in preview.rows] == wanted
        assert preview.problems == ()


def test_that_only_the_cut_off_comment_is_refused(shared_data: Path) -> None:
    path = shared_data / "reddit-comments-2015-08-first-1000-lines.csv"
    with path.open(encoding="utf-8", newline="") as file:
        expected = [row[0].strip() for row in csv.reader(file)][1:-1]

    texts, problems = read(path)

    assert texts == expected
    assert [line for line, _ in problems] == [874]
    assert "never closed" in problems[0][1]


def test_that_naughty_strings_come_through(shared_data: Path, tmp_path: Path) -> None:
    strings = json.loads((shared_data / "big-list-of-naughty-strings.json").read_text("utf-8"))
    strings = [text for text in strings if text.strip()]
    path = tmp_path / "naughty.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["text"], *([x] for x in strings)])

    texts, problems = read(path)

    assert texts == [text.strip() for text in strings]
    assert problems == []


FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.text(
    alphabet='",;\t|\n\r a', max_size=8
)


@settings(max_examples=300)
@given(
    rows=st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(FIELD, min_size=n, max_size=n), min_size=1, max_size=6)
    ),
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_that_every_written_csv_is_read_back(
    rows: list[list[str]], delimiter: str, line_end: str
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(
        written, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL
    )
    writer.writerows(rows)

    source = CsvRows(
        io.StringIO(written.getvalue(), newline=""), Dialect(delimiter), columns=len(rows[0])
    )

    assert [row.fields for row in source if isinstance(row, Row)] == rows


@settings(max_examples=200)
@given(
    rows=st.lists(
        st.tuples(*[st.text('ab ,"\n;', max_size=8)] * 2).map(list), min_size=1, max_size=6
    ),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_that_minimal_quoting_is_read_back(rows: list[list[str]], line_end: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=line_end).writerows(rows)

    source = CsvRows(io.StringIO(written.getvalue(), newline=""), Dialect(","), columns=2)

    assert [row.fields for row in source if isinstance(row, Row)] == rows


@settings(max_examples=200)
@given(data=st.binary(max_size=200) | st.text(',"\n\rab1;\t\0é', max_size=60).map(str.encode))
def test_that_no_bytes_end_in_anything_but_documents_or_a_sentence(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), data)
        try:
            texts, _ = read(path)
        except CorpusError:
            return

    for text in texts:
        text.encode("utf-8")  # no mark of damage is left in a text


@pytest.mark.parametrize("stand_in", [*map(chr, range(0xFDD0, 0xFDD6))])
@pytest.mark.parametrize(
    ("dialect", "row"),
    [
        (Dialect(""), "one {}"),
        (Dialect(","), '1,"one {}"'),
        (Dialect("||"), '1||"one {}"'),
        (Dialect(",", quote="“"), "1,“one {}”"),
        (Dialect(",", is_escaped=True), '1,"one \\" {}"'),
        (Dialect(";", skips_blanks=True), '1; "one {}"'),
    ],
)
def test_that_a_code_point_that_is_no_character_never_becomes_a_mark(
    dialect: Dialect, row: str, stand_in: str
) -> None:
    lines = "".join(f"{row.format(text)}\n" for text in ("two", stand_in, "three"))
    width = 2 if dialect.delimiter else 1

    found = list(CsvRows(io.StringIO(lines, newline=""), dialect, columns=width))

    last_words = [each.fields[-1].split()[-1] for each in found if isinstance(each, Row)]
    assert last_words in (["two", stand_in, "three"], ["two", "three"])
    assert len(found) == 3  # what is not read is refused
