"""From a file to a corpus, as a stream of events.

    file -> documents -> (Punkt learns from the first) -> batches -> processes
         -> sentences and word numbers -> words by frequency -> (cache) -> Corpus

The records of a corpus are in `engine.corpus.corpus`. Memory is bounded: what grows with
the text goes to files, and of equal documents only a hash is kept.
"""

import contextlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.config import CorpusConfig
from engine.control import Notice, RunControl, StageProgress, Ticker
from engine.corpus.assembly import AssembledText, CorpusAssembler
from engine.corpus.corpus import Corpus, CorpusEvent, CorpusReady, TextSummary
from engine.corpus.kept.cache import CorpusCache
from engine.corpus.kept.prepared_file import PreparedText
from engine.corpus.origins import Origins, OriginsRecorder
from engine.corpus.workers import PreparationPool, PreparedBatch, choose_processes
from engine.documents.archive import is_archive
from engine.documents.reader import Document, DocumentReader, DoubtfulEncoding
from engine.documents.rows import FILE_LEFT_OUT, PLAIN_KINDS, RowProblem
from engine.documents.several import TextsReader, text_files, title
from engine.documents.unpacking import UnpackingStoppedError
from engine.errors import CorpusError
from engine.files.numbering import DocumentGroups
from engine.files.spool import SpooledNumbers
from engine.tokenization.learning import ReadingLearner
from engine.tokenization.reading import Reading
from engine.tokenization.sentences import SAMPLE_CHARACTERS
from engine.tokenization.words import Tokenizer
from engine.wording import counted

_COUNTING = "Counting words"
_REPORT_EVERY_S = 0.1

_UNPACKING = "Unpacking the file"
_LOOKING = "Looking at the files"
_MOST_NAMED = 3  # files that are left out
_READING = "Reading the file"
_SPLITTING = "Splitting into sentences and words"
_BATCH_CHARACTERS = 150_000  # about 0.1 s of work
_FEW_LETTERS = 0.1  # of the words with a letter: such a column is hardly a text
_FEW_KNOWN = 0.5  # of the words
_TOO_LONG_TO_SPLIT = "its text took too long to split into words"


