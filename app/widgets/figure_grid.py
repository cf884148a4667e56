"""A handful of figures, each with its name: large enough to read at a glance.

What the figures mean is decided by whoever shows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.widgets.labels import make_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure with its name and, as a tooltip, what it means."""

    name: str
    value: str
    meaning: str
    role: str  # the last part of its objectName, such as "documents"


class FigureGrid(QWidget):
    """Show figures in rows of equal columns."""

    def __init__(self, object_name: str, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._columns = columns
        self._cells: list[QWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show `figures` in place of the present ones."""
        for cell in self._cells:
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells = [self._build_cell(figure) for figure in figures]
        for index, cell in enumerate(self._cells):
            self._grid.addWidget(cell, index // self._columns, index % self._columns)
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 1)
        self.setAccessibleName("; ".join(f"{figure.name}: {figure.value}" for figure in figures))

    def _build_cell(self, figure: Figure) -> QWidget:
        cell = QWidget(self)
        cell.setToolTip(figure.meaning)
        value = make_label(figure.value, "figure", cell)
        value.setObjectName(f"{self.objectName()}.{figure.role}")
        value.setAccessibleName(f"{figure.name}: {figure.value}")
        value.setMinimumWidth(1)  # a very long word is cut, not the figure beside it
        layout = QVBoxLayout(cell)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(value)
        layout.addWidget(make_label(figure.name, "caption", cell))
        return cell
