"""A handful of figures, each with its name: large enough to read at a glance.

What the figures mean is decided by whoever shows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.shared.labels import TermLabel
from app.shared.layouts import in_column


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure with its name and, as a tooltip, what it means."""

    name: str
    value: str
    meaning: str
    role: str  # the last part of its objectName, such as "documents"
    term: str  # of the glossary


class FigureGrid(QWidget):
    """Show figures in rows of equal columns."""

    def __init__(self, object_name: str, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._columns = columns
        self._cells: list[_Cell] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show `figures` in place of the present ones."""
        if [cell.role for cell in self._cells] != [figure.role for figure in figures]:
            for cell in self._cells:
                self._grid.removeWidget(cell)
                cell.hide()
                cell.deleteLater()
            self._cells = [_Cell(self, figure.role, figure.term) for figure in figures]
            for index, cell in enumerate(self._cells):
                self._grid.addWidget(cell, index // self._columns, index % self._columns)
            for column in range(self._columns):
                self._grid.setColumnStretch(column, 1)
        for cell, figure in zip(self._cells, figures, strict=True):
            cell.show_figure(figure)
        self.setAccessibleName("; ".join(f"{figure.name}: {figure.value}" for figure in figures))


class _Cell(QWidget):
    """A figure over its name."""

    def __init__(self, grid: FigureGrid, role: str, term: str) -> None:
        super().__init__(grid)
        self.role = role
        self._value = TermLabel(term, "figure", self)
        self._value.setObjectName(f"{grid.objectName()}.{role}")
        # On the left, whatever the script of a word.
        self._value.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
        self._value.setMinimumWidth(1)  # a very long word is cut, not the figure beside it
        self._name = TermLabel(term, "caption", self)
        in_column(self._value, self._name, of=self, margins=0, spacing=0)

    def show_figure(self, figure: Figure) -> None:
        """Show `figure`, which has this cell's role."""
        now = f"{figure.name[:1].upper()}{figure.name[1:]}: {figure.value}."
        for label in (self._value, self._name):
            label.explain(figure.meaning, now)
        self._value.setText(figure.value)
        self._value.setAccessibleName(f"{figure.name}: {figure.value}")
        self._name.setText(figure.name)
