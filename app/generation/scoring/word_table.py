"""The per-word table of a scored sentence, with its surprise drawn as bars."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QGuiApplication, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.generation.records import ModelScore
from app.generation.scoring.bands import expected_text
from app.shared.direction import isolated
from app.shared.formatting import format_bits, format_count, format_odds, format_probability
from app.shared.tables import Column, RecordTable, RowsModel
from app.shared.theme import Palette, current_palette, scaled
from engine import SENTENCE_END, WordScore

_WIDEST_BITS = "000.00 bits"
_SMALLEST_WORD, _SMALLEST_BAR = 96, 88  # px, of width
_MARGIN = 8.0  # pixels around a bar
_BAR_SHARE = 0.5  # of the row's height

WORD, PROBABILITY, RANK, SURPRISE = range(4)
WORD_ROLE = int(Qt.ItemDataRole.UserRole)
END_TEXT = "(end of sentence)"


class WordProbabilityTable(RecordTable):
    """Show how well each word of a sentence was foreseen, the sentence's end last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = RowsModel(word_columns(), self)
        self.setModel(self._words)
        self._surprise = SurpriseDelegate(self)
        self.setItemDelegateForColumn(SURPRISE, self._surprise)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(SURPRISE, QHeaderView.ResizeMode.Stretch)
        widest_word = "somewhat   unknown → UNKNOWN_TOKEN"
        self.fit_columns({WORD: widest_word, PROBABILITY: "0.00123", RANK: "100,000"})

    def show_score(self, scored: ModelScore | None) -> None:
        """Show the words of a score; None empties the table."""
        if scored is not None:
            largest = max((word.bits for word in scored.score.words), default=0.0)
            self._surprise.guess_bits = scored.guess_bits
            self._surprise.full_bar_bits = max(largest, 1.1 * scored.guess_bits, 1.0)
        self._words.set_rows(() if scored is None else scored.score.words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the word give way where the bar would have no room."""
        super().resizeEvent(event)
        surprise = self.fontMetrics().horizontalAdvance(_WIDEST_BITS) + scaled(_SMALLEST_BAR)
        numbers = self.fitted_width(PROBABILITY) + self.fitted_width(RANK)
        room = max(self.viewport().width() - numbers - surprise, scaled(_SMALLEST_WORD))
        self.setColumnWidth(WORD, min(self.fitted_width(WORD), room))


class SurpriseDelegate(QStyledItemDelegate):
    """Draw a word's bits as a number and a bar.

    Attributes
    ----------
    guess_bits : float
        The surprise of a blind guess, which is marked.
    full_bar_bits : float
        The surprise that fills a bar: a little beyond a blind guess, or the largest.
    """

    guess_bits = 0.0
    full_bar_bits = 1.0

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the number as usual and the bar to its right."""
        super().paint(painter, option, index)
        word = index.data(WORD_ROLE)
        if not isinstance(word, WordScore):
            return
        cell = QRectF(option.rect)
        left = cell.left() + option.fontMetrics.horizontalAdvance(_WIDEST_BITS) + 2 * _MARGIN
        room = cell.right() - _MARGIN - left
        if room <= 0:
            return
        height = cell.height() * _BAR_SHARE
        top = cell.center().y() - height / 2
        width = room * min(1.0, word.bits / self.full_bar_bits)
        colours = current_palette()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(_bar_colour(word, colours)))
        painter.drawRoundedRect(QRectF(left, top, max(width, 1.5), height), 2.0, 2.0)
        mark = left + room * min(1.0, self.guess_bits / self.full_bar_bits)
        painter.setBrush(QColor(colours.faint))
        painter.drawRect(QRectF(mark, cell.top() + 2, 1.0, cell.height() - 4))
        painter.restore()


def _bar_colour(word: WordScore, colours: Palette) -> str:
    if not word.is_known:
        return colours.bad
    return colours.faint if word.word == SENTENCE_END else colours.accent


def word_columns() -> tuple[Column[WordScore], ...]:
    """Return the word, its probability, its rank and its surprise."""
    return (
        Column(
            title="Word",
            tip="The words as the network reads them; the sentence's end is predicted like a word",
            text=_word,
            tooltip=_tooltip,
            roles={Qt.ItemDataRole.ForegroundRole: _brush, Qt.ItemDataRole.FontRole: _font},
        ),
        Column(
            title="Probability",
            tip="Probability of the word, given those before it",
            text=lambda word: format_probability(word.log_probability),
            tooltip=_tooltip,
            is_number=True,
        ),
        Column(
            title="Rank",
            tip="1 = the model thought this the likeliest word here",
            text=lambda word: format_count(word.rank),
            tooltip=_tooltip,
            is_number=True,
        ),
        Column(
            title="Surprise",
            tip="Bits: −log2 of the probability; a long bar is a surprise, "
            "the mark is the uniform guess",
            text=lambda word: format_bits(word.bits),
            tooltip=_tooltip,
            roles={WORD_ROLE: lambda word: word},
        ),
    )


def _word(word: WordScore) -> str:
    if word.word == SENTENCE_END:
        return END_TEXT
    shown = isolated(word.word)
    return shown if word.is_known else f"{shown}   unknown → UNKNOWN_TOKEN"


def _tooltip(word: WordScore) -> str:
    is_end = word.word == SENTENCE_END
    name = "The end of the sentence here" if is_end else f"“{isolated(word.word)}”"
    note = "" if word.is_known else " Not in the vocabulary: scored as UNKNOWN_TOKEN."
    log_probability = f"{word.log_probability:.3f}".replace("-", "−")
    return (
        f"{name}: {format_odds(word.log_probability)}, ln p = {log_probability} nats, "
        f"{format_bits(word.bits)}.{note}{expected_text(word)}"
    )


def _brush(word: WordScore) -> QBrush | None:
    if word.word == SENTENCE_END:
        return QBrush(QColor(current_palette().faint))
    return None if word.is_known else QBrush(QColor(current_palette().bad))


def _font(word: WordScore) -> QFont | None:
    if word.word != SENTENCE_END:
        return None
    font = QFont(QGuiApplication.font())
    font.setItalic(True)
    return font
