"""A table with what a model makes of its text column beside it; in bounded memory.

Lists of candidates are `candidates`'s; what scores sum to and per-word figures come along.
"""

import csv
import io
import math
import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from engine.config import CsvConfig
from engine.control import RunControl, StageProgress
from engine.documents.reader import DocumentReader
from engine.documents.unpacking import UnpackingStoppedError
from engine.errors import ConfigError, ExportError
from engine.files.atomic import explain_os_error, replacing
from engine.language_model.model import LanguageModel
from engine.language_model.results import NOTHING, FileScored, SentenceScore, TextScore
from engine.scoring.ranking import BASES
from engine.scoring.scorer import score
from engine.scoring.text_scores import WordTally, score_texts

_AT_ONCE = 512  # rows in memory
_BETWEEN_REPORTS = 64  # rows, where each word is one of the new table
_MOST_CHARACTERS = 1_000_000  # of those, but for a row that is longer alone
_ADDED = ("log{}_probability", "perplexity", "words", "unknown_words")
PER_WORD = ("sentence", "position", "word", "known", "log{}_probability", "surprisal_bits", "rank")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRow:
    """A row of a table and what the model makes of its text."""

    fields: list[str]
    score: TextScore | None  # None: it has no text

    def added(self, base: str) -> list[float | int | None]:
        """Return log probability, perplexity, words and unknown words; None where there is none.

        A perplexity that no float can hold is None, too.
        """
        if self.score is None:
            return [None] * len(_ADDED)
        perplexity = self.score.perplexity
        return [
            round(self.score.log_probability / BASES[base], 6),
            float(f"{perplexity:.6g}") if perplexity < float("inf") else None,
            self.score.words,
            self.score.unknown,
        ]


def added_columns(columns: Iterable[str], base: str, wanted: Sequence[str] = _ADDED) -> list[str]:
    """Return the names of what `ScoredRow.added` gives, or `wanted`; none is there already."""
    taken, names = set(columns), []
    for name in (each.format(base) for each in wanted):
        free = name
        while free in taken:
            free += "_2"
        taken.add(free)
        names.append(free)
    return names


def score_rows(
    model: LanguageModel, reader: DocumentReader, control: RunControl, tally: WordTally
) -> Iterator[list[ScoredRow]]:
    """Yield the rows of a table with their scores, at most 512 at a time; end after a stop."""
    rows = reader.rows()
    while control.proceed() and (some := _next_rows(rows)):
        texts = [text for _, text in some if text]
        scores = iter(score_texts(model, texts, tally))
        yield [
            ScoredRow(fields=fields, score=next(scores) if text else None) for fields, text in some
        ]


def _next_rows(rows: Iterator[tuple[list[str], str]]) -> list[tuple[list[str], str]]:
    some, characters = [], 0
    for row in islice(rows, _AT_ONCE):
        some.append(row)
        characters += sum(map(len, row[0]))
        if characters >= _MOST_CHARACTERS:
            break
    return some


def word_cells(scored: SentenceScore, number: int, base: str) -> Iterator[list[str]]:
    """Yield a row per word, in the order of `PER_WORD`; `number` is that of the text."""
    for position, word in enumerate(scored.words, start=1):
        yield [
            str(number),
            str(position),
            word.word,
            "yes" if word.is_known else "no",
            f"{word.log_probability / BASES[base]:.6f}",
            f"{word.bits:.6f}",
            str(word.rank),
        ]


def other_columns(reader: DocumentReader) -> list[int]:
    """Return which columns of a table are not its text."""
    columns = enumerate(reader.all_columns)
    return [number for number, name in columns if name not in reader.columns]


def summed(scored: SentenceScore) -> TextScore:
    """Return what a scored sentence adds to the totals."""
    known = [word.log_probability for word in scored.words if word.is_known]
    return TextScore(
        words=len(scored.words),
        unknown=len(scored.words) - len(known),
        log_probability=scored.log_probability,
        log_probability_of_known=math.fsum(known),
    )


