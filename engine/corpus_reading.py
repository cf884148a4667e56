"""The first part of a preparation: from a file to sentences and word numbers.

    file -> documents -> (Punkt learns from the first) -> batches -> processes -> gathered

Words are numbered in the order first seen; what comes of them is `engine.corpus`'s.
"""

from array import array
from collections.abc import Generator, Iterator

from engine.config import CorpusConfig
from engine.control import Notice, RunControl, StageProgress, Ticker
from engine.corpus_assembly import Gathered
from engine.document_groups import DocumentGroups
from engine.documents.reader import Document, DocumentReader
from engine.errors import CorpusError
from engine.events import Event
from engine.preparation import PreparedBatch
from engine.preparation_pool import PreparationPool, choose_processes
from engine.sentence_splitter import (
    LEARNED_AT_ONCE,
    SAMPLE_CHARACTERS,
    SentenceSplitter,
    SplitterLearner,
)

_READING = "Reading the file"
_LEARNING = "Learning where sentences end"
_SPLITTING = "Splitting into sentences and words"
_REPORT_EVERY_S = 0.1
_BATCH_CHARACTERS = 150_000  # about 0.1 s of work
_TOO_LONG_TO_SPLIT = "its text took too long to split into words"


class CorpusReading:
    """One reading of a file, all of it into `gathered`.

    Attributes
    ----------
    group_of : array of int
        Of each document that is used; equal for equal documents.
    """

    def __init__(
        self,
        config: CorpusConfig,
        control: RunControl,
        reader: DocumentReader,
        gathered: Gathered,
    ) -> None:
        self.group_of: array[int] = array("q")
        self._config = config
        self._control = control
        self._reader = reader
        self._gathered = gathered
        self._ticker = Ticker(_REPORT_EVERY_S)
        self._groups = DocumentGroups()
        self._lines: array[int] = array("q")  # where each document begins
        self._documents_done = 0
        self._failed: list[int] = []

    @property
    def duplicates(self) -> int:
        """Documents that equal an earlier one, whether used or not."""
        return self._groups.duplicates

    def events(self) -> Generator[Event, None, SentenceSplitter | None]:
        """Yield all events; return how sentence ends were found, or None after a stop."""
        documents = self._documents()
        first: list[str] = []
        yield from self._read_first(documents, first)
        if not self._control.proceed():
            return None
        if not first:
            raise self.no_text()
        splitter = SentenceSplitter.installed()
        if splitter is None:
            learner = SplitterLearner()
            yield from self._learn(learner, first)
            if not self._control.proceed():
                return None
            splitter = SentenceSplitter(learner.parameters(), learner.description)
        yield from self._prepare(splitter, first, documents)
        if not self._control.proceed():
            return None
        for index in self._failed:
            self._reader.refuse(self._lines[index], _TOO_LONG_TO_SPLIT, "")
        return splitter

    def _documents(self) -> Iterator[Document]:
        """Yield the documents to use; leave out duplicates if the user wishes."""
        for document in self._reader:
            group, is_new = self._groups.find(document.text)
            if is_new or not self._config.remove_duplicates:
                self.group_of.append(group)
                self._lines.append(document.line)
                yield document

    def _read_first(self, documents: Iterator[Document], first: list[str]) -> Iterator[Event]:
        """Read as many documents as Punkt learns from."""
        yield self._bytes_read(_READING)
        characters = 0
        for document in documents:
            first.append(document.text)
            characters += len(document.text)
            if not self._control.proceed() or characters >= SAMPLE_CHARACTERS:
                break
            if self._ticker.is_due():
                yield self._bytes_read(_READING)
        yield self._bytes_read(_READING)

    def _learn(self, learner: SplitterLearner, texts: list[str]) -> Iterator[Event]:
        total = min(SAMPLE_CHARACTERS, sum(map(len, texts)))
        yield StageProgress(stage=_LEARNING, done=0, total=total, unit="characters")
        for text in texts:
            for start in range(0, len(text), LEARNED_AT_ONCE):
                if not self._control.proceed() or not learner.has_room():
                    return
                if self._ticker.is_due():
                    yield StageProgress(
                        stage=_LEARNING, done=learner.characters, total=total, unit="characters"
                    )
                learner.learn(text[start : start + LEARNED_AT_ONCE])

    def _prepare(
        self, splitter: SentenceSplitter, first: list[str], documents: Iterator[Document]
    ) -> Iterator[Event]:
        """Split and tokenise all documents, in batches."""
        yield self._bytes_read(_SPLITTING)
        processes = choose_processes(self._config.processes, self._reader.characters_estimate)
        with PreparationPool(splitter, processes, self._control) as pool:
            for texts in _batches(first, documents):
                for batch in pool.put(texts):
                    self._add(batch)
                if not self._control.proceed():
                    return
                if self._ticker.is_due():
                    yield self._bytes_read(_SPLITTING)
            for batch in pool.finish():
                self._add(batch)
                if self._ticker.is_due():
                    yield self._bytes_read(_SPLITTING)
            if pool.was_broken:
                yield Notice(
                    text="A helper process ended unexpectedly; the work went on without helpers."
                )
        yield self._bytes_read(_SPLITTING)

    def _add(self, batch: PreparedBatch) -> None:
        self._failed += [self._documents_done + index for index in batch.failed]
        self._documents_done += len(batch.document_lengths)
        self._gathered.add(batch)

    def _bytes_read(self, stage: str) -> StageProgress:
        reader = self._reader
        return StageProgress(
            stage=stage, done=reader.bytes_done, total=reader.bytes_total, unit="bytes"
        )

    def no_text(self) -> CorpusError:
        """Return the complaint that there is nothing to prepare."""
        columns = " and ".join(f"'{column}'" for column in self._reader.columns)
        message = f"{self._config.path.name} has no text in the column {columns}."
        if self._reader.problems:
            problem = self._reader.problems[0]
            message += (
                f" {self._reader.refused_rows:,} rows were refused; "
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
