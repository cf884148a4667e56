"""From a file to a corpus, as a stream of events.

    file -> documents -> (Punkt learns from the first) -> batches -> processes
         -> sentences and word numbers -> words by frequency -> (cache) -> Corpus

The records of a corpus are in `engine.corpus_data`. Memory is bounded: what grows with
the text goes to files.
"""

from array import array
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.config import CorpusConfig
from engine.control import Notice, RunControl, StageProgress, Ticker
from engine.corpus_assembly import Gathered, TextParts
from engine.corpus_cache import CorpusCache
from engine.corpus_data import (
    Corpus,
    CorpusSummary,
    Sentences,
    SentenceView,
    TokenView,
)
from engine.corpus_file import PreparedText
from engine.corpus_reading import CorpusReading
from engine.corpus_split import draw_validation
from engine.documents.reader import DocumentReader
from engine.events import CorpusReady, Event
from engine.sentence_splitter import SentenceSplitter

__all__ = [
    "Corpus",
    "CorpusSummary",
    "SentenceView",
    "Sentences",
    "TokenView",
    "build_corpus",
]

_COUNTING = "Counting words"
_REPORT_EVERY_S = 0.1


def build_corpus(
    config: CorpusConfig, control: RunControl, *, cache_folder: Path | None = None
) -> Iterator[Event]:
    """Read a file and prepare its sentences and vocabulary.

    Parameters
    ----------
    config : CorpusConfig
    control : RunControl
        A stop ends the stream within a second, without `CorpusReady` and without a
        process left; a pause holds it.
    cache_folder : Path or None
        Where prepared texts are kept, such as `corpus_cache_folder()`; None keeps none.

    Yields
    ------
    Event
        `StageProgress` about ten times a second, `Notice` for what the user should
        know, and `CorpusReady` last.

    Raises
    ------
    CorpusError
        If the file cannot be read, has a damaged row that the user does not want to
        skip, or has no text.
    """
    cache = None if cache_folder is None else CorpusCache(cache_folder)
    if cache is not None:
        prepared = yield from cache.find(config, control)
        if not control.proceed():
            return
        if prepared is not None:
            yield from _finished(prepared, config)
            return
    with DocumentReader(config.path, config.csv, control.proceed) as reader:
        folder = None if cache is None else cache.made_folder()
        with closing(Gathered(folder)) as gathered:
            building = _Building(config, control, reader, cache, folder, gathered)
            yield from building.events()


def _finished(prepared: PreparedText, config: CorpusConfig) -> Iterator[Event]:
    """Apply the vocabulary size and the split; yield the last events."""
    facts = replace(
        prepared.facts,
        name=config.path.name,
        path=str(config.path),
        vocabulary_size=config.vocabulary_size,
    )
    group_of = prepared.store.group_of
    is_validation = draw_validation(group_of, config.validation_fraction, config.seed)
    store = replace(prepared.store, is_validation=is_validation)
    corpus = Corpus(store, facts, prepared.problems)
    if facts.refused_rows:
        problem = corpus.problems[0]
        rows = "1 row" if facts.refused_rows == 1 else f"{facts.refused_rows:,} rows"
        yield Notice(
            text=f"{rows} of {facts.name} left out; the first at line {problem.line}: "
            f"{problem.reason}."
        )
    yield CorpusReady(corpus=corpus)


@dataclass(frozen=True, slots=True)
class _Building:
    """One preparation under way."""

    config: CorpusConfig
    control: RunControl
    reader: DocumentReader
    cache: CorpusCache | None
    folder: Path | None  # for temporary files; None = the system's
    gathered: Gathered
    ticker: Ticker = field(default_factory=lambda: Ticker(_REPORT_EVERY_S))

    def events(self) -> Iterator[Event]:
        """Yield all events of the preparation."""
        reading = CorpusReading(self.config, self.control, self.reader, self.gathered)
        splitter = yield from reading.events()
        if splitter is None:
            return
        parts = yield from self._arrange(reading.group_of)
        if parts is None:
            return
        if not parts.words:
            raise reading.no_text()
        prepared = yield from self._prepared(parts, self._facts(parts, splitter, reading))
        if prepared is not None:
            yield from _finished(prepared, self.config)

    def _arrange(self, group_of: "array[int]") -> Generator[Event, None, TextParts | None]:
        """Give the words of all documents numbers by frequency; return None after a stop."""
        yield self._counted(0)
        arranging = self.gathered.arranged(np.array(group_of, dtype=np.int64), self.control)
        while True:
            try:
                done = next(arranging)
            except StopIteration as end:
                parts: TextParts | None = end.value
                break
            if self.ticker.is_due():
                yield self._counted(done)
        if parts is not None:
            yield self._counted(self.gathered.words_twice)
        return parts

    def _prepared(
        self, parts: TextParts, facts: CorpusSummary
    ) -> Generator[Event, None, PreparedText | None]:
        """Keep the text in the cache, if there is one; return None after a stop."""
        problems = tuple(self.reader.problems)
        prepared = None
        if self.cache is not None:
            prepared = yield from self.cache.keep(self.config, parts, facts, problems, self.control)
        if not self.control.proceed():
            return None
        failure = self.gathered.failure
        if failure is not None:
            yield Notice(
                text=f"Temporary files could not be written ({failure.strerror}), so that the "
                "preparation took more memory."
            )
        if prepared is None:
            store = parts.store(self.folder)
            prepared = PreparedText(store=store, facts=facts, problems=problems)
        return prepared

    def _facts(
        self, parts: TextParts, splitter: SentenceSplitter, reading: CorpusReading
    ) -> CorpusSummary:
        """Return the summary but for vocabulary and split, which `Corpus` fills in."""
        reader = self.reader
        return CorpusSummary(
            name=self.config.path.name,
            path=str(self.config.path),
            columns=reader.columns,
            documents=len(reading.group_of),
            sentences=parts.sentences,
            words=int(parts.counts.sum()),
            different_words=len(parts.words),
            vocabulary_size=self.config.vocabulary_size,
            least_frequent_word="",
            least_frequent_count=0,
            unknown_share=0.0,
            splitter=splitter.description,
            training_documents=0,
            validation_documents=0,
            training_sentences=0,
            validation_sentences=0,
            training_words=0,
            validation_words=0,
            refused_rows=reader.refused_rows,
            repaired_rows=reader.repaired_rows,
            duplicate_documents=reading.duplicates,
            encoding=reader.encoding,
            delimiter=reader.delimiter,
            digest=reader.digest(),
        )

    def _counted(self, done: int) -> StageProgress:
        total = self.gathered.words_twice
        return StageProgress(stage=_COUNTING, done=done // 2, total=total // 2, unit="words")
