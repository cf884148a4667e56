"""From a file to a corpus, as a stream of events.

    file -> documents -> (Punkt learns from the first) -> batches -> processes
         -> sentences and word numbers -> words by frequency -> Corpus

The records of a corpus are in `engine.corpus_data`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from engine.config import CorpusConfig
from engine.control import RunControl, Ticker
from engine.corpus_assembly import DocumentGroups, Gathered
from engine.corpus_data import (
    Corpus,
    CorpusSummary,
    Sentences,
    SentenceView,
    TokenStore,
    TokenView,
)
from engine.corpus_split import draw_validation
from engine.csv_source import Document, DocumentReader
from engine.errors import CorpusError
from engine.events import CorpusReady, Event, Notice, StageProgress
from engine.preparation import PreparedBatch
from engine.preparation_pool import PreparationPool, choose_processes
from engine.sentence_splitter import (
    LEARNED_AT_ONCE,
    SAMPLE_CHARACTERS,
    SentenceSplitter,
    SplitterLearner,
)

__all__ = [
    "Corpus",
    "CorpusSummary",
    "SentenceView",
    "Sentences",
    "TokenView",
    "build_corpus",
]

_READING = "Reading the file"
_LEARNING = "Learning where sentences end"
_SPLITTING = "Splitting into sentences and words"
_COUNTING = "Counting words"
_REPORT_EVERY_S = 0.1
_BATCH_CHARACTERS = 150_000  # about 0.1 s of work
_TOO_LONG_TO_SPLIT = "its text took too long to split into words"


def build_corpus(config: CorpusConfig, control: RunControl) -> Iterator[Event]:
    """Read a file and prepare its sentences and vocabulary.

    Parameters
    ----------
    config : CorpusConfig
    control : RunControl
        A stop ends the stream within a second, without `CorpusReady` and without a
        process left; a pause holds it.

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
    with DocumentReader(config.path, config.csv, control.proceed) as reader:
        yield from _Building(config, control, reader).events()


