"""The speed of preparing a text, and the memory of preparing and training on it.

The text is the sample comments many times over, or a file of yours. A fresh process with an
empty cache does the work.
"""

import csv
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.config import CorpusConfig, ModelConfig, TrainConfig
from engine.control import RunControl, StageProgress
from engine.corpus.build import build_corpus
from engine.corpus.corpus import Corpus, CorpusReady
from engine.corpus.sample_comments import sample_comments_path
from engine.errors import CorpusError
from engine.language_model.history import LossPoint
from engine.training.trainer import train
from tests.benchmarks.memory import can_measure, in_fresh_process, peak_bytes, reset_peak
from tests.benchmarks.rows import BenchmarkRow, Target, row

_SAMPLE_COPIES = 17  # of the sample comments: 1.6 million words
_MEMORY_HIDDEN = 256
_TARGET_WORD_DIM = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusFigures:
    """What two preparations of one file took."""

    words: int
    first_s: float
    again_s: float
    peak_bytes: int  # of preparing and training, the program included; 0 = unknown


def measure_corpus(
    control: RunControl, *, word_dim: int, is_quick: bool, text: Path | None = None
) -> Iterator[StageProgress | BenchmarkRow]:
    """Prepare a text twice and train on it for a moment; yield the rows.

    Parameters
    ----------
    control : RunControl
    word_dim : int
    is_quick : bool
        Take the sample comments once.
    text : Path, optional
        A file to prepare instead of the sample comments, its columns guessed.
    """
    yield StageProgress(stage="Preparing a corpus", done=0, total=None, unit="words")
    with tempfile.TemporaryDirectory(prefix="rnn-text-lab-") as folder:
        path = text
        if path is None:
            path = Path(folder) / "sample-comments.csv"
            _write_text(path, copies=1 if is_quick else _SAMPLE_COPIES)
        figures = in_fresh_process(control, _prepare_and_train, path, Path(folder), word_dim)
    if figures is None:
        return
    has_targets = not is_quick and word_dim == _TARGET_WORD_DIM
    note = f"{path.name}, {figures.words:,} words"
    yield row(
        "text",
        "corpus preparation",
        "words/s",
        [figures.words / figures.first_s],
        target=Target(bound=120_000.0) if has_targets else None,
        note=note,
    )
    yield row(
        "text",
        "second opening of the same file / first opening",
        "x",
        [figures.first_s / figures.again_s],
        target=Target(bound=10.0) if has_targets else None,
        note=note,
    )
    if figures.peak_bytes:
        yield row(
            "text",
            "all memory of preparing and training, without helper processes",
            "MB",
            [figures.peak_bytes / 1e6],
            target=Target(bound=1200.0, is_least=False) if has_targets else None,
            hidden_dim=_MEMORY_HIDDEN,
            note=note,
        )


def _write_text(path: Path, *, copies: int) -> None:
    """Write the sample comments so many times, under one header."""
    with sample_comments_path().open(encoding="utf-8", newline="") as comments:
        header, *rows = csv.reader(comments)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for _ in range(copies):
            writer.writerows(rows)


def _prepare_and_train(path: Path, cache: Path, word_dim: int) -> CorpusFigures:
    """Do the work of `measure_corpus`; runs in its own process."""
    config = CorpusConfig(path=path, vocabulary_size=word_dim)
    if can_measure():
        reset_peak()
    first_s = _timed(config, cache)[1]  # this corpus is not kept
    corpus, again_s = _timed(config, cache)
    events = train(
        corpus, ModelConfig(hidden_dim=_MEMORY_HIDDEN, device="cpu"), TrainConfig(), RunControl()
    )
    for event in events:
        if isinstance(event, LossPoint):
            break
    return CorpusFigures(
        words=corpus.summary.words,
        first_s=first_s,
        again_s=again_s,
        peak_bytes=peak_bytes() if can_measure() else 0,
    )


def _timed(config: CorpusConfig, cache: Path) -> tuple[Corpus, float]:
    begin_s = time.perf_counter()
    for event in build_corpus(config, RunControl(), cache_folder=cache):
        if isinstance(event, CorpusReady):
            return event.corpus, time.perf_counter() - begin_s
    raise CorpusError(f"{config.path.name} was not prepared.")
