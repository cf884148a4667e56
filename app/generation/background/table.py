"""Say beside the score of the typed sentence what a table of word sequences makes of it.

Only while the text that the model learned from is open: the table is counted on it once, when the
first sentence is typed.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.errors import TaskFailure
from app.generation.background.controller import BackgroundController
from app.generation.records import ModelScore
from app.scoring_jobs import TableSaid

if TYPE_CHECKING:
    from engine import Corpus, NGramModel


class TableController(BackgroundController):
    """Connect the score panel with a table counted on the session's text."""

    doing = "Asking a table of word sequences"

    def _set_up(self) -> None:
        self._panel = self._tab.score_panel
        self._table: tuple[Corpus, NGramModel] | None = None
        self._asked: tuple[Corpus, ModelScore] | None = None
        self._panel.score_shown.connect(self._on_score_shown)
        self._session.corpus_changed.connect(self._on_corpus_changed)

    @Slot(object)
    def _on_corpus_changed(self, _corpus: object) -> None:
        self._table = self._asked = None  # a table is as large as its text
        self._runner.stop()
        self._panel.table_row.show_score(None)
        self._on_score_shown(self._panel.scored)

    @Slot(object)
    def _on_score_shown(self, scored: ModelScore | None) -> None:
        model, corpus = self._session.shown_model, self._session.corpus
        if (
            scored is None
            or model is None
            or corpus is None
            or model.summary.digest != corpus.summary.digest
            or model.vocabulary.words != corpus.vocabulary.words
        ):
            self._panel.table_row.show_score(None)
            return
        if not self._is_free:
            return  # the sentence that is shown then follows when that has ended
        self._asked = corpus, scored
        table = self._table[1] if self._table is not None and self._table[0] is corpus else None
        self._start(self._jobs.score_by_table, model, corpus, table, scored.score)

    def _take(self, event: object) -> None:
        if not isinstance(event, TableSaid) or self._asked is None:
            return
        corpus, scored = self._asked
        self._table = corpus, event.table
        if scored is self._panel.scored:
            self._panel.table_row.show_score(event.score)

    def _go_on(self, failure: TaskFailure | None) -> None:
        asked, self._asked = self._asked, None
        if failure is None and (asked is None or asked[1] is not self._panel.scored):
            self._on_score_shown(self._panel.scored)
