"""The words of a scored sentence as rows of a table."""

from typing import ClassVar

from PySide6.QtCore import QModelIndex, QObject, Qt, Slot
from PySide6.QtGui import QBrush, QColor, QFont, QGuiApplication

from app.shared.formatting import format_bits, format_count, format_odds, format_probability
from app.shared.tables import Column, ColumnsModel, Index
from app.shared.theme import current_palette
from app.state.scored_sentence import ScoredSentence, ScoredWord

WORD, PROBABILITY, RANK, SURPRISE = range(4)
WORD_ROLE = Qt.ItemDataRole.UserRole
END_TEXT = "(end of sentence)"


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
        self._words: tuple[ScoredWord, ...] = ()
        self.guess_bits = 0.0
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    def show(self, score: ScoredSentence | None) -> None:
        """Show the words of `score`; None shows none."""
        self.beginResetModel()
        self._words = () if score is None else score.words
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
        if role == Qt.ItemDataRole.FontRole and column == WORD and word.is_end:
            font = QFont(QGuiApplication.font())
            font.setItalic(True)
            return font
        if role == WORD_ROLE:
            return word
        return None


def _text(word: ScoredWord, column: int) -> str:
    if column == PROBABILITY:
        return format_probability(word.log_probability)
    if column == RANK:
        return format_count(word.rank)
    if column == SURPRISE:
        return format_bits(word.bits)
    if word.is_end:
        return END_TEXT
    return word.text if word.is_known else f"{word.text}   unknown → UNKNOWN_TOKEN"


def _tooltip(word: ScoredWord) -> str:
    name = "The end of the sentence here" if word.is_end else f"“{word.text}”"
    note = "" if word.is_known else " Not in the vocabulary: scored as UNKNOWN_TOKEN."
    log_probability = f"{word.log_probability:.3f}".replace("-", "−")
    return (
        f"{name}: {format_odds(word.log_probability)}, ln p = {log_probability} nats, "
        f"{format_bits(word.bits)}.{note}"
    )


def _brush(word: ScoredWord, column: int) -> QBrush | None:
    if column != WORD:
        return None
    if word.is_end:
        return QBrush(QColor(current_palette().faint))
    return None if word.is_known else QBrush(QColor(current_palette().bad))
