"""A sheet as rows of texts, read in this process: which one it is, and what stands in its cells."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.documents.spreadsheet import sheet_rows
from engine.errors import CorpusError
from tests.engine.support.archives import write_ods, write_xlsx, write_zip

DURATION = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" s="2"><v>{}</v></c></row></sheetData></worksheet>'
)


def cells(path: Path) -> list[list[str]]:
    return list(sheet_rows(path, None)[1])


def test_that_a_cell_is_what_a_person_sees_in_it(tmp_path: Path) -> None:
    row = ["a text", 3, 0.1 + 0.2, 1e21, True, False, b"45000", b"45000.5", None, "end"]

    assert cells(write_xlsx(tmp_path / "a.xlsx", {"S": [row]})) == [
        [
            *("a text", "3", "0.3", "1e+21", "TRUE", "FALSE"),
            *("2023-03-15", "2023-03-15 12:00:00", "", "end"),
        ]
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("one_x000D__x000A_two", "one\r\ntwo"),
        ("_x0041_ _x00e9_", "A é"),
        ("_x005F_x0041_", "_x0041_"),
        ("one_xFFFE_ _xffff_two", "one two"),
        ("one_xD800_ _xDE00_two_xD83D_", "one two"),
        ("_xD83D__xDE00_", "😀"),
        ("a_xyz_ _x41_ _xGGGG_", "a_xyz_ _x41_ _xGGGG_"),
    ],
)
def test_that_an_escape_of_excel_is_its_character_or_nothing(
    tmp_path: Path, written: str, shown: str
) -> None:
    assert cells(write_xlsx(tmp_path / "a.xlsx", {"S": [[written]]})) == [[shown]]


@pytest.mark.parametrize(
    ("days", "shown"), [(1 + 7384 / 86400, "26:03:04"), (3599 / 86400, "0:59:59")]
)
def test_that_a_duration_is_hours_minutes_and_seconds(
    tmp_path: Path, days: float, shown: str
) -> None:
    assert cells(write_xlsx(tmp_path / "a.xlsx", {"S": DURATION.format(days)})) == [[shown]]


@pytest.mark.parametrize(
    ("hidden", "wanted", "chosen"),
    [((), None, "One"), (("One",), None, "Two"), (("One", "Two"), None, "One"), ((), "Two", "Two")],
)
def test_that_the_first_sheet_in_sight_is_read_or_the_one_that_was_named(
    tmp_path: Path, hidden: Sequence[str], wanted: str | None, chosen: str
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"One": [["One"]], "Two": [["Two"]]}, hidden)

    sheets, rows = sheet_rows(path, wanted)

    assert (sheets.names, sheets.chosen, list(rows)) == (("One", "Two"), chosen, [[chosen]])


def test_that_a_sheet_that_is_not_there_is_refused_with_the_names_of_twenty(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {f"S{n}": [["x"]] for n in range(1, 23)})

    with pytest.raises(CorpusError, match=r"a\.xlsx has no sheet 'T'\. It has 'S1', .*'S20'\. "):
        sheet_rows(path, "T")


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("one<text:tab/>two", "one\ttwo"),
        ('one<text:tab text:tab-ref="1"/>two', "one\ttwo"),
        ("one<text:line-break/>two", "one\ntwo"),
        ("one <![CDATA[& <two/>]]> <![CDATA[three]]>", "one & <two/> three"),
        ("<![CDATA[&lt;<text:tab/>]]>", "&lt;<text:tab/>"),
        ("one _xFFFE_", "one _xFFFE_"),
        ('one<text:s text:c="2"/>two <text:span>three</text:span>', "one  two three"),
    ],
)
def test_that_a_cell_of_an_opendocument_is_what_a_person_sees_in_it(
    tmp_path: Path, inside: str, shown: str
) -> None:
    cell = f'<table:table-cell office:value-type="string"><text:p>{inside}</text:p>'
    row = f"<table:table-row>{cell}</table:table-cell></table:table-row>"

    assert cells(write_ods(tmp_path / "a.ods", {"S": row})) == [[shown]]


@pytest.mark.parametrize(
    ("sheets", "message"), [({}, "no sheet with cells"), ({"S": "<x"}, "damaged spreadsheet")]
)
def test_that_a_file_without_a_whole_sheet_is_refused(
    tmp_path: Path, sheets: dict[str, str], message: str
) -> None:
    with pytest.raises(CorpusError, match=message):
        sheet_rows(write_xlsx(tmp_path / "a.xlsx", sheets), None)


def test_that_a_locked_spreadsheet_is_refused(tmp_path: Path) -> None:
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/>'
        "</manifest:file-entry></manifest:manifest>"
    )
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": manifest,
        "content.xml": b"\x01\x02",
    }

    with pytest.raises(CorpusError, match=r"a\.ods is locked with a password"):
        sheet_rows(write_zip(tmp_path / "a.ods", parts), None)
