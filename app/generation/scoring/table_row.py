"""The row below a sentence's figures: the same of a table of word sequences, without a network."""

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.shared.formatting import format_odds, format_perplexity
from app.shared.labels import make_label
from engine import TableScore

_EXPLANATION = (
    "What counting alone knows: how often the training text has these words after the few before "
    "them (an interpolated, modified Kneser-Ney model). A network that has learned more says that "
    "sentences of this text are more probable."
)


class TableRow:
    """Labels in one row of a grid of figures; they show where there is something to show.

    Parameters
    ----------
    figures : QGridLayout
        With probability, its logarithm, perplexity and bits in its first columns.
    row : int
    parent : QWidget
    """

    def __init__(self, figures: QGridLayout, row: int, parent: QWidget) -> None:
        self._labels = [make_label("", "hint", parent) for _ in range(5)]
        names = ("probability", "log_probability", "perplexity", "bits", "name")
        for column, (label, name) in enumerate(zip(self._labels, names, strict=True)):
            label.setObjectName(f"generation.table_{name}_label")
            label.setToolTip(_EXPLANATION)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            figures.addWidget(label, row, column)
        self.show_score(None)

    @property
    def labels(self) -> list[QLabel]:
        """Probability, logarithm, perplexity, bits, and whose they are."""
        return self._labels

    def show_score(self, score: TableScore | None) -> None:
        """Show what the table says; None: nothing."""
        texts = ["", "", "", "", ""]
        if score is not None:
            log10 = score.log_probability / math.log(10.0)
            texts = [
                format_odds(score.log_probability),
                f"{log10:.2f}".replace("-", "−"),
                format_perplexity(score.perplexity),
                f"{score.bits_per_word:.2f}",
                f"{score.name}, without a network",
            ]
        for label, text in zip(self._labels, texts, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
