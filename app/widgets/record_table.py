"""A table of records: whole rows selected, Ctrl+C, and words where it is empty.

The tables of the generation tab share this; what a row holds is their models'
affair.
"""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QTableView, QWidget

from app.widgets.tables import prepare_rows

_ROW_PADDING = 10  # pixels


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
