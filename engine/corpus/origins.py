"""Where each document of a text came from: its file, and its line there."""

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.files.spool import Spool, SpooledNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """The files of a text and the lines of its documents; empty where nobody knows."""

    # (documents,), from 1
    lines: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    files: tuple[str, ...] = ()  # names of those with documents, where there are several
    firsts: tuple[int, ...] = ()  # the first document of each

    def of(self, document: int) -> tuple[str, int]:
        """Return the name of a document's file, "" for the only one, and its line, or 0."""
        file = self.files[bisect_right(self.firsts, document) - 1] if self.files else ""
        return file, int(self.lines[document]) if len(self.lines) else 0


class OriginsRecorder:
    """Take down where documents came from, in the order of the text.

    Parameters
    ----------
    spool : Spool
        For the lines.
    """

    def __init__(self, spool: Spool) -> None:
        self._lines = SpooledNumbers(spool)
        self._numbers: list[int] = []  # of the files
        self._firsts: list[int] = []

    def add(self, line: int, file: int) -> None:
        """Take down the next document."""
        if not self._numbers or self._numbers[-1] != file:
            self._numbers.append(file)
            self._firsts.append(len(self._lines))
        self._lines.append(line)

    def number_of(self, document: int) -> int:
        """Return the number of the file of a document."""
        return self._numbers[bisect_right(self._firsts, document) - 1]

    def origins(self, names: list[str]) -> Origins:
        """Return all, in the end, given the names of the files, none where there is but one."""
        return Origins(
            lines=self._lines.array(),
            files=tuple(names[number] for number in self._numbers) if names else (),
            firsts=tuple(self._firsts) if names else (),
        )
