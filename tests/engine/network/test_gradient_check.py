"""The gradient check passes right gradients, names wrong ones, and leaves no trace."""

from typing import Any

import numpy as np
import pytest

from engine.network.gradient_check import GradientReport, gradient_check
from engine.network.reference import RNNNumpy
from engine.network.rnn import RNN

X, Y = [0, 1, 2, 3], [1, 2, 3, 4]


def networks(word_dim: int, hidden_dim: int) -> list[Any]:
    return [
        RNNNumpy(word_dim, hidden_dim, seed=10),
        RNN(word_dim, hidden_dim, dtype="float64", seed=10),
    ]


class WrongAt(RNNNumpy):
    """A network whose backpropagation errs in one entry."""

    def __init__(self, which: int, index: tuple[int, int], fault: float = 0.01) -> None:
        super().__init__(7, 5, seed=1)
        self._which, self._index, self._fault = which, index, fault

    def bptt(self, *args: Any, **kwargs: Any) -> Any:
        gradients = super().bptt(*args, **kwargs)
        gradients[self._which][self._index] *= 1.0 + self._fault
        return gradients


def outcome(report: GradientReport) -> dict[str, bool]:
    return {each.name: each.passed for each in report.parameters}


@pytest.mark.parametrize("model", networks(100, 10), ids=["RNNNumpy", "RNN"])
def test_that_every_entry_of_the_tutorials_check_is_right(model: Any) -> None:
    report = gradient_check(model, X, Y)

    assert report.passed
    assert outcome(report) == {"U": True, "V": True, "W": True}
    assert [each.size for each in report.parameters] == [1000, 1000, 100]
    assert max(each.worst_error for each in report.parameters) < 1e-6
    assert (report.device, report.dtype) == ("cpu", "float64")
    assert "every entry checked" in report.note


@pytest.mark.parametrize(
    ("which", "name", "index"), [(0, "U", (3, 2)), (1, "V", (6, 4)), (2, "W", (0, 3))]
)
@pytest.mark.parametrize("fault", [0.01, 1e-5, np.nan], ids=["1 %", "0.001 %", "NaN"])
def test_that_one_wrong_entry_is_found_and_named(
    which: int, name: str, index: tuple[int, int], fault: float
) -> None:
    report = gradient_check(WrongAt(which, index, fault), X, Y)

    assert not report.passed
    assert outcome(report) == {other: other != name for other in "UVW"}
    assert report.parameters[which].worst_index == index
    assert report.parameters[which].worst_error == pytest.approx(
        np.inf if np.isnan(fault) else fault / (2.0 + fault), rel=0.1
    )


@pytest.mark.parametrize("model", networks(12, 4), ids=["RNNNumpy", "RNN"])
def test_that_a_truncated_gradient_disagrees_and_the_note_says_why(model: Any) -> None:
    report = gradient_check(model, X, Y, bptt_truncate=1)

    assert outcome(report) == {"U": False, "V": True, "W": False}
    assert "goes back only 1 steps in a sentence of 4 words" in report.note


def test_that_the_networks_own_truncation_is_not_used() -> None:
    model = RNNNumpy(7, 5, bptt_truncate=0, seed=1)

    report = gradient_check(model, X, Y)

    assert report.passed
    assert model.bptt_truncate == 0


@pytest.mark.parametrize("model", networks(12, 4), ids=["RNNNumpy", "RNN"])
def test_that_a_check_leaves_the_parameters_bit_for_bit(model: Any) -> None:
    before = model.parameters_as_numpy()

    gradient_check(model, X, Y)

    for now, old in zip(model.parameters_as_numpy(), before, strict=True):
        assert now.tobytes() == old.tobytes()


def test_that_a_failing_loss_leaves_the_parameters_bit_for_bit() -> None:
    model = RNN(7, 5, dtype="float64")
    before = model.parameters_as_numpy()
    calls = iter(range(100))
    true_loss = model.calculate_total_loss

    def failing_loss(xs: Any, ys: Any) -> float:
        if next(calls) == 40:
            raise MemoryError
        return true_loss(xs, ys)

    model.calculate_total_loss = failing_loss  # type: ignore[method-assign]
    with pytest.raises(MemoryError):
        gradient_check(model, X, Y)

    for now, old in zip(model.parameters_as_numpy(), before, strict=True):
        assert now.tobytes() == old.tobytes()
