"""Any CSV is read right or refused by line: never merged, never replaced silently."""

import csv
import gzip
import io
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import CsvConfig
from engine.csv_rows import CsvRows
from engine.csv_source import DocumentReader, inspect_csv
from engine.errors import CorpusError
from engine.rows import Dialect, Row

# csv-spectrum's JSON disagrees with its own CSV in two places: its CRLF file has LF
# inside the quotes, and its telephone number is another one.
SPECTRUM_SLIPS = {"\r\n": "\n", "1234567890": "2095257564"}


def write(folder: Path, data: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read(path: Path, **config: object) -> tuple[list[str], list[tuple[int, str]]]:
    """Return the texts, and line and reason of each problem."""
    with DocumentReader(path, CsvConfig(**config)) as reader:  # type: ignore[arg-type]
        texts = [document.text for document in reader]
    return texts, [(problem.line, problem.reason) for problem in reader.problems]


@dataclass(frozen=True)
class Case:
    name: str
    data: bytes
    texts: list[str]
    problems: list[tuple[int, str]]  # line, and a word of the reason
    columns: tuple[str, ...] = ("text",)
    file: str = "file.csv"


GOOD = b"id,text\n1,first one\n2,second one\n"
UTF16 = "id,text\n1,caf\u00e9 au lait\n2,na\u00efve\n"
LONG = "word " * 60_000  # 300,000 characters, over the csv module's own limit
CASES = [
    Case("plain", GOOD, ["first one", "second one"], []),
    Case("crlf", GOOD.replace(b"\n", b"\r\n"), ["first one", "second one"], []),
    Case("cr alone", GOOD.replace(b"\n", b"\r"), ["first one", "second one"], []),
    Case("mixed line ends", b"id,text\r\n1,one\r2,two\n", ["one", "two"], []),
    Case("no line end at the end", GOOD[:-1], ["first one", "second one"], []),
    Case("byte order mark", b"\xef\xbb\xbf" + GOOD, ["first one", "second one"], []),
    Case("mark before a quote", b'\xef\xbb\xbf"text"\n"a, b"\n"c"\n', ["a, b", "c"], []),
    Case("utf-16 with mark", UTF16.encode("utf-16"), ["café au lait", "naïve"], []),
    Case("utf-16-le, no mark", UTF16.encode("utf-16-le"), ["café au lait", "naïve"], []),
    Case("utf-16-be, no mark", UTF16.encode("utf-16-be"), ["café au lait", "naïve"], []),
    Case("utf-32 with mark", UTF16.encode("utf-32"), ["café au lait", "naïve"], []),
    Case("cp1252", "text\nIt’s a café\nplain\n".encode("cp1252"), ["It’s a café", "plain"], []),
    Case("semicolons", b"id;text\n1;one, two\n2;three, four, five\n",
         ["one, two", "three, four, five"], []),
    Case("tabs", b"id\ttext\n1\tone, two\n2\tthree\n", ["one, two", "three"], []),
    Case("bars", b"id|text\n1|one, two\n2|three\n", ["one, two", "three"], []),
    Case("tabs with literal quotes", b'id\ttext\n1\t"Hi" she said\n2\tbye\n3\tso\n',
         ['"Hi" she said', "bye", "so"], []),
    Case("one column, commas unquoted", b"text\nWell, yes, no\nSo, it is\nplain\n",
         ["Well, yes, no", "So, it is", "plain"], []),
    Case("one column, commas quoted", b'text\n"a, b"\n"c, d, e"\nplain\n',
         ["a, b", "c, d, e", "plain"], []),
    Case("newline in quotes", b'text\n"a\nb"\n"c"\n', ["a\nb", "c"], []),
    Case("crlf in quotes", b'text\r\n"a\r\nb"\r\n', ["a\r\nb"], []),
    Case("doubled quotes", b'text\n"say ""hi"""\n"""x"""\n', ['say "hi"', '"x"'], []),
    Case("blank lines", b"id,text\n\n1,one\n\n\n2,two\n\n", ["one", "two"], []),
    Case("huge field", b'id,text\n1,"' + LONG.encode() + b'"\n2,b\n', [LONG.strip(), "b"], []),
    Case("too few fields", b"id,text\n1,one\n2\n3,three\n4,four\n", ["one", "three", "four"],
         [(3, "1 field instead of 2")]),
    Case("too many fields", b"id,text\n1,one\n2,a,b\n3,three\n4,four\n",
         ["one", "three", "four"], [(3, "3 fields instead of 2")]),
    Case("empty fields too many", b"id,text\n1,one\n2,two,,\n3,three\n4,four\n",
         ["one", "two", "three", "four"], [(3, "repaired: 2")]),
    Case("empty text", b"id,text\n1,one\n2,\n3,  \n", ["one"], [(3, "empty"), (4, "empty")]),
    Case("nul", b"id,text\n1,one\n2,b\0d\n3,three\n", ["one", "three"], [(3, "NUL")]),
    Case("nul in quotes", b'id,text\n1,"o\n\0"\n3,three\n', ["three"], [(2, "NUL")]),
    Case("undecodable byte", "id,text\n1,é\n2,ééé\n3,ü<\n4,ö\n".encode().replace(b"<", b"\xff"),
         ["é", "ééé", "ö"], [(4, "bytes")]),
    Case("character cut at the end", "id,text\n1,éé\n2,é".encode()[:-1], ["éé"], [(3, "bytes")]),
    Case("open quote, quoted rows", b'text\n"one"\n"never\n"three"\n"four"\n',
         ["one", "three", "four"], [(3, "never closed")]),
    Case("open quote in the last row", b'text\n"one"\n"cut off\nhere, in ""it""\n\nend', ["one"],
         [(3, "never closed; the text up to line 6")]),
    Case("open quote, two columns", b'id,text\n1,"one"\n2,"open\n3,three\n4,four\n',
         ["one", "three", "four"], [(3, "never closed")]),
    Case("open quote, then a quoted row", b'id,text\n2,"open\n3,three\n4,"fo, ur"\n5,x\n',
         ["three", "fo, ur", "x"], [(2, "never closed")]),
    Case("open quote, prose after it", b'id,text\n1,"one"\n2,"open\nno row\n', ["one"],
         [(3, "never closed; the text up to line 4")]),
    Case("open quote that a later row closes", b'id,text\n1,"open\n2,mid\n3,"quo, ted"\n4,y\n',
         ["mid", "quo, ted", "y"], [(2, "never closed")]),
    Case("wrong quote closes the field", b'id,text\n1,"open\n2,",comma first"\n3,"c"\n',
         [",comma first", "c"], [(2, "never closed")]),
    Case("two open quotes", b'text\n"one"\n"a\n"b\n"four"\n', ["one", "four"],
         [(3, "never closed"), (4, "never closed")]),
    Case("open quote in the header line's column", b'"text"\n"a\n"b"\n', ["b"], [(2, "never")]),
    Case("text after a quote", b'id,text\n1,"one"\n2,"a" b"\n3,"c"\n', ["one", "c"],
         [(3, "follows a closing quote")]),
    Case("bare quotes in a long row", b'text\n"one"\n"p1\np2 "x" y\np4"\n"five"\n',
         ["one", "five"], [(3, "never closed"), (4, "cannot be told"), (5, "cannot be told")]),
    Case("quote inside plain text", b'id,text\n1,a 5" disk\n2,b\n', ['a 5" disk', "b"], []),
    Case("lost first quote", b'text\n"a"\n"b"\n"c"\n"d"\ne ""x"" e"\n"f"\n',
         ["a", "b", "c", "d", "f"], [(6, "a quote stands inside")]),
    Case("many rows in one with wrong count", b'id,text\n1,"a\nb",x\n2,y\n', ["y"],
         [(2, "3 fields instead of 2")]),
    Case("equal header names", b"id,text,text\n1,one,two\n", ["one"], [], ("2",)),
    Case("named by number", b"text,more\na,b c d\n", ["b c d"], [], ("2",)),
    Case("two columns joined", b"title,text\nOne,two\n", ["One\n\ntwo"], [], ("title", "text")),
    Case("lines of text", b'one\n"two\nthree, four\n',
         ["one", '"two', "three, four"], [], (), "file.txt"),
    Case("paragraphs of text", b"one\ntwo\n\n\nthree\n", ["one\ntwo", "three"], [], (), "a.txt"),
    Case("nul in text lines", b"one\nt\0o\nthree\n", ["one", "three"], [(2, "NUL")], (), "a.txt"),
    Case("json lines", b'{"text": "a\\nb"}\n\n{"text": "c", "n": 1}\n', ["a\nb", "c"], [],
         ("text",), "a.jsonl"),
    Case("json damage", b'{"text": "a"}\n{"text": 5}\n{"x": "b"}\n[1]\n{"text": "c\n"\\ud800"\n',
         ["a"], [(2, "not text"), (3, "no 'text'"), (4, "not a JSON object"), (5, "not valid"),
                 (6, "bytes")], ("text",), "a.jsonl"),
    Case("json with a line separator inside", '{"a": "x\u2028y", "text": "b c d"}\n'.encode(),
         ["b c d"], [], ("text",), "a.jsonl"),
    Case("deep json", b'{"text": "a"}\n' + b"[" * 100_000 + b"\n", ["a"], [(2, "not valid")],
         ("text",), "a.jsonl"),
    Case("packed", gzip.compress(GOOD), ["first one", "second one"], [], ("text",), "f.csv.gz"),
    Case("packed without the suffix", gzip.compress(GOOD), ["first one", "second one"], []),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_that_a_messy_file_is_read_right_or_refused_by_line(case: Case, tmp_path: Path) -> None:
    path = write(tmp_path, case.data, case.file)

    texts, problems = read(path, columns=case.columns)

    assert texts == case.texts
    assert [line for line, _ in problems] == [line for line, _ in case.problems]
    for (_, reason), (_, word) in zip(problems, case.problems, strict=True):
        assert word in reason


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "a.csv", "is empty"),
        (b" \n\n \n", "a.csv", "only blank lines"),
        (b"PK\x03\x04rest", "a.csv", "Excel workbook"),
        (b"%PDF-1.4", "a.csv", "PDF"),
        (bytes(range(256)) * 40, "a.csv", "not a text file"),
        (gzip.compress(GOOD)[:-12], "a.csv.gz", "breaks off"),
        (gzip.compress(gzip.compress(GOOD)), "a.csv.gz", "compressed twice"),
        (gzip.compress(GOOD * 9000)[:-12], "a.csv.gz", "breaks off"),
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

    monkeypatch.setattr("engine.text_file.io.FileIO", refuse)

    with pytest.raises(CorpusError, match=r"may not read .*file\.csv"):
        inspect_csv(path)


def test_that_an_unknown_column_is_answered_with_those_that_exist(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)

    with pytest.raises(CorpusError, match=r"no column 'body'\. It has 'id', 'text'"):
        read(path, columns=("body",))
    with pytest.raises(CorpusError, match="no column '3'"):
        read(path, columns=("3",))


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
    monkeypatch.setattr("engine.csv_rows._LONGEST_ROW", 80)
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


@settings(max_examples=300, deadline=None)
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


@settings(max_examples=200, deadline=None)
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


@settings(max_examples=200, deadline=None)
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

    with pytest.raises(CorpusError, match="one object a line"):
        inspect_csv(path)
