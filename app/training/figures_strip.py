"""A strip of figures, each with a caption above and a remark below."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from app.shared.formatting import NOT_KNOWN
from app.shared.labels import as_plain, make_label
from app.shared.theme import scaled

ONE_ROW_PX = 840  # the width from which all figures stand in one row
REMARKS_BESIDE_PX = 600  # the width from which two rows have remarks beside the figures
NARROWEST_PX = 440
WIDE = ("elapsed", "left")
FIGURES = {
    "epoch": ("Epoch", "Passes over the training text so far, and how many are planned"),
    "speed": ("Words a second", "Words learned from in a second"),
    "elapsed": ("Elapsed", "Time of training, pauses left out"),
    "left": ("Time left", "Estimated from this run's speed"),
    "rate": ("Learning rate", "How large each correction is now"),
    "training": ("Training loss", "Nats a word; ln of the perplexity below it"),
    "held_out": ("Held-out loss", "Nats a word on text that the network has not seen"),
    "best": ("Best", "The lowest evaluated loss, nats a word"),
}


class FiguresStrip(QFrame):
    """The figures of a run side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self.setObjectName("training.figures")
        self.setAccessibleName("Figures of the run")
        self._figures: dict[str, tuple[QLabel, QLabel]] = {}
        self.setMinimumWidth(scaled(NARROWEST_PX))
        self._cells = [
            self._build_figure(name, caption, tip) for name, (caption, tip) in FIGURES.items()
        ]
        self._shape = (0, False)  # columns, whether remarks are beside the figures
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 8, 12, 8)
        self._grid.setHorizontalSpacing(12)
        self._arrange(len(FIGURES), is_low=False)
        self.clear()

    def _build_figure(self, name: str, caption: str, tip: str) -> QWidget:
        cell = QWidget(self)
        grid = QGridLayout(cell)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        labels = (
            make_label(caption, "caption", cell),
            make_label("", "figure", cell),
            make_label("", "caption", cell),
        )
        for label in labels:
            label.setToolTip(as_plain(tip))
        grid.addWidget(labels[0], 0, 0, 1, 2)
        grid.addWidget(labels[1], 1, 0)
        labels[1].setObjectName(f"training.figure_{name}")
        labels[1].setAccessibleName(caption)
        labels[1].setAccessibleDescription(tip)
        self._figures[name] = (labels[1], labels[2])
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
            self._place_remark(cell, self._figures[name][1], is_low=is_low)

    @staticmethod
    def _place_remark(cell: QWidget, remark: QLabel, *, is_low: bool) -> None:
        grid = cell.layout()
        if isinstance(grid, QGridLayout):
            place = (1, 1, 1, 1) if is_low else (2, 0, 1, 2)
            grid.addWidget(remark, *place, Qt.AlignmentFlag.AlignVCenter)

    def show_figure(self, name: str, text: str, remark: str | None = None) -> None:
        """Replace one figure, and the remark below it if there is a new one."""
        figure, below = self._figures[name]
        figure.setText(text)
        if remark is not None:
            below.setText(remark)
        now = "" if text == NOT_KNOWN else f" Now {text}, {below.text()}.".replace(", .", ".")
        tip = f"{FIGURES[name][1]}.{now} F1 explains it."
        for label in (figure, below):
            label.setToolTip(as_plain(tip))

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
