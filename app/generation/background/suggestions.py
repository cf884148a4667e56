"""Suggest the next letters in both lines of the tab, while the person wants that.

At most one question is on its way; of those that wait, the newest is asked.
"""

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Slot

from app.errors import ErrorPresenter, TaskFailure
from app.generation.background.throttle import Throttle
from app.generation.tab import GenerationTab
from app.jobs import Jobs
from app.session import Session
from app.settings import SettingsStore
from app.shared.fields.suggesting_line import SuggestingLine
from app.tasks.task_runner import TaskRunner
from engine import RunControl

TYPING_INTERVAL_MS = 80


class SuggestionsController(QObject):
    """Connect the lines, and the tick that switches suggestions off, with the engine."""

    def __init__(
        self,
        tab: GenerationTab,
        session: Session,
        runner: TaskRunner,
        presenter: ErrorPresenter,
        settings: SettingsStore,
        jobs: Jobs,
        *,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = tab.generate_panel
        self._lines = (tab.generate_panel.start_line, tab.score_panel.sentence_line)
        self._session, self._runner, self._presenter = session, runner, presenter
        self._settings, self._complete = settings, jobs.complete
        self._waiting: tuple[SuggestingLine, str] | None = None
        self._asked: tuple[SuggestingLine, str] | None = None
        self._is_closed = False
        self._typing = Throttle(TYPING_INTERVAL_MS, self, clock=clock)
        self._typing.released.connect(self._on_typing_released)
        for line in self._lines:
            line.suggestion_wanted.connect(partial(self._on_wanted, line))
        self._panel.suggesting_chosen.connect(self._on_suggesting_chosen)
        runner.event_ready.connect(self._on_runner_event_ready)
        runner.ended.connect(self._on_runner_ended)
        self._panel.show_suggesting(is_suggesting=settings.settings.suggest_words)
        self._switch(is_suggesting=settings.settings.suggest_words)

    def close(self) -> None:
        """Suggest nothing more: the window is closing."""
        self._is_closed = True
        self._waiting = None
        self._typing.cancel()

    def _switch(self, *, is_suggesting: bool) -> None:
        for line in self._lines:
            line.set_suggesting(is_suggesting=is_suggesting)

    @Slot(bool)
    def _on_suggesting_chosen(self, is_suggesting: bool) -> None:  # noqa: FBT001 - a signal's
        self._settings.update(suggest_words=is_suggesting)
        self._switch(is_suggesting=is_suggesting)

    def _on_wanted(self, line: SuggestingLine, text: str) -> None:
        self._typing.submit((line, text))

    @Slot(object)
    def _on_typing_released(self, wanted: tuple[SuggestingLine, str]) -> None:
        self._waiting = wanted
        self._go_on()

    def _go_on(self) -> None:
        model = self._session.shown_model
        if self._waiting is None or self._runner.is_busy or self._is_closed or model is None:
            return
        self._asked, self._waiting = self._waiting, None
        self._runner.start(partial(self._complete, model, self._asked[1]), RunControl())

    @Slot(object)
    def _on_runner_event_ready(self, event: object) -> None:
        if self._asked is not None and isinstance(event, str):
            line, text = self._asked
            line.show_suggestion(text, event)

    @Slot(object)
    def _on_runner_ended(self, failure: TaskFailure | None) -> None:
        self._asked = None
        if failure is not None:
            self._presenter.show_failure(failure, "Suggesting the next word")
        self._go_on()
