"""Colour the words of the written sentences by how surprising they are, while that is wanted.

The newest ones, with the model that is shown; as snapshots come, one after the other is used.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.errors import TaskFailure
from app.generation.background.controller import BackgroundController
from app.generation.records import key_of
from engine import SentenceGenerated, SentenceScored, WordScore

if TYPE_CHECKING:
    from engine import LanguageModel

_MOST, _MOST_IN_TRAINING = 500, 100  # sentences


class SurpriseController(BackgroundController):
    """Connect the list of sentences with the scorer."""

    doing = "Scoring the sentences"

    def _set_up(self) -> None:
        self._panel = self._tab.generate_panel
        self._model: LanguageModel | None = None  # that the scores are of
        self._scores: dict[str, Sequence[WordScore]] = {}
        self._asked: list[SentenceGenerated] = []
        self._panel.surprise_toggled.connect(self._on_changed)
        self._panel.sentences_written.connect(self._look)
        self._session.shown_model_changed.connect(self._on_changed)

    @Slot()
    def _look(self) -> None:
        """Score what is in the list and has no score of the present model."""
        model = self._session.shown_model
        if not self._panel.wants_surprise or model is None or not self._is_free:
            return
        if model is not self._model:
            self._model, self._scores = model, {}
        most = _MOST_IN_TRAINING if self._is_training else _MOST
        newest = [each for _, each in self._panel.sentences.records()[-most:]]
        self._asked = [each for each in newest if key_of(each) not in self._scores]
        if self._asked:
            words = [each.words for each in self._asked]
            self._start(self._jobs.score_sentences, model, words)
        else:
            self._panel.sentences.show_surprise(dict(self._scores), model.word_dim)

    @Slot(object)
    def _on_changed(self, _value: object) -> None:
        if not self._panel.wants_surprise:
            self._runner.stop()
            self._panel.sentences.show_surprise({}, 0)
        else:
            self._look()

    def _take(self, event: object) -> None:
        if isinstance(event, SentenceScored) and self._asked:
            self._scores[key_of(self._asked.pop(0))] = event.score.words

    def _go_on(self, failure: TaskFailure | None) -> None:
        if failure is None:
            self._look()
