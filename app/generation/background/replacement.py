"""Look for the word of the typed sentence that would best be another, when the user asks."""

from PySide6.QtCore import Slot

from app.errors import TaskFailure
from app.generation.background.controller import BackgroundController
from engine import ReplacementFound, StageProgress


class ReplacementController(BackgroundController):
    """Connect the question for a better word with the engine's search."""

    doing = "Looking for a better word"

    def _set_up(self) -> None:
        self._panel = self._tab.score_panel
        self._text = ""  # that is looked at
        self._better = self._panel.better_word
        self._better.wanted.connect(self._on_wanted)
        self._better.stop_requested.connect(self._runner.stop)
        self._panel.text_changed.connect(self._on_text_changed)

    @Slot()
    def _on_wanted(self) -> None:
        model = self._session.shown_model
        if model is None or not self._is_free:
            return
        self._text = self._panel.text
        self._better.show_looking(0)
        self._start(self._jobs.best_replacement, model, self._panel.words or self._text)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        if self._runner.is_busy and text != self._text:
            self._runner.stop()

    def _take(self, event: object) -> None:
        if self._panel.text != self._text:
            return
        if isinstance(event, StageProgress):
            self._better.show_looking(event.done)
        elif isinstance(event, ReplacementFound):
            self._better.show_found(event)

    def _go_on(self, failure: TaskFailure | None) -> None:
        del failure
        self._better.end()
