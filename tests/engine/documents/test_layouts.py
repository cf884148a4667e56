"""Layouts of tables that people bring: found by whole hypotheses, or refused by a sentence."""

import csv
import json
from contextlib import nullcontext
from io import StringIO
from pathlib import Path

import pytest

from engine.config import CsvConfig
from engine.documents.reader import DocumentReader, inspect_csv
from engine.errors import CorpusError
from tests.engine.support.csv_cases import read, write

OF_ENCODINGS = ("cp1252", "cp850", "iso8859", "mac_roman", "ctrl_z")
SENTENCES = [f"The baker{', again,' * (n % 2)} washed door number {n}." for n in range(24)]


def table(head: str, row: str, tail: str = "") -> bytes:
    rows = (row.format(n=n, text=text) for n, text in enumerate(SENTENCES))
    return (head + "".join(f"{line}\n" for line in rows) + tail).encode()


def test_that_the_shared_tables_are_read_right_or_refused(shared_data: Path) -> None:
    truth = json.loads((shared_data / "cases" / "texts.json").read_bytes())
    refused = []

    for name, texts in truth.items():
        if name.startswith(OF_ENCODINGS):
            continue
        try:
            found, _ = read(shared_data / "cases" / name)
        except CorpusError:
            refused.append(name)
            continue
        first_table = texts[:40] if name == "second_table_wider.csv" else texts
        assert found == [text.strip() for text in first_table], name

    assert set(refused) <= {"rows_of_json_array.csv"}


@pytest.mark.parametrize(
    "data",
    [
        table("Survey of spring, 2024\nid,text\n", '{n},"{text}"'),
        table("By,Ann,\nOn,2024-01-01,\n,,\nid,n,text\n", '{n},{n},"{text}"'),
        table("id,n,text\nId,How many?,What do you think?\n", '{n},{n},"{text}"'),
        table("id,text\n", '{n},"{text}"', "* preliminary, subject to change\n"),
        table("id,text\n", '{n},"{text}"', "Total,24 comments\n"),
        table("id,text\n", '{n},"{text}"', "* preliminary, as all is\n" * 5),
        table("id,label,text\n", "{n},ham,{text}"),
        table("text,label\n", "{text},ham"),
        table("id^|^text\n", "{n}^|^{text}"),
        table("id\x01text\n", "{n}\x01{text}"),
        table("'id','text'\n", "'{n}','{text}'"),
        table("id,text\n", "{n},“{text}”"),
        table("id , text\n", '{n} , "{text}" '),
        table("Nr,Nr,Kommentar\n", '{n},{n},"{text}"'),  # a name that comes twice
        table("id,text\n", '{n},"{text}"', "Total,3\n" + ",\n" * 20),
        table("id,text\n", '{n},"{text}"', "Total,3\nregion,count,more\n"),  # not at the end
        table("id,empty,text\n", '{n},,"{text}"', "Source: us,,\n"),
        table("id\t text\t more\t last\n", '{n}\t "{text}"\t \t x'),
        table("1. How is it?,2. Which word would you choose?\n", '"{text}",{n}word'),
        table("Survey,\nid,text,\n", '{n},"{text}"'),
        table("id x text\n", '{n} y "{text}"'),
        table('"text" "n"\n', '"{n}" "{text}" {n}'),  # R names the rows, but not their column
        table(",text,n\n,raw,sum\n", '{n},"{text}",{n}'),
        table("id,text\n,Open-Ended Response\n", '{n}00,"{text}"'),
        table("Comment\n", "{text}"),
    ],
)
def test_that_texts_are_found_without_a_choice(data: bytes, tmp_path: Path) -> None:
    texts, _ = read(write(tmp_path, data))

    assert texts == SENTENCES


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Ann, Bob, and Eve went {n} times",
            "{text}",
            'Anna said, "it is {n}"',
            "Yes, Ann has {n}",
        ),
        *('"{n} it is," said Ann. "Go, now."', "\t{text}", "Ann has {n},000 and {n}.5 more, or so"),
    ],
)
def test_that_running_text_stays_whole(line: str, tmp_path: Path) -> None:
    path = write(tmp_path, table("", line))

    texts, _ = read(path)

    assert texts == [line.strip() for line in path.read_text().splitlines()]


