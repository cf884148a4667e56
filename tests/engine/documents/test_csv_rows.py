"""Reading the documents of a file: what is counted, what ends it, what is taken twice."""

import gzip
import hashlib
from dataclasses import replace
from io import StringIO
from itertools import islice
from pathlib import Path

import pytest

from engine.config import CsvConfig
from engine.documents import reader as csv_source
from engine.documents.csv_rows import CsvRows
from engine.documents.layout.detection import examine
from engine.documents.reader import DocumentReader, inspect_csv
from engine.documents.rows import NEVER_CLOSED, Dialect, Row
from engine.documents.table_shape import Shape, shape_of
from engine.errors import CorpusError
from tests.engine.files.test_atomic import free_descriptor
from tests.engine.support.archives import write_zip


def table(folder: Path, *rows: str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(("id,text", *rows)) + "\n", "utf-8")
    return path


def numbered(count: int) -> list[str]:
    return [f"{number},the text of {number}" for number in range(1, count + 1)]


@pytest.mark.parametrize(("asked_before_the_stop", "documents"), [(0, 0), (1, 256), (2, 512)])
def test_that_a_stop_is_heard_every_256_rows(
    tmp_path: Path, asked_before_the_stop: int, documents: int
) -> None:
    answers = iter([*[True] * asked_before_the_stop, False])
    path = table(tmp_path, *numbered(600))

    with DocumentReader(path, CsvConfig(columns=("text",)), lambda: next(answers)) as reader:
        read = list(reader)

    assert len(read) == documents


def test_that_all_problems_are_counted_and_the_first_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_source, "MOST_PROBLEMS", 2)
    path = table(tmp_path, *numbered(8), "9", "10", "11", *numbered(3), "12,twelve,")

    with DocumentReader(path, CsvConfig(columns=("text",))) as reader:
        assert len(list(reader)) == 12

    assert (reader.refused_rows, reader.repaired_rows) == (3, 1)
    assert [problem.line for problem in reader.problems] == [10, 11]
    assert len(inspect_csv(path).problems) == 2


def test_that_a_stop_at_damage_leaves_repaired_and_empty_rows_alone(tmp_path: Path) -> None:
    path = table(tmp_path, *numbered(4), "5,five,", "6,", *numbered(2))

    with DocumentReader(path, CsvConfig(columns=("text",), bad_rows="stop")) as reader:
        assert len(list(reader)) == 7

    assert (reader.refused_rows, reader.repaired_rows) == (1, 1)


def test_that_rows_of_blank_fields_of_another_number_are_no_loss(tmp_path: Path) -> None:
    path = table(tmp_path, "1,one", " , ,", "2,two", ",,,", "3,three")

    with DocumentReader(path, CsvConfig(columns=("text",))) as reader:
        assert [document.text for document in reader] == ["one", "two", "three"]

    assert (reader.refused_rows, reader.problems) == (0, [])


def test_that_a_swallowed_line_that_is_no_row_by_itself_is_not_saved(tmp_path: Path) -> None:
    rows = ('1,"open', '2,""x""', "3,three", "4,four", '5,"five"')
    path = table(tmp_path, *rows)

    with DocumentReader(path, CsvConfig(columns=("text",))) as reader:
        documents = list(reader)

    assert [document.line for document in documents] == [4, 5, 6]
    (problem,) = reader.problems
    assert (problem.line, problem.text) == (2, '1,"open\n2,""x""\n3,three')
    assert "some lines up to line" in problem.reason


def test_that_a_column_named_twice_is_read_once(tmp_path: Path) -> None:
    path = table(tmp_path, *numbered(1))

    with DocumentReader(path, CsvConfig(columns=("text", "2", "1"))) as reader:
        assert reader.columns == ("text", "id")
        assert [document.text for document in reader] == ["the text of 1\n\n1"]


@pytest.mark.parametrize("column", ["0", "3", "-1", "1.0", "²"])
def test_that_a_number_that_is_no_column_is_refused(tmp_path: Path, column: str) -> None:
    with pytest.raises(CorpusError, match=r"It has 'id', 'text'\. Choose one"):
        DocumentReader(table(tmp_path, *numbered(1)), CsvConfig(columns=(column,)))


