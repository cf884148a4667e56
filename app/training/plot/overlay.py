"""One other run in the live plot: its evaluated losses as a dashed line, its name in the margin."""

import math
from typing import TYPE_CHECKING

from pyqtgraph import PlotDataItem, PlotItem, mkPen
from PySide6.QtCore import Qt

from app.shared.formatting import format_loss, shorten
from app.shared.plots import Axis, positions
from app.shared.theme import Palette
from app.training.plot.reference_lines import SMALLEST_LOSS, Reference, ReferenceLines

if TYPE_CHECKING:
    from engine import RunCurve

LONGEST_NAME = 24  # characters, in the margin
LIGHT_COLOUR, DARK_COLOUR = "#9B3C78", "#CC79A7"  # Okabe and Ito's purple, as dark as text must be


class OverlayLine:
    """The line of a `RunCurve`, named beside the plot where it ends.

    Attributes
    ----------
    curve : RunCurve or None
        What is drawn.
    """

    def __init__(self, plot: PlotItem, margin: ReferenceLines, palette: Palette) -> None:
        self.curve: RunCurve | None = None
        self._margin = margin
        self._line = PlotDataItem(skipFiniteCheck=True)
        plot.addItem(self._line)
        self.restyle(palette, 1.0)

    @property
    def text(self) -> str:
        """What the line is called; "" while nothing is drawn."""
        return "" if self.curve is None else self.curve.name

    def draw(self, axis: Axis) -> None:
        """Draw the curve along `axis`, or nothing."""
        curve = self.curve
        self._line.setVisible(curve is not None)
        if curve is None:
            self._line.setData([], [])
            self._margin.show_named(None, self._colour)
            return
        losses = [max(loss, SMALLEST_LOSS) for loss in curve.losses]
        self._line.setData(positions(curve, axis), losses)
        name = Reference(
            loss=losses[-1],
            name=shorten(curve.name, LONGEST_NAME),
            text=f"{curve.name}: {format_loss(losses[-1])} at its end",
            is_goal=False,
        )
        self._margin.show_named(name, self._colour)

    def widened(self, losses: tuple[float, float] | None) -> tuple[float, float] | None:
        """Return a range of losses with what the run learned in it, not where it began."""
        if self.curve is None:
            return losses
        learned = self.curve.losses[1:] or self.curve.losses
        low, high = losses or (math.inf, max(learned))  # alone, all of it is worth seeing
        return min(low, *learned), max(high, self.curve.losses[-1], min(learned) + 1e-6)

    def restyle(self, palette: Palette, ratio: float) -> None:
        """Take other colours; lines are `ratio` times as thick on a dense screen."""
        self._colour = DARK_COLOUR if palette.is_dark else LIGHT_COLOUR
        self._line.setPen(mkPen(self._colour, width=1.5 * ratio, style=Qt.PenStyle.DashLine))