def test_that_words_above_numbers_are_texts_where_there_is_one_column(tmp_path: Path) -> None:
    rows = ["one", "two", "three", *map(str, range(20))]

    assert read(write(tmp_path, rows_of("text", *rows)))[0] == rows


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b'[{"id": 1, "text": "a"},\n {"id": 2, "text": "b"}]\n', "a JSON array"),
        (b"| id | text |\n|----|------|\n| 1 | a b |\n", "a Markdown table"),
        (("id,text\u2028" + "1,a b\u2028" * 9).encode(), "U\\+2028"),
        (table("id  text\n", "{n:<4}{text}"), "a fixed width"),
        (table('"id,text"\n', '"{n},{text}"'), "in quotes as a whole"),
        (("id,text\x85" + "1,a b\x85" * 9).encode("latin-1"), "NEL \\(0x85\\)"),
        (b"id,text\x0c" + b"1,a b\x0c" * 9, "FF"),
        (b'{\n "data": [\n  {"text": "a b"}\n ]\n}\n', "a JSON object over several lines"),
        (b"<?xml version='1.0'?>\n<rows>\n<row>a b</row>\n</rows>\n", "an XML document"),
        (b"<!-- saved -->\n<table>\n<tr><td>a b</td></tr>\n</table>\n", "a web page"),
        (b"INSERT INTO texts VALUES\n(1, 'a b'),\n(2, 'c d');\n", "statements of SQL"),
        (b"% old\n@relation texts\n@attribute text string\n@data\n'a b'\n", "ARFF"),
        (b"/annex/objects/SHA256E-s1335--5e67.csv\n", "git annex get"),
        (table("id x text\n", '{n} or so "{text}" z'), "spaces between its fields"),
        (table("id & text \\\\\n\\hline\n", "{n} & {text} \\\\"), "a LaTeX table"),
        (b"a,b,c\n" + b"1,2\n3\n4,5,6,7\n8,9,1,2,3\n" * 4, "line 1 has 3 fields between ','"),
    ],
)  # fmt: skip
def test_that_what_is_no_table_is_refused_by_what_it_is(
    data: bytes, what: str, tmp_path: Path
) -> None:
    with pytest.raises(CorpusError, match=what):
        DocumentReader(write(tmp_path, data), CsvConfig())


@pytest.mark.parametrize(
    ("head", "row"),
    [("id x text", '{} or so "it is {}" z'), ("7 and more", 'so "{}" "it is {}" z')],
)
@pytest.mark.parametrize(
    ("quoted", "plain", "is_refused"),
    [(3, 2, True), (3, 3, False), (4, 2, True), (2, 0, True), (1, 0, False)],
)
def test_that_quotes_between_blanks_in_three_fifths_of_the_rows_are_those_of_a_table(
    head: str, row: str, quoted: int, plain: int, is_refused: bool, tmp_path: Path
) -> None:
    lines = [row.format(n, n) for n in range(quoted)] + [f"{n} and so on" for n in range(plain)]
    path = write(tmp_path, rows_of(head, *lines))

    with pytest.raises(CorpusError, match="in line 2") if is_refused else nullcontext():
        assert inspect_csv(path).rows[0] == (head,)


@pytest.mark.parametrize(("head", "first"), [("id text", "1 or"), ("id x text", "or")])
def test_that_one_piece_in_quotes_is_of_a_table_below_three_names_and_beside_numbers_alone(
    head: str, first: str, tmp_path: Path
) -> None:
    rows = [f'{first} so "it is" z', *(f'{n} or so "it is {n}" z' for n in range(5))]

    assert inspect_csv(write(tmp_path, rows_of(head, *rows))).rows[0] == (head,)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "||", "\x1f"])
@pytest.mark.parametrize("is_quoted", [False, True])
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("head", [("extra", "text"), None])
def test_that_a_column_without_a_value_beside_the_texts_is_no_part_of_them(
    delimiter: str, is_quoted: bool, place: int, head: tuple[str, str] | None, tmp_path: Path
) -> None:
    quoted = csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL
    written = StringIO()
    writer = csv.writer(written, delimiter="\ufdd9", quoting=quoted, lineterminator="\n")
    texts = [f"The baker washed door number {n}." for n in range(24)]
    for row in ([head] if head else []) + [("", text) for text in texts]:
        writer.writerow(row[::-1] if place else row)
    path = write(tmp_path, written.getvalue().replace("\ufdd9", delimiter).encode())

    with DocumentReader(path, CsvConfig()) as reader:
        found = [document.text for document in reader]

    # A comma at the end of each line may also be the text's own.
    assert found == texts or (head is None and place == 1 and "running text" in reader.doubts[0])
    assert reader.problems == []


