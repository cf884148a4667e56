"""The menu of prepared texts: how much of the disk they take, their folder, deleting them."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

LOOKING = "Looking for them…"


class PreparedTextsMenu(QMenu):
    """A submenu; what it says is looked up each time that it opens.

    Signals
    -------
    figures_requested()
        The menu opens: `show_figures` is to be called.
    open_folder_requested(), clear_requested()
        The entry of that name was chosen.
    """

    figures_requested = Signal()
    open_folder_requested = Signal()
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Prepared &texts", parent)
        self.setObjectName("window.prepared_texts_menu")
        self._figures = self._add(LOOKING, "prepared_texts_figures")
        self._figures.setEnabled(False)
        self.addSeparator()
        self._open_folder = self._add("Open their &folder", "open_prepared_texts")
        self._clear = self._add("&Delete them", "clear_prepared_texts")
        self.show_figures(LOOKING, has_texts=False)
        self.aboutToShow.connect(self.figures_requested)
        self._open_folder.triggered.connect(self.open_folder_requested)
        self._clear.triggered.connect(self.clear_requested)

    def show_figures(self, text: str, *, has_texts: bool) -> None:
        """Say how many there are and how large."""
        self._figures.setText(text)
        for action in (self._open_folder, self._clear):
            action.setEnabled(has_texts)

    def _add(self, text: str, role: str) -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"window.{role}_action")
        self.addAction(action)
        return action
