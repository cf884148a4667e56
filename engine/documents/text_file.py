"""A file of text on disk: opening, unpacking, hashing and decoding it as it streams.

What the text means (rows, columns) is not known here.
"""

import codecs
import errno
import gzip
import hashlib
import io
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from engine.errors import CorpusError

SAMPLE_BYTES = 1 << 20
PIECE_BYTES = 1 << 16  # of the middle and the end
_SEARCHED_BYTES = 64 << 20  # how far a file that begins in ASCII is searched for other bytes
_BLOCK_BYTES = 1 << 18
_MARK_ERRORS = "rnn-text-lab-mark"
DAMAGE = re.compile("[\x00\ud800-\udfff]")  # NUL, and the marks of undecodable bytes
_UNDECODABLE = re.compile("[\ud800-\udfff]")
_MARKS_FROM = 0xDC00  # a byte b that cannot be decoded becomes the code point U+DC00 + b
_CONTROL = re.compile("[\x00\x02-\x08\x0e-\x1a\x1c\x1d]")  # others also divide fields or rows
_LATE_CONTROL = re.compile("[\x80-\x84\x86-\x9f]")  # U+0085 is a line end of old mainframes
_SIGNATURES = {
    b"PK\x03\x04": "a zip archive or an Excel workbook; save the table as CSV first",
    b"\xd0\xcf\x11\xe0": "an Office document; save the table as CSV first",
    b"%PDF": "a PDF document; save its text as .txt first",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database; export the table as CSV first",
    b"\x1f\x8b": "compressed twice; unpack it first",  # seen only after unpacking once
    b"BZh": "compressed with bzip2; unpack it first",
    b"\xfd7zXZ": "compressed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first",
    b"PAR1": "a Parquet file; export it as CSV first",
    b"{\\rtf": "a Rich Text document; save it as plain text first",
    b"%!PS": "a PostScript document; save its text as .txt first",
    b"/annex/objects/": "the pointer that git-annex keeps in the place of a large file; get the "
    "file itself with 'git annex get'",
    b"version https://git-lfs.github.com/spec/": "the pointer that Git LFS keeps in the place of a "
    "large file; get the file itself with 'git lfs pull'",
}
_MARKUP = rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*"
_WEB_PAGE = re.compile(
    _MARKUP + rb"<(?:!doctype\s+html|html|head|body|table)[\s>]", re.IGNORECASE | re.DOTALL
)
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\s")
_END_MARK = b"\x1a"  # which DOS wrote behind the last line of a text
_MOST_MARKS = 1 << 20  # in a row; they may be a bomb
_WIDE = ("utf-16", "utf-32")  # of which any byte may be part of a letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The beginning of a file, unpacked."""

    head: bytes
    is_whole: bool  # whether `head` is all there is
    later: bytes = b""  # if `head` is ASCII: the first block after it that is not
    pieces: tuple[bytes, ...] = ()  # from the middle and the end, where they can be had at once

    @property
    def evidence(self) -> bytes:
        """The bytes by which to tell the encoding."""
        if self.later or not self.head.isascii():
            return self.later or self.head
        return next((piece for piece in self.pieces if not piece.isascii()), self.head)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn a failing read of `path` into a `CorpusError`."""
    try:
        yield
    except FileNotFoundError as error:
        raise CorpusError(f"There is no file {path}. Choose another one.") from error
    except PermissionError as error:
        raise CorpusError(
            f"You may not read {path}. Change its permissions or copy it elsewhere."
        ) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CorpusError(
            f"{path.name} is damaged: its compressed data breaks off or is not valid. "
            "Get the file again."
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise CorpusError(f"{path} cannot be read: {reason}. Choose another file.") from error


class _HashingReader(io.RawIOBase):
    """Hashes and counts the bytes of a file on their way."""

    def __init__(self, raw: io.RawIOBase | io.FileIO) -> None:
        self._raw = raw
        self._hash = hashlib.sha256()
        self.bytes_done = 0
        self.is_hashing = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        count = self._raw.readinto(buffer) or 0
        if self.is_hashing:
            self._hash.update(memoryview(buffer)[:count])
        self.bytes_done += count
        return count

    def hexdigest(self) -> str:
        return self._hash.hexdigest()

    def close(self) -> None:
        self._raw.close()
        super().close()


class _WithoutEndMark(io.RawIOBase):
    """Leaves out the end marks behind the last byte of a text, and only those."""

    def __init__(self, source: io.BufferedReader | gzip.GzipFile) -> None:
        self._source = source
        self._marks = 0  # read and held back: more text may follow
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._left:
            block = self._source.read(_BLOCK_BYTES)
            while block and self._marks < _MOST_MARKS and not block.strip(_END_MARK):
                self._marks += len(block)
                block = self._source.read(_BLOCK_BYTES)
            text = block.rstrip(_END_MARK) if self._marks < _MOST_MARKS else block
            if text:
                self._left = _END_MARK * self._marks + text
                self._marks = len(block) - len(text)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


class TextFile:
    """One reading of a file from beginning to end.

    Attributes
    ----------
    path : Path
    size : int
        Bytes on disk.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with reading(path):
            status = _status_of(path)
            if stat.S_ISDIR(status.st_mode):
                raise CorpusError(f"{path} is a folder. Choose a file in it.")
            if not stat.S_ISREG(status.st_mode):
                raise CorpusError(f"{path} is not an ordinary file. Choose another one.")
            if status.st_size == 0:
                raise CorpusError(f"{path.name} is empty. Choose a file with text.")
            self.size = status.st_size
            self._raw = _HashingReader(io.FileIO(path))
            self._bytes: io.BufferedReader | gzip.GzipFile = io.BufferedReader(
                self._raw, _BLOCK_BYTES
            )
            magic = self._bytes.peek(2)[:2]
            self.is_packed = magic == b"\x1f\x8b"
            if self.is_packed:
                self._bytes = gzip.GzipFile(fileobj=self._bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bytes.close()
        self._raw.close()

    @property
    def bytes_done(self) -> int:
        """How many of `size` bytes were read."""
        return self._raw.bytes_done

    def digest(self) -> str:
        """Read what is left and return the SHA-256 of the file, hexadecimal."""
        with reading(self.path):
            while self._raw.read(_BLOCK_BYTES):
                pass
        return self._raw.hexdigest()

    def sample(self, size: int = SAMPLE_BYTES) -> Sample:
        """Read the beginning, `size` bytes; this reading then is of no other use."""
        self._raw.is_hashing = False
        with reading(self.path):
            head = self._bytes.read(size)
            _refuse_known_binary(self.path, head)
            block = self._bytes.read(_BLOCK_BYTES)
            is_whole = not block
            left = _SEARCHED_BYTES if head.isascii() else 0
            while left > 0 and block and block.isascii():
                left -= len(block)
                block = self._bytes.read(_BLOCK_BYTES)
            later = block if head.isascii() and not block.isascii() else b""
            pieces = () if is_whole or self.is_packed else self._pieces(size)
        return Sample(head=head, is_whole=is_whole, later=later, pieces=pieces)

    def _pieces(self, begin: int) -> tuple[bytes, ...]:
        """Read from the middle and the end of what comes after the first `begin` bytes."""
        starts = {max(begin, place) for place in (self.size // 2, self.size - PIECE_BYTES)}
        pieces = []
        with self.path.open("rb", buffering=0) as file:
            for start in sorted(starts):
                file.seek(start)
                pieces.append(file.read(PIECE_BYTES))
        return tuple(filter(None, pieces))

    def has_after(self, start: int, wanted: bytes, within: int) -> bool:
        """Tell whether a byte comes in the `within` bytes after the first `start`, unpacked.

        This reading then is of no other use.
        """
        self._raw.is_hashing = False
        with reading(self.path):
            while start > 0 and (block := self._bytes.read(min(start, _BLOCK_BYTES))):
                start -= len(block)
            while within > 0 and (block := self._bytes.read(_BLOCK_BYTES)):
                if wanted in block:
                    return True
                within -= len(block)
        return False

    def text(self, encoding: str) -> io.TextIOWrapper:
        """Decode the file; line ends stay as they are, undecodable bytes are marked."""
        source: io.BufferedReader | gzip.GzipFile = self._bytes
        if not encoding.startswith(_WIDE):
            source = io.BufferedReader(_WithoutEndMark(self._bytes), _BLOCK_BYTES)
        # Kept, because a wrapper that is thrown away closes what it wraps.
        self._text = io.TextIOWrapper(source, encoding, errors=mark_errors(), newline="")
        return self._text


def _status_of(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except ValueError as error:  # a NUL, or half of a character
        raise OSError(errno.EILSEQ, "that cannot be the name of a file") from error


def mark_errors() -> str:
    """Return the name of the error handler that marks each undecodable byte.

    A byte b becomes the lone surrogate U+DC00 + b, which no text contains, so that a
    row with damage can be found and refused; nothing is replaced silently.
    """

    def mark(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        damaged = error.object[error.start : error.end]
        return "".join(chr(_MARKS_FROM + byte) for byte in damaged), error.end

    codecs.register_error(_MARK_ERRORS, mark)
    return _MARK_ERRORS


def decode_sample(path: Path, sample: Sample, encoding: str) -> str:
    """Decode the head of a file, up to its last whole character."""
    decoder = codecs.getincrementaldecoder(encoding)(mark_errors())
    has_mark = sample.is_whole and not encoding.startswith(_WIDE)
    head = sample.head.rstrip(_END_MARK) if has_mark else sample.head
    try:
        text = decoder.decode(head, sample.is_whole).removeprefix("\ufeff")
    except UnicodeError as error:
        raise CorpusError(f"{path.name} cannot be read as {encoding}: {error}.") from error
    controls = len(_CONTROL.findall(text))
    if controls > max(32, len(text) // 20):
        raise CorpusError(
            f"{path.name} is not a text file: it is full of control characters. "
            "Choose a CSV or a text file, or set its encoding."
        )
    return text


def decode_pieces(sample: Sample, encoding: str) -> list[str]:
    """Decode the pieces of a file, each to whole lines; none in an encoding of wide characters."""
    if encoding.startswith(_WIDE):
        return []
    texts = (piece.decode(encoding, mark_errors()) for piece in sample.pieces)
    whole = (
        text[_line_begin(text) : max(text.rfind("\n"), text.rfind("\r")) + 1] for text in texts
    )
    return list(filter(None, whole))


def _line_begin(text: str) -> int:
    """Return where the first line begins that is certainly whole."""
    return text.find("\n" if "\n" in text else "\r") + 1


def shown(text: str) -> str:
    """Return `text` with each byte that could not be decoded as its number, such as ‹92›.

    So is half of a surrogate pair, which JSON can spell, such as ‹D83D›, and NUL.
    """
    if text.isascii() and "\0" not in text:
        return text
    return DAMAGE.sub(_number, text)


def shown_with_controls(text: str) -> str:
    """Return `text` as `shown` does, and control characters beyond ASCII as numbers too.

    They are what the curly quotes of cp1252 become where it is read as ISO 8859-1.
    """
    return text if text.isascii() and "\0" not in text else _LATE_CONTROL.sub(_number, shown(text))


def undecodable(text: str) -> int:
    """Return how many bytes of `text` could not be decoded."""
    return 0 if text.isascii() else len(_UNDECODABLE.findall(text))


def late_controls(text: str) -> int:
    """Return how many control characters beyond ASCII are in `text`."""
    return 0 if text.isascii() else len(_LATE_CONTROL.findall(text))


def _number(match: re.Match[str]) -> str:
    code = ord(match.group())
    is_byte = _MARKS_FROM <= code < _MARKS_FROM + 256
    return f"‹{code - _MARKS_FROM:02X}›" if is_byte else f"‹{code:02X}›"


def _refuse_known_binary(path: Path, head: bytes) -> None:
    for signature, what in _SIGNATURES.items():
        if head.startswith(signature):
            raise CorpusError(f"{path.name} is not a text file; it is {what}.")
    if _WEB_PAGE.match(head):
        raise CorpusError(
            f"{path.name} is a web page, perhaps one that says why there is no file. "
            "Get the file itself, or save the page's text as .txt."
        )
    if _XML.match(head):
        raise CorpusError(
            f"{path.name} is an XML document, which is not read. Save its texts as CSV, or one per "
            "line in a file named .txt."
        )
