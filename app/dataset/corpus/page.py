"""A prepared corpus: its figures, how often its words occur, and its sentences."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QTableView,
    QWidget,
)

from app.dataset.corpus.figure_grid import FigureGrid
from app.dataset.corpus.figures import (
    corpus_figures,
    corpus_origin,
    most_known,
    open_quote_text,
    problem_heading,
)
from app.dataset.corpus.sentences import (
    NUMBER,
    PART,
    PLACE,
    TEXT,
    TOKENS,
    SentenceViews,
    TokenDelegate,
    X,
    Y,
    corpus_columns,
)
from app.dataset.corpus.word_frequency_plot import WordFrequencyPlot
from app.dataset.file.refused_rows import ProblemPanel
from app.shared.direction import isolated
from app.shared.formatting import counted, format_count
from app.shared.labels import ElidedLabel, as_plain, describe, make_card, make_label, make_splitter
from app.shared.layouts import in_column, in_row
from app.shared.scrolling import prepare_scrolling
from app.shared.tables import RowsModel, prepare_table
from app.shared.theme import scaled
from engine import SPECIAL_TOKENS

if TYPE_CHECKING:
    from engine import Corpus

WIDTHS = {NUMBER: 56, PART: 80, PLACE: 56, X: 92, Y: 92}  # px
PLACE_WIDTH = 120  # px, where there are several files
HEIGHTS = [260, 340]  # px, of plot and sentences at the first start
SMALLEST_PLOT, SMALLEST_TABLE = 120, 150  # px, of height


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceQuery:
    """Which sentences are wanted."""

    text: str = ""
    only_unknown: bool = False
    only_held_out: bool = False


class CorpusPage(QScrollArea):
    """Show a `Corpus`; in a small window the page scrolls before its parts become too small.

    Signals
    -------
    save_requested(object)
        The refused rows are to be saved.
    search_requested(object)
        Only the sentences of a `SentenceQuery` are to be shown.
    plain_quotes_requested()
        The file is to be prepared again with quotes as text.
    """

    save_requested = Signal(object)
    search_requested = Signal(object)
    plain_quotes_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all = self._most = 0  # sentences of the corpus, words that can be known
        self._sentences = RowsModel(corpus_columns(), self)
        prepare_scrolling(self)
        content = QWidget(self)
        content.setObjectName("dataset.corpus_content")
        in_column(
            self._build_summary(),
            (self._build_splitter(), 1),
            of=content,
            margins=(0, 12, 0, 0),
            spacing=12,
        )
        self.setWidget(content)

    def show_corpus(self, corpus: "Corpus") -> None:
        """Show the figures, the frequencies and the sentences of `corpus`."""
        summary = corpus.summary
        self._figures.show_figures(corpus_figures(summary))
        self._origin.setText(corpus_origin(summary))
        self._origin.setToolTip(as_plain(corpus_origin(summary)))
        counts = corpus.word_frequencies()
        where = " in training" if summary.is_counted_in_part else ""
        self._plot_heading.setText(f"How often each word occurs{where}")
        self._plot.show_counts(counts, min(summary.vocabulary_size - SPECIAL_TOKENS, len(counts)))
        self._all, self._most = len(corpus), most_known(summary)
        self._show_sentences(SentenceViews(corpus))
        place = PLACE_WIDTH if summary.file_count > 1 else WIDTHS[PLACE]
        self._table.setColumnWidth(PLACE, scaled(place))
        if self.query() != SentenceQuery():
            self.search_requested.emit(self.query())
        self._problems.show_problems(corpus.problems, problem_heading(summary, corpus.problems))
        self._problems.show_cost(open_quote_text(corpus.problems))

    def show_found(self, corpus: "Corpus", query: SentenceQuery, numbers: "Sequence[int]") -> None:
        """Show the sentences that were looked for; an answer that is out of date is left."""
        if query == self.query():
            self._show_sentences(SentenceViews(corpus, numbers))

    def show_sentence(self, corpus: "Corpus", number: int) -> None:
        """Show all sentences, and this one of them, from 0, in their midst."""
        parts = (self._search, self._only_unknown, self._only_held_out)
        with ExitStack() as blocked:
            for part in parts:
                blocked.enter_context(QSignalBlocker(part))
            self._search.clear()
            self._only_unknown.setChecked(False)
            self._only_held_out.setChecked(False)
        self._show_sentences(SentenceViews(corpus))
        self._table.selectRow(number)
        index = self._sentences.index(number, TEXT)
        self._table.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self.ensureWidgetVisible(self._table)
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    def query(self) -> SentenceQuery:
        """Return which sentences are wanted."""
        return SentenceQuery(
            text=self._search.text().strip(),
            only_unknown=self._only_unknown.isChecked(),
            only_held_out=self._only_held_out.isChecked(),
        )

    def _show_sentences(self, views: SentenceViews) -> None:
        self._sentences.set_rows(views)
        found = "" if len(views) == self._all else f"{format_count(len(views))} of "
        as_seen = f"{found}{counted(self._all, 'sentence')} as the network sees them"
        self._sentence_count.setText(as_seen if len(views) else missing_text(self.query()))

    @Slot()
    def _on_search_changed(self) -> None:
        self.search_requested.emit(self.query())

    def _build_search(self, card: QFrame) -> QHBoxLayout:
        self._search = describe(
            QLineEdit(card),
            "dataset.search_edit",
            "Find a word",
            "Show only the sentences with this word, or these words one after the other",
        )
        self._search.setPlaceholderText("Find a word")
        self._search.setClearButtonEnabled(True)
        self._only_unknown = describe(
            QCheckBox("Unknown words", card),
            "dataset.only_unknown_check",
            "Only sentences with unknown words",
            "Show only sentences with a word that is not in the vocabulary",
        )
        self._only_held_out = describe(
            QCheckBox("Held out", card),
            "dataset.only_held_out_check",
            "Only held-out sentences",
            "Show only sentences that training never sees",
        )
        self._search.textChanged.connect(self._on_search_changed)
        for check in (self._only_unknown, self._only_held_out):
            check.toggled.connect(self._on_search_changed)
        return in_row((self._search, 1), self._only_unknown, self._only_held_out, spacing=12)

    def show_kept(self, vocabulary_size: int) -> None:
        """Move the cut in the plot to another vocabulary size."""
        self._plot.show_kept(min(max(vocabulary_size - SPECIAL_TOKENS, 0), self._most))

    def _build_summary(self) -> QFrame:
        card = make_card(self)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._figures = FigureGrid("dataset.summary", 5, card)
        # Not wrapped: a height that depends on the width would make the page scroll too early.
        self._origin = ElidedLabel(card, role="hint", name="dataset.origin_label")
        in_column(self._figures, self._origin, of=card, margins=(16, 12, 16, 12), spacing=8)
        return card

    def _build_splitter(self) -> QSplitter:
        self._problems = ProblemPanel("", self)
        self._problems.save_requested.connect(self.save_requested)
        self._problems.plain_quotes_requested.connect(self.plain_quotes_requested)
        upper = make_splitter(
            Qt.Orientation.Horizontal,
            self._build_plot_card(),
            self._problems,
            parent=self,
            name="dataset.upper_splitter",
        )
        upper.setStretchFactor(0, 3)
        upper.setStretchFactor(1, 2)
        splitter = make_splitter(
            Qt.Orientation.Vertical,
            upper,
            self._build_sentence_card(),
            parent=self,
            name="dataset.corpus_splitter",
        )
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        splitter.setSizes(HEIGHTS)
        for part in (upper, splitter):
            part.setHandleWidth(12)
        return splitter

    def _build_plot_card(self) -> QFrame:
        card = make_card(self)
        self._plot = WordFrequencyPlot(card)
        self._plot.setMinimumHeight(scaled(SMALLEST_PLOT))
        self._plot_heading = make_label("", "heading", card, name="dataset.frequency_heading")
        in_column(
            self._plot_heading,
            (self._plot, 1),
            of=card,
            margins=(16, 12, 8, 8),
            spacing=4,
        )
        return card

    def _build_sentence_card(self) -> QFrame:
        card = make_card(self)
        self._sentence_count = make_label("", "heading", card)
        table = self._table = describe(
            QTableView(card),
            "dataset.sentence_table",
            "Sentences as the network sees them",
            "Each sentence: its text, its words (those that are not in the vocabulary are marked), "
            "its input ids x and its target ids y",
        )
        table.setModel(self._sentences)
        prepare_table(table)
        self._delegate = TokenDelegate(table)  # the view does not keep its delegate alive
        table.setItemDelegateForColumn(TOKENS, self._delegate)
        for column, width in WIDTHS.items():
            table.setColumnWidth(column, scaled(width))
        for column in (TEXT, TOKENS):
            table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        table.setMinimumHeight(scaled(SMALLEST_TABLE))
        in_column(
            self._sentence_count,
            self._build_search(card),
            (table, 1),
            of=card,
            margins=(16, 12, 16, 16),
            spacing=8,
        )
        return card


def missing_text(query: SentenceQuery) -> str:
    """Say that no sentence is as it is wanted, and how it is wanted."""
    which = " of those held out" if query.only_held_out else ""
    parts = [f"“{isolated(query.text)}”"] if query.text else []
    parts += ["an unknown word"] if query.only_unknown else []
    if not parts:
        return "No sentence is held out."
    return f"No sentence{which} has {' and '.join(parts)}."