def test_that_a_refusal_lists_the_first_thirty_columns(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"name{n}" for n in range(1, 41)) + "\n" + ",".join("7" * 40) + "\n")

    with pytest.raises(CorpusError, match="no column 'x'") as caught:
        DocumentReader(path, CsvConfig(columns=("x",)))

    assert "'name30'. " in str(caught.value)


def test_that_entities_are_decoded_where_the_user_says_so(tmp_path: Path) -> None:
    path = table(tmp_path, "1,salt &amp; pepper &lt;3", "2,&#32;", "3,plain")
    config = CsvConfig(columns=("text",), decode_entities=True)

    with DocumentReader(path, config) as reader:
        texts = [document.text for document in reader]
    preview = inspect_csv(path, config)

    assert texts == ["salt & pepper <3", "plain"]
    assert reader.refused_rows == 1
    assert preview.rows[0] == ("1", "salt & pepper <3")
    assert preview.are_entities_decoded
    assert preview.entities == inspect_csv(path).entities == 3


def test_that_the_preview_holds_as_many_rows_as_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path, *numbered(60))

    assert len(inspect_csv(path).rows) == 50
    assert inspect_csv(path, max_rows=2).rows == (("1", "the text of 1"), ("2", "the text of 2"))


def test_that_the_bytes_read_come_up_to_the_size_of_the_file(tmp_path: Path) -> None:
    path = table(tmp_path, *numbered(5000))
    done = []

    with DocumentReader(path, CsvConfig(columns=("text",))) as reader:
        for _ in reader:
            done.append(reader.bytes_done)

    assert done == sorted(done)
    assert done[-1] == path.stat().st_size == reader.bytes_total
    assert reader.characters_estimate == reader.bytes_total


def test_that_a_packed_file_is_taken_for_three_times_its_size(tmp_path: Path) -> None:
    path = tmp_path / "file.csv.gz"
    path.write_bytes(gzip.compress(table(tmp_path, *numbered(50)).read_bytes(), mtime=0))

    with DocumentReader(path, CsvConfig()) as reader:
        assert reader.characters_estimate == 3 * path.stat().st_size


@pytest.mark.parametrize(("name", "row"), [("a.txt", 1), ("a.jsonl", 1), ("a.csv", 2)])
def test_that_the_first_row_of_each_kind_is_read(tmp_path: Path, name: str, row: int) -> None:
    path = tmp_path / name
    path.write_text('{"text": "one"}\n{"text": "two"}\n' if name != "a.csv" else "text\none\n")

    with DocumentReader(path, CsvConfig()) as reader:
        first = next(iter(reader))

    assert (first.line, first.file) == (row, 0)


def test_that_a_header_is_obeyed_in_plain_text_and_refused_in_json_lines(tmp_path: Path) -> None:
    text, lines = tmp_path / "a.txt", tmp_path / "a.jsonl"
    text.write_text("words\none two\nthree four\n")
    lines.write_text('{"text": "one"}\n{"text": "two"}\n')

    with DocumentReader(text, CsvConfig(has_header=True, columns=("words",))) as reader:
        assert [document.line for document in reader] == [2, 3]
    with pytest.raises(CorpusError, match="JSON Lines, which has no header"):
        DocumentReader(lines, CsvConfig(has_header=True))


