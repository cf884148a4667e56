"""The learning rate below the curves: a low strip with a tick wherever it was changed.

It shares the horizontal axis of the plot; the values are in the box at the pointer.
"""

import numpy as np
from pyqtgraph import LabelItem, PlotDataItem, PlotItem, ScatterPlotItem, ViewBox, mkPen
from PySide6.QtCore import QPointF

from app.shared.theme import Palette, scaled
from app.training.plot.loss_history import Floats

STRIP_ROW, AXIS_ROW = 3, 4  # of pyqtgraph's grid: the axis makes room
HEIGHT = 26  # px
MOST_TICKS = 200
TICK_PX = 9
_SMALLEST = 1e-12


class RateStrip:
    """The strip of one plot."""

    def __init__(self, plot: PlotItem, palette: Palette) -> None:
        self._ticks_at: Floats = np.empty(0)
        self._box = ViewBox(enableMouse=False, enableMenu=False)
        self._box.setXLink(plot.getViewBox())
        self._box.setFixedHeight(scaled(HEIGHT))
        self._box.setDefaultPadding(0.25)
        self._name = LabelItem("rate", justify="right")
        axis = plot.getAxis("bottom")
        plot.layout.removeItem(axis)
        plot.layout.addItem(axis, AXIS_ROW, 1)
        plot.layout.addItem(self._name, STRIP_ROW, 0)
        plot.layout.addItem(self._box, STRIP_ROW, 1)
        self._line = PlotDataItem(skipFiniteCheck=True, antialias=False)
        self._ticks = ScatterPlotItem(symbol="|", size=TICK_PX)
        self._box.addItem(self._line)
        self._box.addItem(self._ticks)
        self.restyle(palette)

    @property
    def tick_positions(self) -> tuple[float, ...]:
        """Where the ticks stand."""
        return tuple(self._ticks_at.tolist())

    def contains(self, place: QPointF) -> bool:
        """Tell whether `place`, of the scene, is in the strip."""
        return bool(self._box.sceneBoundingRect().contains(place))

    def show(self, positions: Floats, rates: Floats, ticks: Floats, changed: Floats) -> None:
        """Draw the rates (P,) at their positions, and ticks (K,) where they changed to others."""
        self._ticks_at = ticks[-MOST_TICKS:]
        self._line.setData(positions, np.log10(np.maximum(rates, _SMALLEST)))
        heights = np.log10(np.maximum(changed[-MOST_TICKS:], _SMALLEST))
        self._ticks.setData(self._ticks_at, heights)

    def restyle(self, palette: Palette, ratio: float = 1.0) -> None:
        """Take other colours; lines are `ratio` times as thick on a dense screen."""
        self._name.setText("rate", color=palette.faint)
        self._line.setPen(mkPen(palette.faint, width=ratio))
        self._ticks.setPen(mkPen(palette.warning, width=2 * ratio))
