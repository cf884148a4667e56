"""A table with what a model makes of its text column beside it; in bounded memory.

Lists of candidates are `candidates`'s; what scores sum to and per-word figures come along.
"""

import csv
import io
import math
import os
from collections.abc import Iterable, Iterator, Sequence
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
_WORDS_OF = 64  # rows, where each word is one of the new table
_MOST_CHARACTERS = 1_000_000  # of those, but for a row that is longer alone
_ADDED = ("log{}_probability", "perplexity", "words", "unknown_words")
PER_WORD = ("sentence", "position", "word", "known", "log{}_probability", "surprisal_bits", "rank")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRow:
    """A row of a table and what the model makes of its text."""

    number: int  # in the table, from 1
    fields: list[str]
    score: TextScore | None  # None: it has no text
    words: SentenceScore | None = None  # of the text, where that was asked for

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

    def lines(self, base: str, others: Sequence[int] | None) -> Iterator[list[Any]]:
        """Yield the cells of its line in the new table, or of its words, as in `header`."""
        if others is None:
            yield [*self.fields, *self.added(base)]
        elif self.words is not None:
            before = [self.fields[k] for k in others]
            yield from ([*before, *each] for each in word_cells(self.words, self.number, base))


def header(
    reader: DocumentReader, base: str, *, per_word: bool
) -> tuple[list[str], list[int] | None]:
    """Return the columns of the new table, and per word which ones are repeated in each line."""
    columns = reader.all_columns
    if not per_word:
        return [*columns, *added_columns(columns, base)], None
    others = [number for number, name in enumerate(columns) if name not in reader.columns]
    names = [columns[k] for k in others]
    return [*names, *added_columns(names, base, PER_WORD)], others


def added_columns(columns: Iterable[str], base: str, wanted: Sequence[str] = _ADDED) -> list[str]:
    """Return the names of what `ScoredRow.added` gives, or `wanted`; none is there already."""
    taken, names = set(columns), []
    for name in (each.format(base) for each in wanted):
        free = name
        while free in taken:
            free += "_2"
        names.append(free)
    return names


def score_rows(
    model: LanguageModel, reader: DocumentReader, control: RunControl, *, per_word: bool
) -> Iterator[ScoredRow | StageProgress | FileScored]:
    """Score the rows of a table, few of them in memory at a time.

    Parameters
    ----------
    model : LanguageModel
    reader : DocumentReader
    control : RunControl
        A stop ends the rows.
    per_word : bool
        Whether each row has the scores of its words.

    Yields
    ------
    ScoredRow
    StageProgress
        In bytes, since nobody knows how many rows there are.
    FileScored
        The last event: what the rows sum to, those before a stop too.
    """
    total, texts, number, tally = NOTHING, 0, 0, WordTally(model)
    rows = reader.rows()
    while control.proceed() and (some := _next_rows(rows, _WORDS_OF if per_word else _AT_ONCE)):
        wanted = [text for _, text in some if text]
        scores = (_with_words if per_word else _at_once)(model, wanted, tally, control)
        for fields, text in some:
            scored, words = next(scores, (None, None)) if text else (None, None)
            if text and scored is None:
                break  # it was stopped
            if scored is not None:
                total, texts = total + scored, texts + 1
            number += 1
            yield ScoredRow(number=number, fields=fields, score=scored, words=words)
        yield StageProgress(
            stage="Scoring rows", done=reader.bytes_done, total=reader.bytes_total, unit="bytes"
        )
    yield FileScored(
        rows=number,
        texts=texts,
        refused_rows=reader.refused_rows,
        total=total,
        words=tally.statistics(),
    )


def _next_rows(rows: Iterator[tuple[list[str], str]], most: int) -> list[tuple[list[str], str]]:
    some, characters = [], 0
    for row in islice(rows, most):
        some.append(row)
        characters += sum(map(len, row[0]))
        if characters >= _MOST_CHARACTERS:
            break
    return some


def _at_once(
    model: LanguageModel, texts: Sequence[str], tally: WordTally, _control: RunControl
) -> Iterator[tuple[TextScore, None]]:
    return ((scored, None) for scored in score_texts(model, texts, tally))


def _with_words(
    model: LanguageModel, texts: Sequence[str], tally: WordTally, control: RunControl
) -> Iterator[tuple[TextScore, SentenceScore]]:
    for text in texts:
        for event in score(model, text, control):
            tally.add_words(event.score.words)
            yield summed(event.score), event.score


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
    csv.writer(line, lineterminator="\n").writerow(cells)
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
        After each 512 rows, 64 per word, in bytes.
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
            columns, others = header(reader, base, per_word=per_word)
            file.write(csv_line(columns))
            for event in score_rows(model, reader, control, per_word=per_word):
                if isinstance(event, ScoredRow):
                    file.writelines(map(csv_line, event.lines(base, others)))
                elif isinstance(event, StageProgress):
                    yield event
                else:
                    result = event
            if control.is_stopped:
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
