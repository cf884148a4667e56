"""Compared sentences: ranked, and two of them word under word."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from app.generation.records import ModelScore
from app.generation.scoring.comparison_table import ComparisonTable
from app.generation.scoring.pair_table import PairTable
from app.shared.labels import describe
from app.shared.layouts import in_column, in_row


class ComparisonPanel(QWidget):
    """Show the table of compared sentences, and below it the pair that is looked at.

    The pair are the two selected sentences, or else the two that came last.

    Signals
    -------
    score_requested(str, object), count_changed(int), removed(object)
        Those of the table.

    Attributes
    ----------
    table : ComparisonTable
    """

    score_requested = Signal(str, object)
    count_changed = Signal(int)
    removed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = describe(
            ComparisonTable(self), "generation.comparison_table", "Compared sentences"
        )
        self.table.set_placeholder(
            "Add sentences here to rank them, such as “he go to school” and “he goes to school”."
        )
        self._pair = PairTable(self)
        self._unpin_button = describe(
            QPushButton("&Remove", self),
            "generation.unpin_button",
            "Remove from comparison",
            "Remove the selected sentences from the comparison, or all of them",
        )
        self._unpin_button.setEnabled(False)
        column = in_column((self.table, 1), of=self, margins=0)
        row = in_row(
            (self._pair.verdict_label, 1), (self._unpin_button, 0, Qt.AlignmentFlag.AlignRight)
        )
        column.addLayout(row)
        column.addWidget(self._pair)
        self._unpin_button.clicked.connect(self.table.remove_selected_or_all)
        self.table.count_changed.connect(self._on_count_changed)
        self.table.removed.connect(self.removed)
        self.table.score_requested.connect(self.score_requested)
        self.table.selectionModel().selectionChanged.connect(self._show_pair)

    def tab_chain(self) -> list[QWidget]:
        """Return the widgets in the order of the Tab key."""
        return [self.table, self._unpin_button]

    @Slot(int)
    def _on_count_changed(self, count: int) -> None:
        self._unpin_button.setEnabled(count > 0)
        self._show_pair()
        self.count_changed.emit(count)

    @Slot()
    def _show_pair(self) -> None:
        pinned = self.table.pinned
        chosen = [each for each in pinned if each in self.table.selected()] or list(pinned)
        pair: tuple[ModelScore, ModelScore] | None = None
        if len(chosen) > 1:
            pair = (chosen[-2], chosen[-1])
        self._pair.show_pair(pair)
