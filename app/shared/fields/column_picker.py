"""A drop-down list with check boxes: one column of a file, or several that are joined.

Closed, it works like any drop-down list: an arrow key takes the next column alone.
Open, a click or the space bar ticks columns; one is always ticked.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

Role = Qt.ItemDataRole
JOINED = " + "


class ColumnPicker(QComboBox):
    """Choose one or several of the offered names.

    Signals
    -------
    picked_changed(object)
        The indexes that are ticked now, ascending; after a change by the user.
    """

    picked_changed = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name  # for screen readers
        self._items = QStandardItemModel(self)
        self._is_pressed = False  # the mouse, on the open list
        self.setModel(self._items)
        self.setItemDelegate(QStyledItemDelegate(self))  # the menu's own one draws no check box
        self.view().viewport().installEventFilter(self)
        self.view().installEventFilter(self)
        self.currentIndexChanged.connect(self._on_current_index_changed)

    def set_names(self, names: Sequence[str], picked: Sequence[int]) -> None:
        """Offer `names`, those at `picked` ticked; no signal is emitted."""
        with QSignalBlocker(self):
            self._items.clear()
            for index, name in enumerate(names):
                item = QStandardItem(name)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                item.setCheckable(True)
                item.setUserTristate(False)
                item.setCheckState(_state(index in picked))
                item.setData(f"Column {name}", Role.AccessibleTextRole)
                self._items.appendRow(item)
            self.setCurrentIndex(min(picked, default=-1))
        self._show_picked()

    def picked(self) -> tuple[int, ...]:
        """Return the ticked indexes, ascending."""
        return tuple(
            row
            for row in range(self._items.rowCount())
            if self._items.item(row).checkState() is Qt.CheckState.Checked
        )

    def shown_text(self) -> str:
        """Return the names of what is ticked, as the closed list shows them."""
        return JOINED.join(self.itemText(index) for index in self.picked())

    def pick(self, index: int) -> None:
        """Tick one name alone, as a choice from the closed list does."""
        if 0 <= index < self._items.rowCount():
            with QSignalBlocker(self):
                self.setCurrentIndex(index)
            self._on_current_index_changed(index)

    def toggle(self, index: int) -> None:
        """Tick or untick a name; the last tick stays."""
        picked = set(self.picked()) ^ {index}
        if not picked or index >= self._items.rowCount():
            return
        self._items.item(index).setCheckState(_state(index in picked))
        with QSignalBlocker(self):
            self.setCurrentIndex(min(picked))
        self._announce()

    @Slot(int)
    def _on_current_index_changed(self, index: int) -> None:
        if index < 0:
            return
        for row in range(self._items.rowCount()):
            self._items.item(row).setCheckState(_state(row == index))
        self._announce()

    def _announce(self) -> None:
        self._show_picked()
        self.picked_changed.emit(self.picked())

    def _show_picked(self) -> None:
        text = self.shown_text()
        self.setAccessibleName(f"{self._name}: {text}" if text else self._name)
        self.update()

    def _toggle_at(self, index: QModelIndex) -> None:
        if index.isValid():
            self.toggle(index.row())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tick with the mouse and the space bar instead of closing the list."""
        view = self.view()
        if watched is view.viewport() and isinstance(event, QMouseEvent):
            if event.type() is QEvent.Type.MouseButtonPress:
                self._is_pressed = True
            elif event.type() is QEvent.Type.MouseButtonRelease:
                # The release of the press that opened the list ticks nothing.
                if self._is_pressed:
                    self._toggle_at(view.indexAt(event.position().toPoint()))
                self._is_pressed = False
                return True
        if watched is view and isinstance(event, QKeyEvent):
            is_press = event.type() is QEvent.Type.KeyPress
            if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Select):
                if is_press:
                    self._toggle_at(view.currentIndex())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if is_press:
                    self.hidePopup()
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the closed list with the names of all that is ticked."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        option.currentText = self.fontMetrics().elidedText(
            self.shown_text(), Qt.TextElideMode.ElideRight, field.width() - 4
        )
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()


def _state(is_checked: bool) -> Qt.CheckState:  # noqa: FBT001 - one obvious argument
    return Qt.CheckState.Checked if is_checked else Qt.CheckState.Unchecked
