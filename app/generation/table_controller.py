"""Say beside the score of the typed sentence what a table of word sequences makes of it.

Only while the text that the model learned from is open: the table is counted on it once, when the
first sentence is typed.
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.errors import ErrorPresenter, TaskFailure
from app.generation.records import ModelScore
from app.generation.tab import GenerationTab
from app.jobs import Jobs, TableSaid
from app.session import Session
from app.tasks.task_runner import TaskRunner
from engine import RunControl

if TYPE_CHECKING:
    from engine import Corpus, NGramModel


class TableController(QObject):
    """Connect the score panel with a table counted on the session's text."""

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
        self._panel, self._session = tab.score_panel, session
        self._runner, self._presenter = runner, presenter
        self._score_by_table = jobs.score_by_table
        self._table: tuple[Corpus, NGramModel] | None = None
        self._asked: tuple[Corpus, ModelScore] | None = None
        self._is_closed = False
        self._panel.score_shown.connect(self._on_score_shown)
        session.corpus_changed.connect(self._on_corpus_changed)
        runner.event_ready.connect(self._on_runner_event_ready)
        runner.ended.connect(self._on_runner_ended)

    def close(self) -> None:
        """Ask nothing more: the window is closing."""
        self._is_closed = True

    @Slot(object)
    def _on_corpus_changed(self, _corpus: object) -> None:
        self._table = None  # as large as its text
        self._runner.stop()
        self._panel.table_row.show_score(None)

    @Slot(object)
    def _on_score_shown(self, scored: ModelScore | None) -> None:
        model, corpus = self._session.shown_model, self._session.corpus
        if (
            scored is None
            or model is None
            or corpus is None
            or model.summary.digest != corpus.summary.digest
            or model.word_dim != corpus.summary.vocabulary_size
        ):
            self._panel.table_row.show_score(None)
            return
        if self._is_closed or self._runner.is_busy:
            return  # the sentence that is shown then follows when that has ended
        self._asked = corpus, scored
        table = self._table[1] if self._table is not None and self._table[0] is corpus else None
        control = RunControl()
        job = partial(self._score_by_table, model, corpus, table, scored.score, control)
        self._runner.start(job, control)

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        if not isinstance(event, TableSaid) or self._asked is None:
            return
        corpus, scored = self._asked
        if corpus is self._session.corpus:
            self._table = corpus, event.table
        if scored is self._panel.scored:
            self._panel.table_row.show_score(event.score)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        asked, self._asked = self._asked, None
        if failure is not None:
            self._presenter.show_failure(failure, "Asking a table of word sequences")
        elif asked is None or asked[1] is not self._panel.scored:
            self._on_score_shown(self._panel.scored)
