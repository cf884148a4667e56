"""The form that says how to draw sentences: number, length, temperature, seed."""

from PySide6.QtCore import QRegularExpression, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QWidget,
)

from app.shared.decimals import DecimalSpinBox
from app.shared.labels import add_row, describe, make_form
from engine import SampleConfig

_LARGEST_COUNT = 100_000
_LONGEST_MINIMUM = 100  # words; the engine's longest sentence
_STEPS_PER_UNIT = 20  # slider steps per unit of temperature
_LOWEST, _HIGHEST = 0.05, 2.0
_HINTS = (  # up to this temperature, in plain words
    (0.3, "very careful: almost always the likeliest word"),
    (0.7, "careful: mostly likely words"),
    (0.95, "a little careful"),
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
    """Let the user choose how sentences are drawn.

    Signals
    -------
    changed()
        A value is different now.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_numbers()
        self._build_temperature()
        self._build_seed()
        self._build_layout()
        self._connect_signals()
        self.show_settings(SampleConfig())

    def _build_numbers(self) -> None:
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
            "Shorter sentences are thrown away (words, punctuation counts)",
        )
        self._min_length_spin.setRange(0, _LONGEST_MINIMUM)
        self._min_length_spin.setSuffix(" words")

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
        self._temperature_slider.setRange(1, round(_HIGHEST * _STEPS_PER_UNIT))
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
        temperature, seed = QHBoxLayout(), QHBoxLayout()
        temperature.addWidget(self._temperature_slider, 1)
        temperature.addWidget(self._temperature_spin)
        seed.addWidget(self._random_check)
        seed.addWidget(self._seed_edit, 1)
        form = make_form(self)
        add_row(form, "&Number", self._count_spin)
        add_row(form, "M&inimum length", self._min_length_spin)
        add_row(form, "Temperature", temperature)
        form.addRow(self._hint_label)
        add_row(form, "Seed", seed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _connect_signals(self) -> None:
        self._count_spin.valueChanged.connect(self.changed)
        self._min_length_spin.valueChanged.connect(self.changed)
        self._temperature_spin.valueChanged.connect(self._on_spin_value_changed)
        self._temperature_slider.valueChanged.connect(self._on_slider_value_changed)
        self._random_check.toggled.connect(self._on_random_toggled)
        self._seed_edit.textEdited.connect(self.changed)

    def settings(self) -> SampleConfig:
        """Return what the form says now."""
        text = self._seed_edit.text()
        is_fixed = text.isdecimal() and not self._random_check.isChecked()
        return SampleConfig(
            count=self._count_spin.value(),
            min_length=self._min_length_spin.value(),
            temperature=round(self._temperature_spin.value(), 2),
            seed=int(text) if is_fixed else None,
        )

    def show_settings(self, settings: SampleConfig) -> None:
        """Show `settings` without announcing a change."""
        with QSignalBlocker(self):
            self._count_spin.setValue(settings.count)
            self._min_length_spin.setValue(settings.min_length)
            self._temperature_spin.setValue(settings.temperature)
            self._random_check.setChecked(settings.seed is None)
            self._seed_edit.setText("" if settings.seed is None else str(settings.seed))
        self._show_temperature(self._temperature_spin.value())
        self._seed_edit.setEnabled(not self._random_check.isChecked())

    def show_used_seed(self, seed: int) -> None:
        """Show the seed of the running batch, ready to be kept for the next one."""
        self._seed_edit.setText(str(seed))

    def tab_chain(self) -> list[QWidget]:
        """Return the fields in the order of the Tab key."""
        return [
            self._count_spin,
            self._min_length_spin,
            self._temperature_slider,
            self._temperature_spin,
            self._random_check,
            self._seed_edit,
        ]

    def _show_temperature(self, temperature: float) -> None:
        with QSignalBlocker(self._temperature_slider):
            self._temperature_slider.setValue(round(temperature * _STEPS_PER_UNIT))
        self._hint_label.setText(temperature_hint(temperature))

    @Slot(float)
    def _on_spin_value_changed(self, temperature: float) -> None:
        self._show_temperature(temperature)
        self.changed.emit()

    @Slot(int)
    def _on_slider_value_changed(self, steps: int) -> None:
        self._temperature_spin.setValue(steps / _STEPS_PER_UNIT)

    @Slot(bool)
    def _on_random_toggled(self, is_random: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._seed_edit.setEnabled(not is_random)
        self.changed.emit()
