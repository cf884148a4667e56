"""A sheet of an Excel or OpenDocument spreadsheet as rows of texts.

python-calamine reads it; here its values become what a person sees in a cell, as far as they
tell: formats of numbers and dates are not among them.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import CorpusError

_MOST_NAMED = 20  # sheets in a message
_ODS_CONTENT = "content.xml"
_ODS_BLANKS = {  # characters that OpenDocument writes as elements, which python-calamine drops
    re.compile(rb"<text:tab(?:\s[^>]*)?/>"): b"\t",
    re.compile(rb"<text:line-break(?:\s[^>]*)?/>"): b"\n",
}
_CDATA, _END_OF_CDATA = b"<![CDATA[", b"]]>"  # python-calamine drops what is between them
_UTF16_ESCAPE = re.compile(r"_x([dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF])_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """The sheets of a file, and the one that is read."""

    names: tuple[str, ...]
    chosen: str


def sheet_rows(path: Path, wanted: str | None) -> tuple[Sheets, Iterator[list[str]]]:
    """Return the sheets of a file and the rows of one: `wanted`, or the first that is in sight.

    Raises
    ------
    CorpusError
        If the file is damaged, locked or has no such sheet.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_object(_with_blanks(path))
        sheets = _sheets_of(path, book, wanted)
        sheet = book.get_sheet_by_name(sheets.chosen)
    except PasswordError as error:
        raise CorpusError(
            f"{path.name} is locked with a password. Save it without one first."
        ) from error
    except CalamineError as error:
        raise CorpusError(
            f"{path.name} is a damaged spreadsheet ({error}). Open it in a spreadsheet program and "
            "save it again."
        ) from error
    rows = ([_shown(value) for value in row] for row in sheet.iter_rows())
    if _is_opendocument(path):
        return sheets, rows
    return sheets, ([_without_escapes(text) for text in row] for row in rows)


def _is_opendocument(path: Path) -> bool:
    return path.suffix.lower() == ".ods"


def _with_blanks(path: Path) -> str | io.BytesIO:
    """Return where a spreadsheet is, or one in which no words are joined by what is dropped."""
    if not _is_opendocument(path):
        return str(path)
    with zipfile.ZipFile(path) as file:
        parts = {part: file.read(part) for part in file.namelist()}
    content = _without_cdata(parts.get(_ODS_CONTENT, b""))
    for element, character in _ODS_BLANKS.items():
        content = element.sub(character, content)
    if content == parts.get(_ODS_CONTENT, b""):
        return str(path)
    mended = io.BytesIO()
    with zipfile.ZipFile(mended, "w", zipfile.ZIP_DEFLATED) as file:
        for part, data in (parts | {_ODS_CONTENT: content}).items():
            file.writestr(part, data)
    mended.seek(0)
    return mended


def _without_cdata(content: bytes) -> bytes:
    """Return an XML document with its CDATA sections as ordinary text."""
    before, *others = content.split(_CDATA)
    pieces = [before]
    for other in others:
        text, _, behind = other.partition(_END_OF_CDATA)
        for mark, entity in ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;")):
            text = text.replace(mark, entity)
        pieces += (text, behind)
    return b"".join(pieces)


def _without_escapes(text: str) -> str:
    """Return a text of Excel's without escapes of what is no character by itself.

    Two halves of a pair are their character; all other escapes python-calamine has decoded.
    """
    if "_x" not in text:
        return text
    halves = _UTF16_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    whole = halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return whole.replace("\ufffe", "").replace("\uffff", "")


def _sheets_of(path: Path, book: "object", wanted: str | None) -> Sheets:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    assert isinstance(book, CalamineWorkbook)  # noqa: S101 - typed here, for it is loaded late
    tables = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    names = tuple(each.name for each in tables)
    if not names:
        raise CorpusError(f"{path.name} has no sheet with cells. Choose another file.")
    in_sight = [each.name for each in tables if each.visible == SheetVisibleEnum.Visible]
    if wanted is None:
        return Sheets(names=names, chosen=(in_sight or names)[0])
    if wanted not in names:
        known = ", ".join(f"'{name}'" for name in names[:_MOST_NAMED])
        raise CorpusError(
            f"{path.name} has no sheet '{wanted}'. It has {known}. Choose one by its name."
        )
    return Sheets(names=names, chosen=wanted)


def _shown(value: object) -> str:
    """Return a cell as a person sees it: 3 and not 3.0, a day without its midnight."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return f"{value:.15g}"
        case dt.datetime():
            has_time = value.time() != dt.time()
            return value.isoformat(" ") if has_time else value.date().isoformat()
        case dt.timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return str(value)
