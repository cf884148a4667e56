"""Any CSV is read right or refused by line: never merged, never replaced silently."""

import gzip
import os
import sys
from pathlib import Path

import pytest

from engine.config import CsvConfig
from engine.documents.reader import DocumentReader, inspect_csv
from engine.documents.text_file import TextFile
from engine.errors import CorpusError
from tests.engine.support.csv_cases import CASES, GOOD, Case, read, write


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_that_a_messy_file_is_read_right_or_refused_by_line(case: Case, tmp_path: Path) -> None:
    path = write(tmp_path, case.data, case.file)

    texts, problems = read(path, columns=case.columns)

    assert texts == case.texts
    assert [line for line, _ in problems] == [line for line, _ in case.problems]
    for (_, reason), (_, word) in zip(problems, case.problems, strict=True):
        assert word in reason


@pytest.mark.parametrize(
    ("data", "are_named"),
    [
        (b"id,text\n1,It rains.\n2,It snows.\n", True),
        (b"1,It rains.\n2,It snows.\n", False),
        (b'{"text": "It rains."}\n{"text": "It snows."}\n', True),
        (b"It rains.\nIt snows.\n", False),
    ],
)
def test_that_a_file_tells_whether_it_names_its_columns(
    data: bytes, are_named: bool, tmp_path: Path
) -> None:
    with DocumentReader(write(tmp_path, data), CsvConfig()) as reader:
        assert reader.has_named_columns == are_named


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "a.csv", "is empty"),
        (b" \n\n \n", "a.csv", "only blank lines"),
        (b"PK\x03\x04rest", "a.csv", "Excel workbook"),
        (b"%PDF-1.4", "a.csv", "PDF"),
        (bytes(range(256)) * 40, "a.csv", "not a text file"),
        (gzip.compress(GOOD, mtime=0)[:-12], "a.csv.gz", "breaks off"),
        (gzip.compress(gzip.compress(GOOD, mtime=0), mtime=0), "a.csv.gz", "compressed twice"),
        (gzip.compress(GOOD * 9000, mtime=0)[:-12], "a.csv.gz", "breaks off"),
        (b"not json\n", "a.jsonl", "no JSON object"),
    ],
)
def test_that_a_file_without_text_is_refused_with_a_sentence(
    data: bytes, name: str, sentence: str, tmp_path: Path
) -> None:
    path = write(tmp_path, data, name)

    with pytest.raises(CorpusError, match=sentence) as caught:
        read(path)

    assert name in str(caught.value)


def test_that_blank_lines_are_looked_at_once_and_not_for_each_delimiter(tmp_path: Path) -> None:
    path = write(tmp_path, b"id,text\n1,first one\n" + b"\n" * 20_000 + b"2,second one\n")
    seen = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal seen
        seen += event == "call"

    sys.setprofile(count)
    texts, problems = read(path)
    sys.setprofile(None)

    assert (texts, problems) == (["first one", "second one"], [])
    assert seen < 8 * 20_000


def test_that_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no file .*nowhere\.csv"):
        inspect_csv(tmp_path / "nowhere.csv")
    with pytest.raises(CorpusError, match="is a folder"):
        inspect_csv(tmp_path)
    with pytest.raises(CorpusError, match="not an ordinary file"):
        inspect_csv(Path(os.devnull))


@pytest.mark.parametrize("name", ["a\0b.csv", "a\ud800b.csv"])
def test_that_a_name_that_no_file_has_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"cannot be the name of a file\. Choose"):
        inspect_csv(tmp_path / name)


def test_that_a_forbidden_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, GOOD)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("engine.documents.text_file.io.FileIO", refuse)

    with pytest.raises(CorpusError, match=r"may not read .*file\.csv"):
        inspect_csv(path)


def test_that_an_unknown_column_is_answered_with_those_that_exist(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)

    with pytest.raises(CorpusError, match=r"no column 'body'\. It has 'id', 'text'"):
        read(path, columns=("body",))
    with pytest.raises(CorpusError, match="no column '3'"):
        read(path, columns=("3",))
    with pytest.raises(CorpusError, match=r"no column 'body'\. It has 'text'"):
        read(write(tmp_path, b"It rains.\n", "a.txt"), columns=("body",))


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13"])
def test_that_an_unknown_encoding_is_refused(encoding: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=f"no text encoding '{encoding}'"):
        read(write(tmp_path, GOOD), encoding=encoding)


