"""Which share of words and sentences a vocabulary of each size leaves out."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyqtgraph import AxisItem, InfiniteLine, TextItem, mkPen
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.shared.formatting import format_count, format_percent
from app.shared.plots import StillPlot, round_powers, spread
from app.shared.theme import current_palette, scaled

if TYPE_CHECKING:
    from engine import VocabularyCost

LABEL_AT = 0.01  # of the way along the curves: a narrow plot has just room for a label
TICKS_APART = 44  # px, at least: a size with its comma
UNDER_AT = 0.7  # where the upper curve is as low as its label, which lies under it
LABELS_APART = 30.0  # %, at least: three lines of text in the smallest plot
LABEL_HEIGHT = 12.0  # %, about: a line of text in the smallest plot
HIGHEST = 100.0  # %, where a label may begin


class SizeAxis(AxisItem):  # type: ignore[misc]
    """A logarithmic axis of sizes: 1, 2 and 5 times the powers of ten, where there is room."""

    def tickValues(
        self,
        minVal: float,
        maxVal: float,
        size: float,
    ) -> list[tuple[float, list[float]]]:
        """Return the ticks between two logarithms."""
        apart = (maxVal - minVal) * scaled(TICKS_APART) / max(size, 1.0)
        low, high = minVal + apart / 2, maxVal - apart / 2  # an end has no room for its name
        return [(1.0, spread(round_powers(10.0**low, 10.0**high), apart))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Write the sizes in full."""
        return [format_count(round(10.0**value)) for value in values]


class BudgetPlot(QWidget):
    """Two curves over the vocabulary size, and a line at the chosen one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataset.budget_plot")
        self.setToolTip(
            "Share of the words that would be unknown, and of the sentences with at least one "
            "such word, by the size of the vocabulary (right, on a logarithmic axis)"
        )
        self._costs: Sequence[VocabularyCost] = ()
        self._build_canvas()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self._paint_in_theme()

    def show_costs(self, costs: "Sequence[VocabularyCost]") -> None:
        """Draw the curves through `costs`, in ascending order of size."""
        self._costs = costs
        sizes = [cost.vocabulary_size for cost in costs]
        touched = [100.0 * cost.touched_share for cost in costs]
        unknown = [100.0 * cost.unknown_share for cost in costs]
        self._touched.setData(sizes, touched)
        self._unknown.setData(sizes, unknown)
        left, right = math.log10(sizes[0]), math.log10(sizes[-1])
        self._canvas.getPlotItem().setRange(
            xRange=(left, max(right, left + 0.1)), yRange=(0.0, 105.0), padding=0.01
        )
        at = round(LABEL_AT * (len(sizes) - 1))
        under = round(UNDER_AT * (len(sizes) - 1))
        top, is_above = unknown[at], unknown[at] + LABELS_APART <= HIGHEST
        if not is_above:  # a small text: the lower curve begins high, too, and has its name below
            top = min(max(unknown[under], LABEL_HEIGHT), HIGHEST - LABELS_APART)
        below = max(touched[under], top + LABELS_APART)
        self._unknown_label.setAnchor((0, 1 if is_above else 0))
        self._touched_label.setPos(math.log10(sizes[at]), min(below, HIGHEST))
        self._unknown_label.setPos(math.log10(sizes[at]), top)

    def show_chosen(self, cost: "VocabularyCost") -> None:
        """Move the line to the chosen size."""
        self._line.setPos(math.log10(cost.vocabulary_size))
        self.setAccessibleName(
            f"With a vocabulary of {format_count(cost.vocabulary_size)} words, "
            f"{format_percent(cost.unknown_share)} of the words are unknown and "
            f"{format_percent(cost.touched_share)} of the sentences have an unknown word"
        )

    def _build_canvas(self) -> None:
        self._canvas = StillPlot(
            "budget_canvas",
            "Unknown words by vocabulary size",
            axes={"bottom": SizeAxis("bottom")},
            labels={"bottom": "vocabulary size, words", "left": "share, %"},
            parent=self,
        )
        plot = self._canvas.getPlotItem()
        plot.setLogMode(x=True, y=False)
        self._touched = plot.plot(antialias=True)
        self._unknown = plot.plot(antialias=True)
        self._line = InfiniteLine(angle=90)
        self._touched_label = TextItem("sentences\ntouched", anchor=(0, 0))
        self._unknown_label = TextItem("unknown words", anchor=(0, 1))
        for item in (self._line, self._touched_label, self._unknown_label):
            self._canvas.addItem(item, ignoreBounds=True)

    def _paint_in_theme(self) -> None:
        palette = current_palette()
        self._canvas.restyle(palette)
        self._touched.setPen(mkPen(palette.second, width=2))
        self._unknown.setPen(mkPen(palette.accent, width=2))
        self._touched_label.setColor(palette.second)
        self._unknown_label.setColor(palette.accent)
        self._line.setPen(mkPen(palette.foreground, width=1, style=Qt.PenStyle.DashLine))

    @Slot(Qt.ColorScheme)
    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        self._paint_in_theme()
