"""What the preview tells about a file: its kind, its lines, and every damaged byte."""

import gzip
from pathlib import Path

import pytest

from engine import ConfigError, CsvConfig, inspect_csv
from engine.documents.layout import detection
from engine.documents.reader import DocumentReader
from engine.documents.text_file import TextFile, shown


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "kind", "columns"),
    [
        ("a.csv", b"id,body\n1,so it is here\n", "table", ("id", "body")),
        ("a.tsv", b"id\tbody\n1\tso it is here\n", "table", ("id", "body")),
        (
            "a.csv.gz",
            gzip.compress(b"id,body\n1,so it is here\n", mtime=0),
            "table",
            ("id", "body"),
        ),
        ("a.txt", b"One line.\nAnother line.\n", "lines", ("text",)),
        ("a.txt.gz", gzip.compress(b"One.\nTwo.\n", mtime=0), "lines", ("text",)),
        ("a.txt", b"One\nparagraph.\n\nAnother.\n", "paragraphs", ("text",)),
        ("a.jsonl", b'{"id": 1, "text": "So it is."}\n', "json", ("id", "text")),
    ],
)
def test_that_the_preview_names_the_kind_and_the_columns(
    tmp_path: Path, name: str, data: bytes, kind: str, columns: tuple[str, ...]
) -> None:
    preview = inspect_csv(write(tmp_path, name, data))

    assert (preview.kind, preview.columns) == (kind, columns)
    assert (preview.lines_above, preview.files, preview.file) == (0, (), 0)


def test_that_each_row_of_the_preview_has_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b'id,body\n1,"two\nlines"\n\n2,one\n')

    assert inspect_csv(path).row_lines == (2, 5)


@pytest.mark.parametrize(
    ("name", "data", "cell"),
    [
        ("a.csv", b"id,body\n1,It\x92s \xe9\n2,plain\n", "It‹92›s ‹E9›"),
        ("a.txt", b"It\x92s \xe9\nplain\n", "It‹92›s ‹E9›"),
        ("a.jsonl", b'{"text": "It\x92s \xe9"}\n{"text": "plain"}\n', "It‹92›s ‹E9›"),
    ],
)
def test_that_undecodable_bytes_are_shown_as_numbers_and_their_row_is_refused(
    tmp_path: Path, name: str, data: bytes, cell: str
) -> None:
    path = write(tmp_path, name, data)

    preview = inspect_csv(path, CsvConfig(encoding="utf-8"))

    column = len(preview.columns) - 1
    assert preview.rows[0][column] == cell
    assert preview.damaged_cells == {(0, column)}
    assert preview.undecodable_bytes == 2
    assert [problem.line for problem in preview.problems] == [preview.row_lines[0]]
    with DocumentReader(path, CsvConfig(encoding="utf-8")) as reader:
        assert [document.text for document in reader] == ["plain"]


def test_that_cp1252_quotes_read_as_latin_1_are_shown_as_doubtful(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b"id,body\n1,It\x92s so\n")

    preview = inspect_csv(path, CsvConfig(encoding="iso-8859-1"))

    assert preview.rows == (("1", "It‹92›s so"),)
    assert (preview.undecodable_bytes, preview.control_characters) == (0, 1)
    assert preview.problems == ()


def test_that_the_right_encoding_leaves_no_mark(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b"id,body\n1,It\x92s so\n")

    preview = inspect_csv(path, CsvConfig(encoding="cp1252"))

    assert preview.rows == (("1", "It’s so"),)
    assert (preview.damaged_cells, preview.undecodable_bytes) == (frozenset(), 0)


@pytest.mark.parametrize(
    ("text", "marked"),
    [("plain", "plain"), ("a\0b", "a‹00›b"), ("é\udc92", "é‹92›"), ("\ud83d!", "‹D83D›!")],
)
def test_that_what_cannot_be_text_is_shown_by_its_number(text: str, marked: str) -> None:
    assert shown(text) == marked


