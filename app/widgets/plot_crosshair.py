"""A vertical line that follows the mouse, or the arrow keys, across a plot.

It knows no curve: it reports a position and leaves the reading to its owner.
"""

from pyqtgraph import InfiniteLine, PlotWidget, mkPen
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent

KEY_STEP = 1 / 100  # of the visible width, for an arrow key
_WAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class PlotCrosshair(QObject):
    """Mouse and keyboard reading of one plot.

    Signals
    -------
    moved(float)
        The position along the horizontal axis.
    left()
        Nothing is pointed at any more.
    """

    moved = Signal(float)
    left = Signal()

    def __init__(self, canvas: PlotWidget, colour: str) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._box = canvas.getPlotItem().getViewBox()
        self._line = InfiniteLine(angle=90)
        self._line.hide()
        canvas.addItem(self._line, ignoreBounds=True)
        self.restyle(colour)
        canvas.scene().sigMouseMoved.connect(self._on_scene_mouse_moved)
        canvas.installEventFilter(self)

    def restyle(self, colour: str) -> None:
        """Take another colour."""
        self._line.setPen(mkPen(colour, width=1))

    def place(self, position: float) -> None:
        """Move the line and report it."""
        self._line.setValue(position)
        self._line.show()
        self.moved.emit(position)

    def hide(self) -> None:
        """Take the line away."""
        self._line.hide()
        self.left.emit()

    @Slot(object)
    def _on_scene_mouse_moved(self, position: QPointF) -> None:
        if self._box.sceneBoundingRect().contains(position):
            self.place(float(self._box.mapSceneToView(position).x()))
        else:
            self.hide()

    def _step(self, way: int) -> None:
        low, high = self._box.viewRange()[0]
        start = self._line.value() if self._line.isVisible() else (low + high) / 2
        self.place(min(max(start + way * KEY_STEP * (high - low), low), high))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move with the left and right arrow keys; Escape and leaving take the line away."""
        if event.type() == QEvent.Type.Leave:
            self.hide()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _WAYS:
                self._step(_WAYS[Qt.Key(event.key())])
                return True
            if event.key() == Qt.Key.Key_Escape and self._line.isVisible():
                self.hide()
                return True
        return super().eventFilter(watched, event)
