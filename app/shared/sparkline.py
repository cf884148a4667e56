"""A small curve without axes: how a loss fell, at one look."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.shared.theme import current_palette, scaled

CURVE = (96, 24)  # px
CURVE_ROLE = int(Qt.ItemDataRole.UserRole) + 7  # of a cell: its losses, as `paint_curve` takes them


class SparklineDelegate(QStyledItemDelegate):
    """Paint the `CURVE_ROLE` of a cell."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the cell as usual and the curve in it."""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.highlight())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(option.rect).adjusted(scaled(8), scaled(4), -scaled(8), -scaled(4))
        paint_curve(painter, place, index.data(CURVE_ROLE) or (), QColor(current_palette().accent))
        painter.restore()


class Sparkline(QWidget):
    """A curve without axes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve: tuple[float, ...] = ()
        self.setFixedSize(*map(scaled, CURVE))

    def show_curve(self, curve: Sequence[float]) -> None:
        """Show other values."""
        self._curve = tuple(curve)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the curve."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_curve(painter, QRectF(self.rect()), self._curve, QColor(current_palette().accent))
        painter.end()


def paint_curve(painter: QPainter, place: QRectF, curve: Sequence[float], colour: QColor) -> None:
    """Paint losses from left to right, the highest at the top."""
    if len(curve) < 2:
        return
    low, high = min(curve), max(curve)
    room = place.adjusted(1, 2, -1, -2)
    span = (high - low) or 1.0
    points = [
        QPointF(
            room.left() + room.width() * number / (len(curve) - 1),
            room.bottom() - room.height() * (loss - low) / span,
        )
        for number, loss in enumerate(curve)
    ]
    pen = QPen(colour)
    pen.setWidthF(1.5)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF(points))
