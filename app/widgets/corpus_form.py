"""How a corpus is made of a file's documents: vocabulary size, share held out, duplicates."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QSpinBox, QWidget

from app.shared.labels import add_row, describe, make_form, make_label

if TYPE_CHECKING:
    from engine import CorpusConfig

SMALLEST_VOCABULARY = 4  # one word and the three special tokens
LARGEST_VOCABULARY = 1_000_000
LARGEST_SHARE = 50.0  # percent


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusChoices:
    """What the form says."""

    vocabulary_size: int = 8000
    validation_fraction: float = 0.05
    remove_duplicates: bool = False


class CorpusForm(QWidget):
    """The options of preparing a corpus.

    Signals
    -------
    vocabulary_changed(int)
        Another vocabulary size was chosen.
    """

    vocabulary_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_fields()
        self._build_layout()
        self._vocabulary.valueChanged.connect(self.vocabulary_changed)

    def choices(self) -> CorpusChoices:
        """Return what was chosen."""
        return CorpusChoices(
            vocabulary_size=self._vocabulary.value(),
            validation_fraction=round(self._held_out.value() / 100.0, 4),
            remove_duplicates=self._duplicates.isChecked(),
        )

    def show_config(self, config: "CorpusConfig") -> None:
        """Show the choices of an earlier preparation."""
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
        add_row(form, "Voca&bulary", self._vocabulary)
        form.addRow(self._coverage)
        add_row(form, "He&ld out", self._held_out)
        form.addRow("", self._duplicates)
