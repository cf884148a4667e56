"""The checks that are shown: what is reported, in which order, and that they can be stopped."""

import math

import pytest
import torch

from engine.control import RunControl, StageProgress
from engine.training.checks import check_gradients, time_one_step
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


def test_that_a_window_may_ask_for_the_truncated_gradient() -> None:
    *_, last = check_gradients(RunControl(), word_dim=20, hidden_dim=4, bptt_truncate=1)

    assert isinstance(last, GradientsChecked)
    assert not last.report.passed


@pytest.mark.parametrize("calls", [1, 30])
def test_that_a_stopped_check_gives_no_report(calls: int) -> None:
    events = list(check_gradients(StopsAfter(calls), word_dim=20, hidden_dim=4))

    assert all(isinstance(event, StageProgress) and event.done < 30 for event in events)
