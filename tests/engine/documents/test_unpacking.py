"""ZIPs and spreadsheets: their texts are read, bombs of each kind are refused and leave nothing."""

import multiprocessing
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.config import CorpusConfig, CsvConfig
from engine.control import RunControl
from engine.corpus.build import build_corpus
from engine.corpus.corpus import CorpusReady
from engine.documents import archive, unpacking
from engine.documents.archive import counted, inflated, look_into
from engine.documents.reader import DocumentReader, inspect_csv
from engine.documents.unpacking import UnpackingStoppedError, open_content
from engine.errors import CorpusError
from tests.engine.support.archives import lie_about_sizes, write_ods, write_xlsx, write_zip

HEADER = ("id", "text")
TEXTS = ["One, with a comma.", 'Two "quoted".\nIn two lines.', "Žluťoučký kůň"]
ROWS = (HEADER, *enumerate(TEXTS))
BOMB = b" " * (100 << 20)  # packed, it is a thousandth of that
MB = 1 << 20


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what is unpacked in a folder of its own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def texts(path: Path, config: CsvConfig = CsvConfig()) -> list[str]:  # noqa: B008 - frozen
    with DocumentReader(path, config) as reader:
        return [document.text for document in reader]


@pytest.mark.parametrize(("name", "write"), [("a.xlsx", write_xlsx), ("a.ods", write_ods)])
def test_that_the_rows_of_a_sheet_are_read(
    tmp_path: Path, temporary: Path, name: str, write: Callable[..., Path]
) -> None:
    path = write(tmp_path / name, {"Comments": ROWS, "Notes": (("x",),)})

    preview = inspect_csv(path)

    assert preview.columns == HEADER
    assert preview.sheets == ("Comments", "Notes")
    assert preview.sheet == "Comments"
    assert texts(path) == TEXTS
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_that_a_line_end_within_a_cell_ends_no_row(
    tmp_path: Path, temporary: Path, end: str
) -> None:
    one, two = f"One line{end}and a second one.", "Another text."
    as_in_xml = one.replace("\r", "_x000D_")  # XML alone would make a line feed of it
    path = write_xlsx(tmp_path / "a.xlsx", {"S": [["text"], [as_in_xml], [two]]})

    assert texts(path) == [one, two]


@pytest.mark.parametrize(("name", "write"), [("a.xlsx", write_xlsx), ("a.ods", write_ods)])
def test_that_another_sheet_can_be_chosen(
    tmp_path: Path, name: str, write: Callable[..., Path]
) -> None:
    path = write(tmp_path / name, {"Notes": (("x",), ("y",)), "Comments": ROWS})

    assert texts(path, CsvConfig(sheet="Comments")) == TEXTS
    with pytest.raises(CorpusError, match=r"no sheet 'Nowhere'\. It has 'Notes', 'Comments'"):
        inspect_csv(path, CsvConfig(sheet="Nowhere"))


def test_that_a_hidden_sheet_is_not_the_first(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"Lists": (("x",),), "Comments": ROWS}, ["Lists"])

    assert inspect_csv(path).sheet == "Comments"


def test_that_cells_are_read_as_a_person_sees_them(tmp_path: Path) -> None:
    row = (3.0, 0.1, 1e20, True, b"43832", b"43832.5", None, "a")
    path = write_xlsx(tmp_path / "a.xlsx", {"S": (tuple("abcdefgh"), row)})

    shown = inspect_csv(path, CsvConfig(has_header=True)).rows[0]

    seen = ("3", "0.1", "1e+20", "TRUE", "2020-01-02", "2020-01-02 12:00:00", "", "a")
    assert shown == seen


def test_that_a_line_of_a_sheet_is_its_row(tmp_path: Path) -> None:
    rows = (HEADER, (1, "one"), (None, None), (2, "two"), (3, None))
    path = write_xlsx(tmp_path / "a.xlsx", {"S": rows})

    with DocumentReader(path, CsvConfig(columns=("text",))) as reader:
        assert [document.line for document in reader] == [2, 4]
        assert [problem.line for problem in reader.problems] == [5]


