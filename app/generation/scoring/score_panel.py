"""The lower half of the generation tab: a typed sentence and its probability."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QSplitter, QTabWidget, QWidget

from app.generation.places import places_of_words
from app.generation.records import ModelScore
from app.generation.scoring.better_word import BetterWord
from app.generation.scoring.coloured_sentence import ColouredSentence, Legend
from app.generation.scoring.comparison_panel import ComparisonPanel
from app.generation.scoring.formula_panel import FormulaPanel
from app.generation.scoring.next_word_panel import NextWordPanel
from app.generation.scoring.score_wording import (
    FIGURES,
    ODDS,
    SURPRISE,
    WAVERS,
    odds_in_words,
    parts_text,
    unknown_sentence,
    without_unknown_text,
)
from app.generation.scoring.table_row import TableRow
from app.generation.scoring.word_table import WordProbabilityTable
from app.shared.fields.suggesting_line import SuggestingLine
from app.shared.formatting import format_odds, format_perplexity
from app.shared.labels import ElidedLabel, TermLabel, as_plain, describe, make_label, make_splitter
from app.shared.layouts import in_column, in_row
from engine import SENTENCE_END, NextWords

NOTHING = "–"
_LONGEST_TEXT = 10_000  # characters
_COMPARISON = 1  # of the tabs aside


class ScorePanel(QFrame):
    """Take a sentence and show its probability, word by word.

    Signals
    -------
    text_changed(str)
        The sentence is different now.
    score_shown(object)
        This `ModelScore` is shown now, or None.
    place_changed()
        Another place of the sentence is looked at, or other words stand before it.
    continue_requested(object)
        A sentence is to be written that begins with these words, a tuple.
    replaced(str, bool)
        Another sentence took the place of this one; whether the person is to be told.
    compared_changed()
        Other sentences are compared now.
    removed(object)
        Compared sentences were taken away: all that were there before, for `show_compared`.
    lists_requested()
        A list is to be ranked, or a file to be scored.

    Attributes
    ----------
    better_word : BetterWord
    coloured : ColouredSentence
    table_row : TableRow
    words_before : tuple of str, or None
        What stands before the place that is looked at; None: no place is.
    """

    text_changed = Signal(str)
    score_shown = Signal(object)
    place_changed = Signal()
    continue_requested = Signal(object)
    replaced = Signal(str, bool)
    compared_changed = Signal()
    removed = Signal(object)
    lists_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)  # noqa: FBT003 - Qt's signature
        self._scored: ModelScore | None = None
        self._words: tuple[str, ...] | None = None  # of a sentence that no text is read as
        self._given: dict[str, tuple[str, ...]] = {}  # such sentences, by what was shown of them
        self._is_pin_due = False  # Return was pressed before the score was there
        self._place: int | None = None  # of the word that is looked at, from 0
        self.words_before: tuple[str, ...] | None = None
        self._build_line()
        self._build_figures()
        self._build_tables()
        self._build_layout()
        self._connect_signals()
        self.show_score(None)

    def _build_line(self) -> None:
        self.sentence_line = describe(
            SuggestingLine(self),
            "generation.sentence_edit",
            "Sentence to score",
            "Type a sentence or several; their probability follows as you type. "
            "Return adds it to the comparison.",
        )
        self.sentence_line.setMaxLength(_LONGEST_TEXT)
        self.sentence_line.setPlaceholderText("Type a sentence, such as: I think this is great.")
        self._undo_button = describe(
            QPushButton("&Undo", self),
            "generation.undo_button",
            "Undo the last change of the sentence",
            "Take back the last change of the sentence, such as a word that was chosen (Ctrl+Z)",
        )
        self._undo_button.setEnabled(False)
        self.better_word = BetterWord(self)
        self._pin_button = describe(
            QPushButton("&Add to comparison", self),
            "generation.pin_button",
            "Add to comparison",
            "Keep this sentence and its probability in the ranked table (Return)",
        )
        self._lists_button = describe(
            QPushButton("Ran&k a list or score a file…", self),
            "generation.lists_button",
            "Rank a list or score a file",
            "Put many sentences in order, such as a translation system's, or score a whole column "
            "of a table",
        )

    def _build_figures(self) -> None:
        self.coloured = describe(
            ColouredSentence(self),
            "generation.coloured_sentence",
            "The sentence, coloured by surprise",
        )
        self._legend = Legend(self)
        self._legend.setObjectName("generation.legend")
        self._figures = tuple(_figure(self, *figure) for figure in FIGURES)
        (
            self._probability_label,
            self._log_label,
            self._perplexity_label,
            self._bits_label,
        ) = self._figures
        self._model_label = ElidedLabel(self, role="hint", name="generation.score_model_label")
        self._parts_label = make_label("", "hint", self, wrap=True, name="generation.parts_label")
        self._percentile_label = make_label(
            "", "hint", self, wrap=True, name="generation.percentile_label"
        )
        self._unknown_label = make_label(
            "", "bad", self, wrap=True, name="generation.unknown_label"
        )

    def _build_tables(self) -> None:
        self._word_table = describe(
            WordProbabilityTable(self), "generation.word_table", "Probability of each word"
        )
        self._next_panel = NextWordPanel(self)
        self._formula = FormulaPanel(self)
        self._comparison = ComparisonPanel(self)

    def _build_layout(self) -> None:
        line = in_row(
            (self.sentence_line, 1),
            self._undo_button,
            self.better_word.ask_button,
            self._pin_button,
        )
        figures = QGridLayout()
        figures.setHorizontalSpacing(28)
        figures.setVerticalSpacing(0)
        names = ("Probability", "log₁₀ probability", "Perplexity per word", "Bits per word")
        for column, (name, label) in enumerate(zip(names, self._figures, strict=True)):
            caption = TermLabel(label.term, "caption", self)
            caption.setText(name)
            caption.explain(label.accessibleDescription())
            figures.addWidget(caption, 0, column)
            figures.addWidget(label, 1, column)
        figures.addWidget(self._model_label, 0, len(names), Qt.AlignmentFlag.AlignRight)
        figures.addWidget(self._legend, 1, len(names), Qt.AlignmentFlag.AlignRight)
        self.table_row = TableRow(figures, 2, self)
        figures.setColumnStretch(len(names), 1)
        heading = make_label("How probable is a sentence?", "heading", self)
        top = in_row((heading, 1), self._lists_button)
        layout = in_column(top, line, self.coloured, figures, of=self, margins=(16, 12, 16, 12))
        better = in_row((self._percentile_label, 1), (self.better_word, 1), spacing=16)
        layout.addLayout(better)
        layout.addWidget(self._parts_label)
        layout.addWidget(self._unknown_label)
        layout.addWidget(self._build_splitter(), 1)

    def _build_splitter(self) -> QSplitter:
        self._aside_tabs = describe(
            QTabWidget(self),
            "generation.aside_tabs",
            "What else, comparison, and formula",
            "What could stand at a word, sentences side by side, and how the figures are computed",
        )
        self._aside_tabs.addTab(self._next_panel, "What else?")
        self._aside_tabs.addTab(self._comparison, "Comparison")
        self._aside_tabs.setTabVisible(_COMPARISON, False)  # noqa: FBT003 - Qt's signature
        self._aside_tabs.addTab(self._formula, "Formula")
        parts = self._word_table, self._aside_tabs
        splitter = make_splitter(
            Qt.Orientation.Horizontal, *parts, parent=self, name="generation.score_splitter"
        )
        splitter.setSizes([560, 640])
        return splitter

    def _connect_signals(self) -> None:
        self.sentence_line.textChanged.connect(self._on_text_changed)
        self.sentence_line.returnPressed.connect(self._on_return_pressed)
        self._pin_button.clicked.connect(self._on_pin_clicked)
        self._lists_button.clicked.connect(self.lists_requested)
        self._comparison.count_changed.connect(self._on_pinned_count_changed)
        self._comparison.removed.connect(self.removed)
        self._comparison.score_requested.connect(self.set_text)
        self._undo_button.clicked.connect(self.sentence_line.undo)
        self.better_word.taken.connect(self.set_text)
        self._word_table.selectionModel().currentRowChanged.connect(self._on_current_row_changed)
        self._next_panel.word_taken.connect(self._on_word_taken)
        self.coloured.word_clicked.connect(self._on_coloured_word_clicked)
        self._next_panel.all_wanted.connect(self.place_changed)

    def minimumSizeHint(self) -> QSize:
        """Return a size with room for all lines of the wrapped texts, which Qt counts as one."""
        size, layout = super().minimumSizeHint(), self.layout()
        height = 0 if layout is None else layout.totalMinimumHeightForWidth(self.width())
        return size.expandedTo(QSize(0, height))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for another height when the width changed."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    @property
    def text(self) -> str:
        """The sentence as typed."""
        return self.sentence_line.text()

    @property
    def words(self) -> tuple[str, ...] | None:
        """The words themselves, where the text in the line would be read as others."""
        return self._words

    @Slot(str, object)
    def set_text(
        self, text: str, words: tuple[str, ...] | None = None, *, is_told: bool = True
    ) -> None:
        """Put a sentence into the line, as if it had been typed: it can be undone.

        Where `words` are given, they are scored until something else is typed.
        """
        former = self.text
        if (text, words) == (former, self._words):
            return
        with QSignalBlocker(self.sentence_line):
            self.sentence_line.selectAll()
            self.sentence_line.insert(text)
            if not text:
                self.sentence_line.del_()
        if words is not None:
            self._given[text] = words
        self._take(words)
        if text != former and former.strip():
            self.replaced.emit(former, is_told)

    def look_at(self, text: str, place: int, words: tuple[str, ...] | None = None) -> None:
        """Show this sentence, and what could stand at its word `place`, from 0."""
        self._place = place
        self._aside_tabs.setCurrentWidget(self._next_panel)
        if (text, words) == (self.text, self._words) and self._scored is not None:
            self._look_again()
        else:
            self.set_text(text, words, is_told=False)  # a message would lie on what is looked at

    @property
    def next_words_wanted(self) -> int | None:
        """How many words that could stand there are worth asking for; None: all."""
        return self._next_panel.rows_wanted

    @property
    def scored(self) -> ModelScore | None:
        """The score that is shown."""
        return self._scored

    def show_percentile(self, text: str) -> None:
        """Say where the sentence stands among others; "" where nobody knows."""
        self._percentile_label.setText(text)
        self._percentile_label.setVisible(bool(text))

    def show_next_words(self, said: NextWords | None) -> None:
        """Show what could stand at the place that is looked at."""
        self._next_panel.show_words(said, self.word_looked_at)

    @property
    def compared(self) -> tuple[ModelScore, ...]:
        """The compared sentences, the newest last."""
        return self._comparison.table.pinned

    def show_compared(self, scores: Sequence[ModelScore]) -> None:
        """Show compared sentences of an earlier time."""
        self._comparison.table.show_pinned(scores)

    def focus_line(self) -> None:
        """Let the person type a sentence."""
        self.sentence_line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.sentence_line.selectAll()

    def restore_text(self, text: str) -> None:
        """Put a sentence back that another took the place of."""
        with QSignalBlocker(self.sentence_line):
            self.sentence_line.selectAll()
            self.sentence_line.insert(text)
            if not text:
                self.sentence_line.del_()
        self._take(self._given.get(text))

    def show_available(self, *, is_available: bool) -> None:
        """Enable the line when there is a model."""
        self.sentence_line.setEnabled(is_available)
        self._word_table.set_placeholder(
            "Each word's probability, given those before it, appears here as you type."
            if is_available
            else "A model is needed to score a sentence."
        )

    def show_score(self, scored: ModelScore | None) -> None:
        """Show a score; None takes the present one away."""
        self._scored = scored
        self._pin_button.setEnabled(scored is not None)
        self.better_word.show_available(is_available=scored is not None)
        self._word_table.show_score(scored)
        self.coloured.show_score(scored)
        self._formula.show_score(scored)
        self.score_shown.emit(scored)
        self._legend.setVisible(scored is not None)
        self._look_again()
        if scored is None:
            for label in self._figures:
                label.setText(NOTHING)
            self._model_label.clear()
            self._parts_label.hide()
            self._unknown_label.hide()
            return
        score = scored.score
        self._legend.show_vocabulary(round(2.0**scored.guess_bits))
        log10 = score.log_probability / math.log(10.0)
        self._probability_label.setText(format_odds(score.log_probability))
        odds = odds_in_words(score.log_probability)
        self._probability_label.explain(ODDS, f"The typed sentence now: {odds}.")
        self._log_label.setText(f"{log10:.2f}".replace("-", "−"))
        self._log_label.setToolTip(
            as_plain(f"The probability as a power of ten; ln p = {score.log_probability:.3f} nats")
        )
        perplexity, bits = format_perplexity(score.perplexity), f"{score.bits_per_word:.2f}"
        self._perplexity_label.setText(perplexity)
        self._perplexity_label.explain(WAVERS, f"The typed sentence now: {perplexity}.")
        self._bits_label.setText(bits)
        self._bits_label.explain(SURPRISE, f"The typed sentence now: {bits} bits per word.")
        by = f"scored with the model as of {scored.model}"
        self._model_label.setText(by)
        self._model_label.setToolTip(as_plain(f"{by} ({scored.model_title})"))
        self._parts_label.setText(parts_text(score))
        self._parts_label.setVisible(bool(self._parts_label.text()))
        unknown = unknown_sentence(score, scored.hidden_words) + without_unknown_text(score)
        self._unknown_label.setText(unknown)
        self._unknown_label.setVisible(bool(unknown))
        if self._is_pin_due:
            self._is_pin_due = False
            self._on_pin_clicked()

    def tab_chain(self) -> list[QWidget]:
        """Return the widgets in the order of the Tab key."""
        return [
            self._lists_button,
            self.sentence_line,
            self._undo_button,
            *self.better_word.tab_chain(),
            self._pin_button,
            self._word_table,
            *self._next_panel.tab_chain(),
            *self._comparison.tab_chain(),
        ]

    @Slot()
    def _on_return_pressed(self) -> None:
        self._is_pin_due = not self._pin_button.isEnabled() and bool(self.text.strip())
        self._pin_button.click()

    @property
    def word_looked_at(self) -> str:
        """The word that stands at the place that is looked at; "" where none is, or none yet."""
        words = () if self._scored is None else self._scored.score.words
        if self._place is None or self._place >= len(words):
            return ""  # the score of the sentence that it is in is on its way
        return words[self._place].word

    def _look_again(self) -> None:
        """Keep to the same place of a new score; leave it where there is no such place."""
        words = () if self._scored is None else self._scored.score.words
        if self._place is not None and words:
            self._place = min(self._place, len(words) - 1)
            before = tuple(word.word for word in words[: self._place])
            with QSignalBlocker(self._word_table.selectionModel()):
                self._word_table.selectRow(self._place)
            self._word_table.viewport().update()  # the blocked signals would have
            self._word_table.scrollTo(self._word_table.model().index(self._place, 0))
            self.words_before = before
            self.place_changed.emit()
        elif self.words_before is not None and not self.text.strip():
            self._place = self.words_before = None
            self.place_changed.emit()

    @Slot(QModelIndex, QModelIndex)
    def _on_current_row_changed(self, current: QModelIndex, _former: QModelIndex) -> None:
        if current.isValid() and current.row() != self._place and self._scored is not None:
            self._place = current.row()
            self._aside_tabs.setCurrentWidget(self._next_panel)
            self._look_again()

    @Slot(int)
    def _on_coloured_word_clicked(self, word: int) -> None:
        self._place = word
        self._aside_tabs.setCurrentWidget(self._next_panel)
        self._look_again()

    @Slot(str)
    def _on_word_taken(self, word: str) -> None:
        if self.words_before is None or self._scored is None or self._place is None:
            return
        if not self.word_looked_at:
            return
        if word != SENTENCE_END:
            self.continue_requested.emit((*self.words_before, word))
            return
        words = tuple(each.word for each in self._scored.score.words[: self._place + 1])
        place = places_of_words(self.text, words)[self._place]
        if place is not None:  # else it is the end already, or cannot be told in the text
            self.set_text(self.text[: place[0]].rstrip())

    @Slot()
    def _on_text_changed(self) -> None:
        is_returned_to = self.sentence_line.isRedoAvailable() or self.sentence_line.is_redoing
        self._take(self._given.get(self.text) if is_returned_to else None)

    def _take(self, words: tuple[str, ...] | None) -> None:
        """Let the text in the line be scored, or the words that it stands for."""
        self._is_pin_due, self._words = False, words
        self.better_word.forget()
        self._undo_button.setEnabled(self.sentence_line.isUndoAvailable())
        self._pin_button.setEnabled(False)  # the score shown belongs to an older text
        self.text_changed.emit(self.text)

    @Slot()
    def _on_pin_clicked(self) -> None:
        if self._scored is not None:
            self._comparison.table.pin(self._scored)
            self._aside_tabs.setCurrentWidget(self._comparison)

    @Slot(int)
    def _on_pinned_count_changed(self, count: int) -> None:
        self._aside_tabs.setTabText(_COMPARISON, f"Comparison ({count:,})")
        self._aside_tabs.setTabVisible(_COMPARISON, count > 0)
        self.compared_changed.emit()


def _figure(
    parent: QWidget, term: str, object_name: str, accessible_name: str, meaning: str
) -> TermLabel:
    label = describe(TermLabel(term, "figure", parent), object_name, accessible_name, meaning)
    label.explain(meaning)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
