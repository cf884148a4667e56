"""A file whose texts are scored: its column, how far it is, the sum, and which words cost."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHeaderView, QLabel, QProgressBar, QPushButton, QWidget

from app.shared.fields.column_picker import ColumnPicker
from app.shared.formatting import (
    counted,
    format_bytes,
    format_count,
    format_percent,
    format_perplexity,
)
from app.shared.labels import ElidedLabel, as_plain, describe, make_label
from app.shared.layouts import in_column, in_row
from app.shared.tables import Column, RecordTable, RowsModel
from app.shared.theme import scaled
from engine import SENTENCE_END, UNKNOWN_TOKEN, FileScored, StageProgress, WordStatistic

WORD, COUNT, BITS, SHARE = range(4)
_STEPS = 1000  # of the bar
_CENTRE = Qt.AlignmentFlag.AlignCenter  # leaves room for the arrow of the order
_PICKER_WIDTH = 180  # px
_NAMES = {
    SENTENCE_END: "(end of sentence)",
    UNKNOWN_TOKEN: "(unknown words together)",
}


class FilePage(QWidget):
    """Choose a file and its text, score it into a new one, and see what it came to.

    Signals
    -------
    open_requested(), score_requested(), cancel_requested()
        The user pressed the button.
    """

    open_requested = Signal()
    score_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_busy = False
        self._is_available = False
        self._total = -1.0  # nats, of the file that was scored
        self._build_choice()
        self._build_progress()
        self._build_result()
        self._build_layout()
        self._open_button.clicked.connect(self.open_requested)
        self._score_button.clicked.connect(self.score_requested)
        self._cancel_button.clicked.connect(self.cancel_requested)
        self._update()

    def _build_choice(self) -> None:
        self._open_button = describe(
            QPushButton("&Choose a file…", self),
            "generation.file_open_button",
            "Choose a file",
            "Choose the table or the text whose sentences are to be scored",
        )
        self._name_label = ElidedLabel(self)
        self._name_label.setText("No file is chosen.")
        self._name_label.setObjectName("generation.file_name_label")
        self._column_picker = describe(
            ColumnPicker("Text column", self),
            "generation.file_column_picker",
            "Text column",
            "The column with the text; several that are ticked are joined",
        )
        self._column_picker.setMinimumWidth(scaled(_PICKER_WIDTH))
        self._per_word_check = describe(
            QCheckBox("A row per &word", self),
            "generation.file_per_word_check",
            "A row per word",
            "Write each word with its surprisal in bits, its rank and whether it is known, the "
            "row's other columns in front: the table that reading times are compared with",
        )
        self._score_button = describe(
            QPushButton("&Score into a new file…", self),
            "generation.file_score_button",
            "Score the file",
            "Write a new CSV: each row with its log₁₀ probability, perplexity, number of words "
            "and of unknown words",
        )
        self._score_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature

    def _build_progress(self) -> None:
        self._bar = describe(QProgressBar(self), "generation.file_bar", "How far it is")
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._cancel_button = describe(
            QPushButton("Cancel", self),
            "generation.file_cancel_button",
            "Stop scoring",
            "Stop; no new file is left (Esc)",
        )
        self._status = make_label("", "hint", self, wrap=True, name="generation.file_status")

    def _build_result(self) -> None:
        self._totals = make_label("", "body", self, wrap=True, name="generation.file_totals")
        self._words = RowsModel(statistic_columns(self._share), self)
        self._table = describe(
            RecordTable(self),
            "generation.file_word_table",
            "What each word costs",
            "How often each word of the vocabulary occurs in the file, its mean surprise, and its "
            "share of the whole",
        )
        self._table.setModel(self._words)
        self._table.setSortingEnabled(True)
        self._table.horizontalHeader().setSortIndicator(SHARE, Qt.SortOrder.DescendingOrder)
        self._table.set_placeholder(
            "After the scoring, each word of the vocabulary stands here: how often it occurs, how "
            "surprising it is on average, and its share of the whole perplexity."
        )
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(WORD, QHeaderView.ResizeMode.Stretch)
        for column in (COUNT, BITS, SHARE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        self._table.fit_columns({COUNT: "1,000,000", BITS: "00.00 bits", SHARE: "100.0 % of all"})

    def _build_layout(self) -> None:
        choice = in_row(self._open_button, (self._name_label, 1))
        label = QLabel("&Text", self)
        label.setBuddy(self._column_picker)
        choice.addWidget(label)
        choice.addWidget(self._column_picker)
        choice.addWidget(self._per_word_check)
        choice.addWidget(self._score_button)
        progress = in_row((self._bar, 1), self._cancel_button)
        in_column(
            choice,
            progress,
            self._status,
            self._totals,
            (self._table, 1),
            of=self,
            margins=(0, 8, 0, 0),
        )

    def show_available(self, *, is_available: bool) -> None:
        """Let a file be scored while there is a model."""
        self._is_available = is_available
        self._update()

    def show_file(self, path: Path, columns: Sequence[str], guessed: int) -> None:
        """Show the file that was chosen, and its columns with the likely one picked."""
        self._name_label.setText(path.name)
        self._name_label.setToolTip(as_plain(str(path)))
        self._column_picker.set_names(columns, [guessed])
        self._status.setText("")
        self._update()

    @property
    def is_per_word(self) -> bool:
        """Whether the new file is to have a row per word."""
        return self._per_word_check.isChecked()

    def columns(self) -> tuple[str, ...]:
        """Return the numbers of the picked columns, from 1: names may occur twice."""
        return tuple(str(column + 1) for column in self._column_picker.picked())

    def show_busy(self, *, is_busy: bool) -> None:
        """Show whether the file is being looked at or scored; then the next key scores it."""
        self.is_busy = is_busy
        self._update()
        if self._score_button.isEnabled():
            self._score_button.setFocus()  # what had it was disabled meanwhile

    def show_progress(self, progress: StageProgress) -> None:
        """Show how far it is."""
        total = progress.total or 1
        self._bar.setValue(min(_STEPS, _STEPS * progress.done // total))
        self._status.setText(
            f"{progress.stage}: {format_bytes(progress.done)} of {format_bytes(total)}"
        )

    def show_status(self, text: str) -> None:
        """Say something about the file."""
        self._status.setText(text)

    def show_scored(self, scored: FileScored, status: str) -> None:
        """Show what the file came to."""
        self._status.setText(status)
        self._totals.setText(totals_text(scored))
        self._total = scored.total.log_probability or -1.0
        self._words.set_rows(scored.words)

    def _share(self, word: WordStatistic) -> float:
        return word.log_probability / self._total

    @Slot()
    def _update(self) -> None:
        is_free = self._is_available and not self.is_busy
        has_file = bool(self._column_picker.picked())
        self._open_button.setEnabled(is_free)
        self._column_picker.setEnabled(is_free and has_file)
        self._score_button.setEnabled(is_free and has_file)
        self._per_word_check.setEnabled(is_free and has_file)
        for part in (self._bar, self._cancel_button):
            part.setVisible(self.is_busy)
        if not self.is_busy:
            self._bar.setValue(0)


def statistic_columns(
    share_of: Callable[[WordStatistic], float],
) -> tuple[Column[WordStatistic], ...]:
    """Return word, number of places, mean surprise and share of the whole."""
    return (
        Column(
            title="Word",
            tip="Of the model's vocabulary",
            text=lambda word: _NAMES.get(word.word, word.word),
        ),
        Column(
            title="Places",
            tip="How often it occurs in the file",
            text=lambda word: format_count(word.count),
            sort_key=lambda word: word.count,
            is_number=True,
            title_alignment=_CENTRE,
        ),
        Column(
            title="Surprise",
            tip="The mean over these places: −log2 of the probability",
            text=lambda word: f"{word.bits:.2f} bits",
            sort_key=lambda word: word.bits,
            is_number=True,
            title_alignment=_CENTRE,
        ),
        Column(
            title="Of all bits",
            tip="How much of the whole file's surprise is due to this word: where a better model "
            "would gain most",
            text=lambda word: format_percent(share_of(word)),
            sort_key=share_of,
            is_number=True,
            title_alignment=_CENTRE,
        ),
    )


def totals_text(scored: FileScored) -> str:
    """Say what a file sums to, with and without its unknown words."""
    total = scored.total
    if not scored.texts:
        return "No row has a text in that column."
    log10 = f"{total.log_probability / math.log(10.0):,.2f}".replace("-", "−")
    text = (
        f"{counted(scored.texts, 'text')}, {counted(total.words, 'word')} (each end of a sentence "
        f"is one). log₁₀ p = {log10}, perplexity {format_perplexity(total.perplexity)} per word."
    )
    if total.unknown:
        known = f"{total.log_probability_of_known / math.log(10.0):,.2f}".replace("-", "−")
        text += (
            f" Without the {counted(total.unknown, 'unknown word')}: log₁₀ p = {known}, "
            f"perplexity {format_perplexity(total.perplexity_of_known)}."
        )
    return text
