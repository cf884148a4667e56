"""The table of ranked candidates, and the same as a CSV."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from app.shared.formatting import format_count
from app.shared.saving import inert_csv
from app.shared.tables import Column, RecordTable, RowsModel
from app.shared.theme import scaled
from engine import RankedCandidate

GROUP, PLACE, LISTED, SENTENCE, TOTAL, LOG_P, PER_WORD, OWN, UNKNOWN = range(9)
_SMALLEST_SENTENCE = 240  # px, of width
_CSV_COLUMNS = (
    "group",
    "rank",
    "rank_in_list",
    "total",
    "log10_probability",
    "log10_probability_per_word",
    "own_score",
    "unknown_words",
    "sentence",
)


class RankedTable(RecordTable):
    """Show candidates in order.

    Signals
    -------
    sentence_chosen(str)
        The user wants to see the words of this one.
    """

    sentence_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ranked: Sequence[RankedCandidate] = ()
        self._rows = RowsModel(ranked_columns(), self)
        self.setModel(self._rows)
        self.setWordWrap(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._figures = {
            GROUP: "100",
            PLACE: "100",
            LISTED: "100",
            TOTAL: "−123.45",
            LOG_P: "−123.45",
            PER_WORD: "−1.23",
            OWN: "−123.45",
            UNKNOWN: "10",
        }
        self.fit_columns(self._figures)
        self.set_placeholder("The sentences appear here in order, the most probable first.")
        self.doubleClicked.connect(self._on_double_clicked)
        self.show_ranking(())

    def show_ranking(self, ranked: Sequence[RankedCandidate]) -> None:
        """Show candidates in the order given; columns that tell nothing more are left out."""
        self._ranked = ranked
        self._rows.set_rows(ranked)
        candidates = [each.scored.candidate for each in ranked]
        self.setColumnHidden(GROUP, not any(each.group for each in candidates))
        self.setColumnHidden(TOTAL, all(each.total == _log10(each) for each in ranked))
        self.setColumnHidden(OWN, not any(each.own_score for each in candidates))
        self.setColumnHidden(UNKNOWN, not any(each.scored.score.unknown for each in ranked))
        self._share_the_width()

    def ranked(self) -> Sequence[RankedCandidate]:
        """Return what is shown."""
        return self._ranked

    def _share_the_width(self) -> None:
        """Give each figure what it needs, and the sentence what is left."""
        shown = [column for column in self._figures if not self.isColumnHidden(column)]
        room = self.viewport().width() - sum(map(self.fitted_width, shown))
        self.setColumnWidth(SENTENCE, max(room, scaled(_SMALLEST_SENTENCE)))

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.sentence_chosen.emit(self._ranked[index.row()].scored.candidate.text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the sentence what is left."""
        super().resizeEvent(event)
        self._share_the_width()


def ranked_columns() -> tuple[Column[RankedCandidate], ...]:
    """Return group, places, figures and the sentence."""
    return (
        Column(
            title="List",
            tip="Which of several lists it belongs to",
            text=lambda row: row.scored.candidate.group,
        ),
        Column(
            title="#",
            tip="Its place, 1 the best",
            text=lambda row: format_count(row.place),
            is_number=True,
        ),
        Column(
            title="Was",
            tip="Its place in the list as it was given",
            text=lambda row: format_count(row.place_in_list),
            is_number=True,
        ),
        Column(
            title="Sentence",
            tip="Double-click a sentence to see its words",
            text=lambda row: row.scored.candidate.text,
            tooltip=lambda row: row.scored.candidate.text,
        ),
        Column(
            title="Total",
            tip="What the order is based on: the weights times the model's and the list's scores",
            text=lambda row: _figure(row.total),
            is_number=True,
        ),
        Column(
            title="log₁₀ p",
            tip="The model's log₁₀ probability of the sentence, including its end",
            text=lambda row: _figure(_log10(row)),
            is_number=True,
        ),
        Column(
            title="Per word",
            tip="The same per word, the sentence's end being one: fair to long sentences",
            text=lambda row: _figure(_log10(row) / row.scored.score.words),
            is_number=True,
        ),
        Column(
            title="List’s own",
            tip="The score given in the list",
            text=lambda row: _figure(row.scored.candidate.own_score),
            is_number=True,
        ),
        Column(
            title="Unknown",
            tip="Words that the model does not know: each is scored as UNKNOWN_TOKEN, so two "
            "sentences that differ only in them score the same",
            text=lambda row: format_count(row.scored.score.unknown),
            is_number=True,
        ),
    )


def ranking_as_csv(ranked: Sequence[RankedCandidate]) -> str:
    """Return the order with all its figures."""
    return inert_csv(
        _CSV_COLUMNS,
        (
            (
                each.scored.candidate.group,
                each.place,
                each.place_in_list,
                round(each.total, 6),
                round(_log10(each), 6),
                round(_log10(each) / each.scored.score.words, 6),
                each.scored.candidate.own_score,
                each.scored.score.unknown,
                each.scored.candidate.text,
            )
            for each in ranked
        ),
    )


def _log10(row: RankedCandidate) -> float:
    return row.scored.score.log_probability / math.log(10.0)


def _figure(number: float) -> str:
    return f"{number:,.2f}".replace("-", "−")
