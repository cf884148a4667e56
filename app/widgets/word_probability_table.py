"""The per-word table of a scored sentence, with its surprise drawn as bars."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.shared.tables import RecordTable, fit_column
from app.shared.theme import Palette, current_palette, scaled
from app.state.scored_sentence import ScoredSentence, ScoredWord
from app.widgets.word_probability_model import (
    PROBABILITY,
    RANK,
    SURPRISE,
    WORD,
    WORD_ROLE,
    WordProbabilityModel,
)

_WIDEST_BITS = "000.00 bits"
_SMALLEST_WORD, _SMALLEST_BAR = 96, 88  # px, of width
_MARGIN = 8.0  # pixels around a bar
_BAR_SHARE = 0.5  # of the row's height


class SurpriseDelegate(QStyledItemDelegate):
    """Draw a word's bits as a number and a bar."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the number as usual and the bar to its right."""
        super().paint(painter, option, index)
        model, word = index.model(), index.data(WORD_ROLE)
        if not isinstance(model, WordProbabilityModel) or not isinstance(word, ScoredWord):
            return
        cell = QRectF(option.rect)
        left = cell.left() + option.fontMetrics.horizontalAdvance(_WIDEST_BITS) + 2 * _MARGIN
        room = cell.right() - _MARGIN - left
        if room <= 0:
            return
        height = cell.height() * _BAR_SHARE
        top = cell.center().y() - height / 2
        width = room * min(1.0, word.bits / model.full_bar_bits)
        colours = current_palette()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(_bar_colour(word, colours)))
        painter.drawRoundedRect(QRectF(left, top, max(width, 1.5), height), 2.0, 2.0)
        mark = left + room * min(1.0, model.guess_bits / model.full_bar_bits)
        painter.setBrush(QColor(colours.faint))
        painter.drawRect(QRectF(mark, cell.top() + 2, 1.0, cell.height() - 4))
        painter.restore()


def _bar_colour(word: ScoredWord, colours: Palette) -> str:
    if not word.is_known:
        return colours.bad
    return colours.faint if word.is_end else colours.accent


class WordProbabilityTable(RecordTable):
    """Show how well each word of a sentence was foreseen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = WordProbabilityModel(self)
        self.setModel(self._words)
        self.setItemDelegateForColumn(SURPRISE, SurpriseDelegate(self))
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(SURPRISE, QHeaderView.ResizeMode.Stretch)
        self._widest_word = fit_column(self, WORD, "somewhat   unknown → UNKNOWN_TOKEN")
        self._numbers = fit_column(self, PROBABILITY, "0.00123") + fit_column(self, RANK, "100,000")

    def show_score(self, score: ScoredSentence | None) -> None:
        """Show the words of `score`; None empties the table."""
        self._words.show(score)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the word give way where the bar would have no room."""
        super().resizeEvent(event)
        surprise = self.fontMetrics().horizontalAdvance(_WIDEST_BITS) + scaled(_SMALLEST_BAR)
        room = self.viewport().width() - self._numbers - surprise
        self.setColumnWidth(WORD, min(self._widest_word, max(room, scaled(_SMALLEST_WORD))))
