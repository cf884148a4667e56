"""Look how much of each written sentence is copied from the training text, in the background.

The text is the one that is open, if the model has learned from it, else the kept one of its run:
a copy of another text would say nothing about the model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.errors import TaskFailure
from app.generation.background.controller import BackgroundController
from app.generation.records import Batch, key_of
from app.jobs import Jobs
from app.scoring_jobs import CopiesFound
from app.shared.direction import isolated
from app.shared.formatting import format_count, format_percent, shorten
from engine import Copy, EngineError, Novelty, RunControl, SentenceGenerated, novelty

if TYPE_CHECKING:
    from engine import CopyFinder, Corpus, LanguageModel, SentenceView

_SHOWN_SOURCES = 10  # sentences of the text
_LONGEST_SOURCE = 100  # characters
_AT_ONCE = 2000  # sentences a job
NOT_KNOWN = "What is copied is not known: open the training text on the Dataset tab."


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFound:
    """The text that a model has learned from; None: it is not kept any more."""

    digest: str
    corpus: "Corpus | None"


class CopiesController(BackgroundController):
    """Connect the list of sentences with the search for copied runs.

    Signals
    -------
    source_chosen(object, int)
        The user wants to see a sentence of this corpus, by its number from 0.
    """

    source_chosen = Signal(object, int)
    doing = "Looking for copies"

    def _set_up(self) -> None:
        self._panel = self._tab.generate_panel
        self._corpus: Corpus | None = None  # that the finder is of
        self._finder: CopyFinder | None = None
        self._copies: dict[str, Copy] = {}
        self._runs: dict[str, tuple[int, ...]] = {}  # of each of these sentences
        self._held_out: Novelty | None = None
        self._asked: Sequence[SentenceGenerated] = ()
        self._missing: set[str] = set()  # texts that are not kept any more, by their digest
        self._panel.sentences_written.connect(self._look)
        self._panel.sentences.copy_chosen.connect(self._on_copy_chosen)
        self._panel.source_chosen.connect(self._on_source_chosen)
        self._session.corpus_changed.connect(self._look)
        self._session.model_changed.connect(self._look)

    @Slot()
    def _look(self) -> None:
        """Look for copies in the sentences of this session that nobody has looked at."""
        model = self._session.shown_model
        if model is None or not self._is_free:
            return
        corpus = self._open_text_of(model)
        digest, run = model.summary.digest, self._session.run
        if corpus is not None and corpus is not self._corpus:
            self._forget(corpus)
        own = [each for _, each in self._own_records()]
        wanted = [each for each in own if key_of(each) not in self._copies][:_AT_ONCE]
        if not wanted:
            if own:  # they may have been away
                self._show()
            return
        self._asked, words = wanted, [each.words for each in wanted]
        if corpus is not None:
            self._start(self._jobs.find_copies, corpus, self._finder, words)
        elif run is not None and digest not in self._missing:
            self._start(_found_in_kept_text, self._jobs, run.run_id, digest, words)
        else:
            self._panel.show_copies({}, NOT_KNOWN)

    def _open_text_of(self, model: "LanguageModel") -> "Corpus | None":
        """Return the text that the model has learned from, if it is at hand."""
        digest = model.summary.digest
        for corpus in (self._session.corpus, self._corpus):
            if corpus is not None and corpus.summary.digest == digest:
                return corpus
        return None

    def _own_records(self) -> list[tuple[Batch, SentenceGenerated]]:
        return [record for record in self._panel.sentences.records() if record[0].is_of_session]

    def _take(self, event: object) -> None:
        model = self._session.shown_model
        if model is None:
            return
        if isinstance(event, TextFound):
            if event.corpus is None:
                self._missing.add(event.digest)
            else:
                self._forget(event.corpus)
        elif isinstance(event, CopiesFound) and self._open_text_of(model) is self._corpus:
            self._finder = event.finder
            for sentence, copy, runs in zip(self._asked, event.copies, event.runs, strict=True):
                self._copies[key_of(sentence)] = copy
                self._runs[key_of(sentence)] = runs
            self._held_out = event.held_out
            self._show()

    def _forget(self, corpus: "Corpus") -> None:
        """Take another text to look through."""
        self._corpus, self._finder = corpus, None
        self._copies, self._runs, self._held_out = {}, {}, None

    def _show(self) -> None:
        records = self._own_records()
        newest = [key_of(each) for batch, each in records if batch is records[-1][0]]
        keys = [key for key in newest if key in self._copies]
        copies = [self._copies[key] for key in keys]
        written = novelty(copies, [self._runs[key] for key in keys])
        text = "" if written is None else self._text_of(written, copies)
        self._panel.show_copies(dict(self._copies), text, written, self._held_out)

    def _text_of(self, written: Novelty, copies: Sequence[Copy]) -> str:
        text = f"Copied: {format_percent(written.copied)} of a sentence on average"
        if self._held_out is not None:
            text += f", of held-out text {format_percent(self._held_out.copied)}"
        whole = sum(copy.is_whole for copy in copies)
        if whole:
            text += f"; {format_count(whole)} of {format_count(len(copies))} whole"
        if copies[0].is_sampled:
            text += "; the text is so long that a sample of sentences from all over it was searched"
        return text

    def _go_on(self, failure: TaskFailure | None) -> None:
        if failure is None:
            self._look()

    @Slot(object)
    def _on_copy_chosen(self, sentence: SentenceGenerated) -> None:
        """Show where the run stands in the text."""
        copy, corpus = self._copies.get(key_of(sentence)), self._corpus
        if copy is None or corpus is None or not copy.sentences:
            return
        run = " ".join(sentence.words[copy.first : copy.first + copy.length])
        numbers = copy.sentences[:_SHOWN_SOURCES]
        sources = [(number, source_text(corpus.sentence_view(number))) for number in numbers]
        more = len(copy.sentences) > _SHOWN_SOURCES
        self._panel.show_sources(
            f"“{shorten(run, _LONGEST_SOURCE)}” appears in the training text"
            f"{', first here' if more else ''}:",
            sources,
            can_be_shown=corpus is self._session.corpus,
        )

    @Slot(int)
    def _on_source_chosen(self, number: int) -> None:
        if self._corpus is not None and self._corpus is self._session.corpus:
            self.source_chosen.emit(self._corpus, number)


def source_text(view: "SentenceView") -> str:
    """Name a sentence of the text by its row and what it says."""
    file = f"{view.file}, " if view.file else ""
    place = f"line {format_count(view.line)}" if view.line else f"sentence {view.number:,}"
    return f"{file}{place}: “{isolated(shorten(view.text, _LONGEST_SOURCE))}”"


def _found_in_kept_text(
    jobs: Jobs,
    run_id: str,
    digest: str,
    sentences: Sequence[tuple[str, ...]],
    control: RunControl,
) -> Iterator[TextFound | CopiesFound]:
    """Open the prepared text of a run again, as a job, and look for copies in it."""
    try:
        corpus = jobs.open_prepared(jobs.runs.corpus_config(run_id), digest, control)
    except EngineError:
        corpus = None  # the run is gone or damaged: who opens it is told why
    if control.is_stopped:
        return
    yield TextFound(digest=digest, corpus=corpus)
    if corpus is not None:
        yield from jobs.find_copies(corpus, None, sentences, control)
