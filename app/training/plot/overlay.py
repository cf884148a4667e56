"""One other run in the live plot: its evaluated losses as a dashed line with the run's name."""

import math
from typing import TYPE_CHECKING

from pyqtgraph import PlotDataItem, PlotItem, TextItem, mkPen
from PySide6.QtCore import Qt

from app.shared.formatting import shorten
from app.shared.theme import Palette
from app.training.plot.loss_history import XAxis
from app.training.plot.reference_lines import SMALLEST_LOSS

if TYPE_CHECKING:
    from engine import RunCurve

LONGEST_NAME = 40  # characters


class OverlayLine:
    """The line of a `RunCurve`, and its label at the right end.

    Attributes
    ----------
    curve : RunCurve or None
        What is drawn.
    """

    def __init__(self, plot: PlotItem, palette: Palette) -> None:
        self.curve: RunCurve | None = None
        self._line = PlotDataItem(skipFiniteCheck=True)
        self._label = TextItem(anchor=(1, 1))  # its end above the line's
        plot.addItem(self._line)
        plot.addItem(self._label, ignoreBounds=True)
        self.restyle(palette, 1.0)

    @property
    def text(self) -> str:
        """The label; "" while nothing is drawn."""
        return self._label.toPlainText() if self._label.isVisible() else ""

    def draw(self, axis: XAxis, *, is_log: bool) -> None:
        """Draw the curve along `axis`, or nothing."""
        curve = self.curve
        self._line.setVisible(curve is not None)
        self._label.setVisible(curve is not None)
        if curve is None:
            self._line.setData([], [])
            return
        losses = [max(loss, SMALLEST_LOSS) for loss in curve.losses]
        columns = {
            "step": curve.steps,
            "epoch": curve.epochs,
            "elapsed": curve.elapsed_s,
            "words": [epoch * (curve.words_per_epoch or 1) for epoch in curve.epochs],
        }
        along = list(columns[axis])
        self._line.setData(along, losses)
        self._label.setText(shorten(curve.name, LONGEST_NAME))
        last = losses[-1]
        self._label.setPos(along[-1], math.log10(last) if is_log else last)

    def widened(self, losses: tuple[float, float] | None) -> tuple[float, float] | None:
        """Return a range of losses with what the run learned in it, not where it began."""
        if self.curve is None:
            return losses
        learned = self.curve.losses[1:] or self.curve.losses
        low, high = losses or (math.inf, -math.inf)
        return min(low, *learned), max(high, self.curve.losses[-1], min(learned) + 1e-6)

    def restyle(self, palette: Palette, ratio: float) -> None:
        """Take other colours; lines are `ratio` times as thick on a dense screen."""
        self._line.setPen(mkPen(palette.good, width=1.5 * ratio, style=Qt.PenStyle.DashLine))
        self._label.setColor(palette.good)
