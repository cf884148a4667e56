"""The word of a typed sentence that would best be another: asked for, looked for, offered."""

import math

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from app.shared.formatting import format_perplexity
from app.shared.labels import describe, make_label
from app.shared.layouts import in_row
from engine import ReplacementFound

_LARGEST_EXPONENT = 700.0  # of a float


class BetterWord(QWidget):
    """Say what was found and offer it; `ask_button` stands where the owner puts it.

    Signals
    -------
    wanted(), stop_requested()
        The search is to begin, or to end.
    taken(str, object)
        The sentence is to be this one; its words are given where the text would be read as others.
    """

    wanted = Signal()
    stop_requested = Signal()
    taken = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_looking = self._is_available = False
        self._found: ReplacementFound | None = None
        self.ask_button = describe(
            QPushButton("&Better word?", parent),
            "generation.improve_button",
            "Find a better word",
            "Find the one word whose replacement makes the sentence most probable: every word is "
            "tried at every place (Esc stops)",
        )
        self._label = make_label("", "hint", self, wrap=True, name="generation.improve_label")
        self._take_button = describe(
            QPushButton("Take it", self),
            "generation.take_button",
            "Take the better word",
            "Put the sentence with the better word into the line; Undo takes it back",
        )
        in_row((self._label, 1), self._take_button, of=self, margins=0, spacing=16)
        self.ask_button.clicked.connect(self._on_ask_clicked)
        self._take_button.clicked.connect(self._on_take_clicked)
        self.forget()

    def show_available(self, *, is_available: bool) -> None:
        """Enable the search while there is a sentence with a score."""
        self._is_available = is_available
        self._update()

    def show_looking(self, per_cent: int) -> None:
        """Show how far the search is."""
        self._is_looking = True
        self._say(f"Looking for a better word: {per_cent} % (Esc stops)")

    def show_found(self, found: ReplacementFound) -> None:
        """Show which word would be better, and offer it."""
        self._is_looking = False
        self._found = None if found.place is None else found
        if found.place is None:
            self._say("No other word, at no place, makes it more probable.")
            return
        times = format_perplexity(math.exp(min(found.gain, _LARGEST_EXPONENT)))
        self._say(
            f"“{found.word}” in place of “{found.replaced}” makes it {times} times as probable."
        )

    def end(self) -> None:
        """Take the progress away where the search has found nothing."""
        if self._is_looking:
            self._is_looking = False
            self._say("")

    def forget(self) -> None:
        """Offer nothing more: the sentence is another."""
        self._found = None
        self._say("")

    def request_stop(self) -> None:
        """Ask for an end of the search, if there is one."""
        if self._is_looking:
            self.stop_requested.emit()

    def tab_chain(self) -> list[QWidget]:
        """Return the widgets in the order of the Tab key."""
        return [self.ask_button, self._take_button]

    def _say(self, text: str) -> None:
        self._label.setText(text)
        self._update()

    def _update(self) -> None:
        self.ask_button.setEnabled(self._is_available and not self._is_looking)
        self._take_button.setVisible(self._found is not None)
        self.setVisible(bool(self._label.text()))

    @Slot()
    def _on_ask_clicked(self) -> None:
        self._found = None
        self.wanted.emit()

    @Slot()
    def _on_take_clicked(self) -> None:
        if self._found is not None:
            self.taken.emit(self._found.text, self._found.words)
