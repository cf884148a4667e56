"""Mix the model that is shown with a table of word sequences of its text, where that is wanted.

Never while a training runs: each new snapshot would need a weight of its own. A mixture is of one
model, and another one that is shown is mixed anew.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Slot

from app.errors import TaskFailure
from app.generation.background.controller import BackgroundController
from app.scoring_jobs import ModelMixed

if TYPE_CHECKING:
    from engine import LanguageModel

_TEXT_NEEDED = "The text that the model learned from is needed: open and prepare it."
_TRAINING = "While a training runs, the network predicts alone."


class MixingController(BackgroundController):
    """Connect the tick of the generation tab with what fits a mixture."""

    doing = "Mixing the network with word sequences"

    def _set_up(self) -> None:
        self._check = self._tab.mixture_check
        self._asked: LanguageModel | None = None
        self._check.toggled.connect(self._on_changed)
        self._session.shown_model_changed.connect(self._on_changed)
        self._session.corpus_changed.connect(self._on_changed)
        self._session.run_state_changed.connect(self._on_changed)
        self._on_changed()

    @Slot()
    def _on_changed(self, _value: object = None) -> None:
        """Say whether it is possible; mix, or let the network predict alone."""
        model, obstacle = self._session.shown_model, self._obstacle()
        self._check.setVisible(model is not None)
        self._check.show_possible(obstacle)
        if model is None:
            return
        if obstacle or not self._check.isChecked():
            self._runner.stop()
            self._session.mix(model, None)
        elif model.mixture is None and self._is_free:
            self._asked = model
            self._check.show_busy(is_busy=True)
            self._start(self._jobs.mix, model, self._session.corpus)

    def _obstacle(self) -> str:
        model, corpus = self._session.shown_model, self._session.corpus
        if self._is_training:
            return _TRAINING
        if model is None or corpus is None or model.summary.digest != corpus.summary.digest:
            return _TEXT_NEEDED
        return ""

    def _take(self, event: object) -> None:
        is_wanted = self._check.isChecked() and self._asked is self._session.shown_model
        if isinstance(event, ModelMixed) and self._asked is not None and is_wanted:
            self._session.mix(self._asked, event.model)

    def _go_on(self, failure: TaskFailure | None) -> None:
        self._check.show_busy(is_busy=False)
        self._asked = None
        if failure is not None:
            with QSignalBlocker(self._check):
                self._check.setChecked(False)
        self._on_changed()
