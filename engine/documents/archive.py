"""What is in a ZIP, counted before anything is unpacked: texts, spreadsheets and bombs.

A header may lie about a size, so each part is inflated piece by piece, thrown away and
counted. Nothing is written here, and nothing is known of tables.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from engine.errors import CorpusError

ArchiveKind = Literal["text", "xlsx", "ods"]

ENDINGS: dict[str, ArchiveKind] = {".zip": "text", ".xlsx": "xlsx", ".xlsm": "xlsx", ".ods": "ods"}
MOST_TEXT_BYTES = 4 << 30  # unpacked; a text is written to the disk
MOST_SHEET_BYTES = 512 << 20  # unpacked, all parts together; a sheet is held in the memory
MOST_CELLS = 50_000_000  # of the rectangle around all cells of a sheet, which is held, too
_MOST_PARTS = 10_000
_MOST_RATIO = 250  # how many times larger than packed: tables of few different rows reach 100
_FREE_BYTES = 64 << 20  # up to which the ratio does not matter
_BLOCK_BYTES = 1 << 18
_LOCAL_HEADER_BYTES = 30
_JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)|/$")
_CELL = re.compile(rb'<(?:\w+:)?c [^>]{0,80}?\br="([A-Z]{1,3})([0-9]{1,7})"')
_LONGEST_CELL_TAG = 120  # bytes, so that one that a block cuts is still seen

_OTHERS = (  # of what a part with this name is the sign
    ("word/document.xml", "a Word document; save its text as .txt first"),
    ("ppt/presentation.xml", "a presentation; save its text as .txt first"),
    ("xl/workbook.bin", "a binary Excel workbook; save it as .xlsx first"),
    ("META-INF/MANIFEST.MF", "a Java program"),
    ("META-INF/container.xml", "an e-book; save its text as .txt first"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What was found out about a ZIP without unpacking it."""

    path: Path
    kind: ArchiveKind
    parts: tuple[zipfile.ZipInfo, ...]  # the one text, or all parts of the spreadsheet