def csv_line(cells: Sequence[Any]) -> str:
    """Return one line of a CSV; None is an empty cell."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(["" if cell is None else cell for cell in cells])
    return line.getvalue()


def score_file(
    model: LanguageModel,
    source: Path,
    config: CsvConfig,
    target: Path,
    control: RunControl,
    *,
    base: str = "10",
    per_word: bool = False,
) -> Iterator[StageProgress | FileScored]:
    """Write a new CSV: the rows of a file with log probability, perplexity and unknown words.

    Parameters
    ----------
    model : LanguageModel
    source : Path
        A table, or any other file of text that the program reads.
    config : CsvConfig
        How it is read, and which column is the text.
    target : Path
        The new file; it appears when all rows are written. UTF-8 with a mark, as spreadsheets
        want it.
    control : RunControl
        A stop leaves no file, and the one that was there as it was.
    base : {"10", "2", "e"}
        Of the logarithm.
    per_word : bool
        A row per word instead: the row's other columns, and those of `PER_WORD`.

    Yields
    ------
    StageProgress
        After each 512 rows, in bytes.
    FileScored
        The last event, unless it was stopped.

    Raises
    ------
    ConfigError
        If `target` is `source`.
    CorpusError
        If the file cannot be read, or has no such column.
    ExportError
        If the new one cannot be written.
    """
    if os.path.realpath(source) == os.path.realpath(target):
        raise ConfigError(
            f"{target.name} is the file that is read. Give the new file another name."
        )
    try:
        with (
            DocumentReader(source, config, control.proceed) as reader,
            replacing(target) as descriptor,
            _writing(descriptor) as file,
        ):
            write = _write_words if per_word else _write
            result = yield from write(model, reader, file, control, base)
            if result is None:
                raise _StoppedError
    except (_StoppedError, UnpackingStoppedError):
        return
    except OSError as error:
        raise ExportError(
            f"The scores could not be written to {target}, because {explain_os_error(error)}. "
            "A file that was there before is unchanged."
        ) from error
    yield result


def _writing(descriptor: int) -> TextIO:
    """Return a text file on a descriptor that stays open behind it."""
    return os.fdopen(
        descriptor, "w", encoding="utf-8-sig", errors="replace", newline="", closefd=False
    )


class _StoppedError(Exception):
    """Raised where the new file is open, so that it is given up."""


def _write(
    model: LanguageModel,
    reader: DocumentReader,
    file: TextIO,
    control: RunControl,
    base: str,
) -> Generator[StageProgress, None, FileScored | None]:
    """Write header and rows; return what they sum to, None after a stop."""
    total, texts, done, tally = NOTHING, 0, 0, WordTally(model)
    file.write(csv_line([*reader.all_columns, *added_columns(reader.all_columns, base)]))
    for rows in score_rows(model, reader, control, tally):
        for row in rows:
            file.write(csv_line([*row.fields, *row.added(base)]))
            if row.score is not None:
                total, texts = total + row.score, texts + 1
        done += len(rows)
        yield progress_of(reader)
    if control.is_stopped:
        return None
    file.flush()
    return FileScored(
        rows=done,
        texts=texts,
        refused_rows=reader.refused_rows,
        total=total,
        words=tally.statistics(),
    )


def _write_words(
    model: LanguageModel,
    reader: DocumentReader,
    file: TextIO,
    control: RunControl,
    base: str,
) -> Generator[StageProgress, None, FileScored | None]:
    """Write header and a row per word; return what they sum to, None after a stop."""
    total, texts, number, tally = NOTHING, 0, 0, WordTally(model)
    kept = other_columns(reader)
    names = [reader.all_columns[k] for k in kept]
    file.write(csv_line([*names, *added_columns(names, base, PER_WORD)]))
    for number, (fields, text) in enumerate(reader.rows(), start=1):
        if not control.proceed():
            break
        for event in score(model, text, control) if text else ():
            before = [fields[k] for k in kept]
            cells = word_cells(event.score, number, base)
            file.writelines(csv_line([*before, *each]) for each in cells)
            tally.add_words(event.score.words)
            total, texts = total + summed(event.score), texts + 1
        if number % _BETWEEN_REPORTS == 0:
            yield progress_of(reader)
    if control.is_stopped:
        return None
    file.flush()
    return FileScored(
        rows=number,
        texts=texts,
        refused_rows=reader.refused_rows,
        total=total,
        words=tally.statistics(),
    )


def progress_of(reader: DocumentReader) -> StageProgress:
    """Tell how far a table is scored: in bytes, since nobody knows how many rows there are."""
    return StageProgress(
        stage="Scoring rows", done=reader.bytes_done, total=reader.bytes_total, unit="bytes"
    )
