"""What the tables of records have in common: columns that never change, with a name and a tip.

What the rows hold is the affair of each model.
"""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

Index: TypeAlias = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    tip: str
    is_number: bool = False  # numbers stand at the right


class ColumnsModel(QAbstractTableModel):
    """A table with the columns of the class.

    Attributes
    ----------
    COLUMNS : tuple of Column
        From left to right.
    """

    COLUMNS: ClassVar[tuple[Column, ...]]

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        """Return where the cells of a column stand."""
        is_number = self.COLUMNS[column].is_number
        side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's name or its explanation."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.COLUMNS[section].name
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.COLUMNS[section].tip
        return self.alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None
