"""Say where the typed sentence stands among held-out ones of its length.

Only while the text that the model learned from is open, and not while a training runs: there the
model changes at each snapshot, and all would be scored again.
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.errors import ErrorPresenter, TaskFailure
from app.generation.records import ModelScore
from app.generation.tab import GenerationTab
from app.jobs import Jobs
from app.session import RunState, Session
from app.shared.formatting import counted, format_count
from app.tasks.task_runner import TaskRunner
from engine import HeldOutScores, RunControl

if TYPE_CHECKING:
    from engine import Corpus, LanguageModel, Percentile

_RUNNING = (RunState.TRAINING, RunState.PAUSED, RunState.STOPPING)


class PercentileController(QObject):
    """Connect the score panel with the scores of held-out sentences."""

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
        self._score_held_out = jobs.score_held_out
        self._known: tuple[LanguageModel, Corpus, HeldOutScores] | None = None
        self._asked: tuple[LanguageModel, Corpus] | None = None
        self._is_closed = False
        self._panel.score_shown.connect(self._on_score_shown)
        runner.event_ready.connect(self._on_runner_event_ready)
        runner.ended.connect(self._on_runner_ended)

    def close(self) -> None:
        """Score nothing more: the window is closing."""
        self._is_closed = True

    @Slot(object)
    def _on_score_shown(self, scored: ModelScore | None) -> None:
        text = ""
        model, corpus = self._session.shown_model, self._session.corpus
        if scored is not None and model is not None and corpus is not None:
            if self._known is not None and self._known[:2] == (model, corpus):
                score = scored.score
                found = self._known[2].percentile(len(score.words) - 1, score.log_probability)
                text = percentile_text(found)
            elif model.summary.digest == corpus.summary.digest:
                self._ask(model, corpus)
        self._panel.show_percentile(text)

    def _ask(self, model: "LanguageModel", corpus: "Corpus") -> None:
        if self._is_closed or self._runner.is_busy or self._session.run_state in _RUNNING:
            return
        self._asked = (model, corpus)
        control = RunControl()
        self._runner.start(partial(self._score_held_out, model, corpus, control), control)

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        if isinstance(event, HeldOutScores) and self._asked is not None:
            self._known = (*self._asked, event)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        self._asked = None
        if failure is not None:
            self._presenter.show_failure(failure, "Scoring held-out sentences")
        elif self._known is not None and not self._is_closed:
            self._on_score_shown(self._panel.scored)


def percentile_text(found: "Percentile | None") -> str:
    """Say it in a sentence; "" where nothing is held out."""
    if found is None:
        return ""
    words = format_count(found.shortest)
    if found.longest > found.shortest:
        words = f"{words} to {format_count(found.longest)}"
    return (
        f"More probable than {100.0 * found.share:.0f} % of "
        f"{counted(found.compared, 'held-out sentence')} of {words} words."
    )
