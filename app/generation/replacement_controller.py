"""Look for the word of the typed sentence that would best be another, when the user asks."""

from functools import partial

from PySide6.QtCore import QObject, Slot

from app.errors import ErrorPresenter, TaskFailure
from app.generation.tab import GenerationTab
from app.jobs import Jobs
from app.session import Session
from app.tasks.task_runner import TaskRunner
from engine import ReplacementFound, RunControl, StageProgress


class ReplacementController(QObject):
    """Connect the question for a better word with the engine's search."""

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
        self._find = jobs.best_replacement
        self._text = ""  # that is looked at
        self._better = self._panel.better_word
        self._better.wanted.connect(self._on_wanted)
        self._better.stop_requested.connect(runner.stop)
        self._panel.text_changed.connect(self._on_text_changed)
        runner.event_ready.connect(self._on_runner_event_ready)
        runner.ended.connect(self._on_runner_ended)

    @Slot()
    def _on_wanted(self) -> None:
        text = self._panel.text
        model = self._session.shown_model
        if model is None or self._runner.is_busy:
            return
        self._text = text
        subject = self._panel.words or text
        self._better.show_looking(0)
        control = RunControl()
        self._runner.start(partial(self._find, model, subject, control), control)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        if self._runner.is_busy and text != self._text:
            self._runner.stop()

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        if self._panel.text != self._text:
            return
        if isinstance(event, StageProgress):
            self._better.show_looking(event.done)
        elif isinstance(event, ReplacementFound):
            self._better.show_found(event)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        self._better.end()
        if failure is not None:
            self._presenter.show_failure(failure, "Looking for a better word")
