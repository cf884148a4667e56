"""Which delimiter, quoting and header the beginning of a file speaks for."""

from io import StringIO
from pathlib import Path

import pytest

from engine.config import CsvConfig
from engine.documents.layout.detection import examine
from engine.documents.layout.header import detect_header, guess_text_column
from engine.documents.layout.hypotheses import find_table
from engine.documents.layout.widths import width_of
from engine.documents.reader import DocumentReader, inspect_csv
from engine.documents.rows import Dialect
from tests.engine.support.csv_cases import read, write


def detect_dialect(text: str, delimiter: str | None, *, is_quoted: bool | None = None) -> Dialect:
    """Return the dialect under which the rows of `text` agree best."""
    quotings = None if is_quoted is None else (Dialect("", is_quoted),)
    return find_table(text, delimiter, quotings)[0].dialect


PROSE = "Well, yes\nSo, it is\nOh, my\nNo, never\n"


def test_that_commas_followed_by_blanks_in_a_few_lines_are_running_text() -> None:
    assert detect_dialect(PROSE, None) == Dialect("")
    assert detect_dialect(PROSE.replace(", ", ","), None) == Dialect(",")


def test_that_running_text_is_no_table_where_all_its_lines_have_one_comma() -> None:
    assert detect_dialect(PROSE * 2, None) == Dialect("")
    assert detect_dialect("".join(f"{n}, so\n" for n in range(8)), None) == Dialect(",")


def test_that_labels_before_sentences_are_a_column() -> None:
    text = "".join(f"{'ham' if n % 2 else 'spam'}, The baker came {n} times.\n" for n in range(24))

    assert detect_dialect(text, None) == Dialect(",")
    assert detect_dialect(text.replace("The", "the"), None) == Dialect("")


def test_that_single_quotes_with_blanks_around_them_have_a_meaning() -> None:
    text = "".join(f"'{n}' , 'The baker, again, came {n} times.'\n" for n in range(24))

    assert detect_dialect(text, None) == Dialect(",", quote="'", skips_blanks=True)


def test_that_tabs_are_never_running_text() -> None:
    assert detect_dialect(PROSE.replace(", ", "\t "), None).delimiter == "\t"


