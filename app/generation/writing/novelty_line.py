"""How much of the newest batch is new: in a line, and by the length of a run in its own window."""

from collections.abc import Sequence

from pyqtgraph import mkBrush, mkPen
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QToolButton, QWidget

from app.shared.formatting import counted, format_percent
from app.shared.labels import describe, make_label
from app.shared.layouts import in_column, in_row
from app.shared.plots import StillPlot
from app.shared.theme import current_palette, scaled
from engine import Novelty

_TIP = (
    "How much of a sentence is taken up by its longest run of words that appears verbatim in the "
    "training text, on average over the newest batch; beside it the same for held-out text, which "
    "the model never saw"
)
_SIZE = (620, 460)  # px
_EXPLANATION = (
    "Of all runs of so many words in a row, the share that does not stand in the training text. "
    "Below the line of held-out text, the model repeats its text more than people repeat "
    "each other."
)


class NoveltyLine(QWidget):
    """Say how much is copied, and open the curve; hidden while nothing is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._written: Novelty | None = None
        self._held_out: Novelty | None = None
        self._dialog: NoveltyDialog | None = None
        self._label = make_label("", "hint", self, wrap=True, name="generation.novelty_label")
        self._label.setToolTip(_TIP)
        self.button = describe(
            QToolButton(self),
            "generation.novelty_button",
            "New runs of words by their length",
            "How many runs of two, three or more words are new, beside held-out text",
        )
        self.button.setText("by length…")
        self.button.setProperty("flat", True)  # noqa: FBT003 - Qt's signature
        self.button.clicked.connect(self._on_clicked)
        in_row((self._label, 1), (self.button, 0, Qt.AlignmentFlag.AlignTop), of=self, margins=0)
        self.show_novelty("", None, None)

    def show_novelty(self, text: str, written: Novelty | None, held_out: Novelty | None) -> None:
        """Show the line, and what is known of the newest batch and of held-out text."""
        self._written, self._held_out = written, held_out
        self._label.setText(text)
        self._label.setVisible(bool(text))
        self.button.setVisible(written is not None)
        self.setVisible(bool(text))
        if self._dialog is not None and written is not None:
            self._dialog.show_novelty(written, held_out)

    @Slot()
    def _on_clicked(self) -> None:
        if self._written is None:
            return
        if self._dialog is None:
            self._dialog = NoveltyDialog(self)
        self._dialog.show_novelty(self._written, self._held_out)
        self._dialog.show()
        self._dialog.activateWindow()


class NoveltyDialog(QDialog):
    """The share of new runs by their length, of written sentences and of held-out ones."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("generation.novelty_dialog")
        self.setWindowTitle("New runs of words")
        plot_room = QWidget(self)
        self._canvas = StillPlot(
            "generation.novelty_canvas",
            "New runs of words by their length",
            axes={},
            labels={"bottom": "words in a row", "left": "new, %"},
            parent=plot_room,
        )
        plot = self._canvas.getPlotItem()
        self._written_curve = plot.plot(antialias=True, symbol="o", symbolSize=7)
        self._held_out_curve = plot.plot(antialias=True, symbol="s", symbolSize=6)
        self._table = QWidget(self)
        self._table.setObjectName("generation.novelty_table")
        self._cells = QGridLayout(self._table)
        self._cells.setContentsMargins(0, 0, 0, 0)
        self._cells.setHorizontalSpacing(scaled(14))
        in_column(
            make_label(_EXPLANATION, "hint", self, wrap=True),
            (plot_room, 1),
            self._table,
            of=self,
            margins=(16, 12, 16, 16),
        )
        self.resize(*map(scaled, _SIZE))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._paint_in_theme)
        self._paint_in_theme()

    def show_novelty(self, written: Novelty, held_out: Novelty | None) -> None:
        """Show both lines and their numbers; None: nothing is held out."""
        rows = [(f"● {counted(written.sentences, 'sentence')}, newest batch", "accent", written)]
        if held_out is not None:
            of_text = f"■ {counted(held_out.sentences, 'sentence')} of held-out text"
            rows.append((of_text, "second", held_out))
        _show(self._written_curve, written.new)
        _show(self._held_out_curve, held_out.new if held_out is not None else ())
        self._canvas.getPlotItem().setRange(
            xRange=(0.7, len(written.new) + 0.3), yRange=(-3.0, 103.0), padding=0.0
        )
        while (item := self._cells.takeAt(0)) is not None:
            if (cell := item.widget()) is not None:
                cell.deleteLater()
        self._add_row(0, "words in a row", [str(n) for n, _ in enumerate(written.new, 1)], "hint")
        for number, (name, role, novelty) in enumerate(rows, 1):
            values = ["–" if share is None else format_percent(share) for share in novelty.new]
            self._add_row(number, name, values, role)

    def _add_row(self, row: int, name: str, values: Sequence[str], role: str) -> None:
        for column, text in enumerate((name, *values)):
            cell = QLabel(text, self._table)
            cell.setProperty("role", role if column == 0 or role == "hint" else "")
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            self._cells.addWidget(cell, row, column, side)

    @Slot()
    def _paint_in_theme(self) -> None:
        palette = current_palette()
        self._canvas.restyle(palette)
        for curve, colour, style in (
            (self._written_curve, palette.accent, Qt.PenStyle.SolidLine),
            (self._held_out_curve, palette.second, Qt.PenStyle.DashLine),
        ):
            curve.setPen(self._canvas.pen(colour, 2, style))
            curve.setSymbolPen(mkPen(colour))
            curve.setSymbolBrush(mkBrush(colour))


def _show(curve: object, shares: Sequence[float | None]) -> None:
    known = [(n, 100.0 * share) for n, share in enumerate(shares, 1) if share is not None]
    curve.setData([n for n, _ in known], [share for _, share in known])  # type: ignore[attr-defined]