def is_archive(path: Path) -> bool:
    """Whether a file begins as a ZIP does; whoever reads it says what is wrong with it."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


def look_into(path: Path) -> Archive:
    """Tell what a ZIP holds; refuse what cannot be read by what it is.

    Raises
    ------
    CorpusError
        If it is damaged, locked or too large, is no spreadsheet and has not one text, or
        has the ending of something else.
    """
    try:
        with zipfile.ZipFile(path) as file:
            parts = [part for part in file.infolist() if not _JUNK.search(part.filename)]
            mimetype = _mimetype(file)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, EOFError) as error:
        raise CorpusError(
            f"{path.name} is a ZIP archive or an Excel workbook, and a damaged one. "
            "Get the file again."
        ) from error
    names = {part.filename for part in parts}
    for name, what in _OTHERS:
        if name in names:
            raise CorpusError(f"{path.name} is not a text file; it is {what}.")
    kind = _kind_of(path, names, mimetype)
    if any(part.flag_bits & 1 for part in parts):
        raise CorpusError(f"{path.name} is locked with a password. Save it without one first.")
    if kind == "text":
        parts = [_only_text(path, parts)]
    most = MOST_TEXT_BYTES if kind == "text" else MOST_SHEET_BYTES
    declared = sum(part.file_size for part in parts)
    if declared > most or len(parts) > _MOST_PARTS or _is_bomb(parts, declared):
        raise _too_large(path, most)
    return Archive(path=path, kind=kind, parts=tuple(parts))


def _mimetype(file: zipfile.ZipFile) -> str:
    """Return what an OpenDocument says that it is, "" for anything else."""
    try:
        with file.open("mimetype") as part:
            return part.read(200).decode("ascii", "replace")
    except (KeyError, RuntimeError, zlib.error):
        return ""


def _kind_of(path: Path, names: set[str], mimetype: str) -> ArchiveKind:
    if mimetype.startswith("application/vnd.oasis.opendocument"):
        if not mimetype.strip().endswith("spreadsheet"):
            raise CorpusError(
                f"{path.name} is not a text file; it is an OpenDocument, but no spreadsheet. "
                "Save its text as .txt first."
            )
        kind: ArchiveKind = "ods"
    else:
        kind = "xlsx" if "xl/workbook.xml" in names else "text"
    ending = path.suffix.lower()
    if ENDINGS.get(ending) != kind:
        what, right = {
            "text": ("a ZIP archive", ".zip"),
            "xlsx": ("an Excel workbook", ".xlsx"),
            "ods": ("an OpenDocument spreadsheet", ".ods"),
        }[kind]
        raise CorpusError(
            f"{path.name} is {what}, not what its ending says. "
            f"Name it {path.stem}{right} to open it."
        )
    return kind


def _only_text(path: Path, parts: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    if len(parts) != 1:
        named = ", ".join(f"'{part.filename}'" for part in parts[:5]) or "nothing"
        more = f" and {len(parts) - 5:,} more" if len(parts) > 5 else ""
        raise CorpusError(
            f"{path.name} must hold one text file; it holds {named}{more}. "
            "Unpack it and choose a file."
        )
    return parts[0]


def counted(archive: Archive) -> int:
    """Inflate all that would be read, throw it away, and return how many bytes it is.

    Raises
    ------
    CorpusError
        If it is more than may be read, or damaged.
    """
    most = MOST_TEXT_BYTES if archive.kind == "text" else MOST_SHEET_BYTES
    total = 0
    with archive.path.open("rb") as file:
        for part in archive.parts:
            is_sheet = archive.kind == "xlsx" and part.filename.startswith("xl/worksheets/")
            extent = _Extent()
            for block in inflated(archive.path, file, part):
                total += len(block)
                if total > most or _is_bomb(archive.parts, total):
                    raise _too_large(archive.path, most)
                if is_sheet and extent.cells_with(block) > MOST_CELLS:
                    raise CorpusError(
                        f"{archive.path.name} has cells so far apart that its sheet would be "
                        f"{extent.cells:,} cells large. Delete what stands far from the table."
                    )
    return total


def inflated(path: Path, file: IO[bytes], part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the content of a part in blocks, whatever size its header states.

    Raises
    ------
    CorpusError
        If it is damaged, or packed in a way that is not known here.
    """
    file.seek(part.header_offset)
    header = file.read(_LOCAL_HEADER_BYTES)
    if len(header) < _LOCAL_HEADER_BYTES or not header.startswith(b"PK\x03\x04"):
        raise _damaged(path)
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise CorpusError(
            f"{path.name} is packed in a way that cannot be read here. Pack it again as a plain "
            "ZIP."
        )
    unpacker = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    left, checksum = part.compress_size, 0
    while left > 0 and (packed := file.read(min(left, _BLOCK_BYTES))):
        left -= len(packed)
        for block in _unpacked(path, unpacker, packed):
            checksum = zlib.crc32(block, checksum)
            yield block
    if left > 0 or checksum != part.CRC or not (unpacker is None or unpacker.eof):
        raise _damaged(path)


def _unpacked(path: Path, unpacker: "zlib._Decompress | None", packed: bytes) -> Iterator[bytes]:
    if unpacker is None:
        yield packed
        return
    try:
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, _BLOCK_BYTES)
            packed = unpacker.unconsumed_tail
    except zlib.error as error:
        raise _damaged(path) from error


class _Extent:
    """The rectangle around all cells of a sheet, as its text passes by."""

    def __init__(self) -> None:
        self._rows = self._columns = (1 << 30, 0)
        self._rest = b""

    @property
    def cells(self) -> int:
        """How many cells it has."""
        (top, bottom), (left, right) = self._rows, self._columns
        return max(0, bottom - top + 1) * max(0, right - left + 1)

    def cells_with(self, block: bytes) -> int:
        """Take in a block and return `cells`."""
        text = self._rest + block
        for name, number in _CELL.findall(text):
            row, column = int(number), 0
            for letter in name:
                column = 26 * column + letter - 64
            self._rows = min(self._rows[0], row), max(self._rows[1], row)
            self._columns = min(self._columns[0], column), max(self._columns[1], column)
        self._rest = text[-_LONGEST_CELL_TAG:]
        return self.cells


def _is_bomb(parts: "list[zipfile.ZipInfo] | tuple[zipfile.ZipInfo, ...]", size: int) -> bool:
    packed = sum(part.compress_size for part in parts)
    return size > _FREE_BYTES and size > _MOST_RATIO * max(1, packed)


def _too_large(path: Path, most: int) -> CorpusError:
    return CorpusError(
        f"{path.name} would be too large when unpacked: more than {most >> 20:,} MB, or more than "
        f"{_MOST_RATIO} times its own size. Unpack it yourself if you trust it."
    )


def _damaged(path: Path) -> CorpusError:
    return CorpusError(f"{path.name} is damaged: its packed data is not valid. Get the file again.")
