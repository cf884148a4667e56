"""How a corpus is made of a file's documents, and how far its preparation is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QProgressBar, QPushButton, QSpinBox, QVBoxLayout, QWidget

from app.shared.fields.decimals import DecimalSpinBox
from app.shared.formatting import format_count
from app.shared.labels import add_row, as_plain, describe, make_form, make_label, restyle
from app.shared.layouts import in_column, in_row
from engine import StageProgress

if TYPE_CHECKING:
    from engine import CorpusConfig

SMALLEST_VOCABULARY = 4  # one word and the three special tokens
LARGEST_VOCABULARY = 1_000_000
LARGEST_SHARE = 50.0  # percent
LARGEST_MIN_COUNT = 1000

BAR_STEPS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusChoices:
    """What the form says."""

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
    changed()
        Any of the choices was changed.
    words_requested()
        It is to be shown how the text is cut into words.
    """

    vocabulary_changed = Signal(int)
    changed = Signal()
    words_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_fields()
        self._build_layout()
        self._vocabulary.valueChanged.connect(self.vocabulary_changed)
        for spin in (self._vocabulary, self._min_count, self._held_out):
            spin.valueChanged.connect(self.changed)
        self._duplicates.toggled.connect(self.changed)
        self._words.clicked.connect(self.words_requested)

    def choices(self) -> CorpusChoices:
        """Return what was chosen."""
        return CorpusChoices(
            vocabulary_size=self._vocabulary.value(),
            min_count=self._min_count.value(),
            validation_fraction=round(self._held_out.value() / 100.0, 4),
            remove_duplicates=self._duplicates.isChecked(),
        )

    def show_words(self, description: str, tip: str = "") -> None:
        """Tell how the text is cut into words."""
        self._words_note.setText(description or "The language is detected from the text.")
        self._words_note.setToolTip(as_plain("\n".join(filter(None, (description, tip)))))
        self._words.setEnabled(bool(description))

    def show_config(self, config: "CorpusConfig") -> None:
        """Show the choices of an earlier preparation."""
        self._min_count.setValue(config.min_count)
        blocker = QSignalBlocker(self._vocabulary)
        self._vocabulary.setValue(config.vocabulary_size)
        blocker.unblock()
        self._held_out.setValue(100.0 * config.validation_fraction)
        self._duplicates.setChecked(config.remove_duplicates)

    @Slot(int)
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
        self._words_note = make_label("", "hint", self, wrap=True, name="dataset.words_note")
        self._words = describe(
            QPushButton("Words…", self),
            "dataset.words_button",
            "Language and words",
            "Choose the language and what counts as a word, and see the result",
        )
        self.show_words("")

    def _build_vocabulary(self) -> None:
        self._vocabulary = describe(
            QSpinBox(self),
            "dataset.vocabulary_spin",
            "Vocabulary size, words",
            "Words kept, the most frequent first, including the three special tokens; "
            "all others are read as UNKNOWN_TOKEN",
        )
        self._vocabulary.setRange(SMALLEST_VOCABULARY, LARGEST_VOCABULARY)
        self._vocabulary.setSingleStep(500)
        self._vocabulary.setGroupSeparatorShown(True)
        self._vocabulary.setSuffix(" words")
        self._vocabulary.setValue(CorpusChoices().vocabulary_size)
        self._vocabulary.setKeyboardTracking(False)
        self._min_count = describe(
            QSpinBox(self),
            "dataset.min_count_spin",
            "Smallest count of a known word",
            "A word that occurs less often in the training part is read as UNKNOWN_TOKEN, so that "
            "the network learns what an unknown word means",
        )
        self._min_count.setRange(1, LARGEST_MIN_COUNT)
        self._min_count.setValue(CorpusChoices().min_count)
        self._min_count.setSuffix(" ×")
        self._min_count.setKeyboardTracking(False)
        self._held_out = describe(
            DecimalSpinBox(self),
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
        self._coverage = make_label("", "hint", self, wrap=True, name="dataset.coverage_label")
        self._coverage.hide()

    def _build_layout(self) -> None:
        form = make_form(self)
        form.setVerticalSpacing(4)  # the smallest window shows what is above, too
        both = QWidget(self)  # a form gives a layout of its own no more height for more lines
        in_row((self._words_note, 1), self._words, of=both, margins=0, spacing=8)
        form.addRow(both)
        add_row(form, "Voca&bulary", self._vocabulary)
        form.addRow(self._coverage)
        add_row(form, "Known from", self._min_count)
        add_row(form, "He&ld out", self._held_out)
        form.addRow("", self._duplicates)


class PreparePanel(QWidget):
    """Prepare, progress, Cancel, and the way on to the training.

    Signals
    -------
    prepare_requested(), cancel_requested(), train_requested()
        A button was pressed.
    """

    prepare_requested = Signal()
    cancel_requested = Signal()
    train_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._prepare.clicked.connect(self.prepare_requested)
        self._cancel.clicked.connect(self.cancel_requested)
        self._train.clicked.connect(self.train_requested)

    @property
    def can_prepare(self) -> bool:
        """Whether "Prepare" can be pressed now."""
        return self._prepare.isEnabled()

    def press(self) -> None:
        """Press "Prepare"."""
        self._prepare.click()

    def enable(
        self, *, can_prepare: bool, can_cancel: bool, can_train: bool, is_changed: bool = False
    ) -> None:
        """Enable the buttons that can be pressed now; the one that leads on stands out.

        That is "Prepare" again once something was changed: the text is as it was before.
        """
        self._prepare.setEnabled(can_prepare)
        self._cancel.setEnabled(can_cancel)
        self._train.setEnabled(can_train)
        leads_on = can_train and not (is_changed and can_prepare)
        restyle(self._prepare, "primary", "false" if leads_on else "true")
        restyle(self._train, "primary", "true" if leads_on else "false")

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
            "Prepare the text",
            "Split the text into sentences and words and count them (Ctrl+Return)",
        )
        self._prepare.setProperty("primary", "true")
        self._train = describe(
            QPushButton("Train →", self),
            "dataset.train_button",
            "Go on to the training",
            "Show the Training tab, where the network learns from this text (Ctrl+2)",
        )
        self._progress = QWidget(self)
        self._stage = make_label("", "hint", self._progress, wrap=True, name="dataset.stage_label")
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
            "Give up the preparation; the text that was prepared before stays",
        )

    def _build_layout(self) -> None:
        box = in_column(self._stage, of=self._progress, margins=0, spacing=8)
        row = in_row((self._bar, 1), self._cancel, spacing=8)
        box.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        steps = in_row((self._prepare, 1), (self._train, 1), spacing=8)
        layout.addLayout(steps)
        layout.addWidget(self._progress)
