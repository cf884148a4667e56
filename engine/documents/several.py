"""Several files, or those of a folder, as one text: their documents one after the other.

Each file has its own encoding, delimiter and header; the text is in the columns of the same
names. All are looked at before any is read, so that a damaged one among them is named at
once, whichever it is.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from engine.config import CsvConfig, RowPolicy
from engine.documents.archive import ENDINGS as ARCHIVES
from engine.documents.reader import (
    MOST_PROBLEMS,
    CsvPreview,
    DamagedRowError,
    Document,
    DocumentReader,
    DoubtfulEncoding,
    inspect_csv,
)
from engine.documents.rows import FILE_LEFT_OUT, FileKind, RowProblem
from engine.documents.text_file import reading
from engine.errors import CorpusError
from engine.wording import counted

ENDINGS = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".text", ".md", ".jsonl", ".ndjson", ".json", *ARCHIVES}
)  # of the texts in a folder
MOST_FILES = 100_000
_MOST_NAMED = 5  # damaged files in a message
_BROKEN_OFF = "from here on, "


def text_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files that `paths` name: themselves, and those in folders, in order of name.

    In a folder, and the folders in it, that is each file with an ending of a text; hidden
    ones are left alone. Links are followed, and what several of them lead to is there once.

    Raises
    ------
    CorpusError
        If there is none in a folder, or a folder cannot be looked into.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 - pathlib's raises where a name is too long
            found[path] = None
            continue
        inside = list(_texts_in(path))
        if not inside:
            raise CorpusError(
                f"{path} has no file of text in it. Texts are told by their endings: "
                f"{', '.join(sorted(ENDINGS))}, also packed as .gz."
            )
        found.update(dict.fromkeys(inside))
    if len(found) > MOST_FILES:
        raise CorpusError(
            f"{len(found):,} files are more than the {MOST_FILES:,} that can be one text. Put them "
            "together in fewer ones."
        )
    return list(found)


def _texts_in(folder: Path) -> Iterator[Path]:
    seen: set[str] = set()  # where files and folders really are
    for place, folders, names in os.walk(folder, onerror=_refuse_folder, followlinks=True):
        real = os.path.realpath(place)
        is_again = real in seen
        seen.add(real)
        folders[:] = sorted(name for name in folders if not (is_again or name.startswith(".")))
        for name in sorted(name for name in names if not (is_again or name.startswith("."))):
            file = Path(place) / name
            there = os.path.realpath(file) if file.is_symlink() else os.path.join(real, name)  # noqa: PTH118 - many
            if there not in seen and _is_text(file):
                seen.add(there)
                yield file


def _refuse_folder(error: OSError) -> None:
    """Say why a folder cannot be looked into: else its files would be missing without a word."""
    with reading(Path(error.filename)):
        raise error


def _is_text(path: Path) -> bool:
    endings = [ending.lower() for ending in path.suffixes if ending.lower() != ".gz"]
    return bool(endings) and endings[-1] in ENDINGS


def title(paths: Sequence[Path], files: int) -> str:
    """Return what a text that is made of so many files is called."""
    if files < 2 and not os.path.isdir(paths[0]):  # noqa: PTH112 - as above
        return paths[0].name
    if len(paths) == 1:
        return f"{paths[0].absolute().name} ({counted(files, 'file')})"
    return f"{paths[0].absolute().name} and {files - 1:,} more"


def names_of(files: Sequence[Path]) -> list[str]:
    """Return what tells the files apart: their names, with their folders where they differ."""
    folders = {str(file.absolute().parent) for file in files}
    common = Path(os.path.commonpath(folders))
    return [file.absolute().relative_to(common).as_posix() for file in files]


def inspect_texts(
    paths: Sequence[Path],
    config: CsvConfig,
    shown: int = 0,
    proceed: Callable[[], bool] = lambda: True,
) -> CsvPreview:
    """Read the beginning of file number `shown` of several; see `inspect_csv`.

    Raises
    ------
    CorpusError
        If it cannot be read, or there is none.
    """
    files = text_files(paths)
    shown = min(shown, len(files) - 1)
    preview = inspect_csv(files[shown], config, proceed=proceed)
    return replace(preview, files=tuple(names_of(files)), file=shown)


def digest_of(digests: Sequence[str]) -> str:
    """Return the one digest of files with these; that of a single file is its own."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode("ascii")).hexdigest()


