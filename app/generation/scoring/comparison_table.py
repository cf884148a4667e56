"""Scored sentences side by side, the most probable first."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from app.generation.records import ModelScore
from app.shared.formatting import format_odds, format_perplexity
from app.shared.tables import Column, RecordTable, RowsModel
from app.shared.theme import scaled

PLACE, SENTENCE, PROBABILITY, PERPLEXITY, MODEL = range(5)
_LARGEST = 500  # sentences; the oldest goes first
_SMALLEST_SENTENCE, _SMALLEST_MODEL = 136, 72  # px, of width
_EMPTY_LINES = 4  # of text, that the words in an empty table take with their edges
_CENTRE = Qt.AlignmentFlag.AlignCenter  # leaves room for the arrow of the order


class ComparisonTable(RecordTable):
    """Show pinned scores, ranked.

    Signals
    -------
    score_requested(str, object)
        The user wants this sentence's words again.
    count_changed(int)
        There are so many pinned scores now.
    removed(object)
        Scores were taken away: all that were there before, for `show_pinned`.
    """

    score_requested = Signal(str, object)
    count_changed = Signal(int)
    removed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pinned: list[ModelScore] = []  # the newest last
        self._scores = RowsModel(comparison_columns(), self)
        self.setModel(self._scores)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        header = self.horizontalHeader()
        header.setSortIndicator(PROBABILITY, Qt.SortOrder.DescendingOrder)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        numbers = {PLACE: "500", PROBABILITY: "1 in 8.8 × 10¹⁰⁰", PERPLEXITY: "12,300"}
        self.fit_columns(numbers | {MODEL: "a long name.csv, 12:34:56, epoch 100.5"})
        self.doubleClicked.connect(self._on_double_clicked)
        self._scores.modelReset.connect(self._share_the_width)

    def pin(self, scored: ModelScore) -> None:
        """Add a score; the same sentence under the same model replaces the old one."""
        kept = [old for old in self._pinned if _identity(old) != _identity(scored)]
        self._show([*kept, scored][-_LARGEST:])

    def selected(self) -> list[ModelScore]:
        """Return the selected scores, from top to bottom."""
        return [self._scores.rows[row] for row in self.selected_rows()]

    @property
    def pinned(self) -> tuple[ModelScore, ...]:
        """All pinned scores, the newest last."""
        return tuple(self._pinned)

    def show_pinned(self, pinned: Sequence[ModelScore]) -> None:
        """Show scores of an earlier time in place of the present ones."""
        self._show(list(pinned))

    def _show(self, pinned: list[ModelScore]) -> None:
        self._pinned = pinned
        self._scores.set_rows(pinned)
        self.count_changed.emit(len(pinned))

    def minimumSizeHint(self) -> QSize:
        """Return room for the headings and the words in an empty table."""
        lines = _EMPTY_LINES * self.fontMetrics().lineSpacing()
        heading = self.horizontalHeader().sizeHint().height()
        return QSize(super().minimumSizeHint().width(), heading + lines)

    @Slot()
    def remove_selected_or_all(self) -> None:
        """Remove the selected sentences, or all of them if none is selected."""
        rows = self.selected_rows() or range(len(self._pinned))
        gone = [self._scores.rows[row] for row in rows]
        before = self.pinned
        self._show([scored for scored in self._pinned if scored not in gone])
        if gone:
            self.removed.emit(before)

    @Slot()
    def _share_the_width(self) -> None:
        """Give the sentence twice the room of the model, or more; scroll what cannot be read.

        One model for all tells nothing: its column leaves its room to the sentences.
        """
        has_models = len({_model_name(scored) for scored in self._pinned}) > 1
        self.setColumnHidden(MODEL, not has_models)
        numbers = sum(map(self.fitted_width, (PLACE, PROBABILITY, PERPLEXITY)))
        room = self.viewport().width() - numbers
        model = max(min(self.fitted_width(MODEL), room // 3), scaled(_SMALLEST_MODEL))
        least = scaled(_SMALLEST_SENTENCE) if self._pinned else 0
        self.setColumnWidth(MODEL, model)
        self.setColumnWidth(SENTENCE, max(room - has_models * model, least))

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        score = self._scores.rows[index.row()].score
        words = tuple(word.word for word in score.words[:-1]) if score.are_words_given else None
        self.score_requested.emit(score.text, words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width."""
        super().resizeEvent(event)
        self._share_the_width()


def comparison_columns() -> tuple[Column[ModelScore], ...]:
    """Return place, sentence, probability, perplexity and model."""
    return (
        Column(
            title="#",
            tip="Place in the present order",
            tooltip=_sentence,
            sort_key=_by_probability,
            is_number=True,
            title_alignment=_CENTRE,
        ),
        Column(
            title="Sentence",
            tip="Double-click a sentence to see its words again",
            text=_sentence,
            tooltip=_sentence,
        ),
        Column(
            title="Probability",
            tip="Of the whole sentence, including its end: longer sentences are less probable",
            text=lambda scored: format_odds(scored.score.log_probability),
            tooltip=_sentence,
            sort_key=_by_probability,
            is_number=True,
            title_alignment=_CENTRE,
        ),
        Column(
            title="Perplexity",
            tip="Per word: how many equally likely words the model wavered "
            "between; comparable across lengths",
            text=lambda scored: format_perplexity(scored.score.perplexity),
            tooltip=_sentence,
            sort_key=lambda scored: (_ordered(scored.score.perplexity), scored.score.text),
            is_number=True,
            title_alignment=_CENTRE,
        ),
        Column(
            title="Model",
            tip="The run (when it began) or file, and its epoch; "
            "only scores of the same model compare",
            text=_model_name,
            tooltip=lambda scored: f"{_model_name(scored)}: {scored.model_title}",
            sort_key=_model_name,
        ),
    )


def _sentence(scored: ModelScore) -> str:
    return scored.score.text


def _by_probability(scored: ModelScore) -> tuple[float, str]:
    return (_ordered(scored.score.log_probability), scored.score.text)


def _model_name(scored: ModelScore) -> str:
    """Return which model of which run it was: two runs may both be at the same epoch."""
    return f"{scored.origin}, {scored.model}" if scored.origin else scored.model


def _identity(scored: ModelScore) -> tuple[str, str, str, str]:
    return (scored.score.text, scored.model, scored.model_title, scored.origin)


def _ordered(number: float) -> float:
    return math.inf if math.isnan(number) else number