@pytest.mark.parametrize(
    "option", [{"delimiter": ";"}, {"quoting": "none"}, {"encoding": "cp1252"}]
)
def test_that_a_sheet_takes_no_options_of_a_csv(tmp_path: Path, option: dict[str, str]) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"S": ROWS})

    with pytest.raises(CorpusError, match="Leave these options out"):
        inspect_csv(path, CsvConfig(**option))  # type: ignore[arg-type]


def test_that_only_a_spreadsheet_has_sheets(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\none\n")
    write_zip(tmp_path / "a.zip", {"a.csv": "text\none\n"})

    for name in ("a.csv", "a.zip"):
        with pytest.raises(CorpusError, match="is not a spreadsheet"):
            inspect_csv(tmp_path / name, CsvConfig(sheet="S"))


def test_that_the_one_text_in_a_zip_is_read_as_its_own_ending_says(
    tmp_path: Path, temporary: Path
) -> None:
    lines = "one, two\nthree, four\n"
    junk = {"__MACOSX/._a.txt": b"\0", "folder/": b"", "folder/.DS_Store": b"\0"}
    path = write_zip(tmp_path / "a.zip", {**junk, "folder/a.txt": lines})

    assert inspect_csv(path).kind == "lines"
    assert texts(path) == ["one, two", "three, four"]
    assert list(temporary.iterdir()) == []


def test_that_a_stored_part_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        file.writestr("a.csv", "text\none\ntwo\n")

    assert texts(path) == ["one", "two"]


def test_that_the_digest_is_that_of_the_packed_file(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"S": ROWS})

    *_, ready = build_corpus(CorpusConfig(path=path), RunControl(), cache_folder=tmp_path / "c")
    *_, again = build_corpus(CorpusConfig(path=path), RunControl(), cache_folder=tmp_path / "c")

    assert isinstance(ready, CorpusReady)
    assert isinstance(again, CorpusReady)
    assert ready.corpus.summary == again.corpus.summary
    assert ready.corpus.summary.name == "a.xlsx"


REFUSED: list[tuple[str, dict[str, str | bytes], str]] = [
    ("a.csv", {"b.csv": "text\n"}, "is a ZIP archive, not what its ending says. Name it a.zip"),
    ("a.zip", {"a.csv": "x", "b.csv": "y"}, "must hold one text file; it holds 'a.csv', 'b.csv'"),
    ("a.zip", {str(n): "x" for n in range(9)}, "and 4 more"),
    ("a.zip", {}, "it holds nothing"),
    ("a.docx", {"word/document.xml": "x"}, "it is a Word document"),
    ("a.pptx", {"ppt/presentation.xml": "x"}, "it is a presentation"),
    ("a.jar", {"META-INF/MANIFEST.MF": "x"}, "it is a Java program"),
    ("a.odt", {"mimetype": "application/vnd.oasis.opendocument.text"}, "but no spreadsheet"),
    ("a.xlsx", {"xl/workbook.xml": "<x"}, "is a damaged spreadsheet"),
    ("a.zip", {"xl/workbook.xml": "<x"}, "is an Excel workbook, not what its ending says"),
    ("a.zip", {"b.zip": b"PK\x03\x04 nested"}, "b.zip is not a text file; it is a zip archive"),
]


@pytest.mark.parametrize(("name", "parts", "message"), REFUSED)
def test_that_other_archives_are_refused_by_what_they_are(
    tmp_path: Path, name: str, parts: dict[str, str | bytes], message: str
) -> None:
    path = write_zip(tmp_path / name, parts)

    with pytest.raises(CorpusError, match=message):
        inspect_csv(path)


