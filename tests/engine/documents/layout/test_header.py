"""Which row names the columns, below what stands above it, and what a person is told to doubt."""

import pytest

from engine.documents.layout.header import find_header
from engine.documents.layout.hypotheses import Hypothesis, find_table

SENTENCES = [f"The baker washed door number {n}." for n in range(24)]
LESS = "the rows end with a delimiter that the header lacks"
OTHER = "names for 3 columns, so that it cannot be told which is whose"


def table(head: str, row: str, count: int = len(SENTENCES)) -> Hypothesis:
    rows = (row.format(n=n, text=text) for n, text in enumerate(SENTENCES[:count]))
    return find_table(head + "".join(f"{line}\n" for line in rows), None)[0]


@pytest.mark.parametrize(
    ("head", "row", "names", "line", "doubt"),
    [
        ("id,n,text\n", '{n},{n},"{text}"', ("id", "n", "text"), 1, ""),
        ("Survey,,\nid,n,text\n", '{n},{n},"{text}"', ("id", "n", "text"), 2, ""),
        ("# a,b\n#id,text\n", '{n},"{text}"', ("#id", "text"), 2, ""),
        ("# made by,me\nid,text\n", '{n},"{text}"', ("id", "text"), 2, ""),
        ("By Ann,\nid,text\n", '{n},"{text}"', ("id", "text"), 2, ""),
        ("Our survey,of spring\nid,text\n", '{n},"{text}"', ("id", "text"), 2, ""),
        ("Survey, spring\n", '{n},{n},"{text}"', (), 0, ""),  # a comma of a title
        ("id,text\n", '{n},"{text}",', ("id", "text"), 1, LESS),
        ("id,author\n", "{n},ann,", ("id", "author"), 1, LESS),
        ("id,text,\n", '{n},"{text}"', ("id", "text"), 1, ""),  # the header alone ends with one
        ("author,text\n", '{n},ann,"{text}"', ("", "author", "text"), 1, ""),  # R's row names
        ("author,text\n", 'a{n},ann,"{text}"', ("", "author", "text"), 1, "fewer than the rows"),
        ("id,author,x,text\n", '{n},ann,"{text}"', (), 1, f"4 {OTHER}"),
        ("id,author,x,y,text\n", '{n},ann,"{text}"', (), 1, f"5 {OTHER}"),
        ("id,author,x,y,z,text\n", '{n},ann,"{text}"', (), 0, ""),
        (",n,text\n", '{n},{n},"{text}"', ("", "n", "text"), 1, ""),  # an index without a name
        (",n,text\n", 'ann,{n},"{text}"', (), 0, "may name 2 of the 3 columns"),
        ("id,,text\n", '{n},x,"{text}"', (), 0, "may name 2 of the 3 columns"),
        ('1,,"One more door."\n', '{n},x,"{text}"', (), 0, ""),
        ("0,1,2\n", 'ann,{n},"{text}"', ("0", "1", "2"), 1, ""),  # as pandas numbers columns
        (",0,1\n", '{n},ann,"{text}"', ("", "0", "1"), 1, ""),
        (",0\n", '{n},"{text}"', ("", "0"), 1, ""),
        ("1,2\n", '{n},"{text}"', ("1", "2"), 1, ""),
        ("0,1,2\n", "{n},{n},{n}", (), 0, "each may be one text"),
        ("id,,text\n", '{n},,"{text}"', ("id", "", "text"), 1, ""),
        (",,\n", '{n},{n},"{text}"', (), 0, ""),
        ("id,id,text\n", '{n},{n},"{text}"', ("id", "id", "text"), 1, ""),
        ("", '{n},"{text}"', (), 0, ""),
        ("", "{n},{text}", (), 0, "that each line has 2 fields is told by"),
        (",text,\n", '{n},"{text}",x{n}', (), 0, "row 1 has 1 of its 3 fields filled"),
        ("", '"{text}",""', (), 0, ""),
        ('"It is so",""\n', '"{text}",""', (), 0, "may name 1 of the 2 columns"),
        ('"","It is so"\n', '"","{text}"', (), 0, "may name 1 of the 2 columns"),
        ('"text",""\n', '"{text}",""', ("text", ""), 1, ""),
        ('"Wow",""\n', '"{text}",""', ("Wow", ""), 1, "'Wow', is taken for the name"),
    ],
)
def test_that_the_row_that_names_the_columns_is_found(
    head: str, row: str, names: tuple[str, ...], line: int, doubt: str
) -> None:
    found = table(head, row)

    header = find_header(found, None)

    named = found.rows[header.row].line if header.row >= 0 else 0
    assert (header.names, named) == (names, line)
    assert header.first == header.row + 1 if named else True
    assert doubt in header.doubt if doubt else header.doubt == ""


@pytest.mark.parametrize(
    ("head", "row", "names"),
    [
        ("# a,b\n#id,text\n", '{n},"{text}"', ("# a", "b")),
        ("Survey,,\nid,n,text\n", '{n},{n},"{text}"', ("id", "n", "text")),
        ("Survey,,\n", '{n},{n},"{text}"', ("Survey", "", "")),
        ("My own words\ntext\n", "{text}", ("My own words",)),
        (",n,text\n", 'ann,{n},"{text}"', ("", "n", "text")),
    ],
)
def test_that_a_header_that_was_said_to_be_there_is_the_first_row_or_below_a_padded_title(
    head: str, row: str, names: tuple[str, ...]
) -> None:
    found = table(head, row)

    assert (find_header(found, has_header=True).names, find_header(found, False).names) == (
        names,
        (),
    )


@pytest.mark.parametrize(
    ("head", "count", "line", "doubt"),
    [
        ("text\n", 24, 1, ""),
        ("My own words\ntext\n", 24, 2, ""),
        ("My own\nOf the year\ntext\n", 24, 3, ""),
        ("a\nb\nc\ntext\n", 24, 1, "the first line, 'a', is taken"),
        ("Text of the review\n", 24, 0, ""),
        ("Words\n", 24, 1, "the first line, 'Words', is taken for the name"),
        ("words_2\n", 24, 1, ""),
        ("Words\n", 5, 1, "the first line, 'Words', is taken"),
        ("One door.\n", 24, 0, ""),
    ],
)
def test_that_the_name_of_a_single_column_is_told_from_its_first_text(
    head: str, count: int, line: int, doubt: str
) -> None:
    header = find_header(table(head, "{text}", count), None)

    assert header.row + 1 == line
    assert doubt in header.doubt if doubt else header.doubt == ""
