"""Losses that mean something whatever the model: a line each in the plot, its name in the margin.

The names stand beside the plot, never over curves or grid lines, at the heights of their lines or
as near as one name leaves room for another. A line outside the visible range has no name.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pyqtgraph import GraphicsWidget, InfiniteLine, PlotItem, mkPen
from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app.shared.formatting import format_loss
from app.shared.labels import as_plain
from app.shared.theme import Palette, scaled

SMALLEST_LOSS = 1e-9  # what a log scale can still show
MARGIN_COLUMN = 3  # of pyqtgraph's grid: beside the right axis
VIEW_ROW = 2
SWATCH, GAP = 14, 4  # px, of the dashes before a name and between both


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A loss that means something whatever the model."""

    loss: float  # nats per word
    name: str  # in the margin
    text: str  # the whole of it, on hover
    is_goal: bool  # True: the best possible; False: where a simpler model stands


class ReferenceLines:
    """The horizontal lines of one plot, and their names in its margin."""

    def __init__(self, plot: PlotItem, palette: Palette) -> None:
        self._plot, self._palette = plot, palette
        self._is_log, self._ratio = False, 1.0
        self._lines: list[tuple[Reference, InfiniteLine]] = []
        self._named: tuple[Reference, str] | None = None  # and its colour
        self._margin = _Margin(plot)
        plot.layout.addItem(self._margin, VIEW_ROW, MARGIN_COLUMN)
        plot.getViewBox().sigYRangeChanged.connect(self._margin.on_range_changed)

    @property
    def references(self) -> tuple[Reference, ...]:
        """The lines as they were given."""
        return tuple(reference for reference, _ in self._lines)

    @property
    def positions(self) -> tuple[float, ...]:
        """Where the lines stand in the coordinates of the axis."""
        return tuple(float(line.value()) for _, line in self._lines)

    @property
    def labels(self) -> tuple[tuple[str, QRectF], ...]:
        """The names in the margin and where each is in the scene."""
        margin = self._margin
        return tuple((each.text, margin.mapRectToScene(each.place)) for each in margin.labels())

    def show(self, references: Sequence[Reference]) -> None:
        """Replace the lines."""
        for _, line in self._lines:
            self._plot.removeItem(line)
        self._lines = [(each, self._line(each)) for each in references]
        for _, line in self._lines:
            self._plot.addItem(line, ignoreBounds=True)
        self._show_names()

    def show_named(self, reference: Reference | None, colour: str) -> None:
        """Name what has a curve of its own in the margin, too, where that ends; None: nothing."""
        named = None if reference is None else (reference, colour)
        if named != self._named:
            self._named = named
            self._show_names()

    def set_log(self, *, is_log: bool) -> None:
        """Put the lines where the scale now has their losses."""
        self._is_log = is_log
        for reference, line in self._lines:
            line.setValue(self._height(reference.loss))
        self._show_names()

    def set_short(self, *, is_short: bool) -> None:
        """Leave the losses out of the margin where the plot is narrow."""
        if self._margin.is_short != is_short:
            self._margin.is_short = is_short
            self._show_names()

    def restyle(self, palette: Palette, ratio: float) -> None:
        """Draw all again in other colours; lines are `ratio` times as thick on a dense screen."""
        self._palette, self._ratio = palette, ratio
        self.show(self.references)

    def _show_names(self) -> None:
        named = [(each, self._colour(each)) for each, _ in self._lines]
        if self._named is not None:
            named.append(self._named)
        self._margin.show_names([(each, self._height(each.loss), tint) for each, tint in named])

    def _height(self, loss: float) -> float:
        return math.log10(max(loss, SMALLEST_LOSS)) if self._is_log else loss

    def _colour(self, reference: Reference) -> str:
        return self._palette.good if reference.is_goal else self._palette.faint

    def _line(self, reference: Reference) -> InfiniteLine:
        pen = mkPen(self._colour(reference), width=self._ratio, style=Qt.PenStyle.DashLine)
        return InfiniteLine(pos=self._height(reference.loss), angle=0, pen=pen)


@dataclass(frozen=True, slots=True)
class _Label:
    text: str
    colour: str
    line_y: float  # in the margin's coordinates
    place: QRectF  # likewise


class _Margin(GraphicsWidget):  # type: ignore[misc]
    """The names, each after the dashes of its line."""

    def __init__(self, plot: PlotItem) -> None:
        super().__init__()
        self.is_short = False
        self._box = plot.getViewBox()
        self._names: list[tuple[Reference, float, str]] = []
        self.setFixedWidth(0)

    def show_names(self, names: list[tuple[Reference, float, str]]) -> None:
        """Name references at their heights, in a colour each."""
        self._names = names
        metrics = QFontMetricsF(QGuiApplication.font())
        widths = [metrics.horizontalAdvance(self._text(each)) for each, _, _ in names]
        room = scaled(SWATCH) + 2 * scaled(GAP)
        self.setFixedWidth(max(widths, default=-room) + room)
        self.setToolTip(as_plain("\n".join(each.text for each, _, _ in names)))
        self.update()

    @Slot(object, object)
    def on_range_changed(self, _box: object, _range: object) -> None:
        """Paint the names where the lines are now."""
        self.update()

    def labels(self) -> list[_Label]:
        """Return the names of the lines in sight from top to bottom, none over another."""
        low, high = self._box.viewRange()[1]
        line = QFontMetricsF(QGuiApplication.font()).height()
        left = float(scaled(SWATCH) + 2 * scaled(GAP))
        room = self.rect().width() - left
        seen = sorted((each for each in self._names if low <= each[1] <= high), key=lambda e: -e[1])
        heights = [self._y_of(height) for _, height, _ in seen]
        tops = apart([y - line / 2 for y in heights], line, self.rect().height() - line)
        return [
            _Label(self._text(reference), colour, y, QRectF(left, top, room, line))
            for (reference, _, colour), y, top in zip(seen, heights, tops, strict=True)
        ]

    def _text(self, reference: Reference) -> str:
        loss = "" if self.is_short else f" {format_loss(reference.loss)}"
        return f"{reference.name}{loss}"

    def _y_of(self, height: float) -> float:
        scene = self._box.mapViewToScene(QPointF(0.0, height))
        return float(self.mapFromScene(scene).y())

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        """Paint dashes from each line's height to its name, then the name."""
        painter.setFont(QGuiApplication.font())
        gap = scaled(GAP)
        ratio = painter.device().devicePixelRatioF()
        for label in self.labels():
            painter.setPen(mkPen(label.colour, width=ratio, style=Qt.PenStyle.DashLine))
            start, end = QPointF(gap, label.line_y), label.place.center()
            painter.drawLine(start, QPointF(gap + scaled(SWATCH), end.y()))
            painter.setPen(QColor(label.colour))
            alignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(label.place, int(alignment), label.text)


def apart(wanted: Sequence[float], height: float, lowest: float) -> list[float]:
    """Return places as near to the rising `wanted` ones as things of one height can stand.

    None is above 0, and none below `lowest` as long as there is room for all.
    """
    tops: list[float] = []
    for place in wanted:
        tops.append(max(place, 0.0, tops[-1] + height if tops else 0.0))
    limit = lowest
    for number in reversed(range(len(tops))):
        tops[number] = max(min(tops[number], limit), number * height if lowest > 0 else 0.0)
        limit = tops[number] - height
    return tops
