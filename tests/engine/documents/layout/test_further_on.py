"""What the middle and the end of a large plain file say about how it is to be read."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from engine.config import CsvConfig
from engine.documents import text_file
from engine.documents.layout.further_on import confirmed
from engine.documents.layout.hypotheses import find_table
from engine.documents.reader import CsvPreview, DocumentReader, inspect_csv
from engine.documents.text_file import PIECE_BYTES, SAMPLE_BYTES, TextFile
from tests.engine.support.csv_cases import write

ROW = '{n},"The baker, again, washed door number {n} of the house in the old street."\n'
PLAIN = "{n},The baker washed door number {n} of the house in the old street.\n"
BAD = "{n};The baker; again; washed door; number {n};of the house\n"
MANY = 40_000  # rows: more than the first sample holds


def rows(row: str, count: int = MANY) -> str:
    return "".join(row.format(n=n) for n in range(count))


def look(folder: Path, text: str, encoding: str = "utf-8") -> CsvPreview:
    return inspect_csv(write(folder, text.encode(encoding)))


def test_that_a_sample_of_a_plain_file_has_its_middle_and_its_end(tmp_path: Path) -> None:
    text = ("id,text\n" + rows(ROW)).encode()

    with TextFile(write(tmp_path, text)) as file:
        sample = file.sample()

    middle, end = sample.pieces
    assert len(sample.head) == SAMPLE_BYTES
    assert middle == text[len(text) // 2 :][:PIECE_BYTES]
    assert end == text[-PIECE_BYTES:]


def test_that_a_small_or_a_packed_file_is_known_by_its_beginning(tmp_path: Path) -> None:
    for data in (rows(ROW, 10).encode(), gzip.compress(rows(ROW).encode())):
        with TextFile(write(tmp_path, data)) as file:
            assert file.sample().pieces == ()


def test_that_a_table_that_goes_on_as_it_begins_has_no_doubts(tmp_path: Path) -> None:
    long = '{n},"A text\nof several, lines\n\nwith ""quotes"" and, commas; {n}"\n'
    for row in (ROW, PLAIN, long):
        preview = look(tmp_path, "id,text\n" + rows(row))

        assert (preview.columns, preview.doubts) == (("id", "text"), ())


def test_that_rows_that_change_further_on_are_told(tmp_path: Path) -> None:
    preview = look(tmp_path, "id,text\n" + rows(PLAIN) + rows(BAD, 2 * MANY))

    assert preview.columns == ("id", "text")
    assert "further on, only 0% of the rows have 2 fields" in preview.doubts


def test_that_a_table_below_a_long_plain_text_is_told(tmp_path: Path) -> None:
    prose = rows("Whoever reads this line number {n} reads no table at all.\n", 30_000)

    preview = look(tmp_path, prose + rows("{n};7;word{n};The text of it.\n", 3 * MANY))

    assert len(preview.columns) == 1
    assert "further on, the rows look like those of 4 columns" in preview.doubts


def test_that_the_delimiter_that_fits_further_on_is_taken() -> None:
    head = "".join(f"{n},a;{n},b\n" for n in range(20))  # in both ways a table
    later = "".join(f"one, {n} two, three;{n}, four, five\n" for n in range(20))
    first, tried = find_table(head, None)
    other = next(each for each in tried if each.dialect.delimiter == ";")
    assert first.dialect.delimiter == ","

    found, doubt = confirmed(first, tried, [later])

    assert found is other
    assert "the beginning of the file alone" in doubt


def test_that_a_piece_that_begins_within_quotes_is_understood() -> None:
    head = "".join(f'{n},"text {n}\nwith, lines"\n' for n in range(20))
    found, tried = find_table(head, None)
    inside = 'of a text, cut\nand, its end"\n' + head

    assert confirmed(found, tried, [inside]) == (found, "")


def test_that_letters_at_the_end_tell_the_encoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_file, "_SEARCHED_BYTES", 2 << 20)  # block by block
    text = "id,text\n" + rows(PLAIN, 50_000) + rows("{n},Es wäre schön, Größe zu zeigen.\n", 2000)
    path = write(tmp_path, text.encode("cp1252"))
    assert path.stat().st_size > 3 << 20

    with DocumentReader(path, CsvConfig()) as reader:
        assert reader.encoding == "cp1252"


@pytest.mark.parametrize(
    ("fitting", "others", "told"),
    [(6, 4, None), (5, 5, "50%"), (3, 7, "30%"), (0, 5, "0%"), (0, 4, None), (6, 0, None)],
)
def test_that_rows_further_on_are_told_where_too_few_of_five_or_more_fit(
    fitting: int, others: int, told: str | None
) -> None:
    found, tried = find_table("".join(f"{n},word{n}\n" for n in range(20)), None)
    piece = "".join(f"{n},word{n}\n" for n in range(fitting)) + "no table at all\n" * others

    assert confirmed(found, tried, ["1,one\n" * 9, piece]) == (
        found,
        "" if told is None else f"further on, only {told} of the rows have 2 fields",
    )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{n};word{n}\n", "further on, the rows look like those of 2 columns"),
        ("Some free words of {n} here\tand others in line {n} there.\n", ""),  # as any text may be
    ],
)
def test_that_a_table_of_two_columns_below_a_plain_text_is_told(row: str, told: str) -> None:
    found, tried = find_table("Whoever reads this line reads no table at all.\n" * 20, None)
    pieces = ["Whoever reads on, too.\n" * 20, rows(row, 3000)]

    assert confirmed(found, tried, pieces) == (found, told)


def test_that_a_way_that_was_none_at_the_beginning_is_none_further_on() -> None:
    found, tried = find_table("".join(f"{n},a;{n},b\n" for n in range(20)), None)
    others = [each if each is found else replace(each, is_prose=True) for each in tried]
    later = "".join(f"one, {n} two, three;{n}, four, five\n" for n in range(20))

    assert confirmed(found, others, [later])[0] is found
