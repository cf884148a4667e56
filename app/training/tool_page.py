"""One tool of the training tab: what it does, a button, its progress and a table of results.

It knows no engine: what a result means is written by its owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QPushButton, QScrollArea, QWidget

from app.shared.labels import describe, make_label, restyle
from app.shared.layouts import in_column, in_row
from app.shared.scrolling import prepare_scrolling
from app.shared.tables import Column, RecordTable, RowsModel


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolTexts:
    """What a tool's page says."""

    role: str  # of the object names, such as "check_gradients"
    button: str
    tooltip: str
    explanation: str
    columns: tuple[str, ...]
    placeholder: str


class ToolPage(QWidget):
    """A button that runs a tool, and a table of what it found.

    Signals
    -------
    run_requested(), stop_requested()
        The button was pressed: to run the tool, or to end it.
    """

    run_requested = Signal()
    stop_requested = Signal()

    def __init__(self, texts: ToolTexts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self._is_running = False
        self._widest = list(texts.columns)
        self._build_texts()
        self._build_table()
        side = in_column((self._button, 0, Qt.AlignmentFlag.AlignLeft), (self._texts_area, 1))
        in_row((side, 2), (self._table, 5), of=self, margins=(0, 8, 0, 0), spacing=16)
        self._button.clicked.connect(self._on_button_clicked)

    def _build_texts(self) -> None:
        texts = self._texts
        self._button = describe(
            QPushButton(texts.button, self),
            f"training.{texts.role}_button",
            texts.button.replace("&", ""),
            texts.tooltip,
        )
        self._explanation = make_label(texts.explanation, "hint", self, wrap=True)
        self._verdict = make_label(
            "", "hint", self, wrap=True, name=f"training.{texts.role}_verdict"
        )
        told = QWidget(self)
        in_column(self._verdict, self._explanation, (None, 0), of=told, margins=0)
        self._texts_area = QScrollArea(self)  # a low window has room for some lines only
        self._texts_area.setObjectName(f"training.{texts.role}_texts")
        prepare_scrolling(self._texts_area)
        self._texts_area.setWidget(told)
        self._texts_area.viewport().setAutoFillBackground(False)
        told.setAutoFillBackground(False)

    def _build_table(self) -> None:
        texts = self._texts
        self._table = describe(
            RecordTable(self),
            f"training.{texts.role}_table",
            f"Results: {texts.button.replace('&', '')}",
            "Select rows and press Ctrl+C to copy them",
        )
        titles = enumerate(texts.columns)
        self._model = RowsModel((_column(place, title) for place, title in titles), self)
        self._table.setModel(self._model)
        self._table.set_placeholder(texts.placeholder)
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._fit(texts.columns)

    def clear(self) -> None:
        """Take the former results away."""
        self._model.set_rows([])
        self.show_verdict("")

    def add_row(self, cells: Sequence[str]) -> None:
        """Add one result."""
        self._model.append_rows([cells])
        self._fit(cells)

    def _fit(self, cells: Sequence[str]) -> None:
        """Widen the columns to their texts."""
        advance = self._table.fontMetrics().horizontalAdvance
        pairs = zip(self._widest, cells, strict=True)
        self._widest = [max(pair, key=advance) for pair in pairs]
        self._table.fit_columns(dict(enumerate(self._widest)))

    def show_verdict(self, text: str, *, is_good: bool | None = None) -> None:
        """Say what the results mean, or how far the work is."""
        role = {True: "good", False: "bad", None: "hint"}[is_good]
        self._verdict.setText(text)
        restyle(self._verdict, "role", role)

    def show_running(self, *, is_running: bool) -> None:
        """Let the button end the tool while it runs."""
        self._is_running = is_running
        self._button.setText("&Stop" if is_running else self._texts.button)

    def set_offered(self, *, is_offered: bool) -> None:
        """Enable the button."""
        self._button.setEnabled(is_offered)

    @Slot()
    def _on_button_clicked(self) -> None:
        (self.stop_requested if self._is_running else self.run_requested).emit()


def _column(place: int, title: str) -> Column[Sequence[str]]:
    def text(cells: Sequence[str]) -> str:
        return cells[place]

    return Column(title=title, text=text, tooltip=text)  # a narrow column cuts it
