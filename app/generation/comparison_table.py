"""Scored sentences side by side, the most probable first."""

import math
from typing import ClassVar

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from app.generation.records import ModelScore
from app.shared.formatting import format_odds, format_perplexity
from app.shared.tables import Column, ColumnsModel, Index, RecordTable, fit_column
from app.shared.theme import scaled

PLACE, SENTENCE, PROBABILITY, PERPLEXITY, MODEL = range(5)
_LARGEST = 500  # sentences; the oldest goes first
_SMALLEST_SENTENCE, _SMALLEST_MODEL = 136, 72  # px, of width
_EMPTY_LINES = 4  # of text, that the words in an empty table take with their edges
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ComparisonModel(ColumnsModel):
    """Pinned scores, ordered by probability or by perplexity."""

    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(name="#", tip="Place in the present order", is_number=True),
        Column(name="Sentence", tip="Double-click a sentence to see its words again"),
        Column(
            name="Probability",
            tip="Of the whole sentence, its end included: longer sentences are less probable",
            is_number=True,
        ),
        Column(
            name="Perplexity",
            tip="A word: how many equally likely words the model wavered between; "
            "fair across lengths",
            is_number=True,
        ),
        Column(
            name="Model",
            tip="The run (when it began) or file, and its epoch; "
            "only scores of the same model compare",
        ),
    )

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pinned: list[ModelScore] = []  # the newest last
        self._shown: list[ModelScore] = []
        self._column = PROBABILITY
        self._is_falling = True

    def pin(self, scored: ModelScore) -> None:
        """Add a score; the same sentence under the same model replaces the old one."""
        kept = [old for old in self._pinned if _identity(old) != _identity(scored)]
        self._set([*kept, scored][-_LARGEST:])

    @property
    def has_several_models(self) -> bool:
        """Whether the models must be told apart."""
        return len({_model_name(scored) for scored in self._pinned}) > 1

    def remove(self, rows: list[int]) -> None:
        """Remove the scores in `rows`."""
        gone = [self._shown[row] for row in rows]
        self._set([scored for scored in self._pinned if scored not in gone])

    def score(self, row: int) -> ModelScore:
        """Return the score in `row`."""
        return self._shown[row]

    def _set(self, pinned: list[ModelScore]) -> None:
        self.beginResetModel()
        self._pinned = pinned
        self._shown = sorted(pinned, key=self._key, reverse=self._is_falling)
        self.endResetModel()

    def _key(self, scored: ModelScore) -> tuple[float, str]:
        score = scored.score
        if self._column == PERPLEXITY:
            return (_ordered(score.perplexity), score.text)
        if self._column == SENTENCE:
            return (0.0, score.text.casefold())
        if self._column == MODEL:
            return (0.0, _model_name(scored))
        return (_ordered(score.log_probability), score.text)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows by `column`."""
        self._column = PROBABILITY if column == PLACE else column
        self._is_falling = order == Qt.SortOrder.DescendingOrder
        self._set(self._pinned)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of pinned scores."""
        return 0 if parent.isValid() else len(self._shown)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's name or its explanation."""
        answer = super().headerData(section, orientation, role)
        if role == Qt.ItemDataRole.TextAlignmentRole and answer == _RIGHT:
            return Qt.AlignmentFlag.AlignCenter  # that leaves room for the arrow of the order
        return answer

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what one cell shows."""
        if not index.isValid():
            return None
        scored, column = self._shown[index.row()], index.column()
        score = scored.score
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                f"{index.row() + 1}",
                score.text,
                format_odds(score.log_probability),
                format_perplexity(score.perplexity),
                _model_name(scored),
            )[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            if column == MODEL:
                return f"{_model_name(scored)}: {scored.model_title}"
            return score.text
        return None


def _identity(scored: ModelScore) -> tuple[str, str, str, str]:
    return (scored.score.text, scored.model, scored.model_title, scored.origin)


def _model_name(scored: ModelScore) -> str:
    """Return which model of which run it was: two runs may both be at the same epoch."""
    return f"{scored.origin}, {scored.model}" if scored.origin else scored.model


def _ordered(number: float) -> float:
    return math.inf if math.isnan(number) else number


class ComparisonTable(RecordTable):
    """Show pinned scores, ranked.

    Signals
    -------
    score_requested(str)
        The user wants this sentence's words again.
    count_changed(int)
        There are so many pinned scores now.
    """

    score_requested = Signal(str)
    count_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scores = ComparisonModel(self)
        self.setModel(self._scores)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        header = self.horizontalHeader()
        header.setSortIndicator(PROBABILITY, Qt.SortOrder.DescendingOrder)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        numbers = {PLACE: "500", PROBABILITY: "1 in 8.8 × 10¹⁰⁰", PERPLEXITY: "12,300"}
        self._numbers = sum(fit_column(self, *number) for number in numbers.items())
        self._widest_model = fit_column(self, MODEL, "a long name.csv, 12:34:56, epoch 100.5")
        self.setMinimumHeight(header.sizeHint().height() + _EMPTY_LINES * self._line_height())
        self.doubleClicked.connect(self._on_double_clicked)
        self._scores.modelReset.connect(self._share_the_width)

    def pin(self, scored: ModelScore) -> None:
        """Add a scored sentence."""
        self._scores.pin(scored)
        self.count_changed.emit(self._scores.rowCount())

    def _line_height(self) -> int:
        return self.fontMetrics().lineSpacing()

    @Slot()
    def remove_selected_or_all(self) -> None:
        """Remove the selected sentences, or all of them if none is selected."""
        rows = self.selected_rows() or list(range(self._scores.rowCount()))
        self._scores.remove(rows)
        self.count_changed.emit(self._scores.rowCount())

    @Slot()
    def _share_the_width(self) -> None:
        """Give the sentence twice the room of the model, or more; scroll what cannot be read.

        One model for all tells nothing: its column leaves its room to the sentences.
        """
        has_models = self._scores.has_several_models
        self.setColumnHidden(MODEL, not has_models)
        room = self.viewport().width() - self._numbers
        model = max(min(self._widest_model, room // 3), scaled(_SMALLEST_MODEL))
        least = scaled(_SMALLEST_SENTENCE) if self._scores.rowCount() else 0
        self.setColumnWidth(MODEL, model)
        self.setColumnWidth(SENTENCE, max(room - has_models * model, least))

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.score_requested.emit(self._scores.score(index.row()).score.text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width."""
        super().resizeEvent(event)
        self._share_the_width()
