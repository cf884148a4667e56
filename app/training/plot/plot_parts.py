"""How a person looks at the loss plot: the row of controls, the crosshair, the box of values."""

from pyqtgraph import InfiniteLine, PlotWidget, mkPen
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QWidget,
)

from app.shared.labels import offer_choices
from app.shared.plots import AXES
from app.shared.theme import scaled
from app.training.plot.rate_strip import RateStrip

USUAL_SMOOTHING = 0.6  # more would lag far behind in a run of a minute

BOX_APART = 12  # px, between the pointer and the box of values
KEY_STEP = 1 / 100  # of the visible width, for an arrow key
_ZOOMS = {Qt.Key.Key_Plus: 0.8, Qt.Key.Key_Equal: 0.8, Qt.Key.Key_Minus: 1.25}  # of the width
_WAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class PlotControls(QWidget):
    """Horizontal axis, smoothing, log scale and "Reset view".

    Signals
    -------
    axis_changed(str)
        "step", "epoch", "elapsed" or "words".
    smoothing_changed(float)
        0 to 0.99.
    log_changed(bool)
        Whether the losses are on a log scale.
    reset_requested()
        Show everything again.
    """

    axis_changed = Signal(str)
    smoothing_changed = Signal(float)
    log_changed = Signal(bool)
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_axis()
        self._build_smoothing()
        self._build_view()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for label, widget in ((self._axis_label, self._axis), (self._text, self._slider)):
            row.addWidget(label)
            row.addWidget(widget)
        row.addWidget(self._value)
        row.addWidget(self._log)
        row.addStretch()
        row.addWidget(self._reset)
        self._connect_signals()

    def choices(self) -> tuple[int, int, bool]:
        """Return the axis, the smoothing and the scale that were chosen, for `show_choices`."""
        return self._axis.currentIndex(), self._slider.value(), self._log.isChecked()

    def show_choices(self, choices: tuple[int, int, bool]) -> None:
        """Take the choices of another row, as if they were made here."""
        axis, smoothing, is_log = choices
        self._axis.setCurrentIndex(axis)
        self._slider.setValue(smoothing)
        self._log.setChecked(is_log)

    def _build_axis(self) -> None:
        self._axis = QComboBox(self)
        self._axis.setObjectName("training.x_axis_combo")
        self._axis.setAccessibleName("Horizontal axis")
        self._axis.setToolTip(
            "What runs from left to right: steps, epochs, the training time, or words learned from"
        )
        offer_choices(self._axis, ((name, axis) for axis, (name, _label) in AXES.items()))
        self._axis_label = QLabel("A&xis", self)
        self._axis_label.setBuddy(self._axis)

    def _build_smoothing(self) -> None:
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName("training.smoothing_slider")
        self._slider.setAccessibleName("Smoothing")
        self._slider.setToolTip(
            "How much of the past the bold curve remembers: 0 (nothing) to 0.99. "
            "The faint curve always shows the losses as they were."
        )
        self._slider.setRange(0, 99)
        self._slider.setPageStep(10)
        self._slider.setValue(round(100 * USUAL_SMOOTHING))
        self._slider.setMaximumWidth(140)
        self._value = QLabel(f"{USUAL_SMOOTHING:.2f}", self)
        self._text = QLabel("S&moothing", self)
        self._text.setBuddy(self._slider)

    def _build_view(self) -> None:
        self._log = QCheckBox("&Log scale", self)
        self._log.setObjectName("training.log_scale_check")
        self._log.setAccessibleName("Log scale")
        self._log.setToolTip("Stretch small losses and squeeze large ones")
        self._reset = QPushButton("Reset vie&w", self)
        self._reset.setObjectName("training.reset_view_button")
        self._reset.setAccessibleName("Reset view")
        self._reset.setToolTip("Show the whole curve again and follow it while it grows")

    def _connect_signals(self) -> None:
        self._axis.currentIndexChanged.connect(self._on_axis_index_changed)
        self._slider.valueChanged.connect(self._on_slider_value_changed)
        self._log.toggled.connect(self.log_changed)
        self._reset.clicked.connect(self.reset_requested)

    @Slot(int)
    def _on_axis_index_changed(self, index: int) -> None:
        self.axis_changed.emit(self._axis.itemData(index))

    @Slot(int)
    def _on_slider_value_changed(self, value: int) -> None:
        self._value.setText(f"{value / 100:.2f}")
        self.smoothing_changed.emit(value / 100)


