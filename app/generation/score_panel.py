"""The lower half of the generation tab: a typed sentence and its probability."""

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.generation.comparison_table import ComparisonTable
from app.generation.records import ModelScore
from app.generation.word_table import WordProbabilityTable
from app.shared.direction import isolated
from app.shared.formatting import format_odds, format_perplexity
from app.shared.labels import describe, make_label
from engine import SentenceScore

NOTHING = "–"
_LONGEST_TEXT = 10_000  # characters
_LISTED_UNKNOWN = 8  # unknown words named before "and others"


class ScorePanel(QFrame):
    """Take a sentence and show its probability, word by word.

    Signals
    -------
    text_changed(str)
        The sentence is different now.
    """

    text_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)  # noqa: FBT003 - Qt's signature
        self._scored: ModelScore | None = None
        self._words: tuple[str, ...] | None = None  # of a sentence that no text is read as
        self._is_pin_due = False  # Return was pressed before the score was there
        self._build_line()
        self._build_figures()
        self._build_tables()
        self._build_layout()
        self._connect_signals()
        self.show_score(None)

    def _build_line(self) -> None:
        self._sentence_edit = describe(
            QLineEdit(self),
            "generation.sentence_edit",
            "Sentence to score",
            "Type a sentence or several; their probability follows as you type. "
            "Return adds it to the comparison.",
        )
        self._sentence_edit.setMaxLength(_LONGEST_TEXT)
        self._sentence_edit.setPlaceholderText("Type a sentence, such as: i think this is great .")
        self._pin_button = describe(
            QPushButton("&Add to comparison", self),
            "generation.pin_button",
            "Add to comparison",
            "Keep this sentence and its probability in the ranked table (Return)",
        )

    def _build_figures(self) -> None:
        self._probability_label = _figure(
            self,
            "generation.probability_label",
            "Probability of the sentence",
            "How often the model would say exactly this sentence, its end included",
        )
        self._log_label = _figure(
            self,
            "generation.log_probability_label",
            "Logarithm of the probability to base ten",
            "The probability as a power of ten: −3 is 1 in 1,000",
        )
        self._perplexity_label = _figure(
            self,
            "generation.perplexity_label",
            "Perplexity a word",
            "Between how many equally likely words the model wavers, on average",
        )
        self._bits_label = _figure(
            self,
            "generation.bits_label",
            "Bits a word",
            "Mean surprise in bits a word: log2 of the perplexity",
        )
        self._model_label = QLabel(self)
        self._model_label.setObjectName("generation.score_model_label")
        self._model_label.setProperty("role", "hint")
        self._parts_label = make_label("", "hint", self, wrap=True)
        self._parts_label.setObjectName("generation.parts_label")
        self._unknown_label = QLabel(self)
        self._unknown_label.setObjectName("generation.unknown_label")
        self._unknown_label.setProperty("role", "bad")
        self._unknown_label.setWordWrap(True)

    def _build_tables(self) -> None:
        self._word_table = describe(
            WordProbabilityTable(self), "generation.word_table", "Probability of each word", ""
        )
        self._comparison_table = describe(
            ComparisonTable(self), "generation.comparison_table", "Compared sentences", ""
        )
        self._comparison_table.set_placeholder(
            "Add sentences here to rank them, such as “he go to school” and “he goes to school”."
        )
        self._unpin_button = describe(
            QPushButton("&Remove", self),
            "generation.unpin_button",
            "Remove from comparison",
            "Remove the selected sentences from the comparison, or all of them",
        )
        self._unpin_button.setEnabled(False)

    def _build_layout(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self._sentence_edit, 1)
        line.addWidget(self._pin_button)
        figures = QGridLayout()
        figures.setHorizontalSpacing(28)
        figures.setVerticalSpacing(0)
        names = ("Probability", "log₁₀ probability", "Perplexity a word", "Bits a word")
        labels = (
            self._probability_label,
            self._log_label,
            self._perplexity_label,
            self._bits_label,
        )
        for column, (name, label) in enumerate(zip(names, labels, strict=True)):
            caption = QLabel(name, self)
            caption.setProperty("role", "caption")
            figures.addWidget(caption, 0, column)
            figures.addWidget(label, 1, column)
        figures.addWidget(self._model_label, 0, len(names), Qt.AlignmentFlag.AlignRight)
        figures.setColumnStretch(len(names), 1)
        heading = QLabel("How probable is a sentence?", self)
        heading.setProperty("role", "heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addWidget(heading)
        layout.addLayout(line)
        layout.addLayout(figures)
        layout.addWidget(self._parts_label)
        layout.addWidget(self._unknown_label)
        layout.addWidget(self._build_splitter(), 1)

    def _build_splitter(self) -> QSplitter:
        comparison = QWidget(self)
        column = QVBoxLayout(comparison)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._comparison_table, 1)
        column.addWidget(self._unpin_button, 0, Qt.AlignmentFlag.AlignRight)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self._word_table)
        splitter.addWidget(comparison)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([560, 640])
        return splitter

    def _connect_signals(self) -> None:
        self._sentence_edit.textChanged.connect(self._on_text_changed)
        self._sentence_edit.returnPressed.connect(self._on_return_pressed)
        self._pin_button.clicked.connect(self._on_pin_clicked)
        self._unpin_button.clicked.connect(self._comparison_table.remove_selected_or_all)
        self._comparison_table.count_changed.connect(self._on_pinned_count_changed)
        self._comparison_table.score_requested.connect(self.set_text)

    @property
    def text(self) -> str:
        """The sentence as typed."""
        return self._sentence_edit.text()

    @property
    def words(self) -> tuple[str, ...] | None:
        """The words themselves, where the text in the line would be read as others."""
        return self._words

    @Slot(str, object)
    def set_text(self, text: str, words: tuple[str, ...] | None = None) -> None:
        """Put a sentence into the line, as if it had been typed.

        Where `words` are given, they are scored until something else is typed.
        """
        with QSignalBlocker(self._sentence_edit):
            self._sentence_edit.setText(text)
        self._take(words)

    def show_available(self, *, is_available: bool) -> None:
        """Enable the line when there is a model."""
        self._sentence_edit.setEnabled(is_available)
        self._word_table.set_placeholder(
            "Each word's probability, given those before it, appears here as you type."
            if is_available
            else "A model is needed to score a sentence."
        )

    def show_score(self, scored: ModelScore | None) -> None:
        """Show a score; None takes the present one away."""
        self._scored = scored
        self._pin_button.setEnabled(scored is not None)
        self._word_table.show_score(scored)
        if scored is None:
            for label in (self._probability_label, self._log_label):
                label.setText(NOTHING)
            for label in (self._perplexity_label, self._bits_label):
                label.setText(NOTHING)
            self._model_label.clear()
            self._parts_label.hide()
            self._show_unknown(())
            return
        score = scored.score
        log10 = score.log_probability / math.log(10.0)
        self._probability_label.setText(format_odds(score.log_probability))
        self._log_label.setText(f"{log10:.2f}".replace("-", "−"))
        self._log_label.setToolTip(
            f"The probability as a power of ten; ln p = {score.log_probability:.3f} nats"
        )
        self._perplexity_label.setText(format_perplexity(score.perplexity))
        self._bits_label.setText(f"{score.bits_per_word:.2f}")
        self._model_label.setText(f"scored with the model as of {scored.model}")
        self._model_label.setToolTip(scored.model_title)
        self._parts_label.setText(parts_text(score))
        self._parts_label.setVisible(bool(self._parts_label.text()))
        self._show_unknown(score.unknown_words, without_unknown_text(score))
        if self._is_pin_due:
            self._is_pin_due = False
            self._comparison_table.pin(scored)

    def tab_chain(self) -> list[QWidget]:
        """Return the widgets in the order of the Tab key."""
        return [
            self._sentence_edit,
            self._pin_button,
            self._word_table,
            self._comparison_table,
            self._unpin_button,
        ]

    def _show_unknown(self, words: tuple[str, ...], more: str = "") -> None:
        self._unknown_label.setText(unknown_sentence(words) + more)
        self._unknown_label.setVisible(bool(words))

    @Slot()
    def _on_return_pressed(self) -> None:
        self._is_pin_due = not self._pin_button.isEnabled() and bool(self.text.strip())
        self._pin_button.click()

    @Slot()
    def _on_text_changed(self) -> None:
        self._take(None)

    def _take(self, words: tuple[str, ...] | None) -> None:
        """Let the text in the line be scored, or the words that it stands for."""
        self._is_pin_due, self._words = False, words
        self._pin_button.setEnabled(False)  # the score shown belongs to an older text
        self.text_changed.emit(self.text)

    @Slot()
    def _on_pin_clicked(self) -> None:
        if self._scored is not None:
            self._comparison_table.pin(self._scored)

    @Slot(int)
    def _on_pinned_count_changed(self, count: int) -> None:
        self._unpin_button.setEnabled(count > 0)


