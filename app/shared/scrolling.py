"""What scrolls in a small window: a whole tab, or a part that is as tall as what it holds.

The mouse wheel changes no field that it merely passes over.
"""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

_EDGE = 8  # px around what is brought into sight


def prepare_scrolling(area: QScrollArea) -> None:
    """Let the content fill `area`, which has no frame; the keyboard goes to what is inside."""
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def bring_into_sight(widget: QWidget) -> None:
    """Scroll what `widget` lies in so far that all of it is seen; nothing where it is already."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    if parent is not None:
        parent.ensureWidgetVisible(widget, 0, _EDGE)


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
