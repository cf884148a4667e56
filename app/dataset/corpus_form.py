"""How a corpus is made of a file's documents, and how far its preparation is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.shared.formatting import format_count
from app.shared.labels import add_row, describe, make_form, make_label
from engine import StageProgress, TokenizerConfig, known_languages

if TYPE_CHECKING:
    from engine import CorpusConfig

SMALLEST_VOCABULARY = 4  # one word and the three special tokens
LARGEST_VOCABULARY = 1_000_000
LARGEST_SHARE = 50.0  # percent
LARGEST_MIN_COUNT = 1000

CASED, LOWER = "words, cased", "words, lower"  # the two that are one tokeniser
TOKENIZERS = {
    "auto": "As suits the text",
    "tutorial": "The tutorial's (NLTK, lower case)",
    CASED: "Any language, capitals kept",
    LOWER: "Any language, lower case",
    "whitespace": "Tokenised already: what stands between blanks",
    "characters": "Characters: Chinese, Japanese, Thai",
}
MERGING = ("auto", CASED, LOWER, "characters")
DETECT = "auto"
UNKNOWN_LANGUAGE = ("", "Another language")

BAR_STEPS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusChoices:
    """What the form says."""

    tokenizer: TokenizerConfig = TokenizerConfig()  # noqa: RUF009 - frozen
    vocabulary_size: int = 8000
    min_count: int = 2
    validation_fraction: float = 0.05
    remove_duplicates: bool = False


class CorpusForm(QWidget):
    """The options of preparing a corpus.

    Signals
    -------
    vocabulary_changed(int)
        Another vocabulary size was chosen.
    tokenizer_changed()
        The text is to be cut into words in another way.
    """

    vocabulary_changed = Signal(int)
    tokenizer_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_fields()
        self._build_layout()
        self._vocabulary.valueChanged.connect(self.vocabulary_changed)
        for box in (self._tokenizer, self._language):
            box.currentIndexChanged.connect(self._on_tokenizer_changed)
        for check in (self._numbers, self._links):
            check.toggled.connect(self.tokenizer_changed)

    def choices(self) -> CorpusChoices:
        """Return what was chosen."""
        return CorpusChoices(
            tokenizer=self.tokenizer(),
            vocabulary_size=self._vocabulary.value(),
            min_count=self._min_count.value(),
            validation_fraction=round(self._held_out.value() / 100.0, 4),
            remove_duplicates=self._duplicates.isChecked(),
        )

    def tokenizer(self) -> TokenizerConfig:
        """Return how the text is to be cut into words."""
        name = self._tokenizer.currentData()
        can_merge = name in MERGING
        return TokenizerConfig(
            name="words" if name in (CASED, LOWER) else name,
            language=self._language.currentData(),
            lower_case=name != CASED,
            merge_numbers=can_merge and self._numbers.isChecked(),
            merge_links=can_merge and self._links.isChecked(),
        )

    def show_words(self, description: str, tip: str = "") -> None:
        """Tell how the text is cut into words."""
        self._words_note.setText(description)
        self._words_note.setToolTip(tip)
        self._words_note.setVisible(bool(description))

    def show_language(self, code: str) -> None:
        """Tell which language the text is in, as far as can be told."""
        self._language.setItemText(0, f"Detect ({known_languages().get(code, 'none known')})")

    def show_config(self, config: "CorpusConfig") -> None:
        """Show the choices of an earlier preparation."""
        tokenizer = config.tokenizer
        name: str = tokenizer.name
        if name == "words":
            name = LOWER if tokenizer.lower_case else CASED
        # One language was read before there was a choice.
        is_former = tokenizer.sentence_ends == "punkt"
        for box, value in (
            (self._tokenizer, name),
            (self._language, DETECT if is_former else tokenizer.language),
        ):
            with QSignalBlocker(box):
                box.setCurrentIndex(max(0, box.findData(value)))
        for check, is_on in (
            (self._numbers, tokenizer.merge_numbers),
            (self._links, tokenizer.merge_links),
        ):
            with QSignalBlocker(check):
                check.setChecked(is_on)
        self._min_count.setValue(config.min_count)
        self._offer_merging()
        blocker = QSignalBlocker(self._vocabulary)
        self._vocabulary.setValue(config.vocabulary_size)
        blocker.unblock()
        self._held_out.setValue(100.0 * config.validation_fraction)
        self._duplicates.setChecked(config.remove_duplicates)

    def set_vocabulary_size(self, size: int) -> None:
        """Choose a vocabulary size, as if it had been typed."""
        self._vocabulary.setValue(size)

    def show_coverage(self, text: str) -> None:
        """Tell what the chosen vocabulary size would mean."""
        self._coverage.setText(text)
        self._coverage.setVisible(bool(text))

    def _build_fields(self) -> None:
        self._build_words()
        self._build_vocabulary()

    def _build_words(self) -> None:
        self._tokenizer = describe(
            QComboBox(self),
            "dataset.tokenizer_combo",
            "What a word is",
            "How sentences are cut into words; “In words” above the preview shows what comes of it",
        )
        for data, text in TOKENIZERS.items():
            self._tokenizer.addItem(text, data)
        self._language = describe(
            QComboBox(self),
            "dataset.language_combo",
            "Language of the text",
            "It says which abbreviations end no sentence, where words have apostrophes and how "
            "quotation marks are written",
        )
        self._language.addItem("Detect", DETECT)
        for code, name in (*known_languages().items(), UNKNOWN_LANGUAGE):
            self._language.addItem(name, code)
        for box in (self._tokenizer, self._language):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(12)
        self._words_note = make_label("", "hint", self, wrap=True)
        self._words_note.setObjectName("dataset.words_note")
        self._words_note.hide()
        self._numbers = describe(
            QCheckBox("&numbers", self),
            "dataset.merge_numbers_check",
            "Numbers as one word",
            "Read every number as the same word, so that the vocabulary is not full of them",
        )
        self._links = describe(
            QCheckBox("lin&ks", self),
            "dataset.merge_links_check",
            "Links and user names as one word each",
            "Read every link as the same word, and every user name as another",
        )

    def _build_vocabulary(self) -> None:
        self._min_count = describe(
            QSpinBox(self),
            "dataset.min_count_spin",
            "Smallest count of a known word",
            "A word that occurs less often in the training part is read as UNKNOWN_TOKEN, so that "
            "the network learns what an unknown word means",
        )
        self._min_count.setRange(1, LARGEST_MIN_COUNT)
        self._min_count.setValue(CorpusChoices().min_count)
        self._min_count.setKeyboardTracking(False)
        self._vocabulary = describe(
            QSpinBox(self),
            "dataset.vocabulary_spin",
            "Vocabulary size, words",
            "Words kept, the most frequent first, the three special tokens included; "
            "all others are read as UNKNOWN_TOKEN",
        )
        self._vocabulary.setRange(SMALLEST_VOCABULARY, LARGEST_VOCABULARY)
        self._vocabulary.setSingleStep(500)
        self._vocabulary.setGroupSeparatorShown(True)
        self._vocabulary.setSuffix(" words")
        self._vocabulary.setValue(CorpusChoices().vocabulary_size)
        self._vocabulary.setKeyboardTracking(False)
        self._held_out = describe(
            QDoubleSpinBox(self),
            "dataset.validation_spin",
            "Documents held out, percent",
            "Share of the documents, in percent, that training never sees: "
            "the loss on them tells whether the network learns or only memorises",
        )
        self._held_out.setRange(0.0, LARGEST_SHARE)
        self._held_out.setDecimals(1)
        self._held_out.setSuffix(" %")
        self._held_out.setValue(100.0 * CorpusChoices().validation_fraction)
        self._duplicates = describe(
            QCheckBox("Leave out d&uplicates", self),
            "dataset.duplicates_check",
            "Leave out duplicates",
            "Keep only the first of several documents with the same text",
        )
        self._coverage = make_label("", "hint", self, wrap=True)
        self._coverage.setObjectName("dataset.coverage_label")
        self._coverage.hide()

    def _build_layout(self) -> None:
        form = make_form(self)
        add_row(form, "Lan&guage", self._language)
        add_row(form, "&Words", self._tokenizer)
        form.addRow(self._words_note)
        merging = QHBoxLayout()
        merging.setSpacing(8)
        merging.addWidget(self._numbers)
        merging.addWidget(self._links)
        merging.addStretch(1)
        add_row(form, "One word for", merging)
        add_row(form, "Voca&bulary", self._vocabulary)
        form.addRow(self._coverage)
        add_row(form, "Known &from", self._min_count)
        add_row(form, "He&ld out", self._held_out)
        form.addRow("", self._duplicates)

    @Slot()
    def _on_tokenizer_changed(self) -> None:
        self._offer_merging()
        self.tokenizer_changed.emit()

    def _offer_merging(self) -> None:
        for check in (self._numbers, self._links):
            check.setEnabled(self._tokenizer.currentData() in MERGING)


class PreparePanel(QWidget):
    """Prepare, progress, Cancel.

    Signals
    -------
    prepare_requested(), cancel_requested()
        A button was pressed.
    """

    prepare_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._prepare.clicked.connect(self.prepare_requested)
        self._cancel.clicked.connect(self.cancel_requested)

    def enable(self, *, can_prepare: bool, can_cancel: bool) -> None:
        """Enable the buttons that can be pressed now."""
        self._prepare.setEnabled(can_prepare)
        self._cancel.setEnabled(can_cancel)

    def show_busy(self, stage: str, *, can_cancel: bool) -> None:
        """Show that work goes on, of which it is not known yet how much."""
        self._stage.setText(stage)
        self._bar.setRange(0, 0)
        self._progress.show()
        self._cancel.setVisible(can_cancel)

    def show_progress(self, progress: StageProgress) -> None:
        """Show how far the present stage is."""
        total = progress.total
        self._bar.setRange(0, BAR_STEPS if total else 0)
        if total:
            self._bar.setValue(min(BAR_STEPS, BAR_STEPS * progress.done // total))
        of_total = f" of {format_count(total)}" if total else ""
        self._stage.setText(
            f"{progress.stage}: {format_count(progress.done)}{of_total} {progress.unit}"
        )

    def show_idle(self) -> None:
        """Show that no work goes on."""
        self._progress.hide()

    def _build_widgets(self) -> None:
        self._prepare = describe(
            QPushButton("&Prepare", self),
            "dataset.prepare_button",
            "Prepare the corpus",
            "Split the text into sentences and words and count them",
        )
        self._prepare.setProperty("primary", "true")
        self._progress = QWidget(self)
        self._stage = make_label("", "hint", self._progress, wrap=True)
        self._stage.setObjectName("dataset.stage_label")
        self._bar = describe(
            QProgressBar(self._progress),
            "dataset.progress_bar",
            "Progress of the preparation",
            "How far the present stage is",
        )
        self._bar.setTextVisible(False)
        self._cancel = describe(
            QPushButton("C&ancel", self._progress),
            "dataset.cancel_button",
            "Cancel the preparation",
            "Give up the preparation; the corpus you had stays",
        )

    def _build_layout(self) -> None:
        box = QVBoxLayout(self._progress)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self._stage)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._bar, 1)
        row.addWidget(self._cancel)
        box.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._prepare)
        layout.addWidget(self._progress)
