"""The form of a training run: recipe, network, training, held-out share, device.

It turns what was typed into `ModelConfig` and `TrainConfig`, which judge the
values; it starts nothing and keeps no defaults of its own. What a field means is the form's
affair; `ConfigFields` names and describes it, a `FormRow` says what is wrong with its value.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.jobs import TrainingChoices
from app.shared.formatting import format_rate
from app.shared.labels import describe, make_label
from app.shared.scrolling import WheelGuard
from app.shared.theme import scaled
from engine import ConfigError, ModelConfig, TrainConfig

if TYPE_CHECKING:
    from engine import DeviceChoice, RecipeDefaults

SECONDS_PER_MINUTE = 60.0

LARGEST = 999_999  # what can be typed; the engine's records say what can be used
LARGEST_SEED = 2**31 - 1
RECIPES = (("Fast (mini-batches)", "fast"), ("Tutorial (one by one)", "tutorial"))

FIELD_WIDTH_PX = 132
WIDE_FIELD_WIDTH_PX = 204


class FormRow(QWidget):
    """A labelled field that can say what is wrong with its value."""

    def __init__(
        self, label: str, field: QWidget, hint: str = "", *, is_wide: bool = False
    ) -> None:
        super().__init__()
        self.field = field
        self._label = QLabel(label, self)
        self._label.setBuddy(field)
        self._label.setToolTip(field.toolTip())
        field.setFixedWidth(scaled(WIDE_FIELD_WIDTH_PX if is_wide else FIELD_WIDTH_PX))
        self._hint = self._build_text("hint", hint)
        self._problem = self._build_text("bad", "")
        self._problem.setObjectName(f"{field.objectName()}.problem")
        line = QHBoxLayout()
        line.addWidget(self._label, stretch=1)
        line.addWidget(field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self._hint)
        layout.addWidget(self._problem)

    def _build_text(self, role: str, text: str) -> QLabel:
        label = make_label(text, "hint", self, wrap=True)
        label.setProperty("role", role)
        label.setVisible(bool(text))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        label.setSizePolicy(policy)
        return label

    def show_hint(self, text: str) -> None:
        """Replace the hint."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def show_problem(self, text: str) -> None:
        """Say what is wrong with the value; "" when nothing is."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))


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

    @property
    def recipe(self) -> str:
        """The recipe that is chosen."""
        return str(self.fields.recipe.currentData())

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
        self._rows["recipe"].show_hint(f"{defaults.description} {defaults.reason}".strip())
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


class ConfigFields:
    """Every field that the user fills in for a training run."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent
        self._own_batch: int | None = None  # kept while a recipe fixes the batch size
        self._build_network()
        self._build_training()
        self._build_data()

    def _spin(self, role: str, name: str, tip: str) -> QSpinBox:
        spin = describe(QSpinBox(self._parent), f"training.{role}_spin", name, tip)
        spin.setRange(0, LARGEST)
        spin.setGroupSeparatorShown(True)
        return spin

    def _build_network(self) -> None:
        self.recipe = describe(
            QComboBox(self._parent),
            "training.recipe_combo",
            "Recipe",
            "The way of learning: many sentences at once, or one by one as in the tutorial",
        )
        for text, value in RECIPES:
            self.recipe.addItem(text, value)
        self.hidden = self._spin(
            "hidden",
            "Hidden size",
            "Hidden units (1 to 8192): more can learn more, and each step takes longer",
        )
        self.bptt = self._spin(
            "bptt",
            "bptt_truncate, steps back",
            "bptt_truncate: words that an error is traced back (0 or more)",
        )

    def _build_training(self) -> None:
        self.rate = describe(
            QLineEdit(self._parent),
            "training.learning_rate_edit",
            "Learning rate",
            "A positive number without a unit. Too large and the loss jumps; "
            "too small and it creeps.",
        )
        self.batch = self._spin(
            "batch",
            "Batch size in sentences",
            "Sentences that share one correction (1 to 65,536); the tutorial takes 1",
        )
        self.epochs = self._spin("epochs", "Epochs", "Passes over the training text, 1 or more")
        self.evaluate = self._spin(
            "evaluate",
            "Evaluate every so many epochs",
            "Epochs between two measurements on the held-out text, 1 or more",
        )
        self.time_limit = describe(
            QDoubleSpinBox(self._parent),
            "training.time_limit_spin",
            "Time limit in minutes",
            "Minutes after which training ends by itself; pauses do not count",
        )
        self.time_limit.setRange(0.0, LARGEST)
        self.time_limit.setDecimals(1)
        self.time_limit.setSuffix(" min")
        self.time_limit.setSpecialValueText("none")

    def _build_data(self) -> None:
        self.validation = describe(
            QDoubleSpinBox(self._parent),
            "training.validation_spin",
            "Held-out share in percent of the documents",
            "Documents kept back to measure how well the network does on text it has not seen "
            "(0 to 50 percent)",
        )
        self.validation.setRange(0.0, 50.0)
        self.validation.setDecimals(1)
        self.validation.setSuffix(" %")
        self.seed = self._spin(
            "seed",
            "Seed",
            "Any whole number: the same seed and settings give the same run on the same device",
        )
        self.seed.setMaximum(LARGEST_SEED)
        self.seed.setGroupSeparatorShown(False)
        self.device = describe(
            QComboBox(self._parent),
            "training.device_combo",
            "Device",
            "Where the computing happens",
        )
        self.device.addItem("Automatic", "auto")
        self.tf32 = describe(
            QCheckBox("allowed", self._parent),
            "training.tf32_check",
            "TF32 on the GPU",
            "Let the GPU multiply with 10 bits of a number's fraction instead of 23: faster on "
            "recent cards, and the gradients are less exact (about 0.1 percent)",
        )

    def own_batch_size(self) -> int:
        """Return the batch size that the user chose, 0 for none, whatever the recipe allows."""
        return self.batch.value() if self._own_batch is None else self._own_batch

    def show_own_batch_size(self, batch_size: int) -> None:
        """Show a batch size, 0 for the recipe's; a recipe that fixes it lets it wait."""
        if self._own_batch is None:
            self.batch.setValue(batch_size)
        else:
            self._own_batch = batch_size

    def show_batch_default(self, batch_size: int, *, is_fixed: bool) -> None:
        """Offer a recipe's batch size as 0, the lowest value, or as the only one."""
        own, self._own_batch = self.own_batch_size(), None
        if is_fixed:
            self._own_batch = own
        self.batch.setSpecialValueText(f"{batch_size} (recipe)")
        self.batch.setEnabled(not is_fixed)
        with QSignalBlocker(self.batch):
            self.batch.setValue(batch_size if is_fixed else own)

    def show_devices(self, choices: "Sequence[DeviceChoice]", wanted: str) -> None:
        """Replace the devices and choose `wanted`, or the first without it."""
        with QSignalBlocker(self.device):
            self.device.clear()
            for choice in choices:
                prefix = "Automatic: " if choice.request == "auto" else ""
                self.device.addItem(f"{prefix}{choice.name}", choice.request)
            self.device.setCurrentIndex(max(0, self.device.findData(wanted)))
