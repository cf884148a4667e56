"""A row of a file of text, and what can be wrong with one.

The same for tables, plain text and JSON Lines; how rows are found is not known here.
"""

import re
from dataclasses import dataclass
from io import StringIO
from typing import NamedTuple, Protocol

from engine.text_file import DAMAGE, shown

_BLOCK = 1 << 16  # characters
_LINE_ENDS = re.compile(r"[\r\n]*")
_SHOWN_CHARACTERS = 500  # of a refused row: enough to find it and to see what is wrong

REPAIRED = "repaired: "  # how the reason of a row begins that was kept
NEVER_CLOSED = "a quote opens here and is never closed"
STRAY_QUOTE = "a quote stands inside a field that does not begin with one"
TEXT_AFTER_QUOTE = "text follows a closing quote"
UNDECODABLE = "it has bytes that do not belong to the encoding"
NUL = "it has a NUL character"


class Dialect(NamedTuple):
    """How the fields of a row are told apart."""

    delimiter: str  # "" = a row is one field
    is_quoted: bool = True  # whether a field may stand in double quotes


class Row(NamedTuple):
    """One row and the line where it begins, from 1."""

    line: int
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A row that was refused or repaired."""

    line: int  # where the row begins, from 1
    reason: str
    text: str  # the beginning of the row as it is in the file


class LineSource(Protocol):
    """Anything that is read line by line, such as a text file."""

    def readline(self, size: int = -1, /) -> str:
        """Return the next line with its end, or "" after the last."""
        ...

    def read(self, size: int = -1, /) -> str:
        """Return the next characters, or "" after the last."""
        ...


def skip_line_ends(source: LineSource, longest: int) -> tuple[int, list[str]]:
    """Read past the line ends that come next; return their number, and lines read with them.

    They are read in blocks: a file may be nothing but millions of them. The lines have at
    most `longest` characters; what a longer one has more comes next.
    """
    count = 0
    after = ""  # the character before the block
    while block := source.read(_BLOCK):
        run = block[: len(_LINE_ENDS.match(block)[0])]  # type: ignore[index]
        count += run.count("\n") + run.count("\r") - (after + run).count("\r\n")
        after = run[-1:]
        if len(run) < len(block):
            *lines, last = StringIO(block[len(run) :], newline="")
            return count, lines + _completed(last, source, longest)
    return count, []


def _completed(line: str, source: LineSource, longest: int) -> list[str]:
    """Read the rest of a line that a block may have cut, and what is read with that."""
    if line.endswith("\n"):
        return [line]
    if not line.endswith("\r"):
        return [line + source.readline(longest - len(line))]
    more = source.readline(longest)  # which may be the other half of the line end
    return [line + more] if more in ("", "\n") else [line, more]


def damage_of(raw: str) -> str | None:
    """Return why `raw` cannot be used as text, or None."""
    if raw.isascii() and "\0" not in raw:
        return None
    found = DAMAGE.search(raw)
    if found is None:
        return None
    return NUL if found.group() == "\0" else UNDECODABLE


def beginning(raw: str) -> str:
    """Return the beginning of a row for showing."""
    text = shown(raw[:_SHOWN_CHARACTERS]).strip("\r\n")
    return text + "…" if len(raw) > _SHOWN_CHARACTERS else text
