"""The generation tab: sentences from the model, and the probability of a typed one.

A view: it shows what it is given and emits requests. Which model is used, and
when, is decided by the controllers.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from app.generation.epoch_slider import EpochSlider
from app.generation.generate_panel import GeneratePanel
from app.generation.records import Batch, ModelScore
from app.generation.score_panel import ScorePanel
from app.shared.labels import ElidedLabel
from engine import SampleConfig, SentenceGenerated

if TYPE_CHECKING:
    from engine import EpochModel


class GenerationTab(QWidget):
    """Show generated sentences above and a typed sentence's probability below.

    Signals
    -------
    generate_requested(object)
        Draw sentences with these `SampleConfig`.
    stop_requested()
        Draw no more.
    save_requested()
        Write the sentences to a file.
    settings_changed(object)
        The `SampleConfig` in the form are different now.
    sentence_changed(str)
        The typed sentence is different now.
    epoch_chosen(object)
        Use the model of this epoch, an `EpochModel`; None is the newest.
    """

    generate_requested = Signal(object)
    stop_requested = Signal()
    save_requested = Signal()
    settings_changed = Signal(object)
    sentence_changed = Signal(str)
    epoch_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("generation_tab")
        self._build_widgets()
        self._build_shortcuts()
        self._connect_signals()
        self._order_tab_key()
        self.show_model(None, "")

    def _build_widgets(self) -> None:
        self._model_label = ElidedLabel(self)
        self._model_label.setObjectName("generation.model_label")
        self._model_label.setProperty("role", "hint")
        self._model_label.setTextFormat(Qt.TextFormat.PlainText)
        self._epochs = EpochSlider(self)
        self._generate_panel = GeneratePanel(self)
        self._score_panel = ScorePanel(self)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(self._generate_panel)
        splitter.addWidget(self._score_panel)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(8)
        splitter.setSizes([400, 400])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 6, 16, 10)
        top = QHBoxLayout()
        top.addWidget(self._model_label, 1)
        top.addWidget(self._epochs)
        layout.addLayout(top)
        layout.addWidget(splitter, 1)

    def _build_shortcuts(self) -> None:
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(context)
            shortcut.activated.connect(self._generate_panel.request_generate)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(context)
        escape.activated.connect(self._generate_panel.request_stop)

    def _connect_signals(self) -> None:
        self._generate_panel.generate_requested.connect(self.generate_requested)
        self._generate_panel.stop_requested.connect(self.stop_requested)
        self._generate_panel.save_requested.connect(self.save_requested)
        self._generate_panel.settings_changed.connect(self.settings_changed)
        self._generate_panel.score_requested.connect(self._score_panel.set_text)
        self._score_panel.text_changed.connect(self.sentence_changed)
        self._epochs.chosen.connect(self.epoch_chosen)

    def _order_tab_key(self) -> None:
        panels = (self._generate_panel, self._score_panel)
        chain = [self._epochs.slider, *(each for panel in panels for each in panel.tab_chain())]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    @property
    def sentence(self) -> str:
        """The sentence as typed."""
        return self._score_panel.text

    def records(self) -> list[tuple[Batch, SentenceGenerated]]:
        """Return every generated sentence shown, with its batch."""
        return self._generate_panel.records()

    def show_model(self, text: str | None, tooltip: str) -> None:
        """Say which model is used; None is none and disables the tab."""
        self._model_label.setText("No model yet." if text is None else text)
        self._model_label.setToolTip(tooltip)
        self._generate_panel.show_available(is_available=text is not None)
        self._score_panel.show_available(is_available=text is not None)

    def show_epochs(self, models: "Sequence[EpochModel]", present: "EpochModel | None") -> None:
        """Offer the models of a run's epochs; `present` is the used one, None: the newest."""
        self._epochs.show_models(models, present)

    def show_settings(self, settings: SampleConfig) -> None:
        """Show stored settings."""
        self._generate_panel.show_settings(settings)

    def show_generating(self, *, is_generating: bool) -> None:
        """Show whether sentences are being drawn."""
        self._generate_panel.show_generating(is_generating=is_generating)

    def show_stopping(self) -> None:
        """Show that the end was asked for."""
        self._generate_panel.show_stopping()

    def show_batch(self, batch: Batch) -> None:
        """Begin a new batch of sentences."""
        self._generate_panel.show_batch(batch)

    def update_batch(self, batch: Batch) -> None:
        """Show what became of the newest batch."""
        self._generate_panel.update_batch(batch)

    def show_sentence(self, sentence: SentenceGenerated) -> None:
        """Add a sentence to the newest batch."""
        self._generate_panel.show_sentence(sentence)

    def show_score(self, score: ModelScore | None) -> None:
        """Show the typed sentence's probability; None takes it away."""
        self._score_panel.show_score(score)
