"""Timing one step: what is reported, in which order, and that it can be stopped."""

import math

import pytest
import torch

from engine.control import RunControl, StageProgress
from engine.events import StepTimed
from engine.step_timer import time_one_step
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