@pytest.mark.parametrize(
    ("documents", "texts"),
    [
        (None, ["One\npart.", "Two."]),
        ("lines", ["One", "part.", "Two."]),
        ("paragraphs", ["One\npart.", "Two."]),
    ],
)
def test_that_the_user_says_what_a_document_of_a_plain_text_is(
    tmp_path: Path, documents: str | None, texts: list[str]
) -> None:
    path = write(tmp_path, "a.txt", b"One\npart.\n\nTwo.\n")
    config = CsvConfig(documents=documents)  # type: ignore[arg-type]

    with DocumentReader(path, config) as reader:
        found = [document.text for document in reader]

    assert found == texts
    assert [row[0] for row in inspect_csv(path, config).rows] == texts


def test_that_other_documents_than_lines_and_paragraphs_are_refused() -> None:
    with pytest.raises(ConfigError, match="lines or paragraphs"):
        CsvConfig(documents="pages")  # type: ignore[arg-type]


PARAGRAPHS = "some words in a line here, and more\n" * 800  # 28,800 characters in quotes


def rows_of(text: str, count: int) -> bytes:
    return ("n,zzz\n" + "".join(f'{n},"{text}"\n' for n in range(count))).encode()


def test_that_a_row_beyond_the_beginning_is_not_taken_for_damage(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", rows_of(PARAGRAPHS, 60))  # 1.7 MB: one is cut off

    preview = inspect_csv(path)

    assert preview.problems == ()
    assert 30 < len(preview.rows) < 50
    assert all(row[1] == PARAGRAPHS for row in preview.rows)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", rows_of(PARAGRAPHS * 60, 6)),  # their lines look like rows of two columns
        ("a.csv", rows_of("word, " * 300_000, 6)),
        ("a.jsonl", b'{"n": "1", "zzz": "%s"}\n' % (b"word, " * 300_000) * 6),
    ],
)
def test_that_rows_of_megabytes_are_previewed(tmp_path: Path, name: str, data: bytes) -> None:
    preview = inspect_csv(write(tmp_path, name, data))

    assert (preview.columns, preview.guessed_column) == (("n", "zzz"), 1)
    assert preview.problems == ()
    assert 2 <= len(preview.rows) <= 6
    assert all(len(row[1]) > 1_500_000 for row in preview.rows)


@pytest.mark.parametrize(
    ("text", "there", "rows"),
    [
        ("x" * 7000, 4, 2),  # two whole ones in the first sample tell enough
        ("x" * 9000, 4, 4),
        ("x" * 7000 + "\udcff", 4, 2),  # damaged ones are rows, too
        (f'"{"word " * 40}\n{"word " * 260}"', 12, 10),  # ten, where a quote is open behind
        (f'"{"word " * 80}\n{"word " * 260}"', 12, 12),
    ],
    ids=["two", "one", "two damaged", "ten", "nine"],
)
def test_that_as_many_rows_are_looked_at_as_tell_what_the_table_is(
    tmp_path: Path, text: str, there: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "_SAMPLE_BYTES", (1 << 14, 1 << 17))
    lines = [f"{number},{text}\n" for number in range(there)]
    data = ("n,zzz\n" + "".join(lines)).encode("utf-8", "surrogateescape")

    preview = inspect_csv(write(tmp_path, "a.csv", data), CsvConfig(encoding="utf-8"))

    assert len(preview.rows) == rows


def test_that_a_quote_that_is_never_closed_in_a_large_file_is_previewed(tmp_path: Path) -> None:
    rows = "".join(f"{n},a row without any quotes at all\n" for n in range(60_000))
    path = write(tmp_path, "a.csv", b'n,zzz\n1,"never closed\n' + rows.encode())

    preview = inspect_csv(path)

    assert [problem.line for problem in preview.problems] == [2]
    assert preview.rows[0] == ("0", "a row without any quotes at all")


@pytest.mark.parametrize(
    ("start", "within", "is_there"), [(0, 100, True), (3, 100, True), (4, 100, False)]
)
def test_that_a_byte_is_looked_for_after_a_place(
    tmp_path: Path, start: int, within: int, is_there: bool
) -> None:
    path = write(tmp_path, "a.csv", b'abc"d')

    with TextFile(path) as file:
        assert file.has_after(start, b'"', within) == is_there
