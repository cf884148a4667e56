"""A window of its own for what has more than one sentence: a list to rank, a file to score."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QTabWidget, QWidget

from app.generation.ranking.file_page import FilePage
from app.generation.ranking.rank_page import RankPage
from app.shared.labels import ElidedLabel, describe
from app.shared.layouts import in_column
from app.shared.theme import scaled

_SIZE = (1200, 640)  # px


class ListsDialog(QDialog):
    """Show both pages; it blocks no window.

    Signals
    -------
    stop_requested()
        Esc was pressed: what runs is to stop. Where nothing runs, the window closes.

    Attributes
    ----------
    rank_page : RankPage
    file_page : FilePage
    """

    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("generation.lists_dialog")
        self.setWindowTitle("Rank a list or score a file")
        self._model_label = ElidedLabel(self, role="hint", name="generation.lists_model_label")
        self.rank_page, self.file_page = RankPage(self), FilePage(self)
        tabs = describe(
            QTabWidget(self),
            "generation.lists_tabs",
            "A list, or a file",
            "Candidate sentences in order of their probability, or a whole column of a table",
        )
        tabs.addTab(self.rank_page, "Rank a list")
        tabs.addTab(self.file_page, "Score a file")
        in_column(self._model_label, (tabs, 1), of=self, margins=(16, 12, 16, 16))
        self.resize(*map(scaled, _SIZE))

    def show_model(self, text: str | None) -> None:
        """Say which model is asked; None: there is none."""
        is_available = text is not None
        self._model_label.setText(
            text or "No model yet: train one, or open one with File > Open model…"
        )
        self.rank_page.show_available(is_available=is_available)
        self.file_page.show_available(is_available=is_available)

    def open_in_front(self) -> None:
        """Show the window, not larger than the screen, or bring it to the front."""
        if not self.isVisible():
            room = self.screen().availableSize()
            self.resize(self.size().boundedTo(room))
        self.show()
        self.activateWindow()

    def reject(self) -> None:
        """Stop what runs with Esc, or close."""
        if self.rank_page.is_busy or self.file_page.is_busy:
            self.stop_requested.emit()
        else:
            super().reject()