class CorpusReading:
    """One reading of a file, all of it into `assembler`.

    Attributes
    ----------
    group_of : SpooledNumbers
        Of each document that is used; equal for equal documents.
    origins : Origins
        Of the same documents, in the end.
    """

    def __init__(
        self,
        config: CorpusConfig,
        control: RunControl,
        reader: DocumentReader | TextsReader,
        assembler: CorpusAssembler,
        given: Reading | None = None,
    ) -> None:
        self._learner = ReadingLearner(config.tokenizer, control, given)
        self.group_of = SpooledNumbers(assembler.spool())
        self._config = config
        self._control = control
        self._reader = reader
        self._assembler = assembler
        self._ticker = Ticker(_REPORT_EVERY_S)
        self._groups = DocumentGroups(assembler.folder)
        self._recorder = OriginsRecorder(assembler.spool())
        self.origins = Origins()
        self._documents_done = 0
        self._failed: list[int] = []

    @property
    def duplicates(self) -> int:
        """Documents that equal an earlier one, whether used or not."""
        return self._groups.duplicates

    @property
    def sentence_ends(self) -> str:
        """How they were found, a phrase for the user."""
        return self._learner.sentence_ends

    def events(self) -> Generator[CorpusEvent, None, Reading | None]:
        """Yield all events; return how the text was read, or None after a stop."""
        documents = self._documents()
        first: list[str] = []
        yield from self._read_first(documents, first)
        if not self._control.proceed():
            return None
        if not first:
            raise self.no_text()
        tokenizer = yield from self._learner.tokenizer(first)
        if tokenizer is None:
            return None
        writing = self._learner.writing(tokenizer, first)
        forms = self._assembler.forms = self._learner.form_counts(tokenizer.config)
        self._assembler.word_of = tokenizer.word_of
        yield from self._prepare(tokenizer, first, documents)
        if not self._control.proceed():
            return None
        names = self._reader.names if isinstance(self._reader, TextsReader) else []
        self.origins = self._recorder.origins(names)
        for index in self._failed:
            _, line = self.origins.of(index)
            self._reader.refuse(line, _TOO_LONG_TO_SPLIT, "", self._recorder.number_of(index))
        if forms is not None:
            writing = replace(writing, forms=forms.most_frequent(self._assembler.words.has))
        return Reading(config=tokenizer.config, rules=self._learner.rules, writing=writing)

    def _documents(self) -> Iterator[Document]:
        """Yield the documents to use; leave out duplicates if the user wishes."""
        for document in self._reader:
            group, is_new = self._groups.find(document.text)
            if is_new or not self._config.remove_duplicates:
                self.group_of.append(group)
                self._recorder.add(document.line, document.file)
                yield document

    def _read_first(self, documents: Iterator[Document], first: list[str]) -> Iterator[CorpusEvent]:
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

    def _prepare(
        self, tokenizer: Tokenizer, first: list[str], documents: Iterator[Document]
    ) -> Iterator[CorpusEvent]:
        """Split and tokenise all documents, in batches."""
        yield self._bytes_read(_SPLITTING)
        processes = choose_processes(self._config.processes, self._reader.characters_estimate)
        with PreparationPool(tokenizer, processes, self._control) as pool:
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
        self._assembler.add(batch)

    def _bytes_read(self, stage: str) -> StageProgress:
        reader = self._reader
        return StageProgress(
            stage=stage, done=reader.bytes_done, total=reader.bytes_total, unit="bytes"
        )

    def no_text(self) -> CorpusError:
        """Return the complaint that there is nothing to prepare."""
        columns = " and ".join(f"'{column}'" for column in self._reader.columns)
        is_plain = self._reader.kind in PLAIN_KINDS
        where = "" if is_plain else f" in the column {columns}"
        message = f"{self._reader.name} has no text{where}."
        if self._reader.refused_rows:
            refused = counted(self._reader.refused_rows, "row")
            message += f" {refused} left out{_first_refused(self._reader.problems)}."
        other = "another file" if is_plain else "another column or another file"
        return CorpusError(f"{message} Choose {other}.")


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


def build_corpus(
    config: CorpusConfig,
    control: RunControl,
    *,
    cache_folder: Path | str | None = None,
    reading: Reading | None = None,
) -> Iterator[CorpusEvent]:
    """Read a file and prepare its sentences and vocabulary.

    Parameters
    ----------
    config : CorpusConfig
    control : RunControl
        A stop ends the stream within a second, without `CorpusReady` and without a
        process left; a pause holds it.
    cache_folder : Path, str or None
        Where prepared texts are kept, such as `corpus_cache_folder()`; None keeps none.
    reading : Reading, optional
        Read the text as this, of a model, says; `config.tokenizer` is then not asked.

    Yields
    ------
    CorpusEvent
        `StageProgress` about ten times per second, `Notice` for what the user should
        know, and `CorpusReady` last.

    Raises
    ------
    CorpusError
        If the file cannot be read, has a damaged row that the user does not want to
        skip, or has no text.
    """
    cache = None if cache_folder is None else CorpusCache(Path(cache_folder), reading=reading)
    if cache is not None:
        prepared = yield from cache.find(config, control)
        if not control.proceed():
            return
        if prepared is not None:
            yield from _finished(prepared, config)
            return
    try:
        reader = yield from _opened(config, control)
    except UnpackingStoppedError:
        return
    with reader:
        folder = None if cache is None else cache.made_folder()
        for doubtful in reader.doubtful_encodings:
            yield _doubtful_encoding(doubtful)
            cache = None  # or the next opening would say nothing of the doubt
        with contextlib.closing(CorpusAssembler(folder)) as assembler:
            building = _Building(config, control, reader, cache, folder, assembler, reading)
            yield from building.events()


