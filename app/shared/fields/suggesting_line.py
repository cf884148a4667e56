"""A line of text with grey letters after the cursor: Tab writes them, Esc sends them away.

While no letters are shown, both keys do what they do elsewhere. What is suggested, the owner says.
"""

from PySide6.QtCore import QEvent, QRect, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from app.shared.direction import is_right_to_left
from app.shared.theme import current_palette

_CURSOR_MARGIN = 5  # px that Qt leaves at both sides of the cursor in its rectangle
_EDGE = 8  # px


class SuggestingLine(QLineEdit):
    """Let a person write, and show what could come next.

    Signals
    -------
    suggestion_wanted(str)
        The person has written so far; `show_suggestion` may answer.

    Attributes
    ----------
    suggestion : str
        The grey letters; "" while there are none.
    is_redoing : bool
        Whether the text changes by a step that was undone and is done again.
    """

    suggestion_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.suggestion = ""
        self.is_redoing = False
        self._is_suggesting = False
        self.textChanged.connect(self._on_text_changed)
        self.cursorPositionChanged.connect(self._on_cursor_moved)
        self.selectionChanged.connect(self._on_cursor_moved)

    def set_suggesting(self, *, is_suggesting: bool) -> None:
        """Ask for suggestions from now on, or no more."""
        self._is_suggesting = is_suggesting
        self._forget()

    def show_suggestion(self, text: str, added: str) -> None:
        """Show what could follow `text`, if that is still what stands before the cursor."""
        if text == self.text() and self.hasFocus() and self._is_at_end() and self._is_suggesting:
            self.suggestion = added
            self.update()

    def _is_at_end(self) -> bool:
        return self.cursorPosition() == len(self.text()) and not self.hasSelectedText()

    def _forget(self) -> None:
        if self.suggestion:
            self.suggestion = ""
            self.update()

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._forget()
        if self._is_suggesting and self.hasFocus() and text and self._is_at_end():
            self.suggestion_wanted.emit(text)

    @Slot()
    def _on_cursor_moved(self) -> None:
        if not self._is_at_end():
            self._forget()

    def event(self, event: QEvent) -> bool:
        """Keep Esc from the window while it sends a suggestion away."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and self._is_dismissed_by(event):
            event.accept()
            return True
        return super().event(event)

    def _is_dismissed_by(self, event: QKeyEvent) -> bool:
        return bool(self.suggestion) and event.key() == Qt.Key.Key_Escape

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send a suggestion away with Esc."""
        if self._is_dismissed_by(event):
            self._forget()
            return
        self.is_redoing = event.matches(QKeySequence.StandardKey.Redo)
        super().keyPressEvent(event)
        self.is_redoing = False

    def focusNextPrevChild(self, is_next: bool) -> bool:  # noqa: FBT001 - Qt's signature
        """Write the suggestion where there is one, instead of going to the next widget."""
        if not (is_next and self.suggestion):
            return super().focusNextPrevChild(is_next)
        added, self.suggestion = self.suggestion, ""
        self._separate()
        self.insert(added)
        self._separate()
        return True

    def _separate(self) -> None:
        """Begin another step of undo: a move of the cursor does."""
        with QSignalBlocker(self):
            self.home(False)  # noqa: FBT003 - Qt's signature
            self.end(False)  # noqa: FBT003 - Qt's signature

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show nothing where nobody writes."""
        self._forget()
        super().focusOutEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Show nothing while an input method composes."""
        self._forget()
        super().inputMethodEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the suggestion after what is written."""
        super().paintEvent(event)
        if not self.suggestion:
            return
        cursor, inside = self.cursorRect(), self.rect().adjusted(_EDGE, 0, -_EDGE, 0)
        place = QRect(inside)
        align = Qt.AlignmentFlag.AlignLeft
        if is_right_to_left(self.text()):
            place.setRight(cursor.left() + _CURSOR_MARGIN - 1)
            align = Qt.AlignmentFlag.AlignRight
        else:
            place.setLeft(cursor.left() + _CURSOR_MARGIN + 1)
        place.setTop(cursor.top())
        place.setHeight(cursor.height() - 2)  # on the line that is written on
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(QColor(current_palette().faint))
        painter.drawText(place, align | Qt.AlignmentFlag.AlignVCenter, self.suggestion)
        painter.end()