class PlotCrosshair(QObject):
    """Mouse and keyboard reading of one plot.

    Signals
    -------
    moved(float, QPointF)
        The position along the horizontal axis, and where that is in the canvas.
    left()
        Nothing is pointed at any more.
    home_pressed()
        All of the curve is to be seen.
    """

    moved = Signal(float, QPointF)
    left = Signal()
    home_pressed = Signal()

    def __init__(self, canvas: PlotWidget, strip: RateStrip, colour: str) -> None:
        super().__init__(canvas)
        self._canvas, self._strip = canvas, strip
        self._box = canvas.getPlotItem().getViewBox()
        self._line = InfiniteLine(angle=90)
        self._line.hide()
        canvas.addItem(self._line, ignoreBounds=True)
        self.restyle(colour)
        canvas.scene().sigMouseMoved.connect(self._on_scene_mouse_moved)
        canvas.installEventFilter(self)

    def restyle(self, colour: str, ratio: float = 1.0) -> None:
        """Take another colour; the line is `ratio` times as thick on a dense screen."""
        self._line.setPen(mkPen(colour, width=ratio))

    def place(self, position: float, at: QPointF | None = None) -> None:
        """Move the line and report it; the pointer is `at` a place of the scene, if it is."""
        self._line.setValue(position)
        self._line.show()
        middle = self._box.mapViewToScene(QPointF(position, self._box.viewRect().center().y()))
        self.moved.emit(position, QPointF(self._canvas.mapFromScene(at or middle)))

    def hide(self) -> None:
        """Take the line away."""
        self._line.hide()
        self.left.emit()

    @Slot(object)
    def _on_scene_mouse_moved(self, position: QPointF) -> None:
        if self._box.sceneBoundingRect().contains(position) or self._strip.contains(position):
            self.place(float(self._box.mapSceneToView(position).x()), position)
        else:
            self.hide()

    def _step(self, way: int) -> None:
        low, high = self._box.viewRange()[0]
        start = self._line.value() if self._line.isVisible() else (low + high) / 2
        self.place(min(max(start + way * KEY_STEP * (high - low), low), high))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move with the arrow keys, zoom with + and -; Escape and leaving take the line away."""
        if event.type() == QEvent.Type.Leave:
            self.hide()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _WAYS:
                self._step(_WAYS[Qt.Key(event.key())])
                return True
            if event.key() in _ZOOMS:
                self._box.scaleBy((_ZOOMS[Qt.Key(event.key())], 1.0))
                return True
            if event.key() == Qt.Key.Key_Home:
                self.home_pressed.emit()
                return True
            if event.key() == Qt.Key.Key_Escape and self._line.isVisible():
                self.hide()
                return True
        return super().eventFilter(watched, event)


class ValueBox(QLabel):
    """The values where one points, beside the pointer; it moves nothing and takes no clicks."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setObjectName("training.readout_label")
        self.setAccessibleName("Values under the cursor")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("box", "true")
        font = QFont(self.font())
        font.setFeature(QFont.Tag("tnum"), 1)  # digits of one width: nothing jumps
        self.setFont(font)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_values(self, text: str, place: QPointF) -> None:
        """Show `text` beside `place` of the canvas, on the side where there is more room."""
        parent = self.parentWidget()
        if parent is None:
            return
        self.setText(text)
        self.adjustSize()
        apart = scaled(BOX_APART)
        room = parent.size() - self.size()
        is_right = place.x() < parent.width() / 2
        left = place.x() + apart if is_right else place.x() - apart - self.width()
        is_above = place.y() > parent.height() / 2
        top = place.y() - apart - self.height() if is_above else place.y() + apart
        self.move(round(min(max(left, 0), room.width())), round(min(max(top, 0), room.height())))
        self.show()
        self.raise_()
