"""The live loss plot: a view of a `LossHistory`, redrawn on a timer and only when needed.

It keeps no losses of its own, and asks the history for a bounded number of
points, so that a run of any length costs the same to draw.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from pyqtgraph import PlotDataItem, PlotWidget, mkBrush, mkPen
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QGuiApplication, QHideEvent, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.shared.formatting import format_loss, format_tick, perplexity_of_loss
from app.shared.labels import make_label
from app.shared.layouts import in_column
from app.shared.plots import Axis, LossAxis, ProgressAxis
from app.shared.theme import current_palette, scaled
from app.training.plot.loss_history import Indices, LossHistory, Series
from app.training.plot.overlay import OverlayLine
from app.training.plot.plot_parts import USUAL_SMOOTHING, PlotControls, PlotCrosshair, ValueBox
from app.training.plot.rate_strip import RateStrip
from app.training.plot.readings import describe_history, describe_point
from app.training.plot.reference_lines import SMALLEST_LOSS, Reference, ReferenceLines

if TYPE_CHECKING:
    from engine import RunCurve

REDRAW_INTERVAL_MS = 75
MOST_POINTS = 3000  # of one curve on the screen
MARGIN = 12  # px, around an exported picture
MOST_SOFT_POINTS = 1200  # corners of a bold line that is drawn with soft edges
TOLERANCE = 0.08  # of the height, by which the range may be off before it changes
MOST_SYMBOLS = 300  # a symbol costs far more than a corner of a line
RAW_ALPHA = 105
PADDING = 0.05  # around everything
SMALLEST_PX = 140  # height of the canvas
TOP_PX = 18  # above the curves: what is cut off there is named in it
LEFT_PX, RIGHT_PX = 56, (84, 60)  # of the axes, without the right one's name in a narrow plot
LOW_TOP_PX = 14  # the same in a low window
NARROW_PX = 640  # the width below which the margin has names alone
NEAR_PX = 6  # within which a change of the rate is pointed at
LOW_PX = 320  # the height below which the legend gives its room to the curves
READING_HINT = (
    "Point at the plot to read values (or arrow keys); drag to move, wheel or + and - to zoom, "
    "Home for all."
)


class LossPlot(QWidget):
    """Batch loss, smoothed loss, evaluations, references and halvings of one run.

    Attributes
    ----------
    history : LossHistory
        What is shown; whoever changes it calls `request_redraw`.
    """

    def __init__(self, history: LossHistory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history = history
        self._axis: Axis = "step"
        self._is_log = False
        self._is_view_dirty = self._is_smooth = True
        self._own_range: tuple[float, ...] = ()  # of losses, as it was set last
        self._legend_of: object = None
        self.setObjectName("training.loss_plot")
        self.setAccessibleName("Loss plot")
        self._build_canvas()
        self._build_curves()
        self._build_texts()
        self._timer = QTimer(self)
        self._timer.setInterval(REDRAW_INTERVAL_MS)
        self._connect_signals()
        self.history.set_smoothing(USUAL_SMOOTHING)
        self._restyle()
        self.redraw()

    def request_redraw(self) -> None:
        """Redraw within one interval, or when the plot is shown; asking often costs nothing."""
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def show_references(self, references: Sequence[Reference]) -> None:
        """Draw horizontal lines at losses that mean something."""
        self._lines.show(references)

    @Slot(object)
    def show_overlay(self, curve: "RunCurve | None") -> None:
        """Draw another run's evaluated losses into the plot, too; None takes them out."""
        self._overlay.curve = curve
        self.redraw()

    @property
    def overlay_text(self) -> str:
        """What the other run's line is called; "" without one."""
        return self._overlay.text

    def show_empty_text(self, text: str) -> None:
        """Say `text` in place of the curves while there are none."""
        self._empty.setText(text)

    def show_like(self, other: "LossPlot") -> None:
        """Take the axis, the scale and the references of another plot, not its zoom."""
        self.controls.show_choices(other.controls.choices())
        self.show_references(other.references)
        self.show_overlay(other._overlay.curve)  # noqa: SLF001 - of the same class

    @property
    def references(self) -> tuple[Reference, ...]:
        """The horizontal lines."""
        return self._lines.references

    def paint_on(self, painter: QPainter, place: QRect) -> None:
        """Paint legend and canvas, whole, on anything that can be painted on."""
        head = self._legend.sizeHint().height() + 2 * MARGIN
        below = place.adjusted(MARGIN, head, -MARGIN, -MARGIN)
        self._set_pens(painter.device().devicePixelRatioF())
        self._canvas.setFixedSize(below.size())
        self._follow()
        painter.fillRect(place, QColor(current_palette().background))
        self._canvas.render(painter, below, self._canvas.viewport().rect())
        self._legend.setFixedSize(below.width(), head)
        self._legend.render(painter, painter.deviceTransform().map(QPoint(MARGIN, 0)))

    def redraw(self) -> None:
        """Draw the history as it is now."""
        self._is_view_dirty = False
        batch = self.history.batch
        drawn = self._indices(batch, MOST_POINTS)
        start, losses = self.history.start(self._axis)  # else a run of seconds has no curve
        positions = np.concatenate([start, batch.along(self._axis)[drawn]])
        for curve, values in ((self._raw, batch.values), (self._smoothed, self.history.smoothed())):
            shown = np.concatenate([losses, values[drawn]])
            curve.setData(positions, np.maximum(shown, SMALLEST_LOSS))
        # A smooth curve of few corners is drawn fast with soft edges, a noisy one is not.
        self._smoothed.opts["antialias"] = self._is_smooth and len(drawn) <= MOST_SOFT_POINTS
        self._redraw_evaluations()
        self._redraw_rates(drawn)
        self._overlay.draw(self._axis)
        self._follow()
        self._show_legend()
        is_empty = self.history.is_empty and self._overlay.curve is None
        self._empty.setVisible(is_empty)
        self._plot.setVisible(not is_empty)
        self.setAccessibleDescription(describe_history(self.history))

    def _follow(self) -> None:
        """Show the losses that are worth it, unless the person chose what to look at."""
        wanted = self._overlay.widened(self.history.robust_range())
        shown = self._box.viewRange()[1]
        if wanted is None or not self._follows_losses:
            self._hidden.hide()
            return
        low, high = wanted
        edge = PADDING * (high - low)
        low, high = max(low - edge, 0.0), high + edge
        if self._is_log:
            low, high = math.log10(max(low, SMALLEST_LOSS)), math.log10(max(high, SMALLEST_LOSS))
        off = max(abs(low - shown[0]), abs(high - shown[1]))
        is_cut = shown[0] - low > PADDING / 2 * (high - low)  # the newest, best part has no room
        if self._box.autoRangeEnabled()[1] or is_cut or off > TOLERANCE * (high - low):
            self._box.setYRange(low, high, padding=0)
            self._own_range = tuple(self._box.viewRange()[1])
        self._tell_hidden()

    @property
    def _follows_losses(self) -> bool:
        """Whether the vertical range is the plot's own, not the person's."""
        is_own = self._own_range == tuple(self._box.viewRange()[1])
        return bool(self._box.autoRangeEnabled()[1]) or is_own

    def _tell_hidden(self) -> None:
        """Say which loss the curve began with, where that is above what is shown."""
        series = self.history.evaluated if len(self.history.evaluated) else self.history.batch
        if not len(series):  # only another run is drawn
            self._hidden.hide()
            return
        first = float(series.values[0])
        top = self._box.viewRange()[1][1]
        top = _power_of_ten(top) if self._is_log else top
        self._hidden.setText(f"↑ {format_loss(first)} at the start")
        self._hidden.adjustSize()
        corner = self._canvas.mapFromScene(self._box.sceneBoundingRect().topLeft())
        self._hidden.move(corner.x(), corner.y() - self._hidden.height())
        self._hidden.setVisible(first > top)

    def _redraw_evaluations(self) -> None:
        series, best = self.history.evaluated, self.history.best_index
        drawn = self._indices(series, MOST_SYMBOLS)
        x, losses = series.along(self._axis)[drawn], np.maximum(series.values[drawn], SMALLEST_LOSS)
        behind = np.flatnonzero(self.history.evaluation_gaps(drawn)) + 1
        self._evaluated.setData(np.insert(x, behind, np.nan), np.insert(losses, behind, np.nan))
        is_sample = np.array([self.history.epochs[each].is_sample for each in drawn], dtype=bool)
        self._sampled.setData(x[is_sample], losses[is_sample])
        is_trained = best is not None and self.history.epochs[best].step > 0
        only = slice(best, best + 1) if best is not None and is_trained else slice(0)
        best_losses = np.maximum(series.values[only], SMALLEST_LOSS)
        self._best.setData(series.along(self._axis)[only], best_losses)

    def _redraw_rates(self, drawn: Indices) -> None:
        halvings = self.history.halvings
        self._strip.show(
            self.history.batch.along(self._axis)[drawn],
            self.history.rates.values[drawn],
            np.array([self.history.position(each, self._axis) for each in halvings]),
            np.array([each.learning_rate for each in halvings]),
        )

    def _indices(self, series: Series, at_most: int) -> Indices:
        low, high = self._box.viewRange()[0]
        if self._box.autoRangeEnabled()[0]:
            low, high = -math.inf, math.inf
        return series.indices_to_draw(self._axis, low, high, at_most)

    def _build_canvas(self) -> None:
        axes = {
            "left": LossAxis("left", format_tick),
            "right": LossAxis("right", perplexity_of_loss),
            "bottom": ProgressAxis(),
        }
        self._canvas = PlotWidget(self, axisItems=axes, enableMenu=False)
        self._canvas.setObjectName("training.loss_canvas")
        self._canvas.setAccessibleName("Loss curve")
        self._canvas.setAccessibleDescription(READING_HINT)  # a tool tip would hide the curve
        self._canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._canvas.setMinimumHeight(scaled(SMALLEST_PX))
        self._plot = self._canvas.getPlotItem()
        self._plot.hideButtons()
        self._plot.showAxis("right")
        self._plot.showGrid(x=False, y=True, alpha=0.25)
        self._plot.getAxis("left").setWidth(scaled(LEFT_PX))
        self._plot.layout.setColumnFixedWidth(0, scaled(LEFT_PX))
        self._plot.setLabel("left", "loss, nats per word")
        self._plot.setLabel("right", "perplexity, words")
        self._plot.getAxis("bottom").show_axis(self._axis)
        self._box = self._plot.getViewBox()
        self._box.setDefaultPadding(PADDING)
        self._plot.layout.setRowFixedHeight(1, scaled(TOP_PX))
        self._lines = ReferenceLines(self._plot, current_palette())
        self._overlay = OverlayLine(self._plot, self._lines, current_palette())
        self._strip = RateStrip(self._plot, current_palette())
        self._crosshair = PlotCrosshair(self._canvas, self._strip, current_palette().foreground)

    def _build_curves(self) -> None:
        # The history thins the points out and keeps them finite: pyqtgraph need not.
        self._raw = PlotDataItem(skipFiniteCheck=True, antialias=False)
        self._smoothed = PlotDataItem(skipFiniteCheck=True, antialias=False)
        self._evaluated = PlotDataItem(symbol="o", symbolSize=7, connect="finite")
        self._sampled = PlotDataItem(pen=None, symbol="o", symbolSize=8, skipFiniteCheck=True)
        self._best = PlotDataItem(pen=None, symbol="d", symbolSize=14, skipFiniteCheck=True)
        curves = (self._raw, self._smoothed, self._evaluated, self._sampled, self._best)
        for height, curve in enumerate(curves):
            curve.setZValue(height)
            self._plot.addItem(curve)

    def _build_texts(self) -> None:
        self.controls = PlotControls(self)
        self._legend = QLabel(self)
        self._legend.setAccessibleName("Legend of the loss plot")
        self._legend.setWordWrap(True)
        self._readout = ValueBox(self._canvas)
        self._hidden = make_label("", "caption", self._canvas, name="training.hidden_start_label")
        self._hidden.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._hidden.hide()
        self._empty = make_label("", "hint", self._canvas, wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        QVBoxLayout(self._canvas).addWidget(self._empty)
        in_column(self.controls, self._legend, (self._canvas, 1), of=self, margins=0, spacing=4)

    def _connect_signals(self) -> None:
        self._timer.timeout.connect(self._on_timer_timeout)
        self._box.sigXRangeChanged.connect(self._on_box_x_range_changed)
        self._crosshair.moved.connect(self._on_crosshair_moved)
        self._crosshair.home_pressed.connect(self._on_controls_reset_requested)
        self._crosshair.left.connect(self._on_crosshair_left)
        self.controls.axis_changed.connect(self._on_controls_axis_changed)
        self.controls.smoothing_changed.connect(self._on_controls_smoothing_changed)
        self.controls.log_changed.connect(self._on_controls_log_changed)
        self.controls.reset_requested.connect(self._on_controls_reset_requested)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._restyle)

    @Slot()
    def _on_timer_timeout(self) -> None:
        if self.history.take_dirty() or self._is_view_dirty:
            self.redraw()
        else:
            self._timer.stop()

    @Slot()
    def _on_box_x_range_changed(self) -> None:
        if not self._box.autoRangeEnabled()[0]:
            self._is_view_dirty = True
            self.request_redraw()

    @Slot(float, QPointF)
    def _on_crosshair_moved(self, position: float, place: QPointF) -> None:
        pixel = self._box.viewPixelSize()[0]
        text = describe_point(self.history, self._axis, position, near=NEAR_PX * pixel)
        self._readout.show_values(text, place)

    @Slot()
    def _on_crosshair_left(self) -> None:
        self._readout.hide()

    @Slot(str)
    def _on_controls_axis_changed(self, axis: Axis) -> None:
        self._axis = axis
        self._plot.getAxis("bottom").show_axis(axis)
        self._on_controls_reset_requested()

    @Slot(float)
    def _on_controls_smoothing_changed(self, smoothing: float) -> None:
        self.history.set_smoothing(smoothing)
        self._is_smooth = smoothing > 0.0
        self._set_pens()
        self.request_redraw()

    @Slot(bool)
    def _on_controls_log_changed(self, is_log: bool) -> None:  # noqa: FBT001 - a slot
        follows = self._box.autoRangeEnabled()[0], self._follows_losses
        across, (low, high) = self._box.viewRange()
        self._is_log = is_log
        self._plot.setLogMode(x=False, y=is_log)  # turns following on for both axes
        self._lines.set_log(is_log=is_log)
        if not follows[0]:
            self._box.setXRange(*across, padding=0)
        if not follows[1] and is_log:
            low = max(low, SMALLEST_LOSS)  # a linear view may reach below zero
            high = high if high > low else 10.0 * low
            self._box.setYRange(math.log10(low), math.log10(high), padding=0)
        elif not follows[1]:
            self._box.setYRange(_power_of_ten(low), _power_of_ten(high), padding=0)
        self.redraw()

    @Slot()
    def _on_controls_reset_requested(self) -> None:
        self._box.enableAutoRange()
        self.redraw()

    def _set_pens(self, ratio: float | None = None) -> None:
        """Draw lines as thick on a screen of any density; a bold noisy line would be slow."""
        palette = current_palette()
        ratio = self.devicePixelRatioF() if ratio is None else ratio
        faint = QColor(palette.accent)
        faint.setAlpha(RAW_ALPHA)
        bold = 2 if self._is_smooth else 1
        for curve, colour, width in (
            (self._raw, faint, 1),
            (self._smoothed, palette.accent, bold),
            (self._evaluated, palette.second, 1),
        ):
            curve.setPen(mkPen(colour, width=width * ratio))
        self._lines.restyle(palette, ratio)
        self._strip.restyle(palette, ratio)
        self._crosshair.restyle(palette.foreground, ratio)
        self._overlay.restyle(palette, ratio)
        self._overlay.draw(self._axis)

    @Slot()
    def _restyle(self) -> None:
        palette = current_palette()
        self._canvas.setBackground(palette.background)
        for name in ("left", "right", "bottom"):
            self._plot.getAxis(name).setPen(palette.faint)
            self._plot.getAxis(name).setTextPen(palette.foreground)
        self._set_pens()
        self._evaluated.setSymbolBrush(mkBrush(palette.second))
        self._evaluated.setSymbolPen(mkPen(palette.background))
        self._best.setSymbolBrush(mkBrush(palette.good))
        self._best.setSymbolPen(mkPen(palette.background))
        self._sampled.setSymbolBrush(mkBrush(palette.background))
        self._sampled.setSymbolPen(mkPen(palette.second, width=1.5))
        self._legend_of = None
        self._show_legend()

    def _show_legend(self) -> None:
        """Name the curves: what is evaluated is held out, or the training text."""
        epochs = self.history.epochs
        is_held_out = not epochs or epochs[-1].validation_loss is not None
        palette = current_palette()
        if self._legend_of == (palette.is_dark, is_held_out):
            return
        self._legend_of = (palette.is_dark, is_held_out)
        evaluated = "on held-out text" if is_held_out else "on the training text"
        parts = (
            (palette.faint, "─", "batch loss"),
            (palette.accent, "━", "smoothed"),
            (palette.second, "─●─", f"evaluated {evaluated}"),
            (palette.good, "◆", "best"),
            (palette.second, "○", "on a sample of it"),
            (palette.warning, "│", "learning rate changed"),
        )
        self._legend.setText(  # a line ends between two parts only
            " &nbsp; ".join(
                f'<span style="color:{colour}">{sign}</span>&nbsp;{text.replace(" ", "&nbsp;")}'
                for colour, sign, text in parts
            )
        )

    def event(self, event: QEvent) -> bool:
        """Keep the lines as thick when the window goes to a screen of another density."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._set_pens()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what changed while the plot was hidden."""
        super().showEvent(event)
        self.request_redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the curves the room of the legend in a low window."""
        super().resizeEvent(event)
        is_low = event.size().height() < scaled(LOW_PX)
        self._legend.setVisible(not is_low)
        self._plot.getAxis("bottom").showLabel(not is_low)  # the box above the plot says it
        self._plot.layout.setRowFixedHeight(1, scaled(LOW_TOP_PX if is_low else TOP_PX))
        self._legend.setMinimumHeight(self._legend.heightForWidth(event.size().width()))
        is_narrow = event.size().width() < scaled(NARROW_PX)
        self._lines.set_short(is_short=is_narrow)
        self._plot.getAxis("right").showLabel(not is_narrow)
        self._plot.getAxis("right").setWidth(scaled(RIGHT_PX[is_narrow]))

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody looks."""
        self._timer.stop()
        super().hideEvent(event)


def _power_of_ten(power: float) -> float:
    return math.pow(10.0, min(power, 300.0))