def _opened(
    config: CorpusConfig, control: RunControl
) -> Generator[CorpusEvent, None, DocumentReader | TextsReader]:
    """Open the file, or look at all of several; raise `UnpackingStoppedError` after a stop."""
    files = text_files(config.paths)
    if len(files) == 1:
        if is_archive(files[0]):
            yield StageProgress(stage=_UNPACKING, done=0, total=None, unit="bytes")
        return DocumentReader(files[0], config.csv, control.proceed)
    name = title(config.paths, len(files))
    reader = TextsReader(files, name, config.csv, config.bad_files, control.proceed)
    ticker = Ticker(_REPORT_EVERY_S)
    for done in reader.look():
        if ticker.is_due():
            yield StageProgress(stage=_LOOKING, done=done, total=len(files), unit="files")
    if not control.proceed():
        raise UnpackingStoppedError
    return reader


def open_prepared_corpus(
    config: CorpusConfig, digest: str, control: RunControl, *, cache_folder: Path | str
) -> Iterator[CorpusEvent]:
    """Open the prepared text of a file again; the file itself is not looked at.

    Parameters
    ----------
    config : CorpusConfig
        What the text was prepared with.
    digest : str
        SHA-256 of the content that the file had then, as in `CorpusSummary.digest`.
    control : RunControl
    cache_folder : Path or str
        Where prepared texts are kept, such as `corpus_cache_folder()`.

    Yields
    ------
    CorpusEvent
        `CorpusReady` last, and no such event if the prepared text is not kept any more or
        after a stop.
    """
    prepared = yield from CorpusCache(Path(cache_folder)).find_content(config, digest, control)
    if prepared is not None and control.proceed():
        yield from _finished(prepared, config)


def _doubtful_encoding(doubtful: DoubtfulEncoding) -> Notice:
    readings = "".join(f"\n  {each.encoding}: {each.text}" for each in doubtful.readings)
    return Notice(
        text=f"The encoding of {doubtful.name} is {doubtful.note}. It is read as "
        f"{doubtful.encoding}; choose the encoding if another reading of this line is right:"
        f"{readings}"
    )


def _finished(prepared: PreparedText, config: CorpusConfig) -> Iterator[CorpusEvent]:
    """Apply the vocabulary size and the split; yield the last events."""
    name = title(config.paths, prepared.summary.file_count)
    text = replace(prepared.summary, name=name, path=str(config.path))
    store = prepared.store.divided(config.validation_fraction, config.seed)
    if len(store.words) == 1 and store.unknown_rank() is not None:
        raise CorpusError(
            f"{text.name} has no word but {store.words[0]}, which stands for unknown ones. Choose "
            "another column, another file or another word."
        )
    corpus = Corpus(
        store,
        text,
        config.vocabulary_size,
        prepared.problems,
        min_count=config.min_count,
        counted=config.counted,
    )
    files = [each for each in corpus.problems if each.is_file_left_out]
    if files:
        yield Notice(text=_left_out_files(files, text.name))
    if text.refused_rows:
        rows = counted(text.refused_rows, "row")
        yield Notice(text=f"{rows} of {text.name} left out{_first_refused(corpus.problems)}.")
    if (word := text.tokenizer.unknown_word) and store.unknown_rank() is None:
        yield Notice(text=f"{word} stands for no unknown word in {text.name}: it is not in it.")
    if (known := 1.0 - corpus.summary.unknown_share) < _FEW_KNOWN and config.min_count > 1:
        most = 1.0 - corpus.with_min_count(1).summary.unknown_share
        if most > known:
            yield Notice(
                text=f"Only {known:.0%} of the words of {text.name} are known, since "
                f"{counted(corpus.summary.rare_words, 'word')} occur fewer than "
                f"{config.min_count} times. With the smallest count 1 "
                f"(Known from 1 ×, --min-count 1), {most:.0%} would be known."
            )
    if corpus.share_with_letters() < _FEW_LETTERS:
        is_plain = text.kind in PLAIN_KINDS
        yield Notice(
            text=f"Hardly a word of {text.name if is_plain else text.named_columns} has a letter. "
            "If that is not the text, choose another "
            f"{'file' if is_plain else 'column (--column)'}."
        )
    yield CorpusReady(corpus=corpus)


def _left_out_files(files: list[RowProblem], name: str) -> str:
    """Return the warning that some of the files are left out, or the rest of them."""
    reasons = [(each.file, each.reason.removeprefix(FILE_LEFT_OUT)) for each in files]
    named = "; ".join(
        reason if file in reason else f"{file}: {reason}" for file, reason in reasons[:_MOST_NAMED]
    )
    more = f"; and {len(files) - _MOST_NAMED:,} more" if len(files) > _MOST_NAMED else ""
    return f"{counted(len(files), 'file')} of {name} left out: {named}{more}."