def parts_text(score: SentenceScore) -> str:
    """Tell the sentences of a text apart, or that the words themselves were scored."""
    if score.are_words_given:
        return "These are the drawn words themselves: typed, this text would be read as others."
    if len(score.parts) < 2:
        return ""
    parts = "  ·  ".join(
        f"{isolated(_shortened(part.text))}: {format_odds(part.log_probability)}"
        for part in score.parts
    )
    return f"Read as {len(score.parts)} sentences, of which the total is above.  {parts}"


def without_unknown_text(score: SentenceScore) -> str:
    """Tell the probability of the known words alone; "" where all are known."""
    if not score.unknown_words:
        return ""
    odds, wavers = score.known_log_probability, score.known_perplexity
    return (
        f" Without {'it' if len(score.unknown_words) == 1 else 'them'}: {format_odds(odds)}, "
        f"perplexity {format_perplexity(wavers)} a word."
    )


def unknown_sentence(words: tuple[str, ...]) -> str:
    """Name the unknown words in a sentence; "" when there are none."""
    if not words:
        return ""
    names = list(dict.fromkeys(words))
    listed = ", ".join(f"“{isolated(_shortened(name))}”" for name in names[:_LISTED_UNKNOWN])
    if len(names) > _LISTED_UNKNOWN:
        listed += f" and {len(names) - _LISTED_UNKNOWN:,} more"
    if len(names) == 1:
        return (
            f"The model does not know the word {listed}: it is scored as UNKNOWN_TOKEN, "
            "like any other rare word."
        )
    return (
        f"The model does not know the words {listed}: each is scored as UNKNOWN_TOKEN, "
        "so they all look alike to it."
    )


def _shortened(word: str) -> str:
    return word if len(word) <= 30 else f"{word[:29]}…"


def _figure(parent: QWidget, object_name: str, accessible_name: str, tooltip: str) -> QLabel:
    label = describe(QLabel(parent), object_name, accessible_name, tooltip)
    label.setProperty("role", "figure")
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
