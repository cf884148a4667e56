"""One manner for the tables: whole rows, nothing of a spreadsheet, columns that never change.

What the rows hold is the affair of each model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QFont, QGuiApplication, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from app.shared.theme import scaled

ROW_HEIGHT = 30  # px
CELL_PADDING = 24  # px, left and right of a cell's text together

_ROW_PADDING = 10  # pixels

Index: TypeAlias = QModelIndex | QPersistentModelIndex


def prepare_rows(table: QTableView) -> None:
    """Make `table` read-only, with whole rows and no grid."""
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setCornerButtonEnabled(False)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setTextElideMode(Qt.TextElideMode.ElideRight)
    font = header.font()
    font.setWeight(QFont.Weight.DemiBold)  # as the style paints it: a heading is cut by its width
    header.setFont(font)


def prepare_table(table: QTableView) -> None:
    """Make `table` read-only with whole rows, of one height so that any number scrolls fast."""
    prepare_rows(table)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setTextElideMode(Qt.TextElideMode.ElideRight)
    table.setWordWrap(False)
    table.setAlternatingRowColors(False)
    rows = table.verticalHeader()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(scaled(ROW_HEIGHT))
    table.horizontalHeader().setMinimumSectionSize(40)


def fit_column(table: QTableView, column: int, sample: str) -> int:
    """Make a column wide enough for its heading and for `sample`, and return the width."""
    header = table.horizontalHeader()
    header.ensurePolished()  # the style says how much room a heading needs
    cell = table.fontMetrics().horizontalAdvance(sample) + CELL_PADDING
    width = max(header.sectionSizeHint(column), cell)
    table.setColumnWidth(column, width)
    return width


class RecordTable(QTableView):
    """Show rows that are selected whole and copied as text.

    Signals
    -------
    editing_ended()
        A cell is not written in any more; what was written was taken over or given up.
    """

    editing_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._placeholder = ""
        prepare_rows(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + _ROW_PADDING)
        self._copy_shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        self._copy_shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._copy_shortcut.activated.connect(self.copy_selected)

    @property
    def is_edited(self) -> bool:
        """Whether a cell is being written in: to replace the rows would lose it."""
        return self.state() == QAbstractItemView.State.EditingState

    def set_placeholder(self, text: str) -> None:
        """Say `text` while there are no rows."""
        self._placeholder = text
        self.viewport().update()

    def selected_rows(self) -> list[int]:
        """Return the selected rows from top to bottom."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def text_of_rows(self, rows: Sequence[int]) -> str:
        """Return the rows as lines of cells with tabs between them."""
        model = self.model()
        columns = range(model.columnCount())
        return "\n".join(
            "\t".join(str(model.index(row, column).data() or "") for column in columns)
            for row in rows
        )

    @Slot()
    def copy_selected(self) -> None:
        """Put the selected rows on the clipboard; nothing selected leaves it alone."""
        text = self.text_of_rows(self.selected_rows())
        if text:
            QGuiApplication.clipboard().setText(text)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Close it as Qt does, and tell."""
        super().closeEditor(editor, hint)
        self.editing_ended.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or the placeholder where there are none."""
        super().paintEvent(event)
        model = self.model()
        if not self._placeholder or (model is not None and model.rowCount(QModelIndex()) > 0):
            return
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().placeholderText().color())
        area = self.viewport().rect().adjusted(24, 4, -24, -4)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area, flags, self._placeholder)
        painter.end()


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
