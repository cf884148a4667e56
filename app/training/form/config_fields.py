"""The fields of a run's settings: each with its name, its limits and what it means."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from app.shared.fields.decimals import DecimalSpinBox
from app.shared.labels import describe, offer_choices

if TYPE_CHECKING:
    from engine import DeviceChoice

SpinT = TypeVar("SpinT", bound=QSpinBox)

LARGEST = 999_999  # what can be typed; the engine's records say what can be used
LARGEST_SEED = 2**31 - 1
SOFTMAX = (("The recipe's own", 0.0), ("Exact", 1.0), ("Sampled 10 %", 0.1))
RECIPES = (("Fast (mini-batches)", "fast"), ("Tutorial (one by one)", "tutorial"))


class RecipeSpinBox(QSpinBox):
    """A number, or 0 for the recipe's own, from where a step leads to that number's neighbours."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._own = 1

    def show_own(self, own: int) -> None:
        """Offer what the recipe takes."""
        self._own = own
        self.setSpecialValueText(f"{own} (recipe)")

    def stepBy(self, steps: int) -> None:
        """Step from the number that is shown."""
        if self.value() == 0:
            self.setValue(max(1, self._own + steps))
        else:
            super().stepBy(steps)

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Offer both ways from the recipe's own number."""
        both = QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        both |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return both if self.value() == 0 else super().stepEnabled()


class ConfigFields:
    """Every field that the user fills in for a training run."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent
        self._own_batch: int | None = None  # kept while a recipe fixes the batch size
        self._build_network()
        self._build_training()
        self._build_data()

    def _spin(self, role: str, name: str, tip: str) -> QSpinBox:
        return self._ranged(QSpinBox(self._parent), role, name, tip)

    def _recipe_spin(self, role: str, name: str, tip: str) -> RecipeSpinBox:
        return self._ranged(RecipeSpinBox(self._parent), role, name, tip)

    def _ranged(self, spin: SpinT, role: str, name: str, tip: str) -> SpinT:
        describe(spin, f"training.{role}_spin", name, tip)
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
        offer_choices(self.recipe, RECIPES)
        self.hidden = self._recipe_spin(
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
        self.batch = self._recipe_spin(
            "batch",
            "Batch size in sentences",
            "Sentences that share one correction (1 to 65,536); the tutorial takes 1",
        )
        self.softmax = describe(
            QComboBox(self._parent),
            "training.softmax_combo",
            "Softmax of a step",
            "Exact: each step compares with all words. Sampled: with its own words and a tenth of "
            "the others, several times as fast where the vocabulary is large (on the CPU; what is "
            "evaluated, scored and written is exact in any case)",
        )
        offer_choices(self.softmax, SOFTMAX)
        self.epochs = self._spin("epochs", "Epochs", "Passes over the training text, 1 or more")
        self.evaluate = self._spin(
            "evaluate",
            "Evaluate every so many epochs",
            "Epochs between two measurements on the held-out text, 1 or more",
        )
        self.time_limit = describe(
            DecimalSpinBox(self._parent),
            "training.time_limit_spin",
            "Time limit in minutes",
            "Minutes after which training ends by itself; pauses do not count",
        )
        self.time_limit.setRange(0.0, LARGEST)
        self.time_limit.setDecimals(1)
        self.time_limit.setSuffix(" min")
        self.time_limit.setSpecialValueText("none")

    def _build_data(self) -> None:
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
            "Where the computation runs",
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
        self.batch.show_own(batch_size)
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
