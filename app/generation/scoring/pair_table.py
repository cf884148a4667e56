"""A minimal pair: two sentences word under word, each coloured, and what each place costs more."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from app.generation.records import ModelScore
from app.generation.scoring.alignment import Opposite, aligned
from app.generation.scoring.bands import band_colour, band_limits, band_of, expected_text, word_tip
from app.shared.direction import isolated
from app.shared.formatting import format_perplexity
from app.shared.labels import as_plain, describe, make_label
from app.shared.layouts import in_column
from app.shared.tables import CELL_PADDING, prepare_rows
from engine import SENTENCE_END, WordScore

FIRST, SECOND, DIFFERENCE = range(3)
_SMALLEST_DIFFERENCE = 0.05  # bits that are worth a sign
_CERTAIN_BITS = 1000.0  # beyond which no number of times is said

Index = QModelIndex | QPersistentModelIndex


class PairTable(QWidget):
    """Show two scores; hidden while there are no two.

    Attributes
    ----------
    verdict_label : QLabel
        Says which one is more probable; it stands where the owner puts it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = PairModel(self)
        self.verdict_label = make_label("", "body", parent, wrap=True, name="generation.pair_label")
        self._table = describe(
            QTableView(self), "generation.pair_table", "Two sentences word under word"
        )
        self._table.setModel(self._model)
        prepare_rows(self._table)
        self._table.setSelectionMode(QTableView.SelectionMode.NoSelection)
        self._table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self._table.verticalHeader().show()
        self._table.horizontalHeader().hide()
        self._table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        in_column(self._table, of=self, margins=0)
        self.show_pair(None)

    def show_pair(self, pair: tuple[ModelScore, ModelScore] | None) -> None:
        """Show two sentences, the first above; None hides the table."""
        if pair is not None:
            self._model.set_pair(*pair)
            self.verdict_label.setText(verdict(*pair))
            self.verdict_label.setToolTip(as_plain(verdict(*pair)))
            self._fit()
        for part in (self, self.verdict_label):
            part.setVisible(pair is not None)

    def _fit(self) -> None:
        """Make each column as wide as its words, and the table as tall as its rows."""
        metrics = QFontMetrics(_font(is_bold=True))
        for column in range(self._model.columnCount()):
            texts = (str(self._model.index(row, column).data() or "") for row in range(3))
            widest = max(map(metrics.horizontalAdvance, texts), default=0)
            self._table.setColumnWidth(column, widest + CELL_PADDING)
        bar = self._table.horizontalScrollBar().sizeHint().height()
        rows = 3 * self._table.verticalHeader().defaultSectionSize()
        self._table.setFixedHeight(rows + bar + 2 * self._table.frameWidth())


class PairModel(QAbstractTableModel):
    """Three rows: both sentences, and the bits that the second costs more; a column per place."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places: list[Opposite] = []
        self._totals = (0.0, 0.0)  # bits
        self._limits = band_limits(2000)

    def set_pair(self, first: ModelScore, second: ModelScore) -> None:
        """Show two scores."""
        self.beginResetModel()
        self._places = aligned(first.score.words, second.score.words)
        self._totals = (_bits(first), _bits(second))
        self._limits = band_limits(round(2.0**first.guess_bits))
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return 3."""
        return 0 if parent.isValid() else 3

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of places, and one for the sum."""
        return 0 if parent.isValid() or not self._places else len(self._places) + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Name the rows."""
        if orientation == Qt.Orientation.Vertical and role == Qt.ItemDataRole.DisplayRole:
            return ("A", "B", "B − A")[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a word with its bits, or the difference."""
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if column == len(self._places):
            return self._sum(row, role)
        place = self._places[column]
        word = (place.first, place.second, None)[row]
        match role:
            case Qt.ItemDataRole.DisplayRole if row == DIFFERENCE:
                return signed(place.bits_more)
            case Qt.ItemDataRole.DisplayRole:
                return "" if word is None else f"{_shown(word)}  {word.bits:.1f}"
            case Qt.ItemDataRole.ToolTipRole if word is not None:
                return as_plain(f"{word_tip(word)}{expected_text(word)}")
            case Qt.ItemDataRole.BackgroundRole if word is not None:
                colour = band_colour(band_of(word.rank, self._limits))
                return QBrush(QColor(colour)) if colour else None
            case Qt.ItemDataRole.FontRole:
                is_unknown = word is not None and not word.is_known
                return _font(is_bold=not place.is_same, is_italic=is_unknown)
            case _:
                return None

    def _sum(self, row: int, role: int) -> object:
        if role == Qt.ItemDataRole.FontRole:
            return _font(is_bold=True)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if row == DIFFERENCE:
            return f"= {signed(self._totals[1] - self._totals[0])}"
        return f"= {self._totals[row]:.1f} bits"


def verdict(first: ModelScore, second: ModelScore) -> str:
    """Say which of two sentences is more probable, and by how much."""
    more = _bits(second) - _bits(first)
    better, worse = (first, second) if more > 0 else (second, first)
    if first.model_title != second.model_title:
        return "These were scored by different models: their bits do not compare."
    if abs(more) < _SMALLEST_DIFFERENCE:
        unknown = {*first.score.unknown_words, *second.score.unknown_words}
        why = (
            ": they differ in unknown words, which are all the same to the model" if unknown else ""
        )
        return f"Equally probable{why}."
    times = (
        f"{format_perplexity(2.0 ** abs(more))} times as probable as"
        if abs(more) < _CERTAIN_BITS
        else "immeasurably more probable than"
    )
    return f"“{_text(better)}” is {times} “{_text(worse)}”."


def signed(bits: float) -> str:
    """Return a difference with its sign; "0" for one that is too small to tell."""
    if abs(bits) < _SMALLEST_DIFFERENCE:
        return "0"
    return f"{bits:+.1f}".replace("-", "−")


def _shown(word: WordScore) -> str:
    return "⏎" if word.word == SENTENCE_END else isolated(word.word)


def _text(scored: ModelScore) -> str:
    return isolated(" ".join(scored.score.text.split()))


def _bits(scored: ModelScore) -> float:
    return sum(word.bits for word in scored.score.words)


def _font(*, is_bold: bool, is_italic: bool = False) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setBold(is_bold)
    font.setItalic(is_italic)
    return font