@pytest.mark.parametrize("row", ["7,,a,one,", ",7,a,one,", "7,a,,one,"])
def test_that_a_surplus_delimiter_never_shifts_a_row(row: str, tmp_path: Path) -> None:
    rows = "".join(f"{n},a,text {n},{'x' * (n % 2)}\n" for n in range(20))
    path = write(tmp_path, f"id,kind,text,note\n{rows}{row}\n".encode())

    texts, problems = read(path, columns=("text",))

    assert texts == [f"text {n}" for n in range(20)]
    assert problems == [(22, "it has 5 fields instead of 4")]


def test_that_a_missing_column_in_the_first_row_names_the_header(tmp_path: Path) -> None:
    path = write(tmp_path, b"So it is.,tweet\nSo it was.,said so\n")

    with pytest.raises(CorpusError, match="say --header"):
        DocumentReader(path, CsvConfig(columns=("tweet",), has_header=False))


def test_that_doubt_is_told_in_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, table("sep=;\ntitle\nid;text\n", '{n};"{text}"'))
    ragged = write(tmp_path, b"id,text\n" + b"1,a\n2,b\n3,c\n4,d,e\n" * 6, "ragged.csv")
    titles = write(tmp_path, table("sep=;\none\ntwo\nid;text\n", '{n};"{text}"'), "titles.csv")

    assert inspect_csv(path).doubts[0] == "1 line is left out above the table"
    assert inspect_csv(titles).doubts[0] == "2 lines are left out above the table"
    assert "76% of the first 25 rows have 2 fields" in inspect_csv(ragged).doubts


SPLIT = "".join(f"line number {n}\n" for n in range(30))


@pytest.mark.parametrize(
    ("data", "doubt"),
    [
        (table("text\n", "{n} Main Street, London, {n}00"), "one name above lines of 3 fields"),
        (table("", "{n} Main Street, London, {n}00"), "no row names the columns; that each"),
        (table("id,author,text\n", '{n},ann,"{text}",'), "with a delimiter that the header lacks"),
        (table("DATETIME,text\n", '{n}-1,10:{n},"{text}"'), "one name fewer than the rows"),
        (table("Survey,,,\nDay,,,text\n", '{n},{n},{n},"{text}"'), "1 of its 4 fields filled"),
        (b"id,text\n1,a b c\n2,d e f\n", "with only 2 rows"),
        (b'"quoted\n' + b"a line\n" * 12 + b'end"\n' + SPLIT.encode(), "14 lines are one text"),
        (b'text\n"never closed\n' + SPLIT.encode() + b'"again\n', "of its beginning can be read"),
    ],
)
def test_that_what_may_be_otherwise_is_doubtful(data: bytes, doubt: str, tmp_path: Path) -> None:
    assert any(doubt in each for each in inspect_csv(write(tmp_path, data)).doubts)


def test_that_names_are_not_shifted_where_the_header_lacks_the_last_one(tmp_path: Path) -> None:
    data = table("id\t author\t text\n", '{n}\t "ann"\t "{text}"\t ')

    texts, _ = read(write(tmp_path, data), columns=("text",))

    assert texts == SENTENCES


def test_that_lines_of_a_plain_text_that_end_oddly_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, b"Some words.\x1e" * 9, "a.txt")

    with pytest.raises(CorpusError, match="RS"):
        inspect_csv(path)


def test_that_the_lines_above_a_table_can_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, b"id,text\nno,words\n1,a b c\n2,d e f\n")

    preview = inspect_csv(path, CsvConfig(skip_rows=1, has_header=True))

    assert (preview.columns, preview.row_lines) == (("no", "words"), (3, 4))


def rows_of(*rows: str) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


FIRST = ("id,text", *(f'{n},"{text}"' for n, text in enumerate(SENTENCES)))


@pytest.mark.parametrize("gap", ["", ",", "\n\n"], ids=["blank line", "padded", "three"])
@pytest.mark.parametrize(
    "second",
    [("city,mayor", "Rome,Anna Rossi", "Oslo,Per Hansen"), ("name,body", "Ann,Other words here.")],
    ids=["no number", "name of a text"],
)
def test_that_a_second_table_of_the_same_width_is_refused_by_line(
    tmp_path: Path, gap: str, second: tuple[str, ...]
) -> None:
    texts, problems = read(write(tmp_path, rows_of(*FIRST, gap, *second)))

    line = len(FIRST) + 2 + gap.count("\n")
    assert texts == SENTENCES
    assert [number for number, _ in problems if number >= line] == list(
        range(line, line + len(second))
    )
    assert all("another table" in reason for number, reason in problems if number >= line)


