"""What scrolls in a small window: one manner for all, and an area for a whole tab."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


def prepare_scrolling(area: QScrollArea) -> None:
    """Let the content fill `area`, which has no frame; the keyboard goes to what is inside."""
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)


class TabScrollArea(QScrollArea):
    """Hold a tab, and scroll it only where even its smallest size has no room.

    That happens where the window is small and the person's font is large. A resizable
    area of Qt's would give the content its preferred height and so scroll much earlier.
    """

    def __init__(self, content: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._content = content
        prepare_scrolling(self)
        self.setWidgetResizable(False)
        self.setWidget(content)
        content.installEventFilter(self)

    def _fit(self) -> None:
        """Give the content all the room, less that of the scroll bars which it needs."""
        room, needed = self.maximumViewportSize(), self._content.minimumSizeHint()
        if needed.width() > room.width():
            room.setHeight(room.height() - self.horizontalScrollBar().sizeHint().height())
        if needed.height() > room.height():
            room.setWidth(room.width() - self.verticalScrollBar().sizeHint().width())
        self._content.resize(needed.expandedTo(room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the content in."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the content in when its parts need more or less room."""
        if event.type() is QEvent.Type.LayoutRequest and watched is self._content:
            self._fit()
        return super().eventFilter(watched, event)
