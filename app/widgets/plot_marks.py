"""Lines across the loss plot: what a loss means, and where the learning rate was halved.

pyqtgraph does not move lines when an axis becomes logarithmic, so they are
placed here. The marks know no history: they are told values and texts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pyqtgraph import InfiniteLine, PlotItem, mkPen
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.shared.theme import Palette

SMALLEST_LOSS = 1e-9  # what a log scale can still show
# Where no curve is: it begins high at the left and ends low at the right.
_ABOVE_LEFT = {"position": 0.01, "anchors": [(0, 1), (0, 1)]}
_BELOW_RIGHT = {"position": 0.99, "anchors": [(1, 0), (1, 0)]}
MOST_MARKS = 40  # later halvings: the curve is flat by then, and each line costs time


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A loss that means something whatever the model."""

    loss: float  # nats a word
    text: str
    is_goal: bool  # True: the best possible; False: where knowing nothing stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened at one place of the run."""

    position: float
    text: str


class PlotMarks:
    """The horizontal references and the vertical marks of one plot."""

    def __init__(self, plot: PlotItem, palette: Palette) -> None:
        self._plot = plot
        self._palette = palette
        self._is_log = False
        self._references: list[tuple[Reference, InfiniteLine]] = []
        self._marks: list[InfiniteLine] = []
        self._shown: tuple[Mark, ...] = ()

    @property
    def reference_positions(self) -> tuple[float, ...]:
        """Where the references stand in the coordinates of the axis."""
        return tuple(float(line.value()) for _, line in self._references)

    @property
    def mark_positions(self) -> tuple[float, ...]:
        """Where the vertical marks stand."""
        return tuple(float(line.value()) for line in self._marks)

    def show_references(self, references: Sequence[Reference]) -> None:
        """Replace the horizontal lines."""
        for _, line in self._references:
            self._plot.removeItem(line)
        self._references = [(each, self._reference_line(each)) for each in references]
        for _, line in self._references:
            self._plot.addItem(line)

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Replace the vertical lines, if they differ from those that are shown."""
        newest = tuple(marks[-MOST_MARKS:])
        if newest == self._shown:
            return
        self._shown = newest
        for line in self._marks:
            self._plot.removeItem(line)
        self._marks = [self._mark_line(each) for each in newest]
        for line in self._marks:
            self._plot.addItem(line, ignoreBounds=True)

    def set_log(self, *, is_log: bool) -> None:
        """Put the horizontal lines where the scale now has their losses."""
        self._is_log = is_log
        for reference, line in self._references:
            line.setValue(self._height(reference.loss))

    def restyle(self, palette: Palette) -> None:
        """Draw everything again in other colours."""
        self._palette = palette
        self.show_references([reference for reference, _ in self._references])
        shown, self._shown = self._shown, ()
        self.show_marks(shown)

    def _height(self, loss: float) -> float:
        return math.log10(max(loss, SMALLEST_LOSS)) if self._is_log else loss

    def _reference_line(self, reference: Reference) -> InfiniteLine:
        colour = self._palette.good if reference.is_goal else self._palette.faint
        return InfiniteLine(
            pos=self._height(reference.loss),
            angle=0,
            pen=mkPen(colour, width=1, style=Qt.PenStyle.DashLine),
            label=reference.text,
            labelOpts={
                "color": colour,
                **(_ABOVE_LEFT if reference.is_goal else _BELOW_RIGHT),
                "fill": self._label_fill(),
            },
        )

    def _mark_line(self, mark: Mark) -> InfiniteLine:
        colour = self._palette.warning
        return InfiniteLine(
            pos=mark.position,
            angle=90,
            pen=mkPen(colour, width=1, style=Qt.PenStyle.DotLine),
            label=mark.text,
            labelOpts={
                "position": 0.78,
                "color": colour,
                "rotateAxis": (1, 0),
                "anchors": [(1, 0), (1, 0)],
                "fill": self._label_fill(),
            },
        )

    def _label_fill(self) -> QColor:
        fill = QColor(self._palette.background)
        fill.setAlpha(235)
        return fill
