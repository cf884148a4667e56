"""One message above the tabs: what happened, what to do, the step that helps, the details.

It decides nothing: `ErrorPresenter` says what to show.
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.errors import Message, MessageAction

_TITLES = {"info": "Note", "warning": "Please check", "error": "Problem"}


class MessageBar(QFrame):
    """Show one `Message` until it is closed or replaced.

    Signals
    -------
    closed()
        The person closed the message.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self._details = ""
        self._action: MessageAction | None = None
        self._build_labels()
        self._build_buttons()
        self._build_layout()
        self._connect_signals()
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown now; "" when the bar is hidden."""
        return self._text.text() if not self.isHidden() else ""

    @Slot(object)
    def show_message(self, message: Message) -> None:
        """Show `message` in place of the present one."""
        self._details = message.details
        self._title.setText(_TITLES[message.kind])
        self._text.setText(message.text)
        self._advice.setText(message.advice)
        self._advice.setVisible(bool(message.advice))
        self._copy_button.setVisible(bool(message.details))
        self._copy_button.setText("Copy details")
        self._show_action(message.action)
        self.setProperty("kind", message.kind)
        self.setAccessibleName(f"{_TITLES[message.kind]}: {message.text}")
        for widget in (self, self._title):  # a changed property needs a fresh look-up of the style
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.show()

    @Slot()
    def clear(self) -> None:
        """Hide the message."""
        self.hide()

    def _show_action(self, action: MessageAction | None) -> None:
        self._action = action
        self._action_button.setVisible(action is not None)
        if action is not None:
            self._action_button.setText(action.text)
            self._action_button.setAccessibleName(action.text)
            self._action_button.setToolTip(action.tip)

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
        self._close_button.setToolTip("Close this message")

    def _build_layout(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._text)
        texts.addWidget(self._advice)
        texts.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(12)
        row.addWidget(self._title, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(self._action_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._copy_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._close_button, 0, Qt.AlignmentFlag.AlignTop)

    def _connect_signals(self) -> None:
        self._action_button.clicked.connect(self._on_action_button_clicked)
        self._copy_button.clicked.connect(self._on_copy_button_clicked)
        self._close_button.clicked.connect(self._on_close_button_clicked)

    @Slot()
    def _on_action_button_clicked(self) -> None:
        action = self._action
        self.hide()
        if action is not None:
            action.run()

    @Slot()
    def _on_copy_button_clicked(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._text.text()}\n\n{self._details}")
        self._copy_button.setText("Copied")

    @Slot()
    def _on_close_button_clicked(self) -> None:
        self.hide()
        self.closed.emit()
