"""Up to two messages over the lower right corner: what happened, what to do, the step that helps.

They move nothing and take no focus. What tells of a success goes by itself, not while somebody
points at it or the window is in the back; a problem stays until it is closed. What still waits
for the person, a problem or an offer to undo, moves up for the next message and is not replaced.
"""

from collections import deque

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

from app.errors import Message
from app.shared.layouts import in_column
from app.shared.theme import scaled
from app.window.views.message_card import MessageCard

WIDTH, MARGIN = 420, 12  # px, of a message and around it
SHOWN_MS, SHOWN_WITH_STEP_MS = 5000, 10_000
REMEMBERED = 20  # messages


class Toast(MessageCard):
    """Show one `Message` over a corner until its time is over, it is closed or replaced.

    Parameters
    ----------
    below : Toast or None
        The one that it stands on.
    """

    def __init__(self, role: str, parent: QWidget, below: "Toast | None" = None) -> None:
        super().__init__(role, parent)
        self._below = below
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._on_clock_timeout)
        in_column(self.words, self.buttons, of=self, margins=(16, 12, 12, 12), spacing=8)

    @Slot(object)
    def show_message(self, message: Message) -> None:
        """Show `message` in place of the present one."""
        super().show_message(message)
        self.raise_()
        self.place()
        self._clock.stop()
        if message.kind == "info":
            self._clock.setInterval(SHOWN_MS if message.action is None else SHOWN_WITH_STEP_MS)
            self._clock.start()

    @Slot()
    def clear(self) -> None:
        """Hide the message."""
        self._clock.stop()
        super().clear()

    def place(self) -> None:
        """Stand in the corner, or on the message below, as high as the words need."""
        parent = self.parentWidget()
        if parent is None or self.isHidden():
            return
        margin = scaled(MARGIN)
        width = min(scaled(WIDTH), parent.width() - 2 * margin)
        floor = parent.height()
        if self._below is not None and not self._below.isHidden():
            floor = self._below.geometry().top()
        layout = self.layout()
        if layout is not None:
            layout.activate()  # the words' own layout still knows the height of the last message
        height = self.sizeHint().height() if layout is None else layout.totalHeightForWidth(width)
        height = min(max(height, self.minimumSizeHint().height()), parent.height() - margin)
        self.resize(width, height)
        self.move(QPoint(parent.width() - width - margin, floor - height - margin))

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


class MessageBar(Toast):
    """The newest message, and above it one before that still waits for the person.

    Attributes
    ----------
    earlier : Toast
        The one above.
    remembered : deque of Message
        The last ones of the whole window, the newest first.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__("message_bar", parent)
        self.remembered: deque[Message] = deque(maxlen=REMEMBERED)
        self.earlier = Toast("earlier_message", parent, below=self)
        for watched in (parent, self):
            watched.installEventFilter(self)

    @Slot(object)
    def show_message(self, message: Message) -> None:
        """Show `message`; the present one moves up if it waits for the person."""
        self.remembered.appendleft(message)
        present, above = self.message, self.earlier.message
        if above is not None and above.text == message.text:
            self.earlier.clear()
            above = None
        if (
            present is not None
            and waits(present)
            and present.text != message.text
            and (above is None or above.kind == "info" or present.kind != "info")
        ):  # an offer to undo pushes no problem away
            self.earlier.show_message(present)
        super().show_message(message)
        self.earlier.place()

    @Slot()
    def clear(self) -> None:
        """Hide both messages."""
        super().clear()
        self.earlier.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size, or the newest message goes."""
        if watched is self.parentWidget() and event.type() == QEvent.Type.Resize:
            self.place()
            self.earlier.place()
        elif watched is self and event.type() == QEvent.Type.Hide:
            self.earlier.place()
        return super().eventFilter(watched, event)


def waits(message: Message) -> bool:
    """Tell whether a message is a problem, or offers a step: then it is not to be replaced."""
    return message.kind != "info" or message.action is not None
