"""The checks that are shown: what is reported, in which order, and that they can be stopped."""

import math
from typing import Any

import pytest
import torch

from engine.control import RunControl, StageProgress
from engine.network.batching import Batch
from engine.network.rnn import RNN
from engine.training.checks import check_gradients, roads_of_training, time_one_step
from engine.training.cuda_graphs import steps
from engine.training.events import GradientsChecked, StepTimed
from tests.engine.support.runs import StopsAfter, of_type


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_that_numpy_is_timed_first_and_is_the_measure() -> None:
    events = list(time_one_step(RunControl(), word_dim=20, hidden_dim=4, words=6))

    assert [type(event) for event in events] == [StageProgress, StepTimed] * 2
    numpy, pytorch = (event.time for event in of_type(events, StepTimed))
    assert numpy.implementation.startswith("NumPy")
    assert numpy.ratio == 1.0
    assert pytorch.implementation.startswith("PyTorch")
    assert pytorch.device.startswith("CPU (")
    assert math.isclose(pytorch.ratio, numpy.milliseconds / pytorch.milliseconds)
    for each in (numpy, pytorch):
        assert each.words == 6
        assert each.milliseconds > 0.0
        assert each.repeats >= 5


def test_that_progress_names_what_is_timed() -> None:
    events = list(time_one_step(RunControl(), word_dim=20, hidden_dim=4, words=6))

    first, second = of_type(events, StageProgress)
    assert first.stage.startswith("Timing NumPy")
    assert (first.done, second.done, second.total) == (0, 1, 2)


@pytest.mark.parametrize(("calls", "timed"), [(1, 0), (3, 0), (9, 1)])
def test_that_a_stop_ends_the_timing(calls: int, timed: int) -> None:
    events = list(time_one_step(StopsAfter(calls), word_dim=20, hidden_dim=4, words=6))

    assert len(of_type(events, StepTimed)) == timed


def test_that_a_window_sees_progress_and_then_the_report() -> None:
    *progress, last = check_gradients(RunControl(), word_dim=20, hidden_dim=4)

    assert isinstance(last, GradientsChecked)
    assert last.report.passed
    assert all(isinstance(event, StageProgress) for event in progress)
    assert (progress[-1].done, progress[-1].total) == (2 * 80 + 16, 2 * 80 + 16)


def broken(wrong: Any) -> Any:
    """Return `wrong` with its result 1 % too large, in one place."""

    def spoilt(*args: Any, **kwargs: Any) -> torch.Tensor:
        result: torch.Tensor = wrong(*args, **kwargs)
        result[0, 0] *= 1.01
        return result

    return spoilt


def failed_roads(word_dim: int = 6) -> list[str]:
    *_, last = check_gradients(RunControl(), word_dim=word_dim, hidden_dim=2)
    assert isinstance(last, GradientsChecked)
    return sorted({each.road for each in last.report.parameters if not each.passed})


def test_that_each_road_of_training_is_checked_and_named() -> None:
    *_, last = check_gradients(RunControl(), word_dim=6, hidden_dim=2)

    assert isinstance(last, GradientsChecked)
    checked = [(each.road, each.name) for each in last.report.parameters]
    assert [road for road, name in checked if name == "U"] == [
        "bptt()",
        "tutorial: sgd_step()",
        "fast: mini-batch",
        "tutorial: GPU step on the CPU",
        "fast: GPU step on the CPU",
    ]
    assert len(checked) == 15
    assert "Checked in each of the 5 ways in which training computes it." in last.report.note


def test_that_a_fault_in_the_steps_of_a_gpu_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = steps.static_error_through_time
    monkeypatch.setattr(steps, "static_error_through_time", broken(right))

    assert failed_roads() == [
        "fast: GPU step on the CPU",
        "tutorial: GPU step on the CPU",
    ]


def test_that_a_fault_in_the_tutorials_own_step_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = RNN.descend

    def wrong(rnn: RNN, batch: Batch, learning_rate: float) -> torch.Tensor:
        loss = right(rnn, batch, learning_rate)
        rnn.W.add_(1e-3)
        return loss

    monkeypatch.setattr(RNN, "descend", wrong)

    assert failed_roads() == ["tutorial: sgd_step()"]


def test_that_the_check_leaves_the_network_as_it_was() -> None:
    rnn = RNN(6, 2, bptt_truncate=1, dtype="float64", seed=1)
    before = rnn.parameters_as_numpy()

    for take in roads_of_training(rnn).values():
        take([0, 1, 2], [1, 2, 3], 3)

    assert rnn.bptt_truncate == 1
    for one, other in zip(before, rnn.parameters_as_numpy(), strict=True):
        assert one.tobytes() == other.tobytes()


def test_that_a_window_may_ask_for_the_truncated_gradient() -> None:
    *_, last = check_gradients(RunControl(), word_dim=20, hidden_dim=4, bptt_truncate=1)

    assert isinstance(last, GradientsChecked)
    assert not last.report.passed


@pytest.mark.parametrize("calls", [1, 30])
def test_that_a_stopped_check_gives_no_report(calls: int) -> None:
    events = list(check_gradients(StopsAfter(calls), word_dim=20, hidden_dim=4))

    assert all(isinstance(event, StageProgress) and event.done < 30 for event in events)
