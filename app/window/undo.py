"""Undo instead of asking: what was taken away can be had back, by the message or by Ctrl+Z.

A text field has its own: Ctrl+Z and Ctrl+Y reach the list only where the field has nothing to do.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from app.errors import ErrorPresenter, Message, MessageAction

MOST_STEPS = 50
_REDO = ("Ctrl+Y", "Ctrl+Shift+Z")


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    back: Callable[[], None]
    again: Callable[[], None]


class UndoList(QObject):
    """What can be undone, the newest last, and what was undone since.

    Signals
    -------
    changed(bool, bool)
        Whether there is something to undo, and something to do again.
    """

    changed = Signal(bool, bool)

    def __init__(self, window: QWidget, presenter: ErrorPresenter) -> None:
        super().__init__(window)
        self._presenter = presenter
        self._done: deque[_Step] = deque(maxlen=MOST_STEPS)
        self._undone: list[_Step] = []
        for edit in window.findChildren(QLineEdit):
            edit.installEventFilter(self)

    def offer(self, text: str, back: Callable[[], None], again: Callable[[], None]) -> None:
        """Say what was taken away, and offer to take it `back`, and to do it `again` after that.

        Without a text nothing is said: the keys do it.
        """
        step = _Step(back, again)
        self._done.append(step)
        self._undone.clear()
        self._tell()
        if not text:
            return
        action = MessageAction(
            text="Undo", tip="Take it back (Ctrl+Z)", run=partial(self._undo, step)
        )
        self._presenter.message_requested.emit(Message(kind="info", text=text, action=action))

    @Slot()
    def undo(self) -> None:
        """Take the newest step back."""
        if self._done:
            self._presenter.clear()
            self._undo(self._done[-1])

    @Slot()
    def redo(self) -> None:
        """Do again what was undone last."""
        if self._undone:
            step = self._undone.pop()
            self._done.append(step)
            step.again()
            self._tell()

    @Slot()
    def forget(self) -> None:
        """Offer nothing any more: what was taken away belongs to what was open before."""
        self._done.clear()
        self._undone.clear()
        self._tell()

    def _undo(self, step: _Step) -> None:
        if step in self._done:
            self._done.remove(step)
            self._undone.append(step)
            step.back()
            self._tell()

    def _tell(self) -> None:
        self.changed.emit(bool(self._done), bool(self._undone))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the keys through where the field itself has nothing to undo or to do again."""
        if (
            event.type() != QEvent.Type.ShortcutOverride
            or not isinstance(event, QKeyEvent)
            or not isinstance(watched, QLineEdit)
        ):
            return super().eventFilter(watched, event)
        keys = QKeySequence.StandardKey
        is_undo = event.matches(keys.Undo) and not watched.isUndoAvailable()
        is_redo = _is_redo(event) and not watched.isRedoAvailable()
        if is_undo or is_redo:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _is_redo(event: QKeyEvent) -> bool:
    """Tell whether it is one of the two keys, whatever the system's own is."""
    return QKeySequence(event.keyCombination()).toString() in _REDO
