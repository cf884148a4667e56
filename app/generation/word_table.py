"""The per-word table of a scored sentence, with its surprise drawn as bars."""

from typing import ClassVar

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt, Slot
from PySide6.QtGui import QBrush, QColor, QFont, QGuiApplication, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.generation.records import ModelScore
from app.shared.formatting import format_bits, format_count, format_odds, format_probability
from app.shared.tables import Column, ColumnsModel, Index, RecordTable, fit_column
from app.shared.theme import Palette, current_palette, scaled
from engine import WordScore

_WIDEST_BITS = "000.00 bits"
_SMALLEST_WORD, _SMALLEST_BAR = 96, 88  # px, of width
_MARGIN = 8.0  # pixels around a bar
_BAR_SHARE = 0.5  # of the row's height

WORD, PROBABILITY, RANK, SURPRISE = range(4)
WORD_ROLE = Qt.ItemDataRole.UserRole
END_TEXT = "(end of sentence)"
_END = "SENTENCE_END"  # as the engine calls it; typed words are in lower case


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
        if not isinstance(model, WordProbabilityModel) or not isinstance(word, WordScore):
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


def _bar_colour(word: WordScore, colours: Palette) -> str:
    if not word.is_known:
        return colours.bad
    return colours.faint if word.word == _END else colours.accent


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

    def show_score(self, score: ModelScore | None) -> None:
        """Show the words of `score`; None empties the table."""
        self._words.show(score)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the word give way where the bar would have no room."""
        super().resizeEvent(event)
        surprise = self.fontMetrics().horizontalAdvance(_WIDEST_BITS) + scaled(_SMALLEST_BAR)
        room = self.viewport().width() - self._numbers - surprise
        self.setColumnWidth(WORD, min(self._widest_word, max(room, scaled(_SMALLEST_WORD))))


class WordProbabilityModel(ColumnsModel):
    """One row a word, the sentence's end last."""

    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(
            name="Word",
            tip="The words as the network reads them; the sentence's end is predicted like a word",
        ),
        Column(
            name="Probability",
            tip="Probability of the word, given those before it",
            is_number=True,
        ),
        Column(
            name="Rank",
            tip="1 = the model thought this the likeliest word here",
            is_number=True,
        ),
        Column(
            name="Surprise",
            tip="Bits: −log2 of the probability; a long bar is a surprise, "
            "the mark is a blind guess",
        ),
    )

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[WordScore, ...] = ()
        self.guess_bits = 0.0
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    def show(self, score: ModelScore | None) -> None:
        """Show the words of `score`; None shows none."""
        self.beginResetModel()
        self._words = () if score is None else score.score.words
        self.guess_bits = 0.0 if score is None else score.guess_bits
        self.endResetModel()

    @property
    def full_bar_bits(self) -> float:
        """The surprise that fills a bar: a little beyond a blind guess, or the largest."""
        largest = max((word.bits for word in self._words), default=0.0)
        return max(largest, 1.1 * self.guess_bits, 1.0)

    @Slot()
    def _on_scheme_changed(self) -> None:
        if self._words:
            last = self.index(len(self._words) - 1, SURPRISE)
            self.dataChanged.emit(self.index(0, WORD), last)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of words, the end included."""
        return 0 if parent.isValid() else len(self._words)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what one cell shows."""
        if not index.isValid():
            return None
        word, column = self._words[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(word, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tooltip(word)
        if role == Qt.ItemDataRole.ForegroundRole:
            return _brush(word, column)
        if role == Qt.ItemDataRole.FontRole and column == WORD and word.word == _END:
            font = QFont(QGuiApplication.font())
            font.setItalic(True)
            return font
        if role == WORD_ROLE:
            return word
        return None


def _text(word: WordScore, column: int) -> str:
    if column == PROBABILITY:
        return format_probability(word.log_probability)
    if column == RANK:
        return format_count(word.rank)
    if column == SURPRISE:
        return format_bits(word.bits)
    if word.word == _END:
        return END_TEXT
    return word.word if word.is_known else f"{word.word}   unknown → UNKNOWN_TOKEN"


def _tooltip(word: WordScore) -> str:
    name = "The end of the sentence here" if word.word == _END else f"“{word.word}”"
    note = "" if word.is_known else " Not in the vocabulary: scored as UNKNOWN_TOKEN."
    log_probability = f"{word.log_probability:.3f}".replace("-", "−")
    return (
        f"{name}: {format_odds(word.log_probability)}, ln p = {log_probability} nats, "
        f"{format_bits(word.bits)}.{note}"
    )


def _brush(word: WordScore, column: int) -> QBrush | None:
    if column != WORD:
        return None
    if word.word == _END:
        return QBrush(QColor(current_palette().faint))
    return None if word.is_known else QBrush(QColor(current_palette().bad))
