"""One growing curve as data: every point kept, any view of it bounded.

Appending costs O(1) amortised. A view asks for the indices worth drawing: the
lowest and the highest point of each bucket, found in a pyramid of buckets, so
that a million points cost as much to draw as a thousand.
"""

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

XAxis = Literal["step", "epoch", "elapsed"]
Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]

FANOUT = 4  # buckets of one level that make a bucket of the next


class Series:
    """One growing curve with the pyramid that finds the points worth drawing."""

    def __init__(self) -> None:
        self._x = {"step": Column(), "epoch": Column(), "elapsed": Column()}
        self._values = Column()
        # Of every bucket of 4, 16, 64 … points: the index of the lowest and of the highest.
        self._levels: list[tuple[Column, Column]] = []

    def __len__(self) -> int:
        return len(self._values)

    @property
    def values(self) -> Floats:
        """Every loss, nats a word."""
        return self._values.values

    def along(self, axis: XAxis) -> Floats:
        """Return every position along `axis`, never falling."""
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

    def indices_to_draw(self, axis: XAxis, low: float, high: float, at_most: int) -> Indices:
        """Return rising indices of about `at_most` points that show the range [low, high].

        The lowest and the highest point of every bucket are among them, and one
        point on either side of the range, so that lines reach the borders.
        """
        x = self.along(axis)
        first = max(0, int(np.searchsorted(x, low, side="left")) - 1)
        last = min(len(x), int(np.searchsorted(x, high, side="right")) + 1)
        if last - first <= at_most:
            return np.arange(first, last, dtype=np.int64)
        self._close_buckets()
        level, size = 0, FANOUT
        while 2 * (last - first) / size > at_most and level + 1 < len(self._levels):
            level, size = level + 1, size * FANOUT
        begin, end = -(-first // size), last // size  # the buckets that lie inside
        lows, highs = self._levels[level]
        chosen = [
            np.array([first, last - 1]),
            lows.values[begin:end].astype(np.int64),
            highs.values[begin:end].astype(np.int64),
            self._extremes(first, min(begin * size, last)),
            self._extremes(max(end * size, first), last),
        ]
        return np.unique(np.concatenate(chosen))

    def nearest(self, axis: XAxis, position: float) -> int:
        """Return the index of the point nearest to `position`; the series is not empty."""
        x = self.along(axis)
        after = min(int(np.searchsorted(x, position)), len(x) - 1)
        before = max(after - 1, 0)
        return before if position - x[before] < x[after] - position else after

    def _close_buckets(self) -> None:
        """Find the extremes of every bucket that has been filled since the last call."""
        values, count, level = self.values, len(self), 0
        while (filled := count // FANOUT) > 0:
            if level == len(self._levels):
                self._levels.append((Column(), Column()))
            done = len(self._levels[level][0])
            inside = slice(done * FANOUT, filled * FANOUT)
            for side, find in enumerate((np.argmin, np.argmax)):
                if level == 0:
                    below = np.arange(inside.start, inside.stop, dtype=np.int64)
                else:
                    below = self._levels[level - 1][side].values[inside].astype(np.int64)
                block = below.reshape(-1, FANOUT)
                picked = find(values[block], axis=1)
                self._levels[level][side].extend(block[np.arange(len(block)), picked])
            count, level = filled, level + 1

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
