"""Keep the mouse wheel from changing a field that it merely passes over while scrolling."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget


class WheelGuard(QObject):
    """Let the wheel reach a field only when the field has the focus."""

    def watch(self, *fields: QWidget) -> None:
        """Guard `fields`; clicking or the Tab key still gives them the focus."""
        for field in fields:
            field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand the wheel on to whatever scrolls."""
        if event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget):
            return super().eventFilter(watched, event)
        if not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)