def test_that_stop_raises_at_the_first_damaged_row(tmp_path: Path) -> None:
    path = write(tmp_path, b"id,text\n1,one\n2\n3,three\n4,four\n")

    with pytest.raises(CorpusError, match=r"file\.csv, line 3: it has 1 field instead of 2"):
        read(path, bad_rows="stop")


@pytest.mark.parametrize(
    ("data", "texts", "problems"),
    [
        (b"id,text\n1,one\n2," + b"x" * 90 + b"\n3,three\n", ["one", "three"], [3]),
        (b"id,text\n1,one\n2," + b"x" * 250, ["one"], [3]),
        (b'id,text\n1,one\n2,"open\n' + b"3,three\n" * 12, ["one", *["three"] * 12], [3]),
        (b'text\n"one"\n"open\n' + b"some prose\n" * 12 + b'"two"\n', ["one", "two"], [3]),
    ],
    ids=["long line", "long last line", "open quote", "open quote in prose"],
)
def test_that_a_row_is_kept_in_memory_up_to_a_bound(
    data: bytes, texts: list[str], problems: list[int], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("engine.documents.csv_rows._LONGEST_ROW", 80)
    path = write(tmp_path, data)

    with DocumentReader(path, CsvConfig(has_header=True, columns=("text",))) as reader:
        found = [document.text for document in reader]

    assert found == texts
    assert [problem.line for problem in reader.problems][:1] == problems


def test_that_the_user_can_overrule_what_was_detected(tmp_path: Path) -> None:
    path = write(tmp_path, "text,more;x\nä,b;y\nc,d;z\n".encode("cp1251", "replace"))

    preview = inspect_csv(
        path, CsvConfig(encoding="cp1251", delimiter=";", has_header=False), max_rows=2
    )

    assert preview.columns == ("column 1", "column 2")
    assert preview.rows == (("text,more", "x"), ("?,b", "y"))
    assert (preview.encoding, preview.delimiter, preview.has_header) == ("cp1251", ";", False)


def test_that_a_line_end_as_delimiter_means_one_column(tmp_path: Path) -> None:
    texts, _ = read(write(tmp_path, GOOD), delimiter="\n", has_header=False)

    assert texts == ["id,text", "1,first one", "2,second one"]


def test_that_the_preview_marks_undecodable_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, "text\né é é é é\na".encode() + b"\xff\nb\n")

    preview = inspect_csv(path)

    assert preview.rows == (("é é é é é",), ("a‹FF›",), ("b",))
    assert preview.damaged_cells == {(1, 0)}
    assert preview.undecodable_bytes == 1
    assert preview.row_lines == (2, 3, 4)
    assert [problem.line for problem in preview.problems] == [3]


@pytest.mark.parametrize(
    ("data", "has_header", "guessed"),
    [
        (b"body\nsome longer comment here\nanother one, also long\n", True, 0),
        (b"Some longer comment here.\nAnother one, also long.\n", False, 0),
        (b"id,score,body,url\n1,5,a comment of words,http://a.b/c-d-e-f-g-h-i-j-k\n", True, 2),
        (b"1,hello there you\n2,how are you\n", False, 1),
        (b"name,comment\nann,so it is\nbob,it is so\n", True, 1),
    ],
)
def test_that_header_and_text_column_are_guessed(
    data: bytes, has_header: bool, guessed: int, tmp_path: Path
) -> None:
    preview = inspect_csv(write(tmp_path, data))

    assert (preview.has_header, preview.guessed_column) == (has_header, guessed)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("L'été dernier, nous avons dîné à la crème brûlée, très agréable.", "cp1252"),
        ("Jag är från Sverige och gillar att äta räksmörgås på stränderna.", "cp1252"),
        ("Zażółć gęślą jaźń. Dziś rano poszedłem do sklepu kupić masło.", "cp1250"),
        ("Сегодня утром я пошёл в магазин, чтобы купить свежий хлеб.", "cp1251"),
        ("Bugün çok güzel bir gün. Şehrin ışıkları çok parlak, ağaçlar yeşil.", "cp1254"),
        ("今日の朝、新鮮なパンを買うために店に行きました。とても美味しかったです。", "shift_jis"),
    ],
)
def test_that_older_encodings_are_told_apart(text: str, encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path, f"text\n{text}\n{text}\n".encode(encoding))

    texts, problems = read(path, delimiter="\t")

    assert texts == [text, text]
    assert problems == []


