"""The curve of one training run as data: losses, evaluations and halvings.

This module draws nothing and knows no window; the values that it holds are always finite.

A `Series` is one growing curve: every point kept, any view of it bounded. Appending costs O(1)
amortised. A view asks for the indices worth drawing: the lowest and the highest point of each
bucket in its range, so that a million points cost about as much to draw as a few thousand.
"""

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine import EpochDone, LossPoint, RateHalved

if TYPE_CHECKING:
    from app.shared.plots import Axis
    from engine import TrainingHistory

LARGEST_EXPONENT = 500.0  # of the decay within one block, far from overflow

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]

MOST_INTERVALS = 2.5  # between two evaluations that a line connects
FANOUT = 4  # how much larger a bucket is than one of the next finer view


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
        self._smoothing, self._words = 0.0, 1
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
        self.set_words(self._words)

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
        loss = epoch.deciding_loss
        if self.evaluated.append(epoch.step, epoch.epoch, epoch.elapsed_s, loss):
            self.epochs.append(epoch)
            is_lower = self.best_index is None or loss < self.evaluated.values[self.best_index]
            if is_lower and not epoch.is_interim:  # which decides nothing
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

    def set_words(self, words: int) -> None:
        """Say how many words an epoch has, for the axis of words."""
        self._words = words
        for series in (self.batch, self.evaluated):
            series.words_per_epoch = float(words)

    def robust_range(self) -> tuple[float, float] | None:
        """Return the lowest and highest loss worth showing; None without any.

        The end of every curve is in it, whatever its beginning was: the top is the 95th
        percentile of a curve, or more if its last third or the newest evaluation needs it.
        """
        curves = [curve for curve in (self.batch.values, self.evaluated.values) if len(curve)]
        if not curves:
            return None
        low = min(float(curve.min()) for curve in curves)
        tops = [float(np.percentile(curve, 95.0, method="higher")) for curve in curves]
        tops += [float(curve[2 * len(curve) // 3 :].max()) for curve in curves]
        if len(self.evaluated):
            tops.append(1.1 * float(self.evaluated.values[-1]))
        return low, max(*tops, low + 1e-6)

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

    def start(self, axis: "Axis") -> tuple[Floats, Floats]:
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

    def evaluation_gaps(self, drawn: Indices) -> NDArray[np.bool_]:
        """Tell between which of the drawn evaluations (D,) one or more were left out, (D - 1,).

        That is where more than two usual intervals lie between two that came one after the other.
        """
        if len(drawn) < 2:
            return np.zeros(0, dtype=np.bool_)
        intervals = np.diff(self.evaluated.along("step"))  # (E - 1,)
        gaps = np.concatenate([[0], np.cumsum(intervals > MOST_INTERVALS * np.median(intervals))])
        is_gap: NDArray[np.bool_] = np.diff(gaps[drawn]) > 0
        return is_gap

    def position(self, halving: RateHalved, axis: "Axis") -> float:
        """Return where a halving lies along `axis`."""
        if axis == "words":
            return halving.epoch * self.batch.words_per_epoch
        if axis != "elapsed":
            return float(halving.step if axis == "step" else halving.epoch)
        series = self.evaluated if len(self.evaluated) else self.batch
        if len(series) == 0:
            return 0.0
        return float(np.interp(halving.step, series.along("step"), series.along("elapsed")))


class Series:
    """One growing curve, and which of its points are worth drawing."""

    def __init__(self) -> None:
        self._x = {"step": Column(), "epoch": Column(), "elapsed": Column()}
        self._values = Column()
        self.words_per_epoch = 1.0

    def __len__(self) -> int:
        return len(self._values)

    @property
    def values(self) -> Floats:
        """Every loss, nats per word."""
        return self._values.values

    def along(self, axis: "Axis") -> Floats:
        """Return every position along `axis`, never falling."""
        if axis == "words":
            return self._x["epoch"].values * self.words_per_epoch
        return self._x[axis].values

    def append(self, step: float, epoch: float, elapsed_s: float, value: float) -> bool:
        """Add one point and return True, or leave it out if it is not finite."""
        if not all(map(math.isfinite, (step, epoch, elapsed_s, value))):
            return False
        for column, position in zip(self._x.values(), (step, epoch, elapsed_s), strict=True):
            column.append(max(position, column.last(default=position)))
        self._values.append(value)
        return True

    def extend(
        self, steps: ArrayLike, epochs: ArrayLike, elapsed_s: ArrayLike, values: ArrayLike
    ) -> NDArray[np.bool_]:
        """Add many points at once; return which of them were finite and so were kept."""
        table = np.array([steps, epochs, elapsed_s, values], dtype=np.float64)
        kept: NDArray[np.bool_] = np.isfinite(table.sum(axis=0))  # inf - inf is not finite either
        for column, positions in zip(self._x.values(), table[:3, kept], strict=True):
            floor = column.last(default=-math.inf)
            column.extend(np.maximum.accumulate(np.maximum(positions, floor)))
        self._values.extend(table[3, kept])
        return kept

    def indices_to_draw(self, axis: "Axis", low: float, high: float, at_most: int) -> Indices:
        """Return rising indices of about `at_most` points that show the range [low, high].

        The lowest and the highest point of every bucket are among them, and one
        point on either side of the range, so that lines reach the borders.
        """
        x = self.along(axis)
        first = max(0, int(np.searchsorted(x, low, side="left")) - 1)
        last = min(len(x), int(np.searchsorted(x, high, side="right")) + 1)
        if last - first <= at_most:
            return np.arange(first, last, dtype=np.int64)
        size = FANOUT
        while 2 * (last - first) / size > at_most and FANOUT * size <= len(x):
            size *= FANOUT
        # Buckets begin at multiples of their size wherever the range does: a curve that moves or
        # grows keeps its corners and does not flicker.
        begin, end = -(-first // size), last // size  # the buckets that lie inside
        buckets = self.values[begin * size : end * size].reshape(-1, size)
        starts = size * np.arange(begin, end)
        chosen = [
            np.array([first, last - 1]),
            starts + buckets.argmin(axis=1),
            starts + buckets.argmax(axis=1),
            self._extremes(first, min(begin * size, last)),
            self._extremes(max(end * size, first), last),
        ]
        return np.unique(np.concatenate(chosen))

    def nearest(self, axis: "Axis", position: float) -> int:
        """Return the index of the point nearest to `position`; the series is not empty."""
        x = self.along(axis)
        after = min(int(np.searchsorted(x, position)), len(x) - 1)
        before = max(after - 1, 0)
        return before if position - x[before] < x[after] - position else after

    def _extremes(self, first: int, last: int) -> Indices:
        part = self.values[first:last]
        if len(part) == 0:
            return np.empty(0, dtype=np.int64)
        return np.array([first + int(part.argmin()), first + int(part.argmax())])


class Column:
    """Numbers that are only ever added to; appending costs O(1) amortised."""

    def __init__(self) -> None:
        self._room: Floats = np.empty(64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> Floats:
        """A view of the numbers so far."""
        return self._room[: self._count]

    def last(self, *, default: float) -> float:
        """Return the newest number, or `default` when there is none."""
        return float(self._room[self._count - 1]) if self._count else default

    def append(self, value: float) -> None:
        """Add one number."""
        self._reserve(1)
        self._room[self._count] = value
        self._count += 1

    def extend(self, values: ArrayLike) -> None:
        """Add many numbers."""
        added = np.asarray(values, dtype=np.float64)
        self._reserve(len(added))
        self._room[self._count : self._count + len(added)] = added
        self._count += len(added)

    def _reserve(self, more: int) -> None:
        needed = self._count + more
        if needed > len(self._room):
            grown: Floats = np.empty(max(needed, 2 * len(self._room)))
            grown[: self._count] = self.values
            self._room = grown
