"""One message over the lower right corner: what happened, what to do, the step that helps.

It moves nothing and takes no focus. What tells of a success goes by itself, not while somebody
points at it or the window is in the back; a problem stays until it is closed.
"""

from collections import deque

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.errors import Message
from app.shared.theme import scaled
from app.window.views.message_card import MessageCard

WIDTH, MARGIN = 420, 12  # px, of the message and around it
SHOWN_MS, SHOWN_WITH_STEP_MS = 5000, 10_000
REMEMBERED = 20  # messages


class MessageBar(MessageCard):
    """Show one `Message` until its time is over, it is closed or replaced.

    Attributes
    ----------
    remembered : deque of Message
        The last ones of the whole window, the newest first.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__("message_bar", parent)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.remembered: deque[Message] = deque(maxlen=REMEMBERED)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._on_clock_timeout)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(self.words)
        column.addLayout(self.buttons)
        parent.installEventFilter(self)

    @Slot(object)
    def show_message(self, message: Message) -> None:
        """Show `message` in place of the present one."""
        self.remembered.appendleft(message)
        super().show_message(message)
        self.raise_()
        self._place()
        self._time_left(message)

    @Slot()
    def clear(self) -> None:
        """Hide the message."""
        self._clock.stop()
        super().clear()

    def _time_left(self, message: Message) -> None:
        self._clock.stop()
        if message.kind != "info":
            return
        self._clock.setInterval(SHOWN_MS if message.action is None else SHOWN_WITH_STEP_MS)
        self._clock.start()

    def _place(self) -> None:
        """Stand in the corner, as high as the words need."""
        parent = self.parentWidget()
        if parent is None or self.isHidden():
            return
        margin = scaled(MARGIN)
        width = min(scaled(WIDTH), parent.width() - 2 * margin)
        layout = self.layout()
        if layout is not None:
            layout.activate()  # the words' own layout still knows the height of the last message
        height = self.sizeHint().height() if layout is None else layout.totalHeightForWidth(width)
        height = min(max(height, self.minimumSizeHint().height()), parent.height() - margin)
        self.resize(width, height)
        self.move(QPoint(parent.width() - width - margin, parent.height() - height - margin))

    @property
    def _is_pointed_at(self) -> bool:
        return self.rect().contains(self.mapFromGlobal(QCursor.pos()))

    @Slot()
    def _on_clock_timeout(self) -> None:
        focus = QApplication.focusWidget()
        is_read = self._is_pointed_at or (focus is not None and self.isAncestorOf(focus))
        if is_read or not self.isActiveWindow():
            self._clock.start()
        else:
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size."""
        if watched is self.parentWidget() and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