@pytest.mark.parametrize(("agreeing", "delimiter"), [(5, ""), (6, ";")])
def test_that_a_delimiter_must_divide_most_rows_alike(agreeing: int, delimiter: str) -> None:
    rows = [
        ("a;b" if n * agreeing // 10 < (n + 1) * agreeing // 10 else "a;b;c") for n in range(10)
    ]

    assert detect_dialect("\n".join(rows), None).delimiter == delimiter


def test_that_the_delimiter_under_which_more_rows_agree_is_taken() -> None:
    rows = "a,b;c\nd,e;f\ng,h;i,j\nk,l;m\n"

    assert detect_dialect(rows, None).delimiter == ";"


def test_that_of_two_delimiters_the_one_with_more_columns_is_taken() -> None:
    assert detect_dialect("a|b,c,d\ne|f,g,h\n", None).delimiter == ","


def test_that_quotes_of_fields_with_a_delimiter_inside_have_a_meaning() -> None:
    text = 'id\ttext\n1\t"one\ttwo"\n2\tthree\n'

    assert detect_dialect(text, None) == Dialect("\t")


def test_that_a_chosen_delimiter_leaves_the_quoting_to_be_found() -> None:
    literal = 'a\t"b" c\nd\t"e" f\ng\t"h" i\n'

    assert detect_dialect(literal, "\t") == Dialect("\t", is_quoted=False)
    assert detect_dialect('a,"b, c"\nd,e\n', ",") == Dialect(",", is_quoted=True)


@pytest.mark.parametrize("is_quoted", [True, False])
def test_that_a_chosen_quoting_is_kept_whatever_is_found(is_quoted: bool) -> None:
    for text in (PROSE, 'a,"b, c"\nd,e\n', 'a\t"b" c\nd\te\n'):
        assert detect_dialect(text, None, is_quoted=is_quoted).is_quoted is is_quoted
        assert detect_dialect(text, ",", is_quoted=is_quoted) == Dialect(",", is_quoted)


@pytest.mark.parametrize(
    ("quoting", "field", "text"),
    [
        ("double", '"So, ""it"" is {}."', 'So, "it" is {}.'),
        ("backslash", '"So, \\"it\\" is {}."', 'So, "it" is {}.'),
        ("single", "'So, it''s {}.'", "So, it's {}."),
        ("single", "'So, it\\'s {}.'", "So, it's {}."),
        ("curly", "“So it is {}.”", "So it is {}."),
        ("none", '"So "it" is {}.', '"So "it" is {}.'),
    ],
)
def test_that_a_chosen_quoting_is_obeyed(
    quoting: str, field: str, text: str, tmp_path: Path
) -> None:
    rows = "".join(f"{n},{field.format(n)}\n" for n in range(12))

    texts, problems = read(write(tmp_path, f"id,text\n{rows}".encode()), quoting=quoting)

    assert (texts, problems) == ([text.format(n) for n in range(12)], [])


def test_that_no_rows_have_no_header() -> None:
    assert not detect_header([])


@pytest.mark.parametrize(
    ("first", "others", "is_header"),
    [
        (["id", "score"], [["1", "5"], ["2", "7"]], True),
        (["a", "a"], [["1", "5"], ["2", "7"]], True),  # a survey may repeat a name
        (["a", "a"], [["a", "5"], ["2", "7"]], False),  # but no value is one
        (["body", "body"], [["x", "y"]], True),  # but such a word names a column
        (["id", "score"], [], True),
        (["Hello"], [], False),
        (["1", "score"], [["1", "5"]], False),
        (["", "score"], [["1", "5"]], True),  # an index without a name
        (["", "score"], [["a", "5"], ["a", "7"]], False),
        (["So it is.", "score"], [["1", "5"]], False),
        (["one two three four five", "b"], [["1", "x"]], True),
        (["one two three four five six", "b"], [["1", "x"]], False),
        (["x" * 64, "b"], [["1", "x"]], True),
        (["x" * 65, "b"], [["1", "x"]], False),
        (["name", "town"], [["ann", "rome"], ["bob", "oslo"]], False),
        (["name", "town"], [["ann", ""], ["bob", " "]], False),
        (["name", "town"], [["ann", "x" * 19]], True),
        (["name", "town"], [["ann", "x" * 18]], False),  # not twice the name and ten more
        (["name", "n"], [[f"a{n}", "1"] for n in range(9)] + [["b", "none"]], False),
        (["name", "n"], [[f"a{n}", "1"] for n in range(10)] + [["b", "none"]], True),
        (["kind", "word"], [["a", f"w{n}"] for n in range(9)] + [["b", "x"]], True),  # new
        (["name", "n"], [["ann"], ["bob", "1"]], True),  # a row may be short
    ],
)
def test_that_a_header_is_short_names_over_numbers_or_long_texts(
    first: list[str], others: list[list[str]], is_header: bool
) -> None:
    assert detect_header([first, *others]) is is_header


@pytest.mark.parametrize(
    ("names", "rows", "guess"),
    [
        (["a", "b"], [["1", "it was so"], ["2", "so it was"]], 1),
        (["a", "b"], [["it was so", "1"], ["so it was", "2"]], 0),
        (["url", "b"], [["http://a.example/one-two-three-four", "a short one"]], 1),
        (["author", "title"], [["ann lee", "on words"], ["bob ray", "on trees"]], 1),
        (["a", "b"], [["it was so", "so it was then"], ["so it was"]], 1),  # of its own values
        (["a"], [], 0),
        ([], [], 0),
    ],
)
def test_that_the_column_of_natural_text_is_guessed(
    names: list[str], rows: list[list[str]], guess: int
) -> None:
    assert guess_text_column(names, rows) == guess


def test_that_words_like_a_header_within_a_table_are_a_row_of_it(tmp_path: Path) -> None:
    rows = [f"{number},the text of {number}" for number in range(8)]
    rows.insert(5, "user,comment")  # no blank line above
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["id,text", *rows]) + "\n", encoding="utf-8")

    with DocumentReader(path, CsvConfig()) as reader:
        texts = [document.text for document in reader]

    assert texts[5] == "comment"
    assert len(texts) == 9


def test_that_rows_are_given_while_the_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + "".join(f"{n},the text of {n}\n" for n in range(30)))
    layout = examine(path, CsvConfig())
    source = StringIO(layout.head)

    next(layout.rows(source, (1,)))

    assert source.tell() < len(layout.head) / 2


