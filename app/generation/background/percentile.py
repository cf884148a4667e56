"""Say where the typed sentence stands among held-out ones of its length.

Only while the text that the model learned from is open. While a training runs, fewer of them are
scored anew with the newest snapshot, and most of the time none, so that it stays as fast.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.errors import TaskFailure
from app.generation.background.controller import BackgroundController
from app.generation.controller import model_title
from app.generation.records import ModelScore
from app.session import RunState
from app.shared.formatting import counted, format_count
from engine import HeldOutScores

if TYPE_CHECKING:
    from engine import Corpus, LanguageModel, Percentile

_MOST = 2000  # held-out sentences
_MOST_IN_TRAINING = 200
_REST = 9  # times as long as a job took, none is begun while a training runs


@dataclass(frozen=True, slots=True)
class _Asked:
    model: "LanguageModel"
    corpus: "Corpus"
    is_brief: bool  # only a few, since a training runs
    begun_s: float


class PercentileController(BackgroundController):
    """Connect the score panel with the scores of held-out sentences."""

    doing = "Scoring held-out sentences"

    def _set_up(self) -> None:
        self._panel = self._tab.score_panel
        self._known: tuple[_Asked, HeldOutScores] | None = None
        self._asked: _Asked | None = None
        self._said: tuple[str, str, str] = ("", "", "")  # of which sentence, what, by which model
        self._rests_until_s = 0.0
        self._panel.score_shown.connect(self._on_score_shown)
        self._session.corpus_changed.connect(self._on_corpus_changed)
        self._session.run_state_changed.connect(self._on_run_state_changed)

    @Slot(object)
    def _on_score_shown(self, scored: ModelScore | None) -> None:
        model, corpus = self._session.shown_model, self._session.corpus
        if scored is None or model is None or corpus is None:
            self._panel.show_percentile("")
            return
        if model.summary.digest != corpus.summary.digest:
            self._panel.show_percentile("")
            return
        known = self._known
        is_known = known is not None and known[0].model is model and known[0].corpus is corpus
        if known is not None and is_known and scored.model_title == model_title(model):
            score = scored.score
            found = known[1].percentile(len(score.words) - 1, score.log_probability)
            self._said = (score.text, percentile_text(found), scored.model)
            self._panel.show_percentile(self._said[1])
        else:
            sentence, text, name = self._said
            is_same = text and sentence == scored.score.text
            self._panel.show_percentile(f"{text} As of {name}." if is_same else "")
        if known is None or not is_known or (known[0].is_brief and not self._is_training):
            self._ask(model, corpus)

    def _ask(self, model: "LanguageModel", corpus: "Corpus") -> None:
        now_s = time.monotonic()
        if not self._is_free or (self._is_training and now_s < self._rests_until_s):
            return
        most = _MOST_IN_TRAINING if self._is_training else _MOST
        self._asked = _Asked(model, corpus, self._is_training, now_s)
        self._start(self._jobs.score_held_out, model, corpus, most)

    def _take(self, event: object) -> None:
        if isinstance(event, HeldOutScores) and self._asked is not None:
            self._known = (self._asked, event)

    def _go_on(self, failure: TaskFailure | None) -> None:
        if self._asked is not None:
            now_s = time.monotonic()
            self._rests_until_s = now_s + _REST * (now_s - self._asked.begun_s)
        self._asked = None
        if failure is None and self._known is not None:
            self._on_score_shown(self._panel.scored)

    @Slot(object)
    def _on_corpus_changed(self, _corpus: object) -> None:
        self._on_score_shown(self._panel.scored)

    @Slot(object)
    def _on_run_state_changed(self, _state: RunState) -> None:
        if not self._is_training:
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
