"""What the dataset tab asks of the engine and of the person: functions to be replaced in tests.

The engine's own are loaded when they are first used, in the worker.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QApplication, QFileDialog

from engine import CorpusConfig, CorpusReady, CsvConfig, RunControl

if TYPE_CHECKING:
    from engine import Corpus, CsvPreview, Event

Inspect = Callable[[Path, CsvConfig], "CsvPreview"]
Build = Callable[[CorpusConfig, RunControl], Iterator["Event"]]
AskPath = Callable[[str], Path | None]

FILE_FILTERS = (
    "Texts and tables (*.csv *.tsv *.tab *.txt *.text *.md *.jsonl *.ndjson *.gz)",
    "Tables (*.csv *.tsv *.tab *.csv.gz *.tsv.gz)",
    "Plain texts (*.txt *.text *.md *.txt.gz)",
    "JSON Lines (*.jsonl *.ndjson *.jsonl.gz)",
    "All files (*)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvInspected:
    """A file's first rows were read."""

    preview: "CsvPreview"


def inspect_with_engine(path: Path, config: CsvConfig) -> "CsvPreview":
    """Look at a file's first rows; called in the worker."""
    from engine import inspect_csv

    return inspect_csv(path, config)


def build_with_engine(config: CorpusConfig, control: RunControl) -> "Iterator[Event]":
    """Prepare a corpus; called in the worker, so that NLTK is loaded there."""
    from engine import build_corpus, corpus_cache_folder

    return build_corpus(config, control, cache_folder=corpus_cache_folder())


def sample_path_of_engine() -> Path:
    """Return where the sample comments are."""
    from engine import sample_comments_path

    return sample_comments_path()


def ask_csv_path(folder: str) -> Path | None:
    """Ask for a file of text; None when the user thinks better of it."""
    text, _ = QFileDialog.getOpenFileName(
        QApplication.activeWindow(),
        "Open a CSV or another text",
        first_folder(folder),
        ";;".join(FILE_FILTERS),
    )
    return Path(text) if text else None


def first_folder(last: str) -> str:
    """Return where a file dialog starts: in the `last` folder, else among the documents."""
    if last and Path(last).is_dir():
        return last
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return documents if documents and Path(documents).is_dir() else str(Path.home())


def inspected(inspect: Inspect, path: Path, config: CsvConfig) -> Iterator[CsvInspected]:
    """Look at a file's first rows, as a job."""
    yield CsvInspected(preview=inspect(path, config))


def resized(corpus: "Corpus", size: int) -> "Iterator[Event]":
    """Give a corpus another vocabulary size, as a job: nothing is tokenised again."""
    yield CorpusReady(corpus=corpus.with_vocabulary_size(size))