def test_that_equal_names_of_columns_get_their_number(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("text,,text\nsome words,b,more\nother words,c,more\n")

    preview = inspect_csv(path, CsvConfig(has_header=True))

    assert preview.columns == ("text", "column 2", "text (3)")


@pytest.mark.parametrize("is_packed", [False, True])
def test_that_a_reader_gives_the_hash_of_its_file_and_closes_it(
    tmp_path: Path, is_packed: bool
) -> None:
    path = table(tmp_path, *numbered(100))
    if is_packed:
        path = write_zip(tmp_path / "file.zip", {path.name: path.read_bytes()})
    free = free_descriptor()

    with DocumentReader(path, CsvConfig()) as reader:
        assert len(list(reader)) == 100
        assert reader.digest() == hashlib.sha256(path.read_bytes()).hexdigest()
        assert free_descriptor() != free

    assert free_descriptor() == free


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_that_a_large_file_is_judged_by_whole_lines(tmp_path: Path, line_end: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(line_end.join(["id,text", *numbered(80_000), '1,"quoted"']).encode())

    head = examine(path, CsvConfig()).head

    assert head.endswith(line_end)
    assert 500_000 < len(head) < path.stat().st_size


def test_that_a_large_file_of_one_line_is_judged_by_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("word " * 500_000, "utf-8")

    assert examine(path, CsvConfig()).head.startswith("word word ")


@pytest.mark.parametrize("name", ["file.txt", "file.jsonl"])
def test_that_only_a_table_has_a_header(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text('{"text": "one"}\n{"text": "two"}\n')

    preview = inspect_csv(path)

    assert not preview.has_header
    assert preview.row_lines == (1, 2)


def test_that_the_line_that_names_the_delimiter_is_believed_unless_the_user_chooses(
    tmp_path: Path,
) -> None:
    path = tmp_path / "file.csv"
    path.write_text("sep=;\n1,5;one two\n2,7;two three\n")

    assert inspect_csv(path).rows[0] == ("1,5", "one two")
    assert inspect_csv(path, CsvConfig(delimiter=",")).rows[0] == ("1", "5;one two")
    path.write_text(path.read_text().partition("\n")[2])
    assert inspect_csv(path).rows[0] == ("1", "5;one two")  # what would be detected


@pytest.mark.parametrize(("quoted", "is_taken"), [(3, True), (4, False)])
def test_that_a_bare_quote_is_text_unless_most_rows_are_quoted(
    tmp_path: Path, quoted: int, *, is_taken: bool
) -> None:
    rows = [f'{number},"the text, {number}"' for number in range(quoted)]
    path = table(tmp_path, *rows, '9,a 5" disk', '10,"the end, so"', '11,a 3" disk')

    with DocumentReader(path, CsvConfig(columns=("text",))) as reader:
        texts = [document.text for document in reader]

    assert ('a 5" disk' in texts) is is_taken
    assert texts[-2:] == ["the end, so", 'a 3" disk']
    assert reader.refused_rows == (0 if is_taken else 1)


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (["plain one", "plain two", '"a" b', "plain three"], [2, 3, 5]),
        (['"one"', '"two"', '"a" b', "plain", '"three"'], [2, 3, 6]),
    ],
)
def test_that_in_one_column_a_row_after_damage_must_look_like_most(
    tmp_path: Path, rows: list[str], lines: list[int]
) -> None:
    path = tmp_path / "file.csv"
    path.write_text("\n".join(("text" if rows[0] == "plain one" else '"text"', *rows)) + "\n")

    with DocumentReader(path, CsvConfig(quoting="double", has_header=True)) as reader:
        assert [document.line for document in reader] == lines


@pytest.mark.parametrize("more", [0, 400_000])
def test_that_a_row_beyond_the_bound_is_told_by_its_size(
    more: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.documents.csv_rows._LONGEST_ROW", 2 << 20)
    path = table(tmp_path, "1,one", "2,".ljust((2 << 20) - 1 + more, "x"), "3,three")

    with DocumentReader(path, CsvConfig(columns=("text",))) as reader:
        assert [document.line for document in reader] == [2, 4]

    (problem,) = reader.problems
    assert (problem.line, problem.reason) == (3, "it is longer than 2 million characters")


ENDED = shape_of([["1", "one"], ["2", "two"], ["3", "three"]], 2, ends_with_delimiter=True)
QUOTED = replace(shape_of([["1", "a"], ["2", "b"], ["3", "c"]], 2), needs_quotes=True)
JOINED = replace(shape_of([["a"], ["b"], ["c"]], 1), may_join_lines=True)


@pytest.mark.parametrize(
    ("text", "columns", "shape", "expected"),
    [
        # the lines of blank lines are counted, and none of them is a row
        ("a\n\n\n\nb\n\nc\n", 1, None, [(1, ["a"]), (5, ["b"]), (7, ["c"])]),
        # rows that end with a delimiter: one that lacks a field says so with its own number
        ("1,one,\n2,\n3,three,\n", 2, ENDED, [(1, ["1", "one"]), (2, "lack"), (3, ["3", "three"])]),
        # a quote behind a text without one before it is half of a pair
        (
            '1,"one, two"\n2,say "good"\n3,say good"\n',
            2,
            QUOTED,
            [(1, ["1", "one, two"]), (2, ["2", 'say "good"']), (3, "quote")],
        ),
        ('a\n"b\nc"\n', 1, JOINED, [(1, ["a"]), (2, "2 lines, between two quotes"), (2, ["b\nc"])]),
        # all fields of a row in quotes that the others do not have; one mark alone is no pair
        ("'2',''\n',''\n'4',b\n", 2, QUOTED, [(1, "quotes"), (2, ["'", "''"]), (3, ["'4'", "b"])]),
        ("'one'\n", 1, JOINED, [(1, ["'one'"])]),
        # the first row may be the damaged one; rows of any width are of none
        ("1,2,3\n4,5\n", 2, None, [(1, "it has 3 fields"), (2, ["4", "5"])]),
        ("a,b\nc\n", 0, None, [(1, ["a", "b"]), (2, ["c"])]),
        ("a\nb\udc92\n", 1, None, [(1, ["a"]), (2, "bytes that do not belong")]),
        # in one column, a plain row ends damage where most rows before it are plain
        ('a\n"b"\n"c" d\ne\n', 1, None, [(1, ["a"]), (2, ["b"]), (3, "text"), (4, "be told")]),
        (
            'a\n"b"\nz\n"c" d\ne\n',
            1,
            None,
            [(1, ["a"]), (2, ["b"]), (3, ["z"]), (4, "text"), (5, ["e"])],
        ),
        # a row of several lines has the right number of fields, and its quotes where they belong
        ('1,"a\n2,b\n3,c",d,e\n', 2, None, [(1, "never closed"), (2, ["2", "b"])]),
        ('1"x,"a\nb"\n', 2, None, [(1, "the text up to line 2")]),
        # half of the lines behind an open quote are rows, or none is saved
        ('1,"a\n2,b\n3,c\nd\ne\n', 2, None, [(1, "some lines"), (2, ["2", "b"]), (3, ["3", "c"])]),
        ('1,"a\n2,b\n3,c\nd\ne\nf\n', 2, None, [(1, "the text up to line 6")]),
        ('1,"a\nb\n', 2, None, [(1, "the text up to line 2")]),
        ('1,"a\n2,b\udc92\n3,c\n', 2, None, [(1, "some lines"), (3, ["3", "c"])]),
    ],
)
def test_that_rows_and_problems_have_the_lines_where_they_begin(
    text: str, columns: int, shape: Shape | None, expected: list[tuple[int, list[str] | str]]
) -> None:
    found = list(CsvRows(StringIO(text, newline=""), Dialect(","), columns=columns, shape=shape))

    told = [(row.line, row.fields if isinstance(row, Row) else row.reason) for row in found]
    assert [line for line, _ in told] == [line for line, _ in expected]
    for (_, got), (_, wanted) in zip(told, expected, strict=True):
        assert got == wanted if isinstance(wanted, list) else wanted in got


def test_that_a_reader_of_rows_knows_blank_lines_and_where_a_quote_was_left_open() -> None:
    rows = CsvRows(StringIO('a,b\n\nc,d\n1,"open\n2,e\n'), Dialect(","), columns=2)

    assert [(rows.is_after_blank, rows.open_line) for _ in islice(rows, 2)] == [
        (False, 0),
        (True, 0),
    ]
    problem, saved = rows
    assert (problem.line, rows.open_line) == (4, 4)
    assert problem.reason == NEVER_CLOSED  # type: ignore[union-attr]
    assert saved == Row(5, ["2", "e"])
