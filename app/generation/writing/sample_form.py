"""The form that says how to write sentences: what kind, number, lengths, how words are chosen."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QRegularExpression, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QWidget,
)

from app.generation.presets import Preset
from app.generation.writing.filter_fields import FilterFields
from app.generation.writing.preset_row import PresetRow
from app.shared.fields.decimals import DecimalSpinBox
from app.shared.labels import add_row, describe, make_form
from app.shared.theme import scaled
from engine import SampleConfig

_LARGEST_COUNT = 100_000
_LONGEST = 1000  # words of a sentence
_STEPS_PER_UNIT = 20  # slider steps per unit of temperature
_LOWEST, _HIGHEST = 0.0, 2.0
_LADDER = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)  # temperatures
_SHORTEST_KIND = 12  # characters of the list
_NARROWEST = 84  # px of a number
_FEWEST_BEAMS, _MOST_BEAMS = 50, 1000
DRAW, LADDER, BEAM = range(3)  # in the order of the list
_KINDS = ("drawn by chance", "temperature ladder", "most probable")
_HINTS = (  # up to this temperature, in plain words
    (0.0, "always the likeliest word: the same sentence each time"),
    (0.3, "very careful: almost always the likeliest word"),
    (0.7, "careful: likely words"),
    (0.95, "slightly careful"),
    (1.05, "as learned: the model's own probabilities"),
    (1.35, "bold: unlikely words more often"),
    (_HIGHEST, "wild: nearly any word may follow"),
)


def temperature_hint(temperature: float) -> str:
    """Say in plain words what `temperature` does."""
    for limit, hint in _HINTS:
        if temperature <= limit + 1e-9:
            return hint
    return _HINTS[-1][1]


class SampleForm(QWidget):
    """Let the user choose how sentences are written.

    Signals
    -------
    changed()
        A value is different now.
    own_presets_changed(object)
        One's own presets are these now, a tuple.
    """

    changed = Signal()
    own_presets_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = PresetRow(self)
        self._filters = FilterFields(self)
        self._build_numbers()
        self._build_temperature()
        self._build_seed()
        self._build_layout()
        self._connect_signals()
        self.show_settings(SampleConfig())

    def _build_numbers(self) -> None:
        self._kind_combo = describe(
            QComboBox(self),
            "generation.kind_combo",
            "Kind of sentences",
            "Drawn by chance; one at each of "
            f"{len(_LADDER)} temperatures from the same seed; or searched for, the most probable "
            "of all (beam search, no chance)",
        )
        self._kind_combo.addItems(_KINDS)
        adjust = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self._kind_combo.setSizeAdjustPolicy(adjust)
        self._kind_combo.setMinimumContentsLength(_SHORTEST_KIND)
        self._count_spin = describe(
            QSpinBox(self),
            "generation.count_spin",
            "Number of sentences",
            "How many sentences to draw (1 to 100,000)",
        )
        self._count_spin.setRange(1, _LARGEST_COUNT)
        self._count_spin.setGroupSeparatorShown(True)
        self._min_length_spin = describe(
            QSpinBox(self),
            "generation.min_length_spin",
            "Minimum length in words",
            "Shorter sentences are thrown away (in words; punctuation counts)",
        )
        self._min_length_spin.setRange(0, _LONGEST)
        self._max_length_spin = describe(
            QSpinBox(self),
            "generation.max_length_spin",
            "Maximum length in words",
            "A sentence that goes on is cut here (in words; punctuation counts)",
        )
        self._max_length_spin.setRange(1, _LONGEST)
        self._max_length_spin.setSuffix(" words")

    def _build_temperature(self) -> None:
        tip = (
            f"Temperature, {_LOWEST} to {_HIGHEST}, without a unit: the scores are divided by it "
            "before each draw. Low keeps to likely words, high takes risks."
        )
        self._temperature_slider = describe(
            QSlider(Qt.Orientation.Horizontal, self),
            "generation.temperature_slider",
            "Temperature, slider",
            tip,
        )
        self._temperature_slider.setRange(0, round(_HIGHEST * _STEPS_PER_UNIT))
        self._temperature_spin = describe(
            DecimalSpinBox(self), "generation.temperature_spin", "Temperature", tip
        )
        self._temperature_spin.setRange(_LOWEST, _HIGHEST)
        self._temperature_spin.setSingleStep(1.0 / _STEPS_PER_UNIT)
        self._hint_label = QLabel(self)
        self._hint_label.setObjectName("generation.temperature_hint")
        self._hint_label.setProperty("role", "hint")
        self._hint_label.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._hint_label.setWordWrap(True)

    def _build_seed(self) -> None:
        self._random_check = describe(
            QCheckBox("Random", self),
            "generation.random_seed_check",
            "Random seed",
            "Take a fresh seed each time; the one used is shown with the sentences",
        )
        self._seed_edit = describe(
            QLineEdit(self),
            "generation.seed_edit",
            "Seed",
            "A whole number: the same seed, settings and model give the same sentences. "
            "Empty means a fresh one.",
        )
        pattern = QRegularExpression("[0-9]{0,18}")  # fits 63 bits
        self._seed_edit.setValidator(QRegularExpressionValidator(pattern, self))
        self._seed_edit.setPlaceholderText("random")

    def _build_layout(self) -> None:
        kind, temperature = QHBoxLayout(), QHBoxLayout()
        lengths, seed = QHBoxLayout(), QHBoxLayout()
        kind.addWidget(self._count_spin)
        kind.addWidget(self._kind_combo, 1)
        lengths.addWidget(self._min_length_spin, 1)
        lengths.addWidget(QLabel("to", self))
        lengths.addWidget(self._max_length_spin, 1)
        for spin in (self._count_spin, self._min_length_spin, self._max_length_spin):
            spin.setMinimumWidth(scaled(_NARROWEST))
        temperature.addWidget(self._temperature_slider, 1)
        temperature.addWidget(self._temperature_spin)
        seed.addWidget(self._random_check)
        seed.addWidget(self._seed_edit, 1)
        form = make_form(self)
        form.setContentsMargins(0, 0, 12, 0)  # the scroll bar's room
        form.addRow(self._presets)
        add_row(form, "Number", kind)
        add_row(form, "Length", lengths)
        add_row(form, "Temperature", temperature)
        form.addRow(self._hint_label)
        form.addRow(self._filters)
        add_row(form, "Seed", seed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _connect_signals(self) -> None:
        self._count_spin.valueChanged.connect(self.changed)
        self._min_length_spin.valueChanged.connect(self._on_min_length_changed)
        self._max_length_spin.valueChanged.connect(self._on_max_length_changed)
        self._kind_combo.currentIndexChanged.connect(self._on_kind_changed)
        self._filters.changed.connect(self._on_filters_changed)
        self._presets.chosen.connect(self._on_preset_chosen)
        self._presets.own_changed.connect(self.own_presets_changed)
        self._temperature_spin.valueChanged.connect(self._on_spin_value_changed)
        self._temperature_slider.valueChanged.connect(self._on_slider_value_changed)
        self._random_check.toggled.connect(self._on_random_toggled)
        self._seed_edit.textEdited.connect(self.changed)

    def settings(self) -> SampleConfig:
        """Return what the form says now."""
        text = self._seed_edit.text()
        is_fixed = text.isdecimal() and not self._random_check.isChecked()
        kind, count = self._kind_combo.currentIndex(), self._count_spin.value()
        settings = SampleConfig(
            count=count,
            min_length=self._min_length_spin.value(),
            max_length=self._max_length_spin.value(),
            seed=int(text) if is_fixed else None,
        )
        if kind == BEAM:  # it takes the model as it is
            return replace(settings, beams=min(max(count, _FEWEST_BEAMS), _MOST_BEAMS))
        return replace(
            settings,
            temperature=round(self._temperature_spin.value(), 2),
            ladder=_LADDER if kind == LADDER else (),
            **self._filters.values(),
        )

    def show_settings(self, settings: SampleConfig) -> None:
        """Show `settings` without announcing a change."""
        with QSignalBlocker(self):
            self._count_spin.setValue(settings.count)
            self._min_length_spin.setValue(settings.min_length)
            self._max_length_spin.setValue(settings.max_length)
            self._kind_combo.setCurrentIndex(_kind_of(settings))
            self._show_filters(settings)
            self._random_check.setChecked(settings.seed is None)
            self._seed_edit.setText("" if settings.seed is None else str(settings.seed))
        self._show_kind()
        self._seed_edit.setEnabled(not self._random_check.isChecked())

    def show_own_presets(self, presets: Sequence[Preset]) -> None:
        """Offer these presets of one's own."""
        self._presets.show_own(presets)

    def _show_filters(self, settings: SampleConfig) -> None:
        """Show how words are chosen; of a beam search, as learned."""
        self._temperature_spin.setValue(settings.temperature)
        self._filters.show_settings(settings)
        self._show_temperature(settings.temperature)
        self._presets.show_settings(settings)

    def _show_kind(self) -> None:
        """Enable what counts for this kind of sentences."""
        kind = self._kind_combo.currentIndex()
        self._count_spin.setEnabled(kind != LADDER)
        self._temperature_slider.setEnabled(kind == DRAW)
        self._temperature_spin.setEnabled(kind == DRAW)
        self._filters.setEnabled(kind != BEAM)
        self._presets.setEnabled(kind != BEAM)
        self._random_check.setEnabled(kind != BEAM)
        self._seed_edit.setEnabled(kind != BEAM and not self._random_check.isChecked())
        if kind == LADDER:
            self._hint_label.setText("from 0 to 2: " + ", ".join(f"{t:g}" for t in _LADDER))
        elif kind == BEAM:
            self._hint_label.setText("as learned: no chance, no filters")
        else:
            self._hint_label.setText(temperature_hint(self._temperature_spin.value()))

    def show_used_seed(self, seed: int) -> None:
        """Show the seed of the running batch, ready to be kept for the next one."""
        self._seed_edit.setText(str(seed))

    def tab_chain(self) -> list[QWidget]:
        """Return the fields in the order of the Tab key."""
        return [
            *self._presets.tab_chain(),
            self._count_spin,
            self._kind_combo,
            self._min_length_spin,
            self._max_length_spin,
            self._temperature_slider,
            self._temperature_spin,
            *self._filters.tab_chain(),
            self._random_check,
            self._seed_edit,
        ]

    def _show_temperature(self, temperature: float) -> None:
        with QSignalBlocker(self._temperature_slider):
            self._temperature_slider.setValue(round(temperature * _STEPS_PER_UNIT))
        if self._kind_combo.currentIndex() == DRAW:
            self._hint_label.setText(temperature_hint(temperature))

    @Slot(float)
    def _on_spin_value_changed(self, temperature: float) -> None:
        self._show_temperature(temperature)
        self._on_filters_changed()

    @Slot()
    def _on_filters_changed(self) -> None:
        self._presets.show_settings(self.settings())
        self.changed.emit()

    @Slot(object)
    def _on_preset_chosen(self, preset: Preset) -> None:
        with QSignalBlocker(self):
            self._show_filters(preset.applied_to(self.settings()))
        self.changed.emit()

    @Slot(int)
    def _on_kind_changed(self, _kind: int) -> None:
        self._show_kind()
        self.changed.emit()

    @Slot(int)
    def _on_min_length_changed(self, words: int) -> None:
        if words > self._max_length_spin.value():
            self._max_length_spin.setValue(words)
        else:
            self.changed.emit()

    @Slot(int)
    def _on_max_length_changed(self, words: int) -> None:
        if words < self._min_length_spin.value():
            self._min_length_spin.setValue(words)
        else:
            self.changed.emit()

    @Slot(int)
    def _on_slider_value_changed(self, steps: int) -> None:
        self._temperature_spin.setValue(steps / _STEPS_PER_UNIT)

    @Slot(bool)
    def _on_random_toggled(self, is_random: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._seed_edit.setEnabled(not is_random)
        self.changed.emit()


def _kind_of(settings: SampleConfig) -> int:
    return BEAM if settings.beams else LADDER if settings.ladder else DRAW