def test_that_the_encoding_is_found_behind_a_megabyte_of_ascii(tmp_path: Path) -> None:
    lines = ["text", *["plain words only"] * 80_000, "It’s a café, très agréable à l’été."]
    path = write(tmp_path, "\n".join(lines).encode("cp1252"))

    texts, problems = read(path)

    assert texts[-1] == lines[-1]
    assert problems == []


def test_that_the_line_of_a_spreadsheet_that_names_the_delimiter_is_no_row(tmp_path: Path) -> None:
    path = write(tmp_path, b"\xef\xbb\xbfsep=;\r\nid;text\r\n1;first, one\r\n2;a;b\r\n3;second\r\n")

    preview = inspect_csv(path)
    texts, problems = read(path)

    assert (preview.delimiter, preview.columns) == (";", ("id", "text"))
    assert texts == ["first, one", "second"]
    assert problems == [(4, "it has 3 fields instead of 2")]


def test_that_quotes_are_text_where_the_user_says_so(tmp_path: Path) -> None:
    rows = b'id\ttext\n1\t"Yes," he said.\n2\t"No.\n3\t"All of it."\n'
    path = write(tmp_path, rows)

    texts, problems = read(path, quoting="none")

    assert texts == ['"Yes," he said.', '"No.', '"All of it."']
    assert problems == []
    assert not inspect_csv(path, CsvConfig(quoting="none")).is_quoted


def test_that_quotes_enclose_fields_where_the_user_says_so(tmp_path: Path) -> None:
    rows = b'id\ttext\n1\t"Quoted" first\n2\t"all of it"\n'
    path = write(tmp_path, rows)

    texts, problems = read(path, quoting="double", delimiter="\t")

    assert texts == ["all of it"]
    assert [line for line, _ in problems] == [2]


def test_that_json_lines_may_be_called_json(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"text": "one"}\n{"text": "two"}\n', "comments.json")

    assert read(path) == (["one", "two"], [])


@pytest.mark.parametrize("data", [b'[{"text": "one"}]\n', b'{\n "text":\n "one"\n}\n'])
def test_that_one_json_value_over_the_whole_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = write(tmp_path, data, "comments.json")

    with pytest.raises(CorpusError, match="one object per line"):
        inspect_csv(path)


@pytest.mark.parametrize("marks", [1, 3, 200])
def test_that_the_end_mark_of_dos_is_no_text(tmp_path: Path, marks: int) -> None:
    for name, data in (("a.csv", b"text\none\ntwo\n"), ("a.txt", b"one\n\x1amarks within\ntwo\n")):
        path = tmp_path / name
        path.write_bytes(data + b"\x1a" * marks)

        assert [text for text in read(path)[0] if "marks" not in text] == ["one", "two"]
        assert inspect_csv(path).problems == ()


def test_that_an_end_mark_behind_a_large_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"text\n" + b"a line\n" * 200_000 + b"\x1a" * 300_000)

    assert set(read(path)[0]) == {"a line"}


def test_that_a_text_of_end_marks_is_not_held_in_memory(tmp_path: Path) -> None:
    marks = 3 << 20
    source = TextFile(write(tmp_path, b"a\n" + b"\x1a" * marks + b"\nb\n"))
    with source as file:
        text = file.text("utf-8").read()

    assert text == "a\n" + "\x1a" * marks + "\nb\n"


def test_that_utf16_may_end_with_a_letter_like_the_end_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\ufefftext\none\naĚ".encode("utf-16-be"))

    assert read(path)[0] == ["one", "aĚ"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", "git lfs pull"),
        (b"<!DOCTYPE html>\n<html><body>Not found</body></html>\n", "is a web page"),
        (b"\xef\xbb\xbf\n  <HTML lang='en'>\n<body>\n", "is a web page"),
        (b'<?xml version="1.0"?>\n<!doctype html >\n<html>', "is a web page"),
        (b"%PDF-1.7\n%\xe2\xe3\n", "a PDF document"),
        (b"{\\rtf1\\ansi text}", "a Rich Text document"),
    ],
)
def test_that_what_is_only_called_csv_is_refused_by_what_it_is(
    tmp_path: Path, data: bytes, message: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(data)

    with pytest.raises(CorpusError, match=message):
        inspect_csv(path)


def test_that_a_table_about_web_pages_is_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"text\n<html> is a tag\n<b>so</b> is this\n")

    assert inspect_csv(path).rows[0] == ("<html> is a tag",)
