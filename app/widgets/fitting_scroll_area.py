"""A scroll area that is as tall as what it holds, and scrolls only where that does not fit."""

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from app.widgets.scrolling import prepare_scrolling


class FittingScrollArea(QScrollArea):
    """Scroll vertically in a column whose other parts stay where they are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        prepare_scrolling(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        """Return the size of the content, whose wrapped texts take their height from the width."""
        content = self.widget()
        if content is None:
            return super().sizeHint()
        size, width = content.sizeHint(), self.width()
        return QSize(size.width(), max(size.height(), content.heightForWidth(width)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for another height when the width changed."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the content's new height when its layout changes."""
        if event.type() is QEvent.Type.LayoutRequest and watched is self.widget():
            self.updateGeometry()
        return super().eventFilter(watched, event)
