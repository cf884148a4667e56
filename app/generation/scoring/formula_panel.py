"""How the figures of the shown sentence are computed, with its own numbers filled in."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from app.generation.records import ModelScore
from app.generation.scoring.score_wording import formula_text
from app.shared.labels import describe, make_label

_NOTHING = "Type a sentence: here is how its probability and its perplexity are computed."


class FormulaPanel(QScrollArea):
    """Show the formulas; they can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        describe(self, "generation.formula_panel", "Formula", "How each figure is computed")
        self._label = describe(
            make_label(_NOTHING, "body", self, wrap=True),
            "generation.formula_label",
            "How it is computed",
        )
        self._label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._label.setContentsMargins(4, 8, 4, 8)
        self.setWidget(self._label)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)

    def show_score(self, scored: ModelScore | None) -> None:
        """Fill the numbers of a score in; None: there is none."""
        self._label.setText(_NOTHING if scored is None else formula_text(scored.score))
