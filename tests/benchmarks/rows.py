"""The records of a benchmark: what was measured, how it varies, what was aimed at.

Plain values only; nothing is measured or written here.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One figure measured in several rounds."""

    median: float
    low: float  # lower quartile
    high: float  # upper quartile
    rounds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Summarise one value a round."""
        if len(values) == 1:
            return cls(median=values[0], low=values[0], high=values[0], rounds=1)
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median=median, low=low, high=high, rounds=len(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a row is meant to reach."""

    bound: float  # in the unit of the row
    is_least: bool = True  # False: the row must stay at or below the bound

    def is_met_by(self, value: float) -> bool:
        """Tell whether `value` reaches it."""
        return value >= self.bound if self.is_least else value <= self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkRow:
    """One line of the table."""

    group: str  # "training", "comparison", "machine", "ranks", "text" or "window"
    name: str
    unit: str
    value: Spread | None  # None: not measured, and `note` says why
    hidden_dim: int | None = None
    times_numpy: Spread | None = None  # how many times the NumPy reference's words per second
    ceiling_percent: Spread | None = None  # share of the large matrix product's operations
    peak_mb: float | None = None  # memory beyond the parameters, 10^6 bytes
    target: Target | None = None
    is_met: bool | None = None  # by the median
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where the figures come from."""

    cpu: str
    cores: int  # that this process may use
    threads: int  # PyTorch's
    device: str  # where the networks are
    system: str
    python: str
    torch: str
    numpy: str
    load: float | None  # running processes in the last minute, before the benchmark


def row(
    group: str,
    name: str,
    unit: str,
    values: Sequence[float],
    *,
    target: Target | None = None,
    hidden_dim: int | None = None,
    note: str = "",
) -> BenchmarkRow:
    """Return a row of one value a round, judged by its target."""
    value = Spread.of(values)
    return BenchmarkRow(
        group=group,
        name=name,
        unit=unit,
        value=value,
        hidden_dim=hidden_dim,
        target=target,
        is_met=None if target is None else target.is_met_by(value.median),
        note=note,
    )


def ratios(values: Sequence[float], against: Sequence[float]) -> list[float]:
    """Return the ratio in each round: what slowed the machine down slowed both."""
    return [value / other for value, other in zip(values, against, strict=True)]
