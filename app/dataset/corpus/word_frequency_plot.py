"""How often each word occurs, by rank, on two logarithmic axes, with the vocabulary's cut.

It shows what it is given and computes no vocabulary of its own.
"""

import math
from collections.abc import Sequence

from pyqtgraph import AxisItem, InfiniteLine, LinearRegionItem, mkBrush
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.shared.formatting import counted, format_count
from app.shared.labels import make_label
from app.shared.layouts import in_row
from app.shared.plots import StillPlot, logarithmic_steps
from app.shared.theme import current_palette

MOST_POINTS = 400  # on the screen; ranks are thinned evenly on the logarithmic axis


class PowerAxis(AxisItem):  # type: ignore[misc]
    """A logarithmic axis that names the powers of ten in full."""

    def tickValues(
        self,
        minVal: float,
        maxVal: float,
        size: float,
    ) -> list[tuple[float, list[float]]]:
        """Return the powers of ten, and the steps between them as small ticks."""
        powers = range(math.floor(minVal), math.ceil(maxVal) + 1)
        large = [float(power) for power in powers if minVal <= power <= maxVal]
        small = [power + math.log10(digit) for power in powers for digit in range(2, 10)]
        return [(1.0, large), (0.1, [value for value in small if minVal <= value <= maxVal])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Write the powers of ten only."""
        return [format_count(round(10.0**v)) if spacing >= 1.0 and v >= 0 else "" for v in values]


class WordFrequencyPlot(QWidget):
    """Word counts by falling frequency, and how many words are kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataset.frequency_plot")
        self.setToolTip(
            "How often each word occurs (up) by its rank among all words (right); "
            "both axes are logarithmic. Words right of the line are not in the vocabulary."
        )
        self._counts: Sequence[int] = ()
        self._kept = 0
        self._build_canvas()
        self._build_cut()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._paint_in_theme)
        self._paint_in_theme()

    def show_counts(self, counts: Sequence[int], kept: int) -> None:
        """Show the counts of all words, the most frequent first, the first `kept` of them kept."""
        self._counts = counts
        ranks = thinned_ranks(len(counts))
        self._curve.setData(ranks, [counts[rank - 1] for rank in ranks])
        self._curve.setSymbol("o" if len(ranks) == 1 else None)  # a line needs two words
        self.show_kept(kept)

    def show_kept(self, kept: int) -> None:
        """Move the cut to `kept` words."""
        self._kept = min(kept, len(self._counts))
        if not self._counts:
            return
        right, top = math.log10(len(self._counts)) or 0.3, math.log10(self._counts[0]) or 0.3
        # The axes are logarithmic, and pyqtgraph does not move a line or a region on them.
        cut = math.log10(max(self._kept, 1))
        plot = self._canvas.getPlotItem()
        plot.setRange(xRange=(0.0, right * 1.02), yRange=(-0.04 * top, top * 1.05), padding=0.0)
        left_out = len(self._counts) - self._kept
        self._cut.setPos(cut)
        self._region.setRegion((cut, right * 1.02))
        self._region.setVisible(left_out > 0)
        self._cut_label.setText(f"{counted(self._kept, 'word')} kept")
        self._rest_label.setText(f"{counted(left_out, 'rarer word')} left out" if left_out else "")
        self.setAccessibleName(
            f"Word frequencies: the most frequent of {counted(len(self._counts), 'word')} occurs "
            f"{counted(self._counts[0], 'time')}; {format_count(self._kept)} are kept"
        )

    def _build_canvas(self) -> None:
        labels = {"bottom": "rank of the word", "left": "occurrences"}
        self._canvas = StillPlot(
            "dataset.frequency_canvas",
            "Word frequencies",
            axes={side: PowerAxis(side) for side in labels},
            labels=labels,
            parent=self,
        )
        plot = self._canvas.getPlotItem()
        plot.setLogMode(x=True, y=True)
        self._curve = plot.plot(antialias=True)

    def _build_cut(self) -> None:
        self._region = LinearRegionItem(movable=False)
        self._region.setZValue(-10)
        for line in self._region.lines:
            line.setVisible(False)
        self._cut = InfiniteLine(angle=90)
        for item in (self._region, self._cut):
            self._canvas.addItem(item, ignoreBounds=True)
        self._cut_label = make_label("", "caption", self)
        self._rest_label = make_label("", "bad", self)
        # above the plot: within, they would lie over the curve
        names = in_row(self._cut_label, (None, 1), self._rest_label)
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.insertLayout(0, names)

    @Slot()
    def _paint_in_theme(self) -> None:
        palette = current_palette()
        self._canvas.restyle(palette)
        wash = QColor(palette.bad)
        wash.setAlpha(24)
        self._region.setBrush(mkBrush(wash))
        self._curve.setPen(self._canvas.pen(palette.accent, 2))
        self._curve.setSymbolPen(None)
        self._curve.setSymbolBrush(mkBrush(palette.accent))
        self._cut.setPen(self._canvas.pen(palette.bad, 1, Qt.PenStyle.DashLine))


def thinned_ranks(count: int) -> list[int]:
    """Return at most `MOST_POINTS` ranks from 1 to `count`, even on a logarithmic axis."""
    if count <= MOST_POINTS:
        return list(range(1, count + 1))
    return logarithmic_steps(1, count, MOST_POINTS)
