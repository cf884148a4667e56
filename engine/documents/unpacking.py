"""The text of a ZIP or a spreadsheet as a file of its own, written by a helper process.

A helper, since inflating and python-calamine hold on to the process for seconds: ended by a stop,
it takes its memory with it, of which it may have only so much. It is spawned as those of
`engine.corpus.workers` are, and for the same reasons.

    parent                                helper
    path, sheet, where to     ->          counts what would be unpacked, then unpacks it
    Unpacked, or a complaint  <-
"""

import csv
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from engine.config import CsvConfig
from engine.documents.archive import (
    MOST_TEXT_BYTES,
    Archive,
    counted,
    inflated,
    is_archive,
    look_into,
)
from engine.documents.spreadsheet import Sheets, sheet_rows
from engine.errors import CorpusError, EngineError

_LOOK_EVERY_S = 0.05
_END_WITHIN_S = 1.0
MOST_MEMORY = 4 << 30  # bytes of address space that a helper may use, where the system can say so
_NO_SHEETS = Sheets(names=(), chosen="")


class UnpackingStoppedError(EngineError):
    """The user wants no more of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    name: str  # of the file that was written
    sheets: Sheets


class Content:
    """The text of a file: the file itself, or what was unpacked from it.

    A context manager: leaving it deletes what was unpacked.

    Attributes
    ----------
    path : Path
        Where the text is; its name is the one to tell the user.
    sheets : Sheets
        Those of a spreadsheet; none of any other file.
    is_unpacked : bool
    """

    def __init__(self, path: Path, sheets: Sheets = _NO_SHEETS, folder: Path | None = None) -> None:
        self.path = path
        self.sheets = sheets
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_unpacked(self) -> bool:
        """Whether the text is a file of its own."""
        return self._folder is not None

    def close(self) -> None:
        """Delete what was unpacked."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def config(self, config: CsvConfig) -> CsvConfig:
        """Return how the text is to be read: a sheet's is as it was written here."""
        if not self.sheets.names:
            return config
        return replace(config, encoding="utf-8", delimiter=",", quoting="double")


def open_content(path: Path, config: CsvConfig, proceed: Callable[[], bool]) -> Content:
    """Return the text of `path`, unpacked where that is needed.

    Raises
    ------
    CorpusError
        If it cannot be unpacked, or would be too large.
    UnpackingStoppedError
        If `proceed` turned False.
    """
    if not is_archive(path):
        if config.sheet is not None:
            raise CorpusError(
                f"{path.name} is not a spreadsheet: it has no sheet '{config.sheet}'."
            )
        return Content(path)
    archive = look_into(path)
    if archive.kind == "text" and config.sheet is not None:
        raise CorpusError(f"{path.name} is not a spreadsheet: it has no sheet '{config.sheet}'.")
    chosen = (config.encoding, config.delimiter, config.quoting)
    if archive.kind != "text" and chosen != (None, None, None):
        raise CorpusError(
            f"{path.name} is a spreadsheet: its cells need no encoding, delimiter or quotes. "
            "Leave these options out."
        )
    folder = Path(tempfile.mkdtemp(prefix="rnn-text-lab-"))
    try:
        done = _in_helper(archive, config.sheet, folder, proceed)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Content(folder / done.name, done.sheets, folder)


def _in_helper(
    archive: Archive, sheet: str | None, folder: Path, proceed: Callable[[], bool]
) -> _Done:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    arguments = (theirs, archive, sheet, folder, MOST_MEMORY)
    process = context.Process(target=_serve, args=arguments, daemon=True)
    try:
        process.start()
        theirs.close()  # so that its end is seen
        while not ours.poll(_LOOK_EVERY_S):
            if not proceed():
                raise UnpackingStoppedError
        answer = ours.recv()
    except EOFError as error:
        raise CorpusError(
            f"{archive.path.name} needs more memory than it may have, or is damaged. "
            "Save the table as CSV first."
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise CorpusError(f"{archive.path.name} cannot be unpacked: {reason}.") from error
    finally:
        theirs.close()
        ours.close()
        if process.pid is not None:
            _end(process)
    if isinstance(answer, _Done):
        return answer
    raise CorpusError(str(answer))


def _end(process: "multiprocessing.process.BaseProcess") -> None:
    """End the helper, at once if it is at work."""
    process.terminate()
    process.join(_END_WITHIN_S)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()


def _serve(
    connection: "Connection[object, object]",
    archive: Archive,
    sheet: str | None,
    folder: Path,
    most_memory: int,
) -> None:
    """Unpack into `folder` and tell what came of it; the main function of the helper."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only the parent answers to Ctrl+C
    _limit_memory(most_memory)
    try:
        connection.send(_unpack(archive, sheet, folder))
    except CorpusError as error:
        connection.send(str(error))
    except MemoryError:
        connection.send(f"{archive.path.name} needs more memory than it may have.")
    except OSError as error:
        reason = error.strerror or str(error)
        connection.send(f"{archive.path.name} cannot be unpacked: {reason}.")


def _limit_memory(most: int) -> None:
    """Let an allocation fail, and the helper with it, before the machine runs out of memory."""
    if sys.platform == "win32":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = most if hard == resource.RLIM_INFINITY else min(hard, most)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A library that aborts writes pages about itself; the parent says what the user must know.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _unpack(archive: Archive, sheet: str | None, folder: Path) -> _Done:
    counted(archive)
    if archive.kind == "text":
        [part] = archive.parts
        target = folder / (Path(part.filename.replace("\\", "/")).name or "text")
        with archive.path.open("rb") as file, target.open("wb") as text:
            for block in inflated(archive.path, file, part):
                text.write(block)
        return _Done(name=target.name, sheets=_NO_SHEETS)
    sheets, rows = sheet_rows(archive.path, sheet)
    target = folder / archive.path.name
    with target.open("w", encoding="utf-8", newline="") as text:
        # Both characters of its line end are put in quotes where a cell has them.
        writer, characters = csv.writer(text, lineterminator="\r\n"), 0
        for row in rows:
            # A blank line for an empty row: a line is a row, but for cells of several lines.
            characters += writer.writerow(row if any(row) else [])
            if characters > MOST_TEXT_BYTES:
                raise CorpusError(
                    f"{archive.path.name} would be too large when unpacked: more than "
                    f"{MOST_TEXT_BYTES >> 20:,} MB."
                )
    return _Done(name=target.name, sheets=sheets)
