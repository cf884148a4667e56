"""Suggest the next letters in both lines of the tab, while the person wants that.

At most one question is on its way; of those that wait, the newest is asked.
"""

from functools import partial

from PySide6.QtCore import Slot

from app.errors import TaskFailure
from app.generation.background.controller import BackgroundController, Throttle
from app.shared.fields.suggesting_line import SuggestingLine
from engine import RunControl

TYPING_INTERVAL_MS = 80


class SuggestionsController(BackgroundController):
    """Connect the lines, and the tick that switches suggestions off, with the engine."""

    doing = "Suggesting the next word"

    def _set_up(self) -> None:
        self._lines = (self._tab.generate_panel.start_line, self._tab.score_panel.sentence_line)
        self._waiting: tuple[SuggestingLine, str] | None = None
        self._asked: tuple[SuggestingLine, str] | None = None
        self._typing = Throttle(TYPING_INTERVAL_MS, self, clock=self._clock)
        self._typing.released.connect(self._on_typing_released)
        for line in self._lines:
            line.suggestion_wanted.connect(partial(self._on_wanted, line))
        panel, is_suggesting = self._tab.generate_panel, self._settings.settings.suggest_words
        panel.suggesting_chosen.connect(self._on_suggesting_chosen)
        panel.show_suggesting(is_suggesting=is_suggesting)
        self._switch(is_suggesting=is_suggesting)

    def close(self) -> None:
        """Suggest nothing more: the window is closing."""
        super().close()
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
        self._ask_next()

    def _ask_next(self) -> None:
        model = self._session.shown_model
        if self._waiting is None or self._runner.is_busy or self._is_closed or model is None:
            return
        self._asked, self._waiting = self._waiting, None
        self._runner.start(partial(self._jobs.complete, model, self._asked[1]), RunControl())

    def _take(self, event: object) -> None:
        if self._asked is not None and isinstance(event, str):
            line, text = self._asked
            line.show_suggestion(text, event)

    def _go_on(self, _failure: TaskFailure | None) -> None:
        self._asked = None
        self._ask_next()
