"""A strip of figures, each with a caption above and a remark below."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from app.shared.formatting import NOT_KNOWN
from app.shared.labels import TermLabel
from app.shared.theme import scaled

ONE_ROW_PX = 852  # the width from which all figures stand in one row
REMARKS_BESIDE_PX = 590  # the width from which two rows have remarks beside the figures
NARROWEST_PX = 440
WIDE = ("elapsed", "left")
FIGURES = {  # caption, meaning, term of the glossary
    "epoch": (
        "Epoch",
        "Passes over the training text so far, and how many are planned",
        "Epoch",
    ),
    "speed": ("Words per second", "Words learned from per second", "Words per second"),
    "elapsed": ("Elapsed", "Time of training, pauses left out", "Words per second"),
    "left": ("Time left", "Estimated from this run's speed", "Words per second"),
    "rate": ("Learning rate", "How large each correction is now", "Learning rate"),
    "training": ("Training loss", "Nats per word; ln of the perplexity below it", "Loss"),
    "held_out": (
        "Held-out loss",
        "Nats per word on text that the network has not seen",
        "Held-out text",
    ),
    "best": ("Best", "The lowest evaluated loss, nats per word", "Held-out text"),
}


class FiguresStrip(QFrame):
    """The figures of a run side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self.setObjectName("training.figures")
        self.setAccessibleName("Figures of the run")
        self._figures: dict[str, tuple[TermLabel, TermLabel, TermLabel]] = {}
        self.setMinimumWidth(scaled(NARROWEST_PX))
        self._cells = [self._build_figure(name) for name in FIGURES]
        self._shape = (0, False)  # columns, whether remarks are beside the figures
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 6, 12, 6)
        self._grid.setHorizontalSpacing(8)
        self._arrange(len(FIGURES), is_low=False)
        self.clear()

    def _build_figure(self, name: str) -> QWidget:
        caption, _meaning, term = FIGURES[name]
        cell = QWidget(self)
        grid = QGridLayout(cell)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(5)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        labels = (
            TermLabel(term, "caption", cell),
            TermLabel(term, "figure", cell),
            TermLabel(term, "caption", cell),
        )
        labels[0].setText(caption)
        grid.addWidget(labels[0], 0, 0, 1, 2)
        grid.addWidget(labels[1], 1, 0)
        labels[1].setObjectName(f"training.figure_{name}")
        labels[1].setAccessibleName(caption)
        self._figures[name] = labels
        return cell

    def _arrange(self, columns: int, *, is_low: bool) -> None:
        """Put the figures into rows of `columns`, the remarks beside or below them."""
        if (columns, is_low) == self._shape:
            return
        self._shape = (columns, is_low)
        for index, (name, cell) in enumerate(zip(FIGURES, self._cells, strict=True)):
            self._grid.addWidget(cell, index // columns, index % columns)
            is_inside = index < columns
            stretch = 6 if name in WIDE else 5
            self._grid.setColumnStretch(index, stretch if is_inside else 0)
            self._place_remark(cell, self._figures[name][2], is_low=is_low)

    @staticmethod
    def _place_remark(cell: QWidget, remark: QLabel, *, is_low: bool) -> None:
        grid = cell.layout()
        if isinstance(grid, QGridLayout):
            place = (1, 1, 1, 1) if is_low else (2, 0, 1, 2)
            grid.addWidget(remark, *place, Qt.AlignmentFlag.AlignVCenter)

    def show_figure(self, name: str, text: str, remark: str | None = None) -> None:
        """Replace one figure, and the remark below it if there is a new one."""
        caption, figure, below = self._figures[name]
        figure.setText(text)
        if remark is not None:
            below.setText(remark)
        name_of_it, meaning, _term = FIGURES[name]
        now = "" if text == NOT_KNOWN else f"{name_of_it} now: {text}, {below.text()}."
        for label in (caption, figure, below):
            label.explain(meaning, now.replace(", .", "."))

    def clear(self) -> None:
        """Show that nothing is known yet."""
        for name in self._figures:
            self.show_figure(name, NOT_KNOWN, "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use two rows where one would be too narrow; they are low if there is room for that."""
        super().resizeEvent(event)
        count, width = len(FIGURES), event.size().width()
        if width >= scaled(ONE_ROW_PX):
            self._arrange(count, is_low=False)
        else:
            self._arrange(count // 2, is_low=width >= scaled(REMARKS_BESIDE_PX))
