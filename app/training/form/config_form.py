"""The form of a training run: recipe, network, training, device.

It turns what was typed into `ModelConfig` and `TrainConfig`, which judge the values, and marks
those that differ from the run that is shown; it starts nothing and keeps no defaults of its own.
What a field means is the form's affair; `ConfigFields` names and describes it, a `FormRow` says
what is wrong with its value.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.jobs import TrainingChoices
from app.shared.formatting import format_rate
from app.shared.labels import describe, make_label
from app.shared.scrolling import WheelGuard
from app.training.form.config_fields import RECIPES, SOFTMAX, ConfigFields
from app.training.form.form_row import FormRow
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
        It or the hidden size; the owner answers with `show_recipe_defaults`.
    """

    changed = Signal()
    recipe_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._has_gpu = False
        self._baseline: dict[str, Any] = {}  # the values that are not marked as changed
        self._own: dict[str, Any] = {}  # what the recipe takes where a field is left to it
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
            "softmax_sample": FormRow(
                "Softmax",
                fields.softmax,
                "Over all words, or over a step's own and a sample.",
                is_wide=True,
            ),
            "epochs": FormRow("&Epochs (passes)", fields.epochs),
            "evaluate_every": FormRow("Evaluate ever&y … epochs", fields.evaluate),
            "time_limit_s": FormRow("T&ime limit", fields.time_limit),
            "seed": FormRow("Seed", fields.seed),
            "device": FormRow("&Device", fields.device, is_wide=True),
            "allow_tf32": FormRow("TF32 on the GPU", fields.tf32),
        }

    def _build_layout(self) -> None:
        layout = QVBoxLayout(self)
        layout.setSpacing(6)
        sections = {
            "Network": ("recipe", "hidden_dim", "bptt_truncate"),
            "Training": ("learning_rate", "batch_size", "softmax_sample", "epochs",
                         "evaluate_every", "time_limit_s"),
            "Device": ("seed", "device", "allow_tf32"),
        }  # fmt: skip
        self._reset_all = describe(
            QToolButton(self),
            "training.reset_all_button",
            "Reset all settings",
            "Take back every change: those of the run that is shown, or the defaults",
        )
        self._reset_all.setText("Reset all")
        self._reset_all.setProperty("flat", "true")
        policy = self._reset_all.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset_all.setSizePolicy(policy)
        for title, names in sections.items():
            head = QHBoxLayout()
            head.addWidget(make_label(title, "heading", self), stretch=1)
            if title == "Network":
                head.addWidget(self._reset_all)
            layout.addLayout(head)
            for name in names:
                layout.addWidget(self._rows[name])
        layout.addStretch()
        self._rows["allow_tf32"].hide()  # until there is a GPU

    def _connect_signals(self) -> None:
        fields = self.fields
        fields.hidden.valueChanged.connect(self._on_recipe_index_changed)
        for spin in (fields.bptt, fields.batch, fields.epochs, fields.evaluate,
                     fields.seed, fields.time_limit):  # fmt: skip
            spin.valueChanged.connect(self.changed)
        fields.tf32.toggled.connect(self.changed)
        fields.rate.textEdited.connect(self.changed)
        fields.softmax.currentIndexChanged.connect(self.changed)
        fields.device.currentIndexChanged.connect(self._on_device_index_changed)
        fields.recipe.currentIndexChanged.connect(self._on_recipe_index_changed)
        self.changed.connect(self._mark_changes)
        self._reset_all.clicked.connect(self._on_reset_all_clicked)
        for row in self._rows.values():
            row.reset_requested.connect(self._on_row_reset_requested)

    @property
    def recipe(self) -> str:
        """The recipe that is chosen."""
        return str(self.fields.recipe.currentData())

    def choices(self) -> TrainingChoices | None:
        """Return what the form says, or None after showing what is wrong beside the fields."""
        fields = self.fields
        train = {
            "recipe": lambda: fields.recipe.currentData(),
            "learning_rate": self._learning_rate,
            "batch_size": lambda: fields.own_batch_size() or None,
            "softmax_sample": lambda: fields.softmax.currentData() or None,
            "epochs": fields.epochs.value,
            "time_limit_s": lambda: fields.time_limit.value() * SECONDS_PER_MINUTE or None,
            "evaluate_every": fields.evaluate.value,
            "seed": fields.seed.value,
            "allow_tf32": lambda: self._has_gpu and fields.tf32.isChecked(),
        }
        model = {
            "hidden_dim": lambda: fields.hidden.value() or None,
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
        """Show the settings of a run, or the defaults, without announcing a change."""
        self._baseline = _values_of(model, train)
        self.show_choices(model, train)

    def show_choices(self, model: ModelConfig, train: TrainConfig) -> None:
        """Show settings that were chosen since, marked where they differ from those."""
        with QSignalBlocker(self):
            for name, value in _values_of(model, train).items():
                self._put(name, value)
        self._mark_changes()

    def propose_rate(self, rate: float) -> None:
        """Put a learning rate in place of one that was too high, marked as a change."""
        self._put("learning_rate", f"{rate:g}")
        self.changed.emit()

    def _put(self, name: str, value: Any) -> None:
        fields = self.fields
        match self._rows[name].field:
            case QComboBox() as box:
                if name == "softmax_sample" and box.findData(value) < 0:
                    box.addItem(f"Sampled {100.0 * value:g} %", value)  # of the command line
                box.setCurrentIndex(max(0, box.findData(value)))
            case QLineEdit() as edit:
                edit.setText(value)
            case QCheckBox() as check:
                check.setChecked(value)
            case _ if name == "batch_size":
                fields.show_own_batch_size(value)
            case QSpinBox() | QDoubleSpinBox() as spin:
                spin.setValue(value)

    def _values(self) -> dict[str, Any]:
        """Return what the fields hold now, as `_values_of` gives it."""
        fields = self.fields
        return {
            "recipe": fields.recipe.currentData(),
            "hidden_dim": fields.hidden.value(),
            "bptt_truncate": fields.bptt.value(),
            "learning_rate": fields.rate.text().strip(),
            "batch_size": fields.own_batch_size(),
            "softmax_sample": fields.softmax.currentData(),
            "epochs": fields.epochs.value(),
            "evaluate_every": fields.evaluate.value(),
            "time_limit_s": fields.time_limit.value(),
            "seed": fields.seed.value(),
            "device": fields.device.currentData(),
            "allow_tf32": fields.tf32.isChecked(),
        }

    @property
    def is_changed(self) -> bool:
        """Whether a value differs from those of the run that is shown, or from the defaults."""
        return any(self._differs(*each) for each in self._values().items())

    def _differs(self, name: str, value: Any) -> bool:
        """Tell a change from a value that a run took from its recipe, as the field still would."""
        former, own = self._baseline.get(name), self._own.get(name)
        return value != former and (value or own) != (former or own)

    @Slot()
    def _mark_changes(self) -> None:
        for name, value in self._values().items():
            former = self._baseline.get(name)
            is_changed = self._differs(name, value) and not (
                name == "device" and self.fields.device.findData(former) < 0
            )
            self._rows[name].show_change(_shown(name, former) if is_changed else None)
        self._reset_all.setVisible(self.is_changed)

    @Slot()
    def _on_row_reset_requested(self) -> None:
        for name, row in self._rows.items():
            if row is self.sender():
                self._put(name, self._baseline[name])
                self.changed.emit()

    @Slot()
    def _on_reset_all_clicked(self) -> None:
        for name, value in self._baseline.items():
            self._put(name, value)
        self.changed.emit()

    def show_enabled(self, *, is_enabled: bool, is_rate_open: bool = False) -> None:
        """Let the settings be changed, or the learning rate alone, or nothing."""
        self.setEnabled(is_enabled or is_rate_open)
        for name, row in self._rows.items():
            row.setEnabled(is_enabled or name == "learning_rate")
        self._reset_all.setEnabled(is_enabled)

    @property
    def learning_rate(self) -> float | None:
        """The rate that was typed; None for the recipe's, or where it is none."""
        choices = self.choices()
        return None if choices is None else choices.train.learning_rate

    @property
    def units(self) -> int:
        """The hidden units that were chosen, or the recipe's."""
        return self.fields.hidden.value() or self._own.get("hidden_dim", ModelConfig().units)

    def show_recipe_defaults(self, defaults: "RecipeDefaults", *, has_text: bool = True) -> None:
        """Show what a recipe is, and what it takes where nothing is chosen.

        Its reasons are those of a text: without one they say nothing.
        """
        is_tutorial = defaults.recipe == "tutorial"
        reason = defaults.reason if has_text else ""
        self._rows["recipe"].show_hint(f"{defaults.description} {reason}".strip())
        self.fields.rate.setPlaceholderText(f"{format_rate(defaults.learning_rate)} (recipe)")
        self.fields.hidden.show_own(defaults.hidden_dim)
        self.fields.show_batch_default(defaults.batch_size, is_fixed=is_tutorial)
        self._rows["softmax_sample"].setVisible(not is_tutorial)
        share = defaults.tuning.softmax_sample
        name = f"Sampled {100.0 * share:g} %" if share < 1.0 else "Exact"
        self.fields.softmax.setItemText(0, f"{name} (recipe)")
        rate, batch = f"{defaults.learning_rate:g}", defaults.batch_size
        self._own = {
            "hidden_dim": defaults.hidden_dim,
            "learning_rate": rate,
            "batch_size": batch,
            "softmax_sample": share,
        }
        self._mark_changes()

    def show_devices(self, choices: "Sequence[DeviceChoice]") -> None:
        """Replace the devices; the chosen one stays chosen if it is among them."""
        wanted = self.fields.device.currentData()
        self._reasons = {choice.request: choice.reason for choice in choices}
        self.fields.show_devices(choices, wanted)
        self._has_gpu = "cuda" in self._reasons
        self._rows["allow_tf32"].setVisible(self._has_gpu)
        self._rows["device"].show_hint(self._reasons.get(self.fields.device.currentData(), ""))

    @Slot()
    def _on_device_index_changed(self) -> None:
        self._rows["device"].show_hint(self._reasons.get(self.fields.device.currentData(), ""))
        self.changed.emit()

    @Slot()
    def _on_recipe_index_changed(self) -> None:
        self.recipe_changed.emit(self.fields.recipe.currentData())
        self.changed.emit()


def _values_of(model: ModelConfig, train: TrainConfig) -> dict[str, Any]:
    """Return the settings as the fields hold them, by the names of the rows."""
    rate = train.learning_rate
    return {
        "recipe": train.recipe,
        "hidden_dim": model.hidden_dim or 0,
        "bptt_truncate": model.bptt_truncate,
        "learning_rate": "" if rate is None else f"{rate:g}",
        "batch_size": train.batch_size or 0,
        "softmax_sample": train.softmax_sample or 0.0,
        "epochs": train.epochs,
        "evaluate_every": train.evaluate_every,
        "time_limit_s": round((train.time_limit_s or 0.0) / SECONDS_PER_MINUTE, 1),
        "seed": train.seed,
        "device": model.device,
        "allow_tf32": train.allow_tf32,
    }


def _shown(name: str, value: Any) -> str:
    """Return a former value in words."""
    if name == "recipe":
        return next((text for text, recipe in RECIPES if recipe == value), str(value))
    if name == "softmax_sample":
        return next((text for text, share in SOFTMAX if share == value), f"sampled {value:.3g}")
    if value in ("", 0) and name in ("hidden_dim", "learning_rate", "batch_size"):
        return "the recipe's own"
    if name == "time_limit_s":
        return f"{value:g} min" if value else "none"
    if isinstance(value, bool):
        return "allowed" if value else "not allowed"
    return f"{value:,}" if isinstance(value, int) and name != "seed" else str(value)
