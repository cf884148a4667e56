"""Look how much of each written sentence is copied from the training text, in the background.

Only where that text is open: a copy of another text would say nothing about the model.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.errors import ErrorPresenter, TaskFailure
from app.generation.records import Batch, key_of
from app.generation.tab import GenerationTab
from app.jobs import CopiesFound, Jobs
from app.session import Session
from app.shared.direction import isolated
from app.shared.formatting import counted, format_count, format_percent, shorten
from app.tasks.task_runner import TaskRunner
from engine import Copy, RunControl, SentenceGenerated

if TYPE_CHECKING:
    from engine import CopyFinder, Corpus

_SHOWN_SOURCES = 3  # sentences of the text
_LONGEST_SOURCE = 200  # characters
_AT_ONCE = 2000  # sentences a job


class CopiesController(QObject):
    """Connect the list of sentences with the search for copied runs."""

    def __init__(
        self,
        tab: GenerationTab,
        session: Session,
        runner: TaskRunner,
        presenter: ErrorPresenter,
        jobs: Jobs,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel, self._session = tab.generate_panel, session
        self._runner, self._presenter = runner, presenter
        self._find = jobs.find_copies
        self._corpus: Corpus | None = None  # that the finder is of
        self._finder: CopyFinder | None = None
        self._copies: dict[str, Copy] = {}
        self._asked: Sequence[SentenceGenerated] = ()
        self._is_closed = False
        self._panel.sentences_written.connect(self._look)
        self._panel.copy_chosen.connect(self._on_copy_chosen)
        session.corpus_changed.connect(self._on_corpus_changed)
        session.model_changed.connect(self._on_corpus_changed)
        runner.event_ready.connect(self._on_runner_event_ready)
        runner.ended.connect(self._on_runner_ended)

    def close(self) -> None:
        """Look no further: the window is closing."""
        self._is_closed = True

    @Slot()
    def _look(self) -> None:
        """Look for copies in the sentences of this session that nobody has looked at."""
        corpus = self._text_of_model()
        if corpus is None or self._is_closed or self._runner.is_busy:
            return
        if corpus is not self._corpus:
            self._corpus, self._finder, self._copies = corpus, None, {}
        records = self._own_records()
        wanted = [each for _, each in records if key_of(each) not in self._copies][:_AT_ONCE]
        if not wanted:
            return
        self._asked = wanted
        control = RunControl()
        words = [each.words for each in wanted]
        self._runner.start(partial(self._find, corpus, self._finder, words, control), control)

    def _text_of_model(self) -> "Corpus | None":
        """Return the open text if the model has learned from it."""
        corpus, model = self._session.corpus, self._session.shown_model
        if corpus is None or model is None:
            return None
        return corpus if corpus.summary.digest == model.summary.digest else None

    def _own_records(self) -> list[tuple[Batch, SentenceGenerated]]:
        return [record for record in self._panel.records() if record[0].is_of_session]

    @Slot(object)
    def _on_corpus_changed(self, _value: object) -> None:
        self._look()

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        if not isinstance(event, CopiesFound) or self._corpus is not self._text_of_model():
            return
        self._finder = event.finder
        for sentence, copy in zip(self._asked, event.copies, strict=True):
            self._copies[key_of(sentence)] = copy
        self._panel.show_copies(dict(self._copies), self._novelty(event.held_out_share))

    def _novelty(self, held_out_share: float | None) -> str:
        records = self._own_records()
        newest = [each for batch, each in records if batch is records[-1][0]]
        copies = [self._copies[key_of(each)] for each in newest if key_of(each) in self._copies]
        shares = [copy.length / copy.words for copy in copies if copy.words]
        if not shares:
            return ""
        text = f"longest copied run {format_percent(sum(shares) / len(shares))} of a sentence"
        if held_out_share is not None:
            text += f" (held-out text {format_percent(held_out_share)})"
        return text

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        if failure is not None:
            self._presenter.show_failure(failure, "Looking for copies")
            return
        self._look()

    @Slot(object)
    def _on_copy_chosen(self, sentence: SentenceGenerated) -> None:
        """Show where the run stands in the text."""
        copy, corpus = self._copies.get(key_of(sentence)), self._corpus
        if copy is None or corpus is None or not copy.sentences:
            self._presenter.show_message(
                "Where a run was copied from is known while the text that the model learned from "
                "is open, on the Dataset tab.",
                "info",
            )
            return
        run = " ".join(sentence.words[copy.first : copy.first + copy.length])
        sources = "; ".join(
            f"sentence {format_count(number + 1)}: "
            f"“{isolated(shorten(corpus.sentence_view(number).text, _LONGEST_SOURCE))}”"
            for number in copy.sentences[:_SHOWN_SOURCES]
        )
        more = len(copy.sentences) - _SHOWN_SOURCES
        and_more = f"; and {counted(more, 'other sentence')}" if more > 0 else ""
        self._presenter.show_message(
            f"“{run}” stands in the training text, in {sources}{and_more}.", "info"
        )
