"""Compare backpropagation's gradients with differences of the loss.

A report comes back instead of a printout; what is shown of it is the caller's
affair. The network is left exactly as it was.
"""

import math
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.network.reference import RNNNumpy, Words

_PARAMETERS = ("U", "V", "W")
Gradients: TypeAlias = tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]
Road: TypeAlias = Callable[
    [Words, Words, int], Gradients
]  # x, y and steps back to dLdU, dLdV, dLdW

_TINY = 1e-7  # rounding moves a difference quotient by about 1e-13: smaller entries say nothing


class Differentiable(Protocol):
    """What is checked: `RNN`, `RNNNumpy`, or a test's broken network.

    U, V and W are NumPy arrays or PyTorch tensors whose entries can be read and written by index.
    """

    @property
    def U(self) -> Any:
        """Parameters of shape (H, C)."""

    @property
    def V(self) -> Any:
        """Parameters of shape (C, H)."""

    @property
    def W(self) -> Any:
        """Parameters of shape (H, H)."""

    def bptt(self, x: Words, y: Words, bptt_truncate: int | None = None) -> Gradients:
        """Return dLdU, dLdV and dLdW."""

    def calculate_total_loss(self, xs: list[Words], ys: list[Words]) -> float:
        """Return the summed loss in nats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterCheck:
    """The outcome for one parameter matrix, on one of the roads to its gradient."""

    road: str = "bptt()"
    name: str
    size: int  # entries, all of them checked
    worst_error: float  # largest |a - n| / (|a| + |n|) over the entries
    worst_index: tuple[int, ...]
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientReport:
    """The outcome for a whole network."""

    parameters: tuple[ParameterCheck, ...]  # road after road
    threshold: float  # of the relative error
    step: float  # h of the differences
    device: str
    dtype: str
    passed: bool
    note: str  # what was checked, a sentence for the user


def gradient_check(
    model: Differentiable,
    x: Words,
    y: Words,
    *,
    step: float = 1e-2,
    threshold: float = 1e-6,
    bptt_truncate: int | None = None,
) -> GradientReport:
    """Check every entry of U, V and W on one sentence.

    Parameters
    ----------
    model : Differentiable
        In float64: differences of a float32 loss say little.
    x, y : int sequences of length T
        The sentence, and the same shifted by one.
    step : float
        h, how far an entry is moved.
    threshold : float
        The largest relative error that passes.
    bptt_truncate : int, optional
        len(x) by default, since only the untruncated gradient is the derivative
        of the loss; a smaller one is expected to fail.

    Returns
    -------
    GradientReport

    Notes
    -----
    The tutorial compares with (f(p + h) - f(p - h)) / 2h, whose own error of order
    h² hides small faults. With d_k = f(p + kh) - f(p - kh) this check takes
    (45 d_1 - 9 d_2 + d_3) / 60h, the central difference of order h⁶, so that h can
    be large enough for rounding not to matter.
    """
    checking = check_entries(
        model, x, y, step=step, threshold=threshold, bptt_truncate=bptt_truncate
    )
    while True:
        try:
            next(checking)
        except StopIteration as end:
            report: GradientReport = end.value
            return report


def check_entries(
    model: Differentiable,
    x: Words,
    y: Words,
    *,
    step: float = 1e-2,
    threshold: float = 1e-6,
    bptt_truncate: int | None = None,
    roads: Mapping[str, Road] | None = None,
) -> Generator[tuple[int, int], None, GradientReport]:
    """Do what `gradient_check` does entry by entry, for whoever shows how far it is.

    Parameters
    ----------
    roads : mapping, optional
        All ways to the gradients that are compared with the same differences, by name; by
        default the model's `bptt` alone. None of them may change the model.

    Yields
    ------
    tuple of int
        Entries checked so far, and all entries.
    """
    reach = len(x) if bptt_truncate is None else bptt_truncate
    roads = {"bptt()": model.bptt} if roads is None else roads
    analytic = {
        road: dict(zip(_PARAMETERS, take(x, y, reach), strict=True)) for road, take in roads.items()
    }
    sizes = {name: tuple(getattr(model, name).shape) for name in _PARAMETERS}
    worst: dict[tuple[str, str], tuple[float, tuple[int, ...]]] = {}
    done, total = 0, sum(map(math.prod, sizes.values()))
    for name, shape in sizes.items():
        for index in np.ndindex(shape):
            yield done, total
            numeric = _numerical_derivative(model, name, index, x, y, step)
            for road, gradients in analytic.items():
                error = _relative_error(float(gradients[name][index]), numeric)
                if error > worst.setdefault((road, name), (0.0, (0, 0)))[0]:
                    worst[road, name] = error, index
            done += 1
    yield total, total
    checks = [
        ParameterCheck(
            road=road,
            name=name,
            size=math.prod(sizes[name]),
            worst_error=worst[road, name][0],
            worst_index=worst[road, name][1],
            passed=worst[road, name][0] <= threshold,
        )
        for road in roads
        for name in _PARAMETERS
    ]
    return _report(model, checks, x, reach, step, threshold)


def _numerical_derivative(
    model: Differentiable, name: str, index: tuple[int, ...], x: Words, y: Words, step: float
) -> float:
    parameter = getattr(model, name)
    kept = float(parameter[index])

    def loss_at(distance: float) -> float:
        parameter[index] = kept + distance
        return model.calculate_total_loss([x], [y])

    try:
        one, two, three = (loss_at(k * step) - loss_at(-k * step) for k in (1.0, 2.0, 3.0))
    finally:
        parameter[index] = kept
    return (45.0 * one - 9.0 * two + three) / (60.0 * step)


def _relative_error(analytic: float, numeric: float) -> float:
    """Return |a - n| / (|a| + |n|), which is 0 where both are 0 (a word not in the sentence)."""
    error = abs(analytic - numeric) / (abs(analytic) + abs(numeric) + _TINY)
    return math.inf if math.isnan(error) else error  # no later entry is worse


def _report(
    model: Differentiable,
    checks: list[ParameterCheck],
    x: Words,
    reach: int,
    step: float,
    threshold: float,
) -> GradientReport:
    roads = list(dict.fromkeys(check.road for check in checks))
    if reach >= len(x) - 1:
        note = f"Exact gradient of a sentence of {len(x)} words, every entry checked."
    else:
        note = (
            f"The error goes back only {reach} steps in a sentence of {len(x)} words, so "
            "backpropagation leaves out a part of the gradient on purpose: U and W disagree."
        )
    if len(roads) > 1:
        note += f" Checked in each of the {len(roads)} ways in which training computes it."
    return GradientReport(
        parameters=tuple(checks),
        threshold=threshold,
        step=step,
        device="cpu" if isinstance(model, RNNNumpy) else str(getattr(model, "device", "cpu")),
        dtype=str(model.W.dtype).removeprefix("torch."),
        passed=all(check.passed for check in checks),
        note=note,
    )
