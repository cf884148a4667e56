"""Undo instead of asking: what was taken away can be had back, by the message or by Ctrl+Z.

A text field has its own undo: Ctrl+Z reaches the list only where the field has nothing to undo.
"""

from collections import deque
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from app.errors import ErrorPresenter, Message, MessageAction

MOST_STEPS = 50


class UndoList(QObject):
    """What can be undone, the newest last.

    Signals
    -------
    changed(bool)
        Whether there is something to undo.
    """

    changed = Signal(bool)

    def __init__(self, window: QWidget, presenter: ErrorPresenter) -> None:
        super().__init__(window)
        self._presenter = presenter
        self._steps: deque[Callable[[], None]] = deque(maxlen=MOST_STEPS)
        for edit in window.findChildren(QLineEdit):
            edit.installEventFilter(self)

    def offer(self, text: str, back: Callable[[], None], *, is_told: bool = True) -> None:
        """Say what was taken away, and offer to take it `back`; without words by the key alone."""
        self._steps.append(back)
        self.changed.emit(True)  # noqa: FBT003 - the signal's argument
        if not is_told:
            return
        action = MessageAction(
            text="Undo", tip="Take it back (Ctrl+Z)", run=partial(self._undo, back)
        )
        self._presenter.message_requested.emit(Message(kind="info", text=text, action=action))

    @Slot()
    def undo(self) -> None:
        """Take the newest step back."""
        if self._steps:
            self._presenter.clear()
            self._undo(self._steps[-1])

    def _undo(self, back: Callable[[], None]) -> None:
        if back in self._steps:
            self._steps.remove(back)
            self.changed.emit(bool(self._steps))
            back()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Ctrl+Z through where the field itself has nothing to undo."""
        is_undo = (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Undo)
        )
        if is_undo and isinstance(watched, QLineEdit) and not watched.isUndoAvailable():
            event.ignore()
            return True
        return super().eventFilter(watched, event)