@pytest.mark.parametrize(("rows", "is_table"), [(10, True), (9, False)])
def test_that_a_plain_text_whose_lines_all_have_a_tab_is_a_table_of_two_columns(
    rows: int, is_table: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{n}\tThe text of {n}.\n" for n in range(rows)), encoding="utf-8")

    with DocumentReader(path, CsvConfig()) as reader:
        texts = [document.text for document in reader]

    assert texts[0] == ("The text of 0." if is_table else "0\tThe text of 0.")


@pytest.mark.parametrize(
    ("line", "is_table"),
    [
        ("So it is {n},the text of {n}.", False),
        ("So it is {n}\tthe text of {n}.", True),
        ("{n},the text of {n}.", True),
        ("{n}, the text of {n}.", False),
    ],
)
def test_that_commas_of_a_plain_text_make_a_table_where_one_stands_behind_a_number(
    line: str, is_table: bool, tmp_path: Path
) -> None:
    data = "".join(f"{line.format(n=n)}\n" for n in range(12)).encode()

    assert inspect_csv(write(tmp_path, data, "a.txt")).kind == ("table" if is_table else "lines")


@pytest.mark.parametrize("place", [0, 1])
def test_that_commas_within_the_numbers_of_a_plain_text_make_no_table(
    place: int, tmp_path: Path
) -> None:
    rows = [(f"It costs {n},000 now" if n % 2 else "It is free", str(n)) for n in range(24)]
    lines = [",".join(reversed(row) if place else row) for row in rows]

    assert inspect_csv(write(tmp_path, "\n".join(lines).encode(), "a.txt")).kind == "lines"


ROWS = [f'{number},"The text, {number}."' for number in range(24)]


@pytest.mark.parametrize("place", [12, 22], ids=["in the middle", "near the end"])
def test_that_a_row_without_a_number_is_kept_where_others_follow(
    place: int, tmp_path: Path
) -> None:
    rows = ["id,text", *ROWS[:place], 'x,"short one"', *ROWS[place:]]

    texts, problems = read(write(tmp_path, "\n".join(rows).encode()))

    assert (len(texts), texts[place], problems) == (25, "short one", [])


@pytest.mark.parametrize(("rows", "is_refused"), [(1, False), (2, True)])
def test_that_a_header_and_two_rows_are_a_table_of_their_own(
    rows: int, is_refused: bool, tmp_path: Path
) -> None:
    lines = ["id,text", *ROWS[:rows], "", "city,mayor", *ROWS[rows:]]

    texts, _ = read(write(tmp_path, "\n".join(lines).encode()))

    assert ("mayor" not in texts) is is_refused


def test_that_a_note_below_three_rows_is_told_by_its_empty_field(tmp_path: Path) -> None:
    path = write(tmp_path, b"id,text\n1,some words\n2,other words\n3,more words\n,a note\n")

    assert [line for line, _ in read(path)[1]] == [5]


def test_that_what_stands_above_a_table_is_named_and_blank_rows_are_not(tmp_path: Path) -> None:
    path = write(tmp_path, "\n".join(["By,Ann", ",", "On,Monday,", "", "id,text", *ROWS]).encode())

    texts, problems = read(path)

    assert len(texts) == 24
    assert [line for line, _ in problems] == [1, 3]
    assert all("it stands above the table" in reason for _, reason in problems)


def test_that_an_empty_text_in_one_column_is_refused_by_its_line(tmp_path: Path) -> None:
    texts, problems = read(write(tmp_path, b'text\nSo it is.\n""\nIt was so.\n'))

    assert texts == ["So it is.", "It was so."]
    assert problems == [(3, "its text is empty")]


def test_that_a_line_of_ellipses_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\nWell… so… and… no…", encoding="utf-8")

    with DocumentReader(path, CsvConfig()) as reader:
        assert [document.text for document in reader] == ["Well… so… and… no…"]


def test_that_a_few_lines_above_a_far_longer_table_are_none_of_it() -> None:
    assert width_of([2] * 3 + [3] * 100, ["a", "b"]) == (3, 103)
    assert width_of([2] * 30 + [3] * 100, ["a", "b"]) == (2, 30)
