"""Ask the model what could come next: after the start words, at a chosen place, under the pointer.

At most one question is on its way; of those that wait, the newest of each kind is asked.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QToolTip

from app.errors import TaskFailure
from app.generation.background.controller import BackgroundController, Throttle
from app.generation.word_preview import ROWS, RestedWord, preview_html
from app.shared.formatting import format_share
from engine import NextWords, RunControl, SampleConfig

if TYPE_CHECKING:
    from engine import LanguageModel

TYPING_INTERVAL_MS = 80
MODEL_INTERVAL_MS = 1000
_SUGGESTED = 5  # words named after the start words
Kind = Literal["start", "place", "rest"]


class NextWordsController(BackgroundController):
    """Connect the start words and the panel of next words with the engine."""

    doing = "Asking for the next word"

    def _set_up(self) -> None:
        self._generate_panel, self._score_panel = self._tab.generate_panel, self._tab.score_panel
        self._waiting: set[Kind] = set()
        self._asked: tuple[Kind, SampleConfig] | None = None
        self._rested: RestedWord | None = None
        self._written_from = ""  # the start words when sentences were last asked for
        self._typing = Throttle(TYPING_INTERVAL_MS, self, clock=self._clock)
        self._models = Throttle(MODEL_INTERVAL_MS, self, clock=self._clock)
        self._connect_signals()
        self._ask("start")

    def _connect_signals(self) -> None:
        self._generate_panel.start_line.textChanged.connect(self._typing.submit)
        self._generate_panel.settings_changed.connect(self._on_settings_changed)
        self._generate_panel.generate_requested.connect(self._on_generate_requested)
        self._score_panel.place_changed.connect(self._on_place_changed)
        for view in (self._generate_panel.sentences, self._score_panel.coloured):
            view.word_rested.connect(self._on_word_rested)
            view.word_left.connect(self._on_word_left)
        self._session.shown_model_changed.connect(self._on_model_changed)
        self._typing.released.connect(self._on_typing_released)
        self._models.released.connect(self._on_models_released)

    def close(self) -> None:
        """Ask nothing more: the window is closing."""
        super().close()
        self._waiting.clear()
        self._typing.cancel()
        self._models.cancel()

    def _settings_of(self, kind: Kind) -> SampleConfig | None:
        """Return what is to be asked now; None: nothing."""
        settings = replace(self._generate_panel.settings(), beams=0, ladder=())
        if kind == "start":
            return settings if settings.start else None
        place = self._score_panel.words_before
        if kind == "rest":
            place = None if self._rested is None else self._rested.words_before
        return None if place is None else replace(settings, start=place)

    def _ask(self, kind: Kind) -> None:
        settings = self._settings_of(kind)
        if settings is None or self._session.shown_model is None:
            self._waiting.discard(kind)
            self._show(kind, None)
        elif not self._is_closed:
            self._waiting.add(kind)
            self._ask_next()

    def _ask_next(self) -> None:
        model = self._session.shown_model
        while self._waiting and not self._runner.is_busy and model is not None:
            kind = self._waiting.pop()
            settings = self._settings_of(kind)
            if settings is None:
                continue
            self._asked = (kind, settings)
            job = partial(
                self._jobs.next_words, model, settings, *self._wanted(kind, model.word_dim)
            )
            self._runner.start(job, RunControl())

    def _wanted(self, kind: Kind, every: int) -> tuple[int, str]:
        """Return how many words are asked for, and which one besides."""
        match kind:
            case "start":
                return _SUGGESTED, ""
            case "place":
                rows = self._score_panel.next_words_wanted or every
                return rows, self._score_panel.word_looked_at
            case "rest":
                return ROWS, "" if self._rested is None else self._rested.word

    def _show(self, kind: Kind, said: NextWords | None) -> None:
        if kind == "place":
            self._score_panel.show_next_words(said)
        elif kind == "rest":
            if said is not None and self._rested is not None:
                rested = self._rested
                QToolTip.showText(rested.at, preview_html(said, rested), rested.widget)
        elif said is None:
            self._generate_panel.show_start_hint("")
        else:
            half, could_be = self._half_typed(said)
            said = replace(said, unknown_words=tuple(w for w in said.unknown_words if w != half))
            is_warning = bool(said.unknown_words)
            self._generate_panel.show_start_hint(
                half_hint(half, could_be) if half and not is_warning else start_hint(said),
                is_warning=is_warning,
            )

    def _half_typed(self, said: NextWords) -> tuple[str, Sequence[str]]:
        """Return the unknown word that is being typed and words that begin so; "" if none is."""
        line, model = self._generate_panel.start_line, self._session.shown_model
        is_written = line.hasFocus() and line.text() != self._written_from
        if not (is_written and said.words_before and model is not None):
            return "", ()
        last = said.words_before[-1]
        if last not in said.unknown_words or line.text()[-1:].isspace():
            return "", ()
        known = model.vocabulary.words[2:-1]  # between the special ones, by falling frequency
        could_be = tuple(islice((word for word in known if word.startswith(last)), _SUGGESTED))
        return (last, could_be) if could_be else ("", ())

    @Slot(object)
    def _on_typing_released(self, _value: object) -> None:
        self._ask("start")

    @Slot(object)
    def _on_models_released(self, _value: object) -> None:
        self._ask("start")
        self._ask("place")

    @Slot()
    def _on_generate_requested(self) -> None:
        self._written_from = self._generate_panel.start_line.text()  # no word is half typed
        self._ask("start")

    @Slot()
    def _on_place_changed(self) -> None:
        self._ask("place")

    @Slot(object)
    def _on_word_rested(self, rested: RestedWord) -> None:
        self._rested = rested
        self._ask("rest")

    @Slot()
    def _on_word_left(self) -> None:
        self._rested = None
        QToolTip.hideText()

    @Slot(object)
    def _on_settings_changed(self, _settings: SampleConfig) -> None:
        self._ask("start")  # the line may have been left with a word half typed
        self._ask("place")

    @Slot(object)
    def _on_model_changed(self, model: "LanguageModel | None") -> None:
        if model is None or self._session.is_looking_back:
            self._models.cancel()
            self._on_models_released(model)
        elif not self._is_closed:
            self._models.submit(model)

    def _take(self, event: object) -> None:
        if self._asked is None or not isinstance(event, NextWords):
            return
        kind, settings = self._asked
        present = self._settings_of(kind)
        if present is not None and present.start == settings.start:
            self._show(kind, event)

    def _tell(self, failure: TaskFailure) -> None:
        if self._asked is not None and self._asked[0] == "start":
            self._generate_panel.show_start_hint(failure.message, is_warning=True)
        else:
            super()._tell(failure)

    def _go_on(self, _failure: TaskFailure | None) -> None:
        self._asked = None
        self._ask_next()


def half_hint(half: str, could_be: Sequence[str]) -> str:
    """Say which words begin as the one that is being typed."""
    return f"“{half}…” could become {'  ·  '.join(could_be)}"


def start_hint(said: NextWords) -> str:
    """Say what the model makes of the start words, and how it would go on."""
    words = (f"{word.shown} {format_share(word.log_probability)}" for word in said.words)
    likely = f"Likely next: {'  ·  '.join(words)}"
    if said.unknown_words:
        names = ", ".join(f"“{word}”" for word in said.unknown_words)
        verb = "is" if len(said.unknown_words) == 1 else "are"
        return f"{names} {verb} unknown to the model: read as UNKNOWN_TOKEN, a rare word. {likely}"
    return likely
