"""The evaluated losses of several runs over one axis, each named where its curve ends."""

from collections.abc import Sequence

from pyqtgraph import PlotDataItem, PlotWidget, TextItem, mkBrush, mkPen
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.shared.formatting import format_loss, format_tick, shorten
from app.shared.labels import make_label
from app.shared.plots import Axis, LossAxis, ProgressAxis, positions
from app.shared.theme import current_palette, scaled
from engine import RunCurve

# Okabe and Ito's, those with a contrast of 3 : 1 on either background; from the sixth on dashed.
LIGHT_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")
DARK_COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442")
LONGEST_NAME = 28  # characters, at the end of a curve
NAMES_PX = 190  # of the width, for the names
PADDING = 0.06  # of the height, above and below
SMALLEST_PX = 220  # height
TOP_PX = 18  # above the curves, for what is said of their start


class CurvesPlot(PlotWidget):  # type: ignore[misc]
    """Curves that are only looked at.

    Parameters
    ----------
    curves : sequence of RunCurve
        The best first; their names are drawn.
    label : str
        What is measured, beside the axis of losses.
    """

    def __init__(self, curves: Sequence[RunCurve], label: str, parent: QWidget) -> None:
        self._bottom = ProgressAxis()
        left = LossAxis("left", format_tick)
        super().__init__(parent, axisItems={"left": left, "bottom": self._bottom})
        self.setObjectName("runs.comparison_plot")
        self.setAccessibleName("Curves of the compared runs")
        self.setAccessibleDescription(describe_curves(curves))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(scaled(SMALLEST_PX))
        self._curves = [curve for curve in curves if curve.losses]
        self._axis: Axis = "epoch"
        plot = self.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.layout.setRowFixedHeight(1, scaled(TOP_PX))
        plot.showGrid(x=False, y=True, alpha=0.25)
        plot.setLabel("left", label)
        self._lines = [PlotDataItem(symbol="o", symbolSize=5) for _ in self._curves]
        self._names = [TextItem(anchor=(0, 0.5)) for _ in self._curves]
        for line in reversed(self._lines):  # the best on top
            plot.addItem(line)
        for name in self._names:
            plot.addItem(name, ignoreBounds=True)
        self._start = make_label("", "caption", self, name="runs.comparison_start_label")
        self._start.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self._on_scheme_changed()

    @property
    def shown_names(self) -> tuple[str, ...]:
        """What stands at the ends of the curves."""
        return tuple(name.toPlainText() for name in self._names)

    def show_axis(self, axis: Axis) -> None:
        """Draw all curves over another axis."""
        self._axis = axis
        self._bottom.show_axis(axis)
        for curve, line in zip(self._curves, self._lines, strict=True):
            line.setData(positions(curve, axis), list(curve.losses))
        self._fit()

    def _fit(self) -> None:
        """Show what the runs learned, not where they began, and leave room for the names."""
        if not self._curves:
            return
        low, high = loss_range(self._curves)
        room = (high - low) or 1.0
        end = max(positions(curve, self._axis)[-1] for curve in self._curves) or 1.0
        share = min(0.5, scaled(NAMES_PX) / max(1, self.width() - scaled(60)))
        box = self.getPlotItem().getViewBox()
        box.setRange(
            xRange=(0.0, end / (1.0 - share)),
            yRange=(low - PADDING * room, high + PADDING * room),
            padding=0,
        )
        self._place_names(low - PADDING * room, (1.0 + 2.0 * PADDING) * room)
        self._tell_start(high + PADDING * room)

    def _tell_start(self, top: float) -> None:
        """Say with which losses curves began, where that is above what is shown."""
        hidden = [curve.losses[0] for curve in self._curves if curve.losses[0] > top]
        self._start.setVisible(bool(hidden))
        if not hidden:
            return
        least, most = map(format_loss, (min(hidden), max(hidden)))
        losses = least if least == most else f"{least} to {most}"
        self._start.setText(f"↑ {losses} at the start")
        self._start.adjustSize()
        box = self.getPlotItem().getViewBox()
        corner = self.mapFromScene(box.sceneBoundingRect().topLeft())
        self._start.move(corner.x(), corner.y() - self._start.height())  # over no curve

    def _place_names(self, bottom: float, height: float) -> None:
        """Put each name at the end of its curve, or as near as the other names allow."""
        line_px = self.fontMetrics().height()
        line = height * line_px / max(1.0, self.getPlotItem().getViewBox().height() or 1.0)
        wanted = [min(curve.losses[-1], bottom + height) for curve in self._curves]
        for place, number in zip(
            spread_out(wanted, line, bottom + line / 2), range(len(wanted)), strict=True
        ):
            end = positions(self._curves[number], self._axis)[-1]
            self._names[number].setPos(end, place)

    @Slot()
    def _on_scheme_changed(self) -> None:
        palette = current_palette()
        colours = DARK_COLOURS if palette.is_dark else LIGHT_COLOURS
        self.setBackground(palette.background)
        for side in ("left", "bottom"):
            self.getPlotItem().getAxis(side).setPen(mkPen(palette.border))
            self.getPlotItem().getAxis(side).setTextPen(mkPen(palette.faint))
        for number, (curve, line, name) in enumerate(
            zip(self._curves, self._lines, self._names, strict=True)
        ):
            colour = colours[number % len(colours)]
            is_dashed = number >= len(colours)
            style = Qt.PenStyle.DashLine if is_dashed else Qt.PenStyle.SolidLine
            width = (1 if is_dashed else 2) * self.devicePixelRatioF()
            line.setPen(mkPen(colour, width=width, style=style))
            line.setSymbolBrush(mkBrush(colour))
            line.setSymbolPen(mkPen(colour))
            name.setText(shorten(curve.name, LONGEST_NAME), color=colour)
        self.show_axis(self._axis)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find room for the names anew."""
        super().resizeEvent(event)
        if hasattr(self, "_curves"):  # Qt resizes while it makes the widget
            self._fit()


def loss_range(curves: Sequence[RunCurve]) -> tuple[float, float]:
    """Return the lowest and the highest loss worth showing: after the first step, if there is one.

    The second half of every curve is in it.
    """
    low = min(min(curve.losses) for curve in curves)
    learned = [
        [loss for step, loss in zip(curve.steps, curve.losses, strict=True) if step > 0]
        or list(curve.losses)
        for curve in curves
    ]
    return low, max(max(losses) for losses in learned)


def spread_out(wanted: Sequence[float], apart: float, lowest: float) -> list[float]:
    """Return places near the `wanted` ones, in their order, that are `apart` or more."""
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    places = [0.0] * len(wanted)
    floor = lowest
    for number in order:
        places[number] = max(wanted[number], floor)
        floor = places[number] + apart
    return places


def describe_curves(curves: Sequence[RunCurve]) -> str:
    """Say what the curves show, for who cannot see them."""
    return "; ".join(
        f"{curve.name}: best {format_loss(curve.losses[curve.best])} at epoch "
        f"{curve.epochs[curve.best]:.4g}"
        for curve in curves
        if curve.best is not None
    )
