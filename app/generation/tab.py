"""The generation tab: sentences from the model, and the probability of a typed one.

A view that only lays out its panels: the controllers speak with those. Which model is
used, and when, is decided by the controllers.
"""

from itertools import pairwise

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.generation.epoch_slider import EpochSlider
from app.generation.mixture_check import MixtureCheck
from app.generation.ranking.lists_dialog import ListsDialog
from app.generation.records import given_words
from app.generation.scoring.score_panel import ScorePanel
from app.generation.writing.generate_panel import GeneratePanel
from app.session import REOPENING_TEXT
from app.shared.labels import ElidedLabel, as_plain, make_splitter
from app.shared.layouts import in_row
from app.shared.scrolling import bring_into_sight
from engine import SentenceGenerated


class GenerationTab(QWidget):
    """Show generated sentences above and a typed sentence's probability below.

    Attributes
    ----------
    generate_panel : GeneratePanel
    score_panel : ScorePanel
    epoch_slider : EpochSlider
    mixture_check : MixtureCheck
    lists : ListsDialog
        A window of its own.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("generation_tab")
        self._build_widgets()
        self._order_tab_key()
        self.show_model(None, "")

    def _build_widgets(self) -> None:
        self._model_label = ElidedLabel(self, role="hint", name="generation.model_label")
        self.epoch_slider = EpochSlider(self)
        self.mixture_check = MixtureCheck(self)
        self.generate_panel = GeneratePanel(self)
        self.score_panel = ScorePanel(self)
        self.lists = ListsDialog(self)
        self.score_panel.lists_requested.connect(self.lists.open_in_front)
        self.generate_panel.sentences.score_requested.connect(self.score_panel.set_text)
        self.generate_panel.sentences.word_chosen.connect(self._on_word_chosen)
        panels = self.generate_panel, self.score_panel
        splitter = make_splitter(
            Qt.Orientation.Vertical, *panels, parent=self, name="generation.splitter"
        )
        splitter.setHandleWidth(8)
        splitter.setSizes([430, 370])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 6, 16, 10)
        top = in_row((self._model_label, 1), self.mixture_check, self.epoch_slider)
        layout.addLayout(top)
        layout.addWidget(splitter, 1)

    def _order_tab_key(self) -> None:
        panels = (self.generate_panel, self.score_panel)
        chain = [
            self.mixture_check,
            self.epoch_slider.slider,
            *(each for panel in panels for each in panel.tab_chain()),
        ]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    @Slot(object, int)
    def _on_word_chosen(self, sentence: SentenceGenerated, word: int) -> None:
        self.score_panel.look_at(sentence.text, word, given_words(sentence))
        bring_into_sight(self.score_panel)  # a low window shows the sentences alone

    def show_model(self, text: str | None, tooltip: str) -> None:
        """Say which model is used; None is none and disables the tab."""
        self._model_label.setText("No model yet." if text is None else text)
        self._model_label.setToolTip(as_plain(tooltip))
        self.generate_panel.show_available(is_available=text is not None)
        self.score_panel.show_available(is_available=text is not None)
        self.lists.show_model(text)

    def show_opening(self) -> None:
        """Say that the model of the last session is on its way; `show_model` says what came."""
        self._model_label.setText(REOPENING_TEXT)
        self.generate_panel.sentences.set_placeholder(REOPENING_TEXT)
