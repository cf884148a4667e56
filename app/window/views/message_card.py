"""One message with its buttons, as a card: what the corner of the window and each tab have.

It decides nothing: `ErrorPresenter` says what to show, the window where.
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from app.errors import Message, MessageAction
from app.shared.labels import as_plain, describe, make_label, restyle
from app.shared.layouts import in_column, in_row

_TITLES = {"info": "Note", "warning": "Warning", "error": "Problem"}


class MessageCard(QFrame):
    """Show one `Message` until it is closed or replaced; hidden while there is none.

    Parameters
    ----------
    role : str
        Its object's name, which those of its parts begin with.

    Attributes
    ----------
    words, buttons : layouts
        For the subclass to arrange.

    Signals
    -------
    offering_changed()
        A step is offered now, another one, or none any more.
    """

    offering_changed = Signal()

    def __init__(self, role: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(role)
        self.setProperty("message", "true")
        self._message: Message | None = None
        self._action: MessageAction | None = None
        self._build_labels(role)
        self._build_buttons(role)
        self._connect_signals()
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown now; "" when the message is hidden."""
        return self._text.text() if not self.isHidden() else ""

    @property
    def message(self) -> Message | None:
        """What is shown now; None when it is hidden."""
        return None if self.isHidden() else self._message

    @Slot(object)
    def show_message(self, message: Message) -> None:
        """Show `message` in place of the present one."""
        self._message = message
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
        self.offering_changed.emit()
        announcement = QAccessibleAnnouncementEvent(self, message.text)
        if message.kind == "error":
            announcement.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(announcement)

    @Slot()
    def clear(self) -> None:
        """Hide the message."""
        self.dismiss()

    @Slot()
    def dismiss(self) -> None:
        """Hide this one alone, where a subclass shows more."""
        self.hide()
        self.offering_changed.emit()

    @property
    def offers_step(self) -> bool:
        """Whether a step that helps is offered now."""
        return not self.isHidden() and self._action is not None

    @Slot()
    def take_step(self) -> None:
        """Take the step that is offered; the message has served its purpose."""
        action = self._action
        self.dismiss()
        if action is not None:
            action.run()

    def _show_action(self, action: MessageAction | None) -> None:
        self._action = action
        self._action_button.setVisible(action is not None)
        if action is not None:
            self._action_button.setText(action.text)
            self._action_button.setAccessibleName(action.text)
            self._action_button.setToolTip(as_plain(action.tip))

    def _build_labels(self, role: str) -> None:
        self._title = make_label("", "body", self, name=f"{role}.title")
        self._title.setProperty("part", "title")
        self._text = make_label("", "body", self, wrap=True, name=f"{role}.text")
        self._advice = make_label("", "body", self, wrap=True, name=f"{role}.advice")
        for label in (self._text, self._advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words = in_column(self._title, self._text, self._advice, spacing=4)

    def _build_buttons(self, role: str) -> None:
        self._action_button = describe(
            QPushButton(self), f"{role}.action_button", "The step that helps"
        )
        self._copy_button = describe(
            QPushButton("Copy details", self),
            f"{role}.copy_button",
            "Copy the technical details of the problem",
            "Copy the technical details to the clipboard, for a report",
        )
        self._close_button = describe(
            QPushButton("Close", self),  # no key: each tab needs its own
            f"{role}.close_button",
            "Close the message",
            "Close this message; Help > Messages shows the last ones",
        )
        self.buttons = in_row(
            (None, 1), self._copy_button, self._close_button, self._action_button, spacing=8
        )

    def _connect_signals(self) -> None:
        self._action_button.clicked.connect(self.take_step)
        self._copy_button.clicked.connect(self._on_copy_button_clicked)
        self._close_button.clicked.connect(self.dismiss)

    @Slot()
    def _on_copy_button_clicked(self) -> None:
        details = "" if self._message is None else self._message.details
        QGuiApplication.clipboard().setText(f"{self._text.text()}\n\n{details}")
        self._copy_button.setText("Copied")


class MessageStrip(MessageCard):
    """A message above what it concerns: it covers nothing that is to be mended.

    Its step stands out, and no other button of the tab beside it.
    """

    def __init__(self, role: str, parent: QWidget) -> None:
        super().__init__(role, parent)
        self.setProperty("placed", "tab")
        self._action_button.setProperty("primary", "true")
        in_row((self.words, 1), self.buttons, of=self, margins=(16, 8, 12, 8), spacing=16)
