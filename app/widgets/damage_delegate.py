"""Paint a cell's undecodable bytes, such as ‹92›, in the warning colour on a wash.

A wash and not a colour alone, so that the mark does not depend on seeing colours.
"""

import re

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.shared.theme import current_palette
from app.widgets.csv_models import DAMAGE_ROLE

MARK = re.compile("(‹[0-9A-F]{2,4}›)")  # as the engine writes them
MARGIN = 3  # px that Qt leaves beside a cell's text
FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class DamageDelegate(QStyledItemDelegate):
    """Paint cells that offer `DAMAGE_ROLE` part by part; others as usual."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the cell's background as usual, its text with the marks standing out."""
        if not index.data(DAMAGE_ROLE):
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        widget: QWidget = option.widget
        style = widget.style()
        area = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, widget)
        area = area.adjusted(MARGIN, 0, -MARGIN, 0)
        metrics = option.fontMetrics
        text = metrics.elidedText(option.text, Qt.TextElideMode.ElideRight, area.width())
        option.text = ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        painter.save()
        painter.setFont(option.font)
        plain = option.palette.color(QPalette.ColorRole.Text)
        self._paint_parts(painter, option, area, text, plain)
        painter.restore()

    @staticmethod
    def _paint_parts(
        painter: QPainter, option: QStyleOptionViewItem, area: QRect, text: str, plain: QColor
    ) -> None:
        palette, metrics = current_palette(), option.fontMetrics
        left = area.left()
        for part in MARK.split(text):
            width = metrics.horizontalAdvance(part)
            cell = QRect(left, area.top(), width, area.height())
            if MARK.fullmatch(part):
                top = area.top() + (area.height() - metrics.height()) // 2
                wash = QRect(left, top, width, metrics.height())
                painter.fillRect(wash, QColor(palette.warning_wash))
                painter.setPen(QColor(palette.warning))
            else:
                painter.setPen(plain)
            painter.drawText(cell, FLAGS, part)
            left += width
