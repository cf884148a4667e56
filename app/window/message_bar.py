"""One message over the lower right corner: what happened, what to do, the step that helps.

It moves nothing and takes no focus. What tells of a success goes by itself, not while somebody
points at it or the window is in the back; a problem stays until it is closed. It decides nothing:
`ErrorPresenter` says what to show.
"""

from collections import deque

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QCursor, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import Message, MessageAction
from app.shared.labels import as_plain, restyle
from app.shared.theme import scaled

_TITLES = {"info": "Note", "warning": "Please check", "error": "Problem"}
WIDTH, MARGIN = 420, 12  # px, of the message and around it
SHOWN_MS, SHOWN_WITH_STEP_MS = 5000, 10_000
REMEMBERED = 20  # messages


class MessageBar(QFrame):
    """Show one `Message` until its time is over, it is closed or replaced.

    Attributes
    ----------
    remembered : deque of Message
        The last ones, the newest first.

    Signals
    -------
    closed()
        The person closed the message.
    """

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.remembered: deque[Message] = deque(maxlen=REMEMBERED)
        self._details = ""
        self._action: MessageAction | None = None
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._on_clock_timeout)
        self._build_labels()
        self._build_buttons()
        self._build_layout()
        self._connect_signals()
        parent.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown now; "" when the message is hidden."""
        return self._text.text() if not self.isHidden() else ""

    @Slot(object)
    def show_message(self, message: Message) -> None:
        """Show `message` in place of the present one."""
        self.remembered.appendleft(message)
        self._details = message.details
        self._title.setText(_TITLES[message.kind])
        self._text.setText(message.text)
        self._advice.setText(message.advice)
        self._advice.setVisible(bool(message.advice))
        self._copy_button.setVisible(bool(message.details))
        self._copy_button.setText("Copy details")
        self._show_action(message.action)
        restyle(self, "kind", message.kind)
        for widget in (self, self._title):  # the title's colour is its frame's affair
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.setAccessibleName(f"{_TITLES[message.kind]}: {message.text}")
        self.show()
        self.raise_()
        self._place()
        announcement = QAccessibleAnnouncementEvent(self, message.text)
        if message.kind == "error":
            announcement.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(announcement)
        self._time_left(message)

    @Slot()
    def clear(self) -> None:
        """Hide the message."""
        self._clock.stop()
        self.hide()

    def _time_left(self, message: Message) -> None:
        self._clock.stop()
        if message.kind != "info":
            return
        self._clock.setInterval(SHOWN_MS if message.action is None else SHOWN_WITH_STEP_MS)
        self._clock.start()

    def _show_action(self, action: MessageAction | None) -> None:
        self._action = action
        self._action_button.setVisible(action is not None)
        if action is not None:
            self._action_button.setText(action.text)
            self._action_button.setAccessibleName(action.text)
            self._action_button.setToolTip(as_plain(action.tip))

    def _place(self) -> None:
        """Stand in the corner, as high as the words need."""
        parent = self.parentWidget()
        if parent is None or self.isHidden():
            return
        margin = scaled(MARGIN)
        width = min(scaled(WIDTH), parent.width() - 2 * margin)
        layout = self.layout()
        height = self.sizeHint().height() if layout is None else layout.totalHeightForWidth(width)
        height = min(max(height, self.minimumSizeHint().height()), parent.height() - margin)
        self.resize(width, height)
        self.move(QPoint(parent.width() - width - margin, parent.height() - height - margin))

    def _build_labels(self) -> None:
        self._title = QLabel(self)
        self._title.setObjectName("message_bar.title")
        self._text = QLabel(self)
        self._text.setObjectName("message_bar.text")
        self._advice = QLabel(self)
        self._advice.setObjectName("message_bar.advice")
        for label in (self._text, self._advice):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)  # a file's name must not become markup
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _build_buttons(self) -> None:
        self._action_button = QPushButton(self)
        self._action_button.setObjectName("message_bar.action_button")
        self._action_button.setProperty("primary", "true")
        self._copy_button = QPushButton("Copy details", self)
        self._copy_button.setObjectName("message_bar.copy_button")
        self._copy_button.setAccessibleName("Copy the technical details of the problem")
        self._copy_button.setToolTip("Copy the technical details to the clipboard, for a report")
        self._close_button = QPushButton("Close", self)  # no key: each tab needs its own
        self._close_button.setObjectName("message_bar.close_button")
        self._close_button.setAccessibleName("Close the message")
        self._close_button.setToolTip("Close this message; Help > Messages shows the last ones")

    def _build_layout(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self._copy_button, self._close_button, self._action_button):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addWidget(self._advice)
        column.addSpacing(4)
        column.addLayout(buttons)

    def _connect_signals(self) -> None:
        self._action_button.clicked.connect(self._on_action_button_clicked)
        self._copy_button.clicked.connect(self._on_copy_button_clicked)
        self._close_button.clicked.connect(self._on_close_button_clicked)

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

    @Slot()
    def _on_action_button_clicked(self) -> None:
        action = self._action
        self.clear()
        if action is not None:
            action.run()

    @Slot()
    def _on_copy_button_clicked(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._text.text()}\n\n{self._details}")
        self._copy_button.setText("Copied")

    @Slot()
    def _on_close_button_clicked(self) -> None:
        self.clear()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size."""
        if watched is self.parentWidget() and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