class TextsReader:
    """Iterate once over the documents of several files; else as `DocumentReader`.

    Parameters
    ----------
    files : sequence of Path
        At least one.
    name : str
        What the text is called.
    config : CsvConfig
        Of all files. Without columns, those of the first file are meant, by their names.
    bad_files : {"skip", "stop"}
        What is done with a file that cannot be read.
    proceed : callable
        Turns False on a stop.

    Attributes
    ----------
    name, columns, encoding, delimiter, problems, refused_rows, repaired_rows, entities
        As those of a `DocumentReader`.
    kind : FileKind
        That of all; of files of several kinds, a table's, whose columns are named.
    names : list of str
        Of the files.
    damaged : dict
        What is wrong with a file that cannot be read, by its number.
    """

    def __init__(
        self,
        files: Sequence[Path],
        name: str,
        config: CsvConfig,
        bad_files: RowPolicy,
        proceed: Callable[[], bool] = lambda: True,
    ) -> None:
        self._files, self.name, self._config = files, name, config
        self._bad_files, self._proceed = bad_files, proceed
        self.names = names_of(files)
        self.damaged: dict[int, str] = {}
        self.columns: tuple[str, ...] = ()
        self.delimiter = ""
        self.problems: list[RowProblem] = []
        self.refused_rows = self.repaired_rows = self.entities = 0
        self._kinds: set[FileKind] = set()
        self._encodings: dict[str, None] = {}
        self._doubtful: list[DoubtfulEncoding] = []
        self._doubts: dict[str, list[str]] = {}  # names of files by the doubt
        self._digests = [""] * len(files)
        self._sizes = [_size_of(file) for file in files]
        self._bytes_before = 0
        self._reader: DocumentReader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @property
    def kind(self) -> FileKind:
        """That of all files, or a table's."""
        return next(iter(self._kinds)) if len(self._kinds) == 1 else "table"

    @property
    def encoding(self) -> str:
        """Those of the files."""
        return ", ".join(self._encodings)

    @property
    def doubtful_encodings(self) -> tuple[DoubtfulEncoding, ...]:
        """Of each file of which it is doubtful which one it is."""
        return tuple(self._doubtful)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What is doubtful in how the rows are divided, with the files."""
        return tuple(f"{_named(names)}: {doubt}" for doubt, names in self._doubts.items())

    @property
    def bytes_total(self) -> int:
        """Size of all files on the disk."""
        return sum(self._sizes)

    @property
    def bytes_done(self) -> int:
        """How many of them were read."""
        now = self._reader
        if now is None or not now.bytes_total:
            return self._bytes_before
        share = now.bytes_done / now.bytes_total  # of what was unpacked
        return self._bytes_before + round(share * self._sizes[self._number])

    @property
    def characters_estimate(self) -> int:
        """About how much text there is."""
        return self.bytes_total

    def look(self) -> Iterator[int]:
        """Look at the beginning of each file; yield how many were looked at; ends on a stop.

        Raises
        ------
        CorpusError
            If some cannot be read, with all of their names, unless they are to be left out; or
            if none can.
        """
        for number in range(len(self._files)):
            if not self._proceed():
                return
            try:
                with self._opened(number) as reader:
                    self._note_look(number, reader)
            except CorpusError as error:
                self.damaged[number] = str(error)
            yield number + 1
        if self.damaged and self._bad_files == "stop":
            raise CorpusError(self._complaint())
        if len(self.damaged) == len(self._files):
            raise CorpusError(f"None of the files can be used. {self.damaged[0]}")

    def __iter__(self) -> Iterator[Document]:
        for number, size in enumerate(self._sizes):
            if number in self.damaged:
                self._leave_out(number, 1)
            else:
                line = 0
                try:
                    for line, text, _ in self._documents(number):
                        yield Document(line, text, number)
                except DamagedRowError:
                    raise
                except CorpusError as error:
                    if self._bad_files == "stop":
                        raise
                    self.damaged[number] = str(error)
                    self._leave_out(number, line + 1, _BROKEN_OFF)
            if not self._proceed():
                return
            self._bytes_before += size

    def refuse(self, line: int, reason: str, text: str, file: int = 0) -> None:
        """Count a row as refused and keep why."""
        self.refused_rows += 1
        self._keep(RowProblem(line=line, reason=reason, text=text, file=self.names[file]))

    def digest(self) -> str:
        """Return the digest of all files; those that could not be read are part of it."""
        digests = (
            digest or _file_digest(file)
            for digest, file in zip(self._digests, self._files, strict=True)
        )
        return digest_of(list(digests))

    def _opened(self, number: int) -> DocumentReader:
        return DocumentReader(
            self._files[number], self._config, self._proceed, is_one_of_several=True
        )

    def _note_look(self, number: int, reader: DocumentReader) -> None:
        """Take over what the beginning of a file says; the first one names the columns."""
        name, doubts = self.names[number], list(reader.doubts)
        if not self.columns:
            self.columns, self.delimiter = reader.columns, reader.delimiter
        elif self._guesses_another_column(reader):
            doubts.append(
                f"its texts are taken from {reader.columns[0]}, and those of the first file from "
                f"{self.columns[0]}; choose the column if that is wrong"
            )
        if not self._config.columns and reader.has_named_columns:
            self._config = replace(self._config, columns=reader.columns)
        self._kinds.add(reader.kind)
        self._encodings[reader.encoding] = None
        self._doubtful += [replace(each, name=name) for each in reader.doubtful_encodings]
        for doubt in doubts:
            self._doubts.setdefault(doubt, []).append(name)

    def _guesses_another_column(self, reader: DocumentReader) -> bool:
        """Whether the columns of a file have no names, and its text is in another one."""
        is_guessed = not self._config.columns and not reader.has_named_columns
        return is_guessed and len(reader.all_columns) > 1 and reader.columns != self.columns

    def _documents(self, number: int) -> Iterator[Document]:
        """Yield the documents of one file, then take over what was said of its rows."""
        self._number, self._reader = number, self._opened(number)
        reader = self._reader
        try:
            yield from reader
            if self._proceed():
                self._digests[number] = reader.digest()
        finally:
            self.refused_rows += reader.refused_rows
            self.repaired_rows += reader.repaired_rows
            self.entities += reader.entities
            for problem in reader.problems:
                self._keep(replace(problem, file=self.names[number]))
            self._close()

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.__exit__()
            self._reader = None

    def _keep(self, problem: RowProblem) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    def _leave_out(self, number: int, line: int, since: str = "") -> None:
        """Keep why a file is left out: that is no row of it."""
        reason = FILE_LEFT_OUT + since + self.damaged[number].rstrip(".")
        self._keep(RowProblem(line=line, reason=reason, text="", file=self.names[number]))

    def _complaint(self) -> str:
        """Name what cannot be read, and what to do."""
        what = " ".join(list(self.damaged.values())[:_MOST_NAMED])
        more = len(self.damaged) - _MOST_NAMED
        return (
            f"{len(self.damaged):,} of {counted(len(self._files), 'file')} cannot be used: {what}"
            + (f" And {more:,} more." if more > 0 else "")
            + " Fix them, or leave them out (“Bad files” in the window, or --bad-files skip)."
        )


def _named(names: Sequence[str]) -> str:
    """Return such as "a.csv, b.csv and 3 more"."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0  # whoever reads the file says what is wrong


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""