@dataclass(slots=True)
class _Building:
    """One preparation under way."""

    config: CorpusConfig
    control: RunControl
    reader: DocumentReader
    ticker: Ticker = field(default_factory=lambda: Ticker(_REPORT_EVERY_S))
    groups: DocumentGroups = field(default_factory=DocumentGroups)
    group_of: list[int] = field(default_factory=list)  # of each document that is used
    lines: list[int] = field(default_factory=list)  # where each of them begins
    gathered: Gathered = field(default_factory=Gathered)
    documents_done: int = 0
    failed: list[int] = field(default_factory=list)

    def events(self) -> Iterator[Event]:
        """Yield all events of the preparation."""
        documents = self._documents()
        first: list[str] = []
        yield from self._read_first(documents, first)
        if not self.control.proceed():
            return
        if not first:
            raise self._no_text()
        splitter = SentenceSplitter.installed()
        if splitter is None:
            learner = SplitterLearner()
            yield from self._learn(learner, first)
            if not self.control.proceed():
                return
            splitter = SentenceSplitter(learner.parameters(), learner.description)
        yield from self._prepare(splitter, first, documents)
        if not self.control.proceed():
            return
        yield StageProgress(stage=_COUNTING, done=0, total=self.documents_done, unit="documents")
        corpus = self._corpus(splitter)
        if not self.control.proceed():
            return
        yield from self._notices(corpus)
        yield StageProgress(
            stage=_COUNTING, done=self.documents_done, total=self.documents_done, unit="documents"
        )
        yield CorpusReady(corpus=corpus)

    def _documents(self) -> Iterator[Document]:
        """Yield the documents to use; leave out duplicates if the user wishes."""
        for document in self.reader:
            group, is_new = self.groups.find(document.text)
            if is_new or not self.config.remove_duplicates:
                self.group_of.append(group)
                self.lines.append(document.line)
                yield document

    def _read_first(self, documents: Iterator[Document], first: list[str]) -> Iterator[Event]:
        """Read as many documents as Punkt learns from."""
        yield self._bytes_read(_READING)
        characters = 0
        for document in documents:
            first.append(document.text)
            characters += len(document.text)
            if not self.control.proceed() or characters >= SAMPLE_CHARACTERS:
                break
            if self.ticker.is_due():
                yield self._bytes_read(_READING)
        yield self._bytes_read(_READING)

    def _learn(self, learner: SplitterLearner, texts: list[str]) -> Iterator[Event]:
        total = min(SAMPLE_CHARACTERS, sum(map(len, texts)))
        yield StageProgress(stage=_LEARNING, done=0, total=total, unit="characters")
        for text in texts:
            for start in range(0, len(text), LEARNED_AT_ONCE):
                if not self.control.proceed() or not learner.has_room():
                    return
                if self.ticker.is_due():
                    yield StageProgress(
                        stage=_LEARNING, done=learner.characters, total=total, unit="characters"
                    )
                learner.learn(text[start : start + LEARNED_AT_ONCE])

    def _prepare(
        self, splitter: SentenceSplitter, first: list[str], documents: Iterator[Document]
    ) -> Iterator[Event]:
        """Split and tokenise all documents, in batches."""
        yield self._bytes_read(_SPLITTING)
        processes = choose_processes(self.config.processes, self.reader.characters_estimate)
        with PreparationPool(splitter, processes, self.control) as pool:
            for texts in _batches(first, documents):
                for batch in pool.put(texts):
                    self._add(batch)
                if not self.control.proceed():
                    return
                if self.ticker.is_due():
                    yield self._bytes_read(_SPLITTING)
            for batch in pool.finish():
                self._add(batch)
                if self.ticker.is_due():
                    yield self._bytes_read(_SPLITTING)
            if pool.was_broken:
                yield Notice(
                    text="A helper process ended unexpectedly; the work went on without helpers."
                )
        yield self._bytes_read(_SPLITTING)

    def _add(self, batch: PreparedBatch) -> None:
        self.failed += [self.documents_done + index for index in batch.failed]
        self.documents_done += len(batch.document_lengths)
        self.gathered.add(batch)

    def _corpus(self, splitter: SentenceSplitter) -> Corpus:
        for index in self.failed:
            self.reader.refuse(self.lines[index], _TOO_LONG_TO_SPLIT, "")
        group_of = np.array(self.group_of, dtype=np.int64)  # (documents,)
        is_validation = draw_validation(group_of, self.config.validation_fraction, self.config.seed)
        store = self.gathered.store(group_of, is_validation)
        if not store.words:
            raise self._no_text()
        facts = self._facts(store, splitter)
        return Corpus(store, facts, tuple(self.reader.problems))

    def _facts(self, store: TokenStore, splitter: SentenceSplitter) -> CorpusSummary:
        """Return the summary but for vocabulary and split, which `Corpus` fills in."""
        reader = self.reader
        return CorpusSummary(
            name=self.config.path.name,
            path=str(self.config.path),
            columns=reader.columns,
            documents=len(self.group_of),
            sentences=len(store.offsets) - 1,
            words=len(store.word_ranks),
            different_words=len(store.words),
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
            duplicate_documents=self.groups.duplicates,
            encoding=reader.encoding,
            delimiter=reader.delimiter,
            digest=reader.digest(),
        )

    def _notices(self, corpus: Corpus) -> Iterator[Event]:
        summary = corpus.summary
        if summary.refused_rows:
            problem = corpus.problems[0]
            rows = "1 row" if summary.refused_rows == 1 else f"{summary.refused_rows:,} rows"
            yield Notice(
                text=f"{rows} of {summary.name} left out; the first at line {problem.line}: "
                f"{problem.reason}."
            )

    def _bytes_read(self, stage: str) -> StageProgress:
        reader = self.reader
        return StageProgress(
            stage=stage, done=reader.bytes_done, total=reader.bytes_total, unit="bytes"
        )

    def _no_text(self) -> CorpusError:
        columns = " and ".join(f"'{column}'" for column in self.reader.columns)
        message = f"{self.config.path.name} has no text in the column {columns}."
        if self.reader.problems:
            problem = self.reader.problems[0]
            message += (
                f" {self.reader.refused_rows:,} rows were refused; "
                f"the first at line {problem.line}: {problem.reason}."
            )
        return CorpusError(message + " Choose another column or another file.")


def _batches(first: list[str], documents: Iterator[Document]) -> Iterator[list[str]]:
    """Put documents together until they are worth sending; empties `first`."""
    batch: list[str] = []
    characters = 0

    def texts() -> Iterator[str]:
        yield from first
        first.clear()
        for document in documents:
            yield document.text

    for text in texts():
        batch.append(text)
        characters += len(text)
        if characters >= _BATCH_CHARACTERS:
            yield batch
            batch = []
            characters = 0
    if batch:
        yield batch
