"""The fields of top-k, top-p, min-p and against repetition, folded away until wanted."""

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QWidget,
)

from app.generation.presets import filters_text
from app.shared.fields.decimals import DecimalSpinBox
from app.shared.labels import add_row, describe, make_form, make_label
from app.shared.layouts import in_column
from app.shared.theme import scaled
from engine import SampleConfig

_LARGEST_TOP_K = 100_000
_LONGEST_NGRAM = 20  # words
_FIELD_WIDTH = 112  # px
_NOTHING = "as learned"


class FilterFields(QWidget):
    """Let the user choose what is left of the model's probabilities.

    Signals
    -------
    changed()
        A value is different now.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fold_button = describe(
            QToolButton(self),
            "generation.filters_button",
            "Show or hide the filters",
            "Top-k, top-p, min-p and two against repetition: what is left of the model's "
            "probabilities before a word is drawn",
        )
        self._fold_button.setCheckable(True)
        self._fold_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold_button.setAutoRaise(True)
        self._fields = QWidget(self)
        self._build_fields()
        self._build_form()
        in_column(
            (self._fold_button, 0, Qt.AlignmentFlag.AlignLeft),
            self._fields,
            of=self,
            margins=0,
            spacing=6,
        )
        self._fold_button.toggled.connect(self._on_fold_toggled)
        for spin in self._spins():
            spin.valueChanged.connect(self._on_value_changed)  # type: ignore[attr-defined]
        self._on_fold_toggled(False)  # noqa: FBT003 - a slot of Qt's
        self._show_summary()

    def _build_fields(self) -> None:
        self._top_k = describe(
            QSpinBox(self._fields),
            "generation.top_k_spin",
            "Top-k, in words",
            "Only so many of the most probable words can be drawn. 40 keeps a sentence on "
            "track, 1 always takes the most probable word; 0 switches the filter off.",
        )
        self._top_k.setRange(0, _LARGEST_TOP_K)
        self._top_k.setSpecialValueText("all words")
        self._top_k.setGroupSeparatorShown(True)
        self._top_p = describe(
            _share_spin(self._fields),
            "generation.top_p_spin",
            "Top-p, a probability",
            "Only the most probable words that together have this probability: few where the "
            "model is sure, many where it is not. 1 switches the filter off.",
        )
        self._top_p.setRange(0.01, 1.0)
        self._min_p = describe(
            _share_spin(self._fields),
            "generation.min_p_spin",
            "Min-p, a share",
            "Only words with at least this share of the best word's probability. 0.05 leaves out "
            "what is hardly ever right; 0 switches the filter off.",
        )
        self._min_p.setRange(0.0, 1.0)
        self._penalty = describe(
            _share_spin(self._fields),
            "generation.repetition_spin",
            "Repetition penalty, without a unit",
            "The score of a word that was said already is divided by it: 1.1 to 1.3 keep a small "
            "network out of loops. Full stops count, too. 1 switches it off.",
        )
        self._penalty.setRange(1.0, 10.0)
        self._ngram = describe(
            QSpinBox(self._fields),
            "generation.ngram_spin",
            "No run of words twice, in words",
            "No run of this many words appears twice in a sentence: 3 prevents loops and leaves "
            "single words alone; 0 switches it off.",
        )
        self._ngram.setRange(0, _LONGEST_NGRAM)
        self._ngram.setSpecialValueText("off")
        self._ngram.setSuffix(" words")

    def _build_form(self) -> None:
        form = make_form(self._fields)
        form.setVerticalSpacing(2)
        rows = (
            ("Top-&k", self._top_k, "fewer: keeps to the likeliest words"),
            ("Top-&p", self._top_p, "lower: drops the unlikely rest"),
            ("M&in-p", self._min_p, "higher: drops what is far from the best"),
            ("R&epetition", self._penalty, "higher: says less twice"),
            ("N&o repeats", self._ngram, "a run of this many words never appears twice"),
        )
        for name, spin, hint in rows:
            line = QHBoxLayout()
            line.setSpacing(8)
            spin.setFixedWidth(scaled(_FIELD_WIDTH))
            line.addWidget(spin)
            line.addWidget(make_label(hint, "hint", self._fields, wrap=True), 1)
            add_row(form, name, line)
            label = form.labelForField(line)
            if isinstance(label, QLabel):
                label.setBuddy(spin)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)

    def values(self) -> dict[str, Any]:
        """Return the values of the fields, by the names of `SampleConfig`."""
        return {
            "top_k": self._top_k.value() or None,
            "top_p": round(self._top_p.value(), 2),
            "min_p": round(self._min_p.value(), 2),
            "repetition_penalty": round(self._penalty.value(), 2),
            "no_repeat_ngram": self._ngram.value(),
        }

    def show_settings(self, settings: SampleConfig) -> None:
        """Show `settings` without announcing a change."""
        with QSignalBlocker(self):
            self._top_k.setValue(settings.top_k or 0)
            self._top_p.setValue(settings.top_p)
            self._min_p.setValue(settings.min_p)
            self._penalty.setValue(settings.repetition_penalty)
            self._ngram.setValue(settings.no_repeat_ngram)

    def tab_chain(self) -> list[QWidget]:
        """Return the fields in the order of the Tab key."""
        return [self._fold_button, *self._spins()]

    def _spins(self) -> tuple[QAbstractSpinBox, ...]:
        return self._top_k, self._top_p, self._min_p, self._penalty, self._ngram

    def _show_summary(self) -> None:
        settings = SampleConfig(**self.values())
        self._fold_button.setText(f"Filters: {filters_text(settings) or _NOTHING}")

    @Slot(bool)
    def _on_fold_toggled(self, is_open: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._fields.setVisible(is_open)
        arrow = Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow
        self._fold_button.setArrowType(arrow)

    @Slot()
    def _on_value_changed(self) -> None:
        self._show_summary()
        self.changed.emit()


def _share_spin(parent: QWidget) -> DecimalSpinBox:
    spin = DecimalSpinBox(parent)
    spin.setSingleStep(0.05)
    return spin
