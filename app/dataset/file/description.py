"""What is told of a file of text: its size, before it is read, and its delimiter in words."""

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

_BLOCK = 1 << 20  # bytes
_MOST_COUNTED = 1 << 28  # bytes; of a larger file the lines are not counted
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"BZh", b"\xfd7zXZ")

_DELIMITER_NAMES = {
    "": "one column",
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "bar",
    " ": "space",
    "\n": "one column",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSize:
    """The size of a file."""

    bytes: int
    lines: int | None  # None where it is packed, a spreadsheet, or very large


def size_of_text(path: Path) -> TextSize | None:
    """Return how large a file is; None where it cannot be told. Called in the worker."""
    try:
        with path.open("rb") as file:
            start = file.read(_BLOCK)
            size = file.seek(0, os.SEEK_END)
            if size > _MOST_COUNTED or start.startswith(_PACKED):
                return TextSize(bytes=size, lines=None)
            file.seek(0)
            blocks = iter(partial(file.read, _BLOCK), b"")
            return TextSize(bytes=size, lines=sum(block.count(b"\n") for block in blocks))
    except (OSError, ValueError):  # a folder, or it is gone: whoever reads it says so
        return None


def delimiter_name(delimiter: str) -> str:
    """Return a delimiter in words."""
    return _DELIMITER_NAMES.get(delimiter, repr(delimiter))