def test_that_a_damaged_or_locked_archive_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.csv": "text\n" + "one two\n" * 100})
    data = path.read_bytes()

    for change in (data[:60], data[:50] + b"\xff" * 9 + data[59:]):
        path.write_bytes(change)
        with pytest.raises(CorpusError, match="damaged"):
            inspect_csv(path)
    locked = bytearray(data)
    locked[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(locked)
    with pytest.raises(CorpusError, match="locked with a password"):
        inspect_csv(path)


def test_that_a_part_packed_in_another_way_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("a.csv", "text\none\n")

    with pytest.raises(CorpusError, match="Pack it again"):
        inspect_csv(path)


def bombs(folder: Path) -> list[Path]:
    return [
        write_zip(folder / "bomb.zip", {"a.csv": BOMB}),
        write_xlsx(folder / "bomb.xlsx", {"S": BOMB.decode()}),
        write_ods(folder / "bomb.ods", {"S": BOMB.decode()}),
    ]


def test_that_a_bomb_of_each_kind_is_refused_before_anything_is_unpacked(
    tmp_path: Path, temporary: Path
) -> None:
    for path in bombs(tmp_path):
        with pytest.raises(CorpusError, match="too large when unpacked"):
            look_into(path)
        with pytest.raises(CorpusError, match=f"{path.name} would be too large"):
            inspect_csv(path)
    assert list(temporary.iterdir()) == []


def test_that_a_bomb_whose_headers_lie_is_refused_by_the_bytes_counted(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def counting(path: Path, file: object, part: zipfile.ZipInfo) -> object:
        for block in inflated(path, file, part):  # type: ignore[arg-type]
            seen.append(len(block))
            yield block

    monkeypatch.setattr(archive, "inflated", counting)
    for path in bombs(tmp_path):
        seen.clear()
        found = look_into(lie_about_sizes(path))
        with pytest.raises(CorpusError, match="too large"):
            counted(found)
        assert max(seen) <= MB
        assert sum(seen) <= 65 * MB
        with pytest.raises(CorpusError, match=f"{path.name} would be too large"):
            inspect_csv(path)
    assert list(temporary.iterdir()) == []


def test_that_a_sheet_larger_than_any_is_refused_by_its_headers(tmp_path: Path) -> None:
    path = lie_about_sizes(write_xlsx(tmp_path / "a.xlsx", {"S": ROWS}), 100 * MB)

    with pytest.raises(CorpusError, match="too large when unpacked: more than 512 MB"):
        look_into(path)


def test_that_cells_far_apart_are_refused_before_the_sheet_is_made(tmp_path: Path) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row><c r="XFD1048576"><v>1</v></c></row>'
    sheet = f"<worksheet><sheetData>{far}</sheetData></worksheet>"
    path = write_xlsx(tmp_path / "a.xlsx", {"S": sheet})

    with pytest.raises(CorpusError, match="17,179,869,184 cells large"):
        inspect_csv(path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_that_repeated_cells_end_the_helper_and_not_the_machine(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_MEMORY", 1 << 30)
    cell = (
        '<table:table-row table:number-rows-repeated="6000"><table:table-cell '
        'office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
        "</table:table-row>"
    )
    path = write_ods(tmp_path / "a.ods", {"S": cell})

    with pytest.raises(CorpusError, match="needs more memory than it may have"):
        inspect_csv(path)

    assert multiprocessing.active_children() == []
    assert list(temporary.iterdir()) == []


def test_that_a_stop_ends_the_helper_and_leaves_nothing(tmp_path: Path, temporary: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"S": [HEADER, *([1, "text"] for _ in range(200_000))]})
    answers = iter([True, True])

    with pytest.raises(UnpackingStoppedError):
        open_content(path, CsvConfig(), lambda: next(answers, False))

    assert multiprocessing.active_children() == []
    assert list(temporary.iterdir()) == []


def test_that_a_stopped_preparation_of_a_sheet_ends_without_a_corpus(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"S": ROWS})
    control = RunControl()
    control.stop()

    events = list(build_corpus(CorpusConfig(path=path), control))

    assert not any(isinstance(event, CorpusReady) for event in events)
