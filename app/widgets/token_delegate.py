"""Paint the words of a sentence, those that are not in the vocabulary marked.

An unknown word has its own colour and a line under it, so that the mark does
not depend on seeing colours.
"""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.shared.theme import current_palette
from app.widgets.corpus_sentence_model import TOKENS_ROLE

MARGIN = 3  # px that Qt leaves beside a cell's text
ELLIPSIS = "…"
FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class TokenDelegate(QStyledItemDelegate):
    """Paint a cell that offers `TOKENS_ROLE` word by word."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the cell's background as usual and its words one by one."""
        tokens = index.data(TOKENS_ROLE)
        if tokens is None:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        text_area = option.widget.style().subElementRect(
            QStyle.SubElement.SE_ItemViewItemText, option, option.widget
        )
        option.text = ""
        widget: QWidget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        painter.save()
        painter.setClipRect(option.rect)
        self._paint_tokens(painter, option, text_area, tokens)
        painter.restore()

    def _paint_tokens(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        text_area: QRect,
        tokens: tuple[object, ...],
    ) -> None:
        palette, metrics = current_palette(), option.fontMetrics
        area = text_area.adjusted(MARGIN, 0, -MARGIN, 0)
        painter.setFont(option.font)
        left, space = area.left(), metrics.horizontalAdvance(" ")
        last_left = area.right() - metrics.horizontalAdvance(ELLIPSIS)
        under = area.top() + (area.height() + metrics.height()) // 2
        for number, token in enumerate(tokens, start=1):
            text, is_known = str(getattr(token, "text", "")), bool(getattr(token, "is_known", True))
            width = metrics.horizontalAdvance(text)
            is_last = number == len(tokens)
            cell = QRect(left, area.top(), area.width(), area.height())
            if left + width > (area.right() if is_last else last_left):
                painter.setPen(QColor(palette.faint))
                painter.drawText(cell, FLAGS, ELLIPSIS)
                return
            painter.setPen(QColor(palette.foreground if is_known else palette.bad))
            painter.drawText(cell, FLAGS, text)
            if not is_known:
                self._underline(painter, QRect(left, under, width, 1), palette.bad)
            left += width + space

    @staticmethod
    def _underline(painter: QPainter, line: QRect, colour: str) -> None:
        painter.setPen(QPen(QColor(colour), 1, Qt.PenStyle.DotLine))
        painter.drawLine(line.left(), line.top(), line.right(), line.top())
