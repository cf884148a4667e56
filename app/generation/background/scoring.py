"""Score the typed sentence as it is typed, with the model that is shown.

At most one scoring job runs. While it does, newer texts and newer models only
leave a note that another job is due; it takes whatever is newest when it starts,
so that work never piles up behind a fast typist or a fast trainer.
"""

import math
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import Slot

from app.errors import TaskFailure
from app.generation.background.controller import BackgroundController, Throttle
from app.generation.controller import model_epoch, model_origin, model_title
from app.generation.records import ModelScore
from engine import SPECIAL_TOKENS, RunControl, SentenceScored

if TYPE_CHECKING:
    from engine import LanguageModel, SentenceScore

# A text, and its words where it would be read as others.
Typed: TypeAlias = tuple[str, tuple[str, ...] | None]

TYPING_INTERVAL_MS = 80
MODEL_INTERVAL_MS = 1000


class ScoringController(BackgroundController):
    """Connect the lower half of the generation tab with the engine's scorer."""

    doing = "Scoring the sentence"

    def _set_up(self) -> None:
        self._panel = self._tab.score_panel
        # What is scored, with which model, and that one's origin.
        self._job: tuple[Typed, LanguageModel, str] | None = None
        self._origin = model_origin(self._session)  # of the present model
        self._is_due = False  # another job is wanted as soon as this one ends
        self._typing = Throttle(TYPING_INTERVAL_MS, self, clock=self._clock)
        self._models = Throttle(MODEL_INTERVAL_MS, self, clock=self._clock)
        self._connect_signals()

    def _connect_signals(self) -> None:
        self._panel.text_changed.connect(self._on_text_changed)
        self._session.shown_model_changed.connect(self._on_session_shown_model_changed)
        self._typing.released.connect(self._on_throttle_released)
        self._models.released.connect(self._on_throttle_released)

    def close(self) -> None:
        """Start nothing more: the window is closing."""
        super().close()
        self._forget()

    def _forget(self) -> None:
        self._typing.cancel()
        self._models.cancel()
        self._is_due = False

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        if text.strip() and not self._is_closed:
            self._typing.submit(text)
            return
        self._forget()
        self._stop_outdated_job()
        self._panel.show_score(None)

    @Slot(object)
    def _on_session_shown_model_changed(self, model: "LanguageModel | None") -> None:
        self._origin = model_origin(self._session)
        if model is None:
            self._forget()
            self._panel.show_score(None)
        elif self._panel.text.strip() and not self._is_closed:
            # A person who looks back waits for it; training publishes by itself.
            throttle = self._typing if self._session.is_looking_back else self._models
            throttle.submit(model)

    @Slot(object)
    def _on_throttle_released(self, _value: object) -> None:
        self._score_newest()

    def _score_newest(self) -> None:
        """Score the text and the model of this moment, now or after the running job."""
        if self._runner.is_busy:
            self._is_due = True
            self._stop_outdated_job()
            return
        text, words, model = *self._typed(), self._session.shown_model
        self._is_due = False
        if model is None or not text.strip():
            return
        self._job = (text, words), model, self._origin
        control = RunControl()
        given = () if words is None else (words,)
        self._runner.start(partial(self._jobs.score, model, text, control, *given), control)

    def _stop_outdated_job(self) -> None:
        """Stop scoring a text that is no longer in the line; an older model's score may finish."""
        if self._job is not None and self._job[0] != self._typed():
            self._runner.stop()

    def _typed(self) -> Typed:
        return self._panel.text, self._panel.words

    def _take(self, event: object) -> None:
        if self._job is None or not isinstance(event, SentenceScored):
            return
        typed, model, origin = self._job
        if typed == self._typed() and self._session.shown_model is not None:
            self._panel.show_score(model_score(event.score, model, origin))

    def _tell(self, failure: TaskFailure) -> None:
        if self._job is not None and self._job[0] == self._typed():
            self._panel.show_score(None)
            super()._tell(failure)

    def _go_on(self, _failure: TaskFailure | None) -> None:
        self._job = None
        if self._is_due:
            self._score_newest()


def model_score(score: "SentenceScore", model: "LanguageModel", origin: str = "") -> ModelScore:
    """Say of a score which model gave it."""
    return ModelScore(
        score=score,
        model=model_epoch(model),
        model_title=model_title(model),
        origin=origin,
        guess_bits=math.log2(model.word_dim),
        hidden_words=max(0, model.summary.different_words - (model.word_dim - SPECIAL_TOKENS)),
    )
