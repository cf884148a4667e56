"""A list of candidate sentences in order: what the model thinks, weighed against the list."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.generation.ranking.ranked_table import RankedTable
from app.shared.formatting import counted
from app.shared.labels import describe, make_label, make_splitter
from app.shared.layouts import in_column, in_row
from engine import RankedCandidate, RankWeights, StageProgress

_LARGEST_WEIGHT = 1000.0
_LIST_WIDTH, _TABLE_WIDTH = 250, 920  # px
_EXAMPLE = (
    "One sentence per line, such as\n\nhe goes to school .\nhe go to school .\n\n"
    "A score may come before or after it, separated by a tab; n-best lists of Moses "
    "(number ||| sentence ||| features ||| score) and of Kaldi (talk-1 sentence) are ranked "
    "number by number. Scores in a file of their own come with Own scores…"
)


class RankPage(QWidget):
    """Take a list and show its order.

    Signals
    -------
    rank_requested(str), open_requested(), save_requested(), cancel_requested()
        The user pressed the button: with what was typed, or to choose a file.
    own_scores_requested(str)
        The user wants to choose a file of the list's own scores, with what is typed now.
    weights_changed()
        The list is to be ordered by other weights.
    sentence_chosen(str)
        The user wants to see the words of this one.
    """

    rank_requested = Signal(str)
    open_requested = Signal()
    own_scores_requested = Signal(str)
    save_requested = Signal()
    cancel_requested = Signal()
    weights_changed = Signal()
    sentence_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_busy = False
        self._is_available = False
        self._build_list()
        self._build_weights()
        self._build_result()
        self._build_layout()
        self._connect_signals()
        self._update()

    def _build_list(self) -> None:
        self._edit = describe(
            QPlainTextEdit(self),
            "generation.rank_edit",
            "Candidate sentences",
            "The sentences to put in order, one per line, with or without scores of their own",
        )
        self._edit.setPlaceholderText(_EXAMPLE)
        self._edit.setTabChangesFocus(True)
        self._open_button = describe(
            QPushButton("&Open a list…", self),
            "generation.rank_open_button",
            "Open a list",
            "Read the candidates from a file: text of any encoding, also packed as .gz",
        )
        self._scores_button = describe(
            QPushButton("Own scores…", self),
            "generation.own_scores_button",
            "Open the list's own scores",
            "Read the list's own scores from a second file: one number per line, or a sentence's "
            "name and its number, as Kaldi has them. Costs, which are better the lower they are, "
            "need a negative weight.",
        )
        self._rank_button = describe(
            QPushButton("&Rank", self),
            "generation.rank_button",
            "Rank the sentences",
            "Ask the model for the probability of each sentence and put them in order",
        )
        self._rank_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self._cancel_button = describe(
            QPushButton("Cancel", self),
            "generation.rank_cancel_button",
            "Stop ranking",
            "Stop; the order that is shown stays (Esc)",
        )

    def _build_weights(self) -> None:
        self._weight_spin = _weight_spin(self, "generation.weight_spin", "Weight of the model", 1.0)
        self._weight_spin.setToolTip("What the model's log₁₀ probability is multiplied by")
        self._own_spin = _weight_spin(
            self, "generation.own_weight_spin", "Weight of the list's scores", 0.0
        )
        self._own_spin.setToolTip(
            "What the scores in the list are multiplied by: 0 leaves them out"
        )
        self._per_word_check = describe(
            QCheckBox("Per &word", self),
            "generation.per_word_check",
            "Rank by the mean per word",
            "Rank by the mean of the words' log probabilities, which is fair to long sentences",
        )

    def _build_result(self) -> None:
        self._table = describe(RankedTable(self), "generation.rank_table", "Ranked sentences")
        self._status = make_label("", "hint", self, wrap=True, name="generation.rank_status")
        self._save_button = describe(
            QPushButton("&Save…", self),
            "generation.rank_save_button",
            "Save the order",
            "Write the order with all figures to a CSV",
        )

    def _build_layout(self) -> None:
        left = QWidget(self)
        column = in_column((self._edit, 1), of=left, margins=(0, 8, 0, 0))
        buttons = in_row(self._open_button, (None, 1), self._cancel_button, self._rank_button)
        column.addLayout(buttons)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 8, 0, 0)
        weights = QHBoxLayout()
        for text, field in (("&Model ×", self._weight_spin), ("&List’s own ×", self._own_spin)):
            label = QLabel(text, self)
            label.setBuddy(field)
            weights.addWidget(label)
            weights.addWidget(field)
            weights.addSpacing(12)
        weights.addWidget(self._per_word_check)
        weights.addStretch(1)
        weights.addWidget(self._scores_button)
        column.addLayout(weights)
        column.addWidget(self._table, 1)
        below = in_row((self._status, 1), self._save_button)
        column.addLayout(below)
        splitter = make_splitter(
            Qt.Orientation.Horizontal, left, right, parent=self, name="generation.rank_splitter"
        )
        splitter.setHandleWidth(16)
        splitter.setSizes([_LIST_WIDTH, _TABLE_WIDTH])
        splitter.setStretchFactor(1, 1)
        in_column(splitter, of=self, margins=0)

    def _connect_signals(self) -> None:
        self._rank_button.clicked.connect(self._on_rank_clicked)
        self._open_button.clicked.connect(self.open_requested)
        self._scores_button.clicked.connect(self._on_scores_clicked)
        self._cancel_button.clicked.connect(self.cancel_requested)
        self._save_button.clicked.connect(self.save_requested)
        self._edit.textChanged.connect(self._update)
        for spin in (self._weight_spin, self._own_spin):
            spin.valueChanged.connect(self.weights_changed)
        self._per_word_check.toggled.connect(self.weights_changed)
        self._table.sentence_chosen.connect(self.sentence_chosen)

    def weights(self) -> RankWeights:
        """Return how the list is to be ordered."""
        return RankWeights(
            weight=self._weight_spin.value(),
            own_weight=self._own_spin.value(),
            per_word=self._per_word_check.isChecked(),
        )

    def show_available(self, *, is_available: bool) -> None:
        """Let a list be ranked while there is a model."""
        self._is_available = is_available
        self._update()

    def show_file(self, name: str) -> None:
        """Say that the list is that of a file; what was typed goes, and can be undone."""
        cursor = self._edit.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.removeSelectedText()
        self._edit.setPlaceholderText(f"The list is that of {name}.\n\n{_EXAMPLE}")
        self._status.setText(f"Reading {name}…")

    def show_busy(self, *, is_busy: bool) -> None:
        """Show whether candidates are being scored."""
        self.is_busy = is_busy
        self._update()

    def show_progress(self, progress: StageProgress) -> None:
        """Show how many candidates are scored."""
        self._status.setText(f"{progress.stage}: {progress.done:,} of {progress.total:,}")

    def show_ranking(self, ranked: Sequence[RankedCandidate], status: str) -> None:
        """Show the order, and say what it is the order of."""
        self._table.show_ranking(ranked)
        self._status.setText(status)
        self._update()

    def show_status(self, text: str) -> None:
        """Say something about the list."""
        self._status.setText(text)

    def ranked(self) -> Sequence[RankedCandidate]:
        """Return what is shown, in its order."""
        return self._table.ranked()

    @Slot()
    def _on_scores_clicked(self) -> None:
        self.own_scores_requested.emit(self._edit.toPlainText())

    @Slot()
    def _on_rank_clicked(self) -> None:
        self.rank_requested.emit(self._edit.toPlainText())

    @Slot()
    def _update(self) -> None:
        has_text = bool(self._edit.toPlainText().strip())
        is_free = self._is_available and not self.is_busy
        self._rank_button.setEnabled(is_free and has_text)
        self._scores_button.setEnabled(is_free and (has_text or bool(self._table.ranked())))
        self._open_button.setEnabled(is_free)
        self._cancel_button.setVisible(self.is_busy)
        self._save_button.setEnabled(bool(self._table.ranked()))


def ranking_status(ranked: Sequence[RankedCandidate], model: str) -> str:
    """Say how many sentences were ranked, by which model, and how many it cannot tell apart."""
    groups = len({each.scored.candidate.group for each in ranked})
    of_groups = f" in {counted(groups, 'list')}" if groups > 1 else ""
    unknown = sum(each.scored.score.unknown > 0 for each in ranked)
    note = (
        f" {counted(unknown, 'sentence')} with unknown words: those all look alike to the model."
        if unknown
        else ""
    )
    return f"{counted(len(ranked), 'sentence')}{of_groups}, by the model as of {model}.{note}"


def _weight_spin(parent: QWidget, name: str, title: str, value: float) -> QDoubleSpinBox:
    spin = describe(QDoubleSpinBox(parent), name, title)
    spin.setRange(-_LARGEST_WEIGHT, _LARGEST_WEIGHT)
    spin.setDecimals(2)
    spin.setSingleStep(0.1)
    spin.setValue(value)
    return spin