@pytest.mark.parametrize(("block", "is_refused"), [(2, False), (3, True)])
def test_that_three_rows_together_tell_that_a_blank_line_parts_two_tables(
    tmp_path: Path, block: int, is_refused: bool
) -> None:
    second = ("city,mayor", "Rome,Anna Rossi")

    data = rows_of(*FIRST, "", *FIRST[1 : block + 1], "", *second)

    _, problems = read(write(tmp_path, data))

    assert any("of another table" in reason for _, reason in problems) is is_refused


def test_that_a_second_table_with_the_same_text_column_is_read(tmp_path: Path) -> None:
    data = rows_of(*FIRST, "", "number,text", '1,"Another one."', '2,"And more."')

    texts, problems = read(write(tmp_path, data))

    assert texts == [*SENTENCES, "Another one.", "And more."]
    assert [line for line, _ in problems] == [len(FIRST) + 2]


@pytest.mark.parametrize(
    "rows",
    [
        [*FIRST[:10], "", *FIRST[10:]],
        [line for row in FIRST for line in (row, "")],
        [*FIRST[:10], "", '99,"short one"', *FIRST[10:]],
        [*FIRST[:10], "", 'n/a,"short one"', *FIRST[10:]],
    ],
    ids=["gap", "gaps everywhere", "short text", "no number known"],
)
def test_that_a_blank_line_alone_ends_no_table(tmp_path: Path, rows: list[str]) -> None:
    texts, _ = read(write(tmp_path, rows_of(*rows)))

    assert [text for text in texts if text != "short one"] == SENTENCES
    assert texts.count("short one") == rows_of(*rows).count(b"short one")


LOGS = {
    "iso": "2024-05-01 12:00:{n:02} INFO worker-{n} the job has ended",
    "iso T": "[2024-05-01T12:00:{n:02}.123Z] WARN disk nearly full on {n}",
    "syslog": "May  1 12:00:{n:02} host sshd[{n}]: Failed password for root",
    "chat": "{n}.03.24, 10:{n} - Ann: it is {n}",
    "web": '127.0.0.{n} - - [01/May/2024:12:00:{n:02} +0200] "GET /{n} HTTP/1.0" 200 23',
}


@pytest.mark.parametrize("line", LOGS.values(), ids=LOGS)
def test_that_the_lines_of_a_log_are_no_texts_without_a_word(tmp_path: Path, line: str) -> None:
    path = write(tmp_path, rows_of(*(line.format(n=n) for n in range(10, 40))))

    try:
        doubts = inspect_csv(path).doubts
    except CorpusError:
        return  # a table that was not understood: that is said, too
    assert doubts


NESTED = (
    "services:",
    "  web:",
    "    image: nginx",
    "    ports:",
    "      - 80",
    "  db:",
    "    x: y",
)
LISTED = ("---", "- name: Ann", "  text: Hello there.", "- name: Bob", "  text: Hello, Ann.")


TWO_INNER = ("name: Ann", "age: 5", "texts:", "  first: Hello there.", "  last: Hello, Ann.")


@pytest.mark.parametrize("lines", [NESTED, LISTED, TWO_INNER], ids=["nested", "list", "two"])
def test_that_yaml_is_refused_by_its_name(tmp_path: Path, lines: tuple[str, ...]) -> None:
    path = write(tmp_path, rows_of(*lines))

    with pytest.raises(CorpusError, match="looks like YAML"):
        inspect_csv(path)
    assert inspect_csv(path, CsvConfig(delimiter="\n")).columns


def test_that_flat_keys_with_values_are_doubtful(tmp_path: Path) -> None:
    lines = [f"key_{n}: the value number {n}" for n in range(20)]

    assert "as in YAML" in inspect_csv(write(tmp_path, rows_of(*lines))).doubts[0]


def test_that_what_people_say_behind_their_names_is_text(tmp_path: Path) -> None:
    lines = [f"{name}: I said number {n}." for n in range(20) for name in ("Ann", "Bob")]

    texts, problems = read(write(tmp_path, rows_of(*lines)))

    assert (texts, problems) == (lines, [])
    assert inspect_csv(write(tmp_path, rows_of(*lines))).doubts == ()


