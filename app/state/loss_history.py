"""The curve of one training run as data: losses, evaluations and halvings.

How a view finds the points worth drawing is the affair of `Series`. This module
draws nothing and knows no window; the values that it holds are always finite.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from app.state.series import Column, Floats, Series, XAxis
from engine import EpochDone, LossPoint, RateHalved

if TYPE_CHECKING:
    from engine import TrainingHistory

LARGEST_EXPONENT = 500.0  # of the decay within one block, far from overflow


class LossHistory:
    """The points, evaluations and halvings of one run.

    Attributes
    ----------
    batch, evaluated : Series
        The loss of the training steps, and that of each evaluation.
    epochs, halvings : lists of EpochDone and RateHalved
        Every evaluation, as in `evaluated`, and every halving of the learning rate.
    best_index : int or None
        Which evaluation has the lowest loss so far.
    """

    def __init__(self) -> None:
        self._smoothing = 0.0
        self._reset(is_dirty=False)

    def _reset(self, *, is_dirty: bool) -> None:
        self._is_dirty = is_dirty
        self._smoothed = Column()
        self._carry = (0.0, 0.0)  # decayed sum of losses, decayed sum of weights
        self.batch = Series()
        self.evaluated = Series()
        self.rates = Column()
        self.speeds = Column()
        self.epochs: list[EpochDone] = []
        self.halvings: list[RateHalved] = []
        self.best_index: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not len(self.batch) and not len(self.evaluated)

    @property
    def best(self) -> EpochDone | None:
        """The evaluation with the lowest loss so far."""
        return None if self.best_index is None else self.epochs[self.best_index]

    def clear(self) -> None:
        """Forget everything but the smoothing."""
        self._reset(is_dirty=True)

    def append(self, point: LossPoint) -> None:
        """Add one point of the curve; a loss that is not a finite number is left out."""
        if self.batch.append(point.step, point.epoch, point.elapsed_s, point.loss):
            self.rates.append(point.learning_rate)
            self.speeds.append(point.words_per_s)
            self._is_dirty = True

    def add_epoch(self, epoch: EpochDone) -> None:
        """Add one evaluation."""
        loss = evaluated_loss(epoch)
        if self.evaluated.append(epoch.step, epoch.epoch, epoch.elapsed_s, loss):
            self.epochs.append(epoch)
            if self.best_index is None or loss < self.evaluated.values[self.best_index]:
                self.best_index = len(self.epochs) - 1
            self._is_dirty = True

    def add_halving(self, halving: RateHalved) -> None:
        """Add one halving of the learning rate."""
        self.halvings.append(halving)
        self._is_dirty = True

    def restore(self, stored: "TrainingHistory") -> None:
        """Replace everything with the history that a model carries."""
        self.clear()
        kept = self.batch.extend(stored.steps, stored.epochs, stored.elapsed_s, stored.losses)
        rates = np.asarray(stored.learning_rates, dtype=np.float64)[kept]
        self.rates.extend(rates)
        self.speeds.extend(np.full(len(rates), np.nan))  # a model does not carry them
        for epoch in stored.evaluations:
            self.add_epoch(epoch)
        for halving in stored.halvings:
            self.add_halving(halving)

    def take_dirty(self) -> bool:
        """Return whether something changed since the last call."""
        was_dirty, self._is_dirty = self._is_dirty, False
        return was_dirty

    def set_smoothing(self, smoothing: float) -> None:
        """Choose how much of the past the smoothed curve keeps, 0 (nothing) to below 1."""
        if not 0.0 <= smoothing < 1.0:
            raise ValueError(f"smoothing must be in [0, 1), not {smoothing}")
        self._smoothing = smoothing
        self._smoothed = Column()
        self._carry = (0.0, 0.0)
        self._is_dirty = True

    def smoothed(self) -> Floats:
        """Return the smoothed loss of every point, computing only those that are new.

        A moving average: a point weighs as much as the steps behind it, and decays
        by `smoothing` each usual number of steps. Dividing by the sum of the weights
        removes the pull towards zero at the start: a constant series stays constant.
        """
        if self._smoothing == 0.0:
            return self.batch.values
        if len(self._smoothed) < len(self.batch):
            self._smooth(len(self._smoothed))
        return self._smoothed.values

    def _smooth(self, first: int) -> None:
        losses, steps = self.batch.values[first:], self.batch.along("step")
        weights = np.maximum(np.diff(steps[first:], prepend=steps[first - 1] if first else 0.0), 1)
        usual = np.maximum(steps[first:], 1.0) / np.arange(first + 1, len(steps) + 1)
        decays = -math.log(self._smoothing) * np.maximum(weights / usual, 1e-3)
        decays = np.minimum(decays, LARGEST_EXPONENT / 2)
        start = 0
        while start < len(losses):
            exponents = np.cumsum(decays[start : start + 4096])
            count = max(1, int(np.searchsorted(exponents, LARGEST_EXPONENT)))
            block, grown = slice(start, start + count), np.exp(exponents[:count])
            sums = (self._carry[0] + np.cumsum(grown * weights[block] * losses[block])) / grown
            totals = (self._carry[1] + np.cumsum(grown * weights[block])) / grown
            self._smoothed.extend(sums / totals)
            self._carry = (float(sums[-1]), float(totals[-1]))
            start += count

    def start(self, axis: XAxis) -> tuple[Floats, Floats]:
        """Return where the curve begins and the loss there: as measured before the first step.

        Both are empty where nothing was measured then, or nothing came after it.
        """
        if not self.epochs or not len(self.batch):
            return np.empty(0), np.empty(0)
        first = self.epochs[0]
        is_before = first.step < self.batch.along("step")[0]
        if not is_before or not math.isfinite(first.training_loss):
            return np.empty(0), np.empty(0)
        return self.evaluated.along(axis)[:1], np.array([first.training_loss])

    def position(self, halving: RateHalved, axis: XAxis) -> float:
        """Return where a halving lies along `axis`."""
        if axis != "elapsed":
            return float(halving.step if axis == "step" else halving.epoch)
        series = self.evaluated if len(self.evaluated) else self.batch
        if len(series) == 0:
            return 0.0
        return float(np.interp(halving.step, series.along("step"), series.along("elapsed")))


def evaluated_loss(epoch: EpochDone) -> float:
    """Return the loss that an evaluation is judged by: held-out text, else the training text."""
    return epoch.training_loss if epoch.validation_loss is None else epoch.validation_loss