def _first_refused(problems: Sequence[RowProblem]) -> str:
    """Return such as "; the first at line 3 of b.csv: …"; "" where it is not among those kept."""
    rows = (each for each in problems if not (each.is_file_left_out or each.is_repaired))
    problem = next(rows, None)
    if problem is None:
        return ""
    place = f"line {problem.line}" + (f" of {problem.file}" if problem.file else "")
    return f"; the first at {place}: {problem.reason}"


@dataclass(frozen=True, slots=True)
class _Building:
    """One preparation under way."""

    config: CorpusConfig
    control: RunControl
    reader: DocumentReader | TextsReader
    cache: CorpusCache | None
    folder: Path | None  # for temporary files; None = the system's
    assembler: CorpusAssembler
    given: Reading | None
    ticker: Ticker = field(default_factory=lambda: Ticker(_REPORT_EVERY_S))

    def events(self) -> Iterator[CorpusEvent]:
        """Yield all events of the preparation."""
        reading = CorpusReading(self.config, self.control, self.reader, self.assembler, self.given)
        how = yield from reading.events()
        if how is None:
            return
        parts = yield from self._arrange(reading.group_of)
        if parts is None:
            return
        if not parts.different_words:
            raise reading.no_text()
        parts = replace(parts, origins=reading.origins)
        prepared = yield from self._prepared(parts, self._summary(parts, how, reading), how)
        if prepared is not None:
            yield from _finished(prepared, self.config)

    def _arrange(
        self, group_of: SpooledNumbers
    ) -> Generator[CorpusEvent, None, AssembledText | None]:
        """Give the words of all documents numbers by frequency; return None after a stop."""
        yield self._counted(0)
        arranging = self.assembler.arranged(group_of.array(), self.control)
        while True:
            try:
                done = next(arranging)
            except StopIteration as end:
                parts: AssembledText | None = end.value
                break
            if self.ticker.is_due():
                yield self._counted(done)
        if parts is not None:
            yield self._counted(self.assembler.words_twice)
        return parts

    def _prepared(
        self, parts: AssembledText, summary: TextSummary, how: Reading
    ) -> Generator[CorpusEvent, None, PreparedText | None]:
        """Keep the text in the cache, if there is one; return None after a stop."""
        problems = tuple(self.reader.problems)
        prepared = None
        if self.cache is not None:
            prepared = yield from self.cache.keep(
                self.config, parts, summary, problems, how, self.control
            )
        if not self.control.proceed():
            return None
        failure = self.assembler.failure
        if failure is not None:
            yield Notice(
                text=f"Temporary files could not be written ({failure.strerror}), so that the "
                "preparation took more memory."
            )
        if prepared is None:
            store = parts.store(self.folder, how)
            prepared = PreparedText(store=store, summary=summary, problems=problems)
        return prepared

    def _summary(self, parts: AssembledText, how: Reading, reading: CorpusReading) -> TextSummary:
        """Return what the file said."""
        reader = self.reader
        return TextSummary(
            name=reader.name,
            path=str(self.config.path),
            columns=reader.columns,
            documents=len(reading.group_of),
            sentences=parts.sentences,
            words=int(parts.counts.sum()),
            different_words=parts.different_words,
            splitter=reading.sentence_ends,
            refused_rows=reader.refused_rows,
            repaired_rows=reader.repaired_rows,
            duplicate_documents=reading.duplicates,
            encoding=reader.encoding,
            delimiter=reader.delimiter,
            kind=reader.kind,
            digest=reader.digest(),
            tokenizer=how.config,
            file_count=len(reader.names) if isinstance(reader, TextsReader) else 1,
            doubts=reader.doubts,
            entities=reader.entities,
        )

    def _counted(self, done: int) -> StageProgress:
        total = self.assembler.words_twice
        return StageProgress(stage=_COUNTING, done=done // 2, total=total // 2, unit="words")