LONG = b"id,by,text\n" + table("", '{n},ann,"{text}",') * 25  # longer than the sample


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (
            table("id,text\n", '"{n}","{text}"', "'7','So it is.'\n"),
            26,
            "its fields stand in other",
        ),
        (LONG + b"7ann,so it is,\n8,b,c d,\n", 602, "it may lack one"),
    ],
)
def test_that_a_row_of_another_kind_is_refused_by_its_line(
    data: bytes, line: int, reason: str, tmp_path: Path
) -> None:
    texts, problems = read(write(tmp_path, data))

    assert texts[: len(SENTENCES)] == SENTENCES
    assert [each for each, why in problems if why.startswith(reason)] == [line]


@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_that_json_lines_are_read_whatever_the_file_is_called(name: str, tmp_path: Path) -> None:
    rows = "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(SENTENCES))

    assert read(write(tmp_path, rows.encode(), name))[0] == SENTENCES


@pytest.mark.parametrize(("names", "line"), [("no,words\n", 3), ("", 2)])
def test_that_all_rows_below_the_lines_left_out_tell_what_the_table_is(
    names: str, line: int, tmp_path: Path
) -> None:
    rows = table(f"Survey\n{names}", '{n},"{text}"').splitlines(keepends=True)[: line + 7]
    path = write(tmp_path, b"".join([*rows, b"x,words here,\n"]))  # no number, a comma more

    preview = inspect_csv(path, CsvConfig(skip_rows=1))

    assert preview.row_lines == tuple(range(line, line + 8))
    (problem,) = preview.problems
    assert (problem.line, problem.is_repaired) == (line + 8, False)


def test_that_the_first_row_is_the_header_where_a_person_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, table("Survey,\nid,text\n", '{n},"{text}"'))

    preview = inspect_csv(path, CsvConfig(skip_rows=0))

    assert preview.columns == ("Survey", "column 2")
    assert [problem.line for problem in preview.problems] == [2]  # it belongs to the header
    with pytest.raises(CorpusError, match="no text below its first 99 lines"):
        inspect_csv(path, CsvConfig(skip_rows=99))


@pytest.mark.parametrize(
    ("header", "row", "bad"),
    [
        ("id, comment", '{n}, "{text}"', '{n},, "{text}"'),
        (
            "id; day; comment; score",
            "{n}; 2024-01-{n}; {text}; {n}",
            "{n} 2024-01-{n}; {text}; {n}",
        ),
    ],
)
def test_that_a_damaged_row_makes_no_running_text_of_a_small_table(
    header: str, row: str, bad: str, tmp_path: Path
) -> None:
    lines = [(bad if n == 4 else row).format(n=n, text=SENTENCES[n]) for n in range(8)]

    texts, problems = read(write(tmp_path, rows_of(header, *lines)))

    assert texts == [text for text in SENTENCES[:8] if text != SENTENCES[4]]
    assert [line for line, _ in problems] == [6]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv", "a.dat"])
@pytest.mark.parametrize(
    ("chosen", "columns", "doubt"),
    [
        ({"delimiter": ";", "columns": ("text",)}, ("id", "text"), ""),
        ({"has_header": False}, ("column 1", "column 2"), ""),
        ({"delimiter": "|"}, ("column 1",), "'|', which was chosen, divides no row"),
        ({"delimiter": "\n"}, ("column 1",), ""),
    ],
)
def test_that_a_choice_is_obeyed_whatever_the_file_is_called(
    name: str, chosen: dict[str, object], columns: tuple[str, ...], doubt: str, tmp_path: Path
) -> None:
    path = write(tmp_path, table("id;text\n", "{n};{text}"), name)

    with DocumentReader(path, CsvConfig(**chosen)) as reader:  # type: ignore[arg-type]
        assert reader.all_columns == columns
        assert any(doubt in each for each in reader.doubts) or not doubt


def test_that_json_lines_divided_by_a_choice_are_doubtful_or_refused(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"text": "it is"}\n' * 9, "a.jsonl")

    assert "a JSON object" in inspect_csv(path, CsvConfig(delimiter=";")).doubts[0]
    with pytest.raises(CorpusError, match="Leave --skip-rows out"):
        inspect_csv(path, CsvConfig(skip_rows=1))


@pytest.mark.parametrize("row", ['"{text}",""', '"{text}",', '"{text}";""', '"{text}","",""'])
def test_that_empty_columns_behind_texts_in_quotes_are_no_text(row: str, tmp_path: Path) -> None:
    assert read(write(tmp_path, table("", row))) == (SENTENCES, [])


def test_that_lines_that_end_with_a_comma_are_texts(tmp_path: Path) -> None:
    lines = [f"{text}," for text in SENTENCES]

    assert read(write(tmp_path, rows_of(*lines))) == (lines, [])
