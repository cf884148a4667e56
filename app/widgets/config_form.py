"""The form of a training run: recipe, network, training, held-out share, device.

It turns what was typed into `ModelConfig` and `TrainConfig`, which judge the
values; it starts nothing and keeps no defaults of its own.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.jobs import TrainingChoices
from app.shared.formatting import format_rate
from app.shared.labels import make_label
from app.shared.scrolling import WheelGuard
from app.widgets.config_fields import ConfigFields
from app.widgets.form_row import FormRow
from engine import ConfigError, ModelConfig, TrainConfig

if TYPE_CHECKING:
    from engine import DeviceChoice, RecipeDefaults

SECONDS_PER_MINUTE = 60.0


class ConfigForm(QWidget):
    """Let the user choose how to train.

    Signals
    -------
    changed()
        A value is different now.
    recipe_changed(str)
        "fast" or "tutorial"; the owner answers with `show_recipe_defaults`.
    """

    changed = Signal()
    recipe_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_share_touched = self._has_gpu = False
        self._own_network: tuple[int, int] | None = None  # kept while a model fixes the size
        self._reasons: dict[str, str] = {}
        self.fields = ConfigFields(self)
        self._rows = self._build_rows()
        self._build_layout()
        self._connect_signals()
        self._wheel_guard = WheelGuard(self)
        self._wheel_guard.watch(*(row.field for row in self._rows.values()))
        self.show_configs(ModelConfig(), TrainConfig())

    def _build_rows(self) -> dict[str, FormRow]:
        fields = self.fields
        return {
            "recipe": FormRow("&Recipe", fields.recipe, is_wide=True),
            "hidden_dim": FormRow(
                "Hidden si&ze", fields.hidden, "How many numbers the network remembers."
            ),
            "bptt_truncate": FormRow(
                "Steps &back", fields.bptt, "How many words back an error is traced."
            ),
            "learning_rate": FormRow(
                "Learning ra&te", fields.rate, "How large each correction is; empty: the recipe's."
            ),
            "batch_size": FormRow("B&atch size (sentences)", fields.batch),
            "epochs": FormRow("&Epochs (passes)", fields.epochs),
            "evaluate_every": FormRow("Evaluate ever&y … epochs", fields.evaluate),
            "time_limit_s": FormRow("T&ime limit", fields.time_limit),
            "validation": FormRow("Held-out share", fields.validation),
            "seed": FormRow("Seed", fields.seed),
            "device": FormRow("&Device", fields.device, is_wide=True),
            "allow_tf32": FormRow("TF32 on the GPU", fields.tf32),
        }

    def _build_layout(self) -> None:
        layout = QVBoxLayout(self)
        layout.setSpacing(6)
        sections = {
            "Network": ("recipe", "hidden_dim", "bptt_truncate"),
            "Training": ("learning_rate", "batch_size", "epochs", "evaluate_every", "time_limit_s"),
            "Data and device": ("validation", "seed", "device", "allow_tf32"),
        }
        for title, names in sections.items():
            layout.addWidget(make_label(title, "heading", self))
            for name in names:
                layout.addWidget(self._rows[name])
        layout.addStretch()
        self._rows["allow_tf32"].hide()  # until there is a GPU

    def _connect_signals(self) -> None:
        fields = self.fields
        for spin in (fields.hidden, fields.bptt, fields.batch, fields.epochs, fields.evaluate,
                     fields.seed, fields.time_limit):  # fmt: skip
            spin.valueChanged.connect(self._on_field_changed)
        fields.tf32.toggled.connect(self._on_field_changed)
        fields.rate.textEdited.connect(self._on_field_changed)
        fields.validation.valueChanged.connect(self._on_validation_changed)
        fields.device.currentIndexChanged.connect(self._on_device_index_changed)
        fields.recipe.currentIndexChanged.connect(self._on_recipe_index_changed)

    def choices(self) -> TrainingChoices | None:
        """Return what the form says, or None after showing what is wrong beside the fields."""
        fields = self.fields
        share = fields.validation.value() / 100.0 if self._is_share_touched else None
        train = {
            "recipe": lambda: fields.recipe.currentData(),
            "learning_rate": self._learning_rate,
            "batch_size": lambda: fields.own_batch_size() or None,
            "epochs": fields.epochs.value,
            "time_limit_s": lambda: fields.time_limit.value() * SECONDS_PER_MINUTE or None,
            "evaluate_every": fields.evaluate.value,
            "seed": fields.seed.value,
            "allow_tf32": lambda: self._has_gpu and fields.tf32.isChecked(),
        }
        model = {
            "hidden_dim": fields.hidden.value,
            "bptt_truncate": fields.bptt.value,
            "device": lambda: fields.device.currentData(),
            "seed": fields.seed.value,
        }
        model_values = self._judged(ModelConfig, model)
        train_values = self._judged(TrainConfig, train)
        if model_values is None or train_values is None:
            return None
        return TrainingChoices(
            model=ModelConfig(**model_values),
            train=TrainConfig(**train_values),
            validation_fraction=share,
        )

    def _judged(
        self, record: Callable[..., object], readers: dict[str, Callable[[], Any]]
    ) -> dict[str, Any] | None:
        """Let the record judge each value alone, so that a problem stands at its own field."""
        values: dict[str, Any] = {}
        for name, read in readers.items():
            problem = ""
            try:
                values[name] = read()
                record(**{name: values[name]})
            except ConfigError as error:
                problem = str(error)
                values.pop(name, None)
            self._rows[name].show_problem(problem)
        return values if len(values) == len(readers) else None

    def _learning_rate(self) -> float | None:
        text = self.fields.rate.text().strip().replace(",", ".")
        if not text:
            return None
        try:
            return float(text)
        except ValueError as error:
            raise ConfigError(
                f"The learning rate must be a number such as 0.005, not '{text}'."
            ) from error

    def show_configs(self, model: ModelConfig, train: TrainConfig) -> None:
        """Show stored settings without announcing a change."""
        fields = self.fields
        with QSignalBlocker(self):
            fields.recipe.setCurrentIndex(max(0, fields.recipe.findData(train.recipe)))
            fields.hidden.setValue(model.hidden_dim)
            fields.bptt.setValue(model.bptt_truncate)
            rate = train.learning_rate
            fields.rate.setText("" if rate is None else f"{rate:g}")
            fields.show_own_batch_size(train.batch_size or 0)
            fields.epochs.setValue(train.epochs)
            fields.evaluate.setValue(train.evaluate_every)
            fields.time_limit.setValue((train.time_limit_s or 0.0) / SECONDS_PER_MINUTE)
            fields.seed.setValue(train.seed)
            fields.tf32.setChecked(train.allow_tf32)
            fields.device.setCurrentIndex(max(0, fields.device.findData(model.device)))

    def show_recipe_defaults(self, defaults: "RecipeDefaults") -> None:
        """Show what a recipe is, and what it takes where nothing is chosen."""
        is_tutorial = defaults.recipe == "tutorial"
        self._rows["recipe"].show_hint(defaults.description)
        self.fields.rate.setPlaceholderText(f"{format_rate(defaults.learning_rate)} (recipe)")
        self.fields.show_batch_default(defaults.batch_size, is_fixed=is_tutorial)

    def show_validation(self, fraction: float | None, text: str) -> None:
        """Show how the corpus is split; None when there is no corpus."""
        self._is_share_touched = False
        self.fields.validation.setEnabled(fraction is not None)
        with QSignalBlocker(self.fields.validation):
            self.fields.validation.setValue(100.0 * (fraction or 0.0))
        self._rows["validation"].show_hint(text)

    def show_devices(self, choices: "Sequence[DeviceChoice]") -> None:
        """Replace the devices; the chosen one stays chosen if it is among them."""
        wanted = self.fields.device.currentData()
        self._reasons = {choice.request: choice.reason for choice in choices}
        self.fields.show_devices(choices, wanted)
        self._has_gpu = "cuda" in self._reasons
        self._rows["allow_tf32"].setVisible(self._has_gpu)
        self._rows["device"].show_hint(self._reasons.get(self.fields.device.currentData(), ""))

    def show_fixed_network(self, model: ModelConfig | None) -> None:
        """Show the size of a model that is continued, or let the size be chosen again."""
        fields = self.fields
        if model is not None:
            if self._own_network is None:
                self._own_network = (fields.hidden.value(), fields.bptt.value())
            shown: tuple[int, int] | None = (model.hidden_dim, model.bptt_truncate)
        else:
            shown, self._own_network = self._own_network, None
        for spin, value in zip((fields.hidden, fields.bptt), shown or (), strict=False):
            with QSignalBlocker(spin):
                spin.setValue(value)
        for name in ("hidden_dim", "bptt_truncate"):
            self._rows[name].setEnabled(model is None)

    @Slot()
    def _on_field_changed(self) -> None:
        self.changed.emit()

    @Slot()
    def _on_validation_changed(self) -> None:
        self._is_share_touched = True
        self.changed.emit()

    @Slot()
    def _on_device_index_changed(self) -> None:
        self._rows["device"].show_hint(self._reasons.get(self.fields.device.currentData(), ""))
        self.changed.emit()

    @Slot()
    def _on_recipe_index_changed(self) -> None:
        self.recipe_changed.emit(self.fields.recipe.currentData())
        self.changed.emit()
