"""One other run in the live plot: its evaluated losses as a dashed line with the run's name."""

import math
from typing import TYPE_CHECKING

from pyqtgraph import PlotDataItem, PlotItem, TextItem, mkBrush, mkPen
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.shared.formatting import shorten
from app.shared.theme import Palette
from app.training.plot.loss_history import XAxis
from app.training.plot.reference_lines import SMALLEST_LOSS

if TYPE_CHECKING:
    from engine import RunCurve

LONGEST_NAME = 40  # characters
_ROOM_BEHIND = 0.7  # of the live curve's length
_GROUND_ALPHA = 190


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
        self._label = TextItem()
        plot.addItem(self._line)
        plot.addItem(self._label, ignoreBounds=True)
        self.restyle(palette, 1.0)

    @property
    def text(self) -> str:
        """The label; "" while nothing is drawn."""
        return self._label.toPlainText() if self._label.isVisible() else ""

    def draw(self, axis: XAxis, *, is_log: bool, end: float) -> None:
        """Draw the curve along `axis`, or nothing; the live one reaches to `end`."""
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
        has_room = along[-1] < _ROOM_BEHIND * end
        self._label.setAnchor((0, 0.5) if has_room else (1, 1))  # behind the line, or above it
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
        ground = QColor(palette.background)
        ground.setAlpha(_GROUND_ALPHA)
        self._label.fill = mkBrush(ground)
