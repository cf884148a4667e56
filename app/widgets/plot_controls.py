"""The row above the loss plot that chooses how the curve is shown.

It changes nothing itself: it reports what was chosen.
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QWidget,
)

AXES = (("step", "Steps"), ("epoch", "Epochs"), ("elapsed", "Time"))
USUAL_SMOOTHING = 0.6  # more would lag far behind in a run of a minute


class PlotControls(QWidget):
    """Horizontal axis, smoothing, log scale and "Reset view".

    Signals
    -------
    axis_changed(str)
        "step", "epoch" or "elapsed".
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

    def _build_axis(self) -> None:
        self._axis = QComboBox(self)
        self._axis.setObjectName("training.x_axis_combo")
        self._axis.setAccessibleName("Horizontal axis")
        self._axis.setToolTip("What runs from left to right: steps, epochs, or the training time")
        for value, text in AXES:
            self._axis.addItem(text, value)
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
        self._reset.clicked.connect(self._on_reset_clicked)

    @Slot(int)
    def _on_axis_index_changed(self, index: int) -> None:
        self.axis_changed.emit(AXES[index][0])

    @Slot(int)
    def _on_slider_value_changed(self, value: int) -> None:
        self._value.setText(f"{value / 100:.2f}")
        self.smoothing_changed.emit(value / 100)

    @Slot()
    def _on_reset_clicked(self) -> None:
        self.reset_requested.emit()
